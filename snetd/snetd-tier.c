/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snetd-tier.h"

#include "snetd-buckets.h"

#define BIT(condition) SNETD_CONDITION_BIT (condition)

/*
 * Who makes the call. These are looked up first and by themselves, for all subtables that
 * have the same ones of them: a program that no rule names has then not been asked where
 * it wants to go, so that one ticket covers all of that; and of the subtables only those
 * are looked into that have a rule for it.
 */
#define WHO                                                                                        \
  (BIT (SNETD_CONDITION_PROCESS) | BIT (SNETD_CONDITION_PROGRAM) |                                 \
   BIT (SNETD_CONDITION_PROGRAM_DIGEST) | BIT (SNETD_CONDITION_SCRIPT) |                           \
   BIT (SNETD_CONDITION_APP) | BIT (SNETD_CONDITION_UNIT) | BIT (SNETD_CONDITION_CGROUP) |         \
   BIT (SNETD_CONDITION_UID) | BIT (SNETD_CONDITION_SESSION))

/*
 * The rules for the same one in a subtable: how many, and roughly which. Of each rule one bit
 * is set, chosen by the hash of the first that the subtable looks up. A request without that
 * bit need not be looked up. Bits of rules that have gone may stay, without harm.
 *
 * Most often there is but one, which is at hand here then: what is read of many rules is not
 * in the processor's cache, so that each step on the way to a rule takes as long as a hundred
 * instructions.
 */
typedef struct
{
  guint place; /* the subtable's */
  guint rules;
  guint64 filter;
  SnetdRule *only; /* the subtable's; NULL: there are more, or have been */
} Share;

/* In which subtables there are rules for one who. */
typedef struct
{
  guint count;
  Share shares[];
} Who;

/* Subtables whose rules ask for the same of who. */
typedef struct
{
  guint32 conditions;
  guint users; /* subtables */
  guint first; /* the place of the first of them */
  SnetdParts parts;
  SnetdBuckets who; /* of Who */
  guint64 hash;     /* of the request's, in the look-up that goes on */
} Group;

typedef struct
{
  Group *group;
  SnetdSubtable *subtable;
  const SnetdPart *first; /* of the subtable; NULL: nothing is looked up there */
  const Share *share;     /* that is wanted, in the look-up that goes on */
} Place;

struct SnetdTier
{
  SnetdKeys *keys;
  GArray *places;    /* of Place, the most specific first */
  GPtrArray *groups; /* in the order of their first places */
  guint64 *wanted;   /* bits: the places that are still to be looked into */
  guint words;       /* of 64 bits */
};

/* Who. */

static void
who_free (gpointer value, gpointer unused)
{
  g_free (value);
}

static Share *
find_share (Who *who, guint place)
{
  guint i = 0;

  while (i < who->count && who->shares[i].place != place)
    i++;
  return i < who->count ? &who->shares[i] : NULL;
}

/* NULL for a new one; returns where it is now. */
static Who *
who_add (Who *who, guint place, guint64 filter, SnetdRule *rule)
{
  const guint count = who != NULL ? who->count : 0;
  Share *share = who != NULL ? find_share (who, place) : NULL;

  if (share == NULL)
    {
      who = g_realloc (who, sizeof (Who) + (count + 1) * sizeof (Share));
      who->count = count + 1;
      share = &who->shares[count];
      *share = (Share){ .place = place, .only = rule };
    }
  else
    share->only = NULL;
  share->rules++;
  share->filter |= filter;
  return who;
}

/* FALSE: nothing is left of it. */
static gboolean
who_remove (Who *who, guint place)
{
  Share *share = find_share (who, place);

  share->only = NULL;
  if (--share->rules == 0)
    *share = who->shares[--who->count];
  return who->count > 0;
}

/* A subtable comes there, or goes from there, so that those behind it move. */
typedef struct
{
  guint place;
  int by;
} Move;

static void
who_move (gpointer value, gpointer user_data)
{
  const Move *move = user_data;
  Who *who = value;

  for (guint i = 0; i < who->count; i++)
    {
      if (who->shares[i].place >= move->place)
        who->shares[i].place += move->by;
    }
}

/* Groups. */

