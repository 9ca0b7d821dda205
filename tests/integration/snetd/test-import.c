/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Import and Export: many rules at once, all or none, and by whose leave. */
#include <sqlite3.h>
#include <string.h>

#include "fixture.h"
#include "snet-names.h"
#include "snetd-import.h"

#define ACCESS_DENIED   "org.freedesktop.DBus.Error.AccessDenied"
#define LIMITS_EXCEEDED "org.freedesktop.DBus.Error.LimitsExceeded"

#define TWO "[one]\naction=allow\nremote-port=1\n[two]\naction=deny\nremote-port=2\n"

/* What Import says. */
typedef struct
{
  GVariant *rules;
  guint32 present;
  char **problems;
} Imported;

static void
imported_clear (Imported *imported)
{
  g_clear_pointer (&imported->rules, g_variant_unref);
  g_strfreev (imported->problems);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Imported, imported_clear)

static gboolean
too_slow (gpointer user_data)
{
  g_error ("%s takes too long", (const char *)user_data);
  return G_SOURCE_REMOVE;
}

/* As client_call(), for what can take long with sanitizers and on a busy machine. */
static GVariant *
call_slow (Client *client, const char *method, GVariant *arguments)
{
  g_autoptr (Later) later = client_call_later (client, FALSE, method, "@*", arguments);
  const guint bound = g_timeout_add_seconds (110, too_slow, (gpointer)method);
  g_autoptr (GError) error = NULL;

  while (later->reply == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (bound);
  g_dbus_message_to_gerror (later->reply, &error);
  g_assert_no_error (error);
  return g_variant_ref (g_dbus_message_get_body (later->reply));
}

static Imported
import_as (Client *client, const char *format, const char *text, const char *options)
{
  g_autoptr (GVariant) reply =
    call_slow (client, "Rules.Import",
               g_variant_new ("(ss@a{sv})", format, text, g_variant_new_parsed (options)));
  Imported imported;

  g_variant_get (reply, "(@aa{sv}u^as)", &imported.rules, &imported.present, &imported.problems);
  return imported;
}

static void
check_import (Client *client,
              const char *text,
              const char *options,
              guint rules,
              guint present,
              guint problems)
{
  g_auto (Imported) imported = import_as (client, "snet", text, options);

  g_assert_cmpuint (g_variant_n_children (imported.rules), ==, rules);
  g_assert_cmpuint (imported.present, ==, present);
  g_assert_cmpuint (g_strv_length (imported.problems), ==, problems);
}

static void
check_import_error (Client *client,
                    const char *text,
                    const char *options,
                    const char *error_name,
                    const char *says)
{
  client_check_error (client, error_name, says, "Rules.Import", "(ss@a{sv})", "snet", text,
                      g_variant_new_parsed (options));
}

static GVariant *
list (Client *client)
{
  g_autoptr (GVariant) reply = client_call (client, "Rules.List", NULL);

  return g_variant_get_child_value (reply, 0);
}

static void
check_count (Client *client, guint count)
{
  g_autoptr (GVariant) rules = list (client);

  g_assert_cmpuint (g_variant_n_children (rules), ==, count);
}

/* A key of the rule at a place of List, printed; NULL: absent. */
static char *
get_key (Client *client, guint index, const char *key)
{
  g_autoptr (GVariant) rules = list (client);
  g_autoptr (GVariant) rule = g_variant_get_child_value (rules, index);
  g_autoptr (GVariant) value = g_variant_lookup_value (rule, key, NULL);

  return value != NULL ? g_variant_print (value, FALSE) : NULL;
}

static void
check_key (Client *client, guint index, const char *key, const char *expected)
{
  g_autofree char *text = get_key (client, index, key);

  g_assert_cmpstr (text, ==, expected);
}

static char *
export_as (Client *client, const char *options)
{
  g_autoptr (GVariant) reply =
    client_call (client, "Rules.Export", "(@a{sv})", g_variant_new_parsed (options));
  char *text;

  g_variant_get (reply, "(s)", &text);
  return text;
}

static void
test_import (Fixture *fixture)
{
  g_auto (Imported) imported = { NULL };
  guint64 held = fixture_hold (fixture, ALICE);
  guint64 id;

  imported =
    import_as (fixture->root, "snet", TWO "[all]\naction=deny\nerrno=ENETDOWN\n", "@a{sv} {}");
  g_assert_cmpuint (g_variant_n_children (imported.rules), ==, 3);
  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (GVariant) rule = g_variant_get_child_value (imported.rules, i);

      g_assert_true (g_variant_lookup (rule, "id", "t", &id));
      g_assert_cmpuint (id, ==, i + 1);
    }
  client_hears (fixture->bob, "Added 1");
  client_hears (fixture->bob, "Added 3");
  /* What waits has been judged when it returns. */
  g_assert_true (fake_snet_verdict (held, NULL, NULL));
  fixture_stop (fixture);
  fixture_start (fixture);
  check_count (fixture->root, 3);
  check_key (fixture->root, 2, "comment", "'all'");
}

