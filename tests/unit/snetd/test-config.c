/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What snetd.conf may say, and what becomes of the rest. */
#include <glib/gstdio.h>
#include <locale.h>
#include <string.h>

#include "snetd-config.h"

typedef struct
{
  const char *file; /* NULL: there is none */
  SnetdConfig config;
  guint wrong;
  const char *warns[3]; /* all in one warning, in any order */
} Case;

static GString *warnings;

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
keep_log (const char *domain, GLogLevelFlags level, const char *message, gpointer data)
{
  g_string_append_printf (warnings, "%s\n", message);
}

static const Case cases[] = {
  { NULL, { 0, -1, { 100000, 90 }, 0, FALSE }, 0, { NULL } },
  { "", { 0, -1, { 100000, 90 }, 0, FALSE }, 0, { NULL } },
  { "[Verdict]\nDelay=30\nPolicy=deny\n[Journal]\nMaximumEvents=5000\n",
    { 30, SNET_VERDICT_DENY, { 5000, 90 }, 0, FALSE },
    0,
    { NULL } },
  { "[Names]\nReverseLookup=yes\n", { 0, -1, { 100000, 90 }, 0, TRUE }, 0, { NULL } },
  { "[Names]\nReverseLookup=perhaps\n",
    { 0, -1, { 100000, 90 }, 0, FALSE },
    1,
    { "[Names] ReverseLookup=perhaps", "no or yes" } },
  { "[Verdict]\nPolicy = allow \n",
    { 0, SNET_VERDICT_ALLOW, { 100000, 90 }, 0, FALSE },
    0,
    { NULL } },
  { "[Verdict]\nDelay=86400\n", { 86400, -1, { 100000, 90 }, 0, FALSE }, 0, { NULL } },
  { "[Verdict]\nDelay=0\n",
    { 0, -1, { 100000, 90 }, 0, FALSE },
    1,
    { "[Verdict] Delay=0", "1 to 86400" } },
  { "[Verdict]\nDelay=86401\n",
    { 0, -1, { 100000, 90 }, 0, FALSE },
    1,
    { "[Verdict] Delay=86401" } },
  { "[Verdict]\nDelay=soon\nPolicy=deny\n",
    { 0, SNET_VERDICT_DENY, { 100000, 90 }, 0, FALSE },
    1,
    { "[Verdict] Delay=soon" } },
  { "[Verdict]\nPolicy=maybe\n",
    { 0, -1, { 100000, 90 }, 0, FALSE },
    1,
    { "Policy=maybe", "allow or deny" } },
  { "[Journal]\nMaximumEvents=-5\n",
    { 0, -1, { 100000, 90 }, 0, FALSE },
    1,
    { "MaximumEvents=-5", "100 to" } },
  { "[Journal]\nMaximumAgeDays=7\n", { 0, -1, { 100000, 7 }, 0, FALSE }, 0, { NULL } },
  { "[Journal]\nMaximumAgeDays=0\n",
    { 0, -1, { 100000, 90 }, 0, FALSE },
    1,
    { "MaximumAgeDays=0", "1 to 36500" } },
  { "[Prompts]\nAskWithoutAgent=wait\n",
    { 0, -1, { 100000, 90 }, SNETD_WITHOUT_AGENT_WAIT, FALSE },
    0,
    { NULL } },
  { "[Prompts]\nAskWithoutAgent=no\n",
    { 0, -1, { 100000, 90 }, 0, FALSE },
    1,
    { "=no", "policy or wait" } },
  { "[Verdict]\nColour=red\n", { 0, -1, { 100000, 90 }, 0, FALSE }, 1, { "[Verdict] Colour" } },
  { "[Other]\nDelay=5\n", { 0, -1, { 100000, 90 }, 0, FALSE }, 1, { "[Other] Delay" } },
  { "Delay=5\n", { 0, -1, { 100000, 90 }, 0, FALSE }, 1, { "is ignored" } },
};

static void
test_file (gconstpointer data)
{
  const Case *test = data;
  g_autofree char *directory = g_dir_make_tmp ("snetd-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (directory, "snetd.conf", NULL);
  SnetdConfig config;
  guint wrong;

  if (test->file != NULL)
    g_assert_true (g_file_set_contents (path, test->file, -1, NULL));

  g_string_truncate (warnings, 0);
  snetd_config_init (&config);
  wrong = snetd_config_load (&config, path);

  g_assert_cmpuint (wrong, ==, test->wrong);
  g_assert_cmpuint (config.delay, ==, test->config.delay);
  g_assert_cmpint (config.without_agent, ==, test->config.without_agent);
  g_assert_cmpint (config.reverse, ==, test->config.reverse);
  g_assert_cmpint (config.policy, ==, test->config.policy);
  g_assert_cmpuint (config.retention.events, ==, test->config.retention.events);
  g_assert_cmpuint (config.retention.days, ==, test->config.retention.days);
  g_assert_cmpint (wrong > 0, ==, warnings->len > 0);
  if (wrong > 0)
    g_assert_nonnull (strstr (warnings->str, path));
  for (gsize i = 0; test->warns[i] != NULL; i++)
    g_assert_nonnull (strstr (warnings->str, test->warns[i]));

  g_unlink (path);
  g_rmdir (directory);
}

/* The file that is installed says nothing wrong, and nothing but defaults. */
static void
test_installed (void)
{
  g_autofree char *text = NULL;
  g_autofree char *directory = g_dir_make_tmp ("snetd-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (directory, "snetd.conf", NULL);
  g_auto (GStrv) lines = NULL;
  SnetdConfig config, defaults;

  snetd_config_init (&defaults);
  snetd_config_init (&config);
  g_assert_cmpuint (snetd_config_load (&config, SNET_TEST_DATA "/snetd.conf"), ==, 0);
  g_assert_cmpint (config.policy, ==, defaults.policy);

  /* And what it offers in comments can be used. */
  g_assert_true (g_file_get_contents (SNET_TEST_DATA "/snetd.conf", &text, NULL, NULL));
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      if (lines[i][0] == '#' && g_ascii_isupper (lines[i][1]))
        lines[i][0] = ' ';
    }
  g_free (text);
  text = g_strjoinv ("\n", lines);
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  g_assert_cmpuint (snetd_config_load (&config, path), ==, 0);
  g_assert_cmpuint (config.delay, ==, 60);
  g_assert_cmpint (config.policy, ==, SNET_VERDICT_ALLOW);
  g_assert_cmpuint (config.retention.events, ==, defaults.retention.events);
  g_assert_cmpuint (config.retention.days, ==, defaults.retention.days);

  g_unlink (path);
  g_rmdir (directory);
}

int
main (int argc, char **argv)
{
  setlocale (LC_ALL, "C.UTF-8");
  g_test_init (&argc, &argv, NULL);
  g_log_set_always_fatal (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL);
  warnings = g_string_new (NULL);
  g_log_set_default_handler (keep_log, NULL);
  g_log_set_writer_func (keep_warning, NULL, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strdup_printf ("/config/file/%" G_GSIZE_FORMAT, i);

      g_test_add_data_func (path, &cases[i], test_file);
    }
  g_test_add_func ("/config/installed", test_installed);

  return g_test_run ();
}
