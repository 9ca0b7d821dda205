/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snetd-opensnitch.h"

#include <string.h>

#include "snet-names.h"
#include "snetd-json.h"
#include "snetd-opensnitch-operator.h"
#include "snetd-opensnitch-value.h"

typedef struct
{
  gboolean system;
  guint count; /* of rules there, those with problems too */
  GPtrArray *rules;
  GPtrArray *names;
  GPtrArray *problems;
} Reading;

/* What a rule says beside its operator: what all rules that it becomes have in common. */

static gboolean
add_action (GVariantDict *rule, const char *action, gboolean system, GError **error)
{
  const gboolean denies = g_strcmp0 (action, "deny") == 0 || g_strcmp0 (action, "reject") == 0;

  if (!denies && g_strcmp0 (action, "allow") != 0)
    return snetd_opensnitch_refuse (error, "its action is “%s”", action != NULL ? action : "");
  g_variant_dict_insert (rule, SNET_KEY_ACTION, "s", denies ? "deny" : "allow");
  if (g_strcmp0 (action, "reject") == 0)
    g_variant_dict_insert (rule, SNET_KEY_ERRNO, "s", "ECONNREFUSED");
  /* There it comes before all that allow, however specific these are. */
  if (denies && system)
    g_variant_dict_insert (rule, SNET_KEY_LOCKED, "b", TRUE);
  return TRUE;
}

/* Microseconds of "1h30m"; 0: it is no duration. */
static gint64
read_duration (const char *text)
{
  gint64 duration = 0;

  while (*text != '\0')
    {
      char *end;
      const guint64 number = g_ascii_strtoull (text, &end, 10);
      const gint64 unit = *end == 'h' ? 3600 : *end == 'm' ? 60 : *end == 's' ? 1 : 0;

      if (!g_ascii_isdigit (*text) || unit == 0 || number > G_MAXINT32)
        return 0;
      duration += (gint64)number * unit * G_USEC_PER_SEC;
      text = end + 1;
    }
  return duration;
}

/* It began when the rule was made, and does not begin again. */
static gboolean
add_until (GVariantDict *rule, const char *duration, const char *created, GError **error)
{
  const gint64 length = read_duration (duration);
  g_autoptr (GTimeZone) zone = g_time_zone_new_utc ();
  g_autoptr (GDateTime) begin =
    created != NULL ? g_date_time_new_from_iso8601 (created, zone) : NULL;
  gint64 until;

  if (length == 0)
    return snetd_opensnitch_refuse (error, "its duration is “%s”", duration);
  if (begin == NULL)
    return snetd_opensnitch_refuse (error, "it lasts for “%s”, and it is not known from when on",
                                    duration);
  until = g_date_time_to_unix (begin) * G_USEC_PER_SEC + length;
  if (until <= g_get_real_time ())
    return snetd_opensnitch_refuse (error, "it has ended: it was to last for “%s”", duration);
  g_variant_dict_insert (rule, SNET_KEY_LIFETIME, "s", SNET_LIFETIME_WORD_UNTIL);
  g_variant_dict_insert (rule, SNET_KEY_UNTIL, "x", until);
  return TRUE;
}

static gboolean
add_lifetime (GVariantDict *rule, JsonObject *object, GError **error)
{
  const char *duration, *created;

  if (!snetd_opensnitch_get_text (object, "duration", &duration, error) ||
      !snetd_opensnitch_get_text (object, "created", &created, error))
    return FALSE;
  if (g_strcmp0 (duration, "always") == 0)
    return TRUE;
  if (g_strcmp0 (duration, "until restart") == 0)
    {
      g_variant_dict_insert (rule, SNET_KEY_LIFETIME, "s", SNET_LIFETIME_WORD_REBOOT);
      return TRUE;
    }
  return add_until (rule, duration != NULL ? duration : "", created, error);
}

/* Of one that is not said to be enabled OpenSnitch makes no use. */
static gboolean
add_flags (GVariantDict *rule, JsonObject *object, gboolean system, GError **error)
{
  gboolean enabled, precedence, nolog;

  if (!snetd_opensnitch_get_flag (object, "enabled", &enabled, error) ||
      !snetd_opensnitch_get_flag (object, "precedence", &precedence, error) ||
      !snetd_opensnitch_get_flag (object, "nolog", &nolog, error))
    return FALSE;
  if (precedence && !system)
    return snetd_opensnitch_refuse (
      error, "it has precedence, which only rules of the system can have (“" SNET_KEY_LOCKED "”)");
  if (!enabled)
    g_variant_dict_insert (rule, SNET_KEY_DISABLED, "b", TRUE);
  if (precedence)
    g_variant_dict_insert (rule, SNET_KEY_LOCKED, "b", TRUE);
  return TRUE;
}

/* As much as there is room for, of whole characters. */
static void
add_comment (GVariantDict *rule, const char *name, const char *description)
{
  g_autoptr (GString) comment = g_string_new (name);

  if (description != NULL && description[0] != '\0')
    g_string_append_printf (comment, ": %s", description);
  if (comment->len > SNETD_COMMENT_MAX)
    {
      const char *last = g_utf8_find_prev_char (comment->str, comment->str + SNETD_COMMENT_MAX + 1);

      g_string_truncate (comment, last - comment->str);
    }
  g_variant_dict_insert (rule, SNET_KEY_COMMENT, "s", comment->str);
}

