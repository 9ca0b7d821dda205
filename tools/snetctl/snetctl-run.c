// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <glib/gi18n.h>

#include "gsnet-text.h"
#include "snet-names.h"

#include "snetctl-bus.h"
#include "snetctl-child.h"
#include "snetctl-commands.h"
#include "snetctl-error.h"
#include "snetctl-family.h"
#include "snetctl-json.h"
#include "snetctl-pages.h"
#include "snetctl-scope.h"
#include "snetctl-tally.h"
#include "snetctl-watch.h"

#define MAX_COMMENT_CHARS 200
/* For who is not told of what waits: root and the group snet are. */
#define LOOK_SECONDS 1

static gboolean run_run (SnetctlCall *call, GError **error);

const SnetctlCommand snetctl_run = {
  "run",
  N_ ("[--] COMMAND [ARGUMENT…]"),
  N_ ("Run a command, and show what it wants of the network"),
  run_run,
};

static const char *const description = N_ (
  "What is held, allowed and denied is on standard error, each kind of call once, with a summary "
  "at the end. The command's calls are decided as always, and asked about where that is done; "
  "--allow and --deny are a rule for this one run. The exit status is the command's; 125 if "
  "snetctl fails, 126 and 127 if the command cannot be run or is not there.");

typedef struct
{
  gboolean allow;
  gboolean deny;
  gboolean rules;
  gboolean quiet;
  char *output;
} Options;

typedef struct
{
  const SnetctlCall *call;
  const Options *options;
  SnetctlFamily *family;
  SnetctlTally *tally;
  GMainLoop *loop;
  GHashTable *held; /* ids that were shown */
  guint64 serial;   /* of the last event that was looked at */
  guint64 rule;     /* of --allow and --deny; 0: none */
  int status;       /* the command's */
} Run;

static void
show (Run *self, GsnetEvent *event)
{
  g_autofree char *line = NULL;

  if (self->options->quiet || self->call->json)
    return;
  line = snetctl_tally_line (event);
  g_printerr ("snet: %s\n", line);
}

/* What waits. */

static void
look_at_waiting (Run *self, GVariant *dict)
{
  g_autoptr (GsnetEvent) event = NULL;
  guint64 id = 0;

  g_variant_lookup (dict, SNET_KEY_ID, "t", &id);
  event = gsnet_event_new (id, dict);
  if (!g_hash_table_contains (self->held, &id) && snetctl_family_has (self->family, event))
    {
      g_hash_table_add (self->held, g_memdup2 (&id, sizeof id));
      show (self, event);
    }
}

static void
requested (GVariant *event, gpointer data)
{
  look_at_waiting (data, event);
}

static gboolean
look_cb (gpointer data)
{
  Run *self = data;
  g_autoptr (GVariant) reply =
    snetctl_bus_call (self->call, SNET_INTERFACE_EVENTS, "ListPending", NULL, "(aa{sv})", NULL);
  g_autoptr (GVariant) events = reply ? g_variant_get_child_value (reply, 0) : NULL;

  for (gsize i = 0; events && i < g_variant_n_children (events); i++)
    {
      g_autoptr (GVariant) event = g_variant_get_child_value (events, i);

      look_at_waiting (self, event);
    }
  return G_SOURCE_CONTINUE;
}

/* What was decided: from the journal, as that has also what the kernel decides by itself. */

static gboolean
look_at_decided (GVariant *dict, gpointer data)
{
  Run *self = data;
  g_autoptr (GsnetEvent) event = gsnet_event_new (0, dict);

  self->serial = MAX (self->serial, gsnet_event_get_serial (event));
  if (snetctl_family_has (self->family, event) && snetctl_tally_add (self->tally, event))
    show (self, event);
  return TRUE;
}

static gboolean
read_journal (Run *self, GError **error)
{
  g_auto (GVariantDict) filter = G_VARIANT_DICT_INIT (NULL);
  g_autoptr (GVariant) wanted = NULL;

  g_variant_dict_insert (&filter, SNET_KEY_AFTER, "t", self->serial);
  wanted = g_variant_ref_sink (g_variant_dict_end (&filter));
  return snetctl_pages_oldest (self->call, wanted, 0, look_at_decided, self, error);
}

