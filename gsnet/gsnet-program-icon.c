// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include "gsnet-program-icon.h"

void
gsnet_program_icon_set (GtkImage *image, GsnetEvent *event)
{
  GtkIconTheme *theme =
    gtk_icon_theme_get_for_display (gtk_widget_get_display (GTK_WIDGET (image)));
  const char *name = gsnet_event_get_icon_name (event);

  if (!name || !gtk_icon_theme_has_icon (theme, name))
    name = "application-x-executable";
  gtk_image_set_from_icon_name (image, name);
}
