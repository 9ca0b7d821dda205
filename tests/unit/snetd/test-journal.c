/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What was decided: kept, found again, and bounded. */
#include <errno.h>
#include <glib/gstdio.h>
#include <locale.h>
#include <sqlite3.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>

#include "fake-snet.h"
#include "snetd-error.h"
#include "snetd-journal-schema.h"
#include "snetd-journal.h"

#define DAYS 30

typedef struct
{
  char *directory;
  char *path;
  SnetdJournal *journal;
  guint64 id;
} Fixture;

static void
journal_open (Fixture *fixture, guint maximum)
{
  const SnetdRetention retention = { maximum, DAYS };
  g_autoptr (GError) error = NULL;

  g_clear_pointer (&fixture->journal, snetd_journal_close);
  fixture->journal = snetd_journal_open (fixture->path, &retention, &error);
  g_assert_no_error (error);
}

static void
set_up (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;

  fixture->directory = g_dir_make_tmp ("snetd-XXXXXX", &error);
  g_assert_no_error (error);
  fixture->path = g_build_filename (fixture->directory, "journal.db", NULL);
  journal_open (fixture, 1000000);
}

static void
tear_down (Fixture *fixture, gconstpointer unused)
{
  static const char *const suffixes[] = { "", "-wal", "-shm" };

  g_clear_pointer (&fixture->journal, snetd_journal_close);
  for (gsize i = 0; i < G_N_ELEMENTS (suffixes); i++)
    {
      g_autofree char *path = g_strconcat (fixture->path, suffixes[i], NULL);

      g_unlink (path);
    }
  g_rmdir (fixture->directory);
  g_free (fixture->directory);
  g_free (fixture->path);
}

static SnetdRequest *
request_new (Fixture *fixture, guint32 uid)
{
  struct snet_event event = fake_snet_event (uid);

  event.id = ++fixture->id;
  return snetd_request_new (&event, NULL);
}

static void
append (Fixture *fixture, guint32 uid, enum snet_verdict verdict, SnetdReason reason, guint64 rule)
{
  g_autoptr (SnetdRequest) request = request_new (fixture, uid);

  snetd_request_decide (request, verdict, 0, reason, rule);
  snetd_journal_append (fixture->journal, request);
}

static GVariant *
query (Fixture *fixture, const char *text, guint limit)
{
  g_autoptr (GVariant) dictionary =
    g_variant_parse (G_VARIANT_TYPE_VARDICT, text, NULL, NULL, NULL);
  g_autoptr (SnetdFilter) filter = NULL;
  g_autoptr (GError) error = NULL;
  GVariant *events;

  filter = snetd_filter_new (dictionary, &error);
  g_assert_no_error (error);
  events = snetd_journal_query (fixture->journal, filter, limit, &error);
  g_assert_no_error (error);
  return g_variant_ref_sink (events);
}

static guint64
get_number (GVariant *events, guint index, const char *key)
{
  g_autoptr (GVariant) event = g_variant_get_child_value (events, index);
  guint64 number;

  g_assert_true (g_variant_lookup (event, key, "t", &number));
  return number;
}

/* What comes out is what a client was told when it happened, and the serial. */
static void
test_keeps (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (SnetdRequest) request = request_new (fixture, 1000);
  g_autoptr (GVariant) told = NULL;
  g_autoptr (GVariant) events = NULL;
  g_autoptr (GVariant) event = NULL;
  GVariantIter iter;
  const char *key;
  GVariant *value;

  g_assert_true (snetd_address_parse ("198.51.100.1", &request->local, NULL));
  request->local_port = 40000;
  snetd_request_decide (request, SNET_VERDICT_DENY, ECONNREFUSED, SNETD_REASON_RULE, 12);
  snetd_journal_append (fixture->journal, request);
  told = g_variant_ref_sink (snetd_request_to_variant (request));

  events = query (fixture, "{}", 0);
  g_assert_cmpuint (g_variant_n_children (events), ==, 1);
  event = g_variant_get_child_value (events, 0);
  g_assert_cmpuint (g_variant_n_children (event), ==, g_variant_n_children (told) + 1);
  g_variant_iter_init (&iter, told);
  while (g_variant_iter_loop (&iter, "{&sv}", &key, &value))
    {
      g_autoptr (GVariant) got = g_variant_lookup_value (event, key, NULL);

      g_test_message ("%s", key);
      g_assert_nonnull (got);
      g_assert_true (g_variant_equal (got, value));
    }
  g_assert_cmpuint (get_number (events, 0, "serial"), ==, 1);
}

