/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rules on disk, and files that are not to be touched. */
#include <glib/gstdio.h>
#include <locale.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "snetd-database.h"
#include "snetd-error.h"
#include "snetd-store.h"

typedef struct
{
  char *directory;
  char *path;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;

  fixture->directory = g_dir_make_tmp ("snetd-XXXXXX", &error);
  g_assert_no_error (error);
  fixture->path = g_build_filename (fixture->directory, "rules.db", NULL);
}

static void
tear_down (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GDir) dir = g_dir_open (fixture->directory, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (fixture->directory, name, NULL);

      g_unlink (path);
    }
  g_rmdir (fixture->directory);
  g_free (fixture->directory);
  g_free (fixture->path);
}

static SnetdStore *
store_open (Fixture *fixture, const char *boot)
{
  g_autoptr (GError) error = NULL;
  SnetdStore *store = snetd_store_open (fixture->path, boot, &error);

  g_assert_no_error (error);
  g_assert_nonnull (store);
  return store;
}

static guint64
store_add (SnetdStore *store, const char *text)
{
  g_autoptr (GVariant) value = g_variant_parse (G_VARIANT_TYPE_VARDICT, text, NULL, NULL, NULL);
  g_autoptr (SnetdRule) rule = NULL;
  g_autoptr (GError) error = NULL;

  rule = snetd_rule_from_variant (value, SNETD_RULE_FROM_CLIENT, &error);
  g_assert_no_error (error);
  g_assert_true (snetd_store_add (store, rule, &error));
  g_assert_no_error (error);
  g_assert_cmpint (rule->created, >, 0);
  return rule->id;
}

static GPtrArray *
store_load (SnetdStore *store)
{
  g_autoptr (GError) error = NULL;
  GPtrArray *rules = snetd_store_load (store, &error);

  g_assert_no_error (error);
  return rules;
}

/* With another program's eyes. */
static void
run_sql (const char *path, const char *sql)
{
  sqlite3 *db;

  g_assert_cmpint (sqlite3_open (path, &db), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (db, sql, NULL, NULL, NULL), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_close (db), ==, SQLITE_OK);
}

static int
read_number (const char *path, const char *sql)
{
  sqlite3_stmt *statement;
  sqlite3 *db;
  int number;

  g_assert_cmpint (sqlite3_open (path, &db), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_prepare_v2 (db, sql, -1, &statement, NULL), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_step (statement), ==, SQLITE_ROW);
  number = sqlite3_column_int (statement, 0);
  sqlite3_finalize (statement);
  g_assert_cmpint (sqlite3_close (db), ==, SQLITE_OK);
  return number;
}

/* All of it, and id and created. */
static void
check_kept (const char *text, SnetdRule *rule)
{
  g_autoptr (GVariant) given = g_variant_parse (G_VARIANT_TYPE_VARDICT, text, NULL, NULL, NULL);
  g_autoptr (GVariant) kept = g_variant_ref_sink (snetd_rule_to_variant (rule));
  GVariantIter iter;
  const char *key;
  GVariant *value;

  g_variant_iter_init (&iter, given);
  while (g_variant_iter_loop (&iter, "{&sv}", &key, &value))
    {
      g_autoptr (GVariant) got = g_variant_lookup_value (kept, key, NULL);

      g_test_message ("%s", key);
      g_assert_nonnull (got);
      g_assert_true (g_variant_equal (got, value));
    }
  g_assert_cmpuint (g_variant_n_children (kept), ==, g_variant_n_children (given) + 2);
}

