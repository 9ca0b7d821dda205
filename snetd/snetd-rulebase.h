/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "snetd-engine.h"
#include "snetd-lists.h"
#include "snetd-logins.h"
#include "snetd-store.h"

/*
 * The rules in force: in the database or in files, in the engine, and until they end. Whatever
 * changes them goes through here. Knows no kernel and no bus.
 *
 * Signals:
 * added (t id), updated (t id), removed (t id): for each rule.
 * changed: once after them, however many there were; what was decided may be decided
 * otherwise now.
 */
#define SNETD_TYPE_RULEBASE (snetd_rulebase_get_type ())
G_DECLARE_FINAL_TYPE (SnetdRulebase, snetd_rulebase, SNETD, RULEBASE, GObject)

/*
 * Takes @store. NULL, with its error: there are no rules but those of files and none can
 * be made, and who tries is told why. The same if they cannot be read. @rules_dir: see
 * snetd-rules-dir.h; NULL: none. The lists that rules name are there when this returns;
 * rules that end with a login session come when it is known that this one has not ended.
 */
SnetdRulebase *snetd_rulebase_new (SnetdStore *store,
                                   const GError *store_error,
                                   const char *rules_dir,
                                   SnetdLists *lists,
                                   SnetdLogins *logins);

/*
 * Reads the files of rules and of lists again; what has changed in them is announced, and
 * nothing else. Returns what is wrong with rules (of char *), which has been logged. Free
 * with g_ptr_array_unref().
 */
GPtrArray *snetd_rulebase_reload (SnetdRulebase *self);

/* In the order in which they were made. Free with g_ptr_array_unref(). */
GPtrArray *snetd_rulebase_list (SnetdRulebase *self);

guint snetd_rulebase_count (SnetdRulebase *self);

/* What rules name as remote-list. */
SnetdLists *snetd_rulebase_get_lists (SnetdRulebase *self);

/* Borrowed; NULL: there is none. */
SnetdRule *snetd_rulebase_lookup (SnetdRulebase *self, guint64 id);

/* At @time, in microseconds since the epoch. */
void snetd_rulebase_decide (SnetdRulebase *self,
                            const SnetdRequest *request,
                            gint64 time,
                            SnetdDecision *ret_decision);

/* The rules that match, in their order. Free with g_ptr_array_unref(). */
GPtrArray *snetd_rulebase_explain (SnetdRulebase *self, const SnetdRequest *request, gint64 time);

/* On disk when this returns. Sets the rule's id and created. */
gboolean snetd_rulebase_add (SnetdRulebase *self, SnetdRule *rule, GError **error);

/* Likewise, all of them or, if one fails, none. */
gboolean snetd_rulebase_add_all (SnetdRulebase *self, GPtrArray *rules, GError **error);

/* FALSE, with SNETD_ERROR_READ_ONLY_RULE, if it is written in a file. */
gboolean snetd_rulebase_can_change (const SnetdRule *rule, GError **error);

/* Puts it in the place of the one that has its id, which must be there. */
gboolean snetd_rulebase_update (SnetdRulebase *self, SnetdRule *rule, GError **error);

gboolean snetd_rulebase_remove (SnetdRulebase *self, guint64 id, GError **error);
