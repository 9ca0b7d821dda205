/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "snetd-list.h"

/*
 * The lists that rules name: files of one directory, each read when the first rule names
 * it and forgotten with the last one. What is there is read again when its file changes;
 * that takes a thread, and until then the list is as it was.
 *
 * A list that is not there, or cannot be read, or is not safe from others (snetd-file.h),
 * is in no list's place: nothing is in it, and the log says so.
 *
 * Signals:
 * changed (): a list is another one than before.
 */
#define SNETD_TYPE_LISTS (snetd_lists_get_type ())
G_DECLARE_FINAL_TYPE (SnetdLists, snetd_lists, SNETD, LISTS, GObject)

/* The directory need not be there. */
SnetdLists *snetd_lists_new (const char *directory);

/*
 * A rule names it, once for each rule; and no longer does. With @now it has been read when
 * this returns, which blocks: only before anything is judged.
 */
void snetd_lists_use (SnetdLists *self, const char *name, gboolean now);
void snetd_lists_release (SnetdLists *self, const char *name);

/* What is known of one, with the keys of org.snet.Rules.Lists. */
void snetd_lists_describe (SnetdLists *self, const char *name, GVariantBuilder *dict);

/* By name, of SnetdList: all that could be read. It stays the same table. */
GHashTable *snetd_lists_get_table (SnetdLists *self);

/* Reads all of them again. */
void snetd_lists_reload (SnetdLists *self);
