/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "snetd-rule.h"

/* The rules on disk. What add and remove say is done is on disk. */
typedef struct SnetdStore SnetdStore;

/*
 * Opens or makes the database. Rules that were to last until a restart of the
 * machine are dropped if @boot_id is another one than theirs.
 * All errors are (SNETD_ERROR, SNETD_ERROR_STORE_FAILED).
 */
SnetdStore *snetd_store_open (const char *path, const char *boot_id, GError **error);
void snetd_store_close (SnetdStore *store);

/* See snetd_database_get_trouble(). */
const char *snetd_store_get_trouble (SnetdStore *store);

/* All rules; one that makes no sense is left out with a warning. NULL: the file is damaged. */
GPtrArray *snetd_store_load (SnetdStore *store, GError **error);

/* Sets the rule's id and created. */
gboolean snetd_store_add (SnetdStore *store, SnetdRule *rule, GError **error);

/* All of them or, if one fails, none; and their ids stay 0 then. */
gboolean snetd_store_add_all (SnetdStore *store, GPtrArray *rules, GError **error);

/* Replaces the one that has the rule's id; created is kept. */
gboolean snetd_store_update (SnetdStore *store, SnetdRule *rule, GError **error);

gboolean snetd_store_remove (SnetdStore *store, guint64 id, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SnetdStore, snetd_store_close)
