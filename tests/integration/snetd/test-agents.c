/* SPDX-License-Identifier: GPL-2.0-or-later */
/* org.snet.Agents: what agents are told, and which. */
#include <arpa/inet.h>
#include <errno.h>

#include "fixture.h"
#include "snet-names.h"
#include "snetd-log.h"
#include "snetd-missed.h"

#define AGENT "/agent"

static guint64
hold (guint32 uid)
{
  return fake_snet_hold (fake_snet_event (uid));
}

static gboolean
has_answered (gpointer user_data)
{
  return fake_logind_n_answers (user_data) > 0;
}

/* snetd has heard all that logind has said. */
static void
sync_logind (Fixture *fixture)
{
  g_autofree char *kernel = NULL;

  fake_logind_sync (fixture->logind);
  kernel = client_get_control (fixture->root, "Kernel");
}

static void
add_agent_in (Fixture *fixture, Client *client, FakeLogindSession session)
{
  fake_logind_reset (fixture->logind);
  fake_logind_set_next (fixture->logind, session);
  client_add_agent (client, AGENT);
  wait_until (has_answered, fixture->logind, "an answer of logind");
  sync_logind (fixture);
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
  fixture_hold (fixture, ALICE);
  fixture_hold (fixture, BOB);
  fixture_hold (fixture, ALICE);

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

  add_agent_in (fixture, fixture->alice, FAKE_LOGIND_NONE);
  add_agent_in (fixture, second, FAKE_LOGIND_NONE);
  hold (ALICE);
  client_hears (second, "Ask 1");
  client_has_not_heard (fixture->alice, "Ask 1");

  /* The first is asked when the one that came later is gone. */
  client_free (g_steal_pointer (&second));
  client_hears (fixture->alice, "Ask 1");
  client_answer (fixture->root, 1, "deny", "{}");
  client_hears (fixture->alice, "Withdraw 1 answered");
}

/* Calls that are alike are one question, and one answer decides them all. */
static void
test_merged (Fixture *fixture)
{
  g_autoptr (GVariant) events = NULL;
  guint64 id;

  fake_polkit_set (fixture->polkit, SNET_ACTION_ANSWER_OWN, FAKE_POLKIT_YES);
  client_add_agent (fixture->alice, AGENT);
  for (guint i = 0; i < 3; i++)
    hold (ALICE);
  hold (BOB);
  client_hears (fixture->root, "Requested 4");
  client_hears (fixture->alice, "Ask 1");
  client_hears (fixture->alice, "Ask 1 x3");

  /* The question stays when its first call ends, and so does its id. */
  fake_snet_kill (1);
  client_hears (fixture->alice, "Ask 1 x2");
  client_has_not_heard (fixture->alice, "Withdraw 1 exited");
  client_answer (fixture->alice, 1, "deny", "{'errno': <'EPERM'>}");
  for (id = 2; id <= 3; id++)
    kernel_gets_verdict (id, SNET_VERDICT_DENY, EPERM);
  g_assert_true (fake_snet_waits (4));
  client_hears (fixture->alice, "Withdraw 1 answered");
  client_hears (fixture->root, "Decided 2 deny");
  client_hears (fixture->root, "Decided 3 deny");
  events = client_query (fixture->alice, "{'reason': <'user'>}");
  g_assert_cmpuint (g_variant_n_children (events), ==, 2);

  /* And now it is over. */
  client_check_answer_error (fixture->alice, 1, "allow", "{}", SNET_ERROR_NAME_UNKNOWN_REQUEST,
                             "gone");
  client_has_not_heard (fixture->alice, "Ask 2");
}

/* By any id of the prompt; also when just the named one has ended in the kernel. */

static int
kill_second (guint64 id, gpointer user_data)
{
  fake_snet_set_verdict_hook (NULL, NULL);
  fake_snet_kill (2);
  return 0;
}

