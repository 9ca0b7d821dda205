// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <glib/gi18n.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "snetctl-input.h"

gboolean
snetctl_input_is_terminal (void)
{
  return isatty (STDIN_FILENO) && isatty (STDERR_FILENO);
}

char *
snetctl_input_ask (const char *question)
{
  char *line = NULL;
  char *copy = NULL;
  size_t size = 0;

  g_printerr ("%s ", question);
  if (getline (&line, &size, stdin) >= 0)
    copy = g_strstrip (g_strdup (line));
  free (line);
  return copy;
}

static gboolean
parse_range (const char *text, guint max, guint *ret_first, guint *ret_last, GError **error)
{
  g_auto (GStrv) ends = g_strsplit (text, "-", 2);
  guint64 first;
  guint64 last;

  if (g_ascii_string_to_unsigned (ends[0], 10, 1, max, &first, NULL) &&
      g_ascii_string_to_unsigned (ends[1] ? ends[1] : ends[0], 10, first, max, &last, NULL))
    {
      *ret_first = (guint)first;
      *ret_last = (guint)last;
      return TRUE;
    }
  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
               _ ("“%s” is none of the numbers 1 to %u"), text, max);
  return FALSE;
}

GArray *
snetctl_input_parse_numbers (const char *text, guint max, GError **error)
{
  g_auto (GStrv) words = g_strsplit_set (text, ", \t", -1);
  g_autofree gboolean *chosen = g_new0 (gboolean, (gsize)max + 1);
  GArray *numbers = g_array_new (FALSE, FALSE, sizeof (guint));

  for (char **word = words; *word; word++)
    {
      guint first = 1;
      guint last = 0;

      if (**word && !parse_range (*word, max, &first, &last, error))
        {
          g_array_unref (numbers);
          return NULL;
        }
      for (guint i = first; i <= last; i++)
        chosen[i] = TRUE;
    }
  for (guint i = 1; i <= max; i++)
    if (chosen[i])
      g_array_append_val (numbers, i);
  return numbers;
}
