/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * snetd dies between an answer and its verdict, and starts again: no rule is lost of which
 * anybody was told, none is there twice, and none that nobody made. 1,000 times with -m slow.
 */
#include <arpa/inet.h>
#include <glib/gstdio.h>
#include <locale.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fake-snet.h"
#include "private-bus.h"
#include "snet-names.h"
#include "snetd-daemon.h"

#define DAEMON     "--daemon"
#define RUNS       64
#define RUNS_SLOW  1000
#define AT_RANDOM  "at random"
#define RANDOM_US  20000
#define READY      'R'
#define VERDICT    'V'
#define TIMEOUT_MS 30000

/* In their order, and whether the rule has to be there after it; snetd_step() has the names. */
static const struct
{
  const char *name;
  gboolean durable;
} steps[] = {
  { "allowed", FALSE }, { "bound", FALSE },   { "stored", TRUE },   { "announced", TRUE },
  { "verdict", TRUE },  { "finished", TRUE }, { "answered", TRUE }, { AT_RANDOM, FALSE },
};

/* The one that dies: this program again, with a kernel that holds one call. */

typedef struct
{
  GMainLoop *loop;
  int told; /* where the test reads what has happened */
  guint16 port;
} Daemon;

static void
tell (const Daemon *self, char what)
{
  g_assert_cmpint (write (self->told, &what, 1), ==, 1);
}

static int
verdict_cb (guint64 id, gpointer user_data)
{
  tell (user_data, VERDICT);
  return 0;
}

static void
ready_cb (SnetdDaemon *daemon, Daemon *self)
{
  struct snet_event event = fake_snet_event (0);

  /* Each to a port of its own, so that no rule of those before decides it. */
  ((struct sockaddr_in *)&event.remote)->sin_port = htons (self->port);
  fake_snet_hold (event);
  tell (self, READY);
}

static void
failed_cb (SnetdDaemon *daemon, const char *message, Daemon *self)
{
  g_error ("%s", message);
}

static GDBusConnection *
connect_to (const char *address)
{
  g_autoptr (GError) error = NULL;
  GDBusConnection *connection;

  connection = g_dbus_connection_new_for_address_sync (
    address,
    G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT | G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
    NULL, NULL, &error);
  g_assert_no_error (error);
  return connection;
}

static int
run_daemon (const char *address, const char *directory, int told, guint16 port)
{
  g_autofree char *config_file = g_build_filename (directory, "snetd.conf", NULL);
  const SnetdDaemonOptions options = {
    .state_dir = directory,
    .config_file = config_file,
    .lists_dir = "/nowhere",
    .rules_dir = "/nowhere",
    .agent_timeout = 300,
  };
  g_autoptr (GDBusConnection) connection = connect_to (address);
  g_autoptr (SnetdDaemon) daemon = NULL;
  g_autoptr (GError) error = NULL;
  Daemon self = { g_main_loop_new (NULL, FALSE), told, port };

  fake_snet_reset ();
  fake_snet_set_verdict_hook (verdict_cb, &self);
  daemon = snetd_daemon_new (connection, &options, &error);
  g_assert_no_error (error);
  g_signal_connect (daemon, "ready", G_CALLBACK (ready_cb), &self);
  g_signal_connect (daemon, "failed", G_CALLBACK (failed_cb), &self);
  g_main_loop_run (self.loop);
  return 0;
}

/* The test. */

typedef struct
{
  PrivateBus *bus;
  GDBusConnection *root;
  char *program;
  char *directory;
  GHashTable *certain;  /* comments of rules that have to be there */
  GHashTable *possible; /* and of those that may be */
  GPid pid;
  int told;
} Test;

static void
spawn (Test *test, const char *step, guint run)
{
  g_autofree char *told = NULL;
  g_autofree char *port = g_strdup_printf ("%u", run + 1);
  g_auto (GStrv) environment = g_get_environ ();
  char *argv[] = {
    test->program, DAEMON, (char *)private_bus_address (test->bus), test->directory, NULL,
    port,          NULL
  };
  g_autoptr (GError) error = NULL;
  char first = 0;
  int ends[2];

  g_assert_no_errno (pipe (ends));
  told = g_strdup_printf ("%d", ends[1]);
  argv[4] = told;
  environment = g_environ_setenv (environment, "SNETD_DIE_AT", step, TRUE);
  g_spawn_async (NULL, argv, environment,
                 G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_LEAVE_DESCRIPTORS_OPEN, NULL, NULL, &test->pid,
                 &error);
  g_assert_no_error (error);
  close (ends[1]);
  test->told = ends[0];
  g_assert_cmpint (read (test->told, &first, 1), ==, 1);
  g_assert_cmpint (first, ==, READY);
}

/* Whether it has given a verdict before its end, which is by a signal. */
static gboolean
await_end (Test *test)
{
  char what = 0;
  int status;

  g_assert_cmpint (waitpid (test->pid, &status, 0), ==, test->pid);
  g_assert_true (WIFSIGNALED (status) && WTERMSIG (status) == SIGKILL);
  if (read (test->told, &what, 1) == 1)
    g_assert_cmpint (what, ==, VERDICT);
  close (test->told);
  return what == VERDICT;
}

static GVariant *
call (Test *test, const char *interface, const char *method, GVariant *arguments, GError **error)
{
  return g_dbus_connection_call_sync (test->root, SNET_BUS_NAME, SNET_OBJECT_PATH, interface,
                                      method, arguments, NULL, G_DBUS_CALL_FLAGS_NONE, TIMEOUT_MS,
                                      NULL, error);
}

