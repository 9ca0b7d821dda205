// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <stdlib.h>

#include "snet-names.h"

#include "gsnet-starter.h"

#define SETS_FILE "sets.ini"

static void
starter_rule_free (gpointer data)
{
  GsnetStarterRule *rule = data;

  g_free (rule->name);
  g_free (rule->text);
  g_object_unref (rule->rule);
  g_free (rule);
}

static void
starter_set_free (gpointer data)
{
  GsnetStarterSet *set = data;

  g_free (set->title);
  g_free (set->description);
  g_ptr_array_unref (set->rules);
  g_free (set);
}

/* A copy of one group, that can be changed. */
static GKeyFile *
copy_group (GKeyFile *file, const char *group)
{
  GKeyFile *copy = g_key_file_new ();
  g_auto (GStrv) keys = g_key_file_get_keys (file, group, NULL, NULL);

  for (char **key = keys; key && *key; key++)
    {
      g_autofree char *value = g_key_file_get_value (file, group, *key, NULL);

      g_key_file_set_value (copy, group, *key, value);
    }
  return copy;
}

/*
 * What the kernel will call the program: machines differ in which of their folders are links.
 * FALSE: it is not there.
 */
static gboolean
resolve_program (GKeyFile *file, const char *group)
{
  g_autofree char *program = g_key_file_get_string (file, group, SNET_KEY_PROGRAM, NULL);
  char *real;

  if (!program)
    return TRUE;
  real = realpath (program, NULL);
  if (real)
    g_key_file_set_string (file, group, SNET_KEY_PROGRAM, real);
  free (real);
  return real != NULL;
}

/* For the words only: snetd reads the text itself. */
static GVariant *
make_dict (GKeyFile *file, const char *group)
{
  g_auto (GStrv) keys = g_key_file_get_keys (file, group, NULL, NULL);
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  for (char **key = keys; key && *key; key++)
    {
      g_autofree char *value = g_key_file_get_string (file, group, *key, NULL);

      if (!value)
        continue;
      if (g_str_equal (*key, SNET_KEY_REMOTE_PORT) || g_str_equal (*key, SNET_KEY_LOCAL_PORT))
        g_variant_dict_insert (&dict, *key, "q", (guint16)g_ascii_strtoull (value, NULL, 10));
      else
        g_variant_dict_insert (&dict, *key, "s", value);
    }
  return g_variant_dict_end (&dict);
}

/* NULL: its program is not there. */
static GsnetStarterRule *
read_rule (GKeyFile *file, const char *group)
{
  g_autoptr (GKeyFile) one = copy_group (file, group);
  GsnetStarterRule *rule;

  if (!resolve_program (one, group))
    return NULL;
  rule = g_new0 (GsnetStarterRule, 1);
  rule->usual = !g_key_file_get_boolean (one, group, SNET_KEY_DISABLED, NULL);
  /* Who wants a rule wants it to be used. */
  g_key_file_remove_key (one, group, SNET_KEY_DISABLED, NULL);
  rule->name = g_strdup (group);
  rule->text = g_key_file_to_data (one, NULL, NULL);
  rule->rule = gsnet_rule_new (make_dict (one, group));
  return rule;
}

static GPtrArray *
read_rules (const char *folder, const char *set)
{
  GPtrArray *rules = g_ptr_array_new_with_free_func (starter_rule_free);
  g_autofree char *name = g_strconcat (set, ".rules", NULL);
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) groups = NULL;

  if (!g_key_file_load_from_file (file, path, G_KEY_FILE_NONE, &error))
    {
      g_warning ("Cannot read %s: %s", path, error->message);
      return rules;
    }
  groups = g_key_file_get_groups (file, NULL);
  for (char **group = groups; *group; group++)
    {
      GsnetStarterRule *rule = read_rule (file, *group);

      if (rule)
        g_ptr_array_add (rules, rule);
    }
  return rules;
}

static void
add_set (GPtrArray *sets, GKeyFile *file, const char *folder, const char *group)
{
  g_autoptr (GPtrArray) rules = read_rules (folder, group);
  GsnetStarterSet *set;

  if (rules->len == 0)
    return;
  set = g_new0 (GsnetStarterSet, 1);
  set->title = g_key_file_get_locale_string (file, group, "Name", NULL, NULL);
  set->description = g_key_file_get_locale_string (file, group, "Comment", NULL, NULL);
  set->rules = g_steal_pointer (&rules);
  g_ptr_array_add (sets, set);
}

static char *
find_folder (void)
{
  for (const char *const *dir = g_get_system_data_dirs (); *dir; dir++)
    {
      g_autofree char *folder = g_build_filename (*dir, "snet", "starter", NULL);
      g_autofree char *sets = g_build_filename (folder, SETS_FILE, NULL);

      if (g_file_test (sets, G_FILE_TEST_IS_REGULAR))
        return g_steal_pointer (&folder);
    }
  return g_build_filename (SNET_DATADIR, "snet", "starter", NULL);
}

GPtrArray *
gsnet_starter_load (void)
{
  GPtrArray *sets = g_ptr_array_new_with_free_func (starter_set_free);
  g_autofree char *folder = find_folder ();
  g_autofree char *path = g_build_filename (folder, SETS_FILE, NULL);
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) groups = NULL;

  if (!g_key_file_load_from_file (file, path, G_KEY_FILE_KEEP_TRANSLATIONS, &error))
    {
      g_warning ("Cannot read %s: %s", path, error->message);
      return sets;
    }
  groups = g_key_file_get_groups (file, NULL);
  for (char **group = groups; *group; group++)
    add_set (sets, file, folder, *group);
  return sets;
}
