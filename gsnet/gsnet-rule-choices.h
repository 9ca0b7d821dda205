/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "gsnet-words.h"

G_BEGIN_DECLS

/* What of a call a rule made of it can keep. */
typedef enum
{
  GSNET_PART_PROGRAM,
  GSNET_PART_SCRIPT,
  GSNET_PART_HOST,
  GSNET_PART_ADDRESS,
  GSNET_PART_PORT,
  GSNET_PART_OPERATION,
  GSNET_PART_PROTOCOL,
  GSNET_N_PARTS
} GsnetPart;

/* The rule that is about to be made of a call. */
typedef struct
{
  GsnetEvent *event; /* borrowed */
  gboolean kept[GSNET_N_PARTS];
  GsnetLifetime lifetime;
  guint hours; /* of GSNET_LIFETIME_HOURS */
} GsnetRuleChoices;

/* As narrow as it makes sense to be: this program, where it goes, what it does. */
void gsnet_rule_choices_init (GsnetRuleChoices *choices, GsnetEvent *event);

/* Fit to be shown; NULL: the event does not have it, so that it cannot be kept. */
char *gsnet_rule_choices_describe (const GsnetRuleChoices *choices, GsnetPart part);
/* Its process may not be known. */
gboolean gsnet_rule_choices_can_last (const GsnetRuleChoices *choices, GsnetLifetime lifetime);

/* Somebody else's programs, too. */
gboolean gsnet_rule_choices_is_wide (const GsnetRuleChoices *choices);

char *gsnet_rule_choices_sentence (const GsnetRuleChoices *choices);
/* For Events.Verdict. Floating, as is the other. */
GVariant *gsnet_rule_choices_make_options (const GsnetRuleChoices *choices);
/* For Rules.Match; not of what is only for once. */
GVariant *gsnet_rule_choices_make_rule (const GsnetRuleChoices *choices, const char *action);

G_END_DECLS
