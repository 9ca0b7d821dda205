/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snet-sql-pg.h"

#include <libpq-fe.h>
#include <poll.h>
#include <string.h>

#include "snet-sql-error.h"

/* As much of a COPY is given at a time. */
#define CHUNK 65536

struct SnetSqlPg
{
  PGconn *connection;
  SnetSqlWake *wake;
  int timeout;
  char state[6]; /* SQLSTATE of the last error */
};

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PGresult, PQclear)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PQconninfoOption, PQconninfoFree)

/* What a server says is not to be believed to be one line of text. */
static gboolean
set_gone (SnetSqlPg *pg, GError **error)
{
  g_autofree char *line = snet_sql_error_line (PQerrorMessage (pg->connection));

  g_set_error (error, SNET_SQL_ERROR, SNET_SQL_ERROR_GONE, "%s",
               line[0] != '\0' ? line : "the connection has ended");
  return FALSE;
}

/* Waits for the connection; an error if that takes too long. */
static gboolean
wait_for (SnetSqlPg *pg, int events, GError **error)
{
  const gint64 end = g_get_monotonic_time () + pg->timeout * G_TIME_SPAN_MILLISECOND;

  for (;;)
    {
      const gint64 left = (end - g_get_monotonic_time ()) / G_TIME_SPAN_MILLISECOND;

      if (snet_sql_wake_is_stopped (pg->wake))
        {
          g_set_error_literal (error, SNET_SQL_ERROR, SNET_SQL_ERROR_STOPPED, "Ended");
          return FALSE;
        }
      if (left <= 0)
        {
          g_set_error (error, SNET_SQL_ERROR, SNET_SQL_ERROR_GONE,
                       "the server has not answered for %d seconds", pg->timeout / 1000);
          return FALSE;
        }
      if (snet_sql_wake_wait (pg->wake, PQsocket (pg->connection), events, (int)left) != 0)
        return TRUE;
    }
}

/* Connecting */

gboolean
snet_sql_pg_check (const char *connection, GError **error)
{
  char *message = NULL;
  g_autoptr (PQconninfoOption) options = PQconninfoParse (connection, &message);

  PQfreemem (message);
  if (options == NULL)
    g_set_error (error, SNET_SQL_ERROR, SNET_SQL_ERROR_CONFIG,
                 "it must be a connection string of libpq, such as “host=db.example.org "
                 "dbname=snet”, with values in single quotes that have spaces");
  return options != NULL;
}

static gboolean
finish_connecting (SnetSqlPg *pg, GError **error)
{
  PostgresPollingStatusType status = PGRES_POLLING_WRITING;

  while (status == PGRES_POLLING_READING || status == PGRES_POLLING_WRITING)
    {
      if (!wait_for (pg, status == PGRES_POLLING_READING ? POLLIN : POLLOUT, error))
        return FALSE;
      status = PQconnectPoll (pg->connection);
    }
  return status == PGRES_POLLING_OK || set_gone (pg, error);
}

/* The events are UTF-8, as all on the bus is; another encoding may lack some of it. */
static gboolean
check_encoding (SnetSqlPg *pg, GError **error)
{
  const char *encoding = PQparameterStatus (pg->connection, "server_encoding");

  if (g_strcmp0 (encoding, "UTF8") == 0)
    return TRUE;
  g_set_error (error, SNET_SQL_ERROR, SNET_SQL_ERROR_REFUSED,
               "the encoding of the database must be UTF8; create it with ENCODING 'UTF8' "
               "TEMPLATE template0");
  return FALSE;
}

/* Not on stderr: a notice is the server's. */
static void
ignore_notice (void *unused, const char *message)
{
}

