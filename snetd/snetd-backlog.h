/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "snetd-request.h"

/*
 * Requests that have been decided, and of which somebody is still to be told: a little
 * later, and a few at a time, since others are held meanwhile, whose verdicts come first.
 */
typedef struct SnetdBacklog SnetdBacklog;

typedef void (*SnetdBacklogFunc) (SnetdRequest *request, gpointer user_data);

SnetdBacklog *snetd_backlog_new (SnetdBacklogFunc tell, gpointer user_data);

/* Nobody is told of the rest: see snetd_backlog_flush(). */
void snetd_backlog_free (SnetdBacklog *backlog);

void snetd_backlog_add (SnetdBacklog *backlog, SnetdRequest *request);

/* Tells of all now, in their order. */
void snetd_backlog_flush (SnetdBacklog *backlog);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SnetdBacklog, snetd_backlog_free)
