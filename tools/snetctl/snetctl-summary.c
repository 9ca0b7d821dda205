// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <glib/gi18n.h>

#include "gsnet-text.h"
#include "snet-names.h"

#include "snetctl-bus.h"
#include "snetctl-commands.h"
#include "snetctl-filter.h"
#include "snetctl-json.h"
#include "snetctl-table.h"

#define MAX_CHARS   200
#define BAR_WIDTH   30
#define BUCKETS     24
#define BUCKETS_MAX 1000

static gboolean run_summary (SnetctlCall *call, GError **error);

const SnetctlCommand snetctl_summary = {
  "summary",
  NULL,
  N_ ("Who uses the network most, and when"),
  run_summary,
};

static const SnetctlColumn time_columns[] = {
  { N_ ("TIME"), 0, FALSE, FALSE },  { N_ ("ALLOWED"), 0, TRUE, FALSE },
  { N_ ("DENIED"), 0, TRUE, FALSE }, { N_ ("ASKED"), 0, TRUE, FALSE },
  { "", 0, FALSE, FALSE },
};

static const SnetctlColumn program_columns[] = {
  { N_ ("PROGRAM"), 12, FALSE, TRUE },
  { N_ ("ALLOWED"), 0, TRUE, FALSE },
  { N_ ("DENIED"), 0, TRUE, FALSE },
  { N_ ("ASKED"), 0, TRUE, FALSE },
};

static const SnetctlColumn destination_columns[] = {
  { N_ ("DESTINATION"), 12, FALSE, TRUE },
  { N_ ("ALLOWED"), 0, TRUE, FALSE },
  { N_ ("DENIED"), 0, TRUE, FALSE },
  { N_ ("ASKED"), 0, TRUE, FALSE },
};

static void
add_row (SnetctlTable *table,
         const char *name,
         guint64 allowed,
         guint64 denied,
         guint64 asked,
         const char *bar)
{
  g_autofree char *a = g_strdup_printf ("%" G_GUINT64_FORMAT, allowed);
  g_autofree char *d = g_strdup_printf ("%" G_GUINT64_FORMAT, denied);
  g_autofree char *q = g_strdup_printf ("%" G_GUINT64_FORMAT, asked);

  snetctl_table_add (table, (const char *const[]){ name, a, d, q, bar });
  if (denied > 0)
    snetctl_table_color (table, 2, "red");
}

/* "####--": the greatest of all is as long as there is room; what was denied comes last. */
static char *
draw_bar (guint64 allowed, guint64 denied, guint64 greatest)
{
  const double scale = greatest ? (double)BAR_WIDTH / (double)greatest : 0;
  const guint whole = (guint)((double)(allowed + denied) * scale + 0.5);
  const guint bad = denied ? MAX (1, (guint)((double)denied * scale + 0.5)) : 0;
  GString *bar = g_string_new (NULL);

  for (guint i = 0; i < whole || i < bad; i++)
    g_string_append_c (bar, i + bad < whole ? '#' : bad ? 'x' : '#');
  if (bar->len == 0)
    g_string_append (bar, allowed ? "." : " ");
  return g_string_free (bar, FALSE);
}

typedef struct
{
  const guint64 *values;
  gsize length;
} Numbers;

static Numbers
get_numbers (GVariant *value)
{
  Numbers numbers = { NULL, 0 };

  if (value && g_variant_is_of_type (value, G_VARIANT_TYPE ("at")))
    numbers.values = g_variant_get_fixed_array (value, &numbers.length, sizeof (guint64));
  return numbers;
}

static guint64
number_at (Numbers numbers, gsize i)
{
  return i < numbers.length ? numbers.values[i] : 0;
}

static char *
format_time (gint64 time, gint64 width)
{
  g_autoptr (GDateTime) when = g_date_time_new_from_unix_local (time / G_USEC_PER_SEC);
  const gint64 day = 24 * 3600 * (gint64)G_USEC_PER_SEC;

  if (!when)
    return NULL;
  /* Translators: times with their day, see strftime */
  return g_date_time_format (when, width < 60 * (gint64)G_USEC_PER_SEC ? _ ("%b %d %H:%M:%S")
                                   : width < day                       ? _ ("%b %d %H:%M")
                                                                       : "%Y-%m-%d");
}

