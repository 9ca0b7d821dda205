/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <glib.h>

#include "snet.h"

/*
 * A kernel that follows a script: libsnet's functions, without a kernel, for
 * tests that link this instead of the library. There is one per process.
 */

/* As at boot: nothing waits, nobody controls. No handle may be open. */
void fake_snet_reset (void);
gboolean fake_snet_is_open (void);

typedef enum
{
  FAKE_SNET_OPEN,
  FAKE_SNET_REGISTER,
  FAKE_SNET_PENDING,
  FAKE_SNET_MONITOR,
  FAKE_SNET_STATS,
  FAKE_SNET_FLUSH,
  FAKE_SNET_CONFIG_GET,
  FAKE_SNET_CONFIG_SET,
  FAKE_SNET_N_CALLS,
} FakeSnetCall;

/* What the next calls of this kind return: 0, or a negative errno. */
void fake_snet_fail (FakeSnetCall call, int result);

/* An event that can be changed before it is held: curl to 192.0.2.1:443. No strings but comm. */
struct snet_event fake_snet_event (guint32 uid);

/* It is this process's, which must live; as default it is the caller's. */
void fake_snet_set_process (struct snet_event *event, guint32 pid);

/* A task is held: gives it an id, and the controller is told if there is one. */
guint64 fake_snet_hold (struct snet_event event);

/* What then may happen to it by itself. */
void fake_snet_kill (guint64 id);
void fake_snet_time_out (guint64 id, enum snet_verdict verdict);

/* The queue was too small: what follows is not told, until the overrun is. */
void fake_snet_start_losing (void);
void fake_snet_overrun (void);

/* A message that makes no sense; an error that ends the connection. */
void fake_snet_send_malformed (void);
void fake_snet_break (int result);

/* Called before a verdict is taken; what it returns other than 0 is refused with. */
typedef int (*FakeSnetVerdictHook) (guint64 id, gpointer user_data);
void fake_snet_set_verdict_hook (FakeSnetVerdictHook hook, gpointer user_data);

/* What became of a task: FALSE while it is held, or if it ended by itself. */
gboolean fake_snet_verdict (guint64 id, enum snet_verdict *ret_verdict, int *ret_error);

/* Of a verdict that was given: FALSE if it came without a ticket. */
gboolean fake_snet_ticket (guint64 id, struct snet_ticket_terms *ret_terms);

/* How often all tickets were made invalid. The statistics say that there are 7 in any case. */
guint fake_snet_flushes (void);

/* Something was decided, and whoever watches is told; or more than they could read. */
void fake_snet_report (struct snet_event event);
void fake_snet_lose_reports (void);

/* An error that ends the connection of whoever watches. */
void fake_snet_break_monitor (int result);

gboolean fake_snet_waits (guint64 id);
struct snet_config fake_snet_config (void);
