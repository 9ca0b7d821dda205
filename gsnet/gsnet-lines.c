// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <gtk/gtk.h>

#include "gsnet-lines.h"

#define RIGHT_TO_LEFT_MARK      "\xe2\x80\x8f"
#define FIRST_STRONG_ISOLATE    "\xe2\x81\xa8"
#define POP_DIRECTIONAL_ISOLATE "\xe2\x81\xa9"

/* As a whole the text is a word of its line, in an order of its own. */
static char *
begin_line (const char *text)
{
  if (gtk_widget_get_default_direction () != GTK_TEXT_DIR_RTL)
    return g_strdup (text);
  return g_strconcat (RIGHT_TO_LEFT_MARK FIRST_STRONG_ISOLATE, text, POP_DIRECTIONAL_ISOLATE, NULL);
}

char *
gsnet_lines_join (const char *first, const char *second)
{
  g_autofree char *above = begin_line (first);
  g_autofree char *below = second ? begin_line (second) : NULL;

  return g_strjoin ("\n", above, below, NULL);
}
