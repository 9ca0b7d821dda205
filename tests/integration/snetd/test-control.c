/* SPDX-License-Identifier: GPL-2.0-or-later */
/* org.snet.Control: who may change what, settings, and statistics. */
#include <arpa/inet.h>
#include <errno.h>
#include <glib/gstdio.h>

#include "fixture.h"
#include "snet-names.h"
#include "snetd-prompts.h"

#define ACCESS_DENIED "org.freedesktop.DBus.Error.AccessDenied"
#define FAILED        "org.freedesktop.DBus.Error.Failed"

#define ANY_PORT 4

static void
check_refused (Client *client,
               const char *mode,
               const char *options,
               const char *error_name,
               const char *says)
{
  g_autoptr (GVariant) dictionary =
    g_variant_parse (G_VARIANT_TYPE_VARDICT, options, NULL, NULL, NULL);

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
  client_check_mode (fixture->bob, "ask");
  client_check_control (fixture->bob, "VerdictDelay", "60");
  client_check_control (fixture->bob, "VerdictPolicy", "allow");
}

/* The disk does not take it: then it is not so. */
static void
test_unwritable (Fixture *fixture)
{
  g_assert_cmpint (g_mkdir (fixture->mode_file, 0700), ==, 0);
  check_refused (fixture->root, "off", "{}", SNET_ERROR_NAME_STORE_FAILED, "mode");
  client_check_mode (fixture->bob, "ask");
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
        g_variant_parse (NULL, changes[i].arguments, NULL, NULL, NULL);

      if (may)
        {
          g_autoptr (GVariant) reply =
            client_call (fixture->alice, changes[i].method, "@*", arguments);
        }
      else
        client_check_error (fixture->alice, ACCESS_DENIED, NULL, changes[i].method, "@*",
                            arguments);
    }
  client_do (fixture->alice, "Control.GetStatistics");
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
  client_check_mode (fixture->bob, "ask");
  client_check_control (fixture->bob, "VerdictDelay", "60");
  g_assert_cmpuint (fake_snet_flushes (), ==, flushes);

  fake_polkit_set (fixture->polkit, SNET_ACTION_CONFIGURE, FAKE_POLKIT_YES);
  check_may_change (fixture, TRUE);
  client_check_mode (fixture->bob, "off");
  client_check_control (fixture->bob, "VerdictDelay", "5");
  client_check_control (fixture->bob, "VerdictPolicy", "deny");
}

static void
test_no_polkit (Fixture *fixture)
{
  fake_polkit_lose_name (fixture->polkit);
  check_may_change (fixture, FALSE);
  client_set_mode (fixture->root, "monitor", "{}");
  client_check_mode (fixture->bob, "monitor");
  fake_polkit_own_name (fixture->polkit);
}

/* What calls itself polkit on a session bus is not asked; it is its user's own. */
static void
test_session_bus (Fixture *fixture)
{
  fixture->session = TRUE;
  fixture_start (fixture);
  fake_polkit_set (fixture->polkit, SNET_ACTION_CONFIGURE, FAKE_POLKIT_YES);
  check_may_change (fixture, FALSE);
  g_assert_cmpuint (fake_polkit_n_questions (fixture->polkit), ==, 0);
  client_set_mode (fixture->root, "monitor", "{}");
  client_check_mode (fixture->bob, "monitor");
}

/* Who is who is known of but so many at a time, and never mistaken. */
static void
test_many_callers (Fixture *fixture)
{
  for (guint i = 0; i < 300; i++)
    {
      const gboolean is_bob = i % 2 == 0;
      g_autoptr (Client) client = client_new (is_bob ? BOB : 0);

      if (is_bob)
        client_check_error (client, ACCESS_DENIED, NULL, "Control.FlushTickets", NULL);
      else
        client_do (client, "Control.FlushTickets");
    }
  check_may_change (fixture, FALSE);
}

static gboolean
is_on_bus (GDBusConnection *connection, const char *name)
{
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GError) error = NULL;
  gboolean is;

  reply = g_dbus_connection_call_sync (connection, "org.freedesktop.DBus", "/org/freedesktop/DBus",
                                       "org.freedesktop.DBus", "NameHasOwner",
                                       g_variant_new ("(s)", name), NULL, 0, -1, NULL, &error);
  g_assert_no_error (error);
  g_variant_get (reply, "(b)", &is);
  return is;
}

