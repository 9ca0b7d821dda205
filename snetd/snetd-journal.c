/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snetd-journal.h"

#include "snet-names.h"
#include "snetd-dict.h"
#include "snetd-journal-row.h"
#include "snetd-journal-schema.h"
#include "snetd-log.h"

#define BATCH_EVENTS   2000
#define BATCH_DELAY_MS 1000
#define BACKLOG_MAX    10000 /* kept in memory while the disk refuses them */

/* More than a batch, so that it keeps up with what is written. */
#define TRIM_STEP (2 * BATCH_EVENTS)

/* Events that are that many, or that far apart, get a mark of their own. */
#define MARK_EVENTS 1000
#define MARK_TIME   G_TIME_SPAN_HOUR

/* Instructions of SQLite, for about a fifth of a second, and for some milliseconds. */
#define QUERY_STEPS  20000000
#define GLANCE_STEPS 500000

struct SnetdJournal
{
  SnetdDatabase *database;
  SnetdTexts *texts;
  sqlite3_stmt *insert;
  sqlite3_stmt *index;
  sqlite3_stmt *mark;
  sqlite3_stmt *trim_number;
  sqlite3_stmt *trim_age;
  sqlite3_stmt *trim_index;
  sqlite3_stmt *trim;
  sqlite3_stmt *trim_marks;
  sqlite3_stmt *oldest;
  SnetdRetention retention;
  gint64 serial; /* the last one */

  struct
  {
    gint64 first, last, earliest, latest;
  } current; /* the mark that the next event may extend; last 0: none */

  GPtrArray *batch; /* of SnetdRequest, not written yet */
  guint timer;      /* 0 while there is nothing to write */
  guint idle;       /* 0 while there is nothing more to trim */
  gboolean failing; /* said so already */
  gboolean damaged; /* likewise */
  guint64 lost;     /* since then */
  guint64 lost_before;
  SnetdJournalWritten written;
  gpointer written_data;
};

