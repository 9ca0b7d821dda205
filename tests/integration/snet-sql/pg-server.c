/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pg-server.h"

#include <glib/gstdio.h>
#include <libpq-fe.h>
#include <pwd.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "private-bus.h"

#define SUPERUSER "tester"

struct PgServer
{
  char *programs; /* the folder of postgres */
  char *directory;
  char *data;
  char *socket;
  const struct passwd *user; /* NULL: the own */
  gboolean durable;
  GPid pid; /* 0: it does not run */
};

/* Debian has one folder for each version; the last one counts. */
static char *
find_programs (void)
{
  g_autofree char *in_path = g_find_program_in_path ("postgres");
  g_autoptr (GDir) dir = g_dir_open ("/usr/lib/postgresql", 0, NULL);
  char *found = NULL;
  const char *name;

  if (in_path != NULL)
    return g_path_get_dirname (in_path);
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *folder = g_build_filename ("/usr/lib/postgresql", name, "bin", NULL);
      g_autofree char *program = g_build_filename (folder, "postgres", NULL);

      if (g_file_test (program, G_FILE_TEST_IS_EXECUTABLE) &&
          (found == NULL || g_strcmp0 (folder, found) > 0))
        {
          g_free (found);
          found = g_steal_pointer (&folder);
        }
    }
  return found;
}

/* In the child. It must not outlive the test. */
static void
become_user (gpointer user_data)
{
  const struct passwd *user = user_data;

  if (user != NULL && (setgid (user->pw_gid) != 0 || setuid (user->pw_uid) != 0))
    _exit (126);
  prctl (PR_SET_PDEATHSIG, SIGQUIT);
}

static GPid
spawn (PgServer *server, const char **argv)
{
  g_autofree char *program = g_build_filename (server->programs, argv[0], NULL);
  g_autoptr (GError) error = NULL;
  const char *first = argv[0];
  GPid pid;

  argv[0] = program;
  g_spawn_async (server->directory, (char **)argv, NULL,
                 G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_STDOUT_TO_DEV_NULL |
                   G_SPAWN_STDERR_TO_DEV_NULL,
                 become_user, (gpointer)server->user, &pid, &error);
  g_assert_no_error (error);
  argv[0] = first;
  return pid;
}

static void
init_cluster (PgServer *server)
{
  const char *argv[] = { "initdb", "-D",   server->data, "-U", SUPERUSER,           "-A", "trust",
                         "-E",     "UTF8", "--locale=C", "-N", "--no-instructions", NULL };
  int status;

  g_assert_cmpint (waitpid (spawn (server, argv), &status, 0), >, 0);
  g_assert_cmpint (status, ==, 0);
}

PgServer *
pg_server_new (gboolean durable, const char **ret_why)
{
  PgServer *server;
  char *programs = find_programs ();

  if (programs == NULL)
    {
      *ret_why = "no PostgreSQL server is installed (Debian's package postgresql)";
      return NULL;
    }
  server = g_new0 (PgServer, 1);
  server->programs = programs;
  server->durable = durable;
  if (getuid () == 0)
    {
      /* It refuses to run as root. */
      server->user = getpwnam ("postgres");
      if (server->user == NULL)
        server->user = getpwnam ("nobody");
      g_assert_nonnull (server->user);
    }
  server->directory = g_dir_make_tmp ("snet-pg-XXXXXX", NULL);
  g_assert_nonnull (server->directory);
  if (server->user != NULL)
    g_assert_no_errno (chown (server->directory, server->user->pw_uid, server->user->pw_gid));
  g_assert_no_errno (chmod (server->directory, 0755));
  server->data = g_build_filename (server->directory, "data", NULL);
  server->socket = g_build_filename (server->directory, ".s.PGSQL.5432", NULL);
  init_cluster (server);
  pg_server_start (server);
  return server;
}

char *
pg_server_connection (PgServer *server, const char *database, const char *user)
{
  return g_strdup_printf ("host=%s port=5432 dbname=%s user=%s", server->directory, database,
                          user != NULL ? user : SUPERUSER);
}

const char *
pg_server_socket (PgServer *server)
{
  return server->socket;
}

