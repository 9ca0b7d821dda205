/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snetd-proposals.h"

#include "snet-names.h"
#include "snetd-answer.h"
#include "snetd-process.h"

#define BIT(condition) SNETD_CONDITION_BIT (condition)

typedef struct
{
  GVariant *rule; /* a{sv} */
  guint64 count;
} Proposal;

static void
proposal_free (gpointer data)
{
  Proposal *proposal = data;

  g_variant_unref (proposal->rule);
  g_free (proposal);
}

/* It would be about whatever has that path then, or about nothing. */
static gboolean
is_lasting (const char *path)
{
  return path != NULL && path[0] == '/' && !g_str_has_suffix (path, SNETD_PROGRAM_DELETED) &&
         !g_str_has_suffix (path, SNETD_PROGRAM_ELSEWHERE);
}

/*
 * As an answer would make it, but an interpreter is only allowed what this script of it did, and
 * a name lasts longer than its address. NULL: there is none that would hold.
 */
static SnetdRule *
make_rule (const SnetdRequest *request)
{
  g_autoptr (SnetdRule) rule = snetd_rule_new ();
  guint match = snetd_answer_default_match (request);

  if (!is_lasting (request->program) || (request->script != NULL && !is_lasting (request->script)))
    return NULL;
  if (request->script != NULL)
    match |= BIT (SNETD_CONDITION_SCRIPT);
  if (request->remote_host != NULL && (match & BIT (SNETD_CONDITION_REMOTE_ADDRESS)))
    match ^= BIT (SNETD_CONDITION_REMOTE_ADDRESS) | BIT (SNETD_CONDITION_REMOTE_HOST);

  rule->action = SNETD_ACTION_ALLOW;
  rule->lifetime = SNETD_LIFETIME_FOREVER;
  rule->owner = request->uid;
  for (SnetdCondition c = 0; c < SNETD_CONDITION_LAST; c++)
    {
      if ((match & BIT (c)) && !snetd_condition_keep (c, rule, request))
        return NULL;
    }
  return snetd_rule_check (rule, NULL) ? g_steal_pointer (&rule) : NULL;
}

static gboolean
is_decided (SnetdRulebase *rulebase, const SnetdRequest *request)
{
  SnetdDecision decision;

  snetd_rulebase_decide (rulebase, request, g_get_real_time (), &decision);
  return decision.rule != NULL && decision.rule->action != SNETD_ACTION_ASK;
}

/* Kinds that differ in what the rule does not say are one. */
static void
add_kind (SnetdRulebase *rulebase, GVariant *kind, GPtrArray *proposals, GHashTable *by_text)
{
  g_autoptr (SnetdRequest) request = snetd_request_from_variant (kind, NULL);
  g_autoptr (SnetdRule) rule = NULL;
  g_autoptr (GVariant) dict = NULL;
  g_autofree char *text = NULL;
  Proposal *proposal;
  guint32 count = 0;

  if (request == NULL || is_decided (rulebase, request))
    return;
  rule = make_rule (request);
  if (rule == NULL)
    return;

  dict = g_variant_ref_sink (snetd_rule_to_variant (rule));
  text = g_variant_print (dict, TRUE);
  proposal = g_hash_table_lookup (by_text, text);
  if (proposal == NULL)
    {
      proposal = g_new0 (Proposal, 1);
      proposal->rule = g_steal_pointer (&dict);
      g_ptr_array_add (proposals, proposal);
      g_hash_table_insert (by_text, g_steal_pointer (&text), proposal);
    }
  g_variant_lookup (kind, SNET_KEY_COUNT, "u", &count);
  proposal->count += count;
}

static int
compare_counts (gconstpointer a, gconstpointer b)
{
  const Proposal *one = *(Proposal *const *)a;
  const Proposal *other = *(Proposal *const *)b;

  return one->count > other->count ? -1 : one->count < other->count;
}

static GVariant *
proposal_to_variant (const Proposal *proposal)
{
  GVariantDict dict;

  g_variant_dict_init (&dict, proposal->rule);
  g_variant_dict_insert (&dict, SNET_KEY_COUNT, "t", proposal->count);
  return g_variant_dict_end (&dict);
}

GVariant *
snetd_proposals_make (SnetdRulebase *rulebase, GVariant *kinds)
{
  g_autoptr (GPtrArray) proposals = g_ptr_array_new_with_free_func (proposal_free);
  g_autoptr (GHashTable) by_text = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  GVariantBuilder builder;

  for (gsize i = 0; i < g_variant_n_children (kinds); i++)
    {
      g_autoptr (GVariant) kind = g_variant_get_child_value (kinds, i);

      add_kind (rulebase, kind, proposals, by_text);
    }
  g_ptr_array_sort (proposals, compare_counts);

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("aa{sv}"));
  for (guint i = 0; i < proposals->len; i++)
    g_variant_builder_add_value (&builder, proposal_to_variant (g_ptr_array_index (proposals, i)));
  return g_variant_builder_end (&builder);
}
