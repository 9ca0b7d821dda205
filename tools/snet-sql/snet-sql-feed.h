/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "snet-sql-store.h"

/*
 * Reads the journal of snetd, page by page, into a store, whenever snetd says that there is
 * something new. While the store has no room nothing is read: events stay in the journal, as long
 * as snetd keeps them.
 */
typedef struct SnetSqlFeed SnetSqlFeed;

/* What it tells: something is wrong, or nothing any more (NULL); a page has been stored. */
typedef struct
{
  void (*trouble) (const char *what, gpointer user_data);
  void (*stored) (gpointer user_data);
} SnetSqlFeedFuncs;

/* @delay: seconds that are waited for more events before they are read. */
SnetSqlFeed *snet_sql_feed_new (GDBusConnection *connection,
                                const SnetSqlStore *store,
                                gpointer store_data,
                                guint delay,
                                const SnetSqlFeedFuncs *funcs,
                                gpointer user_data);

/* Waits for a page that is being stored. */
void snet_sql_feed_free (SnetSqlFeed *feed);

/* There may be room in the store again. */
void snet_sql_feed_resume (SnetSqlFeed *feed);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SnetSqlFeed, snet_sql_feed_free)
