/* SPDX-License-Identifier: GPL-2.0-or-later */
/* org.snet.Events: from the held call to the journal. */
#include <errno.h>
#include <sqlite3.h>

#include "fixture.h"
#include "snet-names.h"
#include "snetd-log.h"

#define ACCESS_DENIED "org.freedesktop.DBus.Error.AccessDenied"

static guint64
hold (guint32 uid)
{
  return fake_snet_hold (fake_snet_event (uid));
}

static void
test_answer (Fixture *fixture)
{
  g_autofree char *last = NULL;
  guint64 one, two;

  fake_polkit_set (fixture->polkit, SNET_ACTION_ANSWER_OWN, FAKE_POLKIT_YES);
  one = fixture_hold (fixture, ALICE);
  two = fixture_hold (fixture, ALICE);
  client_check_pending (fixture->alice, "1 2");

  client_answer (fixture->alice, one, "allow", "{}");
  kernel_gets_verdict (one, SNET_VERDICT_ALLOW, 0);
  client_hears (fixture->root, "Decided 1 allow");
  client_check_pending (fixture->alice, "2");
  last = client_last_decision (fixture->alice);
  g_assert_cmpstr (last, ==, "allow user -");
  g_free (last);

  client_answer (fixture->alice, two, "deny", "{'errno': <'ECONNREFUSED'>}");
  kernel_gets_verdict (two, SNET_VERDICT_DENY, ECONNREFUSED);
  client_hears (fixture->root, "Decided 2 deny");
  client_check_pending (fixture->alice, "");
  last = client_last_decision (fixture->alice);
  g_assert_cmpstr (last, ==, "deny user ECONNREFUSED");
}

/* What /proc says of this very process. */
static void
check_process (GVariant *event)
{
  g_autofree char *bytes = NULL;
  g_autofree char *here = g_get_current_dir ();
  g_autofree const char **command = NULL;
  const char *directory;

  g_assert_true (g_variant_lookup (event, "directory", "&s", &directory));
  g_assert_cmpstr (directory, ==, here);
  g_assert_true (g_variant_lookup (event, "command", "^a&s", &command));
  g_assert_true (g_file_get_contents ("/proc/self/cmdline", &bytes, NULL, NULL));
  g_assert_cmpstr (command[0], ==, bytes);
}

/* This machine has them or not. */
static guint
count_keys (GVariant *event, const char *one, const char *two, const char *three)
{
  const char *keys[] = { one, two, three };
  guint n = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    n += g_variant_lookup (event, keys[i], "s", NULL);
  return n;
}

/* What is told of a request is what the kernel said of it, and of its program. */
static void
test_event (Fixture *fixture)
{
  static const struct
  {
    const char *key, *text;
  } expected[] = {
    { "id", "uint64 1" },
    { "operation", "'connect'" },
    { "family", "'inet'" },
    { "type", "'stream'" },
    { "protocol", "'tcp'" },
    { "uid", "uint32 1" },
    { "comm", "'curl'" },
    { "netns", "uint64 4026531840" },
    { "process", "uint64 77" },
    { "session", "uint32 3" },
    { "script", "'/usr/bin/get'" },
    { "ancestors", "['/usr/bin/bash', '/usr/sbin/sshd']" },
    { "remote-address", "'192.0.2.1'" },
    { "remote-port", "uint16 443" },
    { "hold", "'thread'" },
  };
  g_autofree char *self = g_file_read_link ("/proc/self/exe", NULL);
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GVariant) event = NULL;
  const char *program;
  gint64 time, deadline;

  fixture_hold (fixture, ALICE);
  reply = client_call (fixture->alice, "Events.ListPending", NULL);
  g_variant_get (reply, "(aa{sv})", NULL);
  {
    g_autoptr (GVariant) list = g_variant_get_child_value (reply, 0);

    event = g_variant_get_child_value (list, 0);
  }
  for (gsize i = 0; i < G_N_ELEMENTS (expected); i++)
    {
      g_autoptr (GVariant) value = g_variant_lookup_value (event, expected[i].key, NULL);
      g_autofree char *text = NULL;

      g_assert_nonnull (value);
      text = g_variant_print (value, TRUE);
      g_assert_cmpstr (text, ==, expected[i].text);
    }
  g_assert_true (g_variant_lookup (event, "program", "&s", &program));
  g_assert_cmpstr (program, ==, self);
  g_assert_true (g_variant_lookup (event, "time", "x", &time));
  g_assert_true (g_variant_lookup (event, "deadline", "x", &deadline));
  g_assert_cmpint (deadline - time, ==, 60 * G_TIME_SPAN_SECOND);
  check_process (event);
  /* Nothing else: what is unknown is absent. */
  g_assert_cmpuint (g_variant_n_children (event), ==,
                    G_N_ELEMENTS (expected) + 6 + count_keys (event, "cgroup", "unit", "app"));
}

