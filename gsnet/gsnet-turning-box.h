/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* A row of buttons that becomes a column in a window that has no room for them beside the text. */
#define GSNET_TYPE_TURNING_BOX (gsnet_turning_box_get_type ())
G_DECLARE_FINAL_TYPE (GsnetTurningBox, gsnet_turning_box, GSNET, TURNING_BOX, GtkBox)

G_END_DECLS
