// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <string.h>

#include "snet-names.h"

#include "snetctl-csv.h"

#define LINE_END "\r\n"

static const char *const keys[] = {
  SNET_KEY_SERIAL,
  SNET_KEY_ID,
  SNET_KEY_TIME,
  SNET_KEY_VERDICT,
  SNET_KEY_REASON,
  SNET_KEY_RULE,
  SNET_KEY_ERRNO,
  SNET_KEY_WAITED,
  SNET_KEY_OPERATION,
  SNET_KEY_FAMILY,
  SNET_KEY_TYPE,
  SNET_KEY_PROTOCOL,
  SNET_KEY_LOCAL_ADDRESS,
  SNET_KEY_LOCAL_PORT,
  SNET_KEY_REMOTE_ADDRESS,
  SNET_KEY_REMOTE_PORT,
  SNET_KEY_REMOTE_HOST,
  SNET_KEY_HOST_SOURCE,
  SNET_KEY_UID,
  SNET_KEY_PID,
  SNET_KEY_COMM,
  SNET_KEY_PROGRAM,
  SNET_KEY_PROGRAM_DIGEST,
  SNET_KEY_SCRIPT,
  SNET_KEY_COMMAND,
  SNET_KEY_DIRECTORY,
  SNET_KEY_ANCESTORS,
  SNET_KEY_SESSION,
  SNET_KEY_APP,
  SNET_KEY_UNIT,
  SNET_KEY_CGROUP,
  SNET_KEY_NETNS,
  SNET_KEY_PROCESS,
  SNET_KEY_HOLD,
};

static void
append_visible (GString *out, gunichar c)
{
  const GUnicodeType type = g_unichar_type (c);

  if (type == G_UNICODE_CONTROL || type == G_UNICODE_FORMAT || type == G_UNICODE_LINE_SEPARATOR ||
      type == G_UNICODE_PARAGRAPH_SEPARATOR)
    g_string_append_printf (out, "<U+%04X>", c);
  else if (c == '"')
    g_string_append (out, "\"\"");
  else
    g_string_append_unichar (out, c);
}

/*
 * In quotes if it has to be. A spreadsheet takes what begins with one of these for a formula,
 * which could do anything; an apostrophe before it makes it a text.
 */
static void
append_text (GString *out, const char *text)
{
  const gboolean quoted = strpbrk (text, ",\" ") != NULL;

  if (quoted)
    g_string_append_c (out, '"');
  if (*text && strchr ("=+-@'", *text))
    g_string_append_c (out, '\'');
  for (const char *p = text; *p; p = g_utf8_next_char (p))
    append_visible (out, g_utf8_get_char (p));
  if (quoted)
    g_string_append_c (out, '"');
}

/* Its elements, with spaces between them. */
static void
append_list (GString *out, GVariant *list)
{
  g_autofree const char **words = g_variant_get_strv (list, NULL);
  g_autofree char *text = g_strjoinv (" ", (char **)words);

  append_text (out, text);
}

static void
append_value (GString *out, GVariant *value)
{
  g_autofree char *number = NULL;

  if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    append_text (out, g_variant_get_string (value, NULL));
  else if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING_ARRAY))
    append_list (out, value);
  else if (g_variant_type_is_basic (g_variant_get_type (value)))
    {
      number = g_variant_print (value, FALSE);
      g_string_append (out, number);
    }
}

char *
snetctl_csv_titles (void)
{
  GString *line = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    g_string_append_printf (line, "%s%s", i ? "," : "", keys[i]);
  g_string_append (line, LINE_END);
  return g_string_free (line, FALSE);
}

char *
snetctl_csv_line (GVariant *event)
{
  GString *line = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      g_autoptr (GVariant) value = g_variant_lookup_value (event, keys[i], NULL);

      if (i)
        g_string_append_c (line, ',');
      if (value)
        append_value (line, value);
    }
  g_string_append (line, LINE_END);
  return g_string_free (line, FALSE);
}
