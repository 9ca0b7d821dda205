/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Prints what programs want to do on the network, and decides about it. */
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "snet-listen-options.h"
#include "snet-listen-session.h"

int
main (int argc, char **argv)
{
  g_auto (SnetListenOptions) options = { 0 };
  g_autoptr (GError) error = NULL;

  setlocale (LC_ALL, "");
  /* A reader that has gone is noticed when something is written: settings are put back then. */
  signal (SIGPIPE, SIG_IGN);
  if (!snet_listen_options_parse (&options, &argc, &argv, &error))
    {
      fprintf (stderr, "snet-listen: %s\nTry snet-listen --help\n", error->message);
      return SNET_LISTEN_EXIT_USAGE;
    }
  if (options.version)
    {
      printf ("snet-listen %s, libsnet %s\n", SNET_VERSION, snet_version ());
      return SNET_LISTEN_EXIT_OK;
    }
  if (options.mode == SNET_LISTEN_ASK && !(isatty (STDIN_FILENO) && isatty (STDERR_FILENO)))
    {
      fputs ("snet-listen: there is no terminal to ask on: use --allow, --deny or --monitor\n",
             stderr);
      return SNET_LISTEN_EXIT_USAGE;
    }
  return snet_listen_session_run (&options);
}
