/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snetd-keys.h"

#include "snetd-rule.h"

void
snetd_keys_init (SnetdKeys *keys)
{
  *keys = (SnetdKeys){ g_ptr_array_new_with_free_func (g_free), NULL, 0 };
}

void
snetd_keys_clear (SnetdKeys *keys)
{
  g_clear_pointer (&keys->keys, g_ptr_array_unref);
}

void
snetd_keys_begin (SnetdKeys *keys, const SnetdRequest *request)
{
  keys->request = request;
  keys->number++;
}

void
snetd_key_compute (SnetdKey *key, const SnetdKeys *keys)
{
  key->number = keys->number;
  key->known = snetd_condition_hash_request (key->condition, key->width, keys->request, &key->hash);
}

/* The same for the same condition and width. */
static SnetdKey *
get_key (SnetdKeys *keys, SnetdCondition condition, guint width)
{
  SnetdKey *key;

  for (guint i = 0; i < keys->keys->len; i++)
    {
      key = g_ptr_array_index (keys->keys, i);
      if (key->condition == condition && key->width == width)
        return key;
    }
  key = g_new0 (SnetdKey, 1);
  key->condition = condition;
  key->width = width;
  g_ptr_array_add (keys->keys, key);
  return key;
}

void
snetd_parts_init (SnetdParts *parts, SnetdKeys *keys, const SnetdRule *rule, guint32 conditions)
{
  g_autoptr (GArray) found = g_array_new (FALSE, FALSE, sizeof (SnetdPart));

  for (SnetdCondition c = 0; c < SNETD_CONDITION_LAST; c++)
    {
      SnetdPart part = { .fields = snetd_condition_fields (c) };

      if (!(conditions & SNETD_CONDITION_BIT (c)) || !snetd_rule_has (rule, c) ||
          !snetd_condition_is_hashed (c))
        continue;
      part.key = get_key (keys, c, snetd_condition_width (c, rule));
      g_array_append_val (found, part);
    }
  parts->count = found->len;
  parts->parts = g_memdup2 (found->data, found->len * sizeof (SnetdPart));
}

void
snetd_parts_clear (SnetdParts *parts)
{
  g_clear_pointer (&parts->parts, g_free);
}

guint64
snetd_parts_hash_rule (const SnetdParts *parts, guint64 hash, const SnetdRule *rule)
{
  for (guint i = 0; i < parts->count; i++)
    hash =
      snetd_hash_combine (hash, snetd_condition_hash_rule (parts->parts[i].key->condition, rule));
  return hash;
}
