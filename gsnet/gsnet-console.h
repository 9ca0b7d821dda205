/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <adwaita.h>

#include "gsnet-client.h"

G_BEGIN_DECLS

/* The security console. Signal: details (event). */
#define GSNET_TYPE_CONSOLE (gsnet_console_get_type ())
G_DECLARE_FINAL_TYPE (GsnetConsole, gsnet_console, GSNET, CONSOLE, AdwApplicationWindow)

GsnetConsole *gsnet_console_new (GtkApplication *application, GsnetClient *client);
/* page: waiting, rules or log. */
void gsnet_console_show_page (GsnetConsole *self, const char *page);

G_END_DECLS
