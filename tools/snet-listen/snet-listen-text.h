/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <glib.h>

#include <snet.h>

/*
 * Strangers' text as one line that cannot steer a terminal: as snetd writes it, and with '?' for
 * other characters that are not to be seen.
 */
char *snet_listen_visible (const char *text);

/* An event as the library writes it, fit for a terminal. */
char *snet_listen_line (const struct snet_event *event);

/* "/usr/bin/curl wants to connect to 192.0.2.1 port 443 (tcp)" */
char *snet_listen_words (const struct snet_event *event);
