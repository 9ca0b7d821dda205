/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snetd-page.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "snet-names.h"
#include "snetd-error.h"
#include "snetd-journal-row.h"
#include "snetd-journal-schema.h"

/* A page that has so many bytes of texts ends with this row. */
#define TEXTS_MAX (8 * 1024 * 1024)

typedef struct
{
  SnetdDatabase *database;
  SnetdTexts *texts;
  GArray *values;     /* of gint64 */
  GPtrArray *strings; /* of char, each text once */
  GHashTable *places; /* a text's number in the journal -> in @strings */
  gsize size;         /* of these */
} Page;

static void
page_clear (Page *page)
{
  g_clear_pointer (&page->texts, snetd_texts_free);
  g_clear_pointer (&page->database, snetd_database_close);
  g_clear_pointer (&page->values, g_array_unref);
  g_clear_pointer (&page->strings, g_ptr_array_unref);
  g_clear_pointer (&page->places, g_hash_table_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Page, page_clear)

static gboolean
open_page (Page *page, const char *path, GError **error)
{
  page->values = g_array_new (FALSE, FALSE, sizeof (gint64));
  page->strings = g_ptr_array_new_with_free_func (g_free);
  page->places = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  page->database = snetd_database_open_to_read (path, &snetd_journal_schema, error);
  page->texts = page->database != NULL ? snetd_texts_new (page->database, error) : NULL;
  return page->texts != NULL;
}

/* The place of a text in the page; SNETD_PAGE_UNKNOWN: there is no such text. */
static gint64
place_text (Page *page, gint64 id)
{
  gpointer place;
  const char *text;

  if (g_hash_table_lookup_extended (page->places, &id, NULL, &place))
    return GPOINTER_TO_SIZE (place);

  text = snetd_texts_lookup (page->texts, id);
  if (text == NULL)
    return SNETD_PAGE_UNKNOWN;
  g_hash_table_insert (page->places, g_memdup2 (&id, sizeof id),
                       GSIZE_TO_POINTER (page->strings->len));
  g_ptr_array_add (page->strings, g_strdup (text));
  page->size += strlen (text);
  return (gint64)page->strings->len - 1;
}

/* What makes no sense is as if it were not known. */
static gint64
read_value (Page *page, sqlite3_stmt *statement, int number, char type)
{
  if (sqlite3_column_type (statement, number) == SQLITE_NULL)
    return SNETD_PAGE_UNKNOWN;
  if (type == 's' || type == 'a')
    return place_text (page, sqlite3_column_int64 (statement, number));
  return snetd_sql_fits (statement, number, type) ? sqlite3_column_int64 (statement, number)
                                                  : SNETD_PAGE_UNKNOWN;
}

static void
read_row (Page *page, sqlite3_stmt *statement)
{
  const gint64 serial = sqlite3_column_int64 (statement, 0);
  const SnetdColumn *column;

  g_array_append_val (page->values, serial);
  for (guint i = 0; (column = snetd_journal_row_column (i)) != NULL; i++)
    {
      const gint64 value = read_value (page, statement, (int)i + 1, column->type);

      g_array_append_val (page->values, value);
    }
}

static gboolean
read_rows (Page *page, guint64 after, guint limit, GError **error)
{
  g_autofree char *names = snetd_journal_row_names ();
  g_autofree char *sql = g_strdup_printf (
    "SELECT serial, %s FROM calls WHERE serial > ?1 ORDER BY serial LIMIT ?2", names);
  sqlite3_stmt *statement = snetd_database_prepare (page->database, sql, error);
  int result = SQLITE_ROW;

  if (statement == NULL)
    return FALSE;

  sqlite3_bind_int64 (statement, 1, (gint64)MIN (after, SNETD_SERIAL_MAX));
  sqlite3_bind_int64 (statement, 2, limit);
  while (page->size < TEXTS_MAX &&
         (result = snetd_database_step (page->database, statement, error)) == SQLITE_ROW)
    read_row (page, statement);
  sqlite3_finalize (statement);
  return result == SQLITE_DONE || result == SQLITE_ROW;
}

static char *
read_name (Page *page, GError **error)
{
  sqlite3_stmt *statement =
    snetd_database_prepare (page->database, "SELECT id FROM journal", error);
  char *name = NULL;
  int result;

  if (statement == NULL)
    return NULL;
  result = snetd_database_step (page->database, statement, error);
  if (result == SQLITE_ROW && snetd_sql_fits (statement, 0, 's'))
    name = g_strdup ((const char *)sqlite3_column_text (statement, 0));
  else if (result == SQLITE_ROW || result == SQLITE_DONE)
    snetd_database_set_damaged (page->database, error);
  sqlite3_finalize (statement);
  return name;
}

/*
 * The journal does not wait for the disk. What is told elsewhere has to be there: otherwise, when
 * the power fails, its serials would be those of other events, which would be taken for known.
 */
static gboolean
wait_for_disk (const char *path, GError **error)
{
  g_autofree char *log = g_strconcat (path, "-wal", NULL);
  const int fd = open (log, O_RDONLY | O_CLOEXEC);
  gboolean done;

  if (fd < 0 && errno == ENOENT)
    return TRUE;
  done = fd >= 0 && fdatasync (fd) == 0;
  if (!done)
    g_set_error (error, SNETD_ERROR, SNETD_ERROR_STORE_FAILED, "%s: %s", log, g_strerror (errno));
  if (fd >= 0)
    close (fd);
  return done;
}

static GVariant *
list_columns (void)
{
  const SnetdColumn *column;
  GVariantBuilder columns;

  g_variant_builder_init (&columns, G_VARIANT_TYPE ("a(sg)"));
  g_variant_builder_add (&columns, "(sg)", SNET_KEY_SERIAL, "t");
  for (guint i = 0; (column = snetd_journal_row_column (i)) != NULL; i++)
    {
      const char type[] = { column->type, column->type == 'a' ? 's' : '\0', '\0' };

      g_variant_builder_add (&columns, "(sg)", column->key, type);
    }
  return g_variant_builder_end (&columns);
}

static GVariant *
make_reply (Page *page, const char *journal, gint64 last)
{
  GVariant *texts =
    g_variant_new_strv ((const char *const *)page->strings->pdata, page->strings->len);
  GVariant *values = g_variant_new_fixed_array (G_VARIANT_TYPE_INT64, page->values->data,
                                                page->values->len, sizeof (gint64));

  return g_variant_ref_sink (g_variant_new ("(st@a(sg)@as@ax)", journal, (guint64)MAX (last, 0),
                                            list_columns (), texts, values));
}

/* In one transaction, so that all of it is of the same moment. */
GVariant *
snetd_page_read (const char *path, guint64 after, guint limit, GError **error)
{
  g_auto (Page) page = { NULL };
  g_autofree char *journal = NULL;
  gint64 last;

  if (!open_page (&page, path, error) || !snetd_database_exec (page.database, "BEGIN", error))
    return NULL;
  journal = read_name (&page, error);
  if (journal == NULL ||
      !snetd_database_get_number (page.database, SNETD_JOURNAL_LAST, &last, error) ||
      !wait_for_disk (path, error) ||
      !read_rows (&page, after, limit == 0 ? SNETD_PAGE_MAX : MIN (limit, SNETD_PAGE_MAX), error))
    return NULL;
  return make_reply (&page, journal, last);
}
