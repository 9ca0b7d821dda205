/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rules as text: what is read, what is refused and how that is said, and that nothing is lost. */
#include <locale.h>
#include <string.h>

#include "fake-snet.h"
#include "snetd-rule-text.h"

#define NOISE_ROUNDS 5000

typedef struct
{
  GPtrArray *rules;
  GPtrArray *problems;
} Parsed;

static Parsed
parse (const char *text)
{
  Parsed parsed = { NULL, g_ptr_array_new_with_free_func (g_free) };

  parsed.rules = snetd_rule_text_parse (text, strlen (text), NULL, parsed.problems);
  return parsed;
}

static void
parsed_clear (Parsed *parsed)
{
  g_ptr_array_unref (parsed->rules);
  g_ptr_array_unref (parsed->problems);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Parsed, parsed_clear)

static char *
print (const SnetdRule *rule)
{
  g_autoptr (GVariant) dictionary = g_variant_ref_sink (snetd_rule_to_variant (rule));

  return g_variant_print (dictionary, FALSE);
}

static void
check_rule (const Parsed *parsed, guint index, const char *expected)
{
  g_autofree char *text = print (g_ptr_array_index (parsed->rules, index));

  g_assert_cmpstr (text, ==, expected);
}

static void
test_reads (void)
{
  g_auto (Parsed) parsed = parse ("# What this machine may do.\n"
                                  "\n"
                                  "[Name resolution]\n"
                                  "action = allow\n"
                                  "remote-port=53\n"
                                  "locked=true\n"
                                  "\n"
                                  "[Backups at night]\r\n"
                                  "action=allow\r\n"
                                  "comment=only then\r\n"
                                  "program=/usr/bin/borg\r\n"
                                  "time-of-week=22:00-06:00\r\n"
                                  "# the end of the year\n"
                                  "lifetime=until\n"
                                  "until=2026-12-31T23:00:00.5Z\n"
                                  "[rule 3]\n"
                                  "action=deny\n"
                                  "owner=1000\n"
                                  "program-pattern=/opt/a\\\\\\\\*b/**");

  g_assert_cmpuint (parsed.problems->len, ==, 0);
  g_assert_cmpuint (parsed.rules->len, ==, 3);
  check_rule (&parsed, 0,
              "{'action': <'allow'>, 'lifetime': <'forever'>, 'comment': <'Name resolution'>, "
              "'locked': <true>, 'remote-port': <uint16 53>}");
  check_rule (&parsed, 1,
              "{'action': <'allow'>, 'lifetime': <'until'>, 'until': <int64 1798758000500000>, "
              "'comment': <'only then'>, 'program': <'/usr/bin/borg'>, "
              "'time-of-week': <'22:00-06:00'>}");
  check_rule (&parsed, 2,
              "{'owner': <uint32 1000>, 'action': <'deny'>, 'lifetime': <'forever'>, "
              "'program-pattern': <'/opt/a\\\\\\\\*b/**'>}");
}

static void
test_empty (void)
{
  static const char *const texts[] = { "", "\n\n", "# nothing\n" };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_auto (Parsed) parsed = parse (texts[i]);

      g_assert_cmpuint (parsed.rules->len, ==, 0);
      g_assert_cmpuint (parsed.problems->len, ==, 0);
    }
}

