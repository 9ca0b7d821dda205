/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <glib-unix.h>
#include <locale.h>
#include <stdlib.h>
#include <systemd/sd-daemon.h>

#include "snetd-service.h"

/* Time enough for a desktop that is busy; a person does not wait longer for another one. */
#define AGENT_TIMEOUT_MS 5000

#define SNETD_HOSTS_FILE "/etc/hosts"

/* By data/snetd-resolved.socket, and resolved's own. */
#define SNETD_RESOLVED_SOCKET  "/run/snet/resolved"
#define SNETD_RESOLVED_MONITOR "/run/systemd/resolve/io.systemd.Resolve.Monitor"

typedef struct
{
  GMainLoop *loop;
  SnetdService *service; /* while it is running */
  gboolean ready;
  int status;
} Run;

static gboolean
terminate_cb (gpointer user_data)
{
  Run *run = user_data;

  g_main_loop_quit (run->loop);
  return G_SOURCE_CONTINUE;
}

/*
 * systemd wants to know when it begins, by its own clock, and that it is over; what was wrong
 * is in the log, and all goes on as before.
 */
static gboolean
hang_up_cb (gpointer user_data)
{
  Run *run = user_data;
  g_autoptr (GError) error = NULL;

  sd_notifyf (0, "RELOADING=1\nMONOTONIC_USEC=%" G_GINT64_FORMAT, g_get_monotonic_time ());
  if (!snetd_service_reload (run->service, &error))
    g_warning ("%s", error->message);
  if (run->ready)
    sd_notify (0, "READY=1");
  return G_SOURCE_CONTINUE;
}

static gboolean
watchdog_cb (gpointer user_data)
{
  sd_notify (0, "WATCHDOG=1");
  return G_SOURCE_CONTINUE;
}

/*
 * Twice in the time after which systemd takes the main loop for dead. That of the unit is long,
 * since nothing else wakes up a snetd that has nothing to do. 0: nobody watches.
 */
static guint
feed_watchdog (void)
{
  guint64 usec;

  if (sd_watchdog_enabled (0, &usec) <= 0)
    return 0;
  if (usec / 2 >= G_USEC_PER_SEC)
    return g_timeout_add_seconds (usec / 2 / G_USEC_PER_SEC, watchdog_cb, NULL);
  return g_timeout_add (usec / 2 / 1000, watchdog_cb, NULL);
}

static void
ready_cb (SnetdService *service, gpointer user_data)
{
  ((Run *)user_data)->ready = TRUE;
  sd_notify (0, "READY=1");
}

static void
failed_cb (SnetdService *service, const char *message, gpointer user_data)
{
  Run *run = user_data;

  g_printerr ("snetd: %s\n", message);
  run->status = EXIT_FAILURE;
  g_main_loop_quit (run->loop);
}

/* NULL: see @error. */
static SnetdService *
make_service (const SnetdDaemonOptions *options, GError **error)
{
  g_autofree char *address = g_dbus_address_get_for_bus_sync (
    options->session ? G_BUS_TYPE_SESSION : G_BUS_TYPE_SYSTEM, NULL, error);

  if (address != NULL)
    return snetd_service_new (address, options, error);
  snetd_service_prefix_unreachable (options, error);
  return NULL;
}

static gboolean
run_service (Run *run, const SnetdDaemonOptions *options, GError **error)
{
  g_autoptr (SnetdService) service = make_service (options, error);
  guint sources[4];

  if (service == NULL)
    return FALSE;
  g_signal_connect (service, "ready", G_CALLBACK (ready_cb), run);
  g_signal_connect (service, "failed", G_CALLBACK (failed_cb), run);

  run->service = service;
  sources[0] = g_unix_signal_add (SIGTERM, terminate_cb, run);
  sources[1] = g_unix_signal_add (SIGINT, terminate_cb, run);
  sources[2] = g_unix_signal_add (SIGHUP, hang_up_cb, run);
  sources[3] = feed_watchdog ();
  g_main_loop_run (run->loop);
  sd_notify (0, "STOPPING=1");
  for (gsize i = 0; i < G_N_ELEMENTS (sources); i++)
    g_clear_handle_id (&sources[i], g_source_remove);

  return TRUE;
}

/* systemd says where the directory is that it keeps for the service. */
static const char *
default_state_dir (void)
{
  const char *given = g_getenv ("STATE_DIRECTORY");

  return given != NULL && g_path_is_absolute (given) ? given : SNETD_STATE_DIR;
}

int
main (int argc, char **argv)
{
  g_autofree char *state_dir = NULL;
  g_autofree char *config_file = NULL;
  g_autofree char *lists_dir = NULL;
  g_autofree char *rules_dir = NULL;
  gboolean session = FALSE;
  gboolean version = FALSE;
  const GOptionEntry entries[] = {
    { "state-dir", 0, 0, G_OPTION_ARG_FILENAME, &state_dir,
      "Where the databases are (" SNETD_STATE_DIR ")", "DIR" },
    { "config", 0, 0, G_OPTION_ARG_FILENAME, &config_file,
      "The configuration (" SNETD_CONFIG_FILE ")", "FILE" },
    { "lists-dir", 0, 0, G_OPTION_ARG_FILENAME, &lists_dir,
      "Where the lists are that rules name (" SNETD_LISTS_DIR ")", "DIR" },
    { "rules-dir", 0, 0, G_OPTION_ARG_FILENAME, &rules_dir,
      "Rules of the system, as text (" SNETD_RULES_DIR ")", "DIR" },
    { "session", 0, 0, G_OPTION_ARG_NONE, &session,
      "Use the session bus, for tests; its user is in charge then", NULL },
    { "version", 0, 0, G_OPTION_ARG_NONE, &version, "Print the version", NULL },
    { NULL },
  };
  g_autoptr (GOptionContext) context =
    g_option_context_new ("– asks before programs use the network");
  g_autoptr (GError) error = NULL;
  Run run = { .status = EXIT_SUCCESS };
  SnetdDaemonOptions options = { NULL };

  setlocale (LC_ALL, "");
  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error))
    {
      g_printerr ("snetd: %s; see snetd --help\n", error->message);
      return 2;
    }
  if (argc > 1)
    {
      g_printerr ("snetd: there is nothing to do with “%s”; see snetd --help\n", argv[1]);
      return 2;
    }
  if (version)
    {
      g_print ("snetd %s\n", SNET_VERSION);
      return EXIT_SUCCESS;
    }

  options.state_dir = state_dir != NULL ? state_dir : default_state_dir ();
  options.config_file = config_file != NULL ? config_file : SNETD_CONFIG_FILE;
  options.lists_dir = lists_dir != NULL ? lists_dir : SNETD_LISTS_DIR;
  options.rules_dir = rules_dir != NULL ? rules_dir : SNETD_RULES_DIR;
  options.hosts_file = SNETD_HOSTS_FILE;
  options.resolved = session ? NULL : SNETD_RESOLVED_SOCKET;
  options.resolved_monitor = SNETD_RESOLVED_MONITOR;
  options.session = session;
  options.agent_timeout = AGENT_TIMEOUT_MS;

  run.loop = g_main_loop_new (NULL, FALSE);
  if (!run_service (&run, &options, &error))
    {
      g_printerr ("snetd: %s\n", error->message);
      run.status = EXIT_FAILURE;
    }
  g_main_loop_unref (run.loop);
  return run.status;
}
