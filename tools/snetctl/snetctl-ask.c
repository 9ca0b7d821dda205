// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <glib/gi18n.h>
#include <unistd.h>

#include "gsnet-client.h"
#include "gsnet-text.h"
#include "gsnet-words.h"
#include "snet-names.h"

#include "snetctl-commands.h"
#include "snetctl-error.h"
#include "snetctl-prompt.h"
#include "snetctl-terminal.h"

/* Who was typing when the question came has noticed it by then. */
#define ARM_MS 700
/* How long snetd may take to answer before that is worth a word. */
#define SILENCE_MS 2000
#define ESCAPE     '\033'

static gboolean run_ask (SnetctlCall *call, GError **error);

const SnetctlCommand snetctl_ask = {
  "ask",
  NULL,
  N_ ("Ask here what programs may do, until it is quit"),
  run_ask,
};

static const char *const description = N_ (
  "It asks what your programs may do, one question after the other, as gsnet does on a desktop, "
  "also over ssh. Each answer is a key; ? tells which.");

typedef enum
{
  IDLE,
  QUESTION,  /* event is on the screen */
  RULE,      /* and a rule is being made of it */
  ANSWERING, /* the answer is under way */
} Mode;

typedef struct
{
  GsnetClient *client;
  SnetctlTerminal *terminal;
  GMainLoop *loop;
  Mode mode;
  GsnetEvent *event; /* NULL: IDLE */
  GsnetRuleChoices choices;
  const char *answer; /* while ANSWERING */
  GHashTable *later;  /* ids of questions that were put off */
  guint arming;       /* timer: keys are no answer yet */
  guint ticking;      /* timer: the seconds that are left */
  guint silence;      /* timer: snetd has not said anything */
  gboolean connected;
  guint missed;
  int signal;
} Ask;

static void next (Ask *self);

static void
say (Ask *self, const char *text)
{
  snetctl_terminal_print (self->terminal, text);
}

/* The last line: which keys there are, and how long. */

static gint64
get_seconds (Ask *self)
{
  const gint64 deadline = gsnet_event_get_deadline (self->event);
  const gint64 left = deadline - g_get_real_time ();

  if (deadline <= 0)
    return -1;
  return left > 0 ? (left + G_USEC_PER_SEC - 1) / G_USEC_PER_SEC : 0;
}

static void
show_keys (Ask *self)
{
  const guint width = snetctl_terminal_get_width (self->terminal);
  const guint waiting = g_list_model_get_n_items (gsnet_client_get_waiting (self->client));
  g_autofree char *keys = NULL;

  /* They are shown when they work. */
  if (self->arming)
    keys = g_strdup (snetctl_terminal_can_change (self->terminal) ? "…" : NULL);
  else if (self->mode == QUESTION)
    keys = snetctl_prompt_keys (get_seconds (self), gsnet_event_get_count (self->event),
                                waiting ? waiting - 1 : 0, width);
  else if (self->mode == RULE)
    keys = snetctl_prompt_rule_keys (get_seconds (self), width);
  if (keys)
    snetctl_terminal_set_status (self->terminal, keys);
}

static gboolean
tick_cb (gpointer data)
{
  show_keys (data);
  return G_SOURCE_CONTINUE;
}

/* Nothing ticks where the line could not be changed, or when nothing is asked. */
static void
update_ticking (Ask *self)
{
  gboolean wanted = (self->mode == QUESTION || self->mode == RULE) && get_seconds (self) >= 0 &&
                    snetctl_terminal_can_change (self->terminal);

  if (wanted && !self->ticking)
    self->ticking = g_timeout_add_seconds (1, tick_cb, self);
  else if (!wanted)
    g_clear_handle_id (&self->ticking, g_source_remove);
}

/* Keys. */

static gboolean
arm_cb (gpointer data)
{
  Ask *self = data;

  self->arming = 0;
  show_keys (self);
  return G_SOURCE_REMOVE;
}

/* Until nothing has been typed for a while. */
static void
arm (Ask *self)
{
  g_clear_handle_id (&self->arming, g_source_remove);
  self->arming = g_timeout_add (ARM_MS, arm_cb, self);
}

