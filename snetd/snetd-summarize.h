/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "snet-dbus-generated.h"
#include "snetd-authority.h"
#include "snetd-record.h"

/* Summarize of org.snet.Events. The journal is read in a thread. The invocation replies. */
typedef struct SnetdSummarize SnetdSummarize;

/* @object and @record must stay as long as it does. */
SnetdSummarize *
snetd_summarize_new (SnetDBusEvents *object, SnetdRecord *record, SnetdAuthority *authority);
void snetd_summarize_free (SnetdSummarize *summarize);

void snetd_summarize_begin (SnetdSummarize *summarize,
                            GDBusMethodInvocation *invocation,
                            GVariant *filter,
                            guint buckets);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SnetdSummarize, snetd_summarize_free)
