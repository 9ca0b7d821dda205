/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snetd-rule.h"

#include <netinet/in.h>
#include <string.h>

#include "snet-names.h"
#include "snetd-dict.h"
#include "snetd-error.h"

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif

static const char *const condition_keys[SNETD_CONDITION_LAST] = {
  [SNETD_CONDITION_PROGRAM] = SNET_KEY_PROGRAM,
  [SNETD_CONDITION_REMOTE_ADDRESS] = SNET_KEY_REMOTE_ADDRESS,
  [SNETD_CONDITION_REMOTE_PORT] = SNET_KEY_REMOTE_PORT,
  [SNETD_CONDITION_LOCAL_ADDRESS] = SNET_KEY_LOCAL_ADDRESS,
  [SNETD_CONDITION_LOCAL_PORT] = SNET_KEY_LOCAL_PORT,
  [SNETD_CONDITION_OPERATION] = SNET_KEY_OPERATION,
  [SNETD_CONDITION_PROTOCOL] = SNET_KEY_PROTOCOL,
  [SNETD_CONDITION_TYPE] = SNET_KEY_TYPE,
  [SNETD_CONDITION_FAMILY] = SNET_KEY_FAMILY,
  [SNETD_CONDITION_UID] = SNET_KEY_UID,
};

SnetdRule *
snetd_rule_new (void)
{
  SnetdRule *rule = g_new0 (SnetdRule, 1);

  g_ref_count_init (&rule->ref_count);
  rule->owner = SNETD_OWNER_SYSTEM;
  rule->lifetime = SNETD_LIFETIME_FOREVER;
  return rule;
}

SnetdRule *
snetd_rule_ref (SnetdRule *rule)
{
  g_ref_count_inc (&rule->ref_count);
  return rule;
}

void
snetd_rule_unref (SnetdRule *rule)
{
  if (!g_ref_count_dec (&rule->ref_count))
    return;

  g_free (rule->comment);
  g_free (rule->program);
  g_free (rule);
}

void
snetd_rule_set_text (char **text, const char *new_text)
{
  g_free (*text);
  *text = g_strdup (new_text);
}

gboolean
snetd_rule_has (const SnetdRule *rule, SnetdCondition condition)
{
  return (rule->conditions & (1u << condition)) != 0;
}

const char *
snetd_condition_key (SnetdCondition condition)
{
  return condition_keys[condition];
}

SnetdCondition
snetd_condition_from_key (const char *key)
{
  SnetdCondition condition = 0;

  while (condition < SNETD_CONDITION_LAST && !g_str_equal (condition_keys[condition], key))
    condition++;
  return condition;
}

/* Reading the keys: a setter each, found by the table below. */

static gboolean
invalid (GError **error, const char *key, const char *what)
{
  g_set_error (error, SNETD_ERROR, SNETD_ERROR_INVALID_RULE, "“%s” %s", key, what);
  return FALSE;
}

static gboolean
set_word (SnetdRule *rule,
          const char *key,
          GVariant *value,
          const SnetdVocabulary *vocabulary,
          int *ret_value,
          GError **error)
{
  return snetd_dict_get_word (key, value, vocabulary, ret_value, SNETD_ERROR_INVALID_RULE, error);
}

static gboolean
set_id (SnetdRule *rule, const char *key, GVariant *value, GError **error)
{
  rule->id = g_variant_get_uint64 (value);
  return TRUE;
}

static gboolean
set_created (SnetdRule *rule, const char *key, GVariant *value, GError **error)
{
  rule->created = g_variant_get_int64 (value);
  return TRUE;
}

static gboolean
set_action (SnetdRule *rule, const char *key, GVariant *value, GError **error)
{
  int action;

  if (!set_word (rule, key, value, &snetd_actions, &action, error))
    return FALSE;
  rule->action = action;
  return TRUE;
}

static gboolean
set_errno (SnetdRule *rule, const char *key, GVariant *value, GError **error)
{
  return set_word (rule, key, value, &snetd_errnos, &rule->error, error);
}