static void
test_dry_run (Fixture *fixture)
{
  g_auto (Imported) imported = { NULL };
  g_autoptr (GVariant) rule = NULL;
  guint questions;

  client_add_rule (fixture->root, "{'action': <'deny'>, 'owner': <uint32 1>, 'comment': <'mine'>}");
  client_add_rule (fixture->root, "{'action': <'deny'>, 'owner': <uint32 2>, 'comment': <'his'>}");
  imported = import_as (fixture->alice, "snet",
                        TWO "[mine]\naction=deny\n[his]\naction=deny\nowner=2\n[bad]\n",
                        "{'dry-run': <true>}");
  g_assert_cmpuint (g_variant_n_children (imported.rules), ==, 3);
  /* That Bob has one like that is not hers to know. */
  g_assert_cmpuint (imported.present, ==, 1);
  g_assert_cmpuint (g_strv_length (imported.problems), ==, 1);
  g_assert_nonnull (strstr (imported.problems[0], "[bad]"));
  rule = g_variant_get_child_value (imported.rules, 0);
  g_assert_false (g_variant_lookup (rule, "id", "t", NULL));
  g_assert_true (g_variant_lookup (rule, "owner", "u", NULL));
  client_has_not_heard (fixture->root, "Added 3");
  check_count (fixture->root, 2);

  questions = fake_polkit_n_questions (fixture->polkit);
  check_import (fixture->root, TWO, "{'dry-run': <true>}", 2, 0, 0);
  g_assert_cmpuint (fake_polkit_n_questions (fixture->polkit), ==, questions);
}

/* Twice is once, also in one text. */
static void
test_present (Fixture *fixture)
{
  client_add_rule (fixture->root,
                   "{'action': <'allow'>, 'remote-port': <uint16 1>, 'comment': <'one'>}");
  check_import (fixture->root, TWO, "@a{sv} {}", 1, 1, 0);
  check_import (fixture->root, TWO, "@a{sv} {}", 0, 2, 0);
  check_count (fixture->root, 2);
  /* Disabled is not the same, nor is another's. */
  check_import (fixture->root, "[one]\naction=allow\nremote-port=1\ndisabled=true\n", "@a{sv} {}",
                1, 0, 0);
  check_import (fixture->root, TWO, "{'owner': <uint32 1>}", 2, 0, 0);
  check_import (
    fixture->root,
    "[a]\naction=ask\ncomment=x\n[b]\naction=ask\ncomment=x\n[c]\naction=ask\ncomment=y\n",
    "@a{sv} {}", 2, 1, 0);
}

/* Nothing, unless it is asked for what can be had. */
static void
test_problems (Fixture *fixture)
{
  const char *text = TWO "[bad]\naction=permit\n[worse]\nremote-port=x\n";

  check_import_error (fixture->root, text, "@a{sv} {}", SNET_ERROR_NAME_INVALID_RULE, "[worse]");
  check_count (fixture->root, 0);
  check_import (fixture->root, text, "{'dry-run': <true>}", 2, 0, 2);
  check_import (fixture->root, text, "{'partial': <true>}", 2, 0, 2);
  check_count (fixture->root, 2);
  check_import_error (fixture->root, "no rules at all", "@a{sv} {}", SNET_ERROR_NAME_INVALID_RULE,
                      NULL);
  check_import (fixture->root, "", "@a{sv} {}", 0, 0, 0);
  check_import (fixture->root, "[bad]\n", "{'partial': <true>}", 0, 0, 1);
}

