/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "snetd-filter.h"
#include "snetd-rule.h"

/* As many events are looked at. */
#define SNETD_PAST_MAX 10000

/*
 * How many of the newest events in the journal at @path that the filter is about the rule
 * would have been about. For a thread: it reads the file by a connection of its own, and
 * what the journal has not written yet it does not see. Nobody else may have the rule or the
 * filter meanwhile, and the rule has no list, which are the main thread's.
 */
gboolean snetd_past_match (const char *path,
                           const SnetdFilter *filter,
                           SnetdRule *rule,
                           guint *ret_matched,
                           guint *ret_examined,
                           GError **error);
