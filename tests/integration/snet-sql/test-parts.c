/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Parts of snet-sql that need no server: pages, the spool, an SQLite file, the configuration. */
#include <glib/gstdio.h>
#include <locale.h>
#include <sched.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "pages.h"
#include "snet-sql-config.h"
#include "snet-sql-error.h"
#include "snet-sql-spool.h"
#include "snet-sql-sqlite.h"

#define JOURNAL "0123456789abcdef"
#define MUCH    G_GUINT64_CONSTANT (1000000000)

typedef struct
{
  char *directory;
  char *path; /* of what is not there yet */
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer unused)
{
  fixture->directory = g_dir_make_tmp ("snet-sql-XXXXXX", NULL);
  g_assert_nonnull (fixture->directory);
  fixture->path = g_build_filename (fixture->directory, "it", NULL);
}

static void
tear_down (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *remove = g_strdup_printf ("rm -rf '%s'", fixture->directory);

  g_assert_cmpint (system (remove), ==, 0);
  g_free (fixture->directory);
  g_free (fixture->path);
}

/* Pages */

static void
page_is_refused (const char *text, const char *says)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply =
    g_variant_ref_sink (g_variant_new_parsed (text)); /* the same type each time */
  g_autoptr (SnetSqlPage) page = snet_sql_page_new (reply, NULL, &error);

  g_test_message ("%s", text);
  g_assert_null (page);
  g_assert_error (error, SNET_SQL_ERROR, SNET_SQL_ERROR_FORMAT);
  if (strstr (error->message, says) == NULL)
    g_error ("“%s” does not say “%s”", error->message, says);
}

#define SERIAL "('serial', signature 't')"
#define TIME   "('time', signature 'x')"
#define TEXT   "('program', signature 's')"

/* Whatever comes from the bus or from a file. */
static void
test_page_refused (Fixture *fixture, gconstpointer unused)
{
#define BEGIN(name)        "('" name "', uint64 9, ["
#define END(texts, values) "], @as " texts ", @ax " values ")"
  page_is_refused (BEGIN ("") SERIAL "," TIME END ("[]", "[]"), "name");
  page_is_refused (BEGIN ("a/../b") SERIAL "," TIME END ("[]", "[]"), "name");
  page_is_refused (BEGIN ("a b") SERIAL "," TIME END ("[]", "[]"), "name");
  page_is_refused (BEGIN ("j") SERIAL "," TIME END ("[]", "[1]"), "rows and columns");
  page_is_refused (BEGIN ("j") TIME "," SERIAL END ("[]", "[1, 1]"), "serials");
  page_is_refused (BEGIN ("j") SERIAL END ("[]", "[1]"), "times");
  page_is_refused (BEGIN ("j") SERIAL "," TIME "," TIME END ("[]", "[1, 1, 1]"), "twice");
  page_is_refused (BEGIN ("j") SERIAL ", ('time', signature 's')" END ("['a']", "[1, 0]"),
                   "another type");
  page_is_refused (BEGIN ("j") SERIAL "," TIME END ("[]", "[0, 5]"), "go up");
  page_is_refused (BEGIN ("j") SERIAL "," TIME END ("[]", "[-7, 5]"), "go up");
  page_is_refused (BEGIN ("j") SERIAL "," TIME END ("[]", "[2, 5, 2, 5]"), "go up");
  page_is_refused (BEGIN ("j") SERIAL "," TIME END ("[]", "[9223372036854775807, 5]"), "go up");
  page_is_refused (BEGIN ("j") SERIAL "," TIME END ("[]", "[1, -9223372036854775808]"), "time");
  page_is_refused (BEGIN ("j") SERIAL "," TIME "," TEXT END ("['a']", "[1, 5, 1]"), "text");
  page_is_refused (BEGIN ("j") SERIAL "," TIME "," TEXT END ("['a']", "[1, 5, -1]"), "text");
  {
    g_autoptr (GVariant) other = g_variant_ref_sink (g_variant_new_string ("page"));
    g_autoptr (GError) error = NULL;

    g_assert_null (snet_sql_page_new (other, NULL, &error));
    g_assert_error (error, SNET_SQL_ERROR, SNET_SQL_ERROR_FORMAT);
  }
}

