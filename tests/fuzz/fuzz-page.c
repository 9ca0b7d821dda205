/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What Events.Read answers, and snet-sql's spool keeps: whoever wrote it, each event can be read.
 */
#include "fuzz.h"
#include "snet-sql-columns.h"
#include "snet-sql-page.h"

static void
read_column (const SnetSqlPage *page, guint row, guint column)
{
  gint64 number;
  const char *text;

  if (snet_sql_page_get_number (page, row, column, &number) && column == SNET_SQL_SERIAL)
    g_assert_cmpuint ((guint64)number, ==, snet_sql_page_get_serial (page, row));
  if (snet_sql_columns[column].kind != SNET_SQL_TEXT)
    return;
  text = snet_sql_page_get_text (page, row, column);
  g_assert_true (text == NULL || g_utf8_validate (text, -1, NULL));
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GVariant) reply = fuzz_read_value (SNET_SQL_PAGE_TYPE, data, size);
  g_autoptr (SnetSqlPage) page = reply != NULL ? snet_sql_page_new (reply, NULL, NULL) : NULL;
  guint64 before = 0;

  if (page == NULL)
    return 0;
  for (guint row = 0; row < snet_sql_page_get_rows (page); row++)
    {
      const guint64 serial = snet_sql_page_get_serial (page, row);
      g_autofree char *described = snet_sql_page_describe (page, row);

      g_assert_cmpuint (serial, >, before);
      g_assert_true (g_utf8_validate (described, -1, NULL));
      for (guint column = 0; column < SNET_SQL_N_COLUMNS; column++)
        read_column (page, row, column);
      before = serial;
    }
  return 0;
}
