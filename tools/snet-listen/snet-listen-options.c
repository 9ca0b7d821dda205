/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command line. */
#include "snet-listen-options.h"

#include <pwd.h>
#include <string.h>

#include "snetd-names.h"

static gboolean
fail (GError **error, const char *option, const char *value, const char *wanted)
{
  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "%s: “%s” is not %s", option, value,
               wanted);
  return FALSE;
}

static gboolean
set_mode (SnetListenOptions *options, SnetListenMode mode, GError **error)
{
  if (options->mode != SNET_LISTEN_ASK && options->mode != mode)
    {
      g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED,
                           "--allow, --deny and --monitor do not go together");
      return FALSE;
    }
  options->mode = mode;
  return TRUE;
}

static gboolean
parse_allow (const char *name, const char *value, gpointer data, GError **error)
{
  return set_mode (data, SNET_LISTEN_ALLOW, error);
}

static gboolean
parse_monitor (const char *name, const char *value, gpointer data, GError **error)
{
  return set_mode (data, SNET_LISTEN_MONITOR, error);
}

static gboolean
parse_deny (const char *name, const char *value, gpointer data, GError **error)
{
  SnetListenOptions *options = data;

  if (value != NULL && !snetd_vocabulary_value (&snetd_errnos, value, &options->error))
    return fail (error, name, value, "the name of an error, such as ECONNREFUSED");
  return set_mode (options, SNET_LISTEN_DENY, error);
}

static gboolean
parse_operation (const char *name, const char *value, gpointer data, GError **error)
{
  SnetListenOptions *options = data;
  g_auto (GStrv) words = g_strsplit (value, ",", -1);
  g_autofree char *choices = snetd_vocabulary_choices (&snetd_operations);

  for (char **word = words; *word != NULL; word++)
    {
      int operation;

      if (!snetd_vocabulary_value (&snetd_operations, *word, &operation))
        return fail (error, name, *word, choices);
      options->operations |= 1u << operation;
    }
  return TRUE;
}

/* OPERATION, OPERATION:FAMILY or OPERATION:FAMILY:TYPE */
static gboolean
parse_mediate (const char *name, const char *value, gpointer data, GError **error)
{
  SnetListenOptions *options = data;
  g_auto (GStrv) words = g_strsplit (value, ":", 3);
  struct snet_mediated kind = { .family = SNET_ANY, .type = SNET_ANY, .protocol = SNET_ANY };
  guint n = g_strv_length (words);
  int operation = 0;

  if (n == 0 || !snetd_vocabulary_value (&snetd_operations, words[0], &operation) ||
      (n > 1 && !snetd_vocabulary_value (&snetd_families, words[1], &kind.family)) ||
      (n > 2 && !snetd_vocabulary_value (&snetd_types, words[2], &kind.type)))
    return fail (error, name, value, "OPERATION[:FAMILY[:TYPE]], such as connect:unix");
  kind.operation = operation;
  g_array_append_val (options->mediate, kind);
  return TRUE;
}

static gboolean
parse_uid (const char *name, const char *value, gpointer data, GError **error)
{
  SnetListenOptions *options = data;
  const struct passwd *user = getpwnam (value);
  guint64 uid;

  if (user != NULL)
    options->uid = user->pw_uid;
  else if (g_ascii_string_to_unsigned (value, 10, 0, G_MAXUINT32 - 1, &uid, NULL))
    options->uid = (gint64)uid;
  else
    return fail (error, name, value, "a user");
  return TRUE;
}

static gboolean
parse_number (const char *name, const char *value, guint max, guint *ret_number, GError **error)
{
  g_autofree char *wanted = g_strdup_printf ("a number from 1 to %u", max);
  guint64 number;

  if (!g_ascii_string_to_unsigned (value, 10, 1, max, &number, NULL))
    return fail (error, name, value, wanted);
  *ret_number = (guint)number;
  return TRUE;
}

static gboolean
parse_delay (const char *name, const char *value, gpointer data, GError **error)
{
  return parse_number (name, value, SNET_DELAY_MAX, &((SnetListenOptions *)data)->delay, error);
}

static gboolean
parse_count (const char *name, const char *value, gpointer data, GError **error)
{
  return parse_number (name, value, G_MAXINT32, &((SnetListenOptions *)data)->count, error);
}

