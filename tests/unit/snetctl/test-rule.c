/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rules as text and as commands, numbers that are chosen, and the keys of a question. */
#include "snet-names.h"

#include "snetctl-fit.h"
#include "snetctl-input.h"
#include "snetctl-keys.h"
#include "snetctl-prompt.h"
#include "snetctl-rule.h"
#include "snetctl-tally.h"

static GVariant *
parse (const char *text)
{
  return g_variant_ref_sink (g_variant_new_parsed (text));
}

static void
check_command (const char *rule, const char *wanted)
{
  g_autoptr (GVariant) dict = parse (rule);
  g_autofree char *command = snetctl_rule_to_command (dict);

  g_assert_cmpstr (command, ==, wanted);
}

static void
test_command (void)
{
  check_command ("{'action': <'allow'>, 'id': <@t 7>, 'created': <@x 5>, 'owner': <@u 1000>,"
                 " 'lifetime': <'forever'>, 'program': <'/usr/bin/curl'>, 'remote-port': <@q 443>}",
                 "snetctl rules add allow --owner=1000 --program=/usr/bin/curl --remote-port=443");
  /* The system's stays so, and what a shell would take to pieces does not come to harm. */
  check_command ("{'action': <'deny'>, 'comment': <'it\\'s $HOME; `rm`'>, 'locked': <true>}",
                 "snetctl rules add deny --comment='it'\\''s $HOME; `rm`' --locked --system");
  check_command ("{'action': <'ask'>, 'owner': <@u 0>, 'disabled': <false>,"
                 " 'lifetime': <'until'>, 'until': <@x 1798722000000000>}",
                 "snetctl rules add ask --lifetime=until --until=2026-12-31T13:00:00.000000Z "
                 "--owner=0");
}

/* What is written is read as the same, with each type. */
static void
test_text (void)
{
  g_autoptr (GVariant) rule =
    parse ("{'action': <'deny'>, 'errno': <'EPERM'>, 'lifetime': <'until'>,"
           " 'until': <@x 1798722000000001>, 'owner': <@u 1000>, 'comment': <'a\\n\\tb\\\\c '>,"
           " 'disabled': <true>, 'process': <@t 18446744073709551615>,"
           " 'program-pattern': <'/opt/\\\\*/ ;#='>, 'remote-port': <@q 65535>}");
  g_autofree char *text = snetctl_rule_to_text ("rule 1", rule);
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autoptr (GVariant) read = NULL;
  g_autoptr (GVariantDict) dict = NULL;
  g_autoptr (GError) error = NULL;
  GVariantIter iter;
  const char *key;
  GVariant *value;

  g_key_file_load_from_data (file, text, (gsize)-1, G_KEY_FILE_NONE, &error);
  g_assert_no_error (error);
  read = snetctl_rule_read (file, "rule 1", &error);
  g_assert_no_error (error);
  dict = g_variant_dict_new (read);
  g_assert_cmpuint (g_variant_n_children (read), ==, g_variant_n_children (rule));
  g_variant_iter_init (&iter, rule);
  while (g_variant_iter_loop (&iter, "{&sv}", &key, &value))
    {
      g_autoptr (GVariant) got = g_variant_dict_lookup_value (dict, key, NULL);

      g_assert_nonnull (got);
      g_assert_true (g_variant_equal (value, got));
    }
}

static void
check_refused (const char *name, const char *text)
{
  g_autoptr (GError) error = NULL;
  GVariant *value = snetctl_key_parse (snetctl_keys_find (snetctl_rule_keys, name), text, &error);

  g_assert_null (value);
  g_assert_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE);
}

static void
test_refused (void)
{
  check_refused (SNET_KEY_REMOTE_PORT, "65536");
  check_refused (SNET_KEY_REMOTE_PORT, "-1");
  check_refused (SNET_KEY_REMOTE_PORT, "");
  check_refused (SNET_KEY_OWNER, "nobody-of-this-name");
  check_refused (SNET_KEY_OWNER, "4294967295");
  check_refused (SNET_KEY_LOCKED, "yes");
  check_refused (SNET_KEY_UNTIL, "whenever");
  check_refused (SNET_KEY_DURATION, "0");
  check_refused (SNET_KEY_PROGRAM, "/\xff");
  g_assert_null (snetctl_keys_find (snetctl_rule_keys, SNET_KEY_SOURCE));
  g_assert_null (snetctl_keys_find (snetctl_rule_keys, SNET_KEY_ID));
}

