/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <gio/gio.h>

/*
 * The login sessions that there are, as logind tells; nothing here waits for logind. A
 * login is the id of a session, or "user-UID" as long as that user has any: programs that
 * the user's own systemd has started are in none of them, and end with the last one.
 *
 * Signals:
 * changed (): while somebody follows; has() may say something else than before.
 */
#define SNETD_TYPE_LOGINS (snetd_logins_get_type ())
G_DECLARE_FINAL_TYPE (SnetdLogins, snetd_logins, SNETD, LOGINS, GObject)

SnetdLogins *snetd_logins_new (GDBusConnection *connection);

/*
 * From now on, until as many calls of unfollow(). Logind is asked anew each time, so that
 * changed() will come soon, unless logind does not answer.
 */
void snetd_logins_follow (SnetdLogins *self);
void snetd_logins_unfollow (SnetdLogins *self);

/* As of the last changed(). */
gboolean snetd_logins_has (SnetdLogins *self, const char *login);

/* The login of a process of that user, and of a program on the bus. */
void snetd_logins_find (SnetdLogins *self,
                        guint32 pid,
                        guint32 uid,
                        GAsyncReadyCallback callback,
                        gpointer user_data);
void snetd_logins_find_caller (SnetdLogins *self,
                               const char *name,
                               GAsyncReadyCallback callback,
                               gpointer user_data);

/* NULL, with words for who wants to know: it has none. */
char *snetd_logins_find_finish (SnetdLogins *self, GAsyncResult *result, GError **error);
