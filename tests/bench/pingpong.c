/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pingpong.h"

#include <sys/socket.h>
#include <unistd.h>

#include "child.h"
#include "connect.h"

static void
send_back (gpointer data)
{
  const int *line = data;
  char byte;

  child_is_ready ();
  while (read (*line, &byte, 1) == 1)
    checked ((int)write (*line, &byte, 1), "write");
}

guint64
pingpong_many (guint count, guint64 *ns)
{
  guint64 began, sent;
  char byte = 0;
  int line[2];
  pid_t pid;

  checked (socketpair (AF_UNIX, SOCK_STREAM, 0, line), "socketpair");
  pid = child_start (send_back, &line[1]);
  began = now_ns ();
  for (guint i = 0; i < count; i++)
    {
      sent = now_ns ();
      if (write (line[0], &byte, 1) != 1 || read (line[0], &byte, 1) != 1)
        die ("the other side");
      ns[i] = now_ns () - sent;
    }
  began = now_ns () - began;
  child_stop (pid);
  close (line[0]);
  close (line[1]);
  return began;
}
