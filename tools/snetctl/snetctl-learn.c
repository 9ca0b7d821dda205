// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <glib/gi18n.h>
#include <inttypes.h>

#include "gsnet-proposal.h"
#include "gsnet-rule-text.h"
#include "gsnet-words-permission.h"
#include "gsnet-words.h"
#include "snet-names.h"

#include "snetctl-bus.h"
#include "snetctl-commands.h"
#include "snetctl-input.h"
#include "snetctl-json.h"
#include "snetctl-time.h"

static gboolean run_learn (SnetctlCall *call, GError **error);

const SnetctlCommand snetctl_learn = {
  "learn",
  NULL,
  N_ ("Rules for what the mode “monitor” has let pass, to choose from"),
  run_learn,
};

static const char *const description = N_ ("First let programs do what they do, then choose:\n"
                                           "  snetctl learn --start=1d\n"
                                           "  snetctl learn --since=1d");

typedef struct
{
  char *since;
  char *program;
  gboolean accept_all;
} Options;

/*
 * What follows --start=, or "" for none: until it is changed; NULL: no --start. GLib has no
 * better way for a value that can be left out.
 */
static char *start_for;

static gboolean
start_cb (const char *name, const char *value, gpointer data, GError **error)
{
  g_free (start_for);
  start_for = g_strdup (value ? value : "");
  return TRUE;
}

static gboolean
start (const SnetctlCall *call, const char *duration, GError **error)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);
  g_autoptr (GVariant) reply = NULL;
  guint32 seconds = 0;

  if (*duration && !snetctl_time_parse_duration (duration, &seconds, error))
    return FALSE;
  if (seconds)
    g_variant_dict_insert (&dict, SNET_KEY_DURATION, "u", seconds);
  reply = snetctl_bus_call (
    call, SNET_INTERFACE_CONTROL, "SetMode",
    g_variant_new ("(s@a{sv})", SNET_MODE_WORD_MONITOR, g_variant_dict_end (&dict)), "()", error);
  if (!reply)
    return FALSE;
  g_print ("%s\n", _ ("What no rule denies is allowed and written down from now on."));
  g_print ("%s\n", seconds ? _ ("Then: snetctl learn")
                           : _ ("Then: snetctl learn, and to be asked again: snetctl mode ask"));
  return TRUE;
}

/* A time, or how long ago. */
static gboolean
parse_since (const char *text, gint64 *ret_time, GError **error)
{
  const gint64 now = g_get_real_time ();
  guint32 seconds;

  if (!snetctl_time_parse_duration (text, &seconds, NULL))
    return snetctl_time_parse (text, now, ret_time, error);
  *ret_time = now - (gint64)seconds * G_USEC_PER_SEC;
  return TRUE;
}

static GVariant *
propose (const SnetctlCall *call, const Options *options, GError **error)
{
  g_auto (GVariantDict) filter = G_VARIANT_DICT_INIT (NULL);
  g_autoptr (GVariant) reply = NULL;
  gint64 since;

  if (options->since && !parse_since (options->since, &since, error))
    return NULL;
  if (options->since)
    g_variant_dict_insert (&filter, SNET_KEY_SINCE, "x", since);
  if (options->program)
    g_variant_dict_insert (&filter, SNET_KEY_PROGRAM, "s", options->program);
  reply =
    snetctl_bus_call (call, SNET_INTERFACE_RULES, "Propose",
                      g_variant_new ("(@a{sv})", g_variant_dict_end (&filter)), "(aa{sv})", error);
  return reply ? g_variant_get_child_value (reply, 0) : NULL;
}

static void
print_proposals (GVariant *rules)
{
  for (gsize i = 0; i < g_variant_n_children (rules); i++)
    {
      g_autoptr (GVariant) dict = g_variant_get_child_value (rules, i);
      g_autoptr (GsnetProposal) proposal = gsnet_proposal_new (dict);
      g_autofree char *words = gsnet_words_permission (gsnet_proposal_get_rule (proposal));
      guint64 count = gsnet_proposal_get_count (proposal);

      g_print (
        ngettext ("%4zu  %s (%" PRIu64 " call)\n", "%4zu  %s (%" PRIu64 " calls)\n", (gulong)count),
        i + 1, words, count);
    }
}

