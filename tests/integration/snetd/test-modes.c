/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What becomes of calls in each mode, and of the mode when time goes by. */
#include <errno.h>
#include <glib/gstdio.h>

#include "fixture.h"
#include "snet-names.h"

/* Each mode, and what the rules say: by port, none for the last. */

enum
{
  PORT_ALLOW = 1,
  PORT_DENY,
  PORT_ASK,
  PORT_NONE,
};

static void
add_rules (Fixture *fixture)
{
  client_add_rule (fixture->root, "{'action': <'allow'>, 'remote-port': <uint16 1>}");
  client_add_rule (fixture->root,
                   "{'action': <'deny'>, 'remote-port': <uint16 2>, 'errno': <'EPERM'>}");
  client_add_rule (fixture->root, "{'action': <'ask'>, 'remote-port': <uint16 3>}");
}

/* "allow rule -", or "asked" */
static void
check_decision (Fixture *fixture, guint16 port, const char *decision)
{
  const guint64 id = fixture_hold_to_port (port);
  g_autofree char *requested = g_strdup_printf ("Requested %" G_GUINT64_FORMAT, id);
  g_autofree char *last = NULL;

  if (g_str_equal (decision, "asked"))
    {
      client_hears (fixture->root, requested);
      g_assert_true (fake_snet_waits (id));
      client_answer (fixture->root, id, "deny", "{}");
      return;
    }

  kernel_gets_verdict (
    id, g_str_has_prefix (decision, "allow") ? SNET_VERDICT_ALLOW : SNET_VERDICT_DENY,
    g_str_has_suffix (decision, "EPERM") ? EPERM : 0);
  client_has_not_heard (fixture->root, requested);
  last = client_last_decision (fixture->root);
  g_assert_cmpstr (last, ==, decision);
}

static void
test_modes (Fixture *fixture)
{
  static const struct
  {
    const char *mode;
    const char *decisions[4];
  } cases[] = {
    { "ask", { "allow rule -", "deny rule EPERM", "asked", "asked" } },
    { "monitor", { "allow rule -", "deny rule EPERM", "allow monitor -", "allow monitor -" } },
    { "lockdown",
      { "allow rule -", "deny rule EPERM", "deny lockdown EACCES", "deny lockdown EACCES" } },
    { "off", { "allow off -", "allow off -", "allow off -", "allow off -" } },
  };

  add_rules (fixture);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_test_message ("%s", cases[i].mode);
      client_set_mode (fixture->root, cases[i].mode, "{}");
      client_check_mode (fixture->bob, cases[i].mode);
      for (guint16 port = PORT_ALLOW; port <= PORT_NONE; port++)
        check_decision (fixture, port, cases[i].decisions[port - PORT_ALLOW]);
    }
}

/* Nothing decides by a ticket of another mode; monitor lets nothing pass unseen. */
static void
test_tickets (Fixture *fixture)
{
  struct snet_ticket_terms terms;
  guint flushes = fake_snet_flushes ();
  guint64 id;

  client_set_mode (fixture->root, "monitor", "{}");
  g_assert_cmpuint (fake_snet_flushes (), ==, ++flushes);
  id = fixture_hold_to_port (PORT_NONE);
  kernel_gets_verdict (id, SNET_VERDICT_ALLOW, 0);
  g_assert_false (fake_snet_ticket (id, &terms));

  add_rules (fixture);
  flushes = fake_snet_flushes ();
  client_set_mode (fixture->root, "lockdown", "{}");
  g_assert_cmpuint (fake_snet_flushes (), ==, ++flushes);
  id = fixture_hold_to_port (PORT_NONE);
  kernel_gets_verdict (id, SNET_VERDICT_DENY, 0);
  g_assert_true (fake_snet_ticket (id, &terms));
  g_assert_cmphex (terms.fields, ==, SNET_FIELD_REMOTE_PORT);

  client_set_mode (fixture->root, "off", "{}");
  id = fixture_hold_to_port (PORT_DENY);
  kernel_gets_verdict (id, SNET_VERDICT_ALLOW, 0);
  g_assert_true (fake_snet_ticket (id, &terms));
  g_assert_cmphex (terms.fields, ==, 0);

  /* Should snetd end, a ticket of a mode for a time does not go on for ever. */
  client_set_mode (fixture->root, "off", "{'duration': <uint32 900>}");
  id = fixture_hold_to_port (PORT_DENY);
  kernel_gets_verdict (id, SNET_VERDICT_ALLOW, 0);
  g_assert_true (fake_snet_ticket (id, &terms));
  g_assert_cmpuint (terms.mode, ==, SNET_TICKET_FIXED);
  g_assert_cmpuint (terms.lifetime, <=, 900);
}

