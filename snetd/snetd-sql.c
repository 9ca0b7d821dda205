/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snetd-sql.h"

#include "snetd-dict.h"

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

void
snetd_sql_bind (sqlite3_stmt *statement, int parameter, GVariant *value)
{
  switch (g_variant_classify (value))
    {
    case G_VARIANT_CLASS_STRING:
      sqlite3_bind_text (statement, parameter, g_variant_get_string (value, NULL), -1,
                         SQLITE_TRANSIENT);
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

void
snetd_sql_bind_row (sqlite3_stmt *statement,
                    int first,
                    const SnetdColumn *columns,
                    gsize n_columns,
                    GVariant *dictionary)
{
  for (gsize i = 0; i < n_columns; i++)
    {
      g_autoptr (GVariant) value = g_variant_lookup_value (dictionary, columns[i].key, NULL);

      if (value != NULL)
        snetd_sql_bind (statement, first + i, value);
      else
        sqlite3_bind_null (statement, first + i);
    }
}

void
snetd_sql_read_row (sqlite3_stmt *statement,
                    int first,
                    const SnetdColumn *columns,
                    gsize n_columns,
                    GVariantBuilder *dict)
{
  for (gsize i = 0; i < n_columns; i++)
    {
      const int column = first + i;
      const char *key = columns[i].key;

      if (sqlite3_column_type (statement, column) == SQLITE_NULL)
        continue;

      if (columns[i].type == 's')
        snetd_dict_add (dict, key,
                        g_variant_new ("s", (const char *)sqlite3_column_text (statement, column)));
      else if (columns[i].type == 'q')
        snetd_dict_add (dict, key,
                        g_variant_new ("q", (guint16)sqlite3_column_int64 (statement, column)));
      else if (columns[i].type == 'u')
        snetd_dict_add (dict, key,
                        g_variant_new ("u", (guint32)sqlite3_column_int64 (statement, column)));
      else if (columns[i].type == 'x')
        snetd_dict_add (dict, key,
                        g_variant_new ("x", (gint64)sqlite3_column_int64 (statement, column)));
      else
        snetd_dict_add (dict, key,
                        g_variant_new ("t", (guint64)sqlite3_column_int64 (statement, column)));
    }
}
