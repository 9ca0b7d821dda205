/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Disks that are full, or read-only, and files in which something else is: real ones, on file
 * systems in memory that only this program sees.
 */
#define _GNU_SOURCE /* unshare() */
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sched.h>
#include <sqlite3.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "fixture.h"
#include "snet-names.h"
#include "snetd-log.h"

#define CONFIG      "[Prompts]\nAskWithoutAgent=wait\n"
#define DISK        "mode=0700,size=4m"
#define DENY_7      "{'action': <'deny'>, 'remote-port': <uint16 7>}"
#define RULES_TRIED 4000

static gboolean has_mounts;

/* What is mounted from here on is nobody else's. */
static void
enter_own_mounts (void)
{
  has_mounts =
    unshare (CLONE_NEWNS) == 0 && mount ("none", "/", "none", MS_REC | MS_PRIVATE, NULL) == 0;
}

/* The state of snetd is on a disk of its own. FALSE: there cannot be one, which was said. */
static gboolean
use_disk (Fixture *fixture)
{
  if (!has_mounts || mount ("none", fixture->state_dir, "tmpfs", 0, DISK) != 0)
    {
      g_test_skip ("nothing can be mounted here");
      return FALSE;
    }
  g_assert_true (g_file_set_contents (fixture->config_file, CONFIG, -1, NULL));
  g_assert_no_errno (g_mkdir (fixture->lists_dir, 0700));
  return TRUE;
}

static void
leave_disk (Fixture *fixture)
{
  fixture_stop (fixture);
  g_assert_no_errno (umount2 (fixture->state_dir, MNT_DETACH));
}

static char *
filler (Fixture *fixture)
{
  return g_build_filename (fixture->state_dir, "filler", NULL);
}

static void
fill_disk (Fixture *fixture)
{
  static const char block[4096];
  g_autofree char *path = filler (fixture);
  int fd = g_open (path, O_WRONLY | O_CREAT | O_APPEND, 0600);

  g_assert_cmpint (fd, >=, 0);
  while (write (fd, block, sizeof block) > 0)
    ;
  g_assert_cmpint (errno, ==, ENOSPC);
  close (fd);
}

static void
empty_disk (Fixture *fixture)
{
  g_autofree char *path = filler (fixture);

  g_assert_no_errno (g_unlink (path));
}

static void
set_read_only (Fixture *fixture, gboolean read_only)
{
  g_assert_no_errno (
    mount ("none", fixture->state_dir, "tmpfs", MS_REMOUNT | (read_only ? MS_RDONLY : 0), DISK));
}

static guint
count_rules (Fixture *fixture)
{
  g_autoptr (GVariant) reply = client_call (fixture->root, "Rules.List", NULL);
  g_autoptr (GVariant) rules = g_variant_get_child_value (reply, 0);

  return (guint)g_variant_n_children (rules);
}

static void
check_cannot_add (Fixture *fixture, const char *says)
{
  client_check_error (fixture->root, SNET_ERROR_NAME_STORE_FAILED, says, "Rules.Add", "(@a{sv})",
                      g_variant_new_parsed ("{'action': <'allow'>}"));
}

/* A rule that is there decides, whatever becomes of the disk. */
static void
check_denied (void)
{
  kernel_gets_verdict (fixture_hold_to_port (7), SNET_VERDICT_DENY, 0);
}

/* How many events there are, which waits for those that are not on disk yet. */
static guint
count_written (Fixture *fixture)
{
  guint64 before = G_MAXINT64;
  guint count = 0;

  for (;;)
    {
      g_autofree char *filter =
        g_strdup_printf ("{'before': <uint64 %" G_GUINT64_FORMAT ">}", before);
      g_autoptr (GVariant) events = client_query (fixture->root, filter);
      const gsize n = g_variant_n_children (events);
      g_autoptr (GVariant) last = n > 0 ? g_variant_get_child_value (events, n - 1) : NULL;

      if (last == NULL)
        return count;
      count += (guint)n;
      g_assert_true (g_variant_lookup (last, "serial", "t", &before));
    }
}

/* What no rule decides is asked as ever. */
static void
check_asked (Fixture *fixture)
{
  guint64 id = fixture_hold (fixture, 0);

  client_answer (fixture->root, id, "deny", "{}");
  kernel_gets_verdict (id, SNET_VERDICT_DENY, 0);
}

static gboolean
list_was_read (gpointer unused)
{
  return fixture_count_warnings ("*lines make no sense*") > 0;
}

