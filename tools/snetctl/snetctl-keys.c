// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <glib/gi18n.h>
#include <inttypes.h>
#include <pwd.h>
#include <string.h>

#include "snet-names.h"

#include "snetctl-keys.h"
#include "snetctl-time.h"

/* In the order of docs/rules.md. What snetd gives itself is not among them. */
const SnetctlKey snetctl_rule_keys[] = {
  { SNET_KEY_ERRNO, 's', N_ ("NAME"), N_ ("What a denied call fails with, such as ECONNREFUSED") },
  { SNET_KEY_LIFETIME, 's', N_ ("WORD"), N_ ("process, session, reboot, until, or forever") },
  { SNET_KEY_UNTIL, 'x', N_ ("TIME"), N_ ("When it ends: 2026-12-31T18:00") },
  { SNET_KEY_DURATION, 'u', N_ ("TIME"), N_ ("How long it lasts: 90m, 2h, 1d") },
  { SNET_KEY_OWNER, 'u', N_ ("USER"), N_ ("Whose programs it is about, if not one’s own") },
  { SNET_KEY_SYSTEM, 'b', NULL, N_ ("The rule is the system’s: about everybody’s programs") },
  { SNET_KEY_COMMENT, 's', N_ ("TEXT"), N_ ("What it is for") },
  { SNET_KEY_LOCKED, 'b', NULL, N_ ("It comes before the rules of users; only of the system") },
  { SNET_KEY_DISABLED, 'b', NULL, N_ ("Keep it, but do not use it") },
  { SNET_KEY_PROCESS, 't', N_ ("NUMBER"), N_ ("This one process, by the kernel’s number") },
  { SNET_KEY_PROGRAM, 's', N_ ("PATH"), N_ ("The program file") },
  { SNET_KEY_PROGRAM_DIGEST, 's', N_ ("SHA256"), N_ ("What is in the program file") },
  { SNET_KEY_PROGRAM_PATTERN, 's', N_ ("PATTERN"), N_ ("Program files, such as /opt/*/run") },
  { SNET_KEY_SCRIPT, 's', N_ ("PATH"), N_ ("The script that the program runs") },
  { SNET_KEY_SCRIPT_PATTERN, 's', N_ ("PATTERN"), N_ ("Scripts") },
  { SNET_KEY_ANCESTOR, 's', N_ ("PATH"), N_ ("A program that has started it") },
  { SNET_KEY_ANCESTOR_PATTERN, 's', N_ ("PATTERN"), N_ ("Programs that have started it") },
  { SNET_KEY_APP, 's', N_ ("NAME"), N_ ("A Flatpak or snap application") },
  { SNET_KEY_UNIT, 's', N_ ("NAME"), N_ ("A systemd unit") },
  { SNET_KEY_CGROUP, 's', N_ ("PATH"), N_ ("A control group") },
  { SNET_KEY_REMOTE_HOST, 's', N_ ("NAME"), N_ ("The destination’s name") },
  { SNET_KEY_REMOTE_DOMAIN, 's', N_ ("NAME"), N_ ("The end of the destination’s name") },
  { SNET_KEY_REMOTE_ADDRESS, 's', N_ ("ADDRESS"), N_ ("192.0.2.1, or 192.0.2.0/24") },
  { SNET_KEY_REMOTE_LIST, 's', N_ ("NAME"), N_ ("A list in /etc/snet/lists.d") },
  { SNET_KEY_REMOTE_PORT, 'q', N_ ("PORT"), N_ ("The destination’s port") },
  { SNET_KEY_REMOTE_PORTS, 's', N_ ("RANGE"), N_ ("Ports, such as 6000-6010") },
  { SNET_KEY_LOCAL_ADDRESS, 's', N_ ("ADDRESS"), N_ ("The address of this side") },
  { SNET_KEY_LOCAL_PORT, 'q', N_ ("PORT"), N_ ("The port of this side") },
  { SNET_KEY_LOCAL_PORTS, 's', N_ ("RANGE"), N_ ("Ports of this side") },
  { SNET_KEY_OPERATION, 's', N_ ("WORD"),
    N_ ("connect, send, bind, listen, accept, receive, create") },
  { SNET_KEY_PROTOCOL, 's', N_ ("WORD"), N_ ("tcp, udp, icmp, …") },
  { SNET_KEY_TYPE, 's', N_ ("WORD"), N_ ("stream, dgram, raw, …") },
  { SNET_KEY_FAMILY, 's', N_ ("WORD"), N_ ("inet, inet6, …") },
  { SNET_KEY_NETNS, 't', N_ ("NUMBER"), N_ ("A network namespace, by its inode") },
  { SNET_KEY_UID, 'u', N_ ("USER"), N_ ("Who runs the program") },
  { SNET_KEY_SESSION, 'u', N_ ("NUMBER"), N_ ("A session of the audit system") },
  { SNET_KEY_TIME_OF_WEEK, 's', N_ ("WHEN"), N_ ("mon-fri 08:00-18:00, sat") },
  { NULL, 0, NULL, NULL },
};

