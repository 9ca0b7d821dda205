/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define GSNET_DBUSMENU_PATH "/MenuBar"

#define GSNET_TYPE_DBUSMENU (gsnet_dbusmenu_get_type ())
G_DECLARE_FINAL_TYPE (GsnetDbusmenu, gsnet_dbusmenu, GSNET, DBUSMENU, GObject)

GsnetDbusmenu *gsnet_dbusmenu_new (GMenuModel *model, GActionGroup *actions);
gboolean gsnet_dbusmenu_export (GsnetDbusmenu *self, GDBusConnection *connection, GError **error);
void gsnet_dbusmenu_unexport (GsnetDbusmenu *self);

/*
 * What the methods answer, floating. layout: (ia{sv}av), NULL for an unknown parent; with the
 * properties of these names, or with all if there are none or names is NULL.
 */
GVariant *gsnet_dbusmenu_get_layout (GsnetDbusmenu *self,
                                     gint32 parent,
                                     gint32 depth,
                                     const char *const *names);
gboolean gsnet_dbusmenu_click (GsnetDbusmenu *self, gint32 id);

G_END_DECLS
