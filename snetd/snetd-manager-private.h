/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "snetd-backlog.h"
#include "snetd-late.h"
#include "snetd-manager.h"
#include "snetd-waiting.h"

/* For snetd-manager.c, and snetd-manager-answer.c, by which users come in. */

struct _SnetdManager
{
  GObject parent_instance;

  SnetdKernel *kernel;
  SnetdMonitor *monitor;
  SnetdRulebase *rulebase;
  SnetdSwitch *mode;
  SnetdHosts *hosts;
  SnetdLate *unnamed; /* whose names may be on their way */
  SnetdWaiting *waiting;
  SnetdPrompts *prompts;
  SnetdMissed *missed;
  SnetdRecord *record;
  SnetdBacklog *untold; /* decided, of which nobody has been told yet */
  guint64 asked;        /* requests that somebody was asked about */
  gboolean answering;
};

/* Decided. Who was asked about it hears at once how it has ended. */
void snetd_manager_finish (SnetdManager *self,
                           SnetdRequest *request,
                           enum snet_verdict verdict,
                           int errno_value,
                           SnetdReason reason,
                           guint64 rule);

/* Ended without a verdict of ours. */
void snetd_manager_cancel (SnetdManager *self,
                           SnetdRequest *request,
                           SnetdOutcome outcome,
                           const char *reason);

/* Has all that waits decided by the rules and the mode as they are now. */
void snetd_manager_judge_all (SnetdManager *self);
