/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <glib.h>

/*
 * Says when a file may be another one than before: made, written, replaced, gone. It need
 * not be there, nor its folder. Not a GFileMonitor: of a folder that is not there it looks
 * every four seconds whether it is.
 */
typedef struct SnetdWatch SnetdWatch;

typedef void (*SnetdWatchFunc) (gpointer user_data);

/* From the main loop. An absolute path; what is behind a link is not seen. */
SnetdWatch *snetd_watch_new (const char *path, SnetdWatchFunc func, gpointer user_data);
void snetd_watch_free (SnetdWatch *watch);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SnetdWatch, snetd_watch_free)