static gboolean
set_lifetime (SnetdRule *rule, const char *key, GVariant *value, GError **error)
{
  int lifetime;

  if (!set_word (rule, key, value, &snetd_lifetimes, &lifetime, error))
    return FALSE;
  if (lifetime == SNETD_LIFETIME_ONCE)
    return invalid (error, key, "cannot be “once”, which makes no rule; say reboot or forever");
  rule->lifetime = lifetime;
  return TRUE;
}

static gboolean
is_uid (guint32 uid)
{
  return uid != G_MAXUINT32;
}

static gboolean
set_owner (SnetdRule *rule, const char *key, GVariant *value, GError **error)
{
  if (!is_uid (g_variant_get_uint32 (value)))
    return invalid (error, key, "is not a user id; leave it out for a rule of the system");
  rule->owner = g_variant_get_uint32 (value);
  return TRUE;
}

static gboolean
set_comment (SnetdRule *rule, const char *key, GVariant *value, GError **error)
{
  const char *comment = g_variant_get_string (value, NULL);

  if (strlen (comment) > SNETD_COMMENT_MAX)
    return invalid (error, key, "is longer than 1000 bytes");
  snetd_rule_set_text (&rule->comment, comment);
  return TRUE;
}

static gboolean
set_program (SnetdRule *rule, const char *key, GVariant *value, GError **error)
{
  const char *program = g_variant_get_string (value, NULL);
  g_autofree char *canonical = NULL;

  if (program[0] != '/')
    return invalid (error, key, "must be an absolute path");

  /* The kernel names a file by one path only; another would never match. */
  canonical = g_canonicalize_filename (program, "/");
  if (!g_str_equal (canonical, program) || g_str_equal (program, "/"))
    {
      g_set_error (error, SNETD_ERROR, SNETD_ERROR_INVALID_RULE,
                   "“%s” must be the path of a file, without “.”, “..” or needless slashes", key);
      return FALSE;
    }
  snetd_rule_set_text (&rule->program, program);
  return TRUE;
}

static gboolean
set_uid (SnetdRule *rule, const char *key, GVariant *value, GError **error)
{
  rule->uid = g_variant_get_uint32 (value);
  return is_uid (rule->uid) || invalid (error, key, "is not a user id");
}

static gboolean
set_operation (SnetdRule *rule, const char *key, GVariant *value, GError **error)
{
  return set_word (rule, key, value, &snetd_operations, &rule->operation, error);
}

static gboolean
set_family (SnetdRule *rule, const char *key, GVariant *value, GError **error)
{
  return set_word (rule, key, value, &snetd_families, &rule->family, error);
}

static gboolean
set_type (SnetdRule *rule, const char *key, GVariant *value, GError **error)
{
  return set_word (rule, key, value, &snetd_types, &rule->type, error);
}

static gboolean
set_protocol (SnetdRule *rule, const char *key, GVariant *value, GError **error)
{
  return set_word (rule, key, value, &snetd_protocols, &rule->protocol, error);
}

static gboolean
set_remote_address (SnetdRule *rule, const char *key, GVariant *value, GError **error)
{
  return snetd_dict_get_address (key, value, &rule->remote_address, SNETD_ERROR_INVALID_RULE,
                                 error);
}

static gboolean
set_local_address (SnetdRule *rule, const char *key, GVariant *value, GError **error)
{
  return snetd_dict_get_address (key, value, &rule->local_address, SNETD_ERROR_INVALID_RULE, error);
}

static gboolean
set_remote_port (SnetdRule *rule, const char *key, GVariant *value, GError **error)
{
  rule->remote_port = g_variant_get_uint16 (value);
  return TRUE;
}

static gboolean
set_local_port (SnetdRule *rule, const char *key, GVariant *value, GError **error)
{
  rule->local_port = g_variant_get_uint16 (value);
  return TRUE;
}

