/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <adwaita.h>

#include "gsnet-log-filter.h"

G_BEGIN_DECLS

/* What the log is searched and filtered by, shown and changed. */
#define GSNET_TYPE_LOG_BAR (gsnet_log_bar_get_type ())
G_DECLARE_FINAL_TYPE (GsnetLogBar, gsnet_log_bar, GSNET, LOG_BAR, AdwBin)

void gsnet_log_bar_bind (GsnetLogBar *self, GsnetLogFilter *filter);
void gsnet_log_bar_search (GsnetLogBar *self);

G_END_DECLS
