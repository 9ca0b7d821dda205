/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snetd-service.h"

#include "snetd-log.h"

/* It comes back soon or, as a rule, not before the machine is started anew. */
#define RETRY_MS 500

#define CONNECTION_FLAGS                                                                           \
  (G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT | G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION)

struct _SnetdService
{
  GObject parent_instance;

  char *address;
  SnetdDaemonOptions options;
  SnetdDaemon *daemon;
  GObject *leaving;      /* the daemon before, until it is gone */
  GDBusConnection *next; /* for the one after it */
  GCancellable *cancellable;
  guint retry;
};

enum
{
  READY,
  FAILED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (SnetdService, snetd_service, G_TYPE_OBJECT)

static void
ready_cb (SnetdDaemon *daemon, SnetdService *self)
{
  g_signal_emit (self, signals[READY], 0);
}

static void
failed_cb (SnetdDaemon *daemon, const char *message, SnetdService *self)
{
  g_signal_emit (self, signals[FAILED], 0, message);
}

static void disconnected_cb (SnetdDaemon *daemon, SnetdService *self);

static gboolean
run_on (SnetdService *self, GDBusConnection *connection, GError **error)
{
  self->daemon = snetd_daemon_new (connection, &self->options, error);
  if (self->daemon == NULL)
    return FALSE;
  g_signal_connect (self->daemon, "ready", G_CALLBACK (ready_cb), self);
  g_signal_connect (self->daemon, "failed", G_CALLBACK (failed_cb), self);
  g_signal_connect (self->daemon, "disconnected", G_CALLBACK (disconnected_cb), self);
  return TRUE;
}

/* The bus comes back. */

/* Only now: two of them would both decide what the kernel asks. */
static void
gone_cb (gpointer user_data, GObject *daemon)
{
  SnetdService *self = user_data;
  g_autoptr (GDBusConnection) connection = g_steal_pointer (&self->next);
  g_autoptr (GError) error = NULL;
  gboolean ok;

  self->leaving = NULL;
  ok = run_on (self, connection, &error);
  g_clear_object (&self->options.kernel);
  if (ok)
    snetd_log (G_LOG_LEVEL_MESSAGE, SNETD_MESSAGE_BUS, "The bus is there again");
  else
    g_signal_emit (self, signals[FAILED], 0, error->message);
}

static void
replace (SnetdService *self, GDBusConnection *connection)
{
  self->next = connection;
  self->options.kernel = g_object_ref (snetd_daemon_get_kernel (self->daemon));
  g_signal_handlers_disconnect_by_data (self->daemon, self);
  self->leaving = G_OBJECT (g_steal_pointer (&self->daemon));
  g_object_weak_ref (self->leaving, gone_cb, self);
  g_object_unref (self->leaving);
}

static void wait_for_bus (SnetdService *self);

static void
connected_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  GDBusConnection *connection = g_dbus_connection_new_for_address_finish (result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (connection != NULL)
    replace (user_data, connection);
  else
    wait_for_bus (user_data);
}

static gboolean
retry_cb (gpointer user_data)
{
  SnetdService *self = user_data;

  self->retry = 0;
  g_dbus_connection_new_for_address (self->address, CONNECTION_FLAGS, NULL, self->cancellable,
                                     connected_cb, self);
  return G_SOURCE_REMOVE;
}

static void
wait_for_bus (SnetdService *self)
{
  self->retry = g_timeout_add (RETRY_MS, retry_cb, self);
}

static void
disconnected_cb (SnetdDaemon *daemon, SnetdService *self)
{
  snetd_log (G_LOG_LEVEL_WARNING, SNETD_MESSAGE_BUS,
             "The connection to the bus is lost: rules decide as before, and nobody can be asked "
             "until the bus is back");
  wait_for_bus (self);
}

gboolean
snetd_service_reload (SnetdService *self, GError **error)
{
  /* It is about to read all of it anyway. */
  return self->daemon == NULL || snetd_daemon_reload (self->daemon, error);
}

/* The object. */

static void
snetd_service_dispose (GObject *object)
{
  SnetdService *self = SNETD_SERVICE (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_handle_id (&self->retry, g_source_remove);
  if (self->leaving != NULL)
    g_object_weak_unref (self->leaving, gone_cb, self);
  self->leaving = NULL;
  if (self->daemon != NULL)
    g_signal_handlers_disconnect_by_data (self->daemon, self);
  g_clear_object (&self->daemon);
  g_clear_object (&self->next);
  g_clear_object (&self->options.kernel);
  G_OBJECT_CLASS (snetd_service_parent_class)->dispose (object);
}

static void
snetd_service_finalize (GObject *object)
{
  SnetdService *self = SNETD_SERVICE (object);

  g_clear_object (&self->cancellable);
  g_free (self->address);
  G_OBJECT_CLASS (snetd_service_parent_class)->finalize (object);
}

static void
snetd_service_class_init (SnetdServiceClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GType type = G_TYPE_FROM_CLASS (klass);

  object_class->dispose = snetd_service_dispose;
  object_class->finalize = snetd_service_finalize;

  signals[READY] =
    g_signal_new ("ready", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[FAILED] = g_signal_new ("failed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
snetd_service_init (SnetdService *self)
{
  self->cancellable = g_cancellable_new ();
}

void
snetd_service_prefix_unreachable (const SnetdDaemonOptions *options, GError **error)
{
  g_prefix_error (error, "The %s bus cannot be reached: ", options->session ? "session" : "system");
}

SnetdService *
snetd_service_new (const char *address, const SnetdDaemonOptions *options, GError **error)
{
  g_autoptr (SnetdService) self = g_object_new (SNETD_TYPE_SERVICE, NULL);
  g_autoptr (GDBusConnection) connection = NULL;

  self->address = g_strdup (address);
  self->options = *options;
  connection =
    g_dbus_connection_new_for_address_sync (address, CONNECTION_FLAGS, NULL, NULL, error);
  if (connection == NULL)
    snetd_service_prefix_unreachable (options, error);
  if (connection == NULL || !run_on (self, connection, error))
    return NULL;
  return g_steal_pointer (&self);
}
