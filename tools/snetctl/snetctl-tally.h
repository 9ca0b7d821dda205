/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "gsnet-event.h"

G_BEGIN_DECLS

/* What a command wanted of the network: its events, and those that are alike together. */
typedef struct _SnetctlTally SnetctlTally;

SnetctlTally *snetctl_tally_new (void);
/* TRUE: there was none like it yet. */
gboolean snetctl_tally_add (SnetctlTally *self, GsnetEvent *event);

/* "allowed  curl  connect  example.org:443/tcp  (rule 7)"; fit to be shown. */
char *snetctl_tally_line (GsnetEvent *event);
/* All of them as a table, the most frequent first. */
char *snetctl_tally_summary (SnetctlTally *self);
gboolean snetctl_tally_is_empty (SnetctlTally *self);
/* The events, an aa{sv}. */
GVariant *snetctl_tally_to_variant (SnetctlTally *self);
/*
 * The commands that make rules which decide as it was decided, of what no rule has decided but
 * this one (0: none).
 */
char *snetctl_tally_rules (SnetctlTally *self, guint64 rule);
void snetctl_tally_free (SnetctlTally *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SnetctlTally, snetctl_tally_free)

G_END_DECLS
