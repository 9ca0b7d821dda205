/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The engine against a plain reading of docs/rules.md, over random rules and
 * requests; and what it says that others may be decided by, against the same.
 */
#include <locale.h>
#include <string.h>

#include "fake-snet.h"
#include "snet-names.h"
#include "snetd-engine.h"
#include "snetd-list.h"
#include "snetd-pattern.h"

/* Few values, so that rules and requests often meet. NULL: not known. */
static const char *const programs[] = { "/a", "/b/x", "/b/y", NULL };
static const char *const addresses[] = { "10.0.0.1", "10.0.0.2", "10.1.0.1", "2001:db8::1", NULL };
static const char *const names[] = { "a", "b", NULL };
static const char *const paths[] = { "/a", "/b", NULL };
static const char *const digests[] = {
  "00000000000000000000000000000000000000000000000000000000000000aa",
  "00000000000000000000000000000000000000000000000000000000000000bb", NULL
};

/* What rules ask for; patterns and prefixes of more than one kind. */
static const char *const patterns[] = { "/b/*", "/**", "/a*", NULL };
static const char *const prefixes[] = { "10.0.0.1",      "10.0.0.0/24", "10.0.0.0/8", "0.0.0.0/0",
                                        "2001:db8::/32", "::/0",        NULL };
static const char *const hosts[] = { "one.example.org", "two.example.org", "three.example.com",
                                     NULL };
static const char *const domains[] = { "example.org", "org", "one.example.org", "com", NULL };
static const char *const ranges[] = { "0-1", "1-2", "0-65535", "2-2", NULL };
/* Names of lists; "none" is not there. */
static const char *const lists[] = { "names", "addresses", "both", "none", NULL };
static const char *const operations[] = { "bind", "connect", NULL };
static const char *const protocols[] = { "tcp", "udp", NULL };
static const char *const types[] = { "stream", "dgram", NULL };
static const char *const families[] = { "inet", "inet6", "netlink", NULL };
static const char *const weeks[] = { "mon", "mon-wed 00:00-12:00", "22:00-02:00", NULL };

static const struct
{
  const char *key;
  const char *const *texts; /* NULL: a number */
} values[SNETD_CONDITION_LAST] = {
  [SNETD_CONDITION_PROCESS] = { "process", NULL },
  [SNETD_CONDITION_PROGRAM] = { "program", programs },
  [SNETD_CONDITION_PROGRAM_DIGEST] = { "program-digest", digests },
  [SNETD_CONDITION_PROGRAM_PATTERN] = { "program-pattern", patterns },
  [SNETD_CONDITION_SCRIPT] = { "script", programs },
  [SNETD_CONDITION_SCRIPT_PATTERN] = { "script-pattern", patterns },
  [SNETD_CONDITION_ANCESTOR] = { "ancestor", programs },
  [SNETD_CONDITION_ANCESTOR_PATTERN] = { "ancestor-pattern", patterns },
  [SNETD_CONDITION_APP] = { "app", names },
  [SNETD_CONDITION_UNIT] = { "unit", names },
  [SNETD_CONDITION_CGROUP] = { "cgroup", paths },
  [SNETD_CONDITION_REMOTE_HOST] = { "remote-host", hosts },
  [SNETD_CONDITION_REMOTE_DOMAIN] = { "remote-domain", domains },
  [SNETD_CONDITION_REMOTE_ADDRESS] = { "remote-address", prefixes },
  [SNETD_CONDITION_REMOTE_LIST] = { "remote-list", lists },
  [SNETD_CONDITION_REMOTE_PORT] = { "remote-port", NULL },
  [SNETD_CONDITION_REMOTE_PORTS] = { "remote-ports", ranges },
  [SNETD_CONDITION_LOCAL_ADDRESS] = { "local-address", prefixes },
  [SNETD_CONDITION_LOCAL_PORT] = { "local-port", NULL },
  [SNETD_CONDITION_LOCAL_PORTS] = { "local-ports", ranges },
  [SNETD_CONDITION_OPERATION] = { "operation", operations },
  [SNETD_CONDITION_PROTOCOL] = { "protocol", protocols },
  [SNETD_CONDITION_TYPE] = { "type", types },
  [SNETD_CONDITION_FAMILY] = { "family", families },
  [SNETD_CONDITION_NETNS] = { "netns", NULL },
  [SNETD_CONDITION_UID] = { "uid", NULL },
  [SNETD_CONDITION_SESSION] = { "session", NULL },
  [SNETD_CONDITION_TIME_OF_WEEK] = { "time-of-week", weeks },
};

