/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rules about lists of destinations, from the file to the verdict. */
#include <glib/gstdio.h>

#include "fixture.h"

#define DENY_LISTED "{'action': <'deny'>, 'remote-list': <'bad'>}"

/* As fake_snet_event() goes to 192.0.2.1. */
#define WITH_IT    "# blocked\n192.0.2.0/24\nexample.com\n"
#define WITHOUT_IT "198.51.100.0/24\n"

static void
write_list (Fixture *fixture, const char *text)
{
  g_autofree char *path = g_build_filename (fixture->lists_dir, "bad", NULL);
  g_autoptr (GError) error = NULL;

  g_file_set_contents_full (path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0644, &error);
  g_assert_no_error (error);
}

static void
remove_list (Fixture *fixture)
{
  g_autofree char *path = g_build_filename (fixture->lists_dir, "bad", NULL);

  g_assert_no_errno (g_unlink (path));
}

static guint64
check_denied (struct snet_event event)
{
  guint64 id = fake_snet_hold (event);

  kernel_gets_verdict (id, SNET_VERDICT_DENY, 0);
  return id;
}

/* What waits is judged again when the list changes. */
static void
test_changes (Fixture *fixture)
{
  struct snet_ticket_terms terms;
  guint64 id;

  write_list (fixture, WITHOUT_IT);
  client_add_rule (fixture->root, DENY_LISTED);
  id = fixture_hold (fixture, ALICE);
  write_list (fixture, WITH_IT);
  kernel_gets_verdict (id, SNET_VERDICT_DENY, 0);

  /* Whether it is in the list depends on where it goes, and on nothing else. */
  g_assert_true (fake_snet_ticket (check_denied (fake_snet_event (BOB)), &terms));
  g_assert_cmphex (terms.fields, ==, SNET_FIELD_REMOTE_ADDR);
}

static gboolean
has_flushed (gpointer user_data)
{
  return fake_snet_flushes () > *(guint *)user_data;
}

static gboolean
has_warned (gpointer pattern)
{
  return fixture_count_warnings (pattern) == 1;
}

/* A rule may be there before its list, and stays when that goes; no ticket is left of it then. */
static void
test_missing (Fixture *fixture)
{
  guint64 id;
  guint flushes;

  client_add_rule (fixture->root, DENY_LISTED);
  id = fixture_hold (fixture, ALICE);
  write_list (fixture, WITH_IT);
  kernel_gets_verdict (id, SNET_VERDICT_DENY, 0);

  flushes = fake_snet_flushes ();
  remove_list (fixture);
  wait_until (has_flushed, &flushes, "the end of all tickets");
  id = fixture_hold (fixture, ALICE);
  g_assert_true (fake_snet_waits (id));
}

/* What makes no sense in it is named, and all else counts. */
static void
test_nonsense (Fixture *fixture)
{
  g_autoptr (GString) text =
    g_string_new (WITH_IT "two words.example\n" WITHOUT_IT "192.0.2.0/33\n");

  write_list (fixture, text->str);
  client_add_rule (fixture->root, DENY_LISTED);
  check_denied (fake_snet_event (ALICE));
  g_assert_cmpuint (
    fixture_count_warnings ("*/bad: 2 lines make no sense and are passed over: 4, 6"), ==, 1);

  /* Not so many that they fill the log. */
  for (guint i = 0; i < 100; i++)
    g_string_append (text, "?\n");
  write_list (fixture, text->str);
  wait_until (has_warned, "*/bad: 102 lines make no sense and are passed over: 4, 6, 7, *, …",
              "a warning");
  check_denied (fake_snet_event (ALICE));
}

/* What has waited since before is judged by lists as well, and nobody is asked. */
static void
test_start (Fixture *fixture)
{
  guint64 id;

  write_list (fixture, WITH_IT);
  client_add_rule (fixture->root, DENY_LISTED);
  fixture_stop (fixture);
  id = fake_snet_hold (fake_snet_event (ALICE));
  fixture_start (fixture);
  g_assert_true (fake_snet_verdict (id, NULL, NULL));
}

/* A list is not named any more by rules that are removed, or disabled. */
static void
test_unused (Fixture *fixture)
{
  g_autoptr (GVariant) updated = NULL;
  g_autoptr (GVariant) removed = NULL;
  guint64 one, two, id;

  write_list (fixture, WITH_IT);
  one = client_add_rule (fixture->root, DENY_LISTED);
  two = client_add_rule (fixture->root, "{'action': <'deny'>, 'remote-list': <'bad'>,"
                                        " 'operation': <'send'>, 'disabled': <true>}");
  check_denied (fake_snet_event (ALICE));
  removed = client_call (fixture->root, "Rules.Remove", "(t)", one);
  id = fixture_hold (fixture, ALICE);
  g_assert_true (fake_snet_waits (id));
  updated = client_call (fixture->root, "Rules.Update", "(t@a{sv})", two,
                         g_variant_new_parsed ("{'action': <'deny'>, 'remote-list': <'bad'>}"));
  kernel_gets_verdict (id, SNET_VERDICT_DENY, 0);
}

