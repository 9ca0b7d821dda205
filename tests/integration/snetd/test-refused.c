/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel does not do what it is told: nothing is decided that was not, and it is said. */
#include <errno.h>

#include "fixture.h"
#include "snet-names.h"

#define FAILED   "org.freedesktop.DBus.Error.Failed"
#define ANY_PORT 8080

static int
refuse (guint64 id, gpointer user_data)
{
  return -ENOMEM;
}

static int
not_there (guint64 id, gpointer user_data)
{
  return -ENOENT;
}

static void
set_refusing (gboolean refusing)
{
  fake_snet_set_verdict_hook (refusing ? refuse : NULL, NULL);
}

/* Somebody is asked about it, and answers when the kernel takes verdicts again. */
static void
check_asked (Fixture *fixture, guint64 id, const char *warning)
{
  g_autofree char *requested = g_strdup_printf ("Requested %" G_GUINT64_FORMAT, id);

  client_hears (fixture->root, requested);
  g_assert_true (fake_snet_waits (id));
  g_assert_cmpuint (fixture_count_warnings (warning), ==, 1);
  set_refusing (FALSE);
  client_answer (fixture->root, id, "deny", "{}");
  kernel_gets_verdict (id, SNET_VERDICT_DENY, 0);
}

static void
test_rule (Fixture *fixture)
{
  client_add_rule (fixture->root, "{'action': <'allow'>}");
  set_refusing (TRUE);
  check_asked (fixture, fixture_hold_to_port (ANY_PORT), "Rule 1 cannot be applied: *");
}

static void
test_mode (Fixture *fixture)
{
  client_set_mode (fixture->root, "off", "{}");
  set_refusing (TRUE);
  check_asked (fixture, fixture_hold_to_port (ANY_PORT), "The mode cannot be applied: *");
}

/* Nobody is there whom one could ask, and it is told of all the same. */
static void
test_policy (Fixture *fixture)
{
  g_assert_true (g_file_set_contents (fixture->config_file, "", -1, NULL));
  fixture_start (fixture);
  set_refusing (TRUE);
  check_asked (fixture, fixture_hold_to_port (ANY_PORT), "The policy cannot be applied: *verdict*");
  fake_snet_fail (FAKE_SNET_CONFIG_GET, -ENOMEM);
  check_asked (fixture, fixture_hold_to_port (ANY_PORT),
               "The policy cannot be applied: *settings*");
}

/* It has ended meanwhile: nobody is asked about what nobody can answer. */
static void
test_policy_too_late (Fixture *fixture)
{
  g_assert_true (g_file_set_contents (fixture->config_file, "", -1, NULL));
  fixture_start (fixture);
  fake_snet_set_verdict_hook (not_there, NULL);
  fixture_hold_to_port (ANY_PORT);
  client_sync (fixture->root);
  fake_snet_set_verdict_hook (NULL, NULL);
  kernel_gets_verdict (fixture_hold_to_port (ANY_PORT), SNET_VERDICT_ALLOW, 0);
  client_hears (fixture->root, "Decided 2 allow");
  client_has_not_heard (fixture->root, "Requested 1");
  g_assert_cmpuint (fixture_count_warnings ("The policy*"), ==, 0);
}

/* Its tickets would go on deciding by rules that are gone, so it is let go, which ends them. */
static void
test_flush (Fixture *fixture)
{
  const guint64 id = fixture_hold (fixture, ALICE);

  fake_snet_fail (FAKE_SNET_FLUSH, -ENOMEM);
  client_add_rule (fixture->root, "{'action': <'allow'>}");
  client_hears (fixture->root, "Cancelled 1 lost");
  client_sees (fixture->bob, "Kernel absent");
  client_check_control (fixture->bob, "VerdictDelay", "0");
  g_assert_cmpuint (fixture_count_warnings ("*lets go of it*"), ==, 1);
  client_check_answer_error (fixture->root, id, "allow", "{}", SNET_ERROR_NAME_ALREADY_DECIDED,
                             NULL);
  g_assert_true (fake_snet_waits (id));

  /* The next one takes over what waits. */
  fake_snet_fail (FAKE_SNET_FLUSH, 0);
  fixture_restart (fixture);
  kernel_gets_verdict (id, SNET_VERDICT_ALLOW, 0);
}

