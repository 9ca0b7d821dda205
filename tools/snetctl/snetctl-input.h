/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Whether somebody is there to answer. */
gboolean snetctl_input_is_terminal (void);

/* A line from standard input, after a question on standard error; NULL: there is none. */
char *snetctl_input_ask (const char *question);

/* The numbers of "1 3-5,7", each at least 1 and at most max, in order; NULL and an error if not. */
GArray *snetctl_input_parse_numbers (const char *text, guint max, GError **error);

G_END_DECLS
