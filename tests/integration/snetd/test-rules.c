/* SPDX-License-Identifier: GPL-2.0-or-later */
/* org.snet.Rules: who may see and change which. */
#include <glib/gstdio.h>

#include "fixture.h"
#include "snet-names.h"

#define ACCESS_DENIED "org.freedesktop.DBus.Error.AccessDenied"

static void
check_add_error (Client *client, const char *rule, const char *error_name, const char *says)
{
  client_check_error (client, error_name, says, "Rules.Add", "(@a{sv})",
                      g_variant_new_parsed (rule));
}

/* 1: the system's; 2: Alice's; 3: Bob's. */
static void
add_three (Fixture *fixture)
{
  g_assert_cmpuint (client_add_rule (fixture->root, "{'action': <'ask'>}"), ==, 1);
  g_assert_cmpuint (client_add_rule (fixture->root, "{'action': <'ask'>, 'owner': <uint32 1>}"), ==,
                    2);
  g_assert_cmpuint (client_add_rule (fixture->root, "{'action': <'ask'>, 'owner': <uint32 2>}"), ==,
                    3);
}

static void
test_list (Fixture *fixture)
{
  add_three (fixture);
  client_check_rules (fixture->root, "1 2 3");
  client_check_rules (fixture->alice, "1 2");
  client_check_rules (fixture->bob, "1 3");
  fake_polkit_set (fixture->polkit, SNET_ACTION_OBSERVE, FAKE_POLKIT_YES);
  client_check_rules (fixture->alice, "1 2 3");
}

static void
test_add (Fixture *fixture)
{
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GVariant) rules = NULL;
  g_autoptr (GVariant) rule = NULL;
  g_autofree char *text = NULL;
  guint32 owner;
  gint64 created;

  /* The own need one action, all others another. */
  check_add_error (fixture->alice, "{'action': <'allow'>}", ACCESS_DENIED,
                   SNET_ACTION_MANAGE_OWN_RULES);
  check_add_error (fixture->alice, "{'action': <'allow'>, 'owner': <uint32 1>}", ACCESS_DENIED,
                   SNET_ACTION_MANAGE_OWN_RULES);
  fake_polkit_set (fixture->polkit, SNET_ACTION_MANAGE_OWN_RULES, FAKE_POLKIT_YES);
  check_add_error (fixture->alice, "{'action': <'allow'>, 'owner': <uint32 2>}", ACCESS_DENIED,
                   SNET_ACTION_MANAGE_SYSTEM_RULES);
  check_add_error (fixture->alice, "{'action': <'allow'>, 'uid': <uint32 2>}",
                   SNET_ERROR_NAME_INVALID_RULE, "owner");
  client_check_rules (fixture->root, "");

  g_assert_cmpuint (
    client_add_rule (fixture->alice, "{'action': <'allow'>, 'program': <'/usr/bin/curl'>}"), ==, 1);
  client_hears (fixture->bob, "Added 1");
  reply = client_call (fixture->alice, "Rules.List", NULL);
  rules = g_variant_get_child_value (reply, 0);
  rule = g_variant_get_child_value (rules, 0);
  g_assert_true (g_variant_lookup (rule, "owner", "u", &owner));
  g_assert_cmpuint (owner, ==, ALICE);
  g_assert_true (g_variant_lookup (rule, "created", "x", &created));
  g_assert_cmpint (ABS (g_get_real_time () - created), <, G_TIME_SPAN_MINUTE);

  fake_polkit_set (fixture->polkit, SNET_ACTION_MANAGE_SYSTEM_RULES, FAKE_POLKIT_YES);
  client_add_rule (fixture->alice, "{'action': <'allow'>, 'owner': <uint32 2>}");
  client_check_rules (fixture->bob, "2");
}

