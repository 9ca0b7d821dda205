// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <glib/gi18n.h>

#include "snet-names.h"

#include "gsnet-rule.h"
#include "gsnet-text.h"
#include "gsnet-words.h"

/* One rule of snetd, as a view wants it. It never changes: a changed rule is a new object. */
struct _GsnetRule
{
  GObject parent_instance;

  guint64 id;
  GVariant *variant;
  GVariantDict *dict;
  char *program_name;
  char *owner;
};

G_DEFINE_FINAL_TYPE (GsnetRule, gsnet_rule, G_TYPE_OBJECT)

enum
{
  PROP_PROGRAM_NAME = 1,
  PROP_PROGRAM,
  PROP_WHAT,
  PROP_WHERE,
  PROP_ACTION,
  PROP_LIFETIME,
  PROP_OWNER,
  PROP_STATE,
  PROP_SOURCE,
  PROP_TEXT,
  PROP_EDITABLE,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static char *
dup_visible (GsnetRule *self, const char *key)
{
  const char *value = gsnet_rule_get_raw (self, key);

  return value ? gsnet_text_visible (value, 160) : NULL;
}

/* All that somebody may look for in it. */
static char *
make_text (GsnetRule *self)
{
  g_autofree char *about = gsnet_words_rule_about (self);
  g_autofree char *program = dup_visible (self, SNET_KEY_PROGRAM);
  g_autofree char *comment = dup_visible (self, SNET_KEY_COMMENT);

  return g_strjoin (" ", about, gsnet_words_action (gsnet_rule_get_raw (self, SNET_KEY_ACTION)),
                    self->owner, comment ? comment : "", program, NULL);
}

static void
gsnet_rule_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  GsnetRule *self = GSNET_RULE (object);

