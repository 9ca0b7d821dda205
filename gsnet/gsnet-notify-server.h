/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <libnotify/notify.h>

#include "gsnet-notice.h"

G_BEGIN_DECLS

/*
 * What the server of notifications can do, which is asked once of each, and what to send it
 * therefore. Only for the thread of gsnet-notify-thread.c: its calls block.
 */
typedef struct GsnetNotifyServer GsnetNotifyServer;

GsnetNotifyServer *gsnet_notify_server_new (void);
void gsnet_notify_server_free (GsnetNotifyServer *server);

/* There may be another one. */
void gsnet_notify_server_forget (GsnetNotifyServer *server);

gboolean gsnet_notify_server_can (GsnetNotifyServer *server, const char *capability);
/* It shows the action of a click on the body as a button as well. */
gboolean gsnet_notify_server_draws_default (GsnetNotifyServer *server);

/* Without its actions. */
NotifyNotification *gsnet_notify_server_make (GsnetNotifyServer *server, const GsnetNotice *notice);
/* Another text for one that is shown. */
void gsnet_notify_server_update (GsnetNotifyServer *server,
                                 NotifyNotification *notification,
                                 const GsnetNotice *notice);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GsnetNotifyServer, gsnet_notify_server_free)

G_END_DECLS