/* Adds rules until there is no room; how many somebody was told of. */
static guint
add_until_full (Fixture *fixture)
{
  g_autofree char *comment = g_strnfill (900, 'c');

  for (guint i = 0; i < RULES_TRIED; i++)
    {
      g_autoptr (Later) later = client_call_later (
        fixture->root, FALSE, "Rules.Add", "(@a{sv})",
        g_variant_new_parsed ("{'action': <'deny'>, 'remote-port': <%q>, 'comment': <%s>}",
                              (guint16)(1000 + i), comment));
      const char *error = g_dbus_message_get_error_name (later_wait (later));

      if (error == NULL)
        continue;
      g_assert_cmpstr (error, ==, SNET_ERROR_NAME_STORE_FAILED);
      return i;
    }
  g_assert_not_reached ();
}

/* A full disk. */

/* Of what somebody was told all is kept, nothing else is, and who is held stays so. */
static void
test_full (Fixture *fixture)
{
  guint told;
  guint64 id;

  if (!use_disk (fixture))
    return;
  fixture_start (fixture);
  client_add_rule (fixture->root, DENY_7);
  fill_disk (fixture);
  told = add_until_full (fixture);
  g_assert_cmpuint (count_rules (fixture), ==, 1 + told);

  id = fixture_hold (fixture, 0);
  client_check_answer_error (fixture->root, id, "allow", "{'lifetime': <'forever'>}",
                             SNET_ERROR_NAME_STORE_FAILED, "full");
  g_assert_true (fake_snet_waits (id));
  client_answer (fixture->root, id, "allow", "{}");
  kernel_gets_verdict (id, SNET_VERDICT_ALLOW, 0);
  check_denied ();

  empty_disk (fixture);
  client_add_rule (fixture->root, "{'action': <'ask'>}");
  fixture_restart (fixture);
  g_assert_cmpuint (count_rules (fixture), ==, 2 + told);
  leave_disk (fixture);
}

static void
check_cannot_set_mode (Fixture *fixture)
{
  client_check_error (fixture->root, SNET_ERROR_NAME_STORE_FAILED, "cannot be kept",
                      "Control.SetMode", "(s@a{sv})", "lockdown",
                      g_variant_new_parsed ("@a{sv} {}"));
  client_check_mode (fixture->root, "ask");
  g_assert_cmpint (fake_snet_config ().policy, ==, SNET_VERDICT_ALLOW);
}

/* What cannot be kept is not set: after a restart it would be another one. */
static void
test_full_mode (Fixture *fixture)
{
  if (!use_disk (fixture))
    return;
  fixture_start (fixture);
  fill_disk (fixture);
  check_cannot_set_mode (fixture);
  empty_disk (fixture);
  client_set_mode (fixture->root, "lockdown", "{}");
  fixture_restart (fixture);
  client_check_mode (fixture->root, "lockdown");
  leave_disk (fixture);
}

/* Events wait for room in memory; that they do is said once, and that it is over too. */
static void
test_full_journal (Fixture *fixture)
{
  guint decided = 0, written;

  if (!use_disk (fixture))
    return;
  fixture_start (fixture);
  client_add_rule (fixture->root, DENY_7);
  fill_disk (fixture);
  while (fixture_count_messages (SNETD_MESSAGE_NO_JOURNAL) == 0)
    {
      check_denied ();
      decided++;
      if (decided % 100 == 0)
        g_main_context_iteration (NULL, TRUE);
    }
  for (; decided < 3000; decided++)
    check_denied ();
  g_assert_cmpuint (fixture_count_messages (SNETD_MESSAGE_NO_JOURNAL), ==, 1);
  client_check_error (fixture->root, SNET_ERROR_NAME_STORE_FAILED, "full", "Events.Query",
                      "(@a{sv}u)", g_variant_new_parsed ("@a{sv} {}"), 0);

  empty_disk (fixture);
  written = count_written (fixture);
  g_assert_cmpuint (written, ==, decided);
  g_assert_cmpuint (fixture_count_messages (SNETD_MESSAGE_NO_JOURNAL), ==, 2);
  leave_disk (fixture);
}

/* The rules of before hold from the start, and there is no need to start again when there is room.
 */
static void
test_full_start (Fixture *fixture)
{
  if (!use_disk (fixture))
    return;
  fixture_start (fixture);
  client_add_rule (fixture->root, DENY_7);
  check_denied ();
  fixture_stop (fixture);
  fill_disk (fixture);
  fixture_start (fixture);
  g_assert_cmpuint (fixture_count_messages (SNETD_MESSAGE_DISK), ==, 2);
  check_denied ();
  check_cannot_add (fixture, "rules.db");

  empty_disk (fixture);
  client_add_rule (fixture->root, "{'action': <'allow'>}");
  g_assert_cmpuint (count_written (fixture), ==, 2);
  fixture_restart (fixture);
  g_assert_cmpuint (count_rules (fixture), ==, 2);
  leave_disk (fixture);
}

