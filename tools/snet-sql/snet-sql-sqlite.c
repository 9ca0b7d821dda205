/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snet-sql-sqlite.h"

#include <sqlite3.h>
#include <sys/stat.h>

#include "snet-sql-columns.h"
#include "snet-sql-error.h"
#include "snet-sql-log.h"

/* "snet", the SQL one */
#define APPLICATION_ID 0x736e6571
#define VERSION        1

/* As many old events go at a time, which is more than come. */
#define TRIM_STEP 40000

struct SnetSqlSqlite
{
  sqlite3 *db;
  char *path;
  guint days;
  sqlite3_stmt *insert;
};

static gboolean
set_error (SnetSqlSqlite *sqlite, GError **error)
{
  const int code = sqlite3_errcode (sqlite->db) & 0xff;

  g_set_error (error, SNET_SQL_ERROR,
               code == SQLITE_FULL ? SNET_SQL_ERROR_FULL : SNET_SQL_ERROR_DISK, "%s: %s",
               sqlite->path, sqlite3_errmsg (sqlite->db));
  return FALSE;
}

static gboolean
run (SnetSqlSqlite *sqlite, const char *sql, GError **error)
{
  return sqlite3_exec (sqlite->db, sql, NULL, NULL, NULL) == SQLITE_OK || set_error (sqlite, error);
}

static gboolean
get_number (SnetSqlSqlite *sqlite, const char *sql, gint64 *ret_number, GError **error)
{
  sqlite3_stmt *statement;
  gboolean done;

  if (sqlite3_prepare_v2 (sqlite->db, sql, -1, &statement, NULL) != SQLITE_OK)
    return set_error (sqlite, error);
  done = sqlite3_step (statement) == SQLITE_ROW;
  if (done)
    *ret_number = sqlite3_column_int64 (statement, 0);
  sqlite3_finalize (statement);
  return done || set_error (sqlite, error);
}

/* Opening */

