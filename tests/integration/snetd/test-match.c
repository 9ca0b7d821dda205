/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rules.Match: how many of the past events a rule would have been about. */
#include <arpa/inet.h>
#include <glib/gstdio.h>

#include "fixture.h"
#include "snet-names.h"

#define ALLOW "'action': <'allow'>"

static void
learn (guint32 uid, enum snet_operation operation, guint16 port)
{
  struct snet_event event = fake_snet_event (uid);

  event.operation = operation;
  ((struct sockaddr_in *)&event.remote)->sin_port = htons (port);
  kernel_gets_verdict (fake_snet_hold (event), SNET_VERDICT_ALLOW, 0);
}

/* Three connections of Alice, and one thing that she sent; two connections of Bob. All on disk. */
static void
learn_some (Fixture *fixture)
{
  client_set_mode (fixture->root, "monitor", "{}");
  for (guint i = 0; i < 3; i++)
    learn (ALICE, SNET_OP_CONNECT, 443);
  learn (ALICE, SNET_OP_SEND, 53);
  for (guint i = 0; i < 2; i++)
    learn (BOB, SNET_OP_CONNECT, 443);
  g_variant_unref (client_query (fixture->root, "{}"));
}

static void
check_match (Client *client, const char *rule, const char *filter, guint matched, guint examined)
{
  g_autoptr (GVariant) a = g_variant_parse (G_VARIANT_TYPE_VARDICT, rule, NULL, NULL, NULL);
  g_autoptr (GVariant) b = g_variant_parse (G_VARIANT_TYPE_VARDICT, filter, NULL, NULL, NULL);
  g_autoptr (GVariant) reply = client_call (client, "Rules.Match", "(@a{sv}@a{sv})", a, b);
  guint found, looked_at;

  g_variant_get (reply, "(uu)", &found, &looked_at);
  g_assert_cmpuint (found, ==, matched);
  g_assert_cmpuint (looked_at, ==, examined);
}

static void
test_match (Fixture *fixture)
{
  client_add_rule (fixture->root, "{'action': <'deny'>, 'remote-port': <uint16 25>}");
  learn_some (fixture);

  /* What was asked for, of what was looked at. */
  check_match (fixture->root, "{" ALLOW "}", "{}", 6, 6);
  check_match (fixture->root, "{" ALLOW ", 'remote-port': <uint16 443>}", "{}", 5, 6);
  check_match (fixture->root, "{" ALLOW ", 'remote-port': <uint16 53>}", "{}", 1, 6);
  check_match (fixture->root, "{" ALLOW ", 'remote-port': <uint16 25>}", "{}", 0, 6);
  check_match (fixture->root, "{" ALLOW ", 'operation': <'connect'>}", "{'uid': <uint32 1>}", 3, 4);
  check_match (fixture->root, "{" ALLOW "}", "{'operation': <'send'>}", 1, 1);
  check_match (fixture->root, "{" ALLOW "}", "{'text': <'no such text'>}", 0, 0);
  check_match (fixture->root, "{" ALLOW ", 'time-of-week': <'Mon-Sun 00:00-24:00'>}", "{}", 6, 6);
  check_match (fixture->root, "{" ALLOW ", 'disabled': <true>}", "{}", 0, 6);

  /* Whose rule it would be. */
  check_match (fixture->alice, "{" ALLOW "}", "{}", 4, 4);
  check_match (fixture->alice, "{" ALLOW ", 'system': <true>}", "{}", 4, 4);
  check_match (fixture->alice, "{" ALLOW ", 'owner': <uint32 2>}", "{}", 0, 4);
  check_match (fixture->root, "{" ALLOW ", 'owner': <uint32 2>}", "{}", 2, 6);
  check_match (fixture->alice, "{" ALLOW "}", "{'uid': <uint32 2>}", 0, 0);

  /* Nothing was made. */
  client_check_rules (fixture->root, "1");
}

static void
check_refused (Client *client,
               const char *rule,
               const char *filter,
               const char *error,
               const char *says)
{
  client_check_error (client, error, says, "Rules.Match", "(@a{sv}@a{sv})",
                      g_variant_new_parsed (rule), g_variant_new_parsed (filter));
}

static void
test_refused (Fixture *fixture)
{
  check_refused (fixture->alice, "@a{sv} {}", "@a{sv} {}", SNET_ERROR_NAME_INVALID_RULE, "action");
  check_refused (fixture->alice, "{" ALLOW ", 'colour': <1>}", "@a{sv} {}",
                 SNET_ERROR_NAME_INVALID_RULE, "colour");
  check_refused (fixture->alice, "{" ALLOW ", 'remote-list': <'ads'>}", "@a{sv} {}",
                 SNET_ERROR_NAME_INVALID_RULE, "remote-list");
  check_refused (fixture->alice, "{" ALLOW ", 'locked': <true>}", "@a{sv} {}",
                 SNET_ERROR_NAME_INVALID_RULE, "locked");
  check_refused (fixture->alice, "{" ALLOW "}", "{'colour': <1>}", SNET_ERROR_NAME_INVALID_FILTER,
                 "colour");
}

