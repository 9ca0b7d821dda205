/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "snetd-hosts.h"
#include "snetd-kernel.h"
#include "snetd-missed.h"
#include "snetd-monitor.h"
#include "snetd-prompts.h"
#include "snetd-record.h"
#include "snetd-rulebase.h"
#include "snetd-switch.h"

/*
 * The way of a request: from the kernel through the rules, or else to those
 * who answer, back to the kernel and into the journal. Knows no bus.
 *
 * Signals:
 * requested (SnetdRequest): it waits, no rule decides it.
 * decided (SnetdRequest)
 * cancelled (SnetdRequest, s reason): exited or lost.
 */
#define SNETD_TYPE_MANAGER (snetd_manager_get_type ())
G_DECLARE_FINAL_TYPE (SnetdManager, snetd_manager, SNETD, MANAGER, GObject)

/* Takes @hosts and @record. */
SnetdManager *snetd_manager_new (SnetdKernel *kernel,
                                 SnetdMonitor *monitor,
                                 SnetdRulebase *rulebase,
                                 SnetdSwitch *mode,
                                 SnetdHosts *hosts,
                                 SnetdRecord *record);

/* Reads what waits in the kernel already. */
void snetd_manager_adopt (SnetdManager *self);

/* Those that clients know of, oldest first; free with g_ptr_array_unref(). */
GPtrArray *snetd_manager_list_waiting (SnetdManager *self);

/* The questions to the users, made of these. */
SnetdPrompts *snetd_manager_get_prompts (SnetdManager *self);

/* What has been decided; borrowed. Who asks what has become of a call that has returned finds it.
 */
SnetdRecord *snetd_manager_get_record (SnetdManager *self);

/* What addresses are called. */
SnetdHosts *snetd_manager_get_hosts (SnetdManager *self);

/* Those that nobody answered in time. */
SnetdMissed *snetd_manager_get_missed (SnetdManager *self);

/*
 * Borrowed; UNKNOWN_REQUEST or ALREADY_DECIDED if it does not wait. The id of a prompt
 * finds the oldest of its requests that does.
 */
SnetdRequest *snetd_manager_find (SnetdManager *self, guint64 id, GError **error);

/*
 * A user's verdict on a request and all that are in one prompt with it, with the rule
 * that is to be made of it or NULL. FALSE if none of them waits any more. The rule is
 * on disk before the call goes on. If the request ends of itself at just this
 * moment the rule stays all the same, as its maker wanted it to last.
 */
gboolean snetd_manager_answer (SnetdManager *self,
                               guint64 id,
                               enum snet_verdict verdict,
                               int errno_value,
                               SnetdRule *rule,
                               GError **error);

/* The keys of Control.GetStatistics that are about requests. */
void snetd_manager_add_statistics (SnetdManager *self, GVariantBuilder *dict);
