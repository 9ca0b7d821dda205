/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is a rule, what is none, and what is made of an answer. */
#include <errno.h>
#include <locale.h>
#include <netinet/in.h>
#include <string.h>

#include "fake-snet.h"
#include "snetd-answer.h"
#include "snetd-error.h"
#include "snetd-rule.h"

static GVariant *
parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  GVariant *value = g_variant_parse (G_VARIANT_TYPE_VARDICT, text, NULL, NULL, &error);

  g_assert_no_error (error);
  return value;
}

static void
test_good (void)
{
  /* NULL: comes back as it went in. */
  static const struct
  {
    const char *in, *out;
  } cases[] = {
    { "{'action': <'allow'>}", "{'action': <'allow'>, 'lifetime': <'forever'>}" },
    { "{'action': <'deny'>, 'errno': <'ECONNREFUSED'>, 'lifetime': <'reboot'>}", NULL },
    { "{'action': <'ask'>, 'lifetime': <'forever'>, 'program': <'/usr/bin/curl'>}", NULL },
    { "{'action': <'allow'>, 'lifetime': <'forever'>, 'owner': <uint32 0>, 'uid': <uint32 0>}",
      NULL },
    { "{'action': <'allow'>, 'lifetime': <'forever'>, 'operation': <'connect'>,"
      " 'program': <'/usr/bin/curl'>, 'protocol': <'tcp'>, 'type': <'stream'>,"
      " 'family': <'inet'>, 'uid': <uint32 1000>, 'owner': <uint32 1000>,"
      " 'remote-address': <'192.0.2.0/24'>, 'remote-port': <uint16 443>,"
      " 'local-address': <'198.51.100.1'>, 'local-port': <uint16 0>,"
      " 'comment': <'all that there is'>}",
      NULL },
    { "{'action': <'allow'>, 'protocol': <'6'>, 'type': <'1'>,"
      " 'remote-address': <'::ffff:192.0.2.1'>}",
      "{'action': <'allow'>, 'lifetime': <'forever'>, 'protocol': <'tcp'>, 'type': <'stream'>,"
      " 'remote-address': <'192.0.2.1'>}" },
    /* An IPv6 socket can reach an IPv4 address; a raw one can have any protocol. */
    { "{'action': <'deny'>, 'lifetime': <'forever'>, 'family': <'inet6'>,"
      " 'remote-address': <'192.0.2.1'>}",
      NULL },
    { "{'action': <'deny'>, 'lifetime': <'forever'>, 'type': <'raw'>, 'protocol': <'tcp'>}", NULL },
    { "{'action': <'deny'>, 'lifetime': <'forever'>, 'type': <'seqpacket'>,"
      " 'protocol': <'sctp'>}",
      NULL },
    { "{'action': <'allow'>, 'lifetime': <'forever'>, 'operation': <'listen'>,"
      " 'local-address': <'::1'>}",
      NULL },
    { "{'action': <'allow'>, 'lifetime': <'reboot'>, 'locked': <true>, 'disabled': <true>,"
      " 'process': <uint64 18446744073709551615>, 'session': <uint32 0>,"
      " 'netns': <uint64 4026531840>, 'program-pattern': <'/opt/**/bin/*'>,"
      " 'script-pattern': <'**/*.py'>, 'ancestor-pattern': <'/usr/bin/*'>,"
      " 'app': <'org.mozilla.firefox'>, 'unit': <'cups.service'>,"
      " 'cgroup': <'/user.slice/user-1000.slice'>, 'remote-domain': <'example.org'>,"
      " 'remote-list': <'ads'>, 'remote-ports': <'6000-6010'>, 'local-ports': <'1024-65535'>,"
      " 'time-of-week': <'mon-fri 08:00-18:00, sat'>}",
      NULL },
    { "{'action': <'deny'>, 'lifetime': <'forever'>, 'script': <'/usr/bin/get'>,"
      " 'ancestor': <'/usr/sbin/sshd'>, 'remote-host': <'example.org'>}",
      NULL },
    { "{'action': <'deny'>, 'lifetime': <'forever'>, 'locked': <false>, 'disabled': <false>,"
      " 'remote-host': <'Example.ORG.'>, 'program-digest':"
      " <'00112233445566778899AABBCCDDEEFF00112233445566778899aabbccddeeff'>}",
      "{'action': <'deny'>, 'lifetime': <'forever'>, 'remote-host': <'example.org'>,"
      " 'program-digest': <'00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff'>}" },
    { "{'action': <'deny'>, 'lifetime': <'until'>, 'until': <int64 9000000000000000>}", NULL },
    { "{'action': <'deny'>, 'lifetime': <'process'>, 'process': <uint64 1>}", NULL },
    { "{'action': <'deny'>, 'lifetime': <'session'>, 'session': <uint32 1>}", NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GVariant) in = parse (cases[i].in);
      g_autoptr (GVariant) expected = parse (cases[i].out != NULL ? cases[i].out : cases[i].in);
      g_autoptr (GVariant) out = NULL;
      g_autoptr (SnetdRule) rule = NULL;
      g_autoptr (GError) error = NULL;
      GVariantIter iter;
      const char *key;
      GVariant *value;

      rule = snetd_rule_from_variant (in, SNETD_RULE_FROM_CLIENT, &error);
      g_assert_no_error (error);
      out = g_variant_ref_sink (snetd_rule_to_variant (rule));
      g_assert_cmpuint (g_variant_n_children (out), ==, g_variant_n_children (expected));
      g_variant_iter_init (&iter, expected);
      while (g_variant_iter_loop (&iter, "{&sv}", &key, &value))
        {
          g_autoptr (GVariant) got = g_variant_lookup_value (out, key, NULL);

          g_assert_nonnull (got);
          g_assert_true (g_variant_equal (got, value));
        }
    }
}

