/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snetd-daemon.h"

#include <unistd.h>

#include "snet-names.h"
#include "snetd-agents.h"
#include "snetd-authority.h"
#include "snetd-control.h"
#include "snetd-events.h"
#include "snetd-log.h"
#include "snetd-rules.h"

#define BOOT_ID_FILE "/proc/sys/kernel/random/boot_id"

struct _SnetdDaemon
{
  GObject parent_instance;

  GDBusConnection *connection;
  SnetdKernel *kernel;
  SnetdSettings *settings;
  SnetdMonitor *monitor;
  SnetdLogins *logins;
  SnetdRulebase *rulebase;
  SnetdSwitch *mode;
  SnetdManager *manager;
  SnetdAuthority *authority;
  SnetdEvents *events;
  SnetdRules *rules;
  SnetdAgents *agents;
  SnetdControl *control;
  guint name;
};

enum
{
  READY,
  FAILED,
  DISCONNECTED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (SnetdDaemon, snetd_daemon, G_TYPE_OBJECT)

/* The bus. */

static void
name_acquired_cb (GDBusConnection *connection, const char *name, gpointer user_data)
{
  SnetdDaemon *self = user_data;
  g_autoptr (GError) error = NULL;

  /* Not before: a second snetd must not take the kernel from the first. */
  snetd_kernel_start (self->kernel);
  if (snetd_kernel_get_state (self->kernel) == SNETD_KERNEL_LSM &&
      !snetd_monitor_start (self->monitor, &error))
    g_warning ("%s", error->message);
  snetd_manager_adopt (self->manager);
  g_message ("Ready, kernel: %s", snetd_kernel_get_state_name (self->kernel));
  g_signal_emit (self, signals[READY], 0);
}

static void
name_lost_cb (GDBusConnection *connection, const char *name, gpointer user_data)
{
  /* See closed_cb(). */
  if (connection == NULL || g_dbus_connection_is_closed (connection))
    return;
  g_signal_emit (user_data, signals[FAILED], 0,
                 "The bus name " SNET_BUS_NAME
                 " cannot be owned: another snetd runs, or the policy "
                 "of the bus (org.snet.conf) is not installed or does not let this user have it");
}

static void
closed_cb (GDBusConnection *connection,
           gboolean remote_peer_vanished,
           GError *error,
           gpointer user_data)
{
  g_signal_emit (user_data, signals[DISCONNECTED], 0);
}

static gboolean export(SnetdDaemon *self, GError **error)
{
  gpointer skeletons[] = { self->events, self->rules, self->agents, self->control };

  for (gsize i = 0; i < G_N_ELEMENTS (skeletons); i++)
    {
      if (!g_dbus_interface_skeleton_export (skeletons[i], self->connection, SNET_OBJECT_PATH,
                                             error))
        return FALSE;
    }
  return TRUE;
}

static void
unexport (gpointer skeleton)
{
  if (g_dbus_interface_skeleton_get_connection (skeleton) != NULL)
    g_dbus_interface_skeleton_unexport (skeleton);
  g_object_unref (skeleton);
}

/* The parts. */

static char *
read_boot_id (void)
{
  g_autofree char *boot_id = NULL;

  if (!g_file_get_contents (BOOT_ID_FILE, &boot_id, NULL, NULL))
    {
      g_warning (BOOT_ID_FILE " cannot be read: rules that last until a restart of the machine end "
                              "with snetd");
      return g_uuid_string_random ();
    }
  return g_strdup (g_strstrip (boot_id));
}

static SnetdRulebase *
make_rulebase (const SnetdDaemonOptions *options, SnetdLogins *logins, const char *boot_id)
{
  g_autofree char *path = g_build_filename (options->state_dir, "rules.db", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (SnetdLists) lists = snetd_lists_new (options->lists_dir);
  SnetdStore *store = snetd_store_open (path, boot_id, &error);

  if (store == NULL)
    snetd_log (G_LOG_LEVEL_WARNING, SNETD_MESSAGE_NO_RULES,
               "There are no rules: %s. The file is left as it is", error->message);
  else if (snetd_store_get_trouble (store) != NULL)
    snetd_log (G_LOG_LEVEL_WARNING, SNETD_MESSAGE_DISK,
               "The rules hold, but none can be made or changed for now: %s",
               snetd_store_get_trouble (store));
  return snetd_rulebase_new (store, error, options->rules_dir, lists, logins);
}

static SnetdRecord *
make_record (SnetdSettings *settings, const SnetdDaemonOptions *options)
{
  g_autofree char *path = g_build_filename (options->state_dir, "journal.db", NULL);
  g_autoptr (GError) error = NULL;
  SnetdJournal *journal =
    snetd_journal_open (path, snetd_settings_get_retention (settings), &error);

  if (journal == NULL)
    snetd_log (G_LOG_LEVEL_WARNING, SNETD_MESSAGE_NO_JOURNAL,
               "There is no journal: %s. The file is left as it is", error->message);
  else if (snetd_journal_get_trouble (journal) != NULL)
    snetd_log (G_LOG_LEVEL_WARNING, SNETD_MESSAGE_DISK,
               "The journal can be read, but not be written for now: %s",
               snetd_journal_get_trouble (journal));
  return snetd_record_new (journal, error);
}

/* What decides. */
static void
make_parts (SnetdDaemon *self, const SnetdDaemonOptions *options)
{
  g_autofree char *mode_path = g_build_filename (options->state_dir, "mode", NULL);
  g_autofree char *policy_path = g_build_filename (options->state_dir, "policy", NULL);
  g_autofree char *boot_id = read_boot_id ();

  self->logins = snetd_logins_new (self->connection);
  self->rulebase = make_rulebase (options, self->logins, boot_id);
  self->mode = snetd_switch_new (mode_path, boot_id);
  self->settings = snetd_settings_new (options->config_file, self->kernel, self->mode,
                                       snetd_policy_new (policy_path, boot_id));
  self->manager = snetd_manager_new (
    self->kernel, self->monitor, self->rulebase, self->mode,
    snetd_hosts_new (options->hosts_file, options->resolved, options->resolved_monitor),
    make_record (self->settings, options));
  snetd_settings_bind (self->settings, self->manager, self->rulebase);
}

/* What is on the bus. */
static void
make_interfaces (SnetdDaemon *self, const SnetdDaemonOptions *options)
{
  self->authority =
    snetd_authority_new (self->connection, options->session ? getuid () : 0, !options->session);
  self->events = snetd_events_new (self->manager, self->authority, self->logins);
  self->rules = snetd_rules_new (self->rulebase, self->manager, self->authority, self->logins);
  self->agents = snetd_agents_new (self->manager, self->authority, options->agent_timeout);
  self->control = snetd_control_new (self->kernel, self->manager, self->rulebase, self->mode,
                                     self->settings, self->authority);
}

static void
snetd_daemon_dispose (GObject *object)
{
  SnetdDaemon *self = SNETD_DAEMON (object);

  g_clear_handle_id (&self->name, g_bus_unown_name);
  if (self->connection != NULL)
    g_signal_handlers_disconnect_by_data (self->connection, self);
  g_clear_pointer ((gpointer *)&self->events, unexport);
  g_clear_pointer ((gpointer *)&self->rules, unexport);
  g_clear_pointer ((gpointer *)&self->agents, unexport);
  g_clear_pointer ((gpointer *)&self->control, unexport);
  g_clear_object (&self->authority);
  g_clear_object (&self->settings);
  g_clear_object (&self->manager);
  g_clear_object (&self->mode);
  g_clear_object (&self->rulebase);
  g_clear_object (&self->logins);
  g_clear_object (&self->kernel);
  g_clear_object (&self->monitor);
  g_clear_object (&self->connection);
  G_OBJECT_CLASS (snetd_daemon_parent_class)->dispose (object);
}

static void
snetd_daemon_class_init (SnetdDaemonClass *klass)
{
  GType type = G_TYPE_FROM_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = snetd_daemon_dispose;

  signals[READY] =
    g_signal_new ("ready", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[DISCONNECTED] =
    g_signal_new ("disconnected", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[FAILED] = g_signal_new ("failed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
snetd_daemon_init (SnetdDaemon *self)
{
  self->monitor = snetd_monitor_new ();
}

SnetdDaemon *
snetd_daemon_new (GDBusConnection *connection, const SnetdDaemonOptions *options, GError **error)
{
  g_autoptr (SnetdDaemon) self = g_object_new (SNETD_TYPE_DAEMON, NULL);

  self->connection = g_object_ref (connection);
  self->kernel = options->kernel != NULL ? g_object_ref (options->kernel) : snetd_kernel_new ();
  make_parts (self, options);
  make_interfaces (self, options);
  if (!export(self, error))
    return NULL;

  g_signal_connect (connection, "closed", G_CALLBACK (closed_cb), self);
  self->name =
    g_bus_own_name_on_connection (connection, SNET_BUS_NAME, G_BUS_NAME_OWNER_FLAGS_DO_NOT_QUEUE,
                                  name_acquired_cb, name_lost_cb, self, NULL);
  return g_steal_pointer (&self);
}

SnetdKernel *
snetd_daemon_get_kernel (SnetdDaemon *self)
{
  return self->kernel;
}

gboolean
snetd_daemon_reload (SnetdDaemon *self, GError **error)
{
  return snetd_settings_reload (self->settings, error);
}
