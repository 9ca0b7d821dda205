/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * snet-sql into a PostgreSQL of its own, which writes to the disk as it does by default. Prints
 * one JSON object.
 *
 *   bench-sql flow RATE SECONDS      snetd decides so many events a second, and the program
 *                                    snet-sql ($SNET_SQL) writes them meanwhile
 *   bench-sql senders N RATE SECONDS N machines with a spool and a connection each send so many
 *                                    events a second in all, as one page in each second
 */
#include <arpa/inet.h>
#include <glib/gstdio.h>
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fake-snet.h"
#include "pages.h"
#include "pg-server.h"
#include "private-bus.h"
#include "snet-sql-shipper.h"
#include "snetd-daemon.h"

#define DB      "bench"
#define TICK_MS 10
#define LOOK_MS 250

static PgServer *server;

static gint64
now (void)
{
  return g_get_monotonic_time ();
}

/* What is counted, of either. */
typedef struct
{
  gint64 began;
  guint64 rate;
  guint seconds;
  guint64 made;
  guint64 backlog_max;
  guint64 backlog_end;
  GMainLoop *loop;
} Bench;

static gint64
written (void)
{
  return pg_server_number (server, DB, "SELECT coalesce (sum (serial), 0) FROM snet.sources");
}

static void
note_backlog (Bench *bench, guint64 there)
{
  bench->backlog_end = bench->made > there ? bench->made - there : 0;
  bench->backlog_max = MAX (bench->backlog_max, bench->backlog_end);
}

static void
print_figures (const Bench *bench, const char *name, guint senders, gint64 drained, double cpu)
{
  const double took = (double)(drained - bench->began) / G_USEC_PER_SEC;

  g_print ("{\"name\": \"%s\", \"senders\": %u, \"rate\": %" G_GUINT64_FORMAT
           ", \"seconds\": %u, \"events\": %" G_GUINT64_FORMAT ", \"took_s\": %.2f"
           ", \"per_second\": %.0f, \"backlog_max\": %" G_GUINT64_FORMAT
           ", \"backlog_end\": %" G_GUINT64_FORMAT ", \"cpu_us_per_event\": %.2f"
           ", \"rows\": %" G_GINT64_FORMAT ", \"bytes_per_row\": %.1f"
           ", \"index_bytes_per_row\": %.1f}\n",
           name, senders, bench->rate, bench->seconds, bench->made, took,
           (double)bench->made / took, bench->backlog_max, bench->backlog_end,
           cpu * 1e6 / (double)bench->made,
           pg_server_number (server, DB, "SELECT count (*) FROM snet.events"),
           (double)pg_server_number (server, DB,
                                     "SELECT sum (pg_table_size (inhrelid)) FROM pg_inherits"
                                     " WHERE inhparent = 'snet.events'::regclass") /
             (double)bench->made,
           (double)pg_server_number (server, DB,
                                     "SELECT sum (pg_indexes_size (inhrelid)) FROM pg_inherits"
                                     " WHERE inhparent = 'snet.events'::regclass") /
             (double)bench->made);
}

static guint64
due (const Bench *bench)
{
  const gint64 passed = MIN (now () - bench->began, bench->seconds * G_TIME_SPAN_SECOND);

  return bench->rate * (guint64)passed / G_USEC_PER_SEC;
}

static gboolean
quit_if_done_cb (gpointer user_data)
{
  Bench *bench = user_data;
  const guint64 there = (guint64)written ();

  note_backlog (bench, there);
  if (now () - bench->began < bench->seconds * G_TIME_SPAN_SECOND)
    return G_SOURCE_CONTINUE;
  g_main_loop_quit (bench->loop);
  return G_SOURCE_REMOVE;
}

/* All that was made is there. */
static gint64
drain (Bench *bench)
{
  pg_server_wait (server, DB, "SELECT coalesce (sum (serial), 0) FROM snet.sources",
                  (gint64)bench->made);
  return now ();
}

/* One machine, all of it. */

