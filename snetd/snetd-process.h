/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <glib.h>

#include "snet.h"

/*
 * The path of the program file that a held process runs, as UTF-8 (other
 * bytes as \xNN); NULL if it has none. As the kernel tells, otherwise as /proc
 * does. " (deleted)" is appended if the file
 * is not in the file system any more, " (elsewhere)" if that path leads to
 * another file here, as for a process with its own mounts: neither may pass
 * for the program that a rule means.
 */
char *snetd_process_program (const struct snet_event *event);

/* The same of a process that is not held, and may be gone: only what the kernel tells. */
char *snetd_process_program_told (const struct snet_event *event);

/* The programs that led to this one, the latest first; NULL: none is known. */
char **snetd_process_ancestors (const struct snet_event *event);

/* Text that may go over D-Bus and onto a screen: control characters, and bytes that are not
 * UTF-8, come out as \xNN. */
char *snetd_process_text (const char *bytes);
