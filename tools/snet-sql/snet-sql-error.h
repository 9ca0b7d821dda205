/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <glib.h>

typedef enum
{
  SNET_SQL_ERROR_CONFIG,  /* something in the configuration is wrong */
  SNET_SQL_ERROR_FORMAT,  /* what was read is not what it has to be */
  SNET_SQL_ERROR_FULL,    /* there is no room for more */
  SNET_SQL_ERROR_DISK,    /* a file cannot be read or written */
  SNET_SQL_ERROR_GONE,    /* the server is away */
  SNET_SQL_ERROR_REFUSED, /* the server does not let it be done */
  SNET_SQL_ERROR_DATA,    /* likewise, as it does not like this very event */
  SNET_SQL_ERROR_MOVED,   /* somebody else has written meanwhile */
  SNET_SQL_ERROR_STOPPED, /* the program is about to end */
} SnetSqlError;

#define SNET_SQL_ERROR (snet_sql_error_quark ())
GQuark snet_sql_error_quark (void);

/* A text of strangers as one line for the log: what is no character of a line is a space. */
char *snet_sql_error_line (const char *text);
