// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <glib/gi18n.h>
#include <string.h>

#include "gsnet-event.h"
#include "gsnet-rule.h"
#include "gsnet-text.h"
#include "gsnet-words.h"
#include "snet-names.h"

#include "snetctl-bus.h"
#include "snetctl-commands.h"
#include "snetctl-complete.h"
#include "snetctl-event.h"
#include "snetctl-rules.h"

#define MAX_CHARS 60
#define FILES     ":files"

/* What options are followed by, where there are words for it. */
static const struct
{
  const char *option;
  const char *words;
} values[] = {
  { "--action", "allow deny ask" },
  { "--color", "auto always never" },
  { "--format", "snet opensnitch" },
  { "--lifetime", "once process session reboot forever 15min 1h 1d" },
  { "--operation", "connect bind listen accept send receive create" },
  { "--protocol", "tcp udp sctp dccp icmp ipv6-icmp" },
  { "--reason", "rule user ticket timeout policy monitor lockdown off" },
  { "--remote-host-source", "hosts resolved reverse" },
  { "--since", "today yesterday -1h" },
  { "--until", "now today tomorrow" },
  { "--verdict", "allow deny" },
};

typedef enum
{
  NOTHING,
  WORDS,
  PENDING,
  MISSED,
  RULES,
  LISTS,
} Kind;

/* What commands are followed by. */
static const struct
{
  const char *command;
  Kind kind;
  gboolean many;
  const char *words;
} arguments[] = {
  { "allow", PENDING, TRUE, NULL },
  { "deny", PENDING, TRUE, NULL },
  { "dismiss", MISSED, TRUE, NULL },
  { "lists", LISTS, FALSE, NULL },
  { "mode", WORDS, FALSE, "ask monitor lockdown off" },
  { "rules disable", RULES, TRUE, NULL },
  { "rules edit", RULES, TRUE, NULL },
  { "rules enable", RULES, TRUE, NULL },
  { "rules explain", PENDING, FALSE, NULL },
  { "rules import", WORDS, TRUE, FILES },
  { "rules remove", RULES, TRUE, NULL },
  { "rules show", RULES, TRUE, NULL },
  { "set", WORDS, FALSE, "delay policy" },
  { "set delay", WORDS, FALSE, "30s 1min 5min" },
  { "set policy", WORDS, FALSE, "allow deny" },
};

static void
print_words (const char *words)
{
  g_auto (GStrv) all = g_strsplit (words, " ", -1);

  for (guint i = 0; all[i]; i++)
    g_print ("%s\n", all[i]);
}

static void
print_commands (const SnetctlCommand *const *commands, guint n, gsize skip)
{
  for (guint i = 0; i < n; i++)
    g_print ("%s\t%s\n", commands[i]->name + skip, _ (commands[i]->summary));
}

/* The dictionaries that a method lists, one after the other. */
static GVariant *
list (const SnetctlCall *call, const char *interface, const char *method)
{
  g_autoptr (GVariant) reply = snetctl_bus_call (call, interface, method, NULL, "(aa{sv})", NULL);

  return reply ? g_variant_get_child_value (reply, 0)
               : g_variant_ref_sink (g_variant_new_array (G_VARIANT_TYPE_VARDICT, NULL, 0));
}

static void
print_events (const SnetctlCall *call, const char *method)
{
  g_autoptr (GVariant) events = list (call, SNET_INTERFACE_EVENTS, method);

  for (gsize i = 0; i < g_variant_n_children (events); i++)
    {
      g_autoptr (GVariant) dict = g_variant_get_child_value (events, i);
      g_autoptr (GsnetEvent) event = gsnet_event_new (0, dict);
      g_autofree char *where = snetctl_event_where (event);
      g_autofree char *operation = gsnet_event_dup_visible (event, SNET_KEY_OPERATION);

      g_print ("%" G_GUINT64_FORMAT "\t%s %s %s\n", gsnet_event_get_id (event),
               gsnet_event_get_program_name (event), operation ? operation : "",
               where ? where : "");
    }
}