static const struct
{
  const char *key;
  const char *type;
  gboolean (*set) (SnetdRule *rule, const char *key, GVariant *value, GError **error);
} rule_keys[] = {
  { SNET_KEY_ID, "t", set_id },
  { SNET_KEY_CREATED, "x", set_created },
  { SNET_KEY_ACTION, "s", set_action },
  { SNET_KEY_ERRNO, "s", set_errno },
  { SNET_KEY_LIFETIME, "s", set_lifetime },
  { SNET_KEY_OWNER, "u", set_owner },
  { SNET_KEY_COMMENT, "s", set_comment },
  { SNET_KEY_OPERATION, "s", set_operation },
  { SNET_KEY_PROGRAM, "s", set_program },
  { SNET_KEY_UID, "u", set_uid },
  { SNET_KEY_FAMILY, "s", set_family },
  { SNET_KEY_TYPE, "s", set_type },
  { SNET_KEY_PROTOCOL, "s", set_protocol },
  { SNET_KEY_REMOTE_ADDRESS, "s", set_remote_address },
  { SNET_KEY_REMOTE_PORT, "q", set_remote_port },
  { SNET_KEY_LOCAL_ADDRESS, "s", set_local_address },
  { SNET_KEY_LOCAL_PORT, "q", set_local_port },
};

static gboolean
read_key (SnetdRule *rule, const char *key, GVariant *value, GError **error)
{
  SnetdCondition condition = snetd_condition_from_key (key);

  for (gsize i = 0; i < G_N_ELEMENTS (rule_keys); i++)
    {
      if (!g_str_equal (rule_keys[i].key, key))
        continue;
      if (!snetd_dict_check_type (key, value, G_VARIANT_TYPE (rule_keys[i].type),
                                  SNETD_ERROR_INVALID_RULE, error) ||
          !rule_keys[i].set (rule, key, value, error))
        return FALSE;
      if (condition != SNETD_CONDITION_LAST)
        rule->conditions |= 1u << condition;
      return TRUE;
    }

  g_set_error (error, SNETD_ERROR, SNETD_ERROR_INVALID_RULE, "“%s” is not a key of a rule", key);
  return FALSE;
}

static gboolean
dictionary_has (GVariant *dictionary, const char *key)
{
  g_autoptr (GVariant) value = g_variant_lookup_value (dictionary, key, NULL);

  return value != NULL;
}

SnetdRule *
snetd_rule_from_variant (GVariant *dictionary, SnetdRuleSource source, GError **error)
{
  g_autoptr (SnetdRule) rule = snetd_rule_new ();
  GVariantIter iter;
  const char *key;
  GVariant *value;

  if (!snetd_dict_check_duplicates (dictionary, SNETD_ERROR_INVALID_RULE, error))
    return NULL;

  g_variant_iter_init (&iter, dictionary);
  while (g_variant_iter_next (&iter, "{&sv}", &key, &value))
    {
      g_autoptr (GVariant) owned = value;

      if (!read_key (rule, key, owned, error))
        return NULL;
    }

  if (source == SNETD_RULE_FROM_CLIENT &&
      (dictionary_has (dictionary, SNET_KEY_ID) || dictionary_has (dictionary, SNET_KEY_CREATED)))
    {
      invalid (error, dictionary_has (dictionary, SNET_KEY_ID) ? SNET_KEY_ID : SNET_KEY_CREATED,
               "is given by snetd; leave it out");
      return NULL;
    }
  if (!dictionary_has (dictionary, SNET_KEY_ACTION))
    {
      invalid (error, SNET_KEY_ACTION, "is missing; it can be allow, deny or ask");
      return NULL;
    }
  if (!snetd_rule_check (rule, error))
    return NULL;

  return g_steal_pointer (&rule);
}

/* Contradictions: conditions that can never hold together. */

static gboolean
contradiction (GError **error, const char *one, const char *other, const char *why)
{
  g_set_error (error, SNETD_ERROR, SNETD_ERROR_INVALID_RULE, "“%s” contradicts “%s”: %s", one,
               other, why);
  return FALSE;
}

/* An endpoint that calls of this kind do not have. */
static gboolean
check_absent (const SnetdRule *rule, SnetdCondition condition, const char *why, GError **error)
{
  if (!snetd_rule_has (rule, condition))
    return TRUE;
  return contradiction (error, snetd_condition_key (condition), SNET_KEY_OPERATION, why);
}

