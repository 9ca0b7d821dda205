/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snetd-error.h"

#include "snet-names.h"

/* The one table from codes to names on the bus. */
static const GDBusErrorEntry snetd_error_entries[] = {
  { SNETD_ERROR_UNKNOWN_REQUEST, SNET_ERROR_NAME_UNKNOWN_REQUEST },
  { SNETD_ERROR_ALREADY_DECIDED, SNET_ERROR_NAME_ALREADY_DECIDED },
  { SNETD_ERROR_INVALID_VERDICT, SNET_ERROR_NAME_INVALID_VERDICT },
  { SNETD_ERROR_INVALID_OPTION, SNET_ERROR_NAME_INVALID_OPTION },
  { SNETD_ERROR_INVALID_FILTER, SNET_ERROR_NAME_INVALID_FILTER },
  { SNETD_ERROR_INVALID_RULE, SNET_ERROR_NAME_INVALID_RULE },
  { SNETD_ERROR_INVALID_EVENT, SNET_ERROR_NAME_INVALID_EVENT },
  { SNETD_ERROR_UNKNOWN_RULE, SNET_ERROR_NAME_UNKNOWN_RULE },
  { SNETD_ERROR_READ_ONLY_RULE, SNET_ERROR_NAME_READ_ONLY_RULE },
  { SNETD_ERROR_UNKNOWN_AGENT, SNET_ERROR_NAME_UNKNOWN_AGENT },
  { SNETD_ERROR_STORE_FAILED, SNET_ERROR_NAME_STORE_FAILED },
  { SNETD_ERROR_INVALID_CONFIG, SNET_ERROR_NAME_INVALID_CONFIG },
};

G_STATIC_ASSERT (G_N_ELEMENTS (snetd_error_entries) == SNETD_ERROR_INVALID_CONFIG + 1);

GQuark
snetd_error_quark (void)
{
  static gsize quark = 0;

  g_dbus_error_register_error_domain ("snetd-error-quark", &quark, snetd_error_entries,
                                      G_N_ELEMENTS (snetd_error_entries));
  return (GQuark)quark;
}