static void
test_add_invalid (Fixture *fixture)
{
  check_add_error (fixture->root, "@a{sv} {}", SNET_ERROR_NAME_INVALID_RULE, "action");
  check_add_error (fixture->root, "{'action': <'allow'>, 'colour': <'red'>}",
                   SNET_ERROR_NAME_INVALID_RULE, "colour");
  check_add_error (fixture->root, "{'action': <'allow'>, 'remote-port': <'http'>}",
                   SNET_ERROR_NAME_INVALID_RULE, "remote-port");
  check_add_error (fixture->root,
                   "{'action': <'allow'>, 'operation': <'listen'>, 'remote-port': <uint16 80>}",
                   SNET_ERROR_NAME_INVALID_RULE, "operation");
  check_add_error (fixture->root, "{'action': <'allow'>, 'id': <uint64 5>}",
                   SNET_ERROR_NAME_INVALID_RULE, "id");
  client_check_rules (fixture->root, "");
}

/* When Add returns it has been applied. */
static void
test_add_settles (Fixture *fixture)
{
  guint64 id = fake_snet_hold (fake_snet_event (ALICE));

  client_hears (fixture->root, "Requested 1");
  client_add_rule (fixture->root, "{'action': <'deny'>, 'remote-port': <uint16 443>}");
  g_assert_true (fake_snet_verdict (id, NULL, NULL));
  client_hears (fixture->root, "Decided 1 deny");
}

static void
test_remove (Fixture *fixture)
{
  add_three (fixture);

  client_check_error (fixture->alice, SNET_ERROR_NAME_UNKNOWN_RULE, "4", "Rules.Remove", "(t)",
                      (guint64)4);
  client_check_error (fixture->alice, ACCESS_DENIED, SNET_ACTION_MANAGE_OWN_RULES, "Rules.Remove",
                      "(t)", (guint64)2);
  client_check_error (fixture->alice, ACCESS_DENIED, SNET_ACTION_MANAGE_SYSTEM_RULES,
                      "Rules.Remove", "(t)", (guint64)1);
  /* That Bob has a rule is not Alice's to know, unless she may see it. */
  client_check_error (fixture->alice, SNET_ERROR_NAME_UNKNOWN_RULE, "3", "Rules.Remove", "(t)",
                      (guint64)3);
  fake_polkit_set (fixture->polkit, SNET_ACTION_OBSERVE, FAKE_POLKIT_YES);
  client_check_error (fixture->alice, ACCESS_DENIED, SNET_ACTION_MANAGE_SYSTEM_RULES,
                      "Rules.Remove", "(t)", (guint64)3);
  client_check_rules (fixture->root, "1 2 3");

  fake_polkit_set (fixture->polkit, SNET_ACTION_MANAGE_OWN_RULES, FAKE_POLKIT_YES);
  client_remove_rule (fixture->alice, 2);
  client_hears (fixture->bob, "Removed 2");
  fake_polkit_set (fixture->polkit, SNET_ACTION_MANAGE_SYSTEM_RULES, FAKE_POLKIT_YES);
  client_remove_rule (fixture->alice, 3);
  client_remove_rule (fixture->root, 1);
  client_check_rules (fixture->root, "");
  client_check_error (fixture->root, SNET_ERROR_NAME_UNKNOWN_RULE, "1", "Rules.Remove", "(t)",
                      (guint64)1);

  /* Nor are they there after a restart; and an id is never used again. */
  fixture_stop (fixture);
  fixture_start (fixture);
  client_check_rules (fixture->root, "");
  g_assert_cmpuint (client_add_rule (fixture->root, "{'action': <'ask'>}"), ==, 4);
}

