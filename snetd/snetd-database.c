/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snetd-database.h"

#include <glib/gstdio.h>
#include <sys/stat.h>

#include "snetd-error.h"

struct SnetdDatabase
{
  sqlite3 *db;
  char *path;
  char *trouble; /* NULL: there is none */
};

/* How a file is opened. */
typedef enum
{
  OPEN_SHARED, /* others can read it meanwhile, for which there is a third file */
  OPEN_ALONE,  /* without that file, for which there may be no room */
  OPEN_READ,   /* nothing is written at all */
  OPEN_STILL,  /* nor by anybody else, so that it can be read from a disk that is read-only */
  N_OPEN,
} OpenMode;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (sqlite3, sqlite3_close)

static gboolean
set_error (SnetdDatabase *database, const char *what, GError **error)
{
  g_set_error (error, SNETD_ERROR, SNETD_ERROR_STORE_FAILED, "%s: %s: %s", database->path, what,
               sqlite3_errmsg (database->db));
  return FALSE;
}

gboolean
snetd_database_set_damaged (SnetdDatabase *database, GError **error)
{
  g_set_error (error, SNETD_ERROR, SNETD_ERROR_STORE_FAILED,
               "%s is damaged: there are numbers in it that cannot be", database->path);
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

/* "id serial time", in the order of the alphabet; NULL: see @error. */
static char *
list_columns (SnetdDatabase *database, const char *table, GError **error)
{
  sqlite3_stmt *statement =
    snetd_database_prepare (database,
                            "SELECT coalesce (group_concat (name, ' '), '') FROM"
                            " (SELECT name FROM pragma_table_info (?1) ORDER BY name)",
                            error);
  char *names = NULL;

  if (statement == NULL)
    return NULL;
  sqlite3_bind_text (statement, 1, table, -1, SQLITE_TRANSIENT);
  if (snetd_database_step (database, statement, error) == SQLITE_ROW)
    names = g_strdup ((const char *)sqlite3_column_text (statement, 0));
  sqlite3_finalize (statement);
  return names;
}

static gboolean
check_columns (SnetdDatabase *database, SnetdDatabase *model, const char *table, GError **error)
{
  g_autofree char *expected = list_columns (model, table, error);
  g_autofree char *found = expected != NULL ? list_columns (database, table, error) : NULL;

  if (found == NULL)
    return FALSE;
  if (g_str_equal (found, expected))
    return TRUE;
  g_set_error (
    error, SNETD_ERROR, SNETD_ERROR_STORE_FAILED,
    "%s is damaged: its table %s is not as it is in the version that the file says it has",
    database->path, table);
  return FALSE;
}

static gboolean
check_tables (SnetdDatabase *database, SnetdDatabase *model, GError **error)
{
  sqlite3_stmt *statement =
    snetd_database_prepare (model, "SELECT name FROM sqlite_schema WHERE type = 'table'", error);
  gboolean same = TRUE;

  if (statement == NULL)
    return FALSE;
  while (same && sqlite3_step (statement) == SQLITE_ROW)
    same = check_columns (database, model, (const char *)sqlite3_column_text (statement, 0), error);
  sqlite3_finalize (statement);
  return same;
}

/*
 * The version is one number in the file. Were it another one, what is made of the tables would
 * lose columns of theirs, and rules their conditions.
 */
static gboolean
check_layout (SnetdDatabase *database, const SnetdSchema *schema, int version, GError **error)
{
  g_autoptr (SnetdDatabase) model = g_new0 (SnetdDatabase, 1);

  model->path = g_strdup (":memory:");
  if (sqlite3_open (model->path, &model->db) != SQLITE_OK)
    return set_error (model, "cannot be opened", error);
  for (int i = 0; i < version; i++)
    {
      if (!snetd_database_exec (model, schema->migrations[i], error))
        return FALSE;
    }
  return check_tables (database, model, error);
}

static gboolean
migrate (SnetdDatabase *database, const SnetdSchema *schema, int version, GError **error)
{
  if (schema->migrations[version] == NULL)
    return TRUE;
  if (!check_layout (database, schema, version, error) ||
      (version > 0 && !back_up (database, version, error)))
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
configure (SnetdDatabase *database, const SnetdSchema *schema, OpenMode mode, GError **error)
{
  const char *sync =
    schema->full_sync ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL";

  if (!snetd_database_exec (database, "PRAGMA foreign_keys = ON", error))
    return FALSE;
  return mode >= OPEN_READ || (snetd_database_exec (database, "PRAGMA journal_mode = WAL", error) &&
                               snetd_database_exec (database, sync, error));
}

static gboolean
prepare_file (SnetdDatabase *database, const SnetdSchema *schema, OpenMode mode, GError **error)
{
  gint64 version;

  sqlite3_extended_result_codes (database->db, 1);
  sqlite3_busy_timeout (database->db, 1000);
  /* Until all is well: what is refused stays as it is. */
  sqlite3_db_config (database->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);

  /* A page that makes no sense is found when it is read, not when it has been believed. */
  if (!snetd_database_exec (database, "PRAGMA cell_size_check = ON", error) ||
      (mode == OPEN_ALONE &&
       !snetd_database_exec (database, "PRAGMA locking_mode = EXCLUSIVE", error)) ||
      !inspect (database, schema, &version, error) || !configure (database, schema, mode, error) ||
      !migrate (database, schema, (int)version, error))
    return FALSE;

  sqlite3_db_config (database->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, NULL);
  return TRUE;
}

/* As a URI, in which a path cannot be taken for options. */
static char *
make_uri (const char *path, OpenMode mode)
{
  g_autofree char *escaped = g_uri_escape_string (path, "/", FALSE);

  return g_strconcat ("file:", escaped,
                      mode == OPEN_STILL  ? "?mode=ro&immutable=1"
                      : mode == OPEN_READ ? "?mode=ro"
                                          : "?mode=rwc",
                      NULL);
}

static SnetdDatabase *
open_file (const char *path, const SnetdSchema *schema, OpenMode mode, GError **error)
{
  g_autoptr (SnetdDatabase) database = g_new0 (SnetdDatabase, 1);
  g_autofree char *uri = make_uri (path, mode);

  database->path = g_strdup (path);
  if (sqlite3_open_v2 (uri, &database->db,
                       SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX |
                         SQLITE_OPEN_URI,
                       NULL) != SQLITE_OK)
    {
      set_error (database, "cannot be opened", error);
      return NULL;
    }
  /* SQLite falls back to this by itself. */
  if (mode < OPEN_READ && sqlite3_db_readonly (database->db, "main") == 1)
    {
      g_set_error (error, SNETD_ERROR, SNETD_ERROR_STORE_FAILED, "%s cannot be written", path);
      return NULL;
    }
  return prepare_file (database, schema, mode, error) ? g_steal_pointer (&database) : NULL;
}

/* What was written last is in the file beside it, if there is one, and must not be passed over. */
static gboolean
has_log (const char *path)
{
  g_autofree char *log = g_strconcat (path, "-wal", NULL);
  GStatBuf info;

  return g_stat (log, &info) == 0 && info.st_size > 0;
}

/*
 * What is there can be used on a disk that is full, or read-only: the one is written again when
 * there is room, and of the other at least all is known.
 */
static SnetdDatabase *
open_somehow (const char *path, const SnetdSchema *schema, GError **error)
{
  g_autoptr (GError) first = NULL;
  SnetdDatabase *database = open_file (path, schema, OPEN_SHARED, &first);

  if (database != NULL || !g_file_test (path, G_FILE_TEST_EXISTS))
    {
      if (database == NULL)
        g_propagate_error (error, g_steal_pointer (&first));
      return database;
    }

  for (OpenMode mode = OPEN_ALONE; mode < N_OPEN && database == NULL; mode++)
    {
      if (mode != OPEN_STILL || !has_log (path))
        database = open_file (path, schema, mode, NULL);
    }
  if (database != NULL)
    database->trouble = g_strdup (first->message);
  else
    g_propagate_error (error, g_steal_pointer (&first));
  return database;
}

SnetdDatabase *
snetd_database_open (const char *path, const SnetdSchema *schema, GError **error)
{
  /* What users do on the network is not for everyone to read. */
  const mode_t mask = umask (0077);
  SnetdDatabase *database = open_somehow (path, schema, error);

  umask (mask);
  return database;
}

/* Where it is on a disk that is read-only it has no third file to be shared by, and stays still. */
SnetdDatabase *
snetd_database_open_to_read (const char *path, const SnetdSchema *schema, GError **error)
{
  SnetdSchema unchecked = *schema;
  SnetdDatabase *database;
  g_autoptr (GError) first = NULL;

  unchecked.check = FALSE;
  database = open_file (path, &unchecked, OPEN_READ, &first);
  if (database == NULL && !has_log (path))
    database = open_file (path, &unchecked, OPEN_STILL, NULL);
  if (database == NULL)
    g_propagate_error (error, g_steal_pointer (&first));
  return database;
}

const char *
snetd_database_get_path (SnetdDatabase *database)
{
  return database->path;
}

const char *
snetd_database_get_trouble (SnetdDatabase *database)
{
  return database->trouble;
}

void
snetd_database_close (SnetdDatabase *database)
{
  if (sqlite3_close (database->db) != SQLITE_OK)
    g_critical ("%s: closed while in use", database->path);
  g_free (database->trouble);
  g_free (database->path);
  g_free (database);
}