/* Every key that a rule can have is in one of them. */
static const char *const kept_rules[] = {
  "{'action': <'deny'>, 'errno': <'ENETUNREACH'>, 'lifetime': <'forever'>,"
  " 'owner': <uint32 4294967294>, 'uid': <uint32 4294967294>,"
  " 'comment': <'it’s'>, 'operation': <'connect'>, 'program': <'/usr/bin/a b'>,"
  " 'family': <'inet6'>, 'type': <'stream'>, 'protocol': <'mptcp'>,"
  " 'script': <'/usr/bin/get'>, 'ancestor': <'/usr/sbin/sshd'>, 'remote-host': <'example.org'>,"
  " 'remote-address': <'2001:db8::/32'>, 'remote-port': <uint16 65535>,"
  " 'local-address': <'2001:db8::1'>, 'local-port': <uint16 0>}",
  "{'action': <'allow'>, 'lifetime': <'reboot'>, 'locked': <true>, 'disabled': <true>,"
  " 'process': <uint64 18446744073709551615>, 'session': <uint32 4294967294>,"
  " 'netns': <uint64 4026531840>, 'program-pattern': <'/opt/**/bin/*'>,"
  " 'program-digest': <'00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff'>,"
  " 'script-pattern': <'**/*.py'>, 'ancestor-pattern': <'/usr/bin/*'>,"
  " 'app': <'org.mozilla.firefox'>, 'unit': <'cups.service'>,"
  " 'cgroup': <'/user.slice/user-1000.slice'>, 'remote-domain': <'example.org'>,"
  " 'remote-list': <'ads'>, 'remote-ports': <'6000-6010'>, 'local-ports': <'1024-65535'>,"
  " 'time-of-week': <'mon-fri 08:00-18:00, sat'>}",
};

static void
test_keeps (Fixture *fixture, gconstpointer unused)
{
  guint64 ids[G_N_ELEMENTS (kept_rules)];
  g_autoptr (SnetdStore) store = store_open (fixture, "boot");
  g_autoptr (GPtrArray) rules = NULL;
  guint32 conditions = 0;
  struct stat file;

  for (gsize i = 0; i < G_N_ELEMENTS (kept_rules); i++)
    ids[i] = store_add (store, kept_rules[i]);
  g_clear_pointer (&store, snetd_store_close);

  store = store_open (fixture, "boot");
  rules = store_load (store);
  g_assert_cmpuint (rules->len, ==, G_N_ELEMENTS (kept_rules));
  for (guint i = 0; i < rules->len; i++)
    {
      SnetdRule *rule = g_ptr_array_index (rules, i);

      g_assert_cmpuint (rule->id, ==, ids[i]);
      check_kept (kept_rules[i], rule);
      conditions |= rule->conditions;
    }
  g_assert_cmphex (conditions, ==, SNETD_CONDITION_BIT (SNETD_CONDITION_LAST) - 1);

  g_assert_cmpint (g_stat (fixture->path, &file), ==, 0);
  g_assert_cmpint (file.st_mode & 077, ==, 0);
}

static void
store_add_session (SnetdStore *store, const char *login)
{
  g_autoptr (SnetdRule) rule = snetd_rule_new ();
  g_autoptr (GError) error = NULL;

  rule->action = SNETD_ACTION_ALLOW;
  rule->lifetime = SNETD_LIFETIME_SESSION;
  rule->login = g_strdup (login);
  g_assert_true (snetd_store_add (store, rule, &error));
  g_assert_no_error (error);
}

