// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <glib/gi18n.h>

#include "gsnet-text.h"
#include "snet-names.h"

#include "snetctl-bus.h"
#include "snetctl-commands.h"
#include "snetctl-json.h"
#include "snetctl-table.h"

#define MAX_NAME_CHARS 40

static gboolean run_stats (SnetctlCall *call, GError **error);

const SnetctlCommand snetctl_stats = {
  "stats",
  NULL,
  N_ ("Counters of snetd and of the kernel"),
  run_stats,
};

static const SnetctlColumn columns[] = {
  { N_ ("COUNTER"), 0, FALSE, FALSE },
  { N_ ("VALUE"), 0, TRUE, TRUE },
};

/* "kernel.requests": with the names that org.snet.Control has for them. */
static void
add_number (SnetctlTable *table, const char *group, const char *key, guint64 number)
{
  g_autofree char *name = group ? g_strconcat (group, ".", key, NULL) : g_strdup (key);
  g_autofree char *shown = gsnet_text_visible (name, MAX_NAME_CHARS);
  g_autofree char *value = g_strdup_printf ("%" G_GUINT64_FORMAT, number);

  snetctl_table_add (table, (const char *const[]){ shown, value });
}

static void
add_numbers (SnetctlTable *table, const char *group, GVariant *numbers)
{
  GVariantIter iter;
  const char *key;
  guint64 number;

  g_variant_iter_init (&iter, numbers);
  while (g_variant_iter_next (&iter, "{&st}", &key, &number))
    add_number (table, group, key, number);
}

static void
add_all (SnetctlTable *table, GVariant *statistics)
{
  GVariantIter iter;
  const char *key;
  GVariant *value;

  g_variant_iter_init (&iter, statistics);
  while (g_variant_iter_next (&iter, "{&sv}", &key, &value))
    {
      if (g_variant_is_of_type (value, G_VARIANT_TYPE_UINT64))
        add_number (table, NULL, key, g_variant_get_uint64 (value));
      else if (g_variant_is_of_type (value, G_VARIANT_TYPE ("a{st}")))
        add_numbers (table, key, value);
      g_variant_unref (value);
    }
}

static gboolean
run_stats (SnetctlCall *call, GError **error)
{
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GVariant) statistics = NULL;
  g_autoptr (SnetctlTable) table = NULL;

  if (!snetctl_call_parse (call, &snetctl_stats, NULL,
                           _ ("What each counts: man org.snet.Control, GetStatistics."), 0, 0,
                           error))
    return FALSE;
  reply = snetctl_bus_call (call, SNET_INTERFACE_CONTROL, "GetStatistics", NULL, "(a{sv})", error);
  if (!reply)
    return FALSE;
  statistics = g_variant_get_child_value (reply, 0);
  if (call->json)
    {
      snetctl_json_print (statistics);
      return TRUE;
    }
  table = snetctl_table_new (call, columns, G_N_ELEMENTS (columns));
  add_all (table, statistics);
  snetctl_table_print (table);
  return TRUE;
}
