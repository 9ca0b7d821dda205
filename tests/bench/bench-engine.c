/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How long a decision takes among many rules, what these take of memory, and how long
 * snetd takes to read them at its start.
 *
 *   bench-engine [--json] [--rounds=N] [--walked] RULES...
 *
 * 10, 1000 and 100000 rules unless given. Decisions are timed in batches, each over all
 * requests; the median of the batches is what counts, as others use the processor, too.
 */
#include <glib/gstdio.h>
#include <locale.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "snetd-engine.h"
#include "snetd-store.h"

#define REQUESTS 4096
#define BATCHES  31
#define BLOCK    16

#define BIT(condition) SNETD_CONDITION_BIT (SNETD_CONDITION_##condition)

/* What rules are about, and of a hundred how many. */
static const struct
{
  guint share;
  guint32 conditions;
  guint8 prefix; /* of an address */
} shapes[] = {
  /* Made of answers. */
  { 22, BIT (PROGRAM) | BIT (REMOTE_ADDRESS) | BIT (REMOTE_PORT) | BIT (OPERATION) | BIT (PROTOCOL),
    32 },
  { 16, BIT (PROGRAM) | BIT (REMOTE_HOST) | BIT (REMOTE_PORT) | BIT (OPERATION) | BIT (PROTOCOL),
    0 },
  { 10, BIT (PROGRAM) | BIT (REMOTE_HOST), 0 },
  { 10, BIT (PROGRAM) | BIT (REMOTE_DOMAIN), 0 },
  { 8, BIT (PROGRAM), 0 },
  { 6, BIT (PROGRAM) | BIT (REMOTE_PORT) | BIT (PROTOCOL), 0 },
  { 4, BIT (PROGRAM) | BIT (LOCAL_PORT) | BIT (OPERATION) | BIT (PROTOCOL), 0 },
  { 3, BIT (PROGRAM) | BIT (SCRIPT) | BIT (REMOTE_HOST), 0 },
  /* Written by administrators. */
  { 4, BIT (PROGRAM) | BIT (REMOTE_ADDRESS), 24 },
  { 3, BIT (PROGRAM) | BIT (REMOTE_ADDRESS) | BIT (UID), 16 },
  { 3, BIT (UNIT) | BIT (REMOTE_PORT), 0 },
  { 2, BIT (APP) | BIT (REMOTE_DOMAIN), 0 },
  { 4, BIT (REMOTE_DOMAIN), 0 },
  { 2, BIT (REMOTE_ADDRESS), 24 },
  { 2, BIT (REMOTE_ADDRESS), 16 },
  { 1, BIT (REMOTE_ADDRESS) | BIT (REMOTE_PORT) | BIT (PROTOCOL), 32 },
};

/* Rules that no look-up finds, so that each of them is tried. */
static const guint32 walked_shapes[] = {
  BIT (PROGRAM_PATTERN),
  BIT (PROGRAM_PATTERN) | BIT (REMOTE_PORTS),
  BIT (ANCESTOR),
  BIT (REMOTE_PORTS),
};

/* What is random in it begins anew for each rule and each request, by its number. */
typedef struct
{
  GRand *random;
  guint rules;
  gboolean walked; /* of walked_shapes */
} World;

static guint
below (World *world, guint end)
{
  return (guint)g_rand_int_range (world->random, 0, (gint32)end);
}

/* The more rules, the more programs and names these are about. */
static char *
some_program (World *world)
{
  return g_strdup_printf ("/usr/lib/vendor-%u/bin/program-%u", below (world, 20),
                          below (world, world->rules / 40 + 1));
}

static char *
some_domain (World *world)
{
  return g_strdup_printf ("%sservice-%u.example.%s", below (world, 3) == 0 ? "cdn." : "",
                          below (world, world->rules / 4 + 1), below (world, 2) ? "com" : "org");
}

static char *
some_host (World *world)
{
  g_autofree char *domain = some_domain (world);

  return g_strconcat (below (world, 2) ? "www." : "api.", domain, NULL);
}

