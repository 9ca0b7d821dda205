/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "gsnet-client.h"

G_BEGIN_DECLS

/*
 * The actions "mode", "pause" and "ask-again". snetd has the mode; an action only asks it for
 * another one, which polkit may want a password for.
 *
 * Signal: problem (text): it was refused.
 */
#define GSNET_TYPE_MODE_ACTIONS (gsnet_mode_actions_get_type ())
G_DECLARE_FINAL_TYPE (GsnetModeActions, gsnet_mode_actions, GSNET, MODE_ACTIONS, GObject)

/* How long "pause" is for. */
#define GSNET_PAUSE_QUARTER  "quarter"
#define GSNET_PAUSE_TOMORROW "tomorrow"

/* map: gets the actions. */
GsnetModeActions *gsnet_mode_actions_new (GsnetClient *client, GActionMap *map);

/* When tomorrow begins for people, in microseconds since the epoch. */
gint64 gsnet_mode_tomorrow (GDateTime *now);

G_END_DECLS
