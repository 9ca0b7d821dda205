/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "gsnet-client.h"

G_BEGIN_DECLS

#define GSNET_TYPE_NOTIFIER (gsnet_notifier_get_type ())
G_DECLARE_FINAL_TYPE (GsnetNotifier, gsnet_notifier, GSNET, NOTIFIER, GObject)

/*
 * Signals:
 *   details (event, activation token or NULL): the user asked for them, or an answer was not taken
 *   all (activation token or NULL): the user wants to see all that waits
 *   unshown (): nothing with buttons can be shown
 */
GsnetNotifier *gsnet_notifier_new (GsnetClient *client);
void gsnet_notifier_stop (GsnetNotifier *self);

/* Whether notifications are wanted; at first they are not. */
void gsnet_notifier_set_enabled (GsnetNotifier *self, gboolean enabled);

G_END_DECLS