static gboolean
has_event (gpointer user_data)
{
  Fixture *fixture = user_data;
  g_autofree char *last = client_last_decision (fixture->alice);

  return g_str_equal (last, "allow ticket -");
}

/* No rule has let it go. */
static void
test_ticket_of_off (Fixture *fixture)
{
  struct snet_event event = fake_snet_event (ALICE);
  g_autoptr (GVariant) events = NULL;
  g_autoptr (GVariant) first = NULL;
  guint64 rule;

  client_add_rule (fixture->root, "{'action': <'allow'>, 'remote-port': <uint16 443>}");
  client_set_mode (fixture->root, "off", "{}");
  event.id = 0;
  event.fields |= SNET_EVENT_VERDICT | SNET_EVENT_CAUSE;
  event.cause = SNET_CAUSE_TICKET;
  event.verdict = SNET_VERDICT_ALLOW;
  fake_snet_report (event);
  wait_until (has_event, fixture, "an event in the journal");
  events = client_query (fixture->alice, "{}");
  first = g_variant_get_child_value (events, 0);
  g_assert_false (g_variant_lookup (first, "rule", "t", &rule));
}

/* What waits is judged by the mode that it is now. */
static void
test_waiting (Fixture *fixture)
{
  static const struct
  {
    const char *mode;
    enum snet_verdict verdict;
  } cases[] = {
    { "monitor", SNET_VERDICT_ALLOW },
    { "lockdown", SNET_VERDICT_DENY },
    { "off", SNET_VERDICT_ALLOW },
  };

  client_add_agent (fixture->alice, "/agent");
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const guint64 one = fixture_hold (fixture, ALICE), two = fixture_hold (fixture, BOB);
      g_autofree char *ask = g_strdup_printf ("Ask %" G_GUINT64_FORMAT, one);
      g_autofree char *withdraw = g_strdup_printf ("Withdraw %" G_GUINT64_FORMAT " mode", one);

      client_hears (fixture->alice, ask);
      client_set_mode (fixture->root, cases[i].mode, "{}");
      kernel_gets_verdict (one, cases[i].verdict, 0);
      kernel_gets_verdict (two, cases[i].verdict, 0);
      client_hears (fixture->alice, withdraw);
      client_check_pending (fixture->root, "");
      client_set_mode (fixture->root, "ask", "{}");
    }
}

static void
test_restart (Fixture *fixture)
{
  guint64 id;

  client_check_mode (fixture->bob, "ask");
  client_set_mode (fixture->root, "lockdown", "{}");
  fixture_restart (fixture);
  client_check_mode (fixture->bob, "lockdown");
  id = fixture_hold_to_port (PORT_NONE);
  kernel_gets_verdict (id, SNET_VERDICT_DENY, 0);

  client_set_mode (fixture->root, "off", "{'duration': <uint32 3600>}");
  fixture_restart (fixture);
  client_check_control (fixture->bob, "Mode", "off");
  client_check_control (fixture->bob, "ModeAfter", "lockdown");

  fixture_stop (fixture);
  g_assert_true (g_file_set_contents (fixture->mode_file, "[Mode]\nLasting=", -1, NULL));
  fixture_start (fixture);
  client_check_mode (fixture->bob, "ask");
}

/* What was held before snetd was there is judged by the mode, too. */
static void
test_adopts (Fixture *fixture)
{
  guint64 id;

  g_assert_true (g_file_set_contents (fixture->mode_file, "[Mode]\nLasting=lockdown\n", -1, NULL));
  id = fixture_hold_to_port (PORT_NONE);
  fixture_start (fixture);
  kernel_gets_verdict (id, SNET_VERDICT_DENY, 0);
}

static void
set_policy (Fixture *fixture, const char *policy)
{
  g_autoptr (GVariant) reply =
    client_call (fixture->root, "Control.SetVerdictPolicy", "(s)", policy);
}

