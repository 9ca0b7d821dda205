/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Many requests at once: the dump of what waits, crowds of threads, a table
 * that is full, and counters that add up.
 */
#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>

#include "hold.h"

typedef struct
{
  struct snet_event *events[HELD];
  gsize n;
} Pending;

static void
on_pending (struct snet *snet, const struct snet_event *event, void *data)
{
  Pending *pending = data;

  g_assert_cmpuint (pending->n, <, HELD);
  pending->events[pending->n++] = g_memdup2 (event, sizeof *event);
}

static void
clear_pending (Pending *pending)
{
  while (pending->n)
    g_free (pending->events[--pending->n]);
}

/* The dump says the same as the events did, oldest first. */
static void
test_pending (void)
{
  g_autoptr (Controller) controller = hold_begin ();
  Call call = call_loopback (AF_INET6, SOCK_DGRAM, 8137);
  struct snet_event *events[HELD];
  Child *children[HELD];
  Pending pending = { .n = 0 };

  g_assert_cmpint (snet_pending (controller->snet, on_pending, &pending), ==, 0);
  hold_many (controller, children, events, &call);
  g_assert_cmpint (snet_pending (controller->snet, on_pending, &pending), ==, HELD);
  for (gsize i = 0; i < HELD; i++)
    g_assert_cmpmem (pending.events[i], sizeof *events[i], events[i], sizeof *events[i]);
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

typedef struct
{
  Call call;
  int n;
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
  const Crowd *crowd = data;
  pthread_attr_t attr;
  int worst = 0;

  g_assert_cmpint (crowd->n, <=, CROWD);
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
  Crowd crowd = { call_loopback (AF_INET, SOCK_DGRAM, 8138), CROWD };
  g_autoptr (Child) child = child_start (call_crowd, &crowd);
  struct snet_event *events[CROWD];
  guint64 last = 0;

  for (gsize i = 0; i < CROWD; i++)
    events[i] = controller_next_request (controller);
  g_assert_cmpint (snet_pending (controller->snet, hold_count_pending, &last), ==, CROWD);
  /* Not in the order in which they came. */
  for (gsize i = 0; i < CROWD; i++)
    {
      gsize k = (i * 77) % CROWD;

      controller_allow (controller, events[k]);
      g_free (events[k]);
    }
  g_assert_cmpint (child_finish (child), ==, 0);
  controller_assert_quiet (controller);
}

static void
test_crowd_killed (void)
{
  g_autoptr (Controller) controller = hold_begin ();
  Crowd crowd = { call_loopback (AF_INET, SOCK_DGRAM, 8139), CROWD };
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

/*
 * The table is bounded: what finds no room is decided by the policy at once, and
 * counted. In many processes, as User-Mode Linux is slow with many threads in one.
 */
static void
test_queue_full (void)
{
  g_autoptr (Controller) controller = hold_begin ();
  Crowd crowd = { call_loopback (AF_INET, SOCK_DGRAM, 8140), FULL / CROWDS };
  Crowd late = { crowd.call, TOO_MANY };
  struct snet_stats before = controller_stats (controller), after;
  g_autofree guint64 *ids = g_new (guint64, FULL);
  g_autoptr (Child) turned_away = NULL;
  Child *children[CROWDS];
  guint64 last = 0;

  for (gsize i = 0; i < CROWDS; i++)
    children[i] = child_start (call_crowd, &crowd);
  for (gsize i = 0; i < FULL; i++)
    {
      g_autofree struct snet_event *event = controller_next_request (controller);

      ids[i] = event->id;
    }
  turned_away = child_start (call_crowd, &late);
  g_assert_cmpint (child_finish (turned_away), ==, EACCES);
  after = controller_stats (controller);
  g_assert_cmpuint (after.queue_full - before.queue_full, ==, TOO_MANY);
  g_assert_cmpuint (after.pending, ==, FULL);
  g_assert_cmpint (snet_pending (controller->snet, hold_count_pending, &last), ==, FULL);
  controller_assert_quiet (controller);

  for (gsize i = 0; i < FULL; i++)
    g_assert_cmpint (snet_verdict (controller->snet, ids[i], SNET_VERDICT_ALLOW, 0), ==, 0);
  for (gsize i = 0; i < CROWDS; i++)
    {
      g_assert_cmpint (child_finish (children[i]), ==, 0);
      child_free (children[i]);
    }
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
  g_test_add_func ("/hold/many/queue-full", test_queue_full);
  g_test_add_func ("/hold/stats/add-up", test_stats_add_up);
}
