/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <gio/gio.h>
#include <sqlite3.h>

#include "snetd-database.h"
#include "snetd-names.h"

/* A Query's filter, as an SQL statement. */
typedef struct SnetdFilter SnetdFilter;

/* Error: SNETD_ERROR_INVALID_FILTER, naming the key. */
SnetdFilter *snetd_filter_new (GVariant *dictionary, GError **error);
void snetd_filter_free (SnetdFilter *filter);

/* Events of this uid, or with this reason, only, whatever else is said. */
void snetd_filter_only_uid (SnetdFilter *filter, guint32 uid);
void snetd_filter_only_reason (SnetdFilter *filter, SnetdReason reason);

/*
 * A statement that gives the serials of the latest events that it is about, the newest first.
 * The journal's @database is asked how many texts a text is in.
 */
char *snetd_filter_sql (const SnetdFilter *filter, SnetdDatabase *database, guint limit);

/*
 * Another one for the same, that is fast if there are many such among the latest events that are
 * like it, and to be given up after a moment otherwise; NULL: there is none.
 */
char *snetd_filter_glance_sql (const SnetdFilter *filter, guint limit);

/* For either of them. */
void snetd_filter_bind (const SnetdFilter *filter, sqlite3_stmt *statement);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SnetdFilter, snetd_filter_free)
