/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "snetctl-call.h"

G_BEGIN_DECLS

/* What "snetctl rules" has; their names are "rules list" and so on. */
extern const SnetctlCommand snetctl_rules_add;
extern const SnetctlCommand snetctl_rules_disable;
extern const SnetctlCommand snetctl_rules_edit;
extern const SnetctlCommand snetctl_rules_enable;
extern const SnetctlCommand snetctl_rules_explain;
extern const SnetctlCommand snetctl_rules_export;
extern const SnetctlCommand snetctl_rules_import;
extern const SnetctlCommand snetctl_rules_list;
extern const SnetctlCommand snetctl_rules_remove;
extern const SnetctlCommand snetctl_rules_show;

/* Their names begin with "rules ". */
const SnetctlCommand *const *snetctl_rules_commands (guint *ret_n);

G_END_DECLS
