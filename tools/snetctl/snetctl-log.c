// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <glib/gi18n.h>

#include "gsnet-event.h"
#include "snet-names.h"

#include "snetctl-commands.h"
#include "snetctl-csv.h"
#include "snetctl-error.h"
#include "snetctl-filter.h"
#include "snetctl-json.h"
#include "snetctl-lines.h"
#include "snetctl-pages.h"
#include "snetctl-watch.h"

/* Lines are for people, who do not want to see a million of them. */
#define LINES 100

static gboolean run_log (SnetctlCall *call, GError **error);

const SnetctlCommand snetctl_log = {
  "log",
  NULL,
  N_ ("What was decided"),
  run_log,
};

typedef struct
{
  SnetctlCall *call;
  GVariant *filter;
  SnetctlLines *lines;
  gboolean csv;
  gboolean follow;
  gboolean reverse;
  guint64 limit;
  guint64 last; /* the greatest serial that was printed */
  gboolean began;
  GError *error;
} Log;

static gboolean
print_event (GVariant *dict, gpointer user_data)
{
  Log *log = user_data;
  g_autoptr (GsnetEvent) event = NULL;
  g_autofree char *line = NULL;
  guint64 serial = 0;

  g_variant_lookup (dict, SNET_KEY_SERIAL, "t", &serial);
  log->last = MAX (log->last, serial);
  if (log->call->json)
    snetctl_json_print (dict);
  else if (log->csv)
    {
      line = snetctl_csv_line (dict);
      g_print ("%s", line);
    }
  else
    {
      event = gsnet_event_new (0, dict);
      snetctl_lines_print (log->lines, event, NULL);
    }
  return TRUE;
}

static gboolean
print_past (Log *log, GError **error)
{
  if (log->reverse)
    return snetctl_pages_newest (log->call, log->filter, log->limit, print_event, log, error);
  return snetctl_pages_oldest (log->call, log->filter, log->limit, print_event, log, error);
}

/* What is newer than what was printed, whenever there may be some. */
static void
recorded (gpointer user_data)
{
  Log *log = user_data;
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (log->filter);
  g_autoptr (GVariant) all = log->filter;
  g_autoptr (GError) error = NULL;

  if (log->began && log->last > 0)
    g_variant_dict_insert (&dict, "after", "t", log->last);
  log->filter = g_variant_ref_sink (g_variant_dict_end (&dict));
  if (!print_past (log, &error))
    {
      /* That snetd has gone is told by its name. */
      if (snetctl_error_status (error) != SNETCTL_EXIT_NO_SERVICE)
        snetctl_error_report (error);
      return;
    }
  log->limit = 0;
  log->began = TRUE;
}

static gboolean
parse_count (const char *text, guint64 *ret_count, GError **error)
{
  *ret_count = 0;
  if (g_str_equal (text, "all") ||
      g_ascii_string_to_unsigned (text, 10, 1, G_MAXUINT64, ret_count, NULL))
    return TRUE;
  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
               _ ("-n is a number, or “all”; not “%s”"), text);
  return FALSE;
}

/* All for programs, and of a time that was said; otherwise a screenful or a few. */
static gboolean
choose_limit (Log *log, const char *count, GError **error)
{
  static const char *const bounds[] = { "since", "until", "after", "before" };

  if (count)
    return parse_count (count, &log->limit, error);
  for (guint i = 0; i < G_N_ELEMENTS (bounds); i++)
    {
      g_autoptr (GVariant) bound = g_variant_lookup_value (log->filter, bounds[i], NULL);

      if (bound)
        return TRUE;
    }
  if (!log->csv && !log->call->json)
    log->limit = LINES;
  return TRUE;
}

static gboolean
show_log (Log *log, GError **error)
{
  static const SnetctlWatchFuncs funcs = { .recorded = recorded };
  g_autofree char *titles = log->csv ? snetctl_csv_titles () : NULL;

  if (titles)
    g_print ("%s", titles);
  if (log->follow)
    return snetctl_watch_run (log->call, &funcs, log, error);
  return print_past (log, error);
}

static gboolean
run_log (SnetctlCall *call, GError **error)
{
  Log log = { .call = call };
  g_auto (SnetctlFilter) filter = { 0 };
  g_autofree char *count = NULL;
  const GOptionEntry own[] = {
    { "lines", 'n', 0, G_OPTION_ARG_STRING, &count,
      N_ ("How many of the last ones, or “all”; 100 unless --since or the like is given"),
      N_ ("COUNT") },
    { "reverse", 'r', 0, G_OPTION_ARG_NONE, &log.reverse, N_ ("The newest first"), NULL },
    { "follow", 'f', 0, G_OPTION_ARG_NONE, &log.follow, N_ ("Go on with what is new"), NULL },
    { "csv", 0, 0, G_OPTION_ARG_NONE, &log.csv, N_ ("Write CSV, for spreadsheets; all of it"),
      NULL },
  };
  g_autoptr (GArray) entries = g_array_new (TRUE, TRUE, sizeof (GOptionEntry));
  g_autoptr (SnetctlLines) lines = NULL;
  gboolean well;

  g_array_append_vals (entries, own, G_N_ELEMENTS (own));
  snetctl_filter_add_entries (&filter, entries);
  if (!snetctl_call_parse (call, &snetctl_log, (GOptionEntry *)(void *)entries->data,
                           _ ("Of several options all must hold. The oldest is shown first."), 0, 0,
                           error))
    return FALSE;
  if (log.csv && call->json)
    return snetctl_error_usage (error, "log", _ ("either --csv or --json"));
  if (log.follow && log.reverse)
    return snetctl_error_usage (error, "log", _ ("either --follow or --reverse"));
  log.filter = snetctl_filter_to_variant (&filter, error);
  if (!log.filter)
    return FALSE;
  lines = snetctl_lines_new (call);
  log.lines = lines;
  well = choose_limit (&log, count, error) && show_log (&log, error);
  g_variant_unref (log.filter);
  return well;
}
