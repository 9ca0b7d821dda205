/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The examples of docs/rule-systems.md do what is said of them. */
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "fixture.h"
#include "snet-names.h"

/* Programs of others, of which each may take its time to start. */

static void
become (gpointer uid)
{
  if (setgid (GPOINTER_TO_UINT (uid)) != 0 || setuid (GPOINTER_TO_UINT (uid)) != 0)
    _exit (127);
}

/* By its text, as a user may not be able to read the folder that it is in. */
static GSubprocess *
start (guint32 uid, const char *interpreter, const char *name, const char *argument)
{
  g_autoptr (GSubprocessLauncher) launcher =
    g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE);
  g_autofree char *path = g_build_filename (g_getenv ("EXAMPLES"), name, NULL);
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  GSubprocess *example;

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  g_subprocess_launcher_set_child_setup (launcher, become, GUINT_TO_POINTER (uid), NULL);
  g_subprocess_launcher_set_cwd (launcher, "/");
  example =
    g_subprocess_launcher_spawn (launcher, &error, interpreter, "-c", text, name, argument, NULL);
  g_assert_no_error (error);
  return example;
}

typedef struct
{
  gboolean ended;
  char *output;
} End;

static void
ended_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  End *end = user_data;
  g_autoptr (GError) error = NULL;

  g_subprocess_communicate_utf8_finish (G_SUBPROCESS (source), result, &end->output, NULL, &error);
  g_assert_no_error (error);
  end->ended = TRUE;
}

static gboolean
has_ended (gpointer user_data)
{
  return ((End *)user_data)->ended;
}

/* What it has printed. */
static char *
finish (GSubprocess *example, const char *input)
{
  End end = { 0 };

  g_subprocess_communicate_utf8_async (example, input, NULL, ended_cb, &end);
  wait_until (has_ended, &end, "the end of an example");
  g_test_message ("%s", end.output);
  return end.output;
}

static void
run (const char *interpreter, const char *name, const char *argument, const char *input)
{
  g_autoptr (GSubprocess) example = start (0, interpreter, name, argument);
  g_autofree char *output = finish (example, input);

  g_assert_true (g_subprocess_get_successful (example));
}

/* One that runs until it is told to end, and has had nothing to complain of. */
static void
stop (GSubprocess *example)
{
  g_autofree char *output = NULL;

  g_subprocess_send_signal (example, SIGTERM);
  output = finish (example, NULL);
  g_assert_cmpstr (output, ==, "");
}

static int
compare_texts (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *)a, *(const char *const *)b);
}

/* "comment action, comment action": of the rules, in the order of the alphabet. */
static void
check_rules (Fixture *fixture, const char *expected)
{
  g_autoptr (GVariant) reply = client_call (fixture->root, "Rules.List", NULL);
  g_autoptr (GVariant) rules = g_variant_get_child_value (reply, 0);
  g_autoptr (GPtrArray) all = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *text = NULL;

  for (gsize i = 0; i < g_variant_n_children (rules); i++)
    {
      g_autoptr (GVariant) rule = g_variant_get_child_value (rules, i);
      const char *comment;
      const char *action;

      g_assert_true (g_variant_lookup (rule, SNET_KEY_COMMENT, "&s", &comment));
      g_assert_true (g_variant_lookup (rule, SNET_KEY_ACTION, "&s", &action));
      g_ptr_array_add (all, g_strdup_printf ("%s %s", comment, action));
    }
  g_ptr_array_sort (all, compare_texts);
  g_ptr_array_add (all, NULL);
  text = g_strjoinv (", ", (char **)all->pdata);
  g_assert_cmpstr (text, ==, expected);
}

/* It is asked what waited before it came, and what comes then. */
static void
test_agent (Fixture *fixture)
{
  g_autoptr (GSubprocess) agent = NULL;
  guint64 id;

  fake_polkit_set (fixture->polkit, SNET_ACTION_ANSWER_OWN, FAKE_POLKIT_YES);
  id = fixture_hold_to_port (443);
  agent = start (ALICE, "/usr/bin/python3", "agent.py", NULL);
  kernel_gets_verdict (id, SNET_VERDICT_ALLOW, 0);
  kernel_gets_verdict (fixture_hold_to_port (23), SNET_VERDICT_DENY, 0);
  stop (agent);
}

/* It decides what it knows, whoever's that is, and leaves the rest. */
static void
test_watcher (Fixture *fixture)
{
  g_autoptr (GSubprocess) watcher = NULL;
  guint64 mail = fixture_hold_to_port (25);
  guint64 web = fixture_hold_to_port (443);

  watcher = start (0, "/usr/bin/python3", "watcher.py", NULL);
  kernel_gets_verdict (mail, SNET_VERDICT_DENY, 0);
  kernel_gets_verdict (fixture_hold_to_port (25), SNET_VERDICT_DENY, 0);
  g_assert_true (fake_snet_waits (web));
  stop (watcher);
}

/* What is not as it should be is made so, and nothing else. */
static void
test_site_rules (Fixture *fixture)
{
  g_autoptr (GVariant) before = NULL;
  g_autoptr (GVariant) after = NULL;

  fake_polkit_set (fixture->polkit, SNET_ACTION_MANAGE_OWN_RULES, FAKE_POLKIT_YES);
  client_add_rule (fixture->alice, "{'action': <'deny'>, 'comment': <'site: of alice'>}");
  client_add_rule (fixture->root, "{'action': <'deny'>, 'comment': <'site: of old'>}");
  client_add_rule (fixture->root, "{'action': <'allow'>, 'remote-port': <@q 23>,"
                                  " 'comment': <'site: no telnet'>}");
  client_add_rule (fixture->root, "{'action': <'ask'>, 'comment': <'not of the site'>}");

  run ("/usr/bin/python3", "site-rules.py", NULL, NULL);
  check_rules (fixture, "not of the site ask, site: name servers allow, site: no telnet deny,"
                        " site: of alice deny");
  before = client_call (fixture->root, "Rules.List", NULL);
  run ("/usr/bin/python3", "site-rules.py", NULL, NULL);
  after = client_call (fixture->root, "Rules.List", NULL);
  g_assert_true (g_variant_equal (before, after));
}

/* The names that it is given may be had mail by, and no others. */
static void
test_mail_rules (Fixture *fixture)
{
  g_assert_no_errno (g_mkdir (fixture->rules_dir, 0700));
  run ("/bin/sh", "mail-rules.sh", fixture->rules_dir, "mail.example.org\nmx.example.org\n");
  check_rules (fixture, "Mail by mail.example.org allow, Mail by mx.example.org allow,"
                        " No other mail deny");
  kernel_gets_verdict (fixture_hold_to_port (25), SNET_VERDICT_DENY, 0);

  run ("/bin/sh", "mail-rules.sh", fixture->rules_dir, "");
  check_rules (fixture, "No other mail deny");
}

static void
add_tests (void)
{
  fixture_add ("/examples/agent", test_agent);
  fixture_add ("/examples/watcher", test_watcher);
  fixture_add ("/examples/site-rules", test_site_rules);
  fixture_add ("/examples/mail-rules", test_mail_rules);
}

int
main (int argc, char **argv)
{
  return fixture_main (argc, argv, add_tests);
}
