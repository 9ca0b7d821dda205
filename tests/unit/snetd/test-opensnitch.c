/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rules of OpenSnitch: what they become, what is said of the others, and that none gets wider. */
#include <locale.h>
#include <pwd.h>
#include <string.h>

#include "fake-snet.h"
#include "snetd-json.h"
#include "snetd-opensnitch.h"
#include "snetd-request.h"

#define NOISE_ROUNDS 20000

typedef struct
{
  GPtrArray *rules;
  GPtrArray *names;
  GPtrArray *problems;
} Parsed;

static Parsed
parse (const char *text, gboolean system)
{
  Parsed parsed = { NULL, g_ptr_array_new_with_free_func (g_free),
                    g_ptr_array_new_with_free_func (g_free) };

  parsed.rules =
    snetd_opensnitch_parse (text, strlen (text), system, parsed.names, parsed.problems);
  g_assert_cmpuint (parsed.rules->len, ==, parsed.names->len);
  for (guint i = 0; i < parsed.problems->len; i++)
    g_test_message ("%s", (char *)g_ptr_array_index (parsed.problems, i));
  return parsed;
}

static void
parsed_clear (Parsed *parsed)
{
  g_ptr_array_unref (parsed->rules);
  g_ptr_array_unref (parsed->names);
  g_ptr_array_unref (parsed->problems);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Parsed, parsed_clear)

static void
check_rule (const Parsed *parsed, guint index, const char *expected)
{
  g_autoptr (GVariant) dictionary = NULL;
  g_autofree char *text = NULL;

  g_assert_cmpuint (index, <, parsed->rules->len);
  dictionary =
    g_variant_ref_sink (snetd_rule_to_variant (g_ptr_array_index (parsed->rules, index)));
  text = g_variant_print (dictionary, FALSE);
  g_assert_cmpstr (text, ==, expected);
}

/* A rule with that operator. */
static char *
rule_with (const char *operator)
{
  return g_strdup_printf ("{\"name\": \"n\", \"enabled\": true, \"action\": \"allow\","
                          " \"duration\": \"always\", \"operator\": %s}",
                          operator);
}

/* As OpenSnitch installs it, and as its dialog makes them. */
static void
test_reads (void)
{
  g_auto (Parsed) parsed = parse (
    "{\n"
    "  \"created\": \"2023-07-05T10:46:47.904024069+01:00\",\n"
    "  \"updated\": \"2023-07-05T10:46:47.921828104+01:00\",\n"
    "  \"name\": \"000-allow-localhost\",\n"
    "  \"description\": \"Here\\nonly\",\n"
    "  \"enabled\": true,\n"
    "  \"precedence\": true,\n"
    "  \"nolog\": true,\n"
    "  \"action\": \"allow\",\n"
    "  \"duration\": \"always\",\n"
    "  \"operator\": {\"type\": \"regexp\", \"operand\": \"dest.ip\", \"sensitive\": false,\n"
    "    \"data\": \"^(127\\\\.0\\\\.0\\\\.1|::1)$\", \"list\": []}\n"
    "}\n"
    "[{\"name\": \"mail\", \"enabled\": false, \"action\": \"reject\", \"duration\": \"always\",\n"
    "  \"operator\": {\"type\": \"list\", \"operand\": \"list\", \"data\": \"\", \"list\": [\n"
    "    {\"type\": \"simple\", \"operand\": \"process.path\", \"data\": \"/usr/bin/mutt\",\n"
    "     \"sensitive\": false, \"list\": null},\n"
    "    {\"type\": \"simple\", \"operand\": \"protocol\", \"data\": \"tcp6\"},\n"
    "    {\"type\": \"simple\", \"operand\": \"dest.port\", \"data\": \"25\"}]}}]",
    TRUE);

  g_assert_cmpuint (parsed.problems->len, ==, 0);
  g_assert_cmpuint (parsed.rules->len, ==, 5);
  check_rule (&parsed, 0,
              "{'action': <'allow'>, 'lifetime': <'forever'>,"
              " 'comment': <'000-allow-localhost: Here\\nonly'>, 'locked': <true>,"
              " 'remote-address': <'127.0.0.1'>, 'operation': <'connect'>}");
  check_rule (&parsed, 3,
              "{'action': <'allow'>, 'lifetime': <'forever'>,"
              " 'comment': <'000-allow-localhost: Here\\nonly'>, 'locked': <true>,"
              " 'remote-address': <'::1'>, 'operation': <'send'>}");
  /* A deny comes before each allow there. */
  check_rule (&parsed, 4,
              "{'action': <'deny'>, 'errno': <'ECONNREFUSED'>, 'lifetime': <'forever'>,"
              " 'comment': <'mail'>, 'locked': <true>, 'disabled': <true>,"
              " 'program': <'/usr/bin/mutt'>, 'remote-address': <'::/0'>,"
              " 'remote-port': <uint16 25>, 'operation': <'connect'>, 'protocol': <'tcp'>}");
  g_assert_cmpstr (g_ptr_array_index (parsed.names, 4), ==, "mail");
}

