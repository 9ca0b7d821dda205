/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <glib.h>

/*
 * A real PostgreSQL server in a directory of its own, on a socket there, as a user that it
 * accepts. There is one in a program.
 */
typedef struct PgServer PgServer;

/*
 * durable: what it has taken is on the disk, as for who has data to lose. NULL: it is not
 * installed; *ret_why says so.
 */
PgServer *pg_server_new (gboolean durable, const char **ret_why);
void pg_server_free (PgServer *server);

/* As when its machine fails; and again, which waits until it answers. */
void pg_server_kill (PgServer *server);
void pg_server_start (PgServer *server);

/* Anew, empty; for libpq, as its superuser or another. */
void pg_server_create_database (PgServer *server, const char *name);
char *pg_server_connection (PgServer *server, const char *database, const char *user);

/* The path of its socket. */
const char *pg_server_socket (PgServer *server);

/* Rows as lines, values with | between; an error of the server fails the test. */
char *pg_server_query (PgServer *server, const char *database, const char *sql);
gint64 pg_server_number (PgServer *server, const char *database, const char *sql);

/* Waits, and handles events, until the query gives this number. */
void pg_server_wait (PgServer *server, const char *database, const char *sql, gint64 number);
