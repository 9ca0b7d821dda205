/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <adwaita.h>

#include "gsnet-client.h"

G_BEGIN_DECLS

/* Learned Rules: what snetd proposes of what monitor mode let pass, to be looked through. */
#define GSNET_TYPE_LEARNED (gsnet_learned_get_type ())
G_DECLARE_FINAL_TYPE (GsnetLearned, gsnet_learned, GSNET, LEARNED, AdwWindow)

GsnetLearned *gsnet_learned_new (GtkApplication *application, GsnetClient *client);

G_END_DECLS
