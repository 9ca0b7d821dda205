/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The fixture of ../snetd for tests in Python: snetd between a kernel that follows a script and a
 * private bus, told what to do by lines on standard input. stage.py knows them.
 */
#include "fixture.h"

#include <arpa/inet.h>
#include <gio/gunixinputstream.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct
{
  Fixture *fixture;
  GMainLoop *loop;
  GDataInputStream *input;
} Stage;

/* What is not such a line is what the test programs of GLib print. */
static void G_GNUC_PRINTF (1, 2) reply (const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  g_print ("= %s\n", text);
}

static guint64
number (const char *word)
{
  g_assert_nonnull (word);
  return g_ascii_strtoull (word, NULL, 10);
}

/* UID PORT [PID] */
static struct snet_event
make_event (char **words)
{
  struct snet_event event = fake_snet_event ((guint32)number (words[1]));

  event.script = NULL;
  ((struct sockaddr_in *)&event.remote)->sin_port = htons ((guint16)number (words[2]));
  /* What is known of a process is kept by the kernel's number for it. */
  if (words[3] != NULL)
    {
      fake_snet_set_process (&event, (guint32)number (words[3]));
      event.process = event.pid;
    }
  return event;
}

static void
do_hold (Stage *stage, char **words)
{
  reply ("%" G_GUINT64_FORMAT, fake_snet_hold (make_event (words)));
}

/* As the kernel decides by a ticket, without asking. */
static void
do_report (Stage *stage, char **words)
{
  struct snet_event event = make_event (words);

  event.verdict = SNET_VERDICT_ALLOW;
  event.cause = SNET_CAUSE_TICKET;
  fake_snet_report (event);
  reply ("done");
}

static void
do_kill (Stage *stage, char **words)
{
  fake_snet_kill (number (words[1]));
  reply ("done");
}

static void
do_expire (Stage *stage, char **words)
{
  fake_snet_time_out (number (words[1]), SNET_VERDICT_DENY);
  reply ("done");
}

static void
do_verdict (Stage *stage, char **words)
{
  const guint64 id = number (words[1]);
  enum snet_verdict verdict;
  int error;

  kernel_gets_any_verdict (id);
  g_assert_true (fake_snet_verdict (id, &verdict, &error));
  reply ("%s %d", verdict == SNET_VERDICT_ALLOW ? "allow" : "deny", error);
}

static void
do_waits (Stage *stage, char **words)
{
  reply (fake_snet_waits (number (words[1])) ? "true" : "false");
}

static void
do_polkit (Stage *stage, char **words)
{
  fake_polkit_set (stage->fixture->polkit, words[1],
                   g_str_equal (words[2], "yes") ? FAKE_POLKIT_YES : FAKE_POLKIT_NO);
  reply ("done");
}

static void
do_stop (Stage *stage, char **words)
{
  fixture_stop (stage->fixture);
  reply ("done");
}

static void
do_start (Stage *stage, char **words)
{
  fixture_start (stage->fixture);
  reply ("done");
}

static const struct
{
  const char *name;
  void (*run) (Stage *stage, char **words);
} commands[] = {
  { "hold", do_hold },     { "report", do_report },   { "kill", do_kill },
  { "expire", do_expire }, { "verdict", do_verdict }, { "waits", do_waits },
  { "polkit", do_polkit }, { "stop", do_stop },       { "start", do_start },
};

static void
run_line (Stage *stage, const char *line)
{
  g_auto (GStrv) words = g_strsplit (line, " ", -1);

  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    if (g_str_equal (words[0], commands[i].name))
      {
        commands[i].run (stage, words);
        return;
      }
  g_error ("No such command: %s", line);
}

static void
line_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Stage *stage = user_data;
  g_autofree char *line = g_data_input_stream_read_line_finish (stage->input, result, NULL, NULL);

  if (line == NULL)
    {
      g_main_loop_quit (stage->loop);
      return;
    }
  run_line (stage, line);
  g_data_input_stream_read_line_async (stage->input, G_PRIORITY_DEFAULT, NULL, line_cb, stage);
}

static void
test_stage (Fixture *fixture)
{
  g_autoptr (GInputStream) stream = g_unix_input_stream_new (STDIN_FILENO, FALSE);
  g_autoptr (GDataInputStream) input = g_data_input_stream_new (stream);
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  Stage stage = { fixture, loop, input };

  reply ("%s %s", g_getenv ("DBUS_SYSTEM_BUS_ADDRESS"), fixture->state_dir);
  g_data_input_stream_read_line_async (input, G_PRIORITY_DEFAULT, NULL, line_cb, &stage);
  g_main_loop_run (loop);
}

static void
add_tests (void)
{
  fixture_add ("/stage", test_stage);
}

int
main (int argc, char **argv)
{
  return fixture_main (argc, argv, add_tests);
}
