/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <adwaita.h>

#include "gsnet-client.h"

G_BEGIN_DECLS

#define GSNET_TYPE_COUNTDOWN (gsnet_countdown_get_type ())
G_DECLARE_FINAL_TYPE (GsnetCountdown, gsnet_countdown, GSNET, COUNTDOWN, AdwBin)

/*
 * A line that says how long a request waits still, and what becomes of it then. It ticks once a
 * second, and only while it can be seen. NULL: empty.
 */
void gsnet_countdown_set (GsnetCountdown *self, GsnetClient *client, GsnetEvent *event);

G_END_DECLS
