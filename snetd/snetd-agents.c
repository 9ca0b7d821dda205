/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snetd-agents.h"

#include "snetd-agent.h"
#include "snetd-error.h"

/* A user needs hardly two; each that hangs may hold one of the replies that the bus allows. */
#define AGENTS_PER_UID_MAX 8

/* Who is about to answer is not to have the question change under the hand all the time. */
#define CHANGES_MS 2000

struct _SnetdAgents
{
  SnetDBusAgentsSkeleton parent_instance;

  SnetdPrompts *prompts;
  SnetdMissed *missed;
  SnetdAuthority *authority;
  guint timeout;       /* of an agent, in milliseconds */
  GPtrArray *agents;   /* of SnetdAgent, in the order in which they came */
  GPtrArray *watchers; /* likewise: those that are never asked */
  GHashTable *changed; /* of guint64: prompts that agents have to be told of again */
  guint timer;         /* when */
  guint start;         /* the timer that ends the start */
  GHashTable *left;    /* uid whose last agent has left -> timer that makes it so */
};

static void snetd_agents_iface_init (SnetDBusAgentsIface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (SnetdAgents,
                               snetd_agents,
                               SNET_DBUS_TYPE_AGENTS_SKELETON,
                               G_IMPLEMENT_INTERFACE (SNET_DBUS_TYPE_AGENTS,
                                                      snetd_agents_iface_init))

static SnetdAgent *
find_agent (GPtrArray *agents, const char *name, const char *path)
{
  for (guint i = 0; i < agents->len; i++)
    {
      SnetdAgent *agent = g_ptr_array_index (agents, i);

      if (snetd_agent_is (agent, name, path))
        return agent;
    }
  return NULL;
}

static void
add_agents (SnetdAgents *self, guint32 uid, gboolean active, GPtrArray *agents)
{
  for (guint i = self->agents->len; i > 0; i--)
    {
      SnetdAgent *agent = g_ptr_array_index (self->agents, i - 1);

      if (snetd_agent_get_uid (agent) == uid && snetd_agent_is_active (agent) == active)
        g_ptr_array_add (agents, agent);
    }
}

/*
 * A user's, the one that is asked first before the others: the one in front of which
 * the user sits, and of several the last that came, as that is most wanted.
 */
static GPtrArray *
list_agents (SnetdAgents *self, guint32 uid)
{
  GPtrArray *agents = g_ptr_array_new ();

  add_agents (self, uid, TRUE, agents);
  add_agents (self, uid, FALSE, agents);
  return agents;
}

/* To the first who can be relied upon to ask; those before that one might, after all. */
static void
offer (GPtrArray *agents, const SnetdPrompt *prompt)
{
  for (guint i = 0; i < agents->len; i++)
    {
      SnetdAgent *agent = g_ptr_array_index (agents, i);

      if (!snetd_agent_was_asked (agent, prompt))
        snetd_agent_ask (agent, prompt);
      if (snetd_agent_is_willing (agent))
        return;
    }
}

static void
offer_all (SnetdAgents *self, guint32 uid)
{
  g_autoptr (GPtrArray) agents = list_agents (self, uid);
  g_autoptr (GPtrArray) prompts = snetd_prompts_list_shown (self->prompts, uid);

  for (guint i = 0; i < prompts->len; i++)
    offer (agents, g_ptr_array_index (prompts, i));
}

/* From the prompts to the agents of their users. */

static void
shown_cb (SnetdPrompts *prompts, SnetdPrompt *prompt, SnetdAgents *self)
{
  g_autoptr (GPtrArray) agents = list_agents (self, snetd_prompt_get_uid (prompt));

  offer (agents, prompt);
}

static void
tell_again (SnetdAgents *self, SnetdPrompt *prompt)
{
  g_autoptr (GPtrArray) agents = list_agents (self, snetd_prompt_get_uid (prompt));

  for (guint i = 0; i < agents->len; i++)
    {
      SnetdAgent *agent = g_ptr_array_index (agents, i);

      if (snetd_agent_was_asked (agent, prompt))
        snetd_agent_ask (agent, prompt);
    }
}

static gboolean
tell_changes_cb (gpointer user_data)
{
  SnetdAgents *self = user_data;
  GHashTableIter iter;
  gpointer id;

  g_hash_table_iter_init (&iter, self->changed);
  while (g_hash_table_iter_next (&iter, &id, NULL))
    {
      SnetdPrompt *prompt = snetd_prompts_lookup (self->prompts, *(guint64 *)id);

      if (prompt != NULL)
        tell_again (self, prompt);
    }
  g_hash_table_remove_all (self->changed);
  self->timer = 0;
  return G_SOURCE_REMOVE;
}

/* Not each of thousands that come at once. */
static void
changed_cb (SnetdPrompts *prompts, SnetdPrompt *prompt, SnetdAgents *self)
{
  const guint64 id = snetd_prompt_get_id (prompt);

  g_hash_table_add (self->changed, g_memdup2 (&id, sizeof id));
  if (self->timer == 0)
    self->timer = g_timeout_add (CHANGES_MS, tell_changes_cb, self);
}

static void
ended_cb (SnetdPrompts *prompts, SnetdPrompt *prompt, const char *reason, SnetdAgents *self)
{
  const guint64 id = snetd_prompt_get_id (prompt);
  g_autoptr (GPtrArray) agents = list_agents (self, snetd_prompt_get_uid (prompt));

  g_hash_table_remove (self->changed, &id);
  for (guint i = 0; i < agents->len; i++)
    snetd_agent_withdraw (g_ptr_array_index (agents, i), prompt, reason);
}

static void
tell_decided (GPtrArray *agents, SnetdRequest *request)
{
  for (guint i = 0; i < agents->len; i++)
    {
      SnetdAgent *agent = g_ptr_array_index (agents, i);

      if (snetd_agent_get_uid (agent) == request->uid)
        snetd_agent_tell_decided (agent, request);
    }
}

static void
decided_cb (SnetdManager *manager, SnetdRequest *request, SnetdAgents *self)
{
  tell_decided (self->agents, request);
  tell_decided (self->watchers, request);
}

static void
missed_cb (SnetdMissed *missed, guint uid, guint count, SnetdAgents *self)
{
  g_autoptr (GPtrArray) agents = list_agents (self, uid);

  for (guint i = 0; i < agents->len; i++)
    snetd_agent_tell_missed (g_ptr_array_index (agents, i), count);
}

/*
 * The agents' coming and going. One that is started again, or finds snetd started again,
 * comes back in the time that it also has to take a question.
 */

static gboolean
end_start_cb (gpointer user_data)
{
  SnetdAgents *self = user_data;

  self->start = 0;
  snetd_prompts_end_start (self->prompts);
  return G_SOURCE_REMOVE;
}

typedef struct
{
  SnetdAgents *self;
  guint32 uid;
} Leaving;

static gboolean
left_cb (gpointer user_data)
{
  Leaving *leaving = user_data;

  g_hash_table_remove (leaving->self->left, GUINT_TO_POINTER (leaving->uid));
  snetd_prompts_set_agent (leaving->self->prompts, leaving->uid, FALSE);
  return G_SOURCE_REMOVE;
}

static void
stay (SnetdAgents *self, guint32 uid)
{
  gpointer timer = g_hash_table_lookup (self->left, GUINT_TO_POINTER (uid));

  if (timer != NULL)
    g_source_remove (GPOINTER_TO_UINT (timer));
  g_hash_table_remove (self->left, GUINT_TO_POINTER (uid));
}

static void
leave (SnetdAgents *self, guint32 uid)
{
  Leaving *leaving = g_new (Leaving, 1);
  guint timer;

  leaving->self = self;
  leaving->uid = uid;
  timer = g_timeout_add_full (G_PRIORITY_DEFAULT, self->timeout, left_cb, leaving, g_free);
  g_hash_table_insert (self->left, GUINT_TO_POINTER (uid), GUINT_TO_POINTER (timer));
}

static void
remove_agent (SnetdAgents *self, SnetdAgent *agent)
{
  g_autoptr (GPtrArray) others = NULL;
  guint32 uid = snetd_agent_get_uid (agent);

  g_signal_handlers_disconnect_by_data (agent, self);
  snetd_agent_close (agent);
  g_ptr_array_remove (self->agents, agent);
  others = list_agents (self, uid);
  if (others->len == 0)
    leave (self, uid);
  else
    offer_all (self, uid);
}

static void
agent_gone_cb (SnetdAgent *agent, SnetdAgents *self)
{
  remove_agent (self, agent);
}

static void
agent_changed_cb (SnetdAgent *agent, SnetdAgents *self)
{
  offer_all (self, snetd_agent_get_uid (agent));
}

static SnetdAgent *
make_agent (SnetdAgents *self, GDBusMethodInvocation *invocation, const char *path, guint32 uid)
{
  return snetd_agent_new (g_dbus_method_invocation_get_connection (invocation),
                          g_dbus_method_invocation_get_sender (invocation), path, uid,
                          self->timeout);
}

static void
add_agent (SnetdAgents *self, GDBusMethodInvocation *invocation, const char *path, guint32 uid)
{
  SnetdAgent *agent = make_agent (self, invocation, path, uid);

  g_signal_connect (agent, "gone", G_CALLBACK (agent_gone_cb), self);
  g_signal_connect (agent, "changed", G_CALLBACK (agent_changed_cb), self);
  g_ptr_array_add (self->agents, agent);
  stay (self, uid);
  snetd_prompts_set_agent (self->prompts, uid, TRUE);
  snetd_agent_tell_missed (agent, snetd_missed_count (self->missed, uid));
  offer_all (self, uid);
}

static void
remove_watcher (SnetdAgents *self, SnetdAgent *watcher)
{
  g_signal_handlers_disconnect_by_data (watcher, self);
  snetd_agent_close (watcher);
  g_ptr_array_remove (self->watchers, watcher);
}

static void
watcher_gone_cb (SnetdAgent *watcher, SnetdAgents *self)
{
  remove_watcher (self, watcher);
}

static void
add_watcher (SnetdAgents *self, GDBusMethodInvocation *invocation, const char *path, guint32 uid)
{
  SnetdAgent *watcher = make_agent (self, invocation, path, uid);

  g_signal_connect (watcher, "gone", G_CALLBACK (watcher_gone_cb), self);
  g_ptr_array_add (self->watchers, watcher);
}

/* The interface. */

static gboolean
check_count (GPtrArray *agents, guint32 uid, GError **error)
{
  guint count = 0;

  for (guint i = 0; i < agents->len; i++)
    count += snetd_agent_get_uid (g_ptr_array_index (agents, i)) == uid;
  if (count < AGENTS_PER_UID_MAX)
    return TRUE;

  g_set_error (error, G_DBUS_ERROR, G_DBUS_ERROR_LIMITS_EXCEEDED, "User %u has %u agents already",
               uid, count);
  return FALSE;
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
  gboolean known = find_agent (self->agents, sender, call->path) != NULL;
  guint32 uid;

  if (!snetd_authority_check_finish (SNETD_AUTHORITY (source), result, &uid, &error) ||
      (!known && !check_count (self->agents, uid, &error)))
    {
      g_dbus_method_invocation_return_gerror (call->invocation, error);
      return;
    }

  snet_dbus_agents_complete_register (SNET_DBUS_AGENTS (self), call->invocation);
  if (!known)
    add_agent (self, call->invocation, call->path, uid);
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
watch_allowed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Call) call = user_data;
  g_autoptr (GError) error = NULL;
  SnetdAgents *self = call->self;
  const char *sender = g_dbus_method_invocation_get_sender (call->invocation);
  gboolean known = find_agent (self->watchers, sender, call->path) != NULL;
  guint32 uid;

  if (!snetd_authority_check_finish (SNETD_AUTHORITY (source), result, &uid, &error) ||
      (!known && !check_count (self->watchers, uid, &error)))
    {
      g_dbus_method_invocation_return_gerror (call->invocation, error);
      return;
    }

  snet_dbus_agents_complete_watch (SNET_DBUS_AGENTS (self), call->invocation);
  if (!known)
    add_watcher (self, call->invocation, call->path, uid);
}

