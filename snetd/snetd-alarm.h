/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <glib.h>

/* Calls back when a moment has come, once. Nothing wakes up before. */
typedef struct SnetdAlarm SnetdAlarm;

typedef enum
{
  SNETD_CLOCK_OF_BOOT, /* goes on while the machine is suspended, and nobody sets it */
  SNETD_CLOCK_ON_WALL, /* since the epoch; when it is set, what it shows then counts */
  SNETD_CLOCK_LAST,
} SnetdClock;

/* In microseconds, as all moments here. */
gint64 snetd_clock_now (SnetdClock clock);

typedef void (*SnetdAlarmFunc) (gpointer user_data);

/* A moment that has come already is one too: @func is called from the main loop. */
SnetdAlarm *
snetd_alarm_new (SnetdClock clock, gint64 when, SnetdAlarmFunc func, gpointer user_data);
void snetd_alarm_free (SnetdAlarm *alarm);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SnetdAlarm, snetd_alarm_free)
