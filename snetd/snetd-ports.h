/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <gio/gio.h>

/* Ports from low to high, both among them. */
typedef struct
{
  guint16 low;
  guint16 high;
} SnetdPorts;

/* "6000-6010"; the error says what is wrong with it. */
gboolean snetd_ports_parse (const char *text, SnetdPorts *ret_ports, GError **error);
char *snetd_ports_to_string (const SnetdPorts *ports);