/* The kernel does not know any more what waits here, and does not say why. */
static void
test_vanished (Fixture *fixture)
{
  const guint64 id = fixture_hold (fixture, ALICE);

  fake_snet_set_verdict_hook (not_there, NULL);
  client_check_answer_error (fixture->root, id, "allow", "{}", SNET_ERROR_NAME_ALREADY_DECIDED,
                             NULL);
  client_hears (fixture->root, "Cancelled 1 lost");
  client_check_pending (fixture->root, "");
}

/* The end is told of a call the beginning of which was lost. */
static void
test_end_only (Fixture *fixture)
{
  guint64 timed_out, killed;

  fake_snet_start_losing ();
  timed_out = fixture_hold_to_port (ANY_PORT);
  killed = fixture_hold_to_port (ANY_PORT);
  fake_snet_overrun ();
  fake_snet_time_out (timed_out, SNET_VERDICT_ALLOW);
  fake_snet_kill (killed);
  client_sync (fixture->root);
  client_check_answer_error (fixture->root, timed_out, "allow", "{}",
                             SNET_ERROR_NAME_ALREADY_DECIDED, NULL);
  client_check_answer_error (fixture->root, killed, "allow", "{}", SNET_ERROR_NAME_UNKNOWN_REQUEST,
                             "gone");
  client_has_not_heard (fixture->root, "Requested 1");
  client_has_not_heard (fixture->root, "Cancelled 2 exited");
}

/* Who wants a setting hears of it; a file's is only warned of, and all else in it counts. */
static void
test_settings (Fixture *fixture)
{
  fake_snet_fail (FAKE_SNET_CONFIG_SET, -EIO);
  client_check_error (fixture->root, FAILED, "cannot be changed", "Control.SetVerdictDelay", "(u)",
                      30);
  client_check_error (fixture->root, FAILED, "cannot be changed", "Control.SetVerdictPolicy", "(s)",
                      "deny");
  g_assert_true (g_file_set_contents (fixture->config_file, "[Verdict]\nDelay=7\n", -1, NULL));
  client_do (fixture->root, "Control.Reload");
  g_assert_cmpuint (fixture_count_warnings ("*cannot be changed*"), ==, 1);
  client_check_control (fixture->bob, "VerdictDelay", "60");
  /* Nobody waits for who has no agent any more. */
  kernel_gets_verdict (fixture_hold_to_port (ANY_PORT), SNET_VERDICT_ALLOW, 0);

  fake_snet_fail (FAKE_SNET_CONFIG_GET, -EIO);
  client_check_error (fixture->root, FAILED, "cannot be read", "Control.SetVerdictDelay", "(u)",
                      30);
  client_check_control (fixture->bob, "VerdictDelay", "60");
}

static gboolean
has_warned (gpointer unused)
{
  return fixture_count_warnings ("*not in the journal any more*") > 0;
}

/* What the kernel decides by itself is not known any more; all else goes on. */
static void
test_monitor (Fixture *fixture)
{
  g_autoptr (GVariant) events = NULL;

  fake_snet_break_monitor (-EIO);
  wait_until (has_warned, NULL, "a warning");
  fake_snet_report (fake_snet_event (ALICE));
  client_answer (fixture->root, fixture_hold (fixture, ALICE), "allow", "{}");
  events = client_query (fixture->root, "{}");
  g_assert_cmpuint (g_variant_n_children (events), ==, 1);
  g_assert_cmpuint (fixture_count_warnings ("*not in the journal any more*"), ==, 1);
}

static void
add_tests (void)
{
  fixture_add ("/refused/rule", test_rule);
  fixture_add ("/refused/mode", test_mode);
  fixture_add_stopped ("/refused/policy", test_policy);
  fixture_add_stopped ("/refused/policy-too-late", test_policy_too_late);
  fixture_add ("/refused/flush", test_flush);
  fixture_add ("/refused/vanished", test_vanished);
  fixture_add ("/refused/end-only", test_end_only);
  fixture_add ("/refused/settings", test_settings);
  fixture_add ("/refused/monitor", test_monitor);
}

int
main (int argc, char **argv)
{
  return fixture_main (argc, argv, add_tests);
}
