/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Messages with an id: each has one of its own, and a place in the manual. */
#include <string.h>

#include "snetd-log.h"

static char *
read_source (const char *name)
{
  g_autofree char *path = g_build_filename (SNET_TEST_DATA, name, NULL);
  g_autoptr (GError) error = NULL;
  char *text = NULL;

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  return text;
}

static void
test_listed (void)
{
  g_autofree char *header = read_source ("../snetd/snetd-log.h");
  g_autofree char *manual = read_source ("snetd.8.in");
  g_autoptr (GHashTable) ids = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GRegex) regex =
    g_regex_new ("#define SNETD_MESSAGE_\\w+ +\"(.*)\"", G_REGEX_DEFAULT, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;

  g_regex_match (regex, header, 0, &match);
  for (; g_match_info_matches (match); g_match_info_next (match, NULL))
    {
      char *id = g_match_info_fetch (match, 1);
      g_autofree char *line = g_strdup_printf ("\n.B %s\n", id);

      g_test_message ("%s", id);
      g_assert_cmpuint (strlen (id), ==, 32);
      g_assert_cmpuint (strspn (id, "0123456789abcdef"), ==, 32);
      g_assert_nonnull (strstr (manual, line));
      g_assert_true (g_hash_table_add (ids, id));
    }
  g_assert_cmpuint (g_hash_table_size (ids), >=, 10);
}

static GString *written;

static GLogWriterOutput
write_fields (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer data)
{
  for (gsize i = 0; i < n_fields; i++)
    {
      if (g_str_has_prefix (fields[i].key, "MESSAGE") || g_str_has_prefix (fields[i].key, "SNET_"))
        g_string_append_printf (written, "%s=%s\n", fields[i].key, (const char *)fields[i].value);
    }
  return G_LOG_WRITER_HANDLED;
}

static void
test_fields (void)
{
  written = g_string_new (NULL);
  g_log_set_writer_func (write_fields, NULL, NULL);
  snetd_log (G_LOG_LEVEL_MESSAGE, SNETD_MESSAGE_CONFIG, "%s has been read", "it");
  snetd_log_user (SNETD_MESSAGE_SETTING, 5, "set by %d", 5);
  g_assert_nonnull (strstr (written->str, "MESSAGE_ID=" SNETD_MESSAGE_CONFIG "\n"));
  g_assert_nonnull (strstr (written->str, "MESSAGE=it has been read\n"));
  g_assert_nonnull (strstr (written->str, "MESSAGE_ID=" SNETD_MESSAGE_SETTING "\n"));
  g_assert_nonnull (strstr (written->str, "SNET_UID=5\n"));
  g_assert_nonnull (strstr (written->str, "MESSAGE=set by 5\n"));
  g_string_free (written, TRUE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/log/listed", test_listed);
  g_test_add_func ("/log/fields", test_fields);
  return g_test_run ();
}