/* With NULL as one of them, or without. */
static const char *
pick (GRand *random, const char *const *texts, gboolean known)
{
  guint n = g_strv_length ((char **)texts);

  return texts[g_rand_int_range (random, 0, n + (known ? 0 : 1))];
}

static GVariant *
random_value (GRand *random, SnetdCondition condition)
{
  guint number = g_rand_int_range (random, 0, 3);

  if (values[condition].texts != NULL)
    return g_variant_new_string (pick (random, values[condition].texts, TRUE));
  switch (snetd_condition_type (condition))
    {
    case 'q':
      return g_variant_new_uint16 (number);
    case 'u':
      return g_variant_new_uint32 (number);
    default:
      return g_variant_new_uint64 (number + 1);
    }
}

static SnetdRule *
random_rule (GRand *random, guint64 id)
{
  SnetdRule *rule = snetd_rule_new ();
  guint n = g_rand_int_range (random, 0, 4);

  rule->id = id;
  rule->owner = g_rand_int_range (random, -1, 2);
  rule->locked = rule->owner < 0 && g_rand_int_range (random, 0, 8) == 0;
  rule->action = g_rand_int_range (random, SNETD_ACTION_ALLOW, SNETD_ACTION_ASK + 1);
  for (guint i = 0; i < n; i++)
    {
      SnetdCondition c = g_rand_int_range (random, 0, SNETD_CONDITION_LAST);
      g_autoptr (GVariant) value = g_variant_ref_sink (random_value (random, c));
      g_autoptr (GError) error = NULL;

      g_assert_cmpstr (snetd_condition_key (c), ==, values[c].key);
      snetd_condition_read (c, rule, value, &error);
      g_assert_no_error (error);
    }
  return rule;
}

static void
set_text (char **text, const char *value)
{
  g_free (*text);
  *text = g_strdup (value);
}

/* An address has now this name and now that; and one that is only shown decides nothing. */
static void
name_remote (GRand *random, guint64 fields, SnetdRequest *request)
{
  const gboolean known = SNETD_ADDRESS_KNOWN (&request->remote);

  if (!(fields & SNETD_FIELD_REMOTE_NAME))
    set_text (&request->remote_host, known ? pick (random, hosts, FALSE) : NULL);
  set_text (&request->reverse_host, pick (random, hosts, FALSE));
}

/* What goes with each field of the kernel's. */

static void
randomize_process (GRand *random, SnetdRequest *request)
{
  const char *ancestors[] = { pick (random, programs, TRUE), pick (random, programs, TRUE), NULL };

  request->process = g_rand_int_range (random, 0, 4);
  request->session = g_rand_int_range (random, 0, 3);
  if (g_rand_int_range (random, 0, 4) == 0)
    request->session = G_MAXUINT32;
  g_strfreev (request->ancestors);
  request->ancestors = g_rand_boolean (random) ? g_strdupv ((char **)ancestors) : NULL;
}

static void
randomize_program (GRand *random, SnetdRequest *request)
{
  set_text (&request->program, pick (random, programs, FALSE));
  set_text (&request->program_digest, pick (random, digests, FALSE));
}

static void
randomize_cgroup (GRand *random, SnetdRequest *request)
{
  set_text (&request->app, pick (random, names, FALSE));
  set_text (&request->unit, pick (random, names, FALSE));
  set_text (&request->cgroup, pick (random, paths, FALSE));
}

/* Of the same family as it is, or of any. */
static void
randomize_address (GRand *random, gboolean keep_family, SnetdAddress *address)
{
  SnetdAddress other;

  do
    {
      const char *text = pick (random, addresses, FALSE);

      other = (SnetdAddress){ 0 };
      if (text != NULL)
        snetd_address_parse (text, &other, NULL);
    }
  while (keep_family && other.family != address->family);
  *address = other;
}

