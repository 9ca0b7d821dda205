/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* "120 allowed, 3 denied, 5 asked about". */
char *gsnet_words_chart_counts (guint64 allowed, guint64 denied, guint64 asked);
/* The same of one time. */
char *
gsnet_words_chart_bar (gint64 since, gint64 until, guint64 allowed, guint64 denied, guint64 asked);
/* Where a bar begins, as short as bars of that width allow. */
char *gsnet_words_chart_time (gint64 time, gint64 width);

G_END_DECLS
