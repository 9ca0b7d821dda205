// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include "snet-dbus-generated.h"
#include "snet-names.h"

#include "gsnet-agent.h"
#include "gsnet-client.h"

/* Only while the system bus itself cannot be reached, which no event would end. */
#define RETRY_SECONDS 5

/*
 * The one owner of what gsnet knows of snetd: whether it is there, and what
 * waits. All else observes it. Nothing here blocks.
 */
struct _GsnetClient
{
  GObject parent_instance;

  GDBusConnection *connection;
  GsnetAgent *agent;
  SnetDBusControl *control;
  GListStore *waiting;
  GHashTable *by_id;
  GCancellable *cancellable;
  GsnetState state;
  guint n_missed;
  guint watch_id;
  guint rules_subscription;
  guint retry_id;
  gboolean present;
  gboolean registered;
  gboolean refused;
};

G_DEFINE_FINAL_TYPE (GsnetClient, gsnet_client, G_TYPE_OBJECT)

G_DEFINE_ENUM_TYPE (GsnetState,
                    gsnet_state,
                    G_DEFINE_ENUM_VALUE (GSNET_STATE_NO_DAEMON, "no-daemon"),
                    G_DEFINE_ENUM_VALUE (GSNET_STATE_REFUSED, "refused"),
                    G_DEFINE_ENUM_VALUE (GSNET_STATE_NO_KERNEL, "no-kernel"),
                    G_DEFINE_ENUM_VALUE (GSNET_STATE_KERNEL_BUSY, "kernel-busy"),
                    G_DEFINE_ENUM_VALUE (GSNET_STATE_IDLE, "idle"),
                    G_DEFINE_ENUM_VALUE (GSNET_STATE_WAITING, "waiting"))

enum
{
  PROP_STATE = 1,
  PROP_MODE, /* also for when it ends */
  PROP_MISSED,
  N_PROPS
};

enum
{
  ASKED,
  WITHDRAWN,
  DECIDED,
  RULES_CHANGED,
  KERNEL_SETTINGS_CHANGED,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

static void connect_to_bus (GsnetClient *self);

static GsnetState
compute_state (GsnetClient *self)
{
  const char *kernel = self->control ? snet_dbus_control_get_kernel (self->control) : NULL;

  if (self->present && self->refused)
    return GSNET_STATE_REFUSED;
  if (!self->registered)
    return GSNET_STATE_NO_DAEMON;
  if (g_list_model_get_n_items (G_LIST_MODEL (self->waiting)) > 0)
    return GSNET_STATE_WAITING;
  if (g_strcmp0 (kernel, "absent") == 0)
    return GSNET_STATE_NO_KERNEL;
  if (g_strcmp0 (kernel, "busy") == 0)
    return GSNET_STATE_KERNEL_BUSY;
  return GSNET_STATE_IDLE;
}

static void
update_state (GsnetClient *self)
{
  GsnetState state = compute_state (self);

  if (state == self->state)
    return;
  self->state = state;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATE]);
}

static void
update_mode (GsnetClient *self)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_MODE]);
}

static void
update_kernel_settings (GsnetClient *self)
{
  g_signal_emit (self, signals[KERNEL_SETTINGS_CHANGED], 0);
}

static gboolean
find_position (GsnetClient *self, GsnetEvent *event, guint *ret_position)
{
  return g_list_store_find (self->waiting, event, ret_position);
}

/* Takes a request off the list. Does nothing when it has gone already. */
static void
settle (GsnetClient *self, guint64 id, const char *reason)
{
  GsnetEvent *found = g_hash_table_lookup (self->by_id, &id);
  g_autoptr (GsnetEvent) event = NULL;
  guint position;

  if (!found)
    return;
  event = g_object_ref (found);
  g_hash_table_remove (self->by_id, &id);
  if (find_position (self, event, &position))
    g_list_store_remove (self->waiting, position);
  g_signal_emit (self, signals[WITHDRAWN], 0, event, reason);
  update_state (self);
}

static void
settle_all (GsnetClient *self, const char *reason)
{
  for (;;)
    {
      g_autoptr (GsnetEvent) event = g_list_model_get_item (G_LIST_MODEL (self->waiting), 0);

      if (!event)
        return;
      settle (self, gsnet_event_get_id (event), reason);
    }
}

