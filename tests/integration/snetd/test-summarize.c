/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Events.Summarize: numbers of events over time, of programs and of destinations. */
#include <arpa/inet.h>
#include <glib/gstdio.h>

#include "fixture.h"
#include "snet-names.h"
#include "snetd-summary.h"

#define HOUR G_TIME_SPAN_HOUR

/* What snetd makes of paths that lead elsewhere than to what this process runs. */
#define PROGRAM_A   "/usr/bin/a (elsewhere)"
#define PROGRAM_B   "/usr/bin/b (elsewhere)"
#define PROGRAM_BOB "/usr/bin/bob (elsewhere)"

/* The beginning of the time that is looked at. */
static gint64 begin;

/* A call that was made so many hours after that, to 192.0.2.HOST. */
static guint64
call_at (guint32 uid, gint64 hour, enum snet_operation operation, const char *program, guint host)
{
  struct snet_event event = fake_snet_event (uid);
  struct sockaddr_in *remote = (struct sockaddr_in *)&event.remote;

  event.time_ns = (guint64)(begin + hour * HOUR + 1) * 1000;
  event.operation = operation;
  event.program = program;
  remote->sin_addr.s_addr = htonl (0xc0000200u + host);
  return fake_snet_hold (event);
}

/*
 * In three hours: two that Alice was asked about, one that a rule denied, four of Bob that a
 * rule allowed; and what is before and after. All on disk.
 */
static void
write_some (Fixture *fixture)
{
  begin = g_get_real_time () - 10 * HOUR;
  client_add_rule (fixture->root, "{'action': <'allow'>, 'owner': <uint32 2>}");
  client_add_rule (fixture->root, "{'action': <'deny'>, 'owner': <uint32 1>,"
                                  " 'operation': <'listen'>}");
  for (guint i = 0; i < 4; i++)
    kernel_gets_any_verdict (call_at (BOB, 2, SNET_OP_SEND, "/usr/bin/bob", 7));
  client_answer (fixture->root, call_at (ALICE, 0, SNET_OP_CONNECT, "/usr/bin/a", 1), "allow",
                 "{}");
  client_answer (fixture->root, call_at (ALICE, 1, SNET_OP_CONNECT, "/usr/bin/b", 2), "deny", "{}");
  kernel_gets_any_verdict (call_at (ALICE, 1, SNET_OP_LISTEN, "/usr/bin/b", 2));
  kernel_gets_any_verdict (call_at (BOB, -1, SNET_OP_SEND, "/usr/bin/old", 8));
  kernel_gets_any_verdict (call_at (BOB, 3, SNET_OP_SEND, "/usr/bin/new", 9));
  g_variant_unref (client_query (fixture->root, "{}"));
}

static GVariant *
make_filter (const char *more)
{
  g_autofree char *text = g_strdup_printf ("{'since': <int64 %" G_GINT64_FORMAT ">,"
                                           " 'until': <int64 %" G_GINT64_FORMAT ">%s}",
                                           begin, begin + 3 * HOUR, more);

  return g_variant_new_parsed (text);
}

static GVariant *
summarize (Client *client, const char *more, guint buckets)
{
  g_autoptr (GVariant) reply =
    client_call (client, "Events.Summarize", "(@a{sv}u)", make_filter (more), buckets);

  return g_variant_get_child_value (reply, 0);
}

static void
check_key (GVariant *summary, const char *key, const char *expected)
{
  g_autoptr (GVariant) value = g_variant_lookup_value (summary, key, NULL);
  g_autofree char *text = value != NULL ? g_variant_print (value, FALSE) : g_strdup ("-");

  g_test_message ("%s", key);
  g_assert_cmpstr (text, ==, expected);
}

