/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snetd-json.h"

#include <string.h>

static gboolean
refuse (GError **error, const char *what)
{
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, what);
  return FALSE;
}

static const char *
skip_spaces (const char *at, const char *end)
{
  while (at < end && strchr (" \t\r\n", *at) != NULL && *at != '\0')
    at++;
  return at;
}

/* From behind its first quotation mark to behind the last; NULL: there is no such. */
static const char *
skip_text (const char *at, const char *end)
{
  for (; at < end && *at != '"'; at++)
    {
      if (*at == '\\')
        at++;
    }
  return at < end ? at + 1 : NULL;
}

/*
 * From its first bracket to behind the last. What is between is left to the parser; but
 * that calls itself for each that is in another, and keeps all parts of it, so it must not
 * get too many.
 */
static const char *
skip_value (const char *at, const char *end, GError **error)
{
  guint depth = 0, parts = 0;

  while (at != NULL && at < end)
    {
      const char c = *at++;

      if (c == '"')
        at = skip_text (at, end);
      else if (c == '{' || c == '[')
        depth++;
      else if (c == '}' || c == ']')
        depth--;
      parts += strchr ("{[,", c) != NULL;
      if (depth > SNETD_JSON_DEPTH_MAX || parts > SNETD_JSON_PARTS_MAX)
        {
          refuse (error, depth > SNETD_JSON_DEPTH_MAX ? "too many brackets are in each other"
                                                      : "it has too many parts");
          return NULL;
        }
      if (depth == 0)
        return at;
    }
  refuse (error, "a bracket or a text has no end");
  return NULL;
}

gboolean
snetd_json_next (const char **text,
                 const char *end,
                 const char **ret_start,
                 gsize *ret_length,
                 GError **error)
{
  const char *start = skip_spaces (*text, end);
  const char *behind;

  if (start == end)
    return FALSE;
  if (*start != '{' && *start != '[')
    return refuse (error, "where there should be a “{” or a “[” is something else");
  behind = skip_value (start, end, error);
  if (behind == NULL)
    return FALSE;
  *text = behind;
  *ret_start = start;
  *ret_length = behind - start;
  return TRUE;
}

JsonNode *
snetd_json_parse (const char *start, gsize length, GError **error)
{
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();

  /* What is behind it would be lost. */
  if (g_strstr_len (start, length, "\\u0000") != NULL)
    {
      refuse (error, "a text in it holds \\u0000");
      return NULL;
    }
  if (!json_parser_load_from_data (parser, start, length, error))
    return NULL;
  return json_parser_steal_root (parser);
}
