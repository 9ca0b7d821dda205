/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A program on the bus. Its calls are handled by snetd in this same process,
 * so nothing here may block: all waiting runs the main loop. */
#include "fixture.h"

#include "snet-dbus-generated.h"
#include "snet-names.h"

static void
heard (Client *client, char *what)
{
  g_test_message ("%s heard: %s", g_dbus_connection_get_unique_name (client->connection), what);
  g_ptr_array_add (client->heard, what);
}

/* "Mode off", "VerdictDelay 30" */
static void
control_changed (Client *client, GVariant *parameters)
{
  g_autoptr (GVariant) changed = g_variant_get_child_value (parameters, 1);
  GVariantIter iter;
  const char *name;
  GVariant *value;

  g_variant_iter_init (&iter, changed);
  while (g_variant_iter_loop (&iter, "{&sv}", &name, &value))
    {
      g_autofree char *text = g_variant_is_of_type (value, G_VARIANT_TYPE_STRING)
                                ? g_variant_dup_string (value, NULL)
                                : g_variant_print (value, FALSE);

      g_ptr_array_add (client->seen, g_strdup_printf ("%s %s", name, text));
    }
}

/* "Requested 1", "Decided 1 allow", "Cancelled 1 exited", "Added 3" */
static void
signal_cb (GDBusConnection *connection,
           const char *sender,
           const char *path,
           const char *interface,
           const char *signal,
           GVariant *parameters,
           gpointer user_data)
{
  g_autoptr (GVariant) id = NULL;
  g_autoptr (GVariant) word = NULL;

  if (g_str_equal (signal, "PropertiesChanged"))
    control_changed (user_data, parameters);
  if (!g_str_has_prefix (interface, "org.snet."))
    return;

  id = g_variant_get_child_value (parameters, 0);
  if (g_variant_n_children (parameters) > 1)
    word = g_variant_get_child_value (parameters, 1);
  if (word != NULL && g_variant_is_of_type (word, G_VARIANT_TYPE_STRING))
    heard (user_data,
           g_strdup_printf ("%s %" G_GUINT64_FORMAT " %s", signal, g_variant_get_uint64 (id),
                            g_variant_get_string (word, NULL)));
  else
    heard (user_data, g_strdup_printf ("%s %" G_GUINT64_FORMAT, signal, g_variant_get_uint64 (id)));
}

Client *
client_new_on (GDBusConnection *connection)
{
  Client *client = g_new0 (Client, 1);

  client->connection = connection;
  client->heard = g_ptr_array_new_with_free_func (g_free);
  client->seen = g_ptr_array_new_with_free_func (g_free);
  client->agents = g_ptr_array_new_with_free_func (g_object_unref);
  client->subscription = g_dbus_connection_signal_subscribe (
    client->connection, SNET_BUS_NAME, NULL, NULL, SNET_OBJECT_PATH, NULL, G_DBUS_SIGNAL_FLAGS_NONE,
    signal_cb, client, NULL);
  client_sync (client);
  return client;
}

static void
closed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_assert_true (g_dbus_connection_close_finish (G_DBUS_CONNECTION (source), result, NULL));
  *(gboolean *)user_data = TRUE;
}

static gboolean
is_true (gpointer user_data)
{
  return *(gboolean *)user_data;
}

void
client_free (Client *client)
{
  gboolean closed = FALSE;

  for (guint i = 0; i < client->agents->len; i++)
    g_dbus_interface_skeleton_unexport (g_ptr_array_index (client->agents, i));
  g_ptr_array_unref (client->agents);
  g_dbus_connection_signal_unsubscribe (client->connection, client->subscription);
  g_dbus_connection_close (client->connection, NULL, closed_cb, &closed);
  wait_until (is_true, &closed, "the end of a connection");
  g_object_unref (client->connection);
  g_ptr_array_unref (client->heard);
  g_ptr_array_unref (client->seen);
  g_free (client);
}

/* Calls. A method is "Events.Verdict"; arguments as for g_variant_new(). */

static void
reply_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Later *later = user_data;
  g_autoptr (GError) error = NULL;

  later->reply =
    g_dbus_connection_send_message_with_reply_finish (G_DBUS_CONNECTION (source), result, &error);
  later->closed = g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CLOSED);
  if (!later->closed)
    g_assert_no_error (error);
}

