/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snetd-import.h"

#include <string.h>

#include "snet-names.h"
#include "snetd-alarm.h"
#include "snetd-error.h"
#include "snetd-opensnitch.h"
#include "snetd-quota.h"
#include "snetd-rule-set.h"
#include "snetd-rule-text.h"
#include "snetd-rules.h"
#include "snetd-transfer-options.h"

#define ARGUMENT_TEXT 1 /* of Import */

/* Of one user's at a time: each can take some 200 MB while it is read. */
#define CALLS_MAX 2

/* What is said of problems, and in an error message. */
#define PROBLEM_BYTES_MAX 500
#define PROBLEMS_MAX      1000
#define PROBLEMS_SAID_MAX 10

/* What id and created, and being one of many, take in a reply, and a margin. */
#define GIVEN_BYTES 80

struct SnetdImport
{
  SnetDBusRules *object;
  SnetdRulebase *rulebase;
  SnetdAuthority *authority;
  SnetdLogins *logins;
  SnetdQuota *quota;
};

/* @system: whether rules that do not say whose they are will be the system's. */
typedef GPtrArray *(*ParseFunc) (const char *text,
                                 gsize length,
                                 gboolean system,
                                 GPtrArray *names,
                                 GPtrArray *problems);

/* A call under way. A thread has it while it reads or replies, and nobody else does. */
typedef struct
{
  SnetdImport *import;
  SnetDBusRules *object; /* keeps the above */
  GDBusMethodInvocation *invocation;
  SnetdTransferOptions options;
  ParseFunc parse;
  GVariant *argument; /* has the text */
  const char *text;
  gsize length;
  guint32 caller;
  gboolean counted; /* among the calls of the caller */
  gboolean sees_all;
  gint64 owner; /* of rules that do not say whose they are */
  GPtrArray *rules;
  GPtrArray *problems;
  guint32 present; /* rules that were there */
} Call;

static void
uncount (Call *call)
{
  if (call->counted)
    snetd_quota_end (call->import->quota, call->caller);
  call->counted = FALSE;
}

static void
call_free (Call *call)
{
  uncount (call);
  g_clear_pointer (&call->rules, g_ptr_array_unref);
  g_clear_pointer (&call->problems, g_ptr_array_unref);
  g_clear_pointer (&call->argument, g_variant_unref);
  g_object_unref (call->invocation);
  g_object_unref (call->object);
  g_free (call);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Call, call_free)

static void
return_too_much (GDBusMethodInvocation *invocation, const char *what)
{
  g_dbus_method_invocation_return_error_literal (invocation, G_DBUS_ERROR,
                                                 G_DBUS_ERROR_LIMITS_EXCEEDED, what);
}

/* The end. Until the reply nothing is asynchronous from here on. */

/* Who may make rules of another user may know of those that there are; for a trial nobody is asked.
 */
static GPtrArray *
list_known (Call *call)
{
  g_autoptr (GPtrArray) rules = snetd_rulebase_list (call->import->rulebase);
  GPtrArray *known = g_ptr_array_new_with_free_func ((GDestroyNotify)snetd_rule_unref);

  for (guint i = 0; i < rules->len; i++)
    {
      SnetdRule *rule = g_ptr_array_index (rules, i);

      if (!call->options.dry_run || call->sees_all || rule->owner == SNETD_OWNER_SYSTEM ||
          rule->owner == call->caller)
        g_ptr_array_add (known, snetd_rule_ref (rule));
    }
  return known;
}

/* Those that are no new ones; FALSE: the others are too many for a reply. */
static gboolean
drop_present (Call *call)
{
  g_autoptr (GPtrArray) known = list_known (call);
  g_autoptr (GPtrArray) all = call->rules;
  gsize size;

  for (guint i = 0; i < all->len; i++)
    snetd_rule_begin (g_ptr_array_index (all, i), g_get_real_time (),
                      snetd_clock_now (SNETD_CLOCK_OF_BOOT));
  call->rules = snetd_rule_set_without (all, known, &size);
  call->present = all->len - call->rules->len;
  return size + call->rules->len * GIVEN_BYTES <= SNETD_REPLY_MAX;
}