static void
test_bad (void)
{
  /* Each error has to name these. */
  static const struct
  {
    const char *rule, *says[2];
  } cases[] = {
    { "{}", { "“action”", "missing" } },
    { "{'action': <'permit'>}", { "“action”", "allow, deny or ask" } },
    { "{'action': <1>}", { "“action”", "type s" } },
    { "{'action': <'allow'>, 'colour': <'red'>}", { "“colour”", "not a key" } },
    { "{'action': <'allow'>, 'action': <'deny'>}", { "“action”", "twice" } },
    { "{'action': <'allow'>, 'id': <uint64 1>}", { "“id”", "given by snetd" } },
    { "{'action': <'allow'>, 'created': <int64 1>}", { "“created”", "given by snetd" } },
    { "{'action': <'allow'>, 'hits': <uint64 1>}", { "“hits”", NULL } },
    { "{'action': <'deny'>, 'errno': <'EWHATEVER'>}", { "“errno”", NULL } },
    { "{'action': <'deny'>, 'errno': <uint32 13>}", { "“errno”", "type s" } },
    { "{'action': <'allow'>, 'lifetime': <'once'>}", { "“lifetime”", "until or forever" } },
    { "{'action': <'allow'>, 'lifetime': <'long'>}", { "“lifetime”", NULL } },
    { "{'action': <'allow'>, 'owner': <uint32 4294967295>}", { "“owner”", NULL } },
    { "{'action': <'allow'>, 'owner': <1000>}", { "“owner”", "type u" } },
    { "{'action': <'allow'>, 'operation': <'connects'>}", { "“operation”", "connect" } },
    { "{'action': <'allow'>, 'program': <'curl'>}", { "“program”", "absolute" } },
    { "{'action': <'allow'>, 'program': <''>}", { "“program”", "absolute" } },
    { "{'action': <'allow'>, 'program': <'/usr//bin/curl'>}", { "“program”", NULL } },
    { "{'action': <'allow'>, 'program': <'/usr/../bin/curl'>}", { "“program”", NULL } },
    { "{'action': <'allow'>, 'program': <'/'>}", { "“program”", NULL } },
    { "{'action': <'allow'>, 'uid': <uint32 4294967295>}", { "“uid”", NULL } },
    { "{'action': <'allow'>, 'family': <'moon'>}", { "“family”", "inet, inet6, unix" } },
    { "{'action': <'allow'>, 'family': <'256'>}", { "“family”", "a number" } },
    { "{'action': <'allow'>, 'type': <'tcp'>}", { "“type”", "stream" } },
    { "{'action': <'allow'>, 'protocol': <'99999'>}", { "“protocol”", NULL } },
    { "{'action': <'allow'>, 'remote-address': <'here'>}", { "“remote-address”", "“here”" } },
    { "{'action': <'allow'>, 'remote-address': <'192.0.2.1/24'>}",
      { "“remote-address”", "192.0.2.0/24" } },
    { "{'action': <'allow'>, 'remote-port': <80>}", { "“remote-port”", "type q" } },
    { "{'action': <'allow'>, 'local-port': <'80'>}", { "“local-port”", "type q" } },
    { "{'action': <'allow'>, 'locked': <'yes'>}", { "“locked”", "type b" } },
    { "{'action': <'allow'>, 'program-pattern': <'curl*'>}", { "“program-pattern”", "star" } },
    { "{'action': <'allow'>, 'program-pattern': <'/a\\\\'>}", { "“program-pattern”", NULL } },
    { "{'action': <'allow'>, 'program-digest': <'abc'>}", { "“program-digest”", "SHA-256" } },
    { "{'action': <'allow'>, 'script': <'get.py'>}", { "“script”", "absolute" } },
    { "{'action': <'allow'>, 'ancestor': <'sshd'>}", { "“ancestor”", "absolute" } },
    { "{'action': <'allow'>, 'unit': <''>}", { "“unit”", "a name" } },
    { "{'action': <'allow'>, 'app': <'a/b'>}", { "“app”", "slash" } },
    { "{'action': <'allow'>, 'cgroup': <'user.slice'>}", { "“cgroup”", "absolute" } },
    { "{'action': <'allow'>, 'remote-host': <'*.example.org'>}", { "“remote-host”", "“*.exam" } },
    { "{'action': <'allow'>, 'remote-domain': <'192.0.2.1'>}", { "“remote-domain”", NULL } },
    { "{'action': <'allow'>, 'remote-list': <'../ads'>}", { "“remote-list”", "letters" } },
    { "{'action': <'allow'>, 'remote-list': <''>}", { "“remote-list”", NULL } },
    { "{'action': <'allow'>, 'operation': <'listen'>, 'remote-list': <'ads'>}",
      { "“remote-list”", "“operation”" } },
    { "{'action': <'allow'>, 'remote-ports': <'80'>}", { "“remote-ports”", "6000-6010" } },
    { "{'action': <'allow'>, 'local-ports': <'2-1'>}", { "“local-ports”", "“2-1”" } },
    { "{'action': <'allow'>, 'netns': <uint64 0>}", { "“netns”", "cannot be 0" } },
    { "{'action': <'allow'>, 'process': <uint64 0>}", { "“process”", "cannot be 0" } },
    { "{'action': <'allow'>, 'session': <uint32 4294967295>}", { "“session”", NULL } },
    { "{'action': <'allow'>, 'time-of-week': <'monday'>}", { "“time-of-week”", "“monday”" } },
    /* Contradictions name both. */
    { "{'action': <'allow'>, 'locked': <true>, 'owner': <uint32 0>}", { "“locked”", "“owner”" } },
    { "{'action': <'allow'>, 'process': <uint64 1>}", { "“process”", "“lifetime”" } },
    { "{'action': <'allow'>, 'lifetime': <'process'>}", { "“lifetime”", "“process”" } },
    { "{'action': <'allow'>, 'lifetime': <'until'>}", { "“until”", "“duration”" } },
    { "{'action': <'allow'>, 'lifetime': <'until'>, 'until': <int64 1>, 'duration': <uint32 1>}",
      { "“until”", "“duration”" } },
    { "{'action': <'allow'>, 'until': <int64 1>}", { "“until”", "“lifetime”" } },
    { "{'action': <'allow'>, 'duration': <uint32 1>}", { "“duration”", "“lifetime”" } },
    { "{'action': <'allow'>, 'lifetime': <'until'>, 'duration': <uint32 0>}",
      { "“duration”", "0" } },
    { "{'action': <'allow'>, 'lifetime': <'until'>, 'until': <int64 -1>}", { "“until”", NULL } },
    { "{'action': <'allow'>, 'lifetime': <'until'>, 'until': <int64 253402300800000000>}",
      { "“until”", "9999" } },
    { "{'action': <'allow'>, 'lifetime': <'until'>, 'until': <int64 1>, 'netns': <uint64 1>}",
      { "“netns”", "“lifetime”" } },
    { "{'action': <'allow'>, 'session': <uint32 1>}", { "“session”", "“lifetime”" } },
    { "{'action': <'allow'>, 'netns': <uint64 1>}", { "“netns”", "“lifetime”" } },
    { "{'action': <'allow'>, 'program': <'/a'>, 'program-pattern': <'/*'>}",
      { "“program-pattern”", "“program”" } },
    { "{'action': <'allow'>, 'remote-port': <uint16 1>, 'remote-ports': <'1-2'>}",
      { "“remote-ports”", "“remote-port”" } },
    { "{'action': <'allow'>, 'operation': <'bind'>, 'remote-domain': <'org'>}",
      { "“remote-domain”", "“operation”" } },
    { "{'action': <'allow'>, 'operation': <'create'>, 'local-ports': <'1-2'>}",
      { "“local-ports”", "“operation”" } },
    { "{'action': <'allow'>, 'errno': <'EACCES'>}", { "“errno”", "“action”" } },
    { "{'action': <'ask'>, 'errno': <'EACCES'>}", { "“errno”", "“action”" } },
    { "{'action': <'allow'>, 'owner': <uint32 1000>, 'uid': <uint32 1001>}",
      { "“uid”", "“owner”" } },
    { "{'action': <'allow'>, 'operation': <'listen'>, 'remote-address': <'192.0.2.1'>}",
      { "“remote-address”", "“operation”" } },
    { "{'action': <'allow'>, 'operation': <'bind'>, 'remote-port': <uint16 80>}",
      { "“remote-port”", "“operation”" } },
    { "{'action': <'allow'>, 'operation': <'create'>, 'remote-port': <uint16 80>}",
      { "“remote-port”", "“operation”" } },
    { "{'action': <'allow'>, 'operation': <'create'>, 'local-address': <'::1'>}",
      { "“local-address”", "“operation”" } },
    { "{'action': <'allow'>, 'family': <'inet'>, 'remote-address': <'2001:db8::1'>}",
      { "“remote-address”", "“family”" } },
    { "{'action': <'allow'>, 'family': <'inet'>, 'local-address': <'::/0'>}",
      { "“local-address”", "“family”" } },
    { "{'action': <'allow'>, 'type': <'dgram'>, 'protocol': <'tcp'>}", { "“type”", "“protocol”" } },
    { "{'action': <'allow'>, 'type': <'stream'>, 'protocol': <'udp'>}",
      { "“type”", "“protocol”" } },
    { "{'action': <'allow'>, 'type': <'dgram'>, 'protocol': <'sctp'>}",
      { "“type”", "“protocol”" } },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GVariant) in = parse (cases[i].rule);
      g_autoptr (SnetdRule) rule = NULL;
      g_autoptr (GError) error = NULL;

      rule = snetd_rule_from_variant (in, SNETD_RULE_FROM_CLIENT, &error);
      g_test_message ("%s: %s", cases[i].rule, error != NULL ? error->message : "taken");
      g_assert_null (rule);
      g_assert_error (error, SNETD_ERROR, SNETD_ERROR_INVALID_RULE);
      for (gsize j = 0; j < 2 && cases[i].says[j] != NULL; j++)
        g_assert_nonnull (strstr (error->message, cases[i].says[j]));
    }
}

