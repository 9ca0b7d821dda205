/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Many calls that wait for an answer.
 */
#pragma once

#include <glib.h>
#include <sys/types.h>

/* A process with @count threads that connect to @port of the loopback interface at the same time.
 */
pid_t crowd_start (guint count, guint16 port);