static gboolean
prepare (SnetdJournal *journal, GError **error)
{
  g_autofree char *names = snetd_journal_row_names ();
  g_autofree char *marks = snetd_journal_row_marks ();
  g_autofree char *insert =
    g_strdup_printf ("INSERT INTO calls (serial, %s) VALUES (?, %s)", names, marks);
  const struct
  {
    sqlite3_stmt **statement;
    const char *sql;
  } statements[] = {
    { &journal->insert, insert },
    { &journal->mark, "INSERT OR REPLACE INTO marks (first, last, earliest, latest)"
                      " VALUES (?1, ?2, ?3, ?4)" },
    { &journal->index, "INSERT INTO calls_search (rowid, tokens)"
                       " SELECT serial, " SNETD_JOURNAL_TOKENS " FROM calls WHERE serial > ?1" },
    { &journal->trim_number, "INSERT INTO going SELECT serial FROM calls WHERE serial <= ?1"
                             " ORDER BY serial LIMIT ?2" },
    { &journal->trim_age, "INSERT OR IGNORE INTO going SELECT serial FROM marks CROSS JOIN calls"
                          " ON serial BETWEEN first AND last WHERE latest < ?1 LIMIT ?2" },
    { &journal->trim_index,
      "INSERT INTO calls_search (calls_search, rowid, tokens)"
      " SELECT 'delete', serial, " SNETD_JOURNAL_TOKENS " FROM calls WHERE serial IN going" },
    { &journal->trim, "DELETE FROM calls WHERE serial IN going" },
    { &journal->trim_marks, "DELETE FROM marks WHERE first < ?1 AND last < ?1" },
    { &journal->oldest, "SELECT min (serial) FROM calls" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (statements); i++)
    {
      *statements[i].statement =
        snetd_database_prepare (journal->database, statements[i].sql, error);
      if (*statements[i].statement == NULL)
        return FALSE;
    }
  /* AUTOINCREMENT would write this down with each event. */
  if (!snetd_database_get_number (journal->database, SNETD_JOURNAL_LAST, &journal->serial, error))
    return FALSE;
  return journal->serial <= SNETD_SERIAL_MAX ||
         snetd_database_set_damaged (journal->database, error);
}

SnetdJournal *
snetd_journal_open (const char *path, const SnetdRetention *retention, GError **error)
{
  g_autoptr (SnetdJournal) journal = g_new0 (SnetdJournal, 1);

  journal->retention = *retention;
  journal->batch = g_ptr_array_new_with_free_func ((GDestroyNotify)snetd_request_unref);
  journal->database = snetd_database_open (path, &snetd_journal_schema, error);
  if (journal->database == NULL)
    return NULL;
  /* What goes is in a table while it does: it is found once, and removed twice. */
  if (!snetd_database_exec (journal->database,
                            "PRAGMA temp_store = memory;"
                            "CREATE TEMP TABLE going (serial INTEGER PRIMARY KEY)",
                            error))
    return NULL;
  journal->texts = snetd_texts_new (journal->database, error);
  if (journal->texts == NULL || !prepare (journal, error))
    return NULL;

  return g_steal_pointer (&journal);
}

const char *
snetd_journal_get_path (SnetdJournal *journal)
{
  return snetd_database_get_path (journal->database);
}

const char *
snetd_journal_get_trouble (SnetdJournal *journal)
{
  return snetd_database_get_trouble (journal->database);
}

void
snetd_journal_set_written (SnetdJournal *journal, SnetdJournalWritten written, gpointer user_data)
{
  journal->written = written;
  journal->written_data = user_data;
}

static gboolean
run (SnetdJournal *journal, sqlite3_stmt *statement, GError **error)
{
  return snetd_database_step (journal->database, statement, error) == SQLITE_DONE;
}

/* The serial of the first one; 0: there is none. */
static gboolean
find_oldest (SnetdJournal *journal, gint64 *ret_serial, GError **error)
{
  if (snetd_database_step (journal->database, journal->oldest, error) != SQLITE_ROW)
    return FALSE;
  *ret_serial = CLAMP (sqlite3_column_int64 (journal->oldest, 0), 0, journal->serial);
  sqlite3_reset (journal->oldest);
  return TRUE;
}

/* Calls that are gone leave marks and texts behind. */
static gboolean
trim_rest (SnetdJournal *journal, GError **error)
{
  gint64 oldest;

  if (!find_oldest (journal, &oldest, error))
    return FALSE;

  sqlite3_bind_int64 (journal->trim_marks, 1, oldest);
  return run (journal, journal->trim_marks, error) &&
         snetd_texts_trim (journal->texts, oldest, error);
}

/* Which of them are too many, or too old, goes into the table for it. */
static gboolean
find_going (SnetdJournal *journal, int *ret_count, GError **error)
{
  const gint64 age = journal->retention.days * G_TIME_SPAN_DAY;

  sqlite3_bind_int64 (journal->trim_number, 1, journal->serial - journal->retention.events);
  sqlite3_bind_int64 (journal->trim_number, 2, TRIM_STEP);
  if (!run (journal, journal->trim_number, error))
    return FALSE;
  *ret_count = snetd_database_changes (journal->database);

  sqlite3_bind_int64 (journal->trim_age, 1, g_get_real_time () - age);
  sqlite3_bind_int64 (journal->trim_age, 2, TRIM_STEP);
  if (!run (journal, journal->trim_age, error))
    return FALSE;
  *ret_count += snetd_database_changes (journal->database);
  return TRUE;
}

/* Some of what is too much, or too old. *more: there may be more of it. */
static gboolean
trim (SnetdJournal *journal, gboolean *more, GError **error)
{
  int count;

  if (!find_going (journal, &count, error))
    return FALSE;
  *more = count >= TRIM_STEP;
  return count == 0 ||
         (run (journal, journal->trim_index, error) && run (journal, journal->trim, error) &&
          snetd_database_exec (journal->database, "DELETE FROM going", error) &&
          trim_rest (journal, error));
}

/* What has been written since is found from now on. */
static gboolean
index_from (SnetdJournal *journal, gint64 serial, GError **error)
{
  sqlite3_bind_int64 (journal->index, 1, serial);
  return run (journal, journal->index, error);
}

/* The times of the events of a range of serials. */
static gboolean
write_mark (SnetdJournal *journal, GError **error)
{
  sqlite3_bind_int64 (journal->mark, 1, journal->current.first);
  sqlite3_bind_int64 (journal->mark, 2, journal->current.last);
  sqlite3_bind_int64 (journal->mark, 3, journal->current.earliest);
  sqlite3_bind_int64 (journal->mark, 4, journal->current.latest);
  return run (journal, journal->mark, error);
}

static gboolean
belongs_to_mark (SnetdJournal *journal, gint64 serial, gint64 time)
{
  return journal->current.last == serial - 1 && serial - journal->current.first < MARK_EVENTS &&
         ABS (time - journal->current.earliest) < MARK_TIME &&
         ABS (time - journal->current.latest) < MARK_TIME;
}

static gboolean
mark_event (SnetdJournal *journal, gint64 serial, gint64 time, GError **error)
{
  if (belongs_to_mark (journal, serial, time))
    {
      journal->current.last = serial;
      journal->current.earliest = MIN (journal->current.earliest, time);
      journal->current.latest = MAX (journal->current.latest, time);
      return TRUE;
    }

  if (journal->current.last != 0 && !write_mark (journal, error))
    return FALSE;
  journal->current.first = serial;
  journal->current.last = serial;
  journal->current.earliest = time;
  journal->current.latest = time;
  return TRUE;
}

static gboolean
write_event (SnetdJournal *journal, const SnetdRequest *request, gint64 serial, GError **error)
{
  sqlite3_bind_int64 (journal->insert, 1, serial);
  return snetd_journal_row_bind (journal->insert, 2, journal->texts, request, serial, error) &&
         snetd_database_step (journal->database, journal->insert, error) == SQLITE_DONE &&
         mark_event (journal, serial, request->time, error);
}

static gboolean
write_batch (SnetdJournal *journal, gboolean *more, GError **error)
{
  const gint64 before = journal->serial;

  if (!snetd_database_exec (journal->database, "BEGIN IMMEDIATE", error))
    return FALSE;

  for (guint i = 0; i < journal->batch->len; i++)
    {
      if (!write_event (journal, g_ptr_array_index (journal->batch, i), journal->serial + 1, error))
        return FALSE;
      journal->serial++;
    }
  if (journal->batch->len > 0 &&
      (!index_from (journal, before, error) || !write_mark (journal, error)))
    return FALSE;

  return trim (journal, more, error) && snetd_database_exec (journal->database, "COMMIT", error);
}

static void
roll_back (SnetdJournal *journal, gint64 serial)
{
  snetd_database_exec (journal->database, "ROLLBACK", NULL);
  snetd_texts_reset (journal->texts);
  journal->serial = serial;
  journal->current.last = 0;
}

static gboolean idle_cb (gpointer user_data);

/* What is in the batch, if anything is, and some trimming. */
static gboolean
write_out (SnetdJournal *journal, GError **error)
{
  const gint64 serial = journal->serial;
  gboolean more = FALSE;

  g_clear_handle_id (&journal->timer, g_source_remove);
  if (!write_batch (journal, &more, error))
    {
      roll_back (journal, serial);
      return FALSE;
    }
  if (more && journal->idle == 0)
    journal->idle = g_idle_add_full (G_PRIORITY_LOW, idle_cb, journal, NULL);

  g_ptr_array_set_size (journal->batch, 0);
  if (journal->failing)
    snetd_log (G_LOG_LEVEL_MESSAGE, SNETD_MESSAGE_NO_JOURNAL,
               "The journal is written again; %" G_GUINT64_FORMAT " events are missing in it",
               journal->lost);
  journal->failing = FALSE;
  journal->lost_before += journal->lost;
  journal->lost = 0;
  if (journal->serial != serial && journal->written != NULL)
    journal->written ((guint64)journal->serial, journal->written_data);
  return TRUE;
}

gboolean
snetd_journal_flush (SnetdJournal *journal, GError **error)
{
  return journal->batch->len == 0 || write_out (journal, error);
}

/* For when nobody waits for the result: keep what can be kept, say it once. */
static void
write_out_or_warn (SnetdJournal *journal)
{
  g_autoptr (GError) error = NULL;
  guint excess;

  if (write_out (journal, &error))
    return;

  if (!journal->failing)
    snetd_log (G_LOG_LEVEL_WARNING, SNETD_MESSAGE_NO_JOURNAL, "The journal is not written: %s",
               error->message);
  journal->failing = TRUE;
  excess = journal->batch->len - MIN (journal->batch->len, BACKLOG_MAX);
  if (excess > 0)
    g_ptr_array_remove_range (journal->batch, 0, excess);
  journal->lost += excess;
}

static gboolean
idle_cb (gpointer user_data)
{
  SnetdJournal *journal = user_data;

  journal->idle = 0;
  write_out_or_warn (journal);
  return G_SOURCE_REMOVE;
}

static gboolean
timer_cb (gpointer user_data)
{
  SnetdJournal *journal = user_data;

  journal->timer = 0;
  write_out_or_warn (journal);
  return G_SOURCE_REMOVE;
}

void
snetd_journal_append (SnetdJournal *journal, SnetdRequest *request)
{
  g_return_if_fail (request->decided);

  g_ptr_array_add (journal->batch, snetd_request_ref (request));
  if (journal->batch->len % BATCH_EVENTS == 0)
    write_out_or_warn (journal);
  else if (journal->timer == 0)
    journal->timer = g_timeout_add (BATCH_DELAY_MS, timer_cb, journal);
}

void
snetd_journal_set_retention (SnetdJournal *journal, const SnetdRetention *retention)
{
  journal->retention = *retention;
  if (journal->idle == 0)
    journal->idle = g_idle_add_full (G_PRIORITY_LOW, idle_cb, journal, NULL);
}

guint64
snetd_journal_count (SnetdJournal *journal)
{
  gint64 oldest;

  if (!find_oldest (journal, &oldest, NULL) || oldest == 0)
    return journal->batch->len;
  return journal->serial - oldest + 1 + journal->batch->len;
}

guint64
snetd_journal_lost (SnetdJournal *journal)
{
  return journal->lost_before + journal->lost;
}

/* What makes no sense in a row is left out, and the rest of it is told. */
static void
read_row (SnetdJournal *journal, sqlite3_stmt *statement, int first, GVariantBuilder *dict)
{
  if (snetd_journal_row_read (statement, first, journal->texts, dict) || journal->damaged)
    return;
  journal->damaged = TRUE;
  snetd_log (G_LOG_LEVEL_WARNING, SNETD_MESSAGE_NO_JOURNAL,
             "Some of the journal makes no sense, and is left out of what is told: its file is "
             "damaged");
}

static GVariant *
read_events (SnetdJournal *journal, sqlite3_stmt *statement, GError **error)
{
  GVariantBuilder builder;
  int result;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("aa{sv}"));
  while ((result = snetd_database_step (journal->database, statement, error)) == SQLITE_ROW)
    {
      g_auto (GVariantBuilder) dict = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_VARDICT);

      snetd_dict_add (&dict, SNET_KEY_SERIAL,
                      g_variant_new ("t", (guint64)sqlite3_column_int64 (statement, 0)));
      read_row (journal, statement, 1, &dict);
      g_variant_builder_add_value (&builder, g_variant_builder_end (&dict));
    }
  if (result != SQLITE_DONE)
    {
      g_variant_builder_clear (&builder);
      return NULL;
    }
  return g_variant_builder_end (&builder);
}