/* "NAME allowed+denied asked; …" */
static void
check_names (GVariant *summary, const char *key, const char *expected)
{
  g_autoptr (GVariant) names = g_variant_lookup_value (summary, key, G_VARIANT_TYPE ("aa{sv}"));
  g_autoptr (GString) text = g_string_new (NULL);

  for (gsize i = 0; i < g_variant_n_children (names); i++)
    {
      g_autoptr (GVariant) name = g_variant_get_child_value (names, i);
      const char *word;
      guint64 allowed, denied, asked;

      g_assert_true (g_variant_lookup (name, SNET_KEY_PROGRAM, "&s", &word) ||
                     g_variant_lookup (name, SNET_KEY_REMOTE_ADDRESS, "&s", &word) ||
                     g_variant_lookup (name, SNET_KEY_REMOTE_HOST, "&s", &word));
      g_assert_true (g_variant_lookup (name, "allowed", "t", &allowed));
      g_assert_true (g_variant_lookup (name, "denied", "t", &denied));
      g_assert_true (g_variant_lookup (name, "asked", "t", &asked));
      g_string_append_printf (text,
                              "%s%s %" G_GUINT64_FORMAT "+%" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT,
                              i > 0 ? "; " : "", word, allowed, denied, asked);
    }
  g_assert_cmpstr (text->str, ==, expected);
}

static void
test_counted (Fixture *fixture)
{
  g_autoptr (GVariant) all = NULL;
  g_autoptr (GVariant) own = NULL;
  g_autoptr (GVariant) one = NULL;
  g_autoptr (GVariant) filtered = NULL;

  client_add_agent (fixture->alice, "/agent");
  write_some (fixture);

  all = summarize (fixture->root, "", 3);
  check_key (all, "events", "7");
  check_key (all, "width", "3600000000");
  check_key (all, "allowed", "[1, 0, 4]");
  check_key (all, "denied", "[0, 2, 0]");
  check_key (all, "asked", "[1, 1, 0]");
  check_key (all, "counted-since", "-");
  check_names (all, "programs", PROGRAM_BOB " 4+0 0; " PROGRAM_B " 0+2 1; " PROGRAM_A " 1+0 1");
  check_names (all, "destinations", "192.0.2.7 4+0 0; 192.0.2.1 1+0 1; 192.0.2.2 0+1 1");

  /* An ordinary user's own, whatever is asked for. */
  own = summarize (fixture->alice, "", 3);
  check_key (own, "events", "3");
  check_key (own, "allowed", "[1, 0, 0]");
  one = summarize (fixture->alice, ", 'uid': <uint32 2>", 1);
  check_key (one, "events", "0");
  check_key (one, "allowed", "[0]");
  check_names (one, "programs", "");

  filtered = summarize (fixture->root, ", 'program': <'" PROGRAM_B "'>, 'verdict': <'deny'>", 1);
  check_key (filtered, "denied", "[2]");
  check_key (filtered, "asked", "[1]");
}

/* More than are looked at: the newest count, and it is said since when. */
static void
test_bound (Fixture *fixture)
{
  g_autoptr (GVariant) dictionary = NULL;
  g_autoptr (SnetdFilter) filter = NULL;
  g_autoptr (GVariant) summary = NULL;
  g_autoptr (GError) error = NULL;
  SnetdSpan span = { .buckets = 3 };
  gint64 counted_since;

  client_add_agent (fixture->alice, "/agent");
  write_some (fixture);
  span.since = begin;
  span.until = begin + 3 * HOUR;
  dictionary = g_variant_ref_sink (make_filter (""));
  filter = snetd_filter_new (dictionary, &error);
  g_assert_no_error (error);
  summary = snetd_summary_make (fixture->journal_db, filter, &span, 3, &error);
  g_assert_no_error (error);
  g_variant_ref_sink (summary);
  check_key (summary, "events", "3");
  g_assert_true (g_variant_lookup (summary, "counted-since", "x", &counted_since));
  g_assert_cmpint (counted_since, >=, begin);
}

static void
check_refused (Client *client, const char *filter, guint buckets, const char *says)
{
  client_check_error (client, SNET_ERROR_NAME_INVALID_FILTER, says, "Events.Summarize", "(@a{sv}u)",
                      g_variant_new_parsed (filter), buckets);
}

