/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A controller that has every call of every family asked about, and allows it. Writes "ready" when
 * it begins, and at SIGTERM how many calls it has allowed.
 */
#include <errno.h>
#include <glib-unix.h>
#include <glib.h>
#include <stdio.h>

#include "snet.h"

typedef struct
{
  GMainLoop *loop;
  struct snet *snet;
  guint64 allowed, gone, overruns;
} Allower;

static void
on_request (struct snet *snet, const struct snet_event *event, void *data)
{
  Allower *allower = data;
  int err = snet_verdict (snet, event->id, SNET_VERDICT_ALLOW, 0);

  if (err == -ENOENT)
    allower->gone++;
  else if (err)
    g_error ("verdict: %s", snet_strerror (snet, err));
  else
    allower->allowed++;
}

static void
on_overrun (struct snet *snet, void *data)
{
  ((Allower *)data)->overruns++;
}

static gboolean
on_readable (gint fd, GIOCondition condition, gpointer data)
{
  Allower *allower = data;
  int ret = snet_dispatch (allower->snet);

  if (ret < 0)
    g_error ("dispatch: %s", snet_strerror (allower->snet, ret));
  return G_SOURCE_CONTINUE;
}

static gboolean
on_term (gpointer data)
{
  g_main_loop_quit (((Allower *)data)->loop);
  return G_SOURCE_REMOVE;
}

static void
check (struct snet *snet, int err)
{
  if (err)
    g_error ("%s", snet_strerror (snet, err));
}

int
main (void)
{
  static const struct snet_callbacks callbacks = { .request = on_request, .overrun = on_overrun };
  Allower allower = { .loop = g_main_loop_new (NULL, FALSE) };

  check (NULL, snet_open (&allower.snet));
  check (allower.snet, snet_register (allower.snet, &callbacks, &allower));
  for (int operation = SNET_OP_UNSPEC + 1; operation <= SNET_OP_MAX; operation++)
    {
      const struct snet_mediated any = { .operation = operation,
                                         .family = SNET_ANY,
                                         .type = SNET_ANY,
                                         .protocol = SNET_ANY,
                                         .hold = SNET_HOLD_AUTO };

      check (allower.snet, snet_mediated_add (allower.snet, &any));
    }
  g_unix_fd_add (snet_fd (allower.snet), G_IO_IN, on_readable, &allower);
  g_unix_signal_add (SIGTERM, on_term, &allower);
  puts ("ready");
  fflush (stdout);
  g_main_loop_run (allower.loop);
  printf ("allowed %" G_GUINT64_FORMAT ", gone %" G_GUINT64_FORMAT ", overruns %" G_GUINT64_FORMAT
          "\n",
          allower.allowed, allower.gone, allower.overruns);
  snet_close (allower.snet);
  g_main_loop_unref (allower.loop);
  return 0;
}
