/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <adwaita.h>

#include "gsnet-client.h"

G_BEGIN_DECLS

/*
 * The sets of rules to begin with, of which some are there already, some are wanted, and some not.
 *
 * Signal: changed: another number is wanted.
 */
#define GSNET_TYPE_STARTER_PAGE (gsnet_starter_page_get_type ())
G_DECLARE_FINAL_TYPE (GsnetStarterPage, gsnet_starter_page, GSNET, STARTER_PAGE, AdwBin)

void gsnet_starter_page_bind (GsnetStarterPage *self, GsnetClient *client);

/* How many rules would be added. */
guint gsnet_starter_page_count_wanted (GsnetStarterPage *self);

/* Adds them as rules of the system, all or none. Polkit may ask for a password, once. */
void gsnet_starter_page_add_async (GsnetStarterPage *self,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);
gboolean
gsnet_starter_page_add_finish (GsnetStarterPage *self, GAsyncResult *result, GError **error);

G_END_DECLS
