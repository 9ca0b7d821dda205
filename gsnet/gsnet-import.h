/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <adwaita.h>

#include "gsnet-client.h"

G_BEGIN_DECLS

/*
 * What an import of rules would do, looked at before it is done.
 * Signal: imported (rules): these rules, an aa{sv}, have been made.
 */
#define GSNET_TYPE_IMPORT (gsnet_import_get_type ())
G_DECLARE_FINAL_TYPE (GsnetImport, gsnet_import, GSNET, IMPORT, AdwWindow)

/* @text: rules as people write them, or JSON of OpenSnitch. */
GsnetImport *gsnet_import_new (GtkWindow *parent, GsnetClient *client, const char *text);

G_END_DECLS
