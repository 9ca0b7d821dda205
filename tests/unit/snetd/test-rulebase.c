/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The rules in force: many at once, those of files, and what is announced of both. */
#include <glib/gstdio.h>
#include <locale.h>
#include <sqlite3.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fake-snet.h"
#include "snetd-error.h"
#include "snetd-rulebase.h"

typedef struct
{
  char *directory;
  char *database;
  char *rules_dir;
  SnetdLists *lists;
  SnetdLogins *logins;
  SnetdRulebase *rulebase;
  guint added;
  guint updated;
  guint removed;
  guint changed;
} Fixture;

static void
count_cb (SnetdRulebase *rulebase, guint64 id, guint *count)
{
  (*count)++;
}

static void
count_changed_cb (SnetdRulebase *rulebase, guint *count)
{
  (*count)++;
}

static void
start (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;
  SnetdStore *store = snetd_store_open (fixture->database, "boot", &error);

  g_clear_object (&fixture->rulebase);
  fixture->rulebase =
    snetd_rulebase_new (store, error, fixture->rules_dir, fixture->lists, fixture->logins);
  g_signal_connect (fixture->rulebase, "added", G_CALLBACK (count_cb), &fixture->added);
  g_signal_connect (fixture->rulebase, "updated", G_CALLBACK (count_cb), &fixture->updated);
  g_signal_connect (fixture->rulebase, "removed", G_CALLBACK (count_cb), &fixture->removed);
  g_signal_connect (fixture->rulebase, "changed", G_CALLBACK (count_changed_cb), &fixture->changed);
}

/* No bus, no logind: nobody is at the other end. */
static SnetdLogins *
make_logins (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocket) socket = NULL;
  g_autoptr (GSocketConnection) stream = NULL;
  g_autoptr (GDBusConnection) connection = NULL;
  int ends[2];

  g_assert_no_errno (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends));
  close (ends[1]);
  socket = g_socket_new_from_fd (ends[0], &error);
  g_assert_no_error (error);
  stream = g_socket_connection_factory_create_connection (socket);
  connection = g_dbus_connection_new_sync (G_IO_STREAM (stream), NULL, G_DBUS_CONNECTION_FLAGS_NONE,
                                           NULL, NULL, &error);
  g_assert_no_error (error);
  return snetd_logins_new (connection);
}

static void
set_up (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;

  fixture->directory = g_dir_make_tmp ("snetd-XXXXXX", &error);
  g_assert_no_error (error);
  fixture->database = g_build_filename (fixture->directory, "rules.db", NULL);
  fixture->rules_dir = g_build_filename (fixture->directory, "rules.d", NULL);
  g_assert_cmpint (g_mkdir (fixture->rules_dir, 0700), ==, 0);
  fixture->lists = snetd_lists_new ("/nonexistent");
  fixture->logins = make_logins ();
}

static void
remove_dir (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *file = g_build_filename (path, name, NULL);

      g_unlink (file);
    }
  g_rmdir (path);
}

static void
tear_down (Fixture *fixture, gconstpointer unused)
{
  g_clear_object (&fixture->rulebase);
  g_object_unref (fixture->lists);
  g_object_unref (fixture->logins);
  remove_dir (fixture->rules_dir);
  remove_dir (fixture->directory);
  g_free (fixture->directory);
  g_free (fixture->database);
  g_free (fixture->rules_dir);
}

/* What has been announced since the last time. */
static void
check_announced (Fixture *fixture, guint added, guint updated, guint removed, guint changed)
{
  g_assert_cmpuint (fixture->added, ==, added);
  g_assert_cmpuint (fixture->updated, ==, updated);
  g_assert_cmpuint (fixture->removed, ==, removed);
  g_assert_cmpuint (fixture->changed, ==, changed);
  fixture->added = fixture->updated = fixture->removed = fixture->changed = 0;
}

static void
check_count (Fixture *fixture, guint count)
{
  g_autoptr (GPtrArray) rules = snetd_rulebase_list (fixture->rulebase);

  g_assert_cmpuint (rules->len, ==, count);
}

