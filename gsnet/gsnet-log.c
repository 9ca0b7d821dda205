// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include "snet-names.h"

#include "gsnet-log.h"

/* The first page is short, as it takes time to make rows and somebody waits for them. */
#define FIRST_ROWS 50
#define PAGE_ROWS  200
#define MAX_ROWS   2000

/*
 * A window of at most MAX_ROWS on the journal, newest first. At its top, what
 * is decided now comes in; read further down, rows go from the top instead, and
 * the window is not live until it is rewound.
 */
struct _GsnetLog
{
  GObject parent_instance;

  GsnetClient *client;
  GsnetLogFilter *filter;
  GListStore *rows;
  gboolean connected;
  gboolean loading;
  gboolean at_end;
  gboolean detached;
  gboolean outdated; /* the rows are of another filter, until its first page is there */
  guint generation;
};

G_DEFINE_FINAL_TYPE (GsnetLog, gsnet_log, G_TYPE_OBJECT)

/* What came of a reading: an error, or NULL. */
enum
{
  READ,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

typedef struct
{
  GsnetLog *log;
  guint generation;
  guint limit;
} Page;

static guint
count (GsnetLog *self)
{
  return g_list_model_get_n_items (G_LIST_MODEL (self->rows));
}

/* An event that came live has no serial; the same one from the journal has. */
static char *
make_key (GsnetEvent *event)
{
  return g_strdup_printf ("%" G_GUINT64_FORMAT "/%" G_GINT64_FORMAT, gsnet_event_get_id (event),
                          gsnet_event_get_time (event));
}

static GHashTable *
collect_keys (GsnetLog *self)
{
  GHashTable *keys = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < count (self); i++)
    {
      g_autoptr (GsnetEvent) event = g_list_model_get_item (G_LIST_MODEL (self->rows), i);
      g_hash_table_add (keys, make_key (event));
    }
  return keys;
}

static GPtrArray *
read_page (GsnetLog *self, GVariant *reply, guint *ret_received)
{
  g_autoptr (GHashTable) known = collect_keys (self);
  g_autoptr (GVariantIter) iter = NULL;
  GPtrArray *page = g_ptr_array_new_with_free_func (g_object_unref);
  GVariant *dict;

  *ret_received = 0;
  g_variant_get (reply, "(aa{sv})", &iter);
  while ((dict = g_variant_iter_next_value (iter)))
    {
      g_autoptr (GsnetEvent) event = gsnet_event_new (0, dict);
      g_autofree char *key = make_key (event);

      if (!g_hash_table_contains (known, key))
        g_ptr_array_add (page, g_steal_pointer (&event));
      (*ret_received)++;
      g_variant_unref (dict);
    }
  return page;
}

/* The rows at the top go first, so that there are never more than MAX_ROWS. */
static void
append (GsnetLog *self, GPtrArray *page)
{
  if (count (self) + page->len > MAX_ROWS)
    {
      g_list_store_splice (self->rows, 0, count (self) + page->len - MAX_ROWS, NULL, 0);
      self->detached = TRUE;
    }
  g_list_store_splice (self->rows, count (self), 0, page->pdata, page->len);
}

static void
query_done_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autofree Page *request = data;
  g_autoptr (GsnetLog) self = request->log;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = gsnet_client_call_finish (GSNET_CLIENT (source), result, &error);
  g_autoptr (GPtrArray) page = NULL;
  guint received;

  if (request->generation != self->generation)
    return;
  self->loading = FALSE;
  if (!reply)
    {
      self->at_end = TRUE;
      g_list_store_remove_all (self->rows);
      g_signal_emit (self, signals[READ], 0, error);
      return;
    }
  if (self->outdated)
    g_list_store_remove_all (self->rows);
  self->outdated = FALSE;
  page = read_page (self, reply, &received);
  self->at_end = received < request->limit;
  append (self, page);
  g_signal_emit (self, signals[READ], 0, NULL);
  if (request->limit == FIRST_ROWS)
    gsnet_log_load_older (self);
}

