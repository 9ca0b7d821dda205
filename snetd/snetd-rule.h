/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <gio/gio.h>

#include "snetd-address.h"
#include "snetd-condition.h"
#include "snetd-names.h"
#include "snetd-ports.h"
#include "snetd-request.h"
#include "snetd-week.h"

#define SNETD_OWNER_SYSTEM ((gint64)-1)
#define SNETD_COMMENT_MAX  1000 /* bytes */
/* The end of the year 9999, after which ISO 8601 has no times. */
#define SNETD_UNTIL_MAX G_GINT64_CONSTANT (253402300799999999)

/* See docs/rules.md. Not changed any more once the engine has it. */
struct _SnetdRule
{
  grefcount ref_count;

  /*
   * What is compared comes first, and close together, as of many rules nothing is in the
   * processor's cache. Set of SNETD_CONDITION_BIT(): which of these count.
   */
  guint32 conditions;
  gint64 owner; /* a uid, or SNETD_OWNER_SYSTEM */
  int operation;
  int protocol;
  int type;
  int family;
  guint16 remote_port;
  guint16 local_port;
  guint32 uid;
  char *program;
  char *remote_host;
  char *remote_domain;
  SnetdAddress remote_address;
  SnetdAddress local_address;
  SnetdPorts remote_ports;
  SnetdPorts local_ports;
  guint32 session; /* of the audit system */
  guint64 process; /* the kernel's number for one process */
  guint64 netns;
  char *program_digest;
  char *program_pattern;
  char *script;
  char *script_pattern;
  char *ancestor;
  char *ancestor_pattern;
  char *app;
  char *unit;
  char *cgroup;
  char *remote_list;
  SnetdWeek *time_of_week;

  guint64 id;     /* 0: not stored yet */
  gint64 created; /* microseconds since the epoch */
  SnetdAction action;
  int error; /* errno of a denied call, 0: not said */
  SnetdLifetime lifetime;
  guint32 duration;  /* seconds that it is to last, from when it is made; 0: see until */
  gint64 until;      /* microseconds since the epoch; 0: not by a time */
  gint64 until_boot; /* the same on the clock of this boot, which nobody sets; 0: by the epoch */
  guint32 pid;       /* of the process that it ends with; 0: not known */
  char *login;       /* that it ends with, see snetd-logins.h; NULL: not known */
  gboolean locked;   /* comes before the rules of users */
  gboolean disabled; /* kept, and not used */
  gboolean system;   /* said when it was made: nobody's, whoever makes it */
  char *comment;     /* or NULL */
  char *source;      /* the file that it is written in; NULL: none, it is in the database */
};

/* Who wrote a dictionary: only snetd itself may say what it gives, such as id. */
typedef enum
{
  SNETD_RULE_FROM_CLIENT,
  SNETD_RULE_FROM_STORE,
} SnetdRuleSource;

SnetdRule *snetd_rule_new (void);
SnetdRule *snetd_rule_ref (SnetdRule *rule);
void snetd_rule_unref (SnetdRule *rule);

/* Error: SNETD_ERROR_INVALID_RULE, naming the key or the two keys. */
SnetdRule *snetd_rule_from_variant (GVariant *dictionary, SnetdRuleSource source, GError **error);

/*
 * What no client can say: the process, or the login session, that it ends with. Of the rule
 * that it takes the place of, if that ends with one as well.
 */
void snetd_rule_inherit (SnetdRule *rule, const SnetdRule *old);

/*
 * The type on D-Bus, one character, of a key that a rule can be made with; 0: there is
 * none of that name, or only snetd gives it.
 */
char snetd_rule_key_type (const char *key);

/*
 * The number of a key, for who sets or gets the same ones of many rules; -1: there is no such
 * key.
 */
int snetd_rule_find_key (const char *key);

/*
 * One key of a dictionary, by its number, for who has it in another form. The rule is whole when
 * it has an action, and snetd_rule_check() finds nothing.
 */
gboolean
snetd_rule_set (SnetdRule *rule, int key, GVariant *value, SnetdRuleSource source, GError **error);

/* What it says by that key, which has a column of the store. Floating; NULL: nothing. */
GVariant *snetd_rule_get (const SnetdRule *rule, int key);

/* Its duration, if it has one, begins. Times are microseconds, as in the struct. */
void snetd_rule_begin (SnetdRule *rule, gint64 now, gint64 now_boot);

/* An a{sv}, floating. */
GVariant *snetd_rule_to_variant (const SnetdRule *rule);

/* What it says, without what snetd gives: the same bytes for the same rule. */
GBytes *snetd_rule_content (const SnetdRule *rule);

/* Finds the contradictions; called by snetd_rule_from_variant() too. */
gboolean snetd_rule_check (const SnetdRule *rule, GError **error);

/* Whose it is has been said, and is not for snetd to find. */
gboolean snetd_rule_says_owner (const SnetdRule *rule);

gboolean snetd_rule_has (const SnetdRule *rule, SnetdCondition condition);
gboolean snetd_rule_matches (const SnetdRule *rule, const SnetdContext *context);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SnetdRule, snetd_rule_unref)
