/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Times as people type them. */
#include "snetctl-time.h"

/* Wednesday, 1 July 2026, 12:30:15 in Berlin. */
#define NOW (G_GINT64_CONSTANT (1782901815) * G_USEC_PER_SEC)

static void
test_durations (void)
{
  static const struct
  {
    const char *text;
    guint32 seconds;
  } good[] = {
    { "1", 1 },
    { "90", 90 },
    { "90s", 90 },
    { "15min", 900 },
    { "15 minutes", 900 },
    { "2h30m", 9000 },
    { "2h 30m", 9000 },
    { "1d", 86400 },
    { "1 week 1s", 604801 },
    { "1h 1m 1s", 3661 },
    { "4294967295", G_MAXUINT32 },
  };
  static const char *const bad[] = { "",
                                     " ",
                                     "0",
                                     "-1",
                                     "1x",
                                     "m",
                                     "1.5h",
                                     "1 y",
                                     "15minx",
                                     "0s",
                                     "4294967296",
                                     "99999w",
                                     "1h -1m",
                                     "1h,2m",
                                     "١",
                                     "1\xc2\xa0s",
                                     "9999999999999999999999" };

  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_autoptr (GError) error = NULL;
      guint32 seconds;

      g_assert_true (snetctl_time_parse_duration (good[i].text, &seconds, &error));
      g_assert_cmpuint (seconds, ==, good[i].seconds);
    }
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;
      guint32 seconds;

      g_assert_false (snetctl_time_parse_duration (bad[i], &seconds, &error));
      g_assert_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE);
    }
}

static void
check_time (const char *text, const char *utc)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GDateTime) when = NULL;
  g_autofree char *shown = NULL;
  gint64 time;

  snetctl_time_parse (text, NOW, &time, &error);
  g_assert_no_error (error);
  when = g_date_time_new_from_unix_utc (time / G_USEC_PER_SEC);
  shown = g_date_time_format (when, "%Y-%m-%d %H:%M:%S");
  g_test_message ("%s", text);
  g_assert_cmpstr (shown, ==, utc);
}

static void
test_times (void)
{
  static const char *const bad[] = {
    "",         "soon",         "25:00",  "2026-13-01", "2026-07-01 12",
    "-",        "+x",           "ago",    "1 ago ago",  "@",
    "@x",       "@1e30",        "12",     "12:61",      "Today",
    "2026-7-1", "12:00:00 CET", "today\n"
  };
  gint64 time;

  check_time ("now", "2026-07-01 10:30:15");
  check_time ("today", "2026-06-30 22:00:00");
  check_time ("yesterday", "2026-06-29 22:00:00");
  check_time ("tomorrow", "2026-07-01 22:00:00");
  check_time ("2 hours ago", "2026-07-01 08:30:15");
  check_time ("-15min", "2026-07-01 10:15:15");
  check_time ("+1h", "2026-07-01 11:30:15");
  check_time ("14:00", "2026-07-01 12:00:00");
  check_time ("14:00:01", "2026-07-01 12:00:01");
  check_time ("2026-07-01", "2026-06-30 22:00:00");
  check_time ("2026-01-01", "2025-12-31 23:00:00");
  check_time ("2026-07-01 14:00", "2026-07-01 12:00:00");
  check_time ("2026-07-01 14:00:05 UTC", "2026-07-01 14:00:05");
  check_time ("2026-07-01T14:00:05Z", "2026-07-01 14:00:05");
  check_time ("2026-07-01T14:00:05.25+02:00", "2026-07-01 12:00:05");
  check_time ("@1700000000", "2023-11-14 22:13:20");

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_test_message ("“%s”", bad[i]);
      g_assert_false (snetctl_time_parse (bad[i], NOW, &time, &error));
      g_assert_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE);
    }
}

/* The day on which clocks were set has 23 hours. */
static void
test_summer_time (void)
{
  g_autoptr (GError) error = NULL;
  const gint64 now =
    G_GINT64_CONSTANT (1774822800) * G_USEC_PER_SEC; /* 29 March 2026, 23:20 UTC: the 30th there */
  gint64 time;

  g_assert_true (snetctl_time_parse ("yesterday", now, &time, &error));
  g_assert_cmpint (time / G_USEC_PER_SEC, ==, 1774738800);
  g_assert_true (snetctl_time_parse ("today", now, &time, &error));
  g_assert_cmpint (time / G_USEC_PER_SEC, ==, 1774738800 + 23 * 3600);
}

static void
check_short (gint64 seconds, const char *text)
{
  g_autofree char *shown = snetctl_time_short (seconds * G_USEC_PER_SEC);

  g_assert_cmpstr (shown, ==, text);
}

static void
test_short (void)
{
  check_short (-5, "0 s");
  check_short (119, "119 s");
  check_short (120, "2 min");
  check_short (7200, "2 h");
  check_short (3 * 86400, "3 d");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/time/durations", test_durations);
  g_test_add_func ("/time/times", test_times);
  g_test_add_func ("/time/summer-time", test_summer_time);
  g_test_add_func ("/time/short", test_short);
  return g_test_run ();
}
