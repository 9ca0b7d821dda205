/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>

/*
 * What a rule of OpenSnitch asks of a connection, as conditions of rules of snet: an
 * array of a{sv}, one of which has to hold. NULL if there is no equivalent, and why.
 */
GPtrArray *snetd_opensnitch_read_operator (JsonObject *operator, GError ** error);

/* Members of an object. Those that are not there are NULL, or FALSE; of a wrong type: an error. */
gboolean snetd_opensnitch_get_text (JsonObject *object,
                                    const char *member,
                                    const char **ret_text,
                                    GError **error);
gboolean snetd_opensnitch_get_flag (JsonObject *object,
                                    const char *member,
                                    gboolean *ret_flag,
                                    GError **error);

/* Whether all members are known, as what is not may well narrow it. */
gboolean
snetd_opensnitch_check_members (JsonObject *object, const char *const *known, GError **error);
