/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <gio/gio.h>

/* As many rows has a page at most. */
#define SNETD_PAGE_MAX 10000

/* A value that is not known. */
#define SNETD_PAGE_UNKNOWN G_MININT64

/*
 * The oldest events after a serial in the journal at @path, as what Events.Read returns, which is
 * not floating. limit 0: a whole page. For a thread: it reads the file by a connection of its
 * own, and what it gives has reached the disk.
 */
GVariant *snetd_page_read (const char *path, guint64 after, guint limit, GError **error);
