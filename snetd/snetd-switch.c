/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snetd-switch.h"

#include "snet-names.h"
#include "snetd-alarm.h"
#include "snetd-error.h"
#include "snetd-log.h"

#define GROUP "Mode"

typedef struct
{
  SnetdMode lasting;
  SnetdMode mode;    /* for a time, if until is not 0; else the lasting one */
  gint64 until;      /* on the wall */
  gint64 until_boot; /* the same on the clock of this boot; 0: the wall's counts */
} State;

struct _SnetdSwitch
{
  GObject parent_instance;

  char *path;
  char *boot_id;
  State state;
  SnetdAlarm *alarm; /* NULL: it does not end by itself */
};

enum
{
  CHANGED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (SnetdSwitch, snetd_switch, G_TYPE_OBJECT)

/* When a state ends. */

static SnetdClock
clock_of (const State *state)
{
  return state->until_boot != 0 ? SNETD_CLOCK_OF_BOOT : SNETD_CLOCK_ON_WALL;
}

static gint64
end_of (const State *state)
{
  return state->until_boot != 0 ? state->until_boot : state->until;
}

static State
lasting_state (SnetdMode mode)
{
  return (State){ .lasting = mode, .mode = mode };
}

static State
make_state (SnetdMode lasting, SnetdMode mode, const SnetdSpan *span)
{
  State state = { .lasting = lasting, .mode = mode, .until = span->until };

  if (span->duration != 0)
    {
      const gint64 length = span->duration * G_TIME_SPAN_SECOND;

      state.until = snetd_clock_now (SNETD_CLOCK_ON_WALL) + length;
      state.until_boot = snetd_clock_now (SNETD_CLOCK_OF_BOOT) + length;
    }
  return state.until != 0 ? state : lasting_state (mode);
}

/* The file. */

static void
put_mode (GKeyFile *file, const char *key, SnetdMode mode)
{
  g_autofree char *word = snetd_vocabulary_word (&snetd_modes, mode);

  g_key_file_set_string (file, GROUP, key, word);
}

/* A reader, and a crash, find the one or the other, and nothing between them. */
static gboolean
write_file (SnetdSwitch *self, const State *state, GError **error)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autofree char *text = NULL;
  g_autoptr (GError) local = NULL;

  put_mode (file, "Lasting", state->lasting);
  if (state->until != 0)
    {
      put_mode (file, "Mode", state->mode);
      g_key_file_set_int64 (file, GROUP, "Until", state->until);
    }
  if (state->until_boot != 0)
    {
      g_key_file_set_int64 (file, GROUP, "UntilOfBoot", state->until_boot);
      g_key_file_set_string (file, GROUP, "Boot", self->boot_id);
    }

  text = g_key_file_to_data (file, NULL, NULL);
  if (g_file_set_contents_full (self->path, text, -1,
                                G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0600,
                                &local))
    return TRUE;
  g_set_error (error, SNETD_ERROR, SNETD_ERROR_STORE_FAILED, "The mode cannot be kept: %s",
               local->message);
  return FALSE;
}

static gboolean
get_mode (GKeyFile *file, const char *key, SnetdMode *ret_mode, GError **error)
{
  g_autofree char *word = g_key_file_get_string (file, GROUP, key, error);
  int mode;

  if (word == NULL)
    return FALSE;
  if (!snetd_vocabulary_value (&snetd_modes, word, &mode))
    {
      g_set_error (error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_INVALID_VALUE,
                   "%s=%s is not a mode that this snetd knows", key, word);
      return FALSE;
    }
  *ret_mode = mode;
  return TRUE;
}

