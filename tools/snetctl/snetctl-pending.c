// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <gio/gio.h>
#include <glib/gi18n.h>

#include "gsnet-event.h"
#include "snet-names.h"

#include "snetctl-bus.h"
#include "snetctl-commands.h"
#include "snetctl-event.h"
#include "snetctl-table.h"
#include "snetctl-time.h"

/* Soon it is over. */
#define SOON_SECONDS 10

static gboolean run_pending (SnetctlCall *call, GError **error);

const SnetctlCommand snetctl_pending = {
  "pending",
  NULL,
  N_ ("What waits for an answer"),
  run_pending,
};

enum
{
  ID,
  PROGRAM,
  OPERATION,
  WHERE,
  LEFT,
  USER,
  PID,
  N_COLUMNS
};

static const SnetctlColumn columns[N_COLUMNS] = {
  [ID] = { N_ ("ID"), 0, TRUE, FALSE },
  [PROGRAM] = { N_ ("PROGRAM"), 14, FALSE, TRUE },
  [OPERATION] = { N_ ("OPERATION"), 0, FALSE, FALSE },
  [WHERE] = { N_ ("WHERE"), 22, FALSE, TRUE },
  [LEFT] = { N_ ("LEFT"), 0, TRUE, FALSE },
  [USER] = { N_ ("USER"), 0, FALSE, FALSE },
  [PID] = { N_ ("PID"), 0, TRUE, FALSE },
};

static void
add_event (SnetctlTable *table, GVariant *dict)
{
  g_autoptr (GsnetEvent) event = gsnet_event_new (0, dict);
  const gint64 left = gsnet_event_get_deadline (event) - g_get_real_time ();
  g_autofree char *id = g_strdup_printf ("%" G_GUINT64_FORMAT, gsnet_event_get_id (event));
  g_autofree char *pid = snetctl_event_pid (event);
  g_autofree char *user = snetctl_event_user (event);
  g_autofree char *program = snetctl_event_program (event);
  g_autofree char *where = snetctl_event_where (event);
  g_autofree char *operation = gsnet_event_dup_visible (event, SNET_KEY_OPERATION);
  g_autofree char *time = gsnet_event_get_deadline (event) ? snetctl_time_short (left) : NULL;

  snetctl_table_add (
    table, (const char *const[N_COLUMNS]){ id, program, operation, where, time, user, pid });
  if (time && left < SOON_SECONDS * G_USEC_PER_SEC)
    snetctl_table_color (table, LEFT, "red");
}

static gboolean
run_pending (SnetctlCall *call, GError **error)
{
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GVariant) events = NULL;

  if (!snetctl_call_parse (call, &snetctl_pending, NULL,
                           _ ("To answer: snetctl allow ID, or snetctl deny ID."), 0, 0, error))
    return FALSE;
  reply = snetctl_bus_call (call, SNET_INTERFACE_EVENTS, "ListPending", NULL, "(aa{sv})", error);
  if (!reply)
    return FALSE;
  events = g_variant_get_child_value (reply, 0);
  snetctl_table_show (call, events, columns, N_COLUMNS, add_event, _ ("Nothing waits."));
  return TRUE;
}
