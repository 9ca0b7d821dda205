/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <gio/gio.h>
#include <sqlite3.h>

/*
 * An SQLite file with a schema that has a version. A file that is damaged,
 * is not ours or was made by a newer snetd is left exactly as it is.
 * All errors are (SNETD_ERROR, SNETD_ERROR_STORE_FAILED).
 */
typedef struct
{
  int application_id;            /* says whose file it is */
  const char *const *migrations; /* [n] takes version n to n + 1; ends with NULL */
  gboolean check;     /* read all of it at start, to see damage early, but for CHECK constraints */
  gboolean full_sync; /* on disk when a transaction has ended */
} SnetdSchema;

typedef struct SnetdDatabase SnetdDatabase;

SnetdDatabase *snetd_database_open (const char *path, const SnetdSchema *schema, GError **error);

/*
 * Beside who has it open, in any thread; nothing is written. For a file that was opened with this
 * schema before.
 */
SnetdDatabase *
snetd_database_open_to_read (const char *path, const SnetdSchema *schema, GError **error);

const char *snetd_database_get_path (SnetdDatabase *database);

/*
 * Why it can be used only in part, for the log; NULL: there is nothing of the sort. On a disk
 * that was full it is nobody else's, and written when there is room; on one that is read-only
 * it can be read, and what would write fails.
 */
const char *snetd_database_get_trouble (SnetdDatabase *database);

/* Sets @error, for who has found in it what cannot be; returns FALSE. */
gboolean snetd_database_set_damaged (SnetdDatabase *database, GError **error);
void snetd_database_close (SnetdDatabase *database);

gboolean snetd_database_exec (SnetdDatabase *database, const char *sql, GError **error);

/* A statement for many uses. */
sqlite3_stmt *snetd_database_prepare (SnetdDatabase *database, const char *sql, GError **error);

/*
 * SQLITE_ROW or SQLITE_DONE; with another result @error is set. Unless there
 * is a row the statement is reset, for the next use.
 */
int snetd_database_step (SnetdDatabase *database, sqlite3_stmt *statement, GError **error);

/* The first column of the first row. */
gboolean snetd_database_get_number (SnetdDatabase *database,
                                    const char *sql,
                                    gint64 *ret_number,
                                    GError **error);

/* Reads all of it: whether all is where it belongs, and holds to the constraints of its table. */
gboolean snetd_database_check (SnetdDatabase *database, GError **error);

/* A statement that takes more of SQLite's instructions fails; 0: they may all take what they like.
 */
void snetd_database_set_bound (SnetdDatabase *database, int steps);

gint64 snetd_database_last_id (SnetdDatabase *database);
int snetd_database_changes (SnetdDatabase *database);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SnetdDatabase, snetd_database_close)
