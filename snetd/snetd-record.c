/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snetd-record.h"

#include "snetd-dict.h"
#include "snetd-log.h"

struct SnetdRecord
{
  SnetdJournal *journal; /* NULL: see journal_error */
  GError *journal_error;
  guint64 decided[SNETD_REASON_LAST];
  guint64 gaps;
};

SnetdRecord *
snetd_record_new (SnetdJournal *journal, const GError *journal_error)
{
  SnetdRecord *record;

  g_return_val_if_fail (journal != NULL || journal_error != NULL, NULL);

  record = g_new0 (SnetdRecord, 1);
  record->journal = journal;
  record->journal_error = journal_error != NULL ? g_error_copy (journal_error) : NULL;
  return record;
}

void
snetd_record_free (SnetdRecord *record)
{
  g_clear_pointer (&record->journal, snetd_journal_close);
  g_clear_error (&record->journal_error);
  g_free (record);
}

void
snetd_record_add (SnetdRecord *record, SnetdRequest *request)
{
  g_return_if_fail (request->decided);

  record->decided[request->reason]++;
  if (record->journal != NULL)
    snetd_journal_append (record->journal, request);
}

void
snetd_record_note_gap (SnetdRecord *record)
{
  record->gaps++;
  snetd_log (G_LOG_LEVEL_WARNING, SNETD_MESSAGE_EVENTS_LOST,
             "Calls were decided faster than they could be written down; some are missing in the "
             "journal");
}

void
snetd_record_set_retention (SnetdRecord *record, const SnetdRetention *retention)
{
  if (record->journal != NULL)
    snetd_journal_set_retention (record->journal, retention);
}

void
snetd_record_set_written (SnetdRecord *record, SnetdJournalWritten written, gpointer user_data)
{
  if (record->journal != NULL)
    snetd_journal_set_written (record->journal, written, user_data);
}

static gboolean
check_journal (SnetdRecord *record, GError **error)
{
  if (record->journal == NULL)
    g_propagate_error (error, g_error_copy (record->journal_error));
  return record->journal != NULL;
}

GVariant *
snetd_record_query (SnetdRecord *record, const SnetdFilter *filter, guint limit, GError **error)
{
  return check_journal (record, error) ? snetd_journal_query (record->journal, filter, limit, error)
                                       : NULL;
}

GVariant *
snetd_record_survey (SnetdRecord *record, const SnetdFilter *filter, GError **error)
{
  return check_journal (record, error) ? snetd_journal_survey (record->journal, filter, error)
                                       : NULL;
}

const char *
snetd_record_get_path (SnetdRecord *record, GError **error)
{
  return check_journal (record, error) ? snetd_journal_get_path (record->journal) : NULL;
}

void
snetd_record_add_statistics (SnetdRecord *record, GVariantBuilder *dict)
{
  GVariantBuilder decided;

  g_variant_builder_init (&decided, G_VARIANT_TYPE ("a{st}"));
  for (int i = 0; i < SNETD_REASON_LAST; i++)
    {
      g_autofree char *word = snetd_vocabulary_word (&snetd_reasons, i);

      g_variant_builder_add (&decided, "{st}", word, record->decided[i]);
    }
  snetd_dict_add (dict, "decided", g_variant_builder_end (&decided));
  snetd_dict_add (dict, "gaps", g_variant_new_uint64 (record->gaps));
  if (record->journal != NULL)
    {
      snetd_dict_add (dict, "events", g_variant_new_uint64 (snetd_journal_count (record->journal)));
      snetd_dict_add (dict, "lost", g_variant_new_uint64 (snetd_journal_lost (record->journal)));
    }
}
