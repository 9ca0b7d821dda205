/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rules that end with a login session. */
#include <errno.h>

#include "fixture.h"
#include "snet-names.h"

#define UNTIL_LOGOUT "{'action': <'deny'>, 'lifetime': <'session'>}"

/* An answer of the user's, for what a program of the session does. */
static void
test_answer (Fixture *fixture)
{
  guint64 id = fixture_hold (fixture, ALICE);

  fake_polkit_set (fixture->polkit, SNET_ACTION_ANSWER_OWN, FAKE_POLKIT_YES);
  fake_logind_set_next (fixture->logind, FAKE_LOGIND_TWO);
  client_answer (fixture->alice, id, "deny", "{'lifetime': <'session'>, 'match': <@as []>}");
  kernel_gets_verdict (id, SNET_VERDICT_DENY, 0);
  kernel_gets_verdict (fake_snet_hold (fake_snet_event (ALICE)), SNET_VERDICT_DENY, 0);

  /* Another session's end is not its end. */
  fake_logind_end (fixture->logind, FAKE_LOGIND_ONE);
  fake_logind_sync (fixture->logind);
  client_sync (fixture->root);
  kernel_gets_verdict (fake_snet_hold (fake_snet_event (ALICE)), SNET_VERDICT_DENY, 0);
  fake_logind_end (fixture->logind, FAKE_LOGIND_TWO);
  client_hears (fixture->root, "Removed 1");
  id = fixture_hold (fixture, ALICE);
  g_assert_true (fake_snet_waits (id));
  client_check_rules (fixture->root, "");
}

/* In none of them, as what the user's systemd has started: it lasts as long as there is any. */
static void
test_user (Fixture *fixture)
{
  guint64 id = fixture_hold (fixture, ALICE);

  fake_polkit_set (fixture->polkit, SNET_ACTION_ANSWER_OWN, FAKE_POLKIT_YES);
  fake_logind_set_next (fixture->logind, FAKE_LOGIND_NONE);
  client_answer (fixture->alice, id, "deny", "{'lifetime': <'session'>, 'match': <@as []>}");
  fake_logind_end (fixture->logind, FAKE_LOGIND_ONE);
  fake_logind_sync (fixture->logind);
  client_sync (fixture->root);
  client_check_rules (fixture->root, "1");
  fake_logind_end (fixture->logind, FAKE_LOGIND_TWO);
  client_hears (fixture->root, "Removed 1");
}

/* Who is in no session can have no such rule, and nothing else is done instead. */
static void
test_none (Fixture *fixture)
{
  guint64 id = fixture_hold (fixture, BOB);

  fake_polkit_set (fixture->polkit, SNET_ACTION_ANSWER_OWN, FAKE_POLKIT_YES);
  client_check_answer_error (fixture->bob, id, "deny", "{'lifetime': <'session'>}",
                             SNET_ERROR_NAME_INVALID_OPTION, "lifetime");
  g_assert_true (fake_snet_waits (id));
  client_check_error (fixture->root, SNET_ERROR_NAME_INVALID_RULE, "lifetime", "Rules.Add",
                      "(@a{sv})", g_variant_new_parsed (UNTIL_LOGOUT));
  client_check_rules (fixture->root, "");
}

/* The session is the caller's, and stays the one that it was when somebody else changes the rule.
 */
static void
test_add (Fixture *fixture)
{
  g_autoptr (GVariant) updated = NULL;
  g_autoptr (GVariant) changed = NULL;
  guint64 id;

  fake_logind_set_next (fixture->logind, FAKE_LOGIND_ONE);
  id = client_add_rule (fixture->root, UNTIL_LOGOUT);
  fake_logind_set_next (fixture->logind, FAKE_LOGIND_TWO);
  updated = client_call (fixture->root, "Rules.Update", "(t@a{sv})", id,
                         g_variant_new_parsed ("{'action': <'ask'>, 'lifetime': <'session'>}"));
  g_assert_cmpuint (client_add_rule (fixture->root, "{'action': <'deny'>}"), ==, 2);
  changed = client_call (fixture->root, "Rules.Update", "(t@a{sv})", (guint64)2,
                         g_variant_new_parsed (UNTIL_LOGOUT));
  client_check_rules (fixture->root, "1 2");

  fake_logind_end (fixture->logind, FAKE_LOGIND_ONE);
  client_hears (fixture->root, "Removed 1");
  client_check_rules (fixture->root, "2");
  fake_logind_end (fixture->logind, FAKE_LOGIND_TWO);
  client_hears (fixture->root, "Removed 2");
}

