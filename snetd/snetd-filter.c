/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snetd-filter.h"

#include "snet-names.h"
#include "snetd-dict.h"
#include "snetd-error.h"
#include "snetd-sql.h"

struct SnetdFilter
{
  GString *sql;
  GPtrArray *values; /* of GVariant, one for each mark in sql */
};

static const struct
{
  const char *key;
  const char *type;
  const char *condition;
  const SnetdVocabulary *vocabulary; /* words that it can be, or NULL */
} filter_keys[] = {
  { SNET_KEY_BEFORE, "t", "serial < ?", NULL },
  { SNET_KEY_AFTER, "t", "serial > ?", NULL },
  { SNET_KEY_SINCE, "x", "time >= ?", NULL },
  { SNET_KEY_UNTIL, "x", "time < ?", NULL },
  { SNET_KEY_OPERATION, "s", "operation = ?", &snetd_operations },
  { SNET_KEY_PROGRAM, "s", "program = ?", NULL },
  { SNET_KEY_PROTOCOL, "s", "protocol = ?", &snetd_protocols },
  { SNET_KEY_VERDICT, "s", "verdict = ?", &snetd_verdicts },
  { SNET_KEY_REASON, "s", "reason = ?", &snetd_reasons },
  { SNET_KEY_REMOTE_ADDRESS, "s", "remote_address = ?", NULL },
  { SNET_KEY_UID, "u", "uid = ?", NULL },
  { SNET_KEY_PID, "u", "pid = ?", NULL },
  { SNET_KEY_REMOTE_PORT, "q", "remote_port = ?", NULL },
  { SNET_KEY_LOCAL_PORT, "q", "local_port = ?", NULL },
  { SNET_KEY_RULE, "t", "rule = ?", NULL },
  { SNET_KEY_ID, "t", "id = ?", NULL },
};

/* Takes the value, which may be floating. */
static void
add_condition (SnetdFilter *filter, const char *condition, GVariant *value)
{
  if (filter->values->len > 0)
    g_string_append (filter->sql, " AND ");
  g_string_append (filter->sql, condition);
  g_ptr_array_add (filter->values, g_variant_take_ref (value));
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

static gboolean
read_key (SnetdFilter *filter, const char *key, GVariant *value, GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (filter_keys); i++)
    {
      GVariant *canonical;

      if (!g_str_equal (filter_keys[i].key, key))
        continue;
      if (!snetd_dict_check_type (key, value, G_VARIANT_TYPE (filter_keys[i].type),
                                  SNETD_ERROR_INVALID_FILTER, error))
        return FALSE;

      if (filter_keys[i].vocabulary != NULL)
        canonical = canonical_word (key, value, filter_keys[i].vocabulary, error);
      else if (g_str_equal (key, SNET_KEY_REMOTE_ADDRESS))
        canonical = canonical_address (key, value, error);
      else
        canonical = checked_number (key, value, error);
      if (canonical == NULL)
        return FALSE;

      add_condition (filter, filter_keys[i].condition, canonical);
      return TRUE;
    }

  g_set_error (error, SNETD_ERROR, SNETD_ERROR_INVALID_FILTER, "“%s” is not a key of a filter",
               key);
  return FALSE;
}

SnetdFilter *
snetd_filter_new (GVariant *dictionary, GError **error)
{
  g_autoptr (SnetdFilter) filter = g_new0 (SnetdFilter, 1);
  GVariantIter iter;
  const char *key;
  GVariant *value;

  filter->sql = g_string_new (NULL);
  filter->values = g_ptr_array_new_with_free_func ((GDestroyNotify)g_variant_unref);

  if (!snetd_dict_check_duplicates (dictionary, SNETD_ERROR_INVALID_FILTER, error))
    return NULL;

  g_variant_iter_init (&iter, dictionary);
  while (g_variant_iter_next (&iter, "{&sv}", &key, &value))
    {
      g_autoptr (GVariant) owned = value;

      if (!read_key (filter, key, owned, error))
        return NULL;
    }
  return g_steal_pointer (&filter);
}

void
snetd_filter_free (SnetdFilter *filter)
{
  g_string_free (filter->sql, TRUE);
  g_ptr_array_unref (filter->values);
  g_free (filter);
}

void
snetd_filter_only_uid (SnetdFilter *filter, guint32 uid)
{
  add_condition (filter, "uid = ?", g_variant_new_uint32 (uid));
}

const char *
snetd_filter_sql (const SnetdFilter *filter)
{
  return filter->values->len > 0 ? filter->sql->str : "1";
}

int
snetd_filter_bind (const SnetdFilter *filter, sqlite3_stmt *statement, int first)
{
  for (guint i = 0; i < filter->values->len; i++)
    snetd_sql_bind (statement, first++, g_ptr_array_index (filter->values, i));
  return first;
}
