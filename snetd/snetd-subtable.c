/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snetd-subtable.h"

#define BIT(condition) SNETD_CONDITION_BIT (condition)

/*
 * Who makes the call. These are looked up first and by themselves: a program that
 * no rule here names has then not been asked where it wants to go, and one ticket
 * covers all of that.
 */
#define WHO                                                                                        \
  (BIT (SNETD_CONDITION_PROCESS) | BIT (SNETD_CONDITION_PROGRAM) |                                 \
   BIT (SNETD_CONDITION_PROGRAM_DIGEST) | BIT (SNETD_CONDITION_SCRIPT) |                           \
   BIT (SNETD_CONDITION_APP) | BIT (SNETD_CONDITION_UNIT) | BIT (SNETD_CONDITION_CGROUP) |         \
   BIT (SNETD_CONDITION_UID) | BIT (SNETD_CONDITION_SESSION))

struct SnetdSubtable
{
  guint32 conditions;
  guint widths[SNETD_CONDITION_LAST];
  guint64 fields; /* what the conditions look at */
  /* Those that are hashed, who first; ends with LAST. */
  SnetdCondition who[SNETD_CONDITION_LAST + 1];
  SnetdCondition rest[SNETD_CONDITION_LAST + 1];
  GHashTable *known_who; /* of Who */
  GHashTable *buckets;   /* of Entry, the first one of each bucket */
};

/* Rules that say the same about who. */
typedef struct
{
  guint64 hash;
  guint count;
} Who;

/* A rule among those with the same hash; the table's key is the first one's hash. */
typedef struct Entry Entry;
struct Entry
{
  guint64 hash;
  SnetdRule *rule;
  Entry *next;
};

static void
free_bucket (gpointer data)
{
  Entry *entry = data;

  while (entry != NULL)
    {
      Entry *next = entry->next;

      snetd_rule_unref (entry->rule);
      g_free (entry);
      entry = next;
    }
}

SnetdSubtable *
snetd_subtable_new (const SnetdRule *rule)
{
  SnetdSubtable *subtable = g_new0 (SnetdSubtable, 1);
  guint n_who = 0, n_rest = 0;

  subtable->conditions = rule->conditions;
  for (SnetdCondition c = 0; c < SNETD_CONDITION_LAST; c++)
    {
      if (!snetd_rule_has (rule, c))
        continue;
      subtable->widths[c] = snetd_condition_width (c, rule);
      subtable->fields |= snetd_condition_fields (c);
      if (snetd_condition_is_hashed (c) && (WHO & BIT (c)))
        subtable->who[n_who++] = c;
      else if (snetd_condition_is_hashed (c))
        subtable->rest[n_rest++] = c;
    }
  subtable->who[n_who] = SNETD_CONDITION_LAST;
  subtable->rest[n_rest] = SNETD_CONDITION_LAST;
  subtable->known_who = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, g_free);
  subtable->buckets = g_hash_table_new (g_int64_hash, g_int64_equal);
  return subtable;
}

void
snetd_subtable_free (SnetdSubtable *subtable)
{
  GHashTableIter iter;
  gpointer bucket;

  g_hash_table_iter_init (&iter, subtable->buckets);
  while (g_hash_table_iter_next (&iter, NULL, &bucket))
    free_bucket (bucket);
  g_hash_table_unref (subtable->buckets);
  g_hash_table_unref (subtable->known_who);
  g_free (subtable);
}

gboolean
snetd_subtable_is_empty (const SnetdSubtable *subtable)
{
  return g_hash_table_size (subtable->buckets) == 0;
}

