/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "gsnet-rule.h"

#include "snetctl-call.h"

G_BEGIN_DECLS

/* Rules, a{sv}, as text (docs/rules.md) and as commands. None of it is fit to be shown as it is. */

/* As a group of that name, without what snetd gives itself. */
char *snetctl_rule_to_text (const char *group, GVariant *rule);
/* The command that makes the rule again. */
char *snetctl_rule_to_command (GVariant *rule);
/* The group as a rule, for Rules.Add or Rules.Update. */
GVariant *snetctl_rule_read (GKeyFile *file, const char *group, GError **error);

/* "Allow curl: Connect, 192.0.2.1, port 80. Forever. Yours." Fit to be shown. */
char *snetctl_rule_sentence (GsnetRule *rule);

/* One of an aa{sv}. */
GsnetRule *snetctl_rule_of_list (GVariant *rules, gsize i);

/* Rules.Get: a{sv}. */
GVariant *snetctl_rule_get (const SnetctlCall *call, guint64 id, GError **error);

/* What is written in a file is changed there, as the error says. */
gboolean snetctl_rule_check_editable (GsnetRule *rule, GError **error);

/* To standard output; on a terminal what is no text there is replaced. */
void snetctl_print_text (const char *text);

G_END_DECLS
