/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "snetd-reading.h"

/* Summarize of org.snet.Events. The invocation replies. */
void snetd_summarize_begin (SnetdReading *reading,
                            GDBusMethodInvocation *invocation,
                            GVariant *filter,
                            guint buckets);
