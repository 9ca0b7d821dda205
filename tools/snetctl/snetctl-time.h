/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Lengths and points of time, as people type them: those of systemd.time(7) that are common. */

/* "90", "15min", "2h 30m", "1 week": in seconds, 1 at least. */
gboolean snetctl_time_parse_duration (const char *text, guint32 *ret_seconds, GError **error);

/*
 * "today", "2 hours ago", "-15min", "14:00", "2026-07-01", "2026-07-01 14:00:00", "@1700000000",
 * RFC 3339: in microseconds since the epoch. now: the same. What says no zone is local time.
 */
gboolean snetctl_time_parse (const char *text, gint64 now, gint64 *ret_time, GError **error);

/* "45 s", "3 min", "5 h": as short as it can be said. */
char *snetctl_time_short (gint64 microseconds);

G_END_DECLS
