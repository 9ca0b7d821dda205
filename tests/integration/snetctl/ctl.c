/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE /* posix_openpt() */
#include "ctl.h"

#include <fcntl.h>
#include <gio/gunixinputstream.h>
#include <glib/gstdio.h>
#include <grp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* A user may not be able to read the folder that the program is built in. */
static char *folder;
static char *program;
static char **environment;

static void
copy_program (void)
{
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  gsize length;

  folder = g_dir_make_tmp ("snetctl-XXXXXX", &error);
  g_assert_no_error (error);
  g_assert_no_errno (g_chmod (folder, 0755));
  program = g_build_filename (folder, "snetctl", NULL);
  g_file_get_contents (g_getenv ("SNETCTL"), &text, &length, &error);
  g_assert_no_error (error);
  g_file_set_contents_full (program, text, (gssize)length, G_FILE_SET_CONTENTS_NONE, 0755, &error);
  g_assert_no_error (error);
}

int
ctl_main (int argc, char **argv, void (*add_tests) (void))
{
  int status;

  copy_program ();
  status = fixture_main (argc, argv, add_tests);
  g_unlink (program);
  g_rmdir (folder);
  g_free (program);
  g_free (folder);
  g_strfreev (environment);
  return status;
}

void
ctl_setenv (const char *name, const char *value)
{
  if (!environment)
    environment = g_get_environ ();
  environment = value ? g_environ_setenv (environment, name, value, TRUE)
                      : g_environ_unsetenv (environment, name);
}

static void
become (gpointer uid)
{
  if (setgroups (0, NULL) != 0 || setgid (GPOINTER_TO_UINT (uid)) != 0 ||
      setuid (GPOINTER_TO_UINT (uid)) != 0)
    _exit (127);
}

/* As a shell does it: Ctrl+C at the terminal reaches the program. */
static void
become_on_terminal (gpointer uid)
{
  if (setsid () < 0 || ioctl (STDIN_FILENO, TIOCSCTTY, 0) != 0)
    _exit (127);
  become (uid);
}

static void read_on (Ctl *ctl, GInputStream *stream);

static void
read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Ctl *ctl = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes =
    g_input_stream_read_bytes_finish (G_INPUT_STREAM (source), result, &error);
  GString *text = g_object_get_data (source, "text");

  /* A terminal that nobody has open any more is an error to read. */
  if (!bytes || g_bytes_get_size (bytes) == 0)
    {
      ctl->streams--;
      return;
    }
  g_string_append_len (text, g_bytes_get_data (bytes, NULL), (gssize)g_bytes_get_size (bytes));
  read_on (ctl, G_INPUT_STREAM (source));
}

static void
read_on (Ctl *ctl, GInputStream *stream)
{
  g_input_stream_read_bytes_async (stream, 65536, G_PRIORITY_DEFAULT, NULL, read_cb, ctl);
}

static void
collect (Ctl *ctl, GInputStream *stream, GString *text)
{
  g_object_set_data (G_OBJECT (stream), "text", text);
  ctl->streams++;
  read_on (ctl, stream);
}

static void
ended_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Ctl *ctl = user_data;
  g_autoptr (GError) error = NULL;

  g_subprocess_wait_finish (ctl->process, result, &error);
  g_assert_no_error (error);
  ctl->ended = TRUE;
  ctl->status = g_subprocess_get_if_exited (ctl->process)
                  ? g_subprocess_get_exit_status (ctl->process)
                  : 128 + g_subprocess_get_term_sig (ctl->process);
}

static GSubprocess *
spawn (GSubprocessLauncher *launcher, const char *format, va_list arguments)
{
  g_autofree char *typed = g_strdup_vprintf (format, arguments);
  g_autofree char *line = g_strconcat (program, " ", typed, NULL);
  g_auto (GStrv) argv = NULL;
  g_autoptr (GError) error = NULL;
  GSubprocess *process;

  g_test_message ("snetctl %s", typed);
  g_shell_parse_argv (line, NULL, &argv, &error);
  g_assert_no_error (error);
  if (environment)
    g_subprocess_launcher_set_environ (launcher, environment);
  /* What the bus of the tests is called has been said since. */
  g_subprocess_launcher_setenv (launcher, "DBUS_SYSTEM_BUS_ADDRESS",
                                g_getenv ("DBUS_SYSTEM_BUS_ADDRESS"), FALSE);
  g_subprocess_launcher_set_cwd (launcher, "/");
  process = g_subprocess_launcher_spawnv (launcher, (const char *const *)argv, &error);
  g_assert_no_error (error);
  return process;
}