/* Two remove it at once: one does, the other is told. */
static void
test_remove_twice (Fixture *fixture)
{
  g_autoptr (Later) one = NULL;
  g_autoptr (Later) two = NULL;

  add_three (fixture);
  fake_polkit_set (fixture->polkit, SNET_ACTION_MANAGE_OWN_RULES, FAKE_POLKIT_HOLD);
  one = client_call_later (fixture->alice, FALSE, "Rules.Remove", "(t)", (guint64)2);
  two = client_call_later (fixture->alice, FALSE, "Rules.Remove", "(t)", (guint64)2);
  while (fake_polkit_n_held (fixture->polkit) < 2)
    g_main_context_iteration (NULL, TRUE);
  fake_polkit_release (fixture->polkit, TRUE);
  fake_polkit_release (fixture->polkit, TRUE);
  g_assert_null (g_dbus_message_get_error_name (later_wait (one)));
  g_assert_cmpstr (g_dbus_message_get_error_name (later_wait (two)), ==,
                   SNET_ERROR_NAME_UNKNOWN_RULE);
}

/* An ask rule is asked about, though a wider rule would allow; without it, not. */
static void
test_ask (Fixture *fixture)
{
  guint64 ask, id;

  client_add_rule (fixture->root, "{'action': <'allow'>}");
  ask = client_add_rule (fixture->root, "{'action': <'ask'>, 'remote-port': <uint16 443>}");
  id = fake_snet_hold (fake_snet_event (ALICE));
  client_hears (fixture->root, "Requested 1");
  g_assert_true (fake_snet_waits (id));
  client_remove_rule (fixture->root, ask);
  g_assert_true (fake_snet_verdict (id, NULL, NULL));
  client_hears (fixture->root, "Decided 1 allow");
}

static void
test_get (Fixture *fixture)
{
  add_three (fixture);
  client_check_rule_key (fixture->alice, 1, "action", "'ask'");
  client_check_rule_key (fixture->alice, 2, "owner", "1");
  client_check_rule_key (fixture->root, 3, "owner", "2");
  client_check_error (fixture->alice, SNET_ERROR_NAME_UNKNOWN_RULE, "3", "Rules.Get", "(t)",
                      (guint64)3);
  client_check_error (fixture->root, SNET_ERROR_NAME_UNKNOWN_RULE, "4", "Rules.Get", "(t)",
                      (guint64)4);
}

static void
check_update_error (Client *client,
                    guint64 id,
                    const char *rule,
                    const char *error_name,
                    const char *says)
{
  client_check_error (client, error_name, says, "Rules.Update", "(t@a{sv})", id,
                      g_variant_new_parsed (rule));
}

static void
test_add_system (Fixture *fixture)
{
  fake_polkit_set (fixture->polkit, SNET_ACTION_MANAGE_OWN_RULES, FAKE_POLKIT_YES);
  check_add_error (fixture->alice, "{'action': <'allow'>, 'system': <true>}", ACCESS_DENIED,
                   SNET_ACTION_MANAGE_SYSTEM_RULES);
  check_add_error (fixture->alice, "{'action': <'allow'>, 'system': <true>, 'owner': <uint32 1>}",
                   SNET_ERROR_NAME_INVALID_RULE, "system");
  client_add_rule (fixture->alice, "{'action': <'allow'>, 'system': <false>}");
  client_check_rule_key (fixture->alice, 1, "owner", "1");
  check_update_error (fixture->alice, 1, "{'action': <'deny'>, 'system': <true>}",
                      SNET_ERROR_NAME_INVALID_RULE, "owner");

  fake_polkit_set (fixture->polkit, SNET_ACTION_MANAGE_SYSTEM_RULES, FAKE_POLKIT_YES);
  client_add_rule (fixture->alice, "{'action': <'allow'>, 'system': <true>, 'locked': <true>}");
  client_check_rule_key (fixture->bob, 2, "owner", NULL);
  client_check_rule_key (fixture->bob, 2, "locked", "true");
  client_check_rule_key (fixture->bob, 2, "system", NULL);
}

static void
update (Client *client, guint64 id, const char *rule)
{
  g_autoptr (GVariant) reply =
    client_call (client, "Rules.Update", "(t@a{sv})", id, g_variant_new_parsed (rule));
}

