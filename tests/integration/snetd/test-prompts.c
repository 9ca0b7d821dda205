/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Prompts as a whole: nothing is lost, whatever happens in whatever order, and however much. */
#include <arpa/inet.h>
#include <malloc.h>

#include "fixture.h"
#include "snetd-prompts.h"

#define AGENT "/agent"
#define STEPS 400
#define MANY  10000

typedef struct
{
  GHashTable *waiting; /* id -> uid: what the test has not ended */
  guint64 last;
  guint64 rule;      /* 0: there is none */
  GPtrArray *agents; /* of Client */
} Play;

static struct snet_event
make_event (guint32 uid, guint port)
{
  struct snet_event event = fake_snet_event (uid);

  ((struct sockaddr_in *)&event.remote)->sin_port = htons (port);
  return event;
}

static guint64
pick (Play *play)
{
  guint n = g_hash_table_size (play->waiting);
  g_autofree gpointer *ids = g_hash_table_get_keys_as_array (play->waiting, NULL);

  return n > 0 ? *(guint64 *)ids[g_test_rand_int_range (0, n)] : 0;
}

/* What snetd has ended by itself, the test may end no more. */
static void
forget_decided (Play *play)
{
  GHashTableIter iter;
  gpointer id;

  g_hash_table_iter_init (&iter, play->waiting);
  while (g_hash_table_iter_next (&iter, &id, NULL))
    {
      if (!fake_snet_waits (*(guint64 *)id))
        g_hash_table_iter_remove (&iter);
    }
}

/* Steps: what comes from the kernel is only written there, and heard of some time later. */

static void
step_hold (Fixture *fixture, Play *play)
{
  guint32 uid = g_test_rand_int_range (0, 4) == 0 ? BOB : ALICE;
  guint64 id = fake_snet_hold (make_event (uid, g_test_rand_int_range (1, 60)));

  play->last = id;
  g_hash_table_insert (play->waiting, g_memdup2 (&id, sizeof id), GUINT_TO_POINTER (uid));
}

static void
step_end (Fixture *fixture, Play *play)
{
  guint64 id;

  forget_decided (play);
  id = pick (play);
  if (id == 0)
    return;
  if (g_test_rand_bit ())
    fake_snet_kill (id);
  else
    fake_snet_time_out (id, SNET_VERDICT_DENY);
}

/* It may have ended meanwhile: then the answer is an error. */
static void
step_answer (Fixture *fixture, Play *play)
{
  guint64 id = pick (play);
  g_autoptr (Later) later = NULL;

  if (id == 0)
    return;
  later =
    client_call_later (fixture->root, FALSE, "Events.Verdict", "(ts@a{sv})", id,
                       g_test_rand_bit () ? "allow" : "deny", g_variant_new_parsed ("@a{sv} {}"));
  later_wait (later);
}

static void
step_rule (Fixture *fixture, Play *play)
{
  if (play->rule == 0)
    {
      g_autofree char *rule = g_strdup_printf ("{'action': <'%s'>, 'remote-port': <uint16 %d>}",
                                               g_test_rand_int_range (0, 3) == 0 ? "ask" : "allow",
                                               g_test_rand_int_range (1, 60));

      play->rule = client_add_rule (fixture->root, rule);
    }
  else
    {
      g_autoptr (GVariant) reply = client_call (fixture->root, "Rules.Remove", "(t)", play->rule);

      play->rule = 0;
    }
}

static void
step_agent (Fixture *fixture, Play *play)
{
  if (play->agents->len < 3 && g_test_rand_bit ())
    {
      Client *agent = client_new (ALICE);

      agent->hangs = g_test_rand_int_range (0, 3) == 0;
      g_ptr_array_add (play->agents, agent);
      client_add_agent (agent, AGENT);
    }
  else if (play->agents->len > 0)
    g_ptr_array_remove_index (play->agents, g_test_rand_int_range (0, play->agents->len));
}

/* Each id is heard of once at the start, and once at the end. */

static guint
count_of (GHashTable *counts, guint64 id)
{
  return GPOINTER_TO_UINT (g_hash_table_lookup (counts, &id));
}

static GHashTable *
count_heard (Client *client, const char *const *words)
{
  GHashTable *counts = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);

  for (guint i = 0; i < client->heard->len; i++)
    {
      g_auto (GStrv) parts = g_strsplit (g_ptr_array_index (client->heard, i), " ", 3);
      guint64 id;

      if (!g_strv_contains (words, parts[0]))
        continue;
      id = g_ascii_strtoull (parts[1], NULL, 10);
      g_hash_table_replace (counts, g_memdup2 (&id, sizeof id),
                            GUINT_TO_POINTER (count_of (counts, id) + 1));
    }
  return counts;
}

static void
check_outcomes (Fixture *fixture, Play *play)
{
  static const char *const starts[] = { "Requested", NULL };
  static const char *const ends[] = { "Decided", "Cancelled", NULL };
  g_autoptr (GHashTable) started = count_heard (fixture->root, starts);
  g_autoptr (GHashTable) ended = count_heard (fixture->root, ends);

  for (guint64 id = 1; id <= play->last; id++)
    {
      /* What was killed before anybody had heard of it is not spoken of. */
      if (count_of (started, id) == 0 && count_of (ended, id) == 0)
        g_assert_false (fake_snet_verdict (id, NULL, NULL));
      else
        g_assert_cmpuint (count_of (ended, id), ==, 1);
      g_assert_cmpuint (count_of (started, id), <=, 1);
    }
}

