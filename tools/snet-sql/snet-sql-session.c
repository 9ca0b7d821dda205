/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snet-sql-session.h"

#include <string.h>

#include "snet-sql-columns.h"
#include "snet-sql-copy.h"
#include "snet-sql-error.h"
#include "snet-sql-log.h"
#include "snet-sql-schema.h"

#define DAY            G_TIME_SPAN_DAY
#define MAINTAIN_AFTER G_TIME_SPAN_HOUR

struct SnetSqlSession
{
  const SnetSqlServer *server;
  SnetSqlWake *wake;
  SnetSqlPg *pg;     /* NULL: not connected */
  char *copy;        /* the statement */
  GHashTable *days;  /* those that have a partition, or need none */
  gint64 maintained; /* when, by the monotonic clock; 0: not by this connection */
  struct
  {
    char *journal; /* NULL: to be asked for */
    gint32 host, source;
    guint64 serial;  /* the last one that is there */
    gboolean others; /* the host has had another journal */
  } position;
  guint64 missing; /* found by the statements that are being made */
};

SnetSqlSession *
snet_sql_session_new (const SnetSqlServer *server, SnetSqlWake *wake)
{
  SnetSqlSession *session = g_new0 (SnetSqlSession, 1);

  session->server = server;
  session->wake = wake;
  session->copy = snet_sql_copy_statement ();
  session->days = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  return session;
}

void
snet_sql_session_close (SnetSqlSession *session)
{
  g_clear_pointer (&session->pg, snet_sql_pg_close);
  g_clear_pointer (&session->position.journal, g_free);
  g_hash_table_remove_all (session->days);
  session->maintained = 0;
}

void
snet_sql_session_free (SnetSqlSession *session)
{
  snet_sql_session_close (session);
  g_hash_table_unref (session->days);
  g_free (session->copy);
  g_free (session);
}

gboolean
snet_sql_session_is_open (SnetSqlSession *session)
{
  return session->pg != NULL;
}

static gboolean
open_session (SnetSqlSession *session, GError **error)
{
  if (session->pg != NULL)
    return TRUE;
  session->pg =
    snet_sql_pg_open (session->server->connection, session->wake, session->server->timeout, error);
  return session->pg != NULL &&
         snet_sql_schema_prepare (session->pg, session->server->create_schema, error);
}

/* Numbers are the server's, and checked as any text. */
static gboolean
get_number (GPtrArray *row, guint column, guint64 max, guint64 *ret_number, GError **error)
{
  const char *text = column < row->len ? g_ptr_array_index (row, column) : NULL;

  if (text != NULL && g_ascii_string_to_unsigned (text, 10, 0, max, ret_number, NULL))
    return TRUE;
  g_set_error_literal (error, SNET_SQL_ERROR, SNET_SQL_ERROR_REFUSED,
                       "the server has answered with what is no number");
  return FALSE;
}

static gboolean
enter (SnetSqlSession *session, const char *journal, GError **error)
{
  const char *parameters[] = { session->server->host, journal };
  g_autoptr (GPtrArray) row = NULL;
  guint64 host, source, serial;

  if (g_strcmp0 (session->position.journal, journal) == 0)
    return TRUE;
  row = snet_sql_pg_get (session->pg,
                         "SELECT host, source, serial, others::integer FROM snet.enter ($1, $2)",
                         parameters, G_N_ELEMENTS (parameters), error);
  if (row == NULL || !get_number (row, 0, G_MAXINT32, &host, error) ||
      !get_number (row, 1, G_MAXINT32, &source, error) ||
      !get_number (row, 2, G_MAXINT64, &serial, error))
    return FALSE;
  session->position.others = row->len > 3 && g_strcmp0 (g_ptr_array_index (row, 3), "1") == 0;
  session->position.host = (gint32)host;
  session->position.source = (gint32)source;
  session->position.serial = serial;
  g_free (session->position.journal);
  session->position.journal = g_strdup (journal);
  return TRUE;
}

/* Partitions */