static gboolean
handle_watch (SnetDBusAgents *object, GDBusMethodInvocation *invocation, const char *path)
{
  SnetdAgents *self = SNETD_AGENTS (object);

  snetd_authority_check (self->authority, invocation, "Agents.Watch", SNETD_AUTHORITY_CALLER,
                         watch_allowed_cb, call_new (self, invocation, path));
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

/* Both, if it is both. */
static gboolean
unregister (SnetdAgents *self, const char *sender, const char *path)
{
  SnetdAgent *agent = find_agent (self->agents, sender, path);
  SnetdAgent *watcher = find_agent (self->watchers, sender, path);

  if (agent != NULL)
    remove_agent (self, agent);
  if (watcher != NULL)
    remove_watcher (self, watcher);
  return agent != NULL || watcher != NULL;
}

static void
unregister_allowed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Call) call = user_data;
  g_autoptr (GError) error = NULL;
  SnetdAgents *self = call->self;
  guint32 uid;

  if (!snetd_authority_check_finish (SNETD_AUTHORITY (source), result, &uid, &error))
    {
      g_dbus_method_invocation_return_gerror (call->invocation, error);
      return;
    }

  if (!unregister (self, g_dbus_method_invocation_get_sender (call->invocation), call->path))
    {
      g_dbus_method_invocation_return_error (call->invocation, SNETD_ERROR,
                                             SNETD_ERROR_UNKNOWN_AGENT,
                                             "No agent %s of yours is registered", call->path);
      return;
    }
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

