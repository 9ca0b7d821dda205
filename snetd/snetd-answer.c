/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snetd-answer.h"

#include <string.h>

#include "snet-names.h"
#include "snetd-dict.h"
#include "snetd-error.h"

#define BIT(condition) SNETD_CONDITION_BIT (condition)

static gboolean
invalid (GError **error, const char *option, const char *what)
{
  g_set_error (error, SNETD_ERROR, SNETD_ERROR_INVALID_OPTION, "“%s” %s", option, what);
  return FALSE;
}

static gboolean
check_type (const char *option, GVariant *value, const char *type, GError **error)
{
  return snetd_dict_check_type (option, value, G_VARIANT_TYPE (type), SNETD_ERROR_INVALID_OPTION,
                                error);
}

static gboolean
read_match (SnetdAnswer *answer, GVariant *value, GError **error)
{
  GVariantIter iter;
  const char *key;

  if (!check_type (SNET_KEY_MATCH, value, "as", error))
    return FALSE;

  answer->match_given = TRUE;
  g_variant_iter_init (&iter, value);
  while (g_variant_iter_loop (&iter, "&s", &key))
    {
      SnetdCondition condition = snetd_condition_from_key (key);

      if (condition == SNETD_CONDITION_LAST)
        {
          g_set_error (error, SNETD_ERROR, SNETD_ERROR_INVALID_OPTION,
                       "“match” cannot hold “%s”, which is not a condition of a rule", key);
          return FALSE;
        }
      answer->match |= BIT (condition);
    }
  return TRUE;
}

static gboolean
read_option (SnetdAnswer *answer, const char *option, GVariant *value, GError **error)
{
  int lifetime;

  if (g_str_equal (option, SNET_KEY_LIFETIME))
    {
      if (!snetd_dict_get_word (option, value, &snetd_lifetimes, &lifetime,
                                SNETD_ERROR_INVALID_OPTION, error))
        return FALSE;
      answer->lifetime = lifetime;
      return TRUE;
    }
  if (g_str_equal (option, SNET_KEY_DURATION))
    {
      if (!check_type (option, value, "u", error))
        return FALSE;
      answer->duration = g_variant_get_uint32 (value);
      return answer->duration != 0 || invalid (error, option, "cannot be 0");
    }
  if (g_str_equal (option, SNET_KEY_UNTIL))
    {
      if (!check_type (option, value, "x", error))
        return FALSE;
      answer->until = g_variant_get_int64 (value);
      return answer->until > 0 || invalid (error, option, "is before there was time");
    }
  if (g_str_equal (option, SNET_KEY_MATCH))
    return read_match (answer, value, error);
  if (g_str_equal (option, SNET_KEY_ERRNO))
    return snetd_dict_get_word (option, value, &snetd_errnos, &answer->error,
                                SNETD_ERROR_INVALID_OPTION, error);
  if (g_str_equal (option, SNET_KEY_COMMENT))
    {
      if (!check_type (option, value, "s", error))
        return FALSE;
      if (strlen (g_variant_get_string (value, NULL)) > SNETD_COMMENT_MAX)
        return invalid (error, option, "is longer than 1000 bytes");
      answer->comment = g_variant_dup_string (value, NULL);
      return TRUE;
    }
  return invalid (error, option,
                  "is not an option; there are lifetime, duration, until, match, errno and "
                  "comment");
}

static gboolean
check_time (const SnetdAnswer *answer, GError **error)
{
  const gboolean has_until = answer->until != 0, has_duration = answer->duration != 0;

  if (answer->lifetime == SNETD_LIFETIME_UNTIL && has_until == has_duration)
    return invalid (error, SNET_KEY_LIFETIME, "“until” needs either “duration” or “until”");
  if (answer->lifetime != SNETD_LIFETIME_UNTIL && (has_until || has_duration))
    return invalid (error, has_until ? SNET_KEY_UNTIL : SNET_KEY_DURATION,
                    "goes only with the lifetime “until”");
  return TRUE;
}

/* What one option has to say about another. */
static gboolean
check_options (const SnetdAnswer *answer, GError **error)
{
  gboolean lasts = answer->lifetime != SNETD_LIFETIME_ONCE;

  if (answer->error != 0 && answer->verdict != SNET_VERDICT_DENY)
    return invalid (error, SNET_KEY_ERRNO, "goes only with the verdict deny");
  if (answer->match_given && !lasts)
    return invalid (error, SNET_KEY_MATCH, "goes only with a lifetime other than once");
  if (answer->comment != NULL && !lasts)
    return invalid (error, SNET_KEY_COMMENT, "goes only with a lifetime other than once");
  return check_time (answer, error);
}

