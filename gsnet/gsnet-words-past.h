/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "gsnet-event.h"

G_BEGIN_DECLS

/* Sentences about what has been decided. All text in them is fit to be shown; none is markup. */
char *gsnet_words_past_title (GsnetEvent *event);
/* When it was missed, what became of it, and how often. */
char *gsnet_words_missed (GsnetEvent *event);

G_END_DECLS
