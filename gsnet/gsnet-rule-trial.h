/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "gsnet-client.h"

G_BEGIN_DECLS

#define GSNET_TYPE_RULE_TRIAL (gsnet_rule_trial_get_type ())
G_DECLARE_FINAL_TYPE (GsnetRuleTrial, gsnet_rule_trial, GSNET, RULE_TRIAL, GObject)

/*
 * How many past calls a rule would have decided, which snetd is asked. One question is under way
 * at a time; what was chosen meanwhile is asked next. Signal: changed.
 */
GsnetRuleTrial *gsnet_rule_trial_new (GsnetClient *client);

/* rule, filter: a{sv} as Rules.Match takes them, which may be floating; rule NULL: none. */
void gsnet_rule_trial_set (GsnetRuleTrial *self, GVariant *rule, GVariant *filter);

/* FALSE: not known, or not yet. */
gboolean gsnet_rule_trial_get (GsnetRuleTrial *self, guint *ret_matched, guint *ret_examined);

G_END_DECLS
