/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "gsnet-client.h"

G_BEGIN_DECLS

#define GSNET_TYPE_ASKER (gsnet_asker_get_type ())
G_DECLARE_FINAL_TYPE (GsnetAsker, gsnet_asker, GSNET, ASKER, GObject)

/*
 * Puts what waits before the user: as notifications, in a window, or both, as is preferred.
 * Signal: details (event, activation token or NULL): 'Create a Rule' is wanted.
 */
GsnetAsker *gsnet_asker_new (GtkApplication *application, GsnetClient *client);
void gsnet_asker_stop (GsnetAsker *self);

/* The window with all that waits, since the user wants it; FALSE: nothing waits. */
gboolean gsnet_asker_show (GsnetAsker *self, const char *token);

G_END_DECLS