static void
report_one (guint64 number)
{
  const guint common = (guint)(number * 7 % 40);
  g_autofree char *program = g_strdup_printf ("/usr/bin/program-%u", common);
  struct snet_event event = fake_snet_event (1000 + common % 3);

  event.id = 0;
  event.program = program;
  event.ancestors[0] = "/usr/bin/bash";
  event.ancestors[1] = "/usr/lib/systemd/systemd";
  event.fields |= SNET_EVENT_VERDICT | SNET_EVENT_CAUSE;
  event.cause = SNET_CAUSE_TICKET;
  event.verdict = SNET_VERDICT_ALLOW;
  g_snprintf (event.comm, sizeof event.comm, "program-%u", common);
  ((struct sockaddr_in *)&event.remote)->sin_addr.s_addr =
    htonl (0xc0000200u + (guint32)(number % 2000));
  fake_snet_report (event);
}

static gboolean
report_cb (gpointer user_data)
{
  Bench *bench = user_data;

  for (const guint64 until = due (bench); bench->made < until; bench->made++)
    report_one (bench->made);
  return G_SOURCE_CONTINUE;
}

static gboolean
is_set (gpointer user_data)
{
  return *(gboolean *)user_data;
}

static void
set_cb (SnetdDaemon *daemon, gboolean *is)
{
  *is = TRUE;
}

static SnetdDaemon *
start_snetd (PrivateBus *bus, const char *directory)
{
  g_autofree char *config = g_build_filename (directory, "snetd.conf", NULL);
  g_autofree char *none = g_build_filename (directory, "none", NULL);
  g_autoptr (GDBusConnection) connection = private_bus_connect (bus, 0);
  g_autoptr (GError) error = NULL;
  const SnetdDaemonOptions options = {
    .state_dir = directory,
    .config_file = config,
    .lists_dir = none,
    .rules_dir = none,
    .hosts_file = none,
    .resolved = none,
    .resolved_monitor = none,
    .agent_timeout = 1000,
  };
  gboolean ready = FALSE;
  SnetdDaemon *daemon;

  g_assert_true (g_file_set_contents (config, "[Journal]\nMaximumEvents=100000000\n", -1, NULL));
  fake_snet_reset ();
  daemon = snetd_daemon_new (connection, &options, &error);
  g_assert_no_error (error);
  g_signal_connect (daemon, "ready", G_CALLBACK (set_cb), &ready);
  wait_until (is_set, &ready, "snetd");
  return daemon;
}

static GPid
start_sql (const char *directory)
{
  g_autofree char *state = g_build_filename (directory, "sql", NULL);
  g_autofree char *config = g_build_filename (directory, "snet-sql.conf", NULL);
  g_autofree char *connection = pg_server_connection (server, DB, NULL);
  g_autofree char *text = g_strdup_printf ("[Destination]\nType=postgresql\nHostName=bench\n"
                                           "[PostgreSQL]\nConnection=%s\nCreateSchema=yes\n",
                                           connection);
  const char *argv[] = { g_getenv ("SNET_SQL"), "--config", config, "--state-dir", state, NULL };
  g_autoptr (GError) error = NULL;
  GPid pid;

  g_assert_no_errno (g_mkdir (state, 0700));
  g_assert_true (g_file_set_contents (config, text, -1, NULL));
  g_spawn_async (NULL, (char **)argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, &pid, &error);
  g_assert_no_error (error);
  return pid;
}

