/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fake-logind.h"

#include <signal.h>

#include "private-bus.h"

#define NAME "org.freedesktop.login1"
#define PATH "/org/freedesktop/login1"

#define UID 1

static const char *const session_paths[] = { PATH "/session/one", PATH "/session/two" };
static const char *const session_ids[] = { "1", "2" };

struct FakeLogind
{
  GDBusConnection *connection;
  guint objects[1 + G_N_ELEMENTS (session_paths)];
  FakeLogindSession next;
  FakeLogindSession active;
  gboolean ended[G_N_ELEMENTS (session_paths)];
  guint answers;
  gboolean holding;
  GQueue held; /* of GDBusMethodInvocation */
};

static const char introspection[] = "<node><interface name='org.freedesktop.login1.Manager'>"
                                    "<method name='GetSessionByPID'>"
                                    "<arg type='u' direction='in'/><arg type='o' direction='out'/>"
                                    "</method><method name='ListSessions'>"
                                    "<arg type='a(susso)' direction='out'/>"
                                    "</method></interface>"
                                    "<interface name='org.freedesktop.login1.Session'>"
                                    "<property name='Active' type='b' access='read'/>"
                                    "</interface></node>";

static GVariant *
list_sessions (FakeLogind *logind)
{
  GVariantBuilder sessions;

  g_variant_builder_init (&sessions, G_VARIANT_TYPE ("a(susso)"));
  for (guint i = 0; i < G_N_ELEMENTS (session_paths); i++)
    {
      if (!logind->ended[i])
        g_variant_builder_add (&sessions, "(susso)", session_ids[i], UID, "user", "seat0",
                               session_paths[i]);
    }
  return g_variant_new ("(a(susso))", &sessions);
}

static void
answer_session (FakeLogind *logind, GDBusMethodInvocation *invocation)
{
  if (logind->next == FAKE_LOGIND_NONE)
    {
      g_dbus_method_invocation_return_dbus_error (invocation, NAME ".NoSessionForPID", "none");
      logind->answers++;
    }
  else
    g_dbus_method_invocation_return_value (invocation,
                                           g_variant_new ("(o)", session_paths[logind->next]));
}

static void
method_cb (GDBusConnection *connection,
           const char *sender,
           const char *path,
           const char *interface,
           const char *method,
           GVariant *parameters,
           GDBusMethodInvocation *invocation,
           gpointer user_data)
{
  FakeLogind *logind = user_data;
  guint32 pid;

  if (g_str_equal (method, "ListSessions"))
    {
      g_dbus_method_invocation_return_value (invocation, list_sessions (logind));
      return;
    }
  g_variant_get (parameters, "(u)", &pid);
  /* This process, or one that it has started. */
  g_assert_cmpint (kill ((pid_t)pid, 0), ==, 0);
  if (logind->holding)
    g_queue_push_tail (&logind->held, invocation);
  else
    answer_session (logind, invocation);
}

static GVariant *
property_cb (GDBusConnection *connection,
             const char *sender,
             const char *path,
             const char *interface,
             const char *property,
             GError **error,
             gpointer user_data)
{
  FakeLogind *logind = user_data;

  logind->answers++;
  return g_variant_new_boolean (logind->active != FAKE_LOGIND_NONE &&
                                g_str_equal (path, session_paths[logind->active]));
}

FakeLogind *
fake_logind_new (GDBusConnection *connection)
{
  static const GDBusInterfaceVTable vtable = { .method_call = method_cb,
                                               .get_property = property_cb };
  g_autoptr (GDBusNodeInfo) node = g_dbus_node_info_new_for_xml (introspection, NULL);
  FakeLogind *logind = g_new0 (FakeLogind, 1);
  g_autoptr (GError) error = NULL;

  logind->connection = connection;
  for (guint i = 0; i < G_N_ELEMENTS (logind->objects); i++)
    {
      logind->objects[i] = g_dbus_connection_register_object (
        connection, i == 0 ? PATH : session_paths[i - 1], node->interfaces[i == 0 ? 0 : 1], &vtable,
        logind, NULL, &error);
      g_assert_no_error (error);
    }
  fake_logind_own_name (logind);
  fake_logind_reset (logind);
  return logind;
}

void
fake_logind_free (FakeLogind *logind)
{
  for (guint i = 0; i < G_N_ELEMENTS (logind->objects); i++)
    g_dbus_connection_unregister_object (logind->connection, logind->objects[i]);
  g_object_unref (logind->connection);
  g_free (logind);
}

void
fake_logind_own_name (FakeLogind *logind)
{
  private_bus_call (logind->connection, "RequestName", g_variant_new ("(su)", NAME, 0));
}

void
fake_logind_lose_name (FakeLogind *logind)
{
  private_bus_call (logind->connection, "ReleaseName", g_variant_new ("(s)", NAME));
}

void
fake_logind_hold (FakeLogind *logind)
{
  logind->holding = TRUE;
}

void
fake_logind_release (FakeLogind *logind)
{
  GDBusMethodInvocation *invocation;

  logind->holding = FALSE;
  while ((invocation = g_queue_pop_head (&logind->held)) != NULL)
    answer_session (logind, invocation);
}

guint
fake_logind_n_held (FakeLogind *logind)
{
  return logind->held.length;
}

void
fake_logind_reset (FakeLogind *logind)
{
  g_assert_cmpuint (logind->held.length, ==, 0);
  logind->holding = FALSE;
  logind->next = FAKE_LOGIND_NONE;
  logind->active = FAKE_LOGIND_ONE;
  logind->answers = 0;
  for (guint i = 0; i < G_N_ELEMENTS (session_paths); i++)
    logind->ended[i] = FALSE;
}

void
fake_logind_set_next (FakeLogind *logind, FakeLogindSession session)
{
  logind->next = session;
}

guint
fake_logind_n_answers (FakeLogind *logind)
{
  return logind->answers;
}

void
fake_logind_sync (FakeLogind *logind)
{
  private_bus_call (logind->connection, "GetId", NULL);
}

void
fake_logind_end_silently (FakeLogind *logind, FakeLogindSession session)
{
  logind->ended[session] = TRUE;
}

void
fake_logind_end (FakeLogind *logind, FakeLogindSession session)
{
  fake_logind_end_silently (logind, session);
  g_dbus_connection_emit_signal (
    logind->connection, NULL, PATH, NAME ".Manager", "SessionRemoved",
    g_variant_new ("(so)", session_ids[session], session_paths[session]), NULL);
}

void
fake_logind_switch (FakeLogind *logind, FakeLogindSession session)
{
  logind->active = session;
  for (guint i = 0; i < G_N_ELEMENTS (session_paths); i++)
    {
      GVariantDict changed;

      g_variant_dict_init (&changed, NULL);
      g_variant_dict_insert (&changed, "Active", "b", i == session);
      g_dbus_connection_emit_signal (
        logind->connection, NULL, session_paths[i], "org.freedesktop.DBus.Properties",
        "PropertiesChanged",
        g_variant_new ("(s@a{sv}as)", NAME ".Session", g_variant_dict_end (&changed), NULL), NULL);
    }
}