static Ctl *
ctl_new (void)
{
  Ctl *ctl = g_new0 (Ctl, 1);

  ctl->out = g_string_new (NULL);
  ctl->err = g_string_new (NULL);
  ctl->terminal = -1;
  return ctl;
}

G_GNUC_PRINTF (2, 3)
static GSubprocess *
spawn_words (GSubprocessLauncher *launcher, const char *format, ...)
{
  va_list arguments;
  GSubprocess *process;

  va_start (arguments, format);
  process = spawn (launcher, format, arguments);
  va_end (arguments);
  return process;
}

static Ctl *
start (guint32 uid, const char *format, va_list arguments)
{
  g_autoptr (GSubprocessLauncher) launcher =
    g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE);
  Ctl *ctl = ctl_new ();

  g_subprocess_launcher_set_child_setup (launcher, become, GUINT_TO_POINTER (uid), NULL);
  ctl->process = spawn (launcher, format, arguments);
  collect (ctl, g_subprocess_get_stdout_pipe (ctl->process), ctl->out);
  collect (ctl, g_subprocess_get_stderr_pipe (ctl->process), ctl->err);
  g_subprocess_wait_async (ctl->process, NULL, ended_cb, ctl);
  return ctl;
}

Ctl *
ctl_start (guint32 uid, const char *format, ...)
{
  va_list arguments;
  Ctl *ctl;

  va_start (arguments, format);
  ctl = start (uid, format, arguments);
  va_end (arguments);
  return ctl;
}

static int
open_terminal (guint columns, int *ret_inner)
{
  const struct winsize size = { .ws_col = (unsigned short)columns, .ws_row = 24 };
  int outer = posix_openpt (O_RDWR | O_NOCTTY | O_CLOEXEC);
  char name[64];

  g_assert_cmpint (outer, >=, 0);
  g_assert_no_errno (grantpt (outer));
  g_assert_no_errno (unlockpt (outer));
  g_assert_cmpint (ptsname_r (outer, name, sizeof name), ==, 0);
  *ret_inner = open (name, O_RDWR | O_NOCTTY | O_CLOEXEC);
  g_assert_cmpint (*ret_inner, >=, 0);
  g_assert_no_errno (ioctl (*ret_inner, TIOCSWINSZ, &size));
  return outer;
}

Ctl *
ctl_start_on_terminal (guint32 uid, guint columns, const char *format, ...)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_NONE);
  g_autoptr (GInputStream) stream = NULL;
  Ctl *ctl = ctl_new ();
  va_list arguments;
  int inner;

  ctl->terminal = open_terminal (columns, &inner);
  g_subprocess_launcher_take_stdin_fd (launcher, inner);
  g_subprocess_launcher_take_stdout_fd (launcher, fcntl (inner, F_DUPFD_CLOEXEC, 3));
  g_subprocess_launcher_take_stderr_fd (launcher, fcntl (inner, F_DUPFD_CLOEXEC, 3));
  g_subprocess_launcher_set_child_setup (launcher, become_on_terminal, GUINT_TO_POINTER (uid),
                                         NULL);
  g_subprocess_launcher_setenv (launcher, "TERM", "xterm-256color", TRUE);
  va_start (arguments, format);
  ctl->process = spawn (launcher, format, arguments);
  va_end (arguments);
  g_subprocess_launcher_close (launcher);
  stream = g_unix_input_stream_new (ctl->terminal, FALSE);
  g_object_set_data_full (G_OBJECT (ctl->process), "stream", g_object_ref (stream), g_object_unref);
  collect (ctl, stream, ctl->out);
  g_subprocess_wait_async (ctl->process, NULL, ended_cb, ctl);
  return ctl;
}

