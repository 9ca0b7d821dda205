/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <gio/gio.h>

/*
 * Patterns of paths: ? is one character but a slash, * any number of them, and
 * ** any number of characters, slashes too. A backslash takes the meaning from
 * what follows it. The work grows with the length of the pattern times that of
 * the text, whatever they hold.
 */

#define SNETD_PATTERN_MAX 255 /* bytes */

/* FALSE, with words for who wrote it: too long, or a backslash at its end. */
gboolean snetd_pattern_check (const char *pattern, GError **error);

/* The pattern must have been checked. */
gboolean snetd_pattern_matches (const char *pattern, const char *text);
