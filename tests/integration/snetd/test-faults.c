/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What goes wrong: in the kernel, on the disk, and at the wrong moment. */
#include <errno.h>
#include <glib/gstdio.h>

#include "fixture.h"
#include "snet-names.h"
#include "snetd-log.h"

static void
check_control (Fixture *fixture, const char *kernel, const char *delay, const char *policy)
{
  g_autofree char *got_kernel = client_get_control (fixture->bob, "Kernel");
  g_autofree char *got_delay = client_get_control (fixture->bob, "VerdictDelay");
  g_autofree char *got_policy = client_get_control (fixture->bob, "VerdictPolicy");

  g_assert_cmpstr (got_kernel, ==, kernel);
  g_assert_cmpstr (got_delay, ==, delay);
  g_assert_cmpstr (got_policy, ==, policy);
}

/* The state of the kernel */

static void
test_present (Fixture *fixture)
{
  g_autofree char *version = NULL;

  fixture_start (fixture);
  check_control (fixture, "lsm", "60", "allow");
  version = client_get_control (fixture->bob, "Version");
  g_assert_cmpstr (version, ==, SNET_TEST_VERSION);
}

static void
test_absent (Fixture *fixture)
{
  fake_snet_fail (FAKE_SNET_OPEN, -ENOENT);
  fixture_start (fixture);
  check_control (fixture, "absent", "0", "");
  client_check_pending (fixture->root, "");
  /* Rules can be made all the same. */
  client_add_rule (fixture->root, "{'action': <'allow'>}");
}

static void
test_busy (Fixture *fixture)
{
  fake_snet_fail (FAKE_SNET_REGISTER, -EBUSY);
  fixture_start (fixture);
  check_control (fixture, "busy", "0", "");
}

static void
test_not_permitted (Fixture *fixture)
{
  fake_snet_fail (FAKE_SNET_REGISTER, -EPERM);
  fixture_start (fixture);
  check_control (fixture, "absent", "0", "");
}

static void
test_config (Fixture *fixture)
{
  g_assert_true (
    g_file_set_contents (fixture->config_file, "[Verdict]\nPolicy=deny\nDelay=7\n", -1, NULL));
  fixture_start (fixture);
  check_control (fixture, "lsm", "7", "deny");
  g_assert_cmpuint (fake_snet_config ().delay, ==, 7);
  g_assert_cmpint (fake_snet_config ().policy, ==, SNET_VERDICT_DENY);
}

static void
test_adopts (Fixture *fixture)
{
  guint64 id = fake_snet_hold (fake_snet_event (0));

  fixture_start (fixture);
  client_check_pending (fixture->root, "1");
  client_answer (fixture->root, id, "allow", "{}");
  kernel_gets_verdict (id, SNET_VERDICT_ALLOW, 0);
}

/* Adopted, and told of as well: it is one request, also when it has ended. */
static void
test_adopts_once (Fixture *fixture)
{
  fixture_start (fixture);
  fixture_hold (fixture, ALICE);
  fake_snet_hold (fake_snet_event (ALICE));
  fake_snet_overrun ();
  client_hears (fixture->root, "Requested 2");
  client_hears (fixture->root, "Requested 1");
  client_check_pending (fixture->root, "1 2");
}

static void
test_overrun (Fixture *fixture)
{
  struct snet_event other = fake_snet_event (ALICE);
  guint64 kept, lost, killed;

  other.operation = SNET_OP_SEND;
  client_add_agent (fixture->alice, "/agent");
  kept = fixture_hold (fixture, ALICE);
  lost = fixture_hold (fixture, ALICE);
  killed = fixture_hold (fixture, ALICE);
  g_assert_cmpuint (kept, ==, 1);
  /* What arrives still before the gap is believed. */
  fake_snet_kill (killed);
  fake_snet_start_losing ();
  fake_snet_time_out (lost, SNET_VERDICT_ALLOW);
  fake_snet_hold (other);
  fake_snet_overrun ();

  client_hears (fixture->root, "Cancelled 3 exited");
  client_hears (fixture->root, "Cancelled 2 lost");
  client_hears (fixture->alice, "Withdraw 2 lost");
  client_hears (fixture->root, "Requested 4");
  client_hears (fixture->alice, "Ask 4");
  client_check_pending (fixture->root, "1 4");
  client_check_answer_error (fixture->root, lost, "allow", "{}", SNET_ERROR_NAME_ALREADY_DECIDED,
                             NULL);
}

/* The kernel does not say what waits: nothing is dropped on a suspicion. */
static void
test_overrun_blind (Fixture *fixture)
{
  fixture_hold (fixture, ALICE);
  fake_snet_fail (FAKE_SNET_PENDING, -ENOMEM);
  fake_snet_overrun ();
  fixture_hold (fixture, ALICE);
  client_check_pending (fixture->root, "1 2");
}

