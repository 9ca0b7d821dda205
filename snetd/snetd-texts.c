/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snetd-texts.h"

#include <string.h>

#include "snetd-sql.h"

#define CACHE_MAX 20000

/*
 * The last event that has a text is written down only when it is that far
 * behind, so that a text which all events have costs next to nothing.
 */
#define SLACK 10000

/* To take one out of the search costs as much as many events. */
#define TRIM_STEP 50

typedef struct
{
  gint64 id;
  gint64 last;
  char text[];
} Text;

struct SnetdTexts
{
  SnetdDatabase *database;
  sqlite3_stmt *select;
  sqlite3_stmt *insert;
  sqlite3_stmt *touch;
  sqlite3_stmt *lookup;
  sqlite3_stmt *trim;
  GHashTable *by_text; /* of Text */
  GHashTable *by_id;   /* its ->id -> the same Text, which is this one's */
};

static gboolean
prepare (SnetdTexts *texts, GError **error)
{
  const struct
  {
    sqlite3_stmt **statement;
    const char *sql;
  } statements[] = {
    { &texts->select, "SELECT id, last FROM texts WHERE text = ?1" },
    { &texts->insert, "INSERT INTO texts (text, last) VALUES (?1, ?2)" },
    { &texts->touch, "UPDATE texts SET last = ?2 WHERE id = ?1" },
    { &texts->lookup, "SELECT text, last FROM texts WHERE id = ?1" },
    { &texts->trim, "DELETE FROM texts WHERE id IN "
                    "(SELECT id FROM texts WHERE last < ?1 ORDER BY last LIMIT ?2)" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (statements); i++)
    {
      *statements[i].statement = snetd_database_prepare (texts->database, statements[i].sql, error);
      if (*statements[i].statement == NULL)
        return FALSE;
    }
  return TRUE;
}

SnetdTexts *
snetd_texts_new (SnetdDatabase *database, GError **error)
{
  g_autoptr (SnetdTexts) texts = g_new0 (SnetdTexts, 1);

  texts->database = database;
  texts->by_text = g_hash_table_new (g_str_hash, g_str_equal);
  texts->by_id = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, g_free);
  return prepare (texts, error) ? g_steal_pointer (&texts) : NULL;
}

void
snetd_texts_free (SnetdTexts *texts)
{
  sqlite3_finalize (texts->select);
  sqlite3_finalize (texts->insert);
  sqlite3_finalize (texts->touch);
  sqlite3_finalize (texts->lookup);
  sqlite3_finalize (texts->trim);
  g_hash_table_unref (texts->by_text);
  g_hash_table_unref (texts->by_id);
  g_free (texts);
}

void
snetd_texts_reset (SnetdTexts *texts)
{
  g_hash_table_remove_all (texts->by_text);
  g_hash_table_remove_all (texts->by_id);
}

static void
drop (SnetdTexts *texts, Text *text)
{
  if (g_hash_table_lookup (texts->by_text, text->text) == text)
    g_hash_table_remove (texts->by_text, text->text);
  g_hash_table_remove (texts->by_id, &text->id);
}

/* In a file that is damaged a number can come with two texts, and a text with two numbers. */
static Text *
keep (SnetdTexts *texts, gint64 id, gint64 last, const char *string)
{
  const gsize size = strlen (string) + 1;
  Text *text = g_hash_table_lookup (texts->by_id, &id);

  if (text != NULL)
    drop (texts, text);

  if (g_hash_table_size (texts->by_id) >= CACHE_MAX)
    snetd_texts_reset (texts);

  text = g_malloc (sizeof *text + size);
  text->id = id;
  text->last = CLAMP (last, 0, SNETD_SERIAL_MAX);
  memcpy (text->text, string, size);
  g_hash_table_replace (texts->by_text, text->text, text);
  g_hash_table_replace (texts->by_id, &text->id, text);
  return text;
}

/* Whether there is one; *ret_text stays NULL if not. */
static gboolean
find_stored (SnetdTexts *texts, const char *string, Text **ret_text, GError **error)
{
  gint64 id, last;
  int result;

  sqlite3_bind_text (texts->select, 1, string, -1, SQLITE_STATIC);
  result = snetd_database_step (texts->database, texts->select, error);
  if (result != SQLITE_ROW)
    return result == SQLITE_DONE;

  id = sqlite3_column_int64 (texts->select, 0);
  last = sqlite3_column_int64 (texts->select, 1);
  sqlite3_reset (texts->select);
  if (id <= 0)
    return snetd_database_set_damaged (texts->database, error);
  *ret_text = keep (texts, id, last, string);
  return TRUE;
}

static Text *
store (SnetdTexts *texts, const char *string, gint64 serial, GError **error)
{
  sqlite3_bind_text (texts->insert, 1, string, -1, SQLITE_STATIC);
  sqlite3_bind_int64 (texts->insert, 2, serial);
  if (snetd_database_step (texts->database, texts->insert, error) != SQLITE_DONE)
    return NULL;
  return keep (texts, snetd_database_last_id (texts->database), serial, string);
}

/* *gone: it was forgotten since it was kept in memory. */
static gboolean
touch (SnetdTexts *texts, Text *text, gint64 serial, gboolean *ret_gone, GError **error)
{
  sqlite3_bind_int64 (texts->touch, 1, text->id);
  sqlite3_bind_int64 (texts->touch, 2, serial);
  if (snetd_database_step (texts->database, texts->touch, error) != SQLITE_DONE)
    return FALSE;

  *ret_gone = snetd_database_changes (texts->database) == 0;
  text->last = serial;
  return TRUE;
}

gint64
snetd_texts_id (SnetdTexts *texts, const char *string, gint64 serial, GError **error)
{
  Text *text = g_hash_table_lookup (texts->by_text, string);
  gboolean gone = FALSE;

  if (text == NULL && !find_stored (texts, string, &text, error))
    return 0;
  if (text != NULL && serial - text->last > SLACK && !touch (texts, text, serial, &gone, error))
    return 0;
  if (gone)
    drop (texts, text);
  if (text == NULL || gone)
    text = store (texts, string, serial, error);
  return text != NULL ? text->id : 0;
}

const char *
snetd_texts_lookup (SnetdTexts *texts, gint64 id)
{
  Text *text = g_hash_table_lookup (texts->by_id, &id);

  if (text != NULL)
    return text->text;

  sqlite3_bind_int64 (texts->lookup, 1, id);
  if (snetd_database_step (texts->database, texts->lookup, NULL) != SQLITE_ROW)
    return NULL;
  if (snetd_sql_fits (texts->lookup, 0, 's'))
    text = keep (texts, id, sqlite3_column_int64 (texts->lookup, 1),
                 (const char *)sqlite3_column_text (texts->lookup, 0));
  sqlite3_reset (texts->lookup);
  return text != NULL ? text->text : NULL;
}

gboolean
snetd_texts_trim (SnetdTexts *texts, gint64 oldest, GError **error)
{
  sqlite3_bind_int64 (texts->trim, 1, oldest - SLACK);
  sqlite3_bind_int (texts->trim, 2, TRIM_STEP);
  return snetd_database_step (texts->database, texts->trim, error) == SQLITE_DONE;
}
