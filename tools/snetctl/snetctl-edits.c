// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <glib/gi18n.h>
#include <inttypes.h>

#include "gsnet-text.h"
#include "snet-names.h"

#include "snetctl-bus.h"
#include "snetctl-edits.h"
#include "snetctl-rule.h"

#define NUMBERED          "rule"
#define MAX_COMMAND_CHARS 20000

typedef struct
{
  GsnetRule *before; /* NULL: it is new */
  GVariant *after;   /* NULL: it is removed */
} Edit;

struct _SnetctlEdits
{
  GPtrArray *edits; /* of Edit; what removes comes last */
};

static void
edit_free (Edit *edit)
{
  g_clear_object (&edit->before);
  g_clear_pointer (&edit->after, g_variant_unref);
  g_free (edit);
}

static void
add_edit (SnetctlEdits *self, GsnetRule *before, GVariant *after)
{
  Edit *edit = g_new0 (Edit, 1);

  edit->before = before ? g_object_ref (before) : NULL;
  edit->after = after ? g_variant_ref (after) : NULL;
  g_ptr_array_add (self->edits, edit);
}

char *
snetctl_edits_name (guint64 id)
{
  return g_strdup_printf (NUMBERED " %" G_GUINT64_FORMAT, id);
}

gboolean
snetctl_edits_check (const SnetctlCall *call,
                     const char *text,
                     gboolean system,
                     GStrv *ret_problems,
                     GError **error)
{
  g_auto (GVariantDict) options = G_VARIANT_DICT_INIT (NULL);
  g_autoptr (GVariant) reply = NULL;

  g_variant_dict_insert (&options, SNET_KEY_DRY_RUN, "b", TRUE);
  g_variant_dict_insert (&options, SNET_KEY_SYSTEM, "b", system);
  reply = snetctl_bus_call (
    call, SNET_INTERFACE_RULES, "Import",
    g_variant_new ("(ss@a{sv})", SNET_FORMAT_SNET, text, g_variant_dict_end (&options)),
    "(aa{sv}uas)", error);
  if (!reply)
    return FALSE;
  g_variant_get_child (reply, 2, "^as", ret_problems);
  return TRUE;
}

static GVariant *
read_group (GKeyFile *file, const char *group, GError **error)
{
  g_autoptr (GVariant) rule = snetctl_rule_read (file, group, error);
  GVariantDict dict;

  if (!rule)
    return NULL;
  /* As in each such text: the name of a group is what the rule is for. */
  g_variant_dict_init (&dict, rule);
  if (!g_str_has_prefix (group, NUMBERED) && !g_variant_dict_contains (&dict, SNET_KEY_COMMENT))
    g_variant_dict_insert (&dict, SNET_KEY_COMMENT, "s", group);
  return g_variant_ref_sink (g_variant_dict_end (&dict));
}

/* As the text says it, and so comparable with what is read of one. */
static gboolean
is_unchanged (GsnetRule *rule, const char *group, GVariant *after)
{
  g_autofree char *was = snetctl_rule_to_text (group, gsnet_rule_get_variant (rule));
  g_autofree char *is = snetctl_rule_to_text (group, after);

  return g_str_equal (was, is);
}

static gboolean
add_changes (SnetctlEdits *self, GPtrArray *rules, GKeyFile *file, GError **error)
{
  for (guint i = 0; i < rules->len; i++)
    {
      GsnetRule *rule = g_ptr_array_index (rules, i);
      g_autofree char *group = snetctl_edits_name (gsnet_rule_get_id (rule));
      g_autoptr (GVariant) after = NULL;

      if (!g_key_file_has_group (file, group))
        continue;
      after = read_group (file, group, error);
      if (!after)
        return FALSE;
      if (!is_unchanged (rule, group, after))
        add_edit (self, rule, after);
      g_key_file_remove_group (file, group, NULL);
      g_object_set_data (G_OBJECT (rule), "snetctl-stays", rule);
    }
  return TRUE;
}

static gboolean
add_new (SnetctlEdits *self, GKeyFile *file, GError **error)
{
  g_auto (GStrv) groups = g_key_file_get_groups (file, NULL);

  for (char **group = groups; *group; group++)
    {
      g_autoptr (GVariant) after = read_group (file, *group, error);

      if (!after)
        return FALSE;
      add_edit (self, NULL, after);
    }
  return TRUE;
}

