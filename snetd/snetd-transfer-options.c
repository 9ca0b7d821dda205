/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snetd-transfer-options.h"

#include "snet-names.h"
#include "snetd-dict.h"
#include "snetd-error.h"

#define CODE SNETD_ERROR_INVALID_OPTION

static gboolean
invalid (GError **error, const char *option, const char *what)
{
  g_set_error (error, SNETD_ERROR, CODE, "“%s” %s", option, what);
  return FALSE;
}

static gboolean
read_flag (const char *option, GVariant *value, gboolean *ret_flag, GError **error)
{
  if (!snetd_dict_check_type (option, value, G_VARIANT_TYPE_BOOLEAN, CODE, error))
    return FALSE;
  *ret_flag = g_variant_get_boolean (value);
  return TRUE;
}

static gboolean
read_owner (SnetdTransferOptions *options, GVariant *value, GError **error)
{
  if (!snetd_dict_check_type (SNET_KEY_OWNER, value, G_VARIANT_TYPE_UINT32, CODE, error))
    return FALSE;
  options->owner = g_variant_get_uint32 (value);
  options->has_owner = TRUE;
  return options->owner != G_MAXUINT32 ||
         invalid (error, SNET_KEY_OWNER,
                  "is not a user id; for the system say “" SNET_KEY_SYSTEM "”");
}

static gboolean
read_option (SnetdTransferOptions *options,
             gboolean import,
             const char *option,
             GVariant *value,
             GError **error)
{
  if (g_str_equal (option, SNET_KEY_OWNER))
    return read_owner (options, value, error);
  if (g_str_equal (option, SNET_KEY_SYSTEM))
    return read_flag (option, value, &options->system, error);
  if (import && g_str_equal (option, SNET_KEY_DRY_RUN))
    return read_flag (option, value, &options->dry_run, error);
  if (import && g_str_equal (option, SNET_KEY_PARTIAL))
    return read_flag (option, value, &options->partial, error);
  return invalid (error, option,
                  import ? "is not an option; there are owner, system, dry-run and partial"
                         : "is not an option; there are owner and system");
}

static gboolean
read_all (SnetdTransferOptions *options, gboolean import, GVariant *dictionary, GError **error)
{
  GVariantIter iter;
  const char *key;
  GVariant *value;

  if (!snetd_dict_check_duplicates (dictionary, CODE, error))
    return FALSE;

  g_variant_iter_init (&iter, dictionary);
  while (g_variant_iter_next (&iter, "{&sv}", &key, &value))
    {
      g_autoptr (GVariant) owned = value;

      if (!read_option (options, import, key, owned, error))
        return FALSE;
    }
  return TRUE;
}

gboolean
snetd_transfer_options_read_import (SnetdTransferOptions *options,
                                    GVariant *dictionary,
                                    GError **error)
{
  if (!read_all (options, TRUE, dictionary, error))
    return FALSE;
  return !(options->has_owner && options->system) ||
         invalid (error, SNET_KEY_OWNER, "contradicts “" SNET_KEY_SYSTEM "”: a rule has one owner");
}

gboolean
snetd_transfer_options_read_export (SnetdTransferOptions *options,
                                    GVariant *dictionary,
                                    GError **error)
{
  return read_all (options, FALSE, dictionary, error);
}