/* root calls, and is not on the bus any more before snetd, which runs in the main loop, hears it.
 */
static void
call_and_leave (Fixture *fixture, const char *interface, const char *method, GVariant *arguments)
{
  const gint64 bound = g_get_monotonic_time () + 30 * G_TIME_SPAN_SECOND;
  g_autoptr (GDBusMessage) message =
    g_dbus_message_new_method_call (SNET_BUS_NAME, SNET_OBJECT_PATH, interface, method);
  g_autoptr (GDBusConnection) connection = NULL;
  g_autoptr (GError) error = NULL;

  g_dbus_message_set_body (message, arguments);
  connection = g_dbus_connection_new_for_address_sync (
    g_getenv ("DBUS_SYSTEM_BUS_ADDRESS"),
    G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT | G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
    NULL, NULL, &error);
  g_assert_no_error (error);
  g_dbus_connection_send_message (connection, message, G_DBUS_SEND_MESSAGE_FLAGS_NONE, NULL,
                                  &error);
  g_assert_no_error (error);
  g_assert_true (g_dbus_connection_flush_sync (connection, NULL, &error));
  g_assert_true (g_dbus_connection_close_sync (connection, NULL, &error));
  while (is_on_bus (fixture->root->connection, g_dbus_connection_get_unique_name (connection)))
    g_assert_cmpint (g_get_monotonic_time (), <, bound);
}

/* Nobody can say any more who it was, so it could have been anybody. */
static void
test_caller_gone (Fixture *fixture)
{
  const guint flushes = fake_snet_flushes ();
  g_autoptr (Client) next = NULL;

  call_and_leave (fixture, "org.snet.Control", "SetMode",
                  g_variant_new_parsed ("('off', @a{sv} {})"));
  call_and_leave (fixture, "org.snet.Rules", "Add",
                  g_variant_new_parsed ("({'action': <'allow'>, 'lifetime': <'session'>},)"));
  call_and_leave (fixture, "org.snet.Rules", "Import",
                  g_variant_new_parsed ("('snet', '[a]\naction=allow', @a{sv} {})"));
  call_and_leave (fixture, "org.snet.Agents", "Register", g_variant_new_parsed ("(@o '/agent',)"));
  call_and_leave (fixture, "org.snet.Agents", "Unregister",
                  g_variant_new_parsed ("(@o '/agent',)"));

  /* The bus is asked about these before it is asked about this one. */
  next = client_new (BOB);
  client_do (next, "Control.GetStatistics");
  client_check_mode (fixture->bob, "ask");
  client_check_rules (fixture->root, "");
  g_assert_cmpuint (fake_snet_flushes (), ==, flushes);
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
  client_check_mode (fixture->bob, "ask");
  fake_polkit_release (fixture->polkit, TRUE);
  g_assert_cmpint (g_dbus_message_get_message_type (later_wait (later)), ==,
                   G_DBUS_MESSAGE_TYPE_METHOD_RETURN);
  client_check_mode (fixture->bob, "off");
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
  client_check_control (fixture->bob, "VerdictDelay", "30");
  client_check_control (fixture->bob, "Features", "['identity', 'close']");
  g_assert_cmpuint (fake_snet_config ().delay, ==, 30);
  g_assert_cmpint (fake_snet_config ().policy, ==, SNET_VERDICT_DENY);

  client_do (fixture->root, "Control.FlushTickets");
  g_assert_cmpuint (fake_snet_flushes (), ==, flushes + 1);

  /* What the file does not say stays. */
  fixture_restart (fixture);
  client_check_control (fixture->bob, "VerdictDelay", "30");
  client_do (fixture->root, "Control.Reload");
  client_check_control (fixture->bob, "VerdictDelay", "30");
}

