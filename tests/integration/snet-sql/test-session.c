/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Events into a real PostgreSQL: what arrives, what is refused, who may, and what is kept. */
#include <locale.h>
#include <string.h>

#include "pages.h"
#include "pg-server.h"
#include "snet-sql-error.h"
#include "snet-sql-session.h"

#define DB      "session"
#define JOURNAL "0123456789abcdef0123456789abcdef"

static PgServer *server;

typedef struct
{
  char *connection;
  SnetSqlServer options;
  SnetSqlWake *wake;
  SnetSqlSession *session;
} Fixture;

static void
fixture_init (Fixture *fixture, const char *user)
{
  fixture->connection = pg_server_connection (server, DB, user);
  fixture->options = (SnetSqlServer){
    .connection = fixture->connection,
    .host = "alpha",
    .create_schema = user == NULL,
    .timeout = 20000,
  };
  fixture->wake = snet_sql_wake_new ();
  fixture->session = snet_sql_session_new (&fixture->options, fixture->wake);
}

static void
fixture_clear (Fixture *fixture)
{
  snet_sql_session_free (fixture->session);
  snet_sql_wake_free (fixture->wake);
  g_free (fixture->connection);
}

/* What the log has to say by the end of the test, in this order. */
static GQueue sayings = G_QUEUE_INIT;

static void
expects (const char *pattern)
{
  g_queue_push_tail (&sayings, g_strdup (pattern));
}

static GLogWriterOutput
keep_message (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer unused)
{
  for (gsize i = 0; i < n_fields; i++)
    {
      const char *next = g_queue_peek_head (&sayings);

      if (next != NULL && g_str_equal (fields[i].key, "MESSAGE") &&
          g_pattern_match_simple (next, fields[i].value))
        g_free (g_queue_pop_head (&sayings));
    }
  return g_log_writer_default (level, fields, n_fields, NULL);
}

static void
set_up (Fixture *fixture, gconstpointer unused)
{
  pg_server_create_database (server, DB);
  fixture_init (fixture, NULL);
}

static void
tear_down (Fixture *fixture, gconstpointer unused)
{
  fixture_clear (fixture);
  g_assert_cmpstr (g_queue_peek_head (&sayings), ==, NULL);
}

/* Takes the page. */
static void
write_page (Fixture *fixture, SnetSqlPage *page)
{
  g_autoptr (SnetSqlPage) owned = page;
  g_autoptr (GError) error = NULL;

  snet_sql_session_write (fixture->session, owned, 5, &error);
  g_assert_no_error (error);
}

static void
write_fails (Fixture *fixture, SnetSqlPage *page, SnetSqlError code, const char *says)
{
  g_autoptr (SnetSqlPage) owned = page;
  g_autoptr (GError) error = NULL;

  g_assert_false (snet_sql_session_write (fixture->session, owned, 5, &error));
  g_assert_error (error, SNET_SQL_ERROR, (int)code);
  if (strstr (error->message, says) == NULL)
    g_error ("“%s” does not say “%s”", error->message, says);
}

static void
check (const char *sql, const char *expected)
{
  g_autofree char *text = pg_server_query (server, DB, sql);

  g_test_message ("%s", sql);
  g_assert_cmpstr (text, ==, expected);
}

static void
test_written (Fixture *fixture, gconstpointer unused)
{
  write_page (fixture, pages_make (JOURNAL, 1, 1000));
  check ("SELECT count (*), count (DISTINCT serial), min (serial), max (serial) FROM snet.events",
         "1000|1000|1|1000");
  check ("SELECT host_name, operation, family, type, protocol, verdict, reason, uid, pid,"
         " process, netns, rule, waited, remote_port, host (remote_address), remote_host, comm,"
         " program, ancestors, request IS NULL, command IS NULL FROM snet.log WHERE serial = 40",
         "alpha|connect|inet|stream|tcp|allow|ticket|1000|4711|31337|4026531840|12|150|443|"
         "192.0.2.0|host-0.example.org|program|/usr/bin/program-0|"
         "{/usr/bin/bash,/usr/bin/gnome-shell,/usr/lib/systemd/systemd}|t|t");
  check ("SELECT abs (extract (epoch FROM now () - max (time))) < 300 FROM snet.events", "t");
  check ("SELECT host_name, serial, waiting, missing, rejected FROM snet.lag", "alpha|1000|5|0|0");
  check ("SELECT sum (events) FROM snet.per_hour", "1000");
  check ("SELECT sum (events), count (*) FROM snet.busiest_programs", "1000|40");
  check ("SELECT count (*) FROM snet.denied_by_host", "0");
  check ("SELECT count (*), max (hosts) FROM snet.new_destinations", "40|1");
}

