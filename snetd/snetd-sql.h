/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <glib.h>
#include <sqlite3.h>

/* A key of a dictionary and the column that keeps it; NULL stands for absent. */
typedef struct
{
  const char *key;
  const char *column;
  char type; /* s, b, q, u, x or t, as in D-Bus; a: as, a line each */
} SnetdColumn;

/* "owner, action, ..." */
char *snetd_sql_names (const SnetdColumn *columns, gsize n_columns);

/* "?, ?, ?" */
char *snetd_sql_marks (gsize n);

/* What a column of type s or a has in it. */
GVariant *snetd_sql_text_value (const char *text, char type);

void snetd_sql_bind (sqlite3_stmt *statement, int parameter, GVariant *value);

/*
 * Whether what is there can be of that type. The constraints of a table see to it, but not in
 * a file that is damaged.
 */
gboolean snetd_sql_fits (sqlite3_stmt *statement, int column, char type);

/* What is in a column that is not NULL, floating. What does not fit is cut. */
GVariant *snetd_sql_read (sqlite3_stmt *statement, int column, char type);

/*
 * Of the names and values of these columns, in which NULLs do not count, added to another sum, at
 * first SNETD_SQL_SUM: it is another one when a byte of them is another one.
 */
#define SNETD_SQL_SUM G_GUINT64_CONSTANT (0xcbf29ce484222325)
guint64 snetd_sql_sum (guint64 sum,
                       sqlite3_stmt *statement,
                       int first,
                       const SnetdColumn *columns,
                       gsize n_columns);
