/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snetd-log.h"

void
snetd_log_user (const char *id, guint32 uid, const char *format, ...)
{
  g_autofree char *user = g_strdup_printf ("%u", uid);
  g_autofree char *text = NULL;
  va_list arguments;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  snetd_log_fields (G_LOG_LEVEL_MESSAGE, id, "SNET_UID", user, "MESSAGE", "%s", text);
}
