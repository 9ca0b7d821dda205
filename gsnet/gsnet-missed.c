// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include "snet-names.h"

#include "gsnet-missed.h"
#include "gsnet-words.h"

struct _GsnetMissed
{
  GObject parent_instance;

  GsnetClient *client;
  GListStore *events;
  gboolean loading;
  gboolean stale; /* changed while it was read */
};

G_DEFINE_FINAL_TYPE (GsnetMissed, gsnet_missed, G_TYPE_OBJECT)

enum
{
  PROBLEM,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
report (GsnetMissed *self, const GError *error)
{
  g_autofree char *words = gsnet_words_error (error);

  g_signal_emit (self, signals[PROBLEM], 0, words);
}

static int
compare_times (gconstpointer a, gconstpointer b, gpointer data)
{
  const gint64 one = gsnet_event_get_time (GSNET_EVENT ((gpointer)a));
  const gint64 other = gsnet_event_get_time (GSNET_EVENT ((gpointer)b));

  return one > other ? -1 : one < other;
}

/* What has been missed once more has another id. */
static GsnetEvent *
find_id (GPtrArray *events, guint64 id)
{
  for (guint i = 0; i < events->len; i++)
    if (gsnet_event_get_id (g_ptr_array_index (events, i)) == id)
      return g_ptr_array_index (events, i);
  return NULL;
}

/* Rows of what is there still stay as they are, with the focus that one of them may have. */
static void
merge (GsnetMissed *self, GPtrArray *fresh)
{
  guint i = 0;

  for (;;)
    {
      g_autoptr (GsnetEvent) event = g_list_model_get_item (G_LIST_MODEL (self->events), i);
      GsnetEvent *same;

      if (!event)
        break;
      same = find_id (fresh, gsnet_event_get_id (event));
      if (same)
        {
          g_ptr_array_remove (fresh, same);
          i++;
        }
      else
        g_list_store_remove (self->events, i);
    }
  for (i = 0; i < fresh->len; i++)
    g_list_store_insert_sorted (self->events, g_ptr_array_index (fresh, i), compare_times, NULL);
}

static void
list_done_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GsnetMissed) self = GSNET_MISSED (data);
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = gsnet_client_call_finish (GSNET_CLIENT (source), result, &error);
  g_autoptr (GPtrArray) fresh = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GVariantIter) iter = NULL;
  GVariant *dict;

  self->loading = FALSE;
  if (self->stale || !gsnet_client_is_connected (GSNET_CLIENT (source)))
    {
      gsnet_missed_refresh (self);
      return;
    }
  if (!reply)
    {
      report (self, error);
      return;
    }
  g_variant_get (reply, "(aa{sv})", &iter);
  while ((dict = g_variant_iter_next_value (iter)))
    {
      g_ptr_array_add (fresh, gsnet_event_new (0, dict));
      g_variant_unref (dict);
    }
  merge (self, fresh);
}

void
gsnet_missed_refresh (GsnetMissed *self)
{
  self->stale = self->loading;
  if (self->loading)
    return;
  if (gsnet_client_get_n_missed (self->client) == 0)
    {
      g_list_store_remove_all (self->events);
      return;
    }
  self->loading = TRUE;
  gsnet_client_call_async (self->client, SNET_INTERFACE_EVENTS, "ListMissed", NULL,
                           G_VARIANT_TYPE ("(aa{sv})"), list_done_cb, g_object_ref (self));
}

static void
dismiss_done_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GsnetMissed) self = GSNET_MISSED (data);
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = gsnet_client_call_finish (GSNET_CLIENT (source), result, &error);
  g_autofree char *name = error ? g_dbus_error_get_remote_error (error) : NULL;

  /* Somebody else was faster, which is just as well. */
  if (!reply && g_strcmp0 (name, SNET_ERROR_NAME_UNKNOWN_REQUEST) != 0)
    report (self, error);
  gsnet_missed_refresh (self);
}

void
gsnet_missed_dismiss (GsnetMissed *self, GsnetEvent *event)
{
  gsnet_client_call_async (self->client, SNET_INTERFACE_EVENTS, "Dismiss",
                           g_variant_new ("(t)", gsnet_event_get_id (event)), NULL, dismiss_done_cb,
                           g_object_ref (self));
}

void
gsnet_missed_dismiss_all (GsnetMissed *self)
{
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->events)); i++)
    {
      g_autoptr (GsnetEvent) event = g_list_model_get_item (G_LIST_MODEL (self->events), i);

      gsnet_missed_dismiss (self, event);
    }
}

static void
gsnet_missed_dispose (GObject *object)
{
  GsnetMissed *self = GSNET_MISSED (object);

  g_clear_object (&self->client);
  g_clear_object (&self->events);

  G_OBJECT_CLASS (gsnet_missed_parent_class)->dispose (object);
}

static void
gsnet_missed_class_init (GsnetMissedClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = gsnet_missed_dispose;

  signals[PROBLEM] = g_signal_new ("problem", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                   NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
gsnet_missed_init (GsnetMissed *self)
{
  self->events = g_list_store_new (GSNET_TYPE_EVENT);
}

GsnetMissed *
gsnet_missed_new (GsnetClient *client)
{
  GsnetMissed *self = g_object_new (GSNET_TYPE_MISSED, NULL);

  self->client = g_object_ref (client);
  g_signal_connect_object (client, "notify::missed", G_CALLBACK (gsnet_missed_refresh), self,
                           G_CONNECT_SWAPPED);
  gsnet_missed_refresh (self);
  return self;
}

GListModel *
gsnet_missed_get_model (GsnetMissed *self)
{
  return G_LIST_MODEL (self->events);
}