static gboolean
apply (Call *call, GError **error)
{
  if (call->options.dry_run || call->rules->len == 0)
    return TRUE;
  if (!snetd_rulebase_add_all (call->import->rulebase, call->rules, error))
    return FALSE;
  g_message ("%u rules imported by user %u", call->rules->len, call->caller);
  return TRUE;
}

/*
 * In a thread, since to write down what has been made takes longer than making it. Rules that
 * are in force do not change, and what counts their references is left to the main loop.
 */
static void
reply_in_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  Call *call = task_data;

  g_ptr_array_add (call->problems, NULL);
  snet_dbus_rules_complete_import (call->object, call->invocation,
                                   snetd_rule_set_to_variant (call->rules), call->present,
                                   (const char *const *)call->problems->pdata);
  g_task_return_boolean (task, TRUE);
}

static void
replied_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  call_free (user_data);
}

/* Takes the call. */
static void
finish (Call *taken)
{
  g_autoptr (Call) call = taken;
  g_autoptr (GError) error = NULL;
  g_autoptr (GTask) task = NULL;

  if (!drop_present (call))
    {
      return_too_much (call->invocation, "That is too much for one call; import it in parts");
      return;
    }
  if (!apply (call, &error))
    {
      g_dbus_method_invocation_return_gerror (call->invocation, error);
      return;
    }
  /* Who has the reply may call again, even before it is known here that it is sent. */
  uncount (call);
  task = g_task_new (call->object, NULL, replied_cb, call);
  g_task_set_task_data (task, g_steal_pointer (&call), NULL);
  g_task_run_in_thread (task, reply_in_thread);
}

/* May the caller? Asked once, about the strictest that the rules need. */

static void
allowed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Call) call = user_data;
  g_autoptr (GError) error = NULL;
  guint32 caller;

  if (snetd_authority_check_finish (SNETD_AUTHORITY (source), result, &caller, &error))
    finish (g_steal_pointer (&call));
  else
    g_dbus_method_invocation_return_gerror (call->invocation, error);
}

/* Whose all of them are; the system's counts for those of more than one, as the right is the same.
 */
static gint64
find_owner (GPtrArray *rules)
{
  const SnetdRule *first = g_ptr_array_index (rules, 0);

  for (guint i = 1; i < rules->len; i++)
    {
      const SnetdRule *rule = g_ptr_array_index (rules, i);

      if (rule->owner != first->owner)
        return SNETD_AUTHORITY_SYSTEM;
    }
  return first->owner == SNETD_OWNER_SYSTEM ? SNETD_AUTHORITY_SYSTEM : first->owner;
}

/* Takes the call. */
static void
ask (Call *call)
{
  snetd_authority_check (call->import->authority, call->invocation, "Rules.Import",
                         find_owner (call->rules), allowed_cb, call);
}

/* As with Add: rules that are to end with a login session end with the caller's. */

static void
login_found_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Call *call = user_data;
  g_autofree char *login = snetd_logins_find_finish (SNETD_LOGINS (source), result, NULL);

  for (guint i = 0; i < call->rules->len; i++)
    {
      SnetdRule *rule = g_ptr_array_index (call->rules, i);

      if (rule->lifetime == SNETD_LIFETIME_SESSION)
        rule->login = g_strdup (login);
    }
  ask (call);
}

static gboolean
needs_login (GPtrArray *rules)
{
  for (guint i = 0; i < rules->len; i++)
    {
      if (((SnetdRule *)g_ptr_array_index (rules, i))->lifetime == SNETD_LIFETIME_SESSION)
        return TRUE;
    }
  return FALSE;
}

