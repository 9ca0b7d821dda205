/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What processes say of themselves, as text; snet-listen has it as well. */
#include "snetd-process.h"

#include <string.h>

/* Nor may a name make a second line, or move the cursor, wherever it is shown. */
static void
append_printable (GString *text, const char *bytes, gsize length)
{
  for (gsize i = 0; i < length; i++)
    {
      if (g_ascii_iscntrl (bytes[i]))
        g_string_append_printf (text, "\\x%02x", (guint8)bytes[i]);
      else
        g_string_append_c (text, bytes[i]);
    }
}

char *
snetd_process_text (const char *bytes)
{
  GString *text = g_string_new (NULL);
  const char *end;

  while (!g_utf8_validate (bytes, -1, &end))
    {
      append_printable (text, bytes, end - bytes);
      g_string_append_printf (text, "\\x%02x", (guint8)*end);
      bytes = end + 1;
    }
  append_printable (text, bytes, strlen (bytes));

  return g_string_free (text, FALSE);
}
