/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snetd-rules.h"

#include "snet-names.h"
#include "snetd-error.h"
#include "snetd-explain.h"
#include "snetd-export.h"
#include "snetd-import.h"
#include "snetd-lists-call.h"
#include "snetd-log.h"
#include "snetd-match.h"
#include "snetd-proposals.h"
#include "snetd-rule-set.h"

/* Each takes up to about a second. */
#define READING_MAX 4

struct _SnetdRules
{
  SnetDBusRulesSkeleton parent_instance;

  SnetdRulebase *rulebase;
  SnetdManager *manager;
  SnetdAuthority *authority;
  SnetdLogins *logins;
  SnetdImport *import;
  SnetdReading *reading;
};

static void snetd_rules_iface_init (SnetDBusRulesIface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (SnetdRules,
                               snetd_rules,
                               SNET_DBUS_TYPE_RULES_SKELETON,
                               G_IMPLEMENT_INTERFACE (SNET_DBUS_TYPE_RULES, snetd_rules_iface_init))

/* A call that waits for the authority. */
typedef struct Call Call;
struct Call
{
  SnetdRules *self;
  GDBusMethodInvocation *invocation;
  SnetdRule *rule;
  SnetdFilter *filter;
  guint64 id;
  GError *denied;
  void (*next) (Call *call); /* when it is known which login session is the caller's */
};

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
  g_clear_pointer (&call->filter, snetd_filter_free);
  g_clear_error (&call->denied);
  g_free (call);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Call, call_free)

static void
login_found_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Call *call = user_data;

  call->rule->login = snetd_logins_find_finish (SNETD_LOGINS (source), result, NULL);
  call->next (call);
}

/* A rule that is to end with a login session ends with the caller's. Takes the call. */
static void
find_login_and (Call *call, void (*next) (Call *call))
{
  call->next = next;
  if (call->rule->lifetime == SNETD_LIFETIME_SESSION)
    snetd_logins_find_caller (call->self->logins,
                              g_dbus_method_invocation_get_sender (call->invocation),
                              login_found_cb, call);
  else
    next (call);
}

/* List */

static void
list_allowed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Call) call = user_data;
  g_autoptr (GPtrArray) rules = NULL;
  g_autoptr (GVariant) reply = NULL;
  GVariantBuilder builder;
  guint32 caller;
  gboolean all;

  all = snetd_authority_check_finish (SNETD_AUTHORITY (source), result, &caller, NULL);
  rules = snetd_rulebase_list (call->self->rulebase);

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("aa{sv}"));
  for (guint i = 0; i < rules->len; i++)
    {
      SnetdRule *rule = g_ptr_array_index (rules, i);

      if (all || rule->owner == SNETD_OWNER_SYSTEM || rule->owner == caller)
        g_variant_builder_add_value (&builder, snetd_rule_to_variant (rule));
    }
  reply = g_variant_ref_sink (g_variant_builder_end (&builder));
  if (g_variant_get_size (reply) > SNETD_REPLY_MAX)
    g_dbus_method_invocation_return_error_literal (
      call->invocation, G_DBUS_ERROR, G_DBUS_ERROR_LIMITS_EXCEEDED,
      "The rules are too many for one reply; export those of each owner");
  else
    snet_dbus_rules_complete_list (SNET_DBUS_RULES (call->self), call->invocation, reply);
}