/* A later snetd may have more columns, in another order. */
static void
test_page_later (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = g_variant_ref_sink (
    g_variant_new_parsed (BEGIN ("j") SERIAL ", ('colour', signature 's'), " TEXT "," TIME END (
      "['a', 'b']", "[3, 77, 1, 5, 4, 0, -9223372036854775808, 6]")));
  g_autoptr (SnetSqlPage) page = snet_sql_page_new (reply, "other", &error);
  g_autofree char *text = NULL;
  gint64 time;

  g_assert_no_error (error);
  g_assert_cmpuint (snet_sql_page_get_rows (page), ==, 2);
  g_assert_cmpuint (snet_sql_page_get_serial (page, 1), ==, 4);
  g_assert_cmpuint (snet_sql_page_get_end (page), ==, 9);
  g_assert_cmpstr (snet_sql_page_get_journal (page), ==, "other");
  g_assert_true (snet_sql_page_get_number (page, 1, 1, &time));
  g_assert_cmpint (time, ==, 6);
  text = snet_sql_page_describe (page, 0);
  g_assert_cmpstr (text, ==, "serial=3 time=5 program=\"b\"");
}

/* The spool */

static void
put (const SnetSqlStore *store, gpointer store_data, SnetSqlPage *page)
{
  g_autoptr (SnetSqlPage) owned = page;
  g_autoptr (GError) error = NULL;

  store->take (store_data, owned, &error);
  g_assert_no_error (error);
}

static void
check_position (const SnetSqlStore *store, gpointer store_data, const char *expected)
{
  g_autofree char *journal = NULL;
  g_autofree char *text = NULL;
  guint64 serial;

  if (store->get_position (store_data, &journal, &serial))
    text = g_strdup_printf ("%s %" G_GUINT64_FORMAT, journal, serial);
  g_assert_cmpstr (text, ==, expected);
}

static SnetSqlSpool *
open_spool (Fixture *fixture, guint64 bytes_max)
{
  g_autoptr (GError) error = NULL;
  SnetSqlSpool *spool = snet_sql_spool_open (fixture->path, bytes_max, &error);

  g_assert_no_error (error);
  return spool;
}

/* Takes the oldest out; the serial that it begins with, 0: there is none. */
static guint64
take_out (SnetSqlSpool *spool)
{
  guint64 number, waiting, first;
  g_autoptr (SnetSqlPage) page = snet_sql_spool_peek (spool, &number, &waiting);

  if (page == NULL)
    return 0;
  first = snet_sql_page_get_serial (page, 0);
  snet_sql_spool_drop (spool, number);
  return first;
}

static guint
count_files (Fixture *fixture)
{
  g_autoptr (GDir) dir = g_dir_open (fixture->path, 0, NULL);
  guint n = 0;

  while (g_dir_read_name (dir) != NULL)
    n++;
  return n;
}

/* In their order, also when it was closed meanwhile; and how far it has come is never forgotten. */
static void
test_spool_order (Fixture *fixture, gconstpointer unused)
{
  SnetSqlSpool *spool = open_spool (fixture, MUCH);

  check_position (&snet_sql_spool_store, spool, NULL);
  for (guint i = 0; i < 12; i++)
    put (&snet_sql_spool_store, spool, pages_make (JOURNAL, 1 + i * 10, 10));
  g_assert_cmpuint (take_out (spool), ==, 1);
  snet_sql_spool_close (spool);

  spool = open_spool (fixture, MUCH);
  g_assert_cmpuint (snet_sql_spool_get_backlog (spool).events, ==, 110);
  for (guint i = 1; i < 12; i++)
    {
      check_position (&snet_sql_spool_store, spool, JOURNAL " 120");
      g_assert_cmpuint (take_out (spool), ==, 1 + i * 10);
    }
  g_assert_cmpuint (take_out (spool), ==, 0);
  g_assert_cmpuint (snet_sql_spool_get_backlog (spool).bytes, ==, 0);
  g_assert_cmpuint (count_files (fixture), ==, 1);
  snet_sql_spool_close (spool);

  spool = open_spool (fixture, MUCH);
  check_position (&snet_sql_spool_store, spool, JOURNAL " 120");
  put (&snet_sql_spool_store, spool, pages_make ("other.2", 1, 5));
  check_position (&snet_sql_spool_store, spool, "other.2 5");
  g_assert_cmpuint (count_files (fixture), ==, 1);
  g_assert_cmpuint (take_out (spool), ==, 1);
  snet_sql_spool_close (spool);
}

