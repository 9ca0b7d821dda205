/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <gio/gio.h>

#include "snetd-prompts.h"

/*
 * A program that asks its user: what it has been asked, and whether it can be relied
 * upon to ask.
 *
 * Signals:
 * gone (): it has left the bus. Nothing else comes after this.
 * changed (): what is_willing() or is_active() says has changed.
 */
#define SNETD_TYPE_AGENT (snetd_agent_get_type ())
G_DECLARE_FINAL_TYPE (SnetdAgent, snetd_agent, SNETD, AGENT, GObject)

/* name: a unique one. timeout: in milliseconds, until it is not relied upon. */
SnetdAgent *snetd_agent_new (GDBusConnection *connection,
                             const char *name,
                             const char *path,
                             guint32 uid,
                             guint timeout);

/* Nothing is told to it or heard of it from now on. */
void snetd_agent_close (SnetdAgent *self);

gboolean snetd_agent_is (SnetdAgent *self, const char *name, const char *path);
guint32 snetd_agent_get_uid (SnetdAgent *self);

/* FALSE: it did not accept what it was asked last, so another one has to be asked, too. */
gboolean snetd_agent_is_willing (SnetdAgent *self);

/* Whether it is in the session that is in front of the machine, see snetd-session.h. */
gboolean snetd_agent_is_active (SnetdAgent *self);

/* Asked already: then it is told what has changed, if something has. */
void snetd_agent_ask (SnetdAgent *self, const SnetdPrompt *prompt);
gboolean snetd_agent_was_asked (SnetdAgent *self, const SnetdPrompt *prompt);

/* Nothing happens if it was not asked. */
void snetd_agent_withdraw (SnetdAgent *self, const SnetdPrompt *prompt, const char *reason);

/* How many prompts of its user nobody has answered in time. */
void snetd_agent_tell_missed (SnetdAgent *self, guint count);

void snetd_agent_tell_decided (SnetdAgent *self, const SnetdRequest *request);
