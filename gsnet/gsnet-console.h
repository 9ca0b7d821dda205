/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <adwaita.h>

#include "gsnet-client.h"

G_BEGIN_DECLS

/* The security console. Signal: details (event). */
#define GSNET_TYPE_CONSOLE (gsnet_console_get_type ())
G_DECLARE_FINAL_TYPE (GsnetConsole, gsnet_console, GSNET, CONSOLE, AdwApplicationWindow)

/* modes: the menu to choose the mode by. */
GsnetConsole *
gsnet_console_new (GtkApplication *application, GsnetClient *client, GMenuModel *modes);
/* page: waiting, rules or log. */
void gsnet_console_show_page (GsnetConsole *self, const char *page);
/* What was wanted and did not become so. */
void gsnet_console_show_problem (GsnetConsole *self, const char *text);

G_END_DECLS
