/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "snet-sql-page.h"

/*
 * Events in the binary form of PostgreSQL's COPY, for the columns host, source and those of
 * snet_sql_columns, in which no text has to be escaped.
 */

/* The statement that it is for. */
char *snet_sql_copy_statement (void);

/* Rows from @from on, before @to. */
GByteArray *
snet_sql_copy_encode (const SnetSqlPage *page, guint from, guint to, gint32 host, gint32 source);
