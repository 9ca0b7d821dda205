/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a rule's conditions have to do with a request. */
#include "snetd-rule.h"

static gboolean
condition_holds (const SnetdRule *rule, SnetdCondition condition, const SnetdRequest *request)
{
  switch (condition)
    {
    case SNETD_CONDITION_PROGRAM:
      return g_strcmp0 (rule->program, request->program) == 0;
    case SNETD_CONDITION_REMOTE_ADDRESS:
      return snetd_address_contains (&rule->remote_address, &request->remote);
    case SNETD_CONDITION_REMOTE_PORT:
      return SNETD_ADDRESS_KNOWN (&request->remote) && rule->remote_port == request->remote_port;
    case SNETD_CONDITION_LOCAL_ADDRESS:
      return snetd_address_contains (&rule->local_address, &request->local);
    case SNETD_CONDITION_LOCAL_PORT:
      return SNETD_ADDRESS_KNOWN (&request->local) && rule->local_port == request->local_port;
    case SNETD_CONDITION_OPERATION:
      return rule->operation == request->operation;
    case SNETD_CONDITION_PROTOCOL:
      /* Only who names the family means one of its numbers: 6 is TCP, or some netlink. */
      return rule->protocol == request->protocol && (snetd_family_is_internet (request->family) ||
                                                     snetd_rule_has (rule, SNETD_CONDITION_FAMILY));
    case SNETD_CONDITION_TYPE:
      return rule->type == request->type;
    case SNETD_CONDITION_FAMILY:
      return rule->family == request->family;
    case SNETD_CONDITION_UID:
      return rule->uid == request->uid;
    case SNETD_CONDITION_LAST:
    default:
      g_return_val_if_reached (FALSE);
    }
}

gboolean
snetd_rule_matches (const SnetdRule *rule, const SnetdRequest *request)
{
  if (rule->owner != SNETD_OWNER_SYSTEM && rule->owner != request->uid)
    return FALSE;

  for (SnetdCondition c = 0; c < SNETD_CONDITION_LAST; c++)
    {
      if (snetd_rule_has (rule, c) && !condition_holds (rule, c, request))
        return FALSE;
    }
  return TRUE;
}

static gboolean
request_knows (const SnetdRequest *request, SnetdCondition condition)
{
  switch (condition)
    {
    case SNETD_CONDITION_PROGRAM:
      return request->program != NULL;
    case SNETD_CONDITION_REMOTE_ADDRESS:
    case SNETD_CONDITION_REMOTE_PORT:
      return SNETD_ADDRESS_KNOWN (&request->remote);
    case SNETD_CONDITION_LOCAL_ADDRESS:
    case SNETD_CONDITION_LOCAL_PORT:
      return SNETD_ADDRESS_KNOWN (&request->local);
    case SNETD_CONDITION_OPERATION:
    case SNETD_CONDITION_PROTOCOL:
    case SNETD_CONDITION_TYPE:
    case SNETD_CONDITION_FAMILY:
    case SNETD_CONDITION_UID:
      return TRUE;
    case SNETD_CONDITION_LAST:
    default:
      return FALSE;
    }
}

gboolean
snetd_rule_keep (SnetdRule *rule, SnetdCondition condition, const SnetdRequest *request)
{
  if (!request_knows (request, condition))
    return FALSE;

  rule->conditions |= 1u << condition;
  switch (condition)
    {
    case SNETD_CONDITION_PROGRAM:
      snetd_rule_set_text (&rule->program, request->program);
      break;
    case SNETD_CONDITION_REMOTE_ADDRESS:
      rule->remote_address = request->remote;
      break;
    case SNETD_CONDITION_REMOTE_PORT:
      rule->remote_port = request->remote_port;
      break;
    case SNETD_CONDITION_LOCAL_ADDRESS:
      rule->local_address = request->local;
      break;
    case SNETD_CONDITION_LOCAL_PORT:
      rule->local_port = request->local_port;
      break;
    case SNETD_CONDITION_OPERATION:
      rule->operation = request->operation;
      break;
    case SNETD_CONDITION_PROTOCOL:
      rule->protocol = request->protocol;
      break;
    case SNETD_CONDITION_TYPE:
      rule->type = request->type;
      break;
    case SNETD_CONDITION_FAMILY:
      rule->family = request->family;
      break;
    case SNETD_CONDITION_UID:
      rule->uid = request->uid;
      break;
    case SNETD_CONDITION_LAST:
    default:
      g_return_val_if_reached (FALSE);
    }
  return TRUE;
}
