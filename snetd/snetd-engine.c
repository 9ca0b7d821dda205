/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snetd-engine.h"

struct SnetdEngine
{
  GPtrArray *ordered; /* of SnetdRule, the first match decides */
};

SnetdEngine *
snetd_engine_new (void)
{
  SnetdEngine *engine = g_new0 (SnetdEngine, 1);

  engine->ordered = g_ptr_array_new_with_free_func ((GDestroyNotify)snetd_rule_unref);
  return engine;
}

void
snetd_engine_free (SnetdEngine *engine)
{
  g_ptr_array_unref (engine->ordered);
  g_free (engine);
}

static int
prefix_of (const SnetdRule *rule, SnetdCondition condition)
{
  if (condition == SNETD_CONDITION_REMOTE_ADDRESS)
    return rule->remote_address.prefix;
  if (condition == SNETD_CONDITION_LOCAL_ADDRESS)
    return rule->local_address.prefix;
  return 0;
}

static int
compare_specific (const SnetdRule *a, const SnetdRule *b)
{
  for (SnetdCondition c = 0; c < SNETD_CONDITION_LAST; c++)
    {
      gboolean in_a = snetd_rule_has (a, c);
      gboolean in_b = snetd_rule_has (b, c);

      if (in_a != in_b)
        return in_a ? -1 : 1;
      if (in_a && prefix_of (a, c) != prefix_of (b, c))
        return prefix_of (b, c) - prefix_of (a, c);
    }
  return 0;
}

static int
action_rank (SnetdAction action)
{
  switch (action)
    {
    case SNETD_ACTION_DENY:
      return 0;
    case SNETD_ACTION_ASK:
      return 1;
    case SNETD_ACTION_ALLOW:
    default:
      return 2;
    }
}

int
snetd_engine_compare (const SnetdRule *a, const SnetdRule *b)
{
  gboolean a_is_system = a->owner == SNETD_OWNER_SYSTEM;
  gboolean b_is_system = b->owner == SNETD_OWNER_SYSTEM;
  int result;

  if (a_is_system != b_is_system)
    return a_is_system ? 1 : -1;

  result = compare_specific (a, b);
  if (result != 0)
    return result;

  result = action_rank (a->action) - action_rank (b->action);
  if (result != 0)
    return result;

  /* Ids only ever grow, so the greater one is the newer. */
  return a->id > b->id ? -1 : a->id < b->id;
}

void
snetd_engine_add (SnetdEngine *engine, SnetdRule *rule)
{
  guint low = 0, high = engine->ordered->len;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;

      if (snetd_engine_compare (g_ptr_array_index (engine->ordered, middle), rule) < 0)
        low = middle + 1;
      else
        high = middle;
    }
  g_ptr_array_insert (engine->ordered, low, snetd_rule_ref (rule));
}

static gboolean
find (SnetdEngine *engine, guint64 id, guint *ret_index)
{
  for (guint i = 0; i < engine->ordered->len; i++)
    {
      SnetdRule *rule = g_ptr_array_index (engine->ordered, i);

      if (rule->id == id)
        {
          *ret_index = i;
          return TRUE;
        }
    }
  return FALSE;
}

gboolean
snetd_engine_remove (SnetdEngine *engine, guint64 id)
{
  guint i;

  if (!find (engine, id, &i))
    return FALSE;

  g_ptr_array_remove_index (engine->ordered, i);
  return TRUE;
}

SnetdRule *
snetd_engine_lookup (SnetdEngine *engine, guint64 id)
{
  guint i;

  return find (engine, id, &i) ? g_ptr_array_index (engine->ordered, i) : NULL;
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

  for (guint i = 0; i < engine->ordered->len; i++)
    g_ptr_array_add (rules, snetd_rule_ref (g_ptr_array_index (engine->ordered, i)));
  g_ptr_array_sort (rules, compare_ids);
  return rules;
}

void
snetd_engine_decide (SnetdEngine *engine, const SnetdRequest *request, SnetdDecision *ret_decision)
{
  ret_decision->rule = NULL;

  for (guint i = 0; i < engine->ordered->len; i++)
    {
      SnetdRule *rule = g_ptr_array_index (engine->ordered, i);

      if (snetd_rule_matches (rule, request))
        {
          ret_decision->rule = rule;
          return;
        }
    }
}
