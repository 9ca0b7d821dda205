/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "gsnet-client.h"

G_BEGIN_DECLS

/*
 * Rules from and to files that the user chooses.
 * Signals: text (text): of a file that was chosen, to be imported; exported (file name);
 * problem (text).
 */
#define GSNET_TYPE_RULES_TRANSFER (gsnet_rules_transfer_get_type ())
G_DECLARE_FINAL_TYPE (GsnetRulesTransfer, gsnet_rules_transfer, GSNET, RULES_TRANSFER, GObject)

GsnetRulesTransfer *gsnet_rules_transfer_new (GsnetClient *client);
void gsnet_rules_transfer_import (GsnetRulesTransfer *self, GtkWindow *parent);
void gsnet_rules_transfer_export (GsnetRulesTransfer *self, GtkWindow *parent);
/* As if this file had been chosen. */
void gsnet_rules_transfer_read (GsnetRulesTransfer *self, GFile *file);
void gsnet_rules_transfer_write (GsnetRulesTransfer *self, GFile *file);

G_END_DECLS