/* What has arrived is passed over, by whoever it is sent once more. */
static void
test_once (Fixture *fixture, gconstpointer unused)
{
  Fixture other;

  fixture_init (&other, NULL);
  write_page (fixture, pages_make (JOURNAL, 1, 100));
  write_page (fixture, pages_make (JOURNAL, 1, 100));
  write_page (&other, pages_make (JOURNAL, 51, 100));
  /* This one does not know of that, is told so, and passes over what is there. */
  write_fails (fixture, pages_make (JOURNAL, 101, 60), SNET_SQL_ERROR_MOVED, "another");
  write_page (fixture, pages_make (JOURNAL, 101, 60));
  check ("SELECT count (*), count (DISTINCT serial), max (serial) FROM snet.events", "160|160|160");
  check ("SELECT count (*) FROM snet.gaps", "0");
  fixture_clear (&other);
}

static void
test_gaps (Fixture *fixture, gconstpointer unused)
{
  expects ("10 events are missing*");
  expects ("2 events are missing*");
  /* What was before there was a snet-sql is no gap. */
  write_page (fixture, pages_make (JOURNAL, 101, 10));
  write_page (fixture, pages_make (JOURNAL, 121, 10));
  write_page (fixture, pages_make ("another", 3, 1));
  check ("SELECT first, last, reason FROM snet.gaps ORDER BY source, first",
         "111|120|not kept until they could be written\n0|0|the journal is another one\n"
         "1|2|not kept until they could be written");
  check ("SELECT journal, missing FROM snet.lag ORDER BY journal DESC",
         "another|2\n" JOURNAL "|10");
}

/* Whatever a program is called, and whatever the server's settings are. */
static void
test_hostile (Fixture *fixture, gconstpointer unused)
{
  static const char *const texts[] = {
    "/bin/o'brien \"x\" \\ \\N \\. \\t",
    "/bin/\tescape\033[31m\a\177\r",
    "/bin/\xc3\xa9\xf0\x9f\x98\x80\xe2\x80\xae\xef\xbf\xbf",
    "'; DROP SCHEMA snet CASCADE; --",
    "{a,b} NULL \\\\x00 $1 %s",
    "",
  };
  g_autofree char *path = g_strnfill (4096, 'p');

  for (guint i = 0; i <= G_N_ELEMENTS (texts); i++)
    {
      const char *text = i < G_N_ELEMENTS (texts) ? texts[i] : path;
      g_autofree char *command = g_strconcat (text, "\n\n", text, NULL);
      g_autofree char *sql =
        g_strdup_printf ("SELECT program, array_length (command, 1), command[2] = '',"
                         " command[3] = program, octet_length (program)"
                         " FROM snet.events WHERE serial = %u",
                         i + 1);
      g_autofree char *expected =
        g_strdup_printf ("%s|3|t|t|%" G_GSIZE_FORMAT, text, strlen (text));

      write_page (fixture, pages_make_one (JOURNAL, i + 1, text, command, g_get_real_time (), 443));
      check (sql, expected);
    }
}

/* A row that the table does not take: it alone is left out, and is told of. */
static void
test_rejected (Fixture *fixture, gconstpointer unused)
{
  write_page (fixture, pages_make (JOURNAL, 1, 10));
  g_free (pg_server_query (server, DB,
                           "ALTER TABLE snet.events ADD CONSTRAINT odd CHECK"
                           " (serial NOT IN (57, 58, 500))"));
  for (guint i = 0; i < 3; i++)
    expects ("Event * is in the table rejected*odd*");
  write_page (fixture, pages_make (JOURNAL, 11, 990));
  check ("SELECT count (*), count (DISTINCT serial), max (serial) FROM snet.events",
         "997|997|1000");
  check ("SELECT serial, error ~ 'odd', event ~ 'program=\"/usr/bin/program' FROM snet.rejected"
         " ORDER BY serial",
         "57|t|t\n58|t|t\n500|t|t");
  check ("SELECT serial, rejected, missing FROM snet.lag", "1000|3|0");
  /* A time that PostgreSQL does not know. */
  expects ("Event 1001 is in the table rejected*");
  write_page (fixture, pages_make_one (JOURNAL, 1001, "/x", "x", -G_MAXINT64, 1));
  write_page (fixture, pages_make (JOURNAL, 1002, 1));
  check ("SELECT max (serial) FROM snet.events", "1002");
}