static void
test_options (Fixture *fixture)
{
  static const struct
  {
    const char *options;
    const char *says;
  } cases[] = {
    { "{'colour': <'red'>}", "colour" },
    { "{'dry-run': <1>}", "dry-run" },
    { "{'partial': <'yes'>}", "partial" },
    { "{'owner': <'alice'>}", "owner" },
    { "{'owner': <uint32 4294967295>}", "system" },
    { "{'owner': <uint32 1>, 'system': <true>}", "system" },
    { "{'dry-run': <true>, 'dry-run': <false>}", "twice" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    check_import_error (fixture->root, TWO, cases[i].options, SNET_ERROR_NAME_INVALID_OPTION,
                        cases[i].says);
  client_check_error (fixture->root, SNET_ERROR_NAME_INVALID_OPTION, "opensnitch", "Rules.Import",
                      "(ss@a{sv})", "csv", TWO, g_variant_new_parsed ("@a{sv} {}"));
  client_check_error (fixture->root, SNET_ERROR_NAME_INVALID_OPTION, "dry-run", "Rules.Export",
                      "(@a{sv})", g_variant_new_parsed ("{'dry-run': <true>}"));
  check_count (fixture->root, 0);
}

/* Whose they are when the text does not say it, and when it does. */
static void
test_owner (Fixture *fixture)
{
  fake_polkit_set (fixture->polkit, SNET_ACTION_MANAGE_OWN_RULES, FAKE_POLKIT_YES);
  check_import (fixture->alice, "[a]\naction=ask\n", "@a{sv} {}", 1, 0, 0);
  check_key (fixture->root, 0, "owner", "1");
  check_import (fixture->root, "[b]\naction=ask\n", "@a{sv} {}", 1, 0, 0);
  check_key (fixture->root, 1, "owner", NULL);
  check_import (fixture->root, "[c]\naction=ask\n[d]\naction=ask\nowner=1\n",
                "{'owner': <uint32 2>}", 2, 0, 0);
  check_key (fixture->root, 2, "owner", "2");
  check_key (fixture->root, 3, "owner", "1");

  /* With an owner it can be wrong what was right without. */
  check_import_error (fixture->alice, "[e]\naction=ask\nlocked=true\n", "@a{sv} {}",
                      SNET_ERROR_NAME_INVALID_RULE, "[e]: “locked”");
  check_import_error (fixture->alice, "[e]\naction=ask\nuid=2\n", "@a{sv} {}",
                      SNET_ERROR_NAME_INVALID_RULE, "uid");
  check_count (fixture->root, 4);
  fake_polkit_set (fixture->polkit, SNET_ACTION_MANAGE_SYSTEM_RULES, FAKE_POLKIT_YES);
  check_import (fixture->alice, "[e]\naction=ask\nlocked=true\n", "{'system': <true>}", 1, 0, 0);
  check_key (fixture->root, 4, "owner", NULL);
}

static void
check_asked (Fixture *fixture, const char *action, guint before)
{
  g_assert_cmpuint (fake_polkit_n_questions (fixture->polkit), ==, before + 2);
  g_assert_true (g_str_has_prefix (fake_polkit_last_question (fixture->polkit), action));
}

/* Once, about the strictest; who may not has changed nothing. */
static void
test_rights (Fixture *fixture)
{
  static const struct
  {
    const char *text;
    const char *options;
    const char *action;
  } cases[] = {
    { TWO, "@a{sv} {}", SNET_ACTION_MANAGE_OWN_RULES },
    { "[a]\naction=ask\nowner=1\n[b]\naction=ask\n", "@a{sv} {}", SNET_ACTION_MANAGE_OWN_RULES },
    { TWO, "{'owner': <uint32 1>}", SNET_ACTION_MANAGE_OWN_RULES },
    { "[a]\naction=ask\nowner=2\n", "@a{sv} {}", SNET_ACTION_MANAGE_SYSTEM_RULES },
    { "[a]\naction=ask\n[b]\naction=ask\nowner=2\n", "@a{sv} {}", SNET_ACTION_MANAGE_SYSTEM_RULES },
    { TWO, "{'system': <true>}", SNET_ACTION_MANAGE_SYSTEM_RULES },
    { TWO, "{'owner': <uint32 2>}", SNET_ACTION_MANAGE_SYSTEM_RULES },
    /* Without a name it is hers, and with one it is root's. */
    { "[a]\naction=ask\n[b]\naction=ask\nowner=0\n", "@a{sv} {}", SNET_ACTION_MANAGE_SYSTEM_RULES },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      /* The first question is what she may see. */
      const guint questions = fake_polkit_n_questions (fixture->polkit);

      check_import_error (fixture->alice, cases[i].text, cases[i].options, ACCESS_DENIED,
                          cases[i].action);
      check_asked (fixture, cases[i].action, questions);
    }
  check_count (fixture->root, 0);
  client_has_not_heard (fixture->root, "Added 1");

  /* The one right does not stand for the other. */
  fake_polkit_set (fixture->polkit, SNET_ACTION_MANAGE_OWN_RULES, FAKE_POLKIT_YES);
  check_import_error (fixture->alice, TWO, "{'system': <true>}", ACCESS_DENIED,
                      SNET_ACTION_MANAGE_SYSTEM_RULES);
  check_count (fixture->root, 0);
}

/* While polkit thinks, all else goes on; and what was made meanwhile is not made again. */
static void
test_meanwhile (Fixture *fixture)
{
  g_autoptr (Later) import = NULL;
  g_autoptr (GVariant) body = NULL;
  guint32 present;

  fake_polkit_set (fixture->polkit, SNET_ACTION_MANAGE_OWN_RULES, FAKE_POLKIT_HOLD);
  import = client_call_later (fixture->alice, TRUE, "Rules.Import", "(ss@a{sv})", "snet", TWO,
                              g_variant_new_parsed ("@a{sv} {}"));
  while (fake_polkit_n_held (fixture->polkit) < 1)
    g_main_context_iteration (NULL, TRUE);
  g_assert_nonnull (strstr (fake_polkit_last_question (fixture->polkit), " interactive"));
  check_import (fixture->root, TWO, "{'owner': <uint32 1>}", 2, 0, 0);
  fake_polkit_release (fixture->polkit, TRUE);
  body = g_variant_ref (g_dbus_message_get_body (later_wait (import)));
  g_variant_get_child (body, 1, "u", &present);
  g_assert_cmpuint (present, ==, 2);
  check_count (fixture->root, 2);
}

static void
run_sql (Fixture *fixture, const char *sql)
{
  sqlite3 *db;

  g_assert_cmpint (sqlite3_open (fixture->rules_db, &db), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (db, sql, NULL, NULL, NULL), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_close (db), ==, SQLITE_OK);
}

/* The disk is full at the second rule: there is no first one either, here or there. */
static void
test_store_fails (Fixture *fixture)
{
  run_sql (fixture, "CREATE TRIGGER full BEFORE INSERT ON rules WHEN NEW.comment = 'two'"
                    " BEGIN SELECT RAISE (ABORT, 'no space is left'); END");
  check_import_error (fixture->root, TWO, "@a{sv} {}", SNET_ERROR_NAME_STORE_FAILED, "no space");
  check_count (fixture->root, 0);
  client_has_not_heard (fixture->root, "Added 1");
  fixture_stop (fixture);
  run_sql (fixture, "DROP TRIGGER full");
  fixture_start (fixture);
  check_count (fixture->root, 0);
  check_import (fixture->root, TWO, "@a{sv} {}", 2, 0, 0);
}

/* Another program has the database for longer than snetd waits. */
static void
test_store_busy (Fixture *fixture)
{
  sqlite3 *db;

  g_assert_cmpint (sqlite3_open (fixture->rules_db, &db), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (db, "BEGIN IMMEDIATE", NULL, NULL, NULL), ==, SQLITE_OK);
  check_import_error (fixture->root, TWO, "@a{sv} {}", SNET_ERROR_NAME_STORE_FAILED, "locked");
  check_count (fixture->root, 0);
  g_assert_cmpint (sqlite3_close (db), ==, SQLITE_OK);
  check_import (fixture->root, TWO, "@a{sv} {}", 2, 0, 0);
}

static char *
make_text (guint count)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < count; i++)
    g_string_append_printf (text, "[rule %u]\naction=allow\nprogram=/usr/bin/p%u\n", i, i);
  return g_string_free (text, FALSE);
}