static void
agent_asked_cb (GsnetClient *self, GsnetEvent *event)
{
  guint64 id = gsnet_event_get_id (event);
  GsnetEvent *known = g_hash_table_lookup (self->by_id, &id);
  guint position;

  /* snetd tells all that waits again when an agent registers anew: that is no new question. */
  if (known && find_position (self, known, &position))
    {
      g_hash_table_replace (self->by_id, g_memdup2 (&id, sizeof id), g_object_ref (event));
      g_list_store_splice (self->waiting, position, 1, (gpointer *)&event, 1);
      return;
    }
  g_hash_table_insert (self->by_id, g_memdup2 (&id, sizeof id), g_object_ref (event));
  g_list_store_append (self->waiting, event);
  g_signal_emit (self, signals[ASKED], 0, event);
  update_state (self);
}

static void
agent_withdrawn_cb (GsnetClient *self, guint64 id, const char *reason)
{
  settle (self, id, reason);
}

static void
agent_decided_cb (GsnetClient *self, GsnetEvent *event)
{
  g_signal_emit (self, signals[DECIDED], 0, event);
}

/* Also when it is as many as before: one may have been missed once more. */
static void
agent_missed_cb (GsnetClient *self, guint count)
{
  self->n_missed = count;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_MISSED]);
}

static void
registered_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply =
    g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);
  GsnetClient *self;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  self = GSNET_CLIENT (user_data);
  self->registered = reply != NULL;
  self->refused = g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_ACCESS_DENIED);
  if (error)
    g_warning ("snetd did not accept this agent: %s", error->message);
  update_state (self);
}

static void
name_appeared_cb (GDBusConnection *connection, const char *name, const char *owner, gpointer data)
{
  GsnetClient *self = GSNET_CLIENT (data);

  self->present = TRUE;
  gsnet_agent_set_owner (self->agent, owner);
  g_dbus_connection_call (connection, owner, SNET_OBJECT_PATH, SNET_INTERFACE_AGENTS, "Register",
                          g_variant_new ("(o)", GSNET_AGENT_PATH), NULL,
                          G_DBUS_CALL_FLAGS_NO_AUTO_START, -1, self->cancellable, registered_cb,
                          self);
}

static void
name_vanished_cb (GDBusConnection *connection, const char *name, gpointer data)
{
  GsnetClient *self = GSNET_CLIENT (data);

  self->present = FALSE;
  self->registered = FALSE;
  self->refused = FALSE;
  gsnet_agent_set_owner (self->agent, NULL);
  settle_all (self, "daemon");
  agent_missed_cb (self, 0);
  update_state (self);
}

static void
rules_signal_cb (GDBusConnection *connection,
                 const char *sender,
                 const char *path,
                 const char *interface,
                 const char *signal,
                 GVariant *parameters,
                 gpointer data)
{
  g_signal_emit (data, signals[RULES_CHANGED], 0);
}

