/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <adwaita.h>

#include "gsnet-client.h"

G_BEGIN_DECLS

#define GSNET_TYPE_PROMPT_WINDOW (gsnet_prompt_window_get_type ())
G_DECLARE_FINAL_TYPE (GsnetPromptWindow, gsnet_prompt_window, GSNET, PROMPT_WINDOW, AdwWindow)

/*
 * What waits, one after the other; something must wait. It goes when nothing does any more.
 * Signal: details (event): 'Create Rule…' was clicked.
 */
GsnetPromptWindow *gsnet_prompt_window_new (GtkApplication *application, GsnetClient *client);

/* Shows it, without taking the keys of who is typing elsewhere. */
void gsnet_prompt_window_pop_up (GsnetPromptWindow *self);

G_END_DECLS
