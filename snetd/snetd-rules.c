/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snetd-rules.h"

#include "snet-names.h"
#include "snetd-error.h"

struct _SnetdRules
{
  SnetDBusRulesSkeleton parent_instance;

  SnetdManager *manager;
  SnetdAuthority *authority;
};

static void snetd_rules_iface_init (SnetDBusRulesIface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (SnetdRules,
                               snetd_rules,
                               SNET_DBUS_TYPE_RULES_SKELETON,
                               G_IMPLEMENT_INTERFACE (SNET_DBUS_TYPE_RULES, snetd_rules_iface_init))

/* A call that waits for the authority. */
typedef struct
{
  SnetdRules *self;
  GDBusMethodInvocation *invocation;
  SnetdRule *rule;
  gboolean owner_given;
  guint64 id;
  GError *denied;
} Call;

static Call *
call_new (SnetdRules *self, GDBusMethodInvocation *invocation)
{
  Call *call = g_new0 (Call, 1);

  call->self = g_object_ref (self);
  call->invocation = g_object_ref (invocation);
  return call;
}

static void
call_free (Call *call)
{
  g_clear_object (&call->self);
  g_clear_object (&call->invocation);
  g_clear_pointer (&call->rule, snetd_rule_unref);
  g_clear_error (&call->denied);
  g_free (call);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Call, call_free)

/* List */

static void
list_allowed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Call) call = user_data;
  g_autoptr (GPtrArray) rules = NULL;
  GVariantBuilder builder;
  guint32 caller;
  gboolean all;

  all = snetd_authority_check_finish (SNETD_AUTHORITY (source), result, &caller, NULL);
  rules = snetd_manager_list_rules (call->self->manager);

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("aa{sv}"));
  for (guint i = 0; i < rules->len; i++)
    {
      SnetdRule *rule = g_ptr_array_index (rules, i);

      if (all || rule->owner == SNETD_OWNER_SYSTEM || rule->owner == caller)
        g_variant_builder_add_value (&builder, snetd_rule_to_variant (rule));
    }
  snet_dbus_rules_complete_list (SNET_DBUS_RULES (call->self), call->invocation,
                                 g_variant_builder_end (&builder));
}

static gboolean
handle_list (SnetDBusRules *object, GDBusMethodInvocation *invocation)
{
  SnetdRules *self = SNETD_RULES (object);

  snetd_authority_check (self->authority, invocation, "Rules.List", SNETD_AUTHORITY_SYSTEM,
                         list_allowed_cb, call_new (self, invocation));
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

/* Add */

static gboolean
add (Call *call, guint32 caller, GError **error)
{
  /* Without an owner said it is the caller's, and root stands for the system. */
  if (!call->owner_given && caller != 0)
    {
      call->rule->owner = caller;
      if (!snetd_rule_check (call->rule, error))
        return FALSE;
    }

  if (!snetd_manager_add_rule (call->self->manager, call->rule, error))
    return FALSE;

  g_message ("Rule %" G_GUINT64_FORMAT " added by user %u", call->rule->id, caller);
  return TRUE;
}

static void
add_allowed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Call) call = user_data;
  g_autoptr (GError) error = NULL;
  guint32 caller;

  if (!snetd_authority_check_finish (SNETD_AUTHORITY (source), result, &caller, &error) ||
      !add (call, caller, &error))
    {
      g_dbus_method_invocation_return_gerror (call->invocation, error);
      return;
    }
  snet_dbus_rules_complete_add (SNET_DBUS_RULES (call->self), call->invocation, call->rule->id);
}

static gboolean
handle_add (SnetDBusRules *object, GDBusMethodInvocation *invocation, GVariant *dictionary)
{
  SnetdRules *self = SNETD_RULES (object);
  g_autoptr (Call) call = call_new (self, invocation);
  g_autoptr (GError) error = NULL;
  gint64 owner = SNETD_AUTHORITY_CALLER;

  call->rule = snetd_rule_from_variant (dictionary, SNETD_RULE_FROM_CLIENT, &error);
  if (call->rule == NULL)
    {
      g_dbus_method_invocation_return_gerror (invocation, error);
      return G_DBUS_METHOD_INVOCATION_HANDLED;
    }

  call->owner_given = call->rule->owner != SNETD_OWNER_SYSTEM;
  if (call->owner_given)
    owner = call->rule->owner;
  snetd_authority_check (self->authority, invocation, "Rules.Add", owner, add_allowed_cb,
                         g_steal_pointer (&call));
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

/* Remove */

static SnetdRule *
find (SnetdRules *self, guint64 id, GError **error)
{
  SnetdRule *rule = snetd_manager_lookup_rule (self->manager, id);

  if (rule == NULL)
    g_set_error (error, SNETD_ERROR, SNETD_ERROR_UNKNOWN_RULE,
                 "There is no rule %" G_GUINT64_FORMAT " that is yours to see", id);
  return rule;
}

/* Not allowed; but is it to be known at all that there is such a rule? */
static void
remove_visible_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Call) call = user_data;
  g_autoptr (GError) error = NULL;
  guint32 caller;

  if (snetd_authority_check_finish (SNETD_AUTHORITY (source), result, &caller, NULL))
    g_dbus_method_invocation_return_gerror (call->invocation, call->denied);
  else
    {
      g_set_error (&error, SNETD_ERROR, SNETD_ERROR_UNKNOWN_RULE,
                   "There is no rule %" G_GUINT64_FORMAT " that is yours to see", call->id);
      g_dbus_method_invocation_return_gerror (call->invocation, error);
    }
}

