/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <glib.h>

#include "snet.h"

#define SNETD_COMMAND_ARGUMENTS 64   /* of those that there are, and of */
#define SNETD_COMMAND_BYTES     4096 /* their bytes, no more are kept */

/* What the path of a program may end in, see below. */
#define SNETD_PROGRAM_DELETED   " (deleted)"
#define SNETD_PROGRAM_ELSEWHERE " (elsewhere)"

/*
 * What /proc tells of a process that is held. All members are UTF-8 as of
 * snetd_process_text(), and NULL if unknown.
 */
typedef struct
{
  /*
   * The path of the program file that it runs. As the kernel tells, otherwise
   * as /proc does. " (deleted)" is appended if the file is not in the file
   * system any more, " (elsewhere)" if that path leads to another file here,
   * as for a process with its own mounts: neither may pass for the program
   * that a rule means.
   */
  char *program;
  char **command;  /* its arguments, the first one is its name; it may have changed them */
  char *directory; /* where it is, as it sees that itself */
  char *cgroup;
  char *unit;
  char *app;
} SnetdProcess;

/*
 * Never another process's, whose number is the same: then there is only what
 * the kernel tells. Cleared with snetd_process_clear().
 */
void snetd_process_read (const struct snet_event *event, SnetdProcess *ret_process);
void snetd_process_clear (SnetdProcess *process);

/* The program of a process that is not held, and may be gone: only what the kernel tells. */
char *snetd_process_program_told (const struct snet_event *event);

/* The programs that led to this one, the latest first; NULL: none is known. */
char **snetd_process_ancestors (const struct snet_event *event);

/* Text that may go over D-Bus and onto a screen: control characters, and bytes that are not
 * UTF-8, come out as \xNN. */
char *snetd_process_text (const char *bytes);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (SnetdProcess, snetd_process_clear)
