/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "decider.h"

#include <netinet/in.h>
#include <snet.h>
#include <stdio.h>
#include <stdlib.h>

#include "child.h"

/* What a rule about a program and where it may connect to looks at. */
static const struct snet_ticket_terms terms = {
  .fields = SNET_FIELD_OPERATION | SNET_FIELD_PROTOCOL | SNET_FIELD_REMOTE_ADDR |
            SNET_FIELD_REMOTE_PORT | SNET_FIELD_UID | SNET_FIELD_PROGRAM,
  .mode = SNET_TICKET_FIXED,
  .lifetime = 0,
};

static gboolean
is_held (const Decider *decider, const struct snet_event *event)
{
  const struct sockaddr_in *remote = (const struct sockaddr_in *)&event->remote;

  return decider->held_port && ntohs (remote->sin_port) == decider->held_port;
}

static void
fail (struct snet *snet, int err)
{
  fprintf (stderr, "bench-kernel: snet_verdict_nowait: %s\n", snet_strerror (snet, err));
  exit (1);
}

static void
on_request (struct snet *snet, const struct snet_event *event, void *data)
{
  const Decider *decider = data;
  int err;

  if (is_held (decider, event))
    return;
  err =
    snet_verdict_nowait (snet, event->id, SNET_VERDICT_ALLOW, 0, decider->tickets ? &terms : NULL);
  if (err)
    fail (snet, err);
}

static void
on_refused (struct snet *snet, uint64_t id, int error, void *data)
{
  fail (snet, error);
}

static void
decide_for_ever (gpointer data)
{
  static const struct snet_callbacks callbacks = { .request = on_request, .refused = on_refused };
  struct snet *snet;
  int err;

  err = snet_open (&snet);
  if (!err)
    err = snet_register (snet, &callbacks, data);
  if (err)
    {
      fprintf (stderr, "bench-kernel: no controller: %s\n", snet_strerror (NULL, err));
      exit (1);
    }
  child_is_ready ();
  for (;;)
    {
      if (snet_wait (snet) < 0)
        die ("snet_wait");
    }
}

pid_t
decider_start (const Decider *decider)
{
  return child_start (decide_for_ever, (gpointer)decider);
}
