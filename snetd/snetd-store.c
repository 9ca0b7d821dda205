/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snetd-store.h"

#include "snet-names.h"
#include "snetd-database.h"
#include "snetd-dict.h"
#include "snetd-error.h"
#include "snetd-log.h"
#include "snetd-rules-dir.h"
#include "snetd-sql.h"
#include "snetd-step.h"
#include "snetd-store-schema.h"

/* Columns after id, in the order of the statements below. */
static const SnetdColumn columns[] = {
  { SNET_KEY_OWNER, "owner", 'u' },
  { SNET_KEY_ACTION, "action", 's' },
  { SNET_KEY_ERRNO, "errno", 's' },
  { SNET_KEY_LIFETIME, "lifetime", 's' },
  { SNET_KEY_UNTIL, "until", 'x' },
  { SNET_KEY_COMMENT, "comment", 's' },
  { SNET_KEY_CREATED, "created", 'x' },
  { SNET_KEY_LOCKED, "locked", 'b' },
  { SNET_KEY_DISABLED, "disabled", 'b' },
  { SNET_KEY_OPERATION, "operation", 's' },
  { SNET_KEY_PROCESS, "process", 't' },
  { SNET_KEY_PROGRAM, "program", 's' },
  { SNET_KEY_PROGRAM_DIGEST, "program_digest", 's' },
  { SNET_KEY_PROGRAM_PATTERN, "program_pattern", 's' },
  { SNET_KEY_SCRIPT, "script", 's' },
  { SNET_KEY_SCRIPT_PATTERN, "script_pattern", 's' },
  { SNET_KEY_ANCESTOR, "ancestor", 's' },
  { SNET_KEY_ANCESTOR_PATTERN, "ancestor_pattern", 's' },
  { SNET_KEY_APP, "app", 's' },
  { SNET_KEY_UNIT, "unit", 's' },
  { SNET_KEY_CGROUP, "cgroup", 's' },
  { SNET_KEY_REMOTE_HOST, "remote_host", 's' },
  { SNET_KEY_REMOTE_DOMAIN, "remote_domain", 's' },
  { SNET_KEY_UID, "uid", 'u' },
  { SNET_KEY_FAMILY, "family", 's' },
  { SNET_KEY_TYPE, "type", 's' },
  { SNET_KEY_PROTOCOL, "protocol", 's' },
  { SNET_KEY_REMOTE_ADDRESS, "remote_address", 's' },
  { SNET_KEY_REMOTE_LIST, "remote_list", 's' },
  { SNET_KEY_REMOTE_PORT, "remote_port", 'q' },
  { SNET_KEY_REMOTE_PORTS, "remote_ports", 's' },
  { SNET_KEY_LOCAL_ADDRESS, "local_address", 's' },
  { SNET_KEY_LOCAL_PORT, "local_port", 'q' },
  { SNET_KEY_LOCAL_PORTS, "local_ports", 's' },
  { SNET_KEY_NETNS, "netns", 't' },
  { SNET_KEY_SESSION, "session", 'u' },
  { SNET_KEY_TIME_OF_WEEK, "time_of_week", 's' },
};

/* Columns behind these, which clients have nothing to do with; the sum is of all before it. */
#define OWN_COLUMNS "until_boot, pid, login, boot_id"
enum
{
  UNTIL_BOOT,
  PID,
  LOGIN,
  BOOT_ID,
  N_OWN,
};
static const SnetdColumn own_columns[] = {
  [UNTIL_BOOT] = { NULL, "until_boot", 'x' },
  [PID] = { NULL, "pid", 'u' },
  [LOGIN] = { NULL, "login", 's' },
  [BOOT_ID] = { NULL, "boot_id", 's' },
};
#define SUM ((int)G_N_ELEMENTS (columns) + N_OWN + 1)

struct SnetdStore
{
  SnetdDatabase *database;
  sqlite3_stmt *insert;
  sqlite3_stmt *update;
  sqlite3_stmt *echo; /* the values that these are given, as rows have them */
  sqlite3_stmt *delete;
  char *boot_id;
  int keys[G_N_ELEMENTS (columns)]; /* numbers of the columns', see snetd-rule.h */
};