static void
test_merged_any (Fixture *fixture)
{
  for (guint i = 0; i < 3; i++)
    hold (ALICE);
  client_hears (fixture->root, "Requested 3");
  fake_snet_set_verdict_hook (kill_second, NULL);
  client_answer (fixture->root, 2, "allow", "{}");
  kernel_gets_verdict (1, SNET_VERDICT_ALLOW, 0);
  kernel_gets_verdict (3, SNET_VERDICT_ALLOW, 0);
  client_hears (fixture->root, "Cancelled 2 exited");
}

/* No more are shown than a person can look at; the others follow in their order. */
static void
test_shown (Fixture *fixture)
{
  client_add_agent (fixture->alice, AGENT);
  for (guint i = 0; i < SNETD_PROMPTS_SHOWN_MAX + 2; i++)
    fixture_hold (fixture, ALICE);
  client_hears (fixture->alice, "Ask 1");
  client_hears (fixture->alice, "Ask 32");
  client_has_not_heard (fixture->alice, "Ask 33");

  /* One that was never shown is never withdrawn. */
  fake_snet_kill (33);
  client_hears (fixture->root, "Cancelled 33 exited");
  client_has_not_heard (fixture->alice, "Withdraw 33 exited");
  fake_snet_kill (7);
  client_hears (fixture->alice, "Ask 34");
}

/* Who lets too many wait lets the policy decide, and nobody else is touched. */
static void
test_full (Fixture *fixture)
{
  struct snet_event event = fake_snet_event (ALICE);
  g_autofree char *last = NULL;

  for (guint i = 0; i <= SNETD_PROMPTS_MAX; i++)
    {
      ((struct sockaddr_in *)&event.remote)->sin_port = htons (1000 + i);
      fake_snet_hold (event);
    }
  kernel_gets_verdict (SNETD_PROMPTS_MAX + 1, SNET_VERDICT_ALLOW, 0);
  last = client_last_decision (fixture->alice);
  g_assert_cmpstr (last, ==, "allow policy -");
  client_has_not_heard (fixture->root, "Requested 513");
  fixture_hold (fixture, BOB);

  /* What is like one that waits has a place; that there is no other is said once. */
  kernel_gets_verdict (fake_snet_hold (event), SNET_VERDICT_ALLOW, 0);
  g_assert_cmpuint (fixture_count_warnings ("User 1 has 512 questions waiting*"), ==, 1);
  g_assert_cmpuint (fixture_count_messages (SNETD_MESSAGE_PROMPTS_FULL), ==, 1);
  ((struct sockaddr_in *)&event.remote)->sin_port = htons (1000);
  fake_snet_hold (event);
  client_hears (fixture->root, "Requested 516");

  /* Until one is over. */
  fake_snet_kill (2);
  client_hears (fixture->root, "Cancelled 2 exited");
  fake_snet_hold (fake_snet_event (ALICE));
  client_hears (fixture->root, "Requested 517");
}

