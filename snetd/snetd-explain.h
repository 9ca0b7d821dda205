/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "snetd-authority.h"
#include "snetd-rulebase.h"

/* Explain of org.snet.Rules. The invocation replies. */
void snetd_explain_begin (SnetdRulebase *rulebase,
                          SnetdAuthority *authority,
                          GDBusMethodInvocation *invocation,
                          GVariant *event);
