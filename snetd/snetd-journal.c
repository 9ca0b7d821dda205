/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snetd-journal.h"

#include "snet-names.h"
#include "snetd-database.h"
#include "snetd-dict.h"
#include "snetd-sql.h"

/* "snet", journal */
#define APPLICATION_ID 0x736e656a

#define BATCH_EVENTS   500
#define BATCH_DELAY_MS 1000
#define BACKLOG_MAX    10000 /* kept in memory while the disk refuses them */

static const char *const migrations[] = {
  "CREATE TABLE events ("
  "  serial INTEGER PRIMARY KEY AUTOINCREMENT,"
  "  id INTEGER NOT NULL,"
  "  time INTEGER NOT NULL,"
  "  operation TEXT,"
  "  family TEXT,"
  "  type TEXT,"
  "  protocol TEXT,"
  "  uid INTEGER NOT NULL,"
  "  pid INTEGER NOT NULL,"
  "  comm TEXT,"
  "  program TEXT,"
  "  netns INTEGER,"
  "  local_address TEXT,"
  "  local_port INTEGER,"
  "  remote_address TEXT,"
  "  remote_port INTEGER,"
  "  hold TEXT,"
  "  verdict TEXT NOT NULL,"
  "  reason TEXT NOT NULL,"
  "  rule INTEGER,"
  "  errno TEXT,"
  "  waited INTEGER"
  ") STRICT;"
  "CREATE INDEX events_by_uid ON events (uid, serial)",

  /* What a ticket decides has no id, so id can be absent now; for that SQLite wants a new table. */
  "CREATE TABLE new_events ("
  "  serial INTEGER PRIMARY KEY AUTOINCREMENT,"
  "  id INTEGER,"
  "  time INTEGER NOT NULL,"
  "  operation TEXT,"
  "  family TEXT,"
  "  type TEXT,"
  "  protocol TEXT,"
  "  uid INTEGER NOT NULL,"
  "  pid INTEGER NOT NULL,"
  "  comm TEXT,"
  "  program TEXT,"
  "  program_digest TEXT,"
  "  script TEXT,"
  "  ancestors TEXT,"
  "  process INTEGER,"
  "  session INTEGER,"
  "  app TEXT,"
  "  unit TEXT,"
  "  cgroup TEXT,"
  "  netns INTEGER,"
  "  local_address TEXT,"
  "  local_port INTEGER,"
  "  remote_address TEXT,"
  "  remote_port INTEGER,"
  "  remote_host TEXT,"
  "  hold TEXT,"
  "  verdict TEXT NOT NULL,"
  "  reason TEXT NOT NULL,"
  "  rule INTEGER,"
  "  errno TEXT,"
  "  waited INTEGER"
  ") STRICT;"
  "INSERT INTO new_events (serial, id, time, operation, family, type, protocol, uid, pid, comm,"
  "  program, netns, local_address, local_port, remote_address, remote_port, hold, verdict,"
  "  reason, rule, errno, waited)"
  "  SELECT serial, id, time, operation, family, type, protocol, uid, pid, comm, program, netns,"
  "  local_address, local_port, remote_address, remote_port, hold, verdict, reason, rule, errno,"
  "  waited FROM events;"
  "DROP TABLE events;"
  "ALTER TABLE new_events RENAME TO events;"
  "CREATE INDEX events_by_uid ON events (uid, serial)",

  "ALTER TABLE events ADD COLUMN command TEXT;"
  "ALTER TABLE events ADD COLUMN directory TEXT",
  NULL,
};

static const SnetdSchema schema = {
  .application_id = APPLICATION_ID,
  .migrations = migrations,
  .check = FALSE, /* reading all of a large journal would hold up the start */
  .full_sync = FALSE,
};

