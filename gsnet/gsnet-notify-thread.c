// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <gio/gio.h>
#include <glib/gi18n.h>

#include "gsnet-notify-server.h"
#include "gsnet-notify-thread.h"

#define SERVER_NAME "org.freedesktop.Notifications"
/* Plasma says so of what says the same as the one before it, and came less than a second later. */
#define ERROR_TOO_SOON "org.freedesktop.Notifications.Error.ExcessNotificationGeneration"
#define TRY_AGAIN_MS   1100
#define MAX_TRIES      10
/* How long a server that has gone may take to come back, before what it showed is shown otherwise.
 */
#define COME_BACK_MS 5000

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
  GsnetNotifyServer *server;
  GSource *gone; /* runs while it may come back */
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

/* A job for the thread, which takes the notice, or news from it. */
typedef struct
{
  GsnetNotifyThread *self;
  guint64 id;
  GsnetNotice *notice;
  guint signal;
  char *action;
  char *token;
} Message;

typedef struct
{
  GsnetNotifyThread *self;
  guint64 id;
  GsnetNotice *notice;
  NotifyNotification *notification; /* NULL: its server is gone */
  GSource *again;
  guint tries;
} Entry;

static void
message_free (Message *message)
{
  g_object_unref (message->self);
  g_clear_pointer (&message->notice, gsnet_notice_free);
  g_free (message->action);
  g_free (message->token);
  g_free (message);
}

static Message *
message_new (GsnetNotifyThread *self, guint64 id)
{
  Message *message = g_new0 (Message, 1);

  message->self = g_object_ref (self);
  message->id = id;
  return message;
}

static gboolean
emit_cb (gpointer data)
{
  Message *message = data;

  if (!message->self->thread)
    return G_SOURCE_REMOVE;
  if (message->signal == ACTION)
    g_signal_emit (message->self, signals[ACTION], 0, message->id, message->action, message->token);
  else
    g_signal_emit (message->self, signals[message->signal], 0, message->id);
  return G_SOURCE_REMOVE;
}

