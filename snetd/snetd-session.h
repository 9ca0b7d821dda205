/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <gio/gio.h>

/*
 * The login session that a program on the bus belongs to, as logind tells; nothing
 * here waits for logind.
 *
 * Signals:
 * changed (): what is_active() says has changed.
 */
#define SNETD_TYPE_SESSION (snetd_session_get_type ())
G_DECLARE_FINAL_TYPE (SnetdSession, snetd_session, SNETD, SESSION, GObject)

/* name: the program's, a unique one. timeout: of logind's answers, in milliseconds. */
SnetdSession *snetd_session_new (GDBusConnection *connection, const char *name, guint timeout);

/*
 * Whether its user is in front of the machine. So is each program that logind does not
 * know of, as those that the user's own systemd has started, and all without a
 * logind; but none before logind has had the time to answer.
 */
gboolean snetd_session_is_active (SnetdSession *self);