static const SnetdColumn columns[] = {
  { SNET_KEY_ID, "id", 't' },
  { SNET_KEY_TIME, "time", 'x' },
  { SNET_KEY_OPERATION, "operation", 's' },
  { SNET_KEY_FAMILY, "family", 's' },
  { SNET_KEY_TYPE, "type", 's' },
  { SNET_KEY_PROTOCOL, "protocol", 's' },
  { SNET_KEY_UID, "uid", 'u' },
  { SNET_KEY_PID, "pid", 'u' },
  { SNET_KEY_COMM, "comm", 's' },
  { SNET_KEY_PROGRAM, "program", 's' },
  { SNET_KEY_PROGRAM_DIGEST, "program_digest", 's' },
  { SNET_KEY_SCRIPT, "script", 's' },
  { SNET_KEY_COMMAND, "command", 'a' },
  { SNET_KEY_DIRECTORY, "directory", 's' },
  { SNET_KEY_ANCESTORS, "ancestors", 'a' },
  { SNET_KEY_PROCESS, "process", 't' },
  { SNET_KEY_SESSION, "session", 'u' },
  { SNET_KEY_APP, "app", 's' },
  { SNET_KEY_UNIT, "unit", 's' },
  { SNET_KEY_CGROUP, "cgroup", 's' },
  { SNET_KEY_NETNS, "netns", 't' },
  { SNET_KEY_LOCAL_ADDRESS, "local_address", 's' },
  { SNET_KEY_LOCAL_PORT, "local_port", 'q' },
  { SNET_KEY_REMOTE_ADDRESS, "remote_address", 's' },
  { SNET_KEY_REMOTE_PORT, "remote_port", 'q' },
  { SNET_KEY_REMOTE_HOST, "remote_host", 's' },
  { SNET_KEY_HOLD, "hold", 's' },
  { SNET_KEY_VERDICT, "verdict", 's' },
  { SNET_KEY_REASON, "reason", 's' },
  { SNET_KEY_RULE, "rule", 't' },
  { SNET_KEY_ERRNO, "errno", 's' },
  { SNET_KEY_WAITED, "waited", 'x' },
};

struct SnetdJournal
{
  SnetdDatabase *database;
  sqlite3_stmt *insert;
  sqlite3_stmt *trim;
  guint maximum_events;

  GPtrArray *batch; /* of SnetdRequest, not written yet */
  guint timer;      /* 0 while there is nothing to write */
  gboolean failing; /* said so already */
};

static gboolean
prepare (SnetdJournal *journal, GError **error)
{
  g_autofree char *names = snetd_sql_names (columns, G_N_ELEMENTS (columns));
  g_autofree char *marks = snetd_sql_marks (G_N_ELEMENTS (columns));
  g_autofree char *insert = g_strdup_printf ("INSERT INTO events (%s) VALUES (%s)", names, marks);

  journal->insert = snetd_database_prepare (journal->database, insert, error);
  if (journal->insert == NULL)
    return FALSE;

  /* Serials have no gaps, so the newest N are those above the last minus N. */
  journal->trim = snetd_database_prepare (
    journal->database, "DELETE FROM events WHERE serial <= (SELECT max (serial) FROM events) - ?1",
    error);
  return journal->trim != NULL;
}

SnetdJournal *
snetd_journal_open (const char *path, guint maximum_events, GError **error)
{
  g_autoptr (SnetdJournal) journal = g_new0 (SnetdJournal, 1);

  journal->maximum_events = maximum_events;
  journal->batch = g_ptr_array_new_with_free_func ((GDestroyNotify)snetd_request_unref);
  journal->database = snetd_database_open (path, &schema, error);
  if (journal->database == NULL || !prepare (journal, error))
    return NULL;

  return g_steal_pointer (&journal);
}

