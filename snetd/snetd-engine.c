/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snetd-engine.h"

#include "snetd-tier.h"

struct SnetdEngine
{
  GHashTable *rules; /* by id, those that are disabled too */
  SnetdKeys keys;    /* of all tiers */
  SnetdTier *locked;
  GHashTable *users; /* by uid, of SnetdTier */
  SnetdTier *system;
};

SnetdEngine *
snetd_engine_new (void)
{
  SnetdEngine *engine = g_new0 (SnetdEngine, 1);

  engine->rules =
    g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, (GDestroyNotify)snetd_rule_unref);
  snetd_keys_init (&engine->keys);
  engine->locked = snetd_tier_new (&engine->keys);
  engine->users = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify)snetd_tier_free);
  engine->system = snetd_tier_new (&engine->keys);
  return engine;
}

void
snetd_engine_free (SnetdEngine *engine)
{
  snetd_tier_free (engine->locked);
  g_hash_table_unref (engine->users);
  snetd_tier_free (engine->system);
  snetd_keys_clear (&engine->keys);
  g_hash_table_unref (engine->rules);
  g_free (engine);
}

/* Rules come and go. */

static SnetdTier *
tier_of (SnetdEngine *engine, const SnetdRule *rule)
{
  gpointer key = GUINT_TO_POINTER ((guint)rule->owner);
  SnetdTier *tier;

  if (rule->owner == SNETD_OWNER_SYSTEM)
    return rule->locked ? engine->locked : engine->system;

  tier = g_hash_table_lookup (engine->users, key);
  if (tier == NULL)
    {
      tier = snetd_tier_new (&engine->keys);
      g_hash_table_insert (engine->users, key, tier);
    }
  return tier;
}

void
snetd_engine_add (SnetdEngine *engine, SnetdRule *rule)
{
  g_return_if_fail (snetd_engine_lookup (engine, rule->id) == NULL);

  g_hash_table_insert (engine->rules, &rule->id, snetd_rule_ref (rule));
  if (!rule->disabled)
    snetd_tier_add (tier_of (engine, rule), rule);
}

gboolean
snetd_engine_remove (SnetdEngine *engine, guint64 id)
{
  SnetdRule *rule = snetd_engine_lookup (engine, id);

  if (rule == NULL)
    return FALSE;

  if (!rule->disabled)
    {
      SnetdTier *tier = tier_of (engine, rule);

      snetd_tier_remove (tier, rule);
      if (rule->owner != SNETD_OWNER_SYSTEM && snetd_tier_is_empty (tier))
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

/* All that match, in their order. */
static SnetdConsulted
match (SnetdEngine *engine, const SnetdContext *context, SnetdRuleFunc func, gpointer user_data)
{
  SnetdLookup lookup = { .context = context,
                         .keys = &engine->keys,
                         .consulted.minutes = SNETD_WEEK_MINUTES };
  SnetdTier *users;

  snetd_keys_begin (&engine->keys, context->request);
  if (!snetd_tier_match (engine->locked, &lookup, func, user_data))
    return lookup.consulted;

  /* Whose rules these are is a question, too, unless nobody has any. */
  if (g_hash_table_size (engine->users) > 0)
    lookup.consulted.fields |= SNET_FIELD_UID;
  users = g_hash_table_lookup (engine->users, GUINT_TO_POINTER (context->request->uid));
  if (users == NULL || snetd_tier_match (users, &lookup, func, user_data))
    snetd_tier_match (engine->system, &lookup, func, user_data);
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
