/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Connections over the loopback interface, from one process to another.
 */
#pragma once

#include <glib.h>

typedef struct _Listener Listener;

/* A process that accepts, and closes what it has accepted. */
Listener *listener_start (void);
void listener_stop (Listener *listener);
guint16 listener_port (const Listener *listener);

/* Connects @count times from a process of its own, each time anew. Writes how long each connect()
 * took, in nanoseconds. Return: how long all of it took, with accepting and closing. */
guint64 connect_many (Listener *listener, guint count, guint64 *ns);

/* Nanoseconds on a clock that nobody sets. */
guint64 now_ns (void);
/* Memory for @count numbers that children share. */
guint64 *shared_numbers (guint count);
void shared_numbers_free (guint64 *numbers, guint count);
