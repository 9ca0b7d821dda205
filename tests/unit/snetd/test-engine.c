/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which rule decides: by table, and against a plain reading of docs/rules.md. */
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
  SnetdRequest *request = snetd_request_new (&event);

  g_free (request->program);
  request->program = g_strdup ("/usr/bin/curl");
  return request;
}

static guint64
decide (SnetdEngine *engine, const SnetdRequest *request)
{
  SnetdDecision decision;

  snetd_engine_decide (engine, request, &decision);
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
      g_assert_cmpint (snetd_rule_matches (rule, request), ==, cases[i].matches);
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

  g_assert_true (snetd_rule_matches (tcp, request));
  g_assert_false (snetd_rule_matches (xfrm, request));
  request->family = AF_NETLINK;
  g_assert_cmpint (request->protocol, ==, 6);
  g_assert_false (snetd_rule_matches (tcp, request));
  g_assert_true (snetd_rule_matches (xfrm, request));
}

static void
test_unknown_program (void)
{
  g_autoptr (SnetdRequest) request = request_new ();
  g_autoptr (SnetdRule) rule =
    rule_parse ("{'action': <'allow'>, 'program': <'/usr/bin/curl'>}", 1);

  g_clear_pointer (&request->program, g_free);
  g_assert_false (snetd_rule_matches (rule, request));
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
  g_assert_true (snetd_rule_matches (rule, request));
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

/*
 * The reference: docs/rules.md read once more, without an order kept and with
 * nothing of the engine's. It says which of two matching rules is the first.
 */

static const guint order_of_conditions[] = {
  SNETD_CONDITION_PROGRAM,       SNETD_CONDITION_REMOTE_ADDRESS, SNETD_CONDITION_REMOTE_PORT,
  SNETD_CONDITION_LOCAL_ADDRESS, SNETD_CONDITION_LOCAL_PORT,     SNETD_CONDITION_OPERATION,
  SNETD_CONDITION_PROTOCOL,      SNETD_CONDITION_TYPE,           SNETD_CONDITION_FAMILY,
  SNETD_CONDITION_UID,
};

static guint
weight (const SnetdRule *rule, guint condition)
{
  if ((rule->conditions >> condition & 1) == 0)
    return 0;
  if (condition == SNETD_CONDITION_REMOTE_ADDRESS)
    return 1 + rule->remote_address.prefix;
  if (condition == SNETD_CONDITION_LOCAL_ADDRESS)
    return 1 + rule->local_address.prefix;
  return 1;
}

static gboolean
goes_first (const SnetdRule *a, const SnetdRule *b)
{
  static const guint severity[] = {
    [SNETD_ACTION_ALLOW] = 0, [SNETD_ACTION_ASK] = 1, [SNETD_ACTION_DENY] = 2
  };

  if ((a->owner >= 0) != (b->owner >= 0))
    return a->owner >= 0;
  for (gsize i = 0; i < G_N_ELEMENTS (order_of_conditions); i++)
    {
      guint in_a = weight (a, order_of_conditions[i]);
      guint in_b = weight (b, order_of_conditions[i]);

      if (in_a != in_b)
        return in_a > in_b;
    }
  if (severity[a->action] != severity[b->action])
    return severity[a->action] > severity[b->action];
  return a->id > b->id;
}

static gboolean
reference_matches (const SnetdRule *r, const SnetdRequest *q)
{
  const guint has = r->conditions;
  gboolean remote = q->remote.family != 0, local = q->local.family != 0;

  return (r->owner < 0 || r->owner == q->uid) &&
         (!(has & 1 << SNETD_CONDITION_PROGRAM) || g_strcmp0 (r->program, q->program) == 0) &&
         (!(has & 1 << SNETD_CONDITION_REMOTE_ADDRESS) ||
          (remote && snetd_address_contains (&r->remote_address, &q->remote))) &&
         (!(has & 1 << SNETD_CONDITION_REMOTE_PORT) ||
          (remote && r->remote_port == q->remote_port)) &&
         (!(has & 1 << SNETD_CONDITION_LOCAL_ADDRESS) ||
          (local && snetd_address_contains (&r->local_address, &q->local))) &&
         (!(has & 1 << SNETD_CONDITION_LOCAL_PORT) || (local && r->local_port == q->local_port)) &&
         (!(has & 1 << SNETD_CONDITION_OPERATION) || r->operation == q->operation) &&
         (!(has & 1 << SNETD_CONDITION_PROTOCOL) || r->protocol == q->protocol) &&
         (!(has & 1 << SNETD_CONDITION_TYPE) || r->type == q->type) &&
         (!(has & 1 << SNETD_CONDITION_FAMILY) || r->family == q->family) &&
         (!(has & 1 << SNETD_CONDITION_UID) || r->uid == q->uid);
}

static guint64
reference_decide (GPtrArray *rules, const SnetdRequest *request)
{
  const SnetdRule *best = NULL;

  for (guint i = 0; i < rules->len; i++)
    {
      const SnetdRule *rule = g_ptr_array_index (rules, i);

      if (reference_matches (rule, request) && (best == NULL || goes_first (rule, best)))
        best = rule;
    }
  return best != NULL ? best->id : 0;
}

/* Few values, so that rules and requests often meet. */
static const char *const random_programs[] = { "/a", "/b", "/c" };
static const char *const random_hosts[] = { "10.0.0.1", "10.0.0.2", "10.1.0.1", "2001:db8::1" };
static const char *const random_prefixes[] = { "10.0.0.1",  "10.0.0.0/24",   "10.0.0.0/8",
                                               "0.0.0.0/0", "2001:db8::/32", "::/0" };

static SnetdRule *
random_rule (GRand *random, guint64 id)
{
  SnetdRule *rule = snetd_rule_new ();

  rule->id = id;
  rule->owner = g_rand_int_range (random, -1, 2);
  rule->action = g_rand_int_range (random, SNETD_ACTION_ALLOW, SNETD_ACTION_ASK + 1);
  /* Half of the conditions of half of the conditions: rules with few, mostly. */
  rule->conditions = g_rand_int (random) & g_rand_int (random) & ((1 << SNETD_CONDITION_LAST) - 1);
  rule->program = g_strdup (random_programs[g_rand_int_range (random, 0, 3)]);
  snetd_address_parse (random_prefixes[g_rand_int_range (random, 0, 6)], &rule->remote_address,
                       NULL);
  snetd_address_parse (random_prefixes[g_rand_int_range (random, 0, 6)], &rule->local_address,
                       NULL);
  rule->remote_port = g_rand_int_range (random, 0, 3);
  rule->local_port = g_rand_int_range (random, 0, 3);
  rule->operation = g_rand_int_range (random, SNET_OP_BIND, SNET_OP_LISTEN + 1);
  rule->protocol = g_rand_boolean (random) ? 6 : 17;
  rule->type = g_rand_boolean (random) ? SOCK_STREAM : SOCK_DGRAM;
  rule->family = g_rand_boolean (random) ? AF_INET : AF_INET6;
  rule->uid = g_rand_int_range (random, 0, 2);
  return rule;
}

static void
randomize (GRand *random, SnetdRequest *request)
{
  g_free (request->program);
  request->program = g_rand_int_range (random, 0, 8) == 0
                       ? NULL
                       : g_strdup (random_programs[g_rand_int_range (random, 0, 3)]);
  request->remote.family = request->local.family = AF_UNSPEC;
  if (g_rand_int_range (random, 0, 4) != 0)
    snetd_address_parse (random_hosts[g_rand_int_range (random, 0, 4)], &request->remote, NULL);
  if (g_rand_boolean (random))
    snetd_address_parse (random_hosts[g_rand_int_range (random, 0, 4)], &request->local, NULL);
  request->remote_port = g_rand_int_range (random, 0, 3);
  request->local_port = g_rand_int_range (random, 0, 3);
  request->operation = g_rand_int_range (random, SNET_OP_BIND, SNET_OP_LISTEN + 1);
  request->protocol = g_rand_boolean (random) ? 6 : 17;
  request->type = g_rand_boolean (random) ? SOCK_STREAM : SOCK_DGRAM;
  request->family = g_rand_boolean (random) ? AF_INET : AF_INET6;
  request->uid = g_rand_int_range (random, 0, 2);
}

static void
test_random (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (g_test_rand_int ());
  g_autoptr (SnetdRequest) request = request_new ();
  guint decided = 0;

  for (guint round = 0; round < 100; round++)
    {
      g_autoptr (SnetdEngine) engine = snetd_engine_new ();
      g_autoptr (GPtrArray) rules =
        g_ptr_array_new_with_free_func ((GDestroyNotify)snetd_rule_unref);
      guint count = g_rand_int_range (random, 1, 40);

      for (guint i = 1; i <= count; i++)
        {
          g_ptr_array_add (rules, random_rule (random, i));
          snetd_engine_add (engine, g_ptr_array_index (rules, i - 1));
        }
      for (guint i = 0; i < 100; i++)
        {
          guint64 id;

          randomize (random, request);
          id = decide (engine, request);
          g_assert_cmpuint (id, ==, reference_decide (rules, request));
          decided += id != 0;

          /* Rules come and go. */
          if (i % 20 == 19 && rules->len > 1)
            {
              guint which = g_rand_int_range (random, 0, rules->len);
              SnetdRule *rule = g_ptr_array_index (rules, which);

              g_assert_true (snetd_engine_remove (engine, rule->id));
              g_ptr_array_remove_index (rules, which);
            }
        }
    }
  /* Or else it has shown nothing. */
  g_assert_cmpuint (decided, >, 1000);
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
  g_test_add_func ("/engine/random", test_random);

  return g_test_run ();
}
