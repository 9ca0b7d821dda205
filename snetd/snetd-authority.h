/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <gio/gio.h>

/*
 * Who may do what: the only place that decides it. Two questions: whose is it
 * (the uid, as the bus knows it), then polkit. What the table does not list
 * is denied. Without polkit only root may do what needs a polkit action.
 */
#define SNETD_TYPE_AUTHORITY (snetd_authority_get_type ())
G_DECLARE_FINAL_TYPE (SnetdAuthority, snetd_authority, SNETD, AUTHORITY, GObject)

/* Owners that are no uid. */
#define SNETD_AUTHORITY_SYSTEM ((gint64)-1) /* the system's, or everybody's */
#define SNETD_AUTHORITY_CALLER ((gint64)-2) /* whoever calls */

/* A uid that could not be found out. */
#define SNETD_AUTHORITY_NOBODY G_MAXUINT32

/*
 * superuser: the uid that polkit need not be asked about: 0. polkit: whether
 * there can be one: not on a session bus.
 */
SnetdAuthority *
snetd_authority_new (GDBusConnection *connection, guint32 superuser, gboolean polkit);

/*
 * The polkit action that a method ("Events.Verdict") needs: "" for none, NULL
 * if nobody may.
 */
const char *snetd_authority_action (const char *method, gboolean own);

/* May the caller use that method on what belongs to owner? */
void snetd_authority_check (SnetdAuthority *self,
                            GDBusMethodInvocation *invocation,
                            const char *method,
                            gint64 owner,
                            GAsyncReadyCallback callback,
                            gpointer user_data);

/*
 * FALSE if not: G_DBUS_ERROR_ACCESS_DENIED. ret_uid is the caller's in
 * either case, SNETD_AUTHORITY_NOBODY if it has left the bus.
 */
gboolean snetd_authority_check_finish (SnetdAuthority *self,
                                       GAsyncResult *result,
                                       guint32 *ret_uid,
                                       GError **error);
