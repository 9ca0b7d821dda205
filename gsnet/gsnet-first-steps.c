// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <glib/gi18n.h>

#include "gsnet-first-steps.h"
#include "gsnet-learned.h"
#include "gsnet-learning.h"
#include "gsnet-welcome.h"

#define KEY_WELCOMED    "welcomed"
#define NOTIFICATION_ID "learned"

struct _GsnetFirstSteps
{
  GObject parent_instance;

  GtkApplication *application;
  GsnetClient *client;
  GSettings *settings;
  GsnetLearning *learning;
  GtkWindow *welcome;
  GtkWindow *learned;
};

G_DEFINE_FINAL_TYPE (GsnetFirstSteps, gsnet_first_steps, G_TYPE_OBJECT)

static void
window_gone_cb (GsnetFirstSteps *self, GtkWindow *window)
{
  if (window == self->welcome)
    self->welcome = NULL;
  if (window == self->learned)
    self->learned = NULL;
}

static void
watch (GsnetFirstSteps *self, GtkWindow *window)
{
  g_signal_connect_object (window, "destroy", G_CALLBACK (window_gone_cb), self, G_CONNECT_SWAPPED);
}

static void
show_welcome (GsnetFirstSteps *self)
{
  g_settings_set_boolean (self->settings, KEY_WELCOMED, TRUE);
  if (!self->welcome)
    {
      self->welcome =
        GTK_WINDOW (gsnet_welcome_new (self->application, self->client, self->learning));
      watch (self, self->welcome);
    }
  gtk_window_present (self->welcome);
}

static void
show_learned (GsnetFirstSteps *self)
{
  g_application_withdraw_notification (G_APPLICATION (self->application), NOTIFICATION_ID);
  if (!self->learned)
    {
      self->learned = GTK_WINDOW (gsnet_learned_new (self->application, self->client));
      watch (self, self->learned);
    }
  gtk_window_present (self->learned);
}

/* Without an snetd there is nothing to be welcome to. */
static void
state_changed_cb (GsnetFirstSteps *self)
{
  if (gsnet_client_is_connected (self->client) &&
      !g_settings_get_boolean (self->settings, KEY_WELCOMED))
    show_welcome (self);
}

/* No question that waits: it may stay for as long as the desktop likes. */
static void
learning_over_cb (GsnetFirstSteps *self)
{
  g_autoptr (GNotification) notification =
    g_notification_new (_ ("The firewall has finished learning"));

  g_notification_set_body (notification, _ ("Look through the rules that it has learned, and keep "
                                            "those that you want."));
  g_notification_set_default_action (notification, "app.learned");
  g_notification_add_button (notification, _ ("Look Through"), "app.learned");
  g_application_send_notification (G_APPLICATION (self->application), NOTIFICATION_ID,
                                   notification);
}

static void
add_action (GsnetFirstSteps *self, const char *name, GCallback callback)
{
  g_autoptr (GSimpleAction) action = g_simple_action_new (name, NULL);

  g_signal_connect_object (action, "activate", callback, self, G_CONNECT_SWAPPED);
  g_action_map_add_action (G_ACTION_MAP (self->application), G_ACTION (action));
}

static void
gsnet_first_steps_dispose (GObject *object)
{
  GsnetFirstSteps *self = GSNET_FIRST_STEPS (object);

  g_clear_object (&self->learning);
  g_clear_object (&self->settings);
  g_clear_object (&self->client);

  G_OBJECT_CLASS (gsnet_first_steps_parent_class)->dispose (object);
}

static void
gsnet_first_steps_class_init (GsnetFirstStepsClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = gsnet_first_steps_dispose;
}

static void
gsnet_first_steps_init (GsnetFirstSteps *self)
{
  self->settings = g_settings_new ("org.snet.Gsnet");
}

GsnetFirstSteps *
gsnet_first_steps_new (GtkApplication *application, GsnetClient *client)
{
  GsnetFirstSteps *self = g_object_new (GSNET_TYPE_FIRST_STEPS, NULL);

  self->application = application;
  self->client = g_object_ref (client);
  self->learning = gsnet_learning_new (client);
  g_signal_connect_object (self->learning, "over", G_CALLBACK (learning_over_cb), self,
                           G_CONNECT_SWAPPED);
  add_action (self, "welcome", G_CALLBACK (show_welcome));
  add_action (self, "learned", G_CALLBACK (show_learned));
  g_signal_connect_object (client, "notify::state", G_CALLBACK (state_changed_cb), self,
                           G_CONNECT_SWAPPED);
  return self;
}
