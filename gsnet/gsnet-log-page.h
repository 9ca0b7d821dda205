/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <adwaita.h>

#include "gsnet-client.h"

G_BEGIN_DECLS

/* The console's table of decisions, live. Signals: why (event); make-rule (event). */
#define GSNET_TYPE_LOG_PAGE (gsnet_log_page_get_type ())
G_DECLARE_FINAL_TYPE (GsnetLogPage, gsnet_log_page, GSNET, LOG_PAGE, AdwBin)

void gsnet_log_page_bind (GsnetLogPage *self, GsnetClient *client);
void gsnet_log_page_search (GsnetLogPage *self);
/* Shows what this filter of Events.Query is about. */
void gsnet_log_page_show (GsnetLogPage *self, GVariant *filter);

G_END_DECLS
