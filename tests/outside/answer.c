/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A program of somebody else, that is compiled as C and as C++: denies as many calls as it is
 * told, and prints their lines.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <snet.h>

static int left;

static void
on_request (struct snet *snet, const struct snet_event *event, void *data)
{
  char line[160];
  int err;

  snet_event_format (event, line, sizeof (line));
  err = snet_verdict (snet, event->id, SNET_VERDICT_DENY, ENETDOWN);
  fprintf ((FILE *)data, "%s: %s\n", line, snet_strerror (snet, err));
  fflush ((FILE *)data);
  left--;
}

int
main (int argc, char **argv)
{
  struct snet_callbacks callbacks = { on_request, NULL, NULL, NULL, { NULL } };
  struct snet *snet = NULL;
  int err;

  left = argc > 1 ? atoi (argv[1]) : 0;
  printf ("libsnet %s, compiled with %d.%d.%d\n", snet_version (), LIBSNET_VERSION_MAJOR,
          LIBSNET_VERSION_MINOR, LIBSNET_VERSION_PATCH);
  fflush (stdout);
  err = snet_open (&snet);
  if (!err)
    err = snet_register (snet, &callbacks, stdout);
  if (!err)
    err = snet_ticket_flush (snet);
  while (err >= 0 && left > 0)
    err = snet_wait (snet);
  if (err < 0)
    printf ("%s\n", snet_strerror (snet, err));
  snet_close (snet);
  return err < 0 ? 1 : 0;
}
