/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snetd-database.h"

#include <sys/stat.h>

#include "snetd-error.h"

struct SnetdDatabase
{
  sqlite3 *db;
  char *path;
};

G_DEFINE_AUTOPTR_CLEANUP_FUNC (sqlite3, sqlite3_close)

static gboolean
set_error (SnetdDatabase *database, const char *what, GError **error)
{
  g_set_error (error, SNETD_ERROR, SNETD_ERROR_STORE_FAILED, "%s: %s: %s", database->path, what,
               sqlite3_errmsg (database->db));
  return FALSE;
}

gboolean
snetd_database_exec (SnetdDatabase *database, const char *sql, GError **error)
{
  if (sqlite3_exec (database->db, sql, NULL, NULL, NULL) != SQLITE_OK)
    return set_error (database, "cannot be used", error);
  return TRUE;
}

sqlite3_stmt *
snetd_database_prepare (SnetdDatabase *database, const char *sql, GError **error)
{
  sqlite3_stmt *statement = NULL;

  if (sqlite3_prepare_v3 (database->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL) !=
      SQLITE_OK)
    set_error (database, "cannot be used", error);
  return statement;
}

int
snetd_database_step (SnetdDatabase *database, sqlite3_stmt *statement, GError **error)
{
  int result = sqlite3_step (statement);

  if (result == SQLITE_ROW)
    return result;
  if (result == SQLITE_INTERRUPT)
    g_set_error (error, SNETD_ERROR, SNETD_ERROR_STORE_FAILED,
                 "%s: too much would have to be read for this", database->path);
  else if (result != SQLITE_DONE)
    set_error (database, sqlite3_stmt_readonly (statement) ? "cannot be read" : "cannot be written",
               error);
  sqlite3_reset (statement);
  return result;
}

static int
bound_cb (void *unused)
{
  return 1;
}

void
snetd_database_set_bound (SnetdDatabase *database, int steps)
{
  sqlite3_progress_handler (database->db, steps, bound_cb, NULL);
}

gint64
snetd_database_last_id (SnetdDatabase *database)
{
  return sqlite3_last_insert_rowid (database->db);
}

int
snetd_database_changes (SnetdDatabase *database)
{
  return sqlite3_changes (database->db);
}

gboolean
snetd_database_get_number (SnetdDatabase *database,
                           const char *sql,
                           gint64 *ret_number,
                           GError **error)
{
  sqlite3_stmt *statement = snetd_database_prepare (database, sql, error);
  gboolean ok;

  if (statement == NULL)
    return FALSE;

  ok = snetd_database_step (database, statement, error) == SQLITE_ROW;
  if (ok)
    *ret_number = sqlite3_column_int64 (statement, 0);
  sqlite3_finalize (statement);
  return ok;
}

gboolean
snetd_database_check (SnetdDatabase *database, GError **error)
{
  sqlite3_stmt *statement = snetd_database_prepare (database, "PRAGMA integrity_check(1)", error);
  gboolean ok;

  if (statement == NULL)
    return FALSE;

  ok = snetd_database_step (database, statement, error) == SQLITE_ROW;
  if (ok && g_strcmp0 ((const char *)sqlite3_column_text (statement, 0), "ok") != 0)
    {
      g_set_error (error, SNETD_ERROR, SNETD_ERROR_STORE_FAILED, "%s is damaged: %s",
                   database->path, sqlite3_column_text (statement, 0));
      ok = FALSE;
    }
  sqlite3_finalize (statement);
  return ok;
}

/*
 * Of the constraints of a table, those that are expressions take several times as long as all the
 * rest. Who reads the rows sees what they say; and if that makes no sense, see
 * snetd_database_check().
 */
static gboolean
check_structure (SnetdDatabase *database, GError **error)
{
  return snetd_database_exec (database, "PRAGMA ignore_check_constraints = ON", error) &&
         snetd_database_check (database, error) &&
         snetd_database_exec (database, "PRAGMA ignore_check_constraints = OFF", error);
}

