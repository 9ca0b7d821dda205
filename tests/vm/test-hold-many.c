/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Many requests at once: the dump of what waits, crowds of threads, a table
 * that is full, and counters that add up.
 */
#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "hold.h"

typedef struct
{
  Event *events[HELD];
  gsize n;
} Pending;

static void
on_pending (struct snet *snet, const struct snet_event *event, void *data)
{
  Pending *pending = data;

  g_assert_cmpuint (pending->n, <, HELD);
  pending->events[pending->n++] = snet_event_copy (event);
}

static void
clear_pending (Pending *pending)
{
  while (pending->n)
    snet_event_free (pending->events[--pending->n]);
}

static void
assert_same (const Event *a, const Event *b)
{
  struct snet_event a_flat = *a, b_flat = *b;

  g_assert_cmpstr (a->program, ==, b->program);
  g_assert_cmpstr (a->script, ==, b->script);
  for (gsize i = 0; i <= SNET_ANCESTORS_MAX; i++)
    g_assert_cmpstr (a->ancestors[i], ==, b->ancestors[i]);

  a_flat.program = b_flat.program = NULL;
  a_flat.script = b_flat.script = NULL;
  memset (a_flat.ancestors, 0, sizeof a_flat.ancestors);
  memset (b_flat.ancestors, 0, sizeof b_flat.ancestors);
  g_assert_cmpmem (&a_flat, sizeof a_flat, &b_flat, sizeof b_flat);
}

/* The dump says the same as the events did, oldest first. */
static void
test_pending (void)
{
  g_autoptr (Controller) controller = hold_begin ();
  Call call = call_loopback (AF_INET6, SOCK_DGRAM, 8137);
  Event *events[HELD];
  Child *children[HELD];
  Pending pending = { .n = 0 };

  g_assert_cmpint (snet_pending (controller->snet, on_pending, &pending), ==, 0);
  hold_many (controller, children, events, &call);
  g_assert_cmpint (snet_pending (controller->snet, on_pending, &pending), ==, HELD);
  for (gsize i = 0; i < HELD; i++)
    assert_same (pending.events[i], events[i]);
  g_assert_cmpuint (controller_stats (controller).pending, ==, HELD);
  clear_pending (&pending);

  /* One from the middle. */
  controller_allow (controller, events[3]);
  g_assert_cmpint (snet_pending (controller->snet, on_pending, &pending), ==, HELD - 1);
  for (gsize i = 0; i < HELD - 1; i++)
    g_assert_cmpuint (pending.events[i]->id, ==, events[i < 3 ? i : i + 1]->id);
  clear_pending (&pending);

  for (gsize i = 0; i < HELD; i++)
    {
      if (i != 3)
        controller_allow (controller, events[i]);
      g_assert_cmpint (child_finish (children[i]), ==, 0);
    }
  g_assert_cmpint (snet_pending (controller->snet, on_pending, &pending), ==, 0);
  free_many (children, events);
}

#define CROWD 200

/* As many as the kernel lets wait (SNET_PENDING_MAX), in equal crowds, and some more. */
#define FULL     4096
#define CROWDS   256
#define TOO_MANY 8

/* As many as it lets one user have waiting (SNET_PENDING_USER_MAX); who these are. */
#define USER_FULL 1024
#define FIRST_UID 6000

/* Threads in a flood, in crowds. */
#define FLOOD 10000

typedef struct
{
  Call call;
  int n;
  uid_t uid; /* 0: ours */
} Crowd;

static void *
connect_in_crowd (void *call)
{
  return GINT_TO_POINTER (call_connect (call));
}

/* Calls in that many threads at once. */
static int
call_crowd (gconstpointer data)
{
  pthread_t threads[CROWD];
  const struct rlimit unlimited = { RLIM_INFINITY, RLIM_INFINITY };
  const Crowd *crowd = data;
  pthread_attr_t attr;
  int worst = 0;

  g_assert_cmpint (crowd->n, <=, CROWD);
  if (crowd->uid &&
      (setrlimit (RLIMIT_NPROC, &unlimited) || setresuid (crowd->uid, crowd->uid, crowd->uid)))
    return errno;
  pthread_attr_init (&attr);
  pthread_attr_setstacksize (&attr, 64 * 1024);
  for (int i = 0; i < crowd->n; i++)
    if (pthread_create (&threads[i], &attr, connect_in_crowd, (gpointer)&crowd->call))
      return EAGAIN;
  for (int i = 0; i < crowd->n; i++)
    {
      void *error;

      pthread_join (threads[i], &error);
      if (error)
        worst = GPOINTER_TO_INT (error);
    }
  return worst;
}

