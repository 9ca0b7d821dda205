/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snetd-rule.h"

#include <string.h>

#include "snet-names.h"
#include "snetd-dict.h"
#include "snetd-error.h"

SnetdRule *
snetd_rule_new (void)
{
  SnetdRule *rule = g_new0 (SnetdRule, 1);

  g_ref_count_init (&rule->ref_count);
  rule->owner = SNETD_OWNER_SYSTEM;
  rule->lifetime = SNETD_LIFETIME_FOREVER;
  return rule;
}

SnetdRule *
snetd_rule_ref (SnetdRule *rule)
{
  g_ref_count_inc (&rule->ref_count);
  return rule;
}

void
snetd_rule_unref (SnetdRule *rule)
{
  if (!g_ref_count_dec (&rule->ref_count))
    return;

  for (SnetdCondition c = 0; c < SNETD_CONDITION_LAST; c++)
    snetd_condition_clear (c, rule);
  g_free (rule->comment);
  g_free (rule->login);
  g_free (rule->source);
  g_free (rule);
}

gboolean
snetd_rule_has (const SnetdRule *rule, SnetdCondition condition)
{
  return (rule->conditions & SNETD_CONDITION_BIT (condition)) != 0;
}

gboolean
snetd_rule_matches (const SnetdRule *rule, const SnetdContext *context)
{
  if (rule->owner != SNETD_OWNER_SYSTEM && rule->owner != context->request->uid)
    return FALSE;

  for (guint32 left = rule->conditions; left != 0; left &= left - 1)
    {
      if (!snetd_condition_holds ((SnetdCondition)__builtin_ctz (left), rule, context))
        return FALSE;
    }
  return TRUE;
}

/* Reading the keys that are no conditions: a setter each, found by the table below. */

static gboolean
invalid (GError **error, const char *key, const char *what)
{
  g_set_error (error, SNETD_ERROR, SNETD_ERROR_INVALID_RULE, "“%s” %s", key, what);
  return FALSE;
}

static gboolean
get_word (const char *key,
          GVariant *value,
          const SnetdVocabulary *vocabulary,
          int *ret_value,
          GError **error)
{
  return snetd_dict_get_word (key, value, vocabulary, ret_value, SNETD_ERROR_INVALID_RULE, error);
}

static gboolean
set_created (SnetdRule *rule, const char *key, GVariant *value, GError **error)
{
  rule->created = g_variant_get_int64 (value);
  return TRUE;
}

static gboolean
set_action (SnetdRule *rule, const char *key, GVariant *value, GError **error)
{
  int action;

  if (!get_word (key, value, &snetd_actions, &action, error))
    return FALSE;
  rule->action = action;
  return TRUE;
}

static gboolean
set_errno (SnetdRule *rule, const char *key, GVariant *value, GError **error)
{
  return get_word (key, value, &snetd_errnos, &rule->error, error);
}

static gboolean
set_lifetime (SnetdRule *rule, const char *key, GVariant *value, GError **error)
{
  int lifetime;

  if (!get_word (key, value, &snetd_lifetimes, &lifetime, error))
    return FALSE;
  if (lifetime == SNETD_LIFETIME_ONCE)
    return invalid (error, key,
                    "cannot be “once”, which makes no rule; say process, session, reboot, until or "
                    "forever");
  rule->lifetime = lifetime;
  return TRUE;
}

static gboolean
set_duration (SnetdRule *rule, const char *key, GVariant *value, GError **error)
{
  rule->duration = g_variant_get_uint32 (value);
  return rule->duration != 0 || invalid (error, key, "cannot be 0");
}

static gboolean
set_until (SnetdRule *rule, const char *key, GVariant *value, GError **error)
{
  rule->until = g_variant_get_int64 (value);
  return rule->until > 0 || invalid (error, key, "is before there was time");
}

static gboolean
set_owner (SnetdRule *rule, const char *key, GVariant *value, GError **error)
{
  if (g_variant_get_uint32 (value) == G_MAXUINT32)
    return invalid (error, key, "is not a user id; leave it out for a rule of the system");
  rule->owner = g_variant_get_uint32 (value);
  return TRUE;
}

/* Not written: a rule without an owner is the system's, once it is made. */
static gboolean
set_system (SnetdRule *rule, const char *key, GVariant *value, GError **error)
{
  rule->system = g_variant_get_boolean (value);
  return TRUE;
}

static gboolean
set_comment (SnetdRule *rule, const char *key, GVariant *value, GError **error)
{
  const char *comment = g_variant_get_string (value, NULL);

  if (strlen (comment) > SNETD_COMMENT_MAX)
    return invalid (error, key, "is longer than 1000 bytes");
  g_free (rule->comment);
  rule->comment = g_strdup (comment);
  return TRUE;
}

static gboolean
set_locked (SnetdRule *rule, const char *key, GVariant *value, GError **error)
{
  rule->locked = g_variant_get_boolean (value);
  return TRUE;
}

