// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <glib/gi18n.h>

#include "gsnet-statistics.h"

static const struct
{
  const char *group; /* a{st} within; NULL: none */
  const char *key;
  const char *title;
  const char *subtitle;
  gboolean failure;
} known[] = {
  { NULL, "rules", N_ ("Rules"), N_ ("Of all users and of the system"), FALSE },
  { NULL, "events", N_ ("Entries in the Log"), N_ ("Of all users"), FALSE },
  { NULL, "asked", N_ ("Questions"), N_ ("Calls that somebody was asked about"), FALSE },
  { "decided", "user", N_ ("Answers"), N_ ("Calls that somebody decided"), FALSE },
  { "decided", "rule", N_ ("Decided by Rules"), N_ ("Calls that were decided without asking"),
    FALSE },
  { "decided", "ticket", N_ ("Decided by the Kernel"),
    N_ ("Like others before, by the same rules, without a delay"), FALSE },
  { "decided", "timeout", N_ ("Not Answered"), N_ ("Nobody answered in time"), TRUE },
  { NULL, "unasked", N_ ("Nobody to Ask"), N_ ("Their users had no program that asks"), TRUE },
  { NULL, "refused", N_ ("Too Many Questions"), N_ ("Too many were waiting already"), TRUE },
  { NULL, "lost", N_ ("Missing in the Log"), N_ ("The disk did not take them"), TRUE },
  { NULL, "gaps", N_ ("Gaps in the Log"), N_ ("There were more calls than could be written down"),
    TRUE },
  { "kernel", "no-controller", N_ ("Without the Service"), N_ ("Decided before snetd ran"), TRUE },
  { "kernel", "queue-full", N_ ("No Room"), N_ ("Too many calls were held in the kernel"), TRUE },
};

static gboolean
lookup (GVariant *statistics, const char *group, const char *key, guint64 *ret_value)
{
  g_autoptr (GVariant) numbers = NULL;

  if (!group)
    return g_variant_lookup (statistics, key, "t", ret_value);
  numbers = g_variant_lookup_value (statistics, group, G_VARIANT_TYPE ("a{st}"));
  return numbers && g_variant_lookup (numbers, key, "t", ret_value);
}

GArray *
gsnet_statistics_list (GVariant *statistics)
{
  GArray *numbers = g_array_new (FALSE, FALSE, sizeof (GsnetNumber));

  for (guint i = 0; i < G_N_ELEMENTS (known); i++)
    {
      GsnetNumber number = { _ (known[i].title), _ (known[i].subtitle), 0 };

      if (lookup (statistics, known[i].group, known[i].key, &number.value) &&
          (number.value > 0 || !known[i].failure))
        g_array_append_val (numbers, number);
    }
  return numbers;
}
