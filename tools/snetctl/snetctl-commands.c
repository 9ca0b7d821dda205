// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <glib/gi18n.h>
#include <poll.h>
#include <stdio.h>
#include <unistd.h>

#include "snetctl-commands.h"
#include "snetctl-complete.h"
#include "snetctl-error.h"

/* In the order of --help. */
static const SnetctlCommand *const commands[] = {
  // clang-format off
  &snetctl_status,
  &snetctl_pending,
  &snetctl_allow,
  &snetctl_deny,
  &snetctl_monitor,
  &snetctl_log,
  &snetctl_summary,
  &snetctl_missed,
  &snetctl_dismiss,
  &snetctl_ask,
  &snetctl_run,
  &snetctl_rules,
  &snetctl_learn,
  &snetctl_lists,
  &snetctl_mode,
  &snetctl_set,
  &snetctl_stats,
  &snetctl_flush,
  &snetctl_reload,
  // clang-format on
};

const SnetctlCommand *const *
snetctl_commands_list (guint *ret_n)
{
  *ret_n = G_N_ELEMENTS (commands);
  return commands;
}

const SnetctlCommand *
snetctl_commands_find (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    if (g_str_equal (commands[i]->name, name))
      return commands[i];
  return NULL;
}

static char *
describe_commands (void)
{
  GString *text = g_string_new (_ ("Commands:"));

  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    g_string_append_printf (text, "\n  %-22s %s", commands[i]->name, _ (commands[i]->summary));
  g_string_append (text, "\n\n");
  g_string_append (text, _ ("More of each: snetctl COMMAND --help, and man snetctl."));
  return g_string_free (text, FALSE);
}

/* Those before the command. It stops there, as what follows is the command's. */
static gboolean
parse_first_options (SnetctlCall *call, GError **error)
{
  g_autofree char *description = describe_commands ();
  gboolean version = FALSE;
  const GOptionEntry entries[] = { { "version", 0, 0, G_OPTION_ARG_NONE, &version,
                                     N_ ("Say which version this is"), NULL },
                                   G_OPTION_ENTRY_NULL };
  g_autoptr (GOptionContext) context = g_option_context_new (_ ("COMMAND [ARGUMENT…]"));

  g_option_context_set_strict_posix (context, TRUE);
  g_option_context_set_summary (context, _ ("Look after the application firewall snet."));
  g_option_context_set_description (context, description);
  snetctl_call_add_options (call, context);
  g_option_context_add_main_entries (context, entries, GETTEXT_PACKAGE);
  if (!g_option_context_parse (context, &call->argc, &call->argv, error) ||
      !snetctl_call_take_color (call, error))
    return FALSE;
  if (version)
    {
      g_print ("snetctl %s\n", SNET_VERSION);
      call->argc = 0;
    }
  return TRUE;
}

static gboolean
run_command (SnetctlCall *call, GError **error)
{
  const SnetctlCommand *command = NULL;

  if (!parse_first_options (call, error))
    return FALSE;
  if (call->argc == 0)
    return TRUE;
  if (call->argc == 1)
    command = &snetctl_status;
  else if (g_str_equal (call->argv[1], SNETCTL_COMPLETE))
    {
      snetctl_complete (call);
      return TRUE;
    }
  else
    command = snetctl_commands_find (call->argv[1]);
  if (!command)
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED,
                   _ ("there is no command “%s”. See: snetctl --help"), call->argv[1]);
      return FALSE;
    }
  if (call->argc > 1)
    {
      call->argc--;
      call->argv++;
    }
  call->command = command->name;
  return command->run (call, error);
}

/* A pipe whose other end is closed: as that of "head" when it has had enough. */
static gboolean
is_unread (void)
{
  struct pollfd output = { .fd = STDOUT_FILENO };

  return poll (&output, 1, 0) == 1 && (output.revents & POLLERR) != 0;
}

/* A full disk, or the like: what was not written must not be taken for all. */
static gboolean
finish_output (GError **error)
{
  if ((fflush (stdout) == 0 && !ferror (stdout)) || is_unread ())
    return TRUE;
  g_set_error_literal (error, G_FILE_ERROR, G_FILE_ERROR_FAILED,
                       _ ("the output cannot be written"));
  return FALSE;
}

int
snetctl_main (int argc, char *argv[])
{
  g_auto (GStrv) arguments = g_strdupv (argv);
  g_autofree char **moved = g_memdup2 (arguments, sizeof *arguments * ((gsize)argc + 1));
  SnetctlCall call = { .argc = argc, .argv = moved, .ask = TRUE };
  g_autoptr (GError) error = NULL;
  gboolean well = run_command (&call, &error) && finish_output (&error);

  g_free (call.color_when);
  return well ? call.exit_status : (int)snetctl_error_report (error);
}
