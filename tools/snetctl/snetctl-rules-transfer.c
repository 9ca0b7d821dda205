// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <glib/gi18n.h>
#include <string.h>
#include <unistd.h>

#include "snet-names.h"

#include "snetctl-bus.h"
#include "snetctl-error.h"
#include "snetctl-json.h"
#include "snetctl-keys.h"
#include "snetctl-rule.h"
#include "snetctl-rules.h"

/* What snetd takes in one call. */
#define MAX_TEXT (16 * 1024 * 1024)

static gboolean run_import (SnetctlCall *call, GError **error);
static gboolean run_export (SnetctlCall *call, GError **error);

const SnetctlCommand snetctl_rules_import = {
  "rules import",
  N_ ("FILE…"),
  N_ ("Make rules of files, all or none; “-” is standard input"),
  run_import,
};

const SnetctlCommand snetctl_rules_export = {
  "rules export",
  NULL,
  N_ ("Write the rules as text"),
  run_export,
};

typedef struct
{
  char *format;
  char *owner;
  gboolean system;
  gboolean dry_run;
  gboolean partial;
} Options;

static gboolean
add_owner (const Options *options, GVariantDict *dict, GError **error)
{
  guint32 uid;

  if (options->owner && !snetctl_parse_user (options->owner, &uid, error))
    return FALSE;
  if (options->owner)
    g_variant_dict_insert (dict, SNET_KEY_OWNER, "u", uid);
  if (options->system)
    g_variant_dict_insert (dict, SNET_KEY_SYSTEM, "b", TRUE);
  return TRUE;
}

static gboolean
read_input (GString *text, GError **error)
{
  char buffer[65536];
  gssize got;

  while ((got = read (STDIN_FILENO, buffer, sizeof buffer)) > 0)
    {
      g_string_append_len (text, buffer, got);
      if (text->len > MAX_TEXT)
        break;
    }
  if (got >= 0)
    return TRUE;
  g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (errno), "%s", g_strerror (errno));
  return FALSE;
}

static gboolean
read_file (const char *name, GString *text, GError **error)
{
  g_autofree char *content = NULL;
  gsize length;

  if (g_str_equal (name, "-"))
    return read_input (text, error);
  if (!g_file_get_contents (name, &content, &length, error))
    return FALSE;
  g_string_append_len (text, content, (gssize)length);
  if (length && content[length - 1] != '\n')
    g_string_append_c (text, '\n');
  return TRUE;
}

static char *
read_files (const SnetctlCall *call, GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (int i = 1; i < call->argc; i++)
    if (!read_file (call->argv[i], text, error))
      return NULL;
  if (text->len > MAX_TEXT || strlen (text->str) != text->len ||
      !g_utf8_validate (text->str, (gssize)text->len, NULL))
    {
      g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                           _ ("these are not rules, which are text (UTF-8) of 16 MB at most"));
      return NULL;
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* Rules of OpenSnitch are JSON, which those of snet never begin like. */
static const char *
get_format (const Options *options, const char *text)
{
  if (options->format)
    return options->format;
  text += strspn (text, " \t\r\n");
  return *text == '{' ? SNET_FORMAT_OPENSNITCH : SNET_FORMAT_SNET;
}

static void
print_rules (GVariant *rules)
{
  for (gsize i = 0; i < g_variant_n_children (rules); i++)
    {
      g_autoptr (GsnetRule) rule = snetctl_rule_of_list (rules, i);
      g_autofree char *sentence = snetctl_rule_sentence (rule);

      if (gsnet_rule_get_id (rule))
        g_print ("%" G_GUINT64_FORMAT ": ", gsnet_rule_get_id (rule));
      g_print ("%s\n", sentence);
    }
}

static void
print_import_json (GVariant *reply)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);
  g_autoptr (GVariant) rules = g_variant_get_child_value (reply, 0);
  g_autoptr (GVariant) present = g_variant_get_child_value (reply, 1);
  g_autoptr (GVariant) problems = g_variant_get_child_value (reply, 2);
  g_autoptr (GVariant) value = NULL;

  g_variant_dict_insert_value (&dict, "rules", rules);
  g_variant_dict_insert_value (&dict, "present", present);
  g_variant_dict_insert_value (&dict, "problems", problems);
  value = g_variant_ref_sink (g_variant_dict_end (&dict));
  snetctl_json_print (value);
}

