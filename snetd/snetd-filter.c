/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snetd-filter.h"

#include "snet-names.h"
#include "snetd-dict.h"
#include "snetd-error.h"
#include "snetd-sql.h"

typedef struct
{
  char *row;    /* of calls; NULL: what ->serial says is all */
  char *serial; /* what follows the column; NULL: any */
  char *token;  /* an SQL expression for the one in calls_search; NULL: there is none */
} Condition;

struct SnetdFilter
{
  GPtrArray *conditions; /* of Condition */
  GPtrArray *values;     /* of GVariant, for ?1, ?2, ... in them */
  guint tokens;          /* conditions that have one */
  gboolean single;       /* one of the conditions has an index of its own */
  guint text;            /* the mark of a text to search for; 0: none */
  gboolean text_short;   /* too short for the index */
};

/* Each is looked up by itself, so where more texts have a text in them, these are not. */
#define TEXTS_MAX 1000

#define TEXT_ID "(SELECT id FROM texts WHERE text = ?)"

/*
 * What has a letter is searched for in calls_search, see the schema. Of several
 * the first one is tried alone, so the rarer values come first.
 */
static const struct
{
  const char *key;
  const char *type;
  const char *row;
  const char *serial;
  const SnetdVocabulary *vocabulary; /* words that it can be, or NULL */
  char letter;
} filter_keys[] = {
  { SNET_KEY_ID, "t", "id = ?", NULL, NULL, 0 },
  { SNET_KEY_RULE, "t", "rule = ?", NULL, NULL, 'r' },
  { SNET_KEY_APP, "s", "app = " TEXT_ID, NULL, NULL, 'a' },
  { SNET_KEY_UNIT, "s", "unit = " TEXT_ID, NULL, NULL, 'n' },
  { SNET_KEY_SCRIPT, "s", "script = " TEXT_ID, NULL, NULL, 's' },
  { SNET_KEY_REMOTE_HOST, "s", "remote_host = " TEXT_ID, NULL, NULL, 't' },
  { SNET_KEY_REMOTE_ADDRESS, "s", "remote_address = " TEXT_ID, NULL, NULL, 't' },
  { SNET_KEY_PROGRAM, "s", "program = " TEXT_ID, NULL, NULL, 't' },
  { SNET_KEY_REMOTE_PORT, "q", "remote_port = ?", NULL, NULL, 'p' },
  { SNET_KEY_REASON, "s", "reason = " TEXT_ID, NULL, &snetd_reasons, 'e' },
  { SNET_KEY_OPERATION, "s", "operation = " TEXT_ID, NULL, &snetd_operations, 'o' },
  { SNET_KEY_VERDICT, "s", "verdict = " TEXT_ID, NULL, &snetd_verdicts, 'v' },
  { SNET_KEY_UID, "u", "uid = ?", NULL, NULL, 'u' },
  { SNET_KEY_PID, "u", "pid = ?", NULL, NULL, 0 },
  { SNET_KEY_LOCAL_PORT, "q", "local_port = ?", NULL, NULL, 0 },
  { SNET_KEY_PROTOCOL, "s", "protocol = " TEXT_ID, NULL, &snetd_protocols, 0 },
  { SNET_KEY_HOST_SOURCE, "s", "remote_host_source = " TEXT_ID, NULL, &snetd_host_sources, 0 },
  { SNET_KEY_BEFORE, "t", NULL, "< ?", NULL, 0 },
  { SNET_KEY_AFTER, "t", NULL, "> ?", NULL, 0 },
  /* Where such times begin and end is found in the marks. */
  { SNET_KEY_SINCE, "x", "time >= ?", ">= (SELECT min (first) FROM marks WHERE latest >= ?)", NULL,
    0 },
  { SNET_KEY_UNTIL, "x", "time < ?", "<= (SELECT max (last) FROM marks WHERE earliest < ?)", NULL,
    0 },
};

/* Columns that a text is searched for in. */
static const char *const text_columns[] = {
  "program", "command", "comm", "remote_host", "remote_address",
};

static void
condition_free (gpointer data)
{
  Condition *condition = data;

  g_free (condition->row);
  g_free (condition->serial);
  g_free (condition->token);
  g_free (condition);
}

