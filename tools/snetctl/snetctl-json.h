/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A value as JSON, in one line. An a{sv} becomes an object with the same keys. */
char *snetctl_json_text (GVariant *value);
void snetctl_json_print (GVariant *value);

G_END_DECLS
