// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include "gsnet-program-icon.h"

const char *
gsnet_program_icon_name (GsnetEvent *event)
{
  GtkIconTheme *theme = gtk_icon_theme_get_for_display (gdk_display_get_default ());
  const char *name = gsnet_event_get_icon_name (event);

  return name && gtk_icon_theme_has_icon (theme, name) ? name : "application-x-executable";
}

void
gsnet_program_icon_set (GtkImage *image, GsnetEvent *event)
{
  gtk_image_set_from_icon_name (image, gsnet_program_icon_name (event));
}