/* There is nothing to set; the mode is kept for when there is. */
static void
test_no_kernel (Fixture *fixture)
{
  fake_snet_fail (FAKE_SNET_OPEN, -ENOENT);
  fixture_start (fixture);
  client_check_error (fixture->root, FAILED, "control", "Control.SetVerdictDelay", "(u)", 30);
  client_check_error (fixture->root, FAILED, "control", "Control.SetVerdictPolicy", "(s)", "deny");
  client_do (fixture->root, "Control.FlushTickets");
  client_set_mode (fixture->root, "lockdown", "{}");
  client_check_mode (fixture->bob, "lockdown");
  client_check_control (fixture->bob, "VerdictDelay", "0");
  client_check_control (fixture->bob, "Features", "[]");
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
  client_do (fixture->root, "Control.Reload");
  client_sees (fixture->bob, "VerdictDelay 7");
  client_sees (fixture->bob, "VerdictPolicy deny");

  /* Nobody is there to be asked, and now that matters: also to what waits. */
  {
    const guint64 waits = fixture_hold (fixture, ALICE);
    guint64 id;

    configure (fixture, "[Verdict]\nDelay=8\n");
    client_do (fixture->root, "Control.Reload");
    client_check_control (fixture->bob, "VerdictDelay", "8");
    client_check_control (fixture->bob, "VerdictPolicy", "deny");
    kernel_gets_verdict (waits, SNET_VERDICT_DENY, 0);
    id = fixture_hold_to_port (ANY_PORT);
    kernel_gets_verdict (id, SNET_VERDICT_DENY, 0);
  }

  /* A method's change holds until the file says otherwise. */
  {
    g_autoptr (GVariant) reply = client_call (fixture->root, "Control.SetVerdictDelay", "(u)", 30);

    client_do (fixture->root, "Control.Reload");
    client_check_control (fixture->bob, "VerdictDelay", "8");
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
      client_check_control (fixture->bob, "VerdictDelay", "60");
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

/* When there is nothing else to do, which is when a question is on its way. */
static void
test_reload_retention (Fixture *fixture)
{
  const gint64 bound = g_get_monotonic_time () + G_TIME_SPAN_MINUTE;
  guint64 id = 0;

  client_set_mode (fixture->root, "monitor", "{}");
  for (guint i = 0; i < 120; i++)
    id = fixture_hold_to_port (ANY_PORT);
  kernel_gets_verdict (id, SNET_VERDICT_ALLOW, 0);
  g_assert_cmpuint (count_events (fixture), ==, 120);
  configure (fixture, "[Journal]\nMaximumEvents=100\n");
  client_do (fixture->root, "Control.Reload");
  while (count_events (fixture) != 100)
    g_assert_cmpint (g_get_monotonic_time (), <, bound);
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

  client_add_rule (fixture->root, "{'action': <'allow'>, 'remote-port': <uint16 1>}");
  client_add_rule (fixture->root, "{'action': <'deny'>, 'remote-port': <uint16 2>}");
  id = fixture_hold (fixture, ALICE);
  fixture_hold (fixture, ALICE);
  client_answer (fixture->root, id, "allow", "{}");
  kernel_gets_verdict (fixture_hold_to_port (1), SNET_VERDICT_ALLOW, 0);
  kernel_gets_verdict (fixture_hold_to_port (2), SNET_VERDICT_DENY, 0);
  fake_snet_lose_reports ();
  client_sync (fixture->root);

  g_assert_cmpuint (get_number (fixture, "asked"), ==, 2);
  g_assert_cmpuint (get_number (fixture, "waiting"), ==, 1);
  g_assert_cmpuint (get_number (fixture, "rules"), ==, 2);
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
  g_assert_cmpuint (get_number (fixture, "refused"), ==, 0);
  g_assert_cmpuint (get_number (fixture, "decided.monitor"), ==, 1);
  g_assert_cmpuint (get_number (fixture, "waiting"), ==, 0);
}

/* More questions than one user can have. */
static void
test_statistics_refused (Fixture *fixture)
{
  for (guint i = 0; i <= SNETD_PROMPTS_MAX; i++)
    fixture_hold_to_port (1000 + i);
  kernel_gets_verdict (SNETD_PROMPTS_MAX + 1, SNET_VERDICT_ALLOW, 0);
  g_assert_cmpuint (get_number (fixture, "refused"), ==, 1);
  g_assert_cmpuint (get_number (fixture, "asked"), ==, SNETD_PROMPTS_MAX);
  g_assert_cmpuint (get_number (fixture, "waiting"), ==, SNETD_PROMPTS_MAX);
}

static void
test_statistics_lost (Fixture *fixture)
{
  g_autoptr (GVariant) events = NULL;

  fake_snet_lose_reports ();
  /* For an answer the monitor is read first. */
  events = client_query (fixture->root, "{}");
  g_assert_cmpuint (get_number (fixture, "gaps"), ==, 1);
}

/* Users, however many agents they have; who only watches is none. */
static void
test_statistics_agents (Fixture *fixture)
{
  g_assert_cmpuint (get_number (fixture, "agents"), ==, 0);
  client_add_agent (fixture->alice, "/one");
  client_add_agent (fixture->alice, "/two");
  client_add_watcher (fixture->bob, "/watcher");
  g_assert_cmpuint (get_number (fixture, "agents"), ==, 1);
}

static void
test_statistics_unasked (Fixture *fixture)
{
  guint64 id;

  configure (fixture, "");
  fixture_start (fixture);
  id = fixture_hold_to_port (ANY_PORT);
  kernel_gets_verdict (id, SNET_VERDICT_ALLOW, 0);
  g_assert_cmpuint (get_number (fixture, "unasked"), ==, 1);
  g_assert_cmpuint (get_number (fixture, "asked"), ==, 0);
  g_assert_cmpuint (get_number (fixture, "decided.policy"), ==, 1);

  fake_snet_fail (FAKE_SNET_STATS, -ENOMEM);
  client_check_error (fixture->bob, FAILED, "counters", "Control.GetStatistics", NULL);
}

static void
test_statistics_no_kernel (Fixture *fixture)
{
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GVariant) statistics = NULL;
  g_autoptr (GVariant) kernel = NULL;

  fake_snet_fail (FAKE_SNET_OPEN, -ENOENT);
  fixture_start (fixture);
  reply = client_call (fixture->bob, "Control.GetStatistics", NULL);
  statistics = g_variant_get_child_value (reply, 0);
  kernel = g_variant_lookup_value (statistics, "kernel", NULL);
  g_assert_null (kernel);
  g_assert_cmpuint (get_number (fixture, "events"), ==, 0);
}

/* There is nothing to ask of it, and nothing that is counted in it; all else goes on. */
static void
test_no_journal (Fixture *fixture)
{
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GVariant) statistics = NULL;

  g_assert_true (g_file_set_contents (fixture->journal_db, "This is no database.", -1, NULL));
  fixture_start (fixture);
  client_do (fixture->root, "Control.Reload");
  client_answer (fixture->root, fixture_hold (fixture, ALICE), "allow", "{}");
  g_assert_cmpuint (get_number (fixture, "decided.user"), ==, 1);
  reply = client_call (fixture->bob, "Control.GetStatistics", NULL);
  statistics = g_variant_get_child_value (reply, 0);
  g_assert_false (g_variant_lookup (statistics, "events", "t", NULL));
  client_check_error (fixture->root, SNET_ERROR_NAME_STORE_FAILED, "not a database",
                      "Rules.Propose", "(@a{sv})", g_variant_new_parsed ("@a{sv} {}"));
}

