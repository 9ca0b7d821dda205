/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snet-sql-status.h"

#include <systemd/sd-daemon.h>

#include "snet-sql-error.h"
#include "snet-sql-spool.h"
#include "snet-sql-sqlite.h"

#define GROUP   "Status"
#define READING "Reading"
#define WRITING "Writing"
#define SINCE   "Since"

struct SnetSqlStatus
{
  char *path;
  char *reading;
  char *writing;
};

static char *
make_path (const char *state_dir)
{
  return g_build_filename (state_dir, "status", NULL);
}

/* That it cannot be written harms nothing but this. */
static void
write_status (SnetSqlStatus *status)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_autofree char *since = g_date_time_format_iso8601 (now);
  g_autofree char *data = NULL;
  g_autoptr (GError) error = NULL;

  g_key_file_set_string (file, GROUP, READING, status->reading != NULL ? status->reading : "");
  g_key_file_set_string (file, GROUP, WRITING, status->writing != NULL ? status->writing : "");
  g_key_file_set_string (file, GROUP, SINCE, since);
  data = g_key_file_to_data (file, NULL, NULL);
  if (!g_file_set_contents_full (status->path, data, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600,
                                 &error))
    g_debug ("%s", error->message);
  sd_notifyf (0, "STATUS=%s",
              status->reading != NULL   ? status->reading
              : status->writing != NULL ? status->writing
                                        : "Events are read and written");
}

SnetSqlStatus *
snet_sql_status_new (const char *state_dir)
{
  SnetSqlStatus *status = g_new0 (SnetSqlStatus, 1);

  status->path = make_path (state_dir);
  write_status (status);
  return status;
}

void
snet_sql_status_free (SnetSqlStatus *status)
{
  g_free (status->path);
  g_free (status->reading);
  g_free (status->writing);
  g_free (status);
}

static void
set (SnetSqlStatus *status, char **which, const char *trouble)
{
  if (g_strcmp0 (*which, trouble) == 0)
    return;
  g_free (*which);
  *which = g_strdup (trouble);
  write_status (status);
}

void
snet_sql_status_set_reading (SnetSqlStatus *status, const char *trouble)
{
  set (status, &status->reading, trouble);
}

void
snet_sql_status_set_writing (SnetSqlStatus *status, const char *trouble)
{
  set (status, &status->writing, trouble);
}

/* Printing */

static void
print_position (const SnetSqlStore *store, gpointer store_data)
{
  g_autofree char *journal = NULL;
  g_autofree char *line = NULL;
  guint64 serial;

  if (!store->get_position (store_data, &journal, &serial))
    {
      g_print ("Read so far: nothing\n");
      return;
    }
  line = snet_sql_error_line (journal);
  g_print ("Read so far: event %" G_GUINT64_FORMAT " of journal %s\n", serial, line);
}

static gboolean
print_spool (const char *state_dir, const SnetSqlConfig *config, GError **error)
{
  g_autofree char *directory = g_build_filename (state_dir, "spool", NULL);
  g_autoptr (SnetSqlSpool) spool = snet_sql_spool_look (directory, error);
  g_autofree char *size = NULL;
  SnetSqlBacklog backlog;

  if (spool == NULL)
    return FALSE;
  backlog = snet_sql_spool_get_backlog (spool);
  size = g_format_size (backlog.bytes);
  g_print ("Destination: PostgreSQL, as host %s\n", config->host_name);
  print_position (&snet_sql_spool_store, spool);
  g_print ("Waiting:     %" G_GUINT64_FORMAT " events in %u files, %s of at most %u MB\n",
           backlog.events, backlog.pages, size, config->spool_megabytes);
  return TRUE;
}

static gboolean
print_sqlite (const char *state_dir, const SnetSqlConfig *config, GError **error)
{
  g_autofree char *path = config->sqlite_file != NULL
                            ? g_strdup (config->sqlite_file)
                            : g_build_filename (state_dir, "events.db", NULL);
  g_autoptr (SnetSqlSqlite) sqlite = NULL;

  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    {
      g_set_error (error, SNET_SQL_ERROR, SNET_SQL_ERROR_DISK, "%s is not there", path);
      return FALSE;
    }
  sqlite = snet_sql_sqlite_open (path, 0, error);
  if (sqlite == NULL)
    return FALSE;
  g_print ("Destination: SQLite, %s\n", path);
  print_position (&snet_sql_sqlite_store, sqlite);
  return TRUE;
}

/* FALSE: it says that something is wrong, or cannot be read. */
static gboolean
print_trouble (GKeyFile *file, const char *key, const char *name)
{
  g_autofree char *trouble = g_key_file_get_string (file, GROUP, key, NULL);
  g_autofree char *line = NULL;

  if (trouble == NULL || trouble[0] == '\0')
    {
      g_print ("%-12s %s\n", name, trouble != NULL ? "no trouble" : "not known");
      return trouble != NULL;
    }
  line = snet_sql_error_line (trouble);
  g_print ("%-12s %s\n", name, line);
  return FALSE;
}

gboolean
snet_sql_status_print (const char *state_dir, const SnetSqlConfig *config)
{
  g_autofree char *path = make_path (state_dir);
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autofree char *since = NULL;
  g_autoptr (GError) error = NULL;
  gboolean reads, writes;

  if (!(config->type == SNET_SQL_POSTGRESQL ? print_spool (state_dir, config, &error)
                                            : print_sqlite (state_dir, config, &error)) ||
      !g_key_file_load_from_file (file, path, G_KEY_FILE_NONE, &error))
    {
      g_printerr ("snet-sql: %s; has it ever run, and may you read it?\n", error->message);
      return FALSE;
    }
  reads = print_trouble (file, READING, "Reading:");
  writes = print_trouble (file, WRITING, "Writing:");
  since = g_key_file_get_string (file, GROUP, SINCE, NULL);
  g_print ("%-12s %s\n", "Since:", since != NULL ? since : "not known");
  return reads && writes;
}
