/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snetd-range-set.h"

#include <stdlib.h>
#include <string.h>

#define IPV4_BYTES 4
#define IPV6_BYTES 16

/* The ranges of one family: the first and the last address of each, as they are sent. */
typedef struct
{
  guint width; /* bytes of an address */
  GArray *pairs;
} Ranges;

struct SnetdRangeSet
{
  Ranges ipv4;
  Ranges ipv6;
};

static void
ranges_init (Ranges *ranges, guint width)
{
  ranges->width = width;
  ranges->pairs = g_array_new (FALSE, FALSE, 2 * width);
}

static guint8 *
first_of (const Ranges *ranges, guint i)
{
  return (guint8 *)ranges->pairs->data + (gsize)i * 2 * ranges->width;
}

static guint8 *
last_of (const Ranges *ranges, guint i)
{
  return first_of (ranges, i) + ranges->width;
}

static const Ranges *
ranges_of (const SnetdRangeSet *set, const SnetdAddress *address)
{
  return address->family == AF_INET ? &set->ipv4 : &set->ipv6;
}

SnetdRangeSet *
snetd_range_set_new (void)
{
  SnetdRangeSet *set = g_new0 (SnetdRangeSet, 1);

  ranges_init (&set->ipv4, IPV4_BYTES);
  ranges_init (&set->ipv6, IPV6_BYTES);
  return set;
}

void
snetd_range_set_free (SnetdRangeSet *set)
{
  g_array_unref (set->ipv4.pairs);
  g_array_unref (set->ipv6.pairs);
  g_free (set);
}

/* The last address of a prefix: all bits after it are set. */
static void
find_last (const SnetdAddress *prefix, guint width, guint8 *ret_last)
{
  guint byte = prefix->prefix / 8, rest = prefix->prefix % 8;

  memcpy (ret_last, prefix->bytes, width);
  if (rest != 0)
    ret_last[byte++] |= 0xff >> rest;
  memset (ret_last + byte, 0xff, width - byte);
}

void
snetd_range_set_add (SnetdRangeSet *set, const SnetdAddress *prefix)
{
  const Ranges *ranges = ranges_of (set, prefix);
  guint8 pair[2 * IPV6_BYTES];

  memcpy (pair, prefix->bytes, ranges->width);
  find_last (prefix, ranges->width, pair + ranges->width);
  g_array_append_vals (ranges->pairs, pair, 1);
}

static int
compare_ipv4 (const void *a, const void *b)
{
  return memcmp (a, b, IPV4_BYTES);
}

static int
compare_ipv6 (const void *a, const void *b)
{
  return memcmp (a, b, IPV6_BYTES);
}

/* Whether nothing is between: the range at i begins in the one before, or right after it. */
static gboolean
touches (const Ranges *ranges, guint before, guint i)
{
  guint8 next[IPV6_BYTES];
  guint byte = ranges->width;

  memcpy (next, last_of (ranges, before), ranges->width);
  while (byte > 0 && ++next[byte - 1] == 0)
    byte--;
  /* At the end of all addresses there is none right after. */
  return byte == 0 || memcmp (first_of (ranges, i), next, ranges->width) <= 0;
}

static void
join (Ranges *ranges)
{
  guint kept = 0;

  for (guint i = 1; i < ranges->pairs->len; i++)
    {
      if (!touches (ranges, kept, i))
        memmove (first_of (ranges, ++kept), first_of (ranges, i), 2 * ranges->width);
      else if (memcmp (last_of (ranges, i), last_of (ranges, kept), ranges->width) > 0)
        memcpy (last_of (ranges, kept), last_of (ranges, i), ranges->width);
    }
  if (ranges->pairs->len > 0)
    g_array_set_size (ranges->pairs, kept + 1);
}

/* An array that has grown has room for more; the copy has not. */
static void
fit (Ranges *ranges)
{
  GArray *fitting = g_array_sized_new (FALSE, FALSE, 2 * ranges->width, ranges->pairs->len);

  g_array_append_vals (fitting, ranges->pairs->data, ranges->pairs->len);
  g_array_unref (ranges->pairs);
  ranges->pairs = fitting;
}

void
snetd_range_set_seal (SnetdRangeSet *set)
{
  g_array_sort (set->ipv4.pairs, compare_ipv4);
  g_array_sort (set->ipv6.pairs, compare_ipv6);
  join (&set->ipv4);
  join (&set->ipv6);
  fit (&set->ipv4);
  fit (&set->ipv6);
}

gboolean
snetd_range_set_contains (const SnetdRangeSet *set, const SnetdAddress *address)
{
  const Ranges *ranges = ranges_of (set, address);
  guint low = 0, high = ranges->pairs->len;
  guint8 last[IPV6_BYTES];

  /* How many begin at the address or before it: of these only the last one can have it. */
  while (low < high)
    {
      guint middle = low + (high - low) / 2;

      if (memcmp (first_of (ranges, middle), address->bytes, ranges->width) <= 0)
        low = middle + 1;
      else
        high = middle;
    }
  if (low == 0)
    return FALSE;
  find_last (address, ranges->width, last);
  return memcmp (last, last_of (ranges, low - 1), ranges->width) <= 0;
}

guint
snetd_range_set_count (const SnetdRangeSet *set)
{
  return set->ipv4.pairs->len + set->ipv6.pairs->len;
}

gsize
snetd_range_set_bytes (const SnetdRangeSet *set)
{
  return (gsize)set->ipv4.pairs->len * 2 * IPV4_BYTES +
         (gsize)set->ipv6.pairs->len * 2 * IPV6_BYTES;
}