static void
test_problems (void)
{
  static const struct
  {
    const char *text;
    guint rules; /* that are read all the same */
    const char *says[2];
  } cases[] = {
    { "[a]\naction=permit\n[b]\naction=allow\n", 1, { "[a]", "“permit”" } },
    { "[a]\naction=allow\nremote-port=http\n", 0, { "“remote-port”", "a number" } },
    { "[a]\naction=allow\nremote-port=65536\n", 0, { "“remote-port”", "“65536”" } },
    { "[a]\naction=allow\nremote-port=-1\n", 0, { "“remote-port”", NULL } },
    { "[a]\naction=allow\nlocked=yes\n", 0, { "“locked”", "true or false" } },
    { "[a]\naction=allow\nlifetime=until\nuntil=tomorrow\n", 0, { "“until”", "2026" } },
    { "[a]\naction=allow\ncolour=red\n", 0, { "“colour”", "not a key" } },
    { "[a]\naction=allow\nid=7\n", 0, { "“id”", "not a key" } },
    { "[a]\nremote-port=80\n", 0, { "“action”", "missing" } },
    { "[a]\naction=allow\ncomment[fr]=x\n", 0, { "comment[fr]", NULL } },
    { "[a]\naction=allow\ncomment=\\x\n", 0, { "[a]", "backslash" } },
    { "[a]\naction=allow\ncomment=\\x\\\n", 0, { "“comment”", "backslash" } },
    { "[a]\naction=allow\noperation=bind\nremote-port=80\n",
      0,
      { "“remote-port”", "contradicts" } },
    /* None at all, as it is not clear which was meant. */
    { "[a]\naction=allow\n[a]\naction=deny\n", 0, { "[a]", "two of this name" } },
    { "[a]\naction=allow\naction = deny\n", 0, { "“action”", "twice" } },
    { "action=allow\n", 0, { "group", NULL } },
    { "[a\naction=allow\n", 0, { "[a", NULL } },
    { "[a]\nallow\n", 0, { "allow", NULL } },
    { "[a]\naction=\xff\n", 0, { "UTF-8", NULL } },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (Parsed) parsed = parse (cases[i].text);

      g_test_message ("%s", cases[i].text);
      g_assert_cmpuint (parsed.problems->len, ==, 1);
      g_test_message ("%s", (char *)g_ptr_array_index (parsed.problems, 0));
      g_assert_cmpuint (parsed.rules->len, ==, cases[i].rules);
      for (guint j = 0; j < 2 && cases[i].says[j] != NULL; j++)
        g_assert_nonnull (strstr (g_ptr_array_index (parsed.problems, 0), cases[i].says[j]));
    }
}

static void
test_nul (void)
{
  const char text[] = "[a]\naction=allow\n\0[b]\naction=deny\n";
  g_auto (Parsed) parsed = { NULL, g_ptr_array_new_with_free_func (g_free) };

  parsed.rules = snetd_rule_text_parse (text, sizeof text - 1, NULL, parsed.problems);
  g_assert_cmpuint (parsed.rules->len, ==, 0);
  g_assert_cmpuint (parsed.problems->len, ==, 1);
}

/* Whatever can be said of a rule; comments that are no names of groups, and the same twice. */
static const char *const written[] = {
  "{'action': <'deny'>, 'errno': <'ENETUNREACH'>, 'owner': <uint32 4294967294>,"
  " 'uid': <uint32 4294967294>, 'comment': <' [it’s]\\n\\t = # '>, 'operation': <'connect'>,"
  " 'program': <'/usr/bin/a b;c=d '>, 'family': <'inet6'>, 'type': <'stream'>,"
  " 'protocol': <'mptcp'>, 'remote-address': <'2001:db8::/32'>, 'remote-port': <uint16 65535>,"
  " 'local-address': <'2001:db8::1'>, 'local-port': <uint16 0>}",
  "{'action': <'allow'>, 'lifetime': <'reboot'>, 'locked': <true>, 'disabled': <true>,"
  " 'process': <uint64 18446744073709551615>, 'session': <uint32 4294967294>,"
  " 'netns': <uint64 4026531840>, 'program-pattern': <'/opt/\\\\*/**'>,"
  " 'program-digest': <'00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff'>,"
  " 'app': <'org.mozilla.firefox'>, 'remote-domain': <'example.org'>,"
  " 'remote-list': <'ads'>, 'remote-ports': <'6000-6010'>, 'time-of-week': <'mon-fri 08:00-18:00, "
  "sat'>}",
  "{'action': <'ask'>, 'lifetime': <'until'>, 'until': <int64 1798758000000001>}",
  "{'action': <'ask'>}",
  "{'action': <'ask'>, 'comment': <'rule'>}",
  "{'action': <'ask'>, 'comment': <'[]'>}",
  "{'action': <'ask'>, 'comment': <''>}",
  "{'action': <'allow'>, 'comment': <'twice'>}",
  "{'action': <'deny'>, 'comment': <'twice'>}",
  "{'action': <'deny'>, 'comment': <'twice 2'>}",
};

