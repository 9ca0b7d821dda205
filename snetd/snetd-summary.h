/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "snetd-filter.h"

/* As many of the newest events are counted. */
#define SNETD_SUMMARY_MAX 2000000

/* In so many parts a time can be divided, and so many programs and destinations are named. */
#define SNETD_SUMMARY_BUCKETS_MAX 1000
#define SNETD_SUMMARY_TOP         20

/* A time, and in how many parts of equal length it is counted. */
typedef struct
{
  gint64 since;
  gint64 until;
  guint buckets;
} SnetdSpan;

/*
 * The a{sv} of Events.Summarize, floating: the events in the journal at @path that the filter is
 * about, which must have the times of the span among its conditions; max: at most so many of them,
 * the newest. For a thread: it reads the file by a connection of its own, and what the journal has
 * not written yet it does not see. Nobody else may have the filter meanwhile.
 */
GVariant *snetd_summary_make (const char *path,
                              const SnetdFilter *filter,
                              const SnetdSpan *span,
                              guint max,
                              GError **error);