static void
is_full (SnetSqlSpool *spool, guint64 first, guint n)
{
  g_autoptr (SnetSqlPage) page = pages_make (JOURNAL, first, n);
  g_autoptr (GError) error = NULL;

  g_assert_false (snet_sql_spool_store.take (spool, page, &error));
  g_assert_error (error, SNET_SQL_ERROR, SNET_SQL_ERROR_FULL);
}

static void
test_spool_bound (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (SnetSqlSpool) spool = open_spool (fixture, 100000);

  put (&snet_sql_spool_store, spool, pages_make (JOURNAL, 1, 200));
  is_full (spool, 201, 200);
  check_position (&snet_sql_spool_store, spool, JOURNAL " 200");
  g_assert_cmpuint (take_out (spool), ==, 1);
  put (&snet_sql_spool_store, spool, pages_make (JOURNAL, 201, 200));
  g_assert_cmpuint (take_out (spool), ==, 201);
}

/* A disk that is full to the last block: what is there goes out all the same, and makes room. */
static void
test_spool_disk (Fixture *fixture, gconstpointer unused)
{
  SnetSqlSpool *spool;
  guint pages = 0;

  if (unshare (CLONE_NEWNS) != 0 || mount ("none", "/", "none", MS_REC | MS_PRIVATE, NULL) != 0 ||
      mount ("none", fixture->directory, "tmpfs", 0, "size=400k") != 0)
    {
      g_test_skip ("no file system can be mounted here");
      return;
    }
  spool = open_spool (fixture, MUCH);
  for (;; pages++)
    {
      g_autoptr (SnetSqlPage) page = pages_make (JOURNAL, 1 + pages * 100, 100);
      g_autoptr (GError) error = NULL;

      if (!snet_sql_spool_store.take (spool, page, &error))
        {
          g_assert_error (error, SNET_SQL_ERROR, SNET_SQL_ERROR_FULL);
          break;
        }
    }
  g_assert_cmpuint (pages, >, 3);
  is_full (spool, 1 + pages * 100, 100);
  snet_sql_spool_close (spool);

  spool = open_spool (fixture, MUCH);
  for (guint i = 0; i < pages; i++)
    g_assert_cmpuint (take_out (spool), ==, 1 + i * 100);
  g_assert_cmpuint (take_out (spool), ==, 0);
  put (&snet_sql_spool_store, spool, pages_make (JOURNAL, 1 + pages * 100, 100));
  g_assert_cmpuint (take_out (spool), ==, 1 + pages * 100);
  snet_sql_spool_close (spool);
  g_assert_no_errno (umount (fixture->directory));
}

/* Each bit that changes is noticed, and only that page is lost. */
static void
test_spool_damage (Fixture *fixture, gconstpointer unused)
{
  for (guint turn = 0; turn < 20; turn++)
    {
      g_autofree char *name =
        g_strdup_printf ("%s/%020u_" JOURNAL "_3_3.page", fixture->path, 3 * turn + 1);
      g_autofree char *contents = NULL;
      SnetSqlSpool *spool = open_spool (fixture, MUCH);
      gsize size;

      for (guint i = 0; i < 3; i++)
        put (&snet_sql_spool_store, spool, pages_make (JOURNAL, 1 + i * 3, 3));
      snet_sql_spool_close (spool);
      g_assert_true (g_file_get_contents (name, &contents, &size, NULL));
      if (turn == 0)
        size = 0;
      else if (turn == 1)
        size = 40;
      else
        {
          gsize place = (gsize)g_test_rand_int_range (0, (int)size);

          /* What fills the header up is not looked at. */
          if (place >= 75 && place < 80)
            place = 80;
          contents[place] ^= (char)(1 << g_test_rand_int_range (0, 8));
        }
      g_assert_true (g_file_set_contents (name, contents, (gssize)size, NULL));

      spool = open_spool (fixture, MUCH);
      g_assert_cmpuint (take_out (spool), ==, 4);
      g_assert_cmpuint (take_out (spool), ==, 7);
      g_assert_cmpuint (take_out (spool), ==, 0);
      snet_sql_spool_close (spool);
    }
}