/*
 * Of one user at a time only so many; another's, and later ones, are not refused. All are known for
 * whose they are at once, by when none can have been answered: each has many events to look at.
 */
static void
test_many (Fixture *fixture)
{
  enum
  {
    CALLS = 40,
    EACH = 4,
    EVENTS = 1000,
  };
  Later *calls[CALLS];
  guint answered = 0;

  learn_some (fixture);
  for (guint i = 0; i < EVENTS; i++)
    fake_snet_hold (fake_snet_event (ALICE));
  g_variant_unref (client_query (fixture->root, "{}"));
  fake_polkit_set (fixture->polkit, SNET_ACTION_OBSERVE, FAKE_POLKIT_HOLD);
  for (guint i = 0; i < CALLS; i++)
    calls[i] =
      client_call_later (fixture->alice, FALSE, "Rules.Match", "(@a{sv}@a{sv})",
                         g_variant_new_parsed ("{" ALLOW "}"), g_variant_new_parsed ("@a{sv} {}"));
  while (fake_polkit_n_held (fixture->polkit) < CALLS)
    g_main_context_iteration (NULL, TRUE);
  fake_polkit_set (fixture->polkit, SNET_ACTION_OBSERVE, FAKE_POLKIT_NO);
  for (guint i = 0; i < CALLS; i++)
    fake_polkit_release (fixture->polkit, FALSE);
  check_match (fixture->bob, "{" ALLOW "}", "{}", 2, 2);
  for (guint i = 0; i < CALLS; i++)
    {
      const char *error = g_dbus_message_get_error_name (later_wait (calls[i]));

      answered += error == NULL;
      if (error != NULL)
        g_assert_cmpstr (error, ==, "org.freedesktop.DBus.Error.LimitsExceeded");
      later_free (calls[i]);
    }
  g_assert_cmpuint (answered, >=, EACH);
  g_assert_cmpuint (answered, <, CALLS);
  g_test_message ("%u of %u were answered", answered, CALLS);
  check_match (fixture->alice, "{" ALLOW "}", "{}", 4 + EVENTS, 4 + EVENTS);
}

/* The newest ones, up to the bound; and snetd goes on as they are looked at. */
static void
test_bound (Fixture *fixture)
{
  enum
  {
    OLD = 100,
    BOUND = 10000,
  };
  g_autoptr (Later) call = NULL;
  GDBusMessage *reply;
  guint matched, examined;

  client_set_mode (fixture->root, "monitor", "{}");
  for (guint i = 0; i < OLD; i++)
    fake_snet_hold (fake_snet_event (BOB));
  for (guint i = 0; i < BOUND; i++)
    fake_snet_hold (fake_snet_event (ALICE));
  learn (ALICE, SNET_OP_CONNECT, 443);
  g_variant_unref (client_query (fixture->root, "{}"));

  call = client_call_later (fixture->root, FALSE, "Rules.Match", "(@a{sv}@a{sv})",
                            g_variant_new_parsed ("{" ALLOW ", 'uid': <uint32 1>}"),
                            g_variant_new_parsed ("@a{sv} {}"));
  client_sync (fixture->root);
  learn (ALICE, SNET_OP_CONNECT, 443);
  reply = later_wait (call);
  g_assert_cmpstr (g_dbus_message_get_error_name (reply), ==, NULL);
  g_variant_get (g_dbus_message_get_body (reply), "(uu)", &matched, &examined);
  g_assert_cmpuint (matched, ==, BOUND);
  g_assert_cmpuint (examined, ==, BOUND);
}

static void
test_no_journal (Fixture *fixture)
{
  g_assert_true (g_file_set_contents (fixture->journal_db, "this is not a database", -1, NULL));
  fixture_start (fixture);
  check_refused (fixture->root, "{" ALLOW "}", "@a{sv} {}", SNET_ERROR_NAME_STORE_FAILED,
                 "not a database");
}

/* It is gone while snetd has it open. */
static void
test_journal_lost (Fixture *fixture)
{
  learn_some (fixture);
  g_assert_cmpint (g_remove (fixture->journal_db), ==, 0);
  check_refused (fixture->root, "{" ALLOW "}", "@a{sv} {}", SNET_ERROR_NAME_STORE_FAILED,
                 "journal");
}

static void
add_tests (void)
{
  fixture_add ("/match/counted", test_match);
  fixture_add ("/match/refused", test_refused);
  fixture_add ("/match/many", test_many);
  fixture_add ("/match/bound", test_bound);
  fixture_add_stopped ("/match/no-journal", test_no_journal);
  fixture_add ("/match/journal-lost", test_journal_lost);
}

int
main (int argc, char **argv)
{
  return fixture_main (argc, argv, add_tests);
}
