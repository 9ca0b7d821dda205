/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The listener is not in accept() while a connect() is timed: being woken, it would run before the
 * call returns on a machine with one processor, and its work would be measured. So it is told when
 * to accept, after each batch.
 */
#include "connect.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "child.h"

/* Connections that wait to be accepted; fewer than the backlog. */
#define BATCH   32
#define BACKLOG 64

struct _Listener
{
  int fd;
  int line[2]; /* ours, and the process's */
  struct sockaddr_in address;
  pid_t pid;
};

typedef struct
{
  Listener *listener;
  guint count;
  guint64 *ns; /* and one more for the whole */
} Client;

guint64
now_ns (void)
{
  struct timespec now;

  clock_gettime (CLOCK_MONOTONIC, &now);
  return (guint64)now.tv_sec * 1000000000 + now.tv_nsec;
}

guint64 *
shared_numbers (guint count)
{
  gpointer memory = mmap (NULL, count * sizeof (guint64), PROT_READ | PROT_WRITE,
                          MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

  if (memory == MAP_FAILED)
    die ("mmap");
  return memory;
}

void
shared_numbers_free (guint64 *numbers, guint count)
{
  munmap (numbers, count * sizeof (guint64));
}

/* A connection is reset, not shut down: none is left in TIME-WAIT, for the next ones to trip over.
 */
static void
reset (int fd)
{
  static const struct linger none = { .l_onoff = 1, .l_linger = 0 };

  checked (setsockopt (fd, SOL_SOCKET, SO_LINGER, &none, sizeof none), "setsockopt");
  close (fd);
}

static void
listen_for_ever (gpointer data)
{
  Listener *listener = data;
  guint8 count;

  child_is_ready ();
  while (read (listener->line[1], &count, 1) == 1)
    {
      for (guint i = 0; i < count; i++)
        reset (checked (accept (listener->fd, NULL, NULL), "accept"));
      checked ((int)write (listener->line[1], &count, 1), "write");
    }
}

Listener *
listener_start (void)
{
  Listener *listener = g_new0 (Listener, 1);
  struct sockaddr_in *address = &listener->address;
  socklen_t len = sizeof *address;

  address->sin_family = AF_INET;
  address->sin_addr.s_addr = htonl (INADDR_LOOPBACK);
  listener->fd = checked (socket (AF_INET, SOCK_STREAM, 0), "socket");
  checked (bind (listener->fd, (struct sockaddr *)address, len), "bind");
  checked (listen (listener->fd, BACKLOG), "listen");
  checked (getsockname (listener->fd, (struct sockaddr *)address, &len), "getsockname");
  checked (socketpair (AF_UNIX, SOCK_STREAM, 0, listener->line), "socketpair");
  listener->pid = child_start (listen_for_ever, listener);
  return listener;
}

void
listener_stop (Listener *listener)
{
  child_stop (listener->pid);
  close (listener->line[0]);
  close (listener->line[1]);
  close (listener->fd);
  g_free (listener);
}

guint16
listener_port (const Listener *listener)
{
  return ntohs (listener->address.sin_port);
}

static void
have_accepted (Listener *listener, guint8 count)
{
  if (write (listener->line[0], &count, 1) != 1 || read (listener->line[0], &count, 1) != 1)
    die ("the listener");
}

static guint64
connect_once (const Listener *listener)
{
  int fd = checked (socket (AF_INET, SOCK_STREAM, 0), "socket");
  guint64 began = now_ns (), took;

  checked (connect (fd, (const struct sockaddr *)&listener->address, sizeof listener->address),
           "connect");
  took = now_ns () - began;
  reset (fd);
  return took;
}

static void
be_client (gpointer data)
{
  Client *client = data;
  guint64 began = now_ns ();

  for (guint i = 0; i < client->count;)
    {
      guint batch = MIN (BATCH, client->count - i);

      for (guint end = i + batch; i < end; i++)
        client->ns[i] = connect_once (client->listener);
      have_accepted (client->listener, batch);
    }
  client->ns[client->count] = now_ns () - began;
}

guint64
connect_many (Listener *listener, guint count, guint64 *ns)
{
  Client client = { listener, count, shared_numbers (count + 1) };
  guint64 took;

  child_run (be_client, &client);
  for (guint i = 0; i < count; i++)
    ns[i] = client.ns[i];
  took = client.ns[count];
  shared_numbers_free (client.ns, count + 1);
  return took;
}
