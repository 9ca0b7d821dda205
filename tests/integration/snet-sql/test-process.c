/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * snet-sql as a process, with snetd, a bus and a PostgreSQL: whatever is killed or full, each event
 * that snetd has decided is there once, or is said to be missing.
 *
 * SNET_TEST_KILLS: how often it is killed, 100 unless said.
 */
#include <arpa/inet.h>
#include <glib/gstdio.h>
#include <grp.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fixture.h"
#include "forwarder.h"
#include "pg-server.h"

#define DB        "process"
#define BURST     40 /* events at a time */
#define BURST_MS  10
#define TEXT_EACH 97 /* one of so many events has a long text of its own */

static PgServer *server;

typedef struct
{
  Fixture *fixture;
  char *directory;
  char *config;
  GPid pid; /* 0: it does not run */
  guint flow;
  guint64 reported;
  uid_t uid; /* as whom it runs */
} Sql;

/* Calls that the kernel has decided by tickets: the fastest there are. */
static gboolean
flow_cb (gpointer user_data)
{
  Sql *sql = user_data;

  for (guint i = 0; i < BURST; i++)
    {
      struct snet_event event = fake_snet_event (ALICE);
      g_autofree char *long_text = NULL;

      event.id = 0;
      event.program = "/usr/bin/curl";
      event.fields |= SNET_EVENT_VERDICT | SNET_EVENT_CAUSE;
      event.cause = SNET_CAUSE_TICKET;
      event.verdict = SNET_VERDICT_ALLOW;
      ((struct sockaddr_in *)&event.remote)->sin_port = htons ((guint16)sql->reported);
      if (sql->reported % TEXT_EACH == 0)
        {
          g_autofree char *filler = g_strnfill (2000, 'x');

          long_text = g_strdup_printf ("/usr/bin/%s-%" G_GUINT64_FORMAT, filler, sql->reported);
          event.program = long_text;
        }
      fake_snet_report (event);
      sql->reported++;
    }
  return G_SOURCE_CONTINUE;
}

static void
start_flow (Sql *sql)
{
  sql->flow = g_timeout_add (BURST_MS, flow_cb, sql);
}

static void
stop_flow (Sql *sql)
{
  g_clear_handle_id (&sql->flow, g_source_remove);
}

static gboolean
tick_cb (gpointer unused)
{
  return G_SOURCE_CONTINUE;
}

static gboolean
quit_cb (gpointer user_data)
{
  g_main_loop_quit (user_data);
  return G_SOURCE_REMOVE;
}

/* Everybody goes on for so long. */
static void
go_on (guint ms)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);

  g_timeout_add (ms, quit_cb, loop);
  g_main_loop_run (loop);
}

/* In the child. */
static void
become_user (gpointer user_data)
{
  const uid_t uid = ((const Sql *)user_data)->uid;

  if (uid != 0 && (setgroups (0, NULL) != 0 || setgid (uid) != 0 || setuid (uid) != 0))
    _exit (126);
}

static void
start_sql (Sql *sql)
{
  const char *argv[] = { g_getenv ("SNET_SQL"), "--config",     sql->config,
                         "--state-dir",         sql->directory, NULL };
  g_autoptr (GError) error = NULL;

  g_spawn_async (NULL, (char **)argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD, become_user, sql, &sql->pid,
                 &error);
  g_assert_no_error (error);
}

/* It must not have ended by itself. */
static void
end_sql (Sql *sql, int signal)
{
  int status;

  g_assert_no_errno (kill (sql->pid, signal));
  g_assert_cmpint (waitpid (sql->pid, &status, 0), ==, sql->pid);
  sql->pid = 0;
  if (signal == SIGKILL)
    g_assert_true (WIFSIGNALED (status) && WTERMSIG (status) == SIGKILL);
  else
    g_assert_true (WIFEXITED (status) && WEXITSTATUS (status) == 0);
}

static void
configure (Sql *sql, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list list;

  va_start (list, format);
  text = g_strdup_vprintf (format, list);
  va_end (list);
  g_assert_true (g_file_set_contents (sql->config, text, -1, NULL));
}

static void
configure_postgresql (Sql *sql, const char *more)
{
  g_autofree char *connection = pg_server_connection (server, DB, NULL);

  configure (sql,
             "[Destination]\nType=postgresql\nHostName=alpha\n"
             "[PostgreSQL]\nConnection=%s\nCreateSchema=yes\nTimeoutSeconds=5\n%s",
             connection, more);
}

