// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include "snet-names.h"

#include "gsnet-learning.h"

#define WEEK_SECONDS (7 * 24 * 60 * 60)
/* Set while the mode is one that the welcome has chosen. */
#define KEY_LEARNING "learning"

struct _GsnetLearning
{
  GObject parent_instance;

  GsnetClient *client;
  GSettings *settings;
};

G_DEFINE_FINAL_TYPE (GsnetLearning, gsnet_learning, G_TYPE_OBJECT)

enum
{
  OVER,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

/* snetd knows when the week is over; or somebody has ended it before. */
static void
mode_changed_cb (GsnetLearning *self)
{
  const char *mode = gsnet_client_get_mode (self->client);

  if (!mode || g_str_equal (mode, SNET_MODE_WORD_MONITOR) ||
      !g_settings_get_boolean (self->settings, KEY_LEARNING))
    return;
  g_settings_set_boolean (self->settings, KEY_LEARNING, FALSE);
  g_signal_emit (self, signals[OVER], 0);
}

static void
gsnet_learning_dispose (GObject *object)
{
  GsnetLearning *self = GSNET_LEARNING (object);

  g_clear_object (&self->client);
  g_clear_object (&self->settings);

  G_OBJECT_CLASS (gsnet_learning_parent_class)->dispose (object);
}

static void
gsnet_learning_class_init (GsnetLearningClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = gsnet_learning_dispose;

  signals[OVER] = g_signal_new ("over", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                NULL, G_TYPE_NONE, 0);
}

static void
gsnet_learning_init (GsnetLearning *self)
{
  self->settings = g_settings_new ("org.snet.Gsnet");
}

GsnetLearning *
gsnet_learning_new (GsnetClient *client)
{
  GsnetLearning *self = g_object_new (GSNET_TYPE_LEARNING, NULL);

  self->client = g_object_ref (client);
  g_signal_connect_object (client, "notify::mode", G_CALLBACK (mode_changed_cb), self,
                           G_CONNECT_SWAPPED);
  return self;
}

static void
begun_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = G_TASK (data);
  GsnetLearning *self = g_task_get_source_object (task);
  GError *error = NULL;
  g_autoptr (GVariant) reply = gsnet_client_call_finish (GSNET_CLIENT (source), result, &error);

  if (!reply)
    {
      g_task_return_error (task, error);
      return;
    }
  g_settings_set_boolean (self->settings, KEY_LEARNING, TRUE);
  g_task_return_boolean (task, TRUE);
}

void
gsnet_learning_begin_async (GsnetLearning *self, GAsyncReadyCallback callback, gpointer user_data)
{
  GVariantDict options;

  g_variant_dict_init (&options, NULL);
  g_variant_dict_insert (&options, SNET_KEY_DURATION, "u", (guint32)WEEK_SECONDS);
  gsnet_client_call_async (
    self->client, SNET_INTERFACE_CONTROL, "SetMode",
    g_variant_new ("(s@a{sv})", SNET_MODE_WORD_MONITOR, g_variant_dict_end (&options)), NULL,
    begun_cb, g_task_new (self, NULL, callback, user_data));
}

gboolean
gsnet_learning_begin_finish (GsnetLearning *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}
