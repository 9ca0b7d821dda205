/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * Two lines, of which each begins where the language of the desktop begins its lines: by itself a
 * path or an address begins on the left. second: NULL if there is none.
 */
char *gsnet_lines_join (const char *first, const char *second);

G_END_DECLS
