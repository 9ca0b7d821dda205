// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <glib/gi18n.h>

#include "snet-names.h"

#include "gsnet-notifier.h"
#include "gsnet-notify-thread.h"
#include "gsnet-program-icon.h"

/*
 * More on a screen at once are not read, only clicked away, and GNOME's server drives out the
 * oldest of them. The last one says how many more there are.
 */
#define MAX_SHOWN 3

/* How many programs it names. */
#define MAX_NAMED 3

/*
 * How long it takes until numbers are told anew, and until what has waited takes the place of
 * another one: a click that was meant for that one must not answer this one.
 */
#define REFRESH_MS 500

/* The notification of all that have none of their own; requests are counted from 1. */
#define SUMMARY_ID G_MAXUINT64

/* What waits of one program. The first of them is asked about; of the others the number is told. */
typedef struct
{
  char *key;
  GQueue events; /* of GsnetEvent, never empty */
  guint64 shown; /* the request that has a notification; 0: none */
  guint told;    /* how many there were, as it says */
} Group;

/* Decides which request has a notification, and what a click on it does. */
struct _GsnetNotifier
{
  GObject parent_instance;

  GsnetClient *client;
  GsnetNotifyThread *thread;
  GQueue groups;      /* of Group, in the order in which they came */
  GHashTable *by_key; /* the same */
  guint n_shown;
  guint summary; /* the number that it tells; 0: there is none */
  guint refresh_id;
  gboolean enabled;
};

G_DEFINE_FINAL_TYPE (GsnetNotifier, gsnet_notifier, G_TYPE_OBJECT)

