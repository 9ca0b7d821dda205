// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <glib/gi18n.h>
#include <stdio.h>
#include <unistd.h>

#include "snet-names.h"

#include "snetctl-bus.h"
#include "snetctl-commands.h"
#include "snetctl-error.h"
#include "snetctl-time.h"

static gboolean run_allow (SnetctlCall *call, GError **error);
static gboolean run_deny (SnetctlCall *call, GError **error);

const SnetctlCommand snetctl_allow = {
  "allow",
  N_ ("ID…"),
  N_ ("Let what waits go on"),
  run_allow,
};

const SnetctlCommand snetctl_deny = {
  "deny",
  N_ ("ID…"),
  N_ ("Have what waits fail"),
  run_deny,
};

typedef struct
{
  char *lifetime;
  char *match;
  char *errno_name;
  char *comment;
  gboolean all;
} Options;

static void
options_clear (Options *options)
{
  g_free (options->lifetime);
  g_free (options->match);
  g_free (options->errno_name);
  g_free (options->comment);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

/* A word of snetd's, or a length of time, which is its "until". */
static gboolean
add_lifetime (GVariantDict *dict, const char *text, GError **error)
{
  static const char *const words[] = { "once", "process", "session", "reboot", "forever", NULL };
  guint32 seconds;

  if (g_strv_contains (words, text))
    {
      g_variant_dict_insert (dict, SNET_KEY_LIFETIME, "s", text);
      return TRUE;
    }
  if (!snetctl_time_parse_duration (text, &seconds, NULL))
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                   _ ("--lifetime is once, process, session, reboot, forever, or for how long, "
                      "such as 15min; not “%s”"),
                   text);
      return FALSE;
    }
  g_variant_dict_insert (dict, SNET_KEY_LIFETIME, "s", SNET_LIFETIME_WORD_UNTIL);
  g_variant_dict_insert (dict, SNET_KEY_DURATION, "u", seconds);
  return TRUE;
}

static GVariant *
make_verdict_options (const Options *options, GError **error)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);

  if (options->lifetime && !add_lifetime (&dict, options->lifetime, error))
    return NULL;
  if (options->match)
    {
      g_auto (GStrv) keys = g_strsplit_set (options->match, ", ", -1);

      g_variant_dict_insert (&dict, "match", "^as", keys);
    }
  if (options->errno_name)
    g_variant_dict_insert (&dict, SNET_KEY_ERRNO, "s", options->errno_name);
  if (options->comment)
    g_variant_dict_insert (&dict, SNET_KEY_COMMENT, "s", options->comment);
  return g_variant_ref_sink (g_variant_dict_end (&dict));
}

/* Those that wait when the command is typed, and not what comes then. */
static GArray *
list_all (const SnetctlCall *call, GError **error)
{
  g_autoptr (GVariant) reply =
    snetctl_bus_call (call, SNET_INTERFACE_EVENTS, "ListPending", NULL, "(aa{sv})", error);
  g_autoptr (GVariant) events = reply ? g_variant_get_child_value (reply, 0) : NULL;
  GArray *ids;

  if (!reply)
    return NULL;
  ids = g_array_new (FALSE, FALSE, sizeof (guint64));
  for (gsize i = 0; i < g_variant_n_children (events); i++)
    {
      g_autoptr (GVariant) event = g_variant_get_child_value (events, i);
      guint64 id;

      if (g_variant_lookup (event, SNET_KEY_ID, "t", &id))
        g_array_append_val (ids, id);
    }
  return ids;
}

static GArray *
list_given (const SnetctlCall *call, GError **error)
{
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (guint64));

  for (int i = 1; i < call->argc; i++)
    {
      guint64 id;

      if (!snetctl_call_parse_id (call->argv[i], &id, error))
        return NULL;
      g_array_append_val (ids, id);
    }
  return g_steal_pointer (&ids);
}

/* Whether it was decided like this: by the answer to another one that was alike. */
static gboolean
was_answered (const SnetctlCall *call, guint64 id, const char *verdict, const GError *error)
{
  g_autofree char *name = g_dbus_error_get_remote_error (error);
  g_auto (GVariantDict) filter = G_VARIANT_DICT_INIT (NULL);
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GVariant) events = NULL;

  if (g_strcmp0 (name, SNET_ERROR_NAME_ALREADY_DECIDED) != 0)
    return FALSE;
  g_variant_dict_insert (&filter, SNET_KEY_ID, "t", id);
  g_variant_dict_insert (&filter, SNET_KEY_VERDICT, "s", verdict);
  g_variant_dict_insert (&filter, SNET_KEY_REASON, "s", "user");
  reply = snetctl_bus_call (call, SNET_INTERFACE_EVENTS, "Query",
                            g_variant_new ("(@a{sv}u)", g_variant_dict_end (&filter), 1),
                            "(aa{sv})", NULL);
  events = reply ? g_variant_get_child_value (reply, 0) : NULL;
  return events && g_variant_n_children (events) > 0;
}

