/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "forwarder.h"

#include <errno.h>
#include <gio/gio.h>
#include <gio/gunixsocketaddress.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#define TICK_MS 10

struct Forwarder
{
  GSocketService *service;
  char *path;
  guint16 port;
  gint state;  /* ForwarderState */
  gint64 left; /* bytes until a cut; negative: no such thing */
  GMutex mutex;
};

static gboolean
count (Forwarder *forwarder, gssize n)
{
  gboolean cut = FALSE;

  g_mutex_lock (&forwarder->mutex);
  if (forwarder->left >= 0)
    {
      forwarder->left -= n;
      cut = forwarder->left < 0;
    }
  g_mutex_unlock (&forwarder->mutex);
  return cut;
}

/* FALSE: an end. */
static gboolean
pass (int from, int to, Forwarder *forwarder, gboolean counted)
{
  char buffer[16384];
  const gssize n = read (from, buffer, sizeof buffer);

  if (n <= 0 || (counted && count (forwarder, n)))
    return FALSE;
  for (gssize sent = 0; sent < n;)
    {
      const gssize m = send (to, buffer + sent, (gsize)(n - sent), MSG_NOSIGNAL);

      if (m < 0 && errno == EAGAIN)
        {
          struct pollfd room = { .fd = to, .events = POLLOUT };

          poll (&room, 1, TICK_MS);
          if (g_atomic_int_get (&forwarder->state) == FORWARDER_CUTS)
            return FALSE;
          continue;
        }
      if (m <= 0)
        return FALSE;
      sent += m;
    }
  return TRUE;
}

/* In a thread for each connection. */
static gboolean
run_cb (GThreadedSocketService *service,
        GSocketConnection *connection,
        GObject *source,
        gpointer user_data)
{
  Forwarder *forwarder = user_data;
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (forwarder->path);
  g_autoptr (GSocketConnection) server = NULL;
  struct pollfd fds[2];

  if (g_atomic_int_get (&forwarder->state) == FORWARDER_CUTS)
    return TRUE;
  server = g_socket_client_connect (client, G_SOCKET_CONNECTABLE (address), NULL, NULL);
  if (server == NULL)
    return TRUE;
  fds[0].fd = g_socket_get_fd (g_socket_connection_get_socket (connection));
  fds[1].fd = g_socket_get_fd (g_socket_connection_get_socket (server));
  while (g_atomic_int_get (&forwarder->state) != FORWARDER_CUTS)
    {
      if (g_atomic_int_get (&forwarder->state) == FORWARDER_STALLS)
        {
          g_usleep (TICK_MS * 1000);
          continue;
        }
      fds[0].events = fds[1].events = POLLIN;
      if (poll (fds, 2, TICK_MS) <= 0)
        continue;
      if ((fds[0].revents != 0 && !pass (fds[0].fd, fds[1].fd, forwarder, TRUE)) ||
          (fds[1].revents != 0 && !pass (fds[1].fd, fds[0].fd, forwarder, FALSE)))
        break;
    }
  return TRUE;
}

Forwarder *
forwarder_new (const char *socket)
{
  Forwarder *forwarder = g_new0 (Forwarder, 1);
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) any = g_inet_socket_address_new (loopback, 0);
  g_autoptr (GSocketAddress) bound = NULL;
  g_autoptr (GError) error = NULL;

  g_mutex_init (&forwarder->mutex);
  forwarder->path = g_strdup (socket);
  forwarder->left = -1;
  forwarder->service = g_threaded_socket_service_new (-1);
  g_signal_connect (forwarder->service, "run", G_CALLBACK (run_cb), forwarder);
  g_socket_listener_add_address (G_SOCKET_LISTENER (forwarder->service), any, G_SOCKET_TYPE_STREAM,
                                 G_SOCKET_PROTOCOL_TCP, NULL, &bound, &error);
  g_assert_no_error (error);
  forwarder->port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));
  g_socket_service_start (forwarder->service);
  return forwarder;
}

/* Connections that still end have it until the program does. */
void
forwarder_free (Forwarder *forwarder)
{
  forwarder_set (forwarder, FORWARDER_CUTS);
  g_socket_service_stop (forwarder->service);
  g_socket_listener_close (G_SOCKET_LISTENER (forwarder->service));
}

guint
forwarder_get_port (Forwarder *forwarder)
{
  return forwarder->port;
}

void
forwarder_set (Forwarder *forwarder, ForwarderState state)
{
  g_atomic_int_set (&forwarder->state, (int)state);
}

void
forwarder_cut_after (Forwarder *forwarder, gint64 bytes)
{
  g_mutex_lock (&forwarder->mutex);
  forwarder->left = bytes;
  g_mutex_unlock (&forwarder->mutex);
}