enum
{
  DETAILS,
  ALL,
  UNSHOWN,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
group_free (Group *group)
{
  g_free (group->key);
  g_queue_clear_full (&group->events, g_object_unref);
  g_free (group);
}

static void
remove_group (GsnetNotifier *self, Group *group)
{
  if (group->shown)
    self->n_shown--;
  g_hash_table_remove (self->by_key, group->key);
  g_queue_remove (&self->groups, group);
  group_free (group);
}

static Group *
find_shown (GsnetNotifier *self, guint64 id)
{
  for (GList *l = self->groups.head; l; l = l->next)
    if (((Group *)l->data)->shown == id)
      return l->data;
  return NULL;
}

static void
show_group (GsnetNotifier *self, Group *group)
{
  GsnetEvent *event = g_queue_peek_head (&group->events);

  if (!group->shown)
    self->n_shown++;
  group->shown = gsnet_event_get_id (event);
  group->told = g_queue_get_length (&group->events);
  gsnet_notify_thread_show (
    self->thread,
    gsnet_notice_new_question (event, gsnet_program_icon_name (event), group->told - 1));
}

/* How many programs may have a notification of their own. */
static guint
get_room (GsnetNotifier *self)
{
  return g_queue_get_length (&self->groups) > MAX_SHOWN ? MAX_SHOWN - 1 : MAX_SHOWN;
}

static void
hide_group (GsnetNotifier *self, Group *group)
{
  gsnet_notify_thread_close (self->thread, group->shown);
  group->shown = 0;
  self->n_shown--;
}

/* The last of them makes room for the number of the others. */
static void
hide_groups (GsnetNotifier *self)
{
  const guint room = get_room (self);

  for (GList *l = self->groups.tail; l && self->n_shown > room; l = l->prev)
    if (((Group *)l->data)->shown)
      hide_group (self, l->data);
}

/* Groups that are new, or have become first, as far as there is room; numbers that have changed. */
static void
show_groups (GsnetNotifier *self)
{
  for (GList *l = self->groups.head; l; l = l->next)
    {
      Group *group = l->data;

      if (group->shown ? group->told != g_queue_get_length (&group->events)
                       : self->n_shown < get_room (self))
        show_group (self, group);
    }
}

static guint
count_unshown (GsnetNotifier *self)
{
  guint n = 0;

  for (GList *l = self->groups.head; l; l = l->next)
    if (!((Group *)l->data)->shown)
      n += g_queue_get_length (&((Group *)l->data)->events);
  return n;
}

/* "curl, wget, …" */
static char *
name_unshown (GsnetNotifier *self)
{
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();
  g_auto (GStrv) list = NULL;
  guint n = 0;

  for (GList *l = self->groups.head; l && n <= MAX_NAMED; l = l->next)
    {
      Group *group = l->data;
      GsnetEvent *event = g_queue_peek_head (&group->events);

      if (group->shown)
        continue;
      g_strv_builder_add (names, n < MAX_NAMED ? gsnet_event_get_name (event) : "…");
      n++;
    }
  list = g_strv_builder_end (names);
  return g_strjoinv (C_ ("between programs", ", "), list);
}

static void
update_summary (GsnetNotifier *self)
{
  const guint n = count_unshown (self);
  g_autofree char *names = NULL;

  if (n == self->summary)
    return;
  self->summary = n;
  if (n == 0)
    {
      gsnet_notify_thread_close (self->thread, SUMMARY_ID);
      return;
    }
  names = name_unshown (self);
  gsnet_notify_thread_show (self->thread, gsnet_notice_new_summary (SUMMARY_ID, n, names));
}

static gboolean
refresh_cb (gpointer data)
{
  GsnetNotifier *self = GSNET_NOTIFIER (data);

  self->refresh_id = 0;
  hide_groups (self);
  show_groups (self);
  update_summary (self);
  return G_SOURCE_REMOVE;
}

static void
refresh_soon (GsnetNotifier *self)
{
  if (!self->refresh_id)
    self->refresh_id = g_timeout_add (REFRESH_MS, refresh_cb, self);
}

/* The first of a program is shown at once, where there is room for it and none has waited longer.
 */
static void
add (GsnetNotifier *self, GsnetEvent *event)
{
  g_autofree char *key = gsnet_event_dup_group (event);
  Group *group = g_hash_table_lookup (self->by_key, key);
  const gboolean is_new = !group;

  if (is_new)
    {
      group = g_new0 (Group, 1);
      group->key = g_steal_pointer (&key);
      g_queue_push_tail (&self->groups, group);
      g_hash_table_insert (self->by_key, group->key, group);
    }
  g_queue_push_tail (&group->events, g_object_ref (event));
  if (is_new && self->n_shown < get_room (self) &&
      self->n_shown + 1 == g_queue_get_length (&self->groups))
    show_group (self, group);
  else
    refresh_soon (self);
}

static void
client_asked_cb (GsnetNotifier *self, GsnetEvent *event)
{
  if (self->enabled)
    add (self, event);
}

static void
remove_event (GsnetNotifier *self, Group *group, guint64 id)
{
  for (GList *l = group->events.head; l; l = l->next)
    if (gsnet_event_get_id (l->data) == id)
      {
        g_object_unref (l->data);
        g_queue_delete_link (&group->events, l);
        break;
      }
  if (group->shown == id)
    {
      hide_group (self, group);
      g_clear_handle_id (&self->refresh_id, g_source_remove);
    }
  if (g_queue_is_empty (&group->events))
    remove_group (self, group);
  refresh_soon (self);
}

static void
client_withdrawn_cb (GsnetNotifier *self, GsnetEvent *event, const char *reason)
{
  g_autofree char *key = gsnet_event_dup_group (event);
  Group *group = g_hash_table_lookup (self->by_key, key);

  if (group)
    remove_event (self, group, gsnet_event_get_id (event));
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
give_verdict (GsnetNotifier *self, GsnetEvent *event, const char *verdict)
{
  Answer *answer = g_new0 (Answer, 1);

  answer->self = g_object_ref (self);
  answer->event = g_object_ref (event);
  gsnet_client_verdict_async (self->client, gsnet_event_get_id (event), verdict, NULL,
                              verdict_done_cb, answer);
}

static void
thread_action_cb (GsnetNotifier *self, guint64 id, const char *action, const char *token)
{
  GsnetEvent *event = gsnet_client_lookup (self->client, id);

  if (id == SUMMARY_ID)
    g_signal_emit (self, signals[ALL], 0, token);
  else if (!event)
    return;
  else if (g_str_equal (action, GSNET_NOTIFY_ACTION_ALLOW))
    give_verdict (self, event, SNET_VERDICT_WORD_ALLOW);
  else if (g_str_equal (action, GSNET_NOTIFY_ACTION_DENY))
    give_verdict (self, event, SNET_VERDICT_WORD_DENY);
  else
    g_signal_emit (self, signals[DETAILS], 0, event, token);
}

static void
forget_unshown (GsnetNotifier *self)
{
  for (GList *l = self->groups.head; l;)
    {
      Group *group = l->data;

      l = l->next;
      if (!group->shown)
        remove_group (self, group);
    }
}

/*
 * Closed is not answered: what it told of waits on, in the icon's menu and in the console, and is
 * not told again.
 */
static void
thread_dismissed_cb (GsnetNotifier *self, guint64 id)
{
  Group *group = find_shown (self, id);

  if (id == SUMMARY_ID)
    {
      self->summary = 0;
      forget_unshown (self);
    }
  else if (group)
    remove_group (self, group);
  refresh_soon (self);
}

/* A window takes the place of all of them. */
static void
thread_failed_cb (GsnetNotifier *self, guint64 id)
{
  Group *group = find_shown (self, id);

  if (id == SUMMARY_ID)
    self->summary = 0;
  else if (group)
    remove_group (self, group);
  forget_unshown (self);
  g_signal_emit (self, signals[UNSHOWN], 0);
}

static void
forget_all (GsnetNotifier *self)
{
  g_clear_handle_id (&self->refresh_id, g_source_remove);
  while (!g_queue_is_empty (&self->groups))
    {
      Group *group = g_queue_peek_head (&self->groups);

      if (group->shown)
        gsnet_notify_thread_close (self->thread, group->shown);
      remove_group (self, group);
    }
  update_summary (self);
}

void
gsnet_notifier_set_enabled (GsnetNotifier *self, gboolean enabled)
{
  GListModel *waiting = gsnet_client_get_waiting (self->client);

  if (enabled == self->enabled)
    return;
  self->enabled = enabled;
  if (!enabled)
    forget_all (self);
  for (guint i = 0; enabled && i < g_list_model_get_n_items (waiting); i++)
    {
      g_autoptr (GsnetEvent) event = g_list_model_get_item (waiting, i);

      add (self, event);
    }
}

static void
gsnet_notifier_dispose (GObject *object)
{
  GsnetNotifier *self = GSNET_NOTIFIER (object);

  gsnet_notifier_stop (self);
  g_clear_object (&self->thread);
  g_clear_object (&self->client);

  G_OBJECT_CLASS (gsnet_notifier_parent_class)->dispose (object);
}

static void
gsnet_notifier_finalize (GObject *object)
{
  GsnetNotifier *self = GSNET_NOTIFIER (object);

  g_hash_table_unref (self->by_key);
  g_queue_clear_full (&self->groups, (GDestroyNotify)group_free);

  G_OBJECT_CLASS (gsnet_notifier_parent_class)->finalize (object);
}

static void
gsnet_notifier_class_init (GsnetNotifierClass *klass)
{
  GType type = G_TYPE_FROM_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = gsnet_notifier_dispose;
  G_OBJECT_CLASS (klass)->finalize = gsnet_notifier_finalize;

  signals[DETAILS] = g_signal_new ("details", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 2, GSNET_TYPE_EVENT, G_TYPE_STRING);
  signals[ALL] = g_signal_new ("all", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1,
                               G_TYPE_STRING);
  signals[UNSHOWN] =
    g_signal_new ("unshown", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
gsnet_notifier_init (GsnetNotifier *self)
{
  g_queue_init (&self->groups);
  self->by_key = g_hash_table_new (g_str_hash, g_str_equal);
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
  self->enabled = FALSE;
  g_clear_handle_id (&self->refresh_id, g_source_remove);
  g_signal_handlers_disconnect_by_data (self->client, self);
  gsnet_notify_thread_stop (self->thread);
}