/* A query sees what is not written yet; a new snetd sees it all. */
static void
test_batches (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GVariant) events = NULL;
  g_autoptr (GVariant) again = NULL;

  for (guint i = 0; i < 777; i++)
    append (fixture, 1000, SNET_VERDICT_ALLOW, SNETD_REASON_USER, 0);
  events = query (fixture, "{}", 0);
  g_assert_cmpuint (g_variant_n_children (events), ==, 777);

  append (fixture, 1000, SNET_VERDICT_ALLOW, SNETD_REASON_USER, 0);
  journal_open (fixture, 1000000);
  again = query (fixture, "{}", 0);
  g_assert_cmpuint (g_variant_n_children (again), ==, 778);
}

static gboolean
count_rows (Fixture *fixture, int *ret_rows)
{
  sqlite3_stmt *statement;
  sqlite3 *db;

  g_assert_cmpint (sqlite3_open (fixture->path, &db), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_prepare_v2 (db, "SELECT count(*) FROM events", -1, &statement, NULL), ==,
                   SQLITE_OK);
  g_assert_cmpint (sqlite3_step (statement), ==, SQLITE_ROW);
  *ret_rows = sqlite3_column_int (statement, 0);
  sqlite3_finalize (statement);
  sqlite3_close (db);
  return *ret_rows > 0;
}

/* With nobody asking it is written soon, and then nothing more wakes up. */
static void
test_timer (Fixture *fixture, gconstpointer unused)
{
  int rows = 0;

  append (fixture, 1000, SNET_VERDICT_ALLOW, SNETD_REASON_USER, 0);
  g_assert_false (count_rows (fixture, &rows));
  g_assert_true (g_main_context_iteration (NULL, TRUE));
  g_assert_true (count_rows (fixture, &rows));
  g_assert_false (g_main_context_pending (NULL));
}

static void
test_pages (Fixture *fixture, gconstpointer unused)
{
  guint64 before = G_MAXINT64;
  guint seen = 0;

  for (guint i = 0; i < 25; i++)
    append (fixture, 1000, SNET_VERDICT_ALLOW, SNETD_REASON_USER, 0);

  for (guint page = 0;; page++)
    {
      g_autofree char *filter =
        g_strdup_printf ("{'before': <uint64 %" G_GUINT64_FORMAT ">}", before);
      g_autoptr (GVariant) events = query (fixture, filter, 10);
      gsize n = g_variant_n_children (events);

      if (n == 0)
        break;
      /* What comes in between does not move the pages. */
      append (fixture, 1000, SNET_VERDICT_ALLOW, SNETD_REASON_USER, 0);
      for (gsize i = 0; i < n; i++)
        {
          g_assert_cmpuint (get_number (events, i, "serial"), ==, 25 - seen);
          seen++;
        }
      before = get_number (events, n - 1, "serial");
    }
  g_assert_cmpuint (seen, ==, 25);

  {
    g_autoptr (GVariant) news = query (fixture, "{'after': <uint64 25>}", 0);

    g_assert_cmpuint (g_variant_n_children (news), ==, 3);
  }
}

static void
test_limit (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GVariant) all = NULL;
  g_autoptr (GVariant) many = NULL;
  g_autoptr (GVariant) one = NULL;

  for (guint i = 0; i < SNETD_JOURNAL_PAGE + 5; i++)
    append (fixture, 1000, SNET_VERDICT_ALLOW, SNETD_REASON_USER, 0);
  all = query (fixture, "{}", 0);
  g_assert_cmpuint (g_variant_n_children (all), ==, SNETD_JOURNAL_PAGE);
  many = query (fixture, "{}", G_MAXUINT32);
  g_assert_cmpuint (g_variant_n_children (many), ==, SNETD_JOURNAL_PAGE);
  one = query (fixture, "{}", 1);
  g_assert_cmpuint (g_variant_n_children (one), ==, 1);
  g_assert_cmpuint (get_number (one, 0, "serial"), ==, SNETD_JOURNAL_PAGE + 5);
}

static void
test_bounded (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GVariant) events = NULL;
  g_autoptr (GVariant) fewer = NULL;

  journal_open (fixture, 600);
  for (guint i = 0; i < 1300; i++)
    append (fixture, 1000, SNET_VERDICT_ALLOW, SNETD_REASON_USER, 0);
  events = query (fixture, "{}", 0);
  g_assert_cmpuint (g_variant_n_children (events), ==, 600);
  g_assert_cmpuint (get_number (events, 0, "serial"), ==, 1300);
  g_assert_cmpuint (get_number (events, 599, "serial"), ==, 701);

  /* A smaller bound is kept from the next event on. */
  journal_open (fixture, 100);
  append (fixture, 1000, SNET_VERDICT_ALLOW, SNETD_REASON_USER, 0);
  fewer = query (fixture, "{}", 0);
  g_assert_cmpuint (g_variant_n_children (fewer), ==, 100);
}

