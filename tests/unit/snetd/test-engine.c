/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which rule decides, by table. */
#include <locale.h>

#include "fake-snet.h"
#include "snetd-engine.h"

static SnetdRule *
rule_parse (const char *text, guint64 id)
{
  g_autoptr (GVariant) value = NULL;
  g_autoptr (GError) error = NULL;
  SnetdRule *rule;

  value = g_variant_parse (G_VARIANT_TYPE_VARDICT, text, NULL, NULL, &error);
  g_assert_no_error (error);
  rule = snetd_rule_from_variant (value, SNETD_RULE_FROM_CLIENT, &error);
  g_assert_no_error (error);
  rule->id = id;
  return rule;
}

/* curl of user 1000, IPv4 TCP to 192.0.2.1 port 443 */
static SnetdRequest *
request_new (void)
{
  struct snet_event event = fake_snet_event (1000);
  SnetdRequest *request = snetd_request_new (&event, NULL);

  g_free (request->program);
  request->program = g_strdup ("/usr/bin/curl");
  return request;
}

static gboolean
matches (const SnetdRule *rule, const SnetdRequest *request)
{
  SnetdContext context = { request, 0, NULL };

  return snetd_rule_matches (rule, &context);
}

static guint64
decide (SnetdEngine *engine, const SnetdRequest *request)
{
  SnetdContext context = { request, 0, NULL };
  SnetdDecision decision;

  snetd_engine_decide (engine, &context, &decision);
  return decision.rule != NULL ? decision.rule->id : 0;
}

static void
test_matches (void)
{
  static const struct
  {
    const char *conditions;
    gboolean matches;
  } cases[] = {
    { "", TRUE },
    { ", 'program': <'/usr/bin/curl'>", TRUE },
    { ", 'program': <'/usr/bin/curl2'>", FALSE },
    { ", 'operation': <'connect'>", TRUE },
    { ", 'operation': <'bind'>", FALSE },
    { ", 'uid': <uint32 1000>", TRUE },
    { ", 'uid': <uint32 1001>", FALSE },
    { ", 'owner': <uint32 1000>", TRUE },
    { ", 'owner': <uint32 1001>", FALSE },
    { ", 'owner': <uint32 0>", FALSE },
    { ", 'family': <'inet'>", TRUE },
    { ", 'family': <'inet6'>", FALSE },
    { ", 'type': <'stream'>", TRUE },
    { ", 'type': <'dgram'>", FALSE },
    { ", 'protocol': <'tcp'>", TRUE },
    { ", 'protocol': <'udp'>", FALSE },
    { ", 'remote-address': <'192.0.2.1'>", TRUE },
    { ", 'remote-address': <'192.0.2.0/24'>", TRUE },
    { ", 'remote-address': <'192.0.2.2'>", FALSE },
    { ", 'remote-address': <'::/0'>", FALSE },
    { ", 'remote-port': <uint16 443>", TRUE },
    { ", 'remote-port': <uint16 80>", FALSE },
    /* What is not known holds no condition, not even the widest. */
    { ", 'local-address': <'0.0.0.0/0'>", FALSE },
    { ", 'local-port': <uint16 0>", FALSE },
    { ", 'program': <'/usr/bin/curl'>, 'remote-port': <uint16 80>", FALSE },
  };
  g_autoptr (SnetdRequest) request = request_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = g_strdup_printf ("{'action': <'allow'>%s}", cases[i].conditions);
      g_autoptr (SnetdRule) rule = rule_parse (text, 1);

      g_test_message ("%s", text);
      g_assert_cmpint (matches (rule, request), ==, cases[i].matches);
    }
}

/* The numbers of protocols are the internet's, unless the rule says whose they are. */
static void
test_protocol_of_family (void)
{
  g_autoptr (SnetdRequest) request = request_new ();
  g_autoptr (SnetdRule) tcp = rule_parse ("{'action': <'allow'>, 'protocol': <'tcp'>}", 1);
  g_autoptr (SnetdRule) xfrm =
    rule_parse ("{'action': <'allow'>, 'protocol': <'6'>, 'family': <'netlink'>}", 2);

  g_assert_true (matches (tcp, request));
  g_assert_false (matches (xfrm, request));
  request->family = AF_NETLINK;
  g_assert_cmpint (request->protocol, ==, 6);
  g_assert_false (matches (tcp, request));
  g_assert_true (matches (xfrm, request));
}

static void
test_unknown_program (void)
{
  g_autoptr (SnetdRequest) request = request_new ();
  g_autoptr (SnetdRule) rule =
    rule_parse ("{'action': <'allow'>, 'program': <'/usr/bin/curl'>}", 1);

  g_clear_pointer (&request->program, g_free);
  g_assert_false (matches (rule, request));
}