/* Whose is it, and which version? Reads only. */
static gboolean
inspect (SnetdDatabase *database, const SnetdSchema *schema, gint64 *ret_version, GError **error)
{
  gint64 application_id, objects;
  int known = 0;

  if (!snetd_database_get_number (database, "PRAGMA application_id", &application_id, error) ||
      !snetd_database_get_number (database, "PRAGMA user_version", ret_version, error) ||
      !snetd_database_get_number (database, "SELECT count(*) FROM sqlite_schema", &objects, error))
    return FALSE;

  while (schema->migrations[known] != NULL)
    known++;

  if (application_id != schema->application_id &&
      !(application_id == 0 && *ret_version == 0 && objects == 0))
    {
      g_set_error (error, SNETD_ERROR, SNETD_ERROR_STORE_FAILED,
                   "%s is a database, but not one that snetd has made; move it away to start anew",
                   database->path);
      return FALSE;
    }
  if (*ret_version > known)
    {
      g_set_error (error, SNETD_ERROR, SNETD_ERROR_STORE_FAILED,
                   "%s was made by a newer snetd (its version is %" G_GINT64_FORMAT
                   ", this snetd knows %d); use that "
                   "one, or move the file away to start anew",
                   database->path, *ret_version, known);
      return FALSE;
    }
  return !schema->check || check_structure (database, error);
}

static gboolean
back_up (SnetdDatabase *database, int version, GError **error)
{
  g_autofree char *path = g_strdup_printf ("%s.v%d", database->path, version);
  g_autoptr (sqlite3) copy = NULL;
  sqlite3_backup *backup;
  int result;

  result = sqlite3_open (path, &copy);
  if (result == SQLITE_OK)
    {
      backup = sqlite3_backup_init (copy, "main", database->db, "main");
      if (backup != NULL)
        sqlite3_backup_step (backup, -1);
      sqlite3_backup_finish (backup);
      result = sqlite3_errcode (copy);
    }
  if (result != SQLITE_OK && result != SQLITE_DONE)
    {
      g_set_error (error, SNETD_ERROR, SNETD_ERROR_STORE_FAILED,
                   "%s: no copy could be made, so the file stays as it is: %s", path,
                   sqlite3_errmsg (copy));
      return FALSE;
    }
  return TRUE;
}

static gboolean
apply_migrations (SnetdDatabase *database, const SnetdSchema *schema, int version, GError **error)
{
  for (; schema->migrations[version] != NULL; version++)
    {
      if (!snetd_database_exec (database, schema->migrations[version], error))
        return FALSE;
    }

  {
    g_autofree char *mark = g_strdup_printf ("PRAGMA application_id = %d; PRAGMA user_version = %d",
                                             schema->application_id, version);

    return snetd_database_exec (database, mark, error);
  }
}

static gboolean
migrate (SnetdDatabase *database, const SnetdSchema *schema, int version, GError **error)
{
  if (schema->migrations[version] == NULL)
    return TRUE;
  if (version > 0 && !back_up (database, version, error))
    return FALSE;

  if (!snetd_database_exec (database, "BEGIN IMMEDIATE", error))
    return FALSE;
  if (!apply_migrations (database, schema, version, error) ||
      !snetd_database_exec (database, "COMMIT", error))
    {
      sqlite3_exec (database->db, "ROLLBACK", NULL, NULL, NULL);
      return FALSE;
    }
  return TRUE;
}

static gboolean
prepare_file (SnetdDatabase *database, const SnetdSchema *schema, GError **error)
{
  gint64 version;

  sqlite3_extended_result_codes (database->db, 1);
  sqlite3_busy_timeout (database->db, 1000);

  if (!inspect (database, schema, &version, error) ||
      !snetd_database_exec (database, "PRAGMA journal_mode = WAL", error) ||
      !snetd_database_exec (database, "PRAGMA foreign_keys = ON", error) ||
      !snetd_database_exec (
        database, schema->full_sync ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL",
        error))
    return FALSE;

  return migrate (database, schema, (int)version, error);
}

SnetdDatabase *
snetd_database_open (const char *path, const SnetdSchema *schema, GError **error)
{
  g_autoptr (SnetdDatabase) database = g_new0 (SnetdDatabase, 1);
  mode_t mask;
  int result;

  database->path = g_strdup (path);

  /* What users do on the network is not for everyone to read. */
  mask = umask (0077);
  result = sqlite3_open_v2 (path, &database->db,
                            SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL);
  if (result != SQLITE_OK)
    set_error (database, "cannot be opened", error);
  else if (sqlite3_db_readonly (database->db, "main") == 1)
    {
      /* SQLite falls back to this by itself. */
      g_set_error (error, SNETD_ERROR, SNETD_ERROR_STORE_FAILED, "%s cannot be written", path);
      result = SQLITE_READONLY;
    }
  else if (!prepare_file (database, schema, error))
    result = SQLITE_ERROR;
  umask (mask);

  return result == SQLITE_OK ? g_steal_pointer (&database) : NULL;
}

void
snetd_database_close (SnetdDatabase *database)
{
  if (sqlite3_close (database->db) != SQLITE_OK)
    g_critical ("%s: closed while in use", database->path);
  g_free (database->path);
  g_free (database);
}