/* What ends by itself goes on doing so in the same boot, and in the next as far as it can. */
static void
test_lifetimes (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (SnetdStore) store = store_open (fixture, "boot");
  g_autoptr (GPtrArray) rules = NULL;
  g_autoptr (GError) error = NULL;
  SnetdRule *rule;
  guint64 timed;

  timed = store_add (store, "{'action': <'deny'>, 'lifetime': <'until'>, 'until': <int64 7>}");
  store_add (store, "{'action': <'deny'>, 'lifetime': <'process'>, 'process': <uint64 5>}");
  store_add_session (store, "c2");
  rules = store_load (store);
  rule = g_ptr_array_index (rules, 0);
  rule->until_boot = 99;
  g_assert_true (snetd_store_update (store, rule, &error));
  rule = g_ptr_array_index (rules, 1);
  rule->pid = 4711;
  g_assert_true (snetd_store_update (store, rule, &error));
  rule = g_ptr_array_index (rules, 2);
  g_assert_cmpstr (rule->login, ==, "c2");
  g_free (rule->login);
  rule->login = g_strdup ("user-1000");
  g_assert_true (snetd_store_update (store, rule, &error));
  g_assert_no_error (error);
  g_clear_pointer (&rules, g_ptr_array_unref);
  g_clear_pointer (&store, snetd_store_close);

  store = store_open (fixture, "boot");
  rules = store_load (store);
  g_assert_cmpuint (rules->len, ==, 3);
  rule = g_ptr_array_index (rules, 0);
  g_assert_cmpint (rule->until, ==, 7);
  g_assert_cmpint (rule->until_boot, ==, 99);
  rule = g_ptr_array_index (rules, 1);
  g_assert_cmpuint (rule->pid, ==, 4711);
  rule = g_ptr_array_index (rules, 2);
  g_assert_cmpint (rule->lifetime, ==, SNETD_LIFETIME_SESSION);
  g_assert_cmpstr (rule->login, ==, "user-1000");
  g_clear_pointer (&rules, g_ptr_array_unref);
  g_clear_pointer (&store, snetd_store_close);

  store = store_open (fixture, "next boot");
  rules = store_load (store);
  g_assert_cmpuint (rules->len, ==, 1);
  rule = g_ptr_array_index (rules, 0);
  g_assert_cmpuint (rule->id, ==, timed);
  g_assert_cmpint (rule->until, ==, 7);
  g_assert_cmpint (rule->until_boot, ==, 0);
}

/* The rules of the first snetd, which knew fewer keys. */
static void
test_first_version (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *copy = g_strconcat (fixture->path, ".v1", NULL);
  g_autoptr (SnetdStore) store = NULL;
  g_autoptr (GPtrArray) rules = NULL;

  run_sql (
    fixture->path,
    "CREATE TABLE rules (id INTEGER PRIMARY KEY AUTOINCREMENT, owner INTEGER,"
    " action TEXT NOT NULL, errno TEXT, lifetime TEXT NOT NULL, boot_id TEXT, comment TEXT,"
    " created INTEGER NOT NULL, operation TEXT, program TEXT, uid INTEGER, family TEXT,"
    " type TEXT, protocol TEXT, remote_address TEXT, remote_port INTEGER,"
    " local_address TEXT, local_port INTEGER) STRICT;"
    "INSERT INTO rules (id, action, lifetime, created, program, remote_port)"
    " VALUES (7, 'allow', 'forever', 1, '/usr/bin/curl', 443), (8, 'deny', 'forever', 1, '/x', 1);"
    "DELETE FROM rules WHERE id = 8;"
    "PRAGMA application_id = 0x736e6572; PRAGMA user_version = 1");
  store = store_open (fixture, "boot");
  rules = store_load (store);
  g_assert_cmpuint (rules->len, ==, 1);
  check_kept ("{'action': <'allow'>, 'lifetime': <'forever'>, 'program': <'/usr/bin/curl'>,"
              " 'remote-port': <uint16 443>}",
              g_ptr_array_index (rules, 0));
  g_assert_cmpint (read_number (copy, "SELECT id FROM rules"), ==, 7);
  /* An id that has been used is not used again. */
  g_assert_cmpuint (store_add (store, "{'action': <'ask'>}"), ==, 9);
}