static void
test_limits (Fixture *fixture)
{
  g_autofree char *longest = g_strnfill (SNETD_IMPORT_TEXT_MAX + 1, '\n');
  g_autofree char *long_path = g_strnfill (SNETD_IMPORT_TEXT_MAX - 40, 'x');
  g_autofree char *wide = g_strdup_printf ("[a]\naction=ask\nprogram=/%s\n", long_path);

  check_import_error (fixture->root, longest, "@a{sv} {}", LIMITS_EXCEEDED, "16 MB");
  /* The text has room in a message, and what it says has none. */
  check_import_error (fixture->root, wide, "{'dry-run': <true>}", LIMITS_EXCEEDED, "parts");
  check_import_error (fixture->root, wide, "@a{sv} {}", LIMITS_EXCEEDED, "parts");
  check_count (fixture->root, 0);
}

/* However much is wrong, the reply is one that can be sent and read. */
static void
test_many_problems (Fixture *fixture)
{
  g_autoptr (GString) text = g_string_new ("[0]\naction=");
  g_auto (Imported) imported = { NULL };

  for (guint i = 0; i < 1000; i++)
    g_string_append (text, "ü");
  for (guint i = 1; i < 1500; i++)
    g_string_append_printf (text, "\n[%u]", i);
  imported = import_as (fixture->alice, "snet", text->str, "{'dry-run': <true>}");
  g_assert_cmpuint (g_strv_length (imported.problems), ==, 1001);
  g_assert_true (g_str_has_suffix (imported.problems[0], "…"));
  g_assert_cmpuint (strlen (imported.problems[0]), <=, 500);
  g_assert_cmpstr (imported.problems[1000], ==, "and 500 more");
  /* An error is for being read by somebody. */
  check_import_error (fixture->root, text->str, "@a{sv} {}", SNET_ERROR_NAME_INVALID_RULE,
                      "\nand 991 more");
}