/* One that does not answer is not relied upon. */
static void
test_hung (Fixture *fixture)
{
  g_autoptr (Client) second = client_new (ALICE);

  add_agent_in (fixture, fixture->alice, FAKE_LOGIND_NONE);
  add_agent_in (fixture, second, FAKE_LOGIND_NONE);
  second->hangs = TRUE;
  fixture_hold (fixture, ALICE);
  client_hears (second, "Ask 1");
  client_hears (fixture->alice, "Ask 1");
  g_assert_cmpuint (fixture_count_messages (SNETD_MESSAGE_AGENT), ==, 1);

  /* Now that this is known there is no waiting; but it gets its chance. */
  second->hangs = FALSE;
  fixture_hold (fixture, ALICE);
  client_hears (fixture->alice, "Ask 2");
  client_hears (second, "Ask 2");
  client_sync (second);
  client_check_pending (fixture->root, "1 2"); /* and snetd has had the reply */
  fixture_hold (fixture, ALICE);
  client_hears (second, "Ask 3");
  client_has_not_heard (fixture->alice, "Ask 3");

  /* Who was asked is told the end, and nobody else. */
  for (guint64 id = 1; id <= 3; id++)
    client_answer (fixture->root, id, "deny", "{}");
  client_hears (second, "Withdraw 1 answered");
  client_hears (second, "Withdraw 2 answered");
  client_hears (second, "Withdraw 3 answered");
  client_hears (fixture->alice, "Withdraw 1 answered");
  client_hears (fixture->alice, "Withdraw 2 answered");
  client_has_not_heard (fixture->alice, "Withdraw 3 answered");
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

      for (guint i = 0; i < 8; i++)
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

/* The one in front of the machine is asked, whoever came last. */
static void
test_sessions (Fixture *fixture)
{
  g_autoptr (Client) second = client_new (ALICE);

  add_agent_in (fixture, fixture->alice, FAKE_LOGIND_ONE);
  fixture_hold (fixture, ALICE);
  client_hears (fixture->alice, "Ask 1");
  add_agent_in (fixture, second, FAKE_LOGIND_TWO);
  fixture_hold (fixture, ALICE);
  client_hears (fixture->alice, "Ask 2");
  client_has_not_heard (second, "Ask 1");
  client_has_not_heard (second, "Ask 2");

  /* Who comes to the front finds there what waits. */
  fake_logind_switch (fixture->logind, FAKE_LOGIND_TWO);
  client_hears (second, "Ask 1");
  client_hears (second, "Ask 2");
  fixture_hold (fixture, ALICE);
  client_hears (second, "Ask 3");
  client_has_not_heard (fixture->alice, "Ask 3");

  /* Nobody is: better that one than none. */
  fake_logind_switch (fixture->logind, FAKE_LOGIND_NONE);
  sync_logind (fixture);
  fixture_hold (fixture, ALICE);
  client_hears (second, "Ask 4");
  client_answer (fixture->root, 1, "deny", "{}");
  client_hears (fixture->alice, "Withdraw 1 answered");
  client_hears (second, "Withdraw 1 answered");
}

static guint
time_out (Fixture *fixture, Client *client, struct snet_event event)
{
  guint64 id = fake_snet_hold (event);
  g_autofree char *decided = g_strdup_printf ("Decided %" G_GUINT64_FORMAT " deny", id);
  g_autofree char *requested = g_strdup_printf ("Requested %" G_GUINT64_FORMAT, id);

  client_hears (fixture->root, requested);
  fake_snet_time_out (id, SNET_VERDICT_DENY);
  client_hears (fixture->root, decided);
  client_sync (client);
  return client->missed;
}

/* "3x2" for request 3, missed twice. */
static void
check_missed (Client *client, const char *expected)
{
  g_autoptr (GVariant) reply = client_call (client, "Events.ListMissed", NULL);
  g_autoptr (GVariant) events = g_variant_get_child_value (reply, 0);
  g_autoptr (GString) ids = g_string_new (NULL);

  for (gsize i = 0; i < g_variant_n_children (events); i++)
    {
      g_autoptr (GVariant) event = g_variant_get_child_value (events, i);
      guint64 id;
      guint32 count;

      g_assert_true (g_variant_lookup (event, "id", "t", &id));
      g_assert_true (g_variant_lookup (event, "count", "u", &count));
      g_string_append_printf (ids, "%s%" G_GUINT64_FORMAT "x%u", i > 0 ? " " : "", id, count);
    }
  g_assert_cmpstr (ids->str, ==, expected);
}

static void
dismiss (Client *client, guint64 id)
{
  g_autoptr (GVariant) reply = client_call (client, "Events.Dismiss", "(t)", id);
}

static void
test_missed (Fixture *fixture)
{
  struct snet_event event = fake_snet_event (ALICE);
  struct snet_event other = event;
  struct snet_event third = event;

  other.operation = SNET_OP_SEND;
  third.type = SOCK_SEQPACKET;
  client_add_agent (fixture->alice, AGENT);
  g_assert_cmpuint (time_out (fixture, fixture->alice, event), ==, 1);
  g_assert_cmpuint (time_out (fixture, fixture->alice, other), ==, 2);
  g_assert_cmpuint (time_out (fixture, fixture->alice, event), ==, 2);
  g_assert_cmpuint (time_out (fixture, fixture->alice, third), ==, 3);
  check_missed (fixture->alice, "2x1 3x2 4x1");
  check_missed (fixture->bob, "");
  check_missed (fixture->root, "2x1 3x2 4x1");

  /* One of those that are alike was killed, or answered: the prompt was not missed. */
  fake_snet_hold (fake_snet_event (BOB));
  fake_snet_hold (fake_snet_event (BOB));
  client_hears (fixture->root, "Requested 6");
  fake_snet_time_out (5, SNET_VERDICT_DENY);
  client_hears (fixture->root, "Decided 5 deny");
  client_answer (fixture->root, 6, "deny", "{}");
  check_missed (fixture->bob, "");

  /* Who may dismiss: as who may answer. */
  client_check_error (fixture->bob, "org.freedesktop.DBus.Error.AccessDenied",
                      SNET_ACTION_ANSWER_ANY, "Events.Dismiss", "(t)", (guint64)2);
  client_check_error (fixture->alice, "org.freedesktop.DBus.Error.AccessDenied",
                      SNET_ACTION_ANSWER_OWN, "Events.Dismiss", "(t)", (guint64)2);
  fake_polkit_set (fixture->polkit, SNET_ACTION_ANSWER_OWN, FAKE_POLKIT_YES);
  dismiss (fixture->alice, 2);
  client_check_error (fixture->alice, SNET_ERROR_NAME_UNKNOWN_REQUEST, "2", "Events.Dismiss", "(t)",
                      (guint64)2);
  check_missed (fixture->alice, "3x2 4x1");

  /* The like of it is answered; a rule is made for the other. */
  fake_snet_hold (event);
  client_hears (fixture->alice, "Ask 7");
  client_answer (fixture->alice, 7, "deny", "{}");
  check_missed (fixture->alice, "4x1");
  client_add_rule (fixture->root, "{'action': <'ask'>}");
  check_missed (fixture->alice, "4x1");
  client_add_rule (fixture->root, "{'action': <'deny'>, 'type': <'seqpacket'>}");
  check_missed (fixture->alice, "");
  client_sync (fixture->alice);
  g_assert_cmpuint (fixture->alice->missed, ==, 0);
}

static gboolean
has_missed (gpointer user_data)
{
  return ((Client *)user_data)->missed > 0;
}

/* The oldest give way, and a new agent is told how many there are. */
static void
test_missed_many (Fixture *fixture)
{
  struct snet_event event = fake_snet_event (ALICE);
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GVariant) events = NULL;

  for (guint i = 0; i < SNETD_MISSED_MAX + 1; i++)
    {
      ((struct sockaddr_in *)&event.remote)->sin_port = htons (1000 + i);
      fake_snet_time_out (fake_snet_hold (event), SNET_VERDICT_DENY);
    }
  client_hears (fixture->root, "Decided 101 deny");
  client_add_agent (fixture->alice, AGENT);
  wait_until (has_missed, fixture->alice, "the number of what was missed");
  g_assert_cmpuint (fixture->alice->missed, ==, SNETD_MISSED_MAX);
  reply = client_call (fixture->alice, "Events.ListMissed", NULL);
  events = g_variant_get_child_value (reply, 0);
  g_assert_cmpuint (g_variant_n_children (events), ==, SNETD_MISSED_MAX);
  client_check_error (fixture->root, SNET_ERROR_NAME_UNKNOWN_REQUEST, NULL, "Events.Dismiss", "(t)",
                      (guint64)1);
}

