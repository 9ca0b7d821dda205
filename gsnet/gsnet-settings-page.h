/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <adwaita.h>

#include "gsnet-client.h"

G_BEGIN_DECLS

/* The console's page of settings and numbers. Signal: problem (text): something was not changed. */
#define GSNET_TYPE_SETTINGS_PAGE (gsnet_settings_page_get_type ())
G_DECLARE_FINAL_TYPE (GsnetSettingsPage, gsnet_settings_page, GSNET, SETTINGS_PAGE, AdwBin)

void gsnet_settings_page_bind (GsnetSettingsPage *self, GsnetClient *client);

G_END_DECLS