static gboolean
check_endpoints (const SnetdRule *rule, GError **error)
{
  const char *no_remote = "a call of that kind has no destination and no peer";
  const char *no_local = "a new socket has no address";

  if (!snetd_rule_has (rule, SNETD_CONDITION_OPERATION))
    return TRUE;
  switch (rule->operation)
    {
    case SNET_OP_CREATE:
      return check_absent (rule, SNETD_CONDITION_REMOTE_ADDRESS, no_remote, error) &&
             check_absent (rule, SNETD_CONDITION_REMOTE_PORT, no_remote, error) &&
             check_absent (rule, SNETD_CONDITION_LOCAL_ADDRESS, no_local, error) &&
             check_absent (rule, SNETD_CONDITION_LOCAL_PORT, no_local, error);
    case SNET_OP_BIND:
    case SNET_OP_LISTEN:
      return check_absent (rule, SNETD_CONDITION_REMOTE_ADDRESS, no_remote, error) &&
             check_absent (rule, SNETD_CONDITION_REMOTE_PORT, no_remote, error);
    default:
      return TRUE;
    }
}

/* An IPv6 socket reaches IPv4 addresses by their mapped form; not the reverse. */
static gboolean
check_family (const SnetdRule *rule, GError **error)
{
  const char *why = "an IPv4 socket has no IPv6 address";

  if (!snetd_rule_has (rule, SNETD_CONDITION_FAMILY) || rule->family != AF_INET)
    return TRUE;
  if (snetd_rule_has (rule, SNETD_CONDITION_REMOTE_ADDRESS) &&
      rule->remote_address.family == AF_INET6)
    return contradiction (error, SNET_KEY_REMOTE_ADDRESS, SNET_KEY_FAMILY, why);
  if (snetd_rule_has (rule, SNETD_CONDITION_LOCAL_ADDRESS) &&
      rule->local_address.family == AF_INET6)
    return contradiction (error, SNET_KEY_LOCAL_ADDRESS, SNET_KEY_FAMILY, why);
  return TRUE;
}

/* A raw socket may have any protocol. */
static gboolean
check_type (const SnetdRule *rule, GError **error)
{
  static const struct
  {
    int protocol;
    int types[2];
  } pairs[] = {
    { IPPROTO_TCP, { SOCK_STREAM, SOCK_STREAM } },
    { IPPROTO_MPTCP, { SOCK_STREAM, SOCK_STREAM } },
    { IPPROTO_UDP, { SOCK_DGRAM, SOCK_DGRAM } },
    { IPPROTO_UDPLITE, { SOCK_DGRAM, SOCK_DGRAM } },
    { IPPROTO_DCCP, { SOCK_DCCP, SOCK_DCCP } },
    { IPPROTO_SCTP, { SOCK_STREAM, SOCK_SEQPACKET } },
    { IPPROTO_ICMP, { SOCK_DGRAM, SOCK_DGRAM } },
    { IPPROTO_ICMPV6, { SOCK_DGRAM, SOCK_DGRAM } },
  };

  if (!snetd_rule_has (rule, SNETD_CONDITION_TYPE) ||
      !snetd_rule_has (rule, SNETD_CONDITION_PROTOCOL) || rule->type == SOCK_RAW)
    return TRUE;

  for (gsize i = 0; i < G_N_ELEMENTS (pairs); i++)
    {
      if (pairs[i].protocol == rule->protocol && pairs[i].types[0] != rule->type &&
          pairs[i].types[1] != rule->type)
        return contradiction (error, SNET_KEY_TYPE, SNET_KEY_PROTOCOL,
                              "no socket of that type has that protocol");
    }
  return TRUE;
}