static void
forget_agent (gpointer data)
{
  snetd_agent_close (data);
  g_object_unref (data);
}

static void
snetd_agents_finalize (GObject *object)
{
  SnetdAgents *self = SNETD_AGENTS (object);
  GHashTableIter iter;
  gpointer timer;

  g_clear_handle_id (&self->timer, g_source_remove);
  g_clear_handle_id (&self->start, g_source_remove);
  g_hash_table_iter_init (&iter, self->left);
  while (g_hash_table_iter_next (&iter, NULL, &timer))
    g_source_remove (GPOINTER_TO_UINT (timer));
  g_clear_pointer (&self->left, g_hash_table_unref);
  for (guint i = 0; i < self->agents->len; i++)
    g_signal_handlers_disconnect_by_data (g_ptr_array_index (self->agents, i), self);
  g_clear_pointer (&self->agents, g_ptr_array_unref);
  for (guint i = 0; i < self->watchers->len; i++)
    g_signal_handlers_disconnect_by_data (g_ptr_array_index (self->watchers, i), self);
  g_clear_pointer (&self->watchers, g_ptr_array_unref);
  g_clear_pointer (&self->changed, g_hash_table_unref);
  g_clear_object (&self->prompts);
  g_clear_object (&self->missed);
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
  iface->handle_watch = handle_watch;
}

