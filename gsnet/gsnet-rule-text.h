/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * Rules, each a{sv} as Rules.Propose gives them, as text for Rules.Import: so they are made all at
 * once, and polkit asks once.
 */
char *gsnet_rule_text_format (GPtrArray *rules);

G_END_DECLS
