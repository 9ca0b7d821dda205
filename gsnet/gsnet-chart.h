/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/*
 * Bars over time, each of what was allowed and denied, with a line of what was asked about. One of
 * them is chosen by the pointer or the arrow keys; a click or Enter activates it.
 * Signal: bar-activated (position).
 */
#define GSNET_TYPE_CHART (gsnet_chart_get_type ())
G_DECLARE_FINAL_TYPE (GsnetChart, gsnet_chart, GSNET, CHART, GtkWidget)

typedef struct
{
  guint64 allowed;
  guint64 denied;
  guint64 asked;
} GsnetChartBar;

/* The times are in microseconds since the epoch: where the first bar begins, how long each is. */
void gsnet_chart_set_bars (GsnetChart *self,
                           const GsnetChartBar *bars,
                           guint n_bars,
                           gint64 since,
                           gint64 width);

G_END_DECLS
