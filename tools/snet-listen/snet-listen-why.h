/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <snet.h>

/* Says on standard error why it could not begin, and what to do; returns the exit status. */
int snet_listen_why (struct snet *snet, int error);
