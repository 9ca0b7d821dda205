// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include "gsnet-asker.h"
#include "gsnet-notifier.h"
#include "gsnet-prompt-window.h"

#define KEY_ASK_WITH "ask-with"

/* As in the schema. */
typedef enum
{
  ASK_WITH_NOTIFICATION,
  ASK_WITH_WINDOW,
  ASK_WITH_BOTH,
} AskWith;

struct _GsnetAsker
{
  GObject parent_instance;

  GtkApplication *application; /* which owns this */
  GsnetClient *client;
  GSettings *settings;
  GsnetNotifier *notifier;
  GsnetPromptWindow *window; /* NULL: there is none */
};

G_DEFINE_FINAL_TYPE (GsnetAsker, gsnet_asker, G_TYPE_OBJECT)

enum
{
  DETAILS,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static gboolean
is_any_waiting (GsnetAsker *self)
{
  return g_list_model_get_n_items (gsnet_client_get_waiting (self->client)) > 0;
}

static void
window_details_cb (GsnetAsker *self, GsnetEvent *event)
{
  g_signal_emit (self, signals[DETAILS], 0, event, NULL);
}

static void
window_gone_cb (GsnetAsker *self)
{
  self->window = NULL;
}

static GsnetPromptWindow *
ensure_window (GsnetAsker *self)
{
  if (self->window)
    return self->window;
  self->window = gsnet_prompt_window_new (self->application, self->client);
  g_signal_connect_object (self->window, "details", G_CALLBACK (window_details_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->window, "destroy", G_CALLBACK (window_gone_cb), self,
                           G_CONNECT_SWAPPED);
  return self->window;
}

/* The user is doing something else. */
static void
pop_up (GsnetAsker *self)
{
  if (is_any_waiting (self))
    gsnet_prompt_window_pop_up (ensure_window (self));
}

gboolean
gsnet_asker_show (GsnetAsker *self, const char *token)
{
  if (!is_any_waiting (self))
    return FALSE;
  ensure_window (self);
  if (token && *token)
    gtk_window_set_startup_id (GTK_WINDOW (self->window), token);
  gtk_window_present (GTK_WINDOW (self->window));
  return TRUE;
}

static void
client_asked_cb (GsnetAsker *self)
{
  if (g_settings_get_enum (self->settings, KEY_ASK_WITH) != ASK_WITH_NOTIFICATION)
    pop_up (self);
}

static void
notifier_details_cb (GsnetAsker *self, GsnetEvent *event, const char *token)
{
  g_signal_emit (self, signals[DETAILS], 0, event, token);
}

static void
notifier_all_cb (GsnetAsker *self, const char *token)
{
  gsnet_asker_show (self, token);
}

static void
ask_with_changed_cb (GsnetAsker *self)
{
  const AskWith ask_with = g_settings_get_enum (self->settings, KEY_ASK_WITH);

  gsnet_notifier_set_enabled (self->notifier, ask_with != ASK_WITH_WINDOW);
  if (ask_with != ASK_WITH_NOTIFICATION)
    pop_up (self);
}

static void
gsnet_asker_dispose (GObject *object)
{
  GsnetAsker *self = GSNET_ASKER (object);

  gsnet_asker_stop (self);
  g_clear_object (&self->notifier);
  g_clear_object (&self->settings);
  g_clear_object (&self->client);

  G_OBJECT_CLASS (gsnet_asker_parent_class)->dispose (object);
}

static void
gsnet_asker_class_init (GsnetAskerClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = gsnet_asker_dispose;

  signals[DETAILS] = g_signal_new ("details", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                   NULL, NULL, G_TYPE_NONE, 2, GSNET_TYPE_EVENT, G_TYPE_STRING);
}

static void
gsnet_asker_init (GsnetAsker *self)
{
  self->settings = g_settings_new ("org.snet.Gsnet");
  g_signal_connect_object (self->settings, "changed::" KEY_ASK_WITH,
                           G_CALLBACK (ask_with_changed_cb), self, G_CONNECT_SWAPPED);
}

GsnetAsker *
gsnet_asker_new (GtkApplication *application, GsnetClient *client)
{
  GsnetAsker *self = g_object_new (GSNET_TYPE_ASKER, NULL);

  self->application = application;
  self->client = g_object_ref (client);
  self->notifier = gsnet_notifier_new (client);
  g_signal_connect_object (self->notifier, "details", G_CALLBACK (notifier_details_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->notifier, "all", G_CALLBACK (notifier_all_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->notifier, "unshown", G_CALLBACK (pop_up), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (client, "asked", G_CALLBACK (client_asked_cb), self, G_CONNECT_SWAPPED);
  ask_with_changed_cb (self);
  return self;
}

void
gsnet_asker_stop (GsnetAsker *self)
{
  if (!self->notifier)
    return;
  g_signal_handlers_disconnect_by_data (self->client, self);
  gsnet_notifier_stop (self->notifier);
}