static gboolean
set_disabled (SnetdRule *rule, const char *key, GVariant *value, GError **error)
{
  rule->disabled = g_variant_get_boolean (value);
  return TRUE;
}

/* Writing them: a getter each; NULL: the rule does not say that. */

static GVariant *
word_of (const SnetdVocabulary *vocabulary, int value)
{
  char *word = snetd_vocabulary_word (vocabulary, value);

  return word != NULL ? g_variant_new_take_string (word) : NULL;
}

static GVariant *
text_of (const char *text)
{
  return text != NULL ? g_variant_new_string (text) : NULL;
}

static GVariant *
flag_of (gboolean flag)
{
  return flag ? g_variant_new_boolean (TRUE) : NULL;
}

static GVariant *
get_id (const SnetdRule *rule)
{
  return rule->id != 0 ? g_variant_new_uint64 (rule->id) : NULL;
}

static GVariant *
get_created (const SnetdRule *rule)
{
  return rule->created != 0 ? g_variant_new_int64 (rule->created) : NULL;
}

static GVariant *
get_source (const SnetdRule *rule)
{
  return text_of (rule->source);
}

static GVariant *
get_owner (const SnetdRule *rule)
{
  return rule->owner != SNETD_OWNER_SYSTEM ? g_variant_new_uint32 ((guint32)rule->owner) : NULL;
}

static GVariant *
get_action (const SnetdRule *rule)
{
  return word_of (&snetd_actions, rule->action);
}

static GVariant *
get_errno (const SnetdRule *rule)
{
  return rule->error != 0 ? word_of (&snetd_errnos, rule->error) : NULL;
}

static GVariant *
get_lifetime (const SnetdRule *rule)
{
  return word_of (&snetd_lifetimes, rule->lifetime);
}

static GVariant *
get_until (const SnetdRule *rule)
{
  return rule->until != 0 ? g_variant_new_int64 (rule->until) : NULL;
}

static GVariant *
get_comment (const SnetdRule *rule)
{
  return text_of (rule->comment);
}

static GVariant *
get_locked (const SnetdRule *rule)
{
  return flag_of (rule->locked);
}

static GVariant *
get_disabled (const SnetdRule *rule)
{
  return flag_of (rule->disabled);
}

typedef struct
{
  const char *key;
  const char *type;
  gboolean given; /* by snetd, not by who makes a rule */
  /* NULL: it is in no column of the store either. */
  gboolean (*set) (SnetdRule *rule, const char *key, GVariant *value, GError **error);
  /* NULL: it says how the rule is to be made, and no more once it is. */
  GVariant *(*get) (const SnetdRule *rule);
} Key;

/* In the order in which they are written. */
static const Key rule_keys[] = {
  { SNET_KEY_ID, "t", TRUE, NULL, get_id },
  { SNET_KEY_CREATED, "x", TRUE, set_created, get_created },
  { SNET_KEY_SOURCE, "s", TRUE, NULL, get_source },
  { SNET_KEY_OWNER, "u", FALSE, set_owner, get_owner },
  { SNET_KEY_SYSTEM, "b", FALSE, set_system, NULL },
  { SNET_KEY_ACTION, "s", FALSE, set_action, get_action },
  { SNET_KEY_ERRNO, "s", FALSE, set_errno, get_errno },
  { SNET_KEY_LIFETIME, "s", FALSE, set_lifetime, get_lifetime },
  { SNET_KEY_DURATION, "u", FALSE, set_duration, NULL },
  { SNET_KEY_UNTIL, "x", FALSE, set_until, get_until },
  { SNET_KEY_COMMENT, "s", FALSE, set_comment, get_comment },
  { SNET_KEY_LOCKED, "b", FALSE, set_locked, get_locked },
  { SNET_KEY_DISABLED, "b", FALSE, set_disabled, get_disabled },
};

/* Conditions have their own numbers, and the other keys follow them. */
int
snetd_rule_find_key (const char *key)
{
  const SnetdCondition condition = snetd_condition_from_key (key);

  if (condition != SNETD_CONDITION_LAST)
    return (int)condition;
  for (gsize i = 0; i < G_N_ELEMENTS (rule_keys); i++)
    {
      if (g_str_equal (rule_keys[i].key, key))
        return SNETD_CONDITION_LAST + (int)i;
    }
  return -1;
}

char
snetd_rule_key_type (const char *key)
{
  const int found = snetd_rule_find_key (key);
  const Key *other;

  if (found < 0)
    return 0;
  if (found < (int)SNETD_CONDITION_LAST)
    return snetd_condition_type ((SnetdCondition)found);
  other = &rule_keys[found - SNETD_CONDITION_LAST];
  return other->given ? 0 : other->type[0];
}

