/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snet-sql-columns.h"

#include "snet-names.h"

const SnetSqlColumn snet_sql_columns[SNET_SQL_N_COLUMNS] = {
  { SNET_KEY_SERIAL, "t", "serial", SNET_SQL_BIG },
  { SNET_KEY_TIME, "x", "time", SNET_SQL_TIME },
  { SNET_KEY_ID, "t", "request", SNET_SQL_BIG },
  { SNET_KEY_UID, "u", "uid", SNET_SQL_BIG },
  { SNET_KEY_PID, "u", "pid", SNET_SQL_BIG },
  { SNET_KEY_PROCESS, "t", "process", SNET_SQL_BIG },
  { SNET_KEY_SESSION, "u", "session", SNET_SQL_BIG },
  { SNET_KEY_NETNS, "t", "netns", SNET_SQL_BIG },
  { SNET_KEY_RULE, "t", "rule", SNET_SQL_BIG },
  { SNET_KEY_WAITED, "x", "waited", SNET_SQL_BIG },
  { SNET_KEY_LOCAL_PORT, "q", "local_port", SNET_SQL_INT },
  { SNET_KEY_REMOTE_PORT, "q", "remote_port", SNET_SQL_INT },
  { SNET_KEY_OPERATION, "s", "operation", SNET_SQL_TEXT },
  { SNET_KEY_FAMILY, "s", "family", SNET_SQL_TEXT },
  { SNET_KEY_TYPE, "s", "type", SNET_SQL_TEXT },
  { SNET_KEY_PROTOCOL, "s", "protocol", SNET_SQL_TEXT },
  { SNET_KEY_VERDICT, "s", "verdict", SNET_SQL_TEXT },
  { SNET_KEY_REASON, "s", "reason", SNET_SQL_TEXT },
  { SNET_KEY_ERRNO, "s", "errno", SNET_SQL_TEXT },
  { SNET_KEY_HOLD, "s", "hold", SNET_SQL_TEXT },
  { SNET_KEY_LOCAL_ADDRESS, "s", "local_address", SNET_SQL_ADDRESS },
  { SNET_KEY_REMOTE_ADDRESS, "s", "remote_address", SNET_SQL_ADDRESS },
  { SNET_KEY_REMOTE_HOST, "s", "remote_host", SNET_SQL_TEXT },
  { SNET_KEY_HOST_SOURCE, "s", "remote_host_source", SNET_SQL_TEXT },
  { SNET_KEY_COMM, "s", "comm", SNET_SQL_TEXT },
  { SNET_KEY_PROGRAM, "s", "program", SNET_SQL_TEXT },
  { SNET_KEY_PROGRAM_DIGEST, "s", "program_digest", SNET_SQL_TEXT },
  { SNET_KEY_SCRIPT, "s", "script", SNET_SQL_TEXT },
  { SNET_KEY_COMMAND, "as", "command", SNET_SQL_TEXTS },
  { SNET_KEY_DIRECTORY, "s", "directory", SNET_SQL_TEXT },
  { SNET_KEY_ANCESTORS, "as", "ancestors", SNET_SQL_TEXTS },
  { SNET_KEY_APP, "s", "app", SNET_SQL_TEXT },
  { SNET_KEY_UNIT, "s", "unit", SNET_SQL_TEXT },
  { SNET_KEY_CGROUP, "s", "cgroup", SNET_SQL_TEXT },
};

char *
snet_sql_columns_names (void)
{
  GString *names = g_string_new (NULL);

  for (guint i = 0; i < SNET_SQL_N_COLUMNS; i++)
    g_string_append_printf (names, "%s%s", i > 0 ? ", " : "", snet_sql_columns[i].name);
  return g_string_free (names, FALSE);
}
