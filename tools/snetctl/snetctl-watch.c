// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <glib-unix.h>
#include <glib/gi18n.h>
#include <grp.h>
#include <pwd.h>
#include <unistd.h>

#include "snet-dbus-generated.h"
#include "snet-names.h"

#include "snetctl-bus.h"
#include "snetctl-watch.h"

#define GROUP       "snet"
#define OBJECT_PATH "/org/snet/Snetctl/Watcher"
#define GROUPS_MAX  65536

typedef SnetctlWatch Watch;

struct _SnetctlWatch
{
  const SnetctlWatchFuncs *funcs;
  gpointer user_data;
  SnetctlWatchFailed failed;
  gpointer failed_data;
  GDBusConnection *bus;
  GCancellable *cancellable;
  SnetDBusAgent *watcher; /* NULL: of who hears the signals */
  guint subscription;     /* likewise the other way */
  guint name;
  char *owner; /* of the name of snetd; NULL: it does not run */
  gboolean has_been_there;
};

/* As the bus sees it: by what the system knows of the user, not by the groups of a process. */
gboolean
snetctl_watch_hears_all (void)
{
  const struct group *group = getgrnam (GROUP);
  const gid_t wanted = group ? group->gr_gid : 0;
  const struct passwd *user = getpwuid (geteuid ());
  int n_groups = GROUPS_MAX;
  g_autofree gid_t *groups = NULL;

  if (geteuid () == 0)
    return TRUE;
  if (!group || !user)
    return FALSE;
  groups = g_new (gid_t, GROUPS_MAX);
  if (getgrouplist (user->pw_name, user->pw_gid, groups, &n_groups) < 0)
    return FALSE;
  for (int i = 0; i < n_groups; i++)
    if (groups[i] == wanted)
      return TRUE;
  return FALSE;
}

static void
tell_recorded (Watch *watch)
{
  if (watch->funcs->recorded)
    watch->funcs->recorded (watch->user_data);
}

static void
signal_cb (GDBusConnection *bus,
           const char *sender,
           const char *path,
           const char *interface,
           const char *name,
           GVariant *arguments,
           gpointer user_data)
{
  Watch *watch = user_data;
  const SnetctlWatchFuncs *funcs = watch->funcs;
  g_autoptr (GVariant) event = NULL;
  const char *reason;
  guint64 id;

  if (g_str_equal (name, "Requested") &&
      g_variant_is_of_type (arguments, G_VARIANT_TYPE ("(ta{sv})")))
    {
      event = g_variant_get_child_value (arguments, 1);
      if (funcs->requested)
        funcs->requested (event, watch->user_data);
    }
  else if (g_str_equal (name, "Decided") &&
           g_variant_is_of_type (arguments, G_VARIANT_TYPE ("(tsa{sv})")))
    {
      event = g_variant_get_child_value (arguments, 2);
      if (funcs->decided)
        funcs->decided (event, watch->user_data);
    }
  else if (g_str_equal (name, "Cancelled") &&
           g_variant_is_of_type (arguments, G_VARIANT_TYPE ("(ts)")))
    {
      g_variant_get (arguments, "(t&s)", &id, &reason);
      if (funcs->cancelled)
        funcs->cancelled (id, reason, watch->user_data);
    }
  else if (g_str_equal (name, "Recorded"))
    tell_recorded (watch);
}

/* Of who watches. */

static gboolean
handle_decided_cb (SnetDBusAgent *watcher,
                   GDBusMethodInvocation *invocation,
                   guint64 id,
                   const char *verdict,
                   GVariant *event,
                   Watch *watch)
{
  if (g_strcmp0 (g_dbus_method_invocation_get_sender (invocation), watch->owner) != 0)
    {
      g_dbus_method_invocation_return_error_literal (
        invocation, G_DBUS_ERROR, G_DBUS_ERROR_ACCESS_DENIED, "Only snetd tells what was decided");
      return TRUE;
    }
  snet_dbus_agent_complete_decided (watcher, invocation);
  if (watch->funcs->decided)
    watch->funcs->decided (event, watch->user_data);
  tell_recorded (watch);
  return TRUE;
}

static void
watching_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Watch *watch = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply =
    g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (reply)
    tell_recorded (watch);
  /* It has gone again: that is told by its name. */
  else if (watch->owner)
    watch->failed (error, watch->failed_data);
}

static void
appeared_cb (GDBusConnection *bus, const char *name, const char *owner, gpointer user_data)
{
  Watch *watch = user_data;

  g_free (watch->owner);
  watch->owner = g_strdup (owner);
  if (watch->has_been_there)
    g_printerr ("%s\n", _ ("snetctl: snetd is there again."));
  watch->has_been_there = TRUE;
  if (watch->watcher)
    g_dbus_connection_call (bus, owner, SNET_OBJECT_PATH, SNET_INTERFACE_AGENTS, "Watch",
                            g_variant_new ("(o)", OBJECT_PATH), NULL,
                            G_DBUS_CALL_FLAGS_NO_AUTO_START, -1, watch->cancellable, watching_cb,
                            watch);
  else
    tell_recorded (watch);
}

