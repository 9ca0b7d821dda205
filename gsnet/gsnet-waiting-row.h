/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <adwaita.h>

#include "gsnet-event.h"

G_BEGIN_DECLS

/* One request that waits. Signal: answered (verdict: allow, deny, or NULL for details). */
#define GSNET_TYPE_WAITING_ROW (gsnet_waiting_row_get_type ())
G_DECLARE_FINAL_TYPE (GsnetWaitingRow, gsnet_waiting_row, GSNET, WAITING_ROW, AdwActionRow)

GtkWidget *gsnet_waiting_row_new (GsnetEvent *event);
GsnetEvent *gsnet_waiting_row_get_event (GsnetWaitingRow *self);

G_END_DECLS
