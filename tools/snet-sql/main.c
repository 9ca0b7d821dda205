/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <gio/gio.h>
#include <glib-unix.h>
#include <locale.h>
#include <stdlib.h>
#include <systemd/sd-daemon.h>

#include "snet-sql-error.h"
#include "snet-sql-service.h"
#include "snet-sql-status.h"

typedef struct
{
  GMainLoop *loop;
  int status;
} Run;

static gboolean
terminate_cb (gpointer user_data)
{
  g_main_loop_quit (((Run *)user_data)->loop);
  return G_SOURCE_CONTINUE;
}

/* systemd starts it again, when the bus is there. */
static void
closed_cb (GDBusConnection *connection, gboolean vanished, GError *error, gpointer user_data)
{
  Run *run = user_data;

  g_printerr ("snet-sql: the bus has ended\n");
  run->status = EXIT_FAILURE;
  g_main_loop_quit (run->loop);
}

static gboolean
run_service (GDBusConnection *connection,
             const SnetSqlConfig *config,
             const char *state_dir,
             int *ret_status,
             GError **error)
{
  g_autoptr (SnetSqlService) service = snet_sql_service_new (connection, config, state_dir, error);
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  Run run = { .loop = loop, .status = EXIT_SUCCESS };
  guint sources[2];
  gulong handler;

  if (service == NULL)
    return FALSE;
  sources[0] = g_unix_signal_add (SIGTERM, terminate_cb, &run);
  sources[1] = g_unix_signal_add (SIGINT, terminate_cb, &run);
  g_dbus_connection_set_exit_on_close (connection, FALSE);
  handler = g_signal_connect (connection, "closed", G_CALLBACK (closed_cb), &run);
  sd_notify (0, "READY=1");
  g_main_loop_run (loop);
  sd_notify (0, "STOPPING=1");
  g_signal_handler_disconnect (connection, handler);
  for (gsize i = 0; i < G_N_ELEMENTS (sources); i++)
    g_source_remove (sources[i]);
  *ret_status = run.status;
  return TRUE;
}

/* systemd says where the directory is that it keeps for the service. */
static const char *
default_state_dir (void)
{
  const char *given = g_getenv ("STATE_DIRECTORY");

  return given != NULL && g_path_is_absolute (given) ? given : SNET_SQL_STATE_DIR;
}

typedef struct
{
  char *config_file;
  char *state_dir;
  gboolean check;
  gboolean status;
  gboolean session;
  gboolean version;
} Options;

static void
options_clear (Options *options)
{
  g_free (options->config_file);
  g_free (options->state_dir);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

static gboolean
parse_options (Options *options, int argc, char **argv)
{
  const GOptionEntry entries[] = {
    { "config", 0, 0, G_OPTION_ARG_FILENAME, &options->config_file,
      "The configuration (" SNET_SQL_CONFIG_FILE ")", "FILE" },
    { "state-dir", 0, 0, G_OPTION_ARG_FILENAME, &options->state_dir,
      "Where what it keeps is (" SNET_SQL_STATE_DIR ")", "DIR" },
    { "check", 0, 0, G_OPTION_ARG_NONE, &options->check,
      "Only say whether the configuration is right", NULL },
    { "status", 0, 0, G_OPTION_ARG_NONE, &options->status,
      "Only say how far it has come, and what is wrong", NULL },
    { "session", 0, 0, G_OPTION_ARG_NONE, &options->session, "Use the session bus, for tests",
      NULL },
    { "version", 0, 0, G_OPTION_ARG_NONE, &options->version, "Print the version", NULL },
    { NULL },
  };
  g_autoptr (GOptionContext) context =
    g_option_context_new ("– writes what snetd decides into an SQL database");
  g_autoptr (GError) error = NULL;

  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error))
    g_printerr ("snet-sql: %s; see snet-sql --help\n", error->message);
  else if (argc > 1)
    g_printerr ("snet-sql: there is nothing to do with “%s”; see snet-sql --help\n", argv[1]);
  else
    return TRUE;
  return FALSE;
}

static int
run_with (const Options *options, const SnetSqlConfig *config, const char *state_dir)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GDBusConnection) connection = NULL;
  int status = EXIT_FAILURE;

  connection =
    g_bus_get_sync (options->session ? G_BUS_TYPE_SESSION : G_BUS_TYPE_SYSTEM, NULL, &error);
  if (connection == NULL || !run_service (connection, config, state_dir, &status, &error))
    g_printerr ("snet-sql: %s\n", error->message);
  return status;
}

int
main (int argc, char **argv)
{
  g_auto (Options) options = { NULL };
  g_autoptr (SnetSqlConfig) config = NULL;
  g_autoptr (GError) error = NULL;
  const char *state_dir;

  setlocale (LC_ALL, "");
  if (!parse_options (&options, argc, argv))
    return 2;
  if (options.version)
    {
      g_print ("snet-sql %s\n", SNET_VERSION);
      return EXIT_SUCCESS;
    }
  config = snet_sql_config_load (
    options.config_file != NULL ? options.config_file : SNET_SQL_CONFIG_FILE, &error);
  if (config == NULL)
    {
      g_printerr ("snet-sql: %s\n", error->message);
      return EXIT_FAILURE;
    }
  state_dir = options.state_dir != NULL ? options.state_dir : default_state_dir ();
  if (options.check)
    {
      g_print ("The configuration is right\n");
      return EXIT_SUCCESS;
    }
  if (options.status)
    return snet_sql_status_print (state_dir, config) ? EXIT_SUCCESS : EXIT_FAILURE;
  return run_with (&options, config, state_dir);
}