/* Takes the value, which may be floating. Returns the number of its mark. */
static guint
add_value (SnetdFilter *filter, GVariant *value)
{
  g_ptr_array_add (filter->values, g_variant_take_ref (value));
  return filter->values->len;
}

/* With the number of the value's mark. NULL stays NULL. */
static char *
number_marks (const char *sql, guint number)
{
  g_auto (GStrv) parts = NULL;
  g_autofree char *mark = g_strdup_printf ("?%u", number);

  if (sql == NULL)
    return NULL;
  parts = g_strsplit (sql, "?", -1);
  return g_strjoinv (mark, parts);
}

/* The letter and the number; a word that no event has ever had makes a token that there is not. */
static char *
token_sql (gsize which, guint number)
{
  const gboolean text = filter_keys[which].type[0] == 's';
  g_autofree char *value = number_marks (text ? "ifnull (" TEXT_ID ", 'none')" : "?", number);

  return g_strdup_printf ("'%c' || %s", filter_keys[which].letter, value);
}

static void
add_condition (SnetdFilter *filter, gsize which, GVariant *value)
{
  Condition *condition = g_new0 (Condition, 1);
  const guint number = add_value (filter, value);

  condition->row = number_marks (filter_keys[which].row, number);
  condition->serial = number_marks (filter_keys[which].serial, number);
  if (filter_keys[which].letter != 0)
    {
      condition->token = token_sql (which, number);
      filter->tokens++;
    }
  filter->single = filter->single || g_str_equal (filter_keys[which].key, SNET_KEY_ID);
  g_ptr_array_add (filter->conditions, condition);
}

static void
add_condition_on (SnetdFilter *filter, const char *key, GVariant *value)
{
  for (gsize i = 0; i < G_N_ELEMENTS (filter_keys); i++)
    {
      if (g_str_equal (filter_keys[i].key, key))
        add_condition (filter, i, value);
    }
}

/* A word in the one spelling that the journal has: "6" is tcp. */
static GVariant *
canonical_word (const char *key, GVariant *value, const SnetdVocabulary *vocabulary, GError **error)
{
  int number;

  if (!snetd_dict_get_word (key, value, vocabulary, &number, SNETD_ERROR_INVALID_FILTER, error))
    return NULL;
  return g_variant_new_take_string (snetd_vocabulary_word (vocabulary, number));
}

static GVariant *
canonical_address (const char *key, GVariant *value, GError **error)
{
  SnetdAddress address;

  if (!snetd_dict_get_address (key, value, &address, SNETD_ERROR_INVALID_FILTER, error))
    return NULL;
  if (!snetd_address_is_single (&address))
    {
      g_set_error (error, SNETD_ERROR, SNETD_ERROR_INVALID_FILTER,
                   "“%s” must be one address, not a prefix", key);
      return NULL;
    }
  return g_variant_new_take_string (snetd_address_to_string (&address));
}

/* SQLite's integers have a sign. */
static GVariant *
checked_number (const char *key, GVariant *value, GError **error)
{
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_UINT64) &&
      g_variant_get_uint64 (value) > G_MAXINT64)
    {
      g_set_error (error, SNETD_ERROR, SNETD_ERROR_INVALID_FILTER, "“%s” is too large", key);
      return NULL;
    }
  return g_variant_ref (value);
}

static GVariant *
canonical_value (gsize which, GVariant *value, GError **error)
{
  const char *key = filter_keys[which].key;

  if (!snetd_dict_check_type (key, value, G_VARIANT_TYPE (filter_keys[which].type),
                              SNETD_ERROR_INVALID_FILTER, error))
    return NULL;
  if (filter_keys[which].vocabulary != NULL)
    return canonical_word (key, value, filter_keys[which].vocabulary, error);
  if (g_str_equal (key, SNET_KEY_REMOTE_ADDRESS))
    return canonical_address (key, value, error);
  return checked_number (key, value, error);
}

