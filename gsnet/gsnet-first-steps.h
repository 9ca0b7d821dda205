/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "gsnet-client.h"

G_BEGIN_DECLS

/*
 * What a new user meets: the welcome, once by itself, and the rules that were learned, when the
 * week is over. Both also by the actions "welcome" and "learned" of the application.
 */
#define GSNET_TYPE_FIRST_STEPS (gsnet_first_steps_get_type ())
G_DECLARE_FINAL_TYPE (GsnetFirstSteps, gsnet_first_steps, GSNET, FIRST_STEPS, GObject)

/* application: not owned, outlives this. */
GsnetFirstSteps *gsnet_first_steps_new (GtkApplication *application, GsnetClient *client);

G_END_DECLS