static void
test_filters (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (SnetdRequest) request = NULL;
  g_autofree char *since = NULL;
  g_autofree char *until = NULL;
  const char *command[] = { "nc", "say \"hi\"", NULL };
  struct
  {
    const char *filter;
    guint matches;
  } cases[] = {
    { "{}", 4 },
    { "{'uid': <uint32 1000>}", 3 },
    { "{'uid': <uint32 1001>}", 1 },
    { "{'uid': <uint32 1002>}", 0 },
    { "{'verdict': <'deny'>}", 2 },
    { "{'verdict': <'deny'>, 'uid': <uint32 1000>}", 1 },
    { "{'reason': <'rule'>}", 1 },
    { "{'reason': <'timeout'>}", 1 },
    { "{'rule': <uint64 5>}", 1 },
    { "{'rule': <uint64 6>}", 0 },
    { "{'id': <uint64 2>}", 1 },
    { "{'operation': <'connect'>}", 3 },
    { "{'operation': <'listen'>}", 1 },
    { "{'protocol': <'tcp'>}", 4 },
    { "{'protocol': <'6'>}", 4 },
    { "{'protocol': <'udp'>}", 0 },
    { "{'remote-address': <'192.0.2.1'>}", 3 },
    { "{'remote-address': <'::ffff:192.0.2.1'>}", 3 },
    { "{'remote-address': <'192.0.2.2'>}", 0 },
    { "{'remote-port': <uint16 443>}", 3 },
    { "{'local-port': <uint16 8080>}", 1 },
    { "{'program': <'/usr/bin/nc'>}", 1 },
    { "{'program': <'/usr/bin/nc; DROP TABLE events'>}", 0 },
    { "{'pid': <uint32 4294967295>}", 0 },
    { "{'script': <'/usr/bin/get'>}", 4 },
    { "{'script': <'/usr/bin/put'>}", 0 },
    { "{'unit': <'nc.service'>}", 1 },
    { "{'app': <'org.example.Nc'>}", 1 },
    { "{'remote-host': <'www.example.org'>}", 1 },
    { "{'remote-host-source': <'resolved'>}", 1 },
    { "{'remote-host-source': <'reverse'>}", 0 },
    { "{'text': <'/bin/nc'>}", 1 },
    { "{'text': <'N/nC'>}", 1 },
    { "{'text': <'CURL'>}", 4 },      /* comm */
    { "{'text': <'ample.org'>}", 1 }, /* remote-host */
    { "{'text': <'92.0.2'>}", 3 },    /* remote-address */
    { "{'text': <'--say \"hi'>}", 0 },
    { "{'text': <'say \"hi'>}", 1 }, /* command */
    { "{'text': <'nc'>}", 1 },       /* too short for the index */
    { "{'text': <'2'>}", 3 },
    { "{'text': <'%'>}", 0 },
    { "{'text': <'c%l'>}", 0 },
    { "{'text': <'c_rl'>}", 0 },
    { "{'text': <'curl OR say'>}", 0 },
    { "{'text': <'curl'>, 'verdict': <'deny'>}", 2 },
    { "{'text': <'curl'>, 'uid': <uint32 1001>}", 1 },
    { "{'text': <'curl'>, 'before': <uint64 2>}", 1 },
    { "{'since': <int64 0>, 'until': <int64 1>}", 0 },
    { "{'since': <int64 9223372036854775807>}", 0 },
    { "{'unit': <'nc.service'>, 'verdict': <'deny'>}", 0 },
    { NULL, 1 },
    { NULL, 3 },
  };

  append (fixture, 1000, SNET_VERDICT_ALLOW, SNETD_REASON_RULE, 5);
  append (fixture, 1000, SNET_VERDICT_DENY, SNETD_REASON_USER, 0);
  append (fixture, 1001, SNET_VERDICT_DENY, SNETD_REASON_TIMEOUT, 0);
  request = request_new (fixture, 1000);
  request->time += G_TIME_SPAN_HOUR;
  request->operation = SNET_OP_LISTEN;
  request->remote.family = AF_UNSPEC;
  g_assert_true (snetd_address_parse ("0.0.0.0", &request->local, NULL));
  request->local_port = 8080;
  g_free (request->program);
  request->program = g_strdup ("/usr/bin/nc");
  request->unit = g_strdup ("nc.service");
  request->app = g_strdup ("org.example.Nc");
  request->remote_host = g_strdup ("www.example.org");
  request->remote_host_source = SNETD_HOST_SOURCE_RESOLVED;
  g_strfreev (request->command);
  request->command = g_strdupv ((char **)command);
  snetd_request_decide (request, SNET_VERDICT_ALLOW, 0, SNETD_REASON_USER, 0);
  snetd_journal_append (fixture->journal, request);

  since = g_strdup_printf ("{'since': <int64 %" G_GINT64_FORMAT ">}", request->time);
  until = g_strdup_printf ("{'until': <int64 %" G_GINT64_FORMAT ">}", request->time);
  cases[G_N_ELEMENTS (cases) - 2].filter = since;
  cases[G_N_ELEMENTS (cases) - 1].filter = until;

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GVariant) events = query (fixture, cases[i].filter, 0);

      g_test_message ("%s", cases[i].filter);
      g_assert_cmpuint (g_variant_n_children (events), ==, cases[i].matches);
    }
}

