/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "snetd-address.h"

/*
 * Which name was found last to stand for an address, and for how long that is believed.
 * Bounded: for a new address the one goes that was heard of longest ago. Nothing wakes up:
 * what is over is seen when it is looked up. Times are microseconds, by whatever clock the
 * caller has; names are normalized (snetd-host.h), and the caller's concern.
 */
typedef struct SnetdHostCache SnetdHostCache;

/* For so many addresses. */
SnetdHostCache *snetd_host_cache_new (guint max);
void snetd_host_cache_free (SnetdHostCache *cache);

/*
 * One address. NULL as the name: it is known to have none. FALSE: its name is the one
 * that it had; at most it is believed for longer now.
 */
gboolean snetd_host_cache_set (SnetdHostCache *cache,
                               const SnetdAddress *address,
                               const char *name,
                               gint64 now,
                               gint64 end);

/* FALSE: nothing is known. *ret_name, borrowed, is NULL if it is known to have none. */
gboolean snetd_host_cache_get (SnetdHostCache *cache,
                               const SnetdAddress *address,
                               gint64 now,
                               const char **ret_name,
                               gint64 *ret_end);

guint snetd_host_cache_count (SnetdHostCache *cache);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SnetdHostCache, snetd_host_cache_free)
