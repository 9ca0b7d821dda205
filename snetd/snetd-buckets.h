/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <glib.h>

/*
 * Pointers by 64-bit hashes. Who keeps them has to see to it that the hashes are good, and
 * that what has the same one is told apart. Knows nothing of what the pointers are, and
 * owns nothing.
 */
typedef struct
{
  guint64 hash;
  gpointer value;
} SnetdBucket;

/*
 * Most of what is looked for is not there. To find that out takes the tags only, which are
 * so small that those of all rules stay in the processor's cache.
 */
typedef struct
{
  guint16 *tags; /* of the hashes; 0: free */
  SnetdBucket *buckets;
  guint bits; /* there are 1 << bits of them */
  guint count;
} SnetdBuckets;

void snetd_buckets_init (SnetdBuckets *buckets);
void snetd_buckets_clear (SnetdBuckets *buckets);

/* NULL takes it away. */
void snetd_buckets_set (SnetdBuckets *buckets, guint64 hash, gpointer value);

/* For each of them, in no order. */
typedef void (*SnetdBucketFunc) (gpointer value, gpointer user_data);
void snetd_buckets_foreach (SnetdBuckets *buckets, SnetdBucketFunc func, gpointer user_data);

static inline guint16
snetd_buckets_tag (guint64 hash)
{
  return (guint16)hash | 1;
}

/* Here, so that the compiler can put it where it is called: nothing is called as often. */
static inline gpointer
snetd_buckets_get (const SnetdBuckets *buckets, guint64 hash)
{
  const gsize mask = ((gsize)1 << buckets->bits) - 1;
  const guint16 tag = snetd_buckets_tag (hash);

  for (gsize i = hash >> (64 - buckets->bits); buckets->tags[i] != 0; i = (i + 1) & mask)
    {
      if (buckets->tags[i] == tag && buckets->buckets[i].hash == hash)
        return buckets->buckets[i].value;
    }
  return NULL;
}
