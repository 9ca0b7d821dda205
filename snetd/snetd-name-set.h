/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <glib.h>

/*
 * Very many names of hosts and domains in little memory: all of them in one text, and
 * a hash table of where each begins in it. All names are normalized (snetd-host.h).
 */
typedef struct SnetdNameSet SnetdNameSet;

/* There is room for so many at first. */
SnetdNameSet *snetd_name_set_new (guint expected);
void snetd_name_set_free (SnetdNameSet *set);

/*
 * The name alone, or all names within it too; who adds it both ways has the wider.
 * FALSE: there is no room for so many.
 */
gboolean snetd_name_set_add (SnetdNameSet *set, const char *name, gboolean within);

/* No more will be added: gives back what memory was kept for them. */
void snetd_name_set_seal (SnetdNameSet *set);

gboolean snetd_name_set_contains (const SnetdNameSet *set, const char *host);

guint snetd_name_set_count (const SnetdNameSet *set);
gsize snetd_name_set_bytes (const SnetdNameSet *set);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SnetdNameSet, snetd_name_set_free)
