// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <glib-unix.h>
#include <glib/gi18n.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

#include "snetctl-fit.h"
#include "snetctl-terminal.h"

#define CLEAR_LINE    "\r\033[K"
#define DEFAULT_WIDTH 80

struct _SnetctlTerminal
{
  const SnetctlTerminalCallbacks *callbacks;
  gpointer data;
  struct termios before;
  sigset_t mask_before;
  int signal_fd;
  guint key_source;
  guint signal_source;
  gboolean can_change;
  gboolean has_status;
};

static const int handled[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGCONT };

/* From the background a change would stop the program. */
static gboolean
is_in_front (void)
{
  return tcgetpgrp (STDIN_FILENO) == getpgrp ();
}

/* Keys come one by one and are not shown; Ctrl+C and Ctrl+Z stay what they are. */
static void
take_keys (SnetctlTerminal *self)
{
  struct termios mode = self->before;

  if (!is_in_front ())
    return;
  mode.c_lflag &= (tcflag_t) ~(ICANON | ECHO);
  mode.c_cc[VMIN] = 1;
  mode.c_cc[VTIME] = 0;
  tcsetattr (STDIN_FILENO, TCSADRAIN, &mode);
}

static void
give_back (SnetctlTerminal *self)
{
  snetctl_terminal_set_status (self, NULL);
  if (is_in_front ())
    tcsetattr (STDIN_FILENO, TCSADRAIN, &self->before);
}

/* As the default is; what comes behind is run when the program goes on. */
static void
stop (SnetctlTerminal *self)
{
  give_back (self);
  raise (SIGSTOP);
}

static void
handle_signal (SnetctlTerminal *self, int number)
{
  if (number == SIGTSTP)
    stop (self);
  else if (number == SIGCONT)
    {
      take_keys (self);
      self->callbacks->resumed (self->data);
    }
  else
    self->callbacks->ended (number, self->data);
}

static gboolean
signal_cb (int fd, GIOCondition condition, gpointer data)
{
  struct signalfd_siginfo info;

  if (read (fd, &info, sizeof info) == sizeof info)
    handle_signal (data, (int)info.ssi_signo);
  return G_SOURCE_CONTINUE;
}

/* What comes at once was pasted, or is a key that sends a sequence: it was no answer. */
static gboolean
key_cb (int fd, GIOCondition condition, gpointer data)
{
  SnetctlTerminal *self = data;
  char keys[256];
  gssize got = read (fd, keys, sizeof keys);

  if (got == 1)
    self->callbacks->key (keys[0], self->data);
  if (got > 0 || (got < 0 && (errno == EAGAIN || errno == EINTR)))
    return G_SOURCE_CONTINUE;
  self->key_source = 0;
  self->callbacks->ended (0, self->data);
  return G_SOURCE_REMOVE;
}

static void
take_signals (SnetctlTerminal *self)
{
  sigset_t mask;

  sigemptyset (&mask);
  for (guint i = 0; i < G_N_ELEMENTS (handled); i++)
    sigaddset (&mask, handled[i]);
  pthread_sigmask (SIG_BLOCK, &mask, &self->mask_before);
  self->signal_fd = signalfd (-1, &mask, SFD_CLOEXEC | SFD_NONBLOCK);
  self->signal_source = g_unix_fd_add (self->signal_fd, G_IO_IN, signal_cb, self);
}

SnetctlTerminal *
snetctl_terminal_new (const SnetctlTerminalCallbacks *callbacks, gpointer data, GError **error)
{
  SnetctlTerminal *self;
  const char *type = g_getenv ("TERM");
  struct termios mode;

  if (!isatty (STDOUT_FILENO) || tcgetattr (STDIN_FILENO, &mode) != 0)
    {
      g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED,
                           _ ("it asks at a terminal, and this is none. For scripts: snetctl "
                              "pending, snetctl allow, snetctl deny"));
      return NULL;
    }
  self = g_new0 (SnetctlTerminal, 1);
  self->callbacks = callbacks;
  self->data = data;
  self->before = mode;
  self->can_change = type && *type && !g_str_equal (type, "dumb");
  take_signals (self);
  take_keys (self);
  self->key_source = g_unix_fd_add (STDIN_FILENO, G_IO_IN | G_IO_HUP | G_IO_ERR, key_cb, self);
  return self;
}

void
snetctl_terminal_flush (SnetctlTerminal *self)
{
  if (is_in_front ())
    tcflush (STDIN_FILENO, TCIFLUSH);
}

guint
snetctl_terminal_get_width (SnetctlTerminal *self)
{
  struct winsize size;

  if (ioctl (STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
    return size.ws_col;
  return DEFAULT_WIDTH;
}

gboolean
snetctl_terminal_can_change (SnetctlTerminal *self)
{
  return self->can_change;
}

void
snetctl_terminal_set_status (SnetctlTerminal *self, const char *text)
{
  if (self->has_status && self->can_change)
    fputs (CLEAR_LINE, stdout);
  self->has_status = text != NULL;
  if (text)
    g_print ("%s%s", text, self->can_change ? "" : "\n");
  fflush (stdout);
}

void
snetctl_terminal_print (SnetctlTerminal *self, const char *text)
{
  g_autofree char *wrapped = snetctl_fit_wrap (text, snetctl_terminal_get_width (self));

  snetctl_terminal_set_status (self, NULL);
  g_print ("%s\n", wrapped);
  fflush (stdout);
}

void
snetctl_terminal_free (SnetctlTerminal *self)
{
  give_back (self);
  g_clear_handle_id (&self->key_source, g_source_remove);
  g_clear_handle_id (&self->signal_source, g_source_remove);
  close (self->signal_fd);
  pthread_sigmask (SIG_SETMASK, &self->mask_before, NULL);
  g_free (self);
}

void
snetctl_terminal_end_by (int number)
{
  signal (number, SIG_DFL);
  raise (number);
}
