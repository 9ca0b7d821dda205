/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "snet-dbus-generated.h"
#include "snetd-authority.h"
#include "snetd-rulebase.h"

/* Export of org.snet.Rules. The text is made in a thread. The invocation replies. */
void snetd_export_begin (SnetDBusRules *object,
                         SnetdRulebase *rulebase,
                         SnetdAuthority *authority,
                         GDBusMethodInvocation *invocation,
                         GVariant *options);