/* Of the second one, which knew no lists and no login sessions. */
static void
test_second_version (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *copy = g_strconcat (fixture->path, ".v2", NULL);
  g_autoptr (SnetdStore) store = NULL;
  g_autoptr (GPtrArray) rules = NULL;
  SnetdRule *rule;

  run_sql (
    fixture->path,
    "CREATE TABLE rules (id INTEGER PRIMARY KEY AUTOINCREMENT, owner INTEGER,"
    " action TEXT NOT NULL, errno TEXT, lifetime TEXT NOT NULL"
    " CHECK (lifetime IN ('process', 'reboot', 'until', 'forever')), until INTEGER,"
    " until_boot INTEGER, pid INTEGER, boot_id TEXT, comment TEXT, created INTEGER NOT NULL,"
    " locked INTEGER, disabled INTEGER, process INTEGER, program TEXT, program_digest TEXT,"
    " program_pattern TEXT, script TEXT, script_pattern TEXT, ancestor TEXT,"
    " ancestor_pattern TEXT, app TEXT, unit TEXT, cgroup TEXT, remote_host TEXT,"
    " remote_domain TEXT, remote_address TEXT, remote_port INTEGER, remote_ports TEXT,"
    " local_address TEXT, local_port INTEGER, local_ports TEXT, operation TEXT, protocol TEXT,"
    " type TEXT, family TEXT, netns INTEGER, uid INTEGER, session INTEGER, time_of_week TEXT"
    ") STRICT;"
    "INSERT INTO rules VALUES (4, 1000, 'deny', 'ENETUNREACH', 'process', NULL, NULL, 4711, 'boot',"
    " 'c', 1, NULL, 1, 5, '/p', NULL, NULL, '/s', NULL, '/a', NULL, 'app', 'unit', '/cg',"
    " 'example.org', NULL, '192.0.2.0/24', 443, NULL, '192.0.2.1', NULL, '1-2', 'connect', 'tcp',"
    " 'stream', 'inet', 9, 1000, 3, 'mon'), (7, NULL, 'allow', NULL, 'until', 99, 55, NULL, 'boot',"
    " NULL, 1, 1, NULL, NULL, NULL, NULL, '/pp', NULL, '/sp', NULL, '/ap', NULL, NULL, NULL, NULL,"
    " 'org', NULL, NULL, '1-2', NULL, 22, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),"
    " (8, NULL, 'allow', NULL, 'forever', NULL, NULL, NULL, NULL, NULL, 1, NULL, NULL, NULL, '/x',"
    " NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,"
    " NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);"
    "DELETE FROM rules WHERE id = 8;"
    "PRAGMA application_id = 0x736e6572; PRAGMA user_version = 2");
  store = store_open (fixture, "boot");
  rules = store_load (store);
  g_assert_cmpuint (rules->len, ==, 2);
  rule = g_ptr_array_index (rules, 0);
  g_assert_cmpuint (rule->id, ==, 4);
  g_assert_cmpuint (rule->pid, ==, 4711);
  check_kept ("{'owner': <uint32 1000>, 'action': <'deny'>, 'errno': <'ENETUNREACH'>,"
              " 'lifetime': <'process'>, 'comment': <'c'>, 'disabled': <true>,"
              " 'process': <uint64 5>, 'program': <'/p'>, 'script': <'/s'>, 'ancestor': <'/a'>,"
              " 'app': <'app'>, 'unit': <'unit'>, 'cgroup': <'/cg'>,"
              " 'remote-host': <'example.org'>, 'remote-address': <'192.0.2.0/24'>,"
              " 'remote-port': <uint16 443>, 'local-address': <'192.0.2.1'>,"
              " 'local-ports': <'1-2'>, 'operation': <'connect'>, 'protocol': <'tcp'>,"
              " 'type': <'stream'>, 'family': <'inet'>, 'netns': <uint64 9>,"
              " 'uid': <uint32 1000>, 'session': <uint32 3>, 'time-of-week': <'mon'>}",
              rule);
  rule = g_ptr_array_index (rules, 1);
  g_assert_cmpint (rule->until_boot, ==, 55);
  check_kept ("{'action': <'allow'>, 'lifetime': <'until'>, 'until': <int64 99>,"
              " 'locked': <true>, 'program-pattern': <'/pp'>, 'script-pattern': <'/sp'>,"
              " 'ancestor-pattern': <'/ap'>, 'remote-domain': <'org'>, 'remote-ports': <'1-2'>,"
              " 'local-port': <uint16 22>}",
              rule);
  g_assert_cmpint (read_number (copy, "SELECT count(*) FROM rules"), ==, 2);
  g_assert_cmpuint (store_add (store, "{'action': <'ask'>}"), ==, 9);
}

