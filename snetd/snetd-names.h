/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <glib.h>

#include <linux/snet.h>

/* What a rule does. The first two are verdicts. */
typedef enum
{
  SNETD_ACTION_ALLOW = SNET_VERDICT_ALLOW,
  SNETD_ACTION_DENY = SNET_VERDICT_DENY,
  SNETD_ACTION_ASK,
} SnetdAction;

typedef enum
{
  SNETD_LIFETIME_ONCE,
  SNETD_LIFETIME_PROCESS,
  SNETD_LIFETIME_SESSION,
  SNETD_LIFETIME_REBOOT,
  SNETD_LIFETIME_UNTIL,
  SNETD_LIFETIME_FOREVER,
} SnetdLifetime;

/* What becomes of a call that no rule decides, and whether rules count at all; see snetd-mode.h. */
typedef enum
{
  SNETD_MODE_ASK,
  SNETD_MODE_MONITOR,
  SNETD_MODE_LOCKDOWN,
  SNETD_MODE_OFF,
} SnetdMode;

/* Who decided. The last three: the mode. */
typedef enum
{
  SNETD_REASON_RULE,
  SNETD_REASON_USER,
  SNETD_REASON_TICKET,
  SNETD_REASON_TIMEOUT,
  SNETD_REASON_POLICY,
  SNETD_REASON_MONITOR,
  SNETD_REASON_LOCKDOWN,
  SNETD_REASON_OFF,
} SnetdReason;

#define SNETD_REASON_LAST (SNETD_REASON_OFF + 1)

/* Who says what an address is called, see snetd-hosts.h. */
typedef enum
{
  SNETD_HOST_SOURCE_NONE, /* nobody */
  SNETD_HOST_SOURCE_HOSTS,
  SNETD_HOST_SOURCE_RESOLVED,
  SNETD_HOST_SOURCE_REVERSE,
} SnetdHostSource;

typedef struct
{
  int value;
  const char *word;
} SnetdWord;

/*
 * The words that stand for numbers on D-Bus and in the databases. Where
 * numbers_max is not negative, a number that has no word is written as itself.
 */
typedef struct
{
  const char *name;
  const SnetdWord *words; /* ends with word == NULL */
  int numbers_max;
} SnetdVocabulary;

extern const SnetdVocabulary snetd_operations;
extern const SnetdVocabulary snetd_families;
extern const SnetdVocabulary snetd_types;
extern const SnetdVocabulary snetd_protocols;
extern const SnetdVocabulary snetd_errnos;
extern const SnetdVocabulary snetd_holds;
extern const SnetdVocabulary snetd_verdicts;
extern const SnetdVocabulary snetd_actions;
extern const SnetdVocabulary snetd_lifetimes;
extern const SnetdVocabulary snetd_modes;
extern const SnetdVocabulary snetd_reasons;
extern const SnetdVocabulary snetd_host_sources;

/* Word for a value, newly allocated; NULL if there is none. */
char *snetd_vocabulary_word (const SnetdVocabulary *vocabulary, int value);

/* Whether the words of snetd_protocols are about this family; others count for themselves. */
gboolean snetd_family_is_internet (int family);

/* What a protocol of a family is called, newly allocated: a word, or a number. */
char *snetd_protocol_word (int family, int protocol);

/* Value of a word; FALSE, with ret_value untouched, if there is none. */
gboolean
snetd_vocabulary_value (const SnetdVocabulary *vocabulary, const char *word, int *ret_value);

/* "allow, deny or ask": what an error message offers instead. */
char *snetd_vocabulary_choices (const SnetdVocabulary *vocabulary);
