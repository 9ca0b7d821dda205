/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snetd-ports.h"

#include <string.h>

gboolean
snetd_ports_parse (const char *text, SnetdPorts *ret_ports, GError **error)
{
  const char *dash = strchrnul (text, '-');
  g_autofree char *first = g_strndup (text, dash - text);
  guint64 low, high;

  if (*dash == '\0' || !g_ascii_string_to_unsigned (first, 10, 0, G_MAXUINT16, &low, NULL) ||
      !g_ascii_string_to_unsigned (dash + 1, 10, 0, G_MAXUINT16, &high, NULL) || low > high)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                   "“%s” is not a range of ports, such as 6000-6010", text);
      return FALSE;
    }

  *ret_ports = (SnetdPorts){ (guint16)low, (guint16)high };
  return TRUE;
}

char *
snetd_ports_to_string (const SnetdPorts *ports)
{
  return g_strdup_printf ("%u-%u", ports->low, ports->high);
}