/* What a rule can be about, of a call that is made up. */
const SnetctlKey snetctl_event_keys[] = {
  { SNET_KEY_OPERATION, 's', N_ ("WORD"),
    N_ ("connect, send, bind, listen, accept, receive, create") },
  { SNET_KEY_PROGRAM, 's', N_ ("PATH"), N_ ("The program file") },
  { SNET_KEY_PROGRAM_DIGEST, 's', N_ ("SHA256"), N_ ("What is in the program file") },
  { SNET_KEY_SCRIPT, 's', N_ ("PATH"), N_ ("The script that the program runs") },
  { SNET_KEY_REMOTE_HOST, 's', N_ ("NAME"), N_ ("The destination’s name") },
  { SNET_KEY_HOST_SOURCE, 's', N_ ("WORD"), N_ ("Who says so: hosts, resolved or reverse") },
  { SNET_KEY_REMOTE_ADDRESS, 's', N_ ("ADDRESS"), N_ ("The destination’s address") },
  { SNET_KEY_REMOTE_PORT, 'q', N_ ("PORT"), N_ ("The destination’s port") },
  { SNET_KEY_LOCAL_ADDRESS, 's', N_ ("ADDRESS"), N_ ("The address of this side") },
  { SNET_KEY_LOCAL_PORT, 'q', N_ ("PORT"), N_ ("The port of this side") },
  { SNET_KEY_PROTOCOL, 's', N_ ("WORD"), N_ ("tcp, udp, icmp, …") },
  { SNET_KEY_TYPE, 's', N_ ("WORD"), N_ ("stream, dgram, raw, …") },
  { SNET_KEY_FAMILY, 's', N_ ("WORD"), N_ ("inet, inet6, …") },
  { SNET_KEY_UID, 'u', N_ ("USER"), N_ ("Who runs the program") },
  { SNET_KEY_PROCESS, 't', N_ ("NUMBER"), N_ ("The process, by the kernel’s number") },
  { SNET_KEY_SESSION, 'u', N_ ("NUMBER"), N_ ("The session of the audit system") },
  { SNET_KEY_APP, 's', N_ ("NAME"), N_ ("The Flatpak or snap application") },
  { SNET_KEY_UNIT, 's', N_ ("NAME"), N_ ("The systemd unit") },
  { SNET_KEY_CGROUP, 's', N_ ("PATH"), N_ ("The control group") },
  { SNET_KEY_NETNS, 't', N_ ("NUMBER"), N_ ("The network namespace, by its inode") },
  { SNET_KEY_TIME, 'x', N_ ("TIME"), N_ ("When: 2026-12-31T18:00; now unless given") },
  { NULL, 0, NULL, NULL },
};

const SnetctlKey *
snetctl_keys_find (const SnetctlKey *keys, const char *name)
{
  for (; keys->name; keys++)
    if (g_str_equal (keys->name, name))
      return keys;
  return NULL;
}

gboolean
snetctl_parse_user (const char *text, guint32 *ret_uid, GError **error)
{
  struct passwd entry;
  struct passwd *found = NULL;
  char buffer[4096];
  guint64 number;

  if (g_ascii_string_to_unsigned (text, 10, 0, G_MAXUINT32 - 1, &number, NULL))
    *ret_uid = (guint32)number;
  else if (getpwnam_r (text, &entry, buffer, sizeof buffer, &found) == 0 && found)
    *ret_uid = found->pw_uid;
  else
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, _ ("“%s” is not a user"), text);
      return FALSE;
    }
  return TRUE;
}

static GVariant *
parse_number (const SnetctlKey *key, const char *text, GError **error)
{
  const guint64 max = key->type == 'q' ? G_MAXUINT16 : key->type == 'u' ? G_MAXUINT32 : G_MAXUINT64;
  guint64 number;

  if (!g_ascii_string_to_unsigned (text, 10, 0, max, &number, NULL))
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                   _ ("“%s” is a number up to %" PRIu64 ", not “%s”"), key->name, max, text);
      return NULL;
    }
  if (key->type == 'q')
    return g_variant_new_uint16 ((guint16)number);
  return key->type == 'u' ? g_variant_new_uint32 ((guint32)number) : g_variant_new_uint64 (number);
}

