// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include "snet-names.h"

#include "snetctl-bus.h"
#include "snetctl-password.h"

GDBusConnection *
snetctl_bus_get (GError **error)
{
  return g_bus_get_sync (G_BUS_TYPE_SYSTEM, NULL, error);
}

static GVariant *
try_call (GDBusConnection *bus,
          const char *interface,
          const char *method,
          GVariant *parameters,
          const char *reply_type,
          GDBusCallFlags flags,
          GError **error)
{
  return g_dbus_connection_call_sync (bus, SNET_BUS_NAME, SNET_OBJECT_PATH, interface, method,
                                      parameters, G_VARIANT_TYPE (reply_type), flags, G_MAXINT,
                                      NULL, error);
}

/*
 * A call that is refused has changed nothing, so it can be made again, now with a password: most
 * need none, and are not to wait for who would ask for it.
 */
static GVariant *
call_snetd (const SnetctlCall *call,
            const char *interface,
            const char *method,
            GVariant *parameters,
            const char *reply_type,
            GError **error)
{
  g_autoptr (GVariant) taken = parameters ? g_variant_ref_sink (parameters) : NULL;
  g_autoptr (GDBusConnection) bus = snetctl_bus_get (error);
  g_autoptr (GError) refused = NULL;
  GSubprocess *agent;
  GVariant *reply;

  if (!bus)
    return NULL;
  reply = try_call (bus, interface, method, taken, reply_type, G_DBUS_CALL_FLAGS_NONE, &refused);
  if (reply)
    return reply;
  if (!call->ask || !g_error_matches (refused, G_DBUS_ERROR, G_DBUS_ERROR_ACCESS_DENIED))
    {
      g_propagate_error (error, g_steal_pointer (&refused));
      return NULL;
    }
  agent = snetctl_password_begin ();
  reply = try_call (bus, interface, method, taken, reply_type,
                    G_DBUS_CALL_FLAGS_ALLOW_INTERACTIVE_AUTHORIZATION, error);
  snetctl_password_end (agent);
  return reply;
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

/* To look does not start it. */
GVariant *
snetctl_bus_get_properties (const SnetctlCall *call, const char *interface, GError **error)
{
  g_autoptr (GDBusConnection) bus = snetctl_bus_get (error);
  g_autoptr (GVariant) reply = NULL;

  if (!bus)
    return NULL;
  reply =
    try_call (bus, "org.freedesktop.DBus.Properties", "GetAll", g_variant_new ("(s)", interface),
              "(a{sv})", G_DBUS_CALL_FLAGS_NO_AUTO_START, error);
  return reply ? g_variant_get_child_value (reply, 0) : NULL;
}
