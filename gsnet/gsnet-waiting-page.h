/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <adwaita.h>

#include "gsnet-client.h"

G_BEGIN_DECLS

/*
 * The console's page of what waits, and of what nobody answered in time.
 * Signals: details (event); make-rule (event); problem (text): something was not done.
 */
#define GSNET_TYPE_WAITING_PAGE (gsnet_waiting_page_get_type ())
G_DECLARE_FINAL_TYPE (GsnetWaitingPage, gsnet_waiting_page, GSNET, WAITING_PAGE, AdwBin)

void gsnet_waiting_page_bind (GsnetWaitingPage *self, GsnetClient *client);

G_END_DECLS
