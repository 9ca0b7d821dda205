/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <gio/gio.h>

#include "snetctl-call.h"

G_BEGIN_DECLS

/* The system bus, the same one at each call. */
GDBusConnection *snetctl_bus_get (GError **error);

/*
 * Calls a method of snetd, and waits for the reply, a tuple. How long is up to
 * polkit and the user, who may have to look for a password.
 */
GVariant *snetctl_bus_call (const SnetctlCall *call,
                            const char *interface,
                            const char *method,
                            GVariant *parameters,
                            const char *reply_type,
                            GError **error);

/* All properties of one of snetd's interfaces, an a{sv}. It is not started for it. */
GVariant *
snetctl_bus_get_properties (const SnetctlCall *call, const char *interface, GError **error);

G_END_DECLS
