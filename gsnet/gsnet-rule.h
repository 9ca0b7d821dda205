/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define GSNET_TYPE_RULE (gsnet_rule_get_type ())
G_DECLARE_FINAL_TYPE (GsnetRule, gsnet_rule, GSNET, RULE, GObject)

GsnetRule *gsnet_rule_new (GVariant *dict);

guint64 gsnet_rule_get_id (GsnetRule *self);
/* NULL or 0 when the rule has no such condition. Raw: not fit to be shown. */
const char *gsnet_rule_get_raw (GsnetRule *self, const char *key);
gboolean gsnet_rule_get_flag (GsnetRule *self, const char *key);
/* FALSE: it is the system's. */
gboolean gsnet_rule_get_owner (GsnetRule *self, guint32 *ret_uid);
/* Whether it can be changed on the bus, by whoever may; what is written in a file cannot. */
gboolean gsnet_rule_is_editable (GsnetRule *self);
/* As snetd has it, an a{sv}. */
GVariant *gsnet_rule_get_variant (GsnetRule *self);
guint16 gsnet_rule_get_port (GsnetRule *self, const char *key);
const char *gsnet_rule_get_program_name (GsnetRule *self);
/* The rule as Rules.Add wants it, to make it again. */
GVariant *gsnet_rule_dup_for_add (GsnetRule *self);
/* The rule as Rules.Update wants it, with this flag set or not. */
GVariant *gsnet_rule_dup_with_flag (GsnetRule *self, const char *key, gboolean flag);

G_END_DECLS
