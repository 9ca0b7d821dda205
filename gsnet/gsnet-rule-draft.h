/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "gsnet-event.h"

G_BEGIN_DECLS

/* A rule that would decide this event as it was decided, an a{sv} for Rules.Add. */
GVariant *gsnet_rule_draft_from_event (GsnetEvent *event);

/* Ports as people write them, into the key that is for one port or for several; empty: into none.
 */
void gsnet_rule_draft_set_ports (GVariantDict *rule,
                                 const char *port_key,
                                 const char *ports_key,
                                 const char *text);
char *gsnet_rule_draft_get_ports (GVariant *rule, const char *port_key, const char *ports_key);

G_END_DECLS
