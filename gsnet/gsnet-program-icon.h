/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "gsnet-event.h"

G_BEGIN_DECLS

/* The icon of the event's program where the theme has one, else that of any program. */
const char *gsnet_program_icon_name (GsnetEvent *event);
void gsnet_program_icon_set (GtkImage *image, GsnetEvent *event);

G_END_DECLS