static void
recorded (gpointer data)
{
  read_journal (data, NULL);
}

/* Where the journal ends before the command begins. */
static gboolean
find_serial (Run *self, GError **error)
{
  g_autoptr (GVariant) reply =
    snetctl_bus_call (self->call, SNET_INTERFACE_EVENTS, "Query",
                      g_variant_new ("(a{sv}u)", NULL, 1), "(aa{sv})", error);
  g_autoptr (GVariant) events = reply ? g_variant_get_child_value (reply, 0) : NULL;
  g_autoptr (GVariant) last = NULL;

  if (!events)
    return FALSE;
  if (g_variant_n_children (events))
    {
      last = g_variant_get_child_value (events, 0);
      g_variant_lookup (last, SNET_KEY_SERIAL, "t", &self->serial);
    }
  return TRUE;
}

/* The rule of --allow and --deny: for all in the command's control group, which is new. */

static gboolean
add_rule (Run *self, const char *cgroup, GError **error)
{
  const char *action = self->options->allow ? SNET_VERDICT_WORD_ALLOW : SNET_VERDICT_WORD_DENY;
  g_autofree char *command = gsnet_text_visible (self->call->argv[1], MAX_COMMENT_CHARS);
  g_autofree char *comment = g_strdup_printf ("snetctl run %s", command);
  g_auto (GVariantDict) rule = G_VARIANT_DICT_INIT (NULL);
  g_autoptr (GVariant) reply = NULL;

  g_variant_dict_insert (&rule, SNET_KEY_ACTION, "s", action);
  g_variant_dict_insert (&rule, SNET_KEY_CGROUP, "s", cgroup);
  g_variant_dict_insert (&rule, SNET_KEY_COMMENT, "s", comment);
  /* Should nobody be left to remove it: the group of this name does not come again. */
  g_variant_dict_insert (&rule, SNET_KEY_LIFETIME, "s", SNET_LIFETIME_WORD_REBOOT);
  reply = snetctl_bus_call (self->call, SNET_INTERFACE_RULES, "Add",
                            g_variant_new ("(@a{sv})", g_variant_dict_end (&rule)), "(t)", error);
  if (reply)
    g_variant_get (reply, "(t)", &self->rule);
  return reply != NULL;
}

static void
remove_rule (Run *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = NULL;

  if (!self->rule)
    return;
  reply = snetctl_bus_call (self->call, SNET_INTERFACE_RULES, "Remove",
                            g_variant_new ("(t)", self->rule), "()", &error);
  if (!reply)
    snetctl_error_report (error);
}

/* The command. */

static void
ended_cb (int status, gpointer data)
{
  Run *self = data;

  self->status = status;
  g_main_loop_quit (self->loop);
}

static void
failed_cb (const GError *error, gpointer data)
{
  snetctl_error_report (error);
}

static gboolean
watch_child (Run *self, SnetctlChild *child, GError **error)
{
  static const SnetctlWatchFuncs funcs = { requested, NULL, NULL, recorded };
  SnetctlWatch *watch = snetctl_watch_new (&funcs, self, failed_cb, self, error);
  guint look = 0;

  if (!watch)
    return FALSE;
  if (!snetctl_watch_hears_all ())
    look = g_timeout_add_seconds (LOOK_SECONDS, look_cb, self);
  self->loop = g_main_loop_new (NULL, FALSE);
  snetctl_child_go (child, ended_cb, self);
  g_main_loop_run (self->loop);
  g_main_loop_unref (self->loop);
  g_clear_handle_id (&look, g_source_remove);
  snetctl_watch_free (watch);
  return TRUE;
}

static gboolean
write_json (Run *self, GError **error)
{
  g_autoptr (GVariant) events = snetctl_tally_to_variant (self->tally);
  g_autofree char *text = snetctl_json_text (events);
  g_autofree char *line = g_strconcat (text, "\n", NULL);

  /* Into what is there, which may be a device or a pipe. */
  if (self->options->output)
    return g_file_set_contents_full (self->options->output, line, -1, G_FILE_SET_CONTENTS_NONE,
                                     0666, error);
  g_printerr ("%s", line);
  return TRUE;
}

