/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "snet-listen-options.h"

/* Exit status, see snet-listen(1). */
enum
{
  SNET_LISTEN_EXIT_OK,
  SNET_LISTEN_EXIT_FAILED,
  SNET_LISTEN_EXIT_USAGE,
  SNET_LISTEN_EXIT_NO_KERNEL,
  SNET_LISTEN_EXIT_NO_PERMISSION,
  SNET_LISTEN_EXIT_BUSY,
};

/* Listens until it is told to end, or cannot go on; returns the exit status. */
int snet_listen_session_run (const SnetListenOptions *options);
