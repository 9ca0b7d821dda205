// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <string.h>

#include "snetctl-fit.h"

#define ELLIPSIS "…"

static guint
char_width (gunichar c)
{
  if (g_unichar_iszerowidth (c))
    return 0;
  return g_unichar_iswide (c) ? 2 : 1;
}

guint
snetctl_fit_width (const char *text)
{
  guint width = 0;

  for (const char *p = text; *p; p = g_utf8_next_char (p))
    width += char_width (g_utf8_get_char (p));
  return width;
}

char *
snetctl_fit_text (const char *text, guint width)
{
  const guint all = snetctl_fit_width (text);
  guint head, tail, at = 0;
  GString *out;

  if (all <= width)
    return g_strdup (text);
  if (width == 0)
    return g_strdup ("");
  /* More of the end, which is the name of a program, or a port. */
  head = (width - 1) * 2 / 5;
  tail = width - 1 - head;
  out = g_string_new (NULL);
  for (const char *p = text; *p; p = g_utf8_next_char (p))
    {
      const guint wide = char_width (g_utf8_get_char (p));

      if (at + wide <= head || at >= all - tail)
        g_string_append_unichar (out, g_utf8_get_char (p));
      if (at < head + 1 && at + wide >= head + 1)
        g_string_append (out, ELLIPSIS);
      at += wide;
    }
  return g_string_free (out, FALSE);
}

/* Where the text of a line begins; but not so far to the right that there is hardly room for it. */
static guint
find_indent (const char *line, guint width)
{
  const char *text = line + strspn (line, " ");
  const char *gap = strstr (text, "  ");
  const char *behind = gap ? gap + strspn (gap, " ") : NULL;
  g_autofree char *before = NULL;

  if (behind && *behind)
    text = behind;
  before = g_strndup (line, (gsize)(text - line));
  return snetctl_fit_width (before) <= width / 2 ? snetctl_fit_width (before) : 0;
}

static void
wrap_line (GString *out, const char *line, guint width)
{
  const guint indent = find_indent (line, width);
  guint column = 0;
  gsize space = 0; /* where it can be broken; 0: nowhere */

  for (const char *p = line; *p; p = g_utf8_next_char (p))
    {
      if (*p == ' ' && column > indent)
        space = out->len;
      g_string_append_unichar (out, g_utf8_get_char (p));
      column += char_width (g_utf8_get_char (p));
      if (column > width && space > 0)
        {
          g_autofree char *tail = g_strdup (out->str + space + 1);

          g_string_truncate (out, space);
          g_string_append_printf (out, "\n%*s%s", (int)indent, "", tail);
          column = indent + snetctl_fit_width (tail);
          space = 0;
        }
    }
}

char *
snetctl_fit_wrap (const char *text, guint width)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  GString *out = g_string_new (NULL);

  for (guint i = 0; lines[i]; i++)
    {
      if (i > 0)
        g_string_append_c (out, '\n');
      wrap_line (out, lines[i], width);
    }
  return g_string_free (out, FALSE);
}

static guint
total (const SnetctlFitColumn *columns, guint n_columns)
{
  guint sum = 0;

  for (guint i = 0; i < n_columns; i++)
    if (!columns[i].gone)
      sum += columns[i].wanted + (sum > 0 ? 1 : 0);
  return sum;
}

/* Takes one from the widest of those that can be cut. */
static gboolean
cut_one (SnetctlFitColumn *columns, guint n_columns)
{
  SnetctlFitColumn *widest = NULL;

  for (guint i = 0; i < n_columns; i++)
    if (!columns[i].gone && columns[i].wanted > columns[i].least &&
        (!widest || columns[i].wanted > widest->wanted))
      widest = &columns[i];
  if (widest)
    widest->wanted--;
  return widest != NULL;
}

static gboolean
vanish_one (SnetctlFitColumn *columns, guint n_columns)
{
  SnetctlFitColumn *first = NULL;

  for (guint i = 0; i < n_columns; i++)
    if (!columns[i].gone && columns[i].vanishes > (first ? first->vanishes : 0))
      first = &columns[i];
  if (first)
    first->gone = TRUE;
  return first != NULL;
}

/* Whether they fit when all that can be cut is. */
static gboolean
can_fit (const SnetctlFitColumn *columns, guint n_columns, guint width)
{
  g_autofree SnetctlFitColumn *least = g_memdup2 (columns, n_columns * sizeof *columns);

  for (guint i = 0; i < n_columns; i++)
    least[i].wanted = MIN (least[i].wanted, least[i].least);
  return total (least, n_columns) <= width;
}

void
snetctl_fit_columns (SnetctlFitColumn *columns, guint n_columns, guint width)
{
  while (!can_fit (columns, n_columns, width) && vanish_one (columns, n_columns))
    ;
  while (total (columns, n_columns) > width && cut_one (columns, n_columns))
    ;
}
