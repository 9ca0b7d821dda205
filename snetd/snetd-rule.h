/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <gio/gio.h>

#include "snetd-address.h"
#include "snetd-names.h"
#include "snetd-request.h"

#define SNETD_OWNER_SYSTEM ((gint64)-1)
#define SNETD_COMMENT_MAX  1000 /* bytes */

/* The conditions, in the order in which they make a rule specific. */
typedef enum
{
  SNETD_CONDITION_PROGRAM,
  SNETD_CONDITION_REMOTE_ADDRESS,
  SNETD_CONDITION_REMOTE_PORT,
  SNETD_CONDITION_LOCAL_ADDRESS,
  SNETD_CONDITION_LOCAL_PORT,
  SNETD_CONDITION_OPERATION,
  SNETD_CONDITION_PROTOCOL,
  SNETD_CONDITION_TYPE,
  SNETD_CONDITION_FAMILY,
  SNETD_CONDITION_UID,
  SNETD_CONDITION_LAST,
} SnetdCondition;

/* See docs/rules.md. Not changed any more once the engine has it. */
typedef struct
{
  grefcount ref_count;

  guint64 id;     /* 0: not stored yet */
  gint64 created; /* microseconds since the epoch */
  gint64 owner;   /* a uid, or SNETD_OWNER_SYSTEM */
  SnetdAction action;
  int error; /* errno of a denied call, 0: not said */
  SnetdLifetime lifetime;
  char *comment; /* or NULL */

  guint conditions; /* set of 1 << SnetdCondition: which of the following count */
  char *program;
  SnetdAddress remote_address;
  guint16 remote_port;
  SnetdAddress local_address;
  guint16 local_port;
  int operation;
  int protocol;
  int type;
  int family;
  guint32 uid;
} SnetdRule;

/* Who wrote a dictionary: only the store may say id and created. */
typedef enum
{
  SNETD_RULE_FROM_CLIENT,
  SNETD_RULE_FROM_STORE,
} SnetdRuleSource;

SnetdRule *snetd_rule_new (void);
void snetd_rule_set_text (char **text, const char *new_text);
SnetdRule *snetd_rule_ref (SnetdRule *rule);
void snetd_rule_unref (SnetdRule *rule);

/* Error: SNETD_ERROR_INVALID_RULE, naming the key or the two keys. */
SnetdRule *snetd_rule_from_variant (GVariant *dictionary, SnetdRuleSource source, GError **error);

/* An a{sv}, floating. */
GVariant *snetd_rule_to_variant (const SnetdRule *rule);

/* Finds the contradictions; called by snetd_rule_from_variant() too. */
gboolean snetd_rule_check (const SnetdRule *rule, GError **error);

gboolean snetd_rule_has (const SnetdRule *rule, SnetdCondition condition);
gboolean snetd_rule_matches (const SnetdRule *rule, const SnetdRequest *request);

/* The key on D-Bus of a condition, and back; LAST if it is none. */
const char *snetd_condition_key (SnetdCondition condition);
SnetdCondition snetd_condition_from_key (const char *key);

/* Takes a condition over from a request; FALSE if the request does not know it. */
gboolean snetd_rule_keep (SnetdRule *rule, SnetdCondition condition, const SnetdRequest *request);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SnetdRule, snetd_rule_unref)
