/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <glib.h>

typedef enum
{
  SNET_SQL_SQLITE,
  SNET_SQL_POSTGRESQL,
} SnetSqlType;

/* What snet-sql.conf says, see snet-sql.conf(5). */
typedef struct
{
  SnetSqlType type;
  char *host_name;
  guint delay; /* seconds */

  char *sqlite_file; /* NULL: events.db in the state directory */
  guint sqlite_days; /* 0: for ever */

  char *connection; /* for libpq; NULL: not said */
  gboolean create_schema;
  guint timeout; /* seconds */
  guint idle;    /* seconds; 0: never */

  guint spool_megabytes;
} SnetSqlConfig;

/* A file that is not there says nothing. Whatever is wrong in one is an error, the first one. */
SnetSqlConfig *snet_sql_config_load (const char *path, GError **error);
void snet_sql_config_free (SnetSqlConfig *config);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SnetSqlConfig, snet_sql_config_free)