/* Older than the last row: by the journal's number, or by time if that came live. */
static GVariant *
make_filter (GsnetLog *self)
{
  g_autoptr (GsnetEvent) last = NULL;
  GVariantDict filter;

  g_variant_dict_init (&filter, NULL);
  gsnet_log_filter_add_to (self->filter, &filter);
  if (count (self) > 0 && !self->outdated)
    last = g_list_model_get_item (G_LIST_MODEL (self->rows), count (self) - 1);
  if (last && gsnet_event_get_serial (last))
    g_variant_dict_insert (&filter, SNET_KEY_BEFORE, "t", gsnet_event_get_serial (last));
  else if (last && gsnet_event_get_time (last))
    g_variant_dict_insert (&filter, SNET_KEY_UNTIL, "x", gsnet_event_get_time (last) + 1);
  return g_variant_dict_end (&filter);
}

void
gsnet_log_load_older (GsnetLog *self)
{
  Page *request;

  if (self->loading || self->at_end || !self->connected)
    return;
  self->loading = TRUE;
  request = g_new0 (Page, 1);
  request->log = g_object_ref (self);
  request->generation = self->generation;
  request->limit = count (self) == 0 || self->outdated ? FIRST_ROWS : PAGE_ROWS;
  gsnet_client_call_async (self->client, SNET_INTERFACE_EVENTS, "Query",
                           g_variant_new ("(@a{sv}u)", make_filter (self), request->limit),
                           G_VARIANT_TYPE ("(aa{sv})"), query_done_cb, request);
}

static void
restart (GsnetLog *self)
{
  self->generation++;
  self->loading = FALSE;
  self->at_end = FALSE;
  self->detached = FALSE;
  self->outdated = self->connected;
  if (!self->connected)
    g_list_store_remove_all (self->rows);
  gsnet_log_load_older (self);
}

void
gsnet_log_rewind (GsnetLog *self)
{
  if (self->detached)
    restart (self);
}

static void
client_decided_cb (GsnetLog *self, GsnetEvent *event)
{
  if (self->detached || self->outdated || !gsnet_log_filter_matches (self->filter, event))
    return;
  if (count (self) == MAX_ROWS)
    {
      g_list_store_remove (self->rows, MAX_ROWS - 1);
      self->at_end = FALSE;
    }
  g_list_store_insert (self->rows, 0, event);
}

static void
client_state_cb (GsnetLog *self)
{
  gboolean connected = gsnet_client_is_connected (self->client);

  if (connected == self->connected)
    return;
  self->connected = connected;
  restart (self);
}

static void
gsnet_log_dispose (GObject *object)
{
  GsnetLog *self = GSNET_LOG (object);

  g_clear_object (&self->client);
  g_clear_object (&self->filter);
  g_clear_object (&self->rows);

  G_OBJECT_CLASS (gsnet_log_parent_class)->dispose (object);
}

static void
gsnet_log_class_init (GsnetLogClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = gsnet_log_dispose;
  signals[READ] = g_signal_new ("read", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                NULL, G_TYPE_NONE, 1, G_TYPE_ERROR);
}

static void
gsnet_log_init (GsnetLog *self)
{
  self->rows = g_list_store_new (GSNET_TYPE_EVENT);
}

GsnetLog *
gsnet_log_new (GsnetClient *client, GsnetLogFilter *filter)
{
  GsnetLog *self = g_object_new (GSNET_TYPE_LOG, NULL);

  self->client = g_object_ref (client);
  self->filter = g_object_ref (filter);
  g_signal_connect_object (filter, "changed", G_CALLBACK (restart), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (client, "decided", G_CALLBACK (client_decided_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (client, "notify::state", G_CALLBACK (client_state_cb), self,
                           G_CONNECT_SWAPPED);
  client_state_cb (self);
  return self;
}

GListModel *
gsnet_log_get_model (GsnetLog *self)
{
  return G_LIST_MODEL (self->rows);
}
