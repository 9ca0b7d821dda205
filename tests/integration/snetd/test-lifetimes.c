/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rules that end by themselves, at a time or with a process; those that end with a session: logins.
 */
#include "fixture.h"

/* For a second; then what it has decided is asked about again. */
static void
test_duration (Fixture *fixture)
{
  struct snet_ticket_terms terms;
  guint64 id;
  gint64 began = g_get_monotonic_time ();

  client_add_rule (fixture->root,
                   "{'action': <'deny'>, 'lifetime': <'until'>, 'duration': <uint32 2>}");
  id = fake_snet_hold (fake_snet_event (ALICE));
  kernel_gets_verdict (id, SNET_VERDICT_DENY, 0);
  /* No ticket outlives it. */
  if (fake_snet_ticket (id, &terms))
    {
      g_assert_cmpuint (terms.mode, ==, SNET_TICKET_FIXED);
      g_assert_cmpuint (terms.lifetime, <=, 2);
    }
  client_loses_all_rules (fixture->root);
  g_assert_cmpint (g_get_monotonic_time () - began, >=, 2 * G_TIME_SPAN_SECOND);
  client_hears (fixture->root, "Removed 1");
  id = fixture_hold (fixture, ALICE);
  g_assert_true (fake_snet_waits (id));
}

/* A time that is over; also while snetd does not run. */
static void
test_until (Fixture *fixture)
{
  guint64 rule = client_add_rule (
    fixture->root, "{'action': <'deny'>, 'lifetime': <'until'>, 'until': <int64 1>}");

  client_loses_all_rules (fixture->root);
  rule = client_add_rule (fixture->root,
                          "{'action': <'deny'>, 'lifetime': <'until'>, 'duration': <uint32 1>}");
  client_check_rule_key (fixture->root, rule, "lifetime", "'until'");
  fixture_stop (fixture);
  g_usleep (1100000);
  fixture_start (fixture);
  client_check_rules (fixture->root, "");
}

static guint64
add_until (Fixture *fixture, gint64 until)
{
  g_autofree char *rule = g_strdup_printf (
    "{'action': <'ask'>, 'lifetime': <'until'>, 'until': <int64 %" G_GINT64_FORMAT ">}", until);

  return client_add_rule (fixture->root, rule);
}

/* Each at its own time, in whatever order they were made; and who is removed before is not missed.
 */
static void
test_until_many (Fixture *fixture)
{
  const gint64 now = g_get_real_time ();
  const guint64 far = add_until (fixture, now + G_TIME_SPAN_DAY);

  client_remove_rule (fixture->root, add_until (fixture, now + 3000 * G_TIME_SPAN_MILLISECOND));
  add_until (fixture, now + 3200 * G_TIME_SPAN_MILLISECOND);
  add_until (fixture, now + 3100 * G_TIME_SPAN_MILLISECOND);
  client_add_rule (fixture->root,
                   "{'action': <'ask'>, 'lifetime': <'until'>, 'duration': <uint32 1>}");
  client_hears (fixture->root, "Removed 4");
  client_hears (fixture->root, "Removed 3");
  client_hears (fixture->root, "Removed 5");
  client_check_rules (fixture->root, "1");
  g_assert_cmpuint (far, ==, 1);
}

/* The rule that was made for one process goes when that does. */
static void
test_process_ends (Fixture *fixture)
{
  struct snet_event event = fake_snet_event (0);
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GError) error = NULL;
  guint64 id;

  process = g_subprocess_new (G_SUBPROCESS_FLAGS_STDIN_PIPE, &error, "cat", NULL);
  g_assert_no_error (error);
  event.pid = (guint32)g_ascii_strtoull (g_subprocess_get_identifier (process), NULL, 10);
  id = fake_snet_hold (event);
  client_hears (fixture->root, "Requested 1");
  client_answer (fixture->root, id, "deny", "{'lifetime': <'process'>, 'match': <@as []>}");
  client_check_rule_key (fixture->root, 1, "process", "77");
  id = fake_snet_hold (event);
  kernel_gets_verdict (id, SNET_VERDICT_DENY, 0);

  /* A restart of snetd does not lose sight of it. */
  fixture_stop (fixture);
  fixture_start (fixture);
  client_check_rules (fixture->root, "1");
  g_subprocess_force_exit (process);
  client_loses_all_rules (fixture->root);
}

/* It has ended already when the answer comes. */
static void
test_process_ended (Fixture *fixture)
{
  struct snet_event event = fake_snet_event (0);
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GError) error = NULL;
  guint64 id;

  process = g_subprocess_new (G_SUBPROCESS_FLAGS_STDIN_PIPE, &error, "cat", NULL);
  g_assert_no_error (error);
  event.pid = (guint32)g_ascii_strtoull (g_subprocess_get_identifier (process), NULL, 10);
  g_subprocess_force_exit (process);
  g_assert_true (g_subprocess_wait (process, NULL, &error));
  id = fake_snet_hold (event);
  client_hears (fixture->root, "Requested 1");
  client_answer (fixture->root, id, "deny", "{'lifetime': <'process'>, 'match': <@as []>}");
  client_loses_all_rules (fixture->root);
}

static void
add_tests (void)
{
  fixture_add ("/lifetimes/duration", test_duration);
  fixture_add ("/lifetimes/until", test_until);
  fixture_add ("/lifetimes/until-many", test_until_many);
  fixture_add ("/lifetimes/process-ends", test_process_ends);
  fixture_add ("/lifetimes/process-ended", test_process_ended);
}

int
main (int argc, char **argv)
{
  return fixture_main (argc, argv, add_tests);
}
