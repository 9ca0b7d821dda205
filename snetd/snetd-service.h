/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "snetd-daemon.h"

/*
 * A daemon on the bus of an address, and another one when that bus has ended and is back. In
 * between the one goes on without a bus: its rules decide, and who is held stays so. The kernel
 * is handed on, so that it never finds itself without a controller.
 *
 * Signals:
 * ready (): as the daemon's; also each time that the bus is back.
 * failed (s message): likewise.
 */
#define SNETD_TYPE_SERVICE (snetd_service_get_type ())
G_DECLARE_FINAL_TYPE (SnetdService, snetd_service, SNETD, SERVICE, GObject)

/* What the options name must stay. NULL: the bus cannot be reached, or used. */
SnetdService *
snetd_service_new (const char *address, const SnetdDaemonOptions *options, GError **error);

/* For an error: this bus cannot be reached. */
void snetd_service_prefix_unreachable (const SnetdDaemonOptions *options, GError **error);

gboolean snetd_service_reload (SnetdService *self, GError **error);
