/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <adwaita.h>

#include "gsnet-client.h"

G_BEGIN_DECLS

/* Shows its content, or, when there is nothing to show, says why and what to do. */
#define GSNET_TYPE_STATE_VIEW (gsnet_state_view_get_type ())
G_DECLARE_FINAL_TYPE (GsnetStateView, gsnet_state_view, GSNET, STATE_VIEW, AdwBin)

void gsnet_state_view_bind (GsnetStateView *self, GsnetClient *client, GListModel *model);
/* An error of snetd that leaves nothing to show; NULL when it is over. */
void gsnet_state_view_set_problem (GsnetStateView *self, const GError *error);

G_END_DECLS