/* Which events there are is found first, and only these are read. */
static GVariant *
run_query (SnetdJournal *journal,
           const SnetdFilter *filter,
           const char *serials,
           int steps,
           GError **error)
{
  g_autofree char *names = snetd_journal_row_names ();
  g_autofree char *sql = g_strdup_printf (
    "SELECT serial, %s FROM (%s) CROSS JOIN calls USING (serial) ORDER BY serial DESC", names,
    serials);
  sqlite3_stmt *statement = snetd_database_prepare (journal->database, sql, error);
  GVariant *events;

  if (statement == NULL)
    return NULL;

  snetd_filter_bind (filter, statement);
  snetd_database_set_bound (journal->database, steps);
  events = read_events (journal, statement, error);
  snetd_database_set_bound (journal->database, 0);
  sqlite3_finalize (statement);
  return events;
}

GVariant *
snetd_journal_query (SnetdJournal *journal, const SnetdFilter *filter, guint limit, GError **error)
{
  const guint n = limit == 0 ? SNETD_JOURNAL_PAGE : MIN (limit, SNETD_JOURNAL_PAGE);
  g_autofree char *glance = snetd_filter_glance_sql (filter, n);
  g_autofree char *serials = NULL;
  GVariant *events = NULL;

  if (!snetd_journal_flush (journal, error))
    return NULL;

  if (glance != NULL)
    events = run_query (journal, filter, glance, GLANCE_STEPS, NULL);
  if (events != NULL)
    return events;
  serials = snetd_filter_sql (filter, journal->database, n);
  return run_query (journal, filter, serials, QUERY_STEPS, error);
}