/* All that is not in the fields. */
static void
randomize (GRand *random, guint64 fields, SnetdRequest *request)
{
  const gboolean same_process = (fields & SNET_FIELD_PROCESS) != 0;

  if (!same_process)
    randomize_process (random, request);
  if (!same_process && !(fields & SNET_FIELD_PROGRAM))
    randomize_program (random, request);
  if (!same_process && !(fields & SNET_FIELD_SCRIPT))
    set_text (&request->script, pick (random, programs, FALSE));
  if (!(fields & SNET_FIELD_CGROUP))
    randomize_cgroup (random, request);
  if (!(fields & SNET_FIELD_LOCAL_ADDR))
    randomize_address (random, (fields & SNET_FIELD_LOCAL_PORT) != 0, &request->local);
  if (!(fields & SNET_FIELD_LOCAL_PORT))
    request->local_port = g_rand_int_range (random, 0, 3);
  if (!(fields & SNET_FIELD_REMOTE_ADDR))
    randomize_address (random, (fields & SNET_FIELD_REMOTE_PORT) != 0, &request->remote);
  if (!(fields & SNET_FIELD_REMOTE_PORT))
    request->remote_port = g_rand_int_range (random, 0, 3);
  name_remote (random, fields, request);
  if (!(fields & SNET_FIELD_OPERATION))
    request->operation = g_rand_boolean (random) ? SNET_OP_BIND : SNET_OP_CONNECT;
  if (!(fields & SNET_FIELD_PROTOCOL))
    request->protocol = g_rand_boolean (random) ? 6 : 17;
  if (!(fields & SNET_FIELD_TYPE))
    request->type = g_rand_boolean (random) ? SOCK_STREAM : SOCK_DGRAM;
  if (!(fields & SNET_FIELD_FAMILY))
    request->family =
      ((const int[]){ AF_INET, AF_INET6, AF_NETLINK })[g_rand_int_range (random, 0, 3)];
  if (!(fields & SNET_FIELD_NETNS))
    request->netns = g_rand_int_range (random, 0, 4);
  if (!(fields & SNET_FIELD_UID))
    request->uid = g_rand_int_range (random, 0, 2);
}

/*
 * The reference: docs/rules.md read once more, without an order kept and with
 * nothing of the engine's.
 */

static gboolean
is (const char *wanted, const char *text)
{
  return text != NULL && strcmp (wanted, text) == 0;
}

static gboolean
is_like (const char *pattern, const char *text)
{
  return text != NULL && snetd_pattern_matches (pattern, text);
}

static gboolean
any_ancestor (const SnetdRule *r, const SnetdRequest *q, gboolean like)
{
  for (guint i = 0; q->ancestors != NULL && q->ancestors[i] != NULL; i++)
    {
      if (like ? is_like (r->ancestor_pattern, q->ancestors[i]) : is (r->ancestor, q->ancestors[i]))
        return TRUE;
    }
  return FALSE;
}

static gboolean
ends_in (const char *domain, const char *host)
{
  g_autofree char *dotted = g_strconcat (".", domain, NULL);

  return host != NULL && (strcmp (host, domain) == 0 || g_str_has_suffix (host, dotted));
}

static gboolean
within (const SnetdPorts *ports, guint16 port)
{
  return port >= ports->low && port <= ports->high;
}

/* What is in the lists, as make_lists() writes them. */
static gboolean
is_listed (const char *list, const SnetdRequest *q)
{
  if (is ("names", list))
    return is ("one.example.org", q->remote_host) || ends_in ("example.com", q->remote_host);
  if (is ("addresses", list))
    return q->remote.family == AF_INET && q->remote.bytes[0] == 10 && q->remote.bytes[1] == 0;
  return is ("both", list) &&
         (is ("two.example.org", q->remote_host) || q->remote.family == AF_INET6);
}