gboolean
snetd_rule_check (const SnetdRule *rule, GError **error)
{
  if (rule->error != 0 && rule->action != SNETD_ACTION_DENY)
    return contradiction (error, SNET_KEY_ERRNO, SNET_KEY_ACTION, "only a denied call fails");
  if (rule->owner != SNETD_OWNER_SYSTEM && snetd_rule_has (rule, SNETD_CONDITION_UID) &&
      rule->uid != rule->owner)
    return contradiction (error, SNET_KEY_UID, SNET_KEY_OWNER,
                          "a user's rule touches that user's processes only");

  return check_endpoints (rule, error) && check_family (rule, error) && check_type (rule, error);
}

/* Writing. */

static void
add_protocol (GVariantBuilder *dict, const SnetdRule *rule)
{
  gboolean other = snetd_rule_has (rule, SNETD_CONDITION_FAMILY);
  g_autofree char *word = snetd_protocol_word (other ? rule->family : AF_INET, rule->protocol);

  snetd_dict_add_text (dict, SNET_KEY_PROTOCOL, word);
}

static void
add_conditions (GVariantBuilder *dict, const SnetdRule *rule)
{
  if (snetd_rule_has (rule, SNETD_CONDITION_PROGRAM))
    snetd_dict_add_text (dict, SNET_KEY_PROGRAM, rule->program);
  if (snetd_rule_has (rule, SNETD_CONDITION_REMOTE_ADDRESS))
    snetd_dict_add_address (dict, SNET_KEY_REMOTE_ADDRESS, &rule->remote_address);
  if (snetd_rule_has (rule, SNETD_CONDITION_REMOTE_PORT))
    snetd_dict_add (dict, SNET_KEY_REMOTE_PORT, g_variant_new ("q", rule->remote_port));
  if (snetd_rule_has (rule, SNETD_CONDITION_LOCAL_ADDRESS))
    snetd_dict_add_address (dict, SNET_KEY_LOCAL_ADDRESS, &rule->local_address);
  if (snetd_rule_has (rule, SNETD_CONDITION_LOCAL_PORT))
    snetd_dict_add (dict, SNET_KEY_LOCAL_PORT, g_variant_new ("q", rule->local_port));
  if (snetd_rule_has (rule, SNETD_CONDITION_OPERATION))
    snetd_dict_add_word (dict, SNET_KEY_OPERATION, &snetd_operations, rule->operation);
  if (snetd_rule_has (rule, SNETD_CONDITION_PROTOCOL))
    add_protocol (dict, rule);
  if (snetd_rule_has (rule, SNETD_CONDITION_TYPE))
    snetd_dict_add_word (dict, SNET_KEY_TYPE, &snetd_types, rule->type);
  if (snetd_rule_has (rule, SNETD_CONDITION_FAMILY))
    snetd_dict_add_word (dict, SNET_KEY_FAMILY, &snetd_families, rule->family);
  if (snetd_rule_has (rule, SNETD_CONDITION_UID))
    snetd_dict_add (dict, SNET_KEY_UID, g_variant_new ("u", rule->uid));
}

GVariant *
snetd_rule_to_variant (const SnetdRule *rule)
{
  g_auto (GVariantBuilder) dict = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_VARDICT);

  if (rule->id != 0)
    snetd_dict_add (&dict, SNET_KEY_ID, g_variant_new ("t", rule->id));
  if (rule->created != 0)
    snetd_dict_add (&dict, SNET_KEY_CREATED, g_variant_new ("x", rule->created));
  if (rule->owner != SNETD_OWNER_SYSTEM)
    snetd_dict_add (&dict, SNET_KEY_OWNER, g_variant_new ("u", (guint32)rule->owner));
  snetd_dict_add_word (&dict, SNET_KEY_ACTION, &snetd_actions, rule->action);
  if (rule->error != 0)
    snetd_dict_add_word (&dict, SNET_KEY_ERRNO, &snetd_errnos, rule->error);
  snetd_dict_add_word (&dict, SNET_KEY_LIFETIME, &snetd_lifetimes, rule->lifetime);
  snetd_dict_add_text (&dict, SNET_KEY_COMMENT, rule->comment);
  add_conditions (&dict, rule);

  return g_variant_builder_end (&dict);
}