static void
run_flow (Bench *bench, const char *directory)
{
  PrivateBus *bus = private_bus_new (SNET_TEST_DATA "/org.snet.conf");
  SnetdDaemon *daemon = start_snetd (bus, directory);
  struct rusage used;
  guint sources[2];
  gint64 drained;
  GPid pid;

  /* The first one lets it make the schema, before anything is counted. */
  report_one (0);
  bench->made = 1;
  pid = start_sql (directory);
  pg_server_wait (server, DB, "SELECT (to_regclass ('snet.events') IS NOT NULL)::integer", 1);
  drain (bench);
  bench->made = 0;
  bench->began = now ();
  sources[0] = g_timeout_add (TICK_MS, report_cb, bench);
  sources[1] = g_timeout_add (LOOK_MS, quit_if_done_cb, bench);
  g_main_loop_run (bench->loop);
  g_source_remove (sources[0]);
  (void)sources[1];
  bench->made++;
  drained = drain (bench);
  kill (pid, SIGTERM);
  g_assert_cmpint (wait4 (pid, NULL, 0, &used), ==, pid);
  print_figures (bench, "flow", 1, drained,
                 (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
                   (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6);
  g_object_unref (daemon);
  private_bus_free (bus);
}

/* Many machines, but for snetd and the bus. */

typedef struct
{
  char *host;
  SnetSqlSpool *spool;
  SnetSqlShipper *shipper;
  guint64 made;
} Sender;

typedef struct
{
  Bench *bench;
  Sender *senders;
  guint n;
  guint next;
  char *connection;
} Senders;

static void
nothing_cb (gpointer user_data)
{
}

static void
trouble_cb (const char *trouble, gpointer user_data)
{
  if (trouble != NULL)
    g_printerr ("%s\n", trouble);
}

/* In turns, so that they do not all send at the same moment. */
static gboolean
feed_cb (gpointer user_data)
{
  Senders *all = user_data;
  const guint each = (guint)(all->bench->rate / all->n);

  for (const guint64 until = due (all->bench); all->bench->made + each <= until;)
    {
      Sender *sender = &all->senders[all->next++ % all->n];
      g_autoptr (SnetSqlPage) page = pages_make ("journal", sender->made + 1, each);
      g_autoptr (GError) error = NULL;

      snet_sql_spool_store.take (sender->spool, page, &error);
      g_assert_no_error (error);
      sender->made += each;
      all->bench->made += each;
      snet_sql_shipper_wake (sender->shipper);
    }
  return G_SOURCE_CONTINUE;
}

static void
start_sender (Senders *all, guint number, const char *directory)
{
  static const SnetSqlShipperFuncs funcs = { .room = nothing_cb, .changed = trouble_cb };
  Sender *sender = &all->senders[number];
  g_autofree char *path = g_strdup_printf ("%s/%u", directory, number);
  g_autoptr (GError) error = NULL;
  SnetSqlServer options = {
    .connection = all->connection,
    .create_schema = TRUE,
    .timeout = 30000,
  };

  sender->host = g_strdup_printf ("host-%u", number);
  options.host = sender->host;
  sender->spool = snet_sql_spool_open (path, 1000000000, &error);
  g_assert_no_error (error);
  sender->shipper = snet_sql_shipper_new (sender->spool, &options, 0, &funcs, NULL);
}

static void
run_senders (Bench *bench, guint n, const char *directory)
{
  Senders all = { .bench = bench, .n = n };
  guint source;
  gint64 drained;

  all.senders = g_new0 (Sender, n);
  all.connection = pg_server_connection (server, DB, NULL);
  for (guint i = 0; i < n; i++)
    start_sender (&all, i, directory);
  bench->began = now ();
  source = g_timeout_add (TICK_MS, feed_cb, &all);
  /* Not before there is a schema to look at. */
  pg_server_wait (server, DB, "SELECT (to_regclass ('snet.sources') IS NOT NULL)::integer", 1);
  g_timeout_add (LOOK_MS, quit_if_done_cb, bench);
  g_main_loop_run (bench->loop);
  g_source_remove (source);
  drained = drain (bench);
  print_figures (bench, "senders", n, drained, 0);
  for (guint i = 0; i < n; i++)
    {
      snet_sql_shipper_free (all.senders[i].shipper);
      snet_sql_spool_close (all.senders[i].spool);
      g_free (all.senders[i].host);
    }
  g_free (all.senders);
  g_free (all.connection);
}

int
main (int argc, char **argv)
{
  const gboolean flow = argc == 4 && g_str_equal (argv[1], "flow");
  const gboolean senders = argc == 5 && g_str_equal (argv[1], "senders");
  Bench bench = { .loop = NULL };
  g_autofree char *directory = NULL;
  g_autofree char *remove = NULL;
  const char *why;

  setlocale (LC_ALL, "C.UTF-8");
  if (!flow && !senders)
    {
      g_printerr ("Usage: bench-sql flow RATE SECONDS | senders N RATE SECONDS\n");
      return 2;
    }
  server = pg_server_new (TRUE, &why);
  if (server == NULL)
    {
      g_printerr ("bench-sql: %s\n", why);
      return EXIT_FAILURE;
    }
  pg_server_create_database (server, DB);
  bench.loop = g_main_loop_new (NULL, FALSE);
  bench.rate = (guint64)atoi (argv[argc - 2]);
  bench.seconds = (guint)atoi (argv[argc - 1]);
  directory = g_dir_make_tmp ("bench-sql-XXXXXX", NULL);
  remove = g_strdup_printf ("rm -rf '%s'", directory);
  if (flow)
    run_flow (&bench, directory);
  else
    run_senders (&bench, (guint)atoi (argv[2]), directory);
  pg_server_free (server);
  g_main_loop_unref (bench.loop);
  return system (remove) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
