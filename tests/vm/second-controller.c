/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tries to become the controller while there is one; exits with the errno.
 */
#include <stdio.h>
#include <stdlib.h>

#include <snet.h>

int
main (void)
{
  struct snet_callbacks callbacks = { .request = NULL };
  struct snet *snet = NULL;
  int error;

  error = snet_open (&snet);
  if (error == 0)
    error = snet_register (snet, &callbacks, NULL);
  fprintf (stderr, "%s\n", snet_strerror (snet, error));
  snet_close (snet);

  return error ? -error : EXIT_SUCCESS;
}
