/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snetd-sql.h"

#include <string.h>

char *
snetd_sql_names (const SnetdColumn *columns, gsize n_columns)
{
  GString *names = g_string_new (NULL);

  for (gsize i = 0; i < n_columns; i++)
    g_string_append_printf (names, "%s%s", i > 0 ? ", " : "", columns[i].column);
  return g_string_free (names, FALSE);
}

char *
snetd_sql_marks (gsize n)
{
  GString *marks = g_string_new (NULL);

  for (gsize i = 0; i < n; i++)
    g_string_append (marks, i > 0 ? ", ?" : "?");
  return g_string_free (marks, FALSE);
}

static GVariant *
read_lines (const char *lines)
{
  g_auto (GStrv) texts = g_strsplit (lines, "\n", -1);

  return g_variant_new_strv ((const char *const *)texts, -1);
}

GVariant *
snetd_sql_text_value (const char *text, char type)
{
  return type == 'a' ? read_lines (text) : g_variant_new_string (text);
}

void
snetd_sql_bind (sqlite3_stmt *statement, int parameter, GVariant *value)
{
  switch (g_variant_classify (value))
    {
    case G_VARIANT_CLASS_STRING:
      sqlite3_bind_text (statement, parameter, g_variant_get_string (value, NULL), -1,
                         SQLITE_TRANSIENT);
      break;
    case G_VARIANT_CLASS_BOOLEAN:
      sqlite3_bind_int64 (statement, parameter, g_variant_get_boolean (value));
      break;
    case G_VARIANT_CLASS_UINT16:
      sqlite3_bind_int64 (statement, parameter, g_variant_get_uint16 (value));
      break;
    case G_VARIANT_CLASS_UINT32:
      sqlite3_bind_int64 (statement, parameter, g_variant_get_uint32 (value));
      break;
    case G_VARIANT_CLASS_INT64:
      sqlite3_bind_int64 (statement, parameter, g_variant_get_int64 (value));
      break;
    case G_VARIANT_CLASS_UINT64:
      sqlite3_bind_int64 (statement, parameter, (gint64)g_variant_get_uint64 (value));
      break;
    default:
      g_return_if_reached ();
    }
}

static gboolean
text_fits (sqlite3_stmt *statement, int column)
{
  const char *text = (const char *)sqlite3_column_text (statement, column);

  return text != NULL && g_utf8_validate (text, sqlite3_column_bytes (statement, column), NULL);
}

gboolean
snetd_sql_fits (sqlite3_stmt *statement, int column, char type)
{
  switch (type)
    {
    case 's':
      return text_fits (statement, column);
    case 'b':
      return sqlite3_column_int64 (statement, column) >> 1 == 0;
    case 'q':
      return sqlite3_column_int64 (statement, column) >> 16 == 0;
    case 'u':
      return sqlite3_column_int64 (statement, column) >> 32 == 0;
    case 'x':
    case 't':
    default:
      return TRUE;
    }
}

GVariant *
snetd_sql_read (sqlite3_stmt *statement, int column, char type)
{
  const gint64 number = sqlite3_column_int64 (statement, column);

  switch (type)
    {
    case 's':
      return g_variant_new_string ((const char *)sqlite3_column_text (statement, column));
    case 'b':
      return g_variant_new_boolean (number != 0);
    case 'q':
      return g_variant_new_uint16 ((guint16)number);
    case 'u':
      return g_variant_new_uint32 ((guint32)number);
    case 'x':
      return g_variant_new_int64 (number);
    case 't':
    default:
      return g_variant_new_uint64 ((guint64)number);
    }
}

/* FNV-1a: another single byte is always another sum. It is against accidents, not against people.
 */
static guint64
add_bytes (guint64 sum, gconstpointer data, gsize size)
{
  const guint8 *bytes = data;

  for (gsize i = 0; i < size; i++)
    sum = (sum ^ bytes[i]) * G_GUINT64_CONSTANT (0x100000001b3);
  return sum;
}

static guint64
add_column (guint64 sum, sqlite3_stmt *statement, int column, const char *name)
{
  const int stored = sqlite3_column_type (statement, column);
  gint64 number;

  if (stored == SQLITE_NULL)
    return sum;
  /* With its end, so that two values cannot be divided otherwise. */
  sum = add_bytes (sum, name, strlen (name) + 1);
  if (stored == SQLITE_INTEGER)
    {
      number = GINT64_TO_LE (sqlite3_column_int64 (statement, column));
      return add_bytes (sum, &number, sizeof number);
    }
  sum = add_bytes (sum, sqlite3_column_blob (statement, column),
                   (gsize)sqlite3_column_bytes (statement, column));
  return add_bytes (sum, "", 1);
}

guint64
snetd_sql_sum (guint64 sum,
               sqlite3_stmt *statement,
               int first,
               const SnetdColumn *columns,
               gsize n_columns)
{
  for (gsize i = 0; i < n_columns; i++)
    sum = add_column (sum, statement, first + (int)i, columns[i].column);
  return sum;
}
