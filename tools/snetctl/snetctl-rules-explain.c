// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <glib/gi18n.h>
#include <inttypes.h>

#include "gsnet-event.h"
#include "gsnet-words-past.h"
#include "gsnet-words.h"
#include "snet-names.h"

#include "snetctl-bus.h"
#include "snetctl-json.h"
#include "snetctl-keys.h"
#include "snetctl-rule.h"
#include "snetctl-rules.h"

static gboolean run_explain (SnetctlCall *call, GError **error);

const SnetctlCommand snetctl_rules_explain = {
  "rules explain",
  N_ ("[KEY=VALUE…]"),
  N_ ("Which rules match a call, and which of them decides"),
  run_explain,
};

static const char *const description =
  N_ ("The call is one that waits, one of the log, or one that is made up:\n"
      "  snetctl rules explain --event=1234\n"
      "  snetctl rules explain --operation=connect --program=/usr/bin/curl "
      "--remote-address=192.0.2.1 --remote-port=443");

static GVariant *
find_waiting (const SnetctlCall *call, guint64 id)
{
  g_autoptr (GVariant) reply =
    snetctl_bus_call (call, SNET_INTERFACE_EVENTS, "ListPending", NULL, "(aa{sv})", NULL);
  g_autoptr (GVariant) events = reply ? g_variant_get_child_value (reply, 0) : NULL;

  for (gsize i = 0; events && i < g_variant_n_children (events); i++)
    {
      g_autoptr (GVariant) event = g_variant_get_child_value (events, i);
      guint64 found;

      if (g_variant_lookup (event, SNET_KEY_ID, "t", &found) && found == id)
        return g_steal_pointer (&event);
    }
  return NULL;
}

/* The newest one, as ids begin anew when the machine does. */
static GVariant *
query_one (const SnetctlCall *call, GVariant *filter, GError **error)
{
  g_autoptr (GVariant) reply =
    snetctl_bus_call (call, SNET_INTERFACE_EVENTS, "Query", g_variant_new ("(@a{sv}u)", filter, 1),
                      "(aa{sv})", error);
  g_autoptr (GVariant) events = reply ? g_variant_get_child_value (reply, 0) : NULL;

  return events && g_variant_n_children (events) ? g_variant_get_child_value (events, 0) : NULL;
}

static GVariant *
find_logged (const SnetctlCall *call, guint64 number, GError **error)
{
  g_auto (GVariantDict) by_serial = G_VARIANT_DICT_INIT (NULL);
  g_auto (GVariantDict) by_id = G_VARIANT_DICT_INIT (NULL);
  GVariant *event;

  g_variant_dict_insert (&by_serial, SNET_KEY_AFTER, "t", number - 1);
  g_variant_dict_insert (&by_serial, SNET_KEY_BEFORE, "t", number + 1);
  event = query_one (call, g_variant_dict_end (&by_serial), error);
  if (event || (error && *error))
    return event;
  g_variant_dict_insert (&by_id, SNET_KEY_ID, "t", number);
  return query_one (call, g_variant_dict_end (&by_id), error);
}

/* A call that waits, by its id; or one of the log, by its serial or its id. */
static GVariant *
find_event (const SnetctlCall *call, const char *word, GError **error)
{
  g_autoptr (GError) failure = NULL;
  GVariant *event;
  guint64 number;

  if (!snetctl_call_parse_id (word, &number, error))
    return NULL;
  event = find_waiting (call, number);
  if (!event)
    event = find_logged (call, number, &failure);
  if (failure)
    g_propagate_error (error, g_steal_pointer (&failure));
  else if (!event)
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                 _ ("no call that waits, and none in the log, has the number %" PRIu64), number);
  return event;
}

static void
print_event (GVariant *dict)
{
  g_autoptr (GsnetEvent) event = gsnet_event_new (0, dict);
  g_autofree char *sentence = gsnet_words_sentence (event);
  g_autofree char *reason = gsnet_words_reason (event);

  g_print ("%s.\n", sentence);
  if (reason)
    g_print (_ ("What decided it then: %s.\n"), reason);
}

static void
print_rules (GVariant *rules)
{
  for (gsize i = 0; i < g_variant_n_children (rules); i++)
    {
      g_autoptr (GsnetRule) rule = snetctl_rule_of_list (rules, i);
      g_autofree char *sentence = snetctl_rule_sentence (rule);
      g_autofree char *source = gsnet_words_rule_source (rule);

      if (i < 2)
        g_print ("%s\n",
                 i == 0 ? _ ("This rule decides:") : _ ("Without it, one after the other:"));
      g_print ("  %" G_GUINT64_FORMAT "  %s %s.\n", gsnet_rule_get_id (rule), sentence, source);
    }
}

static void
print_explanation (GVariant *event, gboolean found, GVariant *rules)
{
  const char *action = NULL;

  if (found)
    print_event (event);
  if (g_variant_n_children (rules))
    {
      g_autoptr (GVariant) first = g_variant_get_child_value (rules, 0);

      g_variant_lookup (first, SNET_KEY_ACTION, "&s", &action);
    }
  print_rules (rules);
  if (!action)
    g_print ("%s\n", _ ("No rule matches: the mode decides, which is to ask unless it was changed "
                        "(snetctl mode)."));
  else if (g_str_equal (action, SNET_MODE_WORD_ASK))
    g_print ("%s\n", _ ("It says to ask, which the mode may do otherwise (snetctl mode)."));
}

static GVariant *
get_event (const SnetctlCall *call, const char *number, SnetctlKeyOptions *options, GError **error)
{
  g_autoptr (GVariant) found = number ? find_event (call, number, error) : NULL;
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (found);

  if (number && !found)
    return NULL;
  if (!snetctl_key_options_collect (options, &dict, error))
    return NULL;
  for (int i = 1; i < call->argc; i++)
    if (!snetctl_keys_add_word (snetctl_event_keys, call->argv[i], &dict, error))
      return NULL;
  return g_variant_ref_sink (g_variant_dict_end (&dict));
}

static gboolean
explain (const SnetctlCall *call, const char *number, SnetctlKeyOptions *options, GError **error)
{
  g_autoptr (GVariant) event = get_event (call, number, options, error);
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GVariant) rules = NULL;

  if (!event)
    return FALSE;
  reply = snetctl_bus_call (call, SNET_INTERFACE_RULES, "Explain",
                            g_variant_new ("(@a{sv})", event), "(aa{sv})", error);
  if (!reply)
    return FALSE;
  rules = g_variant_get_child_value (reply, 0);
  if (call->json)
    snetctl_json_print (rules);
  else
    print_explanation (event, number != NULL, rules);
  return TRUE;
}

static gboolean
run_explain (SnetctlCall *call, GError **error)
{
  g_autofree char *number = NULL;
  const GOptionEntry more[] = {
    { "event", 'e', 0, G_OPTION_ARG_STRING, &number,
      N_ ("A call that waits or is in the log, by its id or its serial"), N_ ("NUMBER") },
    G_OPTION_ENTRY_NULL
  };
  g_autoptr (SnetctlKeyOptions) options = snetctl_key_options_new (snetctl_event_keys, more);

  return snetctl_call_parse (call, &snetctl_rules_explain, options->entries, _ (description), 0, -1,
                             error) &&
         explain (call, number, options, error);
}