int
snetd_subtable_compare (const SnetdSubtable *subtable, const SnetdRule *rule)
{
  for (SnetdCondition c = 0; c < SNETD_CONDITION_LAST; c++)
    {
      gboolean here = (subtable->conditions & BIT (c)) != 0;
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

/* Hashes. */

static guint64
combine (guint64 hash, guint64 other)
{
  /* The order of the conditions counts. */
  return (hash ^ other) * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15) + 1;
}

static guint64
hash_rule (guint64 hash, const SnetdCondition *conditions, const SnetdRule *rule)
{
  for (; *conditions != SNETD_CONDITION_LAST; conditions++)
    hash = combine (hash, snetd_condition_hash_rule (*conditions, rule));
  return hash;
}

static void
hash_one (SnetdLookup *lookup, SnetdCondition c, guint width)
{
  const guint32 bit = BIT (c);

  if ((lookup->hashed & bit) && lookup->widths[c] == width)
    return;

  lookup->hashed |= bit;
  lookup->widths[c] = width;
  if (snetd_condition_hash_request (c, width, lookup->context->request, &lookup->hashes[c]))
    lookup->unknown &= ~bit;
  else
    lookup->unknown |= bit;
}

/* FALSE: the request does not know one of them. Notes what it has looked at. */
static gboolean
hash_request (const SnetdSubtable *subtable,
              const SnetdCondition *conditions,
              SnetdLookup *lookup,
              guint64 *hash)
{
  for (; *conditions != SNETD_CONDITION_LAST; conditions++)
    {
      SnetdCondition c = *conditions;

      lookup->consulted.fields |= snetd_condition_fields (c);
      hash_one (lookup, c, subtable->widths[c]);
      if (lookup->unknown & BIT (c))
        return FALSE;
      *hash = combine (*hash, lookup->hashes[c]);
    }
  return TRUE;
}

/* Rules come and go. */

static void
count_who (SnetdSubtable *subtable, guint64 hash, int change)
{
  Who *who = g_hash_table_lookup (subtable->known_who, &hash);

  if (who == NULL)
    {
      who = g_new0 (Who, 1);
      who->hash = hash;
      g_hash_table_insert (subtable->known_who, &who->hash, who);
    }
  who->count += change;
  if (who->count == 0)
    g_hash_table_remove (subtable->known_who, &hash);
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

/* Of two rules that are as specific. Ids only ever grow, so the greater one is the newer. */
static gboolean
goes_first (const SnetdRule *a, const SnetdRule *b)
{
  int rank_a = action_rank (a->action), rank_b = action_rank (b->action);

  return rank_a != rank_b ? rank_a < rank_b : a->id > b->id;
}

/* The key has to be that of the entry which is now the first. */
static void
set_first (SnetdSubtable *subtable, guint64 hash, Entry *first)
{
  g_hash_table_remove (subtable->buckets, &hash);
  if (first != NULL)
    g_hash_table_insert (subtable->buckets, &first->hash, first);
}

void
snetd_subtable_add (SnetdSubtable *subtable, SnetdRule *rule)
{
  guint64 who = hash_rule (0, subtable->who, rule);
  Entry *entry = g_new0 (Entry, 1);
  Entry *first, **place;

  entry->hash = hash_rule (who, subtable->rest, rule);
  entry->rule = snetd_rule_ref (rule);
  count_who (subtable, who, 1);

  first = g_hash_table_lookup (subtable->buckets, &entry->hash);
  for (place = &first; *place != NULL && goes_first ((*place)->rule, rule);)
    place = &(*place)->next;
  entry->next = *place;
  *place = entry;
  if (first == entry)
    set_first (subtable, entry->hash, first);
}

void
snetd_subtable_remove (SnetdSubtable *subtable, SnetdRule *rule)
{
  guint64 who = hash_rule (0, subtable->who, rule);
  guint64 hash = hash_rule (who, subtable->rest, rule);
  Entry *first = g_hash_table_lookup (subtable->buckets, &hash);
  Entry **place = &first, *entry;

  while (*place != NULL && (*place)->rule != rule)
    place = &(*place)->next;
  g_return_if_fail (*place != NULL);

  entry = *place;
  *place = entry->next;
  if (place == &first)
    set_first (subtable, hash, first);
  entry->next = NULL;
  free_bucket (entry);
  count_who (subtable, who, -1);
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

gboolean
snetd_subtable_match (const SnetdSubtable *subtable,
                      SnetdLookup *lookup,
                      SnetdRuleFunc func,
                      gpointer user_data)
{
  guint64 hash = 0;
  const Entry *entry;

  if (!hash_request (subtable, subtable->who, lookup, &hash) ||
      g_hash_table_lookup (subtable->known_who, &hash) == NULL ||
      !hash_request (subtable, subtable->rest, lookup, &hash))
    return TRUE;

  entry = g_hash_table_lookup (subtable->buckets, &hash);
  if (entry != NULL)
    lookup->consulted.fields |= subtable->fields;
  for (; entry != NULL; entry = entry->next)
    {
      consult_week (entry->rule, lookup);
      if (snetd_rule_matches (entry->rule, lookup->context) && !func (entry->rule, user_data))
        return FALSE;
    }
  return TRUE;
}