static gboolean
handle_list (SnetDBusRules *object, GDBusMethodInvocation *invocation)
{
  SnetdRules *self = SNETD_RULES (object);

  snetd_authority_check (self->authority, invocation, "Rules.List", SNETD_AUTHORITY_SYSTEM,
                         list_allowed_cb, call_new (self, invocation));
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
handle_lists (SnetDBusRules *object, GDBusMethodInvocation *invocation)
{
  SnetdRules *self = SNETD_RULES (object);

  snetd_lists_call (self->rulebase, self->authority, invocation);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

/* Add */

static gboolean
add (Call *call, guint32 caller, GError **error)
{
  /* Without an owner said it is the caller's, and root stands for the system. */
  if (!snetd_rule_says_owner (call->rule) && caller != 0)
    {
      call->rule->owner = caller;
      if (!snetd_rule_check (call->rule, error))
        return FALSE;
    }

  if (!snetd_rulebase_add (call->self->rulebase, call->rule, error))
    return FALSE;

  snetd_log_user (SNETD_MESSAGE_RULE, caller, "Rule %" G_GUINT64_FORMAT " added by user %u",
                  call->rule->id, caller);
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

static void
check_add (Call *call)
{
  gint64 owner = SNETD_AUTHORITY_CALLER;

  if (call->rule->system)
    owner = SNETD_AUTHORITY_SYSTEM;
  else if (snetd_rule_says_owner (call->rule))
    owner = call->rule->owner;

  snetd_authority_check (call->self->authority, call->invocation, "Rules.Add", owner,
                         add_allowed_cb, call);
}

static gboolean
handle_add (SnetDBusRules *object, GDBusMethodInvocation *invocation, GVariant *dictionary)
{
  SnetdRules *self = SNETD_RULES (object);
  g_autoptr (Call) call = call_new (self, invocation);
  g_autoptr (GError) error = NULL;

  call->rule = snetd_rule_from_variant (dictionary, SNETD_RULE_FROM_CLIENT, &error);
  if (call->rule == NULL)
    {
      g_dbus_method_invocation_return_gerror (invocation, error);
      return G_DBUS_METHOD_INVOCATION_HANDLED;
    }

  find_login_and (g_steal_pointer (&call), check_add);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

/* Changing one that there is: Update and Remove. */

static void
return_unknown (Call *call)
{
  g_dbus_method_invocation_return_error (
    call->invocation, SNETD_ERROR, SNETD_ERROR_UNKNOWN_RULE,
    "There is no rule %" G_GUINT64_FORMAT " that is yours to see", call->id);
}

/* Not allowed; but is it to be known at all that there is such a rule? */
static void
change_visible_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Call) call = user_data;
  guint32 caller;

  if (snetd_authority_check_finish (SNETD_AUTHORITY (source), result, &caller, NULL))
    g_dbus_method_invocation_return_gerror (call->invocation, call->denied);
  else
    return_unknown (call);
}

/* Takes the call. */
static void
deny_change (Call *call, SnetdRule *rule, guint32 caller)
{
  if (rule->owner != SNETD_OWNER_SYSTEM && rule->owner != caller)
    {
      snetd_authority_check (call->self->authority, call->invocation, "Rules.List",
                             SNETD_AUTHORITY_SYSTEM, change_visible_cb, call);
      return;
    }

  g_dbus_method_invocation_return_gerror (call->invocation, call->denied);
  call_free (call);
}

static gboolean
apply_update (Call *call, SnetdRule *rule, GError **error)
{
  call->rule->id = rule->id;
  call->rule->created = rule->created;
  if (snetd_rule_says_owner (call->rule) && call->rule->owner != rule->owner)
    {
      g_set_error (error, SNETD_ERROR, SNETD_ERROR_INVALID_RULE,
                   "“" SNET_KEY_OWNER "” cannot be changed; make another rule instead");
      return FALSE;
    }
  call->rule->owner = rule->owner;
  snetd_rule_inherit (call->rule, rule);
  return snetd_rule_check (call->rule, error) &&
         snetd_rulebase_update (call->self->rulebase, call->rule, error);
}

static void
change_allowed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Call) call = user_data;
  g_autoptr (GError) error = NULL;
  SnetdRules *self = call->self;
  const gboolean is_update = call->rule != NULL;
  SnetdRule *rule;
  guint32 caller;
  gboolean allowed, done;

  allowed = snetd_authority_check_finish (SNETD_AUTHORITY (source), result, &caller, &call->denied);

  /* It may have been removed meanwhile. */
  rule = snetd_rulebase_lookup (self->rulebase, call->id);
  if (rule == NULL)
    {
      return_unknown (call);
      return;
    }
  if (!allowed)
    {
      deny_change (g_steal_pointer (&call), rule, caller);
      return;
    }

  done = is_update ? apply_update (call, rule, &error)
                   : snetd_rulebase_remove (self->rulebase, call->id, &error);
  if (!done)
    {
      g_dbus_method_invocation_return_gerror (call->invocation, error);
      return;
    }
  snetd_log_user (SNETD_MESSAGE_RULE, caller, "Rule %" G_GUINT64_FORMAT " %s by user %u", call->id,
                  is_update ? "changed" : "removed", caller);
  if (is_update)
    snet_dbus_rules_complete_update (SNET_DBUS_RULES (self), call->invocation);
  else
    snet_dbus_rules_complete_remove (SNET_DBUS_RULES (self), call->invocation);
}