/* It lasts from when it is made, by the clock that nobody sets. */
static void
test_begin (void)
{
  g_autoptr (GVariant) in =
    parse ("{'action': <'deny'>, 'lifetime': <'until'>, 'duration': <uint32 4294967295>}");
  g_autoptr (GError) error = NULL;
  g_autoptr (SnetdRule) rule = snetd_rule_from_variant (in, SNETD_RULE_FROM_CLIENT, &error);

  g_assert_no_error (error);
  snetd_rule_begin (rule, 1000, 10);
  g_assert_cmpint (rule->until, ==, 1000 + G_MAXUINT32 * G_GINT64_CONSTANT (1000000));
  g_assert_cmpint (rule->until_boot, ==, 10 + G_MAXUINT32 * G_GINT64_CONSTANT (1000000));
  g_assert_cmpuint (rule->duration, ==, 0);
  g_assert_true (snetd_rule_check (rule, &error));
  /* Only once. */
  snetd_rule_begin (rule, 2000, 20);
  g_assert_cmpint (rule->until_boot, ==, 10 + G_MAXUINT32 * G_GINT64_CONSTANT (1000000));
}

static void
check_comment (const char *comment, gboolean accepted)
{
  GVariantDict dict;
  g_autoptr (GVariant) dictionary = NULL;
  g_autoptr (SnetdRule) rule = NULL;
  g_autoptr (GError) error = NULL;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "action", "s", "deny");
  g_variant_dict_insert (&dict, "comment", "s", comment);
  dictionary = g_variant_ref_sink (g_variant_dict_end (&dict));
  rule = snetd_rule_from_variant (dictionary, SNETD_RULE_FROM_CLIENT, &error);
  g_assert_cmpint (rule != NULL, ==, accepted);
  if (!accepted)
    g_assert_error (error, SNETD_ERROR, SNETD_ERROR_INVALID_RULE);
}