static GVariant *
parse_u (const SnetctlKey *key, const char *text, GError **error)
{
  guint32 number;

  if (g_str_equal (key->name, SNET_KEY_DURATION))
    return snetctl_time_parse_duration (text, &number, error) ? g_variant_new_uint32 (number)
                                                              : NULL;
  if (g_str_equal (key->name, SNET_KEY_OWNER) || g_str_equal (key->name, SNET_KEY_UID))
    return snetctl_parse_user (text, &number, error) ? g_variant_new_uint32 (number) : NULL;
  return parse_number (key, text, error);
}

GVariant *
snetctl_key_parse (const SnetctlKey *key, const char *text, GError **error)
{
  gint64 time;

  if (!g_utf8_validate (text, -1, NULL))
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, _ ("“%s” is not text (UTF-8)"),
                   key->name);
      return NULL;
    }
  switch (key->type)
    {
    case 's':
      return g_variant_new_string (text);
    case 'b':
      if (g_str_equal (text, "true") || g_str_equal (text, "false"))
        return g_variant_new_boolean (*text == 't');
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                   _ ("“%s” is true or false, not “%s”"), key->name, text);
      return NULL;
    case 'x':
      return snetctl_time_parse (text, g_get_real_time (), &time, error)
               ? g_variant_new_int64 (time)
               : NULL;
    case 'u':
      return parse_u (key, text, error);
    default:
      return parse_number (key, text, error);
    }
}

char *
snetctl_key_format (GVariant *value)
{
  g_autoptr (GDateTime) second = NULL;
  g_autoptr (GDateTime) time = NULL;
  gint64 number;

  if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    return g_variant_dup_string (value, NULL);
  if (!g_variant_is_of_type (value, G_VARIANT_TYPE_INT64))
    return g_variant_print (value, FALSE);
  number = g_variant_get_int64 (value);
  second = g_date_time_new_from_unix_utc (number / G_USEC_PER_SEC);
  time = second ? g_date_time_add (second, number % G_USEC_PER_SEC) : NULL;
  return time ? g_date_time_format (time, "%Y-%m-%dT%H:%M:%S.%fZ") : g_variant_print (value, FALSE);
}

/* Options of the command line. */

SnetctlKeyOptions *
snetctl_key_options_new (const SnetctlKey *keys, const GOptionEntry *more)
{
  SnetctlKeyOptions *self = g_new0 (SnetctlKeyOptions, 1);
  guint n_more = 0;

  self->keys = keys;
  while (keys[self->n_keys].name)
    self->n_keys++;
  while (more && more[n_more].long_name)
    n_more++;
  self->entries = g_new0 (GOptionEntry, self->n_keys + n_more + 1);
  self->texts = g_new0 (char *, self->n_keys);
  self->flags = g_new0 (gboolean, self->n_keys);
  for (guint i = 0; i < n_more; i++)
    self->entries[i] = more[i];
  for (guint i = 0; i < self->n_keys; i++)
    self->entries[n_more + i] = (GOptionEntry){
      .long_name = keys[i].name,
      .arg = keys[i].argument ? G_OPTION_ARG_STRING : G_OPTION_ARG_NONE,
      .arg_data = keys[i].argument ? (gpointer)&self->texts[i] : (gpointer)&self->flags[i],
      .description = keys[i].summary,
      .arg_description = keys[i].argument,
    };
  return self;
}

static gboolean
insert (const SnetctlKey *key, const char *text, GVariantDict *dict, GError **error)
{
  GVariant *value = snetctl_key_parse (key, text, error);

  if (!value)
    return FALSE;
  g_variant_dict_insert_value (dict, key->name, value);
  return TRUE;
}

gboolean
snetctl_key_options_collect (SnetctlKeyOptions *self, GVariantDict *dict, GError **error)
{
  for (guint i = 0; i < self->n_keys; i++)
    {
      const char *text = self->flags[i] ? "true" : self->texts[i];

      if (text && !insert (&self->keys[i], text, dict, error))
        return FALSE;
    }
  return TRUE;
}

gboolean
snetctl_keys_add_word (const SnetctlKey *keys, const char *word, GVariantDict *dict, GError **error)
{
  const char *equals = strchr (word, '=');
  g_autofree char *name = equals ? g_strchomp (g_strndup (word, (gsize)(equals - word))) : NULL;
  const SnetctlKey *key = name ? snetctl_keys_find (keys, name) : NULL;

  if (!key)
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                   _ ("“%s” is not a key and its value, such as remote-port=443"), word);
      return FALSE;
    }
  equals++;
  return insert (key, equals + strspn (equals, " \t"), dict, error);
}

void
snetctl_key_options_free (SnetctlKeyOptions *self)
{
  for (guint i = 0; i < self->n_keys; i++)
    g_free (self->texts[i]);
  g_free (self->texts);
  g_free (self->flags);
  g_free (self->entries);
  g_free (self);
}
