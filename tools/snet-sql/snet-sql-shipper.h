/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "snet-sql-session.h"
#include "snet-sql-spool.h"

/* Takes pages from the spool to the server, in a thread of its own; without one it waits. */
typedef struct SnetSqlShipper SnetSqlShipper;

/* What it tells, in the main context of who has made it. */
typedef struct
{
  /* There may be room in the spool again. */
  void (*room) (gpointer user_data);

  /* NULL: the server is there; otherwise why it is not. */
  void (*changed) (const char *trouble, gpointer user_data);
} SnetSqlShipperFuncs;

/* What @server names must stay. idle: seconds after which the connection is closed; 0: never. */
SnetSqlShipper *snet_sql_shipper_new (SnetSqlSpool *spool,
                                      const SnetSqlServer *server,
                                      guint idle,
                                      const SnetSqlShipperFuncs *funcs,
                                      gpointer user_data);

/* Ends the thread, and whatever it does. Nothing is told any more. */
void snet_sql_shipper_free (SnetSqlShipper *shipper);

/* There is something in the spool. */
void snet_sql_shipper_wake (SnetSqlShipper *shipper);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SnetSqlShipper, snet_sql_shipper_free)
