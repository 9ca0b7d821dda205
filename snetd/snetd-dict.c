/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snetd-dict.h"

#include "snetd-error.h"

void
snetd_dict_add (GVariantBuilder *dict, const char *key, GVariant *value)
{
  /* As g_variant_builder_add() with "{sv}", which reads that text each time. */
  g_variant_builder_add_value (
    dict, g_variant_new_dict_entry (g_variant_new_string (key), g_variant_new_variant (value)));
}

void
snetd_dict_add_text (GVariantBuilder *dict, const char *key, const char *text)
{
  if (text != NULL)
    snetd_dict_add (dict, key, g_variant_new ("s", text));
}

void
snetd_dict_add_address (GVariantBuilder *dict, const char *key, const SnetdAddress *address)
{
  g_autofree char *text = NULL;

  if (!SNETD_ADDRESS_KNOWN (address))
    return;

  text = snetd_address_to_string (address);
  snetd_dict_add_text (dict, key, text);
}

void
snetd_dict_add_word (GVariantBuilder *dict,
                     const char *key,
                     const SnetdVocabulary *vocabulary,
                     int value)
{
  g_autofree char *word = snetd_vocabulary_word (vocabulary, value);

  snetd_dict_add_text (dict, key, word);
}

gboolean
snetd_dict_check_type (const char *key,
                       GVariant *value,
                       const GVariantType *type,
                       int code,
                       GError **error)
{
  if (g_variant_is_of_type (value, type))
    return TRUE;

  g_set_error (error, SNETD_ERROR, code, "“%s” must have the type %.*s, not %s", key,
               (int)g_variant_type_get_string_length (type), g_variant_type_peek_string (type),
               g_variant_get_type_string (value));
  return FALSE;
}

gboolean
snetd_dict_get_word (const char *key,
                     GVariant *value,
                     const SnetdVocabulary *vocabulary,
                     int *ret_value,
                     int code,
                     GError **error)
{
  g_autofree char *choices = NULL;
  const char *word;

  if (!snetd_dict_check_type (key, value, G_VARIANT_TYPE_STRING, code, error))
    return FALSE;

  word = g_variant_get_string (value, NULL);
  if (snetd_vocabulary_value (vocabulary, word, ret_value))
    return TRUE;

  choices = snetd_vocabulary_choices (vocabulary);
  g_set_error (error, SNETD_ERROR, code, "“%s” cannot be “%s”; it can be %s", key, word, choices);
  return FALSE;
}

gboolean
snetd_dict_get_address (const char *key,
                        GVariant *value,
                        SnetdAddress *ret_address,
                        int code,
                        GError **error)
{
  g_autoptr (GError) local = NULL;

  if (!snetd_dict_check_type (key, value, G_VARIANT_TYPE_STRING, code, error))
    return FALSE;

  if (snetd_address_parse (g_variant_get_string (value, NULL), ret_address, &local))
    return TRUE;

  g_set_error (error, SNETD_ERROR, code, "“%s”: %s", key, local->message);
  return FALSE;
}

gboolean
snetd_dict_check_duplicates (GVariant *dictionary, int code, GError **error)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  GVariantIter iter;
  const char *key;

  g_variant_iter_init (&iter, dictionary);
  while (g_variant_iter_loop (&iter, "{&sv}", &key, NULL))
    {
      if (!g_hash_table_add (seen, (gpointer)key))
        {
          g_set_error (error, SNETD_ERROR, code, "“%s” is given twice", key);
          return FALSE;
        }
    }
  return TRUE;
}
