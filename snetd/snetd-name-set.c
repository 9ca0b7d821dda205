/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snetd-name-set.h"

#include <string.h>

/* Of four slots three are used at most: then those that a look-up has to pass are side by side. */
#define CAPACITY_FOR(count) ((guint32)MIN ((guint64)(count)*4 / 3 + 1, G_MAXUINT32))

/* Where a name begins takes 31 bits; the last one of them says whether all within it is meant. */
#define TEXT_MAX G_MAXINT32

typedef struct
{
  guint32 tag;   /* of the hash, so that few names are looked at in vain */
  guint32 place; /* in the text, times two, and one more: with all names within; 0: free */
} Slot;

struct SnetdNameSet
{
  guint32 keys[2];
  GByteArray *text; /* of the names, each with its 0; one byte goes before them */
  Slot *slots;
  guint32 capacity;
  guint32 count;
};

/*
 * Two polynomials over the bytes of a name, from its end, modulo the prime 2^31 - 1. So
 * the hashes of all domains that a name is in come by the way. The points are secret:
 * nobody can write a list of names that have the same hash.
 */
#define PRIME ((guint32)G_MAXINT32)

typedef struct
{
  guint32 values[2];
} Hash;

static guint32
step (guint32 value, guint32 key, guint8 byte)
{
  const guint64 sum = (guint64)value * key + byte + 1;
  const guint32 folded = (guint32)(sum & PRIME) + (guint32)(sum >> 31);

  return folded >= PRIME ? folded - PRIME : folded;
}

static void
hash_step (const SnetdNameSet *set, Hash *hash, char byte)
{
  for (guint i = 0; i < G_N_ELEMENTS (hash->values); i++)
    hash->values[i] = step (hash->values[i], set->keys[i], (guint8)byte);
}

static Hash
hash_name (const SnetdNameSet *set, const char *name)
{
  Hash hash = { 0 };

  for (gsize i = strlen (name); i > 0; i--)
    hash_step (set, &hash, name[i - 1]);
  return hash;
}

/* Every bit of both counts in each half. */
static guint64
mix (const Hash *hash)
{
  guint64 value = (guint64)hash->values[0] << 32 | hash->values[1];

  value = (value ^ value >> 30) * G_GUINT64_CONSTANT (0xbf58476d1ce4e5b9);
  value = (value ^ value >> 27) * G_GUINT64_CONSTANT (0x94d049bb133111eb);
  return value ^ value >> 31;
}

static const char *
name_of (const SnetdNameSet *set, const Slot *slot)
{
  return (const char *)set->text->data + (slot->place >> 1);
}

/* The name's slot, or the free one where it would be. */
static Slot *
find (const SnetdNameSet *set, const Hash *hash, const char *name)
{
  const guint64 mixed = mix (hash);
  guint32 i = (guint32)((mixed >> 32) * set->capacity >> 32);

  while (set->slots[i].place != 0 &&
         (set->slots[i].tag != (guint32)mixed || strcmp (name_of (set, &set->slots[i]), name) != 0))
    i = i + 1 < set->capacity ? i + 1 : 0;
  return &set->slots[i];
}

static void
resize (SnetdNameSet *set, guint32 capacity)
{
  g_autofree Slot *old = set->slots;
  const guint32 old_capacity = set->capacity;

  set->slots = g_new0 (Slot, capacity);
  set->capacity = capacity;
  for (guint32 i = 0; i < old_capacity; i++)
    {
      Hash hash;

      if (old[i].place == 0)
        continue;
      hash = hash_name (set, name_of (set, &old[i]));
      *find (set, &hash, name_of (set, &old[i])) = old[i];
    }
}

SnetdNameSet *
snetd_name_set_new (guint expected)
{
  SnetdNameSet *set = g_new0 (SnetdNameSet, 1);

  for (guint i = 0; i < G_N_ELEMENTS (set->keys); i++)
    set->keys[i] = (guint32)g_random_int_range (1 << 16, G_MAXINT32);
  set->text = g_byte_array_new ();
  g_byte_array_append (set->text, (const guint8 *)"", 1);
  resize (set, CAPACITY_FOR (expected + 1));
  return set;
}

void
snetd_name_set_free (SnetdNameSet *set)
{
  g_byte_array_unref (set->text);
  g_free (set->slots);
  g_free (set);
}

gboolean
snetd_name_set_add (SnetdNameSet *set, const char *name, gboolean within)
{
  const Hash hash = hash_name (set, name);
  const gsize size = strlen (name) + 1;
  Slot *slot = find (set, &hash, name);

  if (slot->place != 0)
    {
      slot->place |= within ? 1 : 0;
      return TRUE;
    }
  if (set->text->len + size > TEXT_MAX)
    return FALSE;

  slot->tag = (guint32)mix (&hash);
  slot->place = set->text->len << 1 | (within ? 1 : 0);
  g_byte_array_append (set->text, (const guint8 *)name, size);
  set->count++;
  if (CAPACITY_FOR (set->count + 1) > set->capacity)
    resize (set, set->capacity * 2);
  return TRUE;
}

void
snetd_name_set_seal (SnetdNameSet *set)
{
  const guint len = set->text->len;
  guint8 *text = g_byte_array_free (set->text, FALSE);

  set->text = g_byte_array_new_take (g_realloc (text, len), len);
  /* Each name has to be found again, which takes about as long as to read it. */
  if (CAPACITY_FOR (set->count) < set->capacity - set->capacity / 8)
    resize (set, CAPACITY_FOR (set->count));
}

gboolean
snetd_name_set_contains (const SnetdNameSet *set, const char *host)
{
  Hash hash = { 0 };

  for (gsize i = strlen (host); i > 0; i--)
    {
      if (host[i - 1] == '.' && (find (set, &hash, host + i)->place & 1))
        return TRUE;
      hash_step (set, &hash, host[i - 1]);
    }
  return find (set, &hash, host)->place != 0;
}

guint
snetd_name_set_count (const SnetdNameSet *set)
{
  return set->count;
}

gsize
snetd_name_set_bytes (const SnetdNameSet *set)
{
  return set->text->len + (gsize)set->capacity * sizeof (Slot);
}
