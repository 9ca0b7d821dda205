/* SPDX-License-Identifier: GPL-2.0-or-later */
/* org.snet.Control: modes, settings, and who may change them. */
#include <arpa/inet.h>
#include <errno.h>
#include <glib/gstdio.h>

#include "fixture.h"
#include "snet-names.h"

#define ACCESS_DENIED "org.freedesktop.DBus.Error.AccessDenied"
#define FAILED        "org.freedesktop.DBus.Error.Failed"

static void
check_property (Fixture *fixture, const char *property, const char *value)
{
  g_autofree char *got = client_get_control (fixture->bob, property);

  g_assert_cmpstr (got, ==, value);
}

static void
check_mode (Fixture *fixture, const char *mode)
{
  check_property (fixture, "Mode", mode);
  check_property (fixture, "ModeAfter", mode);
  check_property (fixture, "ModeUntil", "0");
}

static void
call_and_forget (Client *client, const char *method)
{
  g_autoptr (GVariant) reply = client_call (client, method, NULL);
}

static guint64
hold_to_port (guint16 port)
{
  struct snet_event event = fake_snet_event (ALICE);

  ((struct sockaddr_in *)&event.remote)->sin_port = htons (port);
  return fake_snet_hold (event);
}

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
  const guint64 id = hold_to_port (port);
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
      check_mode (fixture, cases[i].mode);
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
  id = hold_to_port (PORT_NONE);
  kernel_gets_verdict (id, SNET_VERDICT_ALLOW, 0);
  g_assert_false (fake_snet_ticket (id, &terms));

  add_rules (fixture);
  flushes = fake_snet_flushes ();
  client_set_mode (fixture->root, "lockdown", "{}");
  g_assert_cmpuint (fake_snet_flushes (), ==, ++flushes);
  id = hold_to_port (PORT_NONE);
  kernel_gets_verdict (id, SNET_VERDICT_DENY, 0);
  g_assert_true (fake_snet_ticket (id, &terms));
  g_assert_cmphex (terms.fields, ==, SNET_FIELD_REMOTE_PORT);

  client_set_mode (fixture->root, "off", "{}");
  id = hold_to_port (PORT_DENY);
  kernel_gets_verdict (id, SNET_VERDICT_ALLOW, 0);
  g_assert_true (fake_snet_ticket (id, &terms));
  g_assert_cmphex (terms.fields, ==, 0);

  /* Should snetd end, a ticket of a mode for a time does not go on for ever. */
  client_set_mode (fixture->root, "off", "{'duration': <uint32 900>}");
  id = hold_to_port (PORT_DENY);
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
restart (Fixture *fixture)
{
  fixture_stop (fixture);
  fixture_start (fixture);
  g_assert_null (fixture->failure);
}

static void
test_restart (Fixture *fixture)
{
  guint64 id;

  check_mode (fixture, "ask");
  client_set_mode (fixture->root, "lockdown", "{}");
  restart (fixture);
  check_mode (fixture, "lockdown");
  id = hold_to_port (PORT_NONE);
  kernel_gets_verdict (id, SNET_VERDICT_DENY, 0);

  client_set_mode (fixture->root, "off", "{'duration': <uint32 3600>}");
  restart (fixture);
  check_property (fixture, "Mode", "off");
  check_property (fixture, "ModeAfter", "lockdown");

  fixture_stop (fixture);
  g_assert_true (g_file_set_contents (fixture->mode_file, "[Mode]\nLasting=", -1, NULL));
  fixture_start (fixture);
  check_mode (fixture, "ask");
}

/* What was held before snetd was there is judged by the mode, too. */
static void
test_adopts (Fixture *fixture)
{
  guint64 id;

  g_assert_true (g_file_set_contents (fixture->mode_file, "[Mode]\nLasting=lockdown\n", -1, NULL));
  id = hold_to_port (PORT_NONE);
  fixture_start (fixture);
  kernel_gets_verdict (id, SNET_VERDICT_DENY, 0);
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
  check_mode (fixture, "ask");
  fixture_hold (fixture, ALICE);

  until = g_strdup_printf ("{'until': <int64 %" G_GINT64_FORMAT ">}",
                           g_get_real_time () + G_TIME_SPAN_HOUR);
  client_set_mode (fixture->root, "monitor", until);
  check_property (fixture, "Mode", "monitor");
  check_property (fixture, "ModeAfter", "ask");
}

