/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "child.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static int ready_fd = -1;

void
die (const char *words)
{
  fprintf (stderr, "bench-kernel: %s: %s\n", words, strerror (errno));
  exit (1);
}

int
checked (int result, const char *call)
{
  if (result < 0)
    die (call);
  return result;
}

static G_NORETURN void
live (ChildFunc func, gpointer data)
{
  prctl (PR_SET_PDEATHSIG, SIGKILL);
  func (data);
  exit (0);
}

pid_t
child_start (ChildFunc func, gpointer data)
{
  int fds[2];
  char byte;
  pid_t pid;

  checked (pipe (fds), "pipe");
  pid = checked (fork (), "fork");
  if (pid == 0)
    {
      close (fds[0]);
      ready_fd = fds[1];
      live (func, data);
    }
  close (fds[1]);
  if (read (fds[0], &byte, 1) != 1)
    {
      fprintf (stderr, "bench-kernel: a child has ended before it was ready\n");
      exit (1);
    }
  close (fds[0]);
  return pid;
}

void
child_is_ready (void)
{
  checked ((int)write (ready_fd, "", 1), "write");
  close (ready_fd);
}

void
child_stop (pid_t pid)
{
  checked (kill (pid, SIGKILL), "kill");
  checked (waitpid (pid, NULL, 0), "waitpid");
}

void
child_run (ChildFunc func, gpointer data)
{
  pid_t pid = checked (fork (), "fork");
  int status;

  if (pid == 0)
    live (func, data);
  checked (waitpid (pid, &status, 0), "waitpid");
  /* It has said itself what went wrong. */
  if (status)
    exit (1);
}
