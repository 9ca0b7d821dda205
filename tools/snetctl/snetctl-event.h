/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "gsnet-event.h"

G_BEGIN_DECLS

/* Short words about an event, for the columns of tables; all fit to be shown. NULL: not known. */

/* "alice", or a number. */
char *snetctl_event_user (GsnetEvent *event);
/* The script, or else the program; with what it calls itself if that is all there is. */
char *snetctl_event_program (GsnetEvent *event);
char *snetctl_event_pid (GsnetEvent *event);
/* "example.org:443/tcp", "[2001:db8::1]:53/udp", "*:8080/tcp", "packet". */
char *snetctl_event_where (GsnetEvent *event);
/* Who decided, in a word: "user", "rule 7", "ticket 7". */
char *snetctl_event_reason (GsnetEvent *event);
/* A colour of libsmartcols for its verdict; NULL: none. */
const char *snetctl_event_color (GsnetEvent *event);

G_END_DECLS
