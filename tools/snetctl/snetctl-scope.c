// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <glib/gi18n.h>
#include <string.h>
#include <unistd.h>

#include "snetctl-scope.h"

#define NAME      "org.freedesktop.systemd1"
#define PATH      "/org/freedesktop/systemd1"
#define INTERFACE "org.freedesktop.systemd1.Manager"
/* More than moving a process takes; without an answer there is no scope. */
#define WAIT_MS 10000

typedef struct
{
  GMainLoop *loop;
  char *job;    /* of the start; NULL: not known yet */
  char *result; /* of it */
  GHashTable *over;
} Start;

static gboolean
give_up_cb (gpointer data)
{
  g_main_loop_quit (((Start *)data)->loop);
  return G_SOURCE_CONTINUE;
}

static void
check_over (Start *start)
{
  const char *result = start->job ? g_hash_table_lookup (start->over, start->job) : NULL;

  if (!result || start->result)
    return;
  start->result = g_strdup (result);
  g_main_loop_quit (start->loop);
}

/* It can come before the reply that says which job it is. */
static void
removed_cb (GDBusConnection *bus,
            const char *sender,
            const char *path,
            const char *interface,
            const char *name,
            GVariant *arguments,
            gpointer data)
{
  Start *start = data;
  const char *job;
  const char *result;

  if (!g_variant_is_of_type (arguments, G_VARIANT_TYPE ("(uoss)")))
    return;
  g_variant_get (arguments, "(u&o&s&s)", NULL, &job, NULL, &result);
  g_hash_table_insert (start->over, g_strdup (job), g_strdup (result));
  check_over (start);
}

static GVariant *
call (GDBusConnection *bus, const char *method, GVariant *arguments, GError **error)
{
  return g_dbus_connection_call_sync (bus, NAME, PATH, INTERFACE, method, arguments, NULL,
                                      G_DBUS_CALL_FLAGS_NONE, WAIT_MS, NULL, error);
}

static GVariant *
make_arguments (GPid pid, const char *description)
{
  g_autofree char *unit = g_strdup_printf ("snetctl-run-%d-%08x.scope", (int)pid, g_random_int ());
  GVariantBuilder properties;
  const guint32 pids[] = { (guint32)pid };

  g_variant_builder_init (&properties, G_VARIANT_TYPE ("a(sv)"));
  g_variant_builder_add (&properties, "(sv)", "Description", g_variant_new_string (description));
  g_variant_builder_add (&properties, "(sv)", "CollectMode",
                         g_variant_new_string ("inactive-or-failed"));
  g_variant_builder_add (
    &properties, "(sv)", "PIDs",
    g_variant_new_fixed_array (G_VARIANT_TYPE_UINT32, pids, G_N_ELEMENTS (pids), sizeof *pids));
  return g_variant_new ("(ssa(sv)a(sa(sv)))", unit, "fail", &properties, NULL);
}

static gboolean
wait_for_job (Start *start, GError **error)
{
  guint timer = g_timeout_add (WAIT_MS, give_up_cb, start);

  start->loop = g_main_loop_new (NULL, FALSE);
  check_over (start);
  if (!start->result)
    g_main_loop_run (start->loop);
  g_source_remove (timer);
  g_main_loop_unref (start->loop);
  if (g_strcmp0 (start->result, "done") == 0)
    return TRUE;
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, _ ("systemd has made no scope: %s"),
               start->result ? start->result : _ ("no answer"));
  return FALSE;
}

static gboolean
start_on (GDBusConnection *bus, GPid pid, const char *description, Start *start, GError **error)
{
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GVariant) subscribed = call (bus, "Subscribe", NULL, error);

  if (!subscribed)
    return FALSE;
  reply = call (bus, "StartTransientUnit", make_arguments (pid, description), error);
  if (!reply || !g_variant_is_of_type (reply, G_VARIANT_TYPE ("(o)")))
    return FALSE;
  g_variant_get (reply, "(o)", &start->job);
  return wait_for_job (start, error);
}

gboolean
snetctl_scope_start (GPid pid, const char *description, GError **error)
{
  g_autoptr (GDBusConnection) bus =
    g_bus_get_sync (getuid () == 0 ? G_BUS_TYPE_SYSTEM : G_BUS_TYPE_SESSION, NULL, error);
  Start start = { 0 };
  guint subscription;
  gboolean started;

  if (!bus)
    return FALSE;
  g_dbus_connection_set_exit_on_close (bus, FALSE);
  start.over = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  subscription =
    g_dbus_connection_signal_subscribe (bus, NAME, INTERFACE, "JobRemoved", PATH, NULL,
                                        G_DBUS_SIGNAL_FLAGS_NONE, removed_cb, &start, NULL);
  started = start_on (bus, pid, description, &start, error);
  g_dbus_connection_signal_unsubscribe (bus, subscription);
  g_hash_table_unref (start.over);
  g_free (start.job);
  g_free (start.result);
  return started;
}

char *
snetctl_scope_of (GPid pid)
{
  g_autofree char *file = g_strdup_printf ("/proc/%d/cgroup", (int)pid);
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;

  if (!g_file_get_contents (file, &text, NULL, NULL))
    return NULL;
  lines = g_strsplit (text, "\n", -1);
  for (char **line = lines; *line; line++)
    if (g_str_has_prefix (*line, "0::/"))
      return g_strdup (*line + strlen ("0::"));
  return NULL;
}
