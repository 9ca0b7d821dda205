/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snetd-regexp.h"

#include <string.h>

#define DEPTH_MAX 8 /* of groups in groups */

/* What stands for the start of a name, or of any label in it. */
#define START_OR_DOT  "(^|\\.)"
#define START_OR_DOT2 "(?:^|\\.)"

/* The last thing in a pattern, as two stars in a row would mean something else. */
typedef enum
{
  LAST_OTHER,
  LAST_STAR,
  LAST_GLOBSTAR,
} Last;

typedef struct
{
  GString *text;
  GString *pattern;
  gboolean is_pattern;
  Last last;
} Branch;

typedef struct
{
  const char *at;
  GPtrArray *branches; /* of what has been read */
  guint depth;
} Parser;

static void
branch_free (Branch *branch)
{
  g_string_free (branch->text, TRUE);
  g_string_free (branch->pattern, TRUE);
  g_free (branch);
}

static GPtrArray *
new_branches (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify)branch_free);
}

static Branch *
branch_new (const char *text, const char *pattern)
{
  Branch *branch = g_new0 (Branch, 1);

  branch->text = g_string_new (text);
  branch->pattern = g_string_new (pattern);
  return branch;
}

static void
add_copies (GPtrArray *branches, GPtrArray *from)
{
  for (guint i = 0; i < from->len; i++)
    {
      const Branch *branch = g_ptr_array_index (from, i);
      Branch *copy = branch_new (branch->text->str, branch->pattern->str);

      copy->is_pattern = branch->is_pattern;
      copy->last = branch->last;
      g_ptr_array_add (branches, copy);
    }
}

static GPtrArray *
copy_branches (GPtrArray *from)
{
  GPtrArray *branches = new_branches ();

  add_copies (branches, from);
  return branches;
}

static gboolean
refuse (GError **error, const char *what)
{
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED, what);
  return FALSE;
}

static gboolean
check_count (Parser *parser, GError **error)
{
  return parser->branches->len <= SNETD_REGEXP_BRANCHES_MAX ||
         refuse (error, "it has too many alternatives");
}

/* What is read is appended to all branches. */

static void
append_text (GPtrArray *branches, const char *text, gsize length)
{
  for (guint i = 0; i < branches->len; i++)
    {
      Branch *branch = g_ptr_array_index (branches, i);

      g_string_append_len (branch->text, text, length);
      if (strchr ("*?\\", text[0]) != NULL)
        g_string_append_c (branch->pattern, '\\');
      g_string_append_len (branch->pattern, text, length);
      branch->last = LAST_OTHER;
    }
}

static void
append_character (GPtrArray *branches)
{
  for (guint i = 0; i < branches->len; i++)
    {
      Branch *branch = g_ptr_array_index (branches, i);

      g_string_append_c (branch->pattern, '?');
      branch->is_pattern = TRUE;
      branch->last = LAST_OTHER;
    }
}

/* A star behind a star adds nothing, and behind it would make two of it. */
static void
append_star (GPtrArray *branches)
{
  for (guint i = 0; i < branches->len; i++)
    {
      Branch *branch = g_ptr_array_index (branches, i);

      if (branch->last == LAST_OTHER)
        {
          g_string_append_c (branch->pattern, '*');
          branch->last = LAST_STAR;
        }
      branch->is_pattern = TRUE;
    }
}

static void
append_globstar (GPtrArray *branches)
{
  for (guint i = 0; i < branches->len; i++)
    {
      Branch *branch = g_ptr_array_index (branches, i);

      if (branch->last == LAST_STAR)
        g_string_append_c (branch->pattern, '*');
      else if (branch->last == LAST_OTHER)
        g_string_append (branch->pattern, "**");
      branch->last = LAST_GLOBSTAR;
      branch->is_pattern = TRUE;
    }
}

/* Reading. */

static gboolean parse_sequence (Parser *parser, GError **error);

/* Behind the bracket. */
static gboolean
parse_alternatives (Parser *parser, GError **error)
{
  g_autoptr (GPtrArray) before = g_steal_pointer (&parser->branches);
  g_autoptr (GPtrArray) all = new_branches ();
  gboolean more = TRUE;

  while (more)
    {
      g_clear_pointer (&parser->branches, g_ptr_array_unref);
      parser->branches = copy_branches (before);
      if (!parse_sequence (parser, error))
        return FALSE;
      add_copies (all, parser->branches);
      if (*parser->at != '|' && *parser->at != ')')
        return refuse (error, "it has a bracket without its other half");
      more = *parser->at++ == '|';
    }
  g_ptr_array_unref (parser->branches);
  parser->branches = g_steal_pointer (&all);
  return check_count (parser, error);
}

static gboolean
parse_group (Parser *parser, GError **error)
{
  g_autoptr (GPtrArray) before = copy_branches (parser->branches);

  parser->at++;
  if (g_str_has_prefix (parser->at, "?:"))
    parser->at += 2;
  else if (*parser->at == '?')
    return refuse (error, "“(?” has no equivalent");
  if (++parser->depth > DEPTH_MAX)
    return refuse (error, "it has too many groups in groups");
  if (!parse_alternatives (parser, error))
    return FALSE;
  parser->depth--;
  if (*parser->at == '?')
    {
      parser->at++;
      add_copies (parser->branches, before);
    }
  return check_count (parser, error);
}

