/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "private-bus.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define WAIT_SECONDS 30

struct PrivateBus
{
  char *directory;
  char *config;
  char *address;
  GPid pid;
};

/* As /usr/share/dbus-1/system.conf, with room for a polkit and a logind of the test's. */
static const char config_template[] =
  "<busconfig>\n"
  "  <type>system</type>\n"
  "  <listen>unix:tmpdir=/tmp</listen>\n"
  "  <auth>EXTERNAL</auth>\n"
  "  <policy context='default'>\n"
  "    <allow user='*'/>\n"
  "    <deny own='*'/>\n"
  "    <deny send_type='method_call'/>\n"
  "    <allow send_type='signal'/>\n"
  "    <allow send_requested_reply='true' send_type='method_return'/>\n"
  "    <allow send_requested_reply='true' send_type='error'/>\n"
  "    <allow receive_type='method_call'/>\n"
  "    <allow receive_type='method_return'/>\n"
  "    <allow receive_type='error'/>\n"
  "    <allow receive_type='signal'/>\n"
  "    <allow send_destination='org.freedesktop.DBus'/>\n"
  "    <allow send_destination='org.freedesktop.PolicyKit1'/>\n"
  "    <allow send_destination='org.freedesktop.login1'/>\n"
  "  </policy>\n"
  "  <policy user='root'>\n"
  "    <allow own='org.freedesktop.PolicyKit1'/>\n"
  "    <allow own='org.freedesktop.login1'/>\n"
  "  </policy>\n"
  "  <include>%s</include>\n"
  "</busconfig>\n";

/* A test that fails leaves no bus behind. */
static void
die_with_parent (gpointer unused)
{
  prctl (PR_SET_PDEATHSIG, SIGKILL);
}

static void
start_daemon (PrivateBus *bus)
{
  g_autofree char *option = g_strdup_printf ("--config-file=%s", bus->config);
  const char *argv[] = {
    "dbus-daemon", option, "--nofork", "--nopidfile", "--print-address", NULL
  };
  g_autoptr (GIOChannel) channel = NULL;
  g_autoptr (GError) error = NULL;
  int output;

  g_spawn_async_with_pipes (NULL, (char **)argv, NULL,
                            G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD, die_with_parent, NULL,
                            &bus->pid, NULL, &output, NULL, &error);
  g_assert_no_error (error);

  channel = g_io_channel_unix_new (output);
  g_io_channel_set_close_on_unref (channel, TRUE);
  g_io_channel_read_line (channel, &bus->address, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (bus->address);
  g_strstrip (bus->address);
}

PrivateBus *
private_bus_new (const char *snet_policy)
{
  PrivateBus *bus = g_new0 (PrivateBus, 1);
  g_autofree char *config = g_strdup_printf (config_template, snet_policy);
  g_autoptr (GError) error = NULL;

  bus->directory = g_dir_make_tmp ("snet-bus-XXXXXX", &error);
  g_assert_no_error (error);
  bus->config = g_build_filename (bus->directory, "bus.conf", NULL);
  g_assert_true (g_file_set_contents (bus->config, config, -1, NULL));
  start_daemon (bus);
  g_setenv ("DBUS_SYSTEM_BUS_ADDRESS", bus->address, TRUE);
  return bus;
}

void
private_bus_free (PrivateBus *bus)
{
  g_assert_cmpint (kill (bus->pid, SIGTERM), ==, 0);
  g_assert_cmpint (waitpid (bus->pid, NULL, 0), ==, bus->pid);
  g_unlink (bus->config);
  g_rmdir (bus->directory);
  g_free (bus->config);
  g_free (bus->directory);
  g_free (bus->address);
  g_free (bus);
}

const char *
private_bus_address (PrivateBus *bus)
{
  return bus->address;
}

GDBusConnection *
private_bus_connect (PrivateBus *bus, guint32 uid)
{
  g_autoptr (GError) error = NULL;
  GDBusConnection *connection;

  /* Who a connection is, is settled while it is made. */
  g_assert_cmpint (seteuid (uid), ==, 0);
  connection = g_dbus_connection_new_for_address_sync (
    bus->address,
    G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT | G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
    NULL, NULL, &error);
  g_assert_cmpint (seteuid (getuid ()), ==, 0);
  g_assert_no_error (error);
  return connection;
}

static gboolean
expired_cb (gpointer user_data)
{
  g_error ("waited for %s for %d seconds", (const char *)user_data, WAIT_SECONDS);
  return G_SOURCE_REMOVE;
}

void
wait_until (WaitCondition condition, gpointer user_data, const char *what)
{
  guint timer = g_timeout_add_seconds (WAIT_SECONDS, expired_cb, (gpointer)what);

  while (!condition (user_data))
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (timer);
}