static gboolean
reference_holds (const SnetdRule *r, SnetdCondition c, const SnetdContext *context)
{
  const SnetdRequest *q = context->request;
  const gboolean remote = q->remote.family != AF_UNSPEC, local = q->local.family != AF_UNSPEC;

  switch (c)
    {
    case SNETD_CONDITION_PROCESS:
      return r->process == q->process;
    case SNETD_CONDITION_PROGRAM:
      return is (r->program, q->program);
    case SNETD_CONDITION_PROGRAM_DIGEST:
      return is (r->program_digest, q->program_digest);
    case SNETD_CONDITION_PROGRAM_PATTERN:
      return is_like (r->program_pattern, q->program);
    case SNETD_CONDITION_SCRIPT:
      return is (r->script, q->script);
    case SNETD_CONDITION_SCRIPT_PATTERN:
      return is_like (r->script_pattern, q->script);
    case SNETD_CONDITION_ANCESTOR:
      return any_ancestor (r, q, FALSE);
    case SNETD_CONDITION_ANCESTOR_PATTERN:
      return any_ancestor (r, q, TRUE);
    case SNETD_CONDITION_APP:
      return is (r->app, q->app);
    case SNETD_CONDITION_UNIT:
      return is (r->unit, q->unit);
    case SNETD_CONDITION_CGROUP:
      return is (r->cgroup, q->cgroup);
    case SNETD_CONDITION_REMOTE_HOST:
      return is (r->remote_host, q->remote_host);
    case SNETD_CONDITION_REMOTE_DOMAIN:
      return ends_in (r->remote_domain, q->remote_host);
    case SNETD_CONDITION_REMOTE_ADDRESS:
      return remote && snetd_address_contains (&r->remote_address, &q->remote);
    case SNETD_CONDITION_REMOTE_LIST:
      return is_listed (r->remote_list, q);
    case SNETD_CONDITION_REMOTE_PORT:
      return remote && r->remote_port == q->remote_port;
    case SNETD_CONDITION_REMOTE_PORTS:
      return remote && within (&r->remote_ports, q->remote_port);
    case SNETD_CONDITION_LOCAL_ADDRESS:
      return local && snetd_address_contains (&r->local_address, &q->local);
    case SNETD_CONDITION_LOCAL_PORT:
      return local && r->local_port == q->local_port;
    case SNETD_CONDITION_LOCAL_PORTS:
      return local && within (&r->local_ports, q->local_port);
    case SNETD_CONDITION_OPERATION:
      return r->operation == q->operation;
    case SNETD_CONDITION_PROTOCOL:
      return r->protocol == q->protocol &&
             (q->family != AF_NETLINK || snetd_rule_has (r, SNETD_CONDITION_FAMILY));
    case SNETD_CONDITION_TYPE:
      return r->type == q->type;
    case SNETD_CONDITION_FAMILY:
      return r->family == q->family;
    case SNETD_CONDITION_NETNS:
      return r->netns == q->netns;
    case SNETD_CONDITION_UID:
      return r->uid == q->uid;
    case SNETD_CONDITION_SESSION:
      return r->session == q->session;
    case SNETD_CONDITION_TIME_OF_WEEK:
      return snetd_week_contains (r->time_of_week, context->week_minute);
    case SNETD_CONDITION_LAST:
    default:
      g_assert_not_reached ();
    }
}

static gboolean
reference_matches (const SnetdRule *rule, const SnetdContext *context)
{
  if (rule->owner >= 0 && rule->owner != context->request->uid)
    return FALSE;
  for (SnetdCondition c = 0; c < SNETD_CONDITION_LAST; c++)
    {
      if ((rule->conditions >> c & 1) && !reference_holds (rule, c, context))
        return FALSE;
    }
  return TRUE;
}

static guint
dots (const char *text)
{
  guint n = 1;

  for (; *text != '\0'; text++)
    n += *text == '.';
  return n;
}

/* The greater, the more specific; 0: not a condition of the rule. */
static guint
weight (const SnetdRule *rule, SnetdCondition condition)
{
  if ((rule->conditions >> condition & 1) == 0)
    return 0;
  switch (condition)
    {
    case SNETD_CONDITION_REMOTE_ADDRESS:
      return 1 + rule->remote_address.prefix;
    case SNETD_CONDITION_LOCAL_ADDRESS:
      return 1 + rule->local_address.prefix;
    case SNETD_CONDITION_REMOTE_DOMAIN:
      return dots (rule->remote_domain);
    case SNETD_CONDITION_REMOTE_PORTS:
      return 100000 - (rule->remote_ports.high - rule->remote_ports.low);
    case SNETD_CONDITION_LOCAL_PORTS:
      return 100000 - (rule->local_ports.high - rule->local_ports.low);
    default:
      return 1;
    }
}

static guint
tier (const SnetdRule *rule)
{
  return rule->locked ? 2 : rule->owner >= 0 ? 1 : 0;
}