/* [^/] is any character of a file's name, and [x] is x. */
static gboolean
parse_class (Parser *parser, GError **error)
{
  if (g_str_has_prefix (parser->at, "[^/]"))
    {
      parser->at += 4;
      if (*parser->at == '*')
        append_star (parser->branches);
      else
        append_character (parser->branches);
      if (*parser->at == '+')
        append_star (parser->branches);
      if (*parser->at == '*' || *parser->at == '+')
        parser->at++;
      return TRUE;
    }
  if (g_ascii_isgraph (parser->at[1]) && strchr ("^]\\[", parser->at[1]) == NULL &&
      parser->at[2] == ']')
    {
      append_text (parser->branches, parser->at + 1, 1);
      parser->at += 3;
      return TRUE;
    }
  return refuse (error, "a set of characters (“[…]”) has no equivalent");
}

static gboolean
parse_dot (Parser *parser, GError **error)
{
  if (parser->at[1] != '*')
    return refuse (error, "“.” stands for any character, which has no equivalent; a dot is “\\.”");
  append_globstar (parser->branches);
  parser->at += 2;
  return TRUE;
}

/* It may be followed by a question mark: with it or without. */
static gboolean
parse_character (Parser *parser, GError **error)
{
  const char *character = parser->at;
  const char *next;

  if (*character == '\\')
    {
      character++;
      if (!g_ascii_ispunct (*character))
        return refuse (error, "a backslash with a letter has no equivalent");
    }
  else if (strchr ("^$*+?{}]", *character) != NULL)
    return refuse (error, "“^”, “$” or a repetition stands where it has no equivalent");

  next = g_utf8_next_char (character);
  if (*next == '?')
    {
      g_autoptr (GPtrArray) without = copy_branches (parser->branches);

      append_text (parser->branches, character, next - character);
      add_copies (parser->branches, without);
      parser->at = next + 1;
      return check_count (parser, error);
    }
  append_text (parser->branches, character, next - character);
  parser->at = next;
  return TRUE;
}

static gboolean
parse_atom (Parser *parser, GError **error)
{
  switch (*parser->at)
    {
    case '(':
      return parse_group (parser, error);
    case '[':
      return parse_class (parser, error);
    case '.':
      return parse_dot (parser, error);
    default:
      return parse_character (parser, error);
    }
}

static gboolean
is_end (const char *at)
{
  return *at == '\0' || (at[0] == '$' && at[1] == '\0');
}

/* As far as a group's end, or the end of all. A repetition is read with what it repeats. */
static gboolean
parse_sequence (Parser *parser, GError **error)
{
  while (!is_end (parser->at) && *parser->at != '|' && *parser->at != ')')
    {
      if (!parse_atom (parser, error))
        return FALSE;
      if (*parser->at != '\0' && strchr ("*+?{", *parser->at) != NULL)
        return refuse (error,
                       "a repetition (“*”, “+”, “?”, “{”) has no equivalent where it stands");
    }
  return TRUE;
}

static void
parse_start (Parser *parser)
{
  const char *forms[] = { START_OR_DOT, START_OR_DOT2 };

  for (gsize i = 0; i < G_N_ELEMENTS (forms); i++)
    {
      if (g_str_has_prefix (parser->at, forms[i]))
        {
          g_autoptr (GPtrArray) start = copy_branches (parser->branches);

          append_globstar (parser->branches);
          append_text (parser->branches, ".", 1);
          add_copies (parser->branches, start);
          parser->at += strlen (forms[i]);
          return;
        }
    }
  if (*parser->at == '^')
    parser->at++;
  else
    append_globstar (parser->branches);
}

static gboolean
parse (Parser *parser, GError **error)
{
  parse_start (parser);
  if (!parse_sequence (parser, error))
    return FALSE;
  if (!is_end (parser->at))
    return refuse (error, "alternatives (“|”) have an equivalent only in brackets");
  if (*parser->at == '\0')
    append_globstar (parser->branches);
  return TRUE;
}

/* Branches for others. */

static void
result_free (SnetdBranch *branch)
{
  g_free (branch->text);
  g_free (branch->pattern);
  g_free (branch);
}

static void
add_result (GPtrArray *results, const char *text, const char *pattern)
{
  SnetdBranch *branch = g_new0 (SnetdBranch, 1);

  branch->text = g_strdup (text);
  branch->pattern = g_strdup (pattern);
  g_ptr_array_add (results, branch);
}

static GPtrArray *
new_results (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify)result_free);
}

GPtrArray *
snetd_regexp_expand (const char *regexp, GError **error)
{
  Parser parser = { regexp, new_branches (), 0 };
  GPtrArray *results = NULL;
  gboolean ok;

  g_ptr_array_add (parser.branches, branch_new ("", ""));
  ok = strlen (regexp) <= SNETD_REGEXP_MAX ? parse (&parser, error)
                                           : refuse (error, "it is longer than 1024 bytes");
  if (ok)
    results = new_results ();
  for (guint i = 0; ok && i < parser.branches->len; i++)
    {
      const Branch *branch = g_ptr_array_index (parser.branches, i);

      add_result (results, branch->text->str, branch->is_pattern ? branch->pattern->str : NULL);
    }
  g_ptr_array_unref (parser.branches);
  return results;
}

GPtrArray *
snetd_regexp_literal (const char *text)
{
  GPtrArray *results = new_results ();

  add_result (results, text, NULL);
  return results;
}