static void
test_schema (Fixture *fixture, gconstpointer unused)
{
  fixture->options.create_schema = FALSE;
  write_fails (fixture, pages_make (JOURNAL, 1, 1), SNET_SQL_ERROR_REFUSED, "CreateSchema=yes");
  fixture->options.create_schema = TRUE;
  expects ("*schema snet has been made*");
  write_page (fixture, pages_make (JOURNAL, 1, 1));
  fixture->options.create_schema = FALSE;
  snet_sql_session_close (fixture->session);
  write_page (fixture, pages_make (JOURNAL, 1, 2));
  g_free (pg_server_query (server, DB, "UPDATE snet.settings SET version = 3, oldest_writer = 1"));
  snet_sql_session_close (fixture->session);
  write_page (fixture, pages_make (JOURNAL, 1, 3));
  g_free (pg_server_query (server, DB, "UPDATE snet.settings SET oldest_writer = 2"));
  snet_sql_session_close (fixture->session);
  write_fails (fixture, pages_make (JOURNAL, 1, 4), SNET_SQL_ERROR_REFUSED, "later versions");
  g_free (pg_server_query (server, DB, "DROP SCHEMA snet CASCADE; CREATE SCHEMA snet"));
  write_fails (fixture, pages_make (JOURNAL, 1, 4), SNET_SQL_ERROR_REFUSED, "CreateSchema");
  fixture->options.create_schema = TRUE;
  write_fails (fixture, pages_make (JOURNAL, 1, 4), SNET_SQL_ERROR_REFUSED, "already exists");
}

static void
test_encoding (Fixture *fixture, gconstpointer unused)
{
  g_free (pg_server_query (server, "postgres", "DROP DATABASE " DB));
  g_free (pg_server_query (server, "postgres",
                           "CREATE DATABASE " DB " ENCODING 'LATIN1' TEMPLATE template0"));
  write_fails (fixture, pages_make (JOURNAL, 1, 1), SNET_SQL_ERROR_REFUSED, "UTF8");
}

typedef struct
{
  Fixture fixture;
  char *host;
} Writer;

static gpointer
write_in_thread (gpointer data)
{
  Writer *writer = data;

  for (guint i = 0; i < 5; i++)
    {
      g_autoptr (SnetSqlPage) page = pages_make (JOURNAL, 1 + i * 100, 100);
      g_autoptr (GError) error = NULL;

      snet_sql_session_write (writer->fixture.session, page, 0, &error);
      g_assert_no_error (error);
    }
  return NULL;
}

/* Many machines come at once into a database where there is nothing yet. */
static void
test_many (Fixture *fixture, gconstpointer unused)
{
  Writer writers[8];
  GThread *threads[G_N_ELEMENTS (writers)];

  for (guint i = 0; i < G_N_ELEMENTS (writers); i++)
    {
      fixture_init (&writers[i].fixture, NULL);
      writers[i].host = g_strdup_printf ("host-%u", i);
      writers[i].fixture.options.host = writers[i].host;
      threads[i] = g_thread_new ("writer", write_in_thread, &writers[i]);
    }
  for (guint i = 0; i < G_N_ELEMENTS (writers); i++)
    {
      g_thread_join (threads[i]);
      fixture_clear (&writers[i].fixture);
      g_free (writers[i].host);
    }
  check ("SELECT count (*), count (DISTINCT (source, serial)), count (DISTINCT host) FROM"
         " snet.events",
         "4000|4000|8");
}

/* Who has no more than it needs can add, and nothing else. */
static void
test_privileges (Fixture *fixture, gconstpointer unused)
{
  static const char *const forbidden[] = {
    "SELECT * FROM snet.events",
    "DELETE FROM snet.events",
    "UPDATE snet.sources SET serial = 1",
    "SELECT * FROM snet.hosts",
    "UPDATE snet.settings SET retention_days = 1",
    "DROP TABLE snet.events_default",
    "TRUNCATE snet.gaps",
  };
  g_autofree char *roles = NULL;
  Fixture least;

  g_assert_true (
    g_file_get_contents (SNET_TEST_DATA "/snet-sql/postgresql/roles.sql", &roles, NULL, NULL));
  write_page (fixture, pages_make (JOURNAL, 1, 1));
  g_free (pg_server_query (server, DB, "DROP ROLE IF EXISTS fleet, snet_writer, snet_reader"));
  g_free (pg_server_query (server, DB, roles));
  g_free (pg_server_query (server, DB, "CREATE ROLE fleet LOGIN IN ROLE snet_writer"));

  fixture_init (&least, "fleet");
  least.options.host = "beta";
  write_page (&least, pages_make (JOURNAL, 1, 100));
  expects ("*missing*");
  write_page (&least, pages_make (JOURNAL, 201, 100));
  g_free (pg_server_query (server, DB,
                           "ALTER TABLE snet.events ADD CONSTRAINT odd CHECK (serial <> 301)"));
  expects ("*rejected*");
  write_page (&least, pages_make (JOURNAL, 301, 2));
  check ("SELECT host_name, serial, missing, rejected FROM snet.lag WHERE host_name = 'beta'",
         "beta|302|100|1");
  for (gsize i = 0; i < G_N_ELEMENTS (forbidden); i++)
    {
      g_autofree char *sql = g_strdup_printf (
        "DO $$ BEGIN SET LOCAL ROLE fleet; %s%s; RAISE EXCEPTION 'done';"
        " EXCEPTION WHEN insufficient_privilege THEN END $$",
        g_str_has_prefix (forbidden[i], "SELECT") ? "PERFORM" : "",
        g_str_has_prefix (forbidden[i], "SELECT") ? forbidden[i] + strlen ("SELECT")
                                                  : forbidden[i]);

      g_test_message ("%s", forbidden[i]);
      g_free (pg_server_query (server, DB, sql));
    }
  fixture_clear (&least);
  g_free (pg_server_query (server, DB,
                           "DROP OWNED BY fleet, snet_writer, snet_reader;"
                           "DROP ROLE fleet, snet_writer, snet_reader"));
}

