/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snetd-export.h"

#include <string.h>

#include "snetd-rule-text.h"
#include "snetd-rules.h"
#include "snetd-transfer-options.h"

/* A call under way. The rules do not change, and the thread leaves their references alone. */
typedef struct
{
  SnetDBusRules *object;
  SnetdRulebase *rulebase;
  GDBusMethodInvocation *invocation;
  SnetdTransferOptions options;
  GPtrArray *rules;
  char *text;
} Call;

static void
call_free (Call *call)
{
  g_object_unref (call->object);
  g_object_unref (call->rulebase);
  g_object_unref (call->invocation);
  g_clear_pointer (&call->rules, g_ptr_array_unref);
  g_free (call->text);
  g_free (call);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Call, call_free)

static void
formatted_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Call) call = user_data;

  if (strlen (call->text) > SNETD_REPLY_MAX)
    g_dbus_method_invocation_return_error_literal (
      call->invocation, G_DBUS_ERROR, G_DBUS_ERROR_LIMITS_EXCEEDED,
      "That is too much for one call; export the rules of each owner");
  else
    snet_dbus_rules_complete_export (call->object, call->invocation, call->text);
}

static void
format_in_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  Call *call = task_data;

  call->text = snetd_rule_text_format (call->rules);
  g_task_return_boolean (task, TRUE);
}

static gboolean
is_wanted (const Call *call, const SnetdRule *rule, gboolean all, guint32 caller)
{
  if (call->options.has_owner || call->options.system)
    return (call->options.has_owner && rule->owner == call->options.owner) ||
           (call->options.system && rule->owner == SNETD_OWNER_SYSTEM);
  return all || rule->owner == SNETD_OWNER_SYSTEM || rule->owner == caller;
}

static GPtrArray *
select_rules (const Call *call, gboolean all, guint32 caller)
{
  g_autoptr (GPtrArray) rules = snetd_rulebase_list (call->rulebase);
  GPtrArray *wanted = g_ptr_array_new_with_free_func ((GDestroyNotify)snetd_rule_unref);

  for (guint i = 0; i < rules->len; i++)
    {
      SnetdRule *rule = g_ptr_array_index (rules, i);

      if (is_wanted (call, rule, all, caller))
        g_ptr_array_add (wanted, snetd_rule_ref (rule));
    }
  return wanted;
}

/* Without an owner asked for, who may not see all gets less. */
static void
allowed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Call) call = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GTask) task = NULL;
  guint32 caller;
  gboolean allowed;

  allowed = snetd_authority_check_finish (SNETD_AUTHORITY (source), result, &caller, &error);
  if (!allowed && call->options.has_owner)
    {
      g_dbus_method_invocation_return_gerror (call->invocation, error);
      return;
    }
  call->rules = select_rules (call, allowed, caller);
  /* As in an import, not of the object. */
  task = g_task_new (NULL, NULL, formatted_cb, call);
  g_task_set_task_data (task, g_steal_pointer (&call), NULL);
  g_task_run_in_thread (task, format_in_thread);
}

void
snetd_export_begin (SnetDBusRules *object,
                    SnetdRulebase *rulebase,
                    SnetdAuthority *authority,
                    GDBusMethodInvocation *invocation,
                    GVariant *options)
{
  g_autoptr (Call) call = g_new0 (Call, 1);
  g_autoptr (GError) error = NULL;
  gint64 owner;

  call->object = g_object_ref (object);
  call->rulebase = g_object_ref (rulebase);
  call->invocation = g_object_ref (invocation);
  if (!snetd_transfer_options_read_export (&call->options, options, &error))
    {
      g_dbus_method_invocation_return_gerror (invocation, error);
      return;
    }
  owner = call->options.has_owner ? call->options.owner : SNETD_AUTHORITY_SYSTEM;
  snetd_authority_check (authority, invocation, "Rules.Export", owner, allowed_cb,
                         g_steal_pointer (&call));
}
