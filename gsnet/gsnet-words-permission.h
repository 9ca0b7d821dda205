/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "gsnet-rule.h"

G_BEGIN_DECLS

/* What a rule that allows lets its program do, as a sentence. Fit to be shown; not markup. */
char *gsnet_words_permission (GsnetRule *rule);

G_END_DECLS
