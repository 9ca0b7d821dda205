/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snetd-match.h"

#include "snet-names.h"
#include "snetd-error.h"
#include "snetd-past.h"
#include "snetd-quota.h"

/* Of one user's at a time: each reads from the disk, for up to about a second. */
#define CALLS_MAX 4

struct SnetdMatch
{
  SnetDBusRules *object;
  SnetdRecord *record;
  SnetdAuthority *authority;
  SnetdQuota *quota;
};

/* A call under way. A thread has it while it reads, and nobody else does. */
typedef struct
{
  SnetdMatch *match;
  SnetDBusRules *object; /* keeps the above */
  GDBusMethodInvocation *invocation;
  SnetdRule *rule;
  SnetdFilter *filter;
  char *path;
  guint32 caller;
  gboolean counted; /* among the calls of the caller */
  guint matched;
  guint examined;
} Call;

static void
uncount (Call *call)
{
  if (call->counted)
    snetd_quota_end (call->match->quota, call->caller);
  call->counted = FALSE;
}

static void
call_free (Call *call)
{
  uncount (call);
  g_clear_pointer (&call->rule, snetd_rule_unref);
  g_clear_pointer (&call->filter, snetd_filter_free);
  g_free (call->path);
  g_object_unref (call->invocation);
  g_object_unref (call->object);
  g_free (call);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Call, call_free)

static void
matched_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Call) call = user_data;
  g_autoptr (GError) error = NULL;

  /* Who has the reply may call again. */
  uncount (call);
  if (g_task_propagate_boolean (G_TASK (result), &error))
    snet_dbus_rules_complete_match (call->object, call->invocation, call->matched, call->examined);
  else
    g_dbus_method_invocation_return_gerror (call->invocation, error);
}

static void
match_in_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  Call *call = task_data;
  GError *error = NULL;

  if (snetd_past_match (call->path, call->filter, call->rule, &call->matched, &call->examined,
                        &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static gboolean
begin_reading (Call *call, GError **error)
{
  call->path = g_strdup (snetd_record_get_path (call->match->record, error));
  if (call->path == NULL)
    return FALSE;

  call->counted = snetd_quota_begin (call->match->quota, call->caller);
  if (!call->counted)
    g_set_error_literal (error, G_DBUS_ERROR, G_DBUS_ERROR_LIMITS_EXCEEDED,
                         "You ask too much at a time; try again");
  return call->counted;
}

/* As with Add, and with Query: whose rule it would be, and which events there are to see. */
static gboolean
set_caller (Call *call, gboolean sees_all, GError **error)
{
  if (!sees_all)
    snetd_filter_only_uid (call->filter, call->caller);
  if (snetd_rule_says_owner (call->rule) || call->caller == 0)
    return TRUE;
  call->rule->owner = call->caller;
  return snetd_rule_check (call->rule, error);
}

static void
caller_known_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Call) call = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GTask) task = NULL;
  const gboolean sees_all =
    snetd_authority_check_finish (SNETD_AUTHORITY (source), result, &call->caller, NULL);

  if (!set_caller (call, sees_all, &error) || !begin_reading (call, &error))
    {
      g_dbus_method_invocation_return_gerror (call->invocation, error);
      return;
    }
  /* As in an import, not of the object. */
  task = g_task_new (NULL, NULL, matched_cb, call);
  g_task_set_task_data (task, g_steal_pointer (&call), NULL);
  g_task_run_in_thread (task, match_in_thread);
}

/* The lists are in the memory of the main thread, and only those that a rule in force names. */
static gboolean
check_no_list (const SnetdRule *rule, GError **error)
{
  if (!snetd_rule_has (rule, SNETD_CONDITION_REMOTE_LIST))
    return TRUE;
  g_set_error_literal (error, SNETD_ERROR, SNETD_ERROR_INVALID_RULE,
                       "“" SNET_KEY_REMOTE_LIST "” cannot be tried on past events");
  return FALSE;
}

static gboolean
read_arguments (Call *call, GVariant *rule, GVariant *filter, GError **error)
{
  call->rule = snetd_rule_from_variant (rule, SNETD_RULE_FROM_CLIENT, error);
  if (call->rule == NULL || !check_no_list (call->rule, error))
    return FALSE;
  call->filter = snetd_filter_new (filter, error);
  return call->filter != NULL;
}

void
snetd_match_begin (SnetdMatch *match,
                   GDBusMethodInvocation *invocation,
                   GVariant *rule,
                   GVariant *filter)
{
  g_autoptr (Call) call = g_new0 (Call, 1);
  g_autoptr (GError) error = NULL;

  call->match = match;
  call->object = g_object_ref (match->object);
  call->invocation = g_object_ref (invocation);
  if (!read_arguments (call, rule, filter, &error))
    {
      g_dbus_method_invocation_return_gerror (invocation, error);
      return;
    }
  snetd_authority_check (match->authority, invocation, "Rules.Match", SNETD_AUTHORITY_SYSTEM,
                         caller_known_cb, g_steal_pointer (&call));
}

SnetdMatch *
snetd_match_new (SnetDBusRules *object, SnetdRecord *record, SnetdAuthority *authority)
{
  SnetdMatch *match = g_new0 (SnetdMatch, 1);

  match->object = object;
  match->record = record;
  match->authority = g_object_ref (authority);
  match->quota = snetd_quota_new (CALLS_MAX);
  return match;
}

void
snetd_match_free (SnetdMatch *match)
{
  snetd_quota_free (match->quota);
  g_object_unref (match->authority);
  g_free (match);
}
