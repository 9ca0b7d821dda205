/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snetd-session.h"

#define LOGIND_NAME       "org.freedesktop.login1"
#define LOGIND_PATH       "/org/freedesktop/login1"
#define MANAGER_INTERFACE "org.freedesktop.login1.Manager"
#define SESSION_INTERFACE "org.freedesktop.login1.Session"
#define PROPERTIES        "org.freedesktop.DBus.Properties"

struct _SnetdSession
{
  GObject parent_instance;

  GDBusConnection *connection;
  GCancellable *cancellable;
  guint timeout;
  guint subscription;
  gboolean active;
};

enum
{
  CHANGED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (SnetdSession, snetd_session, G_TYPE_OBJECT)

static void
set_active (SnetdSession *self, gboolean active)
{
  if (self->active == active)
    return;

  self->active = active;
  g_signal_emit (self, signals[CHANGED], 0);
}

/* NULL: the next question makes no sense. Then it counts as active, unless all is over. */
static GVariant *
finish (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  GVariant *reply = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);

  if (reply == NULL && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      g_debug ("The session of an agent is not known: %s", error->message);
      set_active (user_data, TRUE);
    }
  return reply;
}

static void
call (SnetdSession *self,
      const char *name,
      const char *path,
      const char *interface,
      const char *method,
      GVariant *arguments,
      const char *reply,
      GAsyncReadyCallback callback)
{
  g_dbus_connection_call (self->connection, name, path, interface, method, arguments,
                          G_VARIANT_TYPE (reply), G_DBUS_CALL_FLAGS_NO_AUTO_START, self->timeout,
                          self->cancellable, callback, self);
}

static void
active_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GVariant) reply = finish (source, result, user_data);
  g_autoptr (GVariant) active = NULL;

  if (reply == NULL)
    return;
  g_variant_get (reply, "(v)", &active);
  set_active (user_data, !g_variant_is_of_type (active, G_VARIANT_TYPE_BOOLEAN) ||
                           g_variant_get_boolean (active));
}

static void
properties_cb (GDBusConnection *connection,
               const char *sender,
               const char *path,
               const char *interface,
               const char *signal,
               GVariant *parameters,
               gpointer user_data)
{
  g_autoptr (GVariant) changed = NULL;
  gboolean active;

  if (!g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(sa{sv}as)")))
    return;
  g_variant_get (parameters, "(&s@a{sv}@as)", NULL, &changed, NULL);
  if (g_variant_lookup (changed, "Active", "b", &active))
    set_active (user_data, active);
}

static void
session_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GVariant) reply = finish (source, result, user_data);
  SnetdSession *self = user_data;
  const char *path;

  if (reply == NULL)
    return;
  g_variant_get (reply, "(&o)", &path);

  /* First, so that no change is between the two. */
  self->subscription = g_dbus_connection_signal_subscribe (
    self->connection, LOGIND_NAME, PROPERTIES, "PropertiesChanged", path, SESSION_INTERFACE,
    G_DBUS_SIGNAL_FLAGS_NONE, properties_cb, self, NULL);
  call (self, LOGIND_NAME, path, PROPERTIES, "Get",
        g_variant_new ("(ss)", SESSION_INTERFACE, "Active"), "(v)", active_cb);
}

static void
pid_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GVariant) reply = finish (source, result, user_data);

  if (reply != NULL)
    call (user_data, LOGIND_NAME, LOGIND_PATH, MANAGER_INTERFACE, "GetSessionByPID", reply, "(o)",
          session_cb);
}

gboolean
snetd_session_is_active (SnetdSession *self)
{
  return self->active;
}

static void
snetd_session_dispose (GObject *object)
{
  SnetdSession *self = SNETD_SESSION (object);

  g_cancellable_cancel (self->cancellable);
  if (self->subscription != 0)
    g_dbus_connection_signal_unsubscribe (self->connection, self->subscription);
  self->subscription = 0;
  G_OBJECT_CLASS (snetd_session_parent_class)->dispose (object);
}

static void
snetd_session_finalize (GObject *object)
{
  SnetdSession *self = SNETD_SESSION (object);

  g_clear_object (&self->cancellable);
  g_clear_object (&self->connection);
  G_OBJECT_CLASS (snetd_session_parent_class)->finalize (object);
}

static void
snetd_session_class_init (SnetdSessionClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = snetd_session_dispose;
  object_class->finalize = snetd_session_finalize;

  signals[CHANGED] = g_signal_new ("changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                   NULL, NULL, G_TYPE_NONE, 0);
}

static void
snetd_session_init (SnetdSession *self)
{
  self->cancellable = g_cancellable_new ();
}

SnetdSession *
snetd_session_new (GDBusConnection *connection, const char *name, guint timeout)
{
  SnetdSession *self = g_object_new (SNETD_TYPE_SESSION, NULL);

  self->connection = g_object_ref (connection);
  self->timeout = timeout;
  call (self, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
        "GetConnectionUnixProcessID", g_variant_new ("(s)", name), "(u)", pid_cb);
  return self;
}