static Later *
send_call (Client *client, gboolean interactive, const char *method, GVariant *arguments)
{
  g_auto (GStrv) parts = g_strsplit (method, ".", 2);
  g_autofree char *interface = g_strconcat ("org.snet.", parts[0], NULL);
  g_autoptr (GDBusMessage) message = NULL;
  Later *later = g_new0 (Later, 1);

  message = g_dbus_message_new_method_call (SNET_BUS_NAME, SNET_OBJECT_PATH, interface, parts[1]);
  if (interactive)
    g_dbus_message_set_flags (message, G_DBUS_MESSAGE_FLAGS_ALLOW_INTERACTIVE_AUTHORIZATION);
  if (arguments != NULL)
    g_dbus_message_set_body (message, arguments);
  g_dbus_connection_send_message_with_reply (client->connection, message, 0, G_MAXINT, NULL, NULL,
                                             reply_cb, later);
  return later;
}

static GVariant *
build (const char *arguments, va_list *list)
{
  return arguments != NULL ? g_variant_new_va (arguments, NULL, list) : NULL;
}

Later *
client_call_later (Client *client,
                   gboolean interactive,
                   const char *method,
                   const char *arguments,
                   ...)
{
  Later *later;
  va_list list;

  va_start (list, arguments);
  later = send_call (client, interactive, method, build (arguments, &list));
  va_end (list);
  return later;
}

static gboolean
has_reply (gpointer user_data)
{
  Later *later = user_data;

  return later->reply != NULL || later->closed;
}

GDBusMessage *
later_wait (Later *later)
{
  wait_until (has_reply, later, "a reply");
  return later->reply;
}

void
later_free (Later *later)
{
  /* Its callback would come to freed memory. */
  later_wait (later);
  g_clear_object (&later->reply);
  g_free (later);
}

static GVariant *
get_body (GDBusMessage *reply)
{
  g_autoptr (GError) error = NULL;
  GVariant *body;

  g_dbus_message_to_gerror (reply, &error);
  g_assert_no_error (error);
  body = g_dbus_message_get_body (reply);
  return body != NULL ? g_variant_ref (body) : NULL;
}

static void
check_error (GDBusMessage *reply, const char *error_name, const char *says)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (g_dbus_message_to_gerror (reply, &error));
  g_test_message ("%s", error->message);
  g_assert_cmpstr (g_dbus_message_get_error_name (reply), ==, error_name);
  if (says != NULL)
    g_assert_nonnull (strstr (error->message, says));
}

GVariant *
client_call (Client *client, const char *method, const char *arguments, ...)
{
  g_autoptr (Later) later = NULL;
  va_list list;

  va_start (list, arguments);
  later = send_call (client, FALSE, method, build (arguments, &list));
  va_end (list);
  return get_body (later_wait (later));
}

void
client_check_error (Client *client,
                    const char *error_name,
                    const char *says,
                    const char *method,
                    const char *arguments,
                    ...)
{
  g_autoptr (Later) later = NULL;
  va_list list;

  va_start (list, arguments);
  later = send_call (client, FALSE, method, build (arguments, &list));
  va_end (list);
  check_error (later_wait (later), error_name, says);
}

static GVariant *
parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  GVariant *value = g_variant_parse (G_VARIANT_TYPE_VARDICT, text, NULL, NULL, &error);

  g_assert_no_error (error);
  return value;
}

void
client_answer (Client *client, guint64 id, const char *verdict, const char *options)
{
  g_autoptr (GVariant) dictionary = parse (options);
  g_autoptr (GVariant) reply =
    client_call (client, "Events.Verdict", "(ts@a{sv})", id, verdict, dictionary);
}

void
client_check_answer_error (Client *client,
                           guint64 id,
                           const char *verdict,
                           const char *options,
                           const char *error_name,
                           const char *says)
{
  g_autoptr (GVariant) dictionary = parse (options);

  client_check_error (client, error_name, says, "Events.Verdict", "(ts@a{sv})", id, verdict,
                      dictionary);
}

static void
synced_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GVariant) reply =
    g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, NULL);

  g_assert_nonnull (reply);
  *(gboolean *)user_data = TRUE;
}

