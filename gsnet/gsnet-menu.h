/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "gsnet-client.h"

G_BEGIN_DECLS

/* The menu of the status icon. Its actions are those of the application ("app."). */
#define GSNET_TYPE_MENU (gsnet_menu_get_type ())
G_DECLARE_FINAL_TYPE (GsnetMenu, gsnet_menu, GSNET, MENU, GObject)

GsnetMenu *gsnet_menu_new (GsnetClient *client);
GMenuModel *gsnet_menu_get_model (GsnetMenu *self);
/* The part of it that is about the mode. */
GMenuModel *gsnet_menu_get_modes (GsnetMenu *self);

G_END_DECLS
