/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <adwaita.h>

#include "gsnet-event.h"

G_BEGIN_DECLS

/* A question that nobody answered. Signals: dismissed, make-rule. */
#define GSNET_TYPE_MISSED_ROW (gsnet_missed_row_get_type ())
G_DECLARE_FINAL_TYPE (GsnetMissedRow, gsnet_missed_row, GSNET, MISSED_ROW, AdwActionRow)

GtkWidget *gsnet_missed_row_new (GsnetEvent *event);
GsnetEvent *gsnet_missed_row_get_event (GsnetMissedRow *self);

G_END_DECLS
