/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "snet-sql-page.h"

/* What snetd might send: events of the last minutes, with serials from @first on. */
SnetSqlPage *pages_make (const char *journal, guint64 first, guint n);

/* The same as a reply of Events.Read, floating. */
GVariant *pages_make_reply (const char *journal, guint64 first, guint n, guint64 end);

/* One event that has these texts as program and as command, and this port. */
SnetSqlPage *pages_make_one (const char *journal,
                             guint64 serial,
                             const char *program,
                             const char *command,
                             gint64 time,
                             guint16 port);
