/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snetd-waiting.h"

/* Enough for who answers a moment too late; bounded, as requests never end. */
#define REMEMBERED 4096

struct SnetdWaiting
{
  GHashTable *requests; /* id in the request -> SnetdRequest */
  GHashTable *outcomes; /* guint64 -> SnetdOutcome */
  GQueue order;         /* the keys of outcomes, oldest first */
};

SnetdWaiting *
snetd_waiting_new (void)
{
  SnetdWaiting *waiting = g_new0 (SnetdWaiting, 1);

  waiting->requests =
    g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, (GDestroyNotify)snetd_request_unref);
  waiting->outcomes = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  g_queue_init (&waiting->order);
  return waiting;
}

void
snetd_waiting_free (SnetdWaiting *waiting)
{
  g_hash_table_unref (waiting->requests);
  g_queue_clear (&waiting->order);
  g_hash_table_unref (waiting->outcomes);
  g_free (waiting);
}

void
snetd_waiting_add (SnetdWaiting *waiting, SnetdRequest *request)
{
  g_return_if_fail (snetd_waiting_lookup (waiting, request->id) == NULL);

  g_hash_table_insert (waiting->requests, &request->id, snetd_request_ref (request));
}

SnetdRequest *
snetd_waiting_lookup (SnetdWaiting *waiting, guint64 id)
{
  return g_hash_table_lookup (waiting->requests, &id);
}

void
snetd_waiting_end (SnetdWaiting *waiting, guint64 id, SnetdOutcome outcome)
{
  guint64 *key;

  g_hash_table_remove (waiting->requests, &id);
  if (g_hash_table_contains (waiting->outcomes, &id))
    return;

  if (g_queue_get_length (&waiting->order) == REMEMBERED)
    g_hash_table_remove (waiting->outcomes, g_queue_pop_head (&waiting->order));

  key = g_memdup2 (&id, sizeof id);
  g_hash_table_insert (waiting->outcomes, key, GINT_TO_POINTER (outcome));
  g_queue_push_tail (&waiting->order, key);
}

SnetdOutcome
snetd_waiting_outcome (SnetdWaiting *waiting, guint64 id)
{
  return GPOINTER_TO_INT (g_hash_table_lookup (waiting->outcomes, &id));
}

static int
compare_ids (gconstpointer a, gconstpointer b)
{
  const SnetdRequest *one = *(SnetdRequest *const *)a;
  const SnetdRequest *other = *(SnetdRequest *const *)b;

  return one->id < other->id ? -1 : one->id > other->id;
}

GPtrArray *
snetd_waiting_list (SnetdWaiting *waiting)
{
  GPtrArray *list = g_ptr_array_new_with_free_func ((GDestroyNotify)snetd_request_unref);
  GHashTableIter iter;
  gpointer request;

  g_hash_table_iter_init (&iter, waiting->requests);
  while (g_hash_table_iter_next (&iter, NULL, &request))
    g_ptr_array_add (list, snetd_request_ref (request));
  g_ptr_array_sort (list, compare_ids);
  return list;
}