static void
group_free (gpointer data)
{
  Group *group = data;

  snetd_buckets_foreach (&group->who, who_free, NULL);
  snetd_buckets_clear (&group->who);
  snetd_parts_clear (&group->parts);
  g_free (group);
}

static Group *
get_group (SnetdTier *tier, const SnetdRule *rule)
{
  Group *group;

  for (guint i = 0; i < tier->groups->len; i++)
    {
      group = g_ptr_array_index (tier->groups, i);
      if (group->conditions == (rule->conditions & WHO))
        return group;
    }
  group = g_new0 (Group, 1);
  group->conditions = rule->conditions & WHO;
  snetd_parts_init (&group->parts, tier->keys, rule, WHO);
  snetd_buckets_init (&group->who);
  g_ptr_array_add (tier->groups, group);
  return group;
}

static int
compare_groups (gconstpointer a, gconstpointer b)
{
  const guint one = (*(Group *const *)a)->first, other = (*(Group *const *)b)->first;

  return (one > other) - (one < other);
}

/* A subtable has come, or has gone. */
static void
rearrange (SnetdTier *tier, Move move)
{
  for (guint i = 0; i < tier->groups->len; i++)
    {
      Group *group = g_ptr_array_index (tier->groups, i);

      snetd_buckets_foreach (&group->who, who_move, &move);
    }

  for (guint i = tier->places->len; i > 0; i--)
    g_array_index (tier->places, Place, i - 1).group->first = i - 1;
  g_ptr_array_sort (tier->groups, compare_groups);

  tier->words = (tier->places->len + 63) / 64;
  tier->wanted = g_renew (guint64, tier->wanted, tier->words);
}

/* The tier. */

SnetdTier *
snetd_tier_new (SnetdKeys *keys)
{
  SnetdTier *tier = g_new0 (SnetdTier, 1);

  tier->keys = keys;
  tier->places = g_array_new (FALSE, FALSE, sizeof (Place));
  tier->groups = g_ptr_array_new_with_free_func (group_free);
  return tier;
}

void
snetd_tier_free (SnetdTier *tier)
{
  for (guint i = 0; i < tier->places->len; i++)
    snetd_subtable_free (g_array_index (tier->places, Place, i).subtable);
  g_array_unref (tier->places);
  g_ptr_array_unref (tier->groups);
  g_free (tier->wanted);
  g_free (tier);
}

gboolean
snetd_tier_is_empty (const SnetdTier *tier)
{
  return tier->places->len == 0;
}

/* Where the rule's subtable is, or else has to be. */
static gboolean
find_place (const SnetdTier *tier, const SnetdRule *rule, guint *ret_place)
{
  guint low = 0, high = tier->places->len;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;
      int order =
        snetd_subtable_compare (g_array_index (tier->places, Place, middle).subtable, rule);

      if (order == 0)
        {
          *ret_place = middle;
          return TRUE;
        }
      if (order < 0)
        low = middle + 1;
      else
        high = middle;
    }
  *ret_place = low;
  return FALSE;
}

static void
insert_subtable (SnetdTier *tier, guint i, const SnetdRule *rule)
{
  Place place = { .group = get_group (tier, rule),
                  .subtable = snetd_subtable_new (tier->keys, rule, WHO) };

  place.first = snetd_subtable_first (place.subtable);
  place.group->users++;
  g_array_insert_val (tier->places, i, place);
  rearrange (tier, (Move){ i, 1 });
}

static void
remove_subtable (SnetdTier *tier, guint i)
{
  const Place place = g_array_index (tier->places, Place, i);

  snetd_subtable_free (place.subtable);
  g_array_remove_index (tier->places, i);
  if (--place.group->users == 0)
    g_ptr_array_remove (tier->groups, place.group);
  rearrange (tier, (Move){ i, -1 });
}

static guint64
filter_bit (guint64 hash)
{
  return (guint64)1 << (hash >> 58);
}

static guint64
filter_of_rule (const Place *place, const SnetdRule *rule)
{
  if (place->first == NULL)
    return 0;
  return filter_bit (snetd_condition_hash_rule (place->first->key->condition, rule));
}