void
client_sync (Client *client)
{
  gboolean synced = FALSE;

  g_dbus_connection_call (client->connection, "org.freedesktop.DBus", "/org/freedesktop/DBus",
                          "org.freedesktop.DBus", "GetId", NULL, NULL, 0, -1, NULL, synced_cb,
                          &synced);
  wait_until (is_true, &synced, "the bus");
}

/* What it hears. */

typedef struct
{
  GPtrArray *all;
  const char *what;
} Hearing;

static guint
count_heard (GPtrArray *all, const char *what)
{
  guint count = 0;

  for (guint i = 0; i < all->len; i++)
    count += g_str_equal (g_ptr_array_index (all, i), what);
  return count;
}

static gboolean
has_heard (gpointer user_data)
{
  Hearing *hearing = user_data;

  return count_heard (hearing->all, hearing->what) > 0;
}

void
client_hears (Client *client, const char *what)
{
  Hearing hearing = { client->heard, what };

  wait_until (has_heard, &hearing, what);
  client_sync (client);
  g_assert_cmpuint (count_heard (client->heard, what), ==, 1);
}

void
client_sees (Client *client, const char *what)
{
  Hearing hearing = { client->seen, what };

  wait_until (has_heard, &hearing, what);
}

void
client_has_not_heard (Client *client, const char *what)
{
  client_sync (client);
  g_assert_cmpuint (count_heard (client->heard, what), ==, 0);
}

/* Agents */

/* "Ask 1", or "Ask 1 x3" for as many requests. The event is that of the oldest of them. */
static gboolean
ask_cb (SnetDBusAgent *agent,
        GDBusMethodInvocation *invocation,
        guint64 id,
        GVariant *event,
        Client *client)
{
  guint64 oldest;
  guint32 count;

  g_assert_true (g_variant_lookup (event, "id", "t", &oldest));
  g_assert_cmpuint (oldest, >=, id);
  g_assert_true (g_variant_lookup (event, "count", "u", &count));
  if (count == 1)
    heard (client, g_strdup_printf ("Ask %" G_GUINT64_FORMAT, id));
  else
    heard (client, g_strdup_printf ("Ask %" G_GUINT64_FORMAT " x%u", id, count));
  if (!client->hangs)
    snet_dbus_agent_complete_ask (agent, invocation);
  else
    g_object_unref (invocation);
  return TRUE;
}

static gboolean
withdraw_cb (SnetDBusAgent *agent,
             GDBusMethodInvocation *invocation,
             guint64 id,
             const char *reason,
             Client *client)
{
  heard (client, g_strdup_printf ("Withdraw %" G_GUINT64_FORMAT " %s", id, reason));
  snet_dbus_agent_complete_withdraw (agent, invocation);
  return TRUE;
}

static gboolean
missed_cb (SnetDBusAgent *agent, GDBusMethodInvocation *invocation, guint count, Client *client)
{
  client->missed = count;
  snet_dbus_agent_complete_missed (agent, invocation);
  return TRUE;
}

static gboolean
decided_cb (SnetDBusAgent *agent,
            GDBusMethodInvocation *invocation,
            guint64 id,
            const char *verdict,
            GVariant *event,
            Client *client)
{
  const char *same;

  g_assert_true (g_variant_lookup (event, "verdict", "&s", &same));
  g_assert_cmpstr (same, ==, verdict);
  heard (client, g_strdup_printf ("AgentDecided %" G_GUINT64_FORMAT " %s", id, verdict));
  snet_dbus_agent_complete_decided (agent, invocation);
  return TRUE;
}

static void
export_agent (Client *client, const char *path)
{
  SnetDBusAgent *agent = snet_dbus_agent_skeleton_new ();
  g_autoptr (GError) error = NULL;

  g_signal_connect (agent, "handle-ask", G_CALLBACK (ask_cb), client);
  g_signal_connect (agent, "handle-withdraw", G_CALLBACK (withdraw_cb), client);
  g_signal_connect (agent, "handle-missed", G_CALLBACK (missed_cb), client);
  g_signal_connect (agent, "handle-decided", G_CALLBACK (decided_cb), client);
  g_dbus_interface_skeleton_export (G_DBUS_INTERFACE_SKELETON (agent), client->connection, path,
                                    &error);
  g_assert_no_error (error);
  g_ptr_array_add (client->agents, agent);
}

void
client_add_agent (Client *client, const char *path)
{
  g_autoptr (GVariant) reply = NULL;

  export_agent (client, path);
  reply = client_call (client, "Agents.Register", "(o)", path);
}

