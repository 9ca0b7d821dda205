// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <glib/gi18n.h>

#include "gsnet-event.h"
#include "snet-names.h"

#include "snetctl-commands.h"
#include "snetctl-filter.h"
#include "snetctl-json.h"
#include "snetctl-lines.h"
#include "snetctl-watch.h"

static gboolean run_monitor (SnetctlCall *call, GError **error);

const SnetctlCommand snetctl_monitor = {
  "monitor",
  NULL,
  N_ ("Show what waits and what is decided, while it happens"),
  run_monitor,
};

typedef struct
{
  const SnetctlCall *call;
  GVariant *filter;
  SnetctlLines *lines;
  GHashTable *waiting; /* by id: what was shown as waiting, to say of it that it has ended */
} Monitor;

/* {"signal": "Decided", "event": {…}} */
static void
print_json (const char *signal, GVariant *event, const char *reason)
{
  g_auto (GVariantBuilder) dict = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_VARDICT);
  g_autoptr (GVariant) line = NULL;

  g_variant_builder_add (&dict, "{sv}", "signal", g_variant_new_string (signal));
  if (reason)
    g_variant_builder_add (&dict, "{sv}", SNET_KEY_REASON, g_variant_new_string (reason));
  g_variant_builder_add (&dict, "{sv}", "event", event);
  line = g_variant_ref_sink (g_variant_builder_end (&dict));
  snetctl_json_print (line);
}

static void
show (Monitor *monitor, const char *signal, GVariant *dict, const char *word, const char *reason)
{
  g_autoptr (GsnetEvent) event = NULL;

  if (monitor->call->json)
    {
      print_json (signal, dict, reason);
      return;
    }
  event = gsnet_event_new (0, dict);
  snetctl_lines_print (monitor->lines, event, word);
}

static guint64
get_id (GVariant *event)
{
  guint64 id = 0;

  g_variant_lookup (event, SNET_KEY_ID, "t", &id);
  return id;
}

static void
requested (GVariant *event, gpointer user_data)
{
  Monitor *monitor = user_data;
  const guint64 id = get_id (event);

  if (!snetctl_filter_matches (monitor->filter, event))
    return;
  g_hash_table_insert (monitor->waiting, g_memdup2 (&id, sizeof id), g_variant_ref (event));
  show (monitor, "Requested", event, _ ("waits"), NULL);
}

static void
decided (GVariant *event, gpointer user_data)
{
  Monitor *monitor = user_data;
  const guint64 id = get_id (event);

  g_hash_table_remove (monitor->waiting, &id);
  if (snetctl_filter_matches (monitor->filter, event))
    show (monitor, "Decided", event, NULL, NULL);
}

static void
cancelled (guint64 id, const char *reason, gpointer user_data)
{
  Monitor *monitor = user_data;
  GVariant *event = g_hash_table_lookup (monitor->waiting, &id);

  if (!event)
    return;
  show (monitor, "Cancelled", event, g_str_equal (reason, "exited") ? _ ("exited") : _ ("lost"),
        reason);
  g_hash_table_remove (monitor->waiting, &id);
}

static void
say_who (const SnetctlCall *call)
{
  if (!snetctl_watch_hears_all ())
    g_printerr ("%s\n", _ ("snetctl: showing your own, once decided. root and the members of the "
                           "group snet see everybody's, and what waits."));
}

static gboolean
run_monitor (SnetctlCall *call, GError **error)
{
  static const SnetctlWatchFuncs funcs = { requested, decided, cancelled, NULL };
  g_auto (SnetctlFilter) filter = { 0 };
  g_autoptr (GArray) entries = g_array_new (TRUE, TRUE, sizeof (GOptionEntry));
  g_autoptr (SnetctlLines) lines = NULL;
  g_autoptr (GVariant) wanted = NULL;
  g_autoptr (GHashTable) waiting =
    g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, (GDestroyNotify)g_variant_unref);
  Monitor monitor = { call, NULL, NULL, waiting };

  snetctl_filter_add_entries (&filter, entries);
  if (!snetctl_call_parse (call, &snetctl_monitor, (GOptionEntry *)(void *)entries->data,
                           _ ("What the kernel decides by itself, as before, is not shown: see "
                              "snetctl log --follow. It ends by Ctrl+C."),
                           0, 0, error))
    return FALSE;
  wanted = snetctl_filter_to_variant (&filter, error);
  if (!wanted)
    return FALSE;
  lines = snetctl_lines_new (call);
  monitor.filter = wanted;
  monitor.lines = lines;
  say_who (call);
  return snetctl_watch_run (call, &funcs, &monitor, error);
}
