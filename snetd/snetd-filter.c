/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snetd-filter.h"

#include "snet-names.h"
#include "snetd-dict.h"
#include "snetd-error.h"
#include "snetd-sql.h"

typedef struct
{
  char *sql;
  gboolean indexed;
} Condition;

struct SnetdFilter
{
  GPtrArray *conditions; /* of Condition */
  GPtrArray *values;     /* of GVariant, for ?1, ?2, ... in them */
  guint text;            /* the mark of a text to search for; 0: none */
  gboolean text_short;   /* too short for the index */
};

#define TEXT_ID "(SELECT id FROM texts WHERE text = ?)"

/*
 * Of several that have an index the first one's is used, so the rarer values
 * come first. SQLite cannot know which these are; that it uses no other is
 * said by a plus before the column.
 */
static const struct
{
  const char *key;
  const char *type;
  const char *condition;
  const SnetdVocabulary *vocabulary; /* words that it can be, or NULL */
  gboolean indexed;
} filter_keys[] = {
  { SNET_KEY_ID, "t", "id = ?", NULL, TRUE },
  { SNET_KEY_RULE, "t", "rule = ?", NULL, TRUE },
  { SNET_KEY_APP, "s", "app = " TEXT_ID, NULL, TRUE },
  { SNET_KEY_UNIT, "s", "unit = " TEXT_ID, NULL, TRUE },
  { SNET_KEY_SCRIPT, "s", "script = " TEXT_ID, NULL, TRUE },
  { SNET_KEY_REMOTE_HOST, "s", "remote_host = " TEXT_ID, NULL, TRUE },
  { SNET_KEY_REMOTE_ADDRESS, "s", "remote_address = " TEXT_ID, NULL, TRUE },
  { SNET_KEY_PROGRAM, "s", "program = " TEXT_ID, NULL, TRUE },
  { SNET_KEY_REMOTE_PORT, "q", "remote_port = ?", NULL, TRUE },
  { SNET_KEY_REASON, "s", "reason = " TEXT_ID, &snetd_reasons, TRUE },
  { SNET_KEY_OPERATION, "s", "operation = " TEXT_ID, &snetd_operations, TRUE },
  { SNET_KEY_VERDICT, "s", "verdict = " TEXT_ID, &snetd_verdicts, TRUE },
  { SNET_KEY_UID, "u", "uid = ?", NULL, TRUE },
  { SNET_KEY_PID, "u", "pid = ?", NULL, FALSE },
  { SNET_KEY_LOCAL_PORT, "q", "local_port = ?", NULL, FALSE },
  { SNET_KEY_PROTOCOL, "s", "protocol = " TEXT_ID, &snetd_protocols, FALSE },
  { SNET_KEY_HOST_SOURCE, "s", "remote_host_source = " TEXT_ID, &snetd_host_sources, FALSE },
  { SNET_KEY_BEFORE, "t", "serial < ?", NULL, FALSE },
  { SNET_KEY_AFTER, "t", "serial > ?", NULL, FALSE },
  /* Where such times begin and end is found in the marks. */
  { SNET_KEY_SINCE, "x",
    "time >= ? AND serial >= (SELECT min (first) FROM marks WHERE latest >= ?)", NULL, FALSE },
  { SNET_KEY_UNTIL, "x", "time < ? AND serial <= (SELECT max (last) FROM marks WHERE earliest < ?)",
    NULL, FALSE },
};

/* Columns that a text is searched for in. */
static const char *const text_columns[] = {
  "program", "command", "comm", "remote_host", "remote_address",
};

static void
condition_free (gpointer data)
{
  Condition *condition = data;

  g_free (condition->sql);
  g_free (condition);
}

/* Takes the value, which may be floating. Returns the number of its mark. */
static guint
add_value (SnetdFilter *filter, GVariant *value)
{
  g_ptr_array_add (filter->values, g_variant_take_ref (value));
  return filter->values->len;
}

