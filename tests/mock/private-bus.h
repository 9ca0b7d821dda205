/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <gio/gio.h>

/*
 * A bus of one's own that treats its users as the system bus does, with
 * snet's own bus policy. It is also what the environment calls the system bus.
 */
typedef struct PrivateBus PrivateBus;

PrivateBus *private_bus_new (const char *snet_policy);
void private_bus_free (PrivateBus *bus);
const char *private_bus_address (PrivateBus *bus);

/* It ends, with all its connections; and is there again at the same address. */
void private_bus_stop (PrivateBus *bus);
void private_bus_start (PrivateBus *bus);

/*
 * Who is in the group snet, as this bus sees it. FALSE if it is not known to be so: it
 * takes a mount of its own, which not each container allows.
 */
#define PRIVATE_BUS_MEMBER     "sys"
#define PRIVATE_BUS_MEMBER_UID 3
gboolean private_bus_has_member (PrivateBus *bus);

/* A method of the bus itself, which must succeed. Takes arguments. */
void private_bus_call (GDBusConnection *connection, const char *method, GVariant *arguments);

/* A connection that the bus takes for that user's; needs root for others. */
GDBusConnection *private_bus_connect (PrivateBus *bus, guint32 uid);

/* Handles events until the condition holds; a test that waits too long fails. */
typedef gboolean (*WaitCondition) (gpointer user_data);
void wait_until (WaitCondition condition, gpointer user_data, const char *what);