/* A dump of many parts, and one process with all its threads held. */
static void
test_crowd (void)
{
  g_autoptr (Controller) controller = hold_begin ();
  Crowd crowd = { call_loopback (AF_INET, SOCK_DGRAM, 8138), CROWD, 0 };
  g_autoptr (Child) child = child_start (call_crowd, &crowd);
  Event *events[CROWD];
  guint64 last = 0;

  for (gsize i = 0; i < CROWD; i++)
    events[i] = controller_next_request (controller);
  g_assert_cmpint (snet_pending (controller->snet, hold_count_pending, &last), ==, CROWD);
  /* Not in the order in which they came. */
  for (gsize i = 0; i < CROWD; i++)
    {
      gsize k = (i * 77) % CROWD;

      controller_allow (controller, events[k]);
      snet_event_free (events[k]);
    }
  g_assert_cmpint (child_finish (child), ==, 0);
  controller_assert_quiet (controller);
}

static void
test_crowd_killed (void)
{
  g_autoptr (Controller) controller = hold_begin ();
  Crowd crowd = { call_loopback (AF_INET, SOCK_DGRAM, 8139), CROWD, 0 };
  g_autoptr (Child) child = child_start (call_crowd, &crowd);

  for (gsize i = 0; i < CROWD; i++)
    g_free (controller_next_request (controller));
  child_kill (child);
  for (gsize i = 0; i < CROWD; i++)
    {
      g_autofree struct snet_cancel *cancel = controller_next_cancel (controller);

      g_assert_cmpint (cancel->reason, ==, SNET_CANCEL_KILLED);
    }
  g_assert_cmpuint (controller_stats (controller).pending, ==, 0);
  controller_assert_quiet (controller);
}

/* Starts crowds until @n calls of @uid are held; many processes, as User-Mode Linux is slow with
 * many threads in one. */
static void
start_crowds (Controller *controller, GPtrArray *children, GArray *ids, uid_t uid, guint n)
{
  Crowd crowd = { call_loopback (AF_INET, SOCK_DGRAM, 8140), FULL / CROWDS, uid };

  for (guint i = 0; i < n / crowd.n; i++)
    g_ptr_array_add (children, child_start (call_crowd, &crowd));
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (Event) event = controller_next_request (controller);

      g_assert_cmpuint (event->uid, ==, uid);
      g_array_append_val (ids, event->id);
    }
}

static void
allow_crowds (Controller *controller, GPtrArray *children, GArray *ids)
{
  for (guint i = 0; i < ids->len; i++)
    g_assert_cmpint (
      snet_verdict (controller->snet, g_array_index (ids, guint64, i), SNET_VERDICT_ALLOW, 0), ==,
      0);
  for (guint i = 0; i < children->len; i++)
    g_assert_cmpint (child_finish (g_ptr_array_index (children, i)), ==, 0);
}

/* More calls of @uid get no room: the policy denies them, at once, and it is counted. */
static void
assert_turned_away (Controller *controller, uid_t uid)
{
  Crowd late = { call_loopback (AF_INET, SOCK_DGRAM, 8140), TOO_MANY, uid };
  struct snet_stats before = controller_stats (controller), after;
  g_autoptr (Child) child = child_start (call_crowd, &late);

  g_assert_cmpint (child_finish (child), ==, EACCES);
  after = controller_stats (controller);
  g_assert_cmpuint (after.queue_full - before.queue_full, ==, TOO_MANY);
  g_assert_cmpuint (after.pending, ==, before.pending);
}

/* One user's flood is bounded, and leaves room for another's calls. */
static void
test_user_full (void)
{
  g_autoptr (Controller) controller = hold_begin ();
  g_autoptr (GPtrArray) children = g_ptr_array_new_with_free_func ((GDestroyNotify)child_free);
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (guint64));
  Crowd other = { call_loopback (AF_INET, SOCK_DGRAM, 8141), 1, FIRST_UID + 1 };
  g_autoptr (Child) child = NULL;

  start_crowds (controller, children, ids, FIRST_UID, USER_FULL);
  assert_turned_away (controller, FIRST_UID);

  child = child_start (call_crowd, &other);
  controller_allow_next (controller, SNET_OP_CONNECT);
  g_assert_cmpint (child_finish (child), ==, 0);

  allow_crowds (controller, children, ids);
  /* There is room again. */
  g_ptr_array_set_size (children, 0);
  g_array_set_size (ids, 0);
  start_crowds (controller, children, ids, FIRST_UID, FULL / CROWDS);
  allow_crowds (controller, children, ids);
}

/* The table is bounded in all, too, whoever calls. */
static void
test_queue_full (void)
{
  g_autoptr (Controller) controller = hold_begin ();
  g_autoptr (GPtrArray) children = g_ptr_array_new_with_free_func ((GDestroyNotify)child_free);
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (guint64));
  guint64 last = 0;

  for (uid_t uid = FIRST_UID; uid < FIRST_UID + FULL / USER_FULL; uid++)
    start_crowds (controller, children, ids, uid, USER_FULL);
  assert_turned_away (controller, 0);
  g_assert_cmpint (snet_pending (controller->snet, hold_count_pending, &last), ==, FULL);
  controller_assert_quiet (controller);
  allow_crowds (controller, children, ids);
}