static void
test_malformed (Fixture *fixture)
{
  fake_snet_send_malformed ();
  fixture_hold (fixture, ALICE);
  check_control (fixture, "lsm", "60", "allow");
}

static void
test_disconnected (Fixture *fixture)
{
  guint64 id = fixture_hold (fixture, ALICE);

  fake_snet_break (-EBADF);
  client_hears (fixture->root, "Cancelled 1 lost");
  check_control (fixture, "absent", "0", "");
  client_check_pending (fixture->root, "");
  client_check_answer_error (fixture->root, id, "allow", "{}", SNET_ERROR_NAME_ALREADY_DECIDED,
                             NULL);
}

/* The moment: the request ends while polkit thinks, or two answer. */

static gboolean
polkit_holds (gpointer user_data)
{
  return fake_polkit_n_held (user_data) > 0;
}

static Later *
answer_held (Fixture *fixture, guint64 id, const char *options)
{
  Later *later;
  g_autoptr (GVariant) dictionary =
    g_variant_parse (G_VARIANT_TYPE_VARDICT, options, NULL, NULL, NULL);

  fake_polkit_set (fixture->polkit, SNET_ACTION_ANSWER_OWN, FAKE_POLKIT_HOLD);
  later = client_call_later (fixture->alice, FALSE, "Events.Verdict", "(ts@a{sv})", id, "allow",
                             dictionary);
  wait_until (polkit_holds, fixture->polkit, "the question to polkit");
  return later;
}

static void
check_later_error (Later *later, const char *error_name)
{
  g_assert_cmpstr (g_dbus_message_get_error_name (later_wait (later)), ==, error_name);
}

static guint
count_rules (Fixture *fixture)
{
  g_autoptr (GVariant) reply = client_call (fixture->root, "Rules.List", NULL);
  g_autoptr (GVariant) rules = g_variant_get_child_value (reply, 0);

  return g_variant_n_children (rules);
}

static void
test_times_out_meanwhile (Fixture *fixture)
{
  guint64 id = fixture_hold (fixture, ALICE);
  g_autoptr (Later) later = answer_held (fixture, id, "{'lifetime': <'forever'>}");

  fake_snet_time_out (id, SNET_VERDICT_DENY);
  client_hears (fixture->root, "Decided 1 deny");
  fake_polkit_release (fixture->polkit, TRUE);
  check_later_error (later, SNET_ERROR_NAME_ALREADY_DECIDED);
  g_assert_cmpuint (count_rules (fixture), ==, 0);
}

static void
test_dies_meanwhile (Fixture *fixture)
{
  guint64 id = fixture_hold (fixture, ALICE);
  g_autoptr (Later) later = answer_held (fixture, id, "{'lifetime': <'forever'>}");

  fake_snet_kill (id);
  client_hears (fixture->root, "Cancelled 1 exited");
  fake_polkit_release (fixture->polkit, TRUE);
  check_later_error (later, SNET_ERROR_NAME_UNKNOWN_REQUEST);
  g_assert_cmpuint (count_rules (fixture), ==, 0);
}

static void
test_answered_meanwhile (Fixture *fixture)
{
  guint64 id = fixture_hold (fixture, ALICE);
  g_autoptr (Later) later = answer_held (fixture, id, "{}");

  client_answer (fixture->root, id, "deny", "{}");
  fake_polkit_release (fixture->polkit, TRUE);
  check_later_error (later, SNET_ERROR_NAME_ALREADY_DECIDED);
  kernel_gets_verdict (id, SNET_VERDICT_DENY, 0);
}

/* Thinking about one does not hold up the others. */
static void
test_others_meanwhile (Fixture *fixture)
{
  guint64 one = fixture_hold (fixture, ALICE);
  g_autoptr (Later) later = answer_held (fixture, one, "{}");
  guint64 two = fixture_hold (fixture, BOB);

  client_answer (fixture->root, two, "allow", "{}");
  fake_polkit_release (fixture->polkit, FALSE);
  check_later_error (later, "org.freedesktop.DBus.Error.AccessDenied");
  g_assert_true (fake_snet_waits (one));
}

/* Who asked is gone, the answer was theirs to give all the same. */
static void
test_caller_leaves (Fixture *fixture)
{
  guint64 id = fixture_hold (fixture, ALICE);
  Client *second = client_new (ALICE);
  Client *alice = fixture->alice;
  g_autoptr (Later) later = NULL;

  fixture->alice = second;
  later = answer_held (fixture, id, "{}");
  fixture->alice = alice;
  client_free (second);
  later_wait (later); /* closed */
  fake_polkit_release (fixture->polkit, TRUE);
  kernel_gets_verdict (id, SNET_VERDICT_ALLOW, 0);
}

