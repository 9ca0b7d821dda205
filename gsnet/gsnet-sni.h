/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "gsnet-client.h"

G_BEGIN_DECLS

#define GSNET_TYPE_SNI (gsnet_sni_get_type ())
G_DECLARE_FINAL_TYPE (GsnetSni, gsnet_sni, GSNET, SNI, GObject)

/* Signals: "activate" (left click), "secondary-activate" (middle click). */
GsnetSni *gsnet_sni_new (GsnetClient *client, GDBusConnection *session_bus);
gboolean gsnet_sni_is_shown (GsnetSni *self);
/* The token of the latest click, to show windows with; NULL if the host gave none. */
char *gsnet_sni_steal_activation_token (GsnetSni *self);

G_END_DECLS
