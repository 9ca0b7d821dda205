/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Which events: options with the names of the keys of org.snet.Events.Query. */
#define SNETCTL_FILTER_MAX 24

typedef struct
{
  char *values[SNETCTL_FILTER_MAX]; /* as typed */
} SnetctlFilter;

/* Adds the options to an array of GOptionEntry. */
void snetctl_filter_add_entries (SnetctlFilter *filter, GArray *entries);
/* What was typed, as Query wants it: an a{sv}; NULL and error. */
GVariant *snetctl_filter_to_variant (const SnetctlFilter *filter, GError **error);
/* Whether an event is one of these: as snetd would find, for what comes as a signal. */
gboolean snetctl_filter_matches (GVariant *filter, GVariant *event);
void snetctl_filter_clear (SnetctlFilter *filter);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (SnetctlFilter, snetctl_filter_clear)

G_END_DECLS
