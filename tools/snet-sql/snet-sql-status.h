/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "snet-sql-config.h"

/*
 * What is wrong, for snet-sql --status: written into a file of the state directory when it
 * changes, and told to systemd. NULL: nothing is.
 */
typedef struct SnetSqlStatus SnetSqlStatus;

SnetSqlStatus *snet_sql_status_new (const char *state_dir);
void snet_sql_status_free (SnetSqlStatus *status);

void snet_sql_status_set_reading (SnetSqlStatus *status, const char *trouble);
void snet_sql_status_set_writing (SnetSqlStatus *status, const char *trouble);

/* Prints what is in that file, and in the spool. TRUE: all is well. */
gboolean snet_sql_status_print (const char *state_dir, const SnetSqlConfig *config);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SnetSqlStatus, snet_sql_status_free)
