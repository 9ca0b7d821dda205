/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "snetd-subtable.h"

/*
 * Rules that come before others, or after them, whatever they are about: subtables, the
 * most specific first.
 */
typedef struct SnetdTier SnetdTier;

/* The keys stay their owner's. */
SnetdTier *snetd_tier_new (SnetdKeys *keys);
void snetd_tier_free (SnetdTier *tier);

void snetd_tier_add (SnetdTier *tier, SnetdRule *rule);
void snetd_tier_remove (SnetdTier *tier, SnetdRule *rule);
gboolean snetd_tier_is_empty (const SnetdTier *tier);

/* As snetd_subtable_match(), for all of them. */
gboolean
snetd_tier_match (SnetdTier *tier, SnetdLookup *lookup, SnetdRuleFunc func, gpointer user_data);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SnetdTier, snetd_tier_free)