static void
test_filters_bad (Fixture *fixture, gconstpointer unused)
{
  static const struct
  {
    const char *filter, *says;
  } cases[] = {
    { "{'colour': <'red'>}", "“colour”" },
    { "{'serial': <uint64 1>}", "“serial”" },
    { "{'before': <1>}", "“before”" },
    { "{'before': <uint64 18446744073709551615>}", "“before”" },
    { "{'since': <'yesterday'>}", "“since”" },
    { "{'operation': <'fly'>}", "“operation”" },
    { "{'protocol': <'xtp'>}", "“protocol”" },
    { "{'verdict': <'ask'>}", "“verdict”" },
    { "{'reason': <'whim'>}", "“reason”" },
    { "{'remote-address': <'example.org'>}", "“remote-address”" },
    { "{'remote-address': <'192.0.2.0/24'>}", "“remote-address”" },
    { "{'uid': <-1>}", "“uid”" },
    { "{'text': <1>}", "“text”" },
    { "{'text': <''>}", "“text”" },
    { "{'unit': <1>}", "“unit”" },
    { "{'remote-port': <uint32 80>}", "“remote-port”" },
    { "{'uid': <uint32 1>, 'uid': <uint32 2>}", "“uid”" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GVariant) dictionary =
        g_variant_parse (G_VARIANT_TYPE_VARDICT, cases[i].filter, NULL, NULL, NULL);
      g_autoptr (GError) error = NULL;

      g_assert_null (snetd_filter_new (dictionary, &error));
      g_assert_error (error, SNETD_ERROR, SNETD_ERROR_INVALID_FILTER);
      g_assert_nonnull (strstr (error->message, cases[i].says));
    }
}

/* A filter cannot be talked into more than the caller's own. */
static void
test_only_uid (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GVariant) dictionary =
    g_variant_parse (G_VARIANT_TYPE_VARDICT, "{'uid': <uint32 1001>}", NULL, NULL, NULL);
  g_autoptr (SnetdFilter) filter = snetd_filter_new (dictionary, NULL);
  g_autoptr (GVariant) events = NULL;

  append (fixture, 1001, SNET_VERDICT_ALLOW, SNETD_REASON_USER, 0);
  snetd_filter_only_uid (filter, 1000);
  events = g_variant_ref_sink (snetd_journal_query (fixture->journal, filter, 0, NULL));
  g_assert_cmpuint (g_variant_n_children (events), ==, 0);
}

/* Another program holds the file: nothing is lost when it lets go. */
static void
test_locked (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GVariant) dictionary =
    g_variant_parse (G_VARIANT_TYPE_VARDICT, "{}", NULL, NULL, NULL);
  g_autoptr (SnetdFilter) filter = snetd_filter_new (dictionary, NULL);
  g_autoptr (GVariant) events = NULL;
  g_autoptr (GError) error = NULL;
  sqlite3 *db;

  g_assert_cmpint (sqlite3_open (fixture->path, &db), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (db, "BEGIN IMMEDIATE", NULL, NULL, NULL), ==, SQLITE_OK);
  append (fixture, 1000, SNET_VERDICT_ALLOW, SNETD_REASON_USER, 0);
  g_assert_null (snetd_journal_query (fixture->journal, filter, 0, &error));
  g_assert_error (error, SNETD_ERROR, SNETD_ERROR_STORE_FAILED);
  g_assert_cmpint (sqlite3_exec (db, "ROLLBACK", NULL, NULL, NULL), ==, SQLITE_OK);
  sqlite3_close (db);

  append (fixture, 1000, SNET_VERDICT_ALLOW, SNETD_REASON_USER, 0);
  events = query (fixture, "{}", 0);
  g_assert_cmpuint (g_variant_n_children (events), ==, 2);
}

