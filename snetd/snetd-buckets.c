/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snetd-buckets.h"

#define FIRST_BITS 2

static gsize
capacity (const SnetdBuckets *buckets)
{
  return (gsize)1 << buckets->bits;
}

/* At least a quarter of them is free, so that one soon comes to one that is. */
static gboolean
is_full (const SnetdBuckets *buckets)
{
  return (gsize)buckets->count * 4 >= capacity (buckets) * 3;
}

static gsize
first_place (const SnetdBuckets *buckets, guint64 hash)
{
  return hash >> (64 - buckets->bits);
}

static gsize
next_place (const SnetdBuckets *buckets, gsize i)
{
  return (i + 1) & (capacity (buckets) - 1);
}

/* Where the hash is, or would be. */
static gsize
find (const SnetdBuckets *buckets, guint64 hash)
{
  gsize i = first_place (buckets, hash);

  while (buckets->tags[i] != 0 && buckets->buckets[i].hash != hash)
    i = next_place (buckets, i);
  return i;
}

static void
put (SnetdBuckets *buckets, gsize i, const SnetdBucket *bucket)
{
  buckets->tags[i] = snetd_buckets_tag (bucket->hash);
  buckets->buckets[i] = *bucket;
}

static void
allocate (SnetdBuckets *buckets, guint bits)
{
  buckets->bits = bits;
  buckets->tags = g_new0 (guint16, capacity (buckets));
  buckets->buckets = g_new (SnetdBucket, capacity (buckets));
}

void
snetd_buckets_init (SnetdBuckets *buckets)
{
  buckets->count = 0;
  allocate (buckets, FIRST_BITS);
}

void
snetd_buckets_clear (SnetdBuckets *buckets)
{
  g_clear_pointer (&buckets->tags, g_free);
  g_clear_pointer (&buckets->buckets, g_free);
}

static void
grow (SnetdBuckets *buckets)
{
  SnetdBuckets old = *buckets;

  allocate (buckets, old.bits + 1);
  for (gsize i = 0; i < capacity (&old); i++)
    {
      if (old.tags[i] != 0)
        put (buckets, find (buckets, old.buckets[i].hash), &old.buckets[i]);
    }
  snetd_buckets_clear (&old);
}

/*
 * What comes behind a place that has become free may be there only because it was
 * taken; who looks for it must not stop at the free one.
 */
static void
close_gap (SnetdBuckets *buckets, gsize gap)
{
  const gsize mask = capacity (buckets) - 1;

  buckets->tags[gap] = 0;
  for (gsize i = next_place (buckets, gap); buckets->tags[i] != 0; i = next_place (buckets, i))
    {
      const gsize first = first_place (buckets, buckets->buckets[i].hash);

      if (((i - first) & mask) < ((i - gap) & mask))
        continue;
      put (buckets, gap, &buckets->buckets[i]);
      buckets->tags[i] = 0;
      gap = i;
    }
}

void
snetd_buckets_set (SnetdBuckets *buckets, guint64 hash, gpointer value)
{
  const SnetdBucket bucket = { hash, value };
  const gsize i = find (buckets, hash);
  const gboolean was_there = buckets->tags[i] != 0;

  if (value != NULL)
    put (buckets, i, &bucket);
  if (value != NULL && !was_there)
    {
      buckets->count++;
      if (is_full (buckets))
        grow (buckets);
    }
  else if (value == NULL && was_there)
    {
      buckets->count--;
      close_gap (buckets, i);
    }
}

void
snetd_buckets_foreach (SnetdBuckets *buckets, SnetdBucketFunc func, gpointer user_data)
{
  for (gsize i = 0; i < capacity (buckets); i++)
    {
      if (buckets->tags[i] != 0)
        func (buckets->buckets[i].value, user_data);
    }
}