static SnetdAddress
some_address (World *world, guint prefix)
{
  const guint32 number = g_rand_int (world->random);
  SnetdAddress address = { .family = AF_INET, .prefix = 32 };

  memcpy (address.bytes, &number, sizeof number);
  return snetd_address_shorten (&address, prefix);
}

static guint16
some_port (World *world)
{
  static const guint16 ports[] = { 443, 80, 53, 22, 8080, 993 };

  return ports[below (world, G_N_ELEMENTS (ports))];
}

static SnetdRequest *
make_request (World *world, guint number)
{
  const struct snet_event event = { .operation = number % 8 ? SNET_OP_CONNECT : SNET_OP_ACCEPT,
                                    .family = AF_INET,
                                    .type = SOCK_STREAM,
                                    .protocol = number % 5 ? 6 : 17,
                                    .uid = 1000 + number % 3,
                                    .pid = 4711,
                                    .process = 1 + number % 1000,
                                    .session = 3,
                                    .comm = "program" };
  SnetdRequest *request = snetd_request_new_decided (&event);

  g_rand_set_seed (world->random, number);
  request->program = some_program (world);
  request->script = below (world, 4) ? NULL : g_strdup ("/usr/bin/script");
  request->unit = g_strdup_printf ("app-%u.scope", below (world, world->rules / 100 + 1));
  request->app = below (world, 4) ? NULL : g_strdup ("org.example.App");
  request->cgroup = g_strdup_printf ("/user.slice/%s", request->unit);
  request->remote = some_address (world, 32);
  request->remote_port = some_port (world);
  if (request->operation == SNET_OP_ACCEPT)
    {
      request->local = some_address (world, 32);
      request->local_port = some_port (world);
    }
  request->remote_host = below (world, 4) ? some_host (world) : NULL;
  return request;
}

/* A rule of that shape that would hold for the request, if it has all that. */
static SnetdRule *
rule_for (World *world, guint shape, const SnetdRequest *request)
{
  SnetdRule *rule = snetd_rule_new ();

  rule->action = (SnetdAction)(below (world, 3) ? SNETD_ACTION_ALLOW : SNETD_ACTION_DENY);
  rule->owner = below (world, 2) ? SNETD_OWNER_SYSTEM : request->uid;
  rule->locked = rule->owner == SNETD_OWNER_SYSTEM && below (world, 10) == 0;
  rule->remote_domain = some_domain (world);
  for (SnetdCondition c = 0; c < SNETD_CONDITION_LAST; c++)
    {
      if ((shapes[shape].conditions & SNETD_CONDITION_BIT (c)) &&
          c != SNETD_CONDITION_REMOTE_DOMAIN)
        snetd_condition_keep (c, rule, request);
    }
  if (shapes[shape].conditions & BIT (REMOTE_DOMAIN))
    rule->conditions |= BIT (REMOTE_DOMAIN);
  else
    g_clear_pointer (&rule->remote_domain, g_free);
  if (rule->owner != SNETD_OWNER_SYSTEM)
    rule->conditions &= ~BIT (UID);
  rule->remote_address = snetd_address_shorten (&rule->remote_address, shapes[shape].prefix);
  return rule;
}

/* Two of three patterns say how the path begins, and the other one how it ends. */
static SnetdRule *
walked_rule_for (World *world, const SnetdRequest *request)
{
  SnetdRule *rule = snetd_rule_new ();
  const char *name = strrchr (request->program, '/') + 1;

  rule->conditions = walked_shapes[below (world, G_N_ELEMENTS (walked_shapes))];
  if (rule->conditions & BIT (PROGRAM_PATTERN))
    rule->program_pattern =
      below (world, 3)
        ? g_strdup_printf ("%.*s*", (int)strlen (request->program) - 2, request->program)
        : g_strdup_printf ("**/%s", name);
  if (rule->conditions & BIT (ANCESTOR))
    rule->ancestor = g_strdup (request->program);
  rule->remote_ports.low = (guint16)(1024 + below (world, 20000));
  rule->remote_ports.high = rule->remote_ports.low + 9;
  return rule;
}

static guint
some_shape (World *world)
{
  guint left = below (world, 100), shape = 0;

  while (left >= shapes[shape].share)
    left -= shapes[shape++].share;
  return shape;
}

