// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <gio/gio.h>
#include <glib/gi18n.h>
#include <libnotify/notify.h>

#include "gsnet-notify-thread.h"

#define SERVER_NAME   "org.freedesktop.Notifications"
#define APP_ICON      "org.snet.Gsnet"
#define DESKTOP_ENTRY "org.snet.Gsnet"

/*
 * libnotify calls the server and waits, up to 25 seconds, and has no other way;
 * nor may two threads use it. So one thread does nothing but libnotify: its
 * proxy is made there, hence its signals arrive there too, and windows stay
 * alive while a server hangs. The rest of gsnet sends it jobs, and hears of it
 * in the main context. Idle, it sleeps in poll ().
 *
 * Below, functions called *_in_thread run in that thread and alone touch shown
 * and what is known of the server.
 */
struct _GsnetNotifyThread
{
  GObject parent_instance;

  GMainContext *context;
  GMainLoop *loop;
  GThread *thread;

  GHashTable *shown;
  GList *server_caps;
  gboolean server_draws_default;
  gboolean server_lost;
};

G_DEFINE_FINAL_TYPE (GsnetNotifyThread, gsnet_notify_thread, G_TYPE_OBJECT)

enum
{
  ACTION,
  DISMISSED,
  FAILED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

/* A job for the thread, or news from it. */
typedef struct
{
  GsnetNotifyThread *self;
  guint64 id;
  guint signal;
  char *first;
  char *second;
} Message;

typedef struct
{
  GsnetNotifyThread *self;
  guint64 id;
  char *summary;
  char *body;
  NotifyNotification *notification;
} Entry;

static void
message_free (Message *message)
{
  g_object_unref (message->self);
  g_free (message->first);
  g_free (message->second);
  g_free (message);
}

static Message *
message_new (GsnetNotifyThread *self, guint64 id, const char *first, const char *second)
{
  Message *message = g_new0 (Message, 1);

  message->self = g_object_ref (self);
  message->id = id;
  message->first = g_strdup (first);
  message->second = g_strdup (second);
  return message;
}

static gboolean
emit_cb (gpointer data)
{
  Message *message = data;

  if (!message->self->thread)
    return G_SOURCE_REMOVE;
  if (message->signal == ACTION)
    g_signal_emit (message->self, signals[ACTION], 0, message->id, message->first, message->second);
  else
    g_signal_emit (message->self, signals[message->signal], 0, message->id);
  return G_SOURCE_REMOVE;
}

static void
emit_from_thread (GsnetNotifyThread *self,
                  guint signal,
                  guint64 id,
                  const char *first,
                  const char *second)
{
  Message *message = message_new (self, id, first, second);

  message->signal = signal;
  g_main_context_invoke_full (NULL, G_PRIORITY_DEFAULT, emit_cb, message,
                              (GDestroyNotify)message_free);
}

static void
drop_notification_in_thread (Entry *entry)
{
  if (!entry->notification)
    return;
  g_signal_handlers_disconnect_by_data (entry->notification, entry);
  notify_notification_clear_actions (entry->notification);
  g_clear_object (&entry->notification);
}

static void
entry_free (Entry *entry)
{
  drop_notification_in_thread (entry);
  g_free (entry->summary);
  g_free (entry->body);
  g_free (entry);
}

static void
closed_in_thread_cb (NotifyNotification *notification, Entry *entry)
{
  GsnetNotifyThread *self = entry->self;
  guint64 id = entry->id;

  g_hash_table_remove (self->shown, &id);
  emit_from_thread (self, DISMISSED, id, NULL, NULL);
}

static void
action_in_thread_cb (NotifyNotification *notification, char *action, gpointer data)
{
  Entry *entry = data;
  const char *name = g_str_equal (action, "default") ? GSNET_NOTIFY_ACTION_DETAILS : action;

  /* The token can be read nowhere but here. */
  emit_from_thread (entry->self, ACTION, entry->id, name,
                    notify_notification_get_activation_token (notification));
}

/*
 * The action of a click on the body is called "default", and most servers give
 * it no button. The one of XFCE does, and would show Details twice.
 */
static gboolean
server_draws_default_in_thread (void)
{
  g_autofree char *name = NULL;

  return notify_get_server_info (&name, NULL, NULL, NULL) &&
         g_strcmp0 (name, "Xfce Notify Daemon") == 0;
}

static gboolean
server_can_in_thread (GsnetNotifyThread *self, const char *capability)
{
  if (!self->server_caps)
    {
      self->server_caps = notify_get_server_caps ();
      self->server_draws_default = server_draws_default_in_thread ();
    }
  return g_list_find_custom (self->server_caps, capability, (GCompareFunc)g_strcmp0) != NULL;
}

static NotifyNotification *
make_notification_in_thread (GsnetNotifyThread *self, Entry *entry)
{
  g_autofree char *escaped = g_markup_escape_text (entry->body, -1);
  NotifyNotification *notification = notify_notification_new (
    entry->summary, server_can_in_thread (self, "body-markup") ? escaped : entry->body, APP_ICON);

  notify_notification_set_urgency (notification, NOTIFY_URGENCY_CRITICAL);
  notify_notification_set_timeout (notification, NOTIFY_EXPIRES_NEVER);
  notify_notification_set_category (notification, "network");
  notify_notification_set_hint (notification, "desktop-entry",
                                g_variant_new_string (DESKTOP_ENTRY));
  notify_notification_add_action (notification, GSNET_NOTIFY_ACTION_ALLOW, _ ("Allow"),
                                  action_in_thread_cb, entry, NULL);
  notify_notification_add_action (notification, GSNET_NOTIFY_ACTION_DENY, _ ("Deny"),
                                  action_in_thread_cb, entry, NULL);
  if (!self->server_draws_default)
    notify_notification_add_action (notification, GSNET_NOTIFY_ACTION_DETAILS, _ ("Details…"),
                                    action_in_thread_cb, entry, NULL);
  notify_notification_add_action (notification, "default", _ ("Details…"), action_in_thread_cb,
                                  entry, NULL);
  g_signal_connect (notification, "closed", G_CALLBACK (closed_in_thread_cb), entry);
  return notification;
}

static gboolean
show_entry_in_thread (GsnetNotifyThread *self, Entry *entry)
{
  g_autoptr (GError) error = NULL;

  drop_notification_in_thread (entry);
  if (!server_can_in_thread (self, "actions"))
    return FALSE;
  entry->notification = make_notification_in_thread (self, entry);
  if (notify_notification_show (entry->notification, &error))
    return TRUE;
  g_warning ("Cannot show a notification: %s", error->message);
  return FALSE;
}

static gboolean
show_job_in_thread (gpointer data)
{
  Message *message = data;
  GsnetNotifyThread *self = message->self;
  Entry *entry = g_new0 (Entry, 1);

  entry->self = self;
  entry->id = message->id;
  entry->summary = g_steal_pointer (&message->first);
  entry->body = g_steal_pointer (&message->second);
  g_hash_table_replace (self->shown, &entry->id, entry);
  if (!show_entry_in_thread (self, entry))
    {
      guint64 id = entry->id;

      g_hash_table_remove (self->shown, &id);
      emit_from_thread (self, FAILED, id, NULL, NULL);
    }
  return G_SOURCE_REMOVE;
}

static void
close_entry_in_thread (Entry *entry)
{
  g_autoptr (GError) error = NULL;

  g_signal_handlers_disconnect_by_data (entry->notification, entry);
  /* It may have been closed at the same time from the other side. */
  if (!notify_notification_close (entry->notification, &error))
    g_debug ("Cannot close a notification: %s", error->message);
}

static gboolean
close_job_in_thread (gpointer data)
{
  Message *message = data;
  Entry *entry = g_hash_table_lookup (message->self->shown, &message->id);

  if (entry && !message->self->server_lost)
    close_entry_in_thread (entry);
  g_hash_table_remove (message->self->shown, &message->id);
  return G_SOURCE_REMOVE;
}

static gboolean
quit_job_in_thread (gpointer data)
{
  GsnetNotifyThread *self = ((Message *)data)->self;
  GHashTableIter iter;
  gpointer entry;

  g_hash_table_iter_init (&iter, self->shown);
  while (g_hash_table_iter_next (&iter, NULL, &entry))
    if (!self->server_lost)
      close_entry_in_thread (entry);
  g_hash_table_remove_all (self->shown);
  g_main_loop_quit (self->loop);
  return G_SOURCE_REMOVE;
}

/* What another server showed is gone with it; what still waits is shown again by the new one. */
static void
server_appeared_in_thread_cb (GDBusConnection *connection,
                              const char *name,
                              const char *owner,
                              gpointer data)
{
  GsnetNotifyThread *self = data;
  g_autoptr (GList) entries = NULL;

  g_clear_list (&self->server_caps, g_free);
  if (!self->server_lost)
    return;
  self->server_lost = FALSE;
  entries = g_hash_table_get_values (self->shown);
  for (GList *l = entries; l; l = l->next)
    {
      Entry *entry = l->data;
      guint64 id = entry->id;

      if (show_entry_in_thread (self, entry))
        continue;
      g_hash_table_remove (self->shown, &id);
      emit_from_thread (self, FAILED, id, NULL, NULL);
    }
}

static void
server_vanished_in_thread_cb (GDBusConnection *connection, const char *name, gpointer data)
{
  GsnetNotifyThread *self = data;

  g_clear_list (&self->server_caps, g_free);
  self->server_lost = g_hash_table_size (self->shown) > 0;
}

static gpointer
thread_main (gpointer data)
{
  GsnetNotifyThread *self = data;
  guint watch_id;

  g_main_context_push_thread_default (self->context);
  notify_init (_ ("Firewall"));
  watch_id =
    g_bus_watch_name (G_BUS_TYPE_SESSION, SERVER_NAME, G_BUS_NAME_WATCHER_FLAGS_NONE,
                      server_appeared_in_thread_cb, server_vanished_in_thread_cb, self, NULL);
  g_main_loop_run (self->loop);
  g_bus_unwatch_name (watch_id);
  g_clear_list (&self->server_caps, g_free);
  notify_uninit ();
  g_main_context_pop_thread_default (self->context);
  return NULL;
}

static void
gsnet_notify_thread_finalize (GObject *object)
{
  GsnetNotifyThread *self = GSNET_NOTIFY_THREAD (object);

  g_warn_if_fail (!self->thread);
  g_clear_pointer (&self->loop, g_main_loop_unref);
  g_clear_pointer (&self->context, g_main_context_unref);
  g_clear_pointer (&self->shown, g_hash_table_unref);

  G_OBJECT_CLASS (gsnet_notify_thread_parent_class)->finalize (object);
}

static void
gsnet_notify_thread_class_init (GsnetNotifyThreadClass *klass)
{
  GType type = G_TYPE_FROM_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = gsnet_notify_thread_finalize;

  signals[ACTION] = g_signal_new ("action", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 3, G_TYPE_UINT64, G_TYPE_STRING, G_TYPE_STRING);
  signals[DISMISSED] = g_signal_new ("dismissed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                     G_TYPE_NONE, 1, G_TYPE_UINT64);
  signals[FAILED] = g_signal_new ("failed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 1, G_TYPE_UINT64);
}

static void
gsnet_notify_thread_init (GsnetNotifyThread *self)
{
  self->context = g_main_context_new ();
  self->loop = g_main_loop_new (self->context, FALSE);
  self->shown =
    g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, (GDestroyNotify)entry_free);
}

GsnetNotifyThread *
gsnet_notify_thread_new (void)
{
  GsnetNotifyThread *self = g_object_new (GSNET_TYPE_NOTIFY_THREAD, NULL);

  self->thread = g_thread_new ("notify", thread_main, self);
  return self;
}

static void
send_job (GsnetNotifyThread *self, GSourceFunc job, Message *message)
{
  g_autoptr (GSource) source = g_idle_source_new ();

  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, job, message, (GDestroyNotify)message_free);
  g_source_attach (source, self->context);
}

void
gsnet_notify_thread_show (GsnetNotifyThread *self,
                          guint64 id,
                          const char *summary,
                          const char *body)
{
  g_return_if_fail (self->thread);

  send_job (self, show_job_in_thread, message_new (self, id, summary, body));
}

void
gsnet_notify_thread_close (GsnetNotifyThread *self, guint64 id)
{
  g_return_if_fail (self->thread);

  send_job (self, close_job_in_thread, message_new (self, id, NULL, NULL));
}

void
gsnet_notify_thread_stop (GsnetNotifyThread *self)
{
  GThread *thread = g_steal_pointer (&self->thread);

  if (!thread)
    return;
  send_job (self, quit_job_in_thread, message_new (self, 0, NULL, NULL));
  g_thread_join (thread);
}
