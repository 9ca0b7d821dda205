/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>

#define SNETD_JSON_DEPTH_MAX 32     /* of objects and arrays in each other */
#define SNETD_JSON_PARTS_MAX 600000 /* each takes some 100 bytes while it is read */

/*
 * The object or array that comes next in a text, which ends at @end. *@text goes on behind it.
 * FALSE at the end, or with *@ret_error: it is none, or it has no end; then nobody knows
 * where the next would be.
 */
gboolean snetd_json_next (const char **text,
                          const char *end,
                          const char **ret_start,
                          gsize *ret_length,
                          GError **error);

/* What snetd_json_next() has found. NULL with @error: it is no JSON. Free with json_node_unref().
 */
JsonNode *snetd_json_parse (const char *start, gsize length, GError **error);
