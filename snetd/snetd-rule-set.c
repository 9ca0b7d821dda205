/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snetd-rule-set.h"

/* Which sets of conditions they have: other rules need not be looked at any closer. */
static GHashTable *
collect_conditions (GPtrArray *rules)
{
  GHashTable *sets = g_hash_table_new (NULL, NULL);

  for (guint i = 0; i < rules->len; i++)
    {
      const SnetdRule *rule = g_ptr_array_index (rules, i);

      g_hash_table_add (sets, GUINT_TO_POINTER (rule->conditions));
    }
  return sets;
}

/* What those of @there say that have the conditions of one of @rules. */
static GHashTable *
collect_contents (GPtrArray *rules, GPtrArray *there)
{
  g_autoptr (GHashTable) sets = collect_conditions (rules);
  GHashTable *contents =
    g_hash_table_new_full (g_bytes_hash, g_bytes_equal, (GDestroyNotify)g_bytes_unref, NULL);

  for (guint i = 0; i < there->len; i++)
    {
      const SnetdRule *rule = g_ptr_array_index (there, i);

      if (g_hash_table_contains (sets, GUINT_TO_POINTER (rule->conditions)))
        g_hash_table_add (contents, snetd_rule_content (rule));
    }
  return contents;
}

GPtrArray *
snetd_rule_set_without (GPtrArray *rules, GPtrArray *there, gsize *ret_size)
{
  GPtrArray *left = g_ptr_array_new_with_free_func ((GDestroyNotify)snetd_rule_unref);
  g_autoptr (GHashTable) contents = collect_contents (rules, there);

  *ret_size = 0;
  for (guint i = 0; i < rules->len; i++)
    {
      SnetdRule *rule = g_ptr_array_index (rules, i);
      GBytes *content = snetd_rule_content (rule);
      const gsize size = g_bytes_get_size (content);

      if (!g_hash_table_add (contents, content))
        continue;
      g_ptr_array_add (left, snetd_rule_ref (rule));
      *ret_size += size;
    }
  return left;
}

GVariant *
snetd_rule_set_to_variant (GPtrArray *rules)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("aa{sv}"));
  for (guint i = 0; i < rules->len; i++)
    g_variant_builder_add_value (&builder, snetd_rule_to_variant (g_ptr_array_index (rules, i)));
  return g_variant_builder_end (&builder);
}