SnetSqlPg *
snet_sql_pg_open (const char *connection, SnetSqlWake *wake, int timeout, GError **error)
{
  static const char *const names[] = { "dbname", "client_encoding", "fallback_application_name",
                                       NULL };
  const char *const values[] = { connection, "UTF8", "snet-sql", NULL };
  g_autoptr (SnetSqlPg) pg = g_new0 (SnetSqlPg, 1);

  pg->wake = wake;
  pg->timeout = timeout;
  pg->connection = PQconnectStartParams (names, values, TRUE);
  if (pg->connection == NULL)
    g_error ("libpq has no memory");
  if (PQstatus (pg->connection) == CONNECTION_BAD)
    {
      set_gone (pg, error);
      return NULL;
    }
  PQsetNoticeProcessor (pg->connection, ignore_notice, NULL);
  if (!finish_connecting (pg, error) || !check_encoding (pg, error))
    return NULL;
  if (PQsetnonblocking (pg->connection, TRUE) != 0)
    {
      set_gone (pg, error);
      return NULL;
    }
  return g_steal_pointer (&pg);
}

void
snet_sql_pg_close (SnetSqlPg *pg)
{
  PQfinish (pg->connection);
  g_free (pg);
}

/* Statements */

/* Sends what libpq has kept, and reads meanwhile, as the server may wait for that. */
static gboolean
flush (SnetSqlPg *pg, GError **error)
{
  int left;

  while ((left = PQflush (pg->connection)) > 0)
    {
      if (!wait_for (pg, POLLIN | POLLOUT, error))
        return FALSE;
      if (PQconsumeInput (pg->connection) == 0)
        return set_gone (pg, error);
    }
  return left == 0 || set_gone (pg, error);
}

/* FALSE: an error. *ret_result NULL: there is no other. */
static gboolean
get_result (SnetSqlPg *pg, PGresult **ret_result, GError **error)
{
  if (!flush (pg, error))
    return FALSE;
  while (PQisBusy (pg->connection))
    {
      if (!wait_for (pg, POLLIN, error))
        return FALSE;
      if (PQconsumeInput (pg->connection) == 0)
        return set_gone (pg, error);
    }
  *ret_result = PQgetResult (pg->connection);
  return TRUE;
}

/*
 * By the class of SQLSTATE: what is wrong with the data (22, 23, 54: a limit), or a trigger that
 * raises an error of its own (P0), says something about this event and not about the server.
 */
static SnetSqlError
judge_state (const char *state)
{
  static const char *const data[] = { "22", "23", "54", "P0" };
  static const char *const gone[] = { "08", "53", "57", "40", "55", "58" };

  if (g_str_equal (state, "SN001"))
    return SNET_SQL_ERROR_MOVED;
  for (guint i = 0; i < G_N_ELEMENTS (data); i++)
    {
      if (g_str_has_prefix (state, data[i]))
        return SNET_SQL_ERROR_DATA;
    }
  for (guint i = 0; i < G_N_ELEMENTS (gone); i++)
    {
      if (g_str_has_prefix (state, gone[i]))
        return SNET_SQL_ERROR_GONE;
    }
  return SNET_SQL_ERROR_REFUSED;
}

static gboolean
check_result (SnetSqlPg *pg, const PGresult *result, GError **error)
{
  const char *state = PQresultErrorField (result, PG_DIAG_SQLSTATE);
  const char *message = PQresultErrorField (result, PG_DIAG_MESSAGE_PRIMARY);
  g_autofree char *line = NULL;

  if (PQresultStatus (result) != PGRES_FATAL_ERROR && PQresultStatus (result) != PGRES_BAD_RESPONSE)
    return TRUE;
  if (state == NULL || message == NULL)
    return set_gone (pg, error);
  line = snet_sql_error_line (message);
  g_strlcpy (pg->state, state, sizeof pg->state);
  g_set_error (error, SNET_SQL_ERROR, (int)judge_state (state), "the server says: %s", line);
  return FALSE;
}

