/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snet-sql-service.h"

#include "snet-sql-feed.h"
#include "snet-sql-spool.h"
#include "snet-sql-sqlite.h"
#include "snet-sql-status.h"
#ifdef SNET_SQL_HAS_POSTGRESQL
#include "snet-sql-shipper.h"
#endif

#define MEGABYTE G_GUINT64_CONSTANT (1000000)

struct SnetSqlService
{
  SnetSqlFeed *feed;
  SnetSqlSqlite *sqlite; /* either this, or: */
  SnetSqlSpool *spool;
#ifdef SNET_SQL_HAS_POSTGRESQL
  SnetSqlShipper *shipper;
#endif
  SnetSqlStatus *status;
};

static void
reading_trouble_cb (const char *what, gpointer user_data)
{
  SnetSqlService *service = user_data;

  snet_sql_status_set_reading (service->status, what);
}

static void
stored_cb (gpointer user_data)
{
#ifdef SNET_SQL_HAS_POSTGRESQL
  SnetSqlService *service = user_data;

  if (service->shipper != NULL)
    snet_sql_shipper_wake (service->shipper);
#endif
}

static const SnetSqlFeedFuncs feed_funcs = {
  .trouble = reading_trouble_cb,
  .stored = stored_cb,
};

static void
feed_from (SnetSqlService *service,
           GDBusConnection *connection,
           const SnetSqlConfig *config,
           const SnetSqlStore *store,
           gpointer store_data)
{
  service->feed =
    snet_sql_feed_new (connection, store, store_data, config->delay, &feed_funcs, service);
}

static gboolean
start_sqlite (SnetSqlService *service,
              GDBusConnection *connection,
              const SnetSqlConfig *config,
              const char *state_dir,
              GError **error)
{
  g_autofree char *path = config->sqlite_file != NULL
                            ? g_strdup (config->sqlite_file)
                            : g_build_filename (state_dir, "events.db", NULL);

  service->sqlite = snet_sql_sqlite_open (path, config->sqlite_days, error);
  if (service->sqlite == NULL)
    return FALSE;
  feed_from (service, connection, config, &snet_sql_sqlite_store, service->sqlite);
  return TRUE;
}

#ifdef SNET_SQL_HAS_POSTGRESQL
static void
room_cb (gpointer user_data)
{
  SnetSqlService *service = user_data;

  snet_sql_feed_resume (service->feed);
}

static void
writing_trouble_cb (const char *trouble, gpointer user_data)
{
  SnetSqlService *service = user_data;

  snet_sql_status_set_writing (service->status, trouble);
}

static const SnetSqlShipperFuncs shipper_funcs = {
  .room = room_cb,
  .changed = writing_trouble_cb,
};

static gboolean
start_postgresql (SnetSqlService *service,
                  GDBusConnection *connection,
                  const SnetSqlConfig *config,
                  const char *state_dir,
                  GError **error)
{
  g_autofree char *directory = g_build_filename (state_dir, "spool", NULL);
  const SnetSqlServer server = {
    .connection = config->connection,
    .host = config->host_name,
    .create_schema = config->create_schema,
    .timeout = (int)config->timeout * 1000,
  };

  service->spool = snet_sql_spool_open (directory, config->spool_megabytes * MEGABYTE, error);
  if (service->spool == NULL)
    return FALSE;
  feed_from (service, connection, config, &snet_sql_spool_store, service->spool);
  service->shipper =
    snet_sql_shipper_new (service->spool, &server, config->idle, &shipper_funcs, service);
  return TRUE;
}
#endif

SnetSqlService *
snet_sql_service_new (GDBusConnection *connection,
                      const SnetSqlConfig *config,
                      const char *state_dir,
                      GError **error)
{
  g_autoptr (SnetSqlService) service = g_new0 (SnetSqlService, 1);
  gboolean started;

  service->status = snet_sql_status_new (state_dir);
#ifdef SNET_SQL_HAS_POSTGRESQL
  if (config->type == SNET_SQL_POSTGRESQL)
    started = start_postgresql (service, connection, config, state_dir, error);
  else
#endif
    started = start_sqlite (service, connection, config, state_dir, error);
  return started ? g_steal_pointer (&service) : NULL;
}

/* Who gives first, then who takes. */
void
snet_sql_service_free (SnetSqlService *service)
{
  g_clear_pointer (&service->feed, snet_sql_feed_free);
#ifdef SNET_SQL_HAS_POSTGRESQL
  g_clear_pointer (&service->shipper, snet_sql_shipper_free);
#endif
  g_clear_pointer (&service->spool, snet_sql_spool_close);
  g_clear_pointer (&service->sqlite, snet_sql_sqlite_close);
  g_clear_pointer (&service->status, snet_sql_status_free);
  g_free (service);
}