/* Whether somebody was told that it is done. */
static gboolean
answer (Test *test, const char *comment)
{
  g_autoptr (GVariant) reply = NULL;
  GVariantBuilder options;

  g_variant_builder_init (&options, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&options, "{sv}", SNET_KEY_LIFETIME, g_variant_new_string ("forever"));
  g_variant_builder_add (&options, "{sv}", SNET_KEY_COMMENT, g_variant_new_string (comment));
  g_variant_builder_add (&options, "{sv}", "match",
                         g_variant_new_parsed ("['remote-address', 'remote-port']"));
  reply = call (test, "org.snet.Events", "Verdict",
                g_variant_new ("(tsa{sv})", (guint64)1, "deny", &options), NULL);
  return reply != NULL;
}

static void
check_rules (Test *test)
{
  g_autoptr (GHashTable) found = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GVariantIter) rules = NULL;
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GError) error = NULL;
  GHashTableIter certain;
  GVariant *rule;
  char *comment;

  reply = call (test, "org.snet.Rules", "List", NULL, &error);
  g_assert_no_error (error);
  g_variant_get (reply, "(aa{sv})", &rules);
  while (g_variant_iter_loop (rules, "@a{sv}", &rule))
    {
      g_assert_true (g_variant_lookup (rule, SNET_KEY_COMMENT, "s", &comment));
      g_assert_true (g_hash_table_contains (test->possible, comment));
      g_assert_true (g_hash_table_add (found, comment));
    }
  g_hash_table_iter_init (&certain, test->certain);
  while (g_hash_table_iter_next (&certain, (gpointer *)&comment, NULL))
    g_assert_true (g_hash_table_contains (found, comment));

  /* Once found, it is there for good. */
  g_hash_table_remove_all (test->certain);
  g_hash_table_iter_init (&certain, found);
  while (g_hash_table_iter_next (&certain, (gpointer *)&comment, NULL))
    g_hash_table_add (test->certain, g_strdup (comment));
}

static void
kill_at (Test *test, guint run)
{
  const guint step = run % G_N_ELEMENTS (steps);
  const gboolean random = g_str_equal (steps[step].name, AT_RANDOM);
  char *comment = g_strdup_printf ("run %u, %s", run, steps[step].name);
  gboolean told, decided;

  g_hash_table_add (test->possible, comment);
  spawn (test, steps[step].name, run);
  check_rules (test);
  if (random)
    {
      pid_t killer = fork ();

      if (killer == 0)
        {
          g_usleep (g_random_int_range (0, RANDOM_US));
          kill (test->pid, SIGKILL);
          _exit (0);
        }
      told = answer (test, comment);
      g_assert_cmpint (waitpid (killer, NULL, 0), ==, killer);
    }
  else
    told = answer (test, comment);
  decided = await_end (test);

  g_assert_true (random || !told);
  /* Nothing is decided before it is written. */
  if (told || decided || steps[step].durable)
    g_hash_table_add (test->certain, g_strdup (comment));
  else if (!random)
    g_hash_table_remove (test->possible, comment);
}

static void
check_database (Test *test, const char *name)
{
  g_autofree char *path = g_build_filename (test->directory, name, NULL);
  sqlite3_stmt *statement;
  sqlite3 *database;

  g_assert_cmpint (sqlite3_open (path, &database), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_prepare_v2 (database, "PRAGMA integrity_check", -1, &statement, NULL),
                   ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_step (statement), ==, SQLITE_ROW);
  g_assert_cmpstr ((const char *)sqlite3_column_text (statement, 0), ==, "ok");
  sqlite3_finalize (statement);
  sqlite3_close (database);
}

static void
test_killed (gconstpointer program)
{
  const guint runs = g_test_slow () ? RUNS_SLOW : RUNS;
  g_autofree char *config_file = NULL;
  g_autofree char *remove = NULL;
  g_autoptr (GError) error = NULL;
  Test test = {
    .bus = private_bus_new (SNET_TEST_DATA "/org.snet.conf"),
    .program = (char *)program,
    .directory = g_dir_make_tmp ("snetd-killed-XXXXXX", NULL),
    .certain = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL),
    .possible = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL),
  };

  test.root = private_bus_connect (test.bus, 0);
  config_file = g_build_filename (test.directory, "snetd.conf", NULL);
  g_file_set_contents (config_file, "[Prompts]\nAskWithoutAgent=wait\n", -1, &error);
  g_assert_no_error (error);

  for (guint run = 0; run < runs; run++)
    kill_at (&test, run);
  spawn (&test, "nowhere", runs);
  check_rules (&test);
  g_assert_cmpuint (g_hash_table_size (test.certain), >=,
                    runs / G_N_ELEMENTS (steps) * (G_N_ELEMENTS (steps) - 3));
  kill (test.pid, SIGKILL);
  await_end (&test);
  check_database (&test, "rules.db");
  check_database (&test, "journal.db");

  remove = g_strdup_printf ("rm -r '%s'", test.directory);
  g_assert_true (g_spawn_command_line_sync (remove, NULL, NULL, NULL, NULL));
  g_object_unref (test.root);
  private_bus_free (test.bus);
  g_hash_table_unref (test.certain);
  g_hash_table_unref (test.possible);
  g_free (test.directory);
}

int
main (int argc, char **argv)
{
  g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);

  setlocale (LC_ALL, "C.UTF-8");
  if (argc == 6 && g_str_equal (argv[1], DAEMON))
    return run_daemon (argv[2], argv[3], atoi (argv[4]), (guint16)atoi (argv[5]));

  g_test_init (&argc, &argv, NULL);
  if (getuid () != 0)
    {
      g_print ("1..0 # SKIP only root is root on a bus\n");
      return 0;
    }
  g_test_add_data_func ("/killed", program, test_killed);
  return g_test_run ();
}
