/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "snet-listen-json.h"
#include "snet-listen-options.h"

/* What became of the calls that were seen. */
typedef struct
{
  const SnetListenOptions *options;
  guint events; /* those that were reported; the next four are of these */
  guint allowed;
  guint denied;
  guint timeouts; /* decided by the policy, as nobody has answered */
  guint withdrawn;
  guint late;   /* verdicts that came too late */
  guint unseen; /* let through, as the command line is not about them */
  guint open;   /* wait still, at the end */
} SnetListenReport;

/* On standard error, once it has begun. */
void snet_listen_report_start (const SnetListenReport *report);

/* Prints an event that has ended, and counts it; FALSE if that cannot be written. */
gboolean snet_listen_report_event (SnetListenReport *report,
                                   const struct snet_event *event,
                                   const SnetListenEnd *how);

/* On standard error, in the end. */
void snet_listen_report_summary (const SnetListenReport *report);