static void
print_import (const Options *options, GVariant *reply, char **problems)
{
  g_autoptr (GVariant) rules = g_variant_get_child_value (reply, 0);
  gsize n = g_variant_n_children (rules);
  guint present;

  g_variant_get_child (reply, 1, "u", &present);
  print_rules (rules);
  g_print (options->dry_run ? ngettext ("%zu rule would be made.", "%zu rules would be made.", n)
                            : ngettext ("%zu rule was made.", "%zu rules were made.", n),
           n);
  if (present)
    g_print (ngettext (" %u is there already.", " %u are there already.", present), present);
  g_print ("\n");
  snetctl_error_print_problems (problems);
}

static gboolean
import (SnetctlCall *call, const Options *options, GError **error)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);
  g_autofree char *text = read_files (call, error);
  g_autoptr (GVariant) reply = NULL;
  g_auto (GStrv) problems = NULL;

  if (!text || !add_owner (options, &dict, error))
    return FALSE;
  if (options->dry_run)
    g_variant_dict_insert (&dict, SNET_KEY_DRY_RUN, "b", TRUE);
  if (options->partial)
    g_variant_dict_insert (&dict, SNET_KEY_PARTIAL, "b", TRUE);
  reply = snetctl_bus_call (
    call, SNET_INTERFACE_RULES, "Import",
    g_variant_new ("(ss@a{sv})", get_format (options, text), text, g_variant_dict_end (&dict)),
    "(aa{sv}uas)", error);
  if (!reply)
    return FALSE;
  g_variant_get_child (reply, 2, "^as", &problems);
  if (call->json)
    print_import_json (reply);
  else
    print_import (options, reply, problems);
  if (problems[0])
    call->exit_status = SNETCTL_EXIT_FAILED;
  return TRUE;
}

static gboolean
run_import (SnetctlCall *call, GError **error)
{
  Options options = { 0 };
  const GOptionEntry entries[] = {
    { "format", 'f', 0, G_OPTION_ARG_STRING, &options.format,
      N_ ("What the files are, if that is not plain"), "snet|opensnitch" },
    { "dry-run", 'n', 0, G_OPTION_ARG_NONE, &options.dry_run,
      N_ ("Only say what would be made of it"), NULL },
    { "partial", 0, 0, G_OPTION_ARG_NONE, &options.partial,
      N_ ("Make the rules that have no problem even if others have one"), NULL },
    { "owner", 'o', 0, G_OPTION_ARG_STRING, &options.owner,
      N_ ("Whose the rules become that do not say it"), N_ ("USER") },
    { "system", 's', 0, G_OPTION_ARG_NONE, &options.system, N_ ("Such rules become the system’s"),
      NULL },
    G_OPTION_ENTRY_NULL
  };
  gboolean done = snetctl_call_parse (call, &snetctl_rules_import, entries, NULL, 1, -1, error) &&
                  import (call, &options, error);

  g_free (options.format);
  g_free (options.owner);
  return done;
}

static gboolean export(const SnetctlCall *call, const Options *options, GError **error)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GVariant) text = NULL;

  if (!add_owner (options, &dict, error))
    return FALSE;
  reply = snetctl_bus_call (call, SNET_INTERFACE_RULES, "Export",
                            g_variant_new ("(@a{sv})", g_variant_dict_end (&dict)), "(s)", error);
  if (!reply)
    return FALSE;
  text = g_variant_get_child_value (reply, 0);
  if (call->json)
    snetctl_json_print (text);
  else
    snetctl_print_text (g_variant_get_string (text, NULL));
  return TRUE;
}

static gboolean
run_export (SnetctlCall *call, GError **error)
{
  Options options = { 0 };
  const GOptionEntry entries[] = { { "owner", 'o', 0, G_OPTION_ARG_STRING, &options.owner,
                                     N_ ("The rules of this user"), N_ ("USER") },
                                   { "system", 's', 0, G_OPTION_ARG_NONE, &options.system,
                                     N_ ("The system’s rules"), NULL },
                                   G_OPTION_ENTRY_NULL };
  gboolean done = snetctl_call_parse (call, &snetctl_rules_export, entries, NULL, 0, 0, error) &&
                  export(call, &options, error);

  g_free (options.owner);
  return done;
}