/* A mapped address is the IPv4 address that it means, on both sides. */
static void
test_mapped (void)
{
  g_autoptr (SnetdRequest) request = request_new ();
  g_autoptr (SnetdRule) rule =
    rule_parse ("{'action': <'deny'>, 'remote-address': <'192.0.2.0/24'>}", 1);

  request->family = AF_INET6;
  g_assert_true (snetd_address_parse ("::ffff:192.0.2.9", &request->remote, NULL));
  g_assert_true (matches (rule, request));
}

/* Of two rules that match, the first decides, whichever was made first. */
static void
test_order (void)
{
  static const char *const pairs[][2] = {
    /* the user's before the system's */
    { "{'action': <'allow'>, 'owner': <uint32 1000>}",
      "{'action': <'deny'>, 'program': <'/usr/bin/curl'>}" },
    /* the more specific, condition by condition */
    { "{'action': <'allow'>, 'program': <'/usr/bin/curl'>}",
      "{'action': <'deny'>, 'remote-address': <'192.0.2.1'>, 'remote-port': <uint16 443>}" },
    { "{'action': <'allow'>, 'remote-address': <'192.0.2.1'>}",
      "{'action': <'deny'>, 'remote-address': <'192.0.2.0/24'>, 'remote-port': <uint16 443>}" },
    { "{'action': <'allow'>, 'remote-address': <'0.0.0.0/0'>}",
      "{'action': <'deny'>, 'remote-port': <uint16 443>}" },
    { "{'action': <'allow'>, 'remote-port': <uint16 443>}",
      "{'action': <'deny'>, 'operation': <'connect'>, 'protocol': <'tcp'>}" },
    { "{'action': <'allow'>, 'operation': <'connect'>}",
      "{'action': <'deny'>, 'protocol': <'tcp'>}" },
    { "{'action': <'allow'>, 'protocol': <'tcp'>}", "{'action': <'deny'>, 'type': <'stream'>}" },
    { "{'action': <'allow'>, 'type': <'stream'>}", "{'action': <'deny'>, 'family': <'inet'>}" },
    { "{'action': <'allow'>, 'family': <'inet'>}", "{'action': <'deny'>, 'uid': <uint32 1000>}" },
    { "{'action': <'allow'>, 'uid': <uint32 1000>}", "{'action': <'deny'>}" },
    { "{'action': <'allow'>, 'program': <'/usr/bin/curl'>, 'uid': <uint32 1000>}",
      "{'action': <'deny'>, 'program': <'/usr/bin/curl'>}" },
    /* deny, then ask, then allow */
    { "{'action': <'deny'>}", "{'action': <'ask'>}" },
    { "{'action': <'ask'>}", "{'action': <'allow'>}" },
  };
  g_autoptr (SnetdRequest) request = request_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (pairs); i++)
    {
      for (guint first = 0; first < 2; first++)
        {
          g_autoptr (SnetdEngine) engine = snetd_engine_new ();
          g_autoptr (SnetdRule) winner = rule_parse (pairs[i][0], first == 0 ? 1 : 2);
          g_autoptr (SnetdRule) loser = rule_parse (pairs[i][1], first == 0 ? 2 : 1);

          g_test_message ("%s before %s", pairs[i][0], pairs[i][1]);
          snetd_engine_add (engine, first == 0 ? winner : loser);
          snetd_engine_add (engine, first == 0 ? loser : winner);
          g_assert_cmpuint (decide (engine, request), ==, winner->id);
          g_assert_true (snetd_engine_remove (engine, winner->id));
          g_assert_cmpuint (decide (engine, request), ==, loser->id);
        }
    }
}

static void
test_newer (void)
{
  g_autoptr (SnetdEngine) engine = snetd_engine_new ();
  g_autoptr (SnetdRequest) request = request_new ();
  g_autoptr (GPtrArray) list = NULL;

  for (guint64 id = 1; id <= 3; id++)
    {
      g_autoptr (SnetdRule) rule = rule_parse ("{'action': <'allow'>}", id == 3 ? 1 : id + 1);

      snetd_engine_add (engine, rule);
    }
  g_assert_cmpuint (decide (engine, request), ==, 3);

  list = snetd_engine_list (engine);
  for (guint i = 0; i < 3; i++)
    g_assert_cmpuint (((SnetdRule *)g_ptr_array_index (list, i))->id, ==, i + 1);
  g_assert_false (snetd_engine_remove (engine, 4));
  g_assert_null (snetd_engine_lookup (engine, 4));
  g_assert_nonnull (snetd_engine_lookup (engine, 2));
}

int
main (int argc, char **argv)
{
  setlocale (LC_ALL, "C.UTF-8");
  g_test_init (&argc, &argv, NULL);
  fake_snet_reset ();

  g_test_add_func ("/engine/matches", test_matches);
  g_test_add_func ("/engine/protocol-of-family", test_protocol_of_family);
  g_test_add_func ("/engine/unknown-program", test_unknown_program);
  g_test_add_func ("/engine/mapped", test_mapped);
  g_test_add_func ("/engine/order", test_order);
  g_test_add_func ("/engine/newer", test_newer);

  return g_test_run ();
}