void
client_add_watcher (Client *client, const char *path)
{
  g_autoptr (GVariant) reply = NULL;

  export_agent (client, path);
  reply = client_call (client, "Agents.Watch", "(o)", path);
}

void
client_do (Client *client, const char *method)
{
  g_autoptr (GVariant) reply = client_call (client, method, NULL);
}

guint64
client_add_rule (Client *client, const char *rule)
{
  g_autoptr (GVariant) dictionary = parse (rule);
  g_autoptr (GVariant) reply = client_call (client, "Rules.Add", "(@a{sv})", dictionary);
  guint64 id;

  g_variant_get (reply, "(t)", &id);
  return id;
}

/* What snetd tells. */

char *
client_list_ids (Client *client, const char *method)
{
  g_autoptr (GVariant) reply = client_call (client, method, NULL);
  g_autoptr (GVariant) list = g_variant_get_child_value (reply, 0);
  GString *ids = g_string_new (NULL);

  for (gsize i = 0; i < g_variant_n_children (list); i++)
    {
      g_autoptr (GVariant) dictionary = g_variant_get_child_value (list, i);
      guint64 id;

      g_assert_true (g_variant_lookup (dictionary, "id", "t", &id));
      g_string_append_printf (ids, "%s%" G_GUINT64_FORMAT, i > 0 ? " " : "", id);
    }
  return g_string_free (ids, FALSE);
}

void
client_check_pending (Client *client, const char *ids)
{
  g_autofree char *pending = client_list_ids (client, "Events.ListPending");

  g_assert_cmpstr (pending, ==, ids);
}

GVariant *
client_query (Client *client, const char *filter)
{
  g_autoptr (GVariant) dictionary = parse (filter);
  g_autoptr (GVariant) reply = client_call (client, "Events.Query", "(@a{sv}u)", dictionary, 0);

  return g_variant_get_child_value (reply, 0);
}

char *
client_last_decision (Client *client)
{
  g_autoptr (GVariant) events = client_query (client, "{}");
  g_autoptr (GVariant) event = NULL;
  const char *verdict, *reason, *error = "-";

  if (g_variant_n_children (events) == 0)
    return g_strdup ("none");
  event = g_variant_get_child_value (events, 0);
  g_assert_true (g_variant_lookup (event, "verdict", "&s", &verdict));
  g_assert_true (g_variant_lookup (event, "reason", "&s", &reason));
  g_variant_lookup (event, "errno", "&s", &error);
  return g_strdup_printf ("%s %s %s", verdict, reason, error);
}

typedef struct
{
  GVariant *reply;
} PropertyReply;

static void
property_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  ((PropertyReply *)user_data)->reply =
    g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);
  g_assert_no_error (error);
}

static gboolean
has_property (gpointer user_data)
{
  return ((PropertyReply *)user_data)->reply != NULL;
}

char *
client_get_control (Client *client, const char *property)
{
  PropertyReply got = { NULL };
  g_autoptr (GVariant) value = NULL;
  char *text;

  g_dbus_connection_call (
    client->connection, SNET_BUS_NAME, SNET_OBJECT_PATH, "org.freedesktop.DBus.Properties", "Get",
    g_variant_new ("(ss)", SNET_INTERFACE_CONTROL, property), NULL, 0, -1, NULL, property_cb, &got);
  wait_until (has_property, &got, property);
  g_variant_get (got.reply, "(v)", &value);
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    text = g_variant_dup_string (value, NULL);
  else
    text = g_variant_print (value, FALSE);
  g_variant_unref (got.reply);
  return text;
}

void
client_set_mode (Client *client, const char *mode, const char *options)
{
  g_autoptr (GVariant) dictionary = parse (options);
  g_autoptr (GVariant) reply =
    client_call (client, "Control.SetMode", "(s@a{sv})", mode, dictionary);
}

void
client_check_control (Client *client, const char *property, const char *value)
{
  g_autofree char *got = client_get_control (client, property);

  g_assert_cmpstr (got, ==, value);
}

void
client_check_mode (Client *client, const char *mode)
{
  client_check_control (client, "Mode", mode);
  client_check_control (client, "ModeAfter", mode);
  client_check_control (client, "ModeUntil", "0");
}