static void
show_question (Ask *self)
{
  g_autofree char *text = snetctl_prompt_question (self->event);
  g_autofree char *framed = g_strdup_printf ("\n%s", text);

  say (self, framed);
  snetctl_terminal_flush (self->terminal);
  arm (self);
  show_keys (self);
  update_ticking (self);
}

static void
set_mode (Ask *self, Mode mode)
{
  self->mode = mode;
  if (mode == IDLE)
    {
      g_clear_object (&self->event);
      g_clear_handle_id (&self->arming, g_source_remove);
    }
  update_ticking (self);
}

/* The oldest one that was not put off. */
static GsnetEvent *
find_next (Ask *self)
{
  GListModel *waiting = gsnet_client_get_waiting (self->client);

  for (guint i = 0; i < g_list_model_get_n_items (waiting); i++)
    {
      g_autoptr (GsnetEvent) event = g_list_model_get_item (waiting, i);
      guint64 id = gsnet_event_get_id (event);

      if (!g_hash_table_contains (self->later, &id))
        return g_steal_pointer (&event);
    }
  return NULL;
}

static void
say_idle (Ask *self)
{
  const guint waiting = g_list_model_get_n_items (gsnet_client_get_waiting (self->client));
  g_autofree char *text = NULL;

  if (!self->connected)
    return;
  if (waiting == 0)
    text = g_strdup (_ ("Nothing waits. q quits."));
  else
    text = g_strdup_printf (ngettext ("%u question was put off: s shows it again.",
                                      "%u questions were put off: s shows them again.", waiting),
                            waiting);
  snetctl_terminal_set_status (self->terminal, text);
}

static void
next (Ask *self)
{
  set_mode (self, IDLE);
  self->event = find_next (self);
  if (!self->event)
    {
      say_idle (self);
      return;
    }
  set_mode (self, QUESTION);
  show_question (self);
}

static void
answered_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;
  gboolean done = gsnet_client_verdict_finish (GSNET_CLIENT (source), result, &error);
  Ask *self = data;
  g_autofree char *words = NULL;

  if (done)
    words = g_strdup (g_str_equal (self->answer, SNET_VERDICT_WORD_ALLOW) ? _ ("Allowed.")
                                                                          : _ ("Denied."));
  else
    words = gsnet_words_error (error);
  say (self, words);
  next (self);
}

static void
answer (Ask *self, const char *verdict)
{
  GVariant *options = NULL;

  if (self->mode == RULE)
    options = gsnet_rule_choices_make_options (&self->choices);
  self->answer = verdict;
  set_mode (self, ANSWERING);
  gsnet_client_verdict_async (self->client, gsnet_event_get_id (self->event), verdict, options,
                              answered_cb, self);
}

static void
show_choices (Ask *self)
{
  g_autofree char *text = snetctl_prompt_choices (&self->choices);

  say (self, text);
  show_keys (self);
}

static void
begin_rule (Ask *self)
{
  gsnet_rule_choices_init (&self->choices, self->event);
  self->choices.lifetime = GSNET_LIFETIME_FOREVER;
  set_mode (self, RULE);
  show_choices (self);
}

/* The next one that makes a rule. */
static void
change_lifetime (Ask *self)
{
  do
    self->choices.lifetime = (self->choices.lifetime + 1) % GSNET_N_LIFETIMES;
  while (self->choices.lifetime == GSNET_LIFETIME_ONCE ||
         !gsnet_rule_choices_can_last (&self->choices, self->choices.lifetime));
  show_choices (self);
}

static void
toggle_part (Ask *self, guint number)
{
  GsnetPart part;

  if (!snetctl_prompt_get_part (&self->choices, number, &part))
    return;
  self->choices.kept[part] = !self->choices.kept[part];
  show_choices (self);
}

static void
show (Ask *self, char *text)
{
  say (self, text);
  g_free (text);
  if (self->mode == IDLE)
    say_idle (self);
  else
    show_keys (self);
}

static void
put_off (Ask *self)
{
  guint64 id = gsnet_event_get_id (self->event);

  g_hash_table_add (self->later, g_memdup2 (&id, sizeof id));
  say (self, _ ("Later."));
  next (self);
}

static void
idle_key (Ask *self, char key)
{
  if (key == 's')
    {
      g_hash_table_remove_all (self->later);
      next (self);
    }
  else if (key == '?')
    show (self, snetctl_prompt_help ());
}