static GPtrArray *
make_rules (guint count)
{
  GPtrArray *rules = g_ptr_array_new_with_free_func ((GDestroyNotify)snetd_rule_unref);

  for (guint i = 0; i < count; i++)
    {
      SnetdRule *rule = snetd_rule_new ();

      rule->comment = g_strdup_printf ("%u", i);
      g_ptr_array_add (rules, rule);
    }
  return rules;
}

/* With another program's hands. */
static void
run_sql (Fixture *fixture, const char *sql)
{
  sqlite3 *db;

  g_assert_cmpint (sqlite3_open (fixture->database, &db), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (db, sql, NULL, NULL, NULL), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_close (db), ==, SQLITE_OK);
}

static void
test_add_all (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GPtrArray) rules = make_rules (3);
  g_autoptr (GPtrArray) none = make_rules (0);
  g_autoptr (GError) error = NULL;

  start (fixture);
  ((SnetdRule *)g_ptr_array_index (rules, 1))->disabled = TRUE;
  g_assert_true (snetd_rulebase_add_all (fixture->rulebase, rules, &error));
  check_announced (fixture, 3, 0, 0, 1);
  check_count (fixture, 3);
  for (guint i = 0; i < rules->len; i++)
    g_assert_cmpuint (((SnetdRule *)g_ptr_array_index (rules, i))->id, ==, i + 1);
  g_assert_true (snetd_rulebase_add_all (fixture->rulebase, none, &error));
  check_announced (fixture, 0, 0, 0, 0);
  start (fixture);
  check_count (fixture, 3);
}

/* The disk is full in the middle: as if nothing had been asked. */
static void
test_add_all_fails (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GPtrArray) rules = make_rules (10);
  g_autoptr (GError) error = NULL;

  start (fixture);
  run_sql (fixture, "CREATE TRIGGER full BEFORE INSERT ON rules WHEN NEW.comment = '7'"
                    " BEGIN SELECT RAISE (ABORT, 'no space is left'); END");
  g_assert_false (snetd_rulebase_add_all (fixture->rulebase, rules, &error));
  g_assert_error (error, SNETD_ERROR, SNETD_ERROR_STORE_FAILED);
  g_assert_nonnull (strstr (error->message, "no space is left"));
  check_announced (fixture, 0, 0, 0, 0);
  check_count (fixture, 0);
  for (guint i = 0; i < rules->len; i++)
    g_assert_cmpuint (((SnetdRule *)g_ptr_array_index (rules, i))->id, ==, 0);

  /* The next one has what it needs. */
  run_sql (fixture, "DROP TRIGGER full");
  g_clear_error (&error);
  g_assert_true (snetd_rulebase_add_all (fixture->rulebase, rules, &error));
  check_announced (fixture, 10, 0, 0, 1);
  start (fixture);
  check_count (fixture, 10);
}

static void
write_rules (Fixture *fixture, const char *name, const char *text)
{
  g_autofree char *path = g_build_filename (fixture->rules_dir, name, NULL);

  g_assert_true (
    g_file_set_contents_full (path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, NULL));
}

/* Reads the files again. */
static void
reload (Fixture *fixture, guint problems)
{
  g_autoptr (GPtrArray) found = snetd_rulebase_reload (fixture->rulebase);

  g_assert_cmpuint (found->len, ==, problems);
}

static void
test_reload (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GPtrArray) rules = make_rules (1);
  g_autoptr (GError) error = NULL;

  write_rules (fixture, "a.rules", "[a]\naction=allow\n[b]\naction=ask\ndisabled=true\n");
  write_rules (fixture, "b.rules", "[a]\naction=deny\n");
  start (fixture);
  check_count (fixture, 3);
  g_assert_true (snetd_rulebase_add_all (fixture->rulebase, rules, &error));
  check_announced (fixture, 1, 0, 0, 1);

  reload (fixture, 0);
  check_announced (fixture, 0, 0, 0, 0);

  /* Another action, none any more, the same as before, and a new one. */
  write_rules (fixture, "a.rules", "[a]\naction=deny\n[c]\naction=ask\n");
  reload (fixture, 0);
  check_announced (fixture, 1, 1, 1, 1);
  check_count (fixture, 4);

  /* What cannot be read any more is used no more, and the others are. */
  write_rules (fixture, "a.rules", "[a]\naction=nothing\n[c]\naction=ask\n");
  reload (fixture, 1);
  check_announced (fixture, 0, 0, 1, 1);

  remove_dir (fixture->rules_dir);
  reload (fixture, 0);
  check_announced (fixture, 0, 0, 2, 1);
  check_count (fixture, 1);
  g_assert_cmpint (g_mkdir (fixture->rules_dir, 0700), ==, 0);
}