static gboolean
goes_first (const SnetdRule *a, const SnetdRule *b)
{
  static const guint severity[] = {
    [SNETD_ACTION_ALLOW] = 0, [SNETD_ACTION_ASK] = 1, [SNETD_ACTION_DENY] = 2
  };

  if (tier (a) != tier (b))
    return tier (a) > tier (b);
  for (SnetdCondition c = 0; c < SNETD_CONDITION_LAST; c++)
    {
      guint in_a = weight (a, c), in_b = weight (b, c);

      if (in_a != in_b)
        return in_a > in_b;
    }
  if (severity[a->action] != severity[b->action])
    return severity[a->action] > severity[b->action];
  return a->id > b->id;
}

static const SnetdRule *
reference_decide (GPtrArray *rules, const SnetdContext *context)
{
  const SnetdRule *best = NULL;

  for (guint i = 0; i < rules->len; i++)
    {
      const SnetdRule *rule = g_ptr_array_index (rules, i);

      if (reference_matches (rule, context) && (best == NULL || goes_first (rule, best)))
        best = rule;
    }
  return best;
}

typedef struct
{
  GRand *random;
  SnetdEngine *engine;
  GPtrArray *rules; /* the same, in no order */
  SnetdRequest *request;
  SnetdContext context;
} Fixture;

static void
add_list (GHashTable *table, const char *name, const char *text)
{
  SnetdListNonsense nonsense;

  g_hash_table_insert (table, (gpointer)name, snetd_list_new (text, strlen (text), &nonsense));
  g_assert_cmpuint (nonsense.count, ==, 0);
}

static GHashTable *
make_lists (void)
{
  GHashTable *table =
    g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify)snetd_list_free);

  add_list (table, lists[0], "0.0.0.0 one.example.org\nexample.com\n");
  add_list (table, lists[1], "10.0.0.0/16\n");
  add_list (table, lists[2], "two.example.org\n2000::/3\n");
  return table;
}

static void
set_up (Fixture *fixture, gconstpointer unused)
{
  struct snet_event event = fake_snet_event (1000);

  fixture->random = g_rand_new_with_seed (g_test_rand_int ());
  fixture->request = snetd_request_new (&event, NULL);
  fixture->rules = g_ptr_array_new_with_free_func ((GDestroyNotify)snetd_rule_unref);
  fixture->engine = snetd_engine_new ();
  fixture->context.request = fixture->request;
  fixture->context.lists = make_lists ();
}

static void
tear_down (Fixture *fixture, gconstpointer unused)
{
  snetd_engine_free (fixture->engine);
  g_ptr_array_unref (fixture->rules);
  g_hash_table_unref (fixture->context.lists);
  snetd_request_unref (fixture->request);
  g_rand_free (fixture->random);
}

static void
fill (Fixture *fixture)
{
  /* Sometimes so many that their sets of conditions are more than the bits of a word. */
  gboolean many = g_rand_int_range (fixture->random, 0, 20) == 0;
  guint count = g_rand_int_range (fixture->random, 1, many ? 400 : 40);

  for (guint i = fixture->rules->len; i > 0; i--)
    {
      SnetdRule *rule = g_ptr_array_index (fixture->rules, i - 1);

      g_assert_true (snetd_engine_remove (fixture->engine, rule->id));
      g_ptr_array_remove_index (fixture->rules, i - 1);
    }
  for (guint i = 1; i <= count; i++)
    {
      SnetdRule *rule = random_rule (fixture->random, i);

      g_ptr_array_add (fixture->rules, rule);
      snetd_engine_add (fixture->engine, rule);
    }
}

static void
next_request (Fixture *fixture)
{
  randomize (fixture->random, 0, fixture->request);
  fixture->context.week_minute = g_rand_int_range (fixture->random, 0, SNETD_WEEK_MINUTES);
}

static void
remove_one (Fixture *fixture)
{
  guint which = g_rand_int_range (fixture->random, 0, fixture->rules->len);
  SnetdRule *rule = g_ptr_array_index (fixture->rules, which);

  g_assert_true (snetd_engine_remove (fixture->engine, rule->id));
  g_ptr_array_remove_index (fixture->rules, which);
}

