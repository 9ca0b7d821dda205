/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Programs with a main loop of GLib, of asyncio or of libcurl go on while one
 * of their connections is held. Runs as root under an snet kernel, as the only
 * controller; SNET_TEST_SOURCE is the folder of this file.
 */
#include <errno.h>
#include <gio/gio.h>
#include <poll.h>
#include <stdio.h>
#include <unistd.h>

#include "hold.h"

/*
 * How long one is held, and the least number of times that its loop has come
 * round in that; a loop that is blocked does so about once.
 */
#define HELD_MS   1000
#define TICKS_MIN 10

typedef struct
{
  const char *program;
  int error;
} Case;

static GSubprocess *
start (const char *program, guint16 port)
{
  g_autofree char *script = g_build_filename (g_getenv ("SNET_TEST_SOURCE"), "responsive.py", NULL);
  g_autofree char *number = g_strdup_printf ("%u", port);
  g_autoptr (GError) error = NULL;
  GSubprocess *subprocess;

  subprocess = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error, "/usr/bin/python3", script,
                                 program, number, NULL);
  g_assert_no_error (error);
  return subprocess;
}

static void
serve (int server)
{
  static const char answer[] = "HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n";
  struct pollfd pollfd = { .fd = server, .events = POLLIN };
  int connection;

  g_assert_cmpint (poll (&pollfd, 1, TEST_PATIENCE_MS), ==, 1);
  connection = accept (server, NULL, NULL);
  g_assert_no_errno (connection);
  g_assert_cmpint (write (connection, answer, sizeof answer - 1), ==, sizeof answer - 1);
  close (connection);
}

static void
test_responsive (gconstpointer data)
{
  const Case *test = data;
  g_autoptr (Controller) controller = hold_begin ();
  g_autofree struct snet_event *event = NULL;
  g_autoptr (GSubprocess) subprocess = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *output = NULL;
  int ticks = -1, result = -1, server;
  guint16 port;

  server = open_server (AF_INET, SOCK_STREAM, &port);
  subprocess = start (test->program, port);
  event = controller_next_request (controller);
  g_assert_cmpint (event->operation, ==, SNET_OP_CONNECT);
  g_assert_cmpint (event->hold, ==, SNET_HOLD_FLOW);
  g_usleep (HELD_MS * 1000);
  if (test->error == 0)
    {
      controller_allow (controller, event);
      serve (server);
    }
  else
    {
      controller_deny (controller, event, test->error);
    }

  g_subprocess_communicate_utf8 (subprocess, NULL, NULL, &output, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (sscanf (output, "%d %d", &ticks, &result), ==, 2);
  g_test_message ("%d ticks", ticks);
  g_assert_cmpint (result, ==, test->error);
  g_assert_cmpint (ticks, >=, TICKS_MIN);
  controller_assert_quiet (controller);
  close (server);
}

int
main (int argc, char **argv)
{
  static const Case cases[] = {
    { "glib", 0 },         { "glib", EACCES }, { "asyncio", 0 },
    { "asyncio", EACCES }, { "curl", 0 },      { "curl", EACCES },
  };

  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strdup_printf ("/responsive/%s/%s", cases[i].program,
                                               cases[i].error == 0 ? "allow" : "deny");

      g_test_add_data_func (path, &cases[i], test_responsive);
    }
  return g_test_run ();
}
