/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "snet-sql-wake.h"

/*
 * A connection to PostgreSQL for a thread of its own, which waits, but not for longer than a
 * server needs that is there. Errors are SNET_SQL_ERROR_GONE, after which only closing is of use;
 * REFUSED, DATA and MOVED by what the server says; and STOPPED.
 */
typedef struct SnetSqlPg SnetSqlPg;

/* @timeout: milliseconds in which nothing comes. */
SnetSqlPg *
snet_sql_pg_open (const char *connection, SnetSqlWake *wake, int timeout, GError **error);
void snet_sql_pg_close (SnetSqlPg *pg);

/* Whether the text is what libpq takes; the error names nothing of it, as it may be secret. */
gboolean snet_sql_pg_check (const char *connection, GError **error);

/*
 * Statements that have no results, or none that matter, as one transaction. The last one may be
 * a COPY FROM STDIN, and then @data is what it gets.
 */
gboolean snet_sql_pg_run (SnetSqlPg *pg, const char *sql, const GByteArray *data, GError **error);

/*
 * A statement and its parameters, as text; the values of its first row, as text, each NULL if it
 * is; or NULL with the error, also if there is no row. Free with g_ptr_array_unref().
 */
GPtrArray *snet_sql_pg_get (SnetSqlPg *pg,
                            const char *sql,
                            const char *const *parameters,
                            guint n_parameters,
                            GError **error);

/* What the last error says is not there: a schema or a function. */
gboolean snet_sql_pg_is_missing (SnetSqlPg *pg);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SnetSqlPg, snet_sql_pg_close)
