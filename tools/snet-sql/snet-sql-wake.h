/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <glib.h>

/* How a thread that waits is told that there is something to do, or that it is to end. */
typedef struct SnetSqlWake SnetSqlWake;

SnetSqlWake *snet_sql_wake_new (void);
void snet_sql_wake_free (SnetSqlWake *wake);

/* By others. That it is to end stays so. */
void snet_sql_wake_call (SnetSqlWake *wake);
void snet_sql_wake_stop (SnetSqlWake *wake);

/* By the thread. */
gboolean snet_sql_wake_is_stopped (SnetSqlWake *wake);

/*
 * Waits until this descriptor, unless it is negative, has one of these events of poll(), somebody
 * calls, or so many milliseconds have passed; negative: for ever. Returns what the descriptor
 * has. That somebody has called is forgotten by this.
 */
int snet_sql_wake_wait (SnetSqlWake *wake, int fd, int events, int timeout);