/* Takes the call. */
static void
deny_remove (Call *call, SnetdRule *rule, guint32 caller)
{
  if (rule->owner != SNETD_OWNER_SYSTEM && rule->owner != caller)
    {
      snetd_authority_check (call->self->authority, call->invocation, "Rules.List",
                             SNETD_AUTHORITY_SYSTEM, remove_visible_cb, call);
      return;
    }

  g_dbus_method_invocation_return_gerror (call->invocation, call->denied);
  call_free (call);
}

static void
remove_allowed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Call) call = user_data;
  g_autoptr (GError) error = NULL;
  SnetdRules *self = call->self;
  SnetdRule *rule;
  guint32 caller;
  gboolean allowed;

  allowed = snetd_authority_check_finish (SNETD_AUTHORITY (source), result, &caller, &call->denied);

  /* It may have been removed meanwhile. */
  rule = find (self, call->id, &error);
  if (rule != NULL && !allowed)
    {
      deny_remove (g_steal_pointer (&call), rule, caller);
      return;
    }

  if (rule == NULL || !snetd_manager_remove_rule (self->manager, call->id, &error))
    {
      g_dbus_method_invocation_return_gerror (call->invocation, error);
      return;
    }
  g_message ("Rule %" G_GUINT64_FORMAT " removed by user %u", call->id, caller);
  snet_dbus_rules_complete_remove (SNET_DBUS_RULES (self), call->invocation);
}

static gboolean
handle_remove (SnetDBusRules *object, GDBusMethodInvocation *invocation, guint64 id)
{
  SnetdRules *self = SNETD_RULES (object);
  g_autoptr (GError) error = NULL;
  SnetdRule *rule;
  Call *call;

  rule = find (self, id, &error);
  if (rule == NULL)
    {
      g_dbus_method_invocation_return_gerror (invocation, error);
      return G_DBUS_METHOD_INVOCATION_HANDLED;
    }

  call = call_new (self, invocation);
  call->id = id;
  snetd_authority_check (self->authority, invocation, "Rules.Remove", rule->owner,
                         remove_allowed_cb, call);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static void
rule_added_cb (SnetdManager *manager, guint64 id, SnetdRules *self)
{
  snet_dbus_rules_emit_added (SNET_DBUS_RULES (self), id);
}

static void
rule_removed_cb (SnetdManager *manager, guint64 id, SnetdRules *self)
{
  snet_dbus_rules_emit_removed (SNET_DBUS_RULES (self), id);
}

static void
snetd_rules_finalize (GObject *object)
{
  SnetdRules *self = SNETD_RULES (object);

  g_clear_object (&self->manager);
  g_clear_object (&self->authority);
  G_OBJECT_CLASS (snetd_rules_parent_class)->finalize (object);
}

static void
snetd_rules_class_init (SnetdRulesClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = snetd_rules_finalize;
}

static void
snetd_rules_iface_init (SnetDBusRulesIface *iface)
{
  iface->handle_list = handle_list;
  iface->handle_add = handle_add;
  iface->handle_remove = handle_remove;
}

static void
snetd_rules_init (SnetdRules *self)
{
}

SnetdRules *
snetd_rules_new (SnetdManager *manager, SnetdAuthority *authority)
{
  SnetdRules *self = g_object_new (SNETD_TYPE_RULES, NULL);

  self->manager = g_object_ref (manager);
  self->authority = g_object_ref (authority);
  g_signal_connect_object (manager, "rule-added", G_CALLBACK (rule_added_cb), self, 0);
  g_signal_connect_object (manager, "rule-removed", G_CALLBACK (rule_removed_cb), self, 0);
  return self;
}
