/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Processes of a benchmark: each does one thing, and none outlives the one that started it.
 */
#pragma once

#include <glib.h>
#include <sys/types.h>

/* Does its work and calls child_is_ready() when others may rely on it. */
typedef void (*ChildFunc) (gpointer data);

/* Returns when the child is ready. */
pid_t child_start (ChildFunc func, gpointer data);
/* For the child: to be called once. */
void child_is_ready (void);
/* Ends a child that would go on for ever. */
void child_stop (pid_t pid);
/* Runs @func in a child, and waits until it has returned. */
void child_run (ChildFunc func, gpointer data);

/* Ends the program with the words and what errno says. */
G_NORETURN void die (const char *words);
/* @result, unless it is negative: that is an error of the call that is named. */
int checked (int result, const char *call);
