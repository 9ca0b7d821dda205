// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <signal.h>
#include <sys/prctl.h>
#include <systemd/sd-login.h>
#include <unistd.h>

#include "snetctl-password.h"

#define AGENT     "pkttyagent"
#define NOTIFY_FD 3

/* It is of no use to anybody else. */
static void
prepare (gpointer unused)
{
  prctl (PR_SET_PDEATHSIG, SIGTERM);
}

static gboolean
has_terminal (void)
{
  const int fd = open ("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);

  if (fd < 0)
    return FALSE;
  close (fd);
  return isatty (STDIN_FILENO);
}

/* It closes its end when polkit knows it; or it ends. */
static void
wait_for_end (int fd)
{
  char byte;

  while (read (fd, &byte, 1) < 0 && errno == EINTR)
    ;
}

/*
 * "--fallback" leaves the question to the agent of the session, if it has one. polkit looks for
 * a session then, and where there is none it passes over this agent as well.
 */
static const char *
get_fallback (void)
{
  return sd_pid_get_session (0, NULL) >= 0 ? "--fallback" : NULL;
}

GSubprocess *
snetctl_password_begin (void)
{
  g_autoptr (GSubprocessLauncher) launcher = NULL;
  g_autofree char *path = g_find_program_in_path (AGENT);
  GSubprocess *agent;
  int fds[2];

  /* root is not asked. */
  if (!path || geteuid () == 0 || !has_terminal () || !g_unix_open_pipe (fds, FD_CLOEXEC, NULL))
    return NULL;
  launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDIN_INHERIT);
  g_subprocess_launcher_set_child_setup (launcher, prepare, NULL, NULL);
  g_subprocess_launcher_take_fd (launcher, fds[1], NOTIFY_FD);
  agent = g_subprocess_launcher_spawn (launcher, NULL, path, "--notify-fd", G_STRINGIFY (NOTIFY_FD),
                                       get_fallback (), NULL);
  g_subprocess_launcher_close (launcher);
  if (agent)
    wait_for_end (fds[0]);
  close (fds[0]);
  return agent;
}

void
snetctl_password_end (GSubprocess *agent)
{
  if (!agent)
    return;
  g_subprocess_send_signal (agent, SIGTERM);
  g_subprocess_wait (agent, NULL, NULL);
  g_object_unref (agent);
}