/* What has ended while snetd was away is never used again; the other goes on. */
static void
test_restart (Fixture *fixture)
{
  guint64 id;

  fake_logind_set_next (fixture->logind, FAKE_LOGIND_ONE);
  client_add_rule (fixture->root, "{'action': <'allow'>, 'lifetime': <'session'>}");
  fake_logind_set_next (fixture->logind, FAKE_LOGIND_TWO);
  client_add_rule (fixture->root, "{'action': <'deny'>, 'errno': <'EPERM'>,"
                                  " 'lifetime': <'session'>, 'uid': <uint32 1>}");
  fixture_stop (fixture);
  fake_logind_end (fixture->logind, FAKE_LOGIND_ONE);

  id = fake_snet_hold (fake_snet_event (BOB));
  fixture_start (fixture);
  kernel_gets_verdict (fake_snet_hold (fake_snet_event (ALICE)), SNET_VERDICT_DENY, EPERM);
  g_assert_true (fake_snet_waits (id));
  client_check_rules (fixture->root, "2");

  fake_logind_end (fixture->logind, FAKE_LOGIND_TWO);
  client_hears (fixture->root, "Removed 2");
  fixture_stop (fixture);
  fixture_start (fixture);
  client_check_rules (fixture->root, "");
}

static gboolean
is_held (gpointer logind)
{
  return fake_logind_n_held (logind) > 0;
}

/* logind takes its time to say whose session it is, and meanwhile there is nothing to answer. */
static void
test_ended_meanwhile (Fixture *fixture)
{
  const guint64 id = fixture_hold (fixture, ALICE);
  g_autoptr (Later) later = NULL;
  GDBusMessage *reply;

  fake_polkit_set (fixture->polkit, SNET_ACTION_ANSWER_OWN, FAKE_POLKIT_YES);
  fake_logind_set_next (fixture->logind, FAKE_LOGIND_ONE);
  fake_logind_hold (fixture->logind);
  later = client_call_later (fixture->alice, FALSE, "Events.Verdict", "(ts@a{sv})", id, "deny",
                             g_variant_new_parsed ("{'lifetime': <'session'>}"));
  wait_until (is_held, fixture->logind, "the question to logind");
  fake_snet_time_out (id, SNET_VERDICT_ALLOW);
  client_hears (fixture->root, "Decided 1 allow");
  fake_logind_release (fixture->logind);
  reply = later_wait (later);
  g_assert_cmpstr (g_dbus_message_get_error_name (reply), ==, SNET_ERROR_NAME_ALREADY_DECIDED);
  client_check_rules (fixture->root, "");
}

/* Who has no logind has no session either; a rule of one that there was is over. */
static void
test_no_logind (Fixture *fixture)
{
  fake_logind_set_next (fixture->logind, FAKE_LOGIND_ONE);
  client_add_rule (fixture->root, UNTIL_LOGOUT);
  fixture_stop (fixture);
  fake_logind_lose_name (fixture->logind);
  fixture_start (fixture);
  client_loses_all_rules (fixture->root);
  client_check_error (fixture->root, SNET_ERROR_NAME_INVALID_RULE, "lifetime", "Rules.Add",
                      "(@a{sv})", g_variant_new_parsed (UNTIL_LOGOUT));
  client_check_rules (fixture->root, "");
  fake_logind_own_name (fixture->logind);
}

/* One that is started anew still has the sessions that it had. */
static void
test_logind_restarts (Fixture *fixture)
{
  fake_logind_set_next (fixture->logind, FAKE_LOGIND_ONE);
  client_add_rule (fixture->root, UNTIL_LOGOUT);
  fake_logind_set_next (fixture->logind, FAKE_LOGIND_TWO);
  client_add_rule (fixture->root, "{'action': <'allow'>, 'lifetime': <'session'>}");
  /* Its list has come by then, as it was asked for before. */
  fake_logind_sync (fixture->logind);
  client_sync (fixture->root);

  fake_logind_lose_name (fixture->logind);
  client_sync (fixture->root);
  client_check_rules (fixture->root, "1 2");
  fake_logind_end_silently (fixture->logind, FAKE_LOGIND_ONE);
  fake_logind_own_name (fixture->logind);
  client_hears (fixture->root, "Removed 1");
  client_check_rules (fixture->root, "2");
}

static void
add_tests (void)
{
  fixture_add ("/logins/answer", test_answer);
  fixture_add ("/logins/user", test_user);
  fixture_add ("/logins/none", test_none);
  fixture_add ("/logins/add", test_add);
  fixture_add ("/logins/restart", test_restart);
  fixture_add ("/logins/ended-meanwhile", test_ended_meanwhile);
  fixture_add ("/logins/no-logind", test_no_logind);
  fixture_add ("/logins/logind-restarts", test_logind_restarts);
}

int
main (int argc, char **argv)
{
  return fixture_main (argc, argv, add_tests);
}