static void
add_tests (void)
{
  fixture_add ("/control/invalid", test_invalid);
  fixture_add ("/control/unwritable", test_unwritable);
  fixture_add ("/control/authority", test_authority);
  fixture_add ("/control/no-polkit", test_no_polkit);
  fixture_add_stopped ("/control/session-bus", test_session_bus);
  fixture_add ("/control/many-callers", test_many_callers);
  fixture_add ("/control/caller-gone", test_caller_gone);
  fixture_add ("/control/slow-polkit", test_slow_polkit);
  fixture_add ("/control/settings", test_settings);
  fixture_add_stopped ("/control/no-kernel", test_no_kernel);
  fixture_add ("/control/reload", test_reload);
  fixture_add ("/control/reload-broken", test_reload_broken);
  fixture_add ("/control/reload-retention", test_reload_retention);
  fixture_add ("/control/statistics", test_statistics);
  fixture_add ("/control/statistics-lost", test_statistics_lost);
  fixture_add ("/control/statistics-refused", test_statistics_refused);
  fixture_add ("/control/statistics-agents", test_statistics_agents);
  fixture_add_stopped ("/control/statistics-unasked", test_statistics_unasked);
  fixture_add_stopped ("/control/statistics-no-kernel", test_statistics_no_kernel);
  fixture_add_stopped ("/control/no-journal", test_no_journal);
}

int
main (int argc, char **argv)
{
  return fixture_main (argc, argv, add_tests);
}
