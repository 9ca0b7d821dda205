/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "snetd-address.h"

/* Very many addresses and prefixes in little memory: sorted ranges, none of which touch. */
typedef struct SnetdRangeSet SnetdRangeSet;

SnetdRangeSet *snetd_range_set_new (void);
void snetd_range_set_free (SnetdRangeSet *set);

void snetd_range_set_add (SnetdRangeSet *set, const SnetdAddress *prefix);

/* No more will be added; not before can it be asked. */
void snetd_range_set_seal (SnetdRangeSet *set);

/* All of it, if it is a prefix. */
gboolean snetd_range_set_contains (const SnetdRangeSet *set, const SnetdAddress *address);

guint snetd_range_set_count (const SnetdRangeSet *set);
gsize snetd_range_set_bytes (const SnetdRangeSet *set);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SnetdRangeSet, snetd_range_set_free)
