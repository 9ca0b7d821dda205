/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snetd-alarm.h"

#include <errno.h>
#include <glib-unix.h>
#include <sys/timerfd.h>
#include <unistd.h>

struct SnetdAlarm
{
  SnetdClock clock;
  gint64 when;
  SnetdAlarmFunc func;
  gpointer user_data;
  int fd;
  guint source;
};

static clockid_t
clock_id (SnetdClock clock)
{
  return clock == SNETD_CLOCK_OF_BOOT ? CLOCK_BOOTTIME : CLOCK_REALTIME;
}

gint64
snetd_clock_now (SnetdClock clock)
{
  struct timespec now;

  clock_gettime (clock_id (clock), &now);
  return now.tv_sec * G_USEC_PER_SEC + now.tv_nsec / 1000;
}

static void
set (SnetdAlarm *alarm)
{
  /* A time of 0 would stop it. */
  const gint64 when = MAX (alarm->when, 1);
  const struct itimerspec timer = {
    .it_value = { when / G_USEC_PER_SEC, when % G_USEC_PER_SEC * 1000 },
  };
  int flags = TFD_TIMER_ABSTIME;

  if (alarm->clock == SNETD_CLOCK_ON_WALL)
    flags |= TFD_TIMER_CANCEL_ON_SET;
  if (timerfd_settime (alarm->fd, flags, &timer, NULL) < 0)
    g_warning ("What should end at a time does not: %s", g_strerror (errno));
}

/* It has run down, or the clock on the wall was set. */
static gboolean
readable_cb (int fd, GIOCondition condition, gpointer user_data)
{
  SnetdAlarm *alarm = user_data;
  guint64 unused;

  if (read (fd, &unused, sizeof unused) < 0 && errno != ECANCELED && errno != EAGAIN)
    g_warning ("What should end at a time may not: %s", g_strerror (errno));
  if (snetd_clock_now (alarm->clock) < alarm->when)
    {
      set (alarm);
      return G_SOURCE_CONTINUE;
    }

  alarm->source = 0;
  /* May free the alarm. */
  alarm->func (alarm->user_data);
  return G_SOURCE_REMOVE;
}

SnetdAlarm *
snetd_alarm_new (SnetdClock clock, gint64 when, SnetdAlarmFunc func, gpointer user_data)
{
  SnetdAlarm *alarm = g_new0 (SnetdAlarm, 1);

  alarm->clock = clock;
  alarm->when = when;
  alarm->func = func;
  alarm->user_data = user_data;
  alarm->fd = timerfd_create (clock_id (clock), TFD_CLOEXEC | TFD_NONBLOCK);
  if (alarm->fd < 0)
    {
      g_warning ("What should end at a time does not: %s", g_strerror (errno));
      return alarm;
    }
  set (alarm);
  alarm->source = g_unix_fd_add (alarm->fd, G_IO_IN, readable_cb, alarm);
  return alarm;
}

void
snetd_alarm_free (SnetdAlarm *alarm)
{
  g_clear_handle_id (&alarm->source, g_source_remove);
  if (alarm->fd >= 0)
    close (alarm->fd);
  g_free (alarm);
}