/* Who lets polkit's questions lie has but a few; others are not hindered. */
static void
test_at_a_time (Fixture *fixture)
{
  g_autoptr (Later) one = NULL;
  g_autoptr (Later) two = NULL;

  fake_polkit_set (fixture->polkit, SNET_ACTION_MANAGE_OWN_RULES, FAKE_POLKIT_HOLD);
  one = client_call_later (fixture->alice, FALSE, "Rules.Import", "(ss@a{sv})", "snet", TWO,
                           g_variant_new_parsed ("@a{sv} {}"));
  two = client_call_later (fixture->alice, FALSE, "Rules.Import", "(ss@a{sv})", "snet", TWO,
                           g_variant_new_parsed ("@a{sv} {}"));
  while (fake_polkit_n_held (fixture->polkit) < 2)
    g_main_context_iteration (NULL, TRUE);
  check_import_error (fixture->alice, TWO, "{'dry-run': <true>}", LIMITS_EXCEEDED, "at a time");
  check_import (fixture->bob, TWO, "{'dry-run': <true>}", 2, 0, 0);
  fake_polkit_release (fixture->polkit, FALSE);
  fake_polkit_release (fixture->polkit, FALSE);
  later_wait (one);
  later_wait (two);
  check_import (fixture->alice, TWO, "{'dry-run': <true>}", 2, 0, 0);
}

static void
test_too_many (Fixture *fixture)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i <= SNETD_IMPORT_RULES_MAX; i++)
    g_string_append_printf (text, "[%u]\naction=ask\n", i);
  check_import_error (fixture->root, text->str, "@a{sv} {}", LIMITS_EXCEEDED, "20000");
  check_count (fixture->root, 0);
}

