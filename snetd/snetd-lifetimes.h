/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "snetd-logins.h"
#include "snetd-rule.h"

/*
 * Which rules end by themselves, and when: at a time, with a process, or with a login
 * session. Nothing wakes up while there is none.
 *
 * Signals:
 * ended (t id): once for each rule; it is not watched any more.
 */
#define SNETD_TYPE_LIFETIMES (snetd_lifetimes_get_type ())
G_DECLARE_FINAL_TYPE (SnetdLifetimes, snetd_lifetimes, SNETD, LIFETIMES, GObject)

SnetdLifetimes *snetd_lifetimes_new (SnetdLogins *logins);

/* Rules that do not end by themselves are passed over. One that has ended already ends soon. */
void snetd_lifetimes_watch (SnetdLifetimes *self, SnetdRule *rule);
void snetd_lifetimes_forget (SnetdLifetimes *self, guint64 id);

/* How many seconds a rule still lasts, at most; G_MAXUINT32: as long as it is there. */
guint32 snetd_lifetimes_seconds_left (const SnetdRule *rule);
