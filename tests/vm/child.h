/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A process whose network calls are held, and what became of them.
 */
#pragma once

#include <glib.h>
#include <sys/types.h>

/* Longer than anything takes; used up only by a failure. */
#define TEST_PATIENCE_MS (120 * 1000)

typedef struct
{
  pid_t pid;
  int result; /* pipe */
} Child;

/* Runs in the child: 0, or the errno that it is to report. */
typedef int (*ChildFunc) (gconstpointer data);

Child *child_start (ChildFunc func, gconstpointer data);
/* Whether its result is there already. */
gboolean child_has_returned (Child *child);
/* Waits for the result, and for the end of the process. */
int child_finish (Child *child);
/* Kills it, and waits for its end. */
void child_kill (Child *child);
void child_free (Child *child);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Child, child_free)
