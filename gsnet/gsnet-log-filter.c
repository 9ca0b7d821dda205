// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <glib/gi18n.h>
#include <string.h>

#include "snet-names.h"

#include "gsnet-log-filter.h"
#include "gsnet-text.h"
#include "gsnet-words.h"

#define MAX_VALUE_CHARS 48

struct _GsnetLogFilter
{
  GObject parent_instance;

  GHashTable *values; /* key -> GVariant */
};

G_DEFINE_FINAL_TYPE (GsnetLogFilter, gsnet_log_filter, G_TYPE_OBJECT)

enum
{
  CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static gboolean
is_nothing (GVariant *value)
{
  return !value || (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING) &&
                    *g_variant_get_string (value, NULL) == '\0');
}

/* Whether that was a change. */
static gboolean
put (GsnetLogFilter *self, const char *key, GVariant *value)
{
  GVariant *before = g_hash_table_lookup (self->values, key);

  if (is_nothing (value))
    return g_hash_table_remove (self->values, key);
  if (before && g_variant_equal (before, value))
    return FALSE;
  g_hash_table_insert (self->values, g_strdup (key), g_variant_ref (value));
  return TRUE;
}

void
gsnet_log_filter_set (GsnetLogFilter *self, const char *key, GVariant *value)
{
  g_autoptr (GVariant) owned = value ? g_variant_ref_sink (value) : NULL;

  if (put (self, key, owned))
    g_signal_emit (self, signals[CHANGED], 0);
}

void
gsnet_log_filter_set_text (GsnetLogFilter *self, const char *key, const char *text)
{
  gsnet_log_filter_set (self, key, text ? g_variant_new_string (text) : NULL);
}

void
gsnet_log_filter_replace (GsnetLogFilter *self, GVariant *filter)
{
  GVariantIter iter;
  const char *key;
  GVariant *value;

  g_hash_table_remove_all (self->values);
  if (filter)
    {
      g_variant_iter_init (&iter, filter);
      while (g_variant_iter_loop (&iter, "{&sv}", &key, &value))
        put (self, key, value);
    }
  g_signal_emit (self, signals[CHANGED], 0);
}

const char *
gsnet_log_filter_get_text (GsnetLogFilter *self, const char *key)
{
  GVariant *value = g_hash_table_lookup (self->values, key);

  return value && g_variant_is_of_type (value, G_VARIANT_TYPE_STRING)
           ? g_variant_get_string (value, NULL)
           : NULL;
}

gint64
gsnet_log_filter_get_time (GsnetLogFilter *self, const char *key)
{
  GVariant *value = g_hash_table_lookup (self->values, key);

  return value && g_variant_is_of_type (value, G_VARIANT_TYPE_INT64) ? g_variant_get_int64 (value)
                                                                     : 0;
}

gboolean
gsnet_log_filter_is_empty (GsnetLogFilter *self)
{
  return g_hash_table_size (self->values) == 0;
}

static char *
say_value (GsnetLogFilter *self, const char *key)
{
  const gint64 time = gsnet_log_filter_get_time (self, key);
  const char *text = gsnet_log_filter_get_text (self, key);

  if (time)
    return gsnet_words_time (time);
  if (!text)
    return NULL;
  if (g_str_equal (key, SNET_KEY_OPERATION))
    return g_strdup (gsnet_words_operation (text));
  if (g_str_equal (key, SNET_KEY_VERDICT))
    return g_strdup (gsnet_words_action (text));
  return gsnet_text_visible (text, MAX_VALUE_CHARS);
}

char *
gsnet_log_filter_dup_words (GsnetLogFilter *self, const char *key)
{
  static const struct
  {
    const char *key;
    const char *words;
  } known[] = {
    { SNET_KEY_PROGRAM, N_ ("Program: %s") },
    { SNET_KEY_REMOTE_HOST, N_ ("Destination: %s") },
    { SNET_KEY_REMOTE_ADDRESS, N_ ("Destination: %s") },
    { SNET_KEY_OPERATION, N_ ("What: %s") },
    { SNET_KEY_VERDICT, N_ ("Verdict: %s") },
    /* Translators: a time follows */
    { SNET_KEY_SINCE, N_ ("Since: %s") },
    { SNET_KEY_UNTIL, N_ ("Before: %s") },
  };
  g_autofree char *value = say_value (self, key);

  if (!value)
    return NULL;
  for (guint i = 0; i < G_N_ELEMENTS (known); i++)
    if (g_str_equal (known[i].key, key))
      {
        g_auto (GStrv) parts = g_strsplit (_ (known[i].words), "%s", 2);
        return g_strjoinv (value, parts);
      }
  return g_steal_pointer (&value);
}

void
gsnet_log_filter_add_to (GsnetLogFilter *self, GVariantDict *query)
{
  GHashTableIter iter;
  gpointer key, value;

  g_hash_table_iter_init (&iter, self->values);
  while (g_hash_table_iter_next (&iter, &key, &value))
    g_variant_dict_insert_value (query, key, value);
}

static gboolean
contains (GsnetEvent *event, const char *key, const char *folded)
{
  const char *text = gsnet_event_get_raw (event, key);
  g_autofree char *other = text ? g_utf8_casefold (text, -1) : NULL;

  return other && strstr (other, folded);
}

static gboolean
matches_text (GsnetEvent *event, const char *text)
{
  static const char *const keys[] = { SNET_KEY_PROGRAM, SNET_KEY_COMM, SNET_KEY_REMOTE_HOST,
                                      SNET_KEY_REMOTE_ADDRESS };
  g_autofree char *folded = g_utf8_casefold (text, -1);

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    if (contains (event, keys[i], folded))
      return TRUE;
  return FALSE;
}

gboolean
gsnet_log_filter_matches (GsnetLogFilter *self, GsnetEvent *event)
{
  const gint64 time = gsnet_event_get_time (event);
  GHashTableIter iter;
  gpointer key, value;

  g_hash_table_iter_init (&iter, self->values);
  while (g_hash_table_iter_next (&iter, &key, &value))
    {
      const char *text = gsnet_log_filter_get_text (self, key);
      gboolean same;

      if (g_str_equal (key, SNET_KEY_SINCE))
        same = time >= g_variant_get_int64 (value);
      else if (g_str_equal (key, SNET_KEY_UNTIL))
        same = time < g_variant_get_int64 (value);
      else if (g_str_equal (key, SNET_KEY_TEXT))
        same = matches_text (event, text);
      else
        same = text && g_strcmp0 (gsnet_event_get_raw (event, key), text) == 0;
      if (!same)
        return FALSE;
    }
  return TRUE;
}

static void
gsnet_log_filter_finalize (GObject *object)
{
  g_hash_table_unref (GSNET_LOG_FILTER (object)->values);

  G_OBJECT_CLASS (gsnet_log_filter_parent_class)->finalize (object);
}

static void
gsnet_log_filter_class_init (GsnetLogFilterClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = gsnet_log_filter_finalize;

  signals[CHANGED] = g_signal_new ("changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                   NULL, NULL, G_TYPE_NONE, 0);
}

static void
gsnet_log_filter_init (GsnetLogFilter *self)
{
  self->values =
    g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_variant_unref);
}

GsnetLogFilter *
gsnet_log_filter_new (void)
{
  return g_object_new (GSNET_TYPE_LOG_FILTER, NULL);
}
