// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <glib/gi18n.h>

#include "gsnet-event.h"
#include "gsnet-words.h"
#include "snet-names.h"

#include "snetctl-bus.h"
#include "snetctl-commands.h"
#include "snetctl-json.h"
#include "snetctl-table.h"

static gboolean run_pending (SnetctlCall *call, GError **error);

const SnetctlCommand snetctl_pending = {
  "pending",
  NULL,
  N_ ("What waits for an answer"),
  run_pending,
};

static const SnetctlColumn columns[] = {
  { N_ ("ID"), 1, TRUE, FALSE },         { N_ ("USER"), 4, FALSE, FALSE },
  { N_ ("PROGRAM"), 0.3, FALSE, TRUE },  { N_ ("PID"), 1, TRUE, FALSE },
  { N_ ("OPERATION"), 7, FALSE, FALSE }, { N_ ("WHERE"), 0.4, FALSE, TRUE },
};

static void
add_event (SnetctlTable *table, GVariant *dict)
{
  guint64 id = 0;
  g_autoptr (GsnetEvent) event = NULL;
  g_autofree char *id_text = NULL;
  g_autofree char *pid_text = NULL;
  g_autofree char *user = NULL;
  g_autofree char *program = NULL;
  g_autofree char *where = NULL;
  guint32 number = 0;

  g_variant_lookup (dict, SNET_KEY_ID, "t", &id);
  event = gsnet_event_new (id, dict);
  id_text = g_strdup_printf ("%" G_GUINT64_FORMAT, id);
  if (gsnet_event_get_pid (event, &number))
    pid_text = g_strdup_printf ("%u", number);
  if (gsnet_event_get_uid (event, &number))
    user = gsnet_words_user (number);
  program = gsnet_event_dup_visible (event, SNET_KEY_PROGRAM);
  where = gsnet_words_where (event);
  snetctl_table_add (table, (const char *const[]){ id_text, user, program, pid_text,
                                                   gsnet_event_get_operation (event), where });
}

static gboolean
run_pending (SnetctlCall *call, GError **error)
{
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GVariant) events = NULL;
  g_autoptr (SnetctlTable) table = NULL;

  if (!snetctl_call_parse (call, &snetctl_pending, NULL, NULL, 0, 0, error))
    return FALSE;
  reply = snetctl_bus_call (call, SNET_INTERFACE_EVENTS, "ListPending", NULL, "(aa{sv})", error);
  if (!reply)
    return FALSE;
  events = g_variant_get_child_value (reply, 0);
  if (call->json)
    {
      snetctl_json_print (events);
      return TRUE;
    }
  if (g_variant_n_children (events) == 0)
    {
      g_print ("%s\n", _ ("Nothing waits."));
      return TRUE;
    }
  table = snetctl_table_new (call, columns, G_N_ELEMENTS (columns));
  for (gsize i = 0; i < g_variant_n_children (events); i++)
    {
      g_autoptr (GVariant) dict = g_variant_get_child_value (events, i);

      add_event (table, dict);
    }
  snetctl_table_print (table);
  return TRUE;
}