static void
write_at (Fixture *fixture, guint64 serial, int days)
{
  write_page (fixture, pages_make_one (JOURNAL, serial, "/x", "x",
                                       g_get_real_time () + days * G_TIME_SPAN_DAY, 1));
}

/* A partition for each day; what is too old goes; what has no day is kept apart. */
static void
test_retention (Fixture *fixture, gconstpointer unused)
{
  static const int days[] = { 0, -1, -30, -89, -200, 400 };

  for (guint i = 0; i < G_N_ELEMENTS (days); i++)
    write_at (fixture, i + 1, days[i]);
  write_page (fixture, pages_make_one (JOURNAL, 7, "/x", "x", 5, 1));
  write_page (fixture, pages_make_one (JOURNAL, 8, "/x", "x", -G_TIME_SPAN_DAY * 400, 1));
  check ("SELECT count (*) FROM snet.events", "8");
  check ("SELECT string_agg (serial::text, ' ' ORDER BY serial) FROM snet.events_default",
         "5 6 7 8");
  /* Today, tomorrow, and three others. */
  check ("SELECT count (*) FROM pg_inherits WHERE inhparent = 'snet.events'::regclass", "6");

  g_free (pg_server_query (server, DB,
                           "UPDATE snet.settings SET retention_days = 10,"
                           " maintained = '-infinity'"));
  snet_sql_session_close (fixture->session);
  write_at (fixture, 9, 0);
  check ("SELECT string_agg (serial::text, ' ' ORDER BY serial) FROM snet.events", "1 2 6 9");
  check ("SELECT count (*) FROM pg_inherits WHERE inhparent = 'snet.events'::regclass", "4");
  /* Not more often than needed, whoever asks. */
  check ("SELECT snet.maintain ()", "0");

  /* For ever, and what was kept apart comes to its day, when that is made. */
  g_free (pg_server_query (server, DB,
                           "UPDATE snet.settings SET retention_days = 0,"
                           " maintained = '-infinity'"));
  g_free (pg_server_query (server, DB,
                           "INSERT INTO snet.events (host, source, serial, time)"
                           " VALUES (1, 1, 10, now () - interval '50 days')"));
  check ("SELECT snet.make_partition ((now () AT TIME ZONE 'UTC' - interval '50 days')::date),"
         " snet.make_partition ('2019-12-31'), snet.make_partition (current_date + 5)",
         "t|f|f");
  check ("SELECT string_agg (serial::text, ' ' ORDER BY serial) FROM snet.events_default", "6");
  check ("SELECT count (*) FROM snet.events", "5");
}

static void
add (const char *path, void (*test) (Fixture *, gconstpointer))
{
  g_test_add (path, Fixture, NULL, set_up, test, tear_down);
}

int
main (int argc, char **argv)
{
  const char *why;
  int status;

  setlocale (LC_ALL, "C.UTF-8");
  g_test_init (&argc, &argv, NULL);
  server = pg_server_new (FALSE, &why);
  if (server == NULL)
    {
      g_print ("1..0 # SKIP %s\n", why);
      return 0;
    }
  g_log_set_always_fatal (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL);
  g_log_set_writer_func (keep_message, NULL, NULL);
  add ("/session/written", test_written);
  add ("/session/once", test_once);
  add ("/session/gaps", test_gaps);
  add ("/session/hostile", test_hostile);
  add ("/session/rejected", test_rejected);
  add ("/session/schema", test_schema);
  add ("/session/encoding", test_encoding);
  add ("/session/many", test_many);
  add ("/session/privileges", test_privileges);
  add ("/session/retention", test_retention);
  status = g_test_run ();
  pg_server_free (server);
  return status;
}
