/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "fixture.h"
#include "snetctl-error.h"

/*
 * The very program, run by a user on the bus of the fixture, while snetd runs in this process.
 * What it prints is kept, from its start on.
 */
typedef struct
{
  GSubprocess *process;
  GString *out;
  GString *err;
  guint streams; /* that are open */
  gboolean ended;
  int status;
  int terminal; /* the other end of one, or -1 */
} Ctl;

/* What main() of a test does: as fixture_main(), with the program at hand. */
int ctl_main (int argc, char **argv, void (*add_tests) (void));

/* The arguments as one types them: "allow 3 --json". */
Ctl *ctl_start (guint32 uid, const char *format, ...) G_GNUC_PRINTF (2, 3);
/* On a terminal of so many columns, which is all of its three streams. */
Ctl *ctl_start_on_terminal (guint32 uid, guint columns, const char *format, ...)
  G_GNUC_PRINTF (3, 4);
/* Started, and waited for. */
Ctl *ctl_run (guint32 uid, const char *format, ...) G_GNUC_PRINTF (2, 3);

/* Likewise, and its output goes to a descriptor, which is closed. */
Ctl *ctl_run_into (guint32 uid, int fd, const char *arguments);

/* Waits until it has printed this, on whichever stream. */
void ctl_says (Ctl *ctl, const char *text);
/* Writes to its terminal. */
void ctl_type (Ctl *ctl, const char *text);
void ctl_signal (Ctl *ctl, int number);
/* Does not read what it prints any more. */
void ctl_close (Ctl *ctl);
/* Waits for its end; that its exit status is this. */
void ctl_wait (Ctl *ctl, int status);
void ctl_free (Ctl *ctl);

/* Runs it; the exit status is this, and what it prints, or complains of, is like the pattern. */
void ctl_check (guint32 uid, const char *arguments, int status, const char *pattern);

/* For the environment of all that are started later; NULL: as it was. */
void ctl_setenv (const char *name, const char *value);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Ctl, ctl_free)