SnetdAnswer *
snetd_answer_new (const char *verdict, GVariant *options, GError **error)
{
  g_autoptr (SnetdAnswer) answer = g_new0 (SnetdAnswer, 1);
  GVariantIter iter;
  const char *option;
  GVariant *value;
  int word;

  if (!snetd_vocabulary_value (&snetd_verdicts, verdict, &word))
    {
      g_set_error (error, SNETD_ERROR, SNETD_ERROR_INVALID_VERDICT,
                   "“%s” is not a verdict; it can be allow or deny", verdict);
      return NULL;
    }
  answer->verdict = word;

  if (!snetd_dict_check_duplicates (options, SNETD_ERROR_INVALID_OPTION, error))
    return NULL;
  g_variant_iter_init (&iter, options);
  while (g_variant_iter_next (&iter, "{&sv}", &option, &value))
    {
      g_autoptr (GVariant) owned = value;

      if (!read_option (answer, option, owned, error))
        return NULL;
    }
  if (!check_options (answer, error))
    return NULL;

  return g_steal_pointer (&answer);
}

void
snetd_answer_free (SnetdAnswer *answer)
{
  g_free (answer->comment);
  g_free (answer->login);
  g_free (answer);
}

/* listen() on a socket that was never bound has no port to keep. */
static guint
local_port (const SnetdRequest *request)
{
  return SNETD_ADDRESS_KNOWN (&request->local) ? BIT (SNETD_CONDITION_LOCAL_PORT) : 0;
}

/* What of the addresses makes this call what it is. */
static guint
match_endpoints (const SnetdRequest *request)
{
  switch (request->operation)
    {
    case SNET_OP_CONNECT:
    case SNET_OP_SEND:
      return BIT (SNETD_CONDITION_REMOTE_ADDRESS) | BIT (SNETD_CONDITION_REMOTE_PORT);
    case SNET_OP_ACCEPT:
      /* The peer's port is another one each time. */
      return BIT (SNETD_CONDITION_REMOTE_ADDRESS) | local_port (request);
    case SNET_OP_CREATE:
      return BIT (SNETD_CONDITION_TYPE) | BIT (SNETD_CONDITION_FAMILY);
    default:
      return local_port (request);
    }
}

guint
snetd_answer_default_match (const SnetdRequest *request)
{
  guint match = BIT (SNETD_CONDITION_OPERATION) | BIT (SNETD_CONDITION_PROGRAM) |
                BIT (SNETD_CONDITION_PROTOCOL);

  /* Addresses of other families are not understood, and cannot be conditions. */
  if (!snetd_family_is_internet (request->family))
    return match | BIT (SNETD_CONDITION_TYPE) | BIT (SNETD_CONDITION_FAMILY);
  return match | match_endpoints (request);
}

static gboolean
keep_conditions (SnetdRule *rule, guint match, const SnetdRequest *request, GError **error)
{
  for (SnetdCondition c = 0; c < SNETD_CONDITION_LAST; c++)
    {
      /* Leaving it out would make a wider rule than was meant. */
      if ((match & BIT (c)) && !snetd_condition_keep (c, rule, request))
        {
          g_set_error (error, SNETD_ERROR, SNETD_ERROR_INVALID_OPTION,
                       "“match”: the “%s” of this request is not known, or not one that a rule can "
                       "have; say which conditions the rule is to keep",
                       snetd_condition_key (c));
          return FALSE;
        }
    }
  return TRUE;
}

/* What the options make together has to be a rule that could be made otherwise, too. */
static gboolean
check_whole (const SnetdRule *rule, GError **error)
{
  g_autoptr (GError) local = NULL;

  if (snetd_rule_check (rule, &local))
    return TRUE;
  g_set_error (error, SNETD_ERROR, SNETD_ERROR_INVALID_OPTION, "%s", local->message);
  return FALSE;
}

SnetdRule *
snetd_answer_make_rule (const SnetdAnswer *answer,
                        const SnetdRequest *request,
                        guint32 caller,
                        GError **error)
{
  g_autoptr (SnetdRule) rule = snetd_rule_new ();
  guint match;

  if (caller != 0 && caller != request->uid)
    {
      g_set_error (error, SNETD_ERROR, SNETD_ERROR_INVALID_OPTION,
                   "“lifetime” can only be once: the request is user %u's, and a rule of yours "
                   "would not touch it",
                   request->uid);
      return NULL;
    }

  rule->owner = caller == 0 ? SNETD_OWNER_SYSTEM : caller;
  rule->action = answer->verdict == SNET_VERDICT_ALLOW ? SNETD_ACTION_ALLOW : SNETD_ACTION_DENY;
  rule->error = answer->error;
  rule->lifetime = answer->lifetime;
  rule->duration = answer->duration;
  rule->until = answer->until;
  rule->comment = g_strdup (answer->comment);
  match = answer->match_given ? answer->match : snetd_answer_default_match (request);
  if (rule->lifetime == SNETD_LIFETIME_PROCESS)
    {
      match |= BIT (SNETD_CONDITION_PROCESS);
      rule->pid = request->pid;
    }
  if (rule->lifetime == SNETD_LIFETIME_SESSION && answer->login == NULL)
    {
      invalid (error, SNET_KEY_LIFETIME,
               "cannot be session: logind knows of no login session that the program belongs to");
      return NULL;
    }
  rule->login = g_strdup (answer->login);
  if (!keep_conditions (rule, match, request, error) || !check_whole (rule, error))
    return NULL;

  return g_steal_pointer (&rule);
}
