/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snetd-week.h"

#include <string.h>

#define DAY_MINUTES (24 * 60)
#define DAYS        7

struct SnetdWeek
{
  char *text;
  guint8 minutes[SNETD_WEEK_MINUTES / 8]; /* a bit each */
};

static const char *const day_words[DAYS] = { "mon", "tue", "wed", "thu", "fri", "sat", "sun" };

static gboolean
refuse (const char *part, GError **error)
{
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
               "“%s” is not a time of the week, such as “mon-fri 08:00-18:00” or “sat-sun”", part);
  return FALSE;
}

static gboolean
read_day (const char *word, guint *ret_day)
{
  for (guint day = 0; day < DAYS; day++)
    {
      if (g_str_equal (day_words[day], word))
        {
          *ret_day = day;
          return TRUE;
        }
    }
  return FALSE;
}

/* "fri" or "fri-mon": that many days from the first. */
static gboolean
read_days (const char *text, guint *ret_first, guint *ret_count)
{
  g_auto (GStrv) words = g_strsplit (text, "-", 2);
  guint last;

  if (words[0] == NULL || !read_day (words[0], ret_first))
    return FALSE;
  if (words[1] == NULL)
    last = *ret_first;
  else if (!read_day (words[1], &last))
    return FALSE;
  *ret_count = (last + DAYS - *ret_first) % DAYS + 1;
  return TRUE;
}

/* "08:00"; 24:00 is the end of the day. */
static gboolean
read_clock (const char *text, guint *ret_minute)
{
  if (strlen (text) != 5 || !g_ascii_isdigit (text[0]) || !g_ascii_isdigit (text[1]) ||
      text[2] != ':' || !g_ascii_isdigit (text[3]) || !g_ascii_isdigit (text[4]) || text[3] > '5')
    return FALSE;

  *ret_minute = ((text[0] - '0') * 10 + text[1] - '0') * 60 + (text[3] - '0') * 10 + text[4] - '0';
  return *ret_minute <= DAY_MINUTES;
}

static gboolean
read_hours (const char *text, guint *ret_begin, guint *ret_count)
{
  g_auto (GStrv) words = g_strsplit (text, "-", 2);
  guint end;

  if (words[0] == NULL || words[1] == NULL || !read_clock (words[0], ret_begin) ||
      !read_clock (words[1], &end) || *ret_begin == end || *ret_begin == DAY_MINUTES)
    return FALSE;
  *ret_count = end > *ret_begin ? end - *ret_begin : end + DAY_MINUTES - *ret_begin;
  return TRUE;
}

static void
add_span (SnetdWeek *week, guint begin, guint count)
{
  for (guint i = 0; i < count; i++)
    {
      guint minute = (begin + i) % SNETD_WEEK_MINUTES;

      week->minutes[minute / 8] |= 1u << (minute % 8);
    }
}

/* Days, hours, or days and then hours. */
static gboolean
add_part (SnetdWeek *week, const char *part, GError **error)
{
  g_auto (GStrv) words = g_strsplit (part, " ", -1);
  guint n = g_strv_length (words);
  guint first = 0, days = DAYS, begin = 0, count = DAY_MINUTES;
  gboolean ok;

  if (n == 2)
    ok = read_days (words[0], &first, &days) && read_hours (words[1], &begin, &count);
  else
    ok = n == 1 && (read_days (words[0], &first, &days) || read_hours (words[0], &begin, &count));
  if (!ok)
    return refuse (part, error);

  for (guint day = first; day < first + days; day++)
    add_span (week, day * DAY_MINUTES + begin, count);
  return TRUE;
}

/* One space between words, and none at the ends. */
static char *
tidy (const char *text)
{
  g_auto (GStrv) words = g_strsplit_set (text, " \t\n", -1);
  GString *tidied = g_string_new (NULL);

  for (char **word = words; *word != NULL; word++)
    {
      if (**word != '\0')
        g_string_append_printf (tidied, "%s%s", tidied->len > 0 ? " " : "", *word);
    }
  g_string_ascii_down (tidied);
  return g_string_free (tidied, FALSE);
}

SnetdWeek *
snetd_week_parse (const char *text, GError **error)
{
  g_autoptr (SnetdWeek) week = g_new0 (SnetdWeek, 1);
  g_auto (GStrv) parts = g_strsplit (text, ",", -1);

  if (parts[0] == NULL)
    {
      refuse (text, error);
      return NULL;
    }
  for (char **part = parts; *part != NULL; part++)
    {
      char *tidied = tidy (*part);

      g_free (*part);
      *part = tidied;
      if (!add_part (week, tidied, error))
        return NULL;
    }
  week->text = g_strjoinv (", ", parts);
  return g_steal_pointer (&week);
}

SnetdWeek *
snetd_week_copy (const SnetdWeek *week)
{
  SnetdWeek *copy = g_memdup2 (week, sizeof *week);

  copy->text = g_strdup (week->text);
  return copy;
}

void
snetd_week_free (SnetdWeek *week)
{
  g_free (week->text);
  g_free (week);
}

char *
snetd_week_to_string (const SnetdWeek *week)
{
  return g_strdup (week->text);
}

gboolean
snetd_week_contains (const SnetdWeek *week, guint minute)
{
  return week->minutes[minute / 8] >> (minute % 8) & 1;
}

guint
snetd_week_until_change (const SnetdWeek *week, guint minute)
{
  gboolean now = snetd_week_contains (week, minute);
  guint until = 1;

  while (until < SNETD_WEEK_MINUTES &&
         snetd_week_contains (week, (minute + until) % SNETD_WEEK_MINUTES) == now)
    until++;
  return until;
}

guint
snetd_week_minute (gint64 real_time)
{
  g_autoptr (GDateTime) utc = g_date_time_new_from_unix_utc (real_time / G_USEC_PER_SEC);
  g_autoptr (GDateTime) local = utc != NULL ? g_date_time_to_local (utc) : NULL;

  g_return_val_if_fail (local != NULL, 0);
  return (g_date_time_get_day_of_week (local) - 1) * DAY_MINUTES +
         g_date_time_get_hour (local) * 60 + g_date_time_get_minute (local);
}
