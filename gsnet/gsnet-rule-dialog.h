/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <adwaita.h>

#include "gsnet-client.h"

G_BEGIN_DECLS

/* 'Create a rule': one request, answered for this once or for longer. */
#define GSNET_TYPE_RULE_DIALOG (gsnet_rule_dialog_get_type ())
G_DECLARE_FINAL_TYPE (GsnetRuleDialog, gsnet_rule_dialog, GSNET, RULE_DIALOG, AdwWindow)

GsnetRuleDialog *
gsnet_rule_dialog_new (GtkApplication *application, GsnetClient *client, GsnetEvent *event);

G_END_DECLS
