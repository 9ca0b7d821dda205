/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "snet-sql-pg.h"

/*
 * Sees to it that the server has the schema that this program writes. What is not there, or
 * older, is made if @create says so and the user may; an error otherwise, which says what to do.
 */
gboolean snet_sql_schema_prepare (SnetSqlPg *pg, gboolean create, GError **error);
