/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snetd-agent.h"

#include "snet-names.h"
#include "snetd-log.h"
#include "snetd-session.h"

struct _SnetdAgent
{
  GObject parent_instance;

  GDBusConnection *connection;
  char *name; /* unique bus name */
  char *path;
  guint32 uid;
  guint timeout;
  guint watch;
  SnetdSession *session;
  GCancellable *cancellable; /* of the calls that wait for a reply */
  GHashTable *asked;         /* id of a prompt -> its version that was told */
  gboolean called;           /* a reply to Ask is still to come */
  gboolean unwilling;
};

enum
{
  GONE,
  CHANGED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (SnetdAgent, snetd_agent, G_TYPE_OBJECT)

static void
vanished_cb (GDBusConnection *connection, const char *name, gpointer user_data)
{
  g_signal_emit (user_data, signals[GONE], 0);
}

static void
session_changed_cb (SnetdSession *session, SnetdAgent *self)
{
  g_signal_emit (self, signals[CHANGED], 0);
}

static void
set_unwilling (SnetdAgent *self, gboolean unwilling)
{
  if (self->unwilling == unwilling)
    return;

  self->unwilling = unwilling;
  g_signal_emit (self, signals[CHANGED], 0);
}

/* No reply is wanted. */
static void
tell (SnetdAgent *self, const char *method, GVariant *arguments)
{
  g_autoptr (GDBusMessage) message = NULL;
  g_autoptr (GError) error = NULL;

  message = g_dbus_message_new_method_call (self->name, self->path, SNET_INTERFACE_AGENT, method);
  g_dbus_message_set_flags (message, G_DBUS_MESSAGE_FLAGS_NO_REPLY_EXPECTED |
                                       G_DBUS_MESSAGE_FLAGS_NO_AUTO_START);
  g_dbus_message_set_body (message, arguments);
  if (!g_dbus_connection_send_message (self->connection, message, G_DBUS_SEND_MESSAGE_FLAGS_NONE,
                                       NULL, &error))
    g_warning ("Agent %s cannot be called: %s", self->name, error->message);
}

static void
asked_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (SnetdAgent) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply =
    g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);

  if (g_cancellable_is_cancelled (self->cancellable))
    return;
  self->called = FALSE;
  if (reply == NULL && !self->unwilling)
    snetd_log_user (SNETD_MESSAGE_AGENT, self->uid,
                    "Agent %s of user %u does not take a question: %s", self->name, self->uid,
                    error->message);
  set_unwilling (self, reply == NULL);
}

void
snetd_agent_ask (SnetdAgent *self, const SnetdPrompt *prompt)
{
  const guint64 id = snetd_prompt_get_id (prompt);
  gpointer version = GUINT_TO_POINTER (snetd_prompt_get_version (prompt));
  GVariant *arguments;
  gpointer told;

  if (g_hash_table_lookup_extended (self->asked, &id, NULL, &told) && told == version)
    return;

  g_hash_table_insert (self->asked, g_memdup2 (&id, sizeof id), version);
  arguments = g_variant_new ("(t@a{sv})", id, snetd_prompt_to_variant (prompt));

  /*
   * One reply tells whether it is alive. The bus lets snetd wait for 128 at a time, and
   * agents that hang must not use them up.
   */
  if (self->called)
    {
      tell (self, "Ask", arguments);
      return;
    }
  self->called = TRUE;
  g_dbus_connection_call (self->connection, self->name, self->path, SNET_INTERFACE_AGENT, "Ask",
                          arguments, NULL, G_DBUS_CALL_FLAGS_NO_AUTO_START, self->timeout,
                          self->cancellable, asked_cb, g_object_ref (self));
}

gboolean
snetd_agent_was_asked (SnetdAgent *self, const SnetdPrompt *prompt)
{
  const guint64 id = snetd_prompt_get_id (prompt);

  return g_hash_table_contains (self->asked, &id);
}

void
snetd_agent_withdraw (SnetdAgent *self, const SnetdPrompt *prompt, const char *reason)
{
  const guint64 id = snetd_prompt_get_id (prompt);

  if (g_hash_table_remove (self->asked, &id))
    tell (self, "Withdraw", g_variant_new ("(ts)", id, reason));
}

void
snetd_agent_tell_missed (SnetdAgent *self, guint count)
{
  tell (self, "Missed", g_variant_new ("(u)", count));
}

void
snetd_agent_tell_decided (SnetdAgent *self, const SnetdRequest *request)
{
  g_autofree char *verdict = snetd_vocabulary_word (&snetd_verdicts, request->verdict);

  tell (self, "Decided",
        g_variant_new ("(ts@a{sv})", request->id, verdict, snetd_request_to_variant (request)));
}

gboolean
snetd_agent_is (SnetdAgent *self, const char *name, const char *path)
{
  return g_str_equal (self->name, name) && g_str_equal (self->path, path);
}

guint32
snetd_agent_get_uid (SnetdAgent *self)
{
  return self->uid;
}

gboolean
snetd_agent_is_willing (SnetdAgent *self)
{
  return !self->unwilling;
}

gboolean
snetd_agent_is_active (SnetdAgent *self)
{
  return snetd_session_is_active (self->session);
}

void
snetd_agent_close (SnetdAgent *self)
{
  g_cancellable_cancel (self->cancellable);
  g_clear_handle_id (&self->watch, g_bus_unwatch_name);
}

static void
snetd_agent_dispose (GObject *object)
{
  snetd_agent_close (SNETD_AGENT (object));
  G_OBJECT_CLASS (snetd_agent_parent_class)->dispose (object);
}

static void
snetd_agent_finalize (GObject *object)
{
  SnetdAgent *self = SNETD_AGENT (object);

  g_clear_object (&self->session);
  g_clear_object (&self->connection);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->asked, g_hash_table_unref);
  g_free (self->name);
  g_free (self->path);
  G_OBJECT_CLASS (snetd_agent_parent_class)->finalize (object);
}

static void
snetd_agent_class_init (SnetdAgentClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GType type = G_TYPE_FROM_CLASS (klass);

  object_class->dispose = snetd_agent_dispose;
  object_class->finalize = snetd_agent_finalize;

  signals[GONE] =
    g_signal_new ("gone", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[CHANGED] =
    g_signal_new ("changed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
snetd_agent_init (SnetdAgent *self)
{
  self->cancellable = g_cancellable_new ();
  self->asked = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
}

SnetdAgent *
snetd_agent_new (GDBusConnection *connection,
                 const char *name,
                 const char *path,
                 guint32 uid,
                 guint timeout)
{
  SnetdAgent *self = g_object_new (SNETD_TYPE_AGENT, NULL);

  self->connection = g_object_ref (connection);
  self->name = g_strdup (name);
  self->path = g_strdup (path);
  self->uid = uid;
  self->timeout = timeout;
  self->watch = g_bus_watch_name_on_connection (connection, name, G_BUS_NAME_WATCHER_FLAGS_NONE,
                                                NULL, vanished_cb, self, NULL);
  self->session = snetd_session_new (connection, name, timeout);
  g_signal_connect_object (self->session, "changed", G_CALLBACK (session_changed_cb), self, 0);
  return self;
}
