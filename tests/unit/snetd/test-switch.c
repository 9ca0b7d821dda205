/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The mode in force: on disk, for a time, and what becomes of a file that makes no sense. */
#include <glib/gstdio.h>
#include <locale.h>
#include <string.h>

#include "snetd-alarm.h"
#include "snetd-error.h"
#include "snetd-switch.h"

#define BOOT  "0c9cf1a9-36f1-4b55-9b0d-7d7b3a8a1f10"
#define OTHER "a0f0a3c8-0000-4b55-9b0d-7d7b3a8a1f10"

static const SnetdSpan lasting = { 0 };
static GString *warnings;

typedef struct
{
  char *directory;
  char *path;
  guint changes;
} Fixture;

static GLogWriterOutput
keep_warning (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer data)
{
  for (gsize i = 0; i < n_fields; i++)
    {
      if (level == G_LOG_LEVEL_WARNING && g_str_equal (fields[i].key, "MESSAGE"))
        g_string_append_printf (warnings, "%s\n", (const char *)fields[i].value);
    }
  return G_LOG_WRITER_HANDLED;
}

static void
set_up (Fixture *fixture, gconstpointer unused)
{
  fixture->directory = g_dir_make_tmp ("snetd-XXXXXX", NULL);
  fixture->path = g_build_filename (fixture->directory, "mode", NULL);
  g_string_truncate (warnings, 0);
}

static void
tear_down (Fixture *fixture, gconstpointer unused)
{
  g_unlink (fixture->path);
  g_assert_cmpint (g_rmdir (fixture->directory), ==, 0);
  g_free (fixture->directory);
  g_free (fixture->path);
}

static void
changed_cb (SnetdSwitch *mode, Fixture *fixture)
{
  fixture->changes++;
}

static SnetdSwitch *
open_switch (Fixture *fixture, const char *boot_id)
{
  SnetdSwitch *mode = snetd_switch_new (fixture->path, boot_id);

  g_signal_connect (mode, "changed", G_CALLBACK (changed_cb), fixture);
  return mode;
}

static void
check (SnetdSwitch *mode, SnetdMode now, SnetdMode next, gboolean ends)
{
  g_assert_cmpint (snetd_switch_get_mode (mode), ==, now);
  g_assert_cmpint (snetd_switch_get_next (mode), ==, next);
  g_assert_cmpint (snetd_switch_get_until (mode) != 0, ==, ends);
  g_assert_cmpint (snetd_switch_get_seconds_left (mode) != G_MAXUINT32, ==, ends);
}

/* Until something is said it asks, and a restart changes nothing. */
static void
test_lasting (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (SnetdSwitch) mode = open_switch (fixture, BOOT);
  g_autoptr (GError) error = NULL;
  GStatBuf status;

  check (mode, SNETD_MODE_ASK, SNETD_MODE_ASK, FALSE);
  g_assert_false (g_file_test (fixture->path, G_FILE_TEST_EXISTS));
  for (int i = SNETD_MODE_OFF; i >= SNETD_MODE_ASK; i--)
    {
      g_assert_true (snetd_switch_set (mode, i, &lasting, &error));
      g_assert_no_error (error);
      check (mode, i, i, FALSE);
      g_object_unref (mode);
      mode = open_switch (fixture, i % 2 == 0 ? OTHER : BOOT);
      check (mode, i, i, FALSE);
    }
  g_assert_cmpuint (fixture->changes, ==, 4);
  g_assert_cmpint (g_stat (fixture->path, &status), ==, 0);
  g_assert_cmpint (status.st_mode & 0777, ==, 0600);
  g_assert_cmpstr (warnings->str, ==, "");
}

