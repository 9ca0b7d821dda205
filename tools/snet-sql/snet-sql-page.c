/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snet-sql-page.h"

#include <string.h>

#include "snet-names.h"
#include "snet-sql-columns.h"
#include "snet-sql-error.h"

#define UNKNOWN     G_MININT64
#define JOURNAL_MAX 64

/* Half of what there is, so that what is counted from a serial fits as well. */
#define SERIAL_MAX (G_MAXINT64 / 2)

struct SnetSqlPage
{
  GVariant *variant;
  GVariant *texts_variant;
  GVariant *values_variant;
  char *journal;
  guint64 end;
  const char **texts;
  gsize n_texts;
  const gint64 *values;
  gsize width;
  guint rows;
  int places[SNET_SQL_N_COLUMNS]; /* in a row; -1: there is no such column */
};

static gboolean
refuse (GError **error, const char *why)
{
  g_set_error (error, SNET_SQL_ERROR, SNET_SQL_ERROR_FORMAT, "A page of events makes no sense: %s",
               why);
  return FALSE;
}

static gboolean
is_name (const char *journal)
{
  const gsize length = strlen (journal);

  return length > 0 && length <= JOURNAL_MAX &&
         strspn (journal, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "-.") == length;
}

static gboolean
is_text (const char *type)
{
  return g_str_equal (type, "s") || g_str_equal (type, "as");
}

/* Of columns that are not known here the texts need not be looked at. */
static gboolean
check_texts (const SnetSqlPage *page, int place, GError **error)
{
  for (guint row = 0; row < page->rows; row++)
    {
      const gint64 value = page->values[row * page->width + (gsize)place];

      if (value != UNKNOWN && (value < 0 || (gsize)value >= page->n_texts))
        return refuse (error, "a text is not there");
    }
  return TRUE;
}

static gboolean
read_column (SnetSqlPage *page, int place, const char *key, const char *type, GError **error)
{
  for (guint i = 0; i < SNET_SQL_N_COLUMNS; i++)
    {
      if (!g_str_equal (key, snet_sql_columns[i].key))
        continue;
      if (page->places[i] >= 0)
        return refuse (error, "a column is there twice");
      if (!g_str_equal (type, snet_sql_columns[i].type))
        return refuse (error, "a column has another type");
      page->places[i] = place;
      return !is_text (type) || check_texts (page, place, error);
    }
  return TRUE;
}

static gboolean
check_serials (const SnetSqlPage *page, GError **error)
{
  gint64 before = 0;

  for (guint row = 0; row < page->rows; row++)
    {
      const gint64 serial = page->values[row * page->width];

      if (serial <= before || serial > SERIAL_MAX)
        return refuse (error, "the serials do not go up");
      before = serial;
    }
  return TRUE;
}

/* Without the serial it has no order, and without the time no place. */
static gboolean
check_columns (SnetSqlPage *page, GVariant *columns, GError **error)
{
  for (gsize i = 0; i < page->width; i++)
    {
      const char *key, *type;

      g_variant_get_child (columns, i, "(&s&g)", &key, &type);
      if (!read_column (page, (int)i, key, type, error))
        return FALSE;
    }
  if (page->places[SNET_SQL_SERIAL] != 0 || page->places[SNET_SQL_TIME_COLUMN] < 0)
    return refuse (error, "it has no serials, or no times");
  for (guint row = 0; row < page->rows; row++)
    {
      if (page->values[row * page->width + (gsize)page->places[SNET_SQL_TIME_COLUMN]] == UNKNOWN)
        return refuse (error, "an event has no time");
    }
  return check_serials (page, error);
}

static gboolean
check_size (SnetSqlPage *page, gsize n_values, GError **error)
{
  if (page->width == 0 || n_values % page->width != 0 || n_values / page->width > G_MAXINT)
    return refuse (error, "rows and columns do not go together");
  page->rows = (guint)(n_values / page->width);
  return TRUE;
}

SnetSqlPage *
snet_sql_page_new (GVariant *reply, const char *journal, GError **error)
{
  g_autoptr (SnetSqlPage) page = g_new0 (SnetSqlPage, 1);
  g_autoptr (GVariant) columns = NULL;
  gsize n_values;

  page->variant = g_variant_ref_sink (reply);
  if (!g_variant_is_of_type (reply, SNET_SQL_PAGE_TYPE))
    {
      refuse (error, "its type is another one");
      return NULL;
    }
  g_variant_get (reply, "(st@a(sg)@as@ax)", &page->journal, &page->end, &columns,
                 &page->texts_variant, &page->values_variant);
  if (journal != NULL)
    {
      g_free (page->journal);
      page->journal = g_strdup (journal);
    }
  page->texts = g_variant_get_strv (page->texts_variant, &page->n_texts);
  page->values = g_variant_get_fixed_array (page->values_variant, &n_values, sizeof (gint64));
  page->width = g_variant_n_children (columns);
  for (guint i = 0; i < SNET_SQL_N_COLUMNS; i++)
    page->places[i] = -1;

  if (!is_name (page->journal))
    refuse (error, "the journal's name is none");
  else if (check_size (page, n_values, error) && check_columns (page, columns, error))
    return g_steal_pointer (&page);
  return NULL;
}

void
snet_sql_page_free (SnetSqlPage *page)
{
  g_clear_pointer (&page->values_variant, g_variant_unref);
  g_clear_pointer (&page->texts_variant, g_variant_unref);
  g_clear_pointer (&page->variant, g_variant_unref);
  g_free (page->texts);
  g_free (page->journal);
  g_free (page);
}

GVariant *
snet_sql_page_get_variant (const SnetSqlPage *page)
{
  return page->variant;
}

const char *
snet_sql_page_get_journal (const SnetSqlPage *page)
{
  return page->journal;
}

guint64
snet_sql_page_get_end (const SnetSqlPage *page)
{
  return page->end;
}

guint
snet_sql_page_get_rows (const SnetSqlPage *page)
{
  return page->rows;
}

guint64
snet_sql_page_get_serial (const SnetSqlPage *page, guint row)
{
  return (guint64)page->values[row * page->width];
}

gboolean
snet_sql_page_get_number (const SnetSqlPage *page, guint row, guint column, gint64 *ret_number)
{
  const int place = page->places[column];

  *ret_number = place >= 0 ? page->values[row * page->width + (gsize)place] : UNKNOWN;
  return *ret_number != UNKNOWN;
}

const char *
snet_sql_page_get_text (const SnetSqlPage *page, guint row, guint column)
{
  gint64 place;

  return snet_sql_page_get_number (page, row, column, &place) ? page->texts[place] : NULL;
}

char *
snet_sql_page_describe (const SnetSqlPage *page, guint row)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < SNET_SQL_N_COLUMNS; i++)
    {
      gint64 number;

      if (!snet_sql_page_get_number (page, row, i, &number))
        continue;
      g_string_append_printf (text, "%s%s=", text->len > 0 ? " " : "", snet_sql_columns[i].key);
      if (is_text (snet_sql_columns[i].type))
        {
          g_autofree char *escaped = g_strescape (page->texts[number], NULL);

          g_string_append_printf (text, "\"%s\"", escaped);
        }
      else
        g_string_append_printf (text, "%" G_GINT64_FORMAT, number);
    }
  return g_string_free (text, FALSE);
}
