// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include "snet-names.h"

#include "gsnet-mode-actions.h"
#include "gsnet-words.h"

#define QUARTER_SECONDS (15 * 60)
/* Who works at two at night means the day after the sleep. */
#define SLEEP_HOUR   4
#define MORNING_HOUR 6

struct _GsnetModeActions
{
  GObject parent_instance;

  GsnetClient *client;
  GSimpleAction *mode;
  GSimpleAction *pause;
  GSimpleAction *ask_again;
};

G_DEFINE_FINAL_TYPE (GsnetModeActions, gsnet_mode_actions, G_TYPE_OBJECT)

enum
{
  PROBLEM,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

gint64
gsnet_mode_tomorrow (GDateTime *now)
{
  g_autoptr (GDateTime) later = g_date_time_add_hours (now, 24 - SLEEP_HOUR);
  g_autoptr (GDateTime) morning = NULL;

  morning = g_date_time_new (g_date_time_get_timezone (now), g_date_time_get_year (later),
                             g_date_time_get_month (later), g_date_time_get_day_of_month (later),
                             MORNING_HOUR, 0, 0);
  return g_date_time_to_unix (morning) * G_USEC_PER_SEC;
}

static void
set_done_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GsnetModeActions) self = GSNET_MODE_ACTIONS (data);
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = gsnet_client_call_finish (GSNET_CLIENT (source), result, &error);
  g_autofree char *words = NULL;

  if (reply)
    return;
  words = gsnet_words_error (error);
  g_signal_emit (self, signals[PROBLEM], 0, words);
}

/* option: NULL, or what ends the mode, of which the value is consumed. */
static void
set_mode (GsnetModeActions *self, const char *mode, const char *option, GVariant *value)
{
  GVariantDict options;

  g_variant_dict_init (&options, NULL);
  if (option)
    g_variant_dict_insert_value (&options, option, value);
  gsnet_client_call_async (self->client, SNET_INTERFACE_CONTROL, "SetMode",
                           g_variant_new ("(s@a{sv})", mode, g_variant_dict_end (&options)), NULL,
                           set_done_cb, g_object_ref (self));
}

static void
mode_activated_cb (GsnetModeActions *self, GVariant *parameter)
{
  set_mode (self, g_variant_get_string (parameter, NULL), NULL, NULL);
}

static void
ask_again_activated_cb (GsnetModeActions *self)
{
  set_mode (self, SNET_MODE_WORD_ASK, NULL, NULL);
}

/* What nobody is asked about is allowed meanwhile, and in the log. */
static void
pause_activated_cb (GsnetModeActions *self, GVariant *parameter)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();

  if (g_str_equal (g_variant_get_string (parameter, NULL), GSNET_PAUSE_TOMORROW))
    set_mode (self, SNET_MODE_WORD_MONITOR, SNET_KEY_UNTIL,
              g_variant_new_int64 (gsnet_mode_tomorrow (now)));
  else
    set_mode (self, SNET_MODE_WORD_MONITOR, SNET_KEY_DURATION,
              g_variant_new_uint32 (QUARTER_SECONDS));
}

static void
update (GsnetModeActions *self)
{
  const char *mode = gsnet_client_get_mode (self->client);
  const gboolean known = mode != NULL && gsnet_client_is_connected (self->client);

  g_simple_action_set_state (self->mode, g_variant_new_string (mode ? mode : ""));
  g_simple_action_set_enabled (self->mode, known);
  g_simple_action_set_enabled (self->ask_again, known);
  g_simple_action_set_enabled (self->pause, known && g_str_equal (mode, SNET_MODE_WORD_ASK));
}

static void
gsnet_mode_actions_dispose (GObject *object)
{
  GsnetModeActions *self = GSNET_MODE_ACTIONS (object);

  g_clear_object (&self->client);
  g_clear_object (&self->mode);
  g_clear_object (&self->pause);
  g_clear_object (&self->ask_again);

  G_OBJECT_CLASS (gsnet_mode_actions_parent_class)->dispose (object);
}

static void
gsnet_mode_actions_class_init (GsnetModeActionsClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = gsnet_mode_actions_dispose;

  signals[PROBLEM] = g_signal_new ("problem", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                   NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
gsnet_mode_actions_init (GsnetModeActions *self)
{
  self->mode =
    g_simple_action_new_stateful ("mode", G_VARIANT_TYPE_STRING, g_variant_new_string (""));
  self->pause = g_simple_action_new ("pause", G_VARIANT_TYPE_STRING);
  self->ask_again = g_simple_action_new ("ask-again", NULL);
  g_signal_connect_object (self->mode, "activate", G_CALLBACK (mode_activated_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->ask_again, "activate", G_CALLBACK (ask_again_activated_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->pause, "activate", G_CALLBACK (pause_activated_cb), self,
                           G_CONNECT_SWAPPED);
}

GsnetModeActions *
gsnet_mode_actions_new (GsnetClient *client, GActionMap *map)
{
  GsnetModeActions *self = g_object_new (GSNET_TYPE_MODE_ACTIONS, NULL);

  self->client = g_object_ref (client);
  g_action_map_add_action (map, G_ACTION (self->mode));
  g_action_map_add_action (map, G_ACTION (self->pause));
  g_action_map_add_action (map, G_ACTION (self->ask_again));
  g_signal_connect_object (client, "notify::mode", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (client, "notify::state", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  update (self);
  return self;
}
