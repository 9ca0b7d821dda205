/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snetd-rule-text.h"

#include <string.h>

#include "snet-names.h"
#include "snetd-dict.h"
#include "snetd-error.h"

/* What rules without a comment are called, with a number behind it. */
#define UNNAMED "rule"

/* Reading. */

static GVariant *
refuse (const char *key, const char *text, const char *wanted, GError **error)
{
  g_set_error (error, SNETD_ERROR, SNETD_ERROR_INVALID_RULE, "“%s” cannot be “%s”; it must be %s",
               key, text, wanted);
  return NULL;
}

static GVariant *
read_number (const char *key, const char *text, char type, GError **error)
{
  const guint64 max = type == 'q' ? G_MAXUINT16 : type == 'u' ? G_MAXUINT32 : G_MAXUINT64;
  guint64 number;

  if (!g_ascii_string_to_unsigned (text, 10, 0, max, &number, NULL))
    return refuse (key, text, "a number", error);
  if (type == 'q')
    return g_variant_new_uint16 ((guint16)number);
  return type == 'u' ? g_variant_new_uint32 ((guint32)number) : g_variant_new_uint64 (number);
}

/* 2026-11-22T18:00:00+01:00; without a zone it is the machine's. */
static GVariant *
read_time (const char *key, const char *text, GError **error)
{
  g_autoptr (GTimeZone) zone = g_time_zone_new_local ();
  g_autoptr (GDateTime) time = g_date_time_new_from_iso8601 (text, zone);

  if (time == NULL)
    return refuse (key, text, "a time, such as 2026-12-31T18:00:00", error);
  return g_variant_new_int64 (g_date_time_to_unix (time) * G_USEC_PER_SEC +
                              g_date_time_get_microsecond (time));
}

static GVariant *
read_value (const char *key, const char *text, GError **error)
{
  const char type = snetd_rule_key_type (key);

  switch (type)
    {
    case 's':
      return g_variant_new_string (text);
    case 'b':
      if (!g_str_equal (text, "true") && !g_str_equal (text, "false"))
        return refuse (key, text, "true or false", error);
      return g_variant_new_boolean (text[0] == 't');
    case 'x':
      return read_time (key, text, error);
    case 'q':
    case 'u':
    case 't':
      return read_number (key, text, type, error);
    default:
      g_set_error (error, SNETD_ERROR, SNETD_ERROR_INVALID_RULE, "“%s” is not a key of a rule",
                   key);
      return NULL;
    }
}

/* Of two such faults in one value GKeyFile would warn as of a fault of its own. */
static gboolean
check_escapes (GKeyFile *file, const char *group, const char *key, GError **error)
{
  g_autofree char *value = g_key_file_get_value (file, group, key, NULL);

  for (const char *c = value; *c != '\0'; c++)
    {
      if (*c != '\\')
        continue;
      c++;
      if (*c == '\0' || strchr ("sntr\\", *c) == NULL)
        {
          g_set_error (error, SNETD_ERROR, SNETD_ERROR_INVALID_RULE,
                       "“%s”: a backslash is written as two", key);
          return FALSE;
        }
    }
  return TRUE;
}

static SnetdRule *
read_group (GKeyFile *file, const char *group, GError **error)
{
  g_auto (GVariantBuilder) dict = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_VARDICT);
  g_autoptr (GVariant) dictionary = NULL;
  g_auto (GStrv) keys = g_key_file_get_keys (file, group, NULL, NULL);
  gboolean has_comment = FALSE;

  for (char **key = keys; *key != NULL; key++)
    {
      g_autofree char *text = NULL;
      GVariant *value;

      if (!check_escapes (file, group, *key, error))
        return NULL;
      text = g_key_file_get_string (file, group, *key, NULL);
      value = read_value (*key, text, error);
      if (value == NULL)
        return NULL;
      snetd_dict_add (&dict, *key, value);
      has_comment |= g_str_equal (*key, SNET_KEY_COMMENT);
    }
  /* What a rule is called is worth keeping, where nothing more is said. */
  if (!has_comment && !g_str_has_prefix (group, UNNAMED))
    snetd_dict_add_text (&dict, SNET_KEY_COMMENT, group);
  dictionary = g_variant_ref_sink (g_variant_builder_end (&dict));
  return snetd_rule_from_variant (dictionary, SNETD_RULE_FROM_CLIENT, error);
}

