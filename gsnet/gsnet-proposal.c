// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include "snet-names.h"

#include "gsnet-proposal.h"

struct _GsnetProposal
{
  GObject parent_instance;

  GVariant *variant;
  GsnetRule *rule;
  guint64 count;
  gboolean chosen;
};

G_DEFINE_FINAL_TYPE (GsnetProposal, gsnet_proposal, G_TYPE_OBJECT)

enum
{
  PROP_CHOSEN = 1,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static void
gsnet_proposal_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  g_value_set_boolean (value, GSNET_PROPOSAL (object)->chosen);
}

static void
gsnet_proposal_set_property (GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  GsnetProposal *self = GSNET_PROPOSAL (object);
  gboolean chosen = g_value_get_boolean (value);

  if (chosen == self->chosen)
    return;
  self->chosen = chosen;
  g_object_notify_by_pspec (object, pspec);
}

static void
gsnet_proposal_finalize (GObject *object)
{
  GsnetProposal *self = GSNET_PROPOSAL (object);

  g_clear_pointer (&self->variant, g_variant_unref);
  g_clear_object (&self->rule);

  G_OBJECT_CLASS (gsnet_proposal_parent_class)->finalize (object);
}

static void
gsnet_proposal_class_init (GsnetProposalClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = gsnet_proposal_get_property;
  object_class->set_property = gsnet_proposal_set_property;
  object_class->finalize = gsnet_proposal_finalize;

  properties[PROP_CHOSEN] =
    g_param_spec_boolean ("chosen", NULL, NULL, FALSE,
                          G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
gsnet_proposal_init (GsnetProposal *self)
{
}

GsnetProposal *
gsnet_proposal_new (GVariant *dict)
{
  GsnetProposal *self = g_object_new (GSNET_TYPE_PROPOSAL, NULL);

  self->variant = g_variant_ref_sink (dict);
  self->rule = gsnet_rule_new (self->variant);
  g_variant_lookup (self->variant, SNET_KEY_COUNT, "t", &self->count);
  return self;
}

GsnetRule *
gsnet_proposal_get_rule (GsnetProposal *self)
{
  return self->rule;
}

GVariant *
gsnet_proposal_get_variant (GsnetProposal *self)
{
  return self->variant;
}

guint64
gsnet_proposal_get_count (GsnetProposal *self)
{
  return self->count;
}

gboolean
gsnet_proposal_is_chosen (GsnetProposal *self)
{
  return self->chosen;
}
