/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snetd-agents.h"

#include "snet-names.h"
#include "snetd-error.h"

#define AGENTS_PER_UID_MAX 32

struct _SnetdAgents
{
  SnetDBusAgentsSkeleton parent_instance;

  SnetdManager *manager;
  SnetdAuthority *authority;
  GPtrArray *agents; /* of Agent */
};

typedef struct
{
  SnetdAgents *registry; /* not owned */
  GDBusConnection *connection;
  char *name; /* unique bus name */
  char *path;
  guint32 uid;
  guint watch;
} Agent;

static void snetd_agents_iface_init (SnetDBusAgentsIface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (SnetdAgents,
                               snetd_agents,
                               SNET_DBUS_TYPE_AGENTS_SKELETON,
                               G_IMPLEMENT_INTERFACE (SNET_DBUS_TYPE_AGENTS,
                                                      snetd_agents_iface_init))

static void
agent_free (Agent *agent)
{
  g_bus_unwatch_name (agent->watch);
  g_object_unref (agent->connection);
  g_free (agent->name);
  g_free (agent->path);
  g_free (agent);
}

/* No reply is wanted, so that an agent that hangs holds up nobody. */
static void
agent_call (Agent *agent, const char *method, GVariant *arguments)
{
  g_autoptr (GDBusMessage) message = NULL;
  g_autoptr (GError) error = NULL;

  message = g_dbus_message_new_method_call (agent->name, agent->path, SNET_INTERFACE_AGENT, method);
  g_dbus_message_set_flags (message, G_DBUS_MESSAGE_FLAGS_NO_REPLY_EXPECTED |
                                       G_DBUS_MESSAGE_FLAGS_NO_AUTO_START);
  g_dbus_message_set_body (message, arguments);
  if (!g_dbus_connection_send_message (agent->connection, message, G_DBUS_SEND_MESSAGE_FLAGS_NONE,
                                       NULL, &error))
    g_warning ("Agent %s cannot be called: %s", agent->name, error->message);
}

static void
agent_ask (Agent *agent, SnetdRequest *request)
{
  agent_call (agent, "Ask",
              g_variant_new ("(t@a{sv})", request->id, snetd_request_to_variant (request)));
}

static Agent *
find_agent (SnetdAgents *self, const char *name, const char *path)
{
  for (guint i = 0; i < self->agents->len; i++)
    {
      Agent *agent = g_ptr_array_index (self->agents, i);

      if (g_str_equal (agent->name, name) && g_str_equal (agent->path, path))
        return agent;
    }
  return NULL;
}

static void
agent_vanished_cb (GDBusConnection *connection, const char *name, gpointer user_data)
{
  Agent *agent = user_data;

  g_ptr_array_remove_fast (agent->registry->agents, agent);
}

/* From the manager to the agents of the request's user. */

static void
requested_cb (SnetdManager *manager, SnetdRequest *request, SnetdAgents *self)
{
  for (guint i = 0; i < self->agents->len; i++)
    {
      Agent *agent = g_ptr_array_index (self->agents, i);

      if (agent->uid == request->uid)
        agent_ask (agent, request);
    }
}

static void
withdraw (SnetdAgents *self, SnetdRequest *request, const char *reason)
{
  for (guint i = 0; i < self->agents->len; i++)
    {
      Agent *agent = g_ptr_array_index (self->agents, i);

      if (agent->uid == request->uid)
        agent_call (agent, "Withdraw", g_variant_new ("(ts)", request->id, reason));
    }
}

static const char *
withdraw_reason (SnetdReason reason)
{
  switch (reason)
    {
    case SNETD_REASON_USER:
      return "answered";
    case SNETD_REASON_RULE:
      return "rule";
    case SNETD_REASON_TIMEOUT:
      return "timeout";
    case SNETD_REASON_POLICY:
    default:
      return "lost";
    }
}

static void
decided_cb (SnetdManager *manager, SnetdRequest *request, SnetdAgents *self)
{
  g_autofree char *verdict = snetd_vocabulary_word (&snetd_verdicts, request->verdict);

  if (request->announced)
    withdraw (self, request, withdraw_reason (request->reason));

  for (guint i = 0; i < self->agents->len; i++)
    {
      Agent *agent = g_ptr_array_index (self->agents, i);

      if (agent->uid == request->uid)
        agent_call (
          agent, "Decided",
          g_variant_new ("(ts@a{sv})", request->id, verdict, snetd_request_to_variant (request)));
    }
}

static void
cancelled_cb (SnetdManager *manager, SnetdRequest *request, const char *reason, SnetdAgents *self)
{
  withdraw (self, request, reason);
}

/* The interface. */

static gboolean
check_count (SnetdAgents *self, guint32 uid, GError **error)
{
  guint count = 0;

  for (guint i = 0; i < self->agents->len; i++)
    count += ((Agent *)g_ptr_array_index (self->agents, i))->uid == uid;

  if (count < AGENTS_PER_UID_MAX)
    return TRUE;

  g_set_error (error, G_DBUS_ERROR, G_DBUS_ERROR_LIMITS_EXCEEDED, "User %u has %u agents already",
               uid, count);
  return FALSE;
}

static Agent *
add_agent (SnetdAgents *self, GDBusMethodInvocation *invocation, const char *path, guint32 uid)
{
  Agent *agent = g_new0 (Agent, 1);

  agent->registry = self;
  agent->connection = g_object_ref (g_dbus_method_invocation_get_connection (invocation));
  agent->name = g_strdup (g_dbus_method_invocation_get_sender (invocation));
  agent->path = g_strdup (path);
  agent->uid = uid;
  agent->watch =
    g_bus_watch_name_on_connection (agent->connection, agent->name, G_BUS_NAME_WATCHER_FLAGS_NONE,
                                    NULL, agent_vanished_cb, agent, NULL);
  g_ptr_array_add (self->agents, agent);
  return agent;
}

static void
offer_waiting (SnetdAgents *self, Agent *agent)
{
  g_autoptr (GPtrArray) requests = snetd_manager_list_waiting (self->manager);

  for (guint i = 0; i < requests->len; i++)
    {
      SnetdRequest *request = g_ptr_array_index (requests, i);

      if (request->uid == agent->uid)
        agent_ask (agent, request);
    }
}

typedef struct
{
  SnetdAgents *self;
  GDBusMethodInvocation *invocation;
  char *path;
} Call;

static Call *
call_new (SnetdAgents *self, GDBusMethodInvocation *invocation, const char *path)
{
  Call *call = g_new0 (Call, 1);

  call->self = g_object_ref (self);
  call->invocation = g_object_ref (invocation);
  call->path = g_strdup (path);
  return call;
}

static void
call_free (Call *call)
{
  g_clear_object (&call->self);
  g_clear_object (&call->invocation);
  g_free (call->path);
  g_free (call);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Call, call_free)

static void
register_allowed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Call) call = user_data;
  g_autoptr (GError) error = NULL;
  SnetdAgents *self = call->self;
  const char *sender = g_dbus_method_invocation_get_sender (call->invocation);
  gboolean known = find_agent (self, sender, call->path) != NULL;
  guint32 uid;

  if (!snetd_authority_check_finish (SNETD_AUTHORITY (source), result, &uid, &error) ||
      (!known && !check_count (self, uid, &error)))
    {
      g_dbus_method_invocation_return_gerror (call->invocation, error);
      return;
    }

  snet_dbus_agents_complete_register (SNET_DBUS_AGENTS (self), call->invocation);
  if (!known)
    offer_waiting (self, add_agent (self, call->invocation, call->path, uid));
}