/* Takes the call. */
static void
find_login_and_ask (Call *call)
{
  if (needs_login (call->rules))
    snetd_logins_find_caller (call->import->logins,
                              g_dbus_method_invocation_get_sender (call->invocation),
                              login_found_cb, call);
  else
    ask (call);
}

static void
return_problems (Call *call)
{
  g_autoptr (GString) said = g_string_new (NULL);
  const guint n = call->problems->len;

  for (guint i = 0; i < MIN (n, PROBLEMS_SAID_MAX); i++)
    g_string_append_printf (said, "\n%s", (const char *)g_ptr_array_index (call->problems, i));
  if (n > PROBLEMS_SAID_MAX)
    g_string_append_printf (said, "\nand %u more", n - PROBLEMS_SAID_MAX);
  g_dbus_method_invocation_return_error (
    call->invocation, SNETD_ERROR, SNETD_ERROR_INVALID_RULE,
    "Nothing was imported; %u rules have no problem, and would be with “" SNET_KEY_PARTIAL "”:%s",
    call->rules->len, said->str);
}

static void
parsed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Call) call = user_data;

  if (call->rules->len > SNETD_IMPORT_RULES_MAX)
    return_too_much (
      call->invocation,
      "More than " G_STRINGIFY (SNETD_IMPORT_RULES_MAX) " rules are too many for one call; "
                                                        "import them in parts");
  else if (call->options.dry_run)
    finish (g_steal_pointer (&call));
  else if (call->problems->len > 0 && !call->options.partial)
    return_problems (call);
  else if (call->rules->len == 0)
    finish (g_steal_pointer (&call));
  else
    find_login_and_ask (g_steal_pointer (&call));
}

/* Reading, in a thread. */

/* Not all that somebody has written wrong is worth sending back. */
static void
bound_problems (GPtrArray *problems)
{
  const guint n = problems->len;

  for (guint i = 0; i < MIN (n, PROBLEMS_MAX); i++)
    {
      char *problem = g_ptr_array_index (problems, i);

      if (strlen (problem) > PROBLEM_BYTES_MAX)
        strcpy (g_utf8_find_prev_char (problem, problem + PROBLEM_BYTES_MAX - strlen ("…")), "…");
    }
  if (n <= PROBLEMS_MAX)
    return;
  g_ptr_array_set_size (problems, PROBLEMS_MAX);
  g_ptr_array_add (problems, g_strdup_printf ("and %u more", n - PROBLEMS_MAX));
}

/* What was said without an owner can be wrong with one. */
static gboolean
give_owner (SnetdRule *rule, gint64 owner, GError **error)
{
  if (snetd_rule_says_owner (rule) || owner == SNETD_OWNER_SYSTEM)
    return TRUE;
  rule->owner = owner;
  return snetd_rule_check (rule, error);
}

static void
parse_in_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  Call *call = task_data;
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) read = NULL;

  read = call->parse (call->text, call->length, call->owner == SNETD_OWNER_SYSTEM, names,
                      call->problems);
  call->rules = g_ptr_array_new_with_free_func ((GDestroyNotify)snetd_rule_unref);
  for (guint i = 0; i < read->len; i++)
    {
      SnetdRule *rule = g_ptr_array_index (read, i);
      g_autoptr (GError) error = NULL;

      if (give_owner (rule, call->owner, &error))
        g_ptr_array_add (call->rules, snetd_rule_ref (rule));
      else
        g_ptr_array_add (
          call->problems,
          g_strdup_printf ("[%s]: %s", (const char *)g_ptr_array_index (names, i), error->message));
    }
  bound_problems (call->problems);
  g_task_return_boolean (task, TRUE);
}

/* As with Add: root stands for the system. */
static gint64
default_owner (const SnetdTransferOptions *options, guint32 caller)
{
  if (options->has_owner)
    return options->owner;
  return options->system || caller == 0 ? SNETD_OWNER_SYSTEM : caller;
}

