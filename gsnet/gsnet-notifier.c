// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include "snet-names.h"

#include "gsnet-notifier.h"
#include "gsnet-notify-thread.h"
#include "gsnet-text.h"
#include "gsnet-words.h"

/* More on a screen at once are not read, only clicked away. The others follow one by one. */
#define MAX_SHOWN 3

/* Decides which request has a notification, and what a click on it does. */
struct _GsnetNotifier
{
  GObject parent_instance;

  GsnetClient *client;
  GsnetNotifyThread *thread;
  GQueue queue;
  GHashTable *shown;
};

G_DEFINE_FINAL_TYPE (GsnetNotifier, gsnet_notifier, G_TYPE_OBJECT)

enum
{
  DETAILS,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
show (GsnetNotifier *self, GsnetEvent *event)
{
  guint64 id = gsnet_event_get_id (event);
  g_autofree char *title = gsnet_words_title (event);
  g_autofree char *sentence = gsnet_words_sentence (event);
  g_autofree char *program = gsnet_event_dup_visible (event, SNET_KEY_PROGRAM);
  g_autofree char *body =
    program ? g_strdup_printf ("%s\n%s", sentence, program) : g_strdup (sentence);

  g_hash_table_add (self->shown, g_memdup2 (&id, sizeof id));
  gsnet_notify_thread_show (self->thread, id, title, body);
}

static void
show_next (GsnetNotifier *self)
{
  while (g_hash_table_size (self->shown) < MAX_SHOWN && !g_queue_is_empty (&self->queue))
    {
      g_autoptr (GsnetEvent) event = g_queue_pop_head (&self->queue);
      show (self, event);
    }
}

static void
client_asked_cb (GsnetNotifier *self, GsnetEvent *event)
{
  g_queue_push_tail (&self->queue, g_object_ref (event));
  show_next (self);
}

static void
client_withdrawn_cb (GsnetNotifier *self, GsnetEvent *event, const char *reason)
{
  guint64 id = gsnet_event_get_id (event);

  for (GList *l = self->queue.head; l; l = l->next)
    if (gsnet_event_get_id (l->data) == id)
      {
        g_object_unref (l->data);
        g_queue_delete_link (&self->queue, l);
        break;
      }
  if (g_hash_table_remove (self->shown, &id))
    gsnet_notify_thread_close (self->thread, id);
  show_next (self);
}

typedef struct
{
  GsnetNotifier *self;
  GsnetEvent *event;
} Answer;

static void
verdict_done_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  GsnetClient *client = GSNET_CLIENT (source);
  Answer *answer = data;
  g_autoptr (GError) error = NULL;

  /* Still waiting: the window offers another try and says what is wrong. */
  if (!gsnet_client_verdict_finish (client, result, &error) &&
      gsnet_client_lookup (client, gsnet_event_get_id (answer->event)))
    {
      g_warning ("The answer was not taken: %s", error->message);
      g_signal_emit (answer->self, signals[DETAILS], 0, answer->event, NULL);
    }
  g_object_unref (answer->self);
  g_object_unref (answer->event);
  g_free (answer);
}

static void
thread_action_cb (GsnetNotifier *self, guint64 id, const char *action, const char *token)
{
  GsnetEvent *event = gsnet_client_lookup (self->client, id);
  Answer *answer;

  if (!event)
    return;
  if (!g_str_equal (action, GSNET_NOTIFY_ACTION_ALLOW) &&
      !g_str_equal (action, GSNET_NOTIFY_ACTION_DENY))
    {
      g_signal_emit (self, signals[DETAILS], 0, event, token);
      return;
    }
  answer = g_new0 (Answer, 1);
  answer->self = g_object_ref (self);
  answer->event = g_object_ref (event);
  gsnet_client_verdict_async (self->client, id,
                              g_str_equal (action, GSNET_NOTIFY_ACTION_ALLOW)
                                ? SNET_VERDICT_WORD_ALLOW
                                : SNET_VERDICT_WORD_DENY,
                              NULL, verdict_done_cb, answer);
}

/* Closed is not answered: the request waits on, in the icon's menu and in the console. */
static void
thread_dismissed_cb (GsnetNotifier *self, guint64 id)
{
  g_hash_table_remove (self->shown, &id);
  show_next (self);
}

/* The window takes the notification's place, so the request still counts as shown. */
static void
thread_failed_cb (GsnetNotifier *self, guint64 id)
{
  GsnetEvent *event = gsnet_client_lookup (self->client, id);

  if (event)
    g_signal_emit (self, signals[DETAILS], 0, event, NULL);
}

static void
gsnet_notifier_dispose (GObject *object)
{
  GsnetNotifier *self = GSNET_NOTIFIER (object);

  gsnet_notifier_stop (self);
  g_queue_clear_full (&self->queue, g_object_unref);
  g_clear_object (&self->thread);
  g_clear_object (&self->client);
  g_clear_pointer (&self->shown, g_hash_table_unref);

  G_OBJECT_CLASS (gsnet_notifier_parent_class)->dispose (object);
}

static void
gsnet_notifier_class_init (GsnetNotifierClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = gsnet_notifier_dispose;

  signals[DETAILS] = g_signal_new ("details", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                   NULL, NULL, G_TYPE_NONE, 2, GSNET_TYPE_EVENT, G_TYPE_STRING);
}

static void
gsnet_notifier_init (GsnetNotifier *self)
{
  g_queue_init (&self->queue);
  self->shown = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  self->thread = gsnet_notify_thread_new ();
  g_signal_connect_object (self->thread, "action", G_CALLBACK (thread_action_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->thread, "dismissed", G_CALLBACK (thread_dismissed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->thread, "failed", G_CALLBACK (thread_failed_cb), self,
                           G_CONNECT_SWAPPED);
}

GsnetNotifier *
gsnet_notifier_new (GsnetClient *client)
{
  GsnetNotifier *self = g_object_new (GSNET_TYPE_NOTIFIER, NULL);

  self->client = g_object_ref (client);
  g_signal_connect_object (client, "asked", G_CALLBACK (client_asked_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (client, "withdrawn", G_CALLBACK (client_withdrawn_cb), self,
                           G_CONNECT_SWAPPED);
  return self;
}

/* No button of a notification outlives the program. */
void
gsnet_notifier_stop (GsnetNotifier *self)
{
  if (!self->thread)
    return;
  g_signal_handlers_disconnect_by_data (self->client, self);
  gsnet_notify_thread_stop (self->thread);
}