/* The number of a row is that of the newest; its other columns are, too, as SQLite has it. */
static char *
survey_sql (SnetdJournal *journal, const SnetdFilter *filter)
{
  static const char *const outgoing =
    "operation IN (SELECT id FROM texts WHERE text IN ('connect', 'send'))";
  g_autofree char *serials = snetd_filter_sql (filter, journal->database, SNETD_JOURNAL_SURVEY);
  g_autofree char *names = snetd_journal_row_names ();

  return g_strdup_printf (
    "SELECT max (serial), count (*) AS n, %s FROM (%s) CROSS JOIN calls USING (serial)"
    " GROUP BY operation, family, type, protocol, uid, program, script, remote_host,"
    " remote_address, CASE WHEN %s THEN remote_port ELSE local_port END"
    " ORDER BY n DESC, 1 DESC LIMIT %d",
    names, serials, outgoing, SNETD_JOURNAL_PAGE);
}

static GVariant *
read_kinds (SnetdJournal *journal, sqlite3_stmt *statement, GError **error)
{
  g_auto (GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("aa{sv}"));
  int result;

  while ((result = snetd_database_step (journal->database, statement, error)) == SQLITE_ROW)
    {
      g_auto (GVariantBuilder) dict = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_VARDICT);

      snetd_dict_add (&dict, SNET_KEY_COUNT,
                      g_variant_new_uint32 ((guint32)sqlite3_column_int64 (statement, 1)));
      read_row (journal, statement, 2, &dict);
      g_variant_builder_add_value (&builder, g_variant_builder_end (&dict));
    }
  return result == SQLITE_DONE ? g_variant_builder_end (&builder) : NULL;
}

