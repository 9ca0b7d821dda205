/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <adwaita.h>

#include "gsnet-event.h"

G_BEGIN_DECLS

/* A row for each thing that is known of a call, in words of those who know what they mean. */
void gsnet_event_details_add (AdwExpanderRow *row, GsnetEvent *event);

G_END_DECLS