static void
vanished_cb (GDBusConnection *bus, const char *name, gpointer user_data)
{
  Watch *watch = user_data;

  /* Also called once at the beginning, if it does not run. */
  if (watch->has_been_there && !watch->owner)
    return;
  g_clear_pointer (&watch->owner, g_free);
  watch->has_been_there = TRUE;
  g_printerr ("%s\n", _ ("snetctl: snetd does not run; waiting until it does."));
}

static void
closed_cb (GDBusConnection *bus, gboolean vanished, GError *error, gpointer user_data)
{
  Watch *watch = user_data;
  g_autoptr (GError) closed =
    g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CLOSED, _ ("the system bus is gone"));

  watch->failed (closed, watch->failed_data);
}

static gboolean
begin (Watch *watch, GError **error)
{
  if (snetctl_watch_hears_all ())
    {
      watch->subscription = g_dbus_connection_signal_subscribe (
        watch->bus, SNET_BUS_NAME, SNET_INTERFACE_EVENTS, NULL, SNET_OBJECT_PATH, NULL,
        G_DBUS_SIGNAL_FLAGS_NONE, signal_cb, watch, NULL);
      return TRUE;
    }
  watch->watcher = snet_dbus_agent_skeleton_new ();
  g_signal_connect (watch->watcher, "handle-decided", G_CALLBACK (handle_decided_cb), watch);
  return g_dbus_interface_skeleton_export (G_DBUS_INTERFACE_SKELETON (watch->watcher), watch->bus,
                                           OBJECT_PATH, error);
}

SnetctlWatch *
snetctl_watch_new (const SnetctlWatchFuncs *funcs,
                   gpointer user_data,
                   SnetctlWatchFailed failed,
                   gpointer failed_data,
                   GError **error)
{
  SnetctlWatch *self;
  GDBusConnection *bus = snetctl_bus_get (error);

  if (!bus)
    return NULL;
  self = g_new0 (SnetctlWatch, 1);
  self->funcs = funcs;
  self->user_data = user_data;
  self->failed = failed;
  self->failed_data = failed_data;
  self->bus = bus;
  self->cancellable = g_cancellable_new ();
  g_dbus_connection_set_exit_on_close (bus, FALSE);
  g_signal_connect (bus, "closed", G_CALLBACK (closed_cb), self);
  if (!begin (self, error))
    {
      snetctl_watch_free (self);
      return NULL;
    }
  self->name = g_bus_watch_name_on_connection (bus, SNET_BUS_NAME, G_BUS_NAME_WATCHER_FLAGS_NONE,
                                               appeared_cb, vanished_cb, self, NULL);
  return self;
}

void
snetctl_watch_free (SnetctlWatch *self)
{
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_handle_id (&self->name, g_bus_unwatch_name);
  if (self->subscription)
    g_dbus_connection_signal_unsubscribe (self->bus, self->subscription);
  g_signal_handlers_disconnect_by_data (self->bus, self);
  if (self->watcher)
    g_dbus_interface_skeleton_unexport (G_DBUS_INTERFACE_SKELETON (self->watcher));
  g_clear_object (&self->watcher);
  g_clear_object (&self->bus);
  g_free (self->owner);
  g_free (self);
}

/* Until the user has had enough. */

typedef struct
{
  GMainLoop *loop;
  GError *error;
} Run;

static void
run_failed (const GError *error, gpointer user_data)
{
  Run *run = user_data;

  if (!run->error)
    run->error = g_error_copy (error);
  g_main_loop_quit (run->loop);
}

static gboolean
quit_cb (gpointer user_data)
{
  g_main_loop_quit (user_data);
  return G_SOURCE_CONTINUE;
}

/* There is nobody to print for any more. */
static gboolean
unread_cb (int fd, GIOCondition condition, gpointer user_data)
{
  return quit_cb (user_data);
}

gboolean
snetctl_watch_run (const SnetctlCall *call,
                   const SnetctlWatchFuncs *funcs,
                   gpointer user_data,
                   GError **error)
{
  Run run = { NULL, NULL };
  SnetctlWatch *watch = snetctl_watch_new (funcs, user_data, run_failed, &run, error);
  guint interrupted;
  guint terminated;
  guint unread;

  if (!watch)
    return FALSE;
  run.loop = g_main_loop_new (NULL, FALSE);
  interrupted = g_unix_signal_add (SIGINT, quit_cb, run.loop);
  terminated = g_unix_signal_add (SIGTERM, quit_cb, run.loop);
  unread = g_unix_fd_add (STDOUT_FILENO, G_IO_ERR, unread_cb, run.loop);
  g_main_loop_run (run.loop);
  g_source_remove (interrupted);
  g_source_remove (terminated);
  g_source_remove (unread);
  snetctl_watch_free (watch);
  g_main_loop_unref (run.loop);
  if (run.error)
    g_propagate_error (error, run.error);
  return run.error == NULL;
}
