/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <adwaita.h>

#include "gsnet-client.h"

G_BEGIN_DECLS

/*
 * The console's page of what waits.
 * Signals: details (event); problem (text): an answer was not taken.
 */
#define GSNET_TYPE_WAITING_PAGE (gsnet_waiting_page_get_type ())
G_DECLARE_FINAL_TYPE (GsnetWaitingPage, gsnet_waiting_page, GSNET, WAITING_PAGE, AdwBin)

void gsnet_waiting_page_bind (GsnetWaitingPage *self, GsnetClient *client);

G_END_DECLS