static void
test_ended (Fixture *fixture)
{
  guint64 answered, killed, timed_out;

  answered = fixture_hold (fixture, 0);
  killed = fixture_hold (fixture, 0);
  timed_out = fixture_hold (fixture, 0);
  client_answer (fixture->root, answered, "allow", "{}");
  fake_snet_kill (killed);
  fake_snet_time_out (timed_out, SNET_VERDICT_DENY);
  client_hears (fixture->root, "Cancelled 2 exited");
  client_hears (fixture->root, "Decided 3 deny");

  client_check_answer_error (fixture->root, answered, "allow", "{}",
                             SNET_ERROR_NAME_ALREADY_DECIDED, "1");
  client_check_answer_error (fixture->root, killed, "allow", "{}", SNET_ERROR_NAME_UNKNOWN_REQUEST,
                             "gone");
  client_check_answer_error (fixture->root, timed_out, "allow", "{}",
                             SNET_ERROR_NAME_ALREADY_DECIDED, NULL);
  client_check_answer_error (fixture->root, 4, "allow", "{}", SNET_ERROR_NAME_UNKNOWN_REQUEST, "4");
  client_check_answer_error (fixture->root, 0, "allow", "{}", SNET_ERROR_NAME_UNKNOWN_REQUEST,
                             NULL);
  client_check_pending (fixture->root, "");
}

static void
test_timeout (Fixture *fixture)
{
  g_autofree char *last = NULL;
  g_autofree char *again = NULL;
  guint64 id;

  id = fixture_hold (fixture, ALICE);
  fake_snet_time_out (id, SNET_VERDICT_DENY);
  client_hears (fixture->root, "Decided 1 deny");
  last = client_last_decision (fixture->alice);
  g_assert_cmpstr (last, ==, "deny timeout EACCES");

  id = fixture_hold (fixture, ALICE);
  fake_snet_time_out (id, SNET_VERDICT_ALLOW);
  client_hears (fixture->root, "Decided 2 allow");
  again = client_last_decision (fixture->alice);
  g_assert_cmpstr (again, ==, "allow timeout -");
}

/* Nobody decided it, so the journal does not say that somebody did. */
static void
test_killed (Fixture *fixture)
{
  g_autofree char *last = NULL;
  guint64 id = fixture_hold (fixture, ALICE);

  fake_snet_kill (id);
  client_hears (fixture->root, "Cancelled 1 exited");
  client_check_pending (fixture->root, "");
  last = client_last_decision (fixture->root);
  g_assert_cmpstr (last, ==, "none");
}