/* The last moment: it ends between the rule's way to the disk and the verdict. */

static int
end_by_timeout (guint64 id, gpointer user_data)
{
  fake_snet_set_verdict_hook (NULL, NULL);
  fake_snet_time_out (id, SNET_VERDICT_ALLOW);
  return 0;
}

static int
end_by_kill (guint64 id, gpointer user_data)
{
  fake_snet_set_verdict_hook (NULL, NULL);
  fake_snet_kill (id);
  return 0;
}

static void
test_times_out_last_moment (Fixture *fixture)
{
  guint64 id = fixture_hold (fixture, 0);

  fake_snet_set_verdict_hook (end_by_timeout, NULL);
  client_check_answer_error (fixture->root, id, "deny", "{'lifetime': <'forever'>}",
                             SNET_ERROR_NAME_ALREADY_DECIDED, "Rule 1 was made");
  client_hears (fixture->root, "Decided 1 allow");
  client_hears (fixture->root, "Added 1");
  kernel_gets_verdict (fake_snet_hold (fake_snet_event (0)), SNET_VERDICT_DENY, 0);
}

static void
test_dies_last_moment (Fixture *fixture)
{
  guint64 id = fixture_hold (fixture, 0);

  fake_snet_set_verdict_hook (end_by_kill, NULL);
  client_check_answer_error (fixture->root, id, "deny", "{}", SNET_ERROR_NAME_UNKNOWN_REQUEST,
                             "gone");
  client_hears (fixture->root, "Cancelled 1 exited");
}

/* The same, when it is a rule that decides: nobody has heard of it, nor will. */
static void
test_rule_last_moment (Fixture *fixture)
{
  g_autofree char *last = NULL;

  client_add_rule (fixture->root, "{'action': <'deny'>}");
  fake_snet_set_verdict_hook (end_by_kill, NULL);
  fake_snet_hold (fake_snet_event (0));
  kernel_gets_verdict (fake_snet_hold (fake_snet_event (0)), SNET_VERDICT_DENY, 0);
  client_hears (fixture->root, "Decided 2 deny");
  client_has_not_heard (fixture->root, "Requested 1");
  client_has_not_heard (fixture->root, "Cancelled 1 exited");
  client_check_pending (fixture->root, "");

  /* But what the policy did is written down. */
  fake_snet_set_verdict_hook (end_by_timeout, NULL);
  fake_snet_hold (fake_snet_event (0));
  client_hears (fixture->root, "Decided 3 allow");
  last = client_last_decision (fixture->root);
  g_assert_cmpstr (last, ==, "allow timeout -");
}

static int
refuse (guint64 id, gpointer user_data)
{
  return -ENOMEM;
}

/* The kernel refuses for another reason: it still waits, and can be answered. */
static void
test_refused (Fixture *fixture)
{
  guint64 id = fixture_hold (fixture, 0);

  fake_snet_set_verdict_hook (refuse, NULL);
  client_check_answer_error (fixture->root, id, "allow", "{}", "org.freedesktop.DBus.Error.Failed",
                             "did not take the verdict");
  client_check_pending (fixture->root, "1");
  fake_snet_set_verdict_hook (NULL, NULL);
  client_answer (fixture->root, id, "allow", "{}");
  kernel_gets_verdict (id, SNET_VERDICT_ALLOW, 0);
}

/* The disk */

static void
test_rules_damaged (Fixture *fixture)
{
  g_autofree char *garbage = g_strnfill (9999, '#');
  g_autofree char *after = NULL;
  guint64 id;

  g_assert_true (g_file_set_contents (fixture->rules_db, garbage, -1, NULL));
  fixture_start (fixture);
  g_assert_cmpuint (fixture_count_messages (SNETD_MESSAGE_NO_RULES), ==, 1);
  id = fixture_hold (fixture, 0);
  client_check_error (fixture->root, SNET_ERROR_NAME_STORE_FAILED, "not a database", "Rules.Add",
                      "(@a{sv})", g_variant_new_parsed ("{'action': <'allow'>}"));
  client_check_answer_error (fixture->root, id, "allow", "{'lifetime': <'forever'>}",
                             SNET_ERROR_NAME_STORE_FAILED, "not a database");
  /* Nothing is decided, and what needs no disk goes on. */
  g_assert_true (fake_snet_waits (id));
  client_answer (fixture->root, id, "allow", "{}");
  g_assert_cmpuint (count_rules (fixture), ==, 0);

  fixture_stop (fixture);
  g_assert_true (g_file_get_contents (fixture->rules_db, &after, NULL, NULL));
  g_assert_cmpstr (after, ==, garbage);
}

