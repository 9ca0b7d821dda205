/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What snetctl shows, to whom, and how it says that it cannot. */
#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <string.h>
#include <unistd.h>

#include "ctl.h"

static void
test_status (Fixture *fixture)
{
  ctl_check (ALICE, "", SNETCTL_EXIT_OK,
             "● Protected: *security module*Mode: ask*Agents: 0 *Waiting: 0*");
  client_add_agent (fixture->alice, "/agent");
  ctl_check (ALICE, "status", SNETCTL_EXIT_OK, "*Agents: 1\n*");
  ctl_check (ALICE, "status --json", SNETCTL_EXIT_OK, "{*\"Mode\":\"ask\"*}\n");
  ctl_check (ALICE, "status --json", SNETCTL_EXIT_OK, "*\"Protected\":true*");
  client_set_mode (fixture->root, "monitor", "{}");
  ctl_check (ALICE, "status", SNETCTL_EXIT_OK, "*logged*Mode: monitor*");
  client_set_mode (fixture->root, "off", "{'duration': <@u 3600>}");
  ctl_check (ALICE, "status", SNETCTL_EXIT_FAILED, "● The firewall is off*until *then monitor*");
  ctl_check (ALICE, "--color=always status", SNETCTL_EXIT_FAILED, "\033[1;31m●*");
}

/* What the kernel lacks is said; and a kernel that holds nothing. */
static void
test_kernels (Fixture *fixture)
{
  fake_snet_fail (FAKE_SNET_OPEN, -ENOENT);
  fixture_start (fixture);
  ctl_check (ALICE, "status", SNETCTL_EXIT_FAILED, "● Not protected: *");
  ctl_check (ALICE, "status --json", SNETCTL_EXIT_FAILED, "*\"Protected\":false*");
  ctl_check (0, "set delay 30", SNETCTL_EXIT_FAILED, "snetctl: *");
  fixture_stop (fixture);
  fake_snet_fail (FAKE_SNET_OPEN, 0);
  fake_snet_fail (FAKE_SNET_REGISTER, -EBUSY);
  fixture_start (fixture);
  ctl_check (ALICE, "status", SNETCTL_EXIT_FAILED, "*another program decides*");
  fake_snet_fail (FAKE_SNET_REGISTER, 0);
}

static void
test_no_snetd (Fixture *fixture)
{
  static const char *const commands[] = { "",          "pending",     "log",   "allow 1", "mode",
                                          "mode off",  "lists",       "stats", "summary", "missed",
                                          "dismiss 1", "set delay 5", "flush", "reload" };

  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    ctl_check (0, commands[i], SNETCTL_EXIT_NO_SERVICE, "*systemctl start snetd*");
  ctl_setenv ("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nonexistent/bus");
  ctl_check (ALICE, "status", SNETCTL_EXIT_NO_SERVICE, "*system bus cannot be reached*");
  ctl_check (ALICE, "monitor", SNETCTL_EXIT_NO_SERVICE, "*system bus cannot be reached*");
  ctl_setenv ("DBUS_SYSTEM_BUS_ADDRESS", NULL);
}

static void
test_usage (Fixture *fixture)
{
  ctl_check (ALICE, "nonsense", SNETCTL_EXIT_USAGE, "*“nonsense”*snetctl --help*");
  ctl_check (ALICE, "status now", SNETCTL_EXIT_USAGE, "*“now”*snetctl status --help*");
  ctl_check (ALICE, "pending --colour", SNETCTL_EXIT_USAGE, "snetctl: *--colour*");
  ctl_check (ALICE, "--color=blue status", SNETCTL_EXIT_USAGE, "*“blue”*");
  ctl_check (ALICE, "--version", SNETCTL_EXIT_OK, "snetctl *.*\n");
  ctl_check (ALICE, "--help", SNETCTL_EXIT_OK, "*pending *man snetctl*");
  ctl_check (ALICE, "log --help", SNETCTL_EXIT_OK, "*--remote-port=PORT*");
}

static void
test_pending (Fixture *fixture)
{
  ctl_check (ALICE, "pending", SNETCTL_EXIT_OK, "Nothing waits.\n");
  fixture_hold (fixture, ALICE);
  ctl_check (ALICE, "pending", SNETCTL_EXIT_OK,
             "ID*PROGRAM*OPERATION*WHERE*LEFT*\n 1*connect*192.0.2.1:443/tcp* s daemon*");
  ctl_check (BOB, "pending", SNETCTL_EXIT_OK, "Nothing waits.\n");
  ctl_check (0, "pending --json", SNETCTL_EXIT_OK, "[{*\"remote-port\":443*}]\n");
}

/* The widest line that a terminal of so many columns is shown. */
static guint
measure (const char *arguments, guint columns, const char *wanted)
{
  g_autoptr (Ctl) ctl = ctl_start_on_terminal (ALICE, columns, "--color=never %s", arguments);
  g_auto (GStrv) lines = NULL;
  guint widest = 0;

  ctl_wait (ctl, 0);
  if (!strstr (ctl->out->str, wanted))
    g_error ("no “%s” in %s", wanted, ctl->out->str);
  lines = g_strsplit_set (ctl->out->str, "\r\n", -1);
  for (guint i = 0; lines[i]; i++)
    widest = MAX (widest, (guint)g_utf8_strlen (lines[i], -1));
  return widest;
}

