/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define GSNET_APPLICATION_ID "org.snet.Gsnet"

#define GSNET_TYPE_APPLICATION (gsnet_application_get_type ())
G_DECLARE_FINAL_TYPE (GsnetApplication, gsnet_application, GSNET, APPLICATION, AdwApplication)

GsnetApplication *gsnet_application_new (void);

G_END_DECLS