static GVariant *
read_common (JsonObject *object, const char *name, gboolean system, GError **error)
{
  static const char *const known[] = { "created",    "updated",  "name",     "description",
                                       "action",     "duration", "operator", "enabled",
                                       "precedence", "nolog",    NULL };
  const char *action, *description;
  GVariantDict rule;

  if (!snetd_opensnitch_check_members (object, known, error) ||
      !snetd_opensnitch_get_text (object, "action", &action, error) ||
      !snetd_opensnitch_get_text (object, "description", &description, error))
    return NULL;

  g_variant_dict_init (&rule, NULL);
  add_comment (&rule, name, description);
  if (add_action (&rule, action, system, error) && add_lifetime (&rule, object, error) &&
      add_flags (&rule, object, system, error))
    return g_variant_ref_sink (g_variant_dict_end (&rule));
  g_variant_dict_clear (&rule);
  return NULL;
}

/* A rule there is one here for each of the choices of its operator. */

static SnetdRule *
make_rule (GVariant *common, GVariant *conditions, GError **error)
{
  g_autoptr (GVariant) dictionary = NULL;
  GVariantDict rule;
  GVariantIter iter;
  const char *key;
  GVariant *value;

  g_variant_dict_init (&rule, common);
  g_variant_iter_init (&iter, conditions);
  while (g_variant_iter_loop (&iter, "{&sv}", &key, &value))
    g_variant_dict_insert_value (&rule, key, value);
  dictionary = g_variant_ref_sink (g_variant_dict_end (&rule));
  return snetd_rule_from_variant (dictionary, SNETD_RULE_FROM_CLIENT, error);
}

static GPtrArray *
make_rules (GVariant *common, JsonObject *operator, GError ** error)
{
  g_autoptr (GPtrArray) rules = NULL;
  g_autoptr (GPtrArray) choices = snetd_opensnitch_read_operator (operator, error);

  if (choices == NULL)
    return NULL;
  rules = g_ptr_array_new_with_free_func ((GDestroyNotify)snetd_rule_unref);
  for (guint i = 0; i < choices->len; i++)
    {
      SnetdRule *rule = make_rule (common, g_ptr_array_index (choices, i), error);

      if (rule == NULL)
        return NULL;
      g_ptr_array_add (rules, rule);
    }
  return g_steal_pointer (&rules);
}

static GPtrArray *
read_rule (JsonObject *object, const char *name, gboolean system, GError **error)
{
  g_autoptr (GVariant) common = read_common (object, name, system, error);
  JsonNode *operator= json_object_get_member (object, "operator");

  if (common == NULL)
    return NULL;
  if (operator== NULL || !JSON_NODE_HOLDS_OBJECT (operator))
    {
      snetd_opensnitch_refuse (error, "it has no operator");
      return NULL;
    }
  return make_rules (common, json_node_get_object (operator), error);
}

/* Texts of many rules. */

static void
take_rule (Reading *reading, JsonObject *object)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) rules = NULL;
  g_autofree char *number = g_strdup_printf ("rule %u", ++reading->count);
  const char *name;

  if (snetd_opensnitch_get_text (object, "name", &name, &error))
    {
      if (name == NULL || name[0] == '\0')
        name = number;
      rules = read_rule (object, name, reading->system, &error);
    }
  if (rules == NULL)
    {
      g_ptr_array_add (reading->problems,
                       g_strdup_printf ("[%s]: %s", name != NULL ? name : number, error->message));
      return;
    }
  for (guint i = 0; i < rules->len; i++)
    {
      g_ptr_array_add (reading->rules, snetd_rule_ref (g_ptr_array_index (rules, i)));
      g_ptr_array_add (reading->names, g_strdup (name));
    }
}

static void
take_node (Reading *reading, JsonNode *node)
{
  if (JSON_NODE_HOLDS_OBJECT (node))
    take_rule (reading, json_node_get_object (node));
  else
    g_ptr_array_add (reading->problems,
                     g_strdup_printf ("[rule %u]: it is no object", ++reading->count));
}

static void
take_value (Reading *reading, const char *start, gsize length)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = snetd_json_parse (start, length, &error);

  if (node == NULL)
    {
      g_ptr_array_add (reading->problems,
                       g_strdup_printf ("[rule %u]: %s", ++reading->count, error->message));
      return;
    }
  if (!JSON_NODE_HOLDS_ARRAY (node))
    {
      take_node (reading, node);
      return;
    }
  for (guint i = 0; i < json_array_get_length (json_node_get_array (node)); i++)
    take_node (reading, json_array_get_element (json_node_get_array (node), i));
}

GPtrArray *
snetd_opensnitch_parse (const char *text,
                        gsize length,
                        gboolean system,
                        GPtrArray *names,
                        GPtrArray *problems)
{
  Reading reading = {
    .system = system,
    .rules = g_ptr_array_new_with_free_func ((GDestroyNotify)snetd_rule_unref),
    .names = names,
    .problems = problems,
  };
  const char *end = text + length;
  g_autoptr (GError) error = NULL;
  const char *start;
  gsize value_length;

  while (snetd_json_next (&text, end, &start, &value_length, &error))
    take_value (&reading, start, value_length);
  if (error != NULL)
    g_ptr_array_add (problems,
                     g_strdup_printf ("[rule %u]: %s", reading.count + 1, error->message));
  return reading.rules;
}
