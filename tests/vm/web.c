/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web.h"

#include <gio/gio.h>

struct _Web
{
  GSocketService *service;
  GCancellable *gone;
  WebAnswer answer;
  gpointer data;
  guint16 port;
  guint connections;
};

/* One request, and the end of the connection. */
typedef struct
{
  Web *web;
  GSocketConnection *connection;
  GDataInputStream *lines;
  char *target;
  char *response;
} Visit;

static void
visit_free (Visit *visit)
{
  g_object_unref (visit->connection);
  g_object_unref (visit->lines);
  g_free (visit->target);
  g_free (visit->response);
  g_free (visit);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Visit, visit_free)

static void
on_written (GObject *stream, GAsyncResult *result, gpointer data)
{
  /* Whether the browser still wants it is its own affair. */
  g_output_stream_write_all_finish (G_OUTPUT_STREAM (stream), result, NULL, NULL);
  visit_free (data);
}

static void
respond (Visit *visit)
{
  const char *body = visit->web->answer (visit->target, visit->web->data);

  visit->response = g_strdup_printf ("HTTP/1.1 200 OK\r\n"
                                     "Content-Type: text/html\r\n"
                                     "Content-Length: %zu\r\n"
                                     "Cache-Control: no-store\r\n"
                                     "Access-Control-Allow-Origin: *\r\n"
                                     "Connection: close\r\n"
                                     "\r\n"
                                     "%s",
                                     strlen (body), body);
  g_output_stream_write_all_async (g_io_stream_get_output_stream (G_IO_STREAM (visit->connection)),
                                   visit->response, strlen (visit->response), G_PRIORITY_DEFAULT,
                                   NULL, on_written, visit);
}

static void read_line (Visit *visit);

static void
on_line (GObject *lines, GAsyncResult *result, gpointer data)
{
  g_autoptr (Visit) visit = data;
  g_autofree char *line =
    g_data_input_stream_read_line_finish (G_DATA_INPUT_STREAM (lines), result, NULL, NULL);

  /* Its connections may outlive the server; and a browser opens more of them than it needs. */
  if (!line)
    return;
  if (!visit->target)
    {
      g_auto (GStrv) words = g_strsplit (line, " ", 3);

      g_assert_cmpuint (g_strv_length (words), ==, 3);
      visit->target = g_strdup (words[1]);
    }
  if (*line == '\0')
    respond (g_steal_pointer (&visit));
  else
    read_line (g_steal_pointer (&visit));
}

static void
read_line (Visit *visit)
{
  g_data_input_stream_read_line_async (visit->lines, G_PRIORITY_DEFAULT, visit->web->gone, on_line,
                                       visit);
}

static gboolean
on_incoming (GSocketService *service, GSocketConnection *connection, GObject *source, gpointer data)
{
  Web *web = data;
  Visit *visit = g_new0 (Visit, 1);

  web->connections++;
  visit->web = web;
  visit->connection = g_object_ref (connection);
  visit->lines = g_data_input_stream_new (g_io_stream_get_input_stream (G_IO_STREAM (connection)));
  g_data_input_stream_set_newline_type (visit->lines, G_DATA_STREAM_NEWLINE_TYPE_CR_LF);
  read_line (visit);
  return TRUE;
}

Web *
web_new (WebAnswer answer, gpointer data)
{
  g_autoptr (GSocketAddress) any = g_inet_socket_address_new_from_string ("127.0.0.1", 0);
  g_autoptr (GSocketAddress) address = NULL;
  g_autoptr (GError) error = NULL;
  Web *web = g_new0 (Web, 1);

  web->gone = g_cancellable_new ();
  web->answer = answer;
  web->data = data;
  web->service = g_socket_service_new ();
  g_socket_listener_add_address (G_SOCKET_LISTENER (web->service), any, G_SOCKET_TYPE_STREAM,
                                 G_SOCKET_PROTOCOL_DEFAULT, NULL, &address, &error);
  g_assert_no_error (error);
  web->port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (address));
  g_signal_connect (web->service, "incoming", G_CALLBACK (on_incoming), web);
  return web;
}

void
web_free (Web *web)
{
  g_cancellable_cancel (web->gone);
  g_object_unref (web->gone);
  g_socket_service_stop (web->service);
  g_socket_listener_close (G_SOCKET_LISTENER (web->service));
  g_object_unref (web->service);
  g_free (web);
}

guint16
web_port (Web *web)
{
  return web->port;
}

guint
web_connections (Web *web)
{
  return web->connections;
}
