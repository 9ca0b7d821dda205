/* SPDX-License-Identifier: GPL-2.0-or-later */
/* snetd as a process: options, exit status, and what systemd is told. */
#include <glib/gstdio.h>
#include <gio/gunixsocketaddress.h>
#include <locale.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "private-bus.h"
#include "snet-names.h"

#define EXIT_USAGE 2

static PrivateBus *bus;

typedef struct
{
  char *directory;
  char *notify_path;
  GSocket *notify;      /* what snetd tells systemd */
  const char *watchdog; /* microseconds; NULL: systemd does not watch */
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GSocketAddress) address = NULL;
  g_autoptr (GError) error = NULL;

  fixture->directory = g_dir_make_tmp ("snetd-XXXXXX", &error);
  g_assert_no_error (error);
  fixture->notify_path = g_build_filename (fixture->directory, "notify", NULL);
  fixture->notify = g_socket_new (G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_DATAGRAM, 0, &error);
  g_assert_no_error (error);
  address = g_unix_socket_address_new (fixture->notify_path);
  g_assert_true (g_socket_bind (fixture->notify, address, TRUE, &error));
  g_assert_no_error (error);
  g_socket_set_timeout (fixture->notify, 30);
}

static void
tear_down (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GDir) dir = g_dir_open (fixture->directory, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (fixture->directory, name, NULL);

      g_unlink (path);
    }
  g_rmdir (fixture->directory);
  g_object_unref (fixture->notify);
  g_free (fixture->notify_path);
  g_free (fixture->directory);
}

static GSubprocess *
start (Fixture *fixture, const char *bus_address, const char *option, ...)
{
  g_autoptr (GSubprocessLauncher) launcher =
    g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE);
  g_autoptr (GPtrArray) argv = g_ptr_array_new ();
  g_autoptr (GError) error = NULL;
  GSubprocess *snetd;
  va_list list;

  g_ptr_array_add (argv, (char *)g_getenv ("SNETD"));
  va_start (list, option);
  for (const char *next = option; next != NULL; next = va_arg (list, const char *))
    g_ptr_array_add (argv, (char *)next);
  va_end (list);
  g_ptr_array_add (argv, NULL);

  g_subprocess_launcher_setenv (launcher, "DBUS_SYSTEM_BUS_ADDRESS", bus_address, TRUE);
  g_subprocess_launcher_setenv (launcher, "NOTIFY_SOCKET", fixture->notify_path, TRUE);
  g_subprocess_launcher_setenv (launcher, "STATE_DIRECTORY", fixture->directory, TRUE);
  if (fixture->watchdog != NULL)
    g_subprocess_launcher_setenv (launcher, "WATCHDOG_USEC", fixture->watchdog, TRUE);
  snetd = g_subprocess_launcher_spawnv (launcher, (const char *const *)argv->pdata, &error);
  g_assert_no_error (error);
  return snetd;
}

/* Waits for its end; says: what it must have printed, NULL: nothing in particular. */
static void
check_exit (GSubprocess *snetd, int status, const char *says)
{
  g_autofree char *output = NULL;
  g_autofree char *errors = NULL;
  g_autofree char *all = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (g_subprocess_communicate_utf8 (snetd, NULL, NULL, &output, &errors, &error));
  g_assert_no_error (error);
  all = g_strconcat (output, errors, NULL);
  g_test_message ("%s", all);
  g_assert_true (g_subprocess_get_if_exited (snetd));
  g_assert_cmpint (g_subprocess_get_exit_status (snetd), ==, status);
  if (says != NULL)
    g_assert_nonnull (strstr (all, says));
}

static char *
next_notification (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;
  char message[256] = "";

  g_socket_receive (fixture->notify, message, sizeof message - 1, NULL, &error);
  g_assert_no_error (error);
  return g_strdup (message);
}

static void
check_notified (Fixture *fixture, const char *what)
{
  g_autofree char *message = next_notification (fixture);

  g_assert_cmpstr (message, ==, what);
}

static void
test_options (Fixture *fixture, gconstpointer unused)
{
  static const struct
  {
    const char *option;
    int status;
    const char *says;
  } cases[] = {
    { "--version", 0, "snetd " SNET_TEST_VERSION },
    { "--help", 0, "--state-dir" },
    { "--colour", EXIT_USAGE, "--colour" },
    { "please", EXIT_USAGE, "please" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GSubprocess) snetd =
        start (fixture, private_bus_address (bus), cases[i].option, NULL);

      check_exit (snetd, cases[i].status, cases[i].says);
    }
}

static void
test_no_bus (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GSubprocess) snetd = start (fixture, "unix:path=/nowhere/bus", NULL);

  check_exit (snetd, 1, "system bus cannot be reached");
}

static char *
name_owner (void)
{
  g_autoptr (GDBusConnection) connection = private_bus_connect (bus, getuid ());
  g_autoptr (GVariant) reply = NULL;
  char *owner = NULL;

  reply = g_dbus_connection_call_sync (
    connection, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
    "GetNameOwner", g_variant_new ("(s)", SNET_BUS_NAME), NULL, 0, -1, NULL, NULL);
  if (reply != NULL)
    g_variant_get (reply, "(s)", &owner);
  return owner;
}