typedef struct
{
  Ctl *ctl;
  const char *text;
} Wanted;

static gboolean
has_said (gpointer user_data)
{
  const Wanted *wanted = user_data;

  return strstr (wanted->ctl->out->str, wanted->text) ||
         strstr (wanted->ctl->err->str, wanted->text) ||
         (wanted->ctl->ended && wanted->ctl->streams == 0);
}

void
ctl_says (Ctl *ctl, const char *text)
{
  Wanted wanted = { ctl, text };

  wait_until (has_said, &wanted, text);
  if (!strstr (ctl->out->str, text) && !strstr (ctl->err->str, text))
    g_error ("snetctl did not say “%s”, but: %s%s", text, ctl->out->str, ctl->err->str);
}

void
ctl_type (Ctl *ctl, const char *text)
{
  g_assert_cmpint (write (ctl->terminal, text, strlen (text)), ==, (gssize)strlen (text));
}

void
ctl_signal (Ctl *ctl, int number)
{
  g_subprocess_send_signal (ctl->process, number);
}

void
ctl_close (Ctl *ctl)
{
  g_autoptr (GError) error = NULL;

  /* Of a stream that is being read nothing can be closed; the end of the pipe itself can. */
  int fd =
    g_unix_input_stream_get_fd (G_UNIX_INPUT_STREAM (g_subprocess_get_stdout_pipe (ctl->process)));
  int nothing = open ("/dev/null", O_RDONLY | O_CLOEXEC);

  g_assert_cmpint (dup3 (nothing, fd, O_CLOEXEC), ==, fd);
  close (nothing);
}

static gboolean
has_ended (gpointer user_data)
{
  const Ctl *ctl = user_data;

  return ctl->ended && ctl->streams == 0;
}

static void
wait_for (Ctl *ctl)
{
  wait_until (has_ended, ctl, "the end of snetctl");
  g_test_message ("%s%s", ctl->out->str, ctl->err->str);
}

void
ctl_wait (Ctl *ctl, int status)
{
  wait_for (ctl);
  g_assert_cmpint (ctl->status, ==, status);
}

Ctl *
ctl_run (guint32 uid, const char *format, ...)
{
  va_list arguments;
  Ctl *ctl;

  va_start (arguments, format);
  ctl = start (uid, format, arguments);
  va_end (arguments);
  wait_for (ctl);
  return ctl;
}

Ctl *
ctl_run_into (guint32 uid, int fd, const char *arguments)
{
  g_autoptr (GSubprocessLauncher) launcher =
    g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDERR_PIPE);
  Ctl *ctl = ctl_new ();

  g_subprocess_launcher_set_child_setup (launcher, become, GUINT_TO_POINTER (uid), NULL);
  g_subprocess_launcher_take_stdout_fd (launcher, fd);
  ctl->process = spawn_words (launcher, "%s", arguments);
  g_subprocess_launcher_close (launcher);
  collect (ctl, g_subprocess_get_stderr_pipe (ctl->process), ctl->err);
  g_subprocess_wait_async (ctl->process, NULL, ended_cb, ctl);
  wait_for (ctl);
  return ctl;
}

void
ctl_check (guint32 uid, const char *arguments, int status, const char *pattern)
{
  g_autoptr (Ctl) ctl = ctl_run (uid, "%s", arguments);
  g_autofree char *all = g_strconcat (ctl->out->str, ctl->err->str, NULL);

  g_assert_cmpint (ctl->status, ==, status);
  if (!g_pattern_match_simple (pattern, all))
    g_error ("snetctl %s: not like “%s”, but: %s", arguments, pattern, all);
}

void
ctl_free (Ctl *ctl)
{
  if (!ctl->ended)
    g_subprocess_force_exit (ctl->process);
  wait_until (has_ended, ctl, "the end of snetctl");
  g_object_unref (ctl->process);
  if (ctl->terminal >= 0)
    close (ctl->terminal);
  g_string_free (ctl->out, TRUE);
  g_string_free (ctl->err, TRUE);
  g_free (ctl);
}
