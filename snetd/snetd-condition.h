/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <gio/gio.h>

/*
 * What a rule can ask of a request. One row of a table for each, in
 * snetd-condition.c; nobody else needs to know them one by one.
 *
 * They stand in the order in which they make a rule specific.
 */
typedef enum
{
  SNETD_CONDITION_PROCESS,
  SNETD_CONDITION_PROGRAM,
  SNETD_CONDITION_PROGRAM_DIGEST,
  SNETD_CONDITION_PROGRAM_PATTERN,
  SNETD_CONDITION_SCRIPT,
  SNETD_CONDITION_SCRIPT_PATTERN,
  SNETD_CONDITION_ANCESTOR,
  SNETD_CONDITION_ANCESTOR_PATTERN,
  SNETD_CONDITION_APP,
  SNETD_CONDITION_UNIT,
  SNETD_CONDITION_CGROUP,
  SNETD_CONDITION_REMOTE_HOST,
  SNETD_CONDITION_REMOTE_DOMAIN,
  SNETD_CONDITION_REMOTE_ADDRESS,
  SNETD_CONDITION_REMOTE_LIST,
  SNETD_CONDITION_REMOTE_PORT,
  SNETD_CONDITION_REMOTE_PORTS,
  SNETD_CONDITION_LOCAL_ADDRESS,
  SNETD_CONDITION_LOCAL_PORT,
  SNETD_CONDITION_LOCAL_PORTS,
  SNETD_CONDITION_OPERATION,
  SNETD_CONDITION_PROTOCOL,
  SNETD_CONDITION_TYPE,
  SNETD_CONDITION_FAMILY,
  SNETD_CONDITION_NETNS,
  SNETD_CONDITION_UID,
  SNETD_CONDITION_SESSION,
  SNETD_CONDITION_TIME_OF_WEEK,
  SNETD_CONDITION_LAST,
} SnetdCondition;

#define SNETD_CONDITION_BIT(condition) (1u << (condition))

/*
 * Beside the bits of enum snet_field: the name of the remote address. The kernel knows none,
 * so that no ticket can compare it; it can compare the address, while that has the name.
 */
#define SNETD_FIELD_REMOTE_NAME (G_GUINT64_CONSTANT (1) << 63)

typedef struct _SnetdRule SnetdRule;
typedef struct _SnetdRequest SnetdRequest;

/* What a request is judged in. Times are microseconds. */
typedef struct
{
  const SnetdRequest *request;
  guint week_minute; /* see snetd-week.h */
  GHashTable *lists; /* by name, of SnetdList, see snetd-lists.h; or NULL: none can be read */
} SnetdContext;

/* The key on D-Bus of a condition, and back; LAST if it is none. */
const char *snetd_condition_key (SnetdCondition condition);
SnetdCondition snetd_condition_from_key (const char *key);

/* Its type on D-Bus: one character. */
char snetd_condition_type (SnetdCondition condition);

/* What of a call it looks at: bits of enum snet_field, and SNETD_FIELD_REMOTE_NAME. */
guint64 snetd_condition_fields (SnetdCondition condition);

/* Error: (SNETD_ERROR, SNETD_ERROR_INVALID_RULE), naming the key. */
gboolean
snetd_condition_read (SnetdCondition condition, SnetdRule *rule, GVariant *value, GError **error);

/* The rule must have it. Floating. */
GVariant *snetd_condition_write (SnetdCondition condition, const SnetdRule *rule);

void snetd_condition_clear (SnetdCondition condition, SnetdRule *rule);

/* The rule must have it. Does not hold of what is not known. */
gboolean snetd_condition_holds (SnetdCondition condition,
                                const SnetdRule *rule,
                                const SnetdContext *context);

/* Takes it over from a request; FALSE if the request does not know it. */
gboolean
snetd_condition_keep (SnetdCondition condition, SnetdRule *rule, const SnetdRequest *request);

/*
 * How wide it is in a rule that has it: of two rules the one with the smaller
 * number is the more specific. 0: there is but one width.
 */
guint snetd_condition_width (SnetdCondition condition, const SnetdRule *rule);

/*
 * For finding rules without looking at each: rules of which a condition holds for a
 * request have the same hash as the request, if they have the same width. FALSE:
 * no hash can tell that, or the request does not know it.
 */
gboolean snetd_condition_is_hashed (SnetdCondition condition);
guint64 snetd_condition_hash_rule (SnetdCondition condition, const SnetdRule *rule);
gboolean snetd_condition_hash_request (SnetdCondition condition,
                                       guint width,
                                       const SnetdRequest *request,
                                       guint64 *ret_hash);
