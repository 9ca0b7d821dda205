/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "snetd-reading.h"

/* Match of org.snet.Rules. The invocation replies. */
void snetd_match_begin (SnetdReading *reading,
                        GDBusMethodInvocation *invocation,
                        GVariant *rule,
                        GVariant *filter);