static gboolean
beat_cb (gpointer user_data)
{
  gint64 *last = user_data;
  const gint64 now = g_get_monotonic_time ();

  last[1] = MAX (last[1], now - last[0]);
  last[0] = now;
  return G_SOURCE_CONTINUE;
}

/* Ten thousand, there and back; the longest time in which snetd did nothing else is told. */
static void
test_many (Fixture *fixture)
{
  g_autofree char *text = make_text (10000);
  g_autofree char *exported = NULL;
  gint64 beats[2] = { g_get_monotonic_time (), 0 };
  const guint beat = g_timeout_add (5, beat_cb, beats);
  const gint64 began = beats[0];

  check_import (fixture->root, text, "@a{sv} {}", 10000, 0, 0);
  g_test_message ("import %" G_GINT64_FORMAT " ms, longest pause %" G_GINT64_FORMAT " ms",
                  (g_get_monotonic_time () - began) / 1000, beats[1] / 1000);
  check_import (fixture->root, text, "@a{sv} {}", 0, 10000, 0);
  exported = export_as (fixture->root, "@a{sv} {}");
  check_import (fixture->root, exported, "@a{sv} {}", 0, 10000, 0);
  check_count (fixture->root, 10000);
  g_source_remove (beat);
}

/* What Export lets whom see. */
static void
check_exported (Client *client, const char *options, const char *const *has, const char *hasnt)
{
  g_autofree char *text = export_as (client, options);

  g_test_message ("%s", text);
  for (guint i = 0; has[i] != NULL; i++)
    g_assert_nonnull (strstr (text, has[i]));
  if (hasnt != NULL)
    g_assert_null (strstr (text, hasnt));
}

static void
test_export (Fixture *fixture)
{
  const char *all[] = { "[system]", "[alice]", "[bob]", NULL };
  const char *hers[] = { "[system]", "[alice]", NULL };
  const char *system[] = { "[system]", NULL };
  const char *bobs[] = { "[bob]", NULL };
  const char *both[] = { "[system]", "[bob]", NULL };

  check_import (fixture->root,
                "[system]\naction=ask\n[alice]\naction=ask\nowner=1\n[bob]\naction=ask\nowner=2\n",
                "@a{sv} {}", 3, 0, 0);
  check_exported (fixture->root, "@a{sv} {}", all, NULL);
  check_exported (fixture->alice, "@a{sv} {}", hers, "[bob]");
  check_exported (fixture->alice, "{'system': <true>}", system, "[alice]");
  check_exported (fixture->alice, "{'owner': <uint32 1>}", hers + 1, "[system]");
  client_check_error (fixture->alice, ACCESS_DENIED, SNET_ACTION_OBSERVE, "Rules.Export",
                      "(@a{sv})", g_variant_new_parsed ("{'owner': <uint32 2>}"));
  fake_polkit_set (fixture->polkit, SNET_ACTION_OBSERVE, FAKE_POLKIT_YES);
  check_exported (fixture->alice, "@a{sv} {}", all, NULL);
  check_exported (fixture->alice, "{'owner': <uint32 2>}", bobs, "[alice]");
  check_exported (fixture->alice, "{'owner': <uint32 2>, 'system': <true>}", both, "[alice]");
}

