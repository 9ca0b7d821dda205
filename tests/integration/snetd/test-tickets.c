/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the kernel may decide by itself, for how long, and what the journal has of it. */
#include <errno.h>

#include "fixture.h"
#include "snet-names.h"

#define CURL "{'action': <'allow'>, 'remote-port': <uint16 443>}"

/* Held, and decided by a rule at once. */
static guint64
decided_by_rule (Fixture *fixture, struct snet_event event)
{
  guint64 id = fake_snet_hold (event);
  g_autofree char *decided = g_strdup_printf ("Decided %" G_GUINT64_FORMAT " allow", id);

  client_hears (fixture->root, decided);
  return id;
}

/* A ticket compares what the rules have asked for. */
static void
test_fields (Fixture *fixture)
{
  struct snet_ticket_terms terms;
  guint64 id;

  client_add_rule (fixture->root, CURL);
  id = decided_by_rule (fixture, fake_snet_event (ALICE));
  g_assert_true (fake_snet_ticket (id, &terms));
  g_assert_cmphex (terms.fields, ==, SNET_FIELD_REMOTE_PORT);
  g_assert_cmphex (terms.lifetime, ==, SNET_TICKET_DEFAULT);

  /* Another user's rule was looked for, and that of another script looked at. */
  client_add_rule (fixture->root, "{'action': <'deny'>, 'owner': <uint32 2>}");
  client_add_rule (fixture->root, "{'action': <'deny'>, 'script': <'/no'>}");
  id = decided_by_rule (fixture, fake_snet_event (ALICE));
  g_assert_true (fake_snet_ticket (id, &terms));
  g_assert_cmphex (terms.fields, ==, SNET_FIELD_REMOTE_PORT | SNET_FIELD_UID | SNET_FIELD_SCRIPT);
}

/* The clock ends what it has begun. */
static void
test_time (Fixture *fixture)
{
  struct snet_ticket_terms terms;
  guint64 id;

  client_add_rule (fixture->root, "{'action': <'allow'>, 'time-of-week': <'mon, tue-sun'>}");
  id = decided_by_rule (fixture, fake_snet_event (ALICE));
  g_assert_true (fake_snet_ticket (id, &terms));
  g_assert_cmphex (terms.lifetime, ==, SNET_TICKET_DEFAULT);

  client_add_rule (fixture->root, "{'action': <'deny'>, 'time-of-week': <'mon 00:00-00:01, "
                                  "tue 00:00-00:01, wed 00:00-00:01, thu 00:00-00:01,"
                                  "fri 00:00-00:01, sat 00:00-00:01, sun 00:00-00:01'>}");
  id = fake_snet_hold (fake_snet_event (ALICE));
  kernel_gets_any_verdict (id);
  /* None in the minute before it changes. */
  if (fake_snet_ticket (id, &terms))
    {
      g_assert_cmpuint (terms.mode, ==, SNET_TICKET_FIXED);
      g_assert_cmpuint (terms.lifetime, >, 0);
      g_assert_cmpuint (terms.lifetime, <, 24 * 60 * 60);
    }
}

/* A user's answer is for this call; the rule that it may make gives the tickets. */
static void
test_answer (Fixture *fixture)
{
  struct snet_ticket_terms terms;
  guint64 id = fixture_hold (fixture, 0);

  client_answer (fixture->root, id, "allow", "{}");
  kernel_gets_verdict (id, SNET_VERDICT_ALLOW, 0);
  g_assert_false (fake_snet_ticket (id, &terms));
}

/* No ticket outlives the rules that it is of, and none is of an earlier snetd's. */
static void
test_flush (Fixture *fixture)
{
  g_autoptr (GVariant) reply = NULL;
  guint before = fake_snet_flushes ();
  guint64 rule;

  g_assert_cmpuint (before, ==, 1);
  rule = client_add_rule (fixture->root, CURL);
  g_assert_cmpuint (fake_snet_flushes (), ==, before + 1);
  reply = client_call (fixture->root, "Rules.Remove", "(t)", rule);
  g_assert_cmpuint (fake_snet_flushes (), ==, before + 2);
}

static struct snet_event
report (enum snet_cause cause, enum snet_verdict verdict)
{
  struct snet_event event = fake_snet_event (ALICE);

  event.id = 0;
  event.program = "/usr/bin/curl";
  event.fields |= SNET_EVENT_VERDICT | SNET_EVENT_CAUSE;
  event.cause = cause;
  event.verdict = verdict;
  event.error = verdict == SNET_VERDICT_DENY ? EACCES : 0;
  return event;
}

