/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <gio/gio.h>
#include <sqlite3.h>

/* A Query's filter, as the condition of an SQL statement. */
typedef struct SnetdFilter SnetdFilter;

/* Error: SNETD_ERROR_INVALID_FILTER, naming the key. */
SnetdFilter *snetd_filter_new (GVariant *dictionary, GError **error);
void snetd_filter_free (SnetdFilter *filter);

/* Events of this uid only, whatever else is said. */
void snetd_filter_only_uid (SnetdFilter *filter, guint32 uid);

/* "uid = ? AND serial < ?", "1" without conditions; owned by the filter. */
const char *snetd_filter_sql (const SnetdFilter *filter);

/* Returns the number of the next parameter. */
int snetd_filter_bind (const SnetdFilter *filter, sqlite3_stmt *statement, int first);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SnetdFilter, snetd_filter_free)
