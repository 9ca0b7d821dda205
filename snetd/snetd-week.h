/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <gio/gio.h>

/*
 * Times of the week, as the clock on the wall shows them:
 *
 *   mon-fri 08:00-18:00, sat 10:00-12:00
 *   22:00-06:00       each night; what goes over midnight belongs to the day
 *                     on which it begins
 *   sat-sun           all day
 */
typedef struct SnetdWeek SnetdWeek;

/* NULL, with words for who wrote it. */
SnetdWeek *snetd_week_parse (const char *text, GError **error);
SnetdWeek *snetd_week_copy (const SnetdWeek *week);
void snetd_week_free (SnetdWeek *week);

/* As it would be written now; comes back from snetd_week_parse() the same. */
char *snetd_week_to_string (const SnetdWeek *week);

/* At a minute of the week: 0 is midnight before Monday. */
#define SNETD_WEEK_MINUTES (7 * 24 * 60)
gboolean snetd_week_contains (const SnetdWeek *week, guint minute);

/*
 * In how many minutes from there that changes; SNETD_WEEK_MINUTES: never. Daylight
 * saving is not foreseen.
 */
guint snetd_week_until_change (const SnetdWeek *week, guint minute);

/* The minute of the week that it is in the time zone of the machine. */
guint snetd_week_minute (gint64 real_time);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SnetdWeek, snetd_week_free)
