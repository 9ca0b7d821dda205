/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "snetd-request.h"

/* Requests that are to be looked at a moment later, each as long after it came. */
typedef struct SnetdLate SnetdLate;

typedef void (*SnetdLateFunc) (SnetdRequest *request, gpointer user_data);

/* From the main loop, which nothing wakes up if there are none. */
SnetdLate *snetd_late_new (guint milliseconds, SnetdLateFunc func, gpointer user_data);
void snetd_late_free (SnetdLate *late);

void snetd_late_add (SnetdLate *late, SnetdRequest *request);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SnetdLate, snetd_late_free)
