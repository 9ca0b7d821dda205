/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "snetd-keys.h"
#include "snetd-rule.h"

/*
 * Rules that have the same conditions, each as wide: they are found by one look-up
 * in a hash table, and none of them is more specific than another. There are few
 * such sets, however many rules.
 */
typedef struct SnetdSubtable SnetdSubtable;

/* What judging a request has looked at. */
typedef struct
{
  guint64 fields; /* see snetd_condition_fields(): who is alike in them is judged alike, */
  guint minutes;  /* for so long; SNETD_WEEK_MINUTES: always */
} SnetdConsulted;

/* A request on its way through all rules. */
typedef struct
{
  const SnetdContext *context;
  const SnetdKeys *keys; /* of the request */
  SnetdConsulted consulted;
} SnetdLookup;

/* For rules that are like this one. @before: conditions that somebody else looks up, and first. */
SnetdSubtable *snetd_subtable_new (SnetdKeys *keys, const SnetdRule *rule, guint32 before);
void snetd_subtable_free (SnetdSubtable *subtable);

/* Negative if the subtable's rules are more specific than this one, 0 if it belongs to them. */
int snetd_subtable_compare (const SnetdSubtable *subtable, const SnetdRule *rule);

/* The first one of what is looked up here; NULL: there is none. */
const SnetdPart *snetd_subtable_first (const SnetdSubtable *subtable);

/* @hash: of the conditions that are looked up before; here as in all that follow. */
void snetd_subtable_add (SnetdSubtable *subtable, guint64 hash, SnetdRule *rule);
void snetd_subtable_remove (SnetdSubtable *subtable, guint64 hash, SnetdRule *rule);
gboolean snetd_subtable_is_empty (const SnetdSubtable *subtable);

/* FALSE: enough. */
typedef gboolean (*SnetdRuleFunc) (SnetdRule *rule, gpointer user_data);

/*
 * Calls back for those rules that match, in the order in which they decide; FALSE
 * if the callback has said so.
 */
gboolean snetd_subtable_match (const SnetdSubtable *subtable,
                               guint64 hash,
                               SnetdLookup *lookup,
                               SnetdRuleFunc func,
                               gpointer user_data);

/* The same for one that is known to be the only one that can match. */
gboolean snetd_subtable_match_rule (const SnetdSubtable *subtable,
                                    SnetdRule *rule,
                                    SnetdLookup *lookup,
                                    SnetdRuleFunc func,
                                    gpointer user_data);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SnetdSubtable, snetd_subtable_free)
