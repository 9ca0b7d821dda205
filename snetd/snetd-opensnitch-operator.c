/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snetd-opensnitch-operator.h"

#include <string.h>

#include "snet-names.h"
#include "snetd-address.h"
#include "snetd-json.h"
#include "snetd-opensnitch-value.h"
#include "snetd-regexp.h"

#define ALTERNATIVES_MAX 64

#define ANY_PORT "0-65535"

/* JSON */

gboolean
snetd_opensnitch_get_text (JsonObject *object,
                           const char *member,
                           const char **ret_text,
                           GError **error)
{
  JsonNode *node = json_object_get_member (object, member);

  *ret_text = NULL;
  if (node == NULL || JSON_NODE_HOLDS_NULL (node))
    return TRUE;
  if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_STRING)
    return snetd_opensnitch_refuse (error, "“%s” must be a text", member);
  *ret_text = json_node_get_string (node);
  return TRUE;
}

gboolean
snetd_opensnitch_get_flag (JsonObject *object,
                           const char *member,
                           gboolean *ret_flag,
                           GError **error)
{
  JsonNode *node = json_object_get_member (object, member);

  *ret_flag = FALSE;
  if (node == NULL || JSON_NODE_HOLDS_NULL (node))
    return TRUE;
  if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_BOOLEAN)
    return snetd_opensnitch_refuse (error, "“%s” must be true or false", member);
  *ret_flag = json_node_get_boolean (node);
  return TRUE;
}

gboolean
snetd_opensnitch_check_members (JsonObject *object, const char *const *known, GError **error)
{
  JsonObjectIter iter;
  const char *member;

  json_object_iter_init (&iter, object);
  while (json_object_iter_next (&iter, &member, NULL))
    {
      if (!g_strv_contains (known, member))
        return snetd_opensnitch_refuse (error, "“%s” is not known", member);
    }
  return TRUE;
}

/* Choices: an a{sv} for each thing that can be the case. */

static GPtrArray *
new_choices (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify)g_variant_unref);
}

static gboolean
merge (GVariantDict *dict, GVariant *other, GError **error)
{
  GVariantIter iter;
  const char *key;
  GVariant *value;

  g_variant_iter_init (&iter, other);
  while (g_variant_iter_next (&iter, "{&sv}", &key, &value))
    {
      g_autoptr (GVariant) owned = value;

      if (g_variant_dict_contains (dict, key))
        return snetd_opensnitch_refuse (error, "two of its conditions would be “%s”", key);
      g_variant_dict_insert_value (dict, key, owned);
    }
  return TRUE;
}

/* One of @one and one of @other. */
static GPtrArray *
combine (GPtrArray *one, GPtrArray *other, GError **error)
{
  g_autoptr (GPtrArray) both = new_choices ();

  if (one->len * other->len > ALTERNATIVES_MAX)
    {
      snetd_opensnitch_refuse (error, "it would be more than %d rules", ALTERNATIVES_MAX);
      return NULL;
    }
  for (guint i = 0; i < one->len; i++)
    {
      for (guint j = 0; j < other->len; j++)
        {
          GVariantDict dict;
          gboolean ok;

          g_variant_dict_init (&dict, g_ptr_array_index (one, i));
          ok = merge (&dict, g_ptr_array_index (other, j), error);
          g_ptr_array_add (both, g_variant_ref_sink (g_variant_dict_end (&dict)));
          if (!ok)
            return NULL;
        }
    }
  return g_steal_pointer (&both);
}

/* Operators. */

static gboolean
add_regexp (GPtrArray *choices, const char *operand, const char *data, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (GPtrArray) branches = snetd_regexp_expand (data, &local);

  if (branches == NULL)
    return snetd_opensnitch_refuse (error,
                                    "“%s”: the regular expression “%s” cannot be translated: %s",
                                    operand, data, local->message);
  return snetd_opensnitch_add_operand (choices, operand, branches, error);
}

static gboolean
add_simple (GPtrArray *choices, const char *operand, const char *data, GError **error)
{
  g_autoptr (GPtrArray) branches = snetd_regexp_literal (data);

  return snetd_opensnitch_add_operand (choices, operand, branches, error);
}