/* Takes the call. */
static void
change (Call *call, const char *method)
{
  SnetdRule *rule = snetd_rulebase_lookup (call->self->rulebase, call->id);
  g_autoptr (GError) error = NULL;

  if (rule == NULL)
    {
      return_unknown (call);
      call_free (call);
      return;
    }
  /* Before anybody is asked for a password. All may see it: it is the system's. */
  if (!snetd_rulebase_can_change (rule, &error))
    {
      g_dbus_method_invocation_return_gerror (call->invocation, error);
      call_free (call);
      return;
    }
  snetd_authority_check (call->self->authority, call->invocation, method, rule->owner,
                         change_allowed_cb, call);
}

static void
check_update (Call *call)
{
  change (call, "Rules.Update");
}

static gboolean
handle_update (SnetDBusRules *object,
               GDBusMethodInvocation *invocation,
               guint64 id,
               GVariant *dictionary)
{
  g_autoptr (Call) call = call_new (SNETD_RULES (object), invocation);
  g_autoptr (GError) error = NULL;

  call->id = id;
  call->rule = snetd_rule_from_variant (dictionary, SNETD_RULE_FROM_CLIENT, &error);
  if (call->rule == NULL)
    {
      g_dbus_method_invocation_return_gerror (invocation, error);
      return G_DBUS_METHOD_INVOCATION_HANDLED;
    }
  find_login_and (g_steal_pointer (&call), check_update);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
handle_remove (SnetDBusRules *object, GDBusMethodInvocation *invocation, guint64 id)
{
  Call *call = call_new (SNETD_RULES (object), invocation);

  call->id = id;
  change (call, "Rules.Remove");
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

/* Get */

static void
get_allowed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Call) call = user_data;
  SnetdRule *rule;
  guint32 caller;
  gboolean all;

  all = snetd_authority_check_finish (SNETD_AUTHORITY (source), result, &caller, NULL);
  rule = snetd_rulebase_lookup (call->self->rulebase, call->id);
  if (rule == NULL || !(all || rule->owner == SNETD_OWNER_SYSTEM || rule->owner == caller))
    return_unknown (call);
  else
    snet_dbus_rules_complete_get (SNET_DBUS_RULES (call->self), call->invocation,
                                  snetd_rule_to_variant (rule));
}

static gboolean
handle_get (SnetDBusRules *object, GDBusMethodInvocation *invocation, guint64 id)
{
  SnetdRules *self = SNETD_RULES (object);
  Call *call = call_new (self, invocation);

  call->id = id;
  snetd_authority_check (self->authority, invocation, "Rules.Get", SNETD_AUTHORITY_SYSTEM,
                         get_allowed_cb, call);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

/* Explain */

static gboolean
handle_explain (SnetDBusRules *object, GDBusMethodInvocation *invocation, GVariant *event)
{
  SnetdRules *self = SNETD_RULES (object);

  snetd_explain_begin (self->rulebase, self->authority, invocation, event);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

/* Propose */

static GVariant *
propose (SnetdRules *self, SnetdFilter *filter, GError **error)
{
  g_autoptr (GVariant) kinds = NULL;

  snetd_filter_only_reason (filter, SNETD_REASON_MONITOR);
  kinds = snetd_record_survey (snetd_manager_get_record (self->manager), filter, error);
  if (kinds == NULL)
    return NULL;
  g_variant_ref_sink (kinds);
  return snetd_proposals_make (self->rulebase, kinds);
}

static void
propose_allowed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Call) call = user_data;
  g_autoptr (GError) error = NULL;
  GVariant *rules;
  guint32 caller;

  if (!snetd_authority_check_finish (SNETD_AUTHORITY (source), result, &caller, NULL))
    snetd_filter_only_uid (call->filter, caller);
  rules = propose (call->self, call->filter, &error);
  if (rules == NULL)
    g_dbus_method_invocation_return_gerror (call->invocation, error);
  else
    snet_dbus_rules_complete_propose (SNET_DBUS_RULES (call->self), call->invocation, rules);
}