static gboolean
make_partition (SnetSqlSession *session, gint64 day, GError **error)
{
  g_autoptr (GDateTime) date = g_date_time_new_from_unix_utc (day * (DAY / G_USEC_PER_SEC));
  g_autofree char *text = date != NULL ? g_date_time_format (date, "%Y-%m-%d") : NULL;
  const char *parameters[] = { text };
  g_autoptr (GPtrArray) row = NULL;

  /* A year that GLib does not know has no partition. */
  if (text != NULL)
    {
      row = snet_sql_pg_get (session->pg, "SELECT snet.make_partition ($1::date)", parameters, 1,
                             error);
      if (row == NULL)
        return FALSE;
    }
  g_hash_table_add (session->days, g_memdup2 (&day, sizeof day));
  return TRUE;
}

static gboolean
make_partitions (SnetSqlSession *session, const SnetSqlPage *page, guint from, GError **error)
{
  for (guint row = from; row < snet_sql_page_get_rows (page); row++)
    {
      gint64 time, day;

      snet_sql_page_get_number (page, row, SNET_SQL_TIME_COLUMN, &time);
      day = time >= 0 ? time / DAY : -1;
      if (!g_hash_table_contains (session->days, &day) && !make_partition (session, day, error))
        return FALSE;
    }
  return TRUE;
}

/* Whoever comes first in an hour does it for all; a failure is for the next one. */
static gboolean
maintain (SnetSqlSession *session, GError **error)
{
  const gint64 now = g_get_monotonic_time ();
  g_autoptr (GPtrArray) row = NULL;
  g_autoptr (GError) why = NULL;

  if (session->maintained != 0 && now - session->maintained < MAINTAIN_AFTER)
    return TRUE;
  session->maintained = now;
  /* Days that are kept no more have no partition either. */
  g_hash_table_remove_all (session->days);
  row = snet_sql_pg_get (session->pg, "SELECT snet.maintain ()", NULL, 0, &why);
  if (row != NULL)
    return TRUE;
  if (g_error_matches (why, SNET_SQL_ERROR, SNET_SQL_ERROR_STOPPED))
    {
      g_propagate_error (error, g_steal_pointer (&why));
      return FALSE;
    }
  snet_sql_log (G_LOG_LEVEL_WARNING, SNET_SQL_MESSAGE_SCHEMA,
                "Old events could not be removed this time: %s", why->message);
  return TRUE;
}

/* Writing */

static void
append_gap (SnetSqlSession *session, GString *sql, guint64 first, guint64 last, const char *reason)
{
  g_string_append_printf (sql,
                          "INSERT INTO snet.gaps (source, first, last, reason) VALUES (%d,"
                          " %" G_GUINT64_FORMAT ", %" G_GUINT64_FORMAT ", '%s');\n",
                          session->position.source, first, last, reason);
}

/* Serials count up by one, so what is missing is known. What was before the host's first is not. */
static void
append_gaps (SnetSqlSession *session, const SnetSqlPage *page, guint from, guint to, GString *sql)
{
  guint64 expected = session->position.serial + 1;

  if (session->position.serial == 0 && session->position.others)
    append_gap (session, sql, 0, 0, "the journal is another one");
  else if (session->position.serial == 0)
    expected = snet_sql_page_get_serial (page, from);

  for (guint row = from; row < to; row++)
    {
      const guint64 serial = snet_sql_page_get_serial (page, row);

      if (serial > expected)
        {
          append_gap (session, sql, expected, serial - 1, "not kept until they could be written");
          session->missing += serial - expected;
        }
      expected = serial + 1;
    }
}

static GString *
begin_sql (SnetSqlSession *session, const SnetSqlPage *page, guint from, guint to, guint64 waiting)
{
  GString *sql = g_string_new (NULL);
  gint64 newest;

  session->missing = 0;
  snet_sql_page_get_number (page, to - 1, SNET_SQL_TIME_COLUMN, &newest);
  g_string_append_printf (sql,
                          "SELECT snet.advance (%d, %" G_GUINT64_FORMAT ", %" G_GUINT64_FORMAT
                          ", %" G_GINT64_FORMAT ", %" G_GUINT64_FORMAT ");\n",
                          session->position.source, session->position.serial,
                          snet_sql_page_get_serial (page, to - 1), newest,
                          MIN (waiting, (guint64)G_MAXINT64));
  append_gaps (session, page, from, to, sql);
  return sql;
}

/* It is written. */
static void
set_position (SnetSqlSession *session, guint64 serial)
{
  session->position.serial = serial;
  if (session->missing > 0)
    snet_sql_log (G_LOG_LEVEL_WARNING, SNET_SQL_MESSAGE_GAP,
                  "%" G_GUINT64_FORMAT " events are missing: they were not kept until they could "
                  "be written (see MaximumEvents in snetd.conf, and the messages before)",
                  session->missing);
}

