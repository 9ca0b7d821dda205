// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <glib/gi18n.h>
#include <string.h>

#include "gsnet-rule.h"
#include "gsnet-words.h"
#include "snet-names.h"

#include "snetctl-bus.h"
#include "snetctl-json.h"
#include "snetctl-keys.h"
#include "snetctl-rule.h"
#include "snetctl-rules.h"
#include "snetctl-table.h"

static gboolean run_list (SnetctlCall *call, GError **error);

const SnetctlCommand snetctl_rules_list = {
  "rules list",
  NULL,
  N_ ("The rules, in the order in which they were made"),
  run_list,
};

/* Of those that are shown all that is given holds; NULL: whatever. */
typedef struct
{
  char *program;
  char *action;
  char *owner;
  char *text;
  guint32 uid; /* owner's, unless that is the system */
} Filter;

static const SnetctlColumn columns[] = {
  { N_ ("ID"), 0, TRUE, FALSE },       { N_ ("ACTION"), 0, FALSE, FALSE },
  { N_ ("PROGRAM"), 10, FALSE, TRUE }, { N_ ("WHAT"), 8, FALSE, TRUE },
  { N_ ("WHERE"), 12, FALSE, TRUE },   { N_ ("LIFETIME"), 0, FALSE, FALSE },
  { N_ ("OWNER"), 0, FALSE, FALSE },   { N_ ("STATE"), 0, FALSE, FALSE },
};

static gboolean
is_system (const char *owner)
{
  return g_str_equal (owner, SNET_KEY_SYSTEM);
}

static gboolean
has_owner (GsnetRule *rule, const Filter *filter)
{
  guint32 uid;

  if (!gsnet_rule_get_owner (rule, &uid))
    return is_system (filter->owner);
  return !is_system (filter->owner) && uid == filter->uid;
}

/* Its path or, without a slash, the name of the file. */
static gboolean
has_program (GsnetRule *rule, const char *wanted)
{
  const char *program = gsnet_rule_get_raw (rule, SNET_KEY_PROGRAM);
  g_autofree char *base = program ? g_path_get_basename (program) : NULL;

  return program && g_str_equal (strchr (wanted, '/') ? program : base, wanted);
}

static gboolean
has_text (GsnetRule *rule, const char *wanted)
{
  g_autofree char *text = NULL;
  g_autofree char *folded = NULL;
  g_autofree char *wanted_folded = g_utf8_casefold (wanted, -1);

  g_object_get (rule, "text", &text, NULL);
  folded = g_utf8_casefold (text, -1);
  return strstr (folded, wanted_folded) != NULL;
}

static gboolean
is_wanted (GsnetRule *rule, const Filter *filter)
{
  return (!filter->program || has_program (rule, filter->program)) &&
         (!filter->action ||
          g_strcmp0 (gsnet_rule_get_raw (rule, SNET_KEY_ACTION), filter->action) == 0) &&
         (!filter->owner || has_owner (rule, filter)) &&
         (!filter->text || has_text (rule, filter->text));
}

static GPtrArray *
choose (GVariant *rules, const Filter *filter)
{
  GPtrArray *chosen = g_ptr_array_new_with_free_func (g_object_unref);

  for (gsize i = 0; i < g_variant_n_children (rules); i++)
    {
      GsnetRule *rule = snetctl_rule_of_list (rules, i);

      if (is_wanted (rule, filter))
        g_ptr_array_add (chosen, rule);
      else
        g_object_unref (rule);
    }
  return chosen;
}

static void
print_json (GPtrArray *rules)
{
  g_auto (GVariantBuilder) array = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("aa{sv}"));
  g_autoptr (GVariant) value = NULL;

  for (guint i = 0; i < rules->len; i++)
    g_variant_builder_add_value (&array, gsnet_rule_get_variant (g_ptr_array_index (rules, i)));
  value = g_variant_ref_sink (g_variant_builder_end (&array));
  snetctl_json_print (value);
}

static const char *
color_of (const char *action)
{
  if (g_strcmp0 (action, SNET_VERDICT_WORD_ALLOW) == 0)
    return "green";
  return g_strcmp0 (action, SNET_VERDICT_WORD_DENY) == 0 ? "red" : "yellow";
}

static void
add_rule (SnetctlTable *table, GsnetRule *rule)
{
  const char *action = gsnet_rule_get_raw (rule, SNET_KEY_ACTION);
  g_autofree char *id = g_strdup_printf ("%" G_GUINT64_FORMAT, gsnet_rule_get_id (rule));
  g_autofree char *where = gsnet_words_rule_where (rule);
  g_autofree char *state = gsnet_words_rule_state (rule);
  g_autofree char *owner = NULL;

  g_object_get (rule, "owner", &owner, NULL);
  snetctl_table_add (
    table, (const char *const[]){
             id, gsnet_words_action (action), gsnet_rule_get_program_name (rule),
             gsnet_words_operation (gsnet_rule_get_raw (rule, SNET_KEY_OPERATION)), where,
             gsnet_words_lifetime (gsnet_rule_get_raw (rule, SNET_KEY_LIFETIME)), owner, state });
  snetctl_table_color (table, 1, color_of (action));
}

static void
print_table (const SnetctlCall *call, GPtrArray *rules)
{
  g_autoptr (SnetctlTable) table = snetctl_table_new (call, columns, G_N_ELEMENTS (columns));

  for (guint i = 0; i < rules->len; i++)
    add_rule (table, g_ptr_array_index (rules, i));
  snetctl_table_print (table);
}

static gboolean
list (const SnetctlCall *call, Filter *filter, GError **error)
{
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GVariant) all = NULL;
  g_autoptr (GPtrArray) rules = NULL;

  if (filter->owner && !is_system (filter->owner) &&
      !snetctl_parse_user (filter->owner, &filter->uid, error))
    return FALSE;
  reply = snetctl_bus_call (call, SNET_INTERFACE_RULES, "List", NULL, "(aa{sv})", error);
  if (!reply)
    return FALSE;
  all = g_variant_get_child_value (reply, 0);
  rules = choose (all, filter);
  if (call->json)
    print_json (rules);
  else if (rules->len)
    print_table (call, rules);
  else
    g_print ("%s\n",
             g_variant_n_children (all) ? _ ("No rule matches.") : _ ("There are no rules."));
  return TRUE;
}

static gboolean
run_list (SnetctlCall *call, GError **error)
{
  Filter filter = { 0 };
  const GOptionEntry entries[] = {
    { "program", 'p', 0, G_OPTION_ARG_STRING, &filter.program,
      N_ ("Those of this program: its path, or its name"), N_ ("PROGRAM") },
    { "action", 'a', 0, G_OPTION_ARG_STRING, &filter.action, N_ ("Those that do this"),
      "allow|deny|ask" },
    { "owner", 'o', 0, G_OPTION_ARG_STRING, &filter.owner,
      N_ ("Those of this user, or of the “system”"), N_ ("USER") },
    { "text", 't', 0, G_OPTION_ARG_STRING, &filter.text,
      N_ ("Those with this in what they are about, or in the comment"), N_ ("TEXT") },
    G_OPTION_ENTRY_NULL
  };
  gboolean done = snetctl_call_parse (call, &snetctl_rules_list, entries, NULL, 0, 0, error) &&
                  list (call, &filter, error);

  g_free (filter.program);
  g_free (filter.action);
  g_free (filter.owner);
  g_free (filter.text);
  return done;
}