static gboolean
create (SnetSqlSqlite *sqlite, GError **error)
{
  g_autoptr (GBytes) bytes =
    g_resources_lookup_data ("/org/snet/sql/sqlite/1.sql", G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
  g_autofree char *tables = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  g_autofree char *sql =
    g_strdup_printf ("BEGIN IMMEDIATE; %s PRAGMA application_id = %d; PRAGMA user_version = %d;"
                     " COMMIT",
                     tables, APPLICATION_ID, VERSION);

  return run (sqlite, sql, error);
}

static gboolean
prepare_schema (SnetSqlSqlite *sqlite, GError **error)
{
  gint64 id, version, objects;

  if (!get_number (sqlite, "PRAGMA application_id", &id, error) ||
      !get_number (sqlite, "PRAGMA user_version", &version, error) ||
      !get_number (sqlite, "SELECT count (*) FROM sqlite_schema", &objects, error))
    return FALSE;
  if (objects == 0 || (id == APPLICATION_ID && version == VERSION))
    return run (sqlite, "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL", error) &&
           (objects > 0 || create (sqlite, error));
  g_set_error (error, SNET_SQL_ERROR, SNET_SQL_ERROR_CONFIG, "%s %s", sqlite->path,
               id == APPLICATION_ID ? "is of a later version of snet-sql"
                                    : "is a database, but not one that snet-sql has made");
  return FALSE;
}

static gboolean
prepare_insert (SnetSqlSqlite *sqlite, GError **error)
{
  g_autofree char *names = snet_sql_columns_names ();
  GString *sql = g_string_new (NULL);
  int result;

  g_string_append_printf (sql, "INSERT INTO events (source, %s) VALUES (?", names);
  for (guint i = 0; i < SNET_SQL_N_COLUMNS; i++)
    g_string_append (sql, ", ?");
  g_string_append (sql, ")");
  result =
    sqlite3_prepare_v3 (sqlite->db, sql->str, -1, SQLITE_PREPARE_PERSISTENT, &sqlite->insert, NULL);
  g_string_free (sql, TRUE);
  return result == SQLITE_OK || set_error (sqlite, error);
}

SnetSqlSqlite *
snet_sql_sqlite_open (const char *path, guint days, GError **error)
{
  g_autoptr (SnetSqlSqlite) sqlite = g_new0 (SnetSqlSqlite, 1);
  const mode_t mask = umask (0077);
  int result;

  sqlite->path = g_strdup (path);
  sqlite->days = days;
  result = sqlite3_open_v2 (
    path, &sqlite->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_FULLMUTEX, NULL);
  if (result != SQLITE_OK)
    set_error (sqlite, error);
  else
    {
      sqlite3_busy_timeout (sqlite->db, 10000);
      if (!prepare_schema (sqlite, error) || !prepare_insert (sqlite, error))
        result = SQLITE_ERROR;
    }
  umask (mask);
  return result == SQLITE_OK ? g_steal_pointer (&sqlite) : NULL;
}

void
snet_sql_sqlite_close (SnetSqlSqlite *sqlite)
{
  sqlite3_finalize (sqlite->insert);
  sqlite3_close (sqlite->db);
  g_free (sqlite->path);
  g_free (sqlite);
}

/* As a store */

/* The journal that was written last is the one that goes on. */
static gboolean
get_position (gpointer store, char **ret_journal, guint64 *ret_serial)
{
  SnetSqlSqlite *sqlite = store;
  sqlite3_stmt *statement;
  gboolean found;

  if (sqlite3_prepare_v2 (sqlite->db,
                          "SELECT journal, serial FROM sources ORDER BY updated DESC, id DESC LIMIT"
                          " 1",
                          -1, &statement, NULL) != SQLITE_OK)
    return FALSE;
  found = sqlite3_step (statement) == SQLITE_ROW;
  if (found)
    {
      *ret_journal = g_utf8_make_valid ((const char *)sqlite3_column_text (statement, 0), -1);
      *ret_serial = (guint64)MAX (sqlite3_column_int64 (statement, 1), 0);
    }
  sqlite3_finalize (statement);
  return found;
}

/* source 0: the journal is new; *ret_others: and not the first. */
static gboolean
find_source (SnetSqlSqlite *sqlite,
             const char *journal,
             gint64 *ret_source,
             guint64 *ret_serial,
             gboolean *ret_others,
             GError **error)
{
  sqlite3_stmt *statement;
  int result;

  *ret_source = 0;
  *ret_serial = 0;
  *ret_others = FALSE;
  if (sqlite3_prepare_v2 (sqlite->db, "SELECT id, serial, journal = ?1 FROM sources", -1,
                          &statement, NULL) != SQLITE_OK)
    return set_error (sqlite, error);
  sqlite3_bind_text (statement, 1, journal, -1, SQLITE_STATIC);
  while ((result = sqlite3_step (statement)) == SQLITE_ROW)
    {
      if (!sqlite3_column_int (statement, 2))
        {
          *ret_others = TRUE;
          continue;
        }
      *ret_source = sqlite3_column_int64 (statement, 0);
      *ret_serial = (guint64)MAX (sqlite3_column_int64 (statement, 1), 0);
    }
  sqlite3_finalize (statement);
  return result == SQLITE_DONE || set_error (sqlite, error);
}

static gboolean
set_source (SnetSqlSqlite *sqlite,
            const char *journal,
            guint64 serial,
            gint64 *source,
            GError **error)
{
  g_autofree char *sql = g_strdup_printf (
    "INSERT INTO sources (journal, serial, updated) VALUES ('%s', %" G_GUINT64_FORMAT
    ", %" G_GINT64_FORMAT ")"
    " ON CONFLICT (journal) DO UPDATE SET serial = excluded.serial, updated = excluded.updated",
    journal, serial, g_get_real_time ());

  if (!run (sqlite, sql, error))
    return FALSE;
  if (*source == 0)
    *source = sqlite3_last_insert_rowid (sqlite->db);
  return TRUE;
}

static gboolean
add_gap (SnetSqlSqlite *sqlite,
         gint64 source,
         guint64 first,
         guint64 last,
         const char *reason,
         GError **error)
{
  g_autofree char *sql =
    g_strdup_printf ("INSERT INTO gaps VALUES (%" G_GINT64_FORMAT ", %" G_GUINT64_FORMAT
                     ", %" G_GUINT64_FORMAT ", '%s', %" G_GINT64_FORMAT ")",
                     source, first, last, reason, g_get_real_time ());

  if (first > 0)
    snet_sql_log (G_LOG_LEVEL_WARNING, SNET_SQL_MESSAGE_GAP,
                  "%" G_GUINT64_FORMAT " events are missing: they were not kept until they could "
                  "be written (see MaximumEvents in snetd.conf, and the messages before)",
                  last - first + 1);
  return run (sqlite, sql, error);
}

static gboolean
insert_row (SnetSqlSqlite *sqlite,
            const SnetSqlPage *page,
            guint row,
            gint64 source,
            GError **error)
{
  sqlite3_stmt *insert = sqlite->insert;
  gboolean done;

  sqlite3_bind_int64 (insert, 1, source);
  for (guint i = 0; i < SNET_SQL_N_COLUMNS; i++)
    {
      const int parameter = (int)i + 2;
      gint64 number;

      if (!snet_sql_page_get_number (page, row, i, &number))
        sqlite3_bind_null (insert, parameter);
      else if (snet_sql_columns[i].kind < SNET_SQL_TEXT)
        sqlite3_bind_int64 (insert, parameter, number);
      else
        sqlite3_bind_text (insert, parameter, snet_sql_page_get_text (page, row, i), -1,
                           SQLITE_STATIC);
    }
  done = sqlite3_step (insert) == SQLITE_DONE;
  if (!done)
    set_error (sqlite, error);
  sqlite3_reset (insert);
  return done;
}

static gboolean
insert_rows (SnetSqlSqlite *sqlite,
             const SnetSqlPage *page,
             guint from,
             gint64 source,
             guint64 expected,
             GError **error)
{
  for (guint row = from; row < snet_sql_page_get_rows (page); row++)
    {
      const guint64 serial = snet_sql_page_get_serial (page, row);

      if (serial > expected && !add_gap (sqlite, source, expected, serial - 1,
                                         "not kept until they could be written", error))
        return FALSE;
      if (!insert_row (sqlite, page, row, source, error))
        return FALSE;
      expected = serial + 1;
    }
  return TRUE;
}

static gboolean
trim (SnetSqlSqlite *sqlite, GError **error)
{
  g_autofree char *sql = NULL;

  if (sqlite->days == 0)
    return TRUE;
  sql = g_strdup_printf ("DELETE FROM events WHERE rowid IN (SELECT rowid FROM events"
                         " WHERE time < %" G_GINT64_FORMAT " ORDER BY time LIMIT %d)",
                         g_get_real_time () - sqlite->days * G_TIME_SPAN_DAY, TRIM_STEP);
  return run (sqlite, sql, error);
}

static gboolean
write_page (SnetSqlSqlite *sqlite, const SnetSqlPage *page, GError **error)
{
  const char *journal = snet_sql_page_get_journal (page);
  const guint rows = snet_sql_page_get_rows (page);
  gboolean others;
  gint64 source;
  guint64 serial;
  guint from = 0;

  if (!find_source (sqlite, journal, &source, &serial, &others, error))
    return FALSE;
  while (from < rows && snet_sql_page_get_serial (page, from) <= serial)
    from++;
  if (from == rows)
    return TRUE;
  if (!set_source (sqlite, journal, snet_sql_page_get_serial (page, rows - 1), &source, error) ||
      (serial == 0 && others &&
       !add_gap (sqlite, source, 0, 0, "the journal is another one", error)))
    return FALSE;
  /* What the first journal had before its first event that is still there was never to be had. */
  return insert_rows (sqlite, page, from, source,
                      serial == 0 && !others ? snet_sql_page_get_serial (page, from) : serial + 1,
                      error) &&
         trim (sqlite, error);
}

static gboolean
take (gpointer store, const SnetSqlPage *page, GError **error)
{
  SnetSqlSqlite *sqlite = store;

  if (!run (sqlite, "BEGIN IMMEDIATE", error))
    return FALSE;
  if (write_page (sqlite, page, error) && run (sqlite, "COMMIT", error))
    return TRUE;
  sqlite3_exec (sqlite->db, "ROLLBACK", NULL, NULL, NULL);
  return FALSE;
}

const SnetSqlStore snet_sql_sqlite_store = { .get_position = get_position, .take = take };
