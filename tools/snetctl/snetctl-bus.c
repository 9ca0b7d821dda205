// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include "snet-names.h"

#include "snetctl-bus.h"

GDBusConnection *
snetctl_bus_get (GError **error)
{
  return g_bus_get_sync (G_BUS_TYPE_SYSTEM, NULL, error);
}

static GVariant *
call_snetd (const SnetctlCall *call,
            const char *interface,
            const char *method,
            GVariant *parameters,
            const char *reply_type,
            GError **error)
{
  GDBusCallFlags flags =
    call->ask ? G_DBUS_CALL_FLAGS_ALLOW_INTERACTIVE_AUTHORIZATION : G_DBUS_CALL_FLAGS_NONE;
  g_autoptr (GVariant) taken = parameters ? g_variant_ref_sink (parameters) : NULL;
  g_autoptr (GDBusConnection) bus = snetctl_bus_get (error);

  if (!bus)
    return NULL;
  return g_dbus_connection_call_sync (bus, SNET_BUS_NAME, SNET_OBJECT_PATH, interface, method,
                                      taken, G_VARIANT_TYPE (reply_type), flags, G_MAXINT, NULL,
                                      error);
}

GVariant *
snetctl_bus_call (const SnetctlCall *call,
                  const char *interface,
                  const char *method,
                  GVariant *parameters,
                  const char *reply_type,
                  GError **error)
{
  return call_snetd (call, interface, method, parameters, reply_type, error);
}

GVariant *
snetctl_bus_get_properties (const SnetctlCall *call, const char *interface, GError **error)
{
  g_autoptr (GVariant) reply = call_snetd (call, "org.freedesktop.DBus.Properties", "GetAll",
                                           g_variant_new ("(s)", interface), "(a{sv})", error);

  return reply ? g_variant_get_child_value (reply, 0) : NULL;
}