/* A rule with any conditions, as far as they go together. */
static char *
random_rule (GRand *random, guint number)
{
  static const char *const samples[] = {
    "'script': <'/usr/bin/ü a=b;c'>",
    "'program-pattern': <'/opt/\\\\*/**'>",
    "'ancestor-pattern': <'**/x?'>",
    "'app': <'org.example.App'>",
    "'unit': <'a@b.service'>",
    "'cgroup': <'/user.slice/a b'>",
    "'remote-domain': <'example.org'>",
    "'remote-address': <'2001:db8::/32'>",
    "'remote-ports': <'1-65535'>",
    "'local-port': <uint16 0>",
    "'protocol': <'udp'>",
    "'time-of-week': <'mon-fri 22:00-06:00, sun'>",
    "'uid': <uint32 1>",
    "'errno': <'ENETUNREACH'>",
    "'disabled': <true>",
    "'operation': <'connect'>",
  };
  static const char *const comments[] = {
    "", "rule", "[x]", "a\\nb\\tc", " ’ ", "#", "a=b", "same"
  };
  GString *rule = g_string_new ("{'action': <'deny'>");

  for (gsize i = 0; i < G_N_ELEMENTS (samples); i++)
    {
      if (g_rand_int_range (random, 0, 4) == 0)
        g_string_append_printf (rule, ", %s", samples[i]);
    }
  if (g_rand_boolean (random))
    g_string_append_printf (rule, ", 'owner': <uint32 1>");
  else if (g_rand_boolean (random))
    g_string_append (rule, ", 'locked': <true>");
  if (g_rand_boolean (random))
    g_string_append_printf (rule, ", 'comment': <'%s%u'>",
                            comments[g_rand_int_range (random, 0, G_N_ELEMENTS (comments))],
                            number % 5);
  if (g_rand_int_range (random, 0, 4) == 0)
    g_string_append_printf (rule, ", 'lifetime': <'until'>, 'until': <int64 %" G_GINT64_FORMAT ">",
                            G_GINT64_CONSTANT (4000000000000000) + g_rand_int (random));
  g_string_append_c (rule, '}');
  return g_string_free (rule, FALSE);
}

/* All that List shows, without id and created. */
static char *
describe (Client *client)
{
  g_autoptr (GVariant) rules = list (client);
  g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);
  GString *all = g_string_new (NULL);

  for (gsize i = 0; i < g_variant_n_children (rules); i++)
    {
      g_autoptr (GVariant) rule = g_variant_get_child_value (rules, i);
      g_autoptr (GVariant) rest = NULL;
      g_autofree char *text = NULL;
      GVariantBuilder builder;
      GVariantIter iter;
      const char *key;
      GVariant *value;

      g_variant_builder_init (&builder, G_VARIANT_TYPE_VARDICT);
      g_variant_iter_init (&iter, rule);
      while (g_variant_iter_loop (&iter, "{&sv}", &key, &value))
        {
          if (!g_str_equal (key, "id") && !g_str_equal (key, "created"))
            g_variant_builder_add (&builder, "{sv}", key, value);
        }
      rest = g_variant_ref_sink (g_variant_builder_end (&builder));
      text = g_variant_print (rest, FALSE);
      g_string_append_printf (all, "%s\n", text);
    }
  return g_string_free (all, FALSE);
}

static void
remove_all (Client *client)
{
  g_autoptr (GVariant) rules = list (client);

  for (gsize i = 0; i < g_variant_n_children (rules); i++)
    {
      g_autoptr (GVariant) rule = g_variant_get_child_value (rules, i);
      g_autoptr (GVariant) reply = NULL;
      guint64 id;

      g_assert_true (g_variant_lookup (rule, "id", "t", &id));
      reply = client_call (client, "Rules.Remove", "(t)", id);
    }
}

/* What is exported comes back as the same rules, in the same order: root's and a user's text. */
static void
test_round (Fixture *fixture)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (g_test_rand_int ());

  fake_polkit_set (fixture->polkit, SNET_ACTION_MANAGE_SYSTEM_RULES, FAKE_POLKIT_YES);
  for (guint round = 0; round < 10; round++)
    {
      Client *client = round % 2 == 0 ? fixture->root : fixture->alice;
      g_autofree char *before = NULL;
      g_autofree char *after = NULL;
      g_autofree char *text = NULL;
      g_auto (Imported) imported = { NULL };

      for (guint i = 0; i < 30; i++)
        {
          g_autofree char *rule = random_rule (random, i);

          client_add_rule (fixture->root, rule);
        }
      before = describe (fixture->root);
      text = export_as (client, "@a{sv} {}");
      remove_all (fixture->root);
      imported = import_as (client, "snet", text, "{'system': <true>}");
      g_assert_cmpuint (g_strv_length (imported.problems), ==, 0);
      after = describe (fixture->root);
      /* Of what was there twice one is enough. */
      if (imported.present == 0)
        g_assert_cmpstr (after, ==, before);
      remove_all (fixture->root);
    }
}