static gboolean
handle_register (SnetDBusAgents *object, GDBusMethodInvocation *invocation, const char *path)
{
  SnetdAgents *self = SNETD_AGENTS (object);

  snetd_authority_check (self->authority, invocation, "Agents.Register", SNETD_AUTHORITY_CALLER,
                         register_allowed_cb, call_new (self, invocation, path));
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static void
unregister_allowed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Call) call = user_data;
  g_autoptr (GError) error = NULL;
  SnetdAgents *self = call->self;
  Agent *agent;
  guint32 uid;

  if (!snetd_authority_check_finish (SNETD_AUTHORITY (source), result, &uid, &error))
    {
      g_dbus_method_invocation_return_gerror (call->invocation, error);
      return;
    }

  agent = find_agent (self, g_dbus_method_invocation_get_sender (call->invocation), call->path);
  if (agent == NULL)
    {
      g_dbus_method_invocation_return_error (call->invocation, SNETD_ERROR,
                                             SNETD_ERROR_UNKNOWN_AGENT,
                                             "No agent %s of yours is registered", call->path);
      return;
    }
  g_ptr_array_remove_fast (self->agents, agent);
  snet_dbus_agents_complete_unregister (SNET_DBUS_AGENTS (self), call->invocation);
}

static gboolean
handle_unregister (SnetDBusAgents *object, GDBusMethodInvocation *invocation, const char *path)
{
  SnetdAgents *self = SNETD_AGENTS (object);

  snetd_authority_check (self->authority, invocation, "Agents.Unregister", SNETD_AUTHORITY_CALLER,
                         unregister_allowed_cb, call_new (self, invocation, path));
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

guint
snetd_agents_get_count (SnetdAgents *self)
{
  return self->agents->len;
}

static void
snetd_agents_finalize (GObject *object)
{
  SnetdAgents *self = SNETD_AGENTS (object);

  g_clear_pointer (&self->agents, g_ptr_array_unref);
  g_clear_object (&self->manager);
  g_clear_object (&self->authority);
  G_OBJECT_CLASS (snetd_agents_parent_class)->finalize (object);
}

static void
snetd_agents_class_init (SnetdAgentsClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = snetd_agents_finalize;
}

static void
snetd_agents_iface_init (SnetDBusAgentsIface *iface)
{
  iface->handle_register = handle_register;
  iface->handle_unregister = handle_unregister;
}

static void
snetd_agents_init (SnetdAgents *self)
{
  self->agents = g_ptr_array_new_with_free_func ((GDestroyNotify)agent_free);
}

SnetdAgents *
snetd_agents_new (SnetdManager *manager, SnetdAuthority *authority)
{
  SnetdAgents *self = g_object_new (SNETD_TYPE_AGENTS, NULL);

  self->manager = g_object_ref (manager);
  self->authority = g_object_ref (authority);
  g_signal_connect_object (manager, "requested", G_CALLBACK (requested_cb), self, 0);
  g_signal_connect_object (manager, "decided", G_CALLBACK (decided_cb), self, 0);
  g_signal_connect_object (manager, "cancelled", G_CALLBACK (cancelled_cb), self, 0);
  return self;
}
