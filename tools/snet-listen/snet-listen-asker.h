/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <glib.h>

#include <snet.h>

/*
 * Asks on the terminal about one call at a time, in the order in which they came; the others
 * wait. A key that was typed before its question was there answers nothing.
 */
typedef struct _SnetListenAsker SnetListenAsker;

typedef struct
{
  /* The call is not in the queue any more, and the event is gone when this returns. */
  void (*answered) (const struct snet_event *event, gboolean allow, gpointer data);
  /* Nobody can answer any more: 'q', or the terminal has gone. */
  void (*left) (gpointer data);
} SnetListenAskerCallbacks;

/* Keys are read from standard input, questions are written to standard error. */
SnetListenAsker *snet_listen_asker_new (const SnetListenAskerCallbacks *callbacks, gpointer data);
/* The terminal is again as it was. */
void snet_listen_asker_free (SnetListenAsker *asker);

void snet_listen_asker_add (SnetListenAsker *asker, const struct snet_event *event);
gboolean snet_listen_asker_has (SnetListenAsker *asker, guint64 id);
/* It waits no more, and why. What was asked, to be freed with snet_event_free(); or NULL. */
struct snet_event *snet_listen_asker_withdraw (SnetListenAsker *asker, guint64 id, const char *why);
/* Says something without tearing the question apart. */
void snet_listen_asker_say (SnetListenAsker *asker, const char *text);
guint snet_listen_asker_count (SnetListenAsker *asker);
