/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "snet-sql-store.h"

/* Events into an SQLite file, with the schema of data/snet-sql/sqlite. */
typedef struct SnetSqlSqlite SnetSqlSqlite;

/* days: what is older goes, as new ones come; 0: nothing. A file of others is left as it is. */
SnetSqlSqlite *snet_sql_sqlite_open (const char *path, guint days, GError **error);
void snet_sql_sqlite_close (SnetSqlSqlite *sqlite);

extern const SnetSqlStore snet_sql_sqlite_store;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SnetSqlSqlite, snet_sql_sqlite_close)