static void
set_up (Sql *sql, Fixture *fixture)
{
  *sql = (Sql){ .fixture = fixture };
  sql->directory = g_dir_make_tmp ("snet-sql-XXXXXX", NULL);
  g_assert_nonnull (sql->directory);
  sql->config = g_build_filename (sql->directory, "snet-sql.conf", NULL);
  pg_server_create_database (server, DB);
}

static void
tear_down (Sql *sql)
{
  g_autofree char *remove = g_strdup_printf ("rm -rf '%s'", sql->directory);

  stop_flow (sql);
  if (sql->pid != 0)
    end_sql (sql, SIGTERM);
  g_assert_cmpint (system (remove), ==, 0);
  g_free (sql->directory);
  g_free (sql->config);
}

/* The last serial once all that was reported is in the journal. */
typedef struct
{
  Sql *sql;
  guint64 last;
} Journal;

static gboolean
has_all (gpointer user_data)
{
  Journal *journal = user_data;
  g_autoptr (GVariant) events = client_query (journal->sql->fixture->root, "{}");
  g_autoptr (GVariant) newest = NULL;

  if (g_variant_n_children (events) == 0)
    return FALSE;
  newest = g_variant_get_child_value (events, 0);
  g_assert_true (g_variant_lookup (newest, "serial", "t", &journal->last));
  return journal->last == journal->sql->reported;
}

static guint64
wait_for_journal (Sql *sql)
{
  Journal journal = { sql, 0 };

  wait_until (has_all, &journal, "the journal");
  return journal.last;
}

/* All of them, each once. */
static void
check_all (Sql *sql)
{
  const gint64 last = (gint64)wait_for_journal (sql);
  g_autofree char *numbers = NULL;
  g_autofree char *expected = NULL;

  pg_server_wait (server, DB, "SELECT coalesce (max (serial), 0) FROM snet.sources", last);
  numbers = pg_server_query (server, DB,
                             "SELECT count (*), count (DISTINCT serial), max (serial),"
                             " (SELECT count (*) FROM snet.gaps) FROM snet.events");
  expected = g_strdup_printf ("%" G_GINT64_FORMAT "|%" G_GINT64_FORMAT "|%" G_GINT64_FORMAT "|0",
                              last, last, last);
  g_test_message ("%" G_GINT64_FORMAT " events", last);
  g_assert_cmpstr (numbers, ==, expected);
}

static gint64
ms_until_first (Sql *sql)
{
  const gint64 began = g_get_monotonic_time ();

  start_sql (sql);
  pg_server_wait (server, DB, "SELECT (to_regclass ('snet.events') IS NOT NULL)::integer", 1);
  pg_server_wait (server, DB, "SELECT (count (*) > 0)::integer FROM snet.events", 1);
  return (g_get_monotonic_time () - began) / 1000;
}

static guint
get_kills (void)
{
  const char *said = g_getenv ("SNET_TEST_KILLS");

  return said != NULL ? (guint)atoi (said) : 100;
}

/* At any moment between its start and that it has nothing to do. */
static void
test_killed (Fixture *fixture)
{
  const guint kills = get_kills ();
  gint64 bound;
  Sql sql;

  set_up (&sql, fixture);
  configure_postgresql (&sql, "");
  start_flow (&sql);
  bound = CLAMP (ms_until_first (&sql), 20, 200);
  for (guint i = 0; i < kills; i++)
    {
      go_on ((guint)g_test_rand_int_range (1, (int)bound));
      end_sql (&sql, SIGKILL);
      start_sql (&sql);
    }
  stop_flow (&sql);
  check_all (&sql);
  g_test_message ("killed %u times", kills);
  tear_down (&sql);
}

static void
test_server_killed (Fixture *fixture)
{
  Sql sql;

  set_up (&sql, fixture);
  configure_postgresql (&sql, "");
  start_flow (&sql);
  ms_until_first (&sql);
  for (guint i = 0; i < 4; i++)
    {
      go_on ((guint)g_test_rand_int_range (1, 200));
      pg_server_kill (server);
      go_on ((guint)g_test_rand_int_range (1, 100));
      pg_server_start (server);
    }
  stop_flow (&sql);
  check_all (&sql);
  tear_down (&sql);
}

