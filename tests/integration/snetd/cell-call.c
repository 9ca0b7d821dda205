/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Calls as somebody, and what the replies say. */
#include "cell-call.h"

#include "snet-names.h"

#define ACCESS_DENIED "org.freedesktop.DBus.Error.AccessDenied"
#define INVALID_ARGS  "org.freedesktop.DBus.Error.InvalidArgs"

typedef struct
{
  GDBusMessage *message;
} Reply;

static void
reply_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  ((Reply *)user_data)->message =
    g_dbus_connection_send_message_with_reply_finish (G_DBUS_CONNECTION (source), result, &error);
  g_assert_no_error (error);
}

static gboolean
has_reply (gpointer user_data)
{
  return ((Reply *)user_data)->message != NULL;
}

GDBusMessage *
cell_call_at (Cell *cell,
              const char *name,
              const char *path,
              const char *interface,
              const char *member,
              GVariant *arguments)
{
  g_autoptr (GDBusMessage) call = g_dbus_message_new_method_call (name, path, interface, member);
  Reply reply = { NULL };

  if (cell->password)
    g_dbus_message_set_flags (call, G_DBUS_MESSAGE_FLAGS_ALLOW_INTERACTIVE_AUTHORIZATION);
  if (arguments != NULL)
    g_dbus_message_set_body (call, arguments);
  g_dbus_connection_send_message_with_reply (cell->client->connection, call, 0, G_MAXINT, NULL,
                                             NULL, reply_cb, &reply);
  wait_until (has_reply, &reply, member);
  return reply.message;
}

GDBusMessage *
cell_call (Cell *cell, GVariant *arguments)
{
  return cell_call_at (cell, SNET_BUS_NAME, SNET_OBJECT_PATH, cell->interface, cell->member,
                       arguments);
}

GVariant *
cell_no_options (void)
{
  return g_variant_new_array (G_VARIANT_TYPE ("{sv}"), NULL, 0);
}

/* What a reply says. Takes it. */
const char *
cell_judge (GDBusMessage *message)
{
  g_autoptr (GDBusMessage) reply = message;
  const char *error = g_dbus_message_get_error_name (reply);

  if (error == NULL)
    return "yes";
  if (g_str_equal (error, ACCESS_DENIED))
    return "no";
  if (g_str_equal (error, SNET_ERROR_NAME_UNKNOWN_RULE) ||
      g_str_equal (error, SNET_ERROR_NAME_UNKNOWN_REQUEST) ||
      g_str_equal (error, SNET_ERROR_NAME_UNKNOWN_AGENT))
    return "hid";
  if (g_str_equal (error, INVALID_ARGS))
    return "bad";
  g_error ("%s: %s", error, (const char *)g_variant_get_data (g_dbus_message_get_body (reply)));
}

/* The same of a call that changes something: it must have done so, or not have. */
const char *
cell_judge_change (GDBusMessage *reply, gboolean changed)
{
  const char *word = cell_judge (reply);

  g_assert_cmpint (g_str_equal (word, "yes"), ==, changed);
  return word;
}

/* What a list shows, of somebody's and Bob's: own, or all. Takes the reply. */
const char *
cell_judge_list (Cell *cell, GDBusMessage *message, const char *key)
{
  g_autoptr (GDBusMessage) reply = message;
  g_autoptr (GVariant) list = NULL;
  gboolean has_mine = FALSE, has_bobs = FALSE, has_else = FALSE;

  g_assert_null (g_dbus_message_get_error_name (reply));
  list = g_variant_get_child_value (g_dbus_message_get_body (reply), 0);
  for (gsize i = 0; i < g_variant_n_children (list); i++)
    {
      g_autoptr (GVariant) entry = g_variant_get_child_value (list, i);
      guint32 uid;

      if (!g_variant_lookup (entry, key, "u", &uid))
        continue;
      has_mine |= uid == cell->mine;
      has_bobs |= uid == BOB;
      has_else |= uid != cell->mine && uid != BOB;
    }
  g_assert_true (has_mine);
  g_assert_false (has_else && !has_bobs);
  return has_bobs ? "all" : "own";
}
