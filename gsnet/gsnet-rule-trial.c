// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include "snet-names.h"

#include "gsnet-rule-trial.h"

struct _GsnetRuleTrial
{
  GObject parent_instance;

  GsnetClient *client;
  GVariant *question; /* the rule and the filter; NULL: nothing is asked */
  gboolean asking;    /* about this one, or an earlier one: */
  gboolean outdated;
  gboolean known;
  guint matched;
  guint examined;
};

G_DEFINE_FINAL_TYPE (GsnetRuleTrial, gsnet_rule_trial, G_TYPE_OBJECT)

enum
{
  CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void ask (GsnetRuleTrial *self);

static void
set_known (GsnetRuleTrial *self, gboolean known)
{
  const gboolean changed = self->known || known;

  self->known = known;
  if (changed)
    g_signal_emit (self, signals[CHANGED], 0);
}

/* An older snetd does not know, and one that is busy need not be asked again. */
static void
matched_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GsnetRuleTrial) self = GSNET_RULE_TRIAL (data);
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = gsnet_client_call_finish (GSNET_CLIENT (source), result, &error);

  self->asking = FALSE;
  if (self->outdated)
    {
      ask (self);
      return;
    }
  if (!reply)
    {
      g_debug ("It is not known what a rule would have decided: %s", error->message);
      return;
    }
  g_variant_get (reply, "(uu)", &self->matched, &self->examined);
  set_known (self, TRUE);
}

static void
ask (GsnetRuleTrial *self)
{
  self->outdated = self->asking;
  if (self->asking || !self->question)
    return;
  self->asking = TRUE;
  gsnet_client_call_async (self->client, SNET_INTERFACE_RULES, "Match", self->question,
                           G_VARIANT_TYPE ("(uu)"), matched_cb, g_object_ref (self));
}

void
gsnet_rule_trial_set (GsnetRuleTrial *self, GVariant *rule, GVariant *filter)
{
  GVariant *question =
    rule ? g_variant_ref_sink (g_variant_new ("(@a{sv}@a{sv})", rule, filter)) : NULL;

  if (question && self->question && g_variant_equal (question, self->question))
    {
      g_variant_unref (question);
      return;
    }
  g_clear_pointer (&self->question, g_variant_unref);
  self->question = question;
  set_known (self, FALSE);
  ask (self);
}

gboolean
gsnet_rule_trial_get (GsnetRuleTrial *self, guint *ret_matched, guint *ret_examined)
{
  *ret_matched = self->matched;
  *ret_examined = self->examined;
  return self->known;
}

static void
gsnet_rule_trial_dispose (GObject *object)
{
  GsnetRuleTrial *self = GSNET_RULE_TRIAL (object);

  g_clear_pointer (&self->question, g_variant_unref);
  g_clear_object (&self->client);

  G_OBJECT_CLASS (gsnet_rule_trial_parent_class)->dispose (object);
}

static void
gsnet_rule_trial_class_init (GsnetRuleTrialClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = gsnet_rule_trial_dispose;

  signals[CHANGED] = g_signal_new ("changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                   NULL, NULL, G_TYPE_NONE, 0);
}

static void
gsnet_rule_trial_init (GsnetRuleTrial *self)
{
}

GsnetRuleTrial *
gsnet_rule_trial_new (GsnetClient *client)
{
  GsnetRuleTrial *self = g_object_new (GSNET_TYPE_RULE_TRIAL, NULL);

  self->client = g_object_ref (client);
  return self;
}
