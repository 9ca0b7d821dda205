/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "snetd-journal.h"

/* What has been decided: it is written into the journal, and counted. */
typedef struct SnetdRecord SnetdRecord;

/*
 * Takes @journal. NULL, with its error: it is only counted, and who asks for events is
 * told why there are none.
 */
SnetdRecord *snetd_record_new (SnetdJournal *journal, const GError *journal_error);
void snetd_record_free (SnetdRecord *record);

/* The request must be decided. */
void snetd_record_add (SnetdRecord *record, SnetdRequest *request);

/* Some were decided that nobody has told of. */
void snetd_record_note_gap (SnetdRecord *record);

void snetd_record_set_retention (SnetdRecord *record, const SnetdRetention *retention);

/* See snetd_journal_set_written(). */
void
snetd_record_set_written (SnetdRecord *record, SnetdJournalWritten written, gpointer user_data);

/* See snetd_journal_query(). */
GVariant *
snetd_record_query (SnetdRecord *record, const SnetdFilter *filter, guint limit, GError **error);

/* See snetd_journal_survey(). */
GVariant *snetd_record_survey (SnetdRecord *record, const SnetdFilter *filter, GError **error);

/* Of the journal, for who reads it in a thread; NULL: there is none, see @error. */
const char *snetd_record_get_path (SnetdRecord *record, GError **error);

/* The keys decided, gaps, events and lost of Control.GetStatistics. */
void snetd_record_add_statistics (SnetdRecord *record, GVariantBuilder *dict);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SnetdRecord, snetd_record_free)
