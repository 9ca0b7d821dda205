/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "snetd-request.h"
#include "snetd-sql.h"
#include "snetd-texts.h"

/* An event as a row of the journal's table calls, without the serial. */

/* "id, time, ..." */
char *snetd_journal_row_names (void);

/* What these columns are; NULL after the last one. */
const SnetdColumn *snetd_journal_row_column (guint number);

/* "?, ?, ..." */
char *snetd_journal_row_marks (void);

/*
 * Parameters and columns are numbered from @first on. From the request itself,
 * not from its dictionary, which would take most of the time that there is.
 */
gboolean snetd_journal_row_bind (sqlite3_stmt *statement,
                                 int first,
                                 SnetdTexts *texts,
                                 const SnetdRequest *request,
                                 gint64 serial,
                                 GError **error);

/* FALSE: something in it makes no sense, and was left out. */
gboolean snetd_journal_row_read (sqlite3_stmt *statement,
                                 int first,
                                 SnetdTexts *texts,
                                 GVariantBuilder *dict);
