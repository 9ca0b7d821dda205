/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <glib.h>

/* The network between a program and a server: a TCP port that leads to a socket. */
typedef struct Forwarder Forwarder;

Forwarder *forwarder_new (const char *socket);
void forwarder_free (Forwarder *forwarder);
guint forwarder_get_port (Forwarder *forwarder);

typedef enum
{
  FORWARDER_WORKS,
  FORWARDER_STALLS, /* nothing comes through, and nobody is told */
  FORWARDER_CUTS,   /* what there is ends at once, and nothing new is let in */
} ForwarderState;

void forwarder_set (Forwarder *forwarder, ForwarderState state);

/* Ends all connections when so many more bytes have come from the program. */
void forwarder_cut_after (Forwarder *forwarder, gint64 bytes);