/* For a look behind the journal's back. */
static gint64
ask_number (Fixture *fixture, const char *sql)
{
  sqlite3_stmt *statement;
  gint64 number;
  sqlite3 *db;

  g_assert_cmpint (sqlite3_open (fixture->path, &db), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_prepare_v2 (db, sql, -1, &statement, NULL), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_step (statement), ==, SQLITE_ROW);
  number = sqlite3_column_int64 (statement, 0);
  sqlite3_finalize (statement);
  sqlite3_close (db);
  return number;
}

static void
append_at (Fixture *fixture, gint64 time, const char *program)
{
  g_autoptr (SnetdRequest) request = request_new (fixture, 1000);

  request->time = time;
  g_free (request->program);
  request->program = g_strdup (program);
  snetd_request_decide (request, SNET_VERDICT_ALLOW, 0, SNETD_REASON_USER, 0);
  snetd_journal_append (fixture->journal, request);
}

static void
check_times (Fixture *fixture, gint64 since, gint64 until, guint matches)
{
  g_autofree char *filter = g_strdup_printf (
    "{'since': <int64 %" G_GINT64_FORMAT ">, 'until': <int64 %" G_GINT64_FORMAT ">}", since, until);
  g_autoptr (GVariant) events = query (fixture, filter, 0);

  g_test_message ("%s", filter);
  g_assert_cmpuint (g_variant_n_children (events), ==, matches);
}

/* Serials go on and times do not: pages are by serial, since and until by time. */
static void
test_clock_set (Fixture *fixture, gconstpointer unused)
{
  const gint64 now = g_get_real_time ();
  const gint64 hours[] = { 0, 1, 5, -7, -6, 2, 2, 3, -24, 3 };
  g_autoptr (GVariant) page = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (hours); i++)
    {
      append_at (fixture, now + hours[i] * G_TIME_SPAN_HOUR, "/usr/bin/nc");
      g_assert_true (snetd_journal_flush (fixture->journal, NULL));
    }

  page = query (fixture, "{'before': <uint64 6>}", 2);
  g_assert_cmpuint (get_number (page, 0, "serial"), ==, 5);
  g_assert_cmpuint (get_number (page, 1, "serial"), ==, 4);

  for (gint64 from = -25; from < 6; from++)
    {
      for (gint64 to = from; to < 7; to++)
        {
          guint matches = 0;

          for (guint i = 0; i < G_N_ELEMENTS (hours); i++)
            matches += hours[i] >= from && hours[i] < to;
          check_times (fixture, now + from * G_TIME_SPAN_HOUR, now + to * G_TIME_SPAN_HOUR,
                       matches);
        }
    }
}

/* What is too old goes when something new comes, and serials go on even if nothing is left. */
static void
test_aged (Fixture *fixture, gconstpointer unused)
{
  const gint64 now = g_get_real_time ();
  const gint64 old = now - (DAYS + 1) * G_TIME_SPAN_DAY;
  g_autoptr (GVariant) events = NULL;

  append_at (fixture, now + 1000 * G_TIME_SPAN_DAY, "/from/the/future");
  for (guint i = 0; i < 5000; i++)
    append_at (fixture, old, "/usr/bin/old");
  append_at (fixture, now, "/usr/bin/new");
  g_assert_true (snetd_journal_flush (fixture->journal, NULL));
  while (g_main_context_iteration (NULL, FALSE))
    ;

  events = query (fixture, "{}", 0);
  g_assert_cmpuint (g_variant_n_children (events), ==, 2);
  g_assert_cmpuint (get_number (events, 0, "serial"), ==, 5002);
  g_assert_cmpuint (get_number (events, 1, "serial"), ==, 1);

  journal_open (fixture, 1);
  append_at (fixture, old, "/usr/bin/old");
  g_assert_true (snetd_journal_flush (fixture->journal, NULL));
  g_assert_cmpint (ask_number (fixture, "SELECT count(*) FROM calls"), ==, 0);
  journal_open (fixture, 1);
  append_at (fixture, now, "/usr/bin/new");
  g_assert_true (snetd_journal_flush (fixture->journal, NULL));
  g_assert_cmpint (ask_number (fixture, "SELECT serial FROM events"), ==, 5004);
}

