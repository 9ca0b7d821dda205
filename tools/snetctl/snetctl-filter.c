// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <glib/gi18n.h>
#include <pwd.h>
#include <string.h>

#include "snet-names.h"

#include "snetctl-filter.h"
#include "snetctl-time.h"

static const struct
{
  const char *key;
  char type; /* of the key; 'w': a verdict, 'U': a user */
  const char *argument;
  const char *help;
} keys[] = {
  { "since", 'x', N_ ("TIME"), N_ ("From this time on: today, “2 hours ago”, 14:00, 2026-07-01…") },
  { "until", 'x', N_ ("TIME"), N_ ("Before this time") },
  { "text", 's', N_ ("TEXT"), N_ ("Somewhere in program, command, host or address") },
  { "verdict", 'w', "allow|deny", N_ ("What became of it") },
  { "reason", 's', N_ ("REASON"), N_ ("Who decided: rule, user, ticket, timeout, policy…") },
  { "program", 's', N_ ("PATH"), N_ ("Of this program") },
  { "script", 's', N_ ("PATH"), N_ ("Of this script") },
  { "uid", 'U', N_ ("USER"), N_ ("Of this user, by name or number") },
  { "pid", 'u', N_ ("PID"), N_ ("Of this process") },
  { "operation", 's', N_ ("OPERATION"),
    N_ ("connect, bind, listen, accept, send, receive, create") },
  { "protocol", 's', N_ ("PROTOCOL"), N_ ("tcp, udp…") },
  { "remote-host", 's', N_ ("NAME"), N_ ("To or from this host") },
  { "remote-host-source", 's', N_ ("SOURCE"), N_ ("With a name from this source") },
  { "remote-address", 's', N_ ("ADDRESS"), N_ ("To or from this address") },
  { "remote-port", 'q', N_ ("PORT"), N_ ("To this port") },
  { "local-port", 'q', N_ ("PORT"), N_ ("On this port of this machine") },
  { "app", 's', N_ ("APP"), N_ ("Of this Flatpak or snap") },
  { "unit", 's', N_ ("UNIT"), N_ ("Of this systemd unit") },
  { "rule", 't', N_ ("ID"), N_ ("Decided by this rule") },
  { "id", 't', N_ ("ID"), N_ ("The request with this id") },
  { "before", 't', N_ ("SERIAL"), N_ ("Older than the entry with this serial") },
  { "after", 't', N_ ("SERIAL"), N_ ("Newer than the entry with this serial") },
};

G_STATIC_ASSERT (G_N_ELEMENTS (keys) <= SNETCTL_FILTER_MAX);

void
snetctl_filter_add_entries (SnetctlFilter *filter, GArray *entries)
{
  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      const GOptionEntry entry = {
        keys[i].key, 0, 0, G_OPTION_ARG_STRING, &filter->values[i], keys[i].help, keys[i].argument
      };

      g_array_append_val (entries, entry);
    }
}

static gboolean
find_user (const char *name, guint64 *ret_uid)
{
  const struct passwd *found = getpwnam (name);

  if (!found)
    return g_ascii_string_to_unsigned (name, 10, 0, G_MAXUINT32, ret_uid, NULL);
  *ret_uid = found->pw_uid;
  return TRUE;
}

static GVariant *
parse_number (char type, const char *text)
{
  guint64 max = type == 'q' ? G_MAXUINT16 : type == 'u' ? G_MAXUINT32 : G_MAXUINT64;
  guint64 number;

  if (!g_ascii_string_to_unsigned (text, 10, 0, max, &number, NULL))
    return NULL;
  if (type == 'q')
    return g_variant_new_uint16 ((guint16)number);
  if (type == 'u')
    return g_variant_new_uint32 ((guint32)number);
  return g_variant_new_uint64 (number);
}

