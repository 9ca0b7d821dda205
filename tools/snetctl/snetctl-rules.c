// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <glib/gi18n.h>
#include <string.h>

#include "snetctl-commands.h"
#include "snetctl-rules.h"

#define PREFIX "rules "

static gboolean run_rules (SnetctlCall *call, GError **error);

const SnetctlCommand snetctl_rules = {
  "rules",
  N_ ("[COMMAND] [ARGUMENT…]"),
  N_ ("The rules: list, show, add, edit, remove, import, explain…"),
  run_rules,
};

/* In the order of --help. */
static const SnetctlCommand *const commands[] = {
  &snetctl_rules_list,   &snetctl_rules_show,    &snetctl_rules_add,    &snetctl_rules_edit,
  &snetctl_rules_enable, &snetctl_rules_disable, &snetctl_rules_remove, &snetctl_rules_import,
  &snetctl_rules_export, &snetctl_rules_explain,
};

const SnetctlCommand *const *
snetctl_rules_commands (guint *ret_n)
{
  *ret_n = G_N_ELEMENTS (commands);
  return commands;
}

static const SnetctlCommand *
find (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    if (g_str_equal (commands[i]->name + strlen (PREFIX), name))
      return commands[i];
  return NULL;
}

static gboolean
is_help (const char *word)
{
  return g_str_equal (word, "--help") || g_str_equal (word, "-h") || g_str_equal (word, "-?");
}

static void
print_help (void)
{
  g_print ("%s\n%s\n%s\n", _ ("Usage:"),
           _ ("  snetctl rules [list] [OPTION…]\n"
              "  snetctl rules COMMAND [OPTION…] [ARGUMENT…]\n"),
           _ ("Commands:"));
  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    g_print ("  %-10s %s\n", commands[i]->name + strlen (PREFIX), _ (commands[i]->summary));
  g_print ("\n%s\n", _ ("More of each: snetctl rules COMMAND --help, and man snetctl."));
}

static gboolean
run_rules (SnetctlCall *call, GError **error)
{
  const SnetctlCommand *command = &snetctl_rules_list;

  if (call->argc > 1 && is_help (call->argv[1]))
    {
      print_help ();
      return TRUE;
    }
  if (call->argc > 1 && *call->argv[1] != '-')
    {
      command = find (call->argv[1]);
      if (!command)
        {
          g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED,
                       _ ("there is no command “rules %s”. See: snetctl rules --help"),
                       call->argv[1]);
          return FALSE;
        }
      call->argc--;
      call->argv++;
    }
  call->command = command->name;
  return command->run (call, error);
}