/* Of what is gone nothing is left: no texts, nothing to search in, no marks. */
static void
test_texts_trimmed (Fixture *fixture, gconstpointer unused)
{
  const gint64 now = g_get_real_time ();
  g_autoptr (GVariant) events = NULL;
  g_autoptr (GVariant) gone = NULL;

  journal_open (fixture, 100);
  append_at (fixture, now, "/usr/bin/secret");
  for (guint i = 0; i < 12500; i++)
    append_at (fixture, now, "/usr/bin/common");
  append_at (fixture, now, "/usr/bin/common");
  g_assert_true (snetd_journal_flush (fixture->journal, NULL));
  g_assert_cmpint (ask_number (fixture, "SELECT count(*) FROM texts WHERE text LIKE '%secret%'"),
                   ==, 0);
  g_assert_cmpint (ask_number (fixture, "SELECT count(*) FROM marks"), <, 5);
  events = query (fixture, "{'text': <'common'>}", 0);
  g_assert_cmpuint (g_variant_n_children (events), ==, 100);
  gone = query (fixture, "{'text': <'secret'>}", 0);
  g_assert_cmpuint (g_variant_n_children (gone), ==, 0);

  /* And when it comes back it is there again. */
  append_at (fixture, now, "/usr/bin/secret");
  g_clear_pointer (&gone, g_variant_unref);
  gone = query (fixture, "{'program': <'/usr/bin/secret'>}", 0);
  g_assert_cmpuint (g_variant_n_children (gone), ==, 1);
}

/* A journal with texts in its rows, as snetd had before, is all there afterwards. */
static void
test_migrates (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *copy = g_strconcat (fixture->path, ".v3", NULL);
  g_autoptr (GVariant) events = NULL;
  g_autoptr (GVariant) event = NULL;
  g_autoptr (GVariant) expected = NULL;
  sqlite3 *db;

  g_clear_pointer (&fixture->journal, snetd_journal_close);
  g_assert_no_errno (g_unlink (fixture->path));
  g_assert_cmpint (sqlite3_open (fixture->path, &db), ==, SQLITE_OK);
  for (guint i = 0; i < 3; i++)
    g_assert_cmpint (sqlite3_exec (db, snetd_journal_schema.migrations[i], NULL, NULL, NULL), ==,
                     SQLITE_OK);
  g_assert_cmpint (
    sqlite3_exec (db,
                  "INSERT INTO events (serial, time, uid, pid, verdict, reason, program, ancestors,"
                  " remote_address, remote_port) VALUES (7, 5, 1000, 2, 'allow', 'user', '/a',"
                  " '/b' || char (10) || '/a', '192.0.2.1', 80);"
                  "PRAGMA application_id = 0x736e656a; PRAGMA user_version = 3",
                  NULL, NULL, NULL),
    ==, SQLITE_OK);
  sqlite3_close (db);

  journal_open (fixture, 1000000);
  events = query (fixture, "{'text': <'192.0.2.1'>, 'since': <int64 5>, 'until': <int64 6>}", 0);
  g_assert_cmpuint (g_variant_n_children (events), ==, 1);
  event = g_variant_get_child_value (events, 0);
  expected = g_variant_ref_sink (g_variant_new_parsed (
    "{'serial': <uint64 7>, 'time': <int64 5>, 'uid': <uint32 1000>, 'pid': <uint32 2>,"
    " 'program': <'/a'>, 'ancestors': <['/b', '/a']>, 'remote-address': <'192.0.2.1'>,"
    " 'remote-port': <uint16 80>, 'verdict': <'allow'>, 'reason': <'user'>}"));
  g_assert_true (g_variant_equal (event, expected));

  append (fixture, 1000, SNET_VERDICT_ALLOW, SNETD_REASON_USER, 0);
  g_assert_true (snetd_journal_flush (fixture->journal, NULL));
  g_assert_cmpint (ask_number (fixture, "SELECT max (serial) FROM events WHERE verdict = 'allow'"),
                   ==, 8);
  g_unlink (copy);
}

/* What SQLite does for a statement, a line each. */
static char *
explain (sqlite3 *db, const char *sql)
{
  g_autofree char *question = g_strconcat ("EXPLAIN QUERY PLAN ", sql, NULL);
  GString *plan = g_string_new (NULL);
  sqlite3_stmt *statement;

  g_assert_cmpint (sqlite3_prepare_v2 (db, question, -1, &statement, NULL), ==, SQLITE_OK);
  while (sqlite3_step (statement) == SQLITE_ROW)
    g_string_append_printf (plan, "%s\n", sqlite3_column_text (statement, 3));
  sqlite3_finalize (statement);
  return g_string_free (plan, FALSE);
}