static gboolean
send_data (SnetSqlPg *pg, const GByteArray *data, GError **error)
{
  for (guint sent = 0; sent < data->len;)
    {
      const guint size = MIN (CHUNK, data->len - sent);
      const int result = PQputCopyData (pg->connection, (const char *)data->data + sent, (int)size);

      if (result < 0)
        return set_gone (pg, error);
      if (result > 0)
        sent += size;
      if (!flush (pg, error))
        return FALSE;
    }
  for (;;)
    {
      const int result = PQputCopyEnd (pg->connection, NULL);

      if (result > 0)
        return TRUE;
      if (result < 0)
        return set_gone (pg, error);
      if (!flush (pg, error))
        return FALSE;
    }
}

/* One of the results; an error is kept until there are no more. */
static gboolean
handle_result (SnetSqlPg *pg, const PGresult *result, const GByteArray *data, GError **error)
{
  if (PQresultStatus (result) == PGRES_COPY_IN)
    {
      if (data != NULL)
        return send_data (pg, data, error);
      g_set_error_literal (error, SNET_SQL_ERROR, SNET_SQL_ERROR_GONE,
                           "the server asks for data that there is none of");
      return FALSE;
    }
  return check_result (pg, result, error);
}

gboolean
snet_sql_pg_run (SnetSqlPg *pg, const char *sql, const GByteArray *data, GError **error)
{
  g_autoptr (GError) first = NULL;

  if (PQsendQuery (pg->connection, sql) == 0)
    return set_gone (pg, error);
  for (;;)
    {
      g_autoptr (GError) another = NULL;
      PGresult *next = NULL;

      if (!get_result (pg, &next, first == NULL ? &first : &another))
        break;
      if (next == NULL)
        break;
      {
        g_autoptr (PGresult) result = next;

        if (first == NULL)
          handle_result (pg, result, data, &first);
      }
      /* Whatever else there was, without a connection there is no more to come. */
      if (first != NULL && first->code == SNET_SQL_ERROR_GONE)
        break;
    }
  if (first == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&first));
  return FALSE;
}

static GPtrArray *
read_row (const PGresult *result)
{
  GPtrArray *row = g_ptr_array_new_with_free_func (g_free);

  for (int i = 0; i < PQnfields (result); i++)
    {
      const gboolean null = PQgetisnull (result, 0, i);

      g_ptr_array_add (row, null ? NULL : g_utf8_make_valid (PQgetvalue (result, 0, i), -1));
    }
  return row;
}

GPtrArray *
snet_sql_pg_get (SnetSqlPg *pg,
                 const char *sql,
                 const char *const *parameters,
                 guint n_parameters,
                 GError **error)
{
  g_autoptr (GPtrArray) row = NULL;
  g_autoptr (GError) first = NULL;

  if (PQsendQueryParams (pg->connection, sql, (int)n_parameters, NULL, parameters, NULL, NULL, 0) ==
      0)
    {
      set_gone (pg, error);
      return NULL;
    }
  for (;;)
    {
      PGresult *next = NULL;

      if (!get_result (pg, &next, first == NULL ? &first : NULL) || next == NULL)
        break;
      {
        g_autoptr (PGresult) result = next;

        if (first == NULL && check_result (pg, result, &first) && row == NULL &&
            PQresultStatus (result) == PGRES_TUPLES_OK && PQntuples (result) > 0)
          row = read_row (result);
      }
    }
  if (first != NULL)
    g_propagate_error (error, g_steal_pointer (&first));
  else if (row == NULL)
    g_set_error_literal (error, SNET_SQL_ERROR, SNET_SQL_ERROR_REFUSED,
                         "the server has answered with nothing");
  else
    return g_steal_pointer (&row);
  return NULL;
}

/* Of a schema, a function, a table: 3F000, 42883, 42P01. */
gboolean
snet_sql_pg_is_missing (SnetSqlPg *pg)
{
  static const char *const states[] = { "3F000", "42883", "42P01", NULL };

  return g_strv_contains (states, pg->state);
}
