/* SPDX-License-Identifier: GPL-2.0-or-later */
/* org.snet.Agents: what agents are told, and which. */
#include "fixture.h"
#include "snet-names.h"

#define AGENT "/agent"

static guint64
hold (guint32 uid)
{
  return fake_snet_hold (fake_snet_event (uid));
}

static void
test_asked (Fixture *fixture)
{
  client_add_agent (fixture->alice, AGENT);
  client_add_agent (fixture->bob, AGENT);
  fake_polkit_set (fixture->polkit, SNET_ACTION_ANSWER_OWN, FAKE_POLKIT_YES);

  hold (ALICE);
  client_hears (fixture->alice, "Ask 1");
  client_answer (fixture->alice, 1, "allow", "{}");
  client_hears (fixture->alice, "Withdraw 1 answered");
  client_hears (fixture->alice, "AgentDecided 1 allow");

  /* Not a word of it to Bob. */
  client_sync (fixture->bob);
  g_assert_cmpuint (fixture->bob->heard->len, ==, 0);
}

static void
test_reasons (Fixture *fixture)
{
  client_add_agent (fixture->alice, AGENT);

  hold (ALICE);
  client_hears (fixture->alice, "Ask 1");
  fake_snet_time_out (1, SNET_VERDICT_DENY);
  client_hears (fixture->alice, "Withdraw 1 timeout");
  client_hears (fixture->alice, "AgentDecided 1 deny");

  hold (ALICE);
  client_hears (fixture->alice, "Ask 2");
  fake_snet_kill (2);
  client_hears (fixture->alice, "Withdraw 2 exited");
  client_has_not_heard (fixture->alice, "AgentDecided 2 allow");

  hold (ALICE);
  client_hears (fixture->alice, "Ask 3");
  client_add_rule (fixture->root, "{'action': <'allow'>}");
  client_hears (fixture->alice, "Withdraw 3 rule");
  client_hears (fixture->alice, "AgentDecided 3 allow");

  /* What a rule decides is told, but never asked nor withdrawn. */
  hold (ALICE);
  client_hears (fixture->alice, "AgentDecided 4 allow");
  client_has_not_heard (fixture->alice, "Ask 4");
  client_has_not_heard (fixture->alice, "Withdraw 4 rule");
}

static void
test_late (Fixture *fixture)
{
  hold (ALICE);
  hold (BOB);
  hold (ALICE);
  client_hears (fixture->root, "Requested 3");

  client_add_agent (fixture->alice, AGENT);
  client_hears (fixture->alice, "Ask 1");
  client_hears (fixture->alice, "Ask 3");
  client_has_not_heard (fixture->alice, "Ask 2");
  /* Oldest first. */
  g_assert_cmpstr (g_ptr_array_index (fixture->alice->heard, 0), ==, "Ask 1");
}

static void
test_two (Fixture *fixture)
{
  g_autoptr (Client) second = client_new (ALICE);

  client_add_agent (fixture->alice, AGENT);
  client_add_agent (second, AGENT);
  hold (ALICE);
  client_hears (fixture->alice, "Ask 1");
  client_hears (second, "Ask 1");
  fake_polkit_set (fixture->polkit, SNET_ACTION_ANSWER_OWN, FAKE_POLKIT_YES);
  client_answer (second, 1, "deny", "{}");
  client_hears (fixture->alice, "Withdraw 1 answered");
}

static void
register_again (Client *client, const char *path)
{
  g_autoptr (GVariant) reply = client_call (client, "Agents.Register", "(o)", path);
}

static void
unregister (Client *client, const char *path)
{
  g_autoptr (GVariant) reply = client_call (client, "Agents.Unregister", "(o)", path);
}

static void
test_registration (Fixture *fixture)
{
  client_add_agent (fixture->alice, AGENT);
  register_again (fixture->alice, AGENT);
  hold (ALICE);
  client_hears (fixture->alice, "Ask 1"); /* once */

  client_check_error (fixture->alice, SNET_ERROR_NAME_UNKNOWN_AGENT, "/other", "Agents.Unregister",
                      "(o)", "/other");
  client_check_error (fixture->bob, SNET_ERROR_NAME_UNKNOWN_AGENT, AGENT, "Agents.Unregister",
                      "(o)", AGENT);
  unregister (fixture->alice, AGENT);
  client_check_error (fixture->alice, SNET_ERROR_NAME_UNKNOWN_AGENT, AGENT, "Agents.Unregister",
                      "(o)", AGENT);
  hold (ALICE);
  client_hears (fixture->root, "Requested 2");
  client_has_not_heard (fixture->alice, "Ask 2");
}

/* One that leaves the bus is forgotten; the room that it took is free again. */
static void
test_leaves (Fixture *fixture)
{
  for (guint round = 0; round < 3; round++)
    {
      g_autoptr (Client) second = client_new (ALICE);

      for (guint i = 0; i < 32; i++)
        {
          g_autofree char *path = g_strdup_printf ("/agent/%u", i);

          register_again (second, path);
        }
      client_check_error (second, "org.freedesktop.DBus.Error.LimitsExceeded", NULL,
                          "Agents.Register", "(o)", AGENT);
      /* It is the user's limit, not the program's, nor another user's. */
      client_check_error (fixture->alice, "org.freedesktop.DBus.Error.LimitsExceeded", NULL,
                          "Agents.Register", "(o)", AGENT);
      register_again (fixture->bob, AGENT);
      client_free (g_steal_pointer (&second));
      /* snetd hears of it from the bus, before what it is called for after. */
      client_sync (fixture->alice);
    }
  client_add_agent (fixture->alice, AGENT);
}

/* A prompt can be had by snetd only. */
static void
test_forged (Fixture *fixture)
{
  g_autoptr (GDBusMessage) message = NULL;
  g_autoptr (GError) error = NULL;

  client_add_agent (fixture->alice, AGENT);
  message =
    g_dbus_message_new_method_call (g_dbus_connection_get_unique_name (fixture->alice->connection),
                                    AGENT, SNET_INTERFACE_AGENT, "Ask");
  g_dbus_message_set_flags (message, G_DBUS_MESSAGE_FLAGS_NO_REPLY_EXPECTED);
  g_dbus_message_set_body (message, g_variant_new_parsed ("(@t 9, {'id': <@t 9>})"));
  g_dbus_connection_send_message (fixture->bob->connection, message, 0, NULL, &error);
  g_assert_no_error (error);
  client_sync (fixture->bob);
  client_has_not_heard (fixture->alice, "Ask 9");
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  if (!fixture_init ())
    return 0;

  fixture_add ("/agents/asked", test_asked);
  fixture_add ("/agents/reasons", test_reasons);
  fixture_add ("/agents/late", test_late);
  fixture_add ("/agents/two", test_two);
  fixture_add ("/agents/registration", test_registration);
  fixture_add ("/agents/leaves", test_leaves);
  fixture_add ("/agents/forged", test_forged);

  status = g_test_run ();
  fixture_exit ();
  return status;
}