/* When the boot was another one, its clock says nothing. */
static gboolean
read_end (SnetdSwitch *self, GKeyFile *file, State *state, GError **error)
{
  g_autofree char *boot = g_key_file_get_string (file, GROUP, "Boot", NULL);
  g_autoptr (GError) local = NULL;

  state->until = g_key_file_get_int64 (file, GROUP, "Until", &local);
  if (local == NULL && g_strcmp0 (boot, self->boot_id) == 0)
    state->until_boot = g_key_file_get_int64 (file, GROUP, "UntilOfBoot", &local);
  if (local == NULL && end_of (state) <= 0)
    g_set_error (&local, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_INVALID_VALUE, "it ends at no time");
  if (local == NULL)
    return TRUE;

  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

static gboolean
read_state (SnetdSwitch *self, GKeyFile *file, State *ret_state, GError **error)
{
  State state = { 0 };

  if (!get_mode (file, "Lasting", &state.lasting, error))
    return FALSE;
  state.mode = state.lasting;
  if (g_key_file_has_key (file, GROUP, "Mode", NULL) &&
      (!get_mode (file, "Mode", &state.mode, error) || !read_end (self, file, &state, error)))
    return FALSE;
  *ret_state = state;
  return TRUE;
}

static void
read_file (SnetdSwitch *self)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autoptr (GError) error = NULL;

  if (g_key_file_load_from_file (file, self->path, G_KEY_FILE_NONE, &error))
    read_state (self, file, &self->state, &error);
  if (error == NULL || g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_NOENT))
    return;
  snetd_log (G_LOG_LEVEL_WARNING, SNETD_MESSAGE_MODE_LOST,
             "%s cannot be used, so the mode is “" SNET_MODE_WORD_ASK "”: %s", self->path,
             error->message);
}

/* In force. */

static void
end (gpointer user_data)
{
  SnetdSwitch *self = user_data;
  const State state = lasting_state (self->state.lasting);
  g_autofree char *word = snetd_vocabulary_word (&snetd_modes, state.mode);
  g_autoptr (GError) error = NULL;

  g_clear_pointer (&self->alarm, snetd_alarm_free);
  /* Its time is over all the same: what is on disk says so, too. */
  if (!write_file (self, &state, &error))
    g_warning ("%s", error->message);
  self->state = state;
  snetd_log (G_LOG_LEVEL_MESSAGE, SNETD_MESSAGE_MODE, "The mode is “%s” again, as its time is over",
             word);
  g_signal_emit (self, signals[CHANGED], 0);
}

static void
watch_end (SnetdSwitch *self)
{
  g_clear_pointer (&self->alarm, snetd_alarm_free);
  if (self->state.until != 0)
    self->alarm = snetd_alarm_new (clock_of (&self->state), end_of (&self->state), end, self);
}

SnetdMode
snetd_switch_get_mode (SnetdSwitch *self)
{
  return self->state.mode;
}

gint64
snetd_switch_get_until (SnetdSwitch *self)
{
  return self->state.until;
}

SnetdMode
snetd_switch_get_next (SnetdSwitch *self)
{
  return self->state.lasting;
}

guint32
snetd_switch_get_seconds_left (SnetdSwitch *self)
{
  gint64 left;

  if (self->state.until == 0)
    return G_MAXUINT32;
  left = end_of (&self->state) - snetd_clock_now (clock_of (&self->state));
  return CLAMP (left / G_USEC_PER_SEC, 0, G_MAXINT32);
}

gboolean
snetd_switch_set (SnetdSwitch *self, SnetdMode mode, const SnetdSpan *span, GError **error)
{
  const State state = make_state (self->state.lasting, mode, span);

  if (!write_file (self, &state, error))
    return FALSE;

  self->state = state;
  watch_end (self);
  g_signal_emit (self, signals[CHANGED], 0);
  return TRUE;
}

/* The object. */

static void
snetd_switch_finalize (GObject *object)
{
  SnetdSwitch *self = SNETD_SWITCH (object);

  g_clear_pointer (&self->alarm, snetd_alarm_free);
  g_free (self->path);
  g_free (self->boot_id);
  G_OBJECT_CLASS (snetd_switch_parent_class)->finalize (object);
}

static void
snetd_switch_class_init (SnetdSwitchClass *klass)
{
  GType type = G_TYPE_FROM_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = snetd_switch_finalize;
  signals[CHANGED] =
    g_signal_new ("changed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
snetd_switch_init (SnetdSwitch *self)
{
  self->state = lasting_state (SNETD_MODE_ASK);
}

SnetdSwitch *
snetd_switch_new (const char *path, const char *boot_id)
{
  SnetdSwitch *self = g_object_new (SNETD_TYPE_SWITCH, NULL);

  self->path = g_strdup (path);
  self->boot_id = g_strdup (boot_id);
  read_file (self);
  /* What has ended meanwhile ends before anything is decided by it. */
  if (self->state.until != 0 && snetd_switch_get_seconds_left (self) == 0)
    end (self);
  else
    watch_end (self);
  return self;
}