static GPtrArray *
make_rules (World *world)
{
  GPtrArray *rules = g_ptr_array_new_with_free_func ((GDestroyNotify)snetd_rule_unref);

  while (rules->len < world->rules)
    {
      g_autoptr (SnetdRequest) request = make_request (world, rules->len);
      SnetdRule *rule = world->walked ? walked_rule_for (world, request)
                                      : rule_for (world, some_shape (world), request);

      rule->id = rules->len + 1;
      g_ptr_array_add (rules, rule);
    }
  return rules;
}

/* Numbers. */

static int
compare (gconstpointer a, gconstpointer b)
{
  const double left = *(const double *)a, right = *(const double *)b;

  return (left > right) - (left < right);
}

static gint64
read_clock (void)
{
  struct timespec now;

  clock_gettime (CLOCK_MONOTONIC, &now);
  return (gint64)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* What malloc() has given out. */
static double
used_bytes (void)
{
  const struct mallinfo2 info = mallinfo2 ();

  return (double)info.uordblks + (double)info.hblkhd;
}

typedef struct
{
  guint rules;
  double decide_ns;     /* the median of the batches */
  double decide_min_ns; /* the fastest */
  double matched;       /* of a hundred requests */
  double bytes;         /* of a rule */
  double open_ms;       /* the database */
  double load_ms;       /* all rules from it, into the engine */
} Result;

/* A request that is decided has just been read: what it says is at hand, unlike the rules. */
static guint
touch (const SnetdRequest *request)
{
  guint sum = g_str_hash (request->program) + g_str_hash (request->cgroup);

  sum += request->remote_host != NULL ? g_str_hash (request->remote_host) : 0;
  sum += request->script != NULL ? g_str_hash (request->script) : 0;
  sum += request->app != NULL ? g_str_hash (request->app) : 0;
  return sum + g_str_hash (request->unit);
}

/* How many of them are decided; adds what it takes, in nanoseconds. */
static guint
decide_block (SnetdEngine *engine, gpointer *requests, gint64 *took)
{
  static volatile guint unused;
  guint matched = 0;
  gint64 started;

  for (guint i = 0; i < BLOCK; i++)
    unused += touch (requests[i]);

  started = read_clock ();
  for (guint i = 0; i < BLOCK; i++)
    {
      const SnetdContext context = { requests[i], 600, NULL };
      SnetdDecision decision;

      snetd_engine_decide (engine, &context, &decision);
      matched += decision.rule != NULL;
    }
  *took += read_clock () - started;
  return matched;
}

static void
time_decisions (SnetdEngine *engine, World *world, guint rounds, Result *result)
{
  g_autoptr (GPtrArray) requests =
    g_ptr_array_new_with_free_func ((GDestroyNotify)snetd_request_unref);
  const guint count = world->rules;
  double batches[BATCHES];
  guint matched = 0;

  /* Of each two, a rule has been made for the first. */
  for (guint i = 0; i < REQUESTS; i++)
    {
      const guint chosen = (guint)((guint64)i * 2654435761u % count);

      g_ptr_array_add (requests, make_request (world, i % 2 == 0 ? chosen : count + i));
    }

  for (guint batch = 0; batch < BATCHES; batch++)
    {
      gint64 took = 0;

      for (guint i = 0; i < REQUESTS * rounds; i += BLOCK)
        matched += decide_block (engine, &requests->pdata[i % REQUESTS], &took);
      batches[batch] = (double)took / REQUESTS / rounds;
    }
  qsort (batches, BATCHES, sizeof batches[0], compare);
  result->decide_ns = batches[BATCHES / 2];
  result->decide_min_ns = batches[0];
  result->matched = matched * 100.0 / BATCHES / REQUESTS / rounds;
}

static SnetdStore *
open_store (const char *path)
{
  g_autoptr (GError) error = NULL;
  SnetdStore *store = snetd_store_open (path, "boot", &error);

  if (store == NULL)
    g_error ("%s", error->message);
  return store;
}

static void
fill_store (const char *path, GPtrArray *rules)
{
  g_autoptr (SnetdStore) store = open_store (path);
  g_autoptr (GError) error = NULL;

  if (!snetd_store_add_all (store, rules, &error))
    g_error ("%s", error->message);
}

/* As snetd does when it starts. */
static SnetdEngine *
load (const char *path, Result *result)
{
  const gint64 started = g_get_monotonic_time ();
  g_autoptr (SnetdStore) store = open_store (path);
  const gint64 opened = g_get_monotonic_time ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) rules = snetd_store_load (store, &error);
  SnetdEngine *engine = snetd_engine_new ();

  if (rules == NULL)
    g_error ("%s", error->message);
  for (guint i = 0; i < rules->len; i++)
    snetd_engine_add (engine, g_ptr_array_index (rules, i));
  result->open_ms = (double)(opened - started) / 1000;
  result->load_ms = (double)(g_get_monotonic_time () - opened) / 1000;
  return engine;
}

