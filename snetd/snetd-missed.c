/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snetd-missed.h"

#include "snet-names.h"

typedef struct
{
  SnetdRequest *request; /* the latest */
  GBytes *likeness;
  guint count;
  gint64 since; /* on the monotonic clock */
} Miss;

struct _SnetdMissed
{
  GObject parent_instance;

  GHashTable *users; /* uid -> GQueue of Miss, oldest first; few enough to be looked through */
};

enum
{
  CHANGED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (SnetdMissed, snetd_missed, G_TYPE_OBJECT)

static void
miss_free (Miss *miss)
{
  snetd_request_unref (miss->request);
  g_bytes_unref (miss->likeness);
  g_free (miss);
}

static void
queue_free (GQueue *queue)
{
  g_queue_free_full (queue, (GDestroyNotify)miss_free);
}

static GQueue *
find_queue (SnetdMissed *self, guint32 uid)
{
  return g_hash_table_lookup (self->users, GUINT_TO_POINTER (uid));
}

static void
drop (GQueue *queue, GList *place)
{
  miss_free (place->data);
  g_queue_delete_link (queue, place);
}

/* No timer: nobody sees them before somebody asks. */
static void
drop_old (GQueue *queue)
{
  const gint64 oldest = g_get_monotonic_time () - SNETD_MISSED_HOURS * G_TIME_SPAN_HOUR;

  while (queue->length > 0 && ((Miss *)queue->head->data)->since < oldest)
    drop (queue, queue->head);
}

static void
say_changed (SnetdMissed *self, guint32 uid)
{
  g_signal_emit (self, signals[CHANGED], 0, uid, snetd_missed_count (self, uid));
}

static GList *
find_alike (GQueue *queue, GBytes *likeness)
{
  for (GList *place = queue->head; place != NULL; place = place->next)
    {
      if (g_bytes_equal (((Miss *)place->data)->likeness, likeness))
        return place;
    }
  return NULL;
}

static GList *
find_id (GQueue *queue, guint64 id)
{
  for (GList *place = queue->head; place != NULL; place = place->next)
    {
      if (((Miss *)place->data)->request->id == id)
        return place;
    }
  return NULL;
}

void
snetd_missed_add (SnetdMissed *self, SnetdRequest *request)
{
  GQueue *queue = find_queue (self, request->uid);
  Miss *miss = g_new0 (Miss, 1);
  GList *before;

  if (queue == NULL)
    {
      queue = g_queue_new ();
      g_hash_table_insert (self->users, GUINT_TO_POINTER (request->uid), queue);
    }
  miss->request = snetd_request_ref (request);
  miss->likeness = snetd_prompts_get_likeness (request);
  miss->count = 1;
  miss->since = g_get_monotonic_time ();

  drop_old (queue);
  before = find_alike (queue, miss->likeness);
  if (before != NULL)
    {
      miss->count += ((Miss *)before->data)->count;
      drop (queue, before);
    }
  else if (queue->length == SNETD_MISSED_MAX)
    drop (queue, queue->head);
  g_queue_push_tail (queue, miss);
  say_changed (self, request->uid);
}

guint
snetd_missed_count (SnetdMissed *self, guint32 uid)
{
  GQueue *queue = find_queue (self, uid);

  if (queue == NULL)
    return 0;
  drop_old (queue);
  return queue->length;
}

GPtrArray *
snetd_missed_list (SnetdMissed *self)
{
  GPtrArray *requests = g_ptr_array_new_with_free_func ((GDestroyNotify)snetd_request_unref);
  GHashTableIter iter;
  gpointer queue;

  g_hash_table_iter_init (&iter, self->users);
  while (g_hash_table_iter_next (&iter, NULL, &queue))
    {
      drop_old (queue);
      for (GList *place = ((GQueue *)queue)->head; place != NULL; place = place->next)
        g_ptr_array_add (requests, snetd_request_ref (((Miss *)place->data)->request));
    }
  return requests;
}

/* NULL if it is not there. */
static GQueue *
find (SnetdMissed *self, guint64 id, GList **ret_place)
{
  GHashTableIter iter;
  gpointer queue;

  g_hash_table_iter_init (&iter, self->users);
  while (g_hash_table_iter_next (&iter, NULL, &queue))
    {
      drop_old (queue);
      *ret_place = find_id (queue, id);
      if (*ret_place != NULL)
        return queue;
    }
  return NULL;
}

SnetdRequest *
snetd_missed_lookup (SnetdMissed *self, guint64 id)
{
  GList *place;

  return find (self, id, &place) != NULL ? ((Miss *)place->data)->request : NULL;
}

static void
remove_from (SnetdMissed *self, GQueue *queue, GList *place)
{
  guint32 uid = ((Miss *)place->data)->request->uid;

  drop (queue, place);
  if (queue->length == 0)
    g_hash_table_remove (self->users, GUINT_TO_POINTER (uid));
  say_changed (self, uid);
}

void
snetd_missed_remove (SnetdMissed *self, guint64 id)
{
  GList *place;
  GQueue *queue = find (self, id, &place);

  if (queue != NULL)
    remove_from (self, queue, place);
}

void
snetd_missed_remove_alike (SnetdMissed *self, const SnetdRequest *request)
{
  GQueue *queue = find_queue (self, request->uid);
  g_autoptr (GBytes) likeness = NULL;
  GList *place;

  if (queue == NULL)
    return;
  likeness = snetd_prompts_get_likeness (request);
  place = find_alike (queue, likeness);
  if (place != NULL)
    remove_from (self, queue, place);
}

GVariant *
snetd_missed_to_variant (SnetdMissed *self, const SnetdRequest *request)
{
  const GList *place = find_id (find_queue (self, request->uid), request->id);

  return snetd_request_to_counted_variant (request, ((const Miss *)place->data)->count);
}

static void
snetd_missed_finalize (GObject *object)
{
  g_clear_pointer (&SNETD_MISSED (object)->users, g_hash_table_unref);
  G_OBJECT_CLASS (snetd_missed_parent_class)->finalize (object);
}

static void
snetd_missed_class_init (SnetdMissedClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = snetd_missed_finalize;

  signals[CHANGED] = g_signal_new ("changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                   NULL, NULL, G_TYPE_NONE, 2, G_TYPE_UINT, G_TYPE_UINT);
}

static void
snetd_missed_init (SnetdMissed *self)
{
  self->users = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify)queue_free);
}

SnetdMissed *
snetd_missed_new (void)
{
  return g_object_new (SNETD_TYPE_MISSED, NULL);
}