static void
emit_from_thread (GsnetNotifyThread *self,
                  guint signal,
                  guint64 id,
                  const char *action,
                  const char *token)
{
  Message *message = message_new (self, id);

  message->signal = signal;
  message->action = g_strdup (action);
  message->token = g_strdup (token);
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
stop_trying_in_thread (Entry *entry)
{
  if (entry->again)
    g_source_destroy (entry->again);
  g_clear_pointer (&entry->again, g_source_unref);
}

static void
entry_free (Entry *entry)
{
  stop_trying_in_thread (entry);
  drop_notification_in_thread (entry);
  gsnet_notice_free (entry->notice);
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

static void
add_action_in_thread (Entry *entry, const char *action, const char *label)
{
  notify_notification_add_action (entry->notification, action, label, action_in_thread_cb, entry,
                                  NULL);
}

/* A click on the body is the action "default". */
static void
add_actions_in_thread (GsnetNotifyThread *self, Entry *entry)
{
  const char *details = entry->notice->question ? _ ("Details…") : _ ("Show");

  if (entry->notice->question)
    {
      add_action_in_thread (entry, GSNET_NOTIFY_ACTION_ALLOW, _ ("Allow"));
      add_action_in_thread (entry, GSNET_NOTIFY_ACTION_DENY, _ ("Deny"));
    }
  if (!gsnet_notify_server_draws_default (self->server))
    add_action_in_thread (entry, GSNET_NOTIFY_ACTION_DETAILS, details);
  add_action_in_thread (entry, "default", details);
}

static gboolean try_again_in_thread_cb (gpointer data);

static gboolean
is_too_soon (const GError *error)
{
  g_autofree char *name = g_dbus_error_get_remote_error (error);

  return g_strcmp0 (name, ERROR_TOO_SOON) == 0;
}

static gboolean
try_again_in_thread (GsnetNotifyThread *self, Entry *entry, const GError *error)
{
  if (!is_too_soon (error) || ++entry->tries > MAX_TRIES)
    return FALSE;
  entry->again = g_timeout_source_new (TRY_AGAIN_MS);
  g_source_set_callback (entry->again, try_again_in_thread_cb, entry, NULL);
  g_source_attach (entry->again, self->context);
  return TRUE;
}

/* Anew, or with another text. */
static gboolean
show_entry_in_thread (GsnetNotifyThread *self, Entry *entry)
{
  g_autoptr (GError) error = NULL;

  stop_trying_in_thread (entry);
  if (!gsnet_notify_server_can (self->server, "actions"))
    return FALSE;
  if (entry->notification)
    gsnet_notify_server_update (self->server, entry->notification, entry->notice);
  else
    {
      entry->notification = gsnet_notify_server_make (self->server, entry->notice);
      add_actions_in_thread (self, entry);
      g_signal_connect (entry->notification, "closed", G_CALLBACK (closed_in_thread_cb), entry);
    }
  if (notify_notification_show (entry->notification, &error) ||
      try_again_in_thread (self, entry, error))
    return TRUE;
  g_warning ("Cannot show a notification: %s", error->message);
  return FALSE;
}

static void
show_or_fail_in_thread (GsnetNotifyThread *self, Entry *entry)
{
  guint64 id = entry->id;

  if (show_entry_in_thread (self, entry))
    return;
  g_hash_table_remove (self->shown, &id);
  emit_from_thread (self, FAILED, id, NULL, NULL);
}

static gboolean
try_again_in_thread_cb (gpointer data)
{
  Entry *entry = data;

  show_or_fail_in_thread (entry->self, entry);
  return G_SOURCE_REMOVE;
}

static gboolean
show_job_in_thread (gpointer data)
{
  Message *message = data;
  GsnetNotifyThread *self = message->self;
  Entry *entry = g_hash_table_lookup (self->shown, &message->id);

  if (!entry)
    {
      entry = g_new0 (Entry, 1);
      entry->self = self;
      entry->id = message->id;
      g_hash_table_insert (self->shown, &entry->id, entry);
    }
  g_clear_pointer (&entry->notice, gsnet_notice_free);
  entry->notice = g_steal_pointer (&message->notice);
  entry->tries = 0;
  show_or_fail_in_thread (self, entry);
  return G_SOURCE_REMOVE;
}

static void
close_entry_in_thread (Entry *entry)
{
  g_autoptr (GError) error = NULL;

  if (!entry->notification)
    return;
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

  if (entry)
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
    close_entry_in_thread (entry);
  g_hash_table_remove_all (self->shown);
  g_main_loop_quit (self->loop);
  return G_SOURCE_REMOVE;
}

static void
stop_waiting_in_thread (GsnetNotifyThread *self)
{
  if (self->gone)
    g_source_destroy (self->gone);
  g_clear_pointer (&self->gone, g_source_unref);
}

/* Those that no server shows any more; or not yet, as it may have been started by showing one. */
static void
show_rest_in_thread (GsnetNotifyThread *self)
{
  g_autoptr (GList) entries = g_hash_table_get_values (self->shown);

  stop_waiting_in_thread (self);
  for (GList *l = entries; l; l = l->next)
    if (!((Entry *)l->data)->notification)
      show_or_fail_in_thread (self, l->data);
}

/* The bus may know how to start one. If not, that is a failure as any other. */
static gboolean
still_gone_in_thread_cb (gpointer data)
{
  show_rest_in_thread (data);
  return G_SOURCE_REMOVE;
}

static void
server_appeared_in_thread_cb (GDBusConnection *connection,
                              const char *name,
                              const char *owner,
                              gpointer data)
{
  show_rest_in_thread (data);
}

static void
wait_for_server_in_thread (GsnetNotifyThread *self)
{
  stop_waiting_in_thread (self);
  self->gone = g_timeout_source_new (COME_BACK_MS);
  g_source_set_callback (self->gone, still_gone_in_thread_cb, self, NULL);
  g_source_attach (self->gone, self->context);
}

/* What it showed is gone with it; what still waits is shown again by the next one. */
static void
server_vanished_in_thread_cb (GDBusConnection *connection, const char *name, gpointer data)
{
  GsnetNotifyThread *self = data;
  GHashTableIter iter;
  gpointer entry;

  gsnet_notify_server_forget (self->server);
  g_hash_table_iter_init (&iter, self->shown);
  while (g_hash_table_iter_next (&iter, NULL, &entry))
    drop_notification_in_thread (entry);
  if (g_hash_table_size (self->shown) > 0)
    wait_for_server_in_thread (self);
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
  stop_waiting_in_thread (self);
  gsnet_notify_server_forget (self->server);
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
  g_clear_pointer (&self->server, gsnet_notify_server_free);

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
  self->server = gsnet_notify_server_new ();
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
gsnet_notify_thread_show (GsnetNotifyThread *self, GsnetNotice *notice)
{
  Message *message;

  g_return_if_fail (self->thread);

  message = message_new (self, notice->id);
  message->notice = notice;
  send_job (self, show_job_in_thread, message);
}

void
gsnet_notify_thread_close (GsnetNotifyThread *self, guint64 id)
{
  g_return_if_fail (self->thread);

  send_job (self, close_job_in_thread, message_new (self, id));
}

void
gsnet_notify_thread_stop (GsnetNotifyThread *self)
{
  GThread *thread = g_steal_pointer (&self->thread);

  if (!thread)
    return;
  send_job (self, quit_job_in_thread, message_new (self, 0));
  g_thread_join (thread);
}