/* Before add returns another program sees it, and a kill would not lose it. */
static void
test_durable (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (SnetdStore) store = store_open (fixture, "boot");

  store_add (store, "{'action': <'allow'>}");
  g_assert_cmpint (read_number (fixture->path, "SELECT count(*) FROM rules"), ==, 1);
}

static void
test_remove (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (SnetdStore) store = store_open (fixture, "boot");
  g_autoptr (GPtrArray) rules = NULL;
  g_autoptr (GError) error = NULL;
  guint64 one, two, three;

  one = store_add (store, "{'action': <'allow'>}");
  two = store_add (store, "{'action': <'deny'>}");
  g_assert_true (snetd_store_remove (store, two, &error));
  g_assert_no_error (error);

  rules = store_load (store);
  g_assert_cmpuint (rules->len, ==, 1);
  g_assert_cmpuint (((SnetdRule *)g_ptr_array_index (rules, 0))->id, ==, one);

  /* The last id was free, and is not given again; not even after a restart. */
  g_clear_pointer (&store, snetd_store_close);
  store = store_open (fixture, "boot");
  three = store_add (store, "{'action': <'allow'>}");
  g_assert_cmpuint (three, >, two);
}

static void
test_reboot (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (SnetdStore) store = store_open (fixture, "boot one");
  g_autoptr (GPtrArray) rules = NULL;
  guint64 lasting;

  store_add (store, "{'action': <'allow'>, 'lifetime': <'reboot'>}");
  lasting = store_add (store, "{'action': <'allow'>, 'lifetime': <'forever'>}");
  g_clear_pointer (&store, snetd_store_close);

  store = store_open (fixture, "boot one");
  rules = store_load (store);
  g_assert_cmpuint (rules->len, ==, 2);
  g_clear_pointer (&rules, g_ptr_array_unref);
  g_clear_pointer (&store, snetd_store_close);

  store = store_open (fixture, "boot two");
  rules = store_load (store);
  g_assert_cmpuint (rules->len, ==, 1);
  g_assert_cmpuint (((SnetdRule *)g_ptr_array_index (rules, 0))->id, ==, lasting);
}

/* Somebody wrote nonsense with sqlite3: that rule is not used, the others are. */
static void
test_nonsense (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (SnetdStore) store = store_open (fixture, "boot");
  g_autoptr (GPtrArray) rules = NULL;

  store_add (store, "{'action': <'allow'>}");
  run_sql (fixture->path, "INSERT INTO rules (action, lifetime, created, program)"
                          " VALUES ('allow', 'forever', 1, 'not a path')");
  rules = store_load (store);
  g_assert_cmpuint (rules->len, ==, 1);
  g_assert_cmpint (read_number (fixture->path, "SELECT count(*) FROM rules"), ==, 2);

  /* A table takes any bytes for a text. */
  run_sql (fixture->path, "UPDATE rules SET program = CAST(x'2fff' AS TEXT)");
  g_clear_pointer (&rules, g_ptr_array_unref);
  rules = store_load (store);
  g_assert_cmpuint (rules->len, ==, 0);
}

/* What the table does not allow is there: who knows what else is. No such rule is wider than it
 * was. */
static void
test_impossible (Fixture *fixture, gconstpointer unused)
{
  static const char *const changes[] = {
    "action = 'maybe'",    "owner = -1",
    "owner = 4294967295",  "uid = 4294968296",
    "remote_port = 65979", "locked = 2",
    "lifetime = 'reboot'", "lifetime = 'session', boot_id = 'boot'",
    "until = 5",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (changes); i++)
    {
      g_autofree char *sql =
        g_strdup_printf ("PRAGMA ignore_check_constraints = ON; UPDATE rules SET %s", changes[i]);
      g_autoptr (SnetdStore) store = store_open (fixture, "boot");
      g_autoptr (GPtrArray) rules = NULL;
      g_autoptr (GError) error = NULL;

      store_add (store, "{'action': <'allow'>}");
      run_sql (fixture->path, sql);
      rules = snetd_store_load (store, &error);
      g_test_message ("%s: %s", changes[i], error != NULL ? error->message : "no error");
      g_assert_error (error, SNETD_ERROR, SNETD_ERROR_STORE_FAILED);
      g_assert_nonnull (strstr (error->message, "is damaged"));
      g_assert_null (rules);
      run_sql (fixture->path, "DELETE FROM rules");
    }
}

