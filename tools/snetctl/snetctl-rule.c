// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <glib/gi18n.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "gsnet-text.h"
#include "gsnet-words.h"
#include "snet-names.h"

#include "snetctl-bus.h"
#include "snetctl-keys.h"
#include "snetctl-rule.h"

/* Long enough for each line of a rule. */
#define MAX_LINE_CHARS  5000
#define MAX_VALUE_CHARS 160
#define SAFE_IN_SHELL   "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:,+@%"

/* Into a group of the file. */
static void
write_rule (GKeyFile *file, const char *group, GVariant *rule)
{
  g_autoptr (GVariant) action =
    g_variant_lookup_value (rule, SNET_KEY_ACTION, G_VARIANT_TYPE_STRING);

  if (action)
    g_key_file_set_string (file, group, SNET_KEY_ACTION, g_variant_get_string (action, NULL));
  for (const SnetctlKey *key = snetctl_rule_keys; key->name; key++)
    {
      g_autoptr (GVariant) value = g_variant_lookup_value (rule, key->name, NULL);
      g_autofree char *text = value ? snetctl_key_format (value) : NULL;

      if (text)
        g_key_file_set_string (file, group, key->name, text);
    }
}

char *
snetctl_rule_to_text (const char *group, GVariant *rule)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();

  write_rule (file, group, rule);
  return g_key_file_to_data (file, NULL, NULL);
}

static void
append_option (GString *command, const SnetctlKey *key, GVariant *value)
{
  g_autofree char *text = snetctl_key_format (value);
  g_autofree char *quoted = NULL;

  if (!key->argument)
    {
      if (g_str_equal (text, "true"))
        g_string_append_printf (command, " --%s", key->name);
      return;
    }
  quoted =
    strspn (text, SAFE_IN_SHELL) == strlen (text) && *text ? g_strdup (text) : g_shell_quote (text);
  g_string_append_printf (command, " --%s=%s", key->name, quoted);
}

static gboolean
is_default (const SnetctlKey *key, GVariant *value)
{
  return g_str_equal (key->name, SNET_KEY_LIFETIME) &&
         g_str_equal (g_variant_get_string (value, NULL), SNET_LIFETIME_WORD_FOREVER);
}

char *
snetctl_rule_to_command (GVariant *rule)
{
  GString *command = g_string_new ("snetctl rules add");
  const char *action;

  if (g_variant_lookup (rule, SNET_KEY_ACTION, "&s", &action))
    g_string_append_printf (command, " %s", action);
  for (const SnetctlKey *key = snetctl_rule_keys; key->name; key++)
    {
      g_autoptr (GVariant) value = g_variant_lookup_value (rule, key->name, NULL);

      if (value && !is_default (key, value))
        append_option (command, key, value);
    }
  /* What has no owner would become the caller's. */
  if (!g_variant_lookup (rule, SNET_KEY_OWNER, "u", NULL) &&
      !g_variant_lookup (rule, SNET_KEY_SYSTEM, "b", NULL))
    g_string_append (command, " --" SNET_KEY_SYSTEM);
  return g_string_free (command, FALSE);
}

GVariant *
snetctl_rule_read (GKeyFile *file, const char *group, GError **error)
{
  g_auto (GStrv) names = g_key_file_get_keys (file, group, NULL, error);
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);

  if (!names)
    return NULL;
  for (char **name = names; *name; name++)
    {
      const SnetctlKey *key = snetctl_keys_find (snetctl_rule_keys, *name);
      g_autofree char *text = g_key_file_get_string (file, group, *name, error);
      GVariant *value;

      if (!text)
        return NULL;
      if (g_str_equal (*name, SNET_KEY_ACTION))
        value = g_variant_new_string (text);
      else if (key)
        value = snetctl_key_parse (key, text, error);
      else
        {
          g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                       _ ("“%s” is not a key of a rule"), *name);
          return NULL;
        }
      if (!value)
        return NULL;
      g_variant_dict_insert_value (&dict, *name, value);
    }
  return g_variant_ref_sink (g_variant_dict_end (&dict));
}

