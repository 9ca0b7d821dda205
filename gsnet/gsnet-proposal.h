/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "gsnet-rule.h"

G_BEGIN_DECLS

/* A rule that snetd proposes, and whether the user wants it (the property "chosen"). */
#define GSNET_TYPE_PROPOSAL (gsnet_proposal_get_type ())
G_DECLARE_FINAL_TYPE (GsnetProposal, gsnet_proposal, GSNET, PROPOSAL, GObject)

GsnetProposal *gsnet_proposal_new (GVariant *dict);

GsnetRule *gsnet_proposal_get_rule (GsnetProposal *self);
/* a{sv}, as snetd gave it */
GVariant *gsnet_proposal_get_variant (GsnetProposal *self);
/* How many calls it is about. */
guint64 gsnet_proposal_get_count (GsnetProposal *self);
gboolean gsnet_proposal_is_chosen (GsnetProposal *self);

G_END_DECLS
