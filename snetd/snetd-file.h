/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <gio/gio.h>

/*
 * All of a file that has a say in what is allowed: a regular one that nobody can have
 * written but root, or who snetd runs as, and of at most @max bytes. There is a 0 behind
 * the text. NULL: it is not, or cannot be read; errors are of G_IO_ERROR. From any thread.
 */
char *snetd_file_read (const char *path, gsize max, gsize *ret_length, GError **error);
