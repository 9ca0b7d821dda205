/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An alarm rings once, when its clock shows the moment, whatever woke it up before. */
#include <locale.h>
#include <time.h>

#include "snetd-alarm.h"

/* The clock on the wall is that much behind, for so many looks at it. */
static gint64 behind;
static guint looks;

int __real_clock_gettime (clockid_t id, struct timespec *now);
int __wrap_clock_gettime (clockid_t id, struct timespec *now);

int
__wrap_clock_gettime (clockid_t id, struct timespec *now)
{
  const int result = __real_clock_gettime (id, now);

  if (id == CLOCK_REALTIME && looks > 0)
    {
      looks--;
      now->tv_sec -= behind;
    }
  return result;
}

typedef struct
{
  SnetdClock clock;
  gint64 rang; /* what it showed then; 0: not yet */
  guint count;
} Ring;

static void
ring_cb (gpointer user_data)
{
  Ring *ring = user_data;

  ring->rang = snetd_clock_now (ring->clock);
  ring->count++;
}

static gboolean
give_up (gpointer unused)
{
  g_error ("the alarm did not ring");
  return G_SOURCE_REMOVE;
}

static void
wait_for (const Ring *ring)
{
  guint bound = g_timeout_add_seconds (30, give_up, NULL);

  while (ring->count == 0)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (bound);
}

static void
test_moment (void)
{
  for (SnetdClock clock = 0; clock < SNETD_CLOCK_LAST; clock++)
    {
      const gint64 when = snetd_clock_now (clock) + 50 * G_TIME_SPAN_MILLISECOND;
      Ring ring = { .clock = clock };
      g_autoptr (SnetdAlarm) alarm = snetd_alarm_new (clock, when, ring_cb, &ring);

      wait_for (&ring);
      g_assert_cmpint (ring.rang, >=, when);
      while (g_main_context_iteration (NULL, FALSE))
        ;
      g_assert_cmpuint (ring.count, ==, 1);
    }
}

/* Not before the main loop runs. */
static void
test_past (void)
{
  const gint64 moments[] = { G_MININT64, 0, 1, g_get_real_time () };

  for (gsize i = 0; i < G_N_ELEMENTS (moments); i++)
    {
      Ring ring = { .clock = SNETD_CLOCK_ON_WALL };
      g_autoptr (SnetdAlarm) alarm =
        snetd_alarm_new (SNETD_CLOCK_ON_WALL, moments[i], ring_cb, &ring);

      g_assert_cmpuint (ring.count, ==, 0);
      wait_for (&ring);
    }
}

static void
test_freed (void)
{
  const gint64 when = snetd_clock_now (SNETD_CLOCK_OF_BOOT);
  Ring never = { .clock = SNETD_CLOCK_OF_BOOT }, ring = never;
  g_autoptr (SnetdAlarm) alarm = NULL;

  snetd_alarm_free (snetd_alarm_new (SNETD_CLOCK_OF_BOOT, when, ring_cb, &never));
  alarm =
    snetd_alarm_new (SNETD_CLOCK_OF_BOOT, when + 50 * G_TIME_SPAN_MILLISECOND, ring_cb, &ring);
  wait_for (&ring);
  g_assert_cmpuint (never.count, ==, 0);
}

/* It was woken up, but somebody has set the clock back meanwhile. */
static void
test_set_back (void)
{
  const gint64 when = snetd_clock_now (SNETD_CLOCK_ON_WALL) + 50 * G_TIME_SPAN_MILLISECOND;
  Ring ring = { .clock = SNETD_CLOCK_ON_WALL };
  g_autoptr (SnetdAlarm) alarm = NULL;

  behind = 3600;
  looks = 3;
  alarm = snetd_alarm_new (SNETD_CLOCK_ON_WALL, when, ring_cb, &ring);
  wait_for (&ring);
  g_assert_cmpuint (looks, ==, 0);
  g_assert_cmpuint (ring.count, ==, 1);
  g_assert_cmpint (ring.rang, >=, when);
}

int
main (int argc, char **argv)
{
  setlocale (LC_ALL, "C.UTF-8");
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/alarm/moment", test_moment);
  g_test_add_func ("/alarm/past", test_past);
  g_test_add_func ("/alarm/freed", test_freed);
  g_test_add_func ("/alarm/set-back", test_set_back);
  return g_test_run ();
}
