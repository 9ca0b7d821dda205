/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "snet-dbus-generated.h"
#include "snetd-authority.h"
#include "snetd-record.h"

/* Match of org.snet.Rules. The journal is read in a thread. The invocation replies. */
typedef struct SnetdMatch SnetdMatch;

/* @object and @record must stay as long as it does. */
SnetdMatch *snetd_match_new (SnetDBusRules *object, SnetdRecord *record, SnetdAuthority *authority);
void snetd_match_free (SnetdMatch *match);

void snetd_match_begin (SnetdMatch *match,
                        GDBusMethodInvocation *invocation,
                        GVariant *rule,
                        GVariant *filter);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SnetdMatch, snetd_match_free)
