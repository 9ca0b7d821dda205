/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "snetd-request.h"

/* The requests that wait, and how those that did lately have ended. */
typedef struct SnetdWaiting SnetdWaiting;

typedef enum
{
  SNETD_OUTCOME_UNKNOWN, /* never heard of, or too long ago */
  SNETD_OUTCOME_DECIDED,
  SNETD_OUTCOME_GONE, /* its process has died */
} SnetdOutcome;

SnetdWaiting *snetd_waiting_new (void);
void snetd_waiting_free (SnetdWaiting *waiting);

void snetd_waiting_add (SnetdWaiting *waiting, SnetdRequest *request);
SnetdRequest *snetd_waiting_lookup (SnetdWaiting *waiting, guint64 id);

/* Also for a request that never waited here: it is remembered. */
void snetd_waiting_end (SnetdWaiting *waiting, guint64 id, SnetdOutcome outcome);
SnetdOutcome snetd_waiting_outcome (SnetdWaiting *waiting, guint64 id);

/* Oldest first; free with g_ptr_array_unref(). */
GPtrArray *snetd_waiting_list (SnetdWaiting *waiting);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SnetdWaiting, snetd_waiting_free)