/* Nobody to ask: the policy, at once, whatever it is by then. */
static void
test_without (Fixture *fixture)
{
  g_autofree char *last = NULL;
  struct snet_event person = fake_snet_event (65534);

  g_assert_true (g_file_set_contents (fixture->config_file, "[Verdict]\nPolicy=deny\n", -1, NULL));
  /* Time for those that are about to come. */
  fixture->agent_timeout = 2000;
  fake_snet_hold (person);
  fixture_start (fixture);
  kernel_gets_verdict (hold (ALICE), SNET_VERDICT_DENY, 0);
  client_hears (fixture->root, "Decided 2 deny");
  client_has_not_heard (fixture->root, "Requested 2");
  last = client_last_decision (fixture->alice);
  g_assert_cmpstr (last, ==, "deny policy EACCES");

  /* A person's agent may be about to come; or not. */
  client_check_pending (fixture->root, "1");
  client_hears (fixture->root, "Decided 1 deny");
  kernel_gets_verdict (fake_snet_hold (person), SNET_VERDICT_DENY, 0);
  client_has_not_heard (fixture->root, "Requested 3");

  /* With one it waits, and also for it to come again. */
  {
    g_autoptr (Client) second = client_new (ALICE);

    client_add_agent (second, AGENT);
    fixture_hold (fixture, ALICE);
    client_hears (second, "Ask 4");
  }
  client_add_agent (fixture->alice, AGENT);
  client_hears (fixture->alice, "Ask 4");
  g_assert_true (fake_snet_waits (4));
  unregister (fixture->alice, AGENT);
  client_hears (fixture->root, "Decided 4 deny");
  kernel_gets_verdict (4, SNET_VERDICT_DENY, 0);
}