static void
test_opensnitch (Fixture *fixture)
{
  const char *text =
    "{\"name\": \"allow-curl\", \"enabled\": true, \"action\": \"allow\", \"duration\": \"always\","
    " \"operator\": {\"type\": \"simple\", \"operand\": \"process.path\", \"data\": "
    "\"/usr/bin/curl\"}}\n"
    "{\"name\": \"deny-tun\", \"enabled\": true, \"action\": \"deny\", \"duration\": \"always\","
    " \"operator\": {\"type\": \"simple\", \"operand\": \"iface.out\", \"data\": \"tun0\"}}\n";
  g_auto (Imported) trial = import_as (fixture->root, "opensnitch", text, "{'dry-run': <true>}");
  g_auto (Imported) imported = { NULL };

  g_assert_cmpuint (g_variant_n_children (trial.rules), ==, 2);
  g_assert_cmpuint (g_strv_length (trial.problems), ==, 1);
  g_assert_nonnull (strstr (trial.problems[0], "[deny-tun]"));
  client_check_error (fixture->root, SNET_ERROR_NAME_INVALID_RULE, "iface.out", "Rules.Import",
                      "(ss@a{sv})", "opensnitch", text, g_variant_new_parsed ("@a{sv} {}"));
  imported = import_as (fixture->root, "opensnitch", text, "{'partial': <true>}");
  g_assert_cmpuint (g_variant_n_children (imported.rules), ==, 2);
  check_key (fixture->root, 0, "comment", "'allow-curl'");
  check_key (fixture->root, 1, "operation", "'send'");
}

/* A rule that ends with a login session ends with that of who imports it. */
static void
test_session (Fixture *fixture)
{
  check_import_error (fixture->root, TWO "[a]\naction=ask\nlifetime=session\n", "@a{sv} {}",
                      SNET_ERROR_NAME_INVALID_RULE, "session");
  check_count (fixture->root, 0);

  fake_logind_set_next (fixture->logind, FAKE_LOGIND_ONE);
  check_import (fixture->root, TWO "[a]\naction=ask\nlifetime=session\n", "@a{sv} {}", 3, 0, 0);
  fake_logind_end (fixture->logind, FAKE_LOGIND_ONE);
  client_hears (fixture->root, "Removed 3");
  check_count (fixture->root, 2);
}

/* snetd ends while it reads: nobody is harmed. */
static void
test_end (Fixture *fixture)
{
  g_autofree char *text = make_text (5000);
  g_autoptr (Later) later = client_call_later (fixture->root, FALSE, "Rules.Import", "(ss@a{sv})",
                                               "snet", text, g_variant_new_parsed ("@a{sv} {}"));
  g_autoptr (Client) carol = client_new (3);
  g_autoptr (Later) other = client_call_later (carol, FALSE, "Rules.Import", "(ss@a{sv})", "snet",
                                               text, g_variant_new_parsed ("@a{sv} {}"));

  client_sync (fixture->root);
  g_clear_pointer (&carol, client_free);
  fixture_stop (fixture);
}

static void
add_tests (void)
{
  fixture_add ("/import/import", test_import);
  fixture_add ("/import/dry-run", test_dry_run);
  fixture_add ("/import/present", test_present);
  fixture_add ("/import/problems", test_problems);
  fixture_add ("/import/options", test_options);
  fixture_add ("/import/owner", test_owner);
  fixture_add ("/import/rights", test_rights);
  fixture_add ("/import/meanwhile", test_meanwhile);
  fixture_add ("/import/store-fails", test_store_fails);
  fixture_add ("/import/store-busy", test_store_busy);
  fixture_add ("/import/limits", test_limits);
  fixture_add ("/import/many-problems", test_many_problems);
  fixture_add ("/import/at-a-time", test_at_a_time);
  fixture_add ("/import/too-many", test_too_many);
  fixture_add ("/import/many", test_many);
  fixture_add ("/import/export", test_export);
  fixture_add ("/import/round", test_round);
  fixture_add ("/import/opensnitch", test_opensnitch);
  fixture_add ("/import/session", test_session);
  fixture_add ("/import/end", test_end);
}

int
main (int argc, char **argv)
{
  return fixture_main (argc, argv, add_tests);
}
