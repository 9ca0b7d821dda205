/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "snet-dbus-generated.h"
#include "snetd-authority.h"
#include "snetd-manager.h"

/* Bytes of rules in one reply: the bus, which counts otherwise, throws out who sends twice that. */
#define SNETD_REPLY_MAX (16 * 1024 * 1024)

/* org.snet.Rules, see dbus/org.snet.Rules.xml. */
#define SNETD_TYPE_RULES (snetd_rules_get_type ())
G_DECLARE_FINAL_TYPE (SnetdRules, snetd_rules, SNETD, RULES, SnetDBusRulesSkeleton)

SnetdRules *snetd_rules_new (SnetdRulebase *rulebase,
                             SnetdManager *manager,
                             SnetdAuthority *authority,
                             SnetdLogins *logins);