static void
test_round (void)
{
  g_autoptr (GPtrArray) rules = g_ptr_array_new_with_free_func ((GDestroyNotify)snetd_rule_unref);
  g_autofree char *text = NULL;
  g_auto (Parsed) parsed = { NULL, NULL };

  for (gsize i = 0; i < G_N_ELEMENTS (written); i++)
    {
      g_autoptr (GVariant) value =
        g_variant_parse (G_VARIANT_TYPE_VARDICT, written[i], NULL, NULL, NULL);
      g_autoptr (GError) error = NULL;

      g_ptr_array_add (rules, snetd_rule_from_variant (value, SNETD_RULE_FROM_CLIENT, &error));
      g_assert_no_error (error);
    }
  text = snetd_rule_text_format (rules);
  g_test_message ("%s", text);
  parsed = parse (text);
  for (guint i = 0; i < parsed.problems->len; i++)
    g_test_message ("%s", (char *)g_ptr_array_index (parsed.problems, i));
  g_assert_cmpuint (parsed.problems->len, ==, 0);
  g_assert_cmpuint (parsed.rules->len, ==, rules->len);
  for (guint i = 0; i < rules->len; i++)
    {
      g_autofree char *before = print (g_ptr_array_index (rules, i));

      check_rule (&parsed, i, before);
    }
}

/* What nobody would write: no more comes out of it than rules that can be written again. */
static void
test_noise (void)
{
  static const char letters[] = "[]=#\\\n\r\t ;s\xc3\xff";
  static const char good[] =
    "[a]\naction=deny\nremote-port=25\n[b]\naction=ask\n[c]\naction=allow\n";
  g_autoptr (GRand) random = g_rand_new_with_seed (g_test_rand_int ());

  for (guint i = 0; i < NOISE_ROUNDS; i++)
    {
      g_autofree char *text = g_memdup2 (good, sizeof good);
      const guint changes = g_rand_int_range (random, 1, 4);
      g_autofree char *output = NULL;
      g_auto (Parsed) parsed = { NULL, g_ptr_array_new_with_free_func (g_free) };
      g_auto (Parsed) again = { NULL, NULL };

      for (guint j = 0; j < changes; j++)
        text[g_rand_int_range (random, 0, sizeof good - 1)] =
          letters[g_rand_int_range (random, 0, sizeof letters - 1)];
      /* Where it ends is not said by a zero. */
      parsed.rules = snetd_rule_text_parse (text, g_rand_int_range (random, 0, sizeof good), NULL,
                                            parsed.problems);
      output = snetd_rule_text_format (parsed.rules);
      again = parse (output);
      g_assert_cmpuint (again.problems->len, ==, 0);
      g_assert_cmpuint (again.rules->len, ==, parsed.rules->len);
    }
}

static void
test_too_many_lines (void)
{
  g_autofree char *text = g_strnfill (SNETD_RULE_TEXT_LINES_MAX + 1, '\n');
  g_auto (Parsed) parsed = parse (text);
  g_auto (Parsed) fewer = { NULL, NULL };

  g_assert_cmpuint (parsed.problems->len, ==, 1);
  g_assert_nonnull (strstr (g_ptr_array_index (parsed.problems, 0), "lines"));
  fewer = parse (text + 1);
  g_assert_cmpuint (fewer.problems->len, ==, 0);
}

/* Names that are wanted more often than not are found at once. */
static void
test_same_names (void)
{
  g_autoptr (GPtrArray) rules = g_ptr_array_new_with_free_func ((GDestroyNotify)snetd_rule_unref);
  g_autofree char *text = NULL;
  g_auto (Parsed) parsed = { NULL, NULL };

  for (guint i = 0; i < 5000; i++)
    {
      SnetdRule *rule = snetd_rule_new ();

      if (i % 3 == 0)
        rule->comment = g_strdup (i % 2 == 0 ? "same" : "same 7");
      g_ptr_array_add (rules, rule);
    }
  text = snetd_rule_text_format (rules);
  parsed = parse (text);
  g_assert_cmpuint (parsed.problems->len, ==, 0);
  g_assert_cmpuint (parsed.rules->len, ==, rules->len);
  for (guint i = 0; i < rules->len; i++)
    g_assert_cmpstr (((SnetdRule *)g_ptr_array_index (parsed.rules, i))->comment, ==,
                     ((SnetdRule *)g_ptr_array_index (rules, i))->comment);
}

int
main (int argc, char **argv)
{
  setlocale (LC_ALL, "C.UTF-8");
  g_test_init (&argc, &argv, NULL);
  fake_snet_reset ();

  g_test_add_func ("/rule-text/reads", test_reads);
  g_test_add_func ("/rule-text/empty", test_empty);
  g_test_add_func ("/rule-text/problems", test_problems);
  g_test_add_func ("/rule-text/nul", test_nul);
  g_test_add_func ("/rule-text/round", test_round);
  g_test_add_func ("/rule-text/noise", test_noise);
  g_test_add_func ("/rule-text/too-many-lines", test_too_many_lines);
  g_test_add_func ("/rule-text/same-names", test_same_names);

  return g_test_run ();
}
