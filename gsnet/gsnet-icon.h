/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "gsnet-client.h"

G_BEGIN_DECLS

/* mode: one of snetd's words, or NULL. */
const char *gsnet_icon_name (GsnetState state, const char *mode);
/* a(iiay) of StatusNotifierItem, floating: for hosts that do not find the icon by name. */
GVariant *gsnet_icon_pixmaps (GsnetState state, const char *mode);

G_END_DECLS