static void
check_loads (Fixture *fixture, guint n_rules)
{
  g_autoptr (SnetdStore) store = store_open (fixture, "boot");
  g_autoptr (GPtrArray) rules = store_load (store);

  g_assert_cmpuint (rules->len, ==, n_rules);
}

/* A byte of a rule is another one: it would be for another program, or for all. */
static void
test_checksum (Fixture *fixture, gconstpointer unused)
{
  static const char *const changes[] = {
    "UPDATE rules SET program = '/usr/bin/curm'",
    "UPDATE rules SET program = NULL",
    "UPDATE rules SET remote_port = 442",
    "UPDATE rules SET remote_port = NULL, local_port = 443",
    "UPDATE rules SET action = 'deny'",
    "UPDATE rules SET owner = 1001",
    "UPDATE rules SET lifetime = 'reboot', boot_id = 'boot'",
    "UPDATE rules SET until_boot = 1",
    "UPDATE rules SET checksum = checksum + 1",
  };
  g_autoptr (SnetdStore) store = store_open (fixture, "boot");

  store_add (store, "{'action': <'allow'>, 'owner': <uint32 1000>, 'program': <'/usr/bin/curl'>,"
                    " 'remote-port': <uint16 443>}");
  g_clear_pointer (&store, snetd_store_close);
  for (gsize i = 0; i < G_N_ELEMENTS (changes); i++)
    {
      g_autofree char *bytes = NULL;
      gsize size;

      g_test_message ("%s", changes[i]);
      g_assert_true (g_file_get_contents (fixture->path, &bytes, &size, NULL));
      check_loads (fixture, 1);
      run_sql (fixture->path, changes[i]);
      check_loads (fixture, 0);
      g_assert_true (g_file_set_contents (fixture->path, bytes, (gssize)size, NULL));
    }
}

/* It is made anew with each change, and a rule that another program has written needs none. */
static void
test_checksum_new (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (SnetdStore) store = store_open (fixture, "boot");
  g_autoptr (GPtrArray) rules = NULL;
  g_autoptr (GError) error = NULL;

  store_add (store, kept_rules[0]);
  rules = store_load (store);
  ((SnetdRule *)g_ptr_array_index (rules, 0))->action = SNETD_ACTION_ASK;
  ((SnetdRule *)g_ptr_array_index (rules, 0))->error = 0;
  g_assert_true (snetd_store_update (store, g_ptr_array_index (rules, 0), &error));
  g_assert_no_error (error);
  g_clear_pointer (&store, snetd_store_close);
  check_loads (fixture, 1);
  run_sql (fixture->path, "INSERT INTO rules (action, lifetime, created, program)"
                          " VALUES ('allow', 'forever', 1, '/usr/bin/nc')");
  check_loads (fixture, 2);
}

/* What is no text would have been no condition. */
static void
test_no_text (Fixture *fixture, gconstpointer unused)
{
  static const char *const values[] = {
    "CAST (x'2f62696eff' AS TEXT)",     /* no UTF-8 */
    "CAST (x'2f62696e002f78' AS TEXT)", /* a 0 within it */
    "''",
  };
  SnetdStore *store = store_open (fixture, "boot");

  snetd_store_close (store);
  for (gsize i = 0; i < G_N_ELEMENTS (values); i++)
    {
      g_autofree char *sql =
        g_strdup_printf ("INSERT INTO rules (action, lifetime, created, program)"
                         " VALUES ('allow', 'forever', 1, %s)",
                         values[i]);

      run_sql (fixture->path, sql);
    }
  check_loads (fixture, 0);
}

