/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snetd-match.h"

#include "snet-names.h"
#include "snetd-error.h"
#include "snetd-past.h"

typedef struct
{
  SnetdRule *rule;
  SnetdFilter *filter;
} Match;

static void
match_free (gpointer data)
{
  Match *match = data;

  g_clear_pointer (&match->rule, snetd_rule_unref);
  g_clear_pointer (&match->filter, snetd_filter_free);
  g_free (match);
}

/* As with Add, and with Query: whose rule it would be, and which events there are to see. */
static gboolean
set_caller (gpointer data, guint32 caller, gboolean sees_all, GError **error)
{
  Match *match = data;

  if (!sees_all)
    snetd_filter_only_uid (match->filter, caller);
  if (snetd_rule_says_owner (match->rule) || caller == 0)
    return TRUE;
  match->rule->owner = caller;
  return snetd_rule_check (match->rule, error);
}

static GVariant *
count (gpointer data, const char *path, GError **error)
{
  Match *match = data;
  guint matched, examined;

  if (!snetd_past_match (path, match->filter, match->rule, &matched, &examined, error))
    return NULL;
  return g_variant_ref_sink (g_variant_new ("(uu)", matched, examined));
}

static const SnetdReadingKind kind = {
  .method = "Rules.Match",
  .set_caller = set_caller,
  .read = count,
  .free = match_free,
};

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
read_arguments (Match *match, GVariant *rule, GVariant *filter, GError **error)
{
  match->rule = snetd_rule_from_variant (rule, SNETD_RULE_FROM_CLIENT, error);
  if (match->rule == NULL || !check_no_list (match->rule, error))
    return FALSE;
  match->filter = snetd_filter_new (filter, error);
  return match->filter != NULL;
}

void
snetd_match_begin (SnetdReading *reading,
                   GDBusMethodInvocation *invocation,
                   GVariant *rule,
                   GVariant *filter)
{
  Match *match = g_new0 (Match, 1);
  g_autoptr (GError) error = NULL;

  if (read_arguments (match, rule, filter, &error))
    {
      snetd_reading_begin (reading, invocation, &kind, match);
      return;
    }
  g_dbus_method_invocation_return_gerror (invocation, error);
  match_free (match);
}
