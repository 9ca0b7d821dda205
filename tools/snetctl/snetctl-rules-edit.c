// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <unistd.h>

#include "snet-names.h"

#include "snetctl-bus.h"
#include "snetctl-edits.h"
#include "snetctl-editor.h"
#include "snetctl-error.h"
#include "snetctl-input.h"
#include "snetctl-rule.h"
#include "snetctl-rules.h"

static gboolean run_edit (SnetctlCall *call, GError **error);

const SnetctlCommand snetctl_rules_edit = {
  "rules edit",
  N_ ("[ID…]"),
  N_ ("Change rules in your editor: these, or all of your own"),
  run_edit,
};

static const char *const header =
  N_ ("# Rules of snet. Change what you like, save, and leave the editor.\n"
      "# A group that you take away is a rule removed; a new one, under any name, is a new rule.\n"
      "# An unchanged file changes nothing. All keys are in: man snet.rules\n");

static gboolean
add_named (const SnetctlCall *call, GPtrArray *rules, GError **error)
{
  for (int i = 1; i < call->argc; i++)
    {
      g_autoptr (GVariant) dict = NULL;
      g_autoptr (GsnetRule) rule = NULL;
      guint64 id;

      if (!snetctl_call_parse_id (call->argv[i], &id, error))
        return FALSE;
      dict = snetctl_rule_get (call, id, error);
      if (!dict)
        return FALSE;
      rule = gsnet_rule_new (dict);
      if (!snetctl_rule_check_editable (rule, error))
        return FALSE;
      g_ptr_array_add (rules, g_steal_pointer (&rule));
    }
  return TRUE;
}

/* root's own are the system's. */
static gboolean
is_own (GsnetRule *rule)
{
  guint32 uid = 0;
  gboolean owned = gsnet_rule_get_owner (rule, &uid);

  return gsnet_rule_is_editable (rule) && (owned ? uid == getuid () : getuid () == 0);
}

static gboolean
add_own (const SnetctlCall *call, GPtrArray *rules, GError **error)
{
  g_autoptr (GVariant) reply =
    snetctl_bus_call (call, SNET_INTERFACE_RULES, "List", NULL, "(aa{sv})", error);
  g_autoptr (GVariant) all = reply ? g_variant_get_child_value (reply, 0) : NULL;

  for (gsize i = 0; all && i < g_variant_n_children (all); i++)
    {
      g_autoptr (GsnetRule) rule = snetctl_rule_of_list (all, i);

      if (is_own (rule))
        g_ptr_array_add (rules, g_steal_pointer (&rule));
    }
  return all != NULL;
}

/* What the editor shows: each rule with its sentence, under the name that its id makes. */
static char *
write_rules (GPtrArray *rules)
{
  GString *text = g_string_new (_ (header));

  for (guint i = 0; i < rules->len; i++)
    {
      GsnetRule *rule = g_ptr_array_index (rules, i);
      g_autofree char *sentence = snetctl_rule_sentence (rule);
      g_autofree char *group = snetctl_edits_name (gsnet_rule_get_id (rule));
      g_autofree char *body = snetctl_rule_to_text (group, gsnet_rule_get_variant (rule));

      g_string_append_printf (text, "\n# %s\n%s", sentence, body);
    }
  return g_string_free (text, FALSE);
}

static gboolean
wants_again (void)
{
  g_autofree char *answer = NULL;

  if (!snetctl_input_is_terminal ())
    return FALSE;
  answer = snetctl_input_ask (_ ("Edit it again? [Y/n]"));
  return answer && *answer != 'n' && *answer != 'N';
}

/* Until snetd could take it, or it is given up. NULL and no error: it is as it was. */
static char *
edit_text (const SnetctlCall *call, const char *before, const char *file, GError **error)
{
  for (;;)
    {
      g_autofree char *after = snetctl_editor_run (file, error);
      g_auto (GStrv) problems = NULL;

      if (!after || g_str_equal (before, after))
        return NULL;
      if (!snetctl_edits_check (call, after, TRUE, &problems, error))
        return NULL;
      if (!problems[0])
        return g_steal_pointer (&after);
      snetctl_error_print_problems (problems);
      if (!wants_again ())
        {
          g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                               _ ("the rules have problems, and nothing was changed"));
          return NULL;
        }
    }
}

static gboolean
edit_file (const SnetctlCall *call,
           GPtrArray *rules,
           const char *before,
           const char *file,
           GError **error)
{
  g_autoptr (GError) failure = NULL;
  g_autofree char *after = edit_text (call, before, file, &failure);
  g_autoptr (SnetctlEdits) edits = NULL;

  if (failure)
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
  edits = after ? snetctl_edits_new (rules, after, error) : NULL;
  if (after && !edits)
    return FALSE;
  if (!after || snetctl_edits_is_empty (edits))
    {
      g_print ("%s\n", _ ("Nothing was changed."));
      return TRUE;
    }
  return snetctl_edits_apply (edits, call, error);
}

/* What somebody has written is not thrown away because something went wrong. */
static void
keep_or_remove (const char *file, const char *before, gboolean done)
{
  g_autofree char *now = NULL;

  if (!done && g_file_get_contents (file, &now, NULL, NULL) && !g_str_equal (now, before))
    g_printerr (_ ("What you have written is in %s\n"), file);
  else
    g_unlink (file);
}

static gboolean
run_edit (SnetctlCall *call, GError **error)
{
  g_autoptr (GPtrArray) rules = g_ptr_array_new_with_free_func (g_object_unref);
  g_autofree char *before = NULL;
  g_autofree char *file = NULL;
  gboolean done;

  if (!snetctl_call_parse (call, &snetctl_rules_edit, NULL, NULL, 0, -1, error))
    return FALSE;
  if (!(call->argc > 1 ? add_named (call, rules, error) : add_own (call, rules, error)))
    return FALSE;
  before = write_rules (rules);
  file = snetctl_editor_create (before, error);
  if (!file)
    return FALSE;
  done = edit_file (call, rules, before, file, error);
  keep_or_remove (file, before, done);
  return done;
}