static const struct
{
  const char *type;
  gboolean (*add) (GPtrArray *choices, const char *operand, const char *data, GError **error);
} types[] = {
  { "simple", add_simple },
  { "regexp", add_regexp },
  { "network", snetd_opensnitch_add_network },
  { "range", snetd_opensnitch_add_range },
};

static gboolean
add_type (GPtrArray *choices,
          const char *type,
          const char *operand,
          const char *data,
          GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (types); i++)
    {
      if (g_str_equal (types[i].type, type))
        return types[i].add (choices, operand, data, error);
    }
  if (g_str_equal (type, "lists"))
    return snetd_opensnitch_refuse (error, "the lists of “%s” in “%s” are not imported", operand,
                                    data);
  return snetd_opensnitch_refuse (error, "its type “%s” is not known", type);
}

/* Has @type, @operand and @data, each of them there. */
static gboolean
read_members (JsonObject *operator,
              const char ** ret_type,
              const char **ret_operand,
              const char **ret_data,
              GError **error)
{
  static const char *const known[] = { "type", "operand", "data", "sensitive", "list", NULL };
  gboolean sensitive;

  if (!snetd_opensnitch_check_members (operator, known, error) ||
      !snetd_opensnitch_get_text (operator, "type", ret_type, error) ||
      !snetd_opensnitch_get_text (operator, "operand", ret_operand, error) ||
      !snetd_opensnitch_get_text (operator, "data", ret_data, error) ||
      !snetd_opensnitch_get_flag (operator, "sensitive", &sensitive, error))
    return FALSE;
  if (*ret_type == NULL || *ret_operand == NULL)
    return snetd_opensnitch_refuse (error, "its operator has no “type” or no “operand”");
  if (*ret_data == NULL)
    *ret_data = "";
  return TRUE;
}

/* What it asks, of whatever call: a choice each. */
static GPtrArray *
read_single (JsonObject *operator, GError ** error)
{
  g_autoptr (GPtrArray) choices = new_choices ();
  const char *type, *operand, *data;

  if (!read_members (operator, & type, &operand, &data, error))
    return NULL;
  if (g_str_equal (operand, "true"))
    g_ptr_array_add (choices,
                     g_variant_ref_sink (g_variant_new_array (G_VARIANT_TYPE ("{sv}"), NULL, 0)));
  else if (!add_type (choices, type, operand, data, error))
    return NULL;
  return g_steal_pointer (&choices);
}

/* Lists, of which all have to hold. */

static GPtrArray *
take_operator (GPtrArray *choices, JsonNode *node, GError **error)
{
  g_autoptr (GPtrArray) before = choices;
  g_autoptr (GPtrArray) others = NULL;

  if (!JSON_NODE_HOLDS_OBJECT (node))
    {
      snetd_opensnitch_refuse (error, "its list holds what is no operator");
      return NULL;
    }
  others = read_single (json_node_get_object (node), error);
  return others != NULL ? combine (before, others, error) : NULL;
}

static GPtrArray *
take_list (GPtrArray *choices, JsonArray *list, GError **error)
{
  /* No condition at all is more than somebody may have meant. */
  if (json_array_get_length (list) == 0)
    {
      snetd_opensnitch_refuse (error, "its list is empty");
      g_ptr_array_unref (choices);
      return NULL;
    }
  for (guint i = 0; choices != NULL && i < json_array_get_length (list); i++)
    choices = take_operator (choices, json_array_get_element (list, i), error);
  return choices;
}

/* Older versions have the list as JSON in a text. */
static GPtrArray *
take_list_text (GPtrArray *choices, const char *text, GError **error)
{
  g_autoptr (JsonNode) root = NULL;
  const char *start;
  gsize length;

  if (snetd_json_next (&text, text + strlen (text), &start, &length, NULL))
    root = snetd_json_parse (start, length, NULL);
  if (root == NULL || !JSON_NODE_HOLDS_ARRAY (root))
    {
      snetd_opensnitch_refuse (error, "its list is not one");
      g_ptr_array_unref (choices);
      return NULL;
    }
  return take_list (choices, json_node_get_array (root), error);
}