static void
question_key (Ask *self, char key)
{
  if (key == 'a')
    answer (self, SNET_VERDICT_WORD_ALLOW);
  else if (key == 'd')
    answer (self, SNET_VERDICT_WORD_DENY);
  else if (key == 'r')
    begin_rule (self);
  else if (key == 'i')
    show (self, snetctl_prompt_details (self->event));
  else if (key == 's')
    put_off (self);
  else if (key == '?')
    show (self, snetctl_prompt_help ());
}

static void
rule_key (Ask *self, char key)
{
  if (key == 'a')
    answer (self, SNET_VERDICT_WORD_ALLOW);
  else if (key == 'd')
    answer (self, SNET_VERDICT_WORD_DENY);
  else if (key == 'l')
    change_lifetime (self);
  else if (key == '?')
    show (self, snetctl_prompt_help ());
  else if (key >= '1' && key <= '9')
    toggle_part (self, (guint)(key - '0'));
  else if (key == 'c' || key == ESCAPE)
    {
      set_mode (self, QUESTION);
      show_question (self);
    }
}

static void
key_cb (char key, gpointer data)
{
  Ask *self = data;

  if (self->arming)
    arm (self);
  else if (self->mode == ANSWERING)
    return;
  else if (key == 'q')
    g_main_loop_quit (self->loop);
  else if (self->mode == QUESTION)
    question_key (self, key);
  else if (self->mode == RULE)
    rule_key (self, key);
  else
    idle_key (self, key);
}

static void
resumed_cb (gpointer data)
{
  Ask *self = data;

  if (self->mode == QUESTION)
    show_question (self);
  else if (self->mode == RULE)
    show_choices (self);
  else if (self->mode == IDLE)
    say_idle (self);
}

static void
ended_cb (int signal, gpointer data)
{
  Ask *self = data;

  self->signal = signal;
  g_main_loop_quit (self->loop);
}

/* What snetd says. */

static void
asked_cb (GsnetClient *client, GsnetEvent *event, Ask *self)
{
  if (self->mode == IDLE)
    next (self);
  else
    show_keys (self);
}

static gboolean
is_shown (Ask *self, GsnetEvent *event)
{
  return self->event && gsnet_event_get_id (self->event) == gsnet_event_get_id (event);
}

static void
withdrawn_cb (GsnetClient *client, GsnetEvent *event, const char *reason, Ask *self)
{
  guint64 id = gsnet_event_get_id (event);

  g_hash_table_remove (self->later, &id);
  if (is_shown (self, event) && self->mode != ANSWERING)
    {
      say (self, gsnet_words_withdrawn (reason, gsnet_client_get_policy (client)));
      next (self);
    }
  else if (self->mode == IDLE)
    say_idle (self);
  else
    show_keys (self);
}

/* More is known of it, such as its name; or only how many calls there are. */
static void
changed_cb (GListModel *waiting, guint position, guint removed, guint added, Ask *self)
{
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  GsnetEvent *now;

  if (self->mode != QUESTION || !removed || !added)
    return;
  now = gsnet_client_lookup (self->client, gsnet_event_get_id (self->event));
  if (!now || now == self->event)
    return;
  before = snetctl_prompt_question (self->event);
  after = snetctl_prompt_question (now);
  g_set_object (&self->event, now);
  if (g_str_equal (before, after))
    show_keys (self);
  else
    show_question (self);
}

static gboolean
silence_cb (gpointer data)
{
  Ask *self = data;

  self->silence = 0;
  say (self, _ ("snetd does not answer. Is it running? (systemctl start snetd)"));
  return G_SOURCE_REMOVE;
}

static void
say_connected (Ask *self)
{
  g_autofree char *user = gsnet_words_user (getuid ());
  g_autofree char *text = g_strdup_printf (_ ("What the programs of %s want is asked here."), user);
  const GsnetState state = gsnet_client_get_state (self->client);

  say (self, text);
  if (state == GSNET_STATE_NO_KERNEL)
    say (self, _ ("This kernel has no snet: nothing will be asked."));
  if (state == GSNET_STATE_KERNEL_BUSY)
    say (self, _ ("Another program decides in the kernel: nothing will be asked."));
}

