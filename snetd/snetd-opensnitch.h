/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "snetd-rule.h"

/*
 * Rules as OpenSnitch keeps them, described in docs/rules.md: JSON, a rule for each
 * object, or arrays of rules, one after the other.
 *
 * They become the rules of snet that hold for the same calls, or for fewer. The name
 * of each one's rule there is appended to @names. What has no equivalent is appended to
 * @problems, with that name; nothing of that rule is returned then. Both arrays are of
 * char *. @system: what comes of it will be the system's.
 */
GPtrArray *snetd_opensnitch_parse (const char *text,
                                   gsize length,
                                   gboolean system,
                                   GPtrArray *names,
                                   GPtrArray *problems);
