/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "snet-sql-page.h"
#include "snet-sql-pg.h"

/*
 * Events into a PostgreSQL database with the schema of data/snet-sql/postgresql, by a connection
 * that is made at need. Each transaction adds events and moves the position of their journal, so
 * that whoever dies when, each event is there once. For one thread.
 *
 * The errors are those of SnetSqlPg, after which the same page is given again; what of it has
 * arrived is passed over.
 */
typedef struct
{
  const char *connection; /* for libpq */
  const char *host;       /* as whose events they are kept */
  gboolean create_schema; /* if it is not there, or is older */
  int timeout;            /* milliseconds in which the server does not answer */
} SnetSqlServer;

typedef struct SnetSqlSession SnetSqlSession;

/* What @server names must stay. */
SnetSqlSession *snet_sql_session_new (const SnetSqlServer *server, SnetSqlWake *wake);
void snet_sql_session_free (SnetSqlSession *session);

/* @waiting: how many events wait in all, for people who look. */
gboolean snet_sql_session_write (SnetSqlSession *session,
                                 const SnetSqlPage *page,
                                 guint64 waiting,
                                 GError **error);

gboolean snet_sql_session_is_open (SnetSqlSession *session);
void snet_sql_session_close (SnetSqlSession *session);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SnetSqlSession, snet_sql_session_free)