static GPtrArray *
read_list (GPtrArray *choices, JsonObject *operator, GError ** error)
{
  JsonNode *list = json_object_get_member (operator, "list");
  const char *type, *operand, *data;

  if (!read_members (operator, & type, &operand, &data, error))
    {
      g_ptr_array_unref (choices);
      return NULL;
    }
  if (list != NULL && JSON_NODE_HOLDS_ARRAY (list) &&
      json_array_get_length (json_node_get_array (list)) > 0)
    return take_list (choices, json_node_get_array (list), error);
  return take_list_text (choices, data, error);
}

/* All of it. */

/* What OpenSnitch has rules for: connecting to and sending to where IP leads, and nothing else. */
static GPtrArray *
begin (void)
{
  static const char *const calls[] = { "{'" SNET_KEY_OPERATION "': <'connect'>}",
                                       "{'" SNET_KEY_OPERATION "': <'send'>}" };
  GPtrArray *choices = new_choices ();

  for (gsize i = 0; i < G_N_ELEMENTS (calls); i++)
    g_ptr_array_add (choices, g_variant_ref_sink (g_variant_new_parsed (calls[i])));
  return choices;
}

static gboolean
sends (GVariantDict *dict)
{
  const char *operation;

  return g_variant_dict_lookup (dict, SNET_KEY_OPERATION, "&s", &operation) &&
         g_str_equal (operation, "send");
}

/* FALSE: no call is like that. */
static gboolean
complete_protocol (GVariantDict *dict)
{
  const char *word, *protocol, *addresses, *address;
  SnetdAddress any, remote;

  if (!g_variant_dict_lookup (dict, SNET_KEY_PROTOCOL, "&s", &word) ||
      !snetd_opensnitch_find_protocol (word, &protocol, &addresses))
    return TRUE;
  /* A TCP socket that sends and connects at once is one that connects. */
  if (g_str_equal (protocol, "tcp") && sends (dict))
    return FALSE;
  g_variant_dict_insert (dict, SNET_KEY_PROTOCOL, "s", protocol);
  if (!g_variant_dict_lookup (dict, SNET_KEY_REMOTE_ADDRESS, "&s", &address))
    {
      g_variant_dict_insert (dict, SNET_KEY_REMOTE_ADDRESS, "s", addresses);
      return TRUE;
    }
  return snetd_address_parse (addresses, &any, NULL) &&
         snetd_address_parse (address, &remote, NULL) && any.family == remote.family;
}

/* A port makes it a call to somewhere on the internet, whichever port it is. */
static void
complete_remote (GVariantDict *dict)
{
  static const char *const keys[] = { SNET_KEY_REMOTE_HOST, SNET_KEY_REMOTE_DOMAIN,
                                      SNET_KEY_REMOTE_ADDRESS, SNET_KEY_REMOTE_PORT,
                                      SNET_KEY_REMOTE_PORTS };

  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      if (g_variant_dict_contains (dict, keys[i]))
        return;
    }
  g_variant_dict_insert (dict, SNET_KEY_REMOTE_PORTS, "s", ANY_PORT);
}

static GPtrArray *
complete (GPtrArray *choices, GError **error)
{
  g_autoptr (GPtrArray) completed = new_choices ();

  for (guint i = 0; i < choices->len; i++)
    {
      GVariantDict dict;

      g_variant_dict_init (&dict, g_ptr_array_index (choices, i));
      if (!complete_protocol (&dict))
        {
          g_variant_dict_clear (&dict);
          continue;
        }
      complete_remote (&dict);
      g_ptr_array_add (completed, g_variant_ref_sink (g_variant_dict_end (&dict)));
    }
  if (completed->len > 0)
    return g_steal_pointer (&completed);
  snetd_opensnitch_refuse (error, "no connection has that protocol and that address");
  return NULL;
}

GPtrArray *
snetd_opensnitch_read_operator (JsonObject *operator, GError ** error)
{
  g_autoptr (GPtrArray) choices = NULL;
  const char *type;

  if (!snetd_opensnitch_get_text (operator, "type", &type, error))
    return NULL;
  if (g_strcmp0 (type, "list") == 0)
    choices = read_list (begin (), operator, error);
  else
    {
      g_autoptr (GPtrArray) single = read_single (operator, error);
      g_autoptr (GPtrArray) calls = begin ();

      choices = single != NULL ? combine (calls, single, error) : NULL;
    }
  return choices != NULL ? complete (choices, error) : NULL;
}