/* The index is one of three characters each; what is shorter is looked for in all texts. */
static gboolean
read_text (SnetdFilter *filter, GVariant *value, GError **error)
{
  const char *text;

  if (!snetd_dict_check_type (SNET_KEY_TEXT, value, G_VARIANT_TYPE_STRING,
                              SNETD_ERROR_INVALID_FILTER, error))
    return FALSE;

  text = g_variant_get_string (value, NULL);
  if (text[0] == '\0')
    {
      g_set_error (error, SNETD_ERROR, SNETD_ERROR_INVALID_FILTER, "“%s” is empty", SNET_KEY_TEXT);
      return FALSE;
    }
  filter->text_short = g_utf8_strlen (text, -1) < 3;
  if (filter->text_short)
    filter->text = add_value (filter, g_variant_ref (value));
  else
    {
      /* A phrase in the language of the search has a quotation mark of its own doubled. */
      g_auto (GStrv) parts = g_strsplit (text, "\"", -1);
      g_autofree char *joined = g_strjoinv ("\"\"", parts);

      filter->text = add_value (filter, g_variant_new_printf ("\"%s\"", joined));
    }
  return TRUE;
}

static gboolean
is_key (const char *key)
{
  if (g_str_equal (key, SNET_KEY_TEXT))
    return TRUE;
  for (gsize i = 0; i < G_N_ELEMENTS (filter_keys); i++)
    {
      if (g_str_equal (filter_keys[i].key, key))
        return TRUE;
    }
  return FALSE;
}

static gboolean
check_keys (GVariant *dictionary, GError **error)
{
  GVariantIter iter;
  const char *key;

  g_variant_iter_init (&iter, dictionary);
  while (g_variant_iter_loop (&iter, "{&sv}", &key, NULL))
    {
      if (is_key (key))
        continue;
      g_set_error (error, SNETD_ERROR, SNETD_ERROR_INVALID_FILTER, "“%s” is not a key of a filter",
                   key);
      return FALSE;
    }
  return snetd_dict_check_duplicates (dictionary, SNETD_ERROR_INVALID_FILTER, error);
}

/* In the order of filter_keys, whatever the caller's is. */
SnetdFilter *
snetd_filter_new (GVariant *dictionary, GError **error)
{
  g_autoptr (SnetdFilter) filter = g_new0 (SnetdFilter, 1);
  g_autoptr (GVariant) text = g_variant_lookup_value (dictionary, SNET_KEY_TEXT, NULL);

  filter->conditions = g_ptr_array_new_with_free_func (condition_free);
  filter->values = g_ptr_array_new_with_free_func ((GDestroyNotify)g_variant_unref);

  if (!check_keys (dictionary, error) || (text != NULL && !read_text (filter, text, error)))
    return NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (filter_keys); i++)
    {
      g_autoptr (GVariant) value = g_variant_lookup_value (dictionary, filter_keys[i].key, NULL);
      GVariant *canonical;

      if (value == NULL)
        continue;
      canonical = canonical_value (i, value, error);
      if (canonical == NULL)
        return NULL;
      add_condition (filter, i, canonical);
    }
  return g_steal_pointer (&filter);
}

void
snetd_filter_free (SnetdFilter *filter)
{
  g_ptr_array_unref (filter->conditions);
  g_ptr_array_unref (filter->values);
  g_free (filter);
}

void
snetd_filter_only_uid (SnetdFilter *filter, guint32 uid)
{
  add_condition_on (filter, SNET_KEY_UID, g_variant_new_uint32 (uid));
}

void
snetd_filter_only_reason (SnetdFilter *filter, SnetdReason reason)
{
  char *word = snetd_vocabulary_word (&snetd_reasons, reason);

  add_condition_on (filter, SNET_KEY_REASON, g_variant_new_take_string (word));
}

static void
append_found (const SnetdFilter *filter, GString *sql)
{
  if (filter->text == 0)
    return;
  g_string_append (sql, "WITH found (id) AS MATERIALIZED (");
  if (filter->text_short)
    g_string_append_printf (sql, "SELECT id FROM texts WHERE instr (lower (text), lower (?%u)) > 0",
                            filter->text);
  else
    g_string_append_printf (sql, "SELECT rowid FROM texts_search WHERE texts_search MATCH ?%u",
                            filter->text);
  g_string_append (sql, ") ");
}

static void
append_text_condition (GString *sql)
{
  for (gsize i = 0; i < G_N_ELEMENTS (text_columns); i++)
    g_string_append_printf (sql, "%s%s IN found", i > 0 ? " OR " : " AND (", text_columns[i]);
  g_string_append (sql, ")");
}