/* On the first start: there are no rules, which is said, and the next start finds nothing odd. */
static void
test_full_first_start (Fixture *fixture)
{
  if (!use_disk (fixture))
    return;
  fill_disk (fixture);
  fixture_start (fixture);
  g_assert_cmpuint (fixture_count_messages (SNETD_MESSAGE_NO_RULES), ==, 1);
  g_assert_cmpuint (fixture_count_messages (SNETD_MESSAGE_NO_JOURNAL), ==, 1);
  check_cannot_add (fixture, "rules.db");
  check_asked (fixture);

  empty_disk (fixture);
  fixture_restart (fixture);
  client_add_rule (fixture->root, DENY_7);
  check_denied ();
  leave_disk (fixture);
}

/* A disk that is read-only. */

static void
test_read_only (Fixture *fixture)
{
  if (!use_disk (fixture))
    return;
  fixture_start (fixture);
  client_add_rule (fixture->root, DENY_7);
  client_add_rule (fixture->root, "{'action': <'deny'>, 'lifetime': <'reboot'>}");
  check_denied ();
  fixture_stop (fixture);
  set_read_only (fixture, TRUE);
  fixture_start (fixture);
  g_assert_cmpuint (count_rules (fixture), ==, 2);
  g_assert_cmpuint (fixture_count_messages (SNETD_MESSAGE_DISK), ==, 2);
  check_denied ();
  check_cannot_add (fixture, "readonly");
  check_cannot_set_mode (fixture);

  fixture_stop (fixture);
  set_read_only (fixture, FALSE);
  fixture_start (fixture);
  client_add_rule (fixture->root, "{'action': <'allow'>}");
  g_assert_cmpuint (count_written (fixture), ==, 1);
  leave_disk (fixture);
}

/* After a crash: what was written last is not in the file itself. */
static void
test_read_only_crash (Fixture *fixture)
{
  static const char *const names[] = { "rules.db", "rules.db-wal", "rules.db-shm" };
  char *bytes[G_N_ELEMENTS (names)];
  gsize sizes[G_N_ELEMENTS (names)];

  if (!use_disk (fixture))
    return;
  fixture_start (fixture);
  client_add_rule (fixture->root, DENY_7);
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (fixture->state_dir, names[i], NULL);

      g_assert_true (g_file_get_contents (path, &bytes[i], &sizes[i], NULL));
    }
  fixture_stop (fixture);
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (fixture->state_dir, names[i], NULL);

      g_assert_true (g_file_set_contents (path, bytes[i], (gssize)sizes[i], NULL));
      g_free (bytes[i]);
    }
  set_read_only (fixture, TRUE);
  fixture_start (fixture);
  g_assert_cmpuint (count_rules (fixture), ==, 1);
  check_denied ();
  fixture_stop (fixture);
  set_read_only (fixture, FALSE);
  leave_disk (fixture);
}

/* Files in which something else is. */

static void
run_sql (const char *path, const char *sql)
{
  sqlite3 *database;

  g_assert_cmpint (sqlite3_open (path, &database), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (database, sql, NULL, NULL, NULL), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_close (database), ==, SQLITE_OK);
}

/* Of a newer snetd: neither is used nor changed, and all else goes on. */
static void
test_newer (Fixture *fixture)
{
  g_autofree char *rules = NULL;
  g_autofree char *journal = NULL;
  g_autofree char *rules_after = NULL;
  g_autofree char *journal_after = NULL;
  gsize sizes[4];

  fixture_start (fixture);
  client_add_rule (fixture->root, DENY_7);
  fixture_stop (fixture);
  run_sql (fixture->rules_db, "PRAGMA user_version = 1000");
  run_sql (fixture->journal_db, "PRAGMA user_version = 1000");
  g_assert_true (g_file_get_contents (fixture->rules_db, &rules, &sizes[0], NULL));
  g_assert_true (g_file_get_contents (fixture->journal_db, &journal, &sizes[1], NULL));

  fixture_start (fixture);
  g_assert_cmpuint (fixture_count_messages (SNETD_MESSAGE_NO_RULES), ==, 1);
  g_assert_cmpuint (fixture_count_messages (SNETD_MESSAGE_NO_JOURNAL), ==, 1);
  check_cannot_add (fixture, "newer snetd");
  client_check_error (fixture->root, SNET_ERROR_NAME_STORE_FAILED, "newer snetd", "Events.Query",
                      "(@a{sv}u)", g_variant_new_parsed ("@a{sv} {}"), 0);
  check_asked (fixture);
  fixture_stop (fixture);

  g_assert_true (g_file_get_contents (fixture->rules_db, &rules_after, &sizes[2], NULL));
  g_assert_true (g_file_get_contents (fixture->journal_db, &journal_after, &sizes[3], NULL));
  g_assert_cmpmem (rules, sizes[0], rules_after, sizes[2]);
  g_assert_cmpmem (journal, sizes[1], journal_after, sizes[3]);
}

