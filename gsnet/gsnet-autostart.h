/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Whether this program starts when its user logs in: so it is installed, and users can say no. */
gboolean gsnet_autostart_get (void);
gboolean gsnet_autostart_set (gboolean start, GError **error);

G_END_DECLS
