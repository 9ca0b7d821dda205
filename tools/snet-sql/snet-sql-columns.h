/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <glib.h>

/* How a value is kept in a database. */
typedef enum
{
  SNET_SQL_BIG,  /* a number of 64 bits */
  SNET_SQL_INT,  /* one of 32 */
  SNET_SQL_TIME, /* microseconds since the epoch */
  SNET_SQL_TEXT,
  SNET_SQL_TEXTS,   /* lines */
  SNET_SQL_ADDRESS, /* of IPv4 or IPv6 */
} SnetSqlKind;

typedef struct
{
  const char *key;  /* of an event on the bus */
  const char *type; /* its type there */
  const char *name; /* of the column */
  SnetSqlKind kind;
} SnetSqlColumn;

/* The one table of what is kept of an event; the first ones are these. */
enum
{
  SNET_SQL_SERIAL,
  SNET_SQL_TIME_COLUMN,
  SNET_SQL_N_COLUMNS = 34,
};

extern const SnetSqlColumn snet_sql_columns[SNET_SQL_N_COLUMNS];

/* "serial, time, ..." */
char *snet_sql_columns_names (void);
