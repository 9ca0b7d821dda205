/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "snetd-prompts.h"

/* Nobody looks through more, or wants to know what was yesterday. */
#define SNETD_MISSED_MAX   100
#define SNETD_MISSED_HOURS 24

/*
 * The prompts that nobody answered in time, of each user, for making a rule later.
 * Those that were alike are one. Kept in memory only.
 *
 * Signals:
 * changed (u uid, u count): how many there are of this user.
 */
#define SNETD_TYPE_MISSED (snetd_missed_get_type ())
G_DECLARE_FINAL_TYPE (SnetdMissed, snetd_missed, SNETD, MISSED, GObject)

SnetdMissed *snetd_missed_new (void);

/* The last request of a prompt has timed out. */
void snetd_missed_add (SnetdMissed *self, SnetdRequest *request);

/* Of this user; what is too old is not counted any more. */
guint snetd_missed_count (SnetdMissed *self, guint32 uid);

/* All, of each user the oldest first; free with g_ptr_array_unref(). */
GPtrArray *snetd_missed_list (SnetdMissed *self);

/* Borrowed; NULL if it is not there. */
SnetdRequest *snetd_missed_lookup (SnetdMissed *self, guint64 id);

/* Nothing happens if it is not there. */
void snetd_missed_remove (SnetdMissed *self, guint64 id);

/* What is like this one. */
void snetd_missed_remove_alike (SnetdMissed *self, const SnetdRequest *request);

/* One of those that are listed, as an a{sv} with how often it was missed; floating. */
GVariant *snetd_missed_to_variant (SnetdMissed *self, const SnetdRequest *request);
