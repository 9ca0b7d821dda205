/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "snetd-filter.h"
#include "snetd-request.h"

#define SNETD_JOURNAL_PAGE 1000 /* the most that one Query returns */

/* As many as are looked through in a moment. */
#define SNETD_JOURNAL_SURVEY 20000

/*
 * What has been decided, on disk. Written in batches: by number, or a moment
 * after the first; a query sees all the same what was just decided.
 * All errors are (SNETD_ERROR, SNETD_ERROR_STORE_FAILED).
 */
typedef struct SnetdJournal SnetdJournal;

/* What is kept: no more than so many events, none that is older. Kept to as new ones come. */
typedef struct
{
  guint events;
  guint days;
} SnetdRetention;

SnetdJournal *
snetd_journal_open (const char *path, const SnetdRetention *retention, GError **error);

/* Writes what is left. */
void snetd_journal_close (SnetdJournal *journal);

/* Its file, which is read in threads too, see snetd-past.h. */
const char *snetd_journal_get_path (SnetdJournal *journal);

/* See snetd_database_get_trouble(). */
const char *snetd_journal_get_trouble (SnetdJournal *journal);

/* Told of the last serial when events have been written; one at a time, NULL: nobody. */
typedef void (*SnetdJournalWritten) (guint64 serial, gpointer user_data);
void
snetd_journal_set_written (SnetdJournal *journal, SnetdJournalWritten written, gpointer user_data);

/* The request must be decided. */
void snetd_journal_append (SnetdJournal *journal, SnetdRequest *request);

gboolean snetd_journal_flush (SnetdJournal *journal, GError **error);

/* What is too much, or too old, by these goes soon. */
void snetd_journal_set_retention (SnetdJournal *journal, const SnetdRetention *retention);

/*
 * How many events there are, in no time: by their serials, so that those that went out of
 * turn, after the clock was set back, are counted still.
 */
guint64 snetd_journal_count (SnetdJournal *journal);

/* How many were given up, as the disk did not take them. */
guint64 snetd_journal_lost (SnetdJournal *journal);

/*
 * An aa{sv}, floating, the newest first. limit 0: a whole page. An error, not a
 * part of it, if too much would have to be read.
 */
GVariant *
snetd_journal_query (SnetdJournal *journal, const SnetdFilter *filter, guint limit, GError **error);

/*
 * The kinds of calls among the latest events that the filter is about, SNETD_JOURNAL_SURVEY
 * at most: of each kind the newest event, with the number of them as the count; the kind that
 * there is most of first. What makes a kind is who wants what, and where to.
 */
GVariant *snetd_journal_survey (SnetdJournal *journal, const SnetdFilter *filter, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SnetdJournal, snetd_journal_close)
