/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "snetd-database.h"

/* The layout of the journal, and how older ones become it. */
/*
 * What is in calls_search of a row of calls, as SQL. A text is t wherever it is; the other letters
 * are those of the filter's keys, see snetd-filter.c. Rows are removed with the same tokens, so
 * what these are may only change with all of the table.
 */
#define SNETD_JOURNAL_TOKENS                                                                       \
  "'u' || uid || ' v' || verdict || ' e' || reason || ifnull (' o' || operation, '')"              \
  " || ifnull (' r' || rule, '') || ifnull (' p' || remote_port, '')"                              \
  " || ifnull (' s' || script, '') || ifnull (' a' || app, '') || ifnull (' n' || unit, '')"       \
  " || ifnull (' t' || program, '') || ifnull (' t' || comm, '')"                                  \
  " || ifnull (' t' || command, '') || ifnull (' t' || remote_address, '')"                        \
  " || ifnull (' t' || remote_host, '')"

/* The last serial, also when the event is gone: the last mark stays, whatever goes. */
#define SNETD_JOURNAL_LAST                                                                         \
  "SELECT max (coalesce ((SELECT max (serial) FROM calls), 0),"                                    \
  " coalesce ((SELECT last FROM marks ORDER BY first DESC LIMIT 1), 0))"

extern const SnetdSchema snetd_journal_schema;