static void
check_invalid_options (Client *client, guint64 id)
{
  g_autofree char *comment = g_strnfill (1001, 'c');
  g_autofree char *long_comment = g_strdup_printf ("'comment': <'%s'>", comment);
  const struct
  {
    const char *option, *says;
  } cases[] = {
    { "'duration': <5>", "“duration”" },
    { "'duration': <uint32 0>", "cannot be 0" },
    { "'until': <uint32 5>", "“until”" },
    { "'until': <int64 0>", "before there was time" },
    { "'until': <int64 -5>", "before there was time" },
    { "'match': <'program'>", "“match”" },
    { "'match': <['colour']>", "colour" },
    { "'errno': <5>", "“errno”" },
    { "'comment': <5>", "“comment”" },
    { long_comment, "longer than 1000" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *options = g_strdup_printf ("{'lifetime': <'until'>, %s}", cases[i].option);

      client_check_answer_error (client, id, "deny", options, SNET_ERROR_NAME_INVALID_OPTION,
                                 cases[i].says);
    }
}

static void
test_invalid (Fixture *fixture)
{
  guint64 id = fixture_hold (fixture, ALICE);

  client_check_answer_error (fixture->alice, id, "maybe", "{}", SNET_ERROR_NAME_INVALID_VERDICT,
                             "maybe");
  client_check_answer_error (fixture->alice, id, "allow", "{'colour': <'red'>}",
                             SNET_ERROR_NAME_INVALID_OPTION, "colour");
  client_check_answer_error (fixture->alice, id, "allow", "{'lifetime': <'eternal'>}",
                             SNET_ERROR_NAME_INVALID_OPTION, "lifetime");
  check_invalid_options (fixture->alice, id);
  /* A rule that could not be made otherwise, and would be gone after the next start. */
  client_check_answer_error (fixture->root, id, "allow",
                             "{'lifetime': <'forever'>, 'match': <['process']>}",
                             SNET_ERROR_NAME_INVALID_OPTION, "process");
  client_check_answer_error (fixture->alice, id, "allow", "{'errno': <'EPERM'>}",
                             SNET_ERROR_NAME_INVALID_OPTION, "errno");
  client_check_answer_error (fixture->root, id, "allow",
                             "{'lifetime': <'forever'>, 'match': <['local-port']>}",
                             SNET_ERROR_NAME_INVALID_OPTION, "local-port");
  client_check_error (fixture->alice, "org.freedesktop.DBus.Error.InvalidArgs", NULL,
                      "Events.Verdict", "(ss)", "1", "allow");
  client_check_error (fixture->alice, SNET_ERROR_NAME_INVALID_FILTER, "colour", "Events.Query",
                      "(@a{sv}u)", g_variant_new_parsed ("{'colour': <'red'>}"), 0);

  /* Nothing has changed, and nobody was bothered. */
  g_assert_true (fake_snet_waits (id));
  client_check_pending (fixture->root, "1");
  g_assert_cmpuint (fake_polkit_n_questions (fixture->polkit), ==, 0);
}

static void
test_denied (Fixture *fixture)
{
  guint64 id = fixture_hold (fixture, ALICE);

  /* The own, but polkit says no. */
  client_check_answer_error (fixture->alice, id, "allow", "{}", ACCESS_DENIED,
                             SNET_ACTION_ANSWER_OWN);
  /* Another's: another action. */
  fake_polkit_set (fixture->polkit, SNET_ACTION_ANSWER_OWN, FAKE_POLKIT_YES);
  client_check_answer_error (fixture->bob, id, "allow", "{}", ACCESS_DENIED,
                             SNET_ACTION_ANSWER_ANY);
  /* It would take a password, which is not offered. */
  fake_polkit_set (fixture->polkit, SNET_ACTION_ANSWER_ANY, FAKE_POLKIT_CHALLENGE);
  client_check_answer_error (fixture->bob, id, "allow", "{}", ACCESS_DENIED, "authentication");
  /* Nobody is there to ask. */
  fake_polkit_lose_name (fixture->polkit);
  for (guint i = 0; i < 2; i++)
    client_check_answer_error (fixture->alice, id, "allow", "{}", ACCESS_DENIED, "polkit is not");
  g_assert_true (fake_snet_waits (id));
  g_assert_cmpuint (fixture_count_messages (SNETD_MESSAGE_POLKIT), ==, 1);

  /* root needs nobody. */
  client_answer (fixture->root, id, "allow", "{}");
  kernel_gets_verdict (id, SNET_VERDICT_ALLOW, 0);
  fake_polkit_own_name (fixture->polkit);

  /* And it is asked again when it is back. */
  id = fixture_hold (fixture, ALICE);
  client_answer (fixture->alice, id, "deny", "{}");
  kernel_gets_verdict (id, SNET_VERDICT_DENY, 0);
  g_assert_cmpuint (fixture_count_messages (SNETD_MESSAGE_POLKIT), ==, 2);

  id = fixture_hold (fixture, ALICE);
  fake_polkit_set (fixture->polkit, SNET_ACTION_ANSWER_ANY, FAKE_POLKIT_YES);
  client_answer (fixture->bob, id, "allow", "{}");
  kernel_gets_verdict (id, SNET_VERDICT_ALLOW, 0);
}

static void
test_interactive (Fixture *fixture)
{
  guint64 id = fixture_hold (fixture, ALICE);
  g_autoptr (Later) later = NULL;
  g_autoptr (Later) list = NULL;

  client_check_answer_error (fixture->alice, id, "allow", "{}", ACCESS_DENIED, NULL);
  g_assert_false (g_str_has_suffix (fake_polkit_last_question (fixture->polkit), "interactive"));
  later = client_call_later (fixture->alice, TRUE, "Events.Verdict", "(ts@a{sv})", id, "allow",
                             g_variant_new_parsed ("@a{sv} {}"));
  later_wait (later);
  g_assert_true (g_str_has_suffix (fake_polkit_last_question (fixture->polkit), "interactive"));

  /* But who just looks is not asked for an administrator's password. */
  list = client_call_later (fixture->alice, TRUE, "Events.ListPending", NULL);
  later_wait (list);
  g_assert_true (
    g_str_has_prefix (fake_polkit_last_question (fixture->polkit), SNET_ACTION_OBSERVE));
  g_assert_false (g_str_has_suffix (fake_polkit_last_question (fixture->polkit), "interactive"));
}

static void
test_observe (Fixture *fixture)
{
  g_autoptr (GVariant) none = NULL;
  g_autoptr (GVariant) own = NULL;
  g_autoptr (GVariant) asked = NULL;
  g_autoptr (GVariant) all = NULL;
  guint64 id;

  fixture_hold (fixture, ALICE);
  fixture_hold (fixture, BOB);
  client_check_pending (fixture->root, "1 2");
  client_check_pending (fixture->alice, "1");
  client_check_pending (fixture->bob, "2");
  fake_polkit_set (fixture->polkit, SNET_ACTION_OBSERVE, FAKE_POLKIT_YES);
  client_check_pending (fixture->alice, "1 2");
  fake_polkit_set (fixture->polkit, SNET_ACTION_OBSERVE, FAKE_POLKIT_NO);

  for (id = 1; id <= 2; id++)
    client_answer (fixture->root, id, "allow", "{}");
  own = client_query (fixture->alice, "{}");
  g_assert_cmpuint (g_variant_n_children (own), ==, 1);
  asked = client_query (fixture->alice, "{'uid': <uint32 2>}");
  g_assert_cmpuint (g_variant_n_children (asked), ==, 0);
  fake_polkit_set (fixture->polkit, SNET_ACTION_OBSERVE, FAKE_POLKIT_YES);
  all = client_query (fixture->alice, "{}");
  g_assert_cmpuint (g_variant_n_children (all), ==, 2);
}

/* What others do is told to root only; that is the bus policy's doing. */
static void
test_signals (Fixture *fixture)
{
  client_answer (fixture->root, fixture_hold (fixture, ALICE), "allow", "{}");
  client_hears (fixture->root, "Decided 1 allow");
  client_sync (fixture->alice);
  g_assert_cmpuint (fixture->alice->heard->len, ==, 0);
}

/* Rules that come with answers. */

static int
read_number (const char *path, const char *sql)
{
  sqlite3_stmt *statement;
  sqlite3 *db;
  int number;

  g_assert_cmpint (sqlite3_open (path, &db), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_prepare_v2 (db, sql, -1, &statement, NULL), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_step (statement), ==, SQLITE_ROW);
  number = sqlite3_column_int (statement, 0);
  sqlite3_finalize (statement);
  sqlite3_close (db);
  return number;
}

static int rules_at_verdict = -1;

static int
count_rules (guint64 id, gpointer user_data)
{
  rules_at_verdict = read_number (user_data, "SELECT count(*) FROM rules");
  return 0;
}

static void
test_forever (Fixture *fixture)
{
  g_autofree char *last = NULL;
  g_autoptr (GVariant) events = NULL;
  guint64 id;

  fake_polkit_set (fixture->polkit, SNET_ACTION_ANSWER_OWN, FAKE_POLKIT_YES);
  id = fixture_hold (fixture, ALICE);
  rules_at_verdict = -1;
  fake_snet_set_verdict_hook (count_rules, fixture->rules_db);
  client_answer (fixture->alice, id, "deny", "{'lifetime': <'forever'>, 'errno': <'EPERM'>}");
  kernel_gets_verdict (id, SNET_VERDICT_DENY, EPERM);
  /* On disk before the call went on. */
  g_assert_cmpint (rules_at_verdict, ==, 1);
  client_hears (fixture->root, "Added 1");
  client_hears (fixture->alice, "Added 1");

  /* Now nobody is asked. */
  id = hold (ALICE);
  kernel_gets_verdict (id, SNET_VERDICT_DENY, EPERM);
  client_hears (fixture->root, "Decided 2 deny");
  client_has_not_heard (fixture->root, "Requested 2");
  last = client_last_decision (fixture->alice);
  g_assert_cmpstr (last, ==, "deny rule EPERM");
  events = client_query (fixture->alice, "{'rule': <uint64 1>}");
  g_assert_cmpuint (g_variant_n_children (events), ==, 2);

  /* It is Alice's, and touches nobody else. */
  fixture_hold (fixture, BOB);

  /* And it is there after a restart. */
  fixture_stop (fixture);
  fixture_start (fixture);
  id = hold (ALICE);
  kernel_gets_verdict (id, SNET_VERDICT_DENY, EPERM);
}

/* root's rule is the system's. */
static void
test_forever_root (Fixture *fixture)
{
  guint64 id = fixture_hold (fixture, ALICE);

  client_answer (fixture->root, id, "allow", "{'lifetime': <'forever'>}");
  kernel_gets_verdict (hold (BOB), SNET_VERDICT_ALLOW, 0);
}

/* A rule of Bob's would not touch what is Alice's. */
static void
test_forever_other (Fixture *fixture)
{
  guint64 id = fixture_hold (fixture, ALICE);

  fake_polkit_set (fixture->polkit, SNET_ACTION_ANSWER_ANY, FAKE_POLKIT_YES);
  client_check_answer_error (fixture->bob, id, "allow", "{'lifetime': <'forever'>}",
                             SNET_ERROR_NAME_INVALID_OPTION, "lifetime");
  g_assert_true (fake_snet_waits (id));
}

/* A new rule settles all else that waits, but not what it does not match. */
static void
test_settles (Fixture *fixture)
{
  struct snet_event other = fake_snet_event (ALICE);
  guint64 one, two, bobs, listening;

  other.operation = SNET_OP_LISTEN;
  one = fixture_hold (fixture, ALICE);
  two = fixture_hold (fixture, ALICE);
  bobs = fixture_hold (fixture, BOB);
  listening = fake_snet_hold (other);
  client_hears (fixture->root, "Requested 4");

  fake_polkit_set (fixture->polkit, SNET_ACTION_ANSWER_OWN, FAKE_POLKIT_YES);
  client_answer (fixture->alice, one, "allow",
                 "{'lifetime': <'reboot'>, 'match': <['operation', 'program']>}");
  /* When the call has returned, not some time after. */
  g_assert_true (fake_snet_verdict (two, NULL, NULL));
  client_hears (fixture->root, "Decided 2 allow");
  g_assert_true (fake_snet_waits (bobs));
  g_assert_true (fake_snet_waits (listening));
  client_check_pending (fixture->root, "3 4");
}

static void
add_tests (void)
{
  fixture_add ("/events/answer", test_answer);
  fixture_add ("/events/event", test_event);
  fixture_add ("/events/ended", test_ended);
  fixture_add ("/events/timeout", test_timeout);
  fixture_add ("/events/killed", test_killed);
  fixture_add ("/events/invalid", test_invalid);
  fixture_add ("/events/denied", test_denied);
  fixture_add ("/events/interactive", test_interactive);
  fixture_add ("/events/observe", test_observe);
  fixture_add ("/events/signals", test_signals);
  fixture_add ("/events/forever", test_forever);
  fixture_add ("/events/forever-root", test_forever_root);
  fixture_add ("/events/forever-other", test_forever_other);
  fixture_add ("/events/settles", test_settles);
}

int
main (int argc, char **argv)
{
  return fixture_main (argc, argv, add_tests);
}
