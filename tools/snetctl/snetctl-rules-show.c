// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <glib/gi18n.h>
#include <inttypes.h>

#include "gsnet-text.h"
#include "gsnet-words.h"
#include "snet-names.h"

#include "snetctl-bus.h"
#include "snetctl-json.h"
#include "snetctl-rule.h"
#include "snetctl-rules.h"

static gboolean run_show (SnetctlCall *call, GError **error);

const SnetctlCommand snetctl_rules_show = {
  "rules show",
  N_ ("ID…"),
  N_ ("All of a rule: in words, as text, and what it has decided"),
  run_show,
};

/* The last call that it has decided; NULL: none, or nobody may say. */
static GVariant *
query_last (const SnetctlCall *call, guint64 id)
{
  g_auto (GVariantDict) filter = G_VARIANT_DICT_INIT (NULL);
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GVariant) events = NULL;

  g_variant_dict_insert (&filter, SNET_KEY_RULE, "t", id);
  reply = snetctl_bus_call (call, SNET_INTERFACE_EVENTS, "Query",
                            g_variant_new ("(@a{sv}u)", g_variant_dict_end (&filter), 1),
                            "(aa{sv})", NULL);
  events = reply ? g_variant_get_child_value (reply, 0) : NULL;
  return events && g_variant_n_children (events) ? g_variant_get_child_value (events, 0) : NULL;
}

/* How many they are; 0: that is not known. */
static guint64
count_decided (const SnetctlCall *call, guint64 id)
{
  g_auto (GVariantDict) filter = G_VARIANT_DICT_INIT (NULL);
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GVariant) summary = NULL;
  guint64 events = 0;

  g_variant_dict_insert (&filter, SNET_KEY_RULE, "t", id);
  g_variant_dict_insert (&filter, SNET_KEY_SINCE, "x", (gint64)1);
  reply = snetctl_bus_call (call, SNET_INTERFACE_EVENTS, "Summarize",
                            g_variant_new ("(@a{sv}u)", g_variant_dict_end (&filter), 1), "(a{sv})",
                            NULL);
  summary = reply ? g_variant_get_child_value (reply, 0) : NULL;
  if (summary)
    g_variant_lookup (summary, "events", "t", &events);
  return events;
}

static void
print_decided (const SnetctlCall *call, guint64 id)
{
  /* First, as snetd writes down what it knows before it says what the last one is. */
  g_autoptr (GVariant) last = query_last (call, id);
  guint64 n = last ? count_decided (call, id) : 0;
  g_autofree char *when = NULL;
  gint64 time = 0;

  if (!last)
    {
      g_print ("%s\n", _ ("It has decided no call that the log has."));
      return;
    }
  g_variant_lookup (last, SNET_KEY_TIME, "x", &time);
  when = gsnet_words_time (time);
  g_print (ngettext ("It has decided %" PRIu64 " call, the last at %s: snetctl log "
                     "--rule=%" PRIu64 "\n",
                     "It has decided %" PRIu64 " calls, the last at %s: snetctl log "
                     "--rule=%" PRIu64 "\n",
                     (gulong)n),
           n, when, id);
}

static void
print_created (GVariant *dict)
{
  gint64 created = 0;
  g_autofree char *when = NULL;

  g_variant_lookup (dict, SNET_KEY_CREATED, "x", &created);
  when = gsnet_words_time (created);
  if (when)
    g_print (_ ("Made: %s\n"), when);
}

static void
print_source (GsnetRule *rule)
{
  const char *source = gsnet_rule_get_raw (rule, SNET_KEY_SOURCE);
  g_autofree char *words = gsnet_words_rule_source (rule);
  g_autofree char *file = source ? gsnet_text_visible (source, PATH_MAX) : NULL;

  g_print ("%s.\n", words);
  if (file)
    g_print (_ ("To change it, edit %s, and then: systemctl reload snetd\n"), file);
}

static void
print_rule (const SnetctlCall *call, guint64 id, GVariant *dict)
{
  g_autoptr (GsnetRule) rule = gsnet_rule_new (dict);
  g_autofree char *sentence = snetctl_rule_sentence (rule);
  g_autofree char *state = gsnet_words_rule_state (rule);
  g_autofree char *group = g_strdup_printf ("rule %" G_GUINT64_FORMAT, id);
  g_autofree char *text = snetctl_rule_to_text (group, dict);

  g_print ("%s\n", sentence);
  if (state)
    g_print ("%s.\n", state);
  print_source (rule);
  print_created (dict);
  print_decided (call, id);
  g_print ("\n");
  snetctl_print_text (text);
}

static gboolean
show (const SnetctlCall *call, const char *word, GError **error)
{
  g_autoptr (GVariant) rule = NULL;
  guint64 id;

  if (!snetctl_call_parse_id (word, &id, error))
    return FALSE;
  rule = snetctl_rule_get (call, id, error);
  if (!rule)
    return FALSE;
  if (call->json)
    snetctl_json_print (rule);
  else
    print_rule (call, id, rule);
  return TRUE;
}

static gboolean
run_show (SnetctlCall *call, GError **error)
{
  if (!snetctl_call_parse (call, &snetctl_rules_show, NULL, NULL, 1, -1, error))
    return FALSE;
  for (int i = 1; i < call->argc; i++)
    {
      if (i > 1 && !call->json)
        g_print ("\n");
      if (!show (call, call->argv[i], error))
        return FALSE;
    }
  return TRUE;
}
