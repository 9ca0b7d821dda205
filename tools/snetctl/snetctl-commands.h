/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "snetctl-call.h"

G_BEGIN_DECLS

/* Each in the file of its name. */
extern const SnetctlCommand snetctl_allow;
extern const SnetctlCommand snetctl_ask;
extern const SnetctlCommand snetctl_deny;
extern const SnetctlCommand snetctl_dismiss;
extern const SnetctlCommand snetctl_flush;
extern const SnetctlCommand snetctl_learn;
extern const SnetctlCommand snetctl_lists;
extern const SnetctlCommand snetctl_log;
extern const SnetctlCommand snetctl_missed;
extern const SnetctlCommand snetctl_mode;
extern const SnetctlCommand snetctl_monitor;
extern const SnetctlCommand snetctl_pending;
extern const SnetctlCommand snetctl_reload;
extern const SnetctlCommand snetctl_rules;
extern const SnetctlCommand snetctl_run;
extern const SnetctlCommand snetctl_set;
extern const SnetctlCommand snetctl_stats;
extern const SnetctlCommand snetctl_status;
extern const SnetctlCommand snetctl_summary;

/* All of them, in the order of --help; NULL: there is none of this name. */
const SnetctlCommand *const *snetctl_commands_list (guint *ret_n);
const SnetctlCommand *snetctl_commands_find (const char *name);

int snetctl_main (int argc, char *argv[]);

G_END_DECLS