/* What goes together, which no option can see alone. */
static gboolean
check (const SnetListenOptions *options, int argc, char **argv, GError **error)
{
  const char *wrong = NULL;

  if (argc > 1)
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED, "“%s” is not an option", argv[1]);
      return FALSE;
    }
  if (options->mode == SNET_LISTEN_MONITOR &&
      (options->tickets || options->delay != 0 || options->mediate->len > 0))
    wrong = "--monitor only watches: --delay, --mediate and --tickets do not go with it";
  if (wrong != NULL)
    g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED, wrong);
  return wrong == NULL;
}

/* GLib takes functions as pointers to data. */
#define CALLBACK(function) ((gpointer)(guintptr)(function))

static GOptionContext *
new_context (SnetListenOptions *options)
{
  const GOptionEntry entries[] = {
    { "allow", 'a', G_OPTION_FLAG_NO_ARG, G_OPTION_ARG_CALLBACK, CALLBACK (parse_allow),
      "Allow each call", NULL },
    { "deny", 'd', G_OPTION_FLAG_OPTIONAL_ARG, G_OPTION_ARG_CALLBACK, CALLBACK (parse_deny),
      "Deny each call, with an error such as ECONNREFUSED", "ERROR" },
    { "monitor", 'm', G_OPTION_FLAG_NO_ARG, G_OPTION_ARG_CALLBACK, CALLBACK (parse_monitor),
      "Only watch what others decide", NULL },
    { "json", 'j', 0, G_OPTION_ARG_NONE, &options->json, "Print a JSON object for each call",
      NULL },
    { "operation", 'o', 0, G_OPTION_ARG_CALLBACK, CALLBACK (parse_operation),
      "Only these; others are allowed unseen", "NAME[,…]" },
    { "uid", 'u', 0, G_OPTION_ARG_CALLBACK, CALLBACK (parse_uid),
      "Only calls of this user; others are allowed unseen", "USER" },
    { "mediate", 'M', 0, G_OPTION_ARG_CALLBACK, CALLBACK (parse_mediate),
      "Have the kernel ask about this as well", "OPERATION[:FAMILY[:TYPE]]" },
    { "delay", 't', 0, G_OPTION_ARG_CALLBACK, CALLBACK (parse_delay),
      "How long a call waits before the policy decides", "SECONDS" },
    { "tickets", 'T', 0, G_OPTION_ARG_NONE, &options->tickets,
      "Have the kernel decide alike what is alike", NULL },
    { "count", 'n', 0, G_OPTION_ARG_CALLBACK, CALLBACK (parse_count), "End after this many",
      "NUMBER" },
    { "version", 'V', 0, G_OPTION_ARG_NONE, &options->version, "Print the version", NULL },
    G_OPTION_ENTRY_NULL,
  };
  GOptionContext *context = g_option_context_new (NULL);
  GOptionGroup *group = g_option_group_new ("snet-listen", "", "", options, NULL);

  g_option_group_add_entries (group, entries);
  g_option_context_set_main_group (context, group);
  g_option_context_set_summary (
    context,
    "Prints what programs want to do on the network, and decides about it: asks on the\n"
    "terminal, unless told otherwise. Works without snetd, and is the example of libsnet.");
  g_option_context_set_description (context, "More, and what the exit status means, is in "
                                             "snet-listen(1).");
  return context;
}

gboolean
snet_listen_options_parse (SnetListenOptions *options, int *argc, char ***argv, GError **error)
{
  g_autoptr (GOptionContext) context = NULL;

  *options = (SnetListenOptions){ .uid = -1 };
  options->mediate = g_array_new (FALSE, FALSE, sizeof (struct snet_mediated));
  context = new_context (options);
  return g_option_context_parse (context, argc, argv, error) &&
         check (options, *argc, *argv, error);
}

void
snet_listen_options_clear (SnetListenOptions *options)
{
  g_clear_pointer (&options->mediate, g_array_unref);
}

gboolean
snet_listen_options_match (const SnetListenOptions *options, const struct snet_event *event)
{
  /* What nobody understands is nobody's to let through unseen. */
  if (event->operation == SNET_OP_UNSPEC)
    return TRUE;
  if (options->operations != 0 &&
      (event->operation >= 32 || !(options->operations & (1u << event->operation))))
    return FALSE;
  return options->uid < 0 || options->uid == event->uid;
}