/* By its name as well, and Explain says which rule it is. */
static void
test_explain (Fixture *fixture)
{
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GVariant) rules = NULL;

  write_list (fixture, WITH_IT);
  client_add_rule (fixture->root, DENY_LISTED);
  check_denied (fake_snet_event (ALICE));
  reply = client_call (fixture->root, "Rules.Explain", "(@a{sv})",
                       g_variant_new_parsed ("{'operation': <'connect'>,"
                                             " 'remote-address': <'203.0.113.1'>,"
                                             " 'remote-host': <'www.example.com'>}"));
  rules = g_variant_get_child_value (reply, 0);
  g_assert_cmpuint (g_variant_n_children (rules), ==, 1);
}

typedef struct
{
  Fixture *fixture;
  const char *wanted;
} Described;

static guint
lookup_number (GVariant *list, const char *key)
{
  guint64 wide = 0;
  guint32 number = 0;

  g_variant_lookup (list, key, "t", &wide);
  return g_variant_lookup (list, key, "u", &number) ? number : (guint)wide;
}

/* The only list, in words. */
static char *
describe (Fixture *fixture)
{
  g_autoptr (GVariant) reply = client_call (fixture->root, "Rules.Lists", NULL);
  g_autoptr (GVariant) lists = g_variant_get_child_value (reply, 0);
  g_autoptr (GVariant) list = NULL;
  g_autofree char *path = g_build_filename (fixture->lists_dir, "bad", NULL);
  const char *file = NULL;
  gint64 read = 0;

  if (g_variant_n_children (lists) == 0)
    return g_strdup ("none");
  g_assert_cmpuint (g_variant_n_children (lists), ==, 1);
  list = g_variant_get_child_value (lists, 0);
  g_assert_true (g_variant_lookup (list, "file", "&s", &file));
  g_assert_cmpstr (file, ==, path);
  if (g_variant_lookup (list, "read", "x", &read))
    g_assert_cmpint (ABS (g_get_real_time () - read), <, 600 * G_USEC_PER_SEC);
  return g_strdup_printf (
    "%u names, %u ranges, %u nonsense, %u rules%s%s", lookup_number (list, "names"),
    lookup_number (list, "ranges"), lookup_number (list, "nonsense"), lookup_number (list, "rules"),
    read ? ", read" : "", g_variant_lookup (list, "problem", "&s", NULL) ? ", problem" : "");
}

static gboolean
is_described (gpointer user_data)
{
  Described *described = user_data;
  g_autofree char *text = describe (described->fixture);

  return g_str_equal (text, described->wanted);
}

/* So that it is looked at again: it may have changed while it was looked at. */
static gboolean
tick_cb (gpointer unused)
{
  return G_SOURCE_CONTINUE;
}

static void
check_described (Fixture *fixture, const char *wanted)
{
  Described described = { fixture, wanted };
  const guint ticks = g_timeout_add (20, tick_cb, NULL);

  wait_until (is_described, &described, wanted);
  g_source_remove (ticks);
}

/* What is known of each list that rules name. */
static void
test_described (Fixture *fixture)
{
  guint64 rule;

  check_described (fixture, "none");
  rule = client_add_rule (fixture->root, DENY_LISTED);
  check_described (fixture, "0 names, 0 ranges, 0 nonsense, 1 rules, problem");
  write_list (fixture, WITH_IT "two words.example\n");
  check_described (fixture, "1 names, 1 ranges, 1 nonsense, 1 rules, read");
  client_add_rule (fixture->root, "{'action': <'deny'>, 'remote-list': <'bad'>,"
                                  " 'operation': <'send'>}");
  write_list (fixture, WITHOUT_IT);
  check_described (fixture, "0 names, 1 ranges, 0 nonsense, 2 rules, read");
  remove_list (fixture);
  check_described (fixture, "0 names, 0 ranges, 0 nonsense, 2 rules, problem");
  client_remove_rule (fixture->root, rule);
  check_described (fixture, "0 names, 0 ranges, 0 nonsense, 1 rules, problem");
}

static void
add_tests (void)
{
  fixture_add ("/lists/changes", test_changes);
  fixture_add ("/lists/missing", test_missing);
  fixture_add ("/lists/nonsense", test_nonsense);
  fixture_add ("/lists/start", test_start);
  fixture_add ("/lists/unused", test_unused);
  fixture_add ("/lists/explain", test_explain);
  fixture_add ("/lists/described", test_described);
}

int
main (int argc, char **argv)
{
  return fixture_main (argc, argv, add_tests);
}
