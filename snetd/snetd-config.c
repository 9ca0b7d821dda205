/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snetd-config.h"

#include "snetd-log.h"
#include "snetd-names.h"

#define EVENTS_DEFAULT 100000
#define EVENTS_MIN     100
#define EVENTS_MAX     100000000

#define DAYS_DEFAULT 90
#define DAYS_MAX     36500

void
snetd_config_init (SnetdConfig *config)
{
  config->delay = 0;
  config->policy = -1;
  config->without_agent = SNETD_WITHOUT_AGENT_POLICY;
  config->reverse = FALSE;
  config->retention.events = EVENTS_DEFAULT;
  config->retention.days = DAYS_DEFAULT;
}

static gboolean
parse_number (const char *value, guint64 min, guint64 max, guint *ret_number, char **ret_expected)
{
  guint64 number;

  if (g_ascii_string_to_unsigned (value, 10, min, max, &number, NULL))
    {
      *ret_number = number;
      return TRUE;
    }
  *ret_expected =
    g_strdup_printf ("a number from %" G_GUINT64_FORMAT " to %" G_GUINT64_FORMAT, min, max);
  return FALSE;
}

static gboolean
parse_delay (SnetdConfig *config, const char *value, char **ret_expected)
{
  return parse_number (value, 1, SNET_DELAY_MAX, &config->delay, ret_expected);
}

static gboolean
parse_policy (SnetdConfig *config, const char *value, char **ret_expected)
{
  if (snetd_vocabulary_value (&snetd_verdicts, value, &config->policy))
    return TRUE;
  *ret_expected = snetd_vocabulary_choices (&snetd_verdicts);
  return FALSE;
}

static gboolean
parse_events (SnetdConfig *config, const char *value, char **ret_expected)
{
  return parse_number (value, EVENTS_MIN, EVENTS_MAX, &config->retention.events, ret_expected);
}

static gboolean
parse_days (SnetdConfig *config, const char *value, char **ret_expected)
{
  return parse_number (value, 1, DAYS_MAX, &config->retention.days, ret_expected);
}

static gboolean
parse_without_agent (SnetdConfig *config, const char *value, char **ret_expected)
{
  static const SnetdWord words[] = {
    { SNETD_WITHOUT_AGENT_POLICY, "policy" },
    { SNETD_WITHOUT_AGENT_WAIT, "wait" },
    { 0, NULL },
  };
  static const SnetdVocabulary vocabulary = { "without-agent", words, -1 };

  if (snetd_vocabulary_value (&vocabulary, value, &config->without_agent))
    return TRUE;
  *ret_expected = snetd_vocabulary_choices (&vocabulary);
  return FALSE;
}

static gboolean
parse_reverse (SnetdConfig *config, const char *value, char **ret_expected)
{
  static const SnetdWord words[] = {
    { FALSE, "no" },
    { TRUE, "yes" },
    { 0, NULL },
  };
  static const SnetdVocabulary vocabulary = { "yes-no", words, -1 };

  if (snetd_vocabulary_value (&vocabulary, value, &config->reverse))
    return TRUE;
  *ret_expected = snetd_vocabulary_choices (&vocabulary);
  return FALSE;
}

static const struct
{
  const char *group;
  const char *key;
  gboolean (*parse) (SnetdConfig *config, const char *value, char **ret_expected);
} config_keys[] = {
  { "Verdict", "Delay", parse_delay },
  { "Verdict", "Policy", parse_policy },
  { "Prompts", "AskWithoutAgent", parse_without_agent },
  { "Names", "ReverseLookup", parse_reverse },
  { "Journal", "MaximumEvents", parse_events },
  { "Journal", "MaximumAgeDays", parse_days },
};

static gboolean
load_key (SnetdConfig *config, GKeyFile *file, const char *path, const char *group, const char *key)
{
  g_autofree char *value = g_key_file_get_string (file, group, key, NULL);
  g_autofree char *expected = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (config_keys); i++)
    {
      if (!g_str_equal (config_keys[i].group, group) || !g_str_equal (config_keys[i].key, key))
        continue;
      if (value != NULL && config_keys[i].parse (config, g_strstrip (value), &expected))
        return TRUE;

      snetd_log (G_LOG_LEVEL_WARNING, SNETD_MESSAGE_CONFIG_WRONG,
                 "%s: [%s] %s=%s is ignored; it must be %s", path, group, key,
                 value != NULL ? value : "", expected != NULL ? expected : "text");
      return FALSE;
    }

  snetd_log (G_LOG_LEVEL_WARNING, SNETD_MESSAGE_CONFIG_WRONG,
             "%s: [%s] %s is not known and ignored", path, group, key);
  return FALSE;
}

guint
snetd_config_load (SnetdConfig *config, const char *path)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) groups = NULL;
  guint wrong = 0;

  if (!g_key_file_load_from_file (file, path, G_KEY_FILE_NONE, &error))
    {
      if (g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_NOENT))
        return 0;
      snetd_log (G_LOG_LEVEL_WARNING, SNETD_MESSAGE_CONFIG_WRONG, "%s is ignored: %s", path,
                 error->message);
      return 1;
    }

  groups = g_key_file_get_groups (file, NULL);
  for (guint g = 0; groups[g] != NULL; g++)
    {
      g_auto (GStrv) keys = g_key_file_get_keys (file, groups[g], NULL, NULL);

      for (guint k = 0; keys[k] != NULL; k++)
        wrong += !load_key (config, file, path, groups[g], keys[k]);
    }
  return wrong;
}