/* Who calls, and what that one may know; whether it may do this is asked when it is known what. */
static void
caller_known_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Call) call = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GTask) task = NULL;

  call->sees_all =
    snetd_authority_check_finish (SNETD_AUTHORITY (source), result, &call->caller, &error);
  if (call->caller == SNETD_AUTHORITY_NOBODY)
    {
      g_dbus_method_invocation_return_gerror (call->invocation, error);
      return;
    }
  call->counted = snetd_quota_begin (call->import->quota, call->caller);
  if (!call->counted)
    {
      return_too_much (call->invocation, "You import too much at a time; try again");
      return;
    }
  call->owner = default_owner (&call->options, call->caller);
  call->problems = g_ptr_array_new_with_free_func (g_free);
  /* Not of the object: the thread, which is done last, must not be the one that lets go of it. */
  task = g_task_new (NULL, NULL, parsed_cb, call);
  g_task_set_task_data (task, g_steal_pointer (&call), NULL);
  g_task_run_in_thread (task, parse_in_thread);
}

/* The beginning. */

static GPtrArray *
parse_text (const char *text, gsize length, gboolean system, GPtrArray *names, GPtrArray *problems)
{
  return snetd_rule_text_parse (text, length, names, problems);
}

static const struct
{
  const char *format;
  ParseFunc parse;
} formats[] = {
  { SNET_FORMAT_SNET, parse_text },
  { SNET_FORMAT_OPENSNITCH, snetd_opensnitch_parse },
};

static ParseFunc
find_format (const char *format, GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (formats); i++)
    {
      if (g_str_equal (formats[i].format, format))
        return formats[i].parse;
    }
  g_set_error (
    error, SNETD_ERROR, SNETD_ERROR_INVALID_OPTION,
    "The format cannot be “%s”; it can be " SNET_FORMAT_SNET " or " SNET_FORMAT_OPENSNITCH, format);
  return NULL;
}

void
snetd_import_begin (SnetdImport *import,
                    GDBusMethodInvocation *invocation,
                    const char *format,
                    GVariant *options)
{
  g_autoptr (Call) call = g_new0 (Call, 1);
  g_autoptr (GError) error = NULL;

  call->import = import;
  call->object = g_object_ref (import->object);
  call->invocation = g_object_ref (invocation);
  call->argument =
    g_variant_get_child_value (g_dbus_method_invocation_get_parameters (invocation), ARGUMENT_TEXT);
  call->text = g_variant_get_string (call->argument, &call->length);
  call->parse = find_format (format, &error);
  if (call->parse == NULL || !snetd_transfer_options_read_import (&call->options, options, &error))
    {
      g_dbus_method_invocation_return_gerror (invocation, error);
      return;
    }
  if (call->length > SNETD_IMPORT_TEXT_MAX)
    {
      return_too_much (invocation, "The text is longer than 16 MB; import it in parts");
      return;
    }
  snetd_authority_check (import->authority, invocation, "Rules.List", SNETD_AUTHORITY_SYSTEM,
                         caller_known_cb, g_steal_pointer (&call));
}

SnetdImport *
snetd_import_new (SnetDBusRules *object,
                  SnetdRulebase *rulebase,
                  SnetdAuthority *authority,
                  SnetdLogins *logins)
{
  SnetdImport *import = g_new0 (SnetdImport, 1);

  import->object = object;
  import->quota = snetd_quota_new (CALLS_MAX);
  import->rulebase = g_object_ref (rulebase);
  import->authority = g_object_ref (authority);
  import->logins = g_object_ref (logins);
  return import;
}

void
snetd_import_free (SnetdImport *import)
{
  snetd_quota_free (import->quota);
  g_object_unref (import->rulebase);
  g_object_unref (import->authority);
  g_object_unref (import->logins);
  g_free (import);
}