/* What is in the directory and not the spool's is left alone. */
static void
test_spool_strange (Fixture *fixture, gconstpointer unused)
{
  static const char *const names[] = { "README",       "1_2_3.page",  "1_2_3_4_5.page",
                                       "x_j_1_1.page", "1_j_1_1.txt", "-1_j_1_1.page" };
  SnetSqlSpool *spool = open_spool (fixture, MUCH);

  snet_sql_spool_close (spool);
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (fixture->path, names[i], NULL);

      g_assert_true (g_file_set_contents (path, "?", -1, NULL));
    }
  spool = open_spool (fixture, MUCH);
  g_assert_cmpuint (take_out (spool), ==, 0);
  check_position (&snet_sql_spool_store, spool, NULL);
  g_assert_cmpuint (count_files (fixture), ==, G_N_ELEMENTS (names));
  snet_sql_spool_close (spool);
}

/* SQLite */

static char *
query (const char *path, const char *sql)
{
  GString *text = g_string_new (NULL);
  sqlite3_stmt *statement;
  sqlite3 *db;

  g_assert_cmpint (sqlite3_open (path, &db), ==, SQLITE_OK);
  if (sqlite3_prepare_v2 (db, sql, -1, &statement, NULL) != SQLITE_OK)
    g_error ("%s: %s", sql, sqlite3_errmsg (db));
  while (sqlite3_step (statement) == SQLITE_ROW)
    {
      for (int i = 0; i < sqlite3_column_count (statement); i++)
        g_string_append_printf (text, "%s%s",
                                i > 0           ? "|"
                                : text->len > 0 ? "\n"
                                                : "",
                                (const char *)sqlite3_column_text (statement, i));
    }
  sqlite3_finalize (statement);
  sqlite3_close (db);
  return g_string_free (text, FALSE);
}

static void
check_query (Fixture *fixture, const char *sql, const char *expected)
{
  g_autofree char *text = query (fixture->path, sql);

  g_test_message ("%s", sql);
  g_assert_cmpstr (text, ==, expected);
}

static SnetSqlSqlite *
open_sqlite (Fixture *fixture, guint days)
{
  g_autoptr (GError) error = NULL;
  SnetSqlSqlite *sqlite = snet_sql_sqlite_open (fixture->path, days, &error);

  g_assert_no_error (error);
  return sqlite;
}

static void
test_sqlite_written (Fixture *fixture, gconstpointer unused)
{
  SnetSqlSqlite *sqlite = open_sqlite (fixture, 90);

  check_position (&snet_sql_sqlite_store, sqlite, NULL);
  put (&snet_sql_sqlite_store, sqlite, pages_make (JOURNAL, 11, 100));
  put (&snet_sql_sqlite_store, sqlite, pages_make (JOURNAL, 11, 100));
  put (&snet_sql_sqlite_store, sqlite, pages_make (JOURNAL, 61, 100));
  check_position (&snet_sql_sqlite_store, sqlite, JOURNAL " 160");
  put (&snet_sql_sqlite_store, sqlite, pages_make (JOURNAL, 171, 1));
  put (&snet_sql_sqlite_store, sqlite, pages_make ("other", 2, 1));
  check_position (&snet_sql_sqlite_store, sqlite, "other 2");
  snet_sql_sqlite_close (sqlite);

  check_query (fixture,
               "SELECT count (*), count (DISTINCT serial || '-' || source), min (serial),"
               " max (serial) FROM events",
               "152|152|2|171");
  check_query (fixture, "SELECT source, first, last FROM gaps", "1|161|170\n2|0|0\n2|1|1");
  check_query (fixture,
               "SELECT operation, uid, remote_address, program, ancestors, rule, request IS NULL"
               " FROM events WHERE serial = 40",
               "connect|1000|192.0.2.0|/usr/bin/program-0|"
               "/usr/bin/bash\n/usr/bin/gnome-shell\n/usr/lib/systemd/systemd|12|1");
  check_query (fixture, "SELECT sum (events) FROM per_hour", "152");
  check_query (fixture, "SELECT sum (events), count (*) FROM busiest_programs", "152|40");
  check_query (fixture, "SELECT count (*) FROM denied", "0");
  check_query (fixture, "SELECT count (*) FROM new_destinations", "40");
  check_query (fixture, "SELECT count (*) FROM log WHERE at IS NOT NULL", "152");
}

