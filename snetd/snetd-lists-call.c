/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snetd-lists-call.h"

#include "snetd-dict.h"

typedef struct
{
  SnetdRulebase *rulebase;
  GDBusMethodInvocation *invocation;
} Call;

static void
call_free (Call *call)
{
  g_object_unref (call->rulebase);
  g_object_unref (call->invocation);
  g_free (call);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Call, call_free)

/* By name, how many of the rules that the caller may see name it. */
static GHashTable *
count_rules (SnetdRulebase *rulebase, gboolean all, guint32 caller)
{
  GHashTable *counts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GPtrArray) rules = snetd_rulebase_list (rulebase);

  for (guint i = 0; i < rules->len; i++)
    {
      const SnetdRule *rule = g_ptr_array_index (rules, i);
      guint count;

      if (rule->remote_list == NULL ||
          !(all || rule->owner == SNETD_OWNER_SYSTEM || rule->owner == caller))
        continue;
      count = GPOINTER_TO_UINT (g_hash_table_lookup (counts, rule->remote_list));
      g_hash_table_insert (counts, g_strdup (rule->remote_list), GUINT_TO_POINTER (count + 1));
    }
  return counts;
}

static void
allowed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Call) call = user_data;
  g_autoptr (GHashTable) counts = NULL;
  g_autoptr (GList) names = NULL;
  GVariantBuilder lists;
  guint32 caller;
  gboolean all;

  all = snetd_authority_check_finish (SNETD_AUTHORITY (source), result, &caller, NULL);
  counts = count_rules (call->rulebase, all, caller);
  names = g_list_sort (g_hash_table_get_keys (counts), (GCompareFunc)g_strcmp0);

  g_variant_builder_init (&lists, G_VARIANT_TYPE ("aa{sv}"));
  for (const GList *name = names; name != NULL; name = name->next)
    {
      const guint count = GPOINTER_TO_UINT (g_hash_table_lookup (counts, name->data));

      g_variant_builder_open (&lists, G_VARIANT_TYPE_VARDICT);
      snetd_lists_describe (snetd_rulebase_get_lists (call->rulebase), name->data, &lists);
      snetd_dict_add (&lists, "rules", g_variant_new_uint32 (count));
      g_variant_builder_close (&lists);
    }
  g_dbus_method_invocation_return_value (call->invocation, g_variant_new ("(aa{sv})", &lists));
}

void
snetd_lists_call (SnetdRulebase *rulebase,
                  SnetdAuthority *authority,
                  GDBusMethodInvocation *invocation)
{
  Call *call = g_new0 (Call, 1);

  call->rulebase = g_object_ref (rulebase);
  call->invocation = g_object_ref (invocation);
  snetd_authority_check (authority, invocation, "Rules.Lists", SNETD_AUTHORITY_SYSTEM, allowed_cb,
                         call);
}
