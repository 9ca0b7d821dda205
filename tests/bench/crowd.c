/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "crowd.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include "child.h"

typedef struct
{
  guint count;
  guint16 port;
} Crowd;

static gpointer
connect_once (gpointer data)
{
  const Crowd *crowd = data;
  struct sockaddr_in address = {
    .sin_family = AF_INET,
    .sin_addr.s_addr = htonl (INADDR_LOOPBACK),
    .sin_port = htons (crowd->port),
  };
  int fd = checked (socket (AF_INET, SOCK_STREAM, 0), "socket");

  /* Nobody answers, so that this ends by our being killed. */
  connect (fd, (const struct sockaddr *)&address, sizeof address);
  return NULL;
}

static void
gather (gpointer data)
{
  const Crowd *crowd = data;
  pthread_attr_t small;

  pthread_attr_init (&small);
  pthread_attr_setstacksize (&small, 64 * 1024);
  for (guint i = 0; i < crowd->count; i++)
    {
      pthread_t thread;

      errno = pthread_create (&thread, &small, connect_once, data);
      if (errno)
        die ("pthread_create");
    }
  child_is_ready ();
  for (;;)
    pause ();
}

pid_t
crowd_start (guint count, guint16 port)
{
  Crowd crowd = { count, port };

  return child_start (gather, &crowd);
}