static void
test_sqlite_age (Fixture *fixture, gconstpointer unused)
{
  const gint64 now = g_get_real_time ();
  g_autoptr (SnetSqlSqlite) sqlite = open_sqlite (fixture, 10);

  for (guint i = 0; i < 5; i++)
    put (&snet_sql_sqlite_store, sqlite,
         pages_make_one (JOURNAL, i + 1, "/x", "x", now - i * 4 * G_TIME_SPAN_DAY, 1));
  put (&snet_sql_sqlite_store, sqlite, pages_make_one (JOURNAL, 6, "/x", "x", now, 1));
  check_query (fixture, "SELECT group_concat (serial, ' ') FROM events", "1 2 3 6");
}

static void
sqlite_is_refused (Fixture *fixture, const char *says)
{
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  g_autoptr (GError) error = NULL;
  gsize size_before, size_after;

  g_assert_true (g_file_get_contents (fixture->path, &before, &size_before, NULL));
  g_assert_null (snet_sql_sqlite_open (fixture->path, 90, &error));
  g_assert_nonnull (strstr (error->message, says));
  g_assert_true (g_file_get_contents (fixture->path, &after, &size_after, NULL));
  g_assert_cmpmem (before, size_before, after, size_after);
}

/* A file of others is theirs. */
static void
test_sqlite_others (Fixture *fixture, gconstpointer unused)
{
  g_assert_true (g_file_set_contents (fixture->path, "this is a letter, not a database", -1, NULL));
  sqlite_is_refused (fixture, "not a database");
  g_assert_no_errno (g_unlink (fixture->path));
  snet_sql_sqlite_close (open_sqlite (fixture, 0));
  g_free (query (fixture->path, "PRAGMA user_version = 7"));
  sqlite_is_refused (fixture, "later version");
  g_free (query (fixture->path, "PRAGMA application_id = 7"));
  sqlite_is_refused (fixture, "not one that snet-sql has made");
  g_assert_no_errno (g_unlink (fixture->path));
  g_free (query (fixture->path, "CREATE TABLE theirs (x)"));
  sqlite_is_refused (fixture, "not one that snet-sql has made");
}

/* Configuration */

static SnetSqlConfig *
load (Fixture *fixture, const char *text, GError **error)
{
  g_assert_true (g_file_set_contents (fixture->path, text, -1, NULL));
  return snet_sql_config_load (fixture->path, error);
}

