/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "snetd-address.h"

/*
 * A list of destinations, such as a blocklist: a text in, and then whether a name or an
 * address is in it. What its lines can say is in docs/rules.md. Knows no files. It is
 * never changed, so that it can be made in any thread.
 */
typedef struct SnetdList SnetdList;

#define SNETD_LIST_LINES_NAMED 5

/* Lines that make no sense, which are passed over. */
typedef struct
{
  guint64 count;
  guint64 lines[SNETD_LIST_LINES_NAMED]; /* the first of them, counted from 1 */
} SnetdListNonsense;

/* What a list may be called: letters, digits, dots, dashes and underscores; no dot first. */
gboolean snetd_list_is_name (const char *name);

SnetdList *snetd_list_new (const char *text, gsize length, SnetdListNonsense *ret_nonsense);
void snetd_list_free (SnetdList *list);

/* The host is normalized, see snetd-host.h. */
gboolean snetd_list_has_host (const SnetdList *list, const char *host);

/* All of it, if it is a prefix. */
gboolean snetd_list_has_address (const SnetdList *list, const SnetdAddress *address);

/* Different names, and ranges of addresses, in it; and the memory that these take. */
guint snetd_list_count_names (const SnetdList *list);
guint snetd_list_count_ranges (const SnetdList *list);
gsize snetd_list_bytes (const SnetdList *list);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SnetdList, snetd_list_free)
