/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Contradictions: conditions that can never hold together. */
#include <netinet/in.h>

#include "snet-names.h"
#include "snetd-error.h"
#include "snetd-rule.h"

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif

static gboolean
contradiction (GError **error, const char *one, const char *other, const char *why)
{
  g_set_error (error, SNETD_ERROR, SNETD_ERROR_INVALID_RULE, "“%s” contradicts “%s”: %s", one,
               other, why);
  return FALSE;
}

/* Endpoints that calls of this kind do not have. */
static gboolean
check_absent (const SnetdRule *rule, guint32 conditions, const char *why, GError **error)
{
  for (SnetdCondition c = 0; c < SNETD_CONDITION_LAST; c++)
    {
      if ((conditions & SNETD_CONDITION_BIT (c)) && snetd_rule_has (rule, c))
        return contradiction (error, snetd_condition_key (c), SNET_KEY_OPERATION, why);
    }
  return TRUE;
}

#define REMOTE                                                                                     \
  (SNETD_CONDITION_BIT (SNETD_CONDITION_REMOTE_HOST) |                                             \
   SNETD_CONDITION_BIT (SNETD_CONDITION_REMOTE_DOMAIN) |                                           \
   SNETD_CONDITION_BIT (SNETD_CONDITION_REMOTE_ADDRESS) |                                          \
   SNETD_CONDITION_BIT (SNETD_CONDITION_REMOTE_LIST) |                                             \
   SNETD_CONDITION_BIT (SNETD_CONDITION_REMOTE_PORT) |                                             \
   SNETD_CONDITION_BIT (SNETD_CONDITION_REMOTE_PORTS))
#define LOCAL                                                                                      \
  (SNETD_CONDITION_BIT (SNETD_CONDITION_LOCAL_ADDRESS) |                                           \
   SNETD_CONDITION_BIT (SNETD_CONDITION_LOCAL_PORT) |                                              \
   SNETD_CONDITION_BIT (SNETD_CONDITION_LOCAL_PORTS))

static gboolean
check_endpoints (const SnetdRule *rule, GError **error)
{
  const char *no_remote = "a call of that kind has no destination and no peer";

  if (!snetd_rule_has (rule, SNETD_CONDITION_OPERATION))
    return TRUE;
  switch (rule->operation)
    {
    case SNET_OP_CREATE:
      return check_absent (rule, REMOTE, no_remote, error) &&
             check_absent (rule, LOCAL, "a new socket has no address", error);
    case SNET_OP_BIND:
    case SNET_OP_LISTEN:
      return check_absent (rule, REMOTE, no_remote, error);
    default:
      return TRUE;
    }
}

/* One value, and a set that it would have to be in. */
static gboolean
check_pairs (const SnetdRule *rule, GError **error)
{
  static const SnetdCondition pairs[][2] = {
    { SNETD_CONDITION_PROGRAM_PATTERN, SNETD_CONDITION_PROGRAM },
    { SNETD_CONDITION_SCRIPT_PATTERN, SNETD_CONDITION_SCRIPT },
    { SNETD_CONDITION_ANCESTOR_PATTERN, SNETD_CONDITION_ANCESTOR },
    { SNETD_CONDITION_REMOTE_DOMAIN, SNETD_CONDITION_REMOTE_HOST },
    { SNETD_CONDITION_REMOTE_PORTS, SNETD_CONDITION_REMOTE_PORT },
    { SNETD_CONDITION_LOCAL_PORTS, SNETD_CONDITION_LOCAL_PORT },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (pairs); i++)
    {
      if (snetd_rule_has (rule, pairs[i][0]) && snetd_rule_has (rule, pairs[i][1]))
        return contradiction (error, snetd_condition_key (pairs[i][0]),
                              snetd_condition_key (pairs[i][1]), "one of them is enough");
    }
  return TRUE;
}

/* Numbers that are given to others after the next start of the machine. */
static gboolean
check_numbers (const SnetdRule *rule, GError **error)
{
  static const SnetdCondition numbers[] = { SNETD_CONDITION_PROCESS, SNETD_CONDITION_SESSION,
                                            SNETD_CONDITION_NETNS };

  if (rule->lifetime == SNETD_LIFETIME_REBOOT || rule->lifetime == SNETD_LIFETIME_SESSION ||
      rule->lifetime == SNETD_LIFETIME_PROCESS)
    return TRUE;
  for (gsize i = 0; i < G_N_ELEMENTS (numbers); i++)
    {
      if (snetd_rule_has (rule, numbers[i]))
        return contradiction (error, snetd_condition_key (numbers[i]), SNET_KEY_LIFETIME,
                              "its number means something else after a restart; say reboot");
    }
  return TRUE;
}

static gboolean
check_lifetime (const SnetdRule *rule, GError **error)
{
  const gboolean has_until = rule->until != 0, has_duration = rule->duration != 0;

  if (rule->lifetime == SNETD_LIFETIME_PROCESS && !snetd_rule_has (rule, SNETD_CONDITION_PROCESS))
    return contradiction (error, SNET_KEY_LIFETIME, SNET_KEY_PROCESS,
                          "a rule that ends with a process needs to say with which");
  if (rule->lifetime == SNETD_LIFETIME_UNTIL && has_until == has_duration)
    return contradiction (error, SNET_KEY_UNTIL, SNET_KEY_DURATION,
                          "a rule that lasts “until” needs one of them");
  if (rule->lifetime != SNETD_LIFETIME_UNTIL && (has_until || has_duration))
    return contradiction (error, has_until ? SNET_KEY_UNTIL : SNET_KEY_DURATION, SNET_KEY_LIFETIME,
                          "it goes only with the lifetime “until”");
  if (rule->until > SNETD_UNTIL_MAX)
    return contradiction (error, SNET_KEY_UNTIL, SNET_KEY_LIFETIME,
                          "it is after the year 9999; say forever");
  return check_numbers (rule, error);
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

/* Some characters get lost where rules are kept as text, and none of these is fit to be shown. */
static gboolean
check_comment (const SnetdRule *rule, GError **error)
{
  for (const char *text = rule->comment; text != NULL && *text != '\0'; text++)
    {
      if (g_ascii_iscntrl (*text) && *text != '\n' && *text != '\t')
        {
          g_set_error (error, SNETD_ERROR, SNETD_ERROR_INVALID_RULE,
                       "“" SNET_KEY_COMMENT "” has control characters other than tabs and ends of "
                       "lines in it");
          return FALSE;
        }
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

  if (rule->system && rule->owner != SNETD_OWNER_SYSTEM)
    return contradiction (error, SNET_KEY_SYSTEM, SNET_KEY_OWNER, "a rule has one owner");
  if (rule->locked && rule->owner != SNETD_OWNER_SYSTEM)
    return contradiction (error, SNET_KEY_LOCKED, SNET_KEY_OWNER,
                          "only rules of the system come before those of users");

  return check_pairs (rule, error) && check_endpoints (rule, error) && check_family (rule, error) &&
         check_type (rule, error) && check_lifetime (rule, error) && check_comment (rule, error);
}