/* A page by one of these is found in an index, in its order, however many events there are. */
static void
test_indexed (Fixture *fixture, gconstpointer unused)
{
  static const struct
  {
    const char *text;
    const char *plan;
  } filters[] = {
    { "{'uid': <uint32 1>}", "M1" },
    { "{'operation': <'listen'>}", "M1" },
    { "{'program': <'/a'>}", "M1" },
    { "{'script': <'/a'>}", "M1" },
    { "{'unit': <'a'>}", "M1" },
    { "{'app': <'a'>}", "M1" },
    { "{'verdict': <'deny'>}", "M1" },
    { "{'reason': <'rule'>}", "M1" },
    { "{'rule': <uint64 1>}", "M1" },
    { "{'remote-address': <'::1'>}", "M1" },
    { "{'remote-host': <'a'>}", "M1" },
    { "{'remote-port': <uint16 1>}", "M1" },
    { "{'text': <'abc'>}", "M1" },
    { "{'text': <'abc'>, 'uid': <uint32 1>, 'since': <int64 5>}", "M1" },
    { "{'uid': <uint32 1>, 'program': <'/a'>, 'verdict': <'deny'>, 'before': <uint64 9>}", "M1" },
    { "{'id': <uint64 1>}", "INDEX calls_by_id (id=?)\n" },
    { "{'id': <uint64 1>, 'uid': <uint32 1>}", "INDEX calls_by_id (id=?)\n" },
    { "{'before': <uint64 9>}", "SEARCH calls USING INTEGER PRIMARY KEY (rowid<?)\n" },
  };
  g_autoptr (SnetdDatabase) database = NULL;
  sqlite3 *db;

  database = snetd_database_open (fixture->path, &snetd_journal_schema, NULL);
  g_assert_nonnull (database);
  g_assert_cmpint (sqlite3_open (fixture->path, &db), ==, SQLITE_OK);
  for (gsize i = 0; i < G_N_ELEMENTS (filters); i++)
    {
      g_autoptr (GVariant) dictionary =
        g_variant_parse (G_VARIANT_TYPE_VARDICT, filters[i].text, NULL, NULL, NULL);
      g_autoptr (SnetdFilter) filter = snetd_filter_new (dictionary, NULL);
      g_autofree char *sql = snetd_filter_sql (filter, database, 100);
      g_autofree char *plan = explain (db, sql);

      g_test_message ("%s: %s\n%s", filters[i].text, sql, plan);
      g_assert_nonnull (strstr (plan, filters[i].plan));
      g_assert_null (strstr (plan, "ORDER BY"));
    }
  sqlite3_close (db);
}

static guint n_warnings;

static GLogWriterOutput
count_warnings (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer data)
{
  n_warnings += (level & G_LOG_LEVEL_WARNING) != 0;
  return g_log_writer_default (level, fields, n_fields, data);
}

/* It is said once, what fits into memory is kept, and written when there is room. */
static void
test_disk_full (Fixture *fixture, gconstpointer unused)
{
  struct rlimit before, full;
  g_autoptr (GVariant) events = NULL;

  append (fixture, 1000, SNET_VERDICT_ALLOW, SNETD_REASON_USER, 0);
  g_assert_true (snetd_journal_flush (fixture->journal, NULL));

  signal (SIGXFSZ, SIG_IGN);
  g_assert_no_errno (getrlimit (RLIMIT_FSIZE, &before));
  full = before;
  full.rlim_cur = 4096;
  g_assert_no_errno (setrlimit (RLIMIT_FSIZE, &full));
  n_warnings = 0;
  for (guint i = 0; i < 16000; i++)
    append (fixture, 1001, SNET_VERDICT_ALLOW, SNETD_REASON_USER, 0);
  g_assert_false (snetd_journal_flush (fixture->journal, NULL));
  g_assert_no_errno (setrlimit (RLIMIT_FSIZE, &before));
  g_assert_cmpuint (n_warnings, ==, 1);

  append (fixture, 1002, SNET_VERDICT_ALLOW, SNETD_REASON_USER, 0);
  events = query (fixture, "{'uid': <uint32 1002>}", 0);
  g_assert_cmpuint (g_variant_n_children (events), ==, 1);
  g_assert_cmpint (ask_number (fixture, "SELECT count(*) FROM events WHERE uid = 1001"), ==, 10000);
  g_assert_cmpint (ask_number (fixture, "SELECT count(*) FROM events WHERE uid = 1000"), ==, 1);
  g_assert_cmpint (ask_number (fixture, "SELECT max(id) FROM events"), ==, 16002);
  g_assert_cmpuint (snetd_journal_lost (fixture->journal), ==, 6000);
  g_assert_cmpuint (snetd_journal_count (fixture->journal), ==, 10002);
}

