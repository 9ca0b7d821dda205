/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "snetd-authority.h"
#include "snetd-rulebase.h"

/* Lists of org.snet.Rules. The invocation replies. */
void snetd_lists_call (SnetdRulebase *rulebase,
                       SnetdAuthority *authority,
                       GDBusMethodInvocation *invocation);
