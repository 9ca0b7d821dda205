/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <glib-object.h>

#include "gsnet-notice.h"

G_BEGIN_DECLS

#define GSNET_NOTIFY_ACTION_ALLOW "allow"
#define GSNET_NOTIFY_ACTION_DENY  "deny"
/* Also what a click on the body means. */
#define GSNET_NOTIFY_ACTION_DETAILS "details"

#define GSNET_TYPE_NOTIFY_THREAD (gsnet_notify_thread_get_type ())
G_DECLARE_FINAL_TYPE (GsnetNotifyThread, gsnet_notify_thread, GSNET, NOTIFY_THREAD, GObject)

/*
 * Signals, all in the main context:
 *   action (id, action, activation token or NULL)
 *   dismissed (id): closed by the user or the server, and not answered
 *   failed (id): it could not be shown with buttons
 */
GsnetNotifyThread *gsnet_notify_thread_new (void);
/* Takes the notice. One with the same id that is shown gets its text. */
void gsnet_notify_thread_show (GsnetNotifyThread *self, GsnetNotice *notice);
void gsnet_notify_thread_close (GsnetNotifyThread *self, guint64 id);
/* Closes everything and waits for the thread; afterwards nothing is emitted any more. */
void gsnet_notify_thread_stop (GsnetNotifyThread *self);

G_END_DECLS
