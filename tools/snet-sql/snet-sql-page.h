/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <gio/gio.h>

/*
 * Some events of a journal, in the order of their serials, as Events.Read gives them. All of it
 * has been checked: each text is there, and of the type that its column has. Never changed, so
 * any thread may have it.
 */
typedef struct SnetSqlPage SnetSqlPage;

#define SNET_SQL_PAGE_TYPE G_VARIANT_TYPE ("(sta(sg)asax)")

/* @journal: what to call it instead of as the reply does; NULL: as that does. */
SnetSqlPage *snet_sql_page_new (GVariant *reply, const char *journal, GError **error);
void snet_sql_page_free (SnetSqlPage *page);

/* What it was made of. */
GVariant *snet_sql_page_get_variant (const SnetSqlPage *page);

/* Letters, digits, dots and hyphens. */
const char *snet_sql_page_get_journal (const SnetSqlPage *page);

/* The journal's last serial, which may be that of a later event; and how many are here. */
guint64 snet_sql_page_get_end (const SnetSqlPage *page);
guint snet_sql_page_get_rows (const SnetSqlPage *page);

guint64 snet_sql_page_get_serial (const SnetSqlPage *page, guint row);

/* By the column's place in snet_sql_columns; FALSE, NULL: it is not known. */
gboolean
snet_sql_page_get_number (const SnetSqlPage *page, guint row, guint column, gint64 *ret_number);
const char *snet_sql_page_get_text (const SnetSqlPage *page, guint row, guint column);

/* As people read it: "key=value", for what nobody could take. */
char *snet_sql_page_describe (const SnetSqlPage *page, guint row);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SnetSqlPage, snet_sql_page_free)
