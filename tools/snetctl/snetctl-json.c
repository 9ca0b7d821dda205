// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <json-glib/json-glib.h>

#include "snetctl-json.h"

void
snetctl_json_print (GVariant *value)
{
  g_autofree char *text = json_gvariant_serialize_data (value, NULL);

  g_print ("%s\n", text);
}