/* Its parameters are those of the insertion, and the id behind them. */
static char *
update_sql (void)
{
  g_autoptr (GString) sql = g_string_new ("UPDATE rules SET ");

  for (gsize i = 0; i < G_N_ELEMENTS (columns); i++)
    g_string_append_printf (sql, "%s = ?, ", columns[i].column);
  g_string_append (sql,
                   "until_boot = ?, pid = ?, login = ?, boot_id = ?, checksum = ? WHERE id = ?");
  return g_string_free (g_steal_pointer (&sql), FALSE);
}

static gboolean
prepare (SnetdStore *store, GError **error)
{
  g_autofree char *names = snetd_sql_names (columns, G_N_ELEMENTS (columns));
  g_autofree char *marks = snetd_sql_marks (SUM);
  g_autofree char *insert =
    g_strdup_printf ("INSERT INTO rules (%s, " OWN_COLUMNS ", checksum) VALUES (%s)", names, marks);
  g_autofree char *update = update_sql ();
  g_autofree char *values = snetd_sql_marks (SUM - 1);
  g_autofree char *echo = g_strconcat ("SELECT ", values, NULL);
  const struct
  {
    sqlite3_stmt **statement;
    const char *sql;
  } statements[] = {
    { &store->insert, insert },
    { &store->update, update },
    { &store->echo, echo },
    { &store->delete, "DELETE FROM rules WHERE id = ?1" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (statements); i++)
    {
      *statements[i].statement = snetd_database_prepare (store->database, statements[i].sql, error);
      if (*statements[i].statement == NULL)
        return FALSE;
    }
  return TRUE;
}

/* Where nothing can be written they stay, and are passed over when all are read. */
static gboolean
drop_earlier_boots (SnetdStore *store, GError **error)
{
  sqlite3_stmt *statement;
  gboolean ok;

  statement = snetd_database_prepare (
    store->database,
    "DELETE FROM rules WHERE lifetime IN ('process', 'session', 'reboot') AND boot_id IS NOT ?1",
    error);
  if (statement == NULL)
    return FALSE;

  sqlite3_bind_text (statement, 1, store->boot_id, -1, SQLITE_STATIC);
  ok = snetd_database_step (store->database, statement, error) == SQLITE_DONE;
  sqlite3_finalize (statement);
  return ok;
}

SnetdStore *
snetd_store_open (const char *path, const char *boot_id, GError **error)
{
  g_autoptr (SnetdStore) store = g_new0 (SnetdStore, 1);

  store->boot_id = g_strdup (boot_id);
  for (gsize i = 0; i < G_N_ELEMENTS (columns); i++)
    store->keys[i] = snetd_rule_find_key (columns[i].key);
  store->database = snetd_database_open (path, &snetd_store_schema, error);
  if (store->database == NULL || !prepare (store, error))
    return NULL;
  if (snetd_database_get_trouble (store->database) != NULL)
    drop_earlier_boots (store, NULL);
  else if (!drop_earlier_boots (store, error))
    return NULL;

  return g_steal_pointer (&store);
}

const char *
snetd_store_get_trouble (SnetdStore *store)
{
  return snetd_database_get_trouble (store->database);
}

void
snetd_store_close (SnetdStore *store)
{
  sqlite3_finalize (store->insert);
  sqlite3_finalize (store->update);
  sqlite3_finalize (store->echo);
  sqlite3_finalize (store->delete);
  g_clear_pointer (&store->database, snetd_database_close);
  g_free (store->boot_id);
  g_free (store);
}

static gboolean
invalid (const char *column, GError **error)
{
  g_set_error (error, SNETD_ERROR, SNETD_ERROR_INVALID_RULE,
               "“%s” has something in it that it cannot have", column);
  return FALSE;
}

/* What was to last for a while goes on by the wall's clock after a restart of the machine. */
static gboolean
read_own_columns (SnetdStore *store, sqlite3_stmt *statement, SnetdRule *rule, GError **error)
{
  const int first = G_N_ELEMENTS (columns) + 1;
  const char *boot_id = (const char *)sqlite3_column_text (statement, first + BOOT_ID);
  const char *login = (const char *)sqlite3_column_text (statement, first + LOGIN);

  if ((boot_id == NULL) != (rule->lifetime == SNETD_LIFETIME_FOREVER))
    return invalid ("boot_id", error);
  if ((login != NULL) != (rule->lifetime == SNETD_LIFETIME_SESSION))
    return invalid ("login", error);
  if (g_strcmp0 (boot_id, store->boot_id) != 0)
    return TRUE;
  rule->until_boot = sqlite3_column_int64 (statement, first + UNTIL_BOOT);
  rule->pid = (guint32)sqlite3_column_int64 (statement, first + PID);
  rule->login = g_strdup (login);
  return TRUE;
}

static gboolean
read_column (SnetdStore *store, sqlite3_stmt *statement, gsize i, SnetdRule *rule, GError **error)
{
  const int column = 1 + (int)i;
  g_autoptr (GVariant) value = NULL;

  if (sqlite3_column_type (statement, column) == SQLITE_NULL)
    return TRUE;
  if (!snetd_sql_fits (statement, column, columns[i].type))
    return invalid (columns[i].column, error);
  value = g_variant_ref_sink (snetd_sql_read (statement, column, columns[i].type));
  return snetd_rule_set (rule, store->keys[i], value, SNETD_RULE_FROM_STORE, error);
}

static gboolean
refuse_row (GError **error, const char *what)
{
  g_set_error (error, SNETD_ERROR, SNETD_ERROR_STORE_FAILED, "%s", what);
  return FALSE;
}

/* Of all columns but the id and the sum itself. */
static gint64
sum_row (sqlite3_stmt *statement, int first)
{
  const guint64 sum =
    snetd_sql_sum (SNETD_SQL_SUM, statement, first, columns, G_N_ELEMENTS (columns));

  return (gint64)snetd_sql_sum (sum, statement, first + (int)G_N_ELEMENTS (columns), own_columns,
                                N_OWN);
}

/* A rule that lost a condition would hold for more than it was made for. */
static gboolean
check_row (sqlite3_stmt *statement, GError **error)
{
  const gint64 id = sqlite3_column_int64 (statement, 0);
  const int stored = sqlite3_column_type (statement, SUM);

  if (id <= 0 || (guint64)id >= SNETD_RULES_DIR_ID)
    return refuse_row (error, "it has a number that no rule here can have");
  if (stored == SQLITE_NULL)
    return TRUE;
  if (stored != SQLITE_INTEGER || sqlite3_column_int64 (statement, SUM) != sum_row (statement, 1))
    return refuse_row (error, "it is not as snetd has written it (its checksum is another one)");
  return TRUE;
}

static SnetdRule *
rule_from_row (SnetdStore *store, sqlite3_stmt *statement, GError **error)
{
  g_autoptr (SnetdRule) rule = snetd_rule_new ();

  if (!check_row (statement, error))
    return NULL;
  rule->id = (guint64)sqlite3_column_int64 (statement, 0);
  for (gsize i = 0; i < G_N_ELEMENTS (columns); i++)
    {
      if (!read_column (store, statement, i, rule, error))
        return NULL;
    }
  if (!snetd_rule_check (rule, error) || !read_own_columns (store, statement, rule, error))
    return NULL;

  return g_steal_pointer (&rule);
}

/* FALSE: one of them makes no sense, and is left out. */
static gboolean
add_from_row (SnetdStore *store, sqlite3_stmt *statement, GPtrArray *rules)
{
  g_autoptr (GError) error = NULL;
  SnetdRule *rule = rule_from_row (store, statement, &error);

  if (rule != NULL)
    g_ptr_array_add (rules, rule);
  else
    snetd_log (G_LOG_LEVEL_WARNING, SNETD_MESSAGE_RULES_WRONG,
               "Rule %" G_GINT64_FORMAT " in the database is not used: %s",
               (gint64)sqlite3_column_int64 (statement, 0), error->message);
  return rule != NULL;
}

GPtrArray *
snetd_store_load (SnetdStore *store, GError **error)
{
  g_autoptr (GPtrArray) rules = NULL;
  g_autofree char *names = snetd_sql_names (columns, G_N_ELEMENTS (columns));
  g_autofree char *sql =
    g_strdup_printf ("SELECT id, %s, " OWN_COLUMNS ", checksum FROM rules WHERE"
                     " (lifetime IN ('process', 'session', 'reboot') AND boot_id != ?1) IS NOT TRUE"
                     " ORDER BY id",
                     names);
  gboolean sane = TRUE;
  sqlite3_stmt *statement;
  int result;

  statement = snetd_database_prepare (store->database, sql, error);
  if (statement == NULL)
    return NULL;

  sqlite3_bind_text (statement, 1, store->boot_id, -1, SQLITE_STATIC);
  rules = g_ptr_array_new_with_free_func ((GDestroyNotify)snetd_rule_unref);
  while ((result = snetd_database_step (store->database, statement, error)) == SQLITE_ROW)
    {
      if (!add_from_row (store, statement, rules))
        sane = FALSE;
    }
  sqlite3_finalize (statement);

  /* Written by somebody as the table allows it, or damaged? */
  if (result != SQLITE_DONE || (!sane && !snetd_database_check (store->database, error)))
    return NULL;
  return g_steal_pointer (&rules);
}

/* What is not bound is absent. */
static void
bind_column (SnetdStore *store, sqlite3_stmt *statement, gsize i, const SnetdRule *rule)
{
  GVariant *value = snetd_rule_get (rule, store->keys[i]);
  g_autoptr (GVariant) owned = value != NULL ? g_variant_ref_sink (value) : NULL;

  if (owned != NULL)
    snetd_sql_bind (statement, 1 + (int)i, owned);
}

static void
bind_values (SnetdStore *store, sqlite3_stmt *statement, const SnetdRule *rule)
{
  const int first = G_N_ELEMENTS (columns) + 1;

  sqlite3_clear_bindings (statement);
  for (gsize i = 0; i < G_N_ELEMENTS (columns); i++)
    bind_column (store, statement, i, rule);
  if (rule->until_boot != 0)
    sqlite3_bind_int64 (statement, first + UNTIL_BOOT, rule->until_boot);
  if (rule->pid != 0)
    sqlite3_bind_int64 (statement, first + PID, rule->pid);
  if (rule->login != NULL)
    sqlite3_bind_text (statement, first + LOGIN, rule->login, -1, SQLITE_STATIC);
  if (rule->lifetime != SNETD_LIFETIME_FOREVER)
    sqlite3_bind_text (statement, first + BOOT_ID, store->boot_id, -1, SQLITE_STATIC);
}

/* The sum is made of what SQLite gives back, as it will be when the row is read. */
static gboolean
bind_rule (SnetdStore *store, sqlite3_stmt *statement, const SnetdRule *rule, GError **error)
{
  bind_values (store, store->echo, rule);
  if (snetd_database_step (store->database, store->echo, error) != SQLITE_ROW)
    return FALSE;
  for (int i = 1; i < SUM; i++)
    sqlite3_bind_value (statement, i, sqlite3_column_value (store->echo, i - 1));
  sqlite3_bind_int64 (statement, SUM, sum_row (store->echo, 0));
  sqlite3_reset (store->echo);
  return TRUE;
}

gboolean
snetd_store_update (SnetdStore *store, SnetdRule *rule, GError **error)
{
  if (!bind_rule (store, store->update, rule, error))
    return FALSE;
  sqlite3_bind_int64 (store->update, SUM + 1, (gint64)rule->id);
  return snetd_database_step (store->database, store->update, error) == SQLITE_DONE;
}

gboolean
snetd_store_add (SnetdStore *store, SnetdRule *rule, GError **error)
{
  rule->created = g_get_real_time ();
  if (!bind_rule (store, store->insert, rule, error))
    return FALSE;
  snetd_step ("bound");
  if (snetd_database_step (store->database, store->insert, error) != SQLITE_DONE)
    return FALSE;

  rule->id = snetd_database_last_id (store->database);
  return TRUE;
}

static gboolean
add_each (SnetdStore *store, GPtrArray *rules, GError **error)
{
  for (guint i = 0; i < rules->len; i++)
    {
      if (!snetd_store_add (store, g_ptr_array_index (rules, i), error))
        return FALSE;
    }
  return TRUE;
}

gboolean
snetd_store_add_all (SnetdStore *store, GPtrArray *rules, GError **error)
{
  if (!snetd_database_exec (store->database, "BEGIN IMMEDIATE", error))
    return FALSE;
  if (add_each (store, rules, error) && snetd_database_exec (store->database, "COMMIT", error))
    return TRUE;

  /* After some errors SQLite has done that itself. */
  snetd_database_exec (store->database, "ROLLBACK", NULL);
  for (guint i = 0; i < rules->len; i++)
    ((SnetdRule *)g_ptr_array_index (rules, i))->id = 0;
  return FALSE;
}

gboolean
snetd_store_remove (SnetdStore *store, guint64 id, GError **error)
{
  sqlite3_bind_int64 (store->delete, 1, id);
  return snetd_database_step (store->database, store->delete, error) == SQLITE_DONE;
}