static gboolean
conclude (Run *self, GError **error)
{
  g_autofree char *summary = snetctl_tally_is_empty (self->tally)
                               ? g_strdup (_ ("snet: it wanted nothing of the network\n"))
                               : snetctl_tally_summary (self->tally);
  g_autofree char *rules = snetctl_tally_rules (self->tally, self->rule);

  if (self->call->json || self->options->output)
    {
      if (!write_json (self, error))
        return FALSE;
    }
  if (!self->call->json)
    g_printerr ("%s", summary);
  if (self->options->rules && *rules)
    g_printerr ("\n%s\n%s", _ ("Rules that decide so from now on:"), rules);
  return TRUE;
}

static gboolean
run_child (Run *self, SnetctlChild *child, GError **error)
{
  g_autoptr (GError) no_scope = NULL;
  g_autofree char *cgroup = NULL;
  gboolean done;

  if (!find_serial (self, error))
    return FALSE;
  if (snetctl_scope_start (snetctl_child_get_pid (child), self->call->argv[1], &no_scope))
    cgroup = snetctl_scope_of (snetctl_child_get_pid (child));
  if (!cgroup && (self->options->allow || self->options->deny))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
                   _ ("--allow and --deny need a control group for the command, which systemd did "
                      "not make: %s"),
                   no_scope ? no_scope->message : "");
      return FALSE;
    }
  self->family = snetctl_family_new (cgroup);
  if (cgroup && (self->options->allow || self->options->deny) && !add_rule (self, cgroup, error))
    return FALSE;
  done = watch_child (self, child, error) && read_journal (self, error);
  remove_rule (self);
  return done && conclude (self, error);
}

/* Whatever fails has the status that the command cannot be taken to have had. */
static gboolean
run_command (SnetctlCall *call, const Options *options, GError **error)
{
  Run self = { .call = call, .options = options };
  g_autoptr (GError) failure = NULL;
  /* Before the bus, whose library has threads. */
  g_autoptr (SnetctlChild) child = snetctl_child_new (call->argv + 1, &failure);

  self.tally = snetctl_tally_new ();
  self.held = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  if (child && run_child (&self, child, &failure))
    call->exit_status = self.status;
  else
    {
      snetctl_error_report (failure);
      call->exit_status = SNETCTL_CHILD_FAILED;
    }
  g_clear_pointer (&self.family, snetctl_family_free);
  g_clear_pointer (&self.tally, snetctl_tally_free);
  g_clear_pointer (&self.held, g_hash_table_unref);
  return TRUE;
}

static gboolean
parse_and_run (SnetctlCall *call, Options *options, GError **error)
{
  const GOptionEntry entries[] = { { "allow", 'a', 0, G_OPTION_ARG_NONE, &options->allow,
                                     N_ ("Allow what no rule for its programs decides"), NULL },
                                   { "deny", 'd', 0, G_OPTION_ARG_NONE, &options->deny,
                                     N_ ("Deny what no rule for its programs decides"), NULL },
                                   { "rules", 'r', 0, G_OPTION_ARG_NONE, &options->rules,
                                     N_ ("At the end, the commands that make rules of it"), NULL },
                                   { "quiet", 'q', 0, G_OPTION_ARG_NONE, &options->quiet,
                                     N_ ("Only the summary"), NULL },
                                   { "output", 'o', 0, G_OPTION_ARG_FILENAME, &options->output,
                                     N_ ("Write the events into this file, as JSON"), N_ ("FILE") },
                                   G_OPTION_ENTRY_NULL };

  /* The others are the command's. */
  call->posix = TRUE;
  if (!snetctl_call_parse (call, &snetctl_run, entries, _ (description), 1, -1, error))
    return FALSE;
  if (options->allow && options->deny)
    return snetctl_error_usage (error, call->command, _ ("either --allow or --deny"));
  return run_command (call, options, error);
}

static gboolean
run_run (SnetctlCall *call, GError **error)
{
  Options options = { 0 };
  gboolean done = parse_and_run (call, &options, error);

  g_free (options.output);
  return done;
}