/* It is the administrator's to change, and in the file only. */
static void
test_read_only (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GPtrArray) rules = NULL;
  g_autoptr (SnetdRule) other = snetd_rule_new ();
  g_autoptr (GError) error = NULL;
  const SnetdRule *rule;

  write_rules (fixture, "a.rules", "[a]\naction=allow\n");
  start (fixture);
  rules = snetd_rulebase_list (fixture->rulebase);
  rule = g_ptr_array_index (rules, 0);
  g_assert_false (snetd_rulebase_remove (fixture->rulebase, rule->id, &error));
  g_assert_error (error, SNETD_ERROR, SNETD_ERROR_READ_ONLY_RULE);
  g_assert_nonnull (strstr (error->message, rule->source));
  g_clear_error (&error);
  other->id = rule->id;
  g_assert_false (snetd_rulebase_update (fixture->rulebase, other, &error));
  g_assert_error (error, SNETD_ERROR, SNETD_ERROR_READ_ONLY_RULE);
  check_announced (fixture, 0, 0, 0, 0);
  check_count (fixture, 1);
}

static gboolean
has_ended (Fixture *fixture)
{
  return fixture->removed > 0;
}

static gboolean
too_late (gpointer user_data)
{
  g_error ("The rule does not end");
  return G_SOURCE_REMOVE;
}

/* One that ends at a time does, though it stays in its file, and does not come back. */
static void
test_until (Fixture *fixture, gconstpointer unused)
{
  const gint64 end = g_get_real_time () / G_USEC_PER_SEC + 2;
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_utc (end);
  g_autofree char *until = g_date_time_format_iso8601 (time);
  g_autofree char *text =
    g_strdup_printf ("[a]\naction=allow\nlifetime=until\nuntil=%s\n[b]\naction=ask\n", until);
  guint bound;

  write_rules (fixture, "a.rules", text);
  start (fixture);
  check_count (fixture, 2);
  bound = g_timeout_add_seconds (30, too_late, NULL);
  while (!has_ended (fixture))
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (bound);
  check_announced (fixture, 0, 0, 1, 1);
  reload (fixture, 0);
  check_announced (fixture, 0, 0, 0, 0);
  check_count (fixture, 1);
}

/* A database that cannot be used takes nothing from the files. */
static void
test_no_store (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GPtrArray) rules = make_rules (1);
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_set_contents (fixture->database, "no database, and long enough", -1, NULL));
  write_rules (fixture, "a.rules", "[a]\naction=allow\n");
  start (fixture);
  check_count (fixture, 1);
  g_assert_false (snetd_rulebase_add_all (fixture->rulebase, rules, &error));
  g_assert_error (error, SNETD_ERROR, SNETD_ERROR_STORE_FAILED);
  write_rules (fixture, "a.rules", "[b]\naction=allow\n");
  reload (fixture, 0);
  check_announced (fixture, 1, 0, 1, 1);
}

static void
add (const char *path, void (*test) (Fixture *, gconstpointer))
{
  g_test_add (path, Fixture, NULL, set_up, test, tear_down);
}

int
main (int argc, char **argv)
{
  setlocale (LC_ALL, "C.UTF-8");
  g_test_init (&argc, &argv, NULL);
  /* Warnings are part of it; mistakes are not. */
  g_log_set_always_fatal (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL);
  fake_snet_reset ();

  add ("/rulebase/add-all", test_add_all);
  add ("/rulebase/add-all-fails", test_add_all_fails);
  add ("/rulebase/reload", test_reload);
  add ("/rulebase/read-only", test_read_only);
  add ("/rulebase/until", test_until);
  add ("/rulebase/no-store", test_no_store);

  return g_test_run ();
}