void
snetd_tier_add (SnetdTier *tier, SnetdRule *rule)
{
  const Place *place;
  guint64 hash;
  guint i;
  Who *who;

  if (!find_place (tier, rule, &i))
    insert_subtable (tier, i, rule);

  place = &g_array_index (tier->places, Place, i);
  hash = snetd_parts_hash_rule (&place->group->parts, 0, rule);
  who = snetd_buckets_get (&place->group->who, hash);
  who = who_add (who, i, filter_of_rule (place, rule), rule);
  snetd_buckets_set (&place->group->who, hash, who);
  snetd_subtable_add (place->subtable, hash, rule);
}

void
snetd_tier_remove (SnetdTier *tier, SnetdRule *rule)
{
  const Place *place;
  guint64 hash;
  guint i;
  Who *who;

  g_return_if_fail (find_place (tier, rule, &i));

  place = &g_array_index (tier->places, Place, i);
  hash = snetd_parts_hash_rule (&place->group->parts, 0, rule);
  who = snetd_buckets_get (&place->group->who, hash);
  if (!who_remove (who, i))
    {
      snetd_buckets_set (&place->group->who, hash, NULL);
      who_free (who, NULL);
    }
  snetd_subtable_remove (place->subtable, hash, rule);
  if (snetd_subtable_is_empty (place->subtable))
    remove_subtable (tier, i);
}

/* Judging. */

static void
want_places_of (SnetdTier *tier, Group *group, SnetdLookup *lookup)
{
  const Who *who;

  group->hash = 0;
  if (!snetd_parts_hash_request (&group->parts, lookup->keys, &group->hash,
                                 &lookup->consulted.fields))
    return;

  who = snetd_buckets_get (&group->who, group->hash);
  for (guint i = 0; who != NULL && i < who->count; i++)
    {
      const Share *share = &who->shares[i];

      tier->wanted[share->place / 64] |= (guint64)1 << share->place % 64;
      g_array_index (tier->places, Place, share->place).share = share;
    }
}

/* Whether one of the rules there may hold. It has to be asked for at least that much. */
static gboolean
passes_filter (const Place *place, SnetdLookup *lookup)
{
  guint64 hash;

  if (place->first == NULL)
    return TRUE;
  lookup->consulted.fields |= place->first->fields;
  return snetd_key_hash (place->first->key, lookup->keys, &hash) &&
         (place->share->filter & filter_bit (hash)) != 0;
}

static gboolean
match_place (const Place *place, SnetdLookup *lookup, SnetdRuleFunc func, gpointer user_data)
{
  if (!passes_filter (place, lookup))
    return TRUE;
  if (place->share->only != NULL)
    return snetd_subtable_match_rule (place->subtable, place->share->only, lookup, func, user_data);
  return snetd_subtable_match (place->subtable, place->group->hash, lookup, func, user_data);
}

/* The first place that is wanted; behind the last one: there is none. */
static guint
first_wanted (const SnetdTier *tier)
{
  for (guint i = 0; i < tier->words; i++)
    {
      if (tier->wanted[i] != 0)
        return i * 64 + (guint)__builtin_ctzll (tier->wanted[i]);
    }
  return tier->places->len;
}

/* Those that are wanted and before that one; FALSE: enough. */
static gboolean
match_before (SnetdTier *tier,
              guint end,
              SnetdLookup *lookup,
              SnetdRuleFunc func,
              gpointer user_data)
{
  const Place *places = (const Place *)tier->places->data;
  guint next;

  while ((next = first_wanted (tier)) < end)
    {
      tier->wanted[next / 64] &= ~((guint64)1 << next % 64);
      if (!match_place (&places[next], lookup, func, user_data))
        return FALSE;
    }
  return TRUE;
}

/*
 * A group is asked about when nothing before its first place is wanted any more: if that
 * has decided, the request has not been asked for more than it was decided by.
 */
gboolean
snetd_tier_match (SnetdTier *tier, SnetdLookup *lookup, SnetdRuleFunc func, gpointer user_data)
{
  for (guint i = 0; i < tier->words; i++)
    tier->wanted[i] = 0;
  for (guint i = 0; i < tier->groups->len; i++)
    {
      Group *group = g_ptr_array_index (tier->groups, i);

      if (!match_before (tier, group->first, lookup, func, user_data))
        return FALSE;
      want_places_of (tier, group, lookup);
    }
  return match_before (tier, tier->places->len, lookup, func, user_data);
}
