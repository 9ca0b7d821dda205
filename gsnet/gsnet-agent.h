/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define GSNET_AGENT_PATH "/org/snet/Gsnet/Agent"

#define GSNET_TYPE_AGENT (gsnet_agent_get_type ())
G_DECLARE_FINAL_TYPE (GsnetAgent, gsnet_agent, GSNET, AGENT, GObject)

GsnetAgent *gsnet_agent_new (void);
gboolean gsnet_agent_export (GsnetAgent *self, GDBusConnection *connection, GError **error);
void gsnet_agent_unexport (GsnetAgent *self);
/* Calls are accepted from this unique name only; NULL: from nobody. */
void gsnet_agent_set_owner (GsnetAgent *self, const char *owner);

G_END_DECLS
