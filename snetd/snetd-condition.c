/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snetd-condition.h"

#include "snet-names.h"
#include "snetd-condition-kind.h"
#include "snetd-dict.h"
#include "snetd-error.h"

#define FIELD(name) .in_rule = G_STRUCT_OFFSET (SnetdRule, name)
#define SAME(name)                                                                                 \
  .in_rule = G_STRUCT_OFFSET (SnetdRule, name), .in_request = G_STRUCT_OFFSET (SnetdRequest, name)
#define OTHER(name)   .in_request = G_STRUCT_OFFSET (SnetdRequest, name)
#define PORT_OF(name) .address = G_STRUCT_OFFSET (SnetdRequest, name)
#define REMOTE_NAME   (SNET_FIELD_REMOTE_ADDR | SNETD_FIELD_REMOTE_NAME)

static const Row rows[SNETD_CONDITION_LAST] = {
  [SNETD_CONDITION_PROCESS] = { SNET_KEY_PROCESS, &snetd_u64_kind, SNET_FIELD_PROCESS,
                                SAME (process) },
  [SNETD_CONDITION_PROGRAM] = { SNET_KEY_PROGRAM, &snetd_text_kind, SNET_FIELD_PROGRAM,
                                SAME (program), .normalize = snetd_normalize_path },
  [SNETD_CONDITION_PROGRAM_DIGEST] = { SNET_KEY_PROGRAM_DIGEST, &snetd_text_kind,
                                       SNET_FIELD_PROGRAM, SAME (program_digest),
                                       .normalize = snetd_normalize_digest },
  [SNETD_CONDITION_PROGRAM_PATTERN] = { SNET_KEY_PROGRAM_PATTERN, &snetd_pattern_kind,
                                        SNET_FIELD_PROGRAM, FIELD (program_pattern),
                                        OTHER (program), .normalize = snetd_normalize_pattern },
  [SNETD_CONDITION_SCRIPT] = { SNET_KEY_SCRIPT, &snetd_text_kind, SNET_FIELD_SCRIPT, SAME (script),
                               .normalize = snetd_normalize_path },
  [SNETD_CONDITION_SCRIPT_PATTERN] = { SNET_KEY_SCRIPT_PATTERN, &snetd_pattern_kind,
                                       SNET_FIELD_SCRIPT, FIELD (script_pattern), OTHER (script),
                                       .normalize = snetd_normalize_pattern },
  [SNETD_CONDITION_ANCESTOR] = { SNET_KEY_ANCESTOR, &snetd_ancestor_kind, SNET_FIELD_PROCESS,
                                 FIELD (ancestor), OTHER (ancestors),
                                 .normalize = snetd_normalize_path },
  [SNETD_CONDITION_ANCESTOR_PATTERN] = { SNET_KEY_ANCESTOR_PATTERN, &snetd_ancestor_pattern_kind,
                                         SNET_FIELD_PROCESS, FIELD (ancestor_pattern),
                                         OTHER (ancestors), .normalize = snetd_normalize_pattern },
  [SNETD_CONDITION_APP] = { SNET_KEY_APP, &snetd_text_kind, SNET_FIELD_CGROUP, SAME (app),
                            .normalize = snetd_normalize_name },
  [SNETD_CONDITION_UNIT] = { SNET_KEY_UNIT, &snetd_text_kind, SNET_FIELD_CGROUP, SAME (unit),
                             .normalize = snetd_normalize_name },
  [SNETD_CONDITION_CGROUP] = { SNET_KEY_CGROUP, &snetd_text_kind, SNET_FIELD_CGROUP, SAME (cgroup),
                               .normalize = snetd_normalize_path },
  [SNETD_CONDITION_REMOTE_HOST] = { SNET_KEY_REMOTE_HOST, &snetd_text_kind, REMOTE_NAME,
                                    SAME (remote_host), .normalize = snetd_normalize_host },
  [SNETD_CONDITION_REMOTE_DOMAIN] = { SNET_KEY_REMOTE_DOMAIN, &snetd_domain_kind, REMOTE_NAME,
                                      FIELD (remote_domain), OTHER (remote_host),
                                      .normalize = snetd_normalize_host },
  [SNETD_CONDITION_REMOTE_ADDRESS] = { SNET_KEY_REMOTE_ADDRESS, &snetd_address_kind,
                                       SNET_FIELD_REMOTE_ADDR, FIELD (remote_address),
                                       OTHER (remote) },
  [SNETD_CONDITION_REMOTE_LIST] = { SNET_KEY_REMOTE_LIST, &snetd_list_kind, REMOTE_NAME,
                                    FIELD (remote_list), .normalize = snetd_normalize_list },
  [SNETD_CONDITION_REMOTE_PORT] = { SNET_KEY_REMOTE_PORT, &snetd_port_kind, SNET_FIELD_REMOTE_PORT,
                                    SAME (remote_port), PORT_OF (remote) },
  [SNETD_CONDITION_REMOTE_PORTS] = { SNET_KEY_REMOTE_PORTS, &snetd_ports_kind,
                                     SNET_FIELD_REMOTE_PORT, FIELD (remote_ports),
                                     OTHER (remote_port), PORT_OF (remote) },
  [SNETD_CONDITION_LOCAL_ADDRESS] = { SNET_KEY_LOCAL_ADDRESS, &snetd_address_kind,
                                      SNET_FIELD_LOCAL_ADDR, FIELD (local_address), OTHER (local) },
  [SNETD_CONDITION_LOCAL_PORT] = { SNET_KEY_LOCAL_PORT, &snetd_port_kind, SNET_FIELD_LOCAL_PORT,
                                   SAME (local_port), PORT_OF (local) },
  [SNETD_CONDITION_LOCAL_PORTS] = { SNET_KEY_LOCAL_PORTS, &snetd_ports_kind, SNET_FIELD_LOCAL_PORT,
                                    FIELD (local_ports), OTHER (local_port), PORT_OF (local) },
  [SNETD_CONDITION_OPERATION] = { SNET_KEY_OPERATION, &snetd_word_kind, SNET_FIELD_OPERATION,
                                  SAME (operation), .vocabulary = &snetd_operations },
  [SNETD_CONDITION_PROTOCOL] = { SNET_KEY_PROTOCOL, &snetd_protocol_kind,
                                 SNET_FIELD_PROTOCOL | SNET_FIELD_FAMILY, SAME (protocol),
                                 .vocabulary = &snetd_protocols },
  [SNETD_CONDITION_TYPE] = { SNET_KEY_TYPE, &snetd_word_kind, SNET_FIELD_TYPE, SAME (type),
                             .vocabulary = &snetd_types },
  [SNETD_CONDITION_FAMILY] = { SNET_KEY_FAMILY, &snetd_word_kind, SNET_FIELD_FAMILY, SAME (family),
                               .vocabulary = &snetd_families },
  [SNETD_CONDITION_NETNS] = { SNET_KEY_NETNS, &snetd_u64_kind, SNET_FIELD_NETNS, SAME (netns) },
  [SNETD_CONDITION_UID] = { SNET_KEY_UID, &snetd_u32_kind, SNET_FIELD_UID, SAME (uid) },
  [SNETD_CONDITION_SESSION] = { SNET_KEY_SESSION, &snetd_u32_kind, SNET_FIELD_PROCESS,
                                SAME (session) },
  [SNETD_CONDITION_TIME_OF_WEEK] = { SNET_KEY_TIME_OF_WEEK, &snetd_week_kind, 0,
                                     FIELD (time_of_week) },
};

