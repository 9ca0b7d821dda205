/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "snetd-rulebase.h"

/*
 * Rules that would allow what was let pass, for somebody to look through: of calls as
 * snetd_journal_survey() tells them the rule of each kind, with how many of them it
 * is about as the count, those of most calls first. What the rules decide by now
 * is left out, and so is what no rule could be about, such as a program whose file is gone.
 *
 * An aa{sv}, floating.
 */
GVariant *snetd_proposals_make (SnetdRulebase *rulebase, GVariant *kinds);
