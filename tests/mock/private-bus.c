/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE /* unshare(), setgroups() */
#include "private-bus.h"

#include <glib/gstdio.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define WAIT_SECONDS 30
#define SNET_GID     64999

struct PrivateBus
{
  char *directory;
  char *config;
  char *groups;
  char *address;
  GPid pid;
};

/* As /usr/share/dbus-1/system.conf, with room for a polkit and a logind of the test's. */
static const char config_template[] =
  "<busconfig>\n"
  "  <type>system</type>\n"
  "  <listen>unix:path=%s/bus</listen>\n"
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

/*
 * A test that fails leaves no bus behind. The bus reads in /etc/group that there is a
 * group snet; it is shown another file there than all else on this machine.
 */
static void
prepare_bus (gpointer groups)
{
  prctl (PR_SET_PDEATHSIG, SIGKILL);
  if (unshare (CLONE_NEWNS) == 0 && mount ("none", "/", "none", MS_REC | MS_PRIVATE, NULL) == 0)
    mount (groups, "/etc/group", "none", MS_BIND, NULL);
}

/* The groups of this machine, but for the one. */
static void
write_groups (PrivateBus *bus)
{
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  g_autoptr (GString) groups = g_string_new (NULL);
  g_autoptr (GError) error = NULL;

  g_file_get_contents ("/etc/group", &text, NULL, &error);
  g_assert_no_error (error);
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      if (lines[i][0] != '\0' && !g_str_has_prefix (lines[i], "snet:"))
        g_string_append_printf (groups, "%s\n", lines[i]);
    }
  g_string_append (groups, "snet:x:" G_STRINGIFY (SNET_GID) ":" PRIVATE_BUS_MEMBER "\n");
  g_assert_true (g_file_set_contents (bus->groups, groups->str, -1, NULL));
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
  g_autofree char *said = NULL;
  int output;

  g_spawn_async_with_pipes (NULL, (char **)argv, NULL,
                            G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD, prepare_bus,
                            bus->groups, &bus->pid, NULL, &output, NULL, &error);
  g_assert_no_error (error);

  /* It can be connected to when it has said where. */
  channel = g_io_channel_unix_new (output);
  g_io_channel_set_close_on_unref (channel, TRUE);
  g_io_channel_read_line (channel, &said, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (said);
}

static void
stop_daemon (PrivateBus *bus)
{
  g_assert_cmpint (kill (bus->pid, SIGTERM), ==, 0);
  g_assert_cmpint (waitpid (bus->pid, NULL, 0), ==, bus->pid);
}

PrivateBus *
private_bus_new (const char *snet_policy)
{
  PrivateBus *bus = g_new0 (PrivateBus, 1);
  g_autofree char *config = NULL;
  g_autoptr (GError) error = NULL;

  bus->directory = g_dir_make_tmp ("snet-bus-XXXXXX", &error);
  g_assert_no_error (error);
  g_assert_no_errno (g_chmod (bus->directory, 0755));
  config = g_strdup_printf (config_template, bus->directory, snet_policy);
  bus->address = g_strdup_printf ("unix:path=%s/bus", bus->directory);
  bus->config = g_build_filename (bus->directory, "bus.conf", NULL);
  g_assert_true (g_file_set_contents (bus->config, config, -1, NULL));
  bus->groups = g_build_filename (bus->directory, "group", NULL);
  write_groups (bus);
  start_daemon (bus);
  g_setenv ("DBUS_SYSTEM_BUS_ADDRESS", bus->address, TRUE);
  return bus;
}

void
private_bus_stop (PrivateBus *bus)
{
  stop_daemon (bus);
  bus->pid = 0;
}

void
private_bus_start (PrivateBus *bus)
{
  g_assert_cmpint (bus->pid, ==, 0);
  start_daemon (bus);
}

void
private_bus_free (PrivateBus *bus)
{
  g_autofree char *socket = g_build_filename (bus->directory, "bus", NULL);

  if (bus->pid != 0)
    stop_daemon (bus);
  g_unlink (socket);
  g_unlink (bus->config);
  g_unlink (bus->groups);
  g_rmdir (bus->directory);
  g_free (bus->config);
  g_free (bus->groups);
  g_free (bus->directory);
  g_free (bus->address);
  g_free (bus);
}

const char *
private_bus_address (PrivateBus *bus)
{
  return bus->address;
}

gboolean
private_bus_has_member (PrivateBus *bus)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/ns/mnt", (int)bus->pid);
  g_autofree char *of_bus = g_file_read_link (path, NULL);
  g_autofree char *own = g_file_read_link ("/proc/self/ns/mnt", NULL);

  return g_strcmp0 (own, of_bus) != 0;
}

void
private_bus_call (GDBusConnection *connection, const char *method, GVariant *arguments)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) result = NULL;

  result = g_dbus_connection_call_sync (connection, "org.freedesktop.DBus", "/org/freedesktop/DBus",
                                        "org.freedesktop.DBus", method, arguments, NULL, 0, -1,
                                        NULL, &error);
  g_assert_no_error (error);
}

static GDBusConnection *
connect_as (PrivateBus *bus, guint32 uid)
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

/* The bus goes by the socket's groups, and only one user has any that matter. */
static GDBusConnection *
connect_as_member (PrivateBus *bus)
{
  const gid_t member_group = SNET_GID;
  g_autofree gid_t *groups = NULL;
  GDBusConnection *connection;
  int n_groups = getgroups (0, NULL);

  g_assert_cmpint (n_groups, >=, 0);
  groups = g_new (gid_t, (gsize)n_groups + 1);
  g_assert_cmpint (getgroups (n_groups, groups), ==, n_groups);
  g_assert_cmpint (setgroups (1, &member_group), ==, 0);
  connection = connect_as (bus, PRIVATE_BUS_MEMBER_UID);
  g_assert_cmpint (setgroups ((size_t)n_groups, groups), ==, 0);
  return connection;
}

GDBusConnection *
private_bus_connect (PrivateBus *bus, guint32 uid)
{
  return uid == PRIVATE_BUS_MEMBER_UID ? connect_as_member (bus) : connect_as (bus, uid);
}

static gboolean
expired_cb (gpointer user_data)
{
  g_error ("waited too long for %s", (const char *)user_data);
  return G_SOURCE_REMOVE;
}

/* As many times longer as the environment says, for who makes all of it slow. */
static guint
bound (void)
{
  const char *patience = g_getenv ("SNET_TEST_PATIENCE");

  return WAIT_SECONDS * (patience != NULL ? (guint)MAX (atoi (patience), 1) : 1);
}

void
wait_until (WaitCondition condition, gpointer user_data, const char *what)
{
  guint timer = g_timeout_add_seconds (bound (), expired_cb, (gpointer)what);

  while (!condition (user_data))
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (timer);
}
