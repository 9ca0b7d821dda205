/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "snet-listen-options.h"

/* What was changed of the kernel's settings, for the time that the program runs. */
typedef struct
{
  GArray *added; /* struct snet_mediated */
  struct snet_config before;
} SnetListenSettings;

/* 0, or a negative errno of the library. */
int snet_listen_settings_apply (SnetListenSettings *settings,
                                struct snet *snet,
                                const SnetListenOptions *options);
/* All is again as it was, but for what somebody else has changed meanwhile. */
void snet_listen_settings_restore (SnetListenSettings *settings, struct snet *snet);