/* A rule that lost its condition would be for all; it is for nobody, and others are as before. */
static void
test_rule_changed (Fixture *fixture)
{
  fixture_start (fixture);
  client_add_rule (fixture->root, DENY_7);
  client_add_rule (fixture->root, "{'action': <'allow'>, 'remote-port': <uint16 8>}");
  fixture_stop (fixture);
  run_sql (fixture->rules_db, "UPDATE rules SET remote_port = NULL WHERE action = 'allow'");
  fixture_start (fixture);
  g_assert_cmpuint (fixture_count_messages (SNETD_MESSAGE_RULES_WRONG), ==, 1);
  g_assert_cmpuint (count_rules (fixture), ==, 1);
  check_denied ();
  check_asked (fixture);
}

/* All the files that are no databases: nothing of them is believed that is not understood. */
static void
test_garbage (Fixture *fixture)
{
  g_autofree char *policy = g_build_filename (fixture->state_dir, "policy", NULL);
  g_autofree char *rules = g_build_filename (fixture->rules_dir, "bad.rules", NULL);
  g_autofree char *list = g_build_filename (fixture->lists_dir, "bad", NULL);
  static const char garbage[] = "\xff\xfe[Mode\x01]\nLasting=off\n\n\xc3(\x80=\n";

  g_assert_no_errno (g_mkdir (fixture->rules_dir, 0700));
  g_assert_true (g_file_set_contents (fixture->mode_file, garbage, sizeof garbage, NULL));
  g_assert_true (g_file_set_contents (policy, garbage, sizeof garbage, NULL));
  g_assert_true (g_file_set_contents (rules, garbage, sizeof garbage, NULL));
  g_assert_true (g_file_set_contents (list, garbage, sizeof garbage, NULL));
  fixture_start (fixture);
  g_assert_cmpuint (fixture_count_messages (SNETD_MESSAGE_MODE_LOST), ==, 2);
  g_assert_cmpuint (fixture_count_messages (SNETD_MESSAGE_RULES_WRONG), >=, 1);
  client_check_mode (fixture->root, "ask");
  g_assert_cmpuint (count_rules (fixture), ==, 0);

  /* A list of nonsense is an empty one. */
  client_add_rule (fixture->root, "{'action': <'allow'>, 'remote-list': <'bad'>}");
  client_add_rule (fixture->root, DENY_7);
  wait_until (list_was_read, NULL, "the list");
  check_denied ();
  check_asked (fixture);
  client_set_mode (fixture->root, "monitor", "{}");
  fixture_restart (fixture);
  client_check_mode (fixture->root, "monitor");
}

/* In the configuration all that is wrong is passed over, and said. */
static void
test_garbage_config (Fixture *fixture)
{
  g_assert_true (
    g_file_set_contents (fixture->config_file, "[Verdict\xff]\nDelay=\xfe\n", -1, NULL));
  fixture_start (fixture);
  g_assert_cmpuint (fixture_count_messages (SNETD_MESSAGE_CONFIG_WRONG), >=, 1);
  client_add_rule (fixture->root, DENY_7);
  check_denied ();
}

static void
add_tests (void)
{
  fixture_add_stopped ("/disk/full", test_full);
  fixture_add_stopped ("/disk/full/mode", test_full_mode);
  fixture_add_stopped ("/disk/full/journal", test_full_journal);
  fixture_add_stopped ("/disk/full/start", test_full_start);
  fixture_add_stopped ("/disk/full/first-start", test_full_first_start);
  fixture_add_stopped ("/disk/read-only", test_read_only);
  fixture_add_stopped ("/disk/read-only/crash", test_read_only_crash);
  fixture_add_stopped ("/disk/newer", test_newer);
  fixture_add_stopped ("/disk/rule-changed", test_rule_changed);
  fixture_add_stopped ("/disk/garbage", test_garbage);
  fixture_add_stopped ("/disk/garbage/config", test_garbage_config);
}

int
main (int argc, char **argv)
{
  enter_own_mounts ();
  return fixture_main (argc, argv, add_tests);
}
