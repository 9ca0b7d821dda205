/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <glib.h>

#include <snet.h>

/* How a call has ended. */
typedef struct
{
  gboolean has_verdict;
  guint32 verdict; /* enum snet_verdict */
  int error;       /* positive errno of a denial, 0: unknown */
  int reason;      /* SnetdReason; -1: unknown */
  gint64 waited;   /* microseconds; -1: unknown */
} SnetListenEnd;

/* What a monitor is told of it. */
SnetListenEnd snet_listen_end_of_event (const struct snet_event *event);

/* An object in one line of ASCII, with the keys and words that events have on D-Bus. */
char *snet_listen_json (const struct snet_event *event, const SnetListenEnd *end);