/* Who and where are there to the last. */
static void
test_narrow (Fixture *fixture)
{
  guint64 id = fixture_hold (fixture, ALICE);

  for (guint columns = 200; columns >= 40; columns -= 20)
    g_assert_cmpuint (measure ("pending", columns, columns < 60 ? ":443/tcp" : "192.0.2.1:443/tcp"),
                      <=, columns);
  client_answer (fixture->root, id, "deny", "{}");
  for (guint columns = 200; columns >= 40; columns -= 20)
    g_assert_cmpuint (measure ("log", columns, ":443/tcp"), <=, columns);
  measure ("log", 80, "connect");
  measure ("log", 50, "deny");
}

/* Colour is for terminals, and for who wants it. */
static void
test_color (Fixture *fixture)
{
  g_autoptr (Ctl) ctl = NULL;

  client_answer (fixture->root, fixture_hold (fixture, ALICE), "deny", "{}");
  ctl = ctl_start_on_terminal (ALICE, 80, "log");
  ctl_wait (ctl, 0);
  g_assert_nonnull (strstr (ctl->out->str, "\033[31mdeny"));
  ctl_setenv ("NO_COLOR", "1");
  ctl_free (g_steal_pointer (&ctl));
  ctl = ctl_start_on_terminal (ALICE, 80, "log");
  ctl_wait (ctl, 0);
  g_assert_null (strchr (ctl->out->str, '\033'));
  ctl_setenv ("NO_COLOR", NULL);
  ctl_check (ALICE, "log --color=always", SNETCTL_EXIT_OK, "*\033[31mdeny*");
}

static void
write_list (Fixture *fixture, const char *text)
{
  g_autofree char *path = g_build_filename (fixture->lists_dir, "bad", NULL);

  g_assert_true (
    g_file_set_contents_full (path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0644, NULL));
}

static gboolean
is_read (gpointer user_data)
{
  g_autoptr (Ctl) ctl = ctl_run (ALICE, "lists bad");

  return strstr (ctl->out->str, "in use") || strstr (ctl->out->str, "makes no sense");
}

/* So that it is looked at again: it may have changed while it was looked at. */
static gboolean
tick_cb (gpointer unused)
{
  return G_SOURCE_CONTINUE;
}

static void
test_lists (Fixture *fixture)
{
  guint ticks;

  ctl_check (ALICE, "lists", SNETCTL_EXIT_OK, "No rule names a list.\n");
  write_list (fixture, "192.0.2.0/24\nexample.com\n");
  client_add_rule (fixture->root, "{'action': <'deny'>, 'remote-list': <'bad'>}");
  ticks = g_timeout_add (20, tick_cb, NULL);
  wait_until (is_read, fixture, "the list");
  g_source_remove (ticks);
  ctl_check (ALICE, "lists", SNETCTL_EXIT_OK, "NAME*\nbad * 1 * 1 * 1 *in use\n");
  ctl_check (ALICE, "lists bad", SNETCTL_EXIT_OK, "*/lists.d/bad\n*State: in use\n");
  ctl_check (ALICE, "lists bad --json", SNETCTL_EXIT_OK, "{*\"name\":\"bad\"*}\n");
  ctl_check (ALICE, "lists good", SNETCTL_EXIT_NOT_FOUND, "*“good”*");
}

static void
test_numbers (Fixture *fixture)
{
  client_answer (fixture->root, fixture_hold (fixture, ALICE), "deny", "{}");
  client_answer (fixture->root, fixture_hold (fixture, ALICE), "allow", "{}");
  ctl_check (ALICE, "stats", SNETCTL_EXIT_OK,
             "COUNTER*kernel.requests *2\n*\nasked *2\n*\ndecided.user *2\n*");
  ctl_check (ALICE, "stats --json", SNETCTL_EXIT_OK, "{*\"asked\":2*}\n");
  ctl_check (ALICE, "summary --json --parts 1", SNETCTL_EXIT_OK, "{*\"allowed\":[*");
  ctl_check (ALICE, "summary", SNETCTL_EXIT_OK, "TIME*ALLOWED*DENIED*");
  ctl_check (ALICE, "summary --parts 0", SNETCTL_EXIT_FAILED, "snetctl: *");
  ctl_check (ALICE, "summary --since tomorrow", SNETCTL_EXIT_FAILED, "snetctl: *");
}

/* What cannot be written must not be taken for all there is. */
static void
test_full_disk (Fixture *fixture)
{
  g_autoptr (Ctl) ctl = ctl_run_into (0, open ("/dev/full", O_WRONLY | O_CLOEXEC), "status");

  g_assert_cmpint (ctl->status, ==, SNETCTL_EXIT_FAILED);
  g_assert_nonnull (strstr (ctl->err->str, "output"));
}

/* Who has read enough need not be told. */
static void
test_unread (Fixture *fixture)
{
  g_autoptr (Ctl) ctl = NULL;
  int ends[2];

  g_assert_true (g_unix_open_pipe (ends, FD_CLOEXEC, NULL));
  close (ends[0]);
  ctl = ctl_run_into (0, ends[1], "status");
  g_assert_cmpint (ctl->status, ==, SNETCTL_EXIT_OK);
  g_assert_cmpstr (ctl->err->str, ==, "");
}

static void
add_tests (void)
{
  fixture_add ("/look/status", test_status);
  fixture_add_stopped ("/look/kernels", test_kernels);
  fixture_add_stopped ("/look/no-snetd", test_no_snetd);
  fixture_add ("/look/usage", test_usage);
  fixture_add ("/look/pending", test_pending);
  fixture_add ("/look/narrow", test_narrow);
  fixture_add ("/look/color", test_color);
  fixture_add ("/look/lists", test_lists);
  fixture_add ("/look/numbers", test_numbers);
  fixture_add ("/look/full-disk", test_full_disk);
  fixture_add ("/look/unread", test_unread);
}

int
main (int argc, char **argv)
{
  return ctl_main (argc, argv, add_tests);
}