/* For a time, also after a restart of snetd, and of the machine. */
static void
test_span (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (SnetdSwitch) mode = open_switch (fixture, BOOT);
  const SnetdSpan hours = { .duration = 7200 };
  const SnetdSpan day = { .until = g_get_real_time () + G_TIME_SPAN_DAY };
  gint64 until;

  g_assert_true (snetd_switch_set (mode, SNETD_MODE_LOCKDOWN, &lasting, NULL));
  g_assert_true (snetd_switch_set (mode, SNETD_MODE_OFF, &hours, NULL));
  check (mode, SNETD_MODE_OFF, SNETD_MODE_LOCKDOWN, TRUE);
  until = snetd_switch_get_until (mode);
  g_assert_cmpint (ABS (until - g_get_real_time () - 2 * G_TIME_SPAN_HOUR), <, G_TIME_SPAN_MINUTE);
  g_assert_cmpuint (snetd_switch_get_seconds_left (mode), <=, 7200);
  for (guint i = 0; i < 2; i++)
    {
      g_object_unref (mode);
      mode = open_switch (fixture, i == 0 ? BOOT : OTHER);
      check (mode, SNETD_MODE_OFF, SNETD_MODE_LOCKDOWN, TRUE);
      g_assert_cmpint (snetd_switch_get_until (mode), ==, until);
      g_assert_cmpuint (snetd_switch_get_seconds_left (mode), <=, 7200);
      g_assert_cmpuint (snetd_switch_get_seconds_left (mode), >, 7000);
    }

  /* One in place of another: the one that lasts is still the one that was to last. */
  g_assert_true (snetd_switch_set (mode, SNETD_MODE_MONITOR, &day, NULL));
  check (mode, SNETD_MODE_MONITOR, SNETD_MODE_LOCKDOWN, TRUE);
  g_assert_cmpint (snetd_switch_get_until (mode), ==, day.until);
  g_assert_true (snetd_switch_set (mode, SNETD_MODE_ASK, &lasting, NULL));
  check (mode, SNETD_MODE_ASK, SNETD_MODE_ASK, FALSE);
}

static gboolean
give_up (gpointer unused)
{
  g_error ("the mode did not end");
  return G_SOURCE_REMOVE;
}

static void
wait_for_change (Fixture *fixture)
{
  const guint before = fixture->changes;
  guint bound = g_timeout_add_seconds (30, give_up, NULL);

  while (fixture->changes == before)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (bound);
  g_assert_cmpuint (fixture->changes, ==, before + 1);
}

/* It ends by itself, by either clock, and on disk, too. */
static void
test_end (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (SnetdSwitch) mode = open_switch (fixture, BOOT);
  const SnetdSpan spans[] = {
    { .duration = 1 },
    { .until = g_get_real_time () + G_USEC_PER_SEC },
    { .until = g_get_real_time () - G_TIME_SPAN_DAY },
  };

  g_assert_true (snetd_switch_set (mode, SNETD_MODE_MONITOR, &lasting, NULL));
  for (gsize i = 0; i < G_N_ELEMENTS (spans); i++)
    {
      g_assert_true (snetd_switch_set (mode, SNETD_MODE_OFF, &spans[i], NULL));
      check (mode, SNETD_MODE_OFF, SNETD_MODE_MONITOR, TRUE);
      wait_for_change (fixture);
      check (mode, SNETD_MODE_MONITOR, SNETD_MODE_MONITOR, FALSE);
      g_object_unref (mode);
      mode = open_switch (fixture, BOOT);
      check (mode, SNETD_MODE_MONITOR, SNETD_MODE_MONITOR, FALSE);
    }
  g_assert_cmpstr (warnings->str, ==, "");
}

typedef struct
{
  const char *text;
  SnetdMode mode;
  gboolean ends;
  gboolean warns;
} Case;

#define FAR  "9000000000000000"
#define PAST "1000000000000000"

