/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "gsnet-client.h"

G_BEGIN_DECLS

/*
 * What nobody answered in time, the latest first, as snetd has it.
 * Signal: problem (text): something was not dismissed, or cannot be read.
 */
#define GSNET_TYPE_MISSED (gsnet_missed_get_type ())
G_DECLARE_FINAL_TYPE (GsnetMissed, gsnet_missed, GSNET, MISSED, GObject)

GsnetMissed *gsnet_missed_new (GsnetClient *client);
GListModel *gsnet_missed_get_model (GsnetMissed *self);

/* Reads them again: snetd does not say when one has become too old. */
void gsnet_missed_refresh (GsnetMissed *self);
void gsnet_missed_dismiss (GsnetMissed *self, GsnetEvent *event);
void gsnet_missed_dismiss_all (GsnetMissed *self);

G_END_DECLS