static void
test_config_right (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SnetSqlConfig) none = snet_sql_config_load (fixture->path, &error);
  g_autoptr (SnetSqlConfig) all = NULL;
  g_autoptr (SnetSqlConfig) shipped = NULL;

  g_assert_no_error (error);
  g_assert_cmpint (none->type, ==, SNET_SQL_SQLITE);
  g_assert_cmpuint (none->sqlite_days, ==, 90);
  g_assert_cmpuint (none->spool_megabytes, ==, 1024);
  g_assert_cmpstr (none->host_name, ==, g_get_host_name ());
  all = load (fixture,
              "[Destination]\nType = sqlite\nHostName=alpha\nDelaySeconds=60\n"
              "[SQLite]\nFile=/var/x.db\nMaximumAgeDays=0\n"
              "[PostgreSQL]\nConnection=host=a dbname='b c' password=secret\nCreateSchema=yes\n"
              "TimeoutSeconds=5\nIdleSeconds=10\n[Spool]\nMaximumMegabytes=7\n",
              &error);
  g_assert_no_error (error);
  g_assert_cmpstr (all->host_name, ==, "alpha");
  g_assert_cmpuint (all->delay, ==, 60);
  g_assert_cmpstr (all->sqlite_file, ==, "/var/x.db");
  g_assert_cmpuint (all->sqlite_days, ==, 0);
  g_assert_cmpstr (all->connection, ==, "host=a dbname='b c' password=secret");
  g_assert_true (all->create_schema);
  g_assert_cmpuint (all->timeout, ==, 5);
  g_assert_cmpuint (all->idle, ==, 10);
  g_assert_cmpuint (all->spool_megabytes, ==, 7);
  shipped = snet_sql_config_load (SNET_TEST_DATA "/snet-sql.conf", &error);
  g_assert_no_error (error);
}

/* Each says where and what; and what may be secret is not repeated. */
static void
test_config_wrong (Fixture *fixture, gconstpointer unused)
{
  static const struct
  {
    const char *text;
    const char *says;
  } cases[] = {
    { "[Destination]\nType=mysql\n", "[Destination] Type=mysql: it must be sqlite or" },
    { "[Destination]\nColour=red\n", "[Destination] Colour is not known" },
    { "[Colours]\nRed=1\n", "[Colours] Red is not known" },
    { "[Destination]\nHostName=a b\n", "HostName=a b: it must be a name" },
    { "[Destination]\nDelaySeconds=-1\n", "a number from 0 to 86400" },
    { "[Destination]\nDelaySeconds=1s\n", "a number from 0 to 86400" },
    { "[SQLite]\nFile=x.db\n", "begins with a slash" },
    { "[SQLite]\nMaximumAgeDays=\n", "a number from 0 to 36500" },
    { "[PostgreSQL]\nCreateSchema=true\n", "yes or no" },
    { "[PostgreSQL]\nTimeoutSeconds=0\n", "a number from 1 to 3600" },
    { "[Spool]\nMaximumMegabytes=0\n", "a number from 1 to" },
    { "Type=sqlite\n", "group" },
    { "[Destination]\nType\033[31m=x\n", "Type [31m" },
#ifdef SNET_SQL_HAS_POSTGRESQL
    { "[Destination]\nType=postgresql\n", "Connection is missing" },
    { "[PostgreSQL]\nConnection=password=hush hush\n", "Connection=…: it must be a connection" },
    { "[PostgreSQL]\nConnection=colour=hush\n", "Connection=…: it must be a connection" },
#endif
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;

      g_test_message ("%s", cases[i].says);
      g_assert_null (load (fixture, cases[i].text, &error));
      g_assert_error (error, SNET_SQL_ERROR, SNET_SQL_ERROR_CONFIG);
      g_assert_null (strstr (error->message, "hush"));
      g_assert_null (strchr (error->message, '\033'));
      g_assert_true (g_str_has_prefix (error->message, fixture->path));
      if (strstr (error->message, cases[i].says) == NULL)
        g_error ("“%s” does not say “%s”", error->message, cases[i].says);
    }
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
  g_log_set_always_fatal (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL);
  add ("/page/refused", test_page_refused);
  add ("/page/later", test_page_later);
  add ("/spool/order", test_spool_order);
  add ("/spool/bound", test_spool_bound);
  add ("/spool/disk", test_spool_disk);
  add ("/spool/damage", test_spool_damage);
  add ("/spool/strange", test_spool_strange);
  add ("/sqlite/written", test_sqlite_written);
  add ("/sqlite/age", test_sqlite_age);
  add ("/sqlite/others", test_sqlite_others);
  add ("/config/right", test_config_right);
  add ("/config/wrong", test_config_wrong);
  return g_test_run ();
}