static GVariant *
parse_verdict (const char *text)
{
  if (g_str_equal (text, SNET_VERDICT_WORD_ALLOW) || g_str_equal (text, SNET_VERDICT_WORD_DENY))
    return g_variant_new_string (text);
  return NULL;
}

static GVariant *
parse_value (guint i, const char *text, GError **error)
{
  GVariant *value = NULL;
  guint64 uid;
  gint64 time;

  if (keys[i].type == 'x')
    return snetctl_time_parse (text, g_get_real_time (), &time, error) ? g_variant_new_int64 (time)
                                                                       : NULL;
  if (keys[i].type == 's')
    value = g_utf8_validate (text, -1, NULL) ? g_variant_new_string (text) : NULL;
  else if (keys[i].type == 'w')
    value = parse_verdict (text);
  else if (keys[i].type == 'U')
    value = find_user (text, &uid) ? g_variant_new_uint32 ((guint32)uid) : NULL;
  else
    value = parse_number (keys[i].type, text);
  if (!value)
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, _ ("--%s cannot be “%s”"),
                 keys[i].key, text);
  return value;
}

GVariant *
snetctl_filter_to_variant (const SnetctlFilter *filter, GError **error)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      GVariant *value;

      if (!filter->values[i])
        continue;
      value = parse_value (i, filter->values[i], error);
      if (!value)
        return NULL;
      g_variant_dict_insert_value (&dict, keys[i].key, value);
    }
  return g_variant_ref_sink (g_variant_dict_end (&dict));
}

static gboolean
has_text (GVariant *event, const char *key, const char *folded)
{
  g_autoptr (GVariant) value = g_variant_lookup_value (event, key, NULL);
  g_autofree char *text = NULL;
  g_autofree char *all = NULL;

  if (!value)
    return FALSE;
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING_ARRAY))
    {
      g_autofree const char **words = g_variant_get_strv (value, NULL);

      text = g_strjoinv (" ", (char **)words);
    }
  else if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    text = g_variant_dup_string (value, NULL);
  all = text ? g_utf8_casefold (text, -1) : NULL;
  return all && strstr (all, folded);
}

static gboolean
has_text_somewhere (GVariant *event, const char *text)
{
  static const char *const places[] = { SNET_KEY_PROGRAM, SNET_KEY_COMMAND, SNET_KEY_COMM,
                                        SNET_KEY_REMOTE_HOST, SNET_KEY_REMOTE_ADDRESS };
  g_autofree char *folded = g_utf8_casefold (text, -1);

  for (guint i = 0; i < G_N_ELEMENTS (places); i++)
    if (has_text (event, places[i], folded))
      return TRUE;
  return FALSE;
}

static gboolean
holds (GVariant *event, const char *key, GVariant *wanted)
{
  g_autoptr (GVariant) value = g_variant_lookup_value (event, key, NULL);
  gint64 time = 0;

  if (g_str_equal (key, "text"))
    return has_text_somewhere (event, g_variant_get_string (wanted, NULL));
  g_variant_lookup (event, SNET_KEY_TIME, "x", &time);
  if (g_str_equal (key, "since"))
    return time >= g_variant_get_int64 (wanted);
  if (g_str_equal (key, "until"))
    return time < g_variant_get_int64 (wanted);
  return value && g_variant_equal (value, wanted);
}

gboolean
snetctl_filter_matches (GVariant *filter, GVariant *event)
{
  GVariantIter iter;
  const char *key;
  GVariant *value;

  g_variant_iter_init (&iter, filter);
  while (g_variant_iter_next (&iter, "{&sv}", &key, &value))
    {
      const gboolean is = holds (event, key, value);

      g_variant_unref (value);
      if (!is)
        return FALSE;
    }
  return TRUE;
}

void
snetctl_filter_clear (SnetctlFilter *filter)
{
  for (guint i = 0; i < SNETCTL_FILTER_MAX; i++)
    g_clear_pointer (&filter->values[i], g_free);
}