static void
print_rules (const SnetctlCall *call)
{
  g_autoptr (GVariant) rules = list (call, SNET_INTERFACE_RULES, "List");

  for (gsize i = 0; i < g_variant_n_children (rules); i++)
    {
      g_autoptr (GVariant) dict = g_variant_get_child_value (rules, i);
      g_autoptr (GsnetRule) rule = gsnet_rule_new (dict);
      g_autofree char *about = gsnet_words_rule_about (rule);

      g_print ("%" G_GUINT64_FORMAT "\t%s\n", gsnet_rule_get_id (rule), about);
    }
}

static void
print_lists (const SnetctlCall *call)
{
  g_autoptr (GVariant) lists = list (call, SNET_INTERFACE_RULES, "Lists");

  for (gsize i = 0; i < g_variant_n_children (lists); i++)
    {
      g_autoptr (GVariant) dict = g_variant_get_child_value (lists, i);
      g_autofree char *shown = NULL;
      const char *name;

      if (g_variant_lookup (dict, "name", "&s", &name))
        {
          shown = gsnet_text_visible (name, MAX_CHARS);
          g_print ("%s\n", shown);
        }
    }
}

static void
print_kind (const SnetctlCall *call, guint i)
{
  switch (arguments[i].kind)
    {
    case WORDS:
      print_words (arguments[i].words);
      break;
    case PENDING:
      print_events (call, "ListPending");
      break;
    case MISSED:
      print_events (call, "ListMissed");
      break;
    case RULES:
      print_rules (call);
      break;
    case LISTS:
      print_lists (call);
      break;
    case NOTHING:
    default:
      break;
    }
}

/* given: the words before that are no options, such as "set policy", the command first. */
static void
print_arguments (const SnetctlCall *call, GPtrArray *given)
{
  const char *first = g_ptr_array_index (given, 0);
  const char *second = given->len > 1 ? g_ptr_array_index (given, 1) : NULL;
  g_autofree char *both = second ? g_strconcat (first, " ", second, NULL) : NULL;
  guint n;

  if (!second && g_str_equal (first, "rules"))
    {
      const SnetctlCommand *const *commands = snetctl_rules_commands (&n);

      print_commands (commands, n, strlen ("rules "));
      return;
    }
  for (guint i = 0; i < G_N_ELEMENTS (arguments); i++)
    {
      const char *command = arguments[i].command;
      const guint words = strchr (command, ' ') ? 2 : 1;

      if (g_strcmp0 (command, words == 2 ? both : first) == 0 &&
          (arguments[i].many || given->len == words))
        print_kind (call, i);
    }
}

static gboolean
print_values (const char *option)
{
  for (guint i = 0; i < G_N_ELEMENTS (values); i++)
    if (g_str_equal (values[i].option, option))
      {
        print_words (values[i].words);
        return TRUE;
      }
  return FALSE;
}

/* The command itself knows its options. */
static void
print_options (const SnetctlCall *call, GPtrArray *given)
{
  const SnetctlCommand *command =
    given->len > 0 ? snetctl_commands_find (g_ptr_array_index (given, 0)) : NULL;
  SnetctlCall asked = *call;
  g_autoptr (GError) ignored = NULL;

  if (!command)
    {
      snetctl_call_print_common_options ();
      return;
    }
  asked.complete = TRUE;
  asked.argc = (int)given->len;
  asked.argv = (char **)given->pdata;
  command->run (&asked, &ignored);
}

void
snetctl_complete (SnetctlCall *call)
{
  g_autoptr (GPtrArray) given = g_ptr_array_new ();
  const char *current = call->argc > 2 ? call->argv[call->argc - 1] : "";
  const char *previous = call->argc > 3 ? call->argv[call->argc - 2] : "";
  const SnetctlCommand *const *commands;
  guint n;

  call->ask = FALSE;
  for (int i = 2; i < call->argc - 1; i++)
    if (*call->argv[i] != '-')
      g_ptr_array_add (given, call->argv[i]);
  if (print_values (previous))
    return;
  if (*current == '-')
    print_options (call, given);
  else if (given->len > 0)
    print_arguments (call, given);
  else
    {
      commands = snetctl_commands_list (&n);
      print_commands (commands, n, 0);
    }
}
