// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <glib/gi18n.h>

#include "gsnet-words-chart.h"

char *
gsnet_words_chart_counts (guint64 allowed, guint64 denied, guint64 asked)
{
  g_autofree char *first = g_strdup_printf ("%" G_GUINT64_FORMAT, allowed);
  g_autofree char *second = g_strdup_printf ("%" G_GUINT64_FORMAT, denied);
  g_autofree char *third = g_strdup_printf ("%" G_GUINT64_FORMAT, asked);

  /* Translators: three numbers of network calls */
  return g_strdup_printf (_ ("%s allowed, %s denied, %s asked about"), first, second, third);
}

static char *
format (gint64 time, const char *how)
{
  g_autoptr (GDateTime) when = g_date_time_new_from_unix_local (time / G_USEC_PER_SEC);

  return when ? g_date_time_format (when, how) : g_strdup ("");
}

char *
gsnet_words_chart_bar (gint64 since, gint64 until, guint64 allowed, guint64 denied, guint64 asked)
{
  g_autofree char *counts = gsnet_words_chart_counts (allowed, denied, asked);
  g_autofree char *begin = format (since, _ ("%a %H:%M"));
  g_autofree char *end = format (until, _ ("%H:%M"));

  /* Translators: a time from and to, then numbers */
  return g_strdup_printf (_ ("%s to %s: %s"), begin, end, counts);
}

char *
gsnet_words_chart_time (gint64 time, gint64 width)
{
  /* Translators: a day of the week and an hour, as short as can be, see strftime */
  return format (time, width < G_TIME_SPAN_HOUR ? _ ("%H:%M") : _ ("%a %H:%M"));
}