/* Nor has a rule here the number of one in a file. */
static void
test_odd_numbers (Fixture *fixture, gconstpointer unused)
{
  SnetdStore *store = store_open (fixture, "boot");

  snetd_store_close (store);
  run_sql (fixture->path, "INSERT INTO rules (id, action, lifetime, created) VALUES"
                          " (0, 'allow', 'forever', 1), (-5, 'allow', 'forever', 1),"
                          " (1 << 52, 'allow', 'forever', 1), (7, 'allow', 'forever', 1)");
  check_loads (fixture, 1);
}

/* Files that must come out as they went in. */

static void
check_refused (Fixture *fixture, const char *says)
{
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  g_autoptr (GError) error = NULL;
  gsize before_size, after_size;

  g_assert_true (g_file_get_contents (fixture->path, &before, &before_size, NULL));
  g_assert_null (snetd_store_open (fixture->path, "boot", &error));
  g_test_message ("%s", error->message);
  g_assert_error (error, SNETD_ERROR, SNETD_ERROR_STORE_FAILED);
  g_assert_nonnull (strstr (error->message, fixture->path));
  g_assert_nonnull (strstr (error->message, says));
  g_assert_true (g_file_get_contents (fixture->path, &after, &after_size, NULL));
  g_assert_cmpmem (before, before_size, after, after_size);
}

static void
test_garbage (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *garbage = g_strnfill (10000, 'x');

  g_assert_true (g_file_set_contents (fixture->path, garbage, -1, NULL));
  check_refused (fixture, "not a database");
}

static void
test_damaged (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *bytes = NULL;
  gsize size;
  SnetdStore *store = store_open (fixture, "boot");

  for (guint i = 0; i < 200; i++)
    store_add (store, "{'action': <'allow'>, 'comment': <'to fill a few pages of the file'>}");
  snetd_store_close (store);

  g_assert_true (g_file_get_contents (fixture->path, &bytes, &size, NULL));
  g_assert_cmpuint (size, >, 4 * 4096);
  memset (bytes + size / 2, 0xa5, 4096);
  g_assert_true (g_file_set_contents (fixture->path, bytes, size, NULL));
  check_refused (fixture, "");
}

static void
test_newer (Fixture *fixture, gconstpointer unused)
{
  snetd_store_close (store_open (fixture, "boot"));
  run_sql (fixture->path, "PRAGMA user_version = 1000");
  check_refused (fixture, "made by a newer snetd");
}

/* It says that it is older than it is: what is made of that has no lists, and no scripts. */
static void
test_other_version (Fixture *fixture, gconstpointer unused)
{
  SnetdStore *store = store_open (fixture, "boot");

  store_add (store, kept_rules[1]);
  snetd_store_close (store);
  for (int version = 3; version >= 0; version--)
    {
      g_autofree char *sql = g_strdup_printf ("PRAGMA user_version = %d", version);

      run_sql (fixture->path, sql);
      check_refused (fixture, version > 0 ? "is damaged" : "");
    }
}

static void
test_foreign (Fixture *fixture, gconstpointer unused)
{
  run_sql (fixture->path, "CREATE TABLE bookmarks (url TEXT)");
  check_refused (fixture, "not one that snetd has made");
}

