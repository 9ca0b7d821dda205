/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snet-sql-error.h"

G_DEFINE_QUARK (snet - sql - error - quark, snet_sql_error)

char *
snet_sql_error_line (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  GString *line = g_string_new (NULL);

  for (const char *p = valid; *p != '\0'; p = g_utf8_next_char (p))
    {
      const gunichar c = g_utf8_get_char (p);

      g_string_append_unichar (line, g_unichar_isprint (c) ? c : ' ');
    }
  return g_strchomp (g_string_free (line, FALSE));
}