static void
state_cb (GsnetClient *client, GParamSpec *pspec, Ask *self)
{
  gboolean connected = gsnet_client_is_connected (client);

  if (connected == self->connected)
    return;
  self->connected = connected;
  g_clear_handle_id (&self->silence, g_source_remove);
  if (connected)
    say_connected (self);
  else
    say (self, _ ("There is no connection to snetd. When it is back, it asks here again."));
  if (self->mode == IDLE)
    next (self);
}

static void
mode_cb (GsnetClient *client, GParamSpec *pspec, Ask *self)
{
  g_autofree char *sentence = gsnet_words_mode_sentence (gsnet_client_get_mode (client),
                                                         gsnet_client_get_mode_until (client));

  if (!sentence)
    return;
  say (self, sentence);
  if (self->mode == IDLE)
    say_idle (self);
  else
    show_keys (self);
}

static void
missed_cb (GsnetClient *client, GParamSpec *pspec, Ask *self)
{
  guint missed = gsnet_client_get_n_missed (client);
  g_autofree char *text = NULL;

  if (missed > self->missed)
    {
      text = g_strdup_printf (ngettext ("%u question was answered by nobody in time: snetctl log "
                                        "--reason=timeout",
                                        "%u questions were answered by nobody in time: snetctl log "
                                        "--reason=timeout",
                                        missed),
                              missed);
      say (self, text);
      show_keys (self);
    }
  self->missed = missed;
}

/* What GLib, and the parts of gsnet, would write over the question. */
static void
log_cb (const char *domain, GLogLevelFlags level, const char *message, gpointer data)
{
  g_autofree char *shown = gsnet_text_visible (message, 400);

  if (level & (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL))
    g_log_default_handler (domain, level, message, NULL);
  else if (level & G_LOG_LEVEL_WARNING)
    say (data, shown);
}

static void
connect_client (Ask *self)
{
  GListModel *waiting = gsnet_client_get_waiting (self->client);

  g_signal_connect (self->client, "asked", G_CALLBACK (asked_cb), self);
  g_signal_connect (self->client, "withdrawn", G_CALLBACK (withdrawn_cb), self);
  g_signal_connect (self->client, "notify::state", G_CALLBACK (state_cb), self);
  g_signal_connect (self->client, "notify::mode", G_CALLBACK (mode_cb), self);
  g_signal_connect (self->client, "notify::missed", G_CALLBACK (missed_cb), self);
  g_signal_connect (waiting, "items-changed", G_CALLBACK (changed_cb), self);
}

static void
run_loop (Ask *self)
{
  self->client = gsnet_client_new ();
  self->later = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  self->silence = g_timeout_add (SILENCE_MS, silence_cb, self);
  g_log_set_default_handler (log_cb, self);
  connect_client (self);
  gsnet_client_start (self->client);
  g_main_loop_run (self->loop);

  g_log_set_default_handler (g_log_default_handler, NULL);
  g_signal_handlers_disconnect_by_data (gsnet_client_get_waiting (self->client), self);
  g_signal_handlers_disconnect_by_data (self->client, self);
  g_clear_handle_id (&self->silence, g_source_remove);
  g_clear_handle_id (&self->arming, g_source_remove);
  g_clear_handle_id (&self->ticking, g_source_remove);
  g_clear_object (&self->client);
  g_clear_object (&self->event);
  g_clear_pointer (&self->later, g_hash_table_unref);
}

static gboolean
run_ask (SnetctlCall *call, GError **error)
{
  static const SnetctlTerminalCallbacks callbacks = { key_cb, resumed_cb, ended_cb };
  Ask self = { 0 };

  if (!snetctl_call_parse (call, &snetctl_ask, NULL, _ (description), 0, 0, error))
    return FALSE;
  if (call->json)
    return snetctl_error_usage (error, call->command, _ ("it asks people, who read no JSON"));
  self.loop = g_main_loop_new (NULL, FALSE);
  self.terminal = snetctl_terminal_new (&callbacks, &self, error);
  if (self.terminal)
    {
      run_loop (&self);
      snetctl_terminal_free (self.terminal);
    }
  g_main_loop_unref (self.loop);
  if (self.signal)
    snetctl_terminal_end_by (self.signal);
  return self.terminal != NULL;
}