static void
test_no_directory (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *path = g_build_filename (fixture->directory, "missing", "rules.db", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_null (snetd_store_open (path, "boot", &error));
  g_assert_error (error, SNETD_ERROR, SNETD_ERROR_STORE_FAILED);
  g_assert_nonnull (strstr (error->message, path));
}

/* The disk is full: the rule is refused, and is not there after all. */
static void
test_full (Fixture *fixture, gconstpointer unused)
{
  static const char *const migrations[] = { "CREATE TABLE t (x TEXT) STRICT", NULL };
  const SnetdSchema schema = { .application_id = 1, .migrations = migrations, .full_sync = TRUE };
  g_autofree char *big = g_strnfill (100000, 'x');
  g_autofree char *sql = g_strdup_printf ("INSERT INTO t VALUES ('%s')", big);
  g_autoptr (SnetdDatabase) database = NULL;
  g_autoptr (GError) error = NULL;

  database = snetd_database_open (fixture->path, &schema, &error);
  g_assert_no_error (error);
  g_assert_true (snetd_database_exec (database, "PRAGMA max_page_count = 10", &error));
  g_assert_no_error (error);
  g_assert_false (snetd_database_exec (database, sql, &error));
  g_assert_error (error, SNETD_ERROR, SNETD_ERROR_STORE_FAILED);
  g_assert_nonnull (strstr (error->message, "full"));
  g_assert_cmpint (read_number (fixture->path, "SELECT count(*) FROM t"), ==, 0);
}

/* Migrations: a copy first, all or nothing. */

static void
test_migrate (Fixture *fixture, gconstpointer unused)
{
  const char *migrations[] = { "CREATE TABLE t (x INTEGER) STRICT; INSERT INTO t VALUES (7)", NULL,
                               NULL };
  SnetdSchema schema = { .application_id = 1, .migrations = migrations, .full_sync = TRUE };
  g_autofree char *copy = g_strconcat (fixture->path, ".v1", NULL);
  g_autoptr (SnetdDatabase) database = NULL;
  g_autoptr (GError) error = NULL;

  database = snetd_database_open (fixture->path, &schema, &error);
  g_assert_no_error (error);
  g_clear_pointer (&database, snetd_database_close);
  g_assert_false (g_file_test (copy, G_FILE_TEST_EXISTS));

  /* One that fails half way leaves all as it was. */
  migrations[1] = "ALTER TABLE t ADD COLUMN y INTEGER; ALTER TABLE nothing ADD COLUMN z INTEGER";
  g_assert_null (snetd_database_open (fixture->path, &schema, &error));
  g_assert_error (error, SNETD_ERROR, SNETD_ERROR_STORE_FAILED);
  g_clear_error (&error);
  g_assert_cmpint (read_number (fixture->path, "PRAGMA user_version"), ==, 1);
  g_assert_cmpint (
    read_number (fixture->path, "SELECT count(*) FROM pragma_table_info('t') WHERE name = 'y'"), ==,
    0);

  migrations[1] = "ALTER TABLE t ADD COLUMN y INTEGER";
  database = snetd_database_open (fixture->path, &schema, &error);
  g_assert_no_error (error);
  g_clear_pointer (&database, snetd_database_close);
  g_assert_cmpint (read_number (fixture->path, "PRAGMA user_version"), ==, 2);
  g_assert_cmpint (read_number (fixture->path, "SELECT x FROM t WHERE y IS NULL"), ==, 7);
  g_assert_cmpint (read_number (copy, "PRAGMA user_version"), ==, 1);
  g_assert_cmpint (read_number (copy, "SELECT x FROM t"), ==, 7);
}

int
main (int argc, char **argv)
{
  setlocale (LC_ALL, "C.UTF-8");
  g_test_init (&argc, &argv, NULL);
  /* Warnings belong to some of these. */
  g_log_set_always_fatal (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL);

#define ADD(name, function) g_test_add (name, Fixture, NULL, set_up, function, tear_down)
  ADD ("/store/keeps", test_keeps);
  ADD ("/store/lifetimes", test_lifetimes);
  ADD ("/store/first-version", test_first_version);
  ADD ("/store/second-version", test_second_version);
  ADD ("/store/durable", test_durable);
  ADD ("/store/remove", test_remove);
  ADD ("/store/reboot", test_reboot);
  ADD ("/store/nonsense", test_nonsense);
  ADD ("/store/impossible", test_impossible);
  ADD ("/store/checksum", test_checksum);
  ADD ("/store/checksum-new", test_checksum_new);
  ADD ("/store/no-text", test_no_text);
  ADD ("/store/odd-numbers", test_odd_numbers);
  ADD ("/store/garbage", test_garbage);
  ADD ("/store/damaged", test_damaged);
  ADD ("/store/newer", test_newer);
  ADD ("/store/other-version", test_other_version);
  ADD ("/store/foreign", test_foreign);
  ADD ("/store/no-directory", test_no_directory);
  ADD ("/store/full", test_full);
  ADD ("/store/migrate", test_migrate);
#undef ADD

  return g_test_run ();
}
