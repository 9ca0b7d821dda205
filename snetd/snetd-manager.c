/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snetd-manager.h"

#include "snetd-dict.h"
#include "snetd-manager-private.h"
#include "snetd-mode.h"

/* What resolved tells snetd comes by one process more than what it tells the program. */
#define NAME_MS 100

enum
{
  REQUESTED,
  DECIDED,
  CANCELLED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (SnetdManager, snetd_manager, G_TYPE_OBJECT)

/* A request's end, however it came. */

static const char *
withdraw_reason (SnetdReason reason)
{
  switch (reason)
    {
    case SNETD_REASON_USER:
      return "answered";
    case SNETD_REASON_RULE:
      return "rule";
    case SNETD_REASON_TIMEOUT:
      return "timeout";
    case SNETD_REASON_MONITOR:
    case SNETD_REASON_LOCKDOWN:
    case SNETD_REASON_OFF:
      return "mode";
    case SNETD_REASON_TICKET:
    case SNETD_REASON_POLICY:
    default:
      return "lost";
    }
}

/* A prompt that ends with a request that timed out is missed, until the like of it is answered. */
static void
note_missed (SnetdManager *self, SnetdRequest *request)
{
  SnetdPrompt *prompt = snetd_prompts_lookup (self->prompts, request->id);

  if (request->reason == SNETD_REASON_USER)
    snetd_missed_remove_alike (self->missed, request);
  else if (request->reason == SNETD_REASON_TIMEOUT && prompt != NULL &&
           snetd_prompt_get_count (prompt) == 1)
    snetd_missed_add (self->missed, request);
}

static void
tell (SnetdRequest *request, gpointer user_data)
{
  SnetdManager *self = user_data;

  note_missed (self, request);
  snetd_prompts_remove (self->prompts, request, withdraw_reason (request->reason));
  snetd_record_add (self->record, request);
  g_signal_emit (self, signals[DECIDED], 0, request);
}

void
snetd_manager_finish (SnetdManager *self,
                      SnetdRequest *request,
                      enum snet_verdict verdict,
                      int errno_value,
                      SnetdReason reason,
                      guint64 rule)
{
  snetd_request_decide (request, verdict, errno_value, reason, rule);
  snetd_backlog_add (self->untold, request);
  snetd_waiting_end (self->waiting, request->id, SNETD_OUTCOME_DECIDED);
  if (request->announced)
    snetd_backlog_flush (self->untold);
}

void
snetd_manager_cancel (SnetdManager *self,
                      SnetdRequest *request,
                      SnetdOutcome outcome,
                      const char *reason)
{
  g_autoptr (SnetdRequest) hold = snetd_request_ref (request);

  snetd_waiting_end (self->waiting, request->id, outcome);
  snetd_prompts_remove (self->prompts, request, reason);
  if (request->announced)
    g_signal_emit (self, signals[CANCELLED], 0, request, reason);
}

/* What becomes of it at that time, by the rules and the mode. */
static SnetdRuling
rule_on (SnetdManager *self, const SnetdRequest *request, gint64 time)
{
  SnetdDecision decision;
  SnetdRuling ruling;

  snetd_rulebase_decide (self->rulebase, request, time, &decision);
  snetd_mode_rule (snetd_switch_get_mode (self->mode), &decision, &ruling);
  return ruling;
}

/* For how long a ticket of it may last. */
static guint32
get_seconds (SnetdManager *self, const SnetdRuling *ruling, const SnetdRequest *request)
{
  const guint32 seconds = snetd_switch_get_seconds_left (self->mode);

  if (!ruling->has_ticket || !(ruling->consulted.fields & SNETD_FIELD_REMOTE_NAME))
    return seconds;
  return MIN (seconds, snetd_hosts_rely (self->hosts, request));
}

/*
 * The rules' and the mode's say about a request that waits. TRUE if nobody need be asked:
 * it is decided, it waits for its name, or it has ended in the kernel and its cancellation is
 * on its way.
 */
static gboolean
judge (SnetdManager *self, SnetdRequest *request, gint64 time)
{
  g_autoptr (GError) error = NULL;
  const SnetdRuling ruling = rule_on (self, request, time);
  const guint64 rule = ruling.rule != NULL ? ruling.rule->id : 0;
  struct snet_ticket_terms terms;
  gboolean has_terms;

  if (request->awaits_name && (ruling.asks || (ruling.consulted.fields & SNETD_FIELD_REMOTE_NAME)))
    return TRUE;
  if (ruling.asks)
    return FALSE;

  has_terms = snetd_ruling_get_terms (&ruling, get_seconds (self, &ruling, request), &terms);
  if (snetd_kernel_verdict (self->kernel, request->id, ruling.verdict, ruling.error,
                            has_terms ? &terms : NULL, &error))
    {
      snetd_manager_finish (self, request, ruling.verdict, ruling.error, ruling.reason, rule);
      return TRUE;
    }
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
    return TRUE;

  if (rule != 0)
    g_warning ("Rule %" G_GUINT64_FORMAT " cannot be applied: %s", rule, error->message);
  else
    g_warning ("The mode cannot be applied: %s", error->message);
  return FALSE;
}

/* What a rule decides from now on has been ruled on. */
static void
judge_missed (SnetdManager *self, gint64 now)
{
  g_autoptr (GPtrArray) requests = snetd_missed_list (self->missed);

  for (guint i = 0; i < requests->len; i++)
    {
      SnetdRequest *request = g_ptr_array_index (requests, i);
      SnetdDecision decision;

      snetd_rulebase_decide (self->rulebase, request, now, &decision);
      if (decision.rule != NULL && decision.rule->action != SNETD_ACTION_ASK)
        snetd_missed_remove (self->missed, request->id);
    }
}

void
snetd_manager_judge_all (SnetdManager *self)
{
  g_autoptr (GPtrArray) requests = snetd_waiting_list (self->waiting);
  const gint64 now = g_get_real_time ();

  for (guint i = 0; i < requests->len; i++)
    {
      SnetdRequest *request = g_ptr_array_index (requests, i);

      if (!request->decided)
        judge (self, request, now);
    }
  judge_missed (self, now);
}

/*
 * Less rules may decide more: one that asked may have been in another's way. A rule that
 * is made of an answer comes after the answer.
 */
static void
changed_cb (gpointer rulebase_or_switch, SnetdManager *self)
{
  snetd_kernel_flush_tickets (self->kernel);
  if (!self->answering)
    snetd_manager_judge_all (self);
}

/*
 * Nobody is asked. FALSE if it waits still, so that somebody may be: its policy is the
 * kernel's own, and that may have been changed a moment ago.
 */
static gboolean
decide_by_policy (SnetdManager *self, SnetdRequest *request)
{
  g_autoptr (GError) error = NULL;
  struct snet_config settings;

  if (snetd_kernel_get_config (self->kernel, &settings, &error) &&
      snetd_kernel_verdict (self->kernel, request->id, settings.policy, 0, NULL, &error))
    {
      snetd_manager_finish (self, request, settings.policy, 0, SNETD_REASON_POLICY, 0);
      return TRUE;
    }
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
    return TRUE;

  g_warning ("The policy cannot be applied: %s", error->message);
  return FALSE;
}

static void
ask (SnetdManager *self, SnetdRequest *request)
{
  request->awaits_name = FALSE;
  snetd_request_wait (request);
  if (!snetd_prompts_add (self->prompts, request) && decide_by_policy (self, request))
    return;

  snetd_hosts_name_to_show (self->hosts, request);
  request->announced = TRUE;
  self->asked++;
  g_signal_emit (self, signals[REQUESTED], 0, request);
}

/* What addresses are called. */

static void
show_name (SnetdManager *self, SnetdRequest *request)
{
  if (request->announced && snetd_hosts_name_to_show (self->hosts, request))
    snetd_prompts_update (self->prompts, request);
}

/* Its name is there, or will not come. */
static void
go_on (SnetdManager *self, SnetdRequest *request)
{
  request->awaits_name = FALSE;
  if (!judge (self, request, g_get_real_time ()))
    ask (self, request);
}

static void
late_cb (SnetdRequest *request, gpointer user_data)
{
  SnetdManager *self = user_data;

  if (!request->awaits_name || snetd_waiting_lookup (self->waiting, request->id) != request)
    return;
  snetd_hosts_name (self->hosts, request);
  go_on (self, request);
}

/* What is asked about already may be decided by a rule now, or else its name is shown. */
static void
named_cb (SnetdHosts *hosts, SnetdManager *self)
{
  g_autoptr (GPtrArray) requests = snetd_waiting_list (self->waiting);

  for (guint i = 0; i < requests->len; i++)
    {
      SnetdRequest *request = g_ptr_array_index (requests, i);

      if (request->decided)
        continue;
      if (!snetd_hosts_name (hosts, request))
        show_name (self, request);
      else if (request->awaits_name)
        go_on (self, request);
      else if (!judge (self, request, g_get_real_time ()))
        snetd_prompts_update (self->prompts, request);
    }
}

static void
outdated_cb (SnetdHosts *hosts, SnetdManager *self)
{
  snetd_kernel_flush_tickets (self->kernel);
}

/* Nobody is left whom one could ask; those of other users stay. */
static void
abandoned_cb (SnetdPrompts *prompts, SnetdManager *self)
{
  g_autoptr (GPtrArray) requests = snetd_waiting_list (self->waiting);

  for (guint i = 0; i < requests->len; i++)
    {
      SnetdRequest *request = g_ptr_array_index (requests, i);

      if (!request->awaits_name && !snetd_prompts_can_wait (prompts, request->uid))
        decide_by_policy (self, request);
    }
}

/* What the kernel says. */

static void
take_in (SnetdManager *self, SnetdRequest *request, gint64 time)
{
  /* A list of what waits and the messages themselves may overlap. */
  if (snetd_waiting_lookup (self->waiting, request->id) != NULL ||
      snetd_waiting_outcome (self->waiting, request->id) != SNETD_OUTCOME_UNKNOWN)
    return;

  snetd_hosts_name (self->hosts, request);
  request->awaits_name = snetd_hosts_expects (self->hosts, request);
  snetd_waiting_add (self->waiting, request);
  if (!judge (self, request, time))
    ask (self, request);
  else if (request->awaits_name && !request->decided)
    snetd_late_add (self->unnamed, request);
}

static void
requested_cb (SnetdKernel *kernel, SnetdRequest *request, SnetdManager *self)
{
  take_in (self, request, request->time);
}

static void
cancelled_cb (SnetdKernel *kernel, guint64 id, guint reason, guint verdict, SnetdManager *self)
{
  SnetdRequest *request = snetd_waiting_lookup (self->waiting, id);

  if (request == NULL)
    snetd_waiting_end (self->waiting, id,
                       reason == SNET_CANCEL_TIMEOUT ? SNETD_OUTCOME_DECIDED : SNETD_OUTCOME_GONE);
  else if (reason == SNET_CANCEL_TIMEOUT)
    snetd_manager_finish (self, request, verdict, 0, SNETD_REASON_TIMEOUT, 0);
  else
    snetd_manager_cancel (self, request, SNETD_OUTCOME_GONE, "exited");
}

static void
drop_lost (SnetdManager *self, GPtrArray *pending)
{
  g_autoptr (GPtrArray) requests = snetd_waiting_list (self->waiting);
  g_autoptr (GHashTable) ids = g_hash_table_new (g_int64_hash, g_int64_equal);

  for (guint i = 0; i < pending->len; i++)
    g_hash_table_add (ids, &((SnetdRequest *)g_ptr_array_index (pending, i))->id);

  for (guint i = 0; i < requests->len; i++)
    {
      SnetdRequest *request = g_ptr_array_index (requests, i);

      if (!g_hash_table_contains (ids, &request->id))
        snetd_manager_cancel (self, request, SNETD_OUTCOME_DECIDED, "lost");
    }
}

static void
reread (SnetdManager *self)
{
  g_autoptr (GPtrArray) pending = NULL;
  g_autoptr (GError) error = NULL;

  pending = snetd_kernel_list_pending (self->kernel, &error);
  if (pending == NULL)
    {
      g_warning ("%s", error->message);
      return;
    }

  drop_lost (self, pending);
  for (guint i = 0; i < pending->len; i++)
    take_in (self, g_ptr_array_index (pending, i), g_get_real_time ());
}

static void
overrun_cb (SnetdKernel *kernel, SnetdManager *self)
{
  g_warning ("Messages from the kernel were lost; reading again what waits");
  reread (self);
}

void
snetd_manager_adopt (SnetdManager *self)
{
  if (snetd_kernel_get_state (self->kernel) != SNETD_KERNEL_LSM)
    return;

  /* Those of a snetd that had other rules, perhaps. */
  snetd_kernel_flush_tickets (self->kernel);
  reread (self);
}

/* Without the kernel nothing that waits can be answered any more. */
static void
state_cb (SnetdKernel *kernel, SnetdManager *self)
{
  g_autoptr (GPtrArray) nothing = g_ptr_array_new ();

  if (snetd_kernel_get_state (kernel) != SNETD_KERNEL_LSM)
    drop_lost (self, nothing);
}

/*
 * A ticket does not say of which rule it is: it is of the one that would decide
 * so now, as there are none of earlier rules.
 */
static void
decided_by_kernel_cb (SnetdMonitor *monitor, SnetdRequest *request, SnetdManager *self)
{
  snetd_hosts_name (self->hosts, request);
  if (request->reason == SNETD_REASON_TICKET)
    {
      const SnetdRuling ruling = rule_on (self, request, request->time);

      if (ruling.rule != NULL && ruling.verdict == request->verdict)
        request->rule = ruling.rule->id;
    }
  /* What came before it is before it in the journal. */
  snetd_backlog_flush (self->untold);
  snetd_record_add (self->record, request);
}

static void
lost_by_monitor_cb (SnetdMonitor *monitor, SnetdManager *self)
{
  snetd_record_note_gap (self->record);
}

/* What clients want. */

GPtrArray *
snetd_manager_list_waiting (SnetdManager *self)
{
  g_autoptr (GPtrArray) requests = snetd_waiting_list (self->waiting);
  GPtrArray *announced = g_ptr_array_new_with_free_func ((GDestroyNotify)snetd_request_unref);

  for (guint i = 0; i < requests->len; i++)
    {
      SnetdRequest *request = g_ptr_array_index (requests, i);

      if (request->announced)
        g_ptr_array_add (announced, snetd_request_ref (request));
    }
  return announced;
}

SnetdMissed *
snetd_manager_get_missed (SnetdManager *self)
{
  return self->missed;
}

SnetdRecord *
snetd_manager_get_record (SnetdManager *self)
{
  snetd_backlog_flush (self->untold);
  snetd_monitor_dispatch (self->monitor);
  return self->record;
}

SnetdHosts *
snetd_manager_get_hosts (SnetdManager *self)
{
  return self->hosts;
}

SnetdPrompts *
snetd_manager_get_prompts (SnetdManager *self)
{
  return self->prompts;
}

static void
add_number (GVariantBuilder *dict, const char *key, guint64 number)
{
  snetd_dict_add (dict, key, g_variant_new_uint64 (number));
}

void
snetd_manager_add_statistics (SnetdManager *self, GVariantBuilder *dict)
{
  g_autoptr (GPtrArray) waiting = snetd_waiting_list (self->waiting);
  g_autoptr (GPtrArray) missed = snetd_missed_list (self->missed);

  snetd_backlog_flush (self->untold);
  add_number (dict, "asked", self->asked);
  add_number (dict, "agents", snetd_prompts_count_users_with_agent (self->prompts));
  add_number (dict, "unasked", snetd_prompts_get_unasked (self->prompts));
  add_number (dict, "refused", snetd_prompts_get_refused (self->prompts));
  add_number (dict, "waiting", waiting->len);
  add_number (dict, "missed", missed->len);
  snetd_record_add_statistics (self->record, dict);
}

/* The object. */

/* Whoever may hear of it is there still. */
static void
snetd_manager_dispose (GObject *object)
{
  SnetdManager *self = SNETD_MANAGER (object);

  if (self->untold != NULL)
    snetd_backlog_flush (self->untold);
  g_clear_pointer (&self->untold, snetd_backlog_free);
  g_clear_pointer (&self->unnamed, snetd_late_free);
  G_OBJECT_CLASS (snetd_manager_parent_class)->dispose (object);
}

static void
snetd_manager_finalize (GObject *object)
{
  SnetdManager *self = SNETD_MANAGER (object);

  g_clear_object (&self->kernel);
  g_clear_object (&self->monitor);
  g_clear_object (&self->rulebase);
  g_clear_object (&self->mode);
  g_clear_object (&self->hosts);
  g_clear_pointer (&self->record, snetd_record_free);
  g_clear_object (&self->prompts);
  g_clear_object (&self->missed);
  g_clear_pointer (&self->waiting, snetd_waiting_free);
  G_OBJECT_CLASS (snetd_manager_parent_class)->finalize (object);
}

static void
snetd_manager_class_init (SnetdManagerClass *klass)
{
  GType type = G_TYPE_FROM_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = snetd_manager_dispose;
  G_OBJECT_CLASS (klass)->finalize = snetd_manager_finalize;

  signals[REQUESTED] = g_signal_new ("requested", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                     G_TYPE_NONE, 1, SNETD_TYPE_REQUEST);
  signals[DECIDED] = g_signal_new ("decided", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 1, SNETD_TYPE_REQUEST);
  signals[CANCELLED] = g_signal_new ("cancelled", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                     G_TYPE_NONE, 2, SNETD_TYPE_REQUEST, G_TYPE_STRING);
}

static void
snetd_manager_init (SnetdManager *self)
{
  self->untold = snetd_backlog_new (tell, self);
  self->unnamed = snetd_late_new (NAME_MS, late_cb, self);
  self->waiting = snetd_waiting_new ();
  self->missed = snetd_missed_new ();
  self->prompts = snetd_prompts_new ();
  g_signal_connect_object (self->prompts, "abandoned", G_CALLBACK (abandoned_cb), self, 0);
}

SnetdManager *
snetd_manager_new (SnetdKernel *kernel,
                   SnetdMonitor *monitor,
                   SnetdRulebase *rulebase,
                   SnetdSwitch *mode,
                   SnetdHosts *hosts,
                   SnetdRecord *record)
{
  SnetdManager *self = g_object_new (SNETD_TYPE_MANAGER, NULL);

  self->kernel = g_object_ref (kernel);
  self->monitor = g_object_ref (monitor);
  self->rulebase = g_object_ref (rulebase);
  self->mode = g_object_ref (mode);
  self->hosts = hosts;
  self->record = record;

  g_signal_connect_object (kernel, "requested", G_CALLBACK (requested_cb), self, 0);
  g_signal_connect_object (kernel, "cancelled", G_CALLBACK (cancelled_cb), self, 0);
  g_signal_connect_object (kernel, "overrun", G_CALLBACK (overrun_cb), self, 0);
  g_signal_connect_object (kernel, "state-changed", G_CALLBACK (state_cb), self, 0);
  g_signal_connect_object (monitor, "decided", G_CALLBACK (decided_by_kernel_cb), self, 0);
  g_signal_connect_object (rulebase, "changed", G_CALLBACK (changed_cb), self, 0);
  g_signal_connect_object (hosts, "named", G_CALLBACK (named_cb), self, 0);
  g_signal_connect_object (hosts, "outdated", G_CALLBACK (outdated_cb), self, 0);
  g_signal_connect_object (mode, "changed", G_CALLBACK (changed_cb), self, 0);
  g_signal_connect_object (monitor, "lost", G_CALLBACK (lost_by_monitor_cb), self, 0);
  return self;
}
