/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snetd-resolved.h"

#include <gio/gunixsocketaddress.h>
#include <string.h>

#include "snetd-watch.h"

#define SUBSCRIBE "{\"method\":\"io.systemd.Resolve.Monitor.SubscribeQueryResults\",\"more\":true}"

#define READ_BYTES 16384

/* Some thousand addresses, of which no program makes use. */
#define MESSAGE_MAX (512 * 1024)

/*
 * resolved has made its socket, but does not listen yet; or it was only stopped, which
 * nobody says. After these it is waited for without looking.
 */
static const guint retries_ms[] = { 100, 1000, 5000 };

struct SnetdResolved
{
  char *socket;
  char *monitor;
  SnetdWatch *watch;
  SnetdResolvedFunc func;
  gpointer user_data;

  GCancellable *cancellable; /* of what is under way; NULL: nothing is */
  GSocketConnection *connection;
  gboolean heard;
  guint8 chunk[READ_BYTES];
  GByteArray *message; /* the begin of one */
  gboolean skipping;   /* up to the end of one that is too long */
  gboolean complained; /* of a message */
  guint retry;         /* how many there have been */
  guint timer;
};

static void try_connect (SnetdResolved *self);

/* All that is asynchronous is told whether it is still wanted. */
static gboolean
is_cancelled (const GError *error)
{
  return g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static void
disconnect (SnetdResolved *self)
{
  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->connection);
  g_clear_handle_id (&self->timer, g_source_remove);
  g_byte_array_set_size (self->message, 0);
  self->skipping = FALSE;
  self->heard = FALSE;
}

static gboolean
retry_cb (gpointer user_data)
{
  SnetdResolved *self = user_data;

  self->timer = 0;
  try_connect (self);
  return G_SOURCE_REMOVE;
}

static void
retry_later (SnetdResolved *self, const char *why)
{
  disconnect (self);
  if (self->retry < G_N_ELEMENTS (retries_ms))
    self->timer = g_timeout_add (retries_ms[self->retry++], retry_cb, self);
  else
    g_message ("Names are not heard from systemd-resolved until it is started again: %s", why);
}

/* Messages. */

static void
complain (SnetdResolved *self, const char *what)
{
  if (!self->complained)
    g_warning ("A message of systemd-resolved is passed over, and so are all others like it: %s",
               what);
  self->complained = TRUE;
}

static void
take_message (SnetdResolved *self, const char *text, gsize length)
{
  g_autoptr (GError) error = NULL;

  if (!snetd_resolved_message_read (text, length, self->func, self->user_data, &error))
    {
      complain (self, error->message);
      return;
    }
  if (!self->heard)
    g_debug ("systemd-resolved is heard");
  self->heard = TRUE;
  self->retry = 0;
}

/* Up to a 0, or the end of what there is. */
static void
take_part (SnetdResolved *self, const guint8 *bytes, gsize length, gboolean ends)
{
  if (!self->skipping && self->message->len + length > MESSAGE_MAX)
    {
      complain (self, "it is too long");
      self->skipping = TRUE;
    }
  if (!self->skipping)
    g_byte_array_append (self->message, bytes, length);
  if (!ends)
    return;

  if (!self->skipping)
    take_message (self, (const char *)self->message->data, self->message->len);
  self->skipping = FALSE;
  g_byte_array_set_size (self->message, 0);
}

static void
take_bytes (SnetdResolved *self, gsize length)
{
  const guint8 *at = self->chunk, *end = at + length;

  while (at < end)
    {
      const guint8 *zero = memchr (at, '\0', end - at);

      take_part (self, at, (zero != NULL ? zero : end) - at, zero != NULL);
      at = zero != NULL ? zero + 1 : end;
    }
}

static void read_cb (GObject *source, GAsyncResult *result, gpointer user_data);

static void
read_more (SnetdResolved *self)
{
  GInputStream *stream = g_io_stream_get_input_stream (G_IO_STREAM (self->connection));

  g_input_stream_read_async (stream, self->chunk, sizeof self->chunk, G_PRIORITY_DEFAULT,
                             self->cancellable, read_cb, self);
}

static void
read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  const gssize got = g_input_stream_read_finish (G_INPUT_STREAM (source), result, &error);
  SnetdResolved *self = user_data;

  if (is_cancelled (error))
    return;
  if (got <= 0)
    {
      retry_later (self, error != NULL ? error->message : "it has closed the connection");
      return;
    }
  take_bytes (self, got);
  read_more (self);
}

/* The connection. */

static void
written_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  SnetdResolved *self = user_data;

  if (g_output_stream_write_all_finish (G_OUTPUT_STREAM (source), result, NULL, &error))
    read_more (self);
  else if (!is_cancelled (error))
    retry_later (self, error->message);
}

static void
connected_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  GSocketConnection *connection =
    g_socket_client_connect_finish (G_SOCKET_CLIENT (source), result, &error);
  SnetdResolved *self = user_data;

  if (is_cancelled (error))
    return;
  if (connection == NULL)
    {
      retry_later (self, error->message);
      return;
    }
  self->connection = connection;
  /* With the 0 that ends it. */
  g_output_stream_write_all_async (g_io_stream_get_output_stream (G_IO_STREAM (connection)),
                                   SUBSCRIBE, sizeof SUBSCRIBE, G_PRIORITY_DEFAULT,
                                   self->cancellable, written_cb, self);
}

static void
try_connect (SnetdResolved *self)
{
  g_autoptr (GSocketClient) client = NULL;
  g_autoptr (GSocketAddress) address = NULL;

  if (self->cancellable != NULL || !g_file_test (self->monitor, G_FILE_TEST_EXISTS))
    return;

  client = g_socket_client_new ();
  address = g_unix_socket_address_new (self->socket);
  self->cancellable = g_cancellable_new ();
  g_socket_client_connect_async (client, G_SOCKET_CONNECTABLE (address), self->cancellable,
                                 connected_cb, self);
}

/* That of a connection which there still is, is about to end. */
static void
changed_cb (gpointer user_data)
{
  SnetdResolved *self = user_data;

  self->retry = 0;
  if (self->timer == 0)
    try_connect (self);
}

SnetdResolved *
snetd_resolved_new (const char *socket,
                    const char *monitor,
                    SnetdResolvedFunc func,
                    gpointer user_data)
{
  SnetdResolved *self = g_new0 (SnetdResolved, 1);

  self->socket = g_strdup (socket);
  self->monitor = g_strdup (monitor);
  self->func = func;
  self->user_data = user_data;
  self->message = g_byte_array_new ();
  self->watch = snetd_watch_new (monitor, changed_cb, self);
  try_connect (self);
  return self;
}

void
snetd_resolved_free (SnetdResolved *self)
{
  disconnect (self);
  snetd_watch_free (self->watch);
  g_byte_array_unref (self->message);
  g_free (self->socket);
  g_free (self->monitor);
  g_free (self);
}

gboolean
snetd_resolved_is_heard (const SnetdResolved *self)
{
  return self->heard;
}
