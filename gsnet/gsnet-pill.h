/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/* A verdict as a small coloured label that also says it in words. */
#define GSNET_TYPE_PILL (gsnet_pill_get_type ())
G_DECLARE_FINAL_TYPE (GsnetPill, gsnet_pill, GSNET, PILL, AdwBin)

G_END_DECLS