/* Who was asked, however often, was told the end once; and nobody else was. */
static void
check_agent (Client *agent)
{
  static const char *const asks[] = { "Ask", NULL };
  static const char *const withdrawals[] = { "Withdraw", NULL };
  g_autoptr (GHashTable) asked = count_heard (agent, asks);
  g_autoptr (GHashTable) withdrawn = count_heard (agent, withdrawals);
  GHashTableIter iter;
  gpointer id, count;

  g_assert_cmpuint (g_hash_table_size (withdrawn), ==, g_hash_table_size (asked));
  g_hash_table_iter_init (&iter, withdrawn);
  while (g_hash_table_iter_next (&iter, &id, &count))
    {
      g_assert_cmpuint (GPOINTER_TO_UINT (count), ==, 1);
      g_assert_true (g_hash_table_contains (asked, id));
    }
}

static void
end_all (Fixture *fixture, Play *play)
{
  guint64 last;

  forget_decided (play);
  while (g_hash_table_size (play->waiting) > 0)
    {
      guint64 id = pick (play);

      fake_snet_kill (id);
      g_hash_table_remove (play->waiting, &id);
    }
  /* The last of all is behind all others in the kernel's queue. */
  last = fixture_hold (fixture, 0);
  client_answer (fixture->root, last, "deny", "{}");
}

static void
test_random (Fixture *fixture)
{
  static void (*const steps[]) (Fixture *, Play *) = { step_hold,   step_hold,  step_hold,
                                                       step_hold,   step_hold,  step_end,
                                                       step_answer, step_agent, step_rule };
  Play play = { NULL };

  play.waiting = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  play.agents = g_ptr_array_new_with_free_func ((GDestroyNotify)client_free);
  for (guint i = 0; i < STEPS; i++)
    {
      guint step = g_test_rand_int_range (0, G_N_ELEMENTS (steps));

      steps[step](fixture, &play);
    }
  end_all (fixture, &play);

  client_check_pending (fixture->root, "");
  check_outcomes (fixture, &play);
  for (guint i = 0; i < play.agents->len; i++)
    {
      client_sync (g_ptr_array_index (play.agents, i));
      check_agent (g_ptr_array_index (play.agents, i));
    }
  g_ptr_array_unref (play.agents);
  g_hash_table_unref (play.waiting);
}

/* As many as a user can have, alike and not; then a rule for half of them, and an answer. */

static gboolean
is_pending (gpointer user_data)
{
  return fake_snet_verdict (*(guint64 *)user_data, NULL, NULL);
}

static gboolean
has_heard_all (gpointer user_data)
{
  Fixture *fixture = user_data;

  return fixture->root->heard->len >= MANY;
}

#ifdef __SANITIZE_ADDRESS__
/* Of the sanitizer, which has no header for it here; mallinfo2() knows nothing then. */
size_t __sanitizer_get_current_allocated_bytes (void);
#endif

static gint64
bytes_allocated (void)
{
#ifdef __SANITIZE_ADDRESS__
  return (gint64)__sanitizer_get_current_allocated_bytes ();
#else
  return (gint64)mallinfo2 ().uordblks;
#endif
}

/* What the test itself has kept does not count, nor what is not in the journal yet. */
static gint64
bytes_in_use (Fixture *fixture)
{
  g_autoptr (GVariant) events = client_query (fixture->root, "{'id': <uint64 1>}");

  client_sync (fixture->root);
  client_sync (fixture->alice);
  client_sync (fixture->bob);
  g_ptr_array_set_size (fixture->root->heard, 0);
  g_ptr_array_set_size (fixture->alice->heard, 0);
  return bytes_allocated ();
}

static void
test_many (Fixture *fixture)
{
  const gint64 before = bytes_in_use (fixture);
  gint64 start = g_get_monotonic_time ();
  gint64 most, after;
  guint64 id = 0;

  client_add_agent (fixture->alice, AGENT);
  for (guint i = 0; i < MANY; i++)
    id = fake_snet_hold (make_event (ALICE, 1 + i % 500));
  wait_until (has_heard_all, fixture, "all requests");
  g_test_message ("%d held: %.1f s", MANY, (g_get_monotonic_time () - start) / 1e6);
  client_hears (fixture->alice, "Ask 1 x20");
  most = bytes_allocated ();

  /* One answer is for those that are alike, one rule for half of all. */
  client_answer (fixture->root, 500, "deny", "{}");
  for (id = 500; id <= MANY; id += 500)
    g_assert_true (fake_snet_verdict (id, NULL, NULL));
  g_assert_true (fake_snet_waits (1));
  client_add_rule (fixture->root, "{'action': <'allow'>, 'remote-ports': <'1-250'>}");
  id = 1;
  wait_until (is_pending, &id, "the rule");
  g_assert_true (fake_snet_waits (251));
  g_test_message ("half of them decided: %.1f s", (g_get_monotonic_time () - start) / 1e6);
  client_hears (fixture->alice, "Ask 251 x20");
  client_add_rule (fixture->root, "{'action': <'allow'>}");
  client_check_pending (fixture->root, "");
  g_test_message ("all decided: %.1f s", (g_get_monotonic_time () - start) / 1e6);
  client_hears (fixture->alice, "Withdraw 251 rule");

  after = bytes_in_use (fixture);
  g_test_message ("kB: %" G_GINT64_FORMAT " before, %" G_GINT64_FORMAT
                  " with all of them, %" G_GINT64_FORMAT " after",
                  before / 1000, most / 1000, after / 1000);
  /* GLib's own allocator, where it is in use, keeps what it is given back. */
  if (g_strcmp0 (g_getenv ("G_SLICE"), "always-malloc") == 0)
    g_assert_cmpint (after - before, <, (most - before) / 2);
}

static void
add_tests (void)
{
  fixture_add ("/prompts/random", test_random);
  fixture_add ("/prompts/many", test_many);
}

int
main (int argc, char **argv)
{
  return fixture_main (argc, argv, add_tests);
}
