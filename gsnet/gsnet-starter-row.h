/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <adwaita.h>

#include "gsnet-starter.h"

G_BEGIN_DECLS

/*
 * A rule to begin with: in words, with a switch, or as one that is there already.
 *
 * Signal: changed: it is wanted, or not any more.
 */
#define GSNET_TYPE_STARTER_ROW (gsnet_starter_row_get_type ())
G_DECLARE_FINAL_TYPE (GsnetStarterRow, gsnet_starter_row, GSNET, STARTER_ROW, AdwActionRow)

/* rule: outlives the row. */
GtkWidget *gsnet_starter_row_new (GsnetStarterRule *rule);

GsnetStarterRule *gsnet_starter_row_get_rule (GsnetStarterRow *self);
/* Whether snetd has the rule. */
void gsnet_starter_row_set_present (GsnetStarterRow *self, gboolean present);
/* Whether it is to be added. */
gboolean gsnet_starter_row_is_wanted (GsnetStarterRow *self);

G_END_DECLS