static void
test_update_rights (Fixture *fixture)
{
  const char *deny = "{'action': <'deny'>}";

  add_three (fixture);
  check_update_error (fixture->alice, 1, deny, ACCESS_DENIED, SNET_ACTION_MANAGE_SYSTEM_RULES);
  check_update_error (fixture->alice, 2, deny, ACCESS_DENIED, SNET_ACTION_MANAGE_OWN_RULES);
  check_update_error (fixture->alice, 3, deny, SNET_ERROR_NAME_UNKNOWN_RULE, "3");
  check_update_error (fixture->root, 4, deny, SNET_ERROR_NAME_UNKNOWN_RULE, "4");
  fake_polkit_set (fixture->polkit, SNET_ACTION_MANAGE_OWN_RULES, FAKE_POLKIT_YES);
  check_update_error (fixture->alice, 2, "{'action': <'deny'>, 'owner': <uint32 2>}",
                      SNET_ERROR_NAME_INVALID_RULE, "owner");
  check_update_error (fixture->alice, 2, "{'action': <'deny'>, 'uid': <uint32 2>}",
                      SNET_ERROR_NAME_INVALID_RULE, "uid");
  check_update_error (fixture->alice, 2, "{'action': <'deny'>, 'locked': <true>}",
                      SNET_ERROR_NAME_INVALID_RULE, "locked");
  client_check_rule_key (fixture->root, 2, "action", "'ask'");
  update (fixture->alice, 2, "{'action': <'deny'>, 'owner': <uint32 1>}");
  client_hears (fixture->bob, "Changed 2");
  client_check_rule_key (fixture->root, 2, "action", "'deny'");
}

/* It is another rule from then on, here and on disk, under the same name. */
static void
test_update (Fixture *fixture)
{
  g_autofree char *created = NULL;
  guint64 rule, id;

  rule = client_add_rule (fixture->root, "{'action': <'ask'>, 'lifetime': <'reboot'>,"
                                         " 'program': <'/usr/bin/curl'>, 'comment': <'first'>}");
  created = client_get_rule_key (fixture->root, rule, "created");
  id = fixture_hold (fixture, ALICE);
  update (fixture->root, rule, "{'action': <'deny'>, 'remote-port': <uint16 443>}");
  kernel_gets_verdict (id, SNET_VERDICT_DENY, 0);

  for (guint i = 0; i < 2; i++)
    {
      client_check_rule_key (fixture->root, rule, "action", "'deny'");
      client_check_rule_key (fixture->root, rule, "remote-port", "443");
      client_check_rule_key (fixture->root, rule, "lifetime", "'forever'");
      client_check_rule_key (fixture->root, rule, "program", NULL);
      client_check_rule_key (fixture->root, rule, "comment", NULL);
      client_check_rule_key (fixture->root, rule, "created", created);
      fixture_stop (fixture);
      fixture_start (fixture);
    }
  client_check_error (fixture->root, SNET_ERROR_NAME_INVALID_RULE, "action", "Rules.Update",
                      "(t@a{sv})", rule, g_variant_new_parsed ("{'remote-port': <uint16 25>}"));
  client_check_rule_key (fixture->root, rule, "remote-port", "443");
}

/* Kept, and not used. */
static void
test_disable (Fixture *fixture)
{
  guint64 rule, id;

  rule = client_add_rule (fixture->root, "{'action': <'allow'>, 'disabled': <true>}");
  id = fixture_hold (fixture, ALICE);
  g_assert_true (fake_snet_waits (id));
  update (fixture->root, rule, "{'action': <'allow'>}");
  kernel_gets_verdict (id, SNET_VERDICT_ALLOW, 0);
  update (fixture->root, rule, "{'action': <'allow'>, 'disabled': <true>}");
  fixture_hold (fixture, ALICE);
}