/* " AND uid = ?1 AND calls.serial < ?2" */
static void
append_conditions (const SnetdFilter *filter, const char *serial, GString *sql)
{
  for (guint i = 0; i < filter->conditions->len; i++)
    {
      const Condition *condition = g_ptr_array_index (filter->conditions, i);

      if (condition->row != NULL)
        g_string_append_printf (sql, " AND %s", condition->row);
      if (condition->serial != NULL)
        g_string_append_printf (sql, " AND %s %s", serial, condition->serial);
    }
}

/* Through all calls, from the latest on, or by the index of the one condition that has its own. */
static char *
calls_sql (const SnetdFilter *filter, guint limit)
{
  GString *sql = g_string_new (NULL);

  append_found (filter, sql);
  g_string_append (sql, "SELECT serial FROM calls WHERE 1");
  append_conditions (filter, "serial", sql);
  if (filter->text != 0)
    append_text_condition (sql);
  g_string_append_printf (sql, " ORDER BY serial DESC LIMIT %u", limit);
  return g_string_free (sql, FALSE);
}

/* "('t7 OR t9') || ' AND u' || ?1", of the text, if it is to be one of them, and so many others. */
static void
append_tokens (const SnetdFilter *filter, gboolean text, guint tokens, GString *sql)
{
  const char *between = "";

  if (text)
    {
      g_string_append (
        sql,
        "'(' || (SELECT ifnull (group_concat ('t' || id, ' OR '), 'tnone') FROM found) || ')'");
      between = " || ' AND ' || ";
    }
  for (guint i = 0; i < filter->conditions->len && tokens > 0; i++)
    {
      const Condition *condition = g_ptr_array_index (filter->conditions, i);

      if (condition->token == NULL)
        continue;
      g_string_append_printf (sql, "%s%s", between, condition->token);
      between = " || ' AND ' || ";
      tokens--;
    }
}

/* Through the calls that have these tokens. Which serials is said of the table that is walked. */
static char *
search_sql (const SnetdFilter *filter, gboolean text, guint tokens, guint limit)
{
  GString *sql = g_string_new (NULL);

  append_found (filter, sql);
  g_string_append (sql, "SELECT serial FROM calls_search CROSS JOIN calls"
                        " ON serial = calls_search.rowid WHERE calls_search MATCH ");
  append_tokens (filter, text, tokens, sql);
  append_conditions (filter, "calls_search.rowid", sql);
  if (filter->text != 0 && !text)
    append_text_condition (sql);
  g_string_append_printf (sql, " ORDER BY calls_search.rowid DESC LIMIT %u", limit);
  return g_string_free (sql, FALSE);
}

char *
snetd_filter_glance_sql (const SnetdFilter *filter, guint limit)
{
  if (filter->text != 0)
    return calls_sql (filter, limit);
  if (filter->tokens > 1 && !filter->single)
    return search_sql (filter, FALSE, 1, limit);
  return NULL;
}

/* Not known is as good as many. */
static gboolean
has_many_texts (const SnetdFilter *filter, SnetdDatabase *database)
{
  GString *sql = g_string_new (NULL);
  sqlite3_stmt *statement;
  gboolean many = TRUE;

  append_found (filter, sql);
  g_string_append_printf (sql, "SELECT count (*) FROM (SELECT 1 FROM found LIMIT 1 OFFSET %d)",
                          TEXTS_MAX);
  statement = snetd_database_prepare (database, sql->str, NULL);
  if (statement != NULL)
    {
      snetd_filter_bind (filter, statement);
      if (snetd_database_step (database, statement, NULL) == SQLITE_ROW)
        many = sqlite3_column_int (statement, 0) != 0;
      sqlite3_finalize (statement);
    }
  g_string_free (sql, TRUE);
  return many;
}

char *
snetd_filter_sql (const SnetdFilter *filter, SnetdDatabase *database, guint limit)
{
  const gboolean text = filter->text != 0 && !has_many_texts (filter, database);

  if (filter->single || (filter->tokens == 0 && !text))
    return calls_sql (filter, limit);
  return search_sql (filter, text, filter->tokens, limit);
}

void
snetd_filter_bind (const SnetdFilter *filter, sqlite3_stmt *statement)
{
  for (guint i = 0; i < filter->values->len; i++)
    snetd_sql_bind (statement, (int)i + 1, g_ptr_array_index (filter->values, i));
}