static void
test_comment_characters (void)
{
  check_comment ("two lines\nand\ta tab, é", TRUE);
  check_comment ("\fform feed", FALSE);
  check_comment ("a bell\a", FALSE);
  check_comment ("\x7f", FALSE);
}

static void
test_long_comment (void)
{
  g_autofree char *comment = g_strnfill (SNETD_COMMENT_MAX + 1, 'x');
  g_autoptr (GError) error = NULL;
  g_autoptr (SnetdRule) rule = NULL;
  g_autoptr (GVariant) in = NULL;
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "action", "s", "allow");
  g_variant_dict_insert (&dict, "comment", "s", comment);
  in = g_variant_ref_sink (g_variant_dict_end (&dict));
  rule = snetd_rule_from_variant (in, SNETD_RULE_FROM_CLIENT, &error);
  g_assert_error (error, SNETD_ERROR, SNETD_ERROR_INVALID_RULE);
}

/* Answers to one request: curl of user 1000 to 192.0.2.1, port 443. */

static SnetdRule *
answer (const char *verdict,
        const char *options,
        guint32 caller,
        void (*change) (SnetdRequest *),
        GError **error)
{
  g_autoptr (GVariant) dictionary = parse (options);
  struct snet_event event = fake_snet_event (1000);
  g_autoptr (SnetdRequest) request = snetd_request_new (&event, NULL);
  g_autoptr (SnetdAnswer) parsed = NULL;

  g_free (request->program);
  request->program = g_strdup ("/usr/bin/curl");
  if (change != NULL)
    change (request);
  parsed = snetd_answer_new (verdict, dictionary, error);
  return parsed != NULL ? snetd_answer_make_rule (parsed, request, caller, error) : NULL;
}

