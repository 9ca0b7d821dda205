/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <adwaita.h>

#include "gsnet-client.h"

G_BEGIN_DECLS

/* Why a call was decided as it was, and which rules would decide it today. */
#define GSNET_TYPE_WHY (gsnet_why_get_type ())
G_DECLARE_FINAL_TYPE (GsnetWhy, gsnet_why, GSNET, WHY, AdwWindow)

GsnetWhy *gsnet_why_new (GtkWindow *parent, GsnetClient *client, GsnetEvent *event);

G_END_DECLS