static gboolean
write_batch (SnetdJournal *journal, GError **error)
{
  if (!snetd_database_exec (journal->database, "BEGIN IMMEDIATE", error))
    return FALSE;

  for (guint i = 0; i < journal->batch->len; i++)
    {
      g_autoptr (GVariant) event = NULL;

      event = g_variant_ref_sink (snetd_request_to_variant (g_ptr_array_index (journal->batch, i)));
      snetd_sql_bind_row (journal->insert, 1, columns, G_N_ELEMENTS (columns), event);
      if (snetd_database_step (journal->database, journal->insert, error) != SQLITE_DONE)
        return FALSE;
    }

  sqlite3_bind_int64 (journal->trim, 1, journal->maximum_events);
  if (snetd_database_step (journal->database, journal->trim, error) != SQLITE_DONE)
    return FALSE;

  return snetd_database_exec (journal->database, "COMMIT", error);
}

gboolean
snetd_journal_flush (SnetdJournal *journal, GError **error)
{
  g_clear_handle_id (&journal->timer, g_source_remove);
  if (journal->batch->len == 0)
    return TRUE;

  if (!write_batch (journal, error))
    {
      snetd_database_exec (journal->database, "ROLLBACK", NULL);
      return FALSE;
    }

  g_ptr_array_set_size (journal->batch, 0);
  journal->failing = FALSE;
  return TRUE;
}

/* For when nobody waits for the result: keep what can be kept, say it once. */
static void
flush_or_warn (SnetdJournal *journal)
{
  g_autoptr (GError) error = NULL;

  if (snetd_journal_flush (journal, &error))
    return;

  if (!journal->failing)
    g_warning ("The journal is not written: %s", error->message);
  journal->failing = TRUE;
  if (journal->batch->len > BACKLOG_MAX)
    g_ptr_array_remove_range (journal->batch, 0, journal->batch->len - BACKLOG_MAX);
}

static gboolean
timer_cb (gpointer user_data)
{
  SnetdJournal *journal = user_data;

  journal->timer = 0;
  flush_or_warn (journal);
  return G_SOURCE_REMOVE;
}

void
snetd_journal_append (SnetdJournal *journal, SnetdRequest *request)
{
  g_return_if_fail (request->decided);

  g_ptr_array_add (journal->batch, snetd_request_ref (request));
  if (journal->batch->len % BATCH_EVENTS == 0)
    flush_or_warn (journal);
  else if (journal->timer == 0)
    journal->timer = g_timeout_add (BATCH_DELAY_MS, timer_cb, journal);
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
      snetd_sql_read_row (statement, 1, columns, G_N_ELEMENTS (columns), &dict);
      g_variant_builder_add_value (&builder, g_variant_builder_end (&dict));
    }
  if (result != SQLITE_DONE)
    {
      g_variant_builder_clear (&builder);
      return NULL;
    }
  return g_variant_builder_end (&builder);
}

GVariant *
snetd_journal_query (SnetdJournal *journal, const SnetdFilter *filter, guint limit, GError **error)
{
  g_autofree char *names = snetd_sql_names (columns, G_N_ELEMENTS (columns));
  g_autofree char *sql = NULL;
  sqlite3_stmt *statement;
  GVariant *events;
  int next;

  if (!snetd_journal_flush (journal, error))
    return NULL;

  sql = g_strdup_printf ("SELECT serial, %s FROM events WHERE %s ORDER BY serial DESC LIMIT ?",
                         names, snetd_filter_sql (filter));
  statement = snetd_database_prepare (journal->database, sql, error);
  if (statement == NULL)
    return NULL;

  next = snetd_filter_bind (filter, statement, 1);
  sqlite3_bind_int64 (statement, next,
                      limit == 0 ? SNETD_JOURNAL_PAGE : MIN (limit, SNETD_JOURNAL_PAGE));
  events = read_events (journal, statement, error);
  sqlite3_finalize (statement);
  return events;
}

void
snetd_journal_close (SnetdJournal *journal)
{
  if (journal->database != NULL)
    flush_or_warn (journal);
  g_clear_handle_id (&journal->timer, g_source_remove);
  sqlite3_finalize (journal->insert);
  sqlite3_finalize (journal->trim);
  g_clear_pointer (&journal->database, snetd_database_close);
  g_ptr_array_unref (journal->batch);
  g_free (journal);
}
