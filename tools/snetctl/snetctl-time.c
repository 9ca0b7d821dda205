// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <glib/gi18n.h>
#include <string.h>

#include "snetctl-time.h"

#define MINUTE 60
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)
#define WEEK   (7 * DAY)

static const struct
{
  const char *names; /* with spaces around each */
  guint seconds;
} units[] = {
  { " s sec secs second seconds ", 1 }, { " m min mins minute minutes ", MINUTE },
  { " h hr hrs hour hours ", HOUR },    { " d day days ", DAY },
  { " w week weeks ", WEEK },
};

static gboolean
is_unit (const char *names, const char *name, gsize length)
{
  g_autofree char *word = g_strdup_printf (" %.*s ", (int)length, name);

  return strstr (names, word) != NULL;
}

/* One part, such as "15min" or "2 hours"; FALSE: it is none. Without a unit it is in seconds. */
static gboolean
take_part (const char **text, guint64 *seconds)
{
  const char *at = *text;
  guint64 number = 0;
  const char *word;
  gsize length;

  if (!g_ascii_isdigit (*at))
    return FALSE;
  for (; g_ascii_isdigit (*at); at++)
    {
      number = number * 10 + (guint64)g_ascii_digit_value (*at);
      if (number > G_MAXUINT32)
        return FALSE;
    }
  word = at + strspn (at, " ");
  length = strspn (word, "abcdefghijklmnopqrstuvwxyz");
  *text = length > 0 ? word + length : at;
  if (length == 0)
    {
      *seconds += number;
      return TRUE;
    }
  for (guint i = 0; i < G_N_ELEMENTS (units); i++)
    if (is_unit (units[i].names, word, length))
      {
        *seconds += number * units[i].seconds;
        return TRUE;
      }
  return FALSE;
}

static gboolean
parse_length (const char *text, guint32 *ret_seconds)
{
  guint64 seconds = 0;

  text += strspn (text, " ");
  if (!*text)
    return FALSE;
  while (*text)
    {
      if (!take_part (&text, &seconds) || seconds > G_MAXUINT32)
        return FALSE;
      text += strspn (text, " ");
    }
  *ret_seconds = (guint32)seconds;
  return TRUE;
}

gboolean
snetctl_time_parse_duration (const char *text, guint32 *ret_seconds, GError **error)
{
  if (parse_length (text, ret_seconds) && *ret_seconds > 0)
    return TRUE;
  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
               _ ("“%s” is no length of time, such as 90s, 15min, 2h or 1d"), text);
  return FALSE;
}

/* "-15min", "+1h", "2 hours ago". */
static gboolean
parse_relative (const char *text, gint64 now, gint64 *ret_time)
{
  g_autofree char *length = NULL;
  gint64 sign = *text == '+' ? 1 : -1;
  guint32 seconds;

  if (*text == '+' || *text == '-')
    length = g_strdup (text + 1);
  else if (g_str_has_suffix (text, " ago"))
    length = g_strndup (text, strlen (text) - strlen (" ago"));
  else
    return FALSE;
  if (!parse_length (length, &seconds))
    return FALSE;
  *ret_time = now + sign * (gint64)seconds * G_USEC_PER_SEC;
  return TRUE;
}

static gint64
to_microseconds (GDateTime *when)
{
  return g_date_time_to_unix (when) * G_USEC_PER_SEC + g_date_time_get_microsecond (when);
}

static gboolean
parse_word (const char *text, gint64 now, gint64 *ret_time)
{
  static const char *const words[] = { "yesterday", "today", "tomorrow" };
  g_autoptr (GDateTime) here = g_date_time_new_from_unix_local (now / G_USEC_PER_SEC);

  if (g_str_equal (text, "now"))
    {
      *ret_time = now;
      return TRUE;
    }
  for (int i = 0; i < (int)G_N_ELEMENTS (words); i++)
    if (g_str_equal (text, words[i]))
      {
        g_autoptr (GDateTime) day = g_date_time_add_days (here, i - 1);
        g_autoptr (GDateTime) begin =
          g_date_time_new_local (g_date_time_get_year (day), g_date_time_get_month (day),
                                 g_date_time_get_day_of_month (day), 0, 0, 0);

        *ret_time = to_microseconds (begin);
        return TRUE;
      }
  return FALSE;
}

/* Seconds, and a part of one. */
static gboolean
parse_epoch (const char *text, gint64 *ret_time)
{
  char *end;
  double seconds;

  if (*text != '@' || !g_ascii_isdigit (text[1]))
    return FALSE;
  seconds = g_ascii_strtod (text + 1, &end);
  if (*end || seconds > 1e11)
    return FALSE;
  *ret_time = (gint64)(seconds * G_USEC_PER_SEC);
  return TRUE;
}

/* What may be left out of RFC 3339: the day, the time, its seconds, the zone; and its T. */
static char *
complete (const char *text, gint64 now)
{
  g_autoptr (GDateTime) here = g_date_time_new_from_unix_local (now / G_USEC_PER_SEC);
  g_autoptr (GRegex) parts =
    g_regex_new ("^(?:(\\d{4}-\\d\\d-\\d\\d)(?:[T ]|$))?(?:(\\d\\d:\\d\\d)(:\\d\\d(?:\\.\\d+)?)?)?"
                 " ?(Z|UTC|[+-]\\d\\d(?::?\\d\\d)?)?$",
                 0, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;
  g_autofree char *day = NULL;
  g_autofree char *time = NULL;
  g_autofree char *seconds = NULL;
  g_autofree char *zone = NULL;

  if (!*text || !g_regex_match (parts, text, 0, &match))
    return NULL;
  day = g_match_info_fetch (match, 1);
  time = g_match_info_fetch (match, 2);
  seconds = g_match_info_fetch (match, 3);
  zone = g_match_info_fetch (match, 4);
  if ((!day || !*day) && (!time || !*time))
    return NULL;
  if (!day || !*day)
    {
      g_free (day);
      day = g_date_time_format (here, "%Y-%m-%d");
    }
  return g_strdup_printf ("%sT%s%s%s", day, time && *time ? time : "00:00",
                          seconds && *seconds ? seconds : ":00",
                          !zone                       ? ""
                          : g_str_equal (zone, "UTC") ? "Z"
                                                      : zone);
}

gboolean
snetctl_time_parse (const char *text, gint64 now, gint64 *ret_time, GError **error)
{
  g_autofree char *full = NULL;
  g_autoptr (GTimeZone) local = g_time_zone_new_local ();
  g_autoptr (GDateTime) when = NULL;

  if (parse_word (text, now, ret_time) || parse_relative (text, now, ret_time) ||
      parse_epoch (text, ret_time))
    return TRUE;
  full = complete (text, now);
  when = full ? g_date_time_new_from_iso8601 (full, local) : NULL;
  if (!when)
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                   _ ("“%s” is no time, such as today, “2 hours ago”, 14:00 or “2026-07-01 14:00”"),
                   text);
      return FALSE;
    }
  *ret_time = to_microseconds (when);
  return TRUE;
}

char *
snetctl_time_short (gint64 microseconds)
{
  guint seconds = (guint)CLAMP (microseconds / G_USEC_PER_SEC, 0, G_MAXUINT32);

  if (seconds < 2 * MINUTE)
    return g_strdup_printf (_ ("%u s"), seconds);
  if (seconds < 2 * HOUR)
    return g_strdup_printf (_ ("%u min"), seconds / MINUTE);
  if (seconds < 2 * DAY)
    return g_strdup_printf (_ ("%u h"), seconds / HOUR);
  return g_strdup_printf (_ ("%u d"), seconds / DAY);
}
