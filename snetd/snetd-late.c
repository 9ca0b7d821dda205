/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snetd-late.h"

typedef struct
{
  SnetdRequest *request;
  gint64 due; /* on the monotonic clock */
} Entry;

struct SnetdLate
{
  guint milliseconds;
  SnetdLateFunc func;
  gpointer user_data;
  GQueue entries; /* of Entry, in the order in which they came and become due */
  guint timer;
};

static void
entry_free (gpointer data)
{
  Entry *entry = data;

  snetd_request_unref (entry->request);
  g_free (entry);
}

static gboolean due_cb (gpointer user_data);

/* For the first, rounded up: who is too early would come again at once. */
static void
set_timer (SnetdLate *late)
{
  const Entry *first = g_queue_peek_head (&late->entries);
  gint64 left;

  if (first == NULL || late->timer != 0)
    return;
  left = first->due - g_get_monotonic_time ();
  late->timer = g_timeout_add ((MAX (left, 0) + 999) / 1000, due_cb, late);
}

static gboolean
due_cb (gpointer user_data)
{
  SnetdLate *late = user_data;
  const gint64 now = g_get_monotonic_time ();
  const Entry *first;

  late->timer = 0;
  while ((first = g_queue_peek_head (&late->entries)) != NULL && first->due <= now)
    {
      Entry *entry = g_queue_pop_head (&late->entries);

      late->func (entry->request, late->user_data);
      entry_free (entry);
    }
  set_timer (late);
  return G_SOURCE_REMOVE;
}

SnetdLate *
snetd_late_new (guint milliseconds, SnetdLateFunc func, gpointer user_data)
{
  SnetdLate *late = g_new0 (SnetdLate, 1);

  late->milliseconds = milliseconds;
  late->func = func;
  late->user_data = user_data;
  g_queue_init (&late->entries);
  return late;
}

void
snetd_late_free (SnetdLate *late)
{
  g_clear_handle_id (&late->timer, g_source_remove);
  g_queue_clear_full (&late->entries, entry_free);
  g_free (late);
}

void
snetd_late_add (SnetdLate *late, SnetdRequest *request)
{
  Entry *entry = g_new (Entry, 1);

  entry->request = snetd_request_ref (request);
  entry->due = g_get_monotonic_time () + late->milliseconds * (gint64)1000;
  g_queue_push_tail (&late->entries, entry);
  set_timer (late);
}
