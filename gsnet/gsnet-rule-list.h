/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "gsnet-client.h"
#include "gsnet-rule.h"

G_BEGIN_DECLS

#define GSNET_TYPE_RULE_LIST (gsnet_rule_list_get_type ())
G_DECLARE_FINAL_TYPE (GsnetRuleList, gsnet_rule_list, GSNET, RULE_LIST, GObject)

GsnetRuleList *gsnet_rule_list_new (GsnetClient *client);
GListModel *gsnet_rule_list_get_model (GsnetRuleList *self);

void gsnet_rule_list_remove_async (GsnetRuleList *self,
                                   GsnetRule *rule,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);
void gsnet_rule_list_add_async (GsnetRuleList *self,
                                GVariant *rule,
                                GAsyncReadyCallback callback,
                                gpointer user_data);
void gsnet_rule_list_update_async (GsnetRuleList *self,
                                   guint64 id,
                                   GVariant *rule,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);
gboolean gsnet_rule_list_change_finish (GsnetRuleList *self, GAsyncResult *result, GError **error);

G_END_DECLS
