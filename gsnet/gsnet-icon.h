/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "gsnet-client.h"

G_BEGIN_DECLS

const char *gsnet_icon_name_for_state (GsnetState state);
/* a(iiay) of StatusNotifierItem, floating: for hosts that do not find the icon by name. */
GVariant *gsnet_icon_pixmaps_for_state (GsnetState state);

G_END_DECLS
