/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What /proc tells of a process, and what its control group means. */
#include <errno.h>
#include <glib/gstdio.h>
#include <locale.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fake-snet.h"
#include "snetd-cgroup.h"
#include "snetd-processes.h"

static void
test_text (void)
{
  g_autofree char *plain = snetd_process_text ("/usr/bin/naïve");
  g_autofree char *moving = snetd_process_text ("/a\nb\x1b\x7f");
  g_autofree char *broken = snetd_process_text ("a\xff"
                                                "b\xc3");

  g_assert_cmpstr (plain, ==, "/usr/bin/naïve");
  g_assert_cmpstr (broken, ==, "a\\xffb\\xc3");
  g_assert_cmpstr (moving, ==, "/a\\x0ab\\x1b\\x7f");
}

static void
test_cgroup_path (void)
{
  static const struct
  {
    const char *text, *path;
  } cases[] = {
    { "0::/init.scope\n", "/init.scope" },
    { "0::/\n", "/" },
    { "12:pids:/a\n1:name=systemd:/b\n0::/c\n", "/c" },
    { "1:name=systemd:/user.slice\n", NULL }, /* the kernel's tickets do not know it */
    { "10::/a\n", NULL },
    { "0::/a:b 0::/c\n", "/a:b 0::/c" },
    { "0::/cut-of", NULL },
    { "0::\n", NULL },
    { "\n", NULL },
    { "", NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = snetd_cgroup_path (cases[i].text);

      g_test_message ("%s", cases[i].text);
      g_assert_cmpstr (path, ==, cases[i].path);
    }
}

#define USER "/user.slice/user-1000.slice/user@1000.service"

static void
test_cgroup_unit (void)
{
  g_autofree char *longest = g_strnfill (255 - strlen (".service"), 'x');
  g_autofree char *longest_path = g_strdup_printf ("/%s.service", longest);
  g_autofree char *longer_path = g_strdup_printf ("/x%s.service", longest);
  const struct
  {
    const char *path, *unit;
  } cases[] = {
    { "/init.scope", "init.scope" },
    { "/system.slice/cron.service", "cron.service" },
    { "/system.slice/cron.service/", "cron.service" },
    { "/system.slice/system-getty.slice/getty@tty1.service", "getty@tty1.service" },
    { "/system.slice/systemd-udevd.service/udev", "systemd-udevd.service" },
    { "/system.slice/sshd.socket", "sshd.socket" },
    { "/system.slice/dev-sda1.swap", "dev-sda1.swap" },
    { "/system.slice/srv-a\\x20b.mount", "srv-a\\x20b.mount" },
    { "/system.slice/docker-0123abcd.scope", "docker-0123abcd.scope" },
    { "/machine.slice/machine-x.scope/payload/system.slice/cron.service", "machine-x.scope" },
    { "/user.slice/user-1000.slice/session-2.scope", "session-2.scope" },
    { USER, "user@1000.service" },
    { USER "/app.slice", "user@1000.service" },
    { USER "/init.scope", "init.scope" },
    { USER "/app.slice/app-org.gnome.Terminal.slice/vte-spawn-1.scope", "vte-spawn-1.scope" },
    { USER "/app.slice/mail.service/worker", "mail.service" },
    { USER "/mail.service", "mail.service" },
    /* What looks like a manager and is none has no units of its own. */
    { "/system.slice/user@.service/mail.service", "user@.service" },
    { "/system.slice/user@me.service/mail.service", "user@me.service" },
    { "/system.slice/user@1.service.service/mail.service", "user@1.service.service" },
    { "/system.slice/mail.service/user@1000.service/x.service", "mail.service" },
    { USER "/user@1000.service/x.service", "user@1000.service" },
    /* Escaped, since the kernel has files of such names. */
    { "/_cpu.service", "cpu.service" },
    { "/__x.service", "_x.service" },
    { "/_-.slice/a.service", "a.service" },
    { "/a b.slice/c.service", NULL },
    { longest_path, longest_path + 1 },
    { longer_path, NULL },
    { "/", NULL },
    { "", NULL },
    { "relative.service", NULL },
    { "/user.slice", NULL },
    { "/user.slice/user-1000.slice", NULL },
    { "/process_api/a.service", NULL },
    { "/.service", NULL },
    { "/@x.service", NULL },
    { "/a b.service", NULL },
    { "/a\n.service", NULL },
    { "/x.target", NULL },
    { "/x.serviceable", NULL },
    { "/x.service (deleted)", NULL },
    { "//x.service", NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *unit = snetd_cgroup_unit (cases[i].path);

      g_test_message ("%s", cases[i].path);
      g_assert_cmpstr (unit, ==, cases[i].unit);
    }
}

static void
test_cgroup_app (void)
{
  static const struct
  {
    const char *unit, *app;
  } cases[] = {
    { "app-flatpak-org.mozilla.firefox-1234.scope", "org.mozilla.firefox" },
    { "app-flatpak-org.x.my\\x2dapp-1234.scope", "org.x.my-app" },
    { "app-flatpak-org.x.my-app-1234.scope", "org.x.my-app" },
    { "app-flatpak-org.x.a\\x2fb-1.scope", NULL },
    { "app-flatpak-org.x.a\\x00b-1.scope", NULL },
    { "app-flatpak-org.x.a\\x2-1.scope", NULL },
    { "app-flatpak-org.mozilla.firefox-1234.service", NULL },
    { "app-flatpak-org.mozilla.firefox.scope", NULL },
    { "app-flatpak--1.scope", NULL },
    { "app-flatpak-.scope", NULL },
    { "app-gnome-org.gnome.Terminal-5.scope", NULL },
    { "snap.firefox.firefox-0123-4567.scope", "firefox" },
    { "snap.hello-world.sh.scope", "hello-world" },
    { "snap.lxd.daemon.service", "lxd" },
    { "snap.my_2.app.hook.configure-1.scope", "my_2" },
    { "snap.firefox.scope", NULL },
    { "snap..x.scope", NULL },
    { "snap.UP.x.scope", NULL },
    { "snap.a.b.mount", NULL },
    { "snapd.service", NULL },
    { "cron.service", NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *app = snetd_cgroup_app (cases[i].unit);

      g_test_message ("%s", cases[i].unit);
      g_assert_cmpstr (app, ==, cases[i].app);
    }
}

/* A program that runs until its standard input is closed. */
typedef struct
{
  char *directory;
  char *path;
  GPid pid;
  int input;
} Program;

static void
program_start_with (Program *program, const char *name, const char *const *arguments)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *cat = NULL;
  gsize length;
  g_autoptr (GPtrArray) argv = g_ptr_array_new ();

  program->directory = g_dir_make_tmp ("snetd-XXXXXX", &error);
  g_assert_no_error (error);
  program->path = g_build_filename (program->directory, name, NULL);
  g_assert_true (g_file_get_contents ("/bin/cat", &cat, &length, NULL));
  g_assert_true (g_file_set_contents (program->path, cat, length, NULL));
  g_assert_cmpint (g_chmod (program->path, 0755), ==, 0);

  g_ptr_array_add (argv, program->path);
  for (; arguments != NULL && *arguments != NULL; arguments++)
    g_ptr_array_add (argv, (char *)*arguments);
  g_ptr_array_add (argv, NULL);
  g_assert_true (g_spawn_async_with_pipes (program->directory, (char **)argv->pdata, NULL,
                                           G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, &program->pid,
                                           &program->input, NULL, NULL, &error));
  g_assert_no_error (error);
}

static void
program_start (Program *program, const char *name)
{
  program_start_with (program, name, NULL);
}

/* It has ended, and nobody has asked yet how. */
static void
program_end (Program *program)
{
  siginfo_t ended;

  close (program->input);
  g_assert_no_errno (waitid (P_PID, program->pid, &ended, WEXITED | WNOWAIT));
}

static void
program_clear (Program *program)
{
  g_assert_cmpint (waitpid (program->pid, NULL, 0), ==, program->pid);
  g_unlink (program->path);
  g_rmdir (program->directory);
  g_free (program->path);
  g_free (program->directory);
}

static void
program_stop (Program *program)
{
  program_end (program);
  program_clear (program);
}

/* As /proc tells. */
static char *
program_of (GPid pid)
{
  g_auto (SnetdProcess) process = { 0 };
  struct snet_event event = { 0 };

  fake_snet_set_process (&event, pid);
  snetd_process_read (&event, &process);
  return g_steal_pointer (&process.program);
}

#define GONE 0

/* Of one that has ended there is next to nothing left in /proc. */
static void
test_ended (void)
{
  g_auto (SnetdProcess) process = { 0 };
  struct snet_event event = { 0 };
  Program program;

  program_start (&program, "program");
  program_end (&program);
  fake_snet_set_process (&event, program.pid);
  snetd_process_read (&event, &process);
  g_assert_null (process.program);
  g_assert_null (process.command);
  g_assert_null (process.directory);
  program_clear (&program);
}

/* As the kernel tells. */
static char *
kernel_program_of (GPid pid, const char *path, guint64 dev, guint64 inode)
{
  g_auto (SnetdProcess) process = { 0 };
  struct snet_event event = { .program = path, .program_dev = dev, .program_inode = inode };

  if (pid != GONE)
    fake_snet_set_process (&event, pid);
  event.fields |= SNET_EVENT_PROGRAM_DEV | SNET_EVENT_PROGRAM_INODE;
  snetd_process_read (&event, &process);
  return g_steal_pointer (&process.program);
}

static void
check_kernel_program (GPid pid, const char *path, const struct stat *file, const char *expected)
{
  g_autofree char *got = kernel_program_of (pid, path, file->st_dev, file->st_ino);

  g_assert_cmpstr (got, ==, expected);
}

/* The kernel knows it from the beginning on; what has become of the file is seen here. */
static void
test_program_of_kernel (void)
{
  g_autofree char *deleted = NULL, *elsewhere = NULL;
  struct stat file, other;
  Program program;

  program_start (&program, "program");
  deleted = g_strconcat (program.path, " (deleted)", NULL);
  elsewhere = g_strconcat (program.path, " (elsewhere)", NULL);
  g_assert_no_errno (stat (program.path, &file));
  g_assert_no_errno (stat ("/proc/self/exe", &other));

  check_kernel_program (program.pid, program.path, &file, program.path);
  check_kernel_program (program.pid, program.path, &other, elsewhere);
  check_kernel_program (program.pid, deleted, &file, deleted);
  check_kernel_program (program.pid, "(unreachable)/x", &other, "(unreachable)/x");
  check_kernel_program (program.pid, "/a\xff", &other, "/a\\xff (elsewhere)");

  g_assert_cmpint (g_unlink (program.path), ==, 0);
  g_assert_true (g_file_set_contents (program.path, "new", -1, NULL));
  check_kernel_program (program.pid, program.path, &file, deleted);
  program_stop (&program);

  /* Its entry in /proc is gone. */
  g_assert_no_errno (stat ("/proc/self/exe", &other));
  check_kernel_program (GONE, "/bin/true", &other, "/bin/true (elsewhere)");
  g_assert_no_errno (stat ("/bin/true", &file));
  check_kernel_program (GONE, "/bin/true", &file, "/bin/true");
}

static void
test_program (void)
{
  static const char *const names[] = { "program", "program (deleted)", "ünï" };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = NULL;
      Program program;

      program_start (&program, names[i]);
      path = program_of (program.pid);
      g_assert_cmpstr (path, ==, program.path);
      program_stop (&program);
    }
}

static void
test_program_deleted (void)
{
  g_autofree char *path = NULL;
  g_autofree char *replaced = NULL;
  g_autofree char *expected = NULL;
  Program program;

  program_start (&program, "program");
  expected = g_strconcat (program.path, " (deleted)", NULL);
  g_assert_cmpint (g_unlink (program.path), ==, 0);
  path = program_of (program.pid);
  g_assert_cmpstr (path, ==, expected);

  /* As after an update: the name leads to another file now. */
  g_assert_true (g_file_set_contents (program.path, "new", -1, NULL));
  replaced = program_of (program.pid);
  g_assert_cmpstr (replaced, ==, expected);
  program_stop (&program);
}

/* A user's own mounts must not make one program pass for another. */
static void
test_program_elsewhere (void)
{
  const char *argv[] = { "unshare",
                         "--mount",
                         "--propagation",
                         "private",
                         "sh",
                         "-c",
                         "mount --bind /bin/cat /bin/true && echo && exec /bin/true",
                         NULL };
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL;
  g_autofree char *link = NULL;
  char ready;
  int input, output;
  GPid pid;

  if (getuid () != 0)
    {
      g_test_skip ("only root can mount");
      return;
    }

  g_assert_true (g_spawn_async_with_pipes (NULL, (char **)argv, NULL,
                                           G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD, NULL,
                                           NULL, &pid, &input, &output, NULL, &error));
  g_assert_no_error (error);
  if (read (output, &ready, 1) != 1)
    g_test_skip ("this machine does not let root mount");
  else
    {
      /* The shell has said that it is about to become the program. */
      const char byte = '\n';

      g_assert_cmpint (write (input, &byte, 1), ==, 1);
      g_assert_cmpint (read (output, &ready, 1), ==, 1);
      link = g_strdup_printf ("/proc/%d/exe", pid);
      path = program_of (pid);
      g_assert_true (g_str_has_suffix (path, "/bin/true (elsewhere)"));
    }
  close (input);
  close (output);
  g_assert_cmpint (waitpid (pid, NULL, 0), ==, pid);
}

/* Files in /proc, as a shell would read them. */
static char *
read_cgroup (GPid pid)
{
  g_autofree char *file = g_strdup_printf ("/proc/%d/cgroup", pid);
  g_autofree char *text = NULL;
  const char *line;

  g_assert_true (g_file_get_contents (file, &text, NULL, NULL));
  line = g_str_has_prefix (text, "0::") ? text : strstr (text, "\n0::");
  return line != NULL ? g_strndup (strchr (line, '/'), strcspn (strchr (line, '/'), "\n")) : NULL;
}

/* cat reads its input first, and stumbles over the rest only when it ends. */
static void
test_command (void)
{
  static const char *const arguments[] = { "-", "", "a b", "line\nend", "\xff\x1b", "", "", NULL };
  const char *expected[] = { NULL, "-", "", "a b", "line\\x0aend", "\\xff\\x1b", NULL };
  g_auto (SnetdProcess) process = { 0 };
  g_autofree char *cgroup = NULL;
  struct snet_event event = { 0 };
  Program program;

  program_start_with (&program, "program", arguments);
  expected[0] = program.path;
  fake_snet_set_process (&event, program.pid);
  snetd_process_read (&event, &process);
  g_assert_cmpstrv (process.command, expected);
  g_assert_cmpstr (process.directory, ==, program.directory);
  cgroup = read_cgroup (program.pid);
  g_assert_cmpstr (process.cgroup, ==, cgroup);
  program_stop (&program);
}

static void
test_command_long (void)
{
  g_autofree char *text = g_strnfill (3000, 'x');
  const char *long_ones[] = { "-", text, text, text, NULL };
  const char *many[101] = { "-" };

  for (guint i = 1; i < 100; i++)
    many[i] = "y";
  for (guint i = 0; i < 2; i++)
    {
      g_auto (SnetdProcess) process = { 0 };
      struct snet_event event = { 0 };
      Program program;
      gsize bytes = 0;

      program_start_with (&program, "program", i == 0 ? many : long_ones);
      fake_snet_set_process (&event, program.pid);
      snetd_process_read (&event, &process);
      for (char **argument = process.command; *argument != NULL; argument++)
        bytes += strlen (*argument) + 1;
      g_assert_cmpuint (g_strv_length (process.command), ==, i == 0 ? SNETD_COMMAND_ARGUMENTS : 4);
      if (i == 1)
        g_assert_cmpuint (bytes, ==, SNETD_COMMAND_BYTES + 1); /* the last has lost its end */
      program_stop (&program);
    }
}

static void
check_known (SnetdProcesses *processes, const struct snet_event *event, gboolean known)
{
  g_auto (SnetdProcess) process = { 0 };

  snetd_processes_read (processes, event, &process);
  g_assert_cmpint (process.directory != NULL, ==, known);
  g_assert_cmpint (process.command != NULL, ==, known);
}

/* Told from each other by whether the process, which has ended, is still known. */
static void
test_lately (void)
{
  g_autoptr (SnetdProcesses) processes = snetd_processes_new ();
  struct snet_event event = { 0 }, later, other;
  Program program;

  program_start (&program, "program");
  fake_snet_set_process (&event, program.pid);
  event.process = 7;
  event.cgroup = 100;
  event.time_ns = 5000000000;
  check_known (processes, &event, TRUE);
  program_stop (&program);

  check_known (processes, &event, TRUE);
  later = event;
  later.time_ns += 999999999;
  check_known (processes, &later, TRUE);

  /* What executes something else has another number, also where it is kept in the same place. */
  other = event;
  other.process += 64;
  check_known (processes, &other, FALSE);
  check_known (processes, &event, FALSE);
}

static void
test_not_lately (gconstpointer data)
{
  g_autoptr (SnetdProcesses) processes = snetd_processes_new ();
  struct snet_event event = { 0 };
  const char *change = data;
  Program program;

  program_start (&program, "program");
  fake_snet_set_process (&event, program.pid);
  event.process = g_str_equal (change, "no-number") ? 0 : 7;
  event.cgroup = 100;
  event.time_ns = 5000000000;
  check_known (processes, &event, TRUE);
  program_stop (&program);

  if (g_str_equal (change, "cgroup"))
    event.cgroup = 101;
  else if (g_str_equal (change, "later"))
    event.time_ns += 1000000000;
  else if (g_str_equal (change, "earlier"))
    event.time_ns -= 1;
  check_known (processes, &event, FALSE);
}

static void
check_nothing_known (const struct snet_event *event)
{
  g_auto (SnetdProcess) process = { 0 };

  snetd_process_read (event, &process);
  g_assert_null (process.program);
  g_assert_null (process.command);
  g_assert_null (process.directory);
  g_assert_null (process.cgroup);
  g_assert_null (process.unit);
  g_assert_null (process.app);
}

/* Another process has that number by now: it is not taken for the one that was meant. */
static void
test_other_process (void)
{
  struct snet_event event = { 0 };
  Program program;

  program_start (&program, "program");
  fake_snet_set_process (&event, program.pid);
  event.start_time_ns -= G_USEC_PER_SEC * 1000 / sysconf (_SC_CLK_TCK);
  check_nothing_known (&event);

  /* Nor one of which it is not known. */
  fake_snet_set_process (&event, program.pid);
  event.fields = 0;
  check_nothing_known (&event);

  fake_snet_set_process (&event, program.pid);
  program_stop (&program);
  check_nothing_known (&event);
}

/* A name can be made to look like the rest of the line. */
static void
test_strange_name (void)
{
  g_auto (SnetdProcess) process = { 0 };
  struct snet_event event = { 0 };
  Program program;

  program_start (&program, ") R 1 2 3 (x y");
  fake_snet_set_process (&event, program.pid);
  snetd_process_read (&event, &process);
  g_assert_cmpstr (process.program, ==, program.path);
  program_stop (&program);
}

int
main (int argc, char **argv)
{
  setlocale (LC_ALL, "C.UTF-8");
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/process/text", test_text);
  g_test_add_func ("/process/program", test_program);
  g_test_add_func ("/process/program-deleted", test_program_deleted);
  g_test_add_func ("/process/program-of-kernel", test_program_of_kernel);
  g_test_add_func ("/process/program-elsewhere", test_program_elsewhere);
  g_test_add_func ("/process/command", test_command);
  g_test_add_func ("/process/command-long", test_command_long);
  g_test_add_func ("/process/other-process", test_other_process);
  g_test_add_func ("/process/lately", test_lately);
  g_test_add_data_func ("/process/not-lately/cgroup", "cgroup", test_not_lately);
  g_test_add_data_func ("/process/not-lately/later", "later", test_not_lately);
  g_test_add_data_func ("/process/not-lately/earlier", "earlier", test_not_lately);
  g_test_add_data_func ("/process/not-lately/no-number", "no-number", test_not_lately);
  g_test_add_func ("/process/strange-name", test_strange_name);
  g_test_add_func ("/process/ended", test_ended);
  g_test_add_func ("/cgroup/path", test_cgroup_path);
  g_test_add_func ("/cgroup/unit", test_cgroup_unit);
  g_test_add_func ("/cgroup/app", test_cgroup_app);

  return g_test_run ();
}