/* Several statements in one message are one transaction. */
static gboolean
copy_rows (SnetSqlSession *session,
           const SnetSqlPage *page,
           guint from,
           guint to,
           guint64 waiting,
           GError **error)
{
  g_autoptr (GString) sql = begin_sql (session, page, from, to, waiting);
  g_autoptr (GByteArray) data =
    snet_sql_copy_encode (page, from, to, session->position.host, session->position.source);

  g_string_append (sql, session->copy);
  if (!snet_sql_pg_run (session->pg, sql->str, data, error))
    return FALSE;
  set_position (session, snet_sql_page_get_serial (page, to - 1));
  return TRUE;
}

/* As a literal of SQL, whatever is in it and however the server is set. */
static void
append_literal (GString *sql, const char *text)
{
  g_string_append (sql, "convert_from ('\\x");
  for (const char *p = text; *p != '\0'; p++)
    g_string_append_printf (sql, "%02x", (guint)(guint8)*p);
  g_string_append (sql, "'::bytea, 'UTF8')");
}

/* The server does not like this one, so it is written down as such, and no others wait for it. */
static gboolean
reject_row (SnetSqlSession *session,
            const SnetSqlPage *page,
            guint row,
            guint64 waiting,
            const GError *why,
            GError **error)
{
  const guint64 serial = snet_sql_page_get_serial (page, row);
  g_autoptr (GString) sql = begin_sql (session, page, row, row + 1, waiting);
  g_autofree char *event = snet_sql_page_describe (page, row);

  g_string_append_printf (sql,
                          "INSERT INTO snet.rejected (source, serial, error, event) VALUES (%d,"
                          " %" G_GUINT64_FORMAT ", ",
                          session->position.source, serial);
  append_literal (sql, why->message);
  g_string_append (sql, ", ");
  append_literal (sql, event);
  g_string_append (sql, ")");
  if (!snet_sql_pg_run (session->pg, sql->str, NULL, error))
    return FALSE;
  set_position (session, serial);
  snet_sql_log (G_LOG_LEVEL_WARNING, SNET_SQL_MESSAGE_REJECTED,
                "Event %" G_GUINT64_FORMAT " is in the table rejected: %s", serial, why->message);
  return TRUE;
}

/* If the server does not like some of them, by halves, until it is known which. */
static gboolean
write_rows (SnetSqlSession *session,
            const SnetSqlPage *page,
            guint from,
            guint to,
            guint64 waiting,
            GError **error)
{
  const guint middle = from + (to - from) / 2;
  g_autoptr (GError) why = NULL;

  if (copy_rows (session, page, from, to, waiting, &why))
    return TRUE;
  if (!g_error_matches (why, SNET_SQL_ERROR, SNET_SQL_ERROR_DATA))
    {
      g_propagate_error (error, g_steal_pointer (&why));
      return FALSE;
    }
  if (to - from == 1)
    return reject_row (session, page, from, waiting, why, error);
  return write_rows (session, page, from, middle, waiting, error) &&
         write_rows (session, page, middle, to, waiting, error);
}

/* The first row that is not there yet. */
static guint
find_first (SnetSqlSession *session, const SnetSqlPage *page)
{
  guint row = 0;

  while (row < snet_sql_page_get_rows (page) &&
         snet_sql_page_get_serial (page, row) <= session->position.serial)
    row++;
  return row;
}

static gboolean
write_page (SnetSqlSession *session, const SnetSqlPage *page, guint64 waiting, GError **error)
{
  guint first;

  if (!open_session (session, error) || !enter (session, snet_sql_page_get_journal (page), error) ||
      !maintain (session, error))
    return FALSE;
  first = find_first (session, page);
  return first == snet_sql_page_get_rows (page) ||
         (make_partitions (session, page, first, error) &&
          write_rows (session, page, first, snet_sql_page_get_rows (page), waiting, error));
}

gboolean
snet_sql_session_write (SnetSqlSession *session,
                        const SnetSqlPage *page,
                        guint64 waiting,
                        GError **error)
{
  if (write_page (session, page, waiting, error))
    return TRUE;
  /* What was not finished the server undoes; and where things are it says again. */
  snet_sql_session_close (session);
  return FALSE;
}