static void
check_refused (Client *client,
               const char *mode,
               const char *options,
               const char *error_name,
               const char *says)
{
  g_autoptr (GVariant) dictionary =
    g_variant_ref_sink (g_variant_parse (G_VARIANT_TYPE_VARDICT, options, NULL, NULL, NULL));

  client_check_error (client, error_name, says, "Control.SetMode", "(s@a{sv})", mode, dictionary);
}

static void
test_invalid (Fixture *fixture)
{
  static const struct
  {
    const char *mode, *options, *says;
  } cases[] = {
    { "quarantine", "{}", "ask, monitor, lockdown or off" },
    { "", "{}", "mode" },
    { "Off", "{}", "Off" },
    { "off", "{'duration': <uint32 0>}", "duration" },
    { "off", "{'duration': <5>}", "type" },
    { "off", "{'until': <int64 1000>}", "over already" },
    { "off", "{'until': <uint64 1000>}", "type" },
    { "off", "{'colour': <'red'>}", "colour" },
    { "off", "{'duration': <uint32 5>, 'until': <int64 9000000000000000>}", "does not go with" },
    { "off", "{'duration': <uint32 5>, 'duration': <uint32 6>}", "twice" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    check_refused (fixture->root, cases[i].mode, cases[i].options, SNET_ERROR_NAME_INVALID_OPTION,
                   cases[i].says);
  client_check_error (fixture->root, SNET_ERROR_NAME_INVALID_OPTION, "1 to 86400",
                      "Control.SetVerdictDelay", "(u)", 0);
  client_check_error (fixture->root, SNET_ERROR_NAME_INVALID_OPTION, "1 to 86400",
                      "Control.SetVerdictDelay", "(u)", 86401);
  client_check_error (fixture->root, SNET_ERROR_NAME_INVALID_OPTION, "allow or deny",
                      "Control.SetVerdictPolicy", "(s)", "maybe");
  check_mode (fixture, "ask");
  check_property (fixture, "VerdictDelay", "60");
  check_property (fixture, "VerdictPolicy", "allow");
}

/* The disk does not take it: then it is not so. */
static void
test_unwritable (Fixture *fixture)
{
  g_assert_cmpint (g_mkdir (fixture->mode_file, 0700), ==, 0);
  check_refused (fixture->root, "off", "{}", SNET_ERROR_NAME_STORE_FAILED, "mode");
  check_mode (fixture, "ask");
  g_assert_cmpint (g_rmdir (fixture->mode_file), ==, 0);
}

/* All changes need the one action, whoever owns what; reading needs none. */
static void
check_may_change (Fixture *fixture, gboolean may)
{
  static const struct
  {
    const char *method, *arguments;
  } changes[] = {
    { "Control.SetMode", "('off', @a{sv} {})" },
    { "Control.SetVerdictDelay", "(uint32 5,)" },
    { "Control.SetVerdictPolicy", "('deny',)" },
    { "Control.FlushTickets", "()" },
    { "Control.Reload", "()" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (changes); i++)
    {
      g_autoptr (GVariant) arguments =
        g_variant_ref_sink (g_variant_parse (NULL, changes[i].arguments, NULL, NULL, NULL));

      if (may)
        {
          g_autoptr (GVariant) reply =
            client_call (fixture->alice, changes[i].method, "@*", arguments);
        }
      else
        client_check_error (fixture->alice, ACCESS_DENIED, NULL, changes[i].method, "@*",
                            arguments);
    }
  call_and_forget (fixture->alice, "Control.GetStatistics");
}

static void
test_authority (Fixture *fixture)
{
  const guint flushes = fake_snet_flushes ();
  const guint questions = fake_polkit_n_questions (fixture->polkit);

  fake_polkit_set (fixture->polkit, SNET_ACTION_MANAGE_SYSTEM_RULES, FAKE_POLKIT_YES);
  check_may_change (fixture, FALSE);
  g_assert_cmpuint (fake_polkit_n_questions (fixture->polkit), ==, questions + 5);
  g_assert_true (
    g_str_has_prefix (fake_polkit_last_question (fixture->polkit), SNET_ACTION_CONFIGURE));
  fake_polkit_set (fixture->polkit, SNET_ACTION_CONFIGURE, FAKE_POLKIT_CHALLENGE);
  check_may_change (fixture, FALSE);
  check_mode (fixture, "ask");
  check_property (fixture, "VerdictDelay", "60");
  g_assert_cmpuint (fake_snet_flushes (), ==, flushes);

  fake_polkit_set (fixture->polkit, SNET_ACTION_CONFIGURE, FAKE_POLKIT_YES);
  check_may_change (fixture, TRUE);
  check_mode (fixture, "off");
  check_property (fixture, "VerdictDelay", "5");
  check_property (fixture, "VerdictPolicy", "deny");
}

static void
test_no_polkit (Fixture *fixture)
{
  fake_polkit_lose_name (fixture->polkit);
  check_may_change (fixture, FALSE);
  client_set_mode (fixture->root, "monitor", "{}");
  check_mode (fixture, "monitor");
  fake_polkit_own_name (fixture->polkit);
}

/* polkit asks for a password, and meanwhile snetd goes on. */
static void
test_slow_polkit (Fixture *fixture)
{
  g_autoptr (Later) later = NULL;
  guint64 id;

  fake_polkit_set (fixture->polkit, SNET_ACTION_CONFIGURE, FAKE_POLKIT_HOLD);
  later = client_call_later (fixture->alice, TRUE, "Control.SetMode", "(sa{sv})", "off", NULL);
  id = fixture_hold (fixture, ALICE);
  client_answer (fixture->root, id, "deny", "{}");
  check_mode (fixture, "ask");
  fake_polkit_release (fixture->polkit, TRUE);
  g_assert_cmpint (g_dbus_message_get_message_type (later_wait (later)), ==,
                   G_DBUS_MESSAGE_TYPE_METHOD_RETURN);
  check_mode (fixture, "off");
}

/* The kernel's settings */

static void
test_settings (Fixture *fixture)
{
  g_autoptr (GVariant) one = client_call (fixture->root, "Control.SetVerdictDelay", "(u)", 30);
  g_autoptr (GVariant) two = client_call (fixture->root, "Control.SetVerdictPolicy", "(s)", "deny");
  const guint flushes = fake_snet_flushes ();

  client_sees (fixture->bob, "VerdictDelay 30");
  client_sees (fixture->bob, "VerdictPolicy deny");
  check_property (fixture, "VerdictDelay", "30");
  check_property (fixture, "Features", "['identity', 'close']");
  g_assert_cmpuint (fake_snet_config ().delay, ==, 30);
  g_assert_cmpint (fake_snet_config ().policy, ==, SNET_VERDICT_DENY);

  call_and_forget (fixture->root, "Control.FlushTickets");
  g_assert_cmpuint (fake_snet_flushes (), ==, flushes + 1);

  /* What the file does not say stays. */
  restart (fixture);
  check_property (fixture, "VerdictDelay", "30");
  call_and_forget (fixture->root, "Control.Reload");
  check_property (fixture, "VerdictDelay", "30");
}

/* There is nothing to set; the mode is kept for when there is. */
static void
test_no_kernel (Fixture *fixture)
{
  fake_snet_fail_open (-ENOENT);
  fixture_start (fixture);
  client_check_error (fixture->root, FAILED, "control", "Control.SetVerdictDelay", "(u)", 30);
  client_check_error (fixture->root, FAILED, "control", "Control.SetVerdictPolicy", "(s)", "deny");
  call_and_forget (fixture->root, "Control.FlushTickets");
  client_set_mode (fixture->root, "lockdown", "{}");
  check_mode (fixture, "lockdown");
  check_property (fixture, "VerdictDelay", "0");
  check_property (fixture, "Features", "[]");
}

static void
configure (Fixture *fixture, const char *text)
{
  g_assert_true (g_file_set_contents (fixture->config_file, text, -1, NULL));
}

static void
test_reload (Fixture *fixture)
{
  configure (fixture, "[Verdict]\nDelay=7\nPolicy=deny\n[Prompts]\nAskWithoutAgent=wait\n");
  call_and_forget (fixture->root, "Control.Reload");
  client_sees (fixture->bob, "VerdictDelay 7");
  client_sees (fixture->bob, "VerdictPolicy deny");

  /* Nobody is there to be asked, and now that matters: also to what waits. */
  {
    const guint64 waits = fixture_hold (fixture, ALICE);
    guint64 id;

    configure (fixture, "[Verdict]\nDelay=8\n");
    call_and_forget (fixture->root, "Control.Reload");
    check_property (fixture, "VerdictDelay", "8");
    check_property (fixture, "VerdictPolicy", "deny");
    kernel_gets_verdict (waits, SNET_VERDICT_DENY, 0);
    id = hold_to_port (PORT_NONE);
    kernel_gets_verdict (id, SNET_VERDICT_DENY, 0);
  }

  /* A method's change holds until the file says otherwise. */
  {
    g_autoptr (GVariant) reply = client_call (fixture->root, "Control.SetVerdictDelay", "(u)", 30);

    call_and_forget (fixture->root, "Control.Reload");
    check_property (fixture, "VerdictDelay", "8");
  }
}

/* All or nothing. */
static void
test_reload_broken (Fixture *fixture)
{
  static const char *const broken[] = {
    "[Verdict]\nDelay=7\nPolicy=maybe\n",
    "[Verdict]\nDelay=7\n[Colours]\nRed=1\n",
    "Delay=7\n",
    "[Verdict]\nDelay=7\n\377\377",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (broken); i++)
    {
      configure (fixture, broken[i]);
      client_check_error (fixture->root, SNET_ERROR_NAME_INVALID_CONFIG, fixture->config_file,
                          "Control.Reload", NULL);
      check_property (fixture, "VerdictDelay", "60");
    }
  /* It still waits for who has no agent. */
  fixture_hold (fixture, ALICE);
}

static guint
count_events (Fixture *fixture)
{
  g_autoptr (GVariant) events = client_query (fixture->root, "{}");

  return g_variant_n_children (events);
}

static gboolean
is_trimmed (gpointer user_data)
{
  return count_events (user_data) == 100;
}

static void
test_reload_retention (Fixture *fixture)
{
  guint64 id = 0;

  client_set_mode (fixture->root, "monitor", "{}");
  for (guint i = 0; i < 120; i++)
    id = hold_to_port (PORT_NONE);
  kernel_gets_verdict (id, SNET_VERDICT_ALLOW, 0);
  g_assert_cmpuint (count_events (fixture), ==, 120);
  configure (fixture, "[Journal]\nMaximumEvents=100\n");
  call_and_forget (fixture->root, "Control.Reload");
  wait_until (is_trimmed, fixture, "less events");
}

/* Statistics */

/* "asked", or "decided.rule" */
static guint64
get_number (Fixture *fixture, const char *key)
{
  g_autoptr (GVariant) reply = client_call (fixture->bob, "Control.GetStatistics", NULL);
  g_autoptr (GVariant) statistics = g_variant_get_child_value (reply, 0);
  g_auto (GStrv) parts = g_strsplit (key, ".", 2);
  g_autoptr (GVariant) value = g_variant_lookup_value (statistics, parts[0], NULL);
  guint64 number;

  g_assert_nonnull (value);
  if (parts[1] != NULL)
    g_assert_true (g_variant_lookup (value, parts[1], "t", &number));
  else
    number = g_variant_get_uint64 (value);
  return number;
}

static void
test_statistics (Fixture *fixture)
{
  guint64 id;

  add_rules (fixture);
  id = fixture_hold (fixture, ALICE);
  fixture_hold (fixture, ALICE);
  client_answer (fixture->root, id, "allow", "{}");
  check_decision (fixture, PORT_ALLOW, "allow rule -");
  check_decision (fixture, PORT_DENY, "deny rule EPERM");
  fake_snet_lose_reports ();
  client_sync (fixture->root);

  g_assert_cmpuint (get_number (fixture, "asked"), ==, 2);
  g_assert_cmpuint (get_number (fixture, "waiting"), ==, 1);
  g_assert_cmpuint (get_number (fixture, "rules"), ==, 3);
  g_assert_cmpuint (get_number (fixture, "decided.user"), ==, 1);
  g_assert_cmpuint (get_number (fixture, "decided.rule"), ==, 2);
  g_assert_cmpuint (get_number (fixture, "decided.monitor"), ==, 0);
  g_assert_cmpuint (get_number (fixture, "events"), ==, 3);
  g_assert_cmpuint (get_number (fixture, "lost"), ==, 0);
  g_assert_cmpuint (get_number (fixture, "missed"), ==, 0);
  g_assert_cmpuint (get_number (fixture, "kernel.requests"), ==, 4);
  g_assert_cmpuint (get_number (fixture, "kernel.pending"), ==, 1);
  g_assert_cmpuint (get_number (fixture, "kernel.tickets"), ==, 7);

  client_set_mode (fixture->root, "monitor", "{}");
  g_assert_cmpuint (get_number (fixture, "decided.monitor"), ==, 1);
  g_assert_cmpuint (get_number (fixture, "waiting"), ==, 0);
}

static gboolean
has_gap (gpointer user_data)
{
  return get_number (user_data, "gaps") == 1;
}

static void
test_statistics_lost (Fixture *fixture)
{
  fake_snet_lose_reports ();
  wait_until (has_gap, fixture, "a gap");
}

static void
test_statistics_unasked (Fixture *fixture)
{
  guint64 id;

  configure (fixture, "");
  fixture_start (fixture);
  id = hold_to_port (PORT_NONE);
  kernel_gets_verdict (id, SNET_VERDICT_ALLOW, 0);
  g_assert_cmpuint (get_number (fixture, "unasked"), ==, 1);
  g_assert_cmpuint (get_number (fixture, "asked"), ==, 0);
  g_assert_cmpuint (get_number (fixture, "decided.policy"), ==, 1);

  fake_snet_fail_stats (-ENOMEM);
  client_check_error (fixture->bob, FAILED, "counters", "Control.GetStatistics", NULL);
}

static void
test_statistics_no_kernel (Fixture *fixture)
{
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GVariant) statistics = NULL;
  g_autoptr (GVariant) kernel = NULL;

  fake_snet_fail_open (-ENOENT);
  fixture_start (fixture);
  reply = client_call (fixture->bob, "Control.GetStatistics", NULL);
  statistics = g_variant_get_child_value (reply, 0);
  kernel = g_variant_lookup_value (statistics, "kernel", NULL);
  g_assert_null (kernel);
  g_assert_cmpuint (get_number (fixture, "events"), ==, 0);
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  if (!fixture_init ())
    return 0;

  fixture_add ("/control/modes", test_modes);
  fixture_add ("/control/tickets", test_tickets);
  fixture_add ("/control/ticket-of-off", test_ticket_of_off);
  fixture_add ("/control/waiting", test_waiting);
  fixture_add ("/control/restart", test_restart);
  fixture_add_stopped ("/control/adopts", test_adopts);
  fixture_add ("/control/pause", test_pause);
  fixture_add ("/control/invalid", test_invalid);
  fixture_add ("/control/unwritable", test_unwritable);
  fixture_add ("/control/authority", test_authority);
  fixture_add ("/control/no-polkit", test_no_polkit);
  fixture_add ("/control/slow-polkit", test_slow_polkit);
  fixture_add ("/control/settings", test_settings);
  fixture_add_stopped ("/control/no-kernel", test_no_kernel);
  fixture_add ("/control/reload", test_reload);
  fixture_add ("/control/reload-broken", test_reload_broken);
  fixture_add ("/control/reload-retention", test_reload_retention);
  fixture_add ("/control/statistics", test_statistics);
  fixture_add ("/control/statistics-lost", test_statistics_lost);
  fixture_add_stopped ("/control/statistics-unasked", test_statistics_unasked);
  fixture_add_stopped ("/control/statistics-no-kernel", test_statistics_no_kernel);

  status = g_test_run ();
  fixture_exit ();
  return status;
}
