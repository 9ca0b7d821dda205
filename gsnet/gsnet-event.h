/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define GSNET_TYPE_EVENT (gsnet_event_get_type ())
G_DECLARE_FINAL_TYPE (GsnetEvent, gsnet_event, GSNET, EVENT, GObject)

GsnetEvent *gsnet_event_new (guint64 id, GVariant *dict);

/* All that snetd said, an a{sv}. */
GVariant *gsnet_event_get_variant (GsnetEvent *self);
guint64 gsnet_event_get_id (GsnetEvent *self);
guint64 gsnet_event_get_serial (GsnetEvent *self);
gint64 gsnet_event_get_time (GsnetEvent *self);
gint64 gsnet_event_get_deadline (GsnetEvent *self);
gint64 gsnet_event_get_waited (GsnetEvent *self);
/* The id of the rule that decided; 0: none did. */
guint64 gsnet_event_get_rule (GsnetEvent *self);
/* How often it was missed, or how many calls one answer is for; 1 when that is not said. */
guint32 gsnet_event_get_count (GsnetEvent *self);
gboolean gsnet_event_get_pid (GsnetEvent *self, guint32 *ret_pid);
gboolean gsnet_event_get_uid (GsnetEvent *self, guint32 *ret_uid);
gboolean gsnet_event_get_netns (GsnetEvent *self, guint64 *ret_netns);

/* NULL when snetd does not know. Raw: as sent, not fit to be shown. */
const char *gsnet_event_get_raw (GsnetEvent *self, const char *key);
/* The same, fit to be shown; NULL when not known. */
char *gsnet_event_dup_visible (GsnetEvent *self, const char *key);

/* The texts of a list, with this between them; NULL when not known. */
char *gsnet_event_dup_list_visible (GsnetEvent *self, const char *key, const char *separator);
gboolean gsnet_event_has (GsnetEvent *self, const char *key);
/* As sent. */
GVariant *gsnet_event_lookup (GsnetEvent *self, const char *key);
/* The same for all calls of one program, and one script of it, of one user; not to be shown. */
char *gsnet_event_dup_group (GsnetEvent *self);

const char *gsnet_event_get_operation (GsnetEvent *self);
gboolean gsnet_event_is_remote (GsnetEvent *self);
gboolean gsnet_event_is_internet (GsnetEvent *self);
/* The end that matters: where connect goes, what bind and listen open. Port 0: not known. */
const char *gsnet_event_get_address (GsnetEvent *self);
guint16 gsnet_event_get_port (GsnetEvent *self);
const char *gsnet_event_get_program_name (GsnetEvent *self);
/* With the script that it runs: who it is to a person. */
const char *gsnet_event_get_name (GsnetEvent *self);
const char *gsnet_event_get_icon_name (GsnetEvent *self);
const char *gsnet_event_get_verdict (GsnetEvent *self);

/* Names of the conditions that a rule made of this event could keep. */
const char *gsnet_event_get_address_key (GsnetEvent *self);
const char *gsnet_event_get_port_key (GsnetEvent *self);

G_END_DECLS