/* What the kernel has in use for itself, in kilobytes. */
static guint64
kernel_memory (void)
{
  static const char *const kinds[] = { "SUnreclaim:", "KernelStack:" };
  g_autofree char *text = NULL;
  guint64 sum = 0;

  g_assert_true (g_file_get_contents ("/proc/meminfo", &text, NULL, NULL));
  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      const char *line = strstr (text, kinds[i]);

      g_assert_nonnull (line);
      sum += g_ascii_strtoull (line + strlen (kinds[i]), NULL, 10);
    }
  return sum;
}

/* 10,000 threads of one user call: as many as may wait do, the rest is turned away at once. */
static void
flood (Controller *controller, GPtrArray *children, GArray *ids)
{
  Crowd crowd = { call_loopback (AF_INET, SOCK_DGRAM, 8143), CROWD, FIRST_UID };
  struct snet_stats before = controller_stats (controller), after;
  gint64 end = g_get_monotonic_time () + 10 * TEST_PATIENCE_MS * 1000;

  for (gsize i = 0; i < FLOOD / CROWD; i++)
    g_ptr_array_add (children, child_start (call_crowd, &crowd));
  for (gsize i = 0; i < USER_FULL; i++)
    {
      g_autofree struct snet_event *event = controller_next_request (controller);

      g_array_append_val (ids, event->id);
    }
  do
    {
      g_usleep (10 * 1000);
      after = controller_stats (controller);
    }
  while (after.requests - before.requests < FLOOD && g_get_monotonic_time () < end);
  g_assert_cmpuint (after.pending, ==, USER_FULL);
  g_assert_cmpuint (after.queue_full - before.queue_full, ==, FLOOD - USER_FULL);
}

/* Another user does not notice, and all memory comes back. */
static void
test_flood (void)
{
  g_autoptr (Controller) controller = hold_begin ();
  g_autoptr (GPtrArray) children = g_ptr_array_new_with_free_func ((GDestroyNotify)child_free);
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (guint64));
  Crowd other = { call_loopback (AF_INET, SOCK_DGRAM, 8144), 1, FIRST_UID + 1 };
  g_autoptr (Child) child = NULL;
  guint64 before = kernel_memory (), after;

  flood (controller, children, ids);
  child = child_start (call_crowd, &other);
  controller_allow_next (controller, SNET_OP_CONNECT);
  g_assert_cmpint (child_finish (child), ==, 0);

  for (guint i = 0; i < ids->len; i++)
    g_assert_cmpint (
      snet_verdict (controller->snet, g_array_index (ids, guint64, i), SNET_VERDICT_ALLOW, 0), ==,
      0);
  for (guint i = 0; i < children->len; i++)
    child_finish (g_ptr_array_index (children, i));
  g_assert_cmpuint (controller_stats (controller).pending, ==, 0);

  after = kernel_memory ();
  g_test_message ("the kernel's memory: %" G_GUINT64_FORMAT " kB before, %" G_GUINT64_FORMAT
                  " kB after",
                  before, after);
  /* A kernel that watches its memory keeps what is freed for a while, and finds leaks itself. */
  if (access ("/sys/kernel/debug/kmemleak", F_OK) == 0)
    return;
  /* Caches stay, but nothing in proportion to 10,000 calls: 1 kB of each would be more. */
  g_assert_cmpuint (after, <, before + FLOOD);
}

/* Each request ends in exactly one way. Last, so that all of the others are counted. */
static void
test_stats_add_up (void)
{
  g_autoptr (Controller) controller = hold_begin ();
  struct snet_stats stats = controller_stats (controller);

  g_assert_cmpuint (stats.requests, >, 0);
  g_assert_cmpuint (stats.requests, ==,
                    stats.allowed + stats.denied + stats.cancelled + stats.timeout +
                      stats.no_controller + stats.controller_gone + stats.queue_full +
                      stats.undeliverable + stats.pending);
}

void
add_many_tests (void)
{
  g_test_add_func ("/hold/many/pending", test_pending);
  g_test_add_func ("/hold/many/crowd", test_crowd);
  g_test_add_func ("/hold/many/crowd-killed", test_crowd_killed);
  g_test_add_func ("/hold/many/user-full", test_user_full);
  g_test_add_func ("/hold/many/queue-full", test_queue_full);
  g_test_add_func ("/hold/many/flood", test_flood);
  g_test_add_func ("/hold/stats/add-up", test_stats_add_up);
}