/* Each of them, also after one has failed. One answer decides all that is alike. */
static void
answer_all (SnetctlCall *call, const char *verdict, GArray *ids, GVariant *options)
{
  guint done = 0;

  for (guint i = 0; i < ids->len; i++)
    {
      const guint64 id = g_array_index (ids, guint64, i);
      g_autoptr (GError) error = NULL;
      g_autoptr (GVariant) reply =
        snetctl_bus_call (call, SNET_INTERFACE_EVENTS, "Verdict",
                          g_variant_new ("(ts@a{sv})", id, verdict, options), "()", &error);

      if (reply)
        done++;
      else if (done == 0 || !was_answered (call, id, verdict, error))
        call->exit_status = (int)snetctl_error_report (error);
    }
}

/* Only a person is asked; a script knows what it does. */
static gboolean
is_sure (const char *verdict, guint count)
{
  char line[16] = "";

  if (count == 0 || !isatty (STDIN_FILENO) || !isatty (STDOUT_FILENO))
    return TRUE;
  if (g_str_equal (verdict, SNET_VERDICT_WORD_ALLOW))
    g_print (ngettext ("Allow %u request? [y/N] ", "Allow all %u requests? [y/N] ", count), count);
  else
    g_print (ngettext ("Deny %u request? [y/N] ", "Deny all %u requests? [y/N] ", count), count);
  return fgets (line, sizeof line, stdin) && g_ascii_tolower (line[0]) == 'y';
}

static gboolean
answer (SnetctlCall *call, const SnetctlCommand *command, const char *verdict, GError **error)
{
  g_auto (Options) options = { 0 };
  const GOptionEntry entries[] = {
    { "lifetime", 'l', 0, G_OPTION_ARG_STRING, &options.lifetime,
      N_ ("Make it a rule, for how long: process, session, reboot, forever, or 15min, 2h…"),
      N_ ("LIFETIME") },
    { "match", 'm', 0, G_OPTION_ARG_STRING, &options.match,
      N_ ("What the rule keeps of the request, such as program,remote-host"), N_ ("KEYS") },
    { "comment", 'c', 0, G_OPTION_ARG_STRING, &options.comment, N_ ("Kept with the rule"),
      N_ ("TEXT") },
    { "errno", 'e',
      g_str_equal (verdict, SNET_VERDICT_WORD_DENY) ? G_OPTION_FLAG_NONE : G_OPTION_FLAG_HIDDEN,
      G_OPTION_ARG_STRING, &options.errno_name,
      N_ ("What the call fails with, such as ECONNREFUSED; else EACCES"), N_ ("ERRNO") },
    { "all", 'a', 0, G_OPTION_ARG_NONE, &options.all, N_ ("All that waits now"), NULL },
    G_OPTION_ENTRY_NULL
  };
  g_autoptr (GVariant) verdict_options = NULL;
  g_autoptr (GArray) ids = NULL;

  if (!snetctl_call_parse (call, command, entries,
                           _ ("The ids are those of: snetctl pending. What is alike has the same "
                              "answer."),
                           0, -1, error))
    return FALSE;
  if (options.all && call->argc > 1)
    return snetctl_error_usage (error, command->name, _ ("either ids, or --all"));
  if (!options.all && call->argc == 1)
    return snetctl_error_usage (error, command->name, _ ("which one? Ids are missing"));
  verdict_options = make_verdict_options (&options, error);
  if (!verdict_options)
    return FALSE;
  ids = options.all ? list_all (call, error) : list_given (call, error);
  if (!ids)
    return FALSE;
  if (options.all && !is_sure (verdict, ids->len))
    call->exit_status = SNETCTL_EXIT_FAILED;
  else
    answer_all (call, verdict, ids, verdict_options);
  return TRUE;
}

static gboolean
run_allow (SnetctlCall *call, GError **error)
{
  return answer (call, &snetctl_allow, SNET_VERDICT_WORD_ALLOW, error);
}

static gboolean
run_deny (SnetctlCall *call, GError **error)
{
  return answer (call, &snetctl_deny, SNET_VERDICT_WORD_DENY, error);
}
