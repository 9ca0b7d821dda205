/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Measures connect() in the machine that scripts/vm starts:
 *
 *   bench-kernel COUNT ROW…
 *
 * Each ROW is measured with COUNT calls, in this order. Prints a line of JSON for each: how long
 * each call took, and what the kernel has counted meanwhile. Judges nothing.
 */
#include <poll.h>
#include <snet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "child.h"
#include "connect.h"
#include "crowd.h"
#include "decider.h"
#include "pingpong.h"

#define WARM_UP   16
#define CROWD     1000
#define HELD_PORT 9
#define COUNT_MAX 1000000

typedef struct
{
  const char *name;
  gboolean pingpong;  /* no connect() at all */
  gboolean uses_snet; /* the kernel has to have it */
  gboolean mediated;  /* whether connect() is asked about */
  gboolean decided;   /* whether there is somebody to ask */
  gboolean tickets;   /* who gives tickets */
  gboolean no_ticket; /* whoever it is that decides, none is made */
  guint crowd;        /* how many other calls wait meanwhile */
} Row;

static const Row rows[] = {
  { .name = "connect" },
  /* The same; who runs it has seen to the difference. */
  { .name = "opensnitch" },
  { .name = "unmediated", .uses_snet = TRUE },
  { .name = "ticket", .uses_snet = TRUE, .mediated = TRUE, .decided = TRUE, .tickets = TRUE },
  { .name = "asked", .uses_snet = TRUE, .mediated = TRUE, .decided = TRUE },
  { .name = "crowded", .uses_snet = TRUE, .mediated = TRUE, .decided = TRUE, .crowd = CROWD },
  /* By somebody who was there before, and who would give tickets. */
  { .name = "ruled", .uses_snet = TRUE, .mediated = TRUE, .no_ticket = TRUE },
  { .name = "pingpong", .pingpong = TRUE },
};

static struct snet *snet;

static void
check (int err, const char *call)
{
  if (err >= 0)
    return;
  fprintf (stderr, "bench-kernel: %s: %s\n", call, snet_strerror (snet, err));
  exit (1);
}

/* Begins anew, with nothing asked about but connect() of one family. Never nothing at all, so that
 * the set has to be looked at in either case. */
static void
mediate (gboolean connect)
{
  struct snet_mediated entry = {
    .operation = SNET_OP_CONNECT,
    .family = connect ? AF_INET : AF_INET6,
    .type = SNET_ANY,
    .protocol = SNET_ANY,
  };

  check (snet_mediated_clear (snet), "snet_mediated_clear");
  check (snet_mediated_add (snet, &entry), "snet_mediated_add");
  /* They outlive who gave them. */
  check (snet_ticket_flush (snet), "snet_ticket_flush");
}

static enum snet_ticket_mode
set_ticket_mode (enum snet_ticket_mode mode)
{
  struct snet_config before, config = { .fields = SNET_CONFIG_TICKET_MODE, .ticket_mode = mode };

  check (snet_config_get (snet, &before), "snet_config_get");
  check (snet_config_set (snet, &config), "snet_config_set");
  return before.ticket_mode;
}

static struct snet_stats
counters (void)
{
  struct snet_stats stats;

  check (snet_stats_get (snet, &stats), "snet_stats_get");
  return stats;
}

/* The calls come one after the other, and there is no message about the last one. */
static void
wait_for_pending (guint count)
{
  for (guint i = 0; counters ().pending != count; i++)
    {
      if (i > 3000)
        {
          fprintf (stderr, "bench-kernel: not %u calls wait\n", count);
          exit (1);
        }
      poll (NULL, 0, 10);
    }
}

static void
print_counters (const struct snet_stats *before, const struct snet_stats *after)
{
  printf ("\"counters\":{\"requests\":%" G_GUINT64_FORMAT ",\"allowed\":%" G_GUINT64_FORMAT
          ",\"ticket_allowed\":%" G_GUINT64_FORMAT ",\"pending\":%" G_GUINT64_FORMAT "},",
          after->requests - before->requests, after->allowed - before->allowed,
          after->ticket_allowed - before->ticket_allowed, after->pending);
}

static void
print_row (const Row *row, guint64 took, const guint64 *ns, guint count)
{
  printf ("\"row\":\"%s\",\"took\":%" G_GUINT64_FORMAT ",\"ns\":[", row->name, took);
  for (guint i = 0; i < count; i++)
    printf ("%s%" G_GUINT64_FORMAT, i ? "," : "", ns[i]);
  printf ("]}\n");
  fflush (stdout);
}

static guint64
measure (const Row *row, Listener *listener, guint count, guint64 *ns)
{
  struct snet_stats before, after;
  guint64 warm_up[WARM_UP], took;

  if (row->pingpong)
    {
      pingpong_many (WARM_UP, warm_up);
      return pingpong_many (count, ns);
    }
  connect_many (listener, WARM_UP, warm_up);
  if (!row->uses_snet)
    return connect_many (listener, count, ns);

  before = counters ();
  took = connect_many (listener, count, ns);
  after = counters ();
  print_counters (&before, &after);
  return took;
}

static void
run (const Row *row, Listener *listener, guint count)
{
  const Decider decider = { row->tickets, row->crowd ? HELD_PORT : 0 };
  g_autofree guint64 *ns = g_new0 (guint64, count);
  enum snet_ticket_mode mode = SNET_TICKET_OFF;
  pid_t decider_pid = 0, crowd_pid = 0;
  guint64 took;

  printf ("{");
  /* Or each child would print it, too. */
  fflush (stdout);
  if (row->uses_snet)
    mediate (row->mediated);
  if (row->no_ticket)
    mode = set_ticket_mode (SNET_TICKET_OFF);
  if (row->decided)
    decider_pid = decider_start (&decider);
  if (row->crowd)
    {
      crowd_pid = crowd_start (row->crowd, HELD_PORT);
      wait_for_pending (row->crowd);
    }

  took = measure (row, listener, count, ns);
  print_row (row, took, ns, count);

  if (row->no_ticket)
    set_ticket_mode (mode);
  if (crowd_pid)
    child_stop (crowd_pid);
  if (decider_pid)
    child_stop (decider_pid);
}

static const Row *
row_of (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    if (strcmp (rows[i].name, name) == 0)
      return &rows[i];
  fprintf (stderr, "bench-kernel: there is no row '%s'\n", name);
  exit (2);
}

int
main (int argc, char **argv)
{
  Listener *listener;
  guint64 count;

  if (argc < 3 || !g_ascii_string_to_unsigned (argv[1], 10, 1, COUNT_MAX, &count, NULL))
    {
      fprintf (stderr, "usage: bench-kernel COUNT ROW…\n");
      return 2;
    }
  for (int i = 2; i < argc; i++)
    if (row_of (argv[i])->uses_snet && !snet)
      check (snet_open (&snet), "snet_open");
  if (snet)
    mediate (FALSE);

  listener = listener_start ();
  for (int i = 2; i < argc; i++)
    run (row_of (argv[i]), listener, count);
  listener_stop (listener);
  snet_close (snet);
  return 0;
}
