/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <gio/gio.h>

#include "snet-sql-config.h"

/* The journal of snetd on this bus into the database that the configuration names. */
typedef struct SnetSqlService SnetSqlService;

/* What @config names must stay. */
SnetSqlService *snet_sql_service_new (GDBusConnection *connection,
                                      const SnetSqlConfig *config,
                                      const char *state_dir,
                                      GError **error);
void snet_sql_service_free (SnetSqlService *service);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SnetSqlService, snet_sql_service_free)
