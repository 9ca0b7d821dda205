/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/*
 * The terminal, read key by key in the main loop. It is put back as it was when the program ends,
 * is stopped, or is told to end by a signal. Made before the first thread, as it blocks signals.
 */
typedef struct _SnetctlTerminal SnetctlTerminal;

typedef struct
{
  void (*key) (char key, gpointer data);
  /* It was stopped and goes on: what is on the screen is not the program's any more. */
  void (*resumed) (gpointer data);
  /* A signal, or 0 as the terminal is gone. */
  void (*ended) (int signal, gpointer data);
} SnetctlTerminalCallbacks;

SnetctlTerminal *
snetctl_terminal_new (const SnetctlTerminalCallbacks *callbacks, gpointer data, GError **error);
/* Forgets what was typed until now. */
void snetctl_terminal_flush (SnetctlTerminal *self);
guint snetctl_terminal_get_width (SnetctlTerminal *self);

/* A line that the next one takes the place of. On a terminal that cannot do that: a line. */
void snetctl_terminal_set_status (SnetctlTerminal *self, const char *text);
/* Whether a status can be changed without the screen running over. */
gboolean snetctl_terminal_can_change (SnetctlTerminal *self);
/* Lines that stay, above the status, which is gone. */
void snetctl_terminal_print (SnetctlTerminal *self, const char *text);

/* Puts the terminal back. */
void snetctl_terminal_free (SnetctlTerminal *self);
/* What a signal does to a program that does not know it; after snetctl_terminal_free (). */
void snetctl_terminal_end_by (int signal);

G_END_DECLS
