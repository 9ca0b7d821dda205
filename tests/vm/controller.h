/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The test as the controller: what the kernel tells it, one after the other.
 */
#pragma once

#include <glib.h>

#include "snet.h"

typedef struct snet_event Event;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Event, snet_event_free)

/* Of a verdict that nobody waited for. */
typedef struct
{
  guint64 id;
  int error;
  char *words;
} Refusal;

void refusal_free (Refusal *refusal);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Refusal, refusal_free)

typedef struct
{
  struct snet *snet;
  GQueue *requests; /* of Event */
  GQueue *cancels;  /* of struct snet_cancel */
  GQueue *refusals; /* of Refusal */
} Controller;

/* Registers. */
Controller *controller_new (void);
void controller_free (Controller *controller);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Controller, controller_free)

/* Waits for the next one, which is the caller's. */
Event *controller_next_request (Controller *controller);
struct snet_cancel *controller_next_cancel (Controller *controller);
Refusal *controller_next_refusal (Controller *controller);
/* That nothing has come besides those that were taken. */
void controller_assert_quiet (Controller *controller);

void controller_allow (Controller *controller, const struct snet_event *event);
void controller_deny (Controller *controller, const struct snet_event *event, int error);
/* Waits for a request of this operation, and allows it. */
void controller_allow_next (Controller *controller, enum snet_operation operation);

void controller_configure (Controller *controller, guint32 delay, enum snet_verdict policy);
struct snet_stats controller_stats (Controller *controller);