/* Who watches is told of what was decided, and nobody's agent. */
static void
test_watch (Fixture *fixture)
{
  g_autoptr (GVariant) again = NULL;
  guint64 id;

  client_add_watcher (fixture->alice, AGENT);
  again = client_call (fixture->alice, "Agents.Watch", "(o)", AGENT);
  id = hold (ALICE);
  client_answer (fixture->root, id, "deny", "{}");
  client_hears (fixture->alice, "AgentDecided 1 deny"); /* once */
  client_has_not_heard (fixture->alice, "Ask 1");

  /* What waits for an agent's user goes on to wait for that, and for nobody else. */
  client_add_agent (fixture->bob, AGENT);
  unregister (fixture->alice, AGENT);
  client_answer (fixture->root, hold (ALICE), "allow", "{}");
  client_sync (fixture->alice);
  client_has_not_heard (fixture->alice, "AgentDecided 2 allow");
  client_check_error (fixture->alice, SNET_ERROR_NAME_UNKNOWN_AGENT, AGENT, "Agents.Unregister",
                      "(o)", AGENT);
}

/* Somebody has to be there to ask; who only watches is not. */
static void
test_watch_is_nobody (Fixture *fixture)
{
  g_assert_true (g_file_set_contents (fixture->config_file, "", -1, NULL));
  fixture_restart (fixture);
  client_add_watcher (fixture->alice, AGENT);
  fake_snet_hold (fake_snet_event (ALICE));
  client_hears (fixture->alice, "AgentDecided 1 allow");

  /* Eight of a user, as of agents. */
  for (guint i = 1; i < 8; i++)
    {
      g_autofree char *path = g_strdup_printf (AGENT "%u", i);

      client_add_watcher (fixture->alice, path);
    }
  client_check_error (fixture->alice, "org.freedesktop.DBus.Error.LimitsExceeded", "8",
                      "Agents.Watch", "(o)", "/ninth");
}

static void
add_tests (void)
{
  fixture_add ("/agents/asked", test_asked);
  fixture_add ("/agents/reasons", test_reasons);
  fixture_add ("/agents/late", test_late);
  fixture_add ("/agents/two", test_two);
  fixture_add ("/agents/merged", test_merged);
  fixture_add ("/agents/merged-any", test_merged_any);
  fixture_add ("/agents/shown", test_shown);
  fixture_add ("/agents/full", test_full);
  fixture_add ("/agents/hung", test_hung);
  fixture_add ("/agents/sessions", test_sessions);
  fixture_add ("/agents/missed", test_missed);
  fixture_add ("/agents/missed-many", test_missed_many);
  fixture_add_stopped ("/agents/without", test_without);
  fixture_add ("/agents/registration", test_registration);
  fixture_add ("/agents/leaves", test_leaves);
  fixture_add ("/agents/forged", test_forged);
  fixture_add ("/agents/watch", test_watch);
  fixture_add ("/agents/watch-is-nobody", test_watch_is_nobody);
}

int
main (int argc, char **argv)
{
  return fixture_main (argc, argv, add_tests);
}
