/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <glib.h>

#include "snetd-address.h"
#include "snetd-names.h"

/* Writing an a{sv}, in the order of the calls: what is unknown is left out. */
void snetd_dict_add (GVariantBuilder *dict, const char *key, GVariant *value);
void snetd_dict_add_text (GVariantBuilder *dict, const char *key, const char *text);
void snetd_dict_add_address (GVariantBuilder *dict, const char *key, const SnetdAddress *address);
void snetd_dict_add_word (GVariantBuilder *dict,
                          const char *key,
                          const SnetdVocabulary *vocabulary,
                          int value);

/*
 * Reading one from a client. Each sets @error to (SNETD_ERROR, @code), in
 * words that name the key, and returns FALSE.
 */
gboolean snetd_dict_check_type (const char *key,
                                GVariant *value,
                                const GVariantType *type,
                                int code,
                                GError **error);
gboolean snetd_dict_get_word (const char *key,
                              GVariant *value,
                              const SnetdVocabulary *vocabulary,
                              int *ret_value,
                              int code,
                              GError **error);
gboolean snetd_dict_get_address (const char *key,
                                 GVariant *value,
                                 SnetdAddress *ret_address,
                                 int code,
                                 GError **error);
gboolean snetd_dict_check_duplicates (GVariant *dictionary, int code, GError **error);
