/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "gsnet-client.h"

G_BEGIN_DECLS

#define GSNET_TYPE_NOTIFIER (gsnet_notifier_get_type ())
G_DECLARE_FINAL_TYPE (GsnetNotifier, gsnet_notifier, GSNET, NOTIFIER, GObject)

/*
 * Signal: details (event, activation token or NULL): a window is wanted, since
 * the user asked for it, or since no notification with buttons can be shown.
 */
GsnetNotifier *gsnet_notifier_new (GsnetClient *client);
void gsnet_notifier_stop (GsnetNotifier *self);

G_END_DECLS
