// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include "gsnet-text.h"

#define FIRST_STRONG_ISOLATE    "\xe2\x81\xa8"
#define POP_DIRECTIONAL_ISOLATE "\xe2\x81\xa9"
#define ELLIPSIS                "\xe2\x80\xa6"

/* What draws nothing, or moves what others draw, could hide or fake a part of a name. */
static gboolean
is_treacherous (gunichar c)
{
  switch (g_unichar_type (c))
    {
    case G_UNICODE_CONTROL:
    case G_UNICODE_FORMAT:
    case G_UNICODE_SURROGATE:
    case G_UNICODE_PRIVATE_USE:
    case G_UNICODE_UNASSIGNED:
    case G_UNICODE_LINE_SEPARATOR:
    case G_UNICODE_PARAGRAPH_SEPARATOR:
      return TRUE;
    case G_UNICODE_SPACE_SEPARATOR:
      return c != ' ';
    default:
      return g_unichar_iszerowidth (c) && !g_unichar_ismark (c);
    }
}

/* Letters that are written from right to left drag neighbouring digits with them. */
static gboolean
is_right_to_left (gunichar c)
{
  return (c >= 0x0590 && c <= 0x08ff) || (c >= 0xfb1d && c <= 0xfdff) ||
         (c >= 0xfe70 && c <= 0xfefc) || (c >= 0x10800 && c <= 0x10fff) ||
         (c >= 0x1e800 && c <= 0x1efff);
}

static void
append_visible (GString *out, gunichar c)
{
  if (is_treacherous (c))
    g_string_append_printf (out, "<U+%04X>", c);
  else
    g_string_append_unichar (out, c);
}

/*
 * Valid UTF-8, no more than about max_chars characters (the middle is left
 * out), and every character that cannot be seen written as <U+XXXX>.
 */
char *
gsnet_text_visible (const char *text, gsize max_chars)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  gsize n_chars = (gsize)g_utf8_strlen (valid, -1);
  gsize head = n_chars;
  gsize tail = n_chars;
  gboolean isolate = FALSE;
  g_autoptr (GString) out = g_string_new (NULL);
  gsize i = 0;

  if (n_chars > max_chars)
    {
      head = max_chars / 2;
      tail = n_chars - (max_chars - head - 1);
    }

  for (const char *p = valid; *p; p = g_utf8_next_char (p), i++)
    {
      gunichar c = g_utf8_get_char (p);

      if (i == head)
        g_string_append (out, ELLIPSIS);
      if (i >= head && i < tail)
        continue;
      isolate |= is_right_to_left (c);
      append_visible (out, c);
    }

  if (isolate)
    {
      g_string_prepend (out, FIRST_STRONG_ISOLATE);
      g_string_append (out, POP_DIRECTIONAL_ISOLATE);
    }
  return g_string_free (g_steal_pointer (&out), FALSE);
}