const char *
snetd_condition_key (SnetdCondition condition)
{
  return rows[condition].key;
}

SnetdCondition
snetd_condition_from_key (const char *key)
{
  SnetdCondition condition = 0;

  while (condition < SNETD_CONDITION_LAST && !g_str_equal (rows[condition].key, key))
    condition++;
  return condition;
}

char
snetd_condition_type (SnetdCondition condition)
{
  return rows[condition].kind->type[0];
}

guint64
snetd_condition_fields (SnetdCondition condition)
{
  return rows[condition].fields;
}

gboolean
snetd_condition_read (SnetdCondition condition, SnetdRule *rule, GVariant *value, GError **error)
{
  const Row *row = &rows[condition];

  if (!snetd_dict_check_type (row->key, value, G_VARIANT_TYPE (row->kind->type),
                              SNETD_ERROR_INVALID_RULE, error) ||
      !row->kind->read (row, (gpointer)in_rule (row, rule), value, error))
    return FALSE;

  rule->conditions |= SNETD_CONDITION_BIT (condition);
  return TRUE;
}

GVariant *
snetd_condition_write (SnetdCondition condition, const SnetdRule *rule)
{
  const Row *row = &rows[condition];

  return row->kind->write (row, rule);
}

void
snetd_condition_clear (SnetdCondition condition, SnetdRule *rule)
{
  const Row *row = &rows[condition];

  if (row->kind->clear != NULL)
    row->kind->clear ((gpointer)in_rule (row, rule));
  rule->conditions &= ~SNETD_CONDITION_BIT (condition);
}

gboolean
snetd_condition_holds (SnetdCondition condition, const SnetdRule *rule, const SnetdContext *context)
{
  const Row *row = &rows[condition];

  return row->kind->holds (row, rule, context);
}

gboolean
snetd_condition_keep (SnetdCondition condition, SnetdRule *rule, const SnetdRequest *request)
{
  const Row *row = &rows[condition];

  if (row->kind->keep == NULL || !row->kind->keep (row, (gpointer)in_rule (row, rule), request))
    return FALSE;

  rule->conditions |= SNETD_CONDITION_BIT (condition);
  return TRUE;
}

guint
snetd_condition_width (SnetdCondition condition, const SnetdRule *rule)
{
  const Row *row = &rows[condition];

  return row->kind->width != NULL ? row->kind->width (in_rule (row, rule)) : 0;
}

gboolean
snetd_condition_is_hashed (SnetdCondition condition)
{
  return rows[condition].kind->hash != NULL;
}

guint64
snetd_condition_hash_rule (SnetdCondition condition, const SnetdRule *rule)
{
  const Row *row = &rows[condition];

  return row->kind->hash (in_rule (row, rule));
}

gboolean
snetd_condition_hash_request (SnetdCondition condition,
                              guint width,
                              const SnetdRequest *request,
                              guint64 *ret_hash)
{
  const Row *row = &rows[condition];

  return row->kind->hash_request (row, width, request, ret_hash);
}
