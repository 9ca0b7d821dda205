/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snet-sql-schema.h"

#include <gio/gio.h>

#include "snet-sql-error.h"
#include "snet-sql-log.h"

#define VERSION 1

/* The same for all who may make it at the same time. */
#define LOCK "SELECT pg_advisory_xact_lock (x'736e6574'::integer, 0);\n"

#define RESOURCES "/org/snet/sql/postgresql/"

static char *
load (const char *name)
{
  g_autofree char *path = g_strconcat (RESOURCES, name, NULL);
  g_autoptr (GBytes) bytes = g_resources_lookup_data (path, G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);

  g_return_val_if_fail (bytes != NULL, NULL);
  return g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
}

/* *ret_version 0: there is none. *ret_oldest: who knows no later one may not write. */
static gboolean
get_version (SnetSqlPg *pg, guint64 *ret_version, guint64 *ret_oldest, GError **error)
{
  g_autoptr (GError) why = NULL;
  g_autoptr (GPtrArray) row =
    snet_sql_pg_get (pg, "SELECT version, oldest_writer FROM snet.version ()", NULL, 0, &why);

  if (row == NULL && snet_sql_pg_is_missing (pg))
    {
      *ret_version = 0;
      *ret_oldest = 0;
      return TRUE;
    }
  if (row == NULL)
    {
      g_propagate_error (error, g_steal_pointer (&why));
      return FALSE;
    }
  if (row->len == 2 && g_ptr_array_index (row, 0) != NULL && g_ptr_array_index (row, 1) != NULL &&
      g_ascii_string_to_unsigned (g_ptr_array_index (row, 0), 10, 1, G_MAXINT32, ret_version,
                                  NULL) &&
      g_ascii_string_to_unsigned (g_ptr_array_index (row, 1), 10, 1, G_MAXINT32, ret_oldest, NULL))
    return TRUE;
  g_set_error_literal (error, SNET_SQL_ERROR, SNET_SQL_ERROR_REFUSED,
                       "the schema snet of the database is not one that snet-sql has made");
  return FALSE;
}

/* All of it, or nothing. Another one may be about to do the same: the first CREATE fails then. */
static gboolean
make (SnetSqlPg *pg, GError **error)
{
  g_autofree char *tables = load ("1.sql");
  g_autofree char *views = load ("views.sql");
  g_autofree char *sql = g_strconcat (LOCK, tables, views, NULL);

  if (!snet_sql_pg_run (pg, sql, NULL, error))
    return FALSE;
  snet_sql_log (G_LOG_LEVEL_MESSAGE, SNET_SQL_MESSAGE_SCHEMA,
                "The schema snet has been made in the database");
  return TRUE;
}

gboolean
snet_sql_schema_prepare (SnetSqlPg *pg, gboolean create, GError **error)
{
  g_autoptr (GError) why = NULL;
  guint64 version, oldest;

  if (!get_version (pg, &version, &oldest, error))
    return FALSE;
  if (version == 0 && !create)
    {
      g_set_error_literal (error, SNET_SQL_ERROR, SNET_SQL_ERROR_REFUSED,
                           "the database has no schema snet: let snet-sql make it "
                           "(CreateSchema=yes), or make it by the files in its folder postgresql");
      return FALSE;
    }
  if (version == 0 && !make (pg, &why))
    {
      /* Somebody else may have made it meanwhile. */
      if (!get_version (pg, &version, &oldest, NULL) || version == 0)
        {
          g_propagate_prefixed_error (error, g_steal_pointer (&why),
                                      "the schema snet could not be made: ");
          return FALSE;
        }
    }
  if (oldest > VERSION)
    {
      g_set_error (error, SNET_SQL_ERROR, SNET_SQL_ERROR_REFUSED,
                   "the schema snet is for later versions of snet-sql (this one knows %d, it wants "
                   "%" G_GUINT64_FORMAT " at least)",
                   VERSION, oldest);
      return FALSE;
    }
  return TRUE;
}