static void
add_condition (SnetdFilter *filter, const char *sql, gboolean indexed, GVariant *value)
{
  Condition *condition = g_new0 (Condition, 1);
  g_auto (GStrv) parts = g_strsplit (sql, "?", -1);
  g_autofree char *mark = g_strdup_printf ("?%u", add_value (filter, value));

  condition->sql = g_strjoinv (mark, parts);
  condition->indexed = indexed;
  g_ptr_array_add (filter->conditions, condition);
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
      add_condition (filter, filter_keys[i].condition, filter_keys[i].indexed, canonical);
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
  add_condition (filter, "uid = ?", TRUE, g_variant_new_uint32 (uid));
}

void
snetd_filter_only_reason (SnetdFilter *filter, SnetdReason reason)
{
  char *word = snetd_vocabulary_word (&snetd_reasons, reason);

  add_condition (filter, "reason = " TEXT_ID, TRUE, g_variant_new_take_string (word));
}

/* " AND uid = ?1 AND +verdict = ...": the first one that has an index may use it. */
static char *
conditions_sql (const SnetdFilter *filter, gboolean use_index)
{
  GString *sql = g_string_new (NULL);

  for (guint i = 0; i < filter->conditions->len; i++)
    {
      const Condition *condition = g_ptr_array_index (filter->conditions, i);
      const gboolean hide = condition->indexed && !use_index;

      g_string_append_printf (sql, " AND %s%s", hide ? "+" : "", condition->sql);
      use_index = use_index && !condition->indexed;
    }
  return g_string_free (sql, FALSE);
}

static void
append_found (const SnetdFilter *filter, GString *sql)
{
  g_string_append (sql, "WITH found (id) AS MATERIALIZED (");
  if (filter->text_short)
    g_string_append_printf (sql, "SELECT id FROM texts WHERE instr (lower (text), lower (?%u)) > 0",
                            filter->text);
  else
    g_string_append_printf (sql, "SELECT rowid FROM texts_search WHERE texts_search MATCH ?%u",
                            filter->text);
  g_string_append (sql, ") SELECT serial FROM ");
}

/*
 * Few texts have a text in them, however many events there are. Of each of
 * them the latest events are taken, in each of its columns, and of all these
 * the latest.
 */
static char *
text_sql (const SnetdFilter *filter, guint limit)
{
  g_autofree char *conditions = conditions_sql (filter, FALSE);
  GString *sql = g_string_new (NULL);

  append_found (filter, sql);
  for (gsize i = 0; i < G_N_ELEMENTS (text_columns); i++)
    g_string_append_printf (sql,
                            "%sSELECT call.serial FROM found CROSS JOIN calls AS call"
                            " ON call.serial IN (SELECT serial FROM calls WHERE %s = found.id%s"
                            " ORDER BY serial DESC LIMIT %u)",
                            i > 0 ? " UNION " : "(", text_columns[i], conditions, limit);
  g_string_append_printf (sql, ") ORDER BY serial DESC LIMIT %u", limit);
  return g_string_free (sql, FALSE);
}

/* But where very many have, what is asked for is among the latest events. */
char *
snetd_filter_glance_sql (const SnetdFilter *filter, guint limit)
{
  g_autofree char *conditions = NULL;
  GString *sql;

  if (filter->text == 0)
    return NULL;

  conditions = conditions_sql (filter, FALSE);
  sql = g_string_new (NULL);
  append_found (filter, sql);
  for (gsize i = 0; i < G_N_ELEMENTS (text_columns); i++)
    g_string_append_printf (sql, "%s+%s IN found", i > 0 ? " OR " : "calls WHERE (",
                            text_columns[i]);
  g_string_append_printf (sql, ")%s ORDER BY serial DESC LIMIT %u", conditions, limit);
  return g_string_free (sql, FALSE);
}

char *
snetd_filter_sql (const SnetdFilter *filter, guint limit)
{
  g_autofree char *conditions = NULL;

  if (filter->text != 0)
    return text_sql (filter, limit);

  conditions = conditions_sql (filter, TRUE);
  return g_strdup_printf ("SELECT serial FROM calls WHERE 1%s ORDER BY serial DESC LIMIT %u",
                          conditions, limit);
}

void
snetd_filter_bind (const SnetdFilter *filter, sqlite3_stmt *statement)
{
  for (guint i = 0; i < filter->values->len; i++)
    snetd_sql_bind (statement, (int)i + 1, g_ptr_array_index (filter->values, i));
}
