/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snetd-host-cache.h"

typedef struct
{
  SnetdAddress address;
  char *name; /* or NULL: it has none */
  gint64 end;
  GList place; /* in the order */
} Entry;

struct SnetdHostCache
{
  GHashTable *entries; /* address in the entry -> Entry */
  GQueue order;        /* of Entry, the one that was heard of longest ago first */
  guint max;
};

static void
entry_free (gpointer data)
{
  Entry *entry = data;

  g_free (entry->name);
  g_free (entry);
}

SnetdHostCache *
snetd_host_cache_new (guint max)
{
  SnetdHostCache *cache = g_new0 (SnetdHostCache, 1);

  cache->entries =
    g_hash_table_new_full (snetd_address_hash, snetd_address_equal, NULL, entry_free);
  g_queue_init (&cache->order);
  cache->max = max;
  return cache;
}

void
snetd_host_cache_free (SnetdHostCache *cache)
{
  g_hash_table_unref (cache->entries);
  g_free (cache);
}

static void
drop (SnetdHostCache *cache, Entry *entry)
{
  g_queue_unlink (&cache->order, &entry->place);
  g_hash_table_remove (cache->entries, &entry->address);
}

/* NULL: nothing is known of it any more. */
static Entry *
find (SnetdHostCache *cache, const SnetdAddress *address, gint64 now)
{
  Entry *entry = g_hash_table_lookup (cache->entries, address);

  if (entry == NULL || now < entry->end)
    return entry;
  drop (cache, entry);
  return NULL;
}

gboolean
snetd_host_cache_set (SnetdHostCache *cache,
                      const SnetdAddress *address,
                      const char *name,
                      gint64 now,
                      gint64 end)
{
  Entry *entry = find (cache, address, now);
  gboolean same = entry != NULL && g_strcmp0 (entry->name, name) == 0;

  if (end <= now)
    return FALSE;
  if (entry == NULL)
    {
      if (cache->order.length == cache->max)
        drop (cache, g_queue_peek_head (&cache->order));
      entry = g_new0 (Entry, 1);
      entry->address = *address;
      entry->place.data = entry;
      g_hash_table_insert (cache->entries, &entry->address, entry);
    }
  else
    g_queue_unlink (&cache->order, &entry->place);
  g_queue_push_tail_link (&cache->order, &entry->place);

  if (!same)
    {
      g_free (entry->name);
      entry->name = g_strdup (name);
    }
  /* An answer that is to be kept for less does not take back the earlier one. */
  entry->end = same ? MAX (entry->end, end) : end;
  return !same;
}

gboolean
snetd_host_cache_get (SnetdHostCache *cache,
                      const SnetdAddress *address,
                      gint64 now,
                      const char **ret_name,
                      gint64 *ret_end)
{
  const Entry *entry = find (cache, address, now);

  if (entry == NULL)
    return FALSE;
  *ret_name = entry->name;
  *ret_end = entry->end;
  return TRUE;
}

guint
snetd_host_cache_count (SnetdHostCache *cache)
{
  return cache->order.length;
}
