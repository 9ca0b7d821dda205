/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fake-polkit.h"

#include "polkit-policy.h"
#include "private-bus.h"

#define NAME "org.freedesktop.PolicyKit1"
#define PATH "/org/freedesktop/PolicyKit1/Authority"

struct FakePolkit
{
  GDBusConnection *connection;
  guint object;
  GHashTable *answers;  /* action -> FakePolkitAnswer */
  PolkitPolicy *policy; /* or NULL: answers */
  GHashTable *seats;    /* unique bus name -> FakePolkitSeat */
  GPtrArray *questions;
  GQueue held; /* of GDBusMethodInvocation */
};

static const char introspection[] =
  "<node><interface name='org.freedesktop.PolicyKit1.Authority'>"
  "<method name='CheckAuthorization'>"
  "<arg type='(sa{sv})' direction='in'/><arg type='s' direction='in'/>"
  "<arg type='a{ss}' direction='in'/><arg type='u' direction='in'/>"
  "<arg type='s' direction='in'/><arg type='(bba{ss})' direction='out'/>"
  "</method></interface></node>";

static void
reply (GDBusMethodInvocation *invocation, gboolean yes, gboolean challenge)
{
  g_dbus_method_invocation_return_value (
    invocation, g_variant_new ("((bb@a{ss}))", yes, challenge,
                               g_variant_new_array (G_VARIANT_TYPE ("{ss}"), NULL, 0)));
}

static FakePolkitAnswer
decide (FakePolkit *polkit, const char *action, const char *subject, gboolean interactive)
{
  const char *word;

  if (polkit->policy == NULL)
    return GPOINTER_TO_INT (g_hash_table_lookup (polkit->answers, action));

  word = polkit_policy_get (polkit->policy, action,
                            GPOINTER_TO_INT (g_hash_table_lookup (polkit->seats, subject)));
  if (g_str_equal (word, "yes"))
    return FAKE_POLKIT_YES;
  if (g_str_has_prefix (word, "auth_"))
    return interactive ? FAKE_POLKIT_YES : FAKE_POLKIT_CHALLENGE;
  g_assert_cmpstr (word, ==, "no");
  return FAKE_POLKIT_NO;
}

static void
method_cb (GDBusConnection *connection,
           const char *sender,
           const char *path,
           const char *interface,
           const char *method,
           GVariant *parameters,
           GDBusMethodInvocation *invocation,
           gpointer user_data)
{
  FakePolkit *polkit = user_data;
  g_autoptr (GVariant) details = NULL;
  const char *kind, *action, *subject;
  guint32 flags;

  g_variant_get (parameters, "((&s@a{sv})&s@a{ss}u&s)", &kind, &details, &action, NULL, &flags,
                 NULL);
  g_assert_cmpstr (kind, ==, "system-bus-name");
  g_assert_true (g_variant_lookup (details, "name", "&s", &subject));
  g_ptr_array_add (polkit->questions, g_strdup_printf ("%s %s%s", action, subject,
                                                       (flags & 1) != 0 ? " interactive" : ""));

  switch (decide (polkit, action, subject, (flags & 1) != 0))
    {
    case FAKE_POLKIT_YES:
      reply (invocation, TRUE, FALSE);
      break;
    case FAKE_POLKIT_CHALLENGE:
      reply (invocation, FALSE, TRUE);
      break;
    case FAKE_POLKIT_HOLD:
      g_queue_push_tail (&polkit->held, invocation);
      break;
    default:
      reply (invocation, FALSE, FALSE);
      break;
    }
}

FakePolkit *
fake_polkit_new (GDBusConnection *connection)
{
  static const GDBusInterfaceVTable vtable = { .method_call = method_cb };
  g_autoptr (GDBusNodeInfo) node = g_dbus_node_info_new_for_xml (introspection, NULL);
  FakePolkit *polkit = g_new0 (FakePolkit, 1);

  polkit->connection = g_object_ref (connection);
  polkit->answers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  polkit->seats = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  polkit->questions = g_ptr_array_new_with_free_func (g_free);
  g_queue_init (&polkit->held);
  polkit->object = g_dbus_connection_register_object (connection, PATH, node->interfaces[0],
                                                      &vtable, polkit, NULL, NULL);
  g_assert_cmpuint (polkit->object, !=, 0);
  fake_polkit_own_name (polkit);
  return polkit;
}

void
fake_polkit_free (FakePolkit *polkit)
{
  fake_polkit_reset (polkit);
  g_dbus_connection_unregister_object (polkit->connection, polkit->object);
  g_object_unref (polkit->connection);
  g_hash_table_unref (polkit->answers);
  g_hash_table_unref (polkit->seats);
  g_ptr_array_unref (polkit->questions);
  g_free (polkit);
}

void
fake_polkit_own_name (FakePolkit *polkit)
{
  private_bus_call (polkit->connection, "RequestName", g_variant_new ("(su)", NAME, 0));
}

void
fake_polkit_lose_name (FakePolkit *polkit)
{
  private_bus_call (polkit->connection, "ReleaseName", g_variant_new ("(s)", NAME));
}

void
fake_polkit_reset (FakePolkit *polkit)
{
  g_assert_cmpuint (fake_polkit_n_held (polkit), ==, 0);
  g_clear_pointer (&polkit->policy, polkit_policy_free);
  g_hash_table_remove_all (polkit->answers);
  g_hash_table_remove_all (polkit->seats);
  g_ptr_array_set_size (polkit->questions, 0);
}

void
fake_polkit_set (FakePolkit *polkit, const char *action, FakePolkitAnswer answer)
{
  g_hash_table_insert (polkit->answers, g_strdup (action), GINT_TO_POINTER (answer));
}

void
fake_polkit_use_policy (FakePolkit *polkit, const char *file)
{
  g_assert_null (polkit->policy);
  polkit->policy = polkit_policy_new (file);
}

void
fake_polkit_seat (FakePolkit *polkit, const char *bus_name, FakePolkitSeat seat)
{
  g_hash_table_insert (polkit->seats, g_strdup (bus_name), GINT_TO_POINTER (seat));
}

void
fake_polkit_release (FakePolkit *polkit, gboolean yes)
{
  g_assert_cmpuint (fake_polkit_n_held (polkit), >, 0);
  reply (g_queue_pop_head (&polkit->held), yes, FALSE);
}

guint
fake_polkit_n_held (FakePolkit *polkit)
{
  return g_queue_get_length (&polkit->held);
}

guint
fake_polkit_n_questions (FakePolkit *polkit)
{
  return polkit->questions->len;
}

const char *
fake_polkit_last_question (FakePolkit *polkit)
{
  g_assert_cmpuint (polkit->questions->len, >, 0);
  return g_ptr_array_index (polkit->questions, polkit->questions->len - 1);
}
