// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include "snet-names.h"

#include "gsnet-rule-text.h"

static char *
format_value (GVariant *value)
{
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    return g_variant_dup_string (value, NULL);
  return g_variant_print (value, FALSE);
}

static void
add_rule (GKeyFile *file, const char *group, GVariant *rule)
{
  GVariantIter iter;
  const char *key;
  GVariant *value;

  g_variant_iter_init (&iter, rule);
  while (g_variant_iter_loop (&iter, "{&sv}", &key, &value))
    {
      g_autofree char *text = NULL;

      /* No part of the rule: how many events it is about. */
      if (g_str_equal (key, SNET_KEY_COUNT))
        continue;
      text = format_value (value);
      g_key_file_set_string (file, group, key, text);
    }
}

char *
gsnet_rule_text_format (GPtrArray *rules)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();

  for (guint i = 0; i < rules->len; i++)
    {
      /* docs/rules.md: such a name is no comment. */
      g_autofree char *group = g_strdup_printf ("rule %u", i + 1);

      add_rule (file, group, g_ptr_array_index (rules, i));
    }
  return g_key_file_to_data (file, NULL, NULL);
}