/* The first of the rules that an operator becomes; all of them differ in the operation only. */
static void
test_operators (void)
{
  static const struct
  {
    const char *operator;
    guint rules;
    const char *conditions;
  } cases[] = {
    { "{\"type\": \"simple\", \"operand\": \"process.path\", \"data\": \"/usr/bin/a b\"}", 2,
      "'program': <'/usr/bin/a b'>, 'remote-ports': <'0-65535'>, 'operation': <'connect'>" },
    { "{\"type\": \"regexp\", \"operand\": \"process.path\", \"data\": \"^/opt/.*$\"}", 2,
      "'program-pattern': <'/opt/**'>, 'remote-ports': <'0-65535'>, 'operation': <'connect'>" },
    { "{\"type\": \"simple\", \"operand\": \"true\", \"data\": \"\"}", 2,
      "'remote-ports': <'0-65535'>, 'operation': <'connect'>" },
    { "{\"type\": \"simple\", \"operand\": \"user.id\", \"data\": \"1000\"}", 2,
      "'remote-ports': <'0-65535'>, 'operation': <'connect'>, 'uid': <uint32 1000>" },
    { "{\"type\": \"simple\", \"operand\": \"user.name\", \"data\": \"root\"}", 2,
      "'remote-ports': <'0-65535'>, 'operation': <'connect'>, 'uid': <uint32 0>" },
    { "{\"type\": \"simple\", \"operand\": \"dest.host\", \"data\": \"www.example.org\"}", 2,
      "'remote-host': <'www.example.org'>, 'operation': <'connect'>" },
    { "{\"type\": \"regexp\", \"operand\": \"dest.host\", \"data\":"
      " \"^(.*\\\\.)?example\\\\.org$\"}",
      2, "'remote-domain': <'example.org'>, 'operation': <'connect'>" },
    { "{\"type\": \"simple\", \"operand\": \"dest.ip\", \"data\": \"192.0.2.1\"}", 2,
      "'remote-address': <'192.0.2.1'>, 'operation': <'connect'>" },
    { "{\"type\": \"network\", \"operand\": \"dest.network\", \"data\": \"192.0.2.1/24\"}", 2,
      "'remote-address': <'192.0.2.0/24'>, 'operation': <'connect'>" },
    { "{\"type\": \"simple\", \"operand\": \"dest.port\", \"data\": \"443\"}", 2,
      "'remote-port': <uint16 443>, 'operation': <'connect'>" },
    { "{\"type\": \"range\", \"operand\": \"dest.port\", \"data\": \"6000-6010\"}", 2,
      "'remote-ports': <'6000-6010'>, 'operation': <'connect'>" },
    { "{\"type\": \"regexp\", \"operand\": \"dest.port\", \"data\": \"^(80|443)$\"}", 4,
      "'remote-port': <uint16 80>, 'operation': <'connect'>" },
    { "{\"type\": \"simple\", \"operand\": \"protocol\", \"data\": \"udp\"}", 2,
      "'remote-address': <'0.0.0.0/0'>, 'operation': <'connect'>, 'protocol': <'udp'>" },
    { "{\"type\": \"regexp\", \"operand\": \"protocol\", \"data\": \"^(tcp|udp6)$\"}", 3,
      "'remote-address': <'0.0.0.0/0'>, 'operation': <'connect'>, 'protocol': <'tcp'>" },
    { "{\"type\": \"list\", \"operand\": \"list\", \"list\": [], \"data\": \"[{\\\"type\\\":"
      " \\\"simple\\\", \\\"operand\\\": \\\"dest.port\\\", \\\"data\\\": \\\"53\\\"}]\"}",
      2, "'remote-port': <uint16 53>, 'operation': <'connect'>" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = rule_with (cases[i].operator);
      g_autofree char *expected =
        g_strdup_printf ("{'action': <'allow'>, 'lifetime': <'forever'>, 'comment': <'n'>, %s}",
                         cases[i].conditions);
      g_auto (Parsed) parsed = parse (text, FALSE);

      g_test_message ("%s", cases[i].operator);
      g_assert_cmpuint (parsed.problems->len, ==, 0);
      g_assert_cmpuint (parsed.rules->len, ==, cases[i].rules);
      check_rule (&parsed, 0, expected);
    }
}

/* One problem for each rule, with its name, and nothing of that rule. */
static void
test_refuses (void)
{
  static const struct
  {
    const char *operator;
    const char *says;
  } cases[] = {
    { "{\"type\": \"simple\", \"operand\": \"process.command\", \"data\": \"x\"}",
      "process.command" },
    { "{\"type\": \"simple\", \"operand\": \"process.parent.path\", \"data\": \"/x\"}",
      "ancestor" },
    { "{\"type\": \"simple\", \"operand\": \"process.hash.md5\", \"data\": \"x\"}", "hash" },
    { "{\"type\": \"simple\", \"operand\": \"iface.out\", \"data\": \"eth0\"}", "iface.out" },
    { "{\"type\": \"simple\", \"operand\": \"source.port\", \"data\": \"1\"}", "source.port" },
    { "{\"type\": \"simple\", \"operand\": \"process.path\", \"data\": \"curl\"}", "program" },
    { "{\"type\": \"simple\", \"operand\": \"process.path\", \"data\": \"\"}", "program" },
    { "{\"type\": \"simple\", \"operand\": \"dest.port\", \"data\": \"080\"}", "080" },
    { "{\"type\": \"simple\", \"operand\": \"dest.port\", \"data\": \"65536\"}", "65536" },
    { "{\"type\": \"simple\", \"operand\": \"dest.port\", \"data\": \"\"}", "number" },
    { "{\"type\": \"simple\", \"operand\": \"dest.ip\", \"data\": \"0:0::1\"}", "::1" },
    { "{\"type\": \"simple\", \"operand\": \"dest.ip\", \"data\": \"192.0.2.0/24\"}",
      "more than one" },
    { "{\"type\": \"simple\", \"operand\": \"dest.host\", \"data\": \"example.org.\"}",
      "example.org" },
    { "{\"type\": \"simple\", \"operand\": \"dest.host\", \"data\": \"192.0.2.1\"}", "192.0.2.1" },
    { "{\"type\": \"simple\", \"operand\": \"user.name\", \"data\": \"no such user\"}",
      "no such user" },
    { "{\"type\": \"simple\", \"operand\": \"protocol\", \"data\": \"quic\"}", "quic" },
    { "{\"type\": \"network\", \"operand\": \"dest.network\", \"data\": \"LAN\"}", "LAN" },
    { "{\"type\": \"network\", \"operand\": \"source.network\", \"data\": \"192.0.2.0/24\"}",
      "source" },
    { "{\"type\": \"lists\", \"operand\": \"lists.domains\", \"data\": \"/etc/l\"}", "/etc/l" },
    { "{\"type\": \"regexp\", \"operand\": \"dest.host\", \"data\": \".*example.org$\"}", "\\." },
    { "{\"type\": \"regexp\", \"operand\": \"dest.host\", \"data\": \"^.*\\\\.example\\\\.org$\"}",
      "remote-domain" },
    { "{\"type\": \"regexp\", \"operand\": \"dest.host\", \"data\": \"example\\\\.org\"}",
      "pattern" },
    { "{\"type\": \"regexp\", \"operand\": \"dest.port\", \"data\": \"53\"}", "ports" },
    { "{\"type\": \"regexp\", \"operand\": \"user.id\", \"data\": \"^1.*$\"}", "users" },
    { "{\"type\": \"regexp\", \"operand\": \"user.name\", \"data\": \"^r.*$\"}", "users" },
    { "{\"type\": \"simple\", \"operand\": \"dest.ip\", \"data\": \"here\"}", "here" },
    { "{\"type\": \"range\", \"operand\": \"source.port\", \"data\": \"1-9\"}", "source.port" },
    { "{\"type\": \"range\", \"operand\": \"dest.port\", \"data\": \"9-1\"}", "9-1" },
    { "{\"type\": \"list\", \"operand\": \"list\", \"list\": [{\"type\": \"regexp\", \"operand\":"
      " \"dest.port\", \"data\": \"^(1|2|3|4|5|6)$\"}, {\"type\": \"regexp\", \"operand\":"
      " \"process.path\", \"data\": \"^/(a|b|c|d|e|f)$\"}]}",
      "more than 64 rules" },
    { "{\"type\": 5}", "type" },
    { "{\"type\": \"complex\", \"operand\": \"dest.port\", \"data\": \"53\"}", "complex" },
    { "{\"type\": \"simple\", \"operand\": \"dest.port\", \"data\": 53}", "data" },
    { "{\"type\": \"simple\", \"operand\": \"dest.port\", \"data\": \"53\", \"not\": true}",
      "not" },
    { "{\"type\": \"simple\", \"data\": \"53\"}", "operand" },
    { "{\"type\": \"list\", \"operand\": \"list\", \"list\": []}", "list" },
    { "{\"type\": \"list\", \"operand\": \"list\", \"list\": [], \"data\": \"[]\"}", "empty" },
    { "{\"type\": \"list\", \"operand\": \"list\", \"list\": [5]}", "list" },
    { "{\"type\": \"list\", \"operand\": \"list\", \"list\": [{\"type\": \"list\", \"operand\":"
      " \"list\", \"list\": []}]}",
      "list" },
    /* All of them have to hold, so one without an equivalent takes the others with it. */
    { "{\"type\": \"list\", \"operand\": \"list\", \"list\": [{\"type\": \"simple\", \"operand\":"
      " \"process.path\", \"data\": \"/x\"}, {\"type\": \"simple\", \"operand\": \"iface.out\","
      " \"data\": \"tun0\"}]}",
      "iface.out" },
    { "{\"type\": \"list\", \"operand\": \"list\", \"list\": [{\"type\": \"simple\", \"operand\":"
      " \"dest.port\", \"data\": \"1\"}, {\"type\": \"simple\", \"operand\": \"dest.port\","
      " \"data\": \"2\"}]}",
      "remote-port" },
    { "{\"type\": \"list\", \"operand\": \"list\", \"list\": [{\"type\": \"simple\", \"operand\":"
      " \"protocol\", \"data\": \"tcp6\"}, {\"type\": \"simple\", \"operand\": \"dest.ip\","
      " \"data\": \"192.0.2.1\"}]}",
      "protocol" },
    { "5", "operator" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = rule_with (cases[i].operator);
      g_auto (Parsed) parsed = { NULL, NULL, NULL };

      g_test_message ("%s", cases[i].operator);
      parsed = parse (text, FALSE);
      g_assert_cmpuint (parsed.rules->len, ==, 0);
      g_assert_cmpuint (parsed.problems->len, ==, 1);
      g_assert_true (g_str_has_prefix (g_ptr_array_index (parsed.problems, 0), "[n]: "));
      g_assert_nonnull (strstr (g_ptr_array_index (parsed.problems, 0), cases[i].says));
    }
}

/* What a rule says beside its operator. */
static void
test_rules (void)
{
  static const struct
  {
    const char *members;
    gboolean system;
    const char *says; /* NULL: nothing is wrong */
  } cases[] = {
    { "\"action\": \"allow\", \"duration\": \"always\", \"precedence\": true", TRUE, NULL },
    { "\"action\": \"allow\", \"duration\": \"always\", \"precedence\": true", FALSE, "locked" },
    { "\"action\": \"block\", \"duration\": \"always\"", TRUE, "block" },
    { "\"duration\": \"always\"", TRUE, "action" },
    { "\"action\": \"allow\"", TRUE, "duration" },
    { "\"action\": \"allow\", \"duration\": 5", TRUE, "duration" },
    { "\"action\": \"allow\", \"duration\": \"once\"", TRUE, "once" },
    { "\"action\": \"allow\", \"duration\": \"until restart\"", TRUE, NULL },
    { "\"action\": \"allow\", \"duration\": \"5m\"", TRUE, "from when on" },
    { "\"action\": \"allow\", \"duration\": \"5m\", \"created\": \"2020-01-01T00:00:00Z\"", TRUE,
      "ended" },
    { "\"action\": \"allow\", \"duration\": \"1h30m\", \"created\": \"2099-01-01T00:00:00Z\"", TRUE,
      NULL },
    { "\"action\": \"allow\", \"duration\": \"5x\", \"created\": \"2099-01-01T00:00:00Z\"", TRUE,
      "5x" },
    { "\"action\": \"allow\", \"duration\": \"always\", \"unless\": 1", TRUE, "unless" },
    { "\"action\": \"allow\", \"duration\": \"always\", \"precedence\": 1", TRUE, "precedence" },
    { "\"action\": \"allow\", \"duration\": \"always\", \"description\": \"\\u0000\"", TRUE,
      "u0000" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = g_strdup_printf (
        "{\"name\": \"n\", %s, \"operator\": {\"type\": \"simple\", \"operand\": \"true\"}}",
        cases[i].members);
      g_auto (Parsed) parsed = { NULL, NULL, NULL };

      g_test_message ("%s", cases[i].members);
      parsed = parse (text, cases[i].system);
      g_assert_cmpuint (parsed.problems->len, ==, cases[i].says != NULL);
      g_assert_cmpuint (parsed.rules->len, ==, cases[i].says != NULL ? 0 : 2);
      if (cases[i].says != NULL)
        g_assert_nonnull (strstr (g_ptr_array_index (parsed.problems, 0), cases[i].says));
      else
        /* OpenSnitch makes no use of a rule that does not say that it is enabled. */
        g_assert_true (((SnetdRule *)g_ptr_array_index (parsed.rules, 0))->disabled);
    }
}

static void
test_until (void)
{
  g_auto (Parsed) parsed =
    parse ("{\"name\": \"n\", \"enabled\": true, \"action\": \"allow\", \"duration\": \"1h1m1s\","
           " \"created\": \"2099-01-01T00:00:00Z\","
           " \"operator\": {\"type\": \"simple\", \"operand\": \"dest.port\", \"data\": \"1\"}}",
           FALSE);

  check_rule (&parsed, 1,
              "{'action': <'allow'>, 'lifetime': <'until'>, 'until': <int64 4070912461000000>,"
              " 'comment': <'n'>, 'remote-port': <uint16 1>, 'operation': <'send'>}");
}

/* Texts that are not rules, or not JSON, and such as are made to hurt. */
static void
test_texts (void)
{
  g_autofree char *good =
    rule_with ("{\"type\": \"simple\", \"operand\": \"dest.port\", \"data\": \"1\"}");
  g_autofree char *deep = g_strnfill (200000, '[');
  g_autofree char *deep_list = g_strdup_printf (
    "{\"type\": \"list\", \"operand\": \"list\", \"list\": [], \"data\": \"%s\"}", deep);
  const struct
  {
    char *text;
    guint rules, problems;
  } cases[] = {
    { g_strdup (""), 0, 0 },
    { g_strdup (" \n"), 0, 0 },
    { g_strdup ("[]"), 0, 0 },
    { g_strdup ("5"), 0, 1 },
    { g_strdup ("[5]"), 0, 1 },
    { g_strdup ("{}"), 0, 1 },
    { g_strdup ("{\"name\": \"a}"), 0, 1 },
    { g_strdup ("{\"name\": \"a\\"), 0, 1 },
    { g_strdup ("}"), 0, 1 },
    { g_strdup_printf ("%s%s", good, good), 4, 0 },
    { g_strdup_printf ("[%s, {\"a\": 1}, %s]", good, good), 4, 1 },
    { g_strdup_printf ("{a b}\n%s", good), 2, 1 },
    { g_strdup_printf ("%s x %s", good, good), 2, 1 },
    { g_strdup_printf ("[%s", good), 0, 1 },
    { g_strdup (deep), 0, 1 },
    { rule_with (deep_list), 0, 1 },
    { g_strdup ("{\"name\": 5}"), 0, 1 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (Parsed) parsed = { NULL, NULL, NULL };

      g_test_message ("%.200s", cases[i].text);
      parsed = parse (cases[i].text, FALSE);
      g_assert_cmpuint (parsed.rules->len, ==, cases[i].rules);
      g_assert_cmpuint (parsed.problems->len, ==, cases[i].problems);
      g_free (cases[i].text);
    }
}

/* What nobody would write: each is read to its end, and each rule is one or a problem. */
static void
test_noise (void)
{
  static const char letters[] = "{}[]\",:\\ \n\t0tnu/*\xc3\xff";
  g_autoptr (GRand) random = g_rand_new_with_seed (g_test_rand_int ());
  g_autofree char *good =
    rule_with ("{\"type\": \"list\", \"operand\": \"list\", \"list\": [{\"type\": \"regexp\","
               " \"operand\": \"dest.host\", \"data\": \"^(.*\\\\.)?example\\\\.org$\"}]}");
  const gsize length = strlen (good);

  for (guint i = 0; i < NOISE_ROUNDS; i++)
    {
      g_autofree char *text = g_memdup2 (good, length + 1);
      const guint changes = g_rand_int_range (random, 1, 5);
      g_auto (Parsed) parsed = { NULL, g_ptr_array_new_with_free_func (g_free),
                                 g_ptr_array_new_with_free_func (g_free) };

      for (guint j = 0; j < changes; j++)
        text[g_rand_int_range (random, 0, length)] =
          letters[g_rand_int_range (random, 0, sizeof letters - 1)];
      /* Where it ends is not said by a zero. */
      parsed.rules = snetd_opensnitch_parse (text, g_rand_int_range (random, 0, length + 1), TRUE,
                                             parsed.names, parsed.problems);
      g_assert_cmpuint (parsed.rules->len, ==, parsed.names->len);
    }
}

/* Little text of which much would have to be kept. */
static void
test_parts (void)
{
  g_autoptr (GString) text = g_string_new ("[5");
  g_auto (Parsed) parsed = { NULL, NULL, NULL };

  for (guint i = 0; i < SNETD_JSON_PARTS_MAX; i++)
    g_string_append (text, ",5");
  g_string_append_c (text, ']');
  parsed = parse (text->str, FALSE);
  g_assert_cmpuint (parsed.problems->len, ==, 1);
  g_assert_nonnull (strstr (g_ptr_array_index (parsed.problems, 0), "parts"));
}

static void
test_comment (void)
{
  g_autofree char *umlauts = g_strnfill (3000, 'x');
  g_autofree char *text = NULL;
  g_auto (Parsed) parsed = { NULL, NULL, NULL };
  const SnetdRule *rule;

  for (guint i = 0; i + 1 < 3000; i += 2)
    memcpy (umlauts + i, "ü", 2);
  text =
    g_strdup_printf ("{\"name\": \"%s\", \"enabled\": true, \"action\": \"allow\", \"duration\":"
                     " \"always\", \"operator\": {\"type\": \"simple\", \"operand\": \"true\"}}",
                     umlauts);
  parsed = parse (text, FALSE);
  g_assert_cmpuint (parsed.rules->len, ==, 2);
  rule = g_ptr_array_index (parsed.rules, 0);
  g_assert_cmpuint (strlen (rule->comment), ==, SNETD_COMMENT_MAX);
  g_assert_true (g_utf8_validate (rule->comment, -1, NULL));
}

/*
 * Random rules and calls, and OpenSnitch's reading of these: a rule that holds for a call here
 * held for it there. There only what goes to somewhere by IP is asked about.
 */

#define RANDOM_RULES 3000
#define RANDOM_CALLS 60

typedef struct
{
  const char *operation, *family, *protocol, *program, *host, *address;
  guint port, uid;
} Call;

typedef struct
{
  const char *type, *operand;
  const char *datas[9];
} Sample;

static const Sample samples[] = {
  { "simple", "process.path", { "/a", "/b/x", "/B/x" } },
  { "regexp", "process.path", { "^/b/.*$", "/b/", "^/(a|b/y)$", "x$", "^/b/[^/]+$" } },
  { "simple", "user.id", { "0", "1", "01" } },
  { "regexp", "user.id", { "^(0|1)$", "1" } },
  { "simple", "dest.host", { "example.org", "a.example.org", "org" } },
  { "regexp",
    "dest.host",
    { "^(.*\\\\.)?example\\\\.org$", "(^|\\\\.)example\\\\.org$", ".*\\\\.example\\\\.org$",
      "^(a\\\\.)?example\\\\.org$", "example" } },
  { "simple", "dest.ip", { "10.0.0.1", "2001:db8::1", "2001:DB8::1", "2001:db8:0::1" } },
  { "regexp", "dest.ip", { "^(10\\\\.0\\\\.0\\\\.1|2001:db8::1)$", "^10\\\\..*$" } },
  { "network", "dest.network", { "10.0.0.0/24", "10.0.0.7/24", "::/0", "0.0.0.0/0" } },
  { "simple", "dest.port", { "0", "53", "053" } },
  { "range", "dest.port", { "0-53", "53-53", "1-65535" } },
  { "regexp", "dest.port", { "^(53|80)$", "^5", "53" } },
  { "simple", "protocol", { "tcp", "udp6", "TCP" } },
  { "regexp", "protocol", { "^(tcp|tcp6)$", "tcp" } },
  { "simple", "true", { "" } },
  { "simple", "process.command", { "x" } },
};

static const char *
pick (GRand *random, const char *const *texts)
{
  return texts[g_rand_int_range (random, 0, g_strv_length ((char **)texts))];
}

static Call
random_call (GRand *random)
{
  static const char *const operations[] = { "connect", "connect", "send",   "send", "accept",
                                            "bind",    "listen",  "create", NULL };
  static const char *const families[] = {
    "inet", "inet", "inet6", "inet6", "unix", "netlink", NULL
  };
  static const char *const protocols[] = { "tcp", "tcp", "udp", "udp", "icmp", NULL };
  static const char *const programs[] = { "/a", "/b/x", "/b/y", "/b/y/x", "/A", NULL };
  static const char *const hosts[] = { "example.org", "a.example.org", "aexample.org", "org", "",
                                       NULL };
  static const char *const addresses[] = { "10.0.0.1", "10.0.0.2", "10.0.1.1", "2001:db8::1",
                                           NULL };
  static const guint ports[] = { 0, 53, 80, 153 };
  Call call = { pick (random, operations),
                pick (random, families),
                pick (random, protocols),
                pick (random, programs),
                pick (random, hosts),
                pick (random, addresses),
                ports[g_rand_int_range (random, 0, G_N_ELEMENTS (ports))],
                g_rand_int_range (random, 0, 3) };
  const gboolean internet = g_str_has_prefix (call.family, "inet");

  if (!internet ||
      !(g_str_equal (call.operation, "connect") || g_str_equal (call.operation, "send") ||
        g_str_equal (call.operation, "accept")))
    call.address = NULL;
  /* IPv4 addresses are reached by both. */
  if (call.address != NULL && g_str_equal (call.family, "inet") &&
      strchr (call.address, ':') != NULL)
    call.address = "10.0.0.1";
  if (call.address == NULL || call.host[0] == '\0')
    call.host = NULL;
  return call;
}

static SnetdRequest *
make_request (const Call *call)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) event = NULL;
  SnetdRequest *request;
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "operation", "s", call->operation);
  g_variant_dict_insert (&dict, "family", "s", call->family);
  g_variant_dict_insert (&dict, "protocol", "s",
                         g_str_has_prefix (call->family, "inet") ? call->protocol : "6");
  g_variant_dict_insert (&dict, "program", "s", call->program);
  g_variant_dict_insert (&dict, "uid", "u", call->uid);
  if (call->host != NULL)
    g_variant_dict_insert (&dict, "remote-host", "s", call->host);
  if (call->address != NULL)
    {
      g_variant_dict_insert (&dict, "remote-address", "s", call->address);
      g_variant_dict_insert (&dict, "remote-port", "q", call->port);
    }
  event = g_variant_ref_sink (g_variant_dict_end (&dict));
  request = snetd_request_from_variant (event, &error);
  g_assert_no_error (error);
  return request;
}

/* What OpenSnitch compares, as text; NULL: it does not know it. */
static char *
value_of (const char *operand, const Call *call)
{
  if (g_str_equal (operand, "process.path"))
    return g_strdup (call->program);
  if (g_str_equal (operand, "user.id"))
    return g_strdup_printf ("%u", call->uid);
  if (g_str_equal (operand, "dest.host"))
    return g_strdup (call->host);
  if (g_str_equal (operand, "dest.ip") || g_str_equal (operand, "dest.network"))
    return g_strdup (call->address);
  if (g_str_equal (operand, "dest.port"))
    return g_strdup_printf ("%u", call->port);
  if (g_str_equal (operand, "protocol"))
    return g_strconcat (call->protocol, strchr (call->address, ':') != NULL ? "6" : "", NULL);
  return NULL;
}

static gboolean
held_there (const Sample *sample, const char *data, const Call *call)
{
  g_autofree char *value = value_of (sample->operand, call);
  g_autofree char *small = g_ascii_strdown (data, -1);
  g_auto (GStrv) unescaped = g_strsplit (small, "\\\\", -1);
  g_autofree char *regexp = g_strjoinv ("\\", unescaped);

  if (g_str_equal (sample->operand, "true"))
    return TRUE;
  if (value == NULL)
    return FALSE;
  if (g_str_equal (sample->type, "simple"))
    return g_ascii_strcasecmp (value, data) == 0;
  if (g_str_equal (sample->type, "range"))
    {
      g_auto (GStrv) ends = g_strsplit (data, "-", 2);

      return atoi (ends[0]) <= (int)call->port && (int)call->port <= atoi (ends[1]);
    }
  if (g_str_equal (sample->type, "network"))
    {
      g_autoptr (GInetAddressMask) mask = g_inet_address_mask_new_from_string (
        g_str_equal (data, "10.0.0.7/24") ? "10.0.0.0/24" : data, NULL);
      g_autoptr (GInetAddress) address = g_inet_address_new_from_string (value);

      return g_inet_address_mask_matches (mask, address);
    }
  {
    g_autofree char *lower = g_ascii_strdown (value, -1);

    return g_regex_match_simple (regexp, lower, G_REGEX_DOLLAR_ENDONLY, 0);
  }
}

static void
test_random (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (g_test_rand_int ());
  guint translated = 0, held = 0, lost = 0;

  for (guint i = 0; i < RANDOM_RULES; i++)
    {
      const Sample *chosen[3];
      const char *datas[3];
      const guint n = g_rand_int_range (random, 1, 4);
      g_autoptr (GString) list = g_string_new (NULL);
      g_autofree char *operator= NULL;
      g_autofree char *text = NULL;
      g_auto (Parsed) parsed = { NULL, NULL, NULL };

      for (guint j = 0; j < n; j++)
        {
          chosen[j] = &samples[g_rand_int_range (random, 0, G_N_ELEMENTS (samples))];
          datas[j] = pick (random, chosen[j]->datas);
          g_string_append_printf (list,
                                  "%s{\"type\": \"%s\", \"operand\": \"%s\", \"data\": \"%s\"}",
                                  j > 0 ? ", " : "", chosen[j]->type, chosen[j]->operand, datas[j]);
        }
      operator=
        g_strdup_printf ("{\"type\": \"list\", \"operand\": \"list\", \"list\": [%s]}", list->str);
      text = rule_with (operator);
      parsed = parse (text, FALSE);
      g_assert_true ((parsed.rules->len > 0) == (parsed.problems->len == 0));
      translated += parsed.rules->len > 0;

      for (guint k = 0; parsed.rules->len > 0 && k < RANDOM_CALLS; k++)
        {
          const Call call = random_call (random);
          g_autoptr (SnetdRequest) request = make_request (&call);
          const SnetdContext context = { .request = request };
          gboolean here = FALSE, there;

          for (guint j = 0; j < parsed.rules->len; j++)
            here |= snetd_rule_matches (g_ptr_array_index (parsed.rules, j), &context);
          there = call.address != NULL &&
                  (g_str_equal (call.operation, "connect") || g_str_equal (call.operation, "send"));
          for (guint j = 0; there && j < n; j++)
            there = held_there (chosen[j], datas[j], &call);
          if (here && !there)
            g_error ("%s holds for %s %s %s %s %s %s %u %u", text, call.operation, call.family,
                     call.protocol, call.program, call.host, call.address, call.port, call.uid);
          held += here;
          lost += there && !here;
        }
    }
  g_test_message ("%u translated, %u calls held, %u no more", translated, held, lost);
  g_assert_cmpuint (translated, >, RANDOM_RULES / 5);
  g_assert_cmpuint (held, >, RANDOM_RULES);
  /* Only what differs in case, and TCP that sends before it connects. */
  g_assert_cmpuint (lost, <, held / 4);
}

int
main (int argc, char **argv)
{
  setlocale (LC_ALL, "C.UTF-8");
  g_test_init (&argc, &argv, NULL);
  fake_snet_reset ();

  g_test_add_func ("/opensnitch/reads", test_reads);
  g_test_add_func ("/opensnitch/operators", test_operators);
  g_test_add_func ("/opensnitch/refuses", test_refuses);
  g_test_add_func ("/opensnitch/rules", test_rules);
  g_test_add_func ("/opensnitch/until", test_until);
  g_test_add_func ("/opensnitch/texts", test_texts);
  g_test_add_func ("/opensnitch/noise", test_noise);
  g_test_add_func ("/opensnitch/parts", test_parts);
  g_test_add_func ("/opensnitch/comment", test_comment);
  g_test_add_func ("/opensnitch/random", test_random);

  return g_test_run ();
}
