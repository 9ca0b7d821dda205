/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <adwaita.h>

#include "gsnet-client.h"

G_BEGIN_DECLS

/*
 * The console's page of who uses the network, over time.
 * Signal: show-log (filter): the log of what this a{sv} of Events.Query is about is wanted.
 */
#define GSNET_TYPE_OVERVIEW_PAGE (gsnet_overview_page_get_type ())
G_DECLARE_FINAL_TYPE (GsnetOverviewPage, gsnet_overview_page, GSNET, OVERVIEW_PAGE, AdwBin)

void gsnet_overview_page_bind (GsnetOverviewPage *self, GsnetClient *client);

G_END_DECLS
