/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snet-sql-config.h"

#include <string.h>

#include "snet-sql-error.h"
#ifdef SNET_SQL_HAS_POSTGRESQL
#include "snet-sql-pg.h"
#endif

#define DAYS_MAX      36500
#define SECONDS_MAX   86400
#define MEGABYTES_MAX (16 * 1024 * 1024)

static gboolean
refuse (GError **error, const char *must)
{
  g_set_error (error, SNET_SQL_ERROR, SNET_SQL_ERROR_CONFIG, "it must be %s", must);
  return FALSE;
}

static gboolean
parse_number (const char *value, guint min, guint max, guint *ret_number, GError **error)
{
  g_autofree char *must = g_strdup_printf ("a number from %u to %u", min, max);
  guint64 number;

  if (!g_ascii_string_to_unsigned (value, 10, min, max, &number, NULL))
    return refuse (error, must);
  *ret_number = (guint)number;
  return TRUE;
}

static gboolean
parse_type (SnetSqlConfig *config, const char *value, GError **error)
{
  if (g_str_equal (value, "sqlite"))
    config->type = SNET_SQL_SQLITE;
  else if (g_str_equal (value, "postgresql"))
    config->type = SNET_SQL_POSTGRESQL;
  else
    return refuse (error, "sqlite or postgresql");
#ifndef SNET_SQL_HAS_POSTGRESQL
  if (config->type == SNET_SQL_POSTGRESQL)
    return refuse (error, "sqlite, as this snet-sql was built without libpq");
#endif
  return TRUE;
}

static gboolean
parse_host_name (SnetSqlConfig *config, const char *value, GError **error)
{
  if (value[0] == '\0' || strlen (value) > 255 || !g_str_is_ascii (value) ||
      strpbrk (value, " \t\r\n\"'\\") != NULL)
    return refuse (error, "a name of at most 255 letters, digits, dots and hyphens");
  g_free (config->host_name);
  config->host_name = g_strdup (value);
  return TRUE;
}

static gboolean
parse_delay (SnetSqlConfig *config, const char *value, GError **error)
{
  return parse_number (value, 0, SECONDS_MAX, &config->delay, error);
}

static gboolean
parse_file (SnetSqlConfig *config, const char *value, GError **error)
{
  if (!g_path_is_absolute (value))
    return refuse (error, "a path that begins with a slash");
  g_free (config->sqlite_file);
  config->sqlite_file = g_strdup (value);
  return TRUE;
}

static gboolean
parse_days (SnetSqlConfig *config, const char *value, GError **error)
{
  return parse_number (value, 0, DAYS_MAX, &config->sqlite_days, error);
}

static gboolean
parse_connection (SnetSqlConfig *config, const char *value, GError **error)
{
#ifdef SNET_SQL_HAS_POSTGRESQL
  if (!snet_sql_pg_check (value, error))
    return FALSE;
#endif
  g_free (config->connection);
  config->connection = g_strdup (value);
  return TRUE;
}

static gboolean
parse_create (SnetSqlConfig *config, const char *value, GError **error)
{
  config->create_schema = g_str_equal (value, "yes");
  return config->create_schema || g_str_equal (value, "no") || refuse (error, "yes or no");
}

static gboolean
parse_timeout (SnetSqlConfig *config, const char *value, GError **error)
{
  return parse_number (value, 1, 3600, &config->timeout, error);
}

static gboolean
parse_idle (SnetSqlConfig *config, const char *value, GError **error)
{
  return parse_number (value, 0, SECONDS_MAX, &config->idle, error);
}

static gboolean
parse_megabytes (SnetSqlConfig *config, const char *value, GError **error)
{
  return parse_number (value, 1, MEGABYTES_MAX, &config->spool_megabytes, error);
}

static const struct
{
  const char *group;
  const char *key;
  gboolean secret; /* what it is does not belong into a log */
  gboolean (*parse) (SnetSqlConfig *config, const char *value, GError **error);
} config_keys[] = {
  { "Destination", "Type", FALSE, parse_type },
  { "Destination", "HostName", FALSE, parse_host_name },
  { "Destination", "DelaySeconds", FALSE, parse_delay },
  { "SQLite", "File", FALSE, parse_file },
  { "SQLite", "MaximumAgeDays", FALSE, parse_days },
  { "PostgreSQL", "Connection", TRUE, parse_connection },
  { "PostgreSQL", "CreateSchema", FALSE, parse_create },
  { "PostgreSQL", "TimeoutSeconds", FALSE, parse_timeout },
  { "PostgreSQL", "IdleSeconds", FALSE, parse_idle },
  { "Spool", "MaximumMegabytes", FALSE, parse_megabytes },
};

static gboolean
load_key (SnetSqlConfig *config, GKeyFile *file, const char *group, const char *key, GError **error)
{
  g_autofree char *value = g_key_file_get_string (file, group, key, error);

  if (value == NULL)
    {
      g_prefix_error (error, "[%s] %s: ", group, key);
      return FALSE;
    }
  g_strstrip (value);
  for (gsize i = 0; i < G_N_ELEMENTS (config_keys); i++)
    {
      if (!g_str_equal (config_keys[i].group, group) || !g_str_equal (config_keys[i].key, key))
        continue;
      if (config_keys[i].parse (config, value, error))
        return TRUE;
      g_prefix_error (error, "[%s] %s=%s: ", group, key, config_keys[i].secret ? "…" : value);
      return FALSE;
    }
  g_set_error (error, SNET_SQL_ERROR, SNET_SQL_ERROR_CONFIG, "[%s] %s is not known", group, key);
  return FALSE;
}

static gboolean
load_keys (SnetSqlConfig *config, GKeyFile *file, GError **error)
{
  g_auto (GStrv) groups = g_key_file_get_groups (file, NULL);

  for (guint g = 0; groups[g] != NULL; g++)
    {
      g_auto (GStrv) keys = g_key_file_get_keys (file, groups[g], NULL, NULL);

      for (guint k = 0; keys[k] != NULL; k++)
        {
          if (!load_key (config, file, groups[g], keys[k], error))
            return FALSE;
        }
    }
  if (config->type != SNET_SQL_POSTGRESQL || config->connection != NULL)
    return TRUE;
  g_set_error_literal (error, SNET_SQL_ERROR, SNET_SQL_ERROR_CONFIG,
                       "[PostgreSQL] Connection is missing, and Type=postgresql needs it");
  return FALSE;
}

SnetSqlConfig *
snet_sql_config_load (const char *path, GError **error)
{
  g_autoptr (SnetSqlConfig) config = g_new0 (SnetSqlConfig, 1);
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autoptr (GError) why = NULL;
  g_autofree char *line = NULL;

  config->type = SNET_SQL_SQLITE;
  config->host_name = g_strdup (g_get_host_name ());
  config->sqlite_days = 90;
  config->create_schema = FALSE;
  config->timeout = 30;
  config->spool_megabytes = 1024;
  if (g_key_file_load_from_file (file, path, G_KEY_FILE_NONE, &why))
    load_keys (config, file, &why);
  else if (g_error_matches (why, G_FILE_ERROR, G_FILE_ERROR_NOENT))
    g_clear_error (&why);
  if (why == NULL)
    return g_steal_pointer (&config);

  line = snet_sql_error_line (why->message);
  g_set_error (error, SNET_SQL_ERROR, SNET_SQL_ERROR_CONFIG, "%s: %s", path, line);
  return NULL;
}

void
snet_sql_config_free (SnetSqlConfig *config)
{
  g_free (config->host_name);
  g_free (config->sqlite_file);
  g_free (config->connection);
  g_free (config);
}
