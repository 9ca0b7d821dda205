/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <adwaita.h>

#include "gsnet-rule-list.h"

G_BEGIN_DECLS

/*
 * The console's table of rules.
 * Signals: removed (rule); imported (rules, an aa{sv}); exported (file name); problem (text).
 */
#define GSNET_TYPE_RULES_PAGE (gsnet_rules_page_get_type ())
G_DECLARE_FINAL_TYPE (GsnetRulesPage, gsnet_rules_page, GSNET, RULES_PAGE, AdwBin)

void gsnet_rules_page_bind (GsnetRulesPage *self, GsnetClient *client);
void gsnet_rules_page_search (GsnetRulesPage *self);
/* Makes a removed rule again. */
void gsnet_rules_page_restore (GsnetRulesPage *self, GsnetRule *rule);
/* Removes these, an aa{sv}, which have just been made. */
void gsnet_rules_page_remove_all (GsnetRulesPage *self, GVariant *rules);

G_END_DECLS