gboolean
snetd_rule_set (SnetdRule *rule, int key, GVariant *value, SnetdRuleSource source, GError **error)
{
  const Key *other;

  if (key < (int)SNETD_CONDITION_LAST)
    return snetd_condition_read ((SnetdCondition)key, rule, value, error);

  other = &rule_keys[key - SNETD_CONDITION_LAST];
  if (other->given && source == SNETD_RULE_FROM_CLIENT)
    return invalid (error, other->key, "is given by snetd; leave it out");
  return snetd_dict_check_type (other->key, value, G_VARIANT_TYPE (other->type),
                                SNETD_ERROR_INVALID_RULE, error) &&
         other->set (rule, other->key, value, error);
}

GVariant *
snetd_rule_get (const SnetdRule *rule, int key)
{
  if (key >= (int)SNETD_CONDITION_LAST)
    return rule_keys[key - SNETD_CONDITION_LAST].get (rule);
  return snetd_rule_has (rule, (SnetdCondition)key)
           ? snetd_condition_write ((SnetdCondition)key, rule)
           : NULL;
}

static gboolean
set_by_name (SnetdRule *rule,
             const char *key,
             GVariant *value,
             SnetdRuleSource source,
             GError **error)
{
  const int found = snetd_rule_find_key (key);

  if (found < 0)
    return invalid (error, key, "is not a key of a rule");
  return snetd_rule_set (rule, found, value, source, error);
}

static gboolean
dictionary_has (GVariant *dictionary, const char *key)
{
  g_autoptr (GVariant) value = g_variant_lookup_value (dictionary, key, NULL);

  return value != NULL;
}

SnetdRule *
snetd_rule_from_variant (GVariant *dictionary, SnetdRuleSource source, GError **error)
{
  g_autoptr (SnetdRule) rule = snetd_rule_new ();
  GVariantIter iter;
  const char *key;
  GVariant *value;

  if (!snetd_dict_check_duplicates (dictionary, SNETD_ERROR_INVALID_RULE, error))
    return NULL;

  g_variant_iter_init (&iter, dictionary);
  while (g_variant_iter_next (&iter, "{&sv}", &key, &value))
    {
      g_autoptr (GVariant) owned = value;

      if (!set_by_name (rule, key, owned, source, error))
        return NULL;
    }

  if (!dictionary_has (dictionary, SNET_KEY_ACTION))
    {
      invalid (error, SNET_KEY_ACTION, "is missing; it can be allow, deny or ask");
      return NULL;
    }
  if (!snetd_rule_check (rule, error))
    return NULL;

  return g_steal_pointer (&rule);
}

/* Writing. */

static void
add_conditions (GVariantBuilder *dict, const SnetdRule *rule)
{
  for (SnetdCondition c = 0; c < SNETD_CONDITION_LAST; c++)
    {
      if (snetd_rule_has (rule, c))
        snetd_dict_add (dict, snetd_condition_key (c), snetd_condition_write (c, rule));
    }
}

void
snetd_rule_inherit (SnetdRule *rule, const SnetdRule *old)
{
  if (rule->lifetime != old->lifetime)
    return;
  if (rule->process == old->process)
    rule->pid = old->pid;
  if (old->login != NULL)
    {
      g_free (rule->login);
      rule->login = g_strdup (old->login);
    }
}

void
snetd_rule_begin (SnetdRule *rule, gint64 now, gint64 now_boot)
{
  if (rule->duration == 0)
    return;
  rule->until = now + (gint64)rule->duration * G_USEC_PER_SEC;
  rule->until_boot = now_boot + (gint64)rule->duration * G_USEC_PER_SEC;
  rule->duration = 0;
}

static void
add_keys (GVariantBuilder *dict, const SnetdRule *rule, gboolean given)
{
  for (gsize i = 0; i < G_N_ELEMENTS (rule_keys); i++)
    {
      const Key *key = &rule_keys[i];
      GVariant *value = key->given == given && key->get != NULL ? key->get (rule) : NULL;

      if (value != NULL)
        snetd_dict_add (dict, key->key, value);
    }
}

static void
add_content (GVariantBuilder *dict, const SnetdRule *rule)
{
  add_keys (dict, rule, FALSE);
  add_conditions (dict, rule);
}

gboolean
snetd_rule_says_owner (const SnetdRule *rule)
{
  return rule->system || rule->owner != SNETD_OWNER_SYSTEM;
}

GVariant *
snetd_rule_to_variant (const SnetdRule *rule)
{
  g_auto (GVariantBuilder) dict = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_VARDICT);

  add_keys (&dict, rule, TRUE);
  add_content (&dict, rule);
  return g_variant_builder_end (&dict);
}

GBytes *
snetd_rule_content (const SnetdRule *rule)
{
  g_auto (GVariantBuilder) dict = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_VARDICT);
  g_autoptr (GVariant) content = NULL;

  add_content (&dict, rule);
  content = g_variant_ref_sink (g_variant_builder_end (&dict));
  return g_variant_get_data_as_bytes (content);
}
