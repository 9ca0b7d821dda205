/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The least that a controller can be: a process that allows whatever it is asked.
 */
#pragma once

#include <glib.h>
#include <sys/types.h>

typedef struct
{
  gboolean tickets;  /* whether each answer is good for later calls, too */
  guint16 held_port; /* calls to this port are not answered; 0: all are */
} Decider;

/* Returns when it is the controller. */
pid_t decider_start (const Decider *decider);