/* GKeyFile makes one of two groups, and one of two keys, that have the same name. */

typedef struct
{
  GHashTable *groups;
  GHashTable *spoiled; /* the groups that nobody wrote as they are now */
  GHashTable *keys;    /* of the group */
  char *group;
} Names;

static void
spoil (Names *names, char *problem, GPtrArray *problems)
{
  g_ptr_array_add (problems, problem);
  if (names->group != NULL)
    g_hash_table_add (names->spoiled, g_strdup (names->group));
}

static void
check_line (Names *names, const char *line, GPtrArray *problems)
{
  const char *end = strchr (line, line[0] == '[' ? ']' : '=');
  char *name;

  if (line[0] == '\0' || line[0] == '#' || end == NULL)
    return;
  if (line[0] == '[')
    {
      name = g_strndup (line + 1, end - line - 1);
      g_free (names->group);
      names->group = g_strdup (name);
      g_hash_table_remove_all (names->keys);
      if (!g_hash_table_add (names->groups, name))
        spoil (names, g_strdup_printf ("[%s]: there are two of this name", names->group), problems);
      return;
    }
  name = g_strchomp (g_strndup (line, end - line));
  if (g_hash_table_contains (names->keys, name))
    spoil (
      names,
      g_strdup_printf ("[%s]: “%s” is given twice", names->group != NULL ? names->group : "", name),
      problems);
  g_hash_table_add (names->keys, name);
}

/* The groups that are not to be used. Takes the text to pieces. */
static GHashTable *
check_names (char *text, GPtrArray *problems)
{
  Names names = {
    g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL),
    g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL),
    g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL),
    NULL,
  };

  while (text != NULL)
    {
      char *next = strchr (text, '\n');

      if (next != NULL)
        *next++ = '\0';
      check_line (&names, g_strstrip (text), problems);
      text = next;
    }
  g_hash_table_unref (names.groups);
  g_hash_table_unref (names.keys);
  g_free (names.group);
  return names.spoiled;
}

static gboolean
has_too_many_lines (const char *text)
{
  guint lines = 0;

  while (lines <= SNETD_RULE_TEXT_LINES_MAX && (text = strchr (text, '\n')) != NULL)
    {
      text++;
      lines++;
    }
  return lines > SNETD_RULE_TEXT_LINES_MAX;
}

static GKeyFile *
load (const char *text, gsize length, GHashTable **ret_spoiled, GPtrArray *problems)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *terminated = NULL;

  if (length > SNETD_RULE_TEXT_MAX)
    {
      g_ptr_array_add (problems,
                       g_strdup_printf ("it is longer than %d bytes", SNETD_RULE_TEXT_MAX));
      return NULL;
    }
  terminated = g_strndup (text, length);
  if (strlen (terminated) != length || !g_utf8_validate (text, length, NULL))
    {
      g_ptr_array_add (problems, g_strdup ("it is not text (UTF-8)"));
      return NULL;
    }
  if (has_too_many_lines (terminated))
    {
      g_ptr_array_add (problems,
                       g_strdup_printf ("it has more than %d lines", SNETD_RULE_TEXT_LINES_MAX));
      return NULL;
    }
  if (length > 0 &&
      !g_key_file_load_from_data (file, text, length, G_KEY_FILE_KEEP_TRANSLATIONS, &error))
    {
      g_ptr_array_add (problems, g_strdup (error->message));
      return NULL;
    }
  *ret_spoiled = check_names (terminated, problems);
  return g_steal_pointer (&file);
}