/* The ids that Explain gives. */
static void
check_explained (Client *client, const char *event, const char *expected)
{
  g_autoptr (GVariant) reply =
    client_call (client, "Rules.Explain", "(@a{sv})", g_variant_new_parsed (event));
  g_autoptr (GVariant) rules = g_variant_get_child_value (reply, 0);
  g_autoptr (GString) ids = g_string_new (NULL);

  for (gsize i = 0; i < g_variant_n_children (rules); i++)
    {
      g_autoptr (GVariant) rule = g_variant_get_child_value (rules, i);
      guint64 id;

      g_assert_true (g_variant_lookup (rule, "id", "t", &id));
      g_string_append_printf (ids, "%s%" G_GUINT64_FORMAT, i > 0 ? " " : "", id);
    }
  g_assert_cmpstr (ids->str, ==, expected);
}

static void
test_explain (Fixture *fixture)
{
  g_autoptr (GVariant) events = NULL;
  g_autoptr (GVariant) event = NULL;
  g_autoptr (GVariant) reply = NULL;

  add_three (fixture);
  client_add_rule (fixture->root, "{'action': <'deny'>, 'remote-address': <'192.0.2.0/24'>}");
  client_add_rule (fixture->root, "{'action': <'deny'>, 'time-of-week': <'sun'>}");
  check_explained (fixture->alice, "{'remote-address': <'192.0.2.1'>, 'time': <int64 0>}", "2 4 1");
  check_explained (fixture->root, "{'uid': <uint32 2>, 'time': <int64 0>}", "3 1");
  /* A Sunday. */
  check_explained (fixture->root, "{'time': <int64 1795351500000000>}", "5 1");
  client_check_error (fixture->alice, ACCESS_DENIED, SNET_ACTION_OBSERVE, "Rules.Explain",
                      "(@a{sv})", g_variant_new_parsed ("{'uid': <uint32 2>}"));
  client_check_error (fixture->alice, SNET_ERROR_NAME_INVALID_EVENT, "colour", "Rules.Explain",
                      "(@a{sv})", g_variant_new_parsed ("{'colour': <'red'>}"));
  client_check_error (fixture->alice, SNET_ERROR_NAME_INVALID_EVENT, "remote-address",
                      "Rules.Explain", "(@a{sv})",
                      g_variant_new_parsed ("{'remote-address': <'192.0.2.0/24'>}"));
  client_check_error (fixture->alice, SNET_ERROR_NAME_INVALID_EVENT, "remote-address",
                      "Rules.Explain", "(@a{sv})",
                      g_variant_new_parsed ("{'remote-port': <uint16 25>}"));
  client_check_error (fixture->alice, SNET_ERROR_NAME_INVALID_EVENT, "time", "Rules.Explain",
                      "(@a{sv})", g_variant_new_parsed ("{'time': <int64 -1>}"));
  client_check_error (fixture->alice, SNET_ERROR_NAME_INVALID_EVENT, "remote-address",
                      "Rules.Explain", "(@a{sv})",
                      g_variant_new_parsed ("{'remote-address': <uint32 1>}"));
  client_check_error (fixture->alice, SNET_ERROR_NAME_INVALID_EVENT, "twice", "Rules.Explain",
                      "(@a{sv})", g_variant_new_parsed ("{'pid': <uint32 1>, 'pid': <uint32 2>}"));

  /* What the journal has can be asked about as it is. */
  fake_snet_hold (fake_snet_event (0));
  client_hears (fixture->root, "Decided 1 deny");
  events = client_query (fixture->root, "{}");
  event = g_variant_get_child_value (events, 0);
  reply = client_call (fixture->root, "Rules.Explain", "(@a{sv})", event);
}

