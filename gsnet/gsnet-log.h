/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "gsnet-client.h"
#include "gsnet-log-filter.h"

G_BEGIN_DECLS

#define GSNET_TYPE_LOG (gsnet_log_get_type ())
G_DECLARE_FINAL_TYPE (GsnetLog, gsnet_log, GSNET, LOG, GObject)

GsnetLog *gsnet_log_new (GsnetClient *client, GsnetLogFilter *filter);
GListModel *gsnet_log_get_model (GsnetLog *self);
/* The reader came to the end, or went back to the beginning. */
void gsnet_log_load_older (GsnetLog *self);
void gsnet_log_rewind (GsnetLog *self);

G_END_DECLS