static PGconn *
connect_to (PgServer *server, const char *database)
{
  g_autofree char *connection = pg_server_connection (server, database, NULL);

  return PQconnectdb (connection);
}

static GPid
spawn_server (PgServer *server)
{
  const char *argv[] = { "postgres",
                         "-D",
                         server->data,
                         "-k",
                         server->directory,
                         "-h",
                         "",
                         "-c",
                         server->durable ? "fsync=on" : "fsync=off",
                         "-c",
                         "max_connections=300",
                         "-c",
                         "shared_buffers=64MB",
                         NULL };

  return spawn (server, argv);
}

/* One that was killed may have left children that end in a moment; it does not start until then. */
static gboolean
answers (gpointer user_data)
{
  PgServer *server = user_data;
  PGconn *connection = connect_to (server, "postgres");
  const gboolean is_there = PQstatus (connection) == CONNECTION_OK;

  PQfinish (connection);
  if (!is_there)
    g_usleep (20000);
  if (!is_there && waitpid (server->pid, NULL, WNOHANG) == server->pid)
    server->pid = spawn_server (server);
  return is_there;
}

static gboolean
tick_cb (gpointer unused)
{
  return G_SOURCE_CONTINUE;
}

void
pg_server_start (PgServer *server)
{
  guint tick;

  g_assert_cmpint (server->pid, ==, 0);
  server->pid = spawn_server (server);
  tick = g_timeout_add (50, tick_cb, NULL);
  wait_until (answers, server, "PostgreSQL");
  g_source_remove (tick);
}

void
pg_server_kill (PgServer *server)
{
  kill (server->pid, SIGKILL);
  waitpid (server->pid, NULL, 0);
  server->pid = 0;
}

void
pg_server_free (PgServer *server)
{
  g_autofree char *remove = g_strdup_printf ("rm -rf '%s'", server->directory);

  if (server->pid != 0)
    {
      kill (server->pid, SIGQUIT);
      waitpid (server->pid, NULL, 0);
    }
  g_assert_cmpint (system (remove), ==, 0);
  g_free (server->programs);
  g_free (server->directory);
  g_free (server->data);
  g_free (server->socket);
  g_free (server);
}

char *
pg_server_query (PgServer *server, const char *database, const char *sql)
{
  PGconn *connection = connect_to (server, database);
  PGresult *result = PQexec (connection, sql);
  GString *text = g_string_new (NULL);

  if (PQresultStatus (result) != PGRES_TUPLES_OK && PQresultStatus (result) != PGRES_COMMAND_OK)
    g_error ("%s: %s", sql, PQerrorMessage (connection));
  for (int row = 0; row < PQntuples (result); row++)
    {
      for (int i = 0; i < PQnfields (result); i++)
        g_string_append_printf (text, "%s%s",
                                i > 0     ? "|"
                                : row > 0 ? "\n"
                                          : "",
                                PQgetvalue (result, row, i));
    }
  PQclear (result);
  PQfinish (connection);
  return g_string_free (text, FALSE);
}

gint64
pg_server_number (PgServer *server, const char *database, const char *sql)
{
  g_autofree char *text = pg_server_query (server, database, sql);

  return g_ascii_strtoll (text, NULL, 10);
}

void
pg_server_create_database (PgServer *server, const char *name)
{
  g_autofree char *drop = g_strdup_printf ("DROP DATABASE IF EXISTS %s WITH (FORCE)", name);
  g_autofree char *create = g_strdup_printf ("CREATE DATABASE %s", name);

  g_free (pg_server_query (server, "postgres", drop));
  g_free (pg_server_query (server, "postgres", create));
}

typedef struct
{
  PgServer *server;
  const char *database;
  const char *sql;
  gint64 number;
} Waiting;

static gboolean
has_number (gpointer user_data)
{
  const Waiting *waiting = user_data;

  return pg_server_number (waiting->server, waiting->database, waiting->sql) == waiting->number;
}

void
pg_server_wait (PgServer *server, const char *database, const char *sql, gint64 number)
{
  Waiting waiting = { server, database, sql, number };
  const guint tick = g_timeout_add (50, tick_cb, NULL);

  wait_until (has_number, &waiting, sql);
  g_source_remove (tick);
}
