/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * Events as CSV (RFC 4180): a line with the names of the keys, then one for each event. A
 * spreadsheet takes none of it for a formula, and a terminal for a command; the manual page
 * says how.
 */
char *snetctl_csv_titles (void);
char *snetctl_csv_line (GVariant *event);

G_END_DECLS