/* The conditions that gsnet_words_rule_about () leaves to the details: "script /a, unit b". */
static char *
say_more (GVariant *rule)
{
  static const char *const keys[] = {
    SNET_KEY_PROCESS,
    SNET_KEY_PROGRAM_DIGEST,
    SNET_KEY_PROGRAM_PATTERN,
    SNET_KEY_SCRIPT,
    SNET_KEY_SCRIPT_PATTERN,
    SNET_KEY_ANCESTOR,
    SNET_KEY_ANCESTOR_PATTERN,
    SNET_KEY_APP,
    SNET_KEY_UNIT,
    SNET_KEY_CGROUP,
    SNET_KEY_NETNS,
    SNET_KEY_UID,
    SNET_KEY_SESSION,
    SNET_KEY_TIME_OF_WEEK,
  };
  GString *more = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      g_autoptr (GVariant) value = g_variant_lookup_value (rule, keys[i], NULL);
      g_autofree char *text = value ? snetctl_key_format (value) : NULL;
      g_autofree char *shown = text ? gsnet_text_visible (text, MAX_VALUE_CHARS) : NULL;

      if (shown)
        g_string_append_printf (more, ", %s %s", keys[i], shown);
    }
  return g_string_free (more, FALSE);
}

/* For how long it holds. */
static char *
say_lifetime (GsnetRule *rule)
{
  GVariant *dict = gsnet_rule_get_variant (rule);
  gint64 until = 0;
  guint32 duration = 0;
  g_autofree char *end = NULL;

  g_variant_lookup (dict, SNET_KEY_UNTIL, "x", &until);
  g_variant_lookup (dict, SNET_KEY_DURATION, "u", &duration);
  if (duration)
    until = g_get_real_time () + (gint64)duration * G_USEC_PER_SEC;
  end = gsnet_words_time (until);
  if (end)
    /* Translators: a time, such as 14:00:00, or a day and a time */
    return g_strdup_printf (_ ("Until %s"), end);
  return g_strdup (gsnet_words_lifetime (gsnet_rule_get_raw (rule, SNET_KEY_LIFETIME)));
}

char *
snetctl_rule_sentence (GsnetRule *rule)
{
  const char *action = gsnet_rule_get_raw (rule, SNET_KEY_ACTION);
  g_autofree char *about = gsnet_words_rule_about (rule);
  g_autofree char *more = say_more (gsnet_rule_get_variant (rule));
  g_autofree char *lifetime = say_lifetime (rule);

  /* Translators: what a rule does (allow, deny, ask), about what, more of that, for how long */
  return g_strdup_printf (_ ("%s — %s%s. %s."), gsnet_words_action (action), about, more, lifetime);
}

GsnetRule *
snetctl_rule_of_list (GVariant *rules, gsize i)
{
  g_autoptr (GVariant) dict = g_variant_get_child_value (rules, i);

  return gsnet_rule_new (dict);
}

GVariant *
snetctl_rule_get (const SnetctlCall *call, guint64 id, GError **error)
{
  g_autoptr (GVariant) reply = snetctl_bus_call (call, SNET_INTERFACE_RULES, "Get",
                                                 g_variant_new ("(t)", id), "(a{sv})", error);

  return reply ? g_variant_get_child_value (reply, 0) : NULL;
}

gboolean
snetctl_rule_check_editable (GsnetRule *rule, GError **error)
{
  g_autofree char *file = NULL;

  if (gsnet_rule_is_editable (rule))
    return TRUE;
  file = gsnet_text_visible (gsnet_rule_get_raw (rule, SNET_KEY_SOURCE), MAX_LINE_CHARS);
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_READ_ONLY,
               _ ("rule %" PRIu64 " is written in a file. Edit %s, and then: systemctl "
                  "reload snetd"),
               gsnet_rule_get_id (rule), file);
  return FALSE;
}

void
snetctl_print_text (const char *text)
{
  g_auto (GStrv) lines = NULL;

  if (!isatty (STDOUT_FILENO))
    {
      fputs (text, stdout);
      return;
    }
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i]; i++)
    {
      g_autofree char *shown = gsnet_text_visible (lines[i], MAX_LINE_CHARS);

      g_print ("%s%s", shown, lines[i + 1] ? "\n" : "");
    }
}