GPtrArray *
snetd_rule_text_parse (const char *text, gsize length, GPtrArray *names, GPtrArray *problems)
{
  GPtrArray *rules = g_ptr_array_new_with_free_func ((GDestroyNotify)snetd_rule_unref);
  g_autoptr (GHashTable) spoiled = NULL;
  g_autoptr (GKeyFile) file = load (text, length, &spoiled, problems);
  g_auto (GStrv) groups = file != NULL ? g_key_file_get_groups (file, NULL) : NULL;

  for (char **group = groups; group != NULL && *group != NULL; group++)
    {
      g_autoptr (GError) error = NULL;
      SnetdRule *rule;

      if (g_hash_table_contains (spoiled, *group))
        continue;
      rule = read_group (file, *group, &error);
      if (rule == NULL)
        {
          g_ptr_array_add (problems, g_strdup_printf ("[%s]: %s", *group, error->message));
          continue;
        }
      g_ptr_array_add (rules, rule);
      if (names != NULL)
        g_ptr_array_add (names, g_strdup (*group));
    }
  return rules;
}

/* Writing. */

static char *
format_value (GVariant *value)
{
  g_autoptr (GDateTime) second = NULL;
  g_autoptr (GDateTime) time = NULL;
  gint64 number;

  if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    return g_variant_dup_string (value, NULL);
  if (!g_variant_is_of_type (value, G_VARIANT_TYPE_INT64))
    return g_variant_print (value, FALSE);

  number = g_variant_get_int64 (value);
  second = g_date_time_new_from_unix_utc (number / G_USEC_PER_SEC);
  time = g_date_time_add (second, number % G_USEC_PER_SEC);
  return g_date_time_format (time, "%Y-%m-%dT%H:%M:%S.%fZ");
}

/*
 * Its comment, as far as that can be a group's name; each name once. @taken has the
 * names, and how often each was wanted.
 */
static char *
name_group (GHashTable *taken, const SnetdRule *rule)
{
  g_autofree char *name = g_strdup (rule->comment != NULL ? rule->comment : UNNAMED);
  const char *wanted;
  char *unique;
  guint n;

  for (char *c = name; *c != '\0'; c++)
    {
      if (*c == '[' || *c == ']' || g_ascii_iscntrl (*c))
        *c = ' ';
    }
  g_strstrip (name);
  wanted = name[0] != '\0' ? name : UNNAMED;
  n = GPOINTER_TO_UINT (g_hash_table_lookup (taken, wanted)) + 1;
  unique = n > 1 ? g_strdup_printf ("%s %u", wanted, n) : g_strdup (wanted);
  while (n > 1 && g_hash_table_contains (taken, unique))
    {
      g_free (unique);
      unique = g_strdup_printf ("%s %u", wanted, ++n);
    }
  g_hash_table_replace (taken, g_strdup (wanted), GUINT_TO_POINTER (n));
  if (n > 1)
    g_hash_table_replace (taken, g_strdup (unique), GUINT_TO_POINTER (1));
  return unique;
}

static void
format_rule (GKeyFile *file, const char *group, const SnetdRule *rule)
{
  g_autoptr (GVariant) dictionary = g_variant_ref_sink (snetd_rule_to_variant (rule));
  GVariantIter iter;
  const char *key;
  GVariant *value;

  g_variant_iter_init (&iter, dictionary);
  while (g_variant_iter_loop (&iter, "{&sv}", &key, &value))
    {
      g_autofree char *text = NULL;

      if (snetd_rule_key_type (key) == 0)
        continue;
      if (g_str_equal (key, SNET_KEY_COMMENT) && g_str_equal (rule->comment, group) &&
          !g_str_has_prefix (group, UNNAMED))
        continue;
      text = format_value (value);
      g_key_file_set_string (file, group, key, text);
    }
}

char *
snetd_rule_text_format (GPtrArray *rules)
{
  g_autoptr (GHashTable) taken = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GKeyFile) file = g_key_file_new ();

  for (guint i = 0; i < rules->len; i++)
    {
      const SnetdRule *rule = g_ptr_array_index (rules, i);
      g_autofree char *group = name_group (taken, rule);

      format_rule (file, group, rule);
    }
  return g_key_file_to_data (file, NULL, NULL);
}
