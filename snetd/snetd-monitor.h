/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <glib-object.h>

#include "snetd-request.h"

/*
 * What the kernel decides without asking snetd: by a ticket, or by a policy. It
 * has its own connection, so that a flood of these never costs a request its place
 * in the queue. Nobody waits for it.
 *
 * Signals:
 * decided (SnetdRequest)
 * lost: some were, as they came faster than they were read.
 */
#define SNETD_TYPE_MONITOR (snetd_monitor_get_type ())
G_DECLARE_FINAL_TYPE (SnetdMonitor, snetd_monitor, SNETD, MONITOR, GObject)

SnetdMonitor *snetd_monitor_new (void);

/* FALSE: the kernel does not tell; then nothing is ever heard. */
gboolean snetd_monitor_start (SnetdMonitor *self, GError **error);

/* What there is to read is read now instead of from the main loop. */
void snetd_monitor_dispatch (SnetdMonitor *self);
