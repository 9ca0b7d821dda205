// SPDX-License-Identifier: GPL-2.0-or-later
#include "snetd-error.h"
#include "snetd-manager-private.h"
#include "snetd-step.h"

static void
set_ended_error (SnetdManager *self, guint64 id, GError **error)
{
  switch (snetd_waiting_outcome (self->waiting, id))
    {
    case SNETD_OUTCOME_DECIDED:
      g_set_error (error, SNETD_ERROR, SNETD_ERROR_ALREADY_DECIDED,
                   "Request %" G_GUINT64_FORMAT " has been decided already", id);
      break;
    case SNETD_OUTCOME_GONE:
      g_set_error (error, SNETD_ERROR, SNETD_ERROR_UNKNOWN_REQUEST,
                   "The process of request %" G_GUINT64_FORMAT " is gone", id);
      break;
    case SNETD_OUTCOME_UNKNOWN:
    default:
      g_set_error (error, SNETD_ERROR, SNETD_ERROR_UNKNOWN_REQUEST,
                   "There is no request %" G_GUINT64_FORMAT, id);
      break;
    }
}

SnetdRequest *
snetd_manager_find (SnetdManager *self, guint64 id, GError **error)
{
  SnetdRequest *request = snetd_waiting_lookup (self->waiting, id);
  SnetdPrompt *prompt;

  if (request != NULL)
    return request;

  /* The first of a prompt has ended, and others of it wait. */
  prompt = snetd_prompts_lookup (self->prompts, id);
  if (prompt != NULL)
    return snetd_prompt_get_request (prompt);

  set_ended_error (self, id, error);
  return NULL;
}

/*
 * The kernel does not know a request any more that waits here. The reason is
 * on its way; without one it was lost.
 */
static void
explain_vanished (SnetdManager *self, guint64 id, GError **error)
{
  SnetdRequest *request;

  snetd_kernel_dispatch (self->kernel);
  request = snetd_waiting_lookup (self->waiting, id);
  if (request != NULL)
    snetd_manager_cancel (self, request, SNETD_OUTCOME_DECIDED, "lost");
  set_ended_error (self, id, error);
}

/* All that wait for the same answer, the one that was named first. */
static GPtrArray *
list_alike (SnetdManager *self, SnetdRequest *request)
{
  SnetdPrompt *prompt = snetd_prompts_lookup (self->prompts, request->id);
  GPtrArray *alike = g_ptr_array_new_with_free_func ((GDestroyNotify)snetd_request_unref);

  g_ptr_array_add (alike, snetd_request_ref (request));
  if (prompt != NULL)
    {
      g_autoptr (GPtrArray) all = snetd_prompt_list_requests (prompt);

      for (guint i = 0; i < all->len; i++)
        if (g_ptr_array_index (all, i) != request)
          g_ptr_array_add (alike, snetd_request_ref (g_ptr_array_index (all, i)));
    }
  return alike;
}

/* FALSE if the kernel took none; the error is about the first. */
static gboolean
give_verdict (SnetdManager *self,
              GPtrArray *requests,
              enum snet_verdict verdict,
              int errno_value,
              guint64 rule,
              GError **error)
{
  g_autoptr (GError) first = NULL;
  gboolean taken = FALSE;

  for (guint i = 0; i < requests->len; i++)
    {
      SnetdRequest *request = g_ptr_array_index (requests, i);

      if (snetd_kernel_verdict (self->kernel, request->id, verdict, errno_value, NULL,
                                first == NULL ? &first : NULL))
        {
          snetd_step ("verdict");
          snetd_manager_finish (self, request, verdict, errno_value, SNETD_REASON_USER, rule);
          snetd_step ("finished");
          taken = TRUE;
        }
    }
  if (!taken)
    g_propagate_error (error, g_steal_pointer (&first));
  return taken;
}

static gboolean
make_rule (SnetdManager *self, SnetdRule *rule, GError **error)
{
  gboolean made;

  self->answering = TRUE;
  made = snetd_rulebase_add (self->rulebase, rule, error);
  self->answering = FALSE;
  return made;
}

gboolean
snetd_manager_answer (SnetdManager *self,
                      guint64 id,
                      enum snet_verdict verdict,
                      int errno_value,
                      SnetdRule *rule,
                      GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (GPtrArray) alike = NULL;
  SnetdRequest *request = snetd_manager_find (self, id, error);
  gboolean taken;

  if (request == NULL || (rule != NULL && !make_rule (self, rule, error)))
    return FALSE;

  alike = list_alike (self, request);
  taken = give_verdict (self, alike, verdict, errno_value, rule != NULL ? rule->id : 0, &local);
  if (!taken && g_error_matches (local, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
    explain_vanished (self, request->id, error);
  else if (!taken)
    g_set_error (error, G_DBUS_ERROR, G_DBUS_ERROR_FAILED, "%s", local->message);

  if (rule != NULL)
    {
      snetd_manager_judge_all (self);
      if (!taken)
        g_prefix_error (error, "Rule %" G_GUINT64_FORMAT " was made, but: ", rule->id);
    }
  return taken;
}
