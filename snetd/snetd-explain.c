/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snetd-explain.h"

#include "snet-names.h"
#include "snetd-error.h"
#include "snetd-rule-set.h"

typedef struct
{
  SnetdRulebase *rulebase;
  GDBusMethodInvocation *invocation;
  SnetdRequest *request;
} Call;

static void
call_free (Call *call)
{
  g_object_unref (call->rulebase);
  g_object_unref (call->invocation);
  snetd_request_unref (call->request);
  g_free (call);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Call, call_free)

/* The rules are the system's and those of the call's user, so who may know that call may see them.
 */
static void
allowed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Call) call = user_data;
  g_autoptr (GPtrArray) rules = NULL;
  g_autoptr (GError) error = NULL;
  guint32 caller;

  if (!snetd_authority_check_finish (SNETD_AUTHORITY (source), result, &caller, &error))
    {
      g_dbus_method_invocation_return_gerror (call->invocation, error);
      return;
    }
  if (call->request->uid == G_MAXUINT32)
    call->request->uid = caller;
  rules = snetd_rulebase_explain (call->rulebase, call->request, call->request->time);
  g_dbus_method_invocation_return_value (
    call->invocation, g_variant_new ("(@aa{sv})", snetd_rule_set_to_variant (rules)));
}

/* Rules know a port only as a part of an address. An answer without it would be a wrong one. */
static gboolean
check_ports (GVariant *event, GError **error)
{
  static const char *const pairs[][2] = {
    { SNET_KEY_REMOTE_PORT, SNET_KEY_REMOTE_ADDRESS },
    { SNET_KEY_LOCAL_PORT, SNET_KEY_LOCAL_ADDRESS },
  };

  for (guint i = 0; i < G_N_ELEMENTS (pairs); i++)
    {
      g_autoptr (GVariant) port = g_variant_lookup_value (event, pairs[i][0], NULL);
      g_autoptr (GVariant) address = g_variant_lookup_value (event, pairs[i][1], NULL);

      if (port == NULL || address != NULL)
        continue;
      g_set_error (error, SNETD_ERROR, SNETD_ERROR_INVALID_EVENT,
                   "“%s” can only be told together with “%s”", pairs[i][0], pairs[i][1]);
      return FALSE;
    }
  return TRUE;
}

void
snetd_explain_begin (SnetdRulebase *rulebase,
                     SnetdAuthority *authority,
                     GDBusMethodInvocation *invocation,
                     GVariant *event)
{
  g_autoptr (GError) error = NULL;
  SnetdRequest *request =
    check_ports (event, &error) ? snetd_request_from_variant (event, &error) : NULL;
  gint64 owner = SNETD_AUTHORITY_CALLER;
  Call *call;

  if (request == NULL)
    {
      g_dbus_method_invocation_return_gerror (invocation, error);
      return;
    }
  if (request->uid != G_MAXUINT32)
    owner = request->uid;
  call = g_new0 (Call, 1);
  call->rulebase = g_object_ref (rulebase);
  call->invocation = g_object_ref (invocation);
  call->request = request;
  snetd_authority_check (authority, invocation, "Rules.Explain", owner, allowed_cb, call);
}
