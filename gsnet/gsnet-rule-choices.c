// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include "snet-names.h"

#include "gsnet-rule-choices.h"

#define SECONDS_PER_HOUR 3600u

/* What its own network calls an address decides nothing, in snetd, and can be no condition. */
static gboolean
has_host (GsnetEvent *event)
{
  return gsnet_event_is_remote (event) && gsnet_event_get_raw (event, SNET_KEY_REMOTE_HOST) &&
         g_strcmp0 (gsnet_event_get_raw (event, SNET_KEY_HOST_SOURCE), "reverse") != 0;
}

static const char *
get_key (GsnetEvent *event, GsnetPart part)
{
  switch (part)
    {
    case GSNET_PART_PROGRAM:
      return SNET_KEY_PROGRAM;
    case GSNET_PART_SCRIPT:
      return SNET_KEY_SCRIPT;
    case GSNET_PART_HOST:
      return SNET_KEY_REMOTE_HOST;
    case GSNET_PART_ADDRESS:
      return gsnet_event_get_address_key (event);
    case GSNET_PART_PORT:
      return gsnet_event_get_port_key (event);
    case GSNET_PART_OPERATION:
      return SNET_KEY_OPERATION;
    case GSNET_PART_PROTOCOL:
    case GSNET_N_PARTS:
    default:
      return SNET_KEY_PROTOCOL;
    }
}

static char *
describe_address (GsnetEvent *event)
{
  const char *address = gsnet_event_get_address (event);

  return address ? gsnet_words_address (address) : NULL;
}

static char *
describe_port (GsnetEvent *event)
{
  const guint16 port = gsnet_event_get_port (event);

  return port ? gsnet_words_port (port, gsnet_event_get_raw (event, SNET_KEY_PROTOCOL)) : NULL;
}

char *
gsnet_rule_choices_describe (const GsnetRuleChoices *choices, GsnetPart part)
{
  GsnetEvent *event = choices->event;

  switch (part)
    {
    case GSNET_PART_HOST:
      return has_host (event) ? gsnet_event_dup_visible (event, SNET_KEY_REMOTE_HOST) : NULL;
    case GSNET_PART_ADDRESS:
      return describe_address (event);
    case GSNET_PART_PORT:
      return describe_port (event);
    case GSNET_PART_OPERATION:
      return g_strdup (gsnet_words_operation (gsnet_event_get_operation (event)));
    case GSNET_PART_PROGRAM:
    case GSNET_PART_SCRIPT:
    case GSNET_PART_PROTOCOL:
    case GSNET_N_PARTS:
    default:
      return gsnet_event_dup_visible (event, get_key (event, part));
    }
}

/* A name lasts longer than its address. Where a program listens says less than its port does. */
static gboolean
is_kept_at_first (GsnetEvent *event, GsnetPart part)
{
  if (part == GSNET_PART_ADDRESS)
    return gsnet_event_is_remote (event) && !has_host (event);
  return TRUE;
}

void
gsnet_rule_choices_init (GsnetRuleChoices *choices, GsnetEvent *event)
{
  *choices = (GsnetRuleChoices){ .event = event, .hours = 1 };
  for (GsnetPart part = 0; part < GSNET_N_PARTS; part++)
    {
      g_autofree char *value = gsnet_rule_choices_describe (choices, part);

      choices->kept[part] = value && is_kept_at_first (event, part);
    }
}

gboolean
gsnet_rule_choices_can_last (const GsnetRuleChoices *choices, GsnetLifetime lifetime)
{
  return lifetime != GSNET_LIFETIME_PROCESS || gsnet_event_has (choices->event, SNET_KEY_PROCESS);
}

gboolean
gsnet_rule_choices_is_wide (const GsnetRuleChoices *choices)
{
  return choices->lifetime != GSNET_LIFETIME_ONCE && choices->lifetime != GSNET_LIFETIME_PROCESS &&
         !choices->kept[GSNET_PART_PROGRAM];
}

/* The names of the conditions that are kept. */
static GStrv
make_match (const GsnetRuleChoices *choices)
{
  g_autoptr (GStrvBuilder) match = g_strv_builder_new ();

  for (GsnetPart part = 0; part < GSNET_N_PARTS; part++)
    if (choices->kept[part])
      g_strv_builder_add (match, get_key (choices->event, part));
  /* The protocols of other families are numbers that mean nothing without it. */
  if (choices->kept[GSNET_PART_PROTOCOL] && !gsnet_event_is_internet (choices->event))
    g_strv_builder_add (match, SNET_KEY_FAMILY);
  return g_strv_builder_end (match);
}

char *
gsnet_rule_choices_sentence (const GsnetRuleChoices *choices)
{
  g_auto (GStrv) match = make_match (choices);

  return gsnet_words_rule_effect (choices->event, (const char *const *)match, choices->lifetime,
                                  choices->hours);
}

static void
insert_lifetime (const GsnetRuleChoices *choices, GVariantDict *dict)
{
  g_variant_dict_insert (dict, SNET_KEY_LIFETIME, "s",
                         gsnet_words_lifetime_key (choices->lifetime));
  if (choices->lifetime == GSNET_LIFETIME_HOURS)
    g_variant_dict_insert (dict, SNET_KEY_DURATION, "u", choices->hours * SECONDS_PER_HOUR);
}

GVariant *
gsnet_rule_choices_make_options (const GsnetRuleChoices *choices)
{
  g_auto (GStrv) match = make_match (choices);
  GVariantDict options;

  g_variant_dict_init (&options, NULL);
  insert_lifetime (choices, &options);
  if (choices->lifetime != GSNET_LIFETIME_ONCE)
    g_variant_dict_insert (&options, SNET_KEY_MATCH, "^as", match);
  return g_variant_dict_end (&options);
}

static void
insert_condition (GsnetEvent *event, GVariantDict *rule, const char *key)
{
  g_autoptr (GVariant) value = gsnet_event_lookup (event, key);

  if (value)
    g_variant_dict_insert_value (rule, key, value);
}

GVariant *
gsnet_rule_choices_make_rule (const GsnetRuleChoices *choices, const char *action)
{
  g_auto (GStrv) match = make_match (choices);
  GVariantDict rule;

  g_return_val_if_fail (choices->lifetime != GSNET_LIFETIME_ONCE, NULL);

  g_variant_dict_init (&rule, NULL);
  g_variant_dict_insert (&rule, SNET_KEY_ACTION, "s", action);
  insert_lifetime (choices, &rule);
  for (guint i = 0; match[i]; i++)
    insert_condition (choices->event, &rule, match[i]);
  if (choices->lifetime == GSNET_LIFETIME_PROCESS)
    insert_condition (choices->event, &rule, SNET_KEY_PROCESS);
  return g_variant_dict_end (&rule);
}