static gboolean
has_events (gpointer user_data)
{
  Fixture *fixture = user_data;
  g_autofree char *last = client_last_decision (fixture->alice);

  return !g_str_equal (last, "none");
}

/* In the journal with the rule that the ticket is of. */
static void
test_journal (Fixture *fixture)
{
  g_autofree char *last = NULL;

  client_add_rule (fixture->root, "{'action': <'deny'>, 'program': <'/usr/bin/curl'>}");
  fake_snet_report (report (SNET_CAUSE_TICKET, SNET_VERDICT_DENY));
  wait_until (has_events, fixture, "an event in the journal");
  last = client_last_decision (fixture->alice);
  g_assert_cmpstr (last, ==, "deny ticket EACCES");
  {
    g_autoptr (GVariant) events =
      client_query (fixture->alice, "{'rule': <uint64 1>, 'reason': <'ticket'>}");
    g_autoptr (GVariant) event = NULL;
    const char *program;
    guint64 id;

    g_assert_cmpuint (g_variant_n_children (events), ==, 1);
    event = g_variant_get_child_value (events, 0);
    g_assert_true (g_variant_lookup (event, "program", "&s", &program));
    g_assert_cmpstr (program, ==, "/usr/bin/curl");
    /* It has never waited. */
    g_assert_false (g_variant_lookup (event, "id", "t", &id));
    g_assert_null (g_variant_lookup_value (event, "deadline", NULL));
  }
}

/* What snetd itself has decided, or is told of otherwise, is in the journal already. */
static void
test_no_news (Fixture *fixture)
{
  static const enum snet_cause causes[] = { SNET_CAUSE_CONTROLLER, SNET_CAUSE_TIMEOUT,
                                            SNET_CAUSE_CANCELLED };
  struct snet_event closed = report (SNET_CAUSE_TICKET, SNET_VERDICT_ALLOW);
  g_autofree char *last = NULL;

  closed.operation = SNET_OP_CLOSE;
  fake_snet_report (closed);
  for (gsize i = 0; i < G_N_ELEMENTS (causes); i++)
    fake_snet_report (report (causes[i], SNET_VERDICT_ALLOW));
  fake_snet_report (report (SNET_CAUSE_QUEUE_FULL, SNET_VERDICT_DENY));
  fake_snet_report (report (SNET_CAUSE_UNDELIVERABLE, SNET_VERDICT_DENY));
  wait_until (has_events, fixture, "an event in the journal");
  last = client_last_decision (fixture->alice);
  g_assert_cmpstr (last, ==, "deny policy EACCES");
  {
    g_autoptr (GVariant) events = client_query (fixture->alice, "{}");

    g_assert_cmpuint (g_variant_n_children (events), ==, 2);
  }
}

/* Without a monitor group the rest works. */
static void
test_no_monitor (Fixture *fixture)
{
  guint64 id;

  fake_snet_fail (FAKE_SNET_MONITOR, -EOPNOTSUPP);
  fixture_start (fixture);
  g_assert_null (fixture->failure);
  id = fake_snet_hold (fake_snet_event (0));
  client_answer (fixture->root, id, "allow", "{}");
  kernel_gets_verdict (id, SNET_VERDICT_ALLOW, 0);
}

static void
test_lost (Fixture *fixture)
{
  g_autofree char *last = NULL;

  fake_snet_lose_reports ();
  fake_snet_report (report (SNET_CAUSE_TICKET, SNET_VERDICT_ALLOW));
  wait_until (has_events, fixture, "an event in the journal");
  last = client_last_decision (fixture->alice);
  g_assert_cmpstr (last, ==, "allow ticket -");
}

static void
add_tests (void)
{
  fixture_add ("/tickets/fields", test_fields);
  fixture_add ("/tickets/time", test_time);
  fixture_add ("/tickets/answer", test_answer);
  fixture_add ("/tickets/flush", test_flush);
  fixture_add ("/tickets/journal", test_journal);
  fixture_add ("/tickets/no-news", test_no_news);
  fixture_add ("/tickets/lost", test_lost);
  fixture_add_stopped ("/tickets/no-monitor", test_no_monitor);
}

int
main (int argc, char **argv)
{
  return fixture_main (argc, argv, add_tests);
}
