/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snetd-subtable.h"

#include "snetd-buckets.h"

struct SnetdSubtable
{
  guint32 conditions;
  guint widths[SNETD_CONDITION_LAST];
  guint64 fields;       /* what the conditions look at */
  SnetdParts rest;      /* what is looked up here */
  SnetdBuckets buckets; /* of Entry, the first one of each */
};

/* A rule among those with the same hash. */
typedef struct Entry Entry;
struct Entry
{
  SnetdRule *rule;
  Entry *next;
};

static void
free_entries (Entry *entry)
{
  while (entry != NULL)
    {
      Entry *next = entry->next;

      snetd_rule_unref (entry->rule);
      g_free (entry);
      entry = next;
    }
}

static void
free_bucket (gpointer value, gpointer unused)
{
  free_entries (value);
}

SnetdSubtable *
snetd_subtable_new (SnetdKeys *keys, const SnetdRule *rule, guint32 before)
{
  SnetdSubtable *subtable = g_new0 (SnetdSubtable, 1);

  subtable->conditions = rule->conditions;
  for (SnetdCondition c = 0; c < SNETD_CONDITION_LAST; c++)
    {
      if (!snetd_rule_has (rule, c))
        continue;
      subtable->widths[c] = snetd_condition_width (c, rule);
      subtable->fields |= snetd_condition_fields (c);
    }
  snetd_parts_init (&subtable->rest, keys, rule, ~before);
  snetd_buckets_init (&subtable->buckets);
  return subtable;
}

void
snetd_subtable_free (SnetdSubtable *subtable)
{
  snetd_buckets_foreach (&subtable->buckets, free_bucket, NULL);
  snetd_buckets_clear (&subtable->buckets);
  snetd_parts_clear (&subtable->rest);
  g_free (subtable);
}

gboolean
snetd_subtable_is_empty (const SnetdSubtable *subtable)
{
  return subtable->buckets.count == 0;
}

const SnetdPart *
snetd_subtable_first (const SnetdSubtable *subtable)
{
  return subtable->rest.count > 0 ? &subtable->rest.parts[0] : NULL;
}

int
snetd_subtable_compare (const SnetdSubtable *subtable, const SnetdRule *rule)
{
  for (SnetdCondition c = 0; c < SNETD_CONDITION_LAST; c++)
    {
      gboolean here = (subtable->conditions & SNETD_CONDITION_BIT (c)) != 0;
      gboolean there = snetd_rule_has (rule, c);
      guint width;

      if (here != there)
        return here ? -1 : 1;
      width = there ? snetd_condition_width (c, rule) : 0;
      if (subtable->widths[c] != width)
        return subtable->widths[c] < width ? -1 : 1;
    }
  return 0;
}

/* Rules come and go. */

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

/* Of two rules that are as specific. Ids only ever grow, so the greater one is the newer. */
static gboolean
goes_first (const SnetdRule *a, const SnetdRule *b)
{
  int rank_a = action_rank (a->action), rank_b = action_rank (b->action);

  return rank_a != rank_b ? rank_a < rank_b : a->id > b->id;
}

void
snetd_subtable_add (SnetdSubtable *subtable, guint64 hash, SnetdRule *rule)
{
  const guint64 all = snetd_parts_hash_rule (&subtable->rest, hash, rule);
  Entry *first = snetd_buckets_get (&subtable->buckets, all);
  Entry *entry = g_new0 (Entry, 1);
  Entry **place = &first;

  entry->rule = snetd_rule_ref (rule);
  while (*place != NULL && goes_first ((*place)->rule, rule))
    place = &(*place)->next;
  entry->next = *place;
  *place = entry;
  snetd_buckets_set (&subtable->buckets, all, first);
}

void
snetd_subtable_remove (SnetdSubtable *subtable, guint64 hash, SnetdRule *rule)
{
  const guint64 all = snetd_parts_hash_rule (&subtable->rest, hash, rule);
  Entry *first = snetd_buckets_get (&subtable->buckets, all);
  Entry **place = &first, *entry;

  while (*place != NULL && (*place)->rule != rule)
    place = &(*place)->next;
  g_return_if_fail (*place != NULL);

  entry = *place;
  *place = entry->next;
  snetd_buckets_set (&subtable->buckets, all, first);
  entry->next = NULL;
  free_entries (entry);
}

/* Judging. */

static void
consult_week (const SnetdRule *rule, SnetdLookup *lookup)
{
  guint minutes;

  if (!snetd_rule_has (rule, SNETD_CONDITION_TIME_OF_WEEK))
    return;
  minutes = snetd_week_until_change (rule->time_of_week, lookup->context->week_minute);
  lookup->consulted.minutes = MIN (lookup->consulted.minutes, minutes);
}

static gboolean
match_rule (SnetdRule *rule, SnetdLookup *lookup, SnetdRuleFunc func, gpointer user_data)
{
  consult_week (rule, lookup);
  return !snetd_rule_matches (rule, lookup->context) || func (rule, user_data);
}

gboolean
snetd_subtable_match (const SnetdSubtable *subtable,
                      guint64 hash,
                      SnetdLookup *lookup,
                      SnetdRuleFunc func,
                      gpointer user_data)
{
  const Entry *entry;

  if (!snetd_parts_hash_request (&subtable->rest, lookup->keys, &hash, &lookup->consulted.fields))
    return TRUE;

  entry = snetd_buckets_get (&subtable->buckets, hash);
  if (entry != NULL)
    lookup->consulted.fields |= subtable->fields;
  for (; entry != NULL; entry = entry->next)
    {
      if (!match_rule (entry->rule, lookup, func, user_data))
        return FALSE;
    }
  return TRUE;
}

gboolean
snetd_subtable_match_rule (const SnetdSubtable *subtable,
                           SnetdRule *rule,
                           SnetdLookup *lookup,
                           SnetdRuleFunc func,
                           gpointer user_data)
{
  lookup->consulted.fields |= subtable->fields;
  return match_rule (rule, lookup, func, user_data);
}
