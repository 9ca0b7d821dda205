// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <errno.h>
#include <glib-unix.h>
#include <glib/gi18n.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "snetctl-child.h"

/* Of a shell: what a signal has ended. */
#define KILLED 128

struct _SnetctlChild
{
  GPid pid;
  int gate; /* written to: it runs; closed: it does not */
  int signal_fd;
  guint signal_source;
  guint watch;
  sigset_t mask;
  void (*ended) (int status, gpointer data);
  gpointer data;
};

static const int forwarded[] = { SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2 };

static void G_GNUC_NORETURN
run (char **argv, int gate, const sigset_t *mask)
{
  const char *what;
  int status;
  char go;

  if (read (gate, &go, 1) != 1)
    _exit (SNETCTL_CHILD_FAILED);
  sigprocmask (SIG_SETMASK, mask, NULL);
  execvp (argv[0], argv);
  status = errno == ENOENT ? SNETCTL_CHILD_NOT_FOUND : SNETCTL_CHILD_CANNOT_RUN;
  what = strerror (errno);
  g_printerr ("snetctl: %s: %s\n", argv[0], what);
  _exit (status);
}

static void
block_signals (SnetctlChild *self)
{
  sigset_t mask;

  sigemptyset (&mask);
  for (guint i = 0; i < G_N_ELEMENTS (forwarded); i++)
    sigaddset (&mask, forwarded[i]);
  sigprocmask (SIG_BLOCK, &mask, &self->mask);
  self->signal_fd = signalfd (-1, &mask, SFD_CLOEXEC | SFD_NONBLOCK);
}

SnetctlChild *
snetctl_child_new (char **argv, GError **error)
{
  g_autoptr (SnetctlChild) self = g_new0 (SnetctlChild, 1);
  int pipe_fds[2];

  self->gate = -1;
  block_signals (self);
  /* What its children leave behind is ours, so that it can be told whose they are. */
  prctl (PR_SET_CHILD_SUBREAPER, 1);
  if (!g_unix_open_pipe (pipe_fds, FD_CLOEXEC, error))
    return NULL;
  self->pid = fork ();
  if (self->pid == 0)
    {
      close (pipe_fds[1]);
      run (argv, pipe_fds[0], &self->mask);
    }
  self->gate = pipe_fds[1];
  close (pipe_fds[0]);
  if (self->pid > 0)
    return g_steal_pointer (&self);
  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno), "%s", g_strerror (errno));
  return NULL;
}

GPid
snetctl_child_get_pid (SnetctlChild *self)
{
  return self->pid;
}

/* What comes from the terminal has come to the command, too. */
static gboolean
signal_cb (int fd, GIOCondition condition, gpointer data)
{
  SnetctlChild *self = data;
  struct signalfd_siginfo info;

  if (read (fd, &info, sizeof info) == sizeof info && info.ssi_code != SI_KERNEL && self->pid > 0)
    kill (self->pid, (int)info.ssi_signo);
  return G_SOURCE_CONTINUE;
}

static void
exited_cb (GPid pid, int status, gpointer data)
{
  SnetctlChild *self = data;

  self->watch = 0;
  self->pid = 0;
  self->ended (WIFSIGNALED (status) ? KILLED + WTERMSIG (status) : WEXITSTATUS (status),
               self->data);
}

void
snetctl_child_go (SnetctlChild *self, void (*ended) (int status, gpointer data), gpointer data)
{
  self->ended = ended;
  self->data = data;
  self->signal_source = g_unix_fd_add (self->signal_fd, G_IO_IN, signal_cb, self);
  self->watch = g_child_watch_add (self->pid, exited_cb, self);
  while (write (self->gate, "", 1) < 0 && errno == EINTR)
    ;
  close (self->gate);
  self->gate = -1;
}

void
snetctl_child_free (SnetctlChild *self)
{
  g_clear_handle_id (&self->signal_source, g_source_remove);
  g_clear_handle_id (&self->watch, g_source_remove);
  if (self->gate >= 0)
    close (self->gate);
  if (self->pid > 0)
    waitpid (self->pid, NULL, 0);
  close (self->signal_fd);
  sigprocmask (SIG_SETMASK, &self->mask, NULL);
  g_free (self);
}