/* As those of a bad network: they end in the middle, or nothing comes and nobody says so. */
static void
test_network (Fixture *fixture)
{
  Forwarder *forwarder = forwarder_new (pg_server_socket (server));
  Sql sql;

  set_up (&sql, fixture);
  configure (&sql,
             "[Destination]\nType=postgresql\nHostName=alpha\n[PostgreSQL]\nCreateSchema=yes\n"
             "TimeoutSeconds=1\nConnection=host=127.0.0.1 port=%u dbname=" DB
             " user=tester sslmode=disable\n",
             forwarder_get_port (forwarder));
  start_flow (&sql);
  ms_until_first (&sql);
  for (guint i = 0; i < 6; i++)
    {
      forwarder_cut_after (forwarder, g_test_rand_int_range (1, 200000));
      go_on (150);
    }
  forwarder_cut_after (forwarder, -1);
  forwarder_set (forwarder, FORWARDER_STALLS);
  go_on (1500);
  forwarder_set (forwarder, FORWARDER_CUTS);
  go_on (200);
  forwarder_set (forwarder, FORWARDER_WORKS);
  stop_flow (&sql);
  check_all (&sql);
  tear_down (&sql);
  forwarder_free (forwarder);
}

typedef struct
{
  Sql *sql;
  const char *text;
} Said;

static gboolean
has_said (gpointer user_data)
{
  const Said *said = user_data;
  g_autofree char *path = g_build_filename (said->sql->directory, "status", NULL);
  g_autofree char *text = NULL;

  return g_file_get_contents (path, &text, NULL, NULL) && strstr (text, said->text) != NULL;
}

/*
 * The server is away for so long that the spool is full, and snetd does not keep all meanwhile:
 * what is missing is known to the last one, but for what was gone before it began. The spool is
 * full of the oldest, which are not missing.
 */
static void
test_full (Fixture *fixture)
{
  g_autofree char *rows = NULL;
  guint64 last;
  Sql sql;

  set_up (&sql, fixture);
  g_assert_true (
    g_file_set_contents (fixture->config_file, "[Journal]\nMaximumEvents=1000\n", -1, NULL));
  client_do (fixture->root, "Control.Reload");
  configure_postgresql (&sql, "[Spool]\nMaximumMegabytes=1\n");
  start_flow (&sql);
  ms_until_first (&sql);
  pg_server_kill (server);
  wait_until (has_said, &(Said){ &sql, "MaximumMegabytes" },
              "the spool to be full"); /* the flow wakes it up */
  go_on (1000);
  stop_flow (&sql);
  last = wait_for_journal (&sql);
  pg_server_start (server);
  pg_server_wait (server, DB, "SELECT max (serial) FROM snet.sources", (gint64)last);
  rows =
    pg_server_query (server, DB,
                     "SELECT (SELECT count (*) + min (serial) - 1 FROM snet.events) + (SELECT"
                     " missing FROM snet.lag), (SELECT count (DISTINCT serial) = count (*) FROM"
                     " snet.events), (SELECT missing > 0 FROM snet.lag)");
  {
    g_autofree char *expected = g_strdup_printf ("%" G_GUINT64_FORMAT "|t|t", last);

    g_assert_cmpstr (rows, ==, expected);
  }
  tear_down (&sql);
}

/* A file of the spool that is damaged is put aside, and its events are known to be missing. */
static void
test_damaged (Fixture *fixture)
{
  g_autofree char *spool = NULL;
  g_autofree char *rows = NULL;
  g_autofree char *expected = NULL;
  g_autoptr (GDir) dir = NULL;
  const char *name, *page = NULL;
  guint64 last;
  Sql sql;

  set_up (&sql, fixture);
  configure_postgresql (&sql, "");
  start_flow (&sql);
  ms_until_first (&sql);
  pg_server_kill (server);
  go_on (3000);
  stop_flow (&sql);
  end_sql (&sql, SIGTERM);

  spool = g_build_filename (sql.directory, "spool", NULL);
  dir = g_dir_open (spool, 0, NULL);
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      /* The first of them, which is not the last as well. */
      if (g_str_has_suffix (name, ".page") && (page == NULL || strcmp (name, page) < 0))
        page = name;
    }
  g_assert_nonnull (page);
  {
    g_autofree char *path = g_build_filename (spool, page, NULL);
    g_autofree char *contents = NULL;
    gsize size;

    g_assert_true (g_file_get_contents (path, &contents, &size, NULL));
    contents[size / 2] ^= 1;
    g_assert_true (g_file_set_contents (path, contents, (gssize)size, NULL));
  }
  pg_server_start (server);
  start_sql (&sql);
  last = wait_for_journal (&sql);
  pg_server_wait (server, DB, "SELECT max (serial) FROM snet.sources", (gint64)last);
  rows = pg_server_query (server, DB,
                          "SELECT (SELECT count (*) FROM snet.events) + (SELECT missing FROM"
                          " snet.lag), (SELECT missing > 0 FROM snet.lag)");
  expected = g_strdup_printf ("%" G_GUINT64_FORMAT "|t", last);
  g_assert_cmpstr (rows, ==, expected);
  tear_down (&sql);
}

