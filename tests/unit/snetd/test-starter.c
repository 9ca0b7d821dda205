/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The rules that gsnet offers to begin with: snetd takes each of them, and none says too much. */
#include <locale.h>
#include <string.h>

#include "snet-names.h"
#include "snetd-rule-text.h"

#define FOLDER SNET_TEST_DATA "/starter"

/* gsnet and snetd know a rule by its name. */
static void
add_names (GHashTable *all, GPtrArray *names)
{
  for (guint i = 0; i < names->len; i++)
    g_assert_true (g_hash_table_add (all, g_strdup (g_ptr_array_index (names, i))));
}

/* Without a program it would be for all of them: within the machine, or switched off. */
static gboolean
is_narrow (GVariant *rule)
{
  const char *address = "";
  gboolean disabled = FALSE;

  g_variant_lookup (rule, SNET_KEY_REMOTE_ADDRESS, "&s", &address);
  g_variant_lookup (rule, SNET_KEY_DISABLED, "b", &disabled);
  return disabled || g_str_equal (address, "127.0.0.0/8") || g_str_equal (address, "::1");
}

static void
check_rule (const SnetdRule *rule, const char *name)
{
  static const char *const unwanted[] = { SNET_KEY_OWNER, SNET_KEY_UNTIL, SNET_KEY_LOCKED,
                                          SNET_KEY_PROGRAM_PATTERN };
  g_autoptr (GVariant) dict = g_variant_ref_sink (snetd_rule_to_variant (rule));
  const char *action = NULL;
  const char *comment = NULL;
  const char *program = NULL;

  g_test_message ("%s", name);
  g_assert_true (g_variant_lookup (dict, SNET_KEY_ACTION, "&s", &action));
  g_assert_cmpstr (action, ==, SNET_VERDICT_WORD_ALLOW);
  g_assert_true (g_variant_lookup (dict, SNET_KEY_COMMENT, "&s", &comment));
  g_assert_cmpstr (comment, ==, name);
  for (guint i = 0; i < G_N_ELEMENTS (unwanted); i++)
    g_assert_false (g_variant_lookup (dict, unwanted[i], "*", NULL));

  if (g_variant_lookup (dict, SNET_KEY_PROGRAM, "&s", &program))
    g_assert_true (g_str_has_prefix (program, "/usr/"));
  else
    g_assert_true (is_narrow (dict));
}

static void
check_set (const char *set, GHashTable *all)
{
  g_autofree char *path = g_strdup_printf (FOLDER "/%s.rules", set);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) problems = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) rules = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  gsize length;

  g_assert_true (g_file_get_contents (path, &text, &length, &error));
  g_assert_no_error (error);
  rules = snetd_rule_text_parse (text, length, names, problems);
  for (guint i = 0; i < problems->len; i++)
    g_test_message ("%s: %s", path, (const char *)g_ptr_array_index (problems, i));
  g_assert_cmpuint (problems->len, ==, 0);
  g_assert_cmpuint (rules->len, >, 0);
  for (guint i = 0; i < rules->len; i++)
    check_rule (g_ptr_array_index (rules, i), g_ptr_array_index (names, i));
  add_names (all, names);
}

static void
test_rules (void)
{
  g_autoptr (GHashTable) all = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GKeyFile) sets = g_key_file_new ();
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) groups = NULL;

  g_key_file_load_from_file (sets, FOLDER "/sets.desktop.in", G_KEY_FILE_NONE, &error);
  g_assert_no_error (error);
  groups = g_key_file_get_groups (sets, NULL);
  for (char **group = groups; *group != NULL; group++)
    {
      g_assert_true (g_key_file_has_key (sets, *group, "Name", NULL));
      g_assert_true (g_key_file_has_key (sets, *group, "Comment", NULL));
      check_set (*group, all);
    }
}

/* A file that no set names would be shipped for nothing. */
static void
test_files (void)
{
  g_autoptr (GKeyFile) sets = g_key_file_new ();
  g_autoptr (GDir) folder = g_dir_open (FOLDER, 0, NULL);
  const char *name;

  g_assert_nonnull (folder);
  g_assert_true (
    g_key_file_load_from_file (sets, FOLDER "/sets.desktop.in", G_KEY_FILE_NONE, NULL));
  while ((name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *set = NULL;

      if (!g_str_has_suffix (name, ".rules"))
        continue;
      set = g_strndup (name, strlen (name) - strlen (".rules"));
      g_assert_true (g_key_file_has_group (sets, set));
    }
}

int
main (int argc, char *argv[])
{
  setlocale (LC_ALL, "");
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/starter/rules", test_rules);
  g_test_add_func ("/starter/files", test_files);
  return g_test_run ();
}