  switch (prop_id)
    {
    case PROP_PROGRAM_NAME:
      g_value_set_string (value, self->program_name);
      break;
    case PROP_PROGRAM:
      g_value_take_string (value, dup_visible (self, SNET_KEY_PROGRAM));
      break;
    case PROP_WHAT:
      g_value_set_string (value,
                          gsnet_words_operation (gsnet_rule_get_raw (self, SNET_KEY_OPERATION)));
      break;
    case PROP_WHERE:
      g_value_take_string (value, gsnet_words_rule_where (self));
      break;
    case PROP_ACTION:
      g_value_set_string (value, gsnet_rule_get_raw (self, SNET_KEY_ACTION));
      break;
    case PROP_LIFETIME:
      g_value_set_string (value,
                          gsnet_words_lifetime (gsnet_rule_get_raw (self, SNET_KEY_LIFETIME)));
      break;
    case PROP_OWNER:
      g_value_set_string (value, self->owner);
      break;
    case PROP_STATE:
      g_value_take_string (value, gsnet_words_rule_state (self));
      break;
    case PROP_SOURCE:
      g_value_take_string (value, gsnet_words_rule_source (self));
      break;
    case PROP_EDITABLE:
      g_value_set_boolean (value, gsnet_rule_is_editable (self));
      break;
    case PROP_TEXT:
      g_value_take_string (value, make_text (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
gsnet_rule_finalize (GObject *object)
{
  GsnetRule *self = GSNET_RULE (object);

  g_clear_pointer (&self->variant, g_variant_unref);
  g_clear_pointer (&self->dict, g_variant_dict_unref);
  g_clear_pointer (&self->program_name, g_free);
  g_clear_pointer (&self->owner, g_free);

  G_OBJECT_CLASS (gsnet_rule_parent_class)->finalize (object);
}

static void
gsnet_rule_class_init (GsnetRuleClass *klass)
{
  static const char *const names[N_PROPS] = {
    [PROP_PROGRAM_NAME] = "program-name",
    [PROP_PROGRAM] = "program",
    [PROP_WHAT] = "what",
    [PROP_WHERE] = "where",
    [PROP_ACTION] = "action",
    [PROP_LIFETIME] = "lifetime",
    [PROP_OWNER] = "owner",
    [PROP_STATE] = "state",
    [PROP_SOURCE] = "source",
    [PROP_TEXT] = "text",
  };
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = gsnet_rule_get_property;
  object_class->finalize = gsnet_rule_finalize;

  for (guint i = 1; i < PROP_EDITABLE; i++)
    properties[i] =
      g_param_spec_string (names[i], NULL, NULL, NULL, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  properties[PROP_EDITABLE] =
    g_param_spec_boolean ("editable", NULL, NULL, FALSE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
gsnet_rule_init (GsnetRule *self)
{
}

static char *
name_program (GsnetRule *self)
{
  const char *program = gsnet_rule_get_raw (self, SNET_KEY_PROGRAM);
  g_autofree char *base = program ? g_path_get_basename (program) : NULL;

  return base ? gsnet_text_visible (base, 40) : g_strdup (_ ("Any program"));
}

GsnetRule *
gsnet_rule_new (GVariant *dict)
{
  GsnetRule *self = g_object_new (GSNET_TYPE_RULE, NULL);
  g_autofree char *name = NULL;
  guint32 uid;

  g_return_val_if_fail (g_variant_is_of_type (dict, G_VARIANT_TYPE_VARDICT), NULL);

  self->variant = g_variant_ref_sink (dict);
  self->dict = g_variant_dict_new (self->variant);
  g_variant_dict_lookup (self->dict, SNET_KEY_ID, "t", &self->id);

  name = name_program (self);
  self->program_name = gsnet_words_program (name, gsnet_rule_get_raw (self, SNET_KEY_SCRIPT));

  if (g_variant_dict_lookup (self->dict, SNET_KEY_OWNER, "u", &uid))
    self->owner = gsnet_words_user (uid);
  else
    self->owner = g_strdup (C_ ("owner of a rule", "System"));
  return self;
}

guint64
gsnet_rule_get_id (GsnetRule *self)
{
  return self->id;
}

const char *
gsnet_rule_get_raw (GsnetRule *self, const char *key)
{
  const char *value = NULL;

  g_variant_dict_lookup (self->dict, key, "&s", &value);
  return value && *value ? value : NULL;
}

gboolean
gsnet_rule_get_flag (GsnetRule *self, const char *key)
{
  gboolean flag = FALSE;

  g_variant_dict_lookup (self->dict, key, "b", &flag);
  return flag;
}

gboolean
gsnet_rule_get_owner (GsnetRule *self, guint32 *ret_uid)
{
  return g_variant_dict_lookup (self->dict, SNET_KEY_OWNER, "u", ret_uid);
}

gboolean
gsnet_rule_is_editable (GsnetRule *self)
{
  return gsnet_rule_get_raw (self, SNET_KEY_SOURCE) == NULL;
}

GVariant *
gsnet_rule_get_variant (GsnetRule *self)
{
  return self->variant;
}

guint16
gsnet_rule_get_port (GsnetRule *self, const char *key)
{
  guint16 port = 0;

  g_variant_dict_lookup (self->dict, key, "q", &port);
  return port;
}

const char *
gsnet_rule_get_program_name (GsnetRule *self)
{
  return self->program_name;
}

/* snetd gives these itself and refuses them from others. */
GVariant *
gsnet_rule_dup_for_add (GsnetRule *self)
{
  GVariantDict dict;

  g_variant_dict_init (&dict, self->variant);
  g_variant_dict_remove (&dict, SNET_KEY_ID);
  g_variant_dict_remove (&dict, SNET_KEY_CREATED);
  g_variant_dict_remove (&dict, SNET_KEY_SOURCE);
  g_variant_dict_remove (&dict, "hits");
  /* What has no owner is the system's, and would become the caller's. */
  if (!g_variant_dict_contains (&dict, SNET_KEY_OWNER))
    g_variant_dict_insert (&dict, SNET_KEY_SYSTEM, "b", TRUE);
  return g_variant_ref_sink (g_variant_dict_end (&dict));
}

GVariant *
gsnet_rule_dup_with_flag (GsnetRule *self, const char *key, gboolean flag)
{
  GVariantDict dict;

  g_variant_dict_init (&dict, self->variant);
  g_variant_dict_remove (&dict, SNET_KEY_ID);
  g_variant_dict_remove (&dict, SNET_KEY_CREATED);
  if (flag)
    g_variant_dict_insert (&dict, key, "b", TRUE);
  else
    g_variant_dict_remove (&dict, key);
  return g_variant_ref_sink (g_variant_dict_end (&dict));
}
