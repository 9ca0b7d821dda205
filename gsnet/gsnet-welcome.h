/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <adwaita.h>

#include "gsnet-client.h"
#include "gsnet-learning.h"

G_BEGIN_DECLS

/* What asking is, the rules to begin with, and whether to learn first: the first run. */
#define GSNET_TYPE_WELCOME (gsnet_welcome_get_type ())
G_DECLARE_FINAL_TYPE (GsnetWelcome, gsnet_welcome, GSNET, WELCOME, AdwWindow)

GsnetWelcome *
gsnet_welcome_new (GtkApplication *application, GsnetClient *client, GsnetLearning *learning);

G_END_DECLS