static void
test_refused (Fixture *fixture)
{
  check_refused (fixture->alice, "@a{sv} {}", 1, "since");
  check_refused (fixture->alice, "{'since': <int64 5>, 'until': <int64 5>}", 1, "until");
  check_refused (fixture->alice, "{'since': <int64 -1>}", 1, "until");
  check_refused (fixture->alice, "{'since': <int64 0>}", 0, "buckets");
  check_refused (fixture->alice, "{'since': <int64 0>}", 1001, "buckets");
  check_refused (fixture->alice, "{'since': <int64 0>, 'colour': <1>}", 1, "colour");
  check_refused (fixture->alice, "{'since': <'today'>}", 1, "since");
}

/* All of time, whatever it is divided in. */
static void
test_extremes (Fixture *fixture)
{
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GVariant) summary = NULL;

  client_add_agent (fixture->alice, "/agent");
  write_some (fixture);
  reply = client_call (fixture->root, "Events.Summarize", "(@a{sv}u)",
                       g_variant_new_parsed ("{'since': <int64 0>,"
                                             " 'until': <int64 9223372036854775807>}"),
                       1000);
  summary = g_variant_get_child_value (reply, 0);
  check_key (summary, "events", "9");
}

/* Of one user at a time only so many; another's are not refused, and snetd answers meanwhile. */
static void
test_many (Fixture *fixture)
{
  enum
  {
    CALLS = 40,
    EACH = 2,
  };
  Later *calls[CALLS];
  guint answered = 0;

  client_add_agent (fixture->alice, "/agent");
  write_some (fixture);
  for (guint i = 0; i < CALLS; i++)
    calls[i] = client_call_later (fixture->alice, FALSE, "Events.Summarize", "(@a{sv}u)",
                                  make_filter (""), 3);
  g_variant_unref (summarize (fixture->bob, "", 3));
  for (guint i = 0; i < CALLS; i++)
    {
      const char *error = g_dbus_message_get_error_name (later_wait (calls[i]));

      if (error == NULL)
        answered++;
      else
        g_assert_cmpstr (error, ==, "org.freedesktop.DBus.Error.LimitsExceeded");
      later_free (calls[i]);
    }
  g_assert_cmpuint (answered, >=, EACH);
  g_variant_unref (summarize (fixture->alice, "", 3));
}

static void
test_no_journal (Fixture *fixture)
{
  g_assert_true (g_file_set_contents (fixture->journal_db, "this is not a database", -1, NULL));
  fixture_start (fixture);
  client_check_error (fixture->root, SNET_ERROR_NAME_STORE_FAILED, "not a database",
                      "Events.Summarize", "(@a{sv}u)",
                      g_variant_new_parsed ("{'since': <int64 0>}"), 1);
}

/* It is gone while snetd has it open. */
static void
test_journal_lost (Fixture *fixture)
{
  client_add_agent (fixture->alice, "/agent");
  write_some (fixture);
  g_assert_cmpint (g_remove (fixture->journal_db), ==, 0);
  client_check_error (fixture->root, SNET_ERROR_NAME_STORE_FAILED, "journal", "Events.Summarize",
                      "(@a{sv}u)", g_variant_new_parsed ("{'since': <int64 0>}"), 1);
}

static void
add_tests (void)
{
  fixture_add ("/summarize/counted", test_counted);
  fixture_add ("/summarize/bound", test_bound);
  fixture_add ("/summarize/refused", test_refused);
  fixture_add ("/summarize/extremes", test_extremes);
  fixture_add ("/summarize/many", test_many);
  fixture_add_stopped ("/summarize/no-journal", test_no_journal);
  fixture_add ("/summarize/journal-lost", test_journal_lost);
}

int
main (int argc, char **argv)
{
  return fixture_main (argc, argv, add_tests);
}
