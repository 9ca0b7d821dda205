/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "snetd-database.h"

/* An event's number is at most this, so that what is counted from it fits as well. */
#define SNETD_SERIAL_MAX (G_MAXINT64 / 2)

/*
 * The texts of a journal, each of them once, in the table texts (id, text,
 * last). Events name them by number: that makes rows and indexes a fraction of
 * the size, and what is searched is the texts that there are, not the events.
 */
typedef struct SnetdTexts SnetdTexts;

SnetdTexts *snetd_texts_new (SnetdDatabase *database, GError **error);
void snetd_texts_free (SnetdTexts *texts);

/* The number of a text that event @serial is about to have; 0: see @error. */
gint64 snetd_texts_id (SnetdTexts *texts, const char *text, gint64 serial, GError **error);

/*
 * The text of a number; owned by texts, valid until the next call. NULL: there is none,
 * or it cannot be read.
 */
const char *snetd_texts_lookup (SnetdTexts *texts, gint64 id);

/* Forgets some of those that no event from @oldest on has. */
gboolean snetd_texts_trim (SnetdTexts *texts, gint64 oldest, GError **error);

/* A transaction was rolled back. */
void snetd_texts_reset (SnetdTexts *texts);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SnetdTexts, snetd_texts_free)