/* Rules in files are seen by all and changed by nobody here, and keep their ids. */
static void
test_files (Fixture *fixture)
{
  g_autofree char *path = g_build_filename (fixture->rules_dir, "site.rules", NULL);
  g_autofree char *quoted = g_strdup_printf ("'%s'", path);
  guint64 rule = 0, held;
  guint questions;

  g_assert_cmpint (g_mkdir (fixture->rules_dir, 0700), ==, 0);
  g_assert_true (g_file_set_contents_full (path, "[Site]\naction=deny\nremote-port=443\n", -1,
                                           G_FILE_SET_CONTENTS_CONSISTENT, 0600, NULL));
  for (guint i = 0; i < 2; i++)
    {
      g_autofree char *ids = NULL;

      fixture_stop (fixture);
      fixture_start (fixture);
      ids = client_list_rules (fixture->alice);
      if (i > 0)
        g_assert_cmpuint (g_ascii_strtoull (ids, NULL, 10), ==, rule);
      rule = g_ascii_strtoull (ids, NULL, 10);
      client_check_rule_key (fixture->alice, rule, "source", quoted);
      client_check_rule_key (fixture->alice, rule, "owner", NULL);
      client_check_rule_key (fixture->alice, rule, "created", NULL);
    }
  held = fake_snet_hold (fake_snet_event (ALICE));
  kernel_gets_verdict (held, SNET_VERDICT_DENY, 0);

  questions = fake_polkit_n_questions (fixture->polkit);
  fake_polkit_set (fixture->polkit, SNET_ACTION_MANAGE_SYSTEM_RULES, FAKE_POLKIT_YES);
  check_update_error (fixture->alice, rule, "{'action': <'allow'>}", SNET_ERROR_NAME_READ_ONLY_RULE,
                      path);
  client_check_error (fixture->root, SNET_ERROR_NAME_READ_ONLY_RULE, path, "Rules.Remove", "(t)",
                      rule);
  check_add_error (fixture->root, "{'action': <'allow'>, 'source': <'/x'>}",
                   SNET_ERROR_NAME_INVALID_RULE, "source");
  /* Nobody was asked for a password for that. */
  g_assert_cmpuint (fake_polkit_n_questions (fixture->polkit), ==, questions);
}

static void
write_site (Fixture *fixture, const char *text)
{
  g_autofree char *path = g_build_filename (fixture->rules_dir, "site.rules", NULL);

  g_assert_true (
    g_file_set_contents_full (path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, NULL));
}

/* What has changed in files is in force when Reload returns, and what is wrong in them is said. */
static void
test_reload (Fixture *fixture)
{
  g_autoptr (GVariant) reply = NULL;
  guint64 held;

  g_assert_cmpint (g_mkdir (fixture->rules_dir, 0700), ==, 0);
  held = fixture_hold (fixture, ALICE);
  write_site (fixture, "[Site]\naction=deny\n");
  reply = client_call (fixture->root, "Control.Reload", NULL);
  kernel_gets_verdict (held, SNET_VERDICT_DENY, 0);
  write_site (fixture, "[Site]\naction=forbid\n[Other]\naction=ask\n");
  client_check_error (fixture->root, SNET_ERROR_NAME_INVALID_RULE, "rules", "Control.Reload", NULL);
  fixture_hold (fixture, ALICE);
}

static void
add_tests (void)
{
  fixture_add ("/rules/list", test_list);
  fixture_add ("/rules/add", test_add);
  fixture_add ("/rules/add-system", test_add_system);
  fixture_add ("/rules/add-invalid", test_add_invalid);
  fixture_add ("/rules/add-settles", test_add_settles);
  fixture_add ("/rules/remove", test_remove);
  fixture_add ("/rules/remove-twice", test_remove_twice);
  fixture_add ("/rules/ask", test_ask);
  fixture_add ("/rules/get", test_get);
  fixture_add ("/rules/update", test_update);
  fixture_add ("/rules/update-rights", test_update_rights);
  fixture_add ("/rules/disable", test_disable);
  fixture_add ("/rules/explain", test_explain);
  fixture_add ("/rules/files", test_files);
  fixture_add ("/rules/reload", test_reload);
}

int
main (int argc, char **argv)
{
  return fixture_main (argc, argv, add_tests);
}
