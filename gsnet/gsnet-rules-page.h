/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <adwaita.h>

#include "gsnet-rule-list.h"

G_BEGIN_DECLS

/* The console's table of rules. Signals: removed (rule); problem (text). */
#define GSNET_TYPE_RULES_PAGE (gsnet_rules_page_get_type ())
G_DECLARE_FINAL_TYPE (GsnetRulesPage, gsnet_rules_page, GSNET, RULES_PAGE, AdwBin)

void gsnet_rules_page_bind (GsnetRulesPage *self, GsnetClient *client);
/* Makes a removed rule again. */
void gsnet_rules_page_restore (GsnetRulesPage *self, GsnetRule *rule);

G_END_DECLS
