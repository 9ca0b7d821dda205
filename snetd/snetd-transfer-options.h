/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "snetd-rule.h"

/* The options of Import and Export, see dbus/org.snet.Rules.xml. */
typedef struct
{
  gboolean has_owner;
  guint32 owner;
  gboolean system;
  gboolean dry_run;
  gboolean partial;
} SnetdTransferOptions;

/* Error: SNETD_ERROR_INVALID_OPTION, naming the option. */
gboolean snetd_transfer_options_read_import (SnetdTransferOptions *options,
                                             GVariant *dictionary,
                                             GError **error);
gboolean snetd_transfer_options_read_export (SnetdTransferOptions *options,
                                             GVariant *dictionary,
                                             GError **error);
