/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Writes a value as one line of JSON. An a{sv} becomes an object with the same keys. */
void snetctl_json_print (GVariant *value);

G_END_DECLS
