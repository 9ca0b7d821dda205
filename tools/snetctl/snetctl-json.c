// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <json-glib/json-glib.h>

#include "snetctl-json.h"

/* What a terminal might obey, or draws nothing; json-glib leaves some of them. */
static gboolean
is_hidden (gunichar c)
{
  switch (g_unichar_type (c))
    {
    case G_UNICODE_CONTROL:
    case G_UNICODE_FORMAT:
    case G_UNICODE_LINE_SEPARATOR:
    case G_UNICODE_PARAGRAPH_SEPARATOR:
      return TRUE;
    default:
      return FALSE;
    }
}

/* They are within strings only, where they mean the same when escaped. */
static char *
escape (const char *text)
{
  GString *out = g_string_new (NULL);

  for (const char *p = text; *p; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      if (!is_hidden (c))
        g_string_append_unichar (out, c);
      else if (c < 0x10000)
        g_string_append_printf (out, "\\u%04x", c);
      else
        g_string_append_printf (out, "\\u%04x\\u%04x", 0xd7c0 + (c >> 10), 0xdc00 + (c & 0x3ff));
    }
  return g_string_free (out, FALSE);
}

char *
snetctl_json_text (GVariant *value)
{
  g_autofree char *text = json_gvariant_serialize_data (value, NULL);

  return escape (text);
}

void
snetctl_json_print (GVariant *value)
{
  g_autofree char *text = snetctl_json_text (value);

  g_print ("%s\n", text);
}