/* All of the spool is gone: what snetd still has is read once more, and none is there twice. */
static void
test_spool_lost (Fixture *fixture)
{
  g_autofree char *remove = NULL;
  Sql sql;

  set_up (&sql, fixture);
  configure_postgresql (&sql, "");
  start_flow (&sql);
  ms_until_first (&sql);
  go_on (1500);
  end_sql (&sql, SIGTERM);
  remove = g_strdup_printf ("rm -r '%s/spool'", sql.directory);
  g_assert_cmpint (system (remove), ==, 0);
  start_sql (&sql);
  go_on (500);
  stop_flow (&sql);
  check_all (&sql);
  tear_down (&sql);
}

static gboolean
sqlite_has_all (gpointer user_data)
{
  Sql *sql = user_data;
  g_autofree char *command = g_strdup_printf ("%s --config %s --state-dir %s --status",
                                              g_getenv ("SNET_SQL"), sql->config, sql->directory);
  g_autofree char *wanted = g_strdup_printf ("event %" G_GUINT64_FORMAT " of", sql->reported);
  g_autofree char *output = NULL;
  int status;

  g_assert_true (g_spawn_command_line_sync (command, &output, NULL, &status, NULL));
  return strstr (output, wanted) != NULL && WIFEXITED (status) && WEXITSTATUS (status) == 0;
}

/* Into an SQLite file, where there is no spool. */
static void
test_sqlite (Fixture *fixture)
{
  g_autofree char *path = NULL;
  sqlite3_stmt *statement;
  sqlite3 *db;
  guint64 last;
  guint tick;
  Sql sql;

  set_up (&sql, fixture);
  configure (&sql, "[Destination]\nType=sqlite\n");
  start_flow (&sql);
  for (guint i = 0; i < get_kills () / 5; i++)
    {
      start_sql (&sql);
      go_on ((guint)g_test_rand_int_range (1, 200));
      end_sql (&sql, SIGKILL);
    }
  start_sql (&sql);
  go_on (100);
  stop_flow (&sql);
  last = wait_for_journal (&sql);
  tick = g_timeout_add (100, tick_cb, NULL);
  wait_until (sqlite_has_all, &sql, "the SQLite file");
  g_source_remove (tick);

  path = g_build_filename (sql.directory, "events.db", NULL);
  g_assert_cmpint (sqlite3_open (path, &db), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_prepare_v2 (db,
                                       "SELECT count (*), count (DISTINCT serial), max (serial),"
                                       " (SELECT count (*) FROM gaps) FROM events",
                                       -1, &statement, NULL),
                   ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_step (statement), ==, SQLITE_ROW);
  for (int i = 0; i < 3; i++)
    g_assert_cmpint (sqlite3_column_int64 (statement, i), ==, (gint64)last);
  g_assert_cmpint (sqlite3_column_int64 (statement, 3), ==, 0);
  sqlite3_finalize (statement);
  sqlite3_close (db);
  tear_down (&sql);
}

/* Events wait for more of them, and the connection ends when there are none. */
static void
test_idle (Fixture *fixture)
{
  static const char connections[] =
    "SELECT count (*) FROM pg_stat_activity WHERE application_name = 'snet-sql'";
  Sql sql;

  set_up (&sql, fixture);
  configure_postgresql (&sql, "IdleSeconds=1\n[Destination]\nDelaySeconds=1\n");
  start_flow (&sql);
  ms_until_first (&sql);
  stop_flow (&sql);
  check_all (&sql);
  pg_server_wait (server, DB, connections, 0);
  start_flow (&sql);
  go_on (300);
  stop_flow (&sql);
  check_all (&sql);
  pg_server_wait (server, DB, connections, 0);
  tear_down (&sql);
}

