// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <glib/gi18n.h>

#include "gsnet-text.h"
#include "gsnet-words.h"
#include "snet-names.h"

#include "snetctl-bus.h"
#include "snetctl-commands.h"
#include "snetctl-error.h"
#include "snetctl-json.h"
#include "snetctl-table.h"

#define MAX_CHARS 200

static gboolean run_lists (SnetctlCall *call, GError **error);

const SnetctlCommand snetctl_lists = {
  "lists",
  N_ ("[NAME]"),
  N_ ("The lists of destinations that rules name"),
  run_lists,
};

enum
{
  NAME,
  RULES,
  NAMES,
  RANGES,
  READ,
  STATE,
  N_COLUMNS
};

static const SnetctlColumn columns[N_COLUMNS] = {
  [NAME] = { N_ ("NAME"), 10, FALSE, TRUE },  [RULES] = { N_ ("RULES"), 0, TRUE, FALSE },
  [NAMES] = { N_ ("NAMES"), 0, TRUE, FALSE }, [RANGES] = { N_ ("RANGES"), 0, TRUE, FALSE },
  [READ] = { N_ ("READ"), 0, FALSE, FALSE },  [STATE] = { N_ ("STATE"), 12, FALSE, TRUE },
};

static char *
get_count (GVariant *list, const char *key)
{
  guint32 count;

  return g_variant_lookup (list, key, "u", &count) ? g_strdup_printf ("%u", count) : NULL;
}

static char *
get_text (GVariant *list, const char *key)
{
  const char *text;

  return g_variant_lookup (list, key, "&s", &text) ? gsnet_text_visible (text, MAX_CHARS) : NULL;
}

static char *
get_time (GVariant *list)
{
  gint64 time = 0;

  g_variant_lookup (list, "read", "x", &time);
  return gsnet_words_time (time);
}

/* What is wrong with it, if anything is. */
static char *
say_state (GVariant *list)
{
  g_autofree char *problem = get_text (list, "problem");
  guint64 nonsense = 0;

  if (problem)
    return g_steal_pointer (&problem);
  g_variant_lookup (list, "nonsense", "t", &nonsense);
  if (nonsense > 0)
    return g_strdup_printf (ngettext ("%u line makes no sense", "%u lines make no sense",
                                      (guint)MIN (nonsense, G_MAXUINT)),
                            (guint)MIN (nonsense, G_MAXUINT));
  return g_strdup (g_variant_lookup (list, "read", "x", NULL) ? _ ("in use") : _ ("not in use"));
}

static void
add_list (SnetctlTable *table, GVariant *list)
{
  g_autofree char *name = get_text (list, "name");
  g_autofree char *rules = get_count (list, "rules");
  g_autofree char *names = get_count (list, "names");
  g_autofree char *ranges = get_count (list, "ranges");
  g_autofree char *read = get_time (list);
  g_autofree char *state = say_state (list);

  snetctl_table_add (table,
                     (const char *const[N_COLUMNS]){ name, rules, names, ranges, read, state });
  if (g_variant_lookup (list, "problem", "&s", NULL))
    snetctl_table_color (table, STATE, "red");
  else if (g_variant_lookup (list, "nonsense", "t", NULL))
    snetctl_table_color (table, STATE, "yellow");
}

static void
print_line (const char *title, const char *text)
{
  if (text)
    g_print ("%s: %s\n", title, text);
}

static void
print_list (GVariant *list)
{
  g_autofree char *name = get_text (list, "name");
  g_autofree char *file = get_text (list, "file");
  g_autofree char *rules = get_count (list, "rules");
  g_autofree char *names = get_count (list, "names");
  g_autofree char *ranges = get_count (list, "ranges");
  g_autofree char *read = get_time (list);
  g_autofree char *state = say_state (list);

  print_line (_ ("Name"), name);
  print_line (_ ("File"), file);
  print_line (_ ("Rules that name it"), rules);
  print_line (_ ("Names of hosts"), names);
  print_line (_ ("Ranges of addresses"), ranges);
  print_line (_ ("Read"), read);
  print_line (_ ("State"), state);
}

/* NULL: there is none. */
static GVariant *
find_list (GVariant *lists, const char *wanted)
{
  for (gsize i = 0; i < g_variant_n_children (lists); i++)
    {
      g_autoptr (GVariant) list = g_variant_get_child_value (lists, i);
      const char *name = "";

      g_variant_lookup (list, "name", "&s", &name);
      if (g_str_equal (name, wanted))
        return g_steal_pointer (&list);
    }
  return NULL;
}

static void
show_one (SnetctlCall *call, GVariant *lists, const char *name)
{
  g_autoptr (GVariant) list = find_list (lists, name);
  g_autofree char *shown = gsnet_text_visible (name, MAX_CHARS);

  if (!list)
    {
      g_printerr (_ ("snetctl: no rule names a list “%s”\n"), shown);
      call->exit_status = SNETCTL_EXIT_NOT_FOUND;
    }
  else if (call->json)
    snetctl_json_print (list);
  else
    print_list (list);
}

static gboolean
run_lists (SnetctlCall *call, GError **error)
{
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GVariant) lists = NULL;

  if (!snetctl_call_parse (call, &snetctl_lists, NULL,
                           _ ("A list is a file in /etc/snet/lists.d, which a rule names as "
                              "remote-list: see snet.rules(5)."),
                           0, 1, error))
    return FALSE;
  reply = snetctl_bus_call (call, SNET_INTERFACE_RULES, "Lists", NULL, "(aa{sv})", error);
  if (!reply)
    return FALSE;
  lists = g_variant_get_child_value (reply, 0);
  if (call->argc > 1)
    show_one (call, lists, call->argv[1]);
  else
    snetctl_table_show (call, lists, columns, N_COLUMNS, add_list, _ ("No rule names a list."));
  return TRUE;
}
