/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snetd-engine.h"

struct SnetdEngine
{
  GHashTable *rules; /* by id, those that are disabled too */
  /* Of SnetdSubtable, the most specific first. */
  GPtrArray *locked;
  GHashTable *users; /* by uid, of such arrays */
  GPtrArray *system;
};

static GPtrArray *
new_tier (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify)snetd_subtable_free);
}

SnetdEngine *
snetd_engine_new (void)
{
  SnetdEngine *engine = g_new0 (SnetdEngine, 1);

  engine->rules =
    g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, (GDestroyNotify)snetd_rule_unref);
  engine->locked = new_tier ();
  engine->users = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify)g_ptr_array_unref);
  engine->system = new_tier ();
  return engine;
}

void
snetd_engine_free (SnetdEngine *engine)
{
  g_ptr_array_unref (engine->locked);
  g_hash_table_unref (engine->users);
  g_ptr_array_unref (engine->system);
  g_hash_table_unref (engine->rules);
  g_free (engine);
}

/* Rules come and go. */

static GPtrArray *
tier_of (SnetdEngine *engine, const SnetdRule *rule)
{
  gpointer key = GUINT_TO_POINTER ((guint)rule->owner);
  GPtrArray *tier;

  if (rule->owner == SNETD_OWNER_SYSTEM)
    return rule->locked ? engine->locked : engine->system;

  tier = g_hash_table_lookup (engine->users, key);
  if (tier == NULL)
    {
      tier = new_tier ();
      g_hash_table_insert (engine->users, key, tier);
    }
  return tier;
}

/* Where the rule's subtable is, or else has to be. */
static gboolean
find_subtable (GPtrArray *tier, const SnetdRule *rule, guint *ret_index)
{
  guint low = 0, high = tier->len;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;
      int order = snetd_subtable_compare (g_ptr_array_index (tier, middle), rule);

      if (order == 0)
        {
          *ret_index = middle;
          return TRUE;
        }
      if (order < 0)
        low = middle + 1;
      else
        high = middle;
    }
  *ret_index = low;
  return FALSE;
}

static void
add_to_tier (GPtrArray *tier, SnetdRule *rule)
{
  guint i;

  if (!find_subtable (tier, rule, &i))
    g_ptr_array_insert (tier, i, snetd_subtable_new (rule));
  snetd_subtable_add (g_ptr_array_index (tier, i), rule);
}

void
snetd_engine_add (SnetdEngine *engine, SnetdRule *rule)
{
  g_return_if_fail (snetd_engine_lookup (engine, rule->id) == NULL);

  g_hash_table_insert (engine->rules, &rule->id, snetd_rule_ref (rule));
  if (!rule->disabled)
    add_to_tier (tier_of (engine, rule), rule);
}

static void
remove_from_tier (GPtrArray *tier, SnetdRule *rule)
{
  SnetdSubtable *subtable;
  guint i;

  g_return_if_fail (find_subtable (tier, rule, &i));

  subtable = g_ptr_array_index (tier, i);
  snetd_subtable_remove (subtable, rule);
  if (snetd_subtable_is_empty (subtable))
    g_ptr_array_remove_index (tier, i);
}

gboolean
snetd_engine_remove (SnetdEngine *engine, guint64 id)
{
  SnetdRule *rule = snetd_engine_lookup (engine, id);

  if (rule == NULL)
    return FALSE;

  if (!rule->disabled)
    {
      GPtrArray *tier = tier_of (engine, rule);

      remove_from_tier (tier, rule);
      if (rule->owner != SNETD_OWNER_SYSTEM && tier->len == 0)
        g_hash_table_remove (engine->users, GUINT_TO_POINTER ((guint)rule->owner));
    }
  g_hash_table_remove (engine->rules, &id);
  return TRUE;
}

SnetdRule *
snetd_engine_lookup (SnetdEngine *engine, guint64 id)
{
  return g_hash_table_lookup (engine->rules, &id);
}

guint
snetd_engine_count (SnetdEngine *engine)
{
  return g_hash_table_size (engine->rules);
}

static int
compare_ids (gconstpointer a, gconstpointer b)
{
  const SnetdRule *one = *(SnetdRule *const *)a;
  const SnetdRule *other = *(SnetdRule *const *)b;

  return one->id < other->id ? -1 : one->id > other->id;
}

GPtrArray *
snetd_engine_list (SnetdEngine *engine)
{
  GPtrArray *rules = g_ptr_array_new_with_free_func ((GDestroyNotify)snetd_rule_unref);
  GHashTableIter iter;
  gpointer rule;

  g_hash_table_iter_init (&iter, engine->rules);
  while (g_hash_table_iter_next (&iter, NULL, &rule))
    g_ptr_array_add (rules, snetd_rule_ref (rule));
  g_ptr_array_sort (rules, compare_ids);
  return rules;
}

/* Judging. */

static gboolean
match_tier (const GPtrArray *tier, SnetdLookup *lookup, SnetdRuleFunc func, gpointer user_data)
{
  for (guint i = 0; tier != NULL && i < tier->len; i++)
    {
      if (!snetd_subtable_match (g_ptr_array_index (tier, i), lookup, func, user_data))
        return FALSE;
    }
  return TRUE;
}

/* All that match, in their order. */
static SnetdConsulted
match (SnetdEngine *engine, const SnetdContext *context, SnetdRuleFunc func, gpointer user_data)
{
  SnetdLookup lookup = { .context = context, .consulted.minutes = SNETD_WEEK_MINUTES };
  GPtrArray *users;

  if (!match_tier (engine->locked, &lookup, func, user_data))
    return lookup.consulted;

  /* Whose rules these are is a question, too, unless nobody has any. */
  if (g_hash_table_size (engine->users) > 0)
    lookup.consulted.fields |= SNET_FIELD_UID;
  users = g_hash_table_lookup (engine->users, GUINT_TO_POINTER (context->request->uid));
  if (match_tier (users, &lookup, func, user_data))
    match_tier (engine->system, &lookup, func, user_data);
  return lookup.consulted;
}

static gboolean
take_first (SnetdRule *rule, gpointer user_data)
{
  *(SnetdRule **)user_data = rule;
  return FALSE;
}

void
snetd_engine_decide (SnetdEngine *engine, const SnetdContext *context, SnetdDecision *ret_decision)
{
  ret_decision->rule = NULL;
  ret_decision->consulted = match (engine, context, take_first, &ret_decision->rule);
}

static gboolean
take_all (SnetdRule *rule, gpointer user_data)
{
  g_ptr_array_add (user_data, snetd_rule_ref (rule));
  return TRUE;
}

GPtrArray *
snetd_engine_explain (SnetdEngine *engine, const SnetdContext *context)
{
  GPtrArray *rules = g_ptr_array_new_with_free_func ((GDestroyNotify)snetd_rule_unref);

  match (engine, context, take_all, rules);
  return rules;
}
