/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define RESULT_FD 3

static G_GNUC_NORETURN void
run (int result, ChildFunc func, gconstpointer data)
{
  int error;

  prctl (PR_SET_PDEATHSIG, SIGKILL);
  /* A copy of the controller's socket would keep its registration alive. */
  if (dup2 (result, RESULT_FD) < 0 || close_range (RESULT_FD + 1, ~0U, 0) < 0 ||
      fcntl (RESULT_FD, F_SETFD, 0) < 0)
    _exit (1);
  error = func (data);
  if (write (RESULT_FD, &error, sizeof error) != sizeof error)
    _exit (1);
  _exit (0);
}

Child *
child_start (ChildFunc func, gconstpointer data)
{
  g_autoptr (Child) child = g_new0 (Child, 1);
  int fds[2];

  g_assert_no_errno (pipe2 (fds, O_CLOEXEC));
  child->result = fds[0];
  g_assert_no_errno (child->pid = fork ());
  if (child->pid == 0)
    run (fds[1], func, data);
  close (fds[1]);
  return g_steal_pointer (&child);
}

static gboolean
wait_result (Child *child, int patience)
{
  struct pollfd pollfd = { .fd = child->result, .events = POLLIN };

  return poll (&pollfd, 1, patience) == 1;
}

gboolean
child_has_returned (Child *child)
{
  return wait_result (child, 0);
}

static int
reap (Child *child)
{
  int status;

  g_assert_no_errno (waitpid (child->pid, &status, 0));
  child->pid = 0;
  return status;
}

int
child_finish (Child *child)
{
  int error = -1;

  g_assert_true (wait_result (child, TEST_PATIENCE_MS));
  g_assert_cmpint (read (child->result, &error, sizeof error), ==, sizeof error);
  g_assert_cmpint (reap (child), ==, 0);
  return error;
}

void
child_kill (Child *child)
{
  int status;

  g_assert_no_errno (kill (child->pid, SIGKILL));
  status = reap (child);
  g_assert_true (WIFSIGNALED (status));
}

void
child_free (Child *child)
{
  if (child->pid > 0)
    {
      kill (child->pid, SIGKILL);
      waitpid (child->pid, NULL, 0);
    }
  close (child->result);
  g_free (child);
}
