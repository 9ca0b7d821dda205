// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <glib/gi18n.h>
#include <stdlib.h>
#include <unistd.h>

#include "snetctl-call.h"
#include "snetctl-error.h"

/* https://no-color.org */
static gboolean
is_color_wanted (void)
{
  const char *no_color = g_getenv ("NO_COLOR");

  return isatty (STDOUT_FILENO) && !(no_color && *no_color) &&
         g_strcmp0 (g_getenv ("TERM"), "dumb") != 0;
}

gboolean
snetctl_call_take_color (SnetctlCall *call, GError **error)
{
  const char *when = call->color_when ? call->color_when : "auto";

  if (g_str_equal (when, "always"))
    call->color = TRUE;
  else if (g_str_equal (when, "never"))
    call->color = FALSE;
  else if (g_str_equal (when, "auto"))
    call->color = is_color_wanted ();
  else
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                   _ ("--color is “always”, “never” or “auto”, not “%s”"), when);
      return FALSE;
    }
  return TRUE;
}

#define N_COMMON 4

static void
fill_common (SnetctlCall *call, GOptionEntry entries[N_COMMON])
{
  entries[0] =
    (GOptionEntry){ "json", 'j', 0, G_OPTION_ARG_NONE, &call->json, N_ ("Write JSON, for programs"),
                    NULL };
  entries[1] = (GOptionEntry){ "color",
                               0,
                               0,
                               G_OPTION_ARG_STRING,
                               &call->color_when,
                               N_ ("Whether to use colour"),
                               "auto|always|never" };
  entries[2] = (GOptionEntry){ "no-ask-password",
                               0,
                               G_OPTION_FLAG_REVERSE,
                               G_OPTION_ARG_NONE,
                               &call->ask,
                               N_ ("Fail where polkit would ask for a password"),
                               NULL };
  entries[3] = (GOptionEntry)G_OPTION_ENTRY_NULL;
}

/* For completion: each option with its help, as lines. */
static void
print_options (const GOptionEntry *entries)
{
  for (; entries && entries->long_name; entries++)
    if (!(entries->flags & G_OPTION_FLAG_HIDDEN) && *entries->long_name)
      g_print ("--%s\t%s\n", entries->long_name,
               entries->description ? _ (entries->description) : "");
}

void
snetctl_call_print_common_options (void)
{
  SnetctlCall unused = { 0 };
  GOptionEntry entries[N_COMMON];

  fill_common (&unused, entries);
  print_options (entries);
  g_print ("--help\t%s\n", _ ("Say how it is used"));
}

void
snetctl_call_add_options (SnetctlCall *call, GOptionContext *context)
{
  GOptionEntry entries[N_COMMON];
  GOptionGroup *group = g_option_group_new ("snetctl", NULL, NULL, call, NULL);

  fill_common (call, entries);
  g_option_group_add_entries (group, entries);
  g_option_group_set_translation_domain (group, GETTEXT_PACKAGE);
  g_option_context_set_main_group (context, group);
}

gboolean
snetctl_call_parse (SnetctlCall *call,
                    const SnetctlCommand *command,
                    const GOptionEntry *entries,
                    const char *description,
                    int min,
                    int max,
                    GError **error)
{
  g_autofree char *parameters =
    g_strdup_printf ("%s%s%s", command->name, command->parameters ? " " : "",
                     command->parameters ? _ (command->parameters) : "");
  g_autoptr (GOptionContext) context = g_option_context_new (parameters);

  if (call->complete)
    {
      print_options (entries);
      snetctl_call_print_common_options ();
      return snetctl_error_usage (error, command->name, "completed");
    }
  g_option_context_set_strict_posix (context, call->posix);
  g_option_context_set_summary (context, _ (command->summary));
  g_option_context_set_description (context, description);
  g_option_context_set_translation_domain (context, GETTEXT_PACKAGE);
  snetctl_call_add_options (call, context);
  if (entries)
    g_option_context_add_main_entries (context, entries, GETTEXT_PACKAGE);
  if (!g_option_context_parse (context, &call->argc, &call->argv, error) ||
      !snetctl_call_take_color (call, error))
    return FALSE;

  /* What follows "--" is left with it. */
  if (call->argc > 1 && g_str_equal (call->argv[1], "--"))
    {
      call->argv[1] = call->argv[0];
      call->argv++;
      call->argc--;
    }
  if (call->argc - 1 < min)
    return snetctl_error_usage (error, command->name, _ ("something is missing"));
  if (max >= 0 && call->argc - 1 > max)
    return snetctl_error_usage (error, command->name, _ ("“%s” is too much"), call->argv[max + 1]);
  return TRUE;
}

gboolean
snetctl_call_parse_id (const char *text, guint64 *ret_id, GError **error)
{
  if (g_ascii_string_to_unsigned (text, 10, 1, G_MAXUINT64, ret_id, NULL))
    return TRUE;
  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
               _ ("“%s” is not an id, which is a number"), text);
  return FALSE;
}