static void
check_rule (SnetdRule *rule, const char *expected)
{
  g_autoptr (GVariant) wanted = parse (expected);
  g_autoptr (GVariant) out = g_variant_ref_sink (snetd_rule_to_variant (rule));
  GVariantDict a;
  GVariantIter iter;
  const char *key;
  GVariant *value;

  g_variant_dict_init (&a, out);
  g_assert_cmpuint (g_variant_n_children (out), ==, g_variant_n_children (wanted));
  g_variant_iter_init (&iter, wanted);
  while (g_variant_iter_loop (&iter, "{&sv}", &key, &value))
    {
      g_autoptr (GVariant) got = g_variant_dict_lookup_value (&a, key, NULL);

      g_assert_nonnull (got);
      g_assert_true (g_variant_equal (got, value));
    }
  g_variant_dict_clear (&a);
}

static void
make_listen (SnetdRequest *request)
{
  request->operation = SNET_OP_LISTEN;
  request->remote.family = AF_UNSPEC;
  g_assert_true (snetd_address_parse ("0.0.0.0", &request->local, NULL));
  request->local_port = 8080;
}

static void
make_unbound_listen (SnetdRequest *request)
{
  make_listen (request);
  request->local.family = AF_UNSPEC;
}

static void
make_accept (SnetdRequest *request)
{
  make_listen (request);
  request->operation = SNET_OP_ACCEPT;
  g_assert_true (snetd_address_parse ("192.0.2.9", &request->remote, NULL));
  request->remote_port = 54321;
}

