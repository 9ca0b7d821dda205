/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Requests that are answered by snetctl, and settings that are changed by it. */
#include <glib/gstdio.h>
#include <string.h>

#include "ctl.h"
#include "snet-names.h"

static void
run_ok (guint32 uid, const char *format, guint64 id)
{
  g_autofree char *number = g_strdup_printf ("%" G_GUINT64_FORMAT, id);
  g_auto (GStrv) parts = g_strsplit (format, "ID", -1);
  g_autofree char *line = g_strjoinv (number, parts);

  ctl_check (uid, line, SNETCTL_EXIT_OK, "");
}

static void
test_allow (Fixture *fixture)
{
  guint64 id = fixture_hold (fixture, ALICE);

  fake_polkit_set (fixture->polkit, SNET_ACTION_ANSWER_OWN, FAKE_POLKIT_YES);
  run_ok (ALICE, "allow ID", id);
  kernel_gets_verdict (id, SNET_VERDICT_ALLOW, 0);
  client_check_rules (fixture->root, "");
}

static void
test_deny (Fixture *fixture)
{
  guint64 id = fixture_hold (fixture, ALICE);

  run_ok (0, "deny ID --errno ECONNREFUSED", id);
  kernel_gets_verdict (id, SNET_VERDICT_DENY, ECONNREFUSED);
}

/* An answer that is also a rule. */
static void
test_lifetimes (Fixture *fixture)
{
  guint64 id = fixture_hold (fixture, ALICE);
  guint64 rule;

  fake_polkit_set (fixture->polkit, SNET_ACTION_ANSWER_OWN, FAKE_POLKIT_YES);
  run_ok (ALICE, "allow ID --lifetime 15min --match operation,remote-port --comment 'for now'", id);
  client_check_rules (fixture->alice, "1");
  rule = 1;
  client_check_rule_key (fixture->alice, rule, "lifetime", "'until'");
  client_check_rule_key (fixture->alice, rule, "comment", "'for now'");
  client_check_rule_key (fixture->alice, rule, "remote-port", "443");
  g_assert_null (client_get_rule_key (fixture->alice, rule, "program"));

  id = fixture_hold (fixture, ALICE);
  run_ok (ALICE, "deny --lifetime=forever ID", id);
  client_check_rule_key (fixture->alice, 2, "lifetime", "'forever'");
  ctl_check (ALICE, "allow 1 --lifetime soon", SNETCTL_EXIT_USAGE, "*--lifetime*soon*");
}

/* Several; one that is wrong does not stop the others. */
static void
test_several (Fixture *fixture)
{
  guint64 one = fixture_hold (fixture, ALICE);
  guint64 two = fixture_hold (fixture, BOB);
  g_autofree char *line =
    g_strdup_printf ("deny %" G_GUINT64_FORMAT " 999 %" G_GUINT64_FORMAT, one, two);

  ctl_check (0, line, SNETCTL_EXIT_NOT_FOUND, "*999*snetctl pending*");
  kernel_gets_verdict (one, SNET_VERDICT_DENY, 0);
  kernel_gets_verdict (two, SNET_VERDICT_DENY, 0);
  ctl_check (0, line, SNETCTL_EXIT_NOT_FOUND, "*snetctl log*");
}

