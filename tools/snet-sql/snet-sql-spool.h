/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "snet-sql-store.h"

/*
 * Pages that wait for the server, a file each in a directory, bounded in bytes. A file comes whole
 * or not at all, and going needs no room. The name of the last one tells how far the journal has
 * been read: once it has been sent it stays without its contents, until there is another one.
 *
 * One that is damaged is put aside; which events these were shows by the serials that are missing.
 * May be used in any thread.
 */
typedef struct SnetSqlSpool SnetSqlSpool;

/* The directory is made if it is not there. */
SnetSqlSpool *snet_sql_spool_open (const char *directory, guint64 bytes_max, GError **error);

/* Only for looking at it, beside who has it open. */
SnetSqlSpool *snet_sql_spool_look (const char *directory, GError **error);

void snet_sql_spool_close (SnetSqlSpool *spool);

extern const SnetSqlStore snet_sql_spool_store;

/* The oldest page, its number, and how many events wait in all; NULL: there is none. */
SnetSqlPage *snet_sql_spool_peek (SnetSqlSpool *spool, guint64 *ret_number, guint64 *ret_waiting);

/* It has arrived. */
void snet_sql_spool_drop (SnetSqlSpool *spool, guint64 number);

typedef struct
{
  guint pages;
  guint64 events;
  guint64 bytes;
} SnetSqlBacklog;

SnetSqlBacklog snet_sql_spool_get_backlog (SnetSqlSpool *spool);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SnetSqlSpool, snet_sql_spool_close)