static void
test_journal_damaged (Fixture *fixture)
{
  guint64 id;

  g_assert_true (
    g_file_set_contents (fixture->journal_db, "This is not a database, is it?", -1, NULL));
  fixture_start (fixture);
  g_assert_cmpuint (fixture_count_messages (SNETD_MESSAGE_NO_JOURNAL), ==, 1);
  id = fixture_hold (fixture, 0);
  client_answer (fixture->root, id, "allow", "{}");
  client_hears (fixture->root, "Decided 1 allow");
  client_check_error (fixture->root, SNET_ERROR_NAME_STORE_FAILED, "not a database", "Events.Query",
                      "(@a{sv}u)", g_variant_new_parsed ("@a{sv} {}"), 0);
}

/* The clock */

static guint64
get_id (GVariant *events, guint index)
{
  g_autoptr (GVariant) event = g_variant_get_child_value (events, index);
  guint64 id;

  g_assert_true (g_variant_lookup (event, "id", "t", &id));
  return id;
}

/* It was set back by an hour after the first call: nobody has waited for less than no time. */
static void
test_clock_back (Fixture *fixture)
{
  struct snet_event event = fake_snet_event (0);
  g_autoptr (GVariant) events = NULL;
  g_autoptr (GVariant) first = NULL;
  guint64 early, late;
  gint64 waited;

  event.time_ns += 3600 * G_GUINT64_CONSTANT (1000000000);
  event.deadline_ns += 3600 * G_GUINT64_CONSTANT (1000000000);
  early = fake_snet_hold (event);
  client_hears (fixture->root, "Requested 1");
  client_answer (fixture->root, early, "allow", "{}");
  late = fixture_hold (fixture, 0);
  client_answer (fixture->root, late, "allow", "{}");

  events = client_query (fixture->root, "{}");
  g_assert_cmpuint (get_id (events, 0), ==, late);
  g_assert_cmpuint (get_id (events, 1), ==, early);
  first = g_variant_get_child_value (events, 1);
  g_assert_true (g_variant_lookup (first, "waited", "x", &waited));
  g_assert_cmpint (waited, >=, 0);
  g_assert_cmpint (waited, <, 1800 * G_USEC_PER_SEC);
}

/* The bus */

static void
test_second (Fixture *fixture)
{
  SnetdDaemon *first = g_steal_pointer (&fixture->daemon);
  SnetdDaemon *second;
  guint64 id;

  fixture_start (fixture);
  second = fixture->daemon;
  g_assert_false (fixture->ready);
  g_assert_nonnull (strstr (fixture->failure, "org.snet cannot be owned"));

  /* The first has lost nothing. */
  id = fixture_hold (fixture, 0);
  client_answer (fixture->root, id, "allow", "{}");
  g_object_unref (second);
  fixture->daemon = first;
}

static void
add_tests (void)
{
  fixture_add_stopped ("/kernel/present", test_present);
  fixture_add_stopped ("/kernel/absent", test_absent);
  fixture_add_stopped ("/kernel/busy", test_busy);
  fixture_add_stopped ("/kernel/not-permitted", test_not_permitted);
  fixture_add_stopped ("/kernel/config", test_config);
  fixture_add_stopped ("/kernel/adopts", test_adopts);
  fixture_add_stopped ("/kernel/adopts-once", test_adopts_once);
  fixture_add ("/kernel/overrun", test_overrun);
  fixture_add ("/kernel/overrun-blind", test_overrun_blind);
  fixture_add ("/kernel/malformed", test_malformed);
  fixture_add ("/kernel/disconnected", test_disconnected);
  fixture_add ("/kernel/refused", test_refused);
  fixture_add ("/moment/times-out-meanwhile", test_times_out_meanwhile);
  fixture_add ("/moment/dies-meanwhile", test_dies_meanwhile);
  fixture_add ("/moment/answered-meanwhile", test_answered_meanwhile);
  fixture_add ("/moment/others-meanwhile", test_others_meanwhile);
  fixture_add ("/moment/caller-leaves", test_caller_leaves);
  fixture_add ("/moment/times-out-last", test_times_out_last_moment);
  fixture_add ("/moment/dies-last", test_dies_last_moment);
  fixture_add ("/moment/rule-last", test_rule_last_moment);
  fixture_add_stopped ("/disk/rules-damaged", test_rules_damaged);
  fixture_add_stopped ("/disk/journal-damaged", test_journal_damaged);
  fixture_add ("/clock/back", test_clock_back);
  fixture_add ("/bus/second", test_second);
}

int
main (int argc, char **argv)
{
  return fixture_main (argc, argv, add_tests);
}