static void
run_sql (Fixture *fixture, const char *sql)
{
  sqlite3 *db;

  g_assert_cmpint (sqlite3_open (fixture->path, &db), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (db, sql, NULL, NULL, NULL), ==, SQLITE_OK);
  sqlite3_close (db);
}

/* What makes no sense is left out, which is said once; the rest is told. */
static void
test_nonsense (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GVariant) events = NULL;
  g_autoptr (GVariant) again = NULL;
  g_autoptr (GVariant) event = NULL;
  g_autoptr (GVariant) program = NULL;
  g_autoptr (GVariant) port = NULL;

  append_at (fixture, g_get_real_time (), "/usr/bin/nc");
  g_assert_true (snetd_journal_flush (fixture->journal, NULL));
  g_clear_pointer (&fixture->journal, snetd_journal_close);
  run_sql (fixture, "UPDATE texts SET text = CAST (x'2fff' AS TEXT) WHERE text = '/usr/bin/nc';"
                    "UPDATE calls SET remote_port = 70000, comm = 99999");
  journal_open (fixture, 1000000);
  n_warnings = 0;
  events = query (fixture, "{}", 0);
  again = query (fixture, "{}", 0);
  g_assert_cmpuint (n_warnings, ==, 1);
  g_assert_cmpuint (g_variant_n_children (events), ==, 1);
  event = g_variant_get_child_value (events, 0);
  program = g_variant_lookup_value (event, "program", NULL);
  port = g_variant_lookup_value (event, "remote-port", NULL);
  g_assert_null (program);
  g_assert_null (port);
  g_assert_cmpuint (get_number (events, 0, "serial"), ==, 1);
}

/* A number from which one cannot count on is not believed. */
static void
test_odd_serial (Fixture *fixture, gconstpointer unused)
{
  const SnetdRetention retention = { 1000, DAYS };
  g_autoptr (GError) error = NULL;

  append (fixture, 1000, SNET_VERDICT_ALLOW, SNETD_REASON_USER, 0);
  g_clear_pointer (&fixture->journal, snetd_journal_close);
  run_sql (fixture, "UPDATE calls SET serial = -9223372036854775808;"
                    "UPDATE texts SET last = -9223372036854775808");
  journal_open (fixture, 1000000);
  append (fixture, 1000, SNET_VERDICT_ALLOW, SNETD_REASON_USER, 0);
  g_assert_true (snetd_journal_flush (fixture->journal, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (snetd_journal_count (fixture->journal), <=, 3);

  g_clear_pointer (&fixture->journal, snetd_journal_close);
  run_sql (fixture, "UPDATE calls SET serial = 9223372036854775807 WHERE serial > 0");
  g_assert_null (snetd_journal_open (fixture->path, &retention, &error));
  g_assert_error (error, SNETD_ERROR, SNETD_ERROR_STORE_FAILED);
  g_assert_nonnull (strstr (error->message, "damaged"));
}

int
main (int argc, char **argv)
{
  setlocale (LC_ALL, "C.UTF-8");
  g_test_init (&argc, &argv, NULL);
  g_log_set_always_fatal (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL);
  g_log_set_writer_func (count_warnings, NULL, NULL);
  fake_snet_reset ();

#define ADD(name, function) g_test_add (name, Fixture, NULL, set_up, function, tear_down)
  ADD ("/journal/keeps", test_keeps);
  ADD ("/journal/batches", test_batches);
  ADD ("/journal/timer", test_timer);
  ADD ("/journal/pages", test_pages);
  ADD ("/journal/limit", test_limit);
  ADD ("/journal/bounded", test_bounded);
  ADD ("/journal/filters", test_filters);
  ADD ("/journal/filters-bad", test_filters_bad);
  ADD ("/journal/only-uid", test_only_uid);
  ADD ("/journal/locked", test_locked);
  ADD ("/journal/clock-set", test_clock_set);
  ADD ("/journal/aged", test_aged);
  ADD ("/journal/texts-trimmed", test_texts_trimmed);
  ADD ("/journal/migrates", test_migrates);
  ADD ("/journal/indexed", test_indexed);
  ADD ("/journal/disk-full", test_disk_full);
  ADD ("/journal/nonsense", test_nonsense);
  ADD ("/journal/odd-serial", test_odd_serial);
#undef ADD

  return g_test_run ();
}
