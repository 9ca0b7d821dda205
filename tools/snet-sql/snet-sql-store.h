/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "snet-sql-page.h"

/*
 * Where events go that have been read: the spool of a server, or a database on this machine. Both
 * are called in a thread, one call at a time.
 */
typedef struct
{
  /* What it has: FALSE, nothing yet. The caller frees *ret_journal. */
  gboolean (*get_position) (gpointer store, char **ret_journal, guint64 *ret_serial);

  /* All of it, or nothing; what it has already it passes over. */
  gboolean (*take) (gpointer store, const SnetSqlPage *page, GError **error);
} SnetSqlStore;