static void
add_removals (SnetctlEdits *self, GPtrArray *rules)
{
  for (guint i = 0; i < rules->len; i++)
    {
      GsnetRule *rule = g_ptr_array_index (rules, i);

      if (!g_object_get_data (G_OBJECT (rule), "snetctl-stays"))
        add_edit (self, rule, NULL);
    }
}

SnetctlEdits *
snetctl_edits_new (GPtrArray *rules, const char *text, GError **error)
{
  g_autoptr (SnetctlEdits) self = g_new0 (SnetctlEdits, 1);
  g_autoptr (GKeyFile) file = g_key_file_new ();

  self->edits = g_ptr_array_new_with_free_func ((GDestroyNotify)edit_free);
  if (*text &&
      !g_key_file_load_from_data (file, text, (gsize)-1, G_KEY_FILE_KEEP_TRANSLATIONS, error))
    return NULL;
  if (!add_changes (self, rules, file, error) || !add_new (self, file, error))
    return NULL;
  add_removals (self, rules);
  return g_steal_pointer (&self);
}

gboolean
snetctl_edits_is_empty (SnetctlEdits *self)
{
  return self->edits->len == 0;
}

/* Somebody else may have changed it while the editor was open. */
static gboolean
check_same (const SnetctlCall *call, GsnetRule *before, GError **error)
{
  g_autoptr (GVariant) now = snetctl_rule_get (call, gsnet_rule_get_id (before), error);

  if (!now)
    return FALSE;
  if (g_variant_equal (now, gsnet_rule_get_variant (before)))
    return TRUE;
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_WRONG_ETAG,
               _ ("rule %" PRIu64 " was changed by somebody else meanwhile, and is not "
                  "touched"),
               gsnet_rule_get_id (before));
  return FALSE;
}

static gboolean
apply_add (const Edit *edit, const SnetctlCall *call, GError **error)
{
  g_autoptr (GVariant) reply = snetctl_bus_call (
    call, SNET_INTERFACE_RULES, "Add", g_variant_new ("(@a{sv})", edit->after), "(t)", error);
  g_autoptr (GsnetRule) rule = gsnet_rule_new (edit->after);
  g_autofree char *sentence = snetctl_rule_sentence (rule);
  guint64 id;

  if (!reply)
    return FALSE;
  g_variant_get (reply, "(t)", &id);
  g_print (_ ("Rule %" PRIu64 " added: %s\n"), id, sentence);
  return TRUE;
}

static gboolean
apply_update (const Edit *edit, const SnetctlCall *call, GError **error)
{
  guint64 id = gsnet_rule_get_id (edit->before);
  g_autoptr (GVariant) reply =
    snetctl_bus_call (call, SNET_INTERFACE_RULES, "Update",
                      g_variant_new ("(t@a{sv})", id, edit->after), "()", error);
  g_autoptr (GsnetRule) rule = gsnet_rule_new (edit->after);
  g_autofree char *sentence = snetctl_rule_sentence (rule);

  if (!reply)
    return FALSE;
  g_print (_ ("Rule %" PRIu64 " changed: %s\n"), id, sentence);
  return TRUE;
}

static gboolean
apply_remove (const Edit *edit, const SnetctlCall *call, GError **error)
{
  guint64 id = gsnet_rule_get_id (edit->before);
  g_autoptr (GVariant) reply =
    snetctl_bus_call (call, SNET_INTERFACE_RULES, "Remove", g_variant_new ("(t)", id), "()", error);
  g_autofree char *command = snetctl_rule_to_command (gsnet_rule_get_variant (edit->before));
  g_autofree char *shown = gsnet_text_visible (command, MAX_COMMAND_CHARS);

  if (!reply)
    return FALSE;
  g_print (_ ("Rule %" PRIu64 " removed. To have it back: %s\n"), id, shown);
  return TRUE;
}

gboolean
snetctl_edits_apply (SnetctlEdits *self, const SnetctlCall *call, GError **error)
{
  for (guint i = 0; i < self->edits->len; i++)
    {
      const Edit *edit = g_ptr_array_index (self->edits, i);
      gboolean done;

      if (edit->before && !check_same (call, edit->before, error))
        return FALSE;
      if (!edit->before)
        done = apply_add (edit, call, error);
      else if (edit->after)
        done = apply_update (edit, call, error);
      else
        done = apply_remove (edit, call, error);
      if (!done)
        return FALSE;
    }
  return TRUE;
}

void
snetctl_edits_free (SnetctlEdits *self)
{
  g_clear_pointer (&self->edits, g_ptr_array_unref);
  g_free (self);
}