static void
check_numbers (const char *text, const char *wanted)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) numbers = snetctl_input_parse_numbers (text, 9, &error);
  g_autoptr (GString) got = g_string_new (NULL);

  for (guint i = 0; numbers && i < numbers->len; i++)
    g_string_append_printf (got, "%u", g_array_index (numbers, guint, i));
  g_assert_true ((error != NULL) == (wanted == NULL));
  g_assert_cmpstr (got->str, ==, wanted ? wanted : "");
}

static void
test_numbers (void)
{
  check_numbers ("", "");
  check_numbers ("3", "3");
  check_numbers (" 7, 1-3 2", "1237");
  check_numbers ("1-9", "123456789");
  check_numbers ("0", NULL);
  check_numbers ("10", NULL);
  check_numbers ("3-1", NULL);
  check_numbers ("1-", NULL);
  check_numbers ("-1", NULL);
  check_numbers ("all", NULL);
}

/* Never so long that the line would run over. */
static void
test_keys (void)
{
  for (guint width = 2; width < 200; width++)
    {
      g_autofree char *keys = snetctl_prompt_keys (86400, 100, 1000, width);
      g_autofree char *rule_keys = snetctl_prompt_rule_keys (86400, width);

      g_assert_cmpuint (snetctl_fit_width (keys), <, width);
      g_assert_cmpuint (snetctl_fit_width (rule_keys), <, width);
    }
}

static GsnetEvent *
make_event (const char *text)
{
  g_autoptr (GVariant) dict = parse (text);

  return gsnet_event_new (0, dict);
}

/* Alike are those that were decided alike; what has a rule, or no program, needs none. */
static void
test_tally (void)
{
#define CALL                                                                                       \
  "'operation': <'connect'>, 'protocol': <'tcp'>, 'family': <'inet'>, 'pid': <@u 5>,"              \
  " 'remote-address': <'192.0.2.1'>, 'remote-port': <@q 80>, 'verdict': <'allow'>"
  g_autoptr (SnetctlTally) tally = snetctl_tally_new ();
  g_autoptr (GsnetEvent) asked =
    make_event ("{" CALL ", 'program': <'/usr/bin/a\\x1bb'>, 'reason': <'user'>}");
  g_autoptr (GsnetEvent) ruled =
    make_event ("{" CALL ", 'program': <'/usr/bin/c'>, 'reason': <'rule'>, 'rule': <@t 7>}");
  g_autoptr (GsnetEvent) unknown = make_event ("{" CALL ", 'reason': <'user'>}");
  g_autofree char *rules = NULL;
  g_autofree char *its_rules = NULL;
  g_autofree char *summary = NULL;
  g_autoptr (GVariant) events = NULL;

  g_assert_true (snetctl_tally_is_empty (tally));
  g_assert_true (snetctl_tally_add (tally, asked));
  g_assert_false (snetctl_tally_add (tally, asked));
  g_assert_true (snetctl_tally_add (tally, ruled));
  g_assert_true (snetctl_tally_add (tally, unknown));
  summary = snetctl_tally_summary (tally);
  g_assert_true (g_str_has_prefix (summary, "CALLS "));
  g_assert_nonnull (strstr (summary, "\n    2  allowed"));
  g_assert_null (strchr (summary, '\x1b'));
  rules = snetctl_tally_rules (tally, 0);
  g_assert_nonnull (strstr (rules, "snetctl rules add allow "));
  g_assert_null (strstr (rules, "/usr/bin/c "));
  g_assert_null (strchr (rules, '\x1b'));
  g_assert_cmpint (strchr (rules, '\n') - rules + 1, ==, (int)strlen (rules));
  /* It was only for this one run. */
  its_rules = snetctl_tally_rules (tally, 7);
  g_assert_nonnull (strstr (its_rules, "/usr/bin/c "));
  events = snetctl_tally_to_variant (tally);
  g_assert_cmpuint (g_variant_n_children (events), ==, 4);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/rule/command", test_command);
  g_test_add_func ("/rule/text", test_text);
  g_test_add_func ("/rule/refused", test_refused);
  g_test_add_func ("/rule/numbers", test_numbers);
  g_test_add_func ("/rule/keys", test_keys);
  g_test_add_func ("/rule/tally", test_tally);
  return g_test_run ();
}
