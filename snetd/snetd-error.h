/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <gio/gio.h>

/* What a client may have done wrong, by the names in dbus/snet-names.h. */
typedef enum
{
  SNETD_ERROR_UNKNOWN_REQUEST,
  SNETD_ERROR_ALREADY_DECIDED,
  SNETD_ERROR_INVALID_VERDICT,
  SNETD_ERROR_INVALID_OPTION,
  SNETD_ERROR_INVALID_FILTER,
  SNETD_ERROR_INVALID_RULE,
  SNETD_ERROR_INVALID_EVENT,
  SNETD_ERROR_UNKNOWN_RULE,
  SNETD_ERROR_READ_ONLY_RULE,
  SNETD_ERROR_UNKNOWN_AGENT,
  SNETD_ERROR_STORE_FAILED,
  SNETD_ERROR_INVALID_CONFIG,
} SnetdError;

#define SNETD_ERROR (snetd_error_quark ())
GQuark snetd_error_quark (void);