static void
control_ready_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;
  SnetDBusControl *control = snet_dbus_control_proxy_new_finish (result, &error);
  GsnetClient *self;

  if (!control)
    {
      if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        g_warning ("Cannot read the state of snetd: %s", error->message);
      return;
    }
  self = GSNET_CLIENT (data);
  g_clear_object (&self->control);
  self->control = control;
  g_signal_connect_object (control, "notify::kernel", G_CALLBACK (update_state), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (control, "notify::mode", G_CALLBACK (update_mode), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (control, "notify::mode-until", G_CALLBACK (update_mode), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (control, "notify::verdict-delay", G_CALLBACK (update_kernel_settings),
                           self, G_CONNECT_SWAPPED);
  g_signal_connect_object (control, "notify::verdict-policy", G_CALLBACK (update_kernel_settings),
                           self, G_CONNECT_SWAPPED);
  update_mode (self);
  update_kernel_settings (self);
  update_state (self);
}

static void
leave_bus (GsnetClient *self)
{
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_handle_id (&self->retry_id, g_source_remove);
  g_clear_handle_id (&self->watch_id, g_bus_unwatch_name);
  if (self->rules_subscription)
    g_dbus_connection_signal_unsubscribe (self->connection, self->rules_subscription);
  self->rules_subscription = 0;
  if (self->connection)
    g_signal_handlers_disconnect_by_data (self->connection, self);
  gsnet_agent_unexport (self->agent);
  g_clear_object (&self->control);
  g_clear_object (&self->connection);
}

static gboolean
retry_cb (gpointer data)
{
  GsnetClient *self = GSNET_CLIENT (data);

  self->retry_id = 0;
  connect_to_bus (self);
  return G_SOURCE_REMOVE;
}

static void
retry_later (GsnetClient *self)
{
  leave_bus (self);
  name_vanished_cb (NULL, NULL, self);
  self->retry_id = g_timeout_add_seconds (RETRY_SECONDS, retry_cb, self);
}

static void
connection_closed_cb (GsnetClient *self)
{
  g_warning ("The system bus is gone, trying again every %d seconds", RETRY_SECONDS);
  retry_later (self);
}

static void
bus_ready_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;
  GDBusConnection *connection = g_bus_get_finish (result, &error);
  GsnetClient *self;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  self = GSNET_CLIENT (data);
  self->connection = connection;
  if (!connection || !gsnet_agent_export (self->agent, connection, &error))
    {
      g_warning ("Cannot use the system bus: %s", error->message);
      retry_later (self);
      return;
    }
  g_dbus_connection_set_exit_on_close (connection, FALSE);
  g_signal_connect_object (connection, "closed", G_CALLBACK (connection_closed_cb), self,
                           G_CONNECT_SWAPPED);
  snet_dbus_control_proxy_new (connection, G_DBUS_PROXY_FLAGS_DO_NOT_AUTO_START, SNET_BUS_NAME,
                               SNET_OBJECT_PATH, self->cancellable, control_ready_cb, self);
  self->rules_subscription = g_dbus_connection_signal_subscribe (
    connection, SNET_BUS_NAME, SNET_INTERFACE_RULES, NULL, SNET_OBJECT_PATH, NULL,
    G_DBUS_SIGNAL_FLAGS_NONE, rules_signal_cb, self, NULL);
  self->watch_id =
    g_bus_watch_name_on_connection (connection, SNET_BUS_NAME, G_BUS_NAME_WATCHER_FLAGS_NONE,
                                    name_appeared_cb, name_vanished_cb, self, NULL);
}

static void
connect_to_bus (GsnetClient *self)
{
  g_clear_object (&self->cancellable);
  self->cancellable = g_cancellable_new ();
  g_bus_get (G_BUS_TYPE_SYSTEM, self->cancellable, bus_ready_cb, self);
}

static void
gsnet_client_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  GsnetClient *self = GSNET_CLIENT (object);

  if (prop_id == PROP_STATE)
    g_value_set_enum (value, self->state);
  else if (prop_id == PROP_MODE)
    g_value_set_string (value, gsnet_client_get_mode (self));
  else if (prop_id == PROP_MISSED)
    g_value_set_uint (value, self->n_missed);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
gsnet_client_dispose (GObject *object)
{
  GsnetClient *self = GSNET_CLIENT (object);

  if (self->agent)
    leave_bus (self);
  g_clear_object (&self->agent);
  g_clear_object (&self->waiting);
  g_clear_pointer (&self->by_id, g_hash_table_unref);

  G_OBJECT_CLASS (gsnet_client_parent_class)->dispose (object);
}

static void
gsnet_client_class_init (GsnetClientClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GType type = G_TYPE_FROM_CLASS (klass);

  object_class->get_property = gsnet_client_get_property;
  object_class->dispose = gsnet_client_dispose;

  properties[PROP_STATE] =
    g_param_spec_enum ("state", NULL, NULL, GSNET_TYPE_STATE, GSNET_STATE_NO_DAEMON,
                       G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  properties[PROP_MODE] =
    g_param_spec_string ("mode", NULL, NULL, NULL, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  properties[PROP_MISSED] = g_param_spec_uint ("missed", NULL, NULL, 0, G_MAXUINT, 0,
                                               G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  signals[ASKED] = g_signal_new ("asked", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                                 1, GSNET_TYPE_EVENT);
  signals[WITHDRAWN] = g_signal_new ("withdrawn", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                     G_TYPE_NONE, 2, GSNET_TYPE_EVENT, G_TYPE_STRING);
  signals[DECIDED] = g_signal_new ("decided", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 1, GSNET_TYPE_EVENT);
  signals[RULES_CHANGED] =
    g_signal_new ("rules-changed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[KERNEL_SETTINGS_CHANGED] = g_signal_new (
    "kernel-settings-changed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
gsnet_client_init (GsnetClient *self)
{
  self->agent = gsnet_agent_new ();
  self->waiting = g_list_store_new (GSNET_TYPE_EVENT);
  self->by_id = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_object_unref);
  self->state = GSNET_STATE_NO_DAEMON;
  g_signal_connect_object (self->agent, "asked", G_CALLBACK (agent_asked_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->agent, "withdrawn", G_CALLBACK (agent_withdrawn_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->agent, "decided", G_CALLBACK (agent_decided_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->agent, "missed", G_CALLBACK (agent_missed_cb), self,
                           G_CONNECT_SWAPPED);
}

GsnetClient *
gsnet_client_new (void)
{
  return g_object_new (GSNET_TYPE_CLIENT, NULL);
}

void
gsnet_client_start (GsnetClient *self)
{
  g_return_if_fail (!self->connection && !self->cancellable);

  connect_to_bus (self);
}

GsnetState
gsnet_client_get_state (GsnetClient *self)
{
  return self->state;
}

gboolean
gsnet_client_is_connected (GsnetClient *self)
{
  return self->registered;
}

GListModel *
gsnet_client_get_waiting (GsnetClient *self)
{
  return G_LIST_MODEL (self->waiting);
}

guint
gsnet_client_get_n_missed (GsnetClient *self)
{
  return self->n_missed;
}

GsnetEvent *
gsnet_client_lookup (GsnetClient *self, guint64 id)
{
  return g_hash_table_lookup (self->by_id, &id);
}

/* What happens when nobody answers: "allow", "deny", or NULL when that is not known. */
const char *
gsnet_client_get_policy (GsnetClient *self)
{
  const char *policy = self->control ? snet_dbus_control_get_verdict_policy (self->control) : NULL;

  return policy && *policy ? policy : NULL;
}

guint
gsnet_client_get_delay (GsnetClient *self)
{
  return self->control ? snet_dbus_control_get_verdict_delay (self->control) : 0;
}

const char *
gsnet_client_get_mode (GsnetClient *self)
{
  const char *mode = self->control ? snet_dbus_control_get_mode (self->control) : NULL;

  return mode && *mode ? mode : NULL;
}

gint64
gsnet_client_get_mode_until (GsnetClient *self)
{
  return self->control ? snet_dbus_control_get_mode_until (self->control) : 0;
}

static void
call_done_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = G_TASK (data);
  GError *error = NULL;
  GVariant *reply = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);

  if (reply)
    g_task_return_pointer (task, reply, (GDestroyNotify)g_variant_unref);
  else
    g_task_return_error (task, error);
}

void
gsnet_client_call_async (GsnetClient *self,
                         const char *interface,
                         const char *method,
                         GVariant *parameters,
                         const GVariantType *reply_type,
                         GAsyncReadyCallback callback,
                         gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, callback, user_data);

  if (!self->connection || !self->present)
    {
      if (parameters)
        g_variant_unref (g_variant_ref_sink (parameters));
      g_task_return_new_error (task, G_DBUS_ERROR, G_DBUS_ERROR_SERVICE_UNKNOWN,
                               "snetd is not running");
      return;
    }
  /* No time limit: polkit may be asking the user for a password. */
  g_dbus_connection_call (
    self->connection, SNET_BUS_NAME, SNET_OBJECT_PATH, interface, method, parameters, reply_type,
    G_DBUS_CALL_FLAGS_NO_AUTO_START | G_DBUS_CALL_FLAGS_ALLOW_INTERACTIVE_AUTHORIZATION, G_MAXINT,
    NULL, call_done_cb, g_steal_pointer (&task));
}

GVariant *
gsnet_client_call_finish (GsnetClient *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* Somebody or something was faster: then it does not wait any more, whatever Withdraw says. */
static gboolean
is_stale (const GError *error)
{
  g_autofree char *name = g_dbus_error_get_remote_error (error);

  return g_strcmp0 (name, SNET_ERROR_NAME_UNKNOWN_REQUEST) == 0 ||
         g_strcmp0 (name, SNET_ERROR_NAME_ALREADY_DECIDED) == 0;
}

static void
verdict_done_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  GsnetClient *self = GSNET_CLIENT (source);
  g_autoptr (GTask) task = G_TASK (data);
  GError *error = NULL;
  g_autoptr (GVariant) reply = gsnet_client_call_finish (self, result, &error);
  guint64 *id = g_task_get_task_data (task);

  if (reply || is_stale (error))
    settle (self, *id, "answered");
  if (reply)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

/* options: a{sv} as Events.Verdict takes it, or NULL. */
void
gsnet_client_verdict_async (GsnetClient *self,
                            guint64 id,
                            const char *verdict,
                            GVariant *options,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  GTask *task = g_task_new (self, NULL, callback, user_data);

  g_task_set_task_data (task, g_memdup2 (&id, sizeof id), g_free);
  if (!options)
    options = g_variant_new ("a{sv}", NULL);
  gsnet_client_call_async (self, SNET_INTERFACE_EVENTS, "Verdict",
                           g_variant_new ("(ts@a{sv})", id, verdict, options), NULL,
                           verdict_done_cb, task);
}

gboolean
gsnet_client_verdict_finish (GsnetClient *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}
