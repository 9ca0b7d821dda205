/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snet-sql-copy.h"

#include <arpa/inet.h>
#include <string.h>

#include "snet-sql-columns.h"

/* As PostgreSQL has them, which will not change: types, and families of addresses. */
#define OID_TEXT   25
#define INET_IPV4  2
#define INET_IPV6  3
#define EPOCH_DIFF G_GINT64_CONSTANT (946684800000000) /* its time begins in the year 2000 */

static const char signature[] = "PGCOPY\n\377\r\n"; /* and its 0 */

static void
put16 (GByteArray *bytes, gint16 value)
{
  const gint16 big = GINT16_TO_BE (value);

  g_byte_array_append (bytes, (const guint8 *)&big, sizeof big);
}

static void
put32 (GByteArray *bytes, gint32 value)
{
  const gint32 big = GINT32_TO_BE (value);

  g_byte_array_append (bytes, (const guint8 *)&big, sizeof big);
}

static void
put64 (GByteArray *bytes, gint64 value)
{
  const gint64 big = GINT64_TO_BE (value);

  g_byte_array_append (bytes, (const guint8 *)&big, sizeof big);
}

static void
put_null (GByteArray *bytes)
{
  put32 (bytes, -1);
}

static void
put_text (GByteArray *bytes, const char *text, gsize length)
{
  put32 (bytes, (gint32)length);
  g_byte_array_append (bytes, (const guint8 *)text, (guint)length);
}

/* One dimension, which begins at 1; the size of all is known at the end. */
static void
put_lines (GByteArray *bytes, const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  const guint start = bytes->len;
  const guint n = g_strv_length (lines);
  gint32 size;

  put32 (bytes, 0);
  put32 (bytes, n > 0 ? 1 : 0);
  put32 (bytes, 0);
  put32 (bytes, OID_TEXT);
  if (n > 0)
    {
      put32 (bytes, (gint32)n);
      put32 (bytes, 1);
    }
  for (guint i = 0; i < n; i++)
    put_text (bytes, lines[i], strlen (lines[i]));
  size = GINT32_TO_BE ((gint32)(bytes->len - start - sizeof size));
  memcpy (bytes->data + start, &size, sizeof size);
}

/* What is none, such as what a later snetd may write, is not known here. */
static void
put_address (GByteArray *bytes, const char *text)
{
  guint8 address[16];
  const gboolean ipv4 = inet_pton (AF_INET, text, address) == 1;
  const guint8 size = ipv4 ? 4 : 16;

  if (!ipv4 && inet_pton (AF_INET6, text, address) != 1)
    {
      put_null (bytes);
      return;
    }
  {
    const guint8 head[] = { ipv4 ? INET_IPV4 : INET_IPV6, (guint8)(size * 8), 0, size };

    put32 (bytes, (gint32)sizeof head + size);
    g_byte_array_append (bytes, head, sizeof head);
    g_byte_array_append (bytes, address, size);
  }
}

static void
put_number (GByteArray *bytes, SnetSqlKind kind, gint64 number)
{
  if (kind == SNET_SQL_INT)
    {
      put32 (bytes, sizeof (gint32));
      put32 (bytes, (gint32)number);
      return;
    }
  put32 (bytes, sizeof (gint64));
  /* A time that long ago is none, and the server says so. */
  if (kind == SNET_SQL_TIME)
    number = number < G_MININT64 + EPOCH_DIFF ? number : number - EPOCH_DIFF;
  put64 (bytes, number);
}

static void
put_value (GByteArray *bytes, const SnetSqlPage *page, guint row, guint column)
{
  const SnetSqlKind kind = snet_sql_columns[column].kind;
  const char *text;
  gint64 number;

  if (!snet_sql_page_get_number (page, row, column, &number))
    {
      put_null (bytes);
      return;
    }
  if (kind < SNET_SQL_TEXT)
    {
      put_number (bytes, kind, number);
      return;
    }
  text = snet_sql_page_get_text (page, row, column);
  if (kind == SNET_SQL_ADDRESS)
    put_address (bytes, text);
  else if (kind == SNET_SQL_TEXTS)
    put_lines (bytes, text);
  else
    put_text (bytes, text, strlen (text));
}

static void
put_row (GByteArray *bytes, const SnetSqlPage *page, guint row, gint32 host, gint32 source)
{
  put16 (bytes, 2 + SNET_SQL_N_COLUMNS);
  put32 (bytes, sizeof host);
  put32 (bytes, host);
  put32 (bytes, sizeof source);
  put32 (bytes, source);
  for (guint column = 0; column < SNET_SQL_N_COLUMNS; column++)
    put_value (bytes, page, row, column);
}

char *
snet_sql_copy_statement (void)
{
  g_autofree char *names = snet_sql_columns_names ();

  return g_strdup_printf ("COPY snet.events (host, source, %s) FROM STDIN (FORMAT binary)", names);
}

GByteArray *
snet_sql_copy_encode (const SnetSqlPage *page, guint from, guint to, gint32 host, gint32 source)
{
  GByteArray *bytes = g_byte_array_sized_new ((to - from) * 512 + 32);

  g_byte_array_append (bytes, (const guint8 *)signature, sizeof signature);
  put32 (bytes, 0); /* no flags */
  put32 (bytes, 0); /* nothing else in the header */
  for (guint row = from; row < to; row++)
    put_row (bytes, page, row, host, source);
  put16 (bytes, -1);
  return bytes;
}