static void
remove_all (const char *directory)
{
  g_autoptr (GDir) dir = g_dir_open (directory, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (directory, name, NULL);

      g_unlink (path);
    }
  g_rmdir (directory);
}

static Result
measure (guint count, guint rounds, gboolean walked)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (1);
  g_autofree char *directory = g_dir_make_tmp ("bench-engine-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (directory, "rules.db", NULL);
  World world = { random, count, walked };
  Result result = { .rules = count };
  g_autoptr (GPtrArray) rules = make_rules (&world);
  g_autoptr (SnetdEngine) engine = NULL;
  double before;

  fill_store (path, rules);
  g_clear_pointer (&rules, g_ptr_array_unref);
  before = used_bytes ();
  engine = load (path, &result);
  result.bytes = (used_bytes () - before) / count;
  time_decisions (engine, &world, rounds, &result);
  remove_all (directory);
  return result;
}

static void
print_text (const Result *result)
{
  g_print ("%u rules: decision %.0f ns (fastest batch %.0f; %.0f %% decided)\n", result->rules,
           result->decide_ns, result->decide_min_ns, result->matched);
  g_print ("%u rules: memory %.0f bytes/rule\n", result->rules, result->bytes);
  g_print ("%u rules: open %.1f ms, load %.1f ms\n", result->rules, result->open_ms,
           result->load_ms);
}

static void
print_json (const Result *result, gboolean first)
{
  g_print ("%s{\"rules\": %u, \"decide_ns\": %.1f, \"decide_min_ns\": %.1f, \"decided_percent\": "
           "%.1f, \"bytes_per_rule\": %.1f, \"open_ms\": %.2f, \"load_ms\": %.2f}",
           first ? "[" : ",\n ", result->rules, result->decide_ns, result->decide_min_ns,
           result->matched, result->bytes, result->open_ms, result->load_ms);
}

int
main (int argc, char **argv)
{
  static const char *const usual[] = { "10", "1000", "100000", NULL };
  g_auto (GStrv) given = NULL;
  gboolean json = FALSE, walked = FALSE;
  int rounds = 4;
  const GOptionEntry entries[] = {
    { "json", 0, 0, G_OPTION_ARG_NONE, &json, "Print JSON", NULL },
    { "walked", 0, 0, G_OPTION_ARG_NONE, &walked, "Rules that no look-up finds", NULL },
    { "rounds", 0, 0, G_OPTION_ARG_INT, &rounds, "Times each request in a batch (4)", "N" },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &given, NULL, "RULES" },
    { NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GError) error = NULL;
  const char *const *counts;

  setlocale (LC_ALL, "C.UTF-8");
  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error) || rounds < 1)
    {
      g_printerr ("bench-engine: %s\n", error != NULL ? error->message : "N must be positive");
      return 2;
    }

  counts = given != NULL ? (const char *const *)given : usual;
  for (guint i = 0; counts[i] != NULL; i++)
    {
      const guint count = (guint)g_ascii_strtoull (counts[i], NULL, 10);
      Result result;

      if (count == 0)
        g_error ("“%s” is not a number of rules", counts[i]);
      result = measure (count, (guint)rounds, walked);
      if (json)
        print_json (&result, i == 0);
      else
        print_text (&result);
    }
  if (json)
    g_print ("]\n");
  return 0;
}
