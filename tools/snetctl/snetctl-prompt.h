/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "gsnet-rule-choices.h"

G_BEGIN_DECLS

/* What "snetctl ask" says of a question, as lines. All of it is fit to be shown. */

/* Who wants what, and who that is. */
char *snetctl_prompt_question (GsnetEvent *event);
/* All that is known. */
char *snetctl_prompt_details (GsnetEvent *event);
/* The rule that is being made: what of the call it keeps, by number, for how long, and what it
 * will do. */
char *snetctl_prompt_choices (const GsnetRuleChoices *choices);
/* The parts that a call has, in the order of their numbers, which begin at 1; FALSE: fewer. */
gboolean
snetctl_prompt_get_part (const GsnetRuleChoices *choices, guint number, GsnetPart *ret_part);

/*
 * The keys that answer, as much of it as the terminal is wide. seconds: until nobody has
 * answered, or -1; calls: that wait for this answer; more: other questions that wait.
 */
char *snetctl_prompt_keys (gint64 seconds, guint calls, guint more, guint width);
char *snetctl_prompt_rule_keys (gint64 seconds, guint width);
char *snetctl_prompt_help (void);

G_END_DECLS
