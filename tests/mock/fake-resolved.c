/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fake-resolved.h"

#include <arpa/inet.h>
#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <string.h>

#define METHOD "\"method\":\"io.systemd.Resolve.Monitor.SubscribeQueryResults\""
#define READY  "{\"parameters\":{\"ready\":true},\"continues\":true}"

struct FakeResolved
{
  GSocketService *service;
  GCancellable *cancellable;
  GPtrArray *connections;
  guint listeners;
};

/* Who is to read it may be in this same process. */
static void
send_to (GSocketConnection *connection, const char *message)
{
  GSocket *socket = g_socket_connection_get_socket (connection);
  const gsize length = strlen (message) + 1;
  gsize sent = 0;

  while (sent < length)
    {
      g_autoptr (GError) error = NULL;
      const gssize now = g_socket_send (socket, message + sent, length - sent, NULL, &error);

      if (now >= 0)
        sent += now;
      else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
        g_main_context_iteration (NULL, FALSE);
      else
        return; /* it has left */
    }
}

typedef struct
{
  FakeResolved *resolved;
  GSocketConnection *connection;
  char call[256];
} Caller;

static void
called_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autofree Caller *caller = user_data;
  g_autoptr (GSocketConnection) connection = caller->connection;
  FakeResolved *resolved = caller->resolved;

  /* The call is short, and comes at once; without one it has left again. */
  if (g_input_stream_read_finish (G_INPUT_STREAM (source), result, NULL) <= 0)
    return;
  g_assert_nonnull (strstr (caller->call, METHOD));
  g_assert_nonnull (strstr (caller->call, "\"more\":true"));
  g_socket_set_blocking (g_socket_connection_get_socket (connection), FALSE);
  g_ptr_array_add (resolved->connections, g_object_ref (connection));
  resolved->listeners++;
  send_to (connection, READY);
}

static gboolean
incoming_cb (GSocketService *service,
             GSocketConnection *connection,
             GObject *source,
             FakeResolved *resolved)
{
  Caller *caller = g_new0 (Caller, 1);

  caller->resolved = resolved;
  caller->connection = g_object_ref (connection);
  g_input_stream_read_async (g_io_stream_get_input_stream (G_IO_STREAM (connection)), caller->call,
                             sizeof caller->call - 1, G_PRIORITY_DEFAULT, resolved->cancellable,
                             called_cb, caller);
  return TRUE;
}

FakeResolved *
fake_resolved_new (const char *path)
{
  FakeResolved *resolved = g_new0 (FakeResolved, 1);
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (path);
  g_autoptr (GError) error = NULL;

  g_unlink (path);
  resolved->connections = g_ptr_array_new_with_free_func (g_object_unref);
  resolved->cancellable = g_cancellable_new ();
  resolved->service = g_socket_service_new ();
  g_signal_connect (resolved->service, "incoming", G_CALLBACK (incoming_cb), resolved);
  g_socket_listener_add_address (G_SOCKET_LISTENER (resolved->service), address,
                                 G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT, NULL, NULL,
                                 &error);
  g_assert_no_error (error);
  return resolved;
}

void
fake_resolved_free (FakeResolved *resolved)
{
  g_cancellable_cancel (resolved->cancellable);
  g_object_unref (resolved->cancellable);
  g_socket_service_stop (resolved->service);
  g_socket_listener_close (G_SOCKET_LISTENER (resolved->service));
  g_object_unref (resolved->service);
  for (guint i = 0; i < resolved->connections->len; i++)
    g_io_stream_close (g_ptr_array_index (resolved->connections, i), NULL, NULL);
  g_ptr_array_unref (resolved->connections);
  g_free (resolved);
}

guint
fake_resolved_listeners (FakeResolved *resolved)
{
  return resolved->listeners;
}

void
fake_resolved_send (FakeResolved *resolved, const char *message)
{
  for (guint i = 0; i < resolved->connections->len; i++)
    send_to (g_ptr_array_index (resolved->connections, i), message);
}

void
fake_resolved_answer (FakeResolved *resolved, const char *name, const char *address, guint32 ttl)
{
  /* The root as the name; what follows is of a fixed length. */
  guint8 raw[] = { 0, 0, 1, 0, 1, ttl >> 24, ttl >> 16, ttl >> 8, ttl, 0, 4, 0, 0, 0, 0 };
  guint8 *bytes = raw + sizeof raw - 4;
  g_autofree char *encoded = NULL;
  g_autofree char *message = NULL;

  g_assert_cmpint (inet_pton (AF_INET, address, bytes), ==, 1);
  encoded = g_base64_encode (raw, sizeof raw);
  message = g_strdup_printf (
    "{\"parameters\":{\"state\":\"success\","
    "\"question\":[{\"class\":1,\"type\":1,\"name\":\"%s\"}],"
    "\"answer\":[{\"rr\":{\"key\":{\"class\":1,\"type\":1,\"name\":\"%s\"},"
    "\"address\":[%u,%u,%u,%u]},\"raw\":\"%s\",\"ifindex\":2}]},\"continues\":true}",
    name, name, bytes[0], bytes[1], bytes[2], bytes[3], encoded);
  fake_resolved_send (resolved, message);
}