static void
print_times (const SnetctlCall *call, GVariant *summary)
{
  g_autoptr (GVariant) allowed_value = g_variant_lookup_value (summary, "allowed", NULL);
  g_autoptr (GVariant) denied_value = g_variant_lookup_value (summary, "denied", NULL);
  g_autoptr (GVariant) asked_value = g_variant_lookup_value (summary, "asked", NULL);
  const Numbers allowed = get_numbers (allowed_value);
  const Numbers denied = get_numbers (denied_value);
  const Numbers asked = get_numbers (asked_value);
  g_autoptr (SnetctlTable) table =
    snetctl_table_new (call, time_columns, G_N_ELEMENTS (time_columns));
  gint64 since = 0;
  gint64 width = 0;
  guint64 greatest = 0;

  g_variant_lookup (summary, "since", "x", &since);
  g_variant_lookup (summary, "width", "x", &width);
  for (gsize i = 0; i < allowed.length; i++)
    greatest = MAX (greatest, number_at (allowed, i) + number_at (denied, i));
  for (gsize i = 0; i < allowed.length; i++)
    {
      g_autofree char *time = format_time (since + (gint64)i * width, width);
      g_autofree char *bar = draw_bar (number_at (allowed, i), number_at (denied, i), greatest);

      add_row (table, time, number_at (allowed, i), number_at (denied, i), number_at (asked, i),
               bar);
    }
  snetctl_table_print (table);
}

static char *
get_name (GVariant *entry)
{
  static const char *const keys[] = { SNET_KEY_PROGRAM, SNET_KEY_REMOTE_HOST,
                                      SNET_KEY_REMOTE_ADDRESS };
  const char *text;

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    if (g_variant_lookup (entry, keys[i], "&s", &text))
      return gsnet_text_visible (text, MAX_CHARS);
  return NULL;
}

static void
print_top (const SnetctlCall *call,
           GVariant *summary,
           const char *key,
           const SnetctlColumn *columns,
           guint n_columns)
{
  g_autoptr (GVariant) entries = g_variant_lookup_value (summary, key, G_VARIANT_TYPE ("aa{sv}"));
  g_autoptr (SnetctlTable) table = NULL;

  if (!entries || g_variant_n_children (entries) == 0)
    return;
  g_print ("\n");
  table = snetctl_table_new (call, columns, n_columns);
  for (gsize i = 0; i < g_variant_n_children (entries); i++)
    {
      g_autoptr (GVariant) entry = g_variant_get_child_value (entries, i);
      g_autofree char *name = get_name (entry);
      guint64 allowed = 0;
      guint64 denied = 0;
      guint64 asked = 0;

      g_variant_lookup (entry, "allowed", "t", &allowed);
      g_variant_lookup (entry, "denied", "t", &denied);
      g_variant_lookup (entry, "asked", "t", &asked);
      add_row (table, name, allowed, denied, asked, NULL);
    }
  snetctl_table_print (table);
}

static gboolean
run_summary (SnetctlCall *call, GError **error)
{
  g_auto (SnetctlFilter) filter = { 0 };
  int buckets = BUCKETS;
  const GOptionEntry own[] = {
    { "parts", 'p', 0, G_OPTION_ARG_INT, &buckets,
      N_ ("In how many parts the time is divided, 24 unless said"), N_ ("COUNT") },
  };
  g_autoptr (GArray) entries = g_array_new (TRUE, TRUE, sizeof (GOptionEntry));
  g_autoptr (GVariant) wanted = NULL;
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GVariant) summary = NULL;

  g_array_append_vals (entries, own, G_N_ELEMENTS (own));
  snetctl_filter_add_entries (&filter, entries);
  if (!snetctl_call_parse (call, &snetctl_summary, (GOptionEntry *)(void *)entries->data,
                           _ ("Of the last 24 hours, unless --since says otherwise. In the bars x "
                              "is what was denied."),
                           0, 0, error))
    return FALSE;
  if (!filter.values[0])
    filter.values[0] = g_strdup ("24 hours ago");
  wanted = snetctl_filter_to_variant (&filter, error);
  if (!wanted)
    return FALSE;
  reply = snetctl_bus_call (
    call, SNET_INTERFACE_EVENTS, "Summarize",
    g_variant_new ("(@a{sv}u)", wanted, (guint32)CLAMP (buckets, 0, BUCKETS_MAX + 1)), "(a{sv})",
    error);
  if (!reply)
    return FALSE;
  summary = g_variant_get_child_value (reply, 0);
  if (call->json)
    {
      snetctl_json_print (summary);
      return TRUE;
    }
  print_times (call, summary);
  print_top (call, summary, "programs", program_columns, G_N_ELEMENTS (program_columns));
  print_top (call, summary, "destinations", destination_columns,
             G_N_ELEMENTS (destination_columns));
  return TRUE;
}