/* An older copy of the journal is put back: its serials come a second time, as another's. */
static void
test_restored (Fixture *fixture)
{
  g_autofree char *copy = NULL;
  g_autofree char *rows = NULL;
  g_autofree char *expected = NULL;
  guint64 before, first;
  gsize size;
  Sql sql;

  set_up (&sql, fixture);
  configure_postgresql (&sql, "");
  start_flow (&sql);
  ms_until_first (&sql);
  stop_flow (&sql);
  before = wait_for_journal (&sql);
  fixture_stop (fixture);
  g_assert_true (g_file_get_contents (fixture->journal_db, &copy, &size, NULL));
  fixture_start (fixture);
  start_flow (&sql);
  go_on (500);
  stop_flow (&sql);
  check_all (&sql);
  first = sql.reported;

  fixture_stop (fixture);
  g_assert_true (g_file_set_contents (fixture->journal_db, copy, (gssize)size, NULL));
  fixture_start (fixture);
  sql.reported = before;
  start_flow (&sql);
  pg_server_wait (server, DB, "SELECT count (*) FROM snet.sources", 2);
  stop_flow (&sql);
  wait_for_journal (&sql);
  pg_server_wait (server, DB, "SELECT serial FROM snet.sources WHERE id = 2", (gint64)sql.reported);
  rows = pg_server_query (server, DB,
                          "SELECT (SELECT count (*) FROM snet.events WHERE source = 1),"
                          " (SELECT count (*) FROM snet.events WHERE source = 2),"
                          " (SELECT journal ~ '[.]2$' FROM snet.sources WHERE id = 2)");
  expected = g_strdup_printf ("%" G_GUINT64_FORMAT "|%" G_GUINT64_FORMAT "|t", first, sql.reported);
  g_assert_cmpstr (rows, ==, expected);
  tear_down (&sql);
}

/* Who is not in the group is told what to do, and not that there are no events. */
static void
test_denied (Fixture *fixture)
{
  guint tick;
  Sql sql;

  set_up (&sql, fixture);
  configure (&sql, "[Destination]\nType=sqlite\n");
  g_assert_no_errno (chown (sql.directory, ALICE, ALICE));
  sql.uid = ALICE;
  start_sql (&sql);
  tick = g_timeout_add (100, tick_cb, NULL);
  wait_until (has_said, &(Said){ &sql, "group snet" }, "the denial");
  g_source_remove (tick);
  tear_down (&sql);
}

/* The exit status, and that something is said. */
static void
check_run (Sql *sql, const char *options, int wanted, const char *says)
{
  g_autofree char *command =
    g_strdup_printf ("%s --config %s --state-dir %s %s", g_getenv ("SNET_SQL"), sql->config,
                     sql->directory, options);
  g_autofree char *output = NULL;
  g_autofree char *errors = NULL;
  g_autofree char *all = NULL;
  int status;

  g_assert_true (g_spawn_command_line_sync (command, &output, &errors, &status, NULL));
  all = g_strconcat (output, errors, NULL);
  g_test_message ("%s: %s", options, all);
  g_assert_true (WIFEXITED (status));
  g_assert_cmpint (WEXITSTATUS (status), ==, wanted);
  g_assert_nonnull (strstr (all, says));
}

static void
test_options (Fixture *fixture)
{
  Sql sql;

  set_up (&sql, fixture);
  configure_postgresql (&sql, "");
  check_run (&sql, "--version", 0, "snet-sql ");
  check_run (&sql, "--help", 0, "--state-dir");
  check_run (&sql, "--colour", 2, "--help");
  check_run (&sql, "more", 2, "more");
  check_run (&sql, "--check", 0, "right");
  check_run (&sql, "--status", 1, "has it ever run");
  start_flow (&sql);
  ms_until_first (&sql);
  stop_flow (&sql);
  check_all (&sql);
  check_run (&sql, "--status", 0, "0 events in 0 files");
  pg_server_kill (server);
  start_flow (&sql);
  go_on (2500);
  stop_flow (&sql);
  check_run (&sql, "--status", 1, "refused");
  pg_server_start (server);
  check_all (&sql);
  check_run (&sql, "--status", 0, "no trouble");
  configure (&sql, "[Destination]\nType=oracle\n");
  check_run (&sql, "--check", 1, "sqlite or postgresql");
  check_run (&sql, "", 1, "sqlite or postgresql");
  tear_down (&sql);
}

static void
add_tests (void)
{
  fixture_add ("/process/killed", test_killed);
  fixture_add ("/process/server-killed", test_server_killed);
  fixture_add ("/process/network", test_network);
  fixture_add ("/process/full", test_full);
  fixture_add ("/process/damaged", test_damaged);
  fixture_add ("/process/spool-lost", test_spool_lost);
  fixture_add ("/process/sqlite", test_sqlite);
  fixture_add ("/process/idle", test_idle);
  fixture_add ("/process/restored", test_restored);
  fixture_add ("/process/denied", test_denied);
  fixture_add ("/process/options", test_options);
}

int
main (int argc, char **argv)
{
  const char *why;
  int status;

  server = pg_server_new (FALSE, &why);
  if (server == NULL)
    {
      g_print ("1..0 # SKIP %s\n", why);
      return 0;
    }
  status = fixture_main (argc, argv, add_tests);
  pg_server_free (server);
  return status;
}