static void
snetd_agents_init (SnetdAgents *self)
{
  self->agents = g_ptr_array_new_with_free_func (forget_agent);
  self->watchers = g_ptr_array_new_with_free_func (forget_agent);
  self->left = g_hash_table_new (NULL, NULL);
  self->changed = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
}

SnetdAgents *
snetd_agents_new (SnetdManager *manager, SnetdAuthority *authority, guint timeout)
{
  SnetdAgents *self = g_object_new (SNETD_TYPE_AGENTS, NULL);

  self->prompts = g_object_ref (snetd_manager_get_prompts (manager));
  self->missed = g_object_ref (snetd_manager_get_missed (manager));
  self->timeout = timeout;
  self->start = g_timeout_add (timeout, end_start_cb, self);
  self->authority = g_object_ref (authority);
  g_signal_connect_object (self->missed, "changed", G_CALLBACK (missed_cb), self, 0);
  g_signal_connect_object (self->prompts, "shown", G_CALLBACK (shown_cb), self, 0);
  g_signal_connect_object (self->prompts, "changed", G_CALLBACK (changed_cb), self, 0);
  g_signal_connect_object (self->prompts, "ended", G_CALLBACK (ended_cb), self, 0);
  g_signal_connect_object (manager, "decided", G_CALLBACK (decided_cb), self, 0);
  return self;
}