static void
test_decides (Fixture *fixture, gconstpointer unused)
{
  guint decided = 0;

  for (guint round = 0; round < 200; round++)
    {
      fill (fixture);
      for (guint i = 0; i < 100; i++)
        {
          SnetdDecision decision;

          next_request (fixture);
          snetd_engine_decide (fixture->engine, &fixture->context, &decision);
          g_assert_true (decision.rule == reference_decide (fixture->rules, &fixture->context));
          decided += decision.rule != NULL;

          /* Rules come and go. */
          if (i % 20 == 19 && fixture->rules->len > 1)
            remove_one (fixture);
        }
    }
  /* Or else it has shown nothing. */
  g_assert_cmpuint (decided, >, 2000);
}

static void
test_explains (Fixture *fixture, gconstpointer unused)
{
  guint several = 0;

  for (guint round = 0; round < 1000; round++)
    {
      g_autoptr (GPtrArray) matching = NULL;
      guint expected = 0;

      if (round % 10 == 0)
        fill (fixture);
      next_request (fixture);
      matching = snetd_engine_explain (fixture->engine, &fixture->context);
      for (guint i = 0; i < fixture->rules->len; i++)
        expected += reference_matches (g_ptr_array_index (fixture->rules, i), &fixture->context);
      g_assert_cmpuint (matching->len, ==, expected);
      for (guint i = 1; i < matching->len; i++)
        g_assert_true (
          goes_first (g_ptr_array_index (matching, i - 1), g_ptr_array_index (matching, i)));
      several += matching->len > 1;
    }
  g_assert_cmpuint (several, >, 100);
}

/* Who is alike in what was consulted is decided alike, so a ticket never decides otherwise. */
static void
test_consulted (Fixture *fixture, gconstpointer unused)
{
  guint others = 0, narrow = 0;

  for (guint round = 0; round < 2000; round++)
    {
      SnetdDecision decision;
      guint minute;

      if (round % 10 == 0)
        fill (fixture);
      next_request (fixture);
      snetd_engine_decide (fixture->engine, &fixture->context, &decision);
      narrow += (decision.consulted.fields & SNET_FIELD_ALL) != SNET_FIELD_ALL;
      minute = fixture->context.week_minute;
      for (guint i = 0; i < 20; i++)
        {
          /* Tickets always compare the operation. */
          randomize (fixture->random, decision.consulted.fields | SNET_FIELD_OPERATION,
                     fixture->request);
          fixture->context.week_minute =
            (minute + g_rand_int_range (fixture->random, 0, decision.consulted.minutes)) %
            SNETD_WEEK_MINUTES;
          g_assert_true (decision.rule == reference_decide (fixture->rules, &fixture->context));
          others++;
        }
    }
  g_assert_cmpuint (others, ==, 40000);
  g_assert_cmpuint (narrow, >, 1000);
}

/* A program that no rule is about is not asked where it goes. */
static void
test_consulted_who (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (SnetdRule) rule = snetd_rule_new ();
  SnetdDecision decision;

  rule->id = 1;
  rule->program = g_strdup ("/b/x");
  rule->remote_port = 443;
  rule->conditions = SNETD_CONDITION_BIT (SNETD_CONDITION_PROGRAM) |
                     SNETD_CONDITION_BIT (SNETD_CONDITION_REMOTE_PORT);
  snetd_engine_add (fixture->engine, rule);

  set_text (&fixture->request->program, "/a");
  snetd_engine_decide (fixture->engine, &fixture->context, &decision);
  g_assert_null (decision.rule);
  g_assert_cmphex (decision.consulted.fields, ==, SNET_FIELD_PROGRAM);

  set_text (&fixture->request->program, "/b/x");
  snetd_engine_decide (fixture->engine, &fixture->context, &decision);
  g_assert_true (decision.rule == rule);
  g_assert_cmphex (decision.consulted.fields, ==, SNET_FIELD_PROGRAM | SNET_FIELD_REMOTE_PORT);
  g_assert_cmpuint (decision.consulted.minutes, ==, SNETD_WEEK_MINUTES);
}

static void
add_test (const char *path, void (*func) (Fixture *, gconstpointer))
{
  g_test_add (path, Fixture, NULL, set_up, func, tear_down);
}

int
main (int argc, char **argv)
{
  setlocale (LC_ALL, "C.UTF-8");
  g_test_init (&argc, &argv, NULL);
  fake_snet_reset ();

  add_test ("/engine/random/decides", test_decides);
  add_test ("/engine/random/explains", test_explains);
  add_test ("/engine/random/consulted", test_consulted);
  add_test ("/engine/random/consulted/who", test_consulted_who);

  return g_test_run ();
}