static void
make_send (SnetdRequest *request)
{
  request->operation = SNET_OP_SEND;
  request->type = SOCK_DGRAM;
  request->protocol = IPPROTO_UDP;
}

static void
make_create (SnetdRequest *request)
{
  make_unbound_listen (request);
  request->operation = SNET_OP_CREATE;
  request->type = SOCK_RAW;
  request->protocol = IPPROTO_ICMP;
}

static void
make_netlink (SnetdRequest *request)
{
  make_unbound_listen (request);
  request->operation = SNET_OP_SEND;
  request->family = AF_NETLINK;
  request->type = SOCK_RAW;
  request->protocol = 6;
}

static void
test_answer_rule (void)
{
  static const struct
  {
    const char *verdict, *options;
    guint32 caller;
    void (*change) (SnetdRequest *);
    const char *rule;
  } cases[] = {
    { "allow", "{'lifetime': <'forever'>}", 1000, NULL,
      "{'action': <'allow'>, 'lifetime': <'forever'>, 'owner': <uint32 1000>,"
      " 'operation': <'connect'>, 'program': <'/usr/bin/curl'>, 'protocol': <'tcp'>,"
      " 'remote-address': <'192.0.2.1'>, 'remote-port': <uint16 443>}" },
    { "deny",
      "{'lifetime': <'reboot'>, 'errno': <'EPERM'>, 'comment': <'no'>,"
      " 'match': <['program', 'uid', 'family', 'type']>}",
      0, NULL,
      "{'action': <'deny'>, 'lifetime': <'reboot'>, 'errno': <'EPERM'>, 'comment': <'no'>,"
      " 'program': <'/usr/bin/curl'>, 'uid': <uint32 1000>, 'family': <'inet'>,"
      " 'type': <'stream'>}" },
    { "allow", "{'lifetime': <'forever'>}", 1000, make_listen,
      "{'action': <'allow'>, 'lifetime': <'forever'>, 'owner': <uint32 1000>,"
      " 'operation': <'listen'>, 'program': <'/usr/bin/curl'>, 'protocol': <'tcp'>,"
      " 'local-port': <uint16 8080>}" },
    { "allow", "{'lifetime': <'forever'>}", 1000, make_unbound_listen,
      "{'action': <'allow'>, 'lifetime': <'forever'>, 'owner': <uint32 1000>,"
      " 'operation': <'listen'>, 'program': <'/usr/bin/curl'>, 'protocol': <'tcp'>}" },
    { "allow", "{'lifetime': <'forever'>}", 0, make_accept,
      "{'action': <'allow'>, 'lifetime': <'forever'>,"
      " 'operation': <'accept'>, 'program': <'/usr/bin/curl'>, 'protocol': <'tcp'>,"
      " 'remote-address': <'192.0.2.9'>, 'local-port': <uint16 8080>}" },
    { "allow", "{'lifetime': <'forever'>}", 0, make_send,
      "{'action': <'allow'>, 'lifetime': <'forever'>,"
      " 'operation': <'send'>, 'program': <'/usr/bin/curl'>, 'protocol': <'udp'>,"
      " 'remote-address': <'192.0.2.1'>, 'remote-port': <uint16 443>}" },
    { "allow", "{'lifetime': <'forever'>}", 0, make_create,
      "{'action': <'allow'>, 'lifetime': <'forever'>, 'operation': <'create'>,"
      " 'program': <'/usr/bin/curl'>, 'protocol': <'icmp'>, 'type': <'raw'>,"
      " 'family': <'inet'>}" },
    { "allow", "{'lifetime': <'until'>, 'until': <int64 9000000000000000>}", 0, make_create,
      "{'action': <'allow'>, 'lifetime': <'until'>, 'until': <int64 9000000000000000>,"
      " 'operation': <'create'>, 'program': <'/usr/bin/curl'>, 'protocol': <'icmp'>,"
      " 'type': <'raw'>, 'family': <'inet'>}" },
    /* It says which process. */
    { "allow", "{'lifetime': <'process'>, 'match': <@as []>}", 0, NULL,
      "{'action': <'allow'>, 'lifetime': <'process'>, 'process': <uint64 77>}" },
    /* A protocol of another family is a number, and nothing without the family. */
    { "allow", "{'lifetime': <'forever'>}", 0, make_netlink,
      "{'action': <'allow'>, 'lifetime': <'forever'>, 'operation': <'send'>,"
      " 'program': <'/usr/bin/curl'>, 'protocol': <'6'>, 'type': <'raw'>,"
      " 'family': <'netlink'>}" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (SnetdRule) rule = NULL;

      rule = answer (cases[i].verdict, cases[i].options, cases[i].caller, cases[i].change, &error);
      g_assert_no_error (error);
      check_rule (rule, cases[i].rule);
    }
}

static void
make_nameless (SnetdRequest *request)
{
  g_clear_pointer (&request->program, g_free);
}

/* As the kernel names a program that is not below the root that snetd sees. */
static void
make_unreachable (SnetdRequest *request)
{
  g_free (request->program);
  request->program = g_strdup ("(unreachable)/usr/bin/curl");
}

/* An operation of a kernel that is newer than snetd. */
static void
make_newer (SnetdRequest *request)
{
  request->operation = SNET_OP_MAX + 1;
}

static void
test_answer_bad (void)
{
  static const struct
  {
    const char *verdict, *options;
    guint32 caller;
    void (*change) (SnetdRequest *);
    int code;
    const char *says;
  } cases[] = {
    { "maybe", "{}", 0, NULL, SNETD_ERROR_INVALID_VERDICT, "“maybe”" },
    { "", "{}", 0, NULL, SNETD_ERROR_INVALID_VERDICT, "allow or deny" },
    { "allow", "{'speed': <'fast'>}", 0, NULL, SNETD_ERROR_INVALID_OPTION, "“speed”" },
    { "allow", "{'lifetime': <1>}", 0, NULL, SNETD_ERROR_INVALID_OPTION, "“lifetime”" },
    { "allow", "{'lifetime': <'always'>}", 0, NULL, SNETD_ERROR_INVALID_OPTION,
      "once, process, session, reboot, until or forever" },
    { "allow", "{'lifetime': <'until'>}", 0, NULL, SNETD_ERROR_INVALID_OPTION, "“duration”" },
    { "allow", "{'lifetime': <'until'>, 'duration': <uint32 0>}", 0, NULL,
      SNETD_ERROR_INVALID_OPTION, "“duration”" },
    { "allow", "{'lifetime': <'until'>, 'duration': <uint32 1>, 'until': <int64 1>}", 0, NULL,
      SNETD_ERROR_INVALID_OPTION, "either" },
    { "allow", "{'lifetime': <'forever'>, 'until': <int64 1>}", 0, NULL, SNETD_ERROR_INVALID_OPTION,
      "“until”" },
    { "allow", "{'duration': <uint32 1>}", 0, NULL, SNETD_ERROR_INVALID_OPTION, "“duration”" },
    { "allow", "{'lifetime': <'once'>, 'lifetime': <'once'>}", 0, NULL, SNETD_ERROR_INVALID_OPTION,
      "twice" },
    { "allow", "{'errno': <'EACCES'>}", 0, NULL, SNETD_ERROR_INVALID_OPTION, "“errno”" },
    { "deny", "{'errno': <'NOPE'>}", 0, NULL, SNETD_ERROR_INVALID_OPTION, "“errno”" },
    { "allow", "{'match': <['program']>}", 0, NULL, SNETD_ERROR_INVALID_OPTION, "“match”" },
    { "allow", "{'comment': <'x'>}", 0, NULL, SNETD_ERROR_INVALID_OPTION, "“comment”" },
    { "allow", "{'lifetime': <'forever'>, 'match': <'program'>}", 0, NULL,
      SNETD_ERROR_INVALID_OPTION, "type as" },
    { "allow", "{'lifetime': <'forever'>, 'match': <['pid']>}", 0, NULL, SNETD_ERROR_INVALID_OPTION,
      "“pid”" },
    { "allow", "{'lifetime': <'forever'>, 'match': <['local-port']>}", 0, NULL,
      SNETD_ERROR_INVALID_OPTION, "“local-port”" },
    /* A rule that is wider than what the user has seen is not made. */
    { "allow", "{'lifetime': <'forever'>}", 0, make_nameless, SNETD_ERROR_INVALID_OPTION,
      "“program”" },
    /* No rule could have it after a restart. */
    { "allow", "{'lifetime': <'forever'>}", 0, make_unreachable, SNETD_ERROR_INVALID_OPTION,
      "“program”" },
    { "allow", "{'lifetime': <'forever'>}", 0, make_newer, SNETD_ERROR_INVALID_OPTION,
      "“operation”" },
    { "allow", "{'lifetime': <'session'>}", 0, NULL, SNETD_ERROR_INVALID_OPTION, "logind" },
    { "allow", "{'lifetime': <'forever'>}", 1001, NULL, SNETD_ERROR_INVALID_OPTION, "user 1000" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (SnetdRule) rule = NULL;

      rule = answer (cases[i].verdict, cases[i].options, cases[i].caller, cases[i].change, &error);
      g_test_message ("%s: %s", cases[i].options, error != NULL ? error->message : "taken");
      g_assert_null (rule);
      g_assert_error (error, SNETD_ERROR, cases[i].code);
      g_assert_nonnull (strstr (error->message, cases[i].says));
    }
}

int
main (int argc, char **argv)
{
  setlocale (LC_ALL, "C.UTF-8");
  g_test_init (&argc, &argv, NULL);
  fake_snet_reset ();

  g_test_add_func ("/rule/good", test_good);
  g_test_add_func ("/rule/bad", test_bad);
  g_test_add_func ("/rule/begin", test_begin);
  g_test_add_func ("/rule/long-comment", test_long_comment);
  g_test_add_func ("/rule/comment-characters", test_comment_characters);
  g_test_add_func ("/answer/rule", test_answer_rule);
  g_test_add_func ("/answer/bad", test_answer_bad);

  return g_test_run ();
}