GVariant *
snetd_journal_survey (SnetdJournal *journal, const SnetdFilter *filter, GError **error)
{
  g_autofree char *sql = NULL;
  sqlite3_stmt *statement;
  GVariant *kinds;

  if (!snetd_journal_flush (journal, error))
    return NULL;
  sql = survey_sql (journal, filter);
  statement = snetd_database_prepare (journal->database, sql, error);
  if (statement == NULL)
    return NULL;

  snetd_filter_bind (filter, statement);
  snetd_database_set_bound (journal->database, QUERY_STEPS);
  kinds = read_kinds (journal, statement, error);
  snetd_database_set_bound (journal->database, 0);
  sqlite3_finalize (statement);
  return kinds;
}

void
snetd_journal_close (SnetdJournal *journal)
{
  if (journal->batch->len > 0)
    write_out_or_warn (journal);
  g_clear_handle_id (&journal->timer, g_source_remove);
  g_clear_handle_id (&journal->idle, g_source_remove);
  sqlite3_finalize (journal->insert);
  sqlite3_finalize (journal->index);
  sqlite3_finalize (journal->mark);
  sqlite3_finalize (journal->trim_number);
  sqlite3_finalize (journal->trim_age);
  sqlite3_finalize (journal->trim_index);
  sqlite3_finalize (journal->trim);
  sqlite3_finalize (journal->trim_marks);
  sqlite3_finalize (journal->oldest);
  g_clear_pointer (&journal->texts, snetd_texts_free);
  g_clear_pointer (&journal->database, snetd_database_close);
  g_ptr_array_unref (journal->batch);
  g_free (journal);
}