/* Numbers from 1; NULL and no error: none are wanted. */
static GArray *
choose (guint n, gboolean all)
{
  while (TRUE)
    {
      g_autofree char *answer =
        all ? g_strdup ("a")
            : snetctl_input_ask (_ ("Which ones? (1 3-5, “a” for all, nothing for none)"));
      g_autofree char *every = g_strdup_printf ("1-%u", n);
      g_autoptr (GError) error = NULL;
      GArray *numbers;

      if (!answer || !*answer)
        return NULL;
      numbers = snetctl_input_parse_numbers (g_str_equal (answer, "a") ? every : answer, n, &error);
      if (numbers)
        return numbers;
      g_printerr ("%s\n", error->message);
    }
}

/* In one call: all or none, and polkit asks once. */
static gboolean
make (const SnetctlCall *call, GVariant *rules, GArray *numbers, GError **error)
{
  g_autoptr (GPtrArray) chosen = g_ptr_array_new_with_free_func ((GDestroyNotify)g_variant_unref);
  g_autofree char *text = NULL;
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GVariant) made = NULL;
  gsize n;

  for (guint i = 0; i < numbers->len; i++)
    g_ptr_array_add (chosen,
                     g_variant_get_child_value (rules, g_array_index (numbers, guint, i) - 1));
  text = gsnet_rule_text_format (chosen);
  reply = snetctl_bus_call (call, SNET_INTERFACE_RULES, "Import",
                            g_variant_new ("(ssa{sv})", SNET_FORMAT_SNET, text, NULL),
                            "(aa{sv}uas)", error);
  if (!reply)
    return FALSE;
  made = g_variant_get_child_value (reply, 0);
  n = g_variant_n_children (made);
  if (call->json)
    snetctl_json_print (made);
  else
    g_print (ngettext ("%zu rule was made.\n", "%zu rules were made.\n", n), n);
  return TRUE;
}

static gboolean
learn (const SnetctlCall *call, const Options *options, GError **error)
{
  g_autoptr (GVariant) rules = propose (call, options, error);
  g_autoptr (GArray) numbers = NULL;
  gsize n = rules ? g_variant_n_children (rules) : 0;

  if (!rules)
    return FALSE;
  if (call->json && !options->accept_all)
    {
      snetctl_json_print (rules);
      return TRUE;
    }
  if (n == 0 && !call->json)
    {
      g_print ("%s\n",
               _ ("There is nothing that the mode “monitor” has let pass and no rule decides "
                  "by now. To begin with: snetctl learn --start=1d"));
      return TRUE;
    }
  if (!call->json)
    print_proposals (rules);
  if (n == 0 || (!options->accept_all && !snetctl_input_is_terminal ()))
    return TRUE;
  numbers = choose ((guint)n, options->accept_all);
  if (!numbers || numbers->len == 0)
    {
      g_print ("%s\n", _ ("No rule was made."));
      return TRUE;
    }
  return make (call, rules, numbers, error);
}

static gboolean
parse_and_run (SnetctlCall *call, Options *options, GError **error)
{
  /* A function's address does not fit a data pointer in ISO C. */
  const union
  {
    GOptionArgFunc function;
    gpointer pointer;
  } callback = { start_cb };
  const GOptionEntry entries[] = {
    { "since", 's', 0, G_OPTION_ARG_STRING, &options->since,
      N_ ("Of what was since this time, or so long ago: 2h, 1d"), N_ ("TIME") },
    { "program", 'p', 0, G_OPTION_ARG_STRING, &options->program, N_ ("Of this program"),
      N_ ("PATH") },
    { "accept-all", 0, 0, G_OPTION_ARG_NONE, &options->accept_all, N_ ("Make all of the rules"),
      NULL },
    { "start", 0, G_OPTION_FLAG_OPTIONAL_ARG, G_OPTION_ARG_CALLBACK, callback.pointer,
      N_ ("Begin: choose the mode “monitor”, for this long if given"), N_ ("DURATION") },
    G_OPTION_ENTRY_NULL
  };

  if (!snetctl_call_parse (call, &snetctl_learn, entries, _ (description), 0, 0, error))
    return FALSE;
  return start_for ? start (call, start_for, error) : learn (call, options, error);
}

static gboolean
run_learn (SnetctlCall *call, GError **error)
{
  Options options = { 0 };
  gboolean done = parse_and_run (call, &options, error);

  g_free (options.since);
  g_free (options.program);
  g_clear_pointer (&start_for, g_free);
  return done;
}
