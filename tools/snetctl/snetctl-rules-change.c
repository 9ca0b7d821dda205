// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <glib/gi18n.h>
#include <inttypes.h>

#include "gsnet-text.h"
#include "snet-names.h"

#include "snetctl-bus.h"
#include "snetctl-json.h"
#include "snetctl-rule.h"
#include "snetctl-rules.h"

/* As long as a rule can be: its texts have at most 4096 bytes. */
#define MAX_COMMAND_CHARS 20000

static gboolean run_enable (SnetctlCall *call, GError **error);
static gboolean run_disable (SnetctlCall *call, GError **error);
static gboolean run_remove (SnetctlCall *call, GError **error);

const SnetctlCommand snetctl_rules_enable = {
  "rules enable",
  N_ ("ID…"),
  N_ ("Use rules again"),
  run_enable,
};

const SnetctlCommand snetctl_rules_disable = {
  "rules disable",
  N_ ("ID…"),
  N_ ("Keep rules, but do not use them"),
  run_disable,
};

const SnetctlCommand snetctl_rules_remove = {
  "rules remove",
  N_ ("ID…"),
  N_ ("Remove rules, and say how they are made again"),
  run_remove,
};

typedef gboolean (*Change) (const SnetctlCall *call, guint64 id, GVariant *rule, GError **error);

static gboolean
set_disabled (const SnetctlCall *call,
              guint64 id,
              GVariant *dict,
              gboolean disabled,
              GError **error)
{
  g_autoptr (GsnetRule) rule = gsnet_rule_new (dict);
  g_autofree char *sentence = snetctl_rule_sentence (rule);
  g_autoptr (GVariant) changed = gsnet_rule_dup_with_flag (rule, SNET_KEY_DISABLED, disabled);
  g_autoptr (GVariant) reply = NULL;

  if (gsnet_rule_get_flag (rule, SNET_KEY_DISABLED) != disabled)
    {
      reply = snetctl_bus_call (call, SNET_INTERFACE_RULES, "Update",
                                g_variant_new ("(t@a{sv})", id, changed), "()", error);
      if (!reply)
        return FALSE;
    }
  if (call->json)
    return TRUE;
  g_print (disabled ? _ ("Rule %" PRIu64 " is not in use: %s\n")
                    : _ ("Rule %" PRIu64 " is in use: %s\n"),
           id, sentence);
  return TRUE;
}

static gboolean
enable (const SnetctlCall *call, guint64 id, GVariant *rule, GError **error)
{
  return set_disabled (call, id, rule, FALSE, error);
}

static gboolean
disable (const SnetctlCall *call, guint64 id, GVariant *rule, GError **error)
{
  return set_disabled (call, id, rule, TRUE, error);
}

static gboolean
remove_rule (const SnetctlCall *call, guint64 id, GVariant *dict, GError **error)
{
  g_autoptr (GVariant) reply =
    snetctl_bus_call (call, SNET_INTERFACE_RULES, "Remove", g_variant_new ("(t)", id), "()", error);
  g_autoptr (GsnetRule) rule = gsnet_rule_new (dict);
  g_autofree char *sentence = snetctl_rule_sentence (rule);
  g_autofree char *command = snetctl_rule_to_command (dict);
  g_autofree char *shown = gsnet_text_visible (command, MAX_COMMAND_CHARS);

  if (!reply)
    return FALSE;
  if (call->json)
    snetctl_json_print (dict);
  else
    g_print (_ ("Rule %" PRIu64 " removed: %s\nTo have it back: %s\n"), id, sentence, shown);
  return TRUE;
}

/* Whoever mistypes the last of them has not lost the first: all are looked up before. */
static gboolean
look_up (const SnetctlCall *call, GPtrArray *rules, GError **error)
{
  for (int i = 1; i < call->argc; i++)
    {
      g_autoptr (GsnetRule) shown = NULL;
      GVariant *rule;
      guint64 id;

      if (!snetctl_call_parse_id (call->argv[i], &id, error))
        return FALSE;
      rule = snetctl_rule_get (call, id, error);
      if (!rule)
        return FALSE;
      g_ptr_array_add (rules, rule);
      shown = gsnet_rule_new (rule);
      if (!snetctl_rule_check_editable (shown, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
run_change (SnetctlCall *call, const SnetctlCommand *command, Change change, GError **error)
{
  g_autoptr (GPtrArray) rules = g_ptr_array_new_with_free_func ((GDestroyNotify)g_variant_unref);

  if (!snetctl_call_parse (call, command, NULL, NULL, 1, -1, error) ||
      !look_up (call, rules, error))
    return FALSE;
  for (guint i = 0; i < rules->len; i++)
    {
      guint64 id = 0;

      g_variant_lookup (g_ptr_array_index (rules, i), SNET_KEY_ID, "t", &id);
      if (!change (call, id, g_ptr_array_index (rules, i), error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
run_enable (SnetctlCall *call, GError **error)
{
  return run_change (call, &snetctl_rules_enable, enable, error);
}

static gboolean
run_disable (SnetctlCall *call, GError **error)
{
  return run_change (call, &snetctl_rules_disable, disable, error);
}

static gboolean
run_remove (SnetctlCall *call, GError **error)
{
  return run_change (call, &snetctl_rules_remove, remove_rule, error);
}