/* Ready is said when the name can be called, and not before. */
static void
test_life (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *rules_db = g_build_filename (fixture->directory, "rules.db", NULL);
  g_autofree char *owner = NULL;
  g_autofree char *after = NULL;
  g_autoptr (GSubprocess) snetd = start (fixture, private_bus_address (bus), NULL);
  g_autoptr (GSubprocess) second = NULL;

  check_notified (fixture, "READY=1");
  owner = name_owner ();
  g_assert_nonnull (owner);
  g_assert_true (g_file_test (rules_db, G_FILE_TEST_EXISTS));

  second = start (fixture, private_bus_address (bus), NULL);
  check_exit (second, 1, "org.snet cannot be owned");
  check_notified (fixture, "STOPPING=1");

  g_subprocess_send_signal (snetd, SIGTERM);
  check_notified (fixture, "STOPPING=1");
  check_exit (snetd, 0, NULL);
  after = name_owner ();
  g_assert_null (after);
}

/* systemd is told when a reload began, on its own clock, and that it is over. */
static void
check_reload (Fixture *fixture, GSubprocess *snetd)
{
  const gint64 before = g_get_monotonic_time ();
  g_autofree char *message = NULL;
  guint64 began;

  g_subprocess_send_signal (snetd, SIGHUP);
  message = next_notification (fixture);
  g_assert_true (g_str_has_prefix (message, "RELOADING=1\nMONOTONIC_USEC="));
  began = g_ascii_strtoull (strrchr (message, '=') + 1, NULL, 10);
  g_assert_cmpuint (began, >=, before);
  g_assert_cmpuint (began, <=, g_get_monotonic_time ());
  check_notified (fixture, "READY=1");
}

static void
test_hang_up (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *config = g_build_filename (fixture->directory, "snetd.conf", NULL);
  g_autoptr (GSubprocess) snetd =
    start (fixture, private_bus_address (bus), "--config", config, NULL);

  check_notified (fixture, "READY=1");
  check_reload (fixture, snetd);
  /* It goes on with what it had. */
  g_assert_true (g_file_set_contents (config, "[Verdict]\nDelay=never\n", -1, NULL));
  check_reload (fixture, snetd);
  check_reload (fixture, snetd);

  g_subprocess_send_signal (snetd, SIGTERM);
  check_notified (fixture, "STOPPING=1");
  check_exit (snetd, 0, "Delay=never");
}

static void
check_watchdog (Fixture *fixture, const char *period, guint times)
{
  g_autoptr (GSubprocess) snetd = NULL;

  fixture->watchdog = period;
  snetd = start (fixture, private_bus_address (bus), NULL);
  check_notified (fixture, "READY=1");
  for (guint i = 0; i < times; i++)
    check_notified (fixture, "WATCHDOG=1");
  g_subprocess_send_signal (snetd, SIGTERM);
  check_exit (snetd, 0, NULL);
}

static void
test_watchdog (Fixture *fixture, gconstpointer unused)
{
  check_watchdog (fixture, "200000", 3);
}

/* Seconds are timed so that they need no wake-up of their own. */
static void
test_watchdog_seconds (Fixture *fixture, gconstpointer unused)
{
  check_watchdog (fixture, "2000000", 1);
}

/* It does not end with the bus, but waits for the next one, and says so. */
static void
test_bus_ends (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *owner = NULL;
  g_autoptr (GSubprocess) snetd = start (fixture, private_bus_address (bus), NULL);

  check_notified (fixture, "READY=1");
  private_bus_stop (bus);
  private_bus_start (bus);
  check_notified (fixture, "READY=1");
  owner = name_owner ();
  g_assert_nonnull (owner);

  /* And can be told to end while there is none. */
  private_bus_stop (bus);
  g_subprocess_send_signal (snetd, SIGTERM);
  check_notified (fixture, "STOPPING=1");
  check_exit (snetd, 0, "The connection to the bus is lost");
  private_bus_start (bus);
}

static void
test_session (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GSubprocess) snetd = NULL;

  g_setenv ("DBUS_SESSION_BUS_ADDRESS", private_bus_address (bus), TRUE);
  snetd = start (fixture, "unix:path=/nowhere/bus", "--session", "--state-dir", fixture->directory,
                 "--config", "/nowhere/snetd.conf", NULL);
  check_notified (fixture, "READY=1");
  g_subprocess_send_signal (snetd, SIGINT);
  check_exit (snetd, 0, NULL);
}

int
main (int argc, char **argv)
{
  int status;

  setlocale (LC_ALL, "C.UTF-8");
  g_test_init (&argc, &argv, NULL);
  if (getuid () != 0)
    {
      g_print ("1..0 # SKIP only root may own the name on a system bus\n");
      return 0;
    }
  bus = private_bus_new (SNET_TEST_DATA "/org.snet.conf");

#define ADD(name, function) g_test_add (name, Fixture, NULL, set_up, function, tear_down)
  ADD ("/process/options", test_options);
  ADD ("/process/no-bus", test_no_bus);
  ADD ("/process/life", test_life);
  ADD ("/process/hang-up", test_hang_up);
  ADD ("/process/watchdog", test_watchdog);
  ADD ("/process/watchdog-seconds", test_watchdog_seconds);
  ADD ("/process/bus-ends", test_bus_ends);
  ADD ("/process/session", test_session);
#undef ADD

  status = g_test_run ();
  private_bus_free (bus);
  return status;
}
