// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <glib/gi18n.h>

#include "gsnet-event.h"
#include "snet-names.h"

#include "snetctl-bus.h"
#include "snetctl-commands.h"
#include "snetctl-error.h"
#include "snetctl-event.h"
#include "snetctl-table.h"
#include "snetctl-time.h"

static gboolean run_missed (SnetctlCall *call, GError **error);
static gboolean run_dismiss (SnetctlCall *call, GError **error);

const SnetctlCommand snetctl_missed = {
  "missed",
  NULL,
  N_ ("What nobody answered in time"),
  run_missed,
};

const SnetctlCommand snetctl_dismiss = {
  "dismiss",
  N_ ("ID…"),
  N_ ("Take it off what was missed"),
  run_dismiss,
};

enum
{
  ID,
  PROGRAM,
  OPERATION,
  WHERE,
  VERDICT,
  COUNT,
  AGE,
  USER,
  N_COLUMNS
};

static const SnetctlColumn columns[N_COLUMNS] = {
  [ID] = { N_ ("ID"), 0, TRUE, FALSE },
  [PROGRAM] = { N_ ("PROGRAM"), 14, FALSE, TRUE },
  [OPERATION] = { N_ ("OPERATION"), 0, FALSE, FALSE },
  [WHERE] = { N_ ("WHERE"), 22, FALSE, TRUE },
  [VERDICT] = { N_ ("VERDICT"), 0, FALSE, FALSE },
  [COUNT] = { N_ ("TIMES"), 0, TRUE, FALSE },
  [AGE] = { N_ ("AGE"), 0, TRUE, FALSE },
  [USER] = { N_ ("USER"), 0, FALSE, FALSE },
};

static void
add_event (SnetctlTable *table, GVariant *dict)
{
  g_autoptr (GsnetEvent) event = gsnet_event_new (0, dict);
  g_autofree char *id = g_strdup_printf ("%" G_GUINT64_FORMAT, gsnet_event_get_id (event));
  g_autofree char *count = g_strdup_printf ("%u", gsnet_event_get_count (event));
  g_autofree char *age = snetctl_time_short (g_get_real_time () - gsnet_event_get_time (event));
  g_autofree char *user = snetctl_event_user (event);
  g_autofree char *program = snetctl_event_program (event);
  g_autofree char *where = snetctl_event_where (event);
  g_autofree char *operation = gsnet_event_dup_visible (event, SNET_KEY_OPERATION);
  g_autofree char *verdict = gsnet_event_dup_visible (event, SNET_KEY_VERDICT);

  snetctl_table_add (table, (const char *const[N_COLUMNS]){ id, program, operation, where, verdict,
                                                            count, age, user });
  if (snetctl_event_color (event))
    snetctl_table_color (table, VERDICT, snetctl_event_color (event));
}

static gboolean
run_missed (SnetctlCall *call, GError **error)
{
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GVariant) events = NULL;

  if (!snetctl_call_parse (call, &snetctl_missed, NULL,
                           _ ("To make up for it add a rule, see: snetctl rules --help. "
                              "Otherwise: snetctl dismiss ID."),
                           0, 0, error))
    return FALSE;
  reply = snetctl_bus_call (call, SNET_INTERFACE_EVENTS, "ListMissed", NULL, "(aa{sv})", error);
  if (!reply)
    return FALSE;
  events = g_variant_get_child_value (reply, 0);
  snetctl_table_show (call, events, columns, N_COLUMNS, add_event, _ ("Nothing was missed."));
  return TRUE;
}

static gboolean
run_dismiss (SnetctlCall *call, GError **error)
{
  guint64 id;

  if (!snetctl_call_parse (call, &snetctl_dismiss, NULL,
                           _ ("The ids are those of: snetctl missed."), 1, -1, error))
    return FALSE;
  for (int i = 1; i < call->argc; i++)
    if (!snetctl_call_parse_id (call->argv[i], &id, error))
      return FALSE;
  for (int i = 1; i < call->argc; i++)
    {
      g_autoptr (GError) failed = NULL;
      g_autoptr (GVariant) reply = NULL;

      snetctl_call_parse_id (call->argv[i], &id, NULL);
      reply = snetctl_bus_call (call, SNET_INTERFACE_EVENTS, "Dismiss", g_variant_new ("(t)", id),
                                "()", &failed);
      if (!reply)
        call->exit_status = (int)snetctl_error_report (failed);
    }
  return TRUE;
}
