/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <adwaita.h>

#include "gsnet-client.h"

G_BEGIN_DECLS

/* One rule with all that it says, to be added or changed. */
#define GSNET_TYPE_RULE_EDITOR (gsnet_rule_editor_get_type ())
G_DECLARE_FINAL_TYPE (GsnetRuleEditor, gsnet_rule_editor, GSNET, RULE_EDITOR, AdwWindow)

/* @rule: an a{sv} as from Rules.Get, or what a new one begins with. @id: of the rule; 0: it is new.
 */
GsnetRuleEditor *
gsnet_rule_editor_new (GtkWindow *parent, GsnetClient *client, GVariant *rule, guint64 id);

G_END_DECLS