static gboolean
handle_propose (SnetDBusRules *object, GDBusMethodInvocation *invocation, GVariant *filter)
{
  SnetdRules *self = SNETD_RULES (object);
  g_autoptr (Call) call = call_new (self, invocation);
  g_autoptr (GError) error = NULL;

  call->filter = snetd_filter_new (filter, &error);
  if (call->filter == NULL)
    {
      g_dbus_method_invocation_return_gerror (invocation, error);
      return G_DBUS_METHOD_INVOCATION_HANDLED;
    }
  snetd_authority_check (self->authority, invocation, "Rules.Propose", SNETD_AUTHORITY_SYSTEM,
                         propose_allowed_cb, g_steal_pointer (&call));
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

/* Match, Import, Export */

static gboolean
handle_match (SnetDBusRules *object,
              GDBusMethodInvocation *invocation,
              GVariant *rule,
              GVariant *filter)
{
  snetd_match_begin (SNETD_RULES (object)->reading, invocation, rule, filter);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
handle_import (SnetDBusRules *object,
               GDBusMethodInvocation *invocation,
               const char *format,
               const char *text,
               GVariant *options)
{
  snetd_import_begin (SNETD_RULES (object)->import, invocation, format, options);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
handle_export (SnetDBusRules *object, GDBusMethodInvocation *invocation, GVariant *options)
{
  SnetdRules *self = SNETD_RULES (object);

  snetd_export_begin (object, self->rulebase, self->authority, invocation, options);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

/* What others change is told to all. */

static void
rule_added_cb (SnetdRulebase *rulebase, guint64 id, SnetdRules *self)
{
  snet_dbus_rules_emit_added (SNET_DBUS_RULES (self), id);
}

static void
rule_updated_cb (SnetdRulebase *rulebase, guint64 id, SnetdRules *self)
{
  snet_dbus_rules_emit_changed (SNET_DBUS_RULES (self), id);
}

static void
rule_removed_cb (SnetdRulebase *rulebase, guint64 id, SnetdRules *self)
{
  snet_dbus_rules_emit_removed (SNET_DBUS_RULES (self), id);
}

static void
snetd_rules_finalize (GObject *object)
{
  SnetdRules *self = SNETD_RULES (object);

  g_clear_pointer (&self->import, snetd_import_free);
  g_clear_pointer (&self->reading, snetd_reading_free);
  g_clear_object (&self->rulebase);
  g_clear_object (&self->manager);
  g_clear_object (&self->authority);
  g_clear_object (&self->logins);
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
  iface->handle_lists = handle_lists;
  iface->handle_get = handle_get;
  iface->handle_add = handle_add;
  iface->handle_update = handle_update;
  iface->handle_remove = handle_remove;
  iface->handle_explain = handle_explain;
  iface->handle_propose = handle_propose;
  iface->handle_match = handle_match;
  iface->handle_import = handle_import;
  iface->handle_export = handle_export;
}

static void
snetd_rules_init (SnetdRules *self)
{
}

SnetdRules *
snetd_rules_new (SnetdRulebase *rulebase,
                 SnetdManager *manager,
                 SnetdAuthority *authority,
                 SnetdLogins *logins)
{
  SnetdRules *self = g_object_new (SNETD_TYPE_RULES, NULL);

  self->rulebase = g_object_ref (rulebase);
  self->manager = g_object_ref (manager);
  self->authority = g_object_ref (authority);
  self->logins = g_object_ref (logins);
  self->import = snetd_import_new (SNET_DBUS_RULES (self), rulebase, authority, logins);
  self->reading =
    snetd_reading_new (G_OBJECT (self), snetd_manager_get_record (manager), authority, READING_MAX);
  g_signal_connect_object (rulebase, "added", G_CALLBACK (rule_added_cb), self, 0);
  g_signal_connect_object (rulebase, "updated", G_CALLBACK (rule_updated_cb), self, 0);
  g_signal_connect_object (rulebase, "removed", G_CALLBACK (rule_removed_cb), self, 0);
  return self;
}
