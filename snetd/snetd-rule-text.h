/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "snetd-rule.h"

/*
 * Rules as people write them, described in docs/rules.md: a group for each, as in
 * a desktop file or a unit, with the keys that a rule has on D-Bus.
 */

#define SNETD_RULE_TEXT_MAX       (64 * 1024 * 1024) /* bytes */
#define SNETD_RULE_TEXT_LINES_MAX 300000 /* each takes some 500 bytes while it is read */

/*
 * The rules of @text, which need not be terminated. The name of each one's group is
 * appended to @names, unless that is NULL. What is wrong is appended to @problems, with
 * the name of its group; the rule is left out then. Both arrays are of char *.
 */
GPtrArray *
snetd_rule_text_parse (const char *text, gsize length, GPtrArray *names, GPtrArray *problems);

/* Comes back from snetd_rule_text_parse() as the same rules, but for id and created. */
char *snetd_rule_text_format (GPtrArray *rules);