static const Case cases[] = {
  { "[Mode]\nLasting=monitor\n", SNETD_MODE_MONITOR, FALSE, FALSE },
  { "[Mode]\nLasting=monitor\nMode=off\nUntil=" FAR "\n", SNETD_MODE_OFF, TRUE, FALSE },
  { "[Mode]\nLasting=monitor\nMode=off\nUntil=" PAST "\n", SNETD_MODE_MONITOR, FALSE, FALSE },
  /* The clock of another boot says nothing, that of this one all. */
  { "[Mode]\nLasting=monitor\nMode=off\nUntil=" FAR "\nUntilOfBoot=1\nBoot=" OTHER "\n",
    SNETD_MODE_OFF, TRUE, FALSE },
  { "[Mode]\nLasting=monitor\nMode=off\nUntil=" FAR "\nUntilOfBoot=1\nBoot=" BOOT "\n",
    SNETD_MODE_MONITOR, FALSE, FALSE },
  { "[Mode]\nLasting=monitor\nMode=off\nUntil=" PAST "\nUntilOfBoot=" FAR "\nBoot=" BOOT "\n",
    SNETD_MODE_OFF, TRUE, FALSE },
  /* What is wrong opens nothing. */
  { "", SNETD_MODE_ASK, FALSE, TRUE },
  { "[Mode]\n", SNETD_MODE_ASK, FALSE, TRUE },
  { "[Mode]\nLasting=of", SNETD_MODE_ASK, FALSE, TRUE },
  { "[Mode]\nLasting=quarantine\n", SNETD_MODE_ASK, FALSE, TRUE },
  { "[Mode]\nLasting=off\nMode=quarantine\nUntil=" FAR "\n", SNETD_MODE_ASK, FALSE, TRUE },
  { "[Mode]\nLasting=monitor\nMode=off\n", SNETD_MODE_ASK, FALSE, TRUE },
  { "[Mode]\nLasting=monitor\nMode=off\nUntil=soon\n", SNETD_MODE_ASK, FALSE, TRUE },
  { "[Mode]\nLasting=monitor\nMode=off\nUntil=-5\n", SNETD_MODE_ASK, FALSE, TRUE },
  { "\001\002\003", SNETD_MODE_ASK, FALSE, TRUE },
};

static void
test_file (gconstpointer data)
{
  const Case *test = data;
  Fixture fixture = { 0 };

  set_up (&fixture, NULL);
  g_assert_true (g_file_set_contents (fixture.path, test->text, -1, NULL));
  {
    g_autoptr (SnetdSwitch) mode = open_switch (&fixture, BOOT);

    check (mode, test->mode, test->ends ? SNETD_MODE_MONITOR : test->mode, test->ends);
    g_assert_cmpint (warnings->len > 0, ==, test->warns);
    if (test->warns)
      g_assert_nonnull (strstr (warnings->str, fixture.path));
    /* It can be used all the same. */
    g_assert_true (snetd_switch_set (mode, SNETD_MODE_LOCKDOWN, &lasting, NULL));
  }
  tear_down (&fixture, NULL);
}

/* What cannot be kept is not done. */
static void
test_unwritable (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *nowhere = g_build_filename (fixture->directory, "no", "mode", NULL);
  g_autoptr (SnetdSwitch) mode = snetd_switch_new (nowhere, BOOT);
  g_autoptr (GError) error = NULL;

  g_assert_false (snetd_switch_set (mode, SNETD_MODE_OFF, &lasting, &error));
  g_assert_error (error, SNETD_ERROR, SNETD_ERROR_STORE_FAILED);
  check (mode, SNETD_MODE_ASK, SNETD_MODE_ASK, FALSE);
}

/* But what is over ends, whatever the disk says. */
static void
test_end_unwritable (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (SnetdSwitch) mode = open_switch (fixture, BOOT);
  const SnetdSpan second = { .duration = 1 };

  g_assert_true (snetd_switch_set (mode, SNETD_MODE_OFF, &second, NULL));
  g_assert_no_errno (g_unlink (fixture->path));
  g_assert_no_errno (g_mkdir (fixture->path, 0700));
  wait_for_change (fixture);
  check (mode, SNETD_MODE_ASK, SNETD_MODE_ASK, FALSE);
  g_assert_nonnull (strstr (warnings->str, "The mode cannot be kept"));
  g_assert_no_errno (g_rmdir (fixture->path));
}

int
main (int argc, char **argv)
{
  setlocale (LC_ALL, "C.UTF-8");
  g_test_init (&argc, &argv, NULL);
  g_log_set_always_fatal (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL);
  warnings = g_string_new (NULL);
  g_log_set_writer_func (keep_warning, NULL, NULL);

#define ADD(name, function) g_test_add (name, Fixture, NULL, set_up, function, tear_down)
  ADD ("/switch/lasting", test_lasting);
  ADD ("/switch/span", test_span);
  ADD ("/switch/end", test_end);
  ADD ("/switch/unwritable", test_unwritable);
  ADD ("/switch/end-unwritable", test_end_unwritable);
#undef ADD
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strdup_printf ("/switch/file/%" G_GSIZE_FORMAT, i);

      g_test_add_data_func (path, &cases[i], test_file);
    }
  return g_test_run ();
}