/* What is alike has the same answer, and is no failure then. */
static void
test_alike (Fixture *fixture)
{
  guint64 one = fixture_hold_to_port (443);
  guint64 two = fixture_hold_to_port (443);
  g_autofree char *line =
    g_strdup_printf ("allow %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT, one, two);
  g_autofree char *other = g_strdup_printf ("deny %" G_GUINT64_FORMAT, two);

  ctl_check (0, line, SNETCTL_EXIT_OK, "");
  kernel_gets_verdict (two, SNET_VERDICT_ALLOW, 0);
  ctl_check (0, other, SNETCTL_EXIT_NOT_FOUND, "*snetctl log*");
}

static void
test_all (Fixture *fixture)
{
  guint64 one = fixture_hold (fixture, ALICE);
  guint64 two = fixture_hold (fixture, BOB);
  g_autoptr (Ctl) ctl = NULL;

  ctl_check (0, "deny", SNETCTL_EXIT_USAGE, "*snetctl deny --help*");
  ctl_check (0, "deny --all 1", SNETCTL_EXIT_USAGE, "*--all*");

  /* A person is asked first. */
  ctl = ctl_start_on_terminal (0, 80, "deny --all");
  ctl_says (ctl, "2");
  ctl_type (ctl, "n\n");
  ctl_wait (ctl, SNETCTL_EXIT_FAILED);
  g_assert_true (fake_snet_waits (one));

  ctl_check (0, "deny --all", SNETCTL_EXIT_OK, "");
  kernel_gets_verdict (one, SNET_VERDICT_DENY, 0);
  kernel_gets_verdict (two, SNET_VERDICT_DENY, 0);
}

static void
test_not_allowed (Fixture *fixture)
{
  guint64 id = fixture_hold (fixture, BOB);
  g_autofree char *line = g_strdup_printf ("allow %" G_GUINT64_FORMAT, id);

  ctl_check (ALICE, line, SNETCTL_EXIT_NOT_ALLOWED, "*org.snet.answer-any*sudo snetctl*");
  ctl_check (ALICE, "mode off", SNETCTL_EXIT_NOT_ALLOWED, "*org.snet.configure*");
  g_assert_true (fake_snet_waits (id));
  ctl_check (ALICE, "allow one", SNETCTL_EXIT_USAGE, "*one*number*");
}

/* A program in the place of pkttyagent says that it is there, before the password is asked for. */
static void
test_password (Fixture *fixture)
{
  g_autofree char *folder = g_dir_make_tmp ("snetctl-agent-XXXXXX", NULL);
  g_autofree char *agent = g_build_filename (folder, "pkttyagent", NULL);
  g_autofree char *path = g_strconcat (folder, ":/usr/bin:/bin", NULL);
  g_autoptr (Ctl) ctl = NULL;
  g_autoptr (Ctl) silent = NULL;

  g_assert_no_errno (g_chmod (folder, 0755));
  g_assert_true (g_file_set_contents_full (
    agent, "#!/bin/sh\necho \"agent $*\" > /dev/tty\nexec 3>&-\nexec sleep 60\n", -1,
    G_FILE_SET_CONTENTS_NONE, 0755, NULL));
  ctl_setenv ("PATH", path);
  fake_polkit_set (fixture->polkit, SNET_ACTION_CONFIGURE, FAKE_POLKIT_CHALLENGE);

  silent = ctl_start_on_terminal (ALICE, 80, "mode off --no-ask-password");
  ctl_wait (silent, SNETCTL_EXIT_NOT_ALLOWED);
  g_assert_null (strstr (silent->out->str, "agent "));
  client_check_mode (fixture->root, "ask");

  ctl = ctl_start_on_terminal (ALICE, 80, "mode off");
  ctl_says (ctl, "agent --notify-fd 3");
  ctl_wait (ctl, SNETCTL_EXIT_NOT_ALLOWED);
  g_assert_true (g_str_has_suffix (fake_polkit_last_question (fixture->polkit), " interactive"));

  /* What is allowed needs none. */
  fake_polkit_set (fixture->polkit, SNET_ACTION_CONFIGURE, FAKE_POLKIT_YES);
  ctl_free (g_steal_pointer (&silent));
  silent = ctl_start_on_terminal (ALICE, 80, "mode off");
  ctl_wait (silent, SNETCTL_EXIT_OK);
  g_assert_cmpstr (silent->out->str, ==, "");
  client_check_mode (fixture->root, "off");
  g_unlink (agent);
  g_rmdir (folder);
}

static void
test_missed (Fixture *fixture)
{
  guint64 id = fixture_hold (fixture, ALICE);
  g_autofree char *line = g_strdup_printf ("dismiss %" G_GUINT64_FORMAT, id);

  ctl_check (ALICE, "missed", SNETCTL_EXIT_OK, "Nothing was missed.\n");
  fake_snet_time_out (id, SNET_VERDICT_DENY);
  client_hears (fixture->root, "Decided 1 deny");
  ctl_check (ALICE, "missed", SNETCTL_EXIT_OK, "ID*connect*192.0.2.1:443/tcp*deny*1*daemon\n");
  ctl_check (ALICE, "missed --json", SNETCTL_EXIT_OK, "[{*\"count\":1*}]\n");
  ctl_check (0, line, SNETCTL_EXIT_OK, "");
  ctl_check (0, line, SNETCTL_EXIT_NOT_FOUND, "*");
}

static void
test_mode (Fixture *fixture)
{
  ctl_check (ALICE, "mode", SNETCTL_EXIT_OK, "ask\n");
  ctl_check (0, "mode monitor", SNETCTL_EXIT_OK, "");
  client_check_mode (fixture->root, "monitor");
  ctl_check (0, "mode off --for 2h", SNETCTL_EXIT_OK, "");
  ctl_check (ALICE, "mode", SNETCTL_EXIT_OK, "off, until *, then monitor\n");
  ctl_check (ALICE, "mode --json", SNETCTL_EXIT_OK,
             "{\"Mode\":\"off\",\"ModeUntil\":1*,\"ModeAfter\":\"monitor\"}\n");
  ctl_check (ALICE, "status", SNETCTL_EXIT_FAILED, "*off*");
  ctl_check (0, "mode lockdown --until tomorrow", SNETCTL_EXIT_OK, "");
  client_check_control (fixture->root, "Mode", "lockdown");
  ctl_check (0, "mode strict", SNETCTL_EXIT_FAILED, "*strict*");
  ctl_check (0, "mode ask --until yesterday", SNETCTL_EXIT_FAILED, "*");
  ctl_check (0, "mode --for 5min", SNETCTL_EXIT_USAGE, "*");
  ctl_check (0, "mode ask --for 5min --until 14:00", SNETCTL_EXIT_USAGE, "*");
}

static void
test_settings (Fixture *fixture)
{
  guint flushes;

  ctl_check (0, "set delay 2min", SNETCTL_EXIT_OK, "");
  client_check_control (fixture->root, "VerdictDelay", "120");
  ctl_check (0, "set policy deny", SNETCTL_EXIT_OK, "");
  client_check_control (fixture->root, "VerdictPolicy", "deny");
  ctl_check (0, "set policy maybe", SNETCTL_EXIT_FAILED, "*maybe*");
  ctl_check (0, "set colour blue", SNETCTL_EXIT_USAGE, "*colour*");
  flushes = fake_snet_flushes ();
  ctl_check (0, "flush", SNETCTL_EXIT_OK, "");
  g_assert_cmpuint (fake_snet_flushes (), >, flushes);

  g_assert_true (g_file_set_contents (fixture->config_file, "[Verdict]\nDelay=33\n", -1, NULL));
  ctl_check (0, "reload", SNETCTL_EXIT_OK, "");
  client_check_control (fixture->root, "VerdictDelay", "33");
  g_assert_true (g_file_set_contents (fixture->config_file, "nonsense", -1, NULL));
  ctl_check (0, "reload", SNETCTL_EXIT_FAILED, "*journalctl -u snetd*");
}

static void
add_tests (void)
{
  fixture_add ("/answer/allow", test_allow);
  fixture_add ("/answer/deny", test_deny);
  fixture_add ("/answer/lifetimes", test_lifetimes);
  fixture_add ("/answer/several", test_several);
  fixture_add ("/answer/alike", test_alike);
  fixture_add ("/answer/all", test_all);
  fixture_add ("/answer/not-allowed", test_not_allowed);
  fixture_add ("/answer/password", test_password);
  fixture_add ("/answer/missed", test_missed);
  fixture_add ("/answer/mode", test_mode);
  fixture_add ("/answer/settings", test_settings);
}

int
main (int argc, char **argv)
{
  return ctl_main (argc, argv, add_tests);
}
