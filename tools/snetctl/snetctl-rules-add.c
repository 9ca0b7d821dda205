// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <glib/gi18n.h>
#include <inttypes.h>

#include "gsnet-words.h"
#include "snet-names.h"

#include "snetctl-bus.h"
#include "snetctl-edits.h"
#include "snetctl-error.h"
#include "snetctl-json.h"
#include "snetctl-keys.h"
#include "snetctl-rule.h"
#include "snetctl-rules.h"

static gboolean run_add (SnetctlCall *call, GError **error);

const SnetctlCommand snetctl_rules_add = {
  "rules add",
  N_ ("allow|deny|ask [KEY=VALUE…]"),
  N_ ("Make a rule, of options or of keys and values"),
  run_add,
};

static const char *const description = N_ (
  "A rule is about what all of its conditions hold for; without any, about everything. Example:\n"
  "  snetctl rules add allow --program=/usr/bin/curl --remote-host=example.org "
  "--remote-port=443\n"
  "  snetctl rules add deny program=/usr/bin/curl remote-port=25 --dry-run\n"
  "All about the keys: man snet.rules");

/* Whose end is said ends at a time. */
static void
add_lifetime (GVariantDict *dict)
{
  if (!g_variant_dict_contains (dict, SNET_KEY_LIFETIME) &&
      (g_variant_dict_contains (dict, SNET_KEY_UNTIL) ||
       g_variant_dict_contains (dict, SNET_KEY_DURATION)))
    g_variant_dict_insert (dict, SNET_KEY_LIFETIME, "s", SNET_LIFETIME_WORD_UNTIL);
}

/* "action=allow" as in the text form, or "allow". */
static const char *
get_action (const char *word)
{
  return g_str_has_prefix (word, SNET_KEY_ACTION "=") ? word + sizeof SNET_KEY_ACTION : word;
}

static GVariant *
read_rule (const SnetctlCall *call, SnetctlKeyOptions *options, GError **error)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);

  g_variant_dict_insert (&dict, SNET_KEY_ACTION, "s", get_action (call->argv[1]));
  if (!snetctl_key_options_collect (options, &dict, error))
    return NULL;
  for (int i = 2; i < call->argc; i++)
    if (!snetctl_keys_add_word (snetctl_rule_keys, call->argv[i], &dict, error))
      return NULL;
  add_lifetime (&dict);
  return g_variant_ref_sink (g_variant_dict_end (&dict));
}

static gboolean
is_about_a_list (GVariant *rule)
{
  return g_variant_lookup (rule, SNET_KEY_REMOTE_LIST, "s", NULL);
}

static void
print_trial (GVariant *reply)
{
  g_autofree char *words = NULL;
  guint32 matched;
  guint32 examined;

  g_variant_get (reply, "(uu)", &matched, &examined);
  words = gsnet_words_trial (matched, examined, FALSE);
  g_print ("%s\n", words);
}

/* As JSON: the rule, and how many of the past events it would have been about. */
static void
print_json (GVariant *rule, GVariant *reply)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (rule);
  g_autoptr (GVariant) value = NULL;
  guint32 matched;
  guint32 examined;

  if (reply)
    {
      g_variant_get (reply, "(uu)", &matched, &examined);
      g_variant_dict_insert (&dict, "matched", "u", matched);
      g_variant_dict_insert (&dict, "examined", "u", examined);
    }
  value = g_variant_ref_sink (g_variant_dict_end (&dict));
  snetctl_json_print (value);
}

/* What cannot be tried can be checked at least. */
static gboolean
check_list_rule (const SnetctlCall *call, GVariant *rule, GError **error)
{
  g_autofree char *text = snetctl_rule_to_text ("rule 1", rule);
  g_auto (GStrv) problems = NULL;

  if (!snetctl_edits_check (call, text, FALSE, &problems, error))
    return FALSE;
  if (!problems[0])
    return TRUE;
  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "%s", problems[0]);
  return FALSE;
}

static gboolean
try_rule (const SnetctlCall *call, GVariant *rule, GError **error)
{
  g_autoptr (GsnetRule) shown = gsnet_rule_new (rule);
  g_autofree char *sentence = snetctl_rule_sentence (shown);
  g_autoptr (GVariant) reply = NULL;

  if (is_about_a_list (rule))
    {
      if (!check_list_rule (call, rule, error))
        return FALSE;
    }
  else
    {
      reply = snetctl_bus_call (call, SNET_INTERFACE_RULES, "Match",
                                g_variant_new ("(@a{sv}a{sv})", rule, NULL), "(uu)", error);
      if (!reply)
        return FALSE;
    }
  if (call->json)
    {
      print_json (rule, reply);
      return TRUE;
    }
  g_print ("%s\n", sentence);
  if (reply)
    print_trial (reply);
  else
    g_print ("%s\n", _ ("Rules about a list cannot be tried on what has been."));
  g_print ("%s\n", _ ("Nothing was changed."));
  return TRUE;
}

static gboolean
add_rule (const SnetctlCall *call, GVariant *rule, GError **error)
{
  g_autoptr (GVariant) reply = snetctl_bus_call (call, SNET_INTERFACE_RULES, "Add",
                                                 g_variant_new ("(@a{sv})", rule), "(t)", error);
  g_autoptr (GVariant) made = NULL;
  g_autoptr (GsnetRule) shown = NULL;
  g_autofree char *sentence = NULL;
  guint64 id;

  if (!reply)
    return FALSE;
  g_variant_get (reply, "(t)", &id);
  /* It may have ended already, and is another's, perhaps. */
  made = snetctl_rule_get (call, id, NULL);
  if (call->json)
    {
      snetctl_json_print (made ? made : rule);
      return TRUE;
    }
  shown = gsnet_rule_new (made ? made : rule);
  sentence = snetctl_rule_sentence (shown);
  g_print (_ ("Rule %" PRIu64 ": %s\n"), id, sentence);
  return TRUE;
}

static gboolean
run_add (SnetctlCall *call, GError **error)
{
  gboolean dry_run = FALSE;
  const GOptionEntry more[] = { { "dry-run", 'n', 0, G_OPTION_ARG_NONE, &dry_run,
                                  N_ ("Only say what it would do, and would have done"), NULL },
                                G_OPTION_ENTRY_NULL };
  g_autoptr (SnetctlKeyOptions) options = snetctl_key_options_new (snetctl_rule_keys, more);
  g_autoptr (GVariant) rule = NULL;

  if (!snetctl_call_parse (call, &snetctl_rules_add, options->entries, _ (description), 1, -1,
                           error))
    return FALSE;
  rule = read_rule (call, options, error);
  if (!rule)
    return FALSE;
  return dry_run ? try_rule (call, rule, error) : add_rule (call, rule, error);
}
