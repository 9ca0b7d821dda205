/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What was decided: kept, found again, and bounded. */
#include <errno.h>
#include <glib/gstdio.h>
#include <locale.h>
#include <sqlite3.h>
#include <string.h>

#include "fake-snet.h"
#include "snetd-error.h"
#include "snetd-journal.h"

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
  g_autoptr (GError) error = NULL;

  g_clear_pointer (&fixture->journal, snetd_journal_close);
  fixture->journal = snetd_journal_open (fixture->path, maximum, &error);
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
  return snetd_request_new (&event);
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

int
main (int argc, char **argv)
{
  setlocale (LC_ALL, "C.UTF-8");
  g_test_init (&argc, &argv, NULL);
  g_log_set_always_fatal (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL);
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
#undef ADD

  return g_test_run ();
}
