/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "snetd-reading.h"

/* Events.Read: the invocation gets a page of the journal, see snetd-page.h, or an error. */
void snetd_read_begin (SnetdReading *reading,
                       GDBusMethodInvocation *invocation,
                       guint64 after,
                       guint limit);