/* Lockdown is no less without snetd; what the policy was comes back, whenever it ends. */
static void
test_lockdown_policy (Fixture *fixture)
{
  g_autofree char *policy_file = g_build_filename (fixture->state_dir, "policy", NULL);

  client_set_mode (fixture->root, "lockdown", "{}");
  client_check_control (fixture->bob, "VerdictPolicy", "deny");
  fixture_stop (fixture);
  g_assert_cmpint (fake_snet_config ().policy, ==, SNET_VERDICT_DENY);
  fixture_start (fixture);
  g_assert_cmpint (fake_snet_config ().policy, ==, SNET_VERDICT_DENY);
  client_set_mode (fixture->root, "ask", "{}");
  client_check_control (fixture->bob, "VerdictPolicy", "allow");
  g_assert_false (g_file_test (policy_file, G_FILE_TEST_EXISTS));

  /* What is set meanwhile is for later. */
  set_policy (fixture, "deny");
  client_set_mode (fixture->root, "lockdown", "{}");
  set_policy (fixture, "allow");
  client_check_control (fixture->bob, "VerdictPolicy", "deny");
  client_set_mode (fixture->root, "monitor", "{}");
  client_check_control (fixture->bob, "VerdictPolicy", "allow");
  client_set_mode (fixture->root, "lockdown", "{}");
  g_assert_true (
    g_file_set_contents (fixture->config_file, "[Verdict]\nPolicy=allow\nDelay=9\n", -1, NULL));
  client_do (fixture->root, "Control.Reload");
  client_check_control (fixture->bob, "VerdictPolicy", "deny");
  client_check_control (fixture->bob, "VerdictDelay", "9");

  /* The machine was started again, in lockdown, with another policy of its own. */
  fixture_stop (fixture);
  g_assert_true (g_file_set_contents (fixture->config_file, "", -1, NULL));
  g_assert_true (g_file_set_contents (policy_file, "another-boot allow\n", -1, NULL));
  g_assert_cmpint (fake_snet_config ().policy, ==, SNET_VERDICT_DENY);
  fixture_start (fixture);
  client_set_mode (fixture->root, "off", "{}");
  client_check_control (fixture->bob, "VerdictPolicy", "deny");
}

/* It denies all the same; what cannot be kept is what the kernel had before. */
static void
test_lockdown_unwritable (Fixture *fixture)
{
  g_autofree char *policy_file = g_build_filename (fixture->state_dir, "policy", NULL);

  g_assert_no_errno (g_mkdir (policy_file, 0700));
  client_set_mode (fixture->root, "lockdown", "{}");
  client_check_control (fixture->bob, "VerdictPolicy", "deny");
  g_assert_cmpint (fake_snet_config ().policy, ==, SNET_VERDICT_DENY);
  g_assert_cmpuint (fixture_count_warnings ("Should snetd end in lockdown*"), ==, 1);
  client_set_mode (fixture->root, "ask", "{}");
  client_check_control (fixture->bob, "VerdictPolicy", "allow");
  g_assert_no_errno (g_rmdir (policy_file));
}

/* A pause, and its end; everybody hears of both. */
static void
test_pause (Fixture *fixture)
{
  g_autofree char *until = NULL;
  guint64 id;

  id = fixture_hold (fixture, ALICE);
  client_set_mode (fixture->root, "lockdown", "{'duration': <uint32 1>}");
  client_sees (fixture->bob, "Mode lockdown");
  kernel_gets_verdict (id, SNET_VERDICT_DENY, 0);
  client_sees (fixture->bob, "Mode ask");
  client_sees (fixture->bob, "ModeUntil 0");
  client_check_mode (fixture->bob, "ask");
  fixture_hold (fixture, ALICE);

  until = g_strdup_printf ("{'until': <int64 %" G_GINT64_FORMAT ">}",
                           g_get_real_time () + G_TIME_SPAN_HOUR);
  client_set_mode (fixture->root, "lockdown", "{'until': <int64 9223372036854775807>}");
  client_check_control (fixture->bob, "Mode", "lockdown");
  client_check_control (fixture->bob, "ModeUntil", "9223372036854775807");
  client_set_mode (fixture->root, "monitor", until);
  client_check_control (fixture->bob, "Mode", "monitor");
  client_check_control (fixture->bob, "ModeAfter", "ask");
}

static void
add_tests (void)
{
  fixture_add ("/modes/modes", test_modes);
  fixture_add ("/modes/tickets", test_tickets);
  fixture_add ("/modes/ticket-of-off", test_ticket_of_off);
  fixture_add ("/modes/waiting", test_waiting);
  fixture_add ("/modes/restart", test_restart);
  fixture_add_stopped ("/modes/adopts", test_adopts);
  fixture_add ("/modes/lockdown-policy", test_lockdown_policy);
  fixture_add ("/modes/lockdown-unwritable", test_lockdown_unwritable);
  fixture_add ("/modes/pause", test_pause);
}

int
main (int argc, char **argv)
{
  return fixture_main (argc, argv, add_tests);
}
