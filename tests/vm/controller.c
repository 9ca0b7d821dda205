/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "controller.h"

#include <poll.h>

#include "child.h"

static void
on_request (struct snet *snet, const struct snet_event *event, void *data)
{
  Controller *controller = data;

  g_queue_push_tail (controller->requests, snet_event_copy (event));
}

static void
on_cancel (struct snet *snet, const struct snet_cancel *cancel, void *data)
{
  Controller *controller = data;

  g_queue_push_tail (controller->cancels, g_memdup2 (cancel, sizeof *cancel));
}

static void
on_overrun (struct snet *snet, void *data)
{
  g_assert_not_reached ();
}

static void
on_refused (struct snet *snet, uint64_t id, int error, void *data)
{
  Controller *controller = data;
  Refusal *refusal = g_new0 (Refusal, 1);

  refusal->id = id;
  refusal->error = error;
  refusal->words = g_strdup (snet_strerror (snet, error));
  g_queue_push_tail (controller->refusals, refusal);
}

void
refusal_free (Refusal *refusal)
{
  g_free (refusal->words);
  g_free (refusal);
}

Controller *
controller_new (void)
{
  static const struct snet_callbacks callbacks = {
    .request = on_request, .cancel = on_cancel, .overrun = on_overrun, .refused = on_refused
  };
  Controller *controller = g_new0 (Controller, 1);
  int err;

  controller->requests = g_queue_new ();
  controller->cancels = g_queue_new ();
  controller->refusals = g_queue_new ();
  err = snet_open (&controller->snet);
  g_assert_cmpint (err, ==, 0);
  err = snet_register (controller->snet, &callbacks, controller);
  if (err)
    g_error ("cannot register: %s", snet_strerror (controller->snet, err));
  return controller;
}

void
controller_free (Controller *controller)
{
  snet_close (controller->snet);
  g_queue_free_full (controller->requests, (GDestroyNotify)snet_event_free);
  g_queue_free_full (controller->cancels, g_free);
  g_queue_free_full (controller->refusals, (GDestroyNotify)refusal_free);
  g_free (controller);
}

static gpointer
next (Controller *controller, GQueue *queue)
{
  struct pollfd pollfd = { .fd = snet_fd (controller->snet), .events = POLLIN };

  while (g_queue_is_empty (queue))
    {
      g_assert_cmpint (poll (&pollfd, 1, TEST_PATIENCE_MS), ==, 1);
      g_assert_cmpint (snet_dispatch (controller->snet), >, 0);
    }
  return g_queue_pop_head (queue);
}

Event *
controller_next_request (Controller *controller)
{
  return next (controller, controller->requests);
}

struct snet_cancel *
controller_next_cancel (Controller *controller)
{
  return next (controller, controller->cancels);
}

Refusal *
controller_next_refusal (Controller *controller)
{
  return next (controller, controller->refusals);
}

void
controller_assert_quiet (Controller *controller)
{
  g_assert_cmpint (snet_dispatch (controller->snet), ==, 0);
  g_assert_true (g_queue_is_empty (controller->requests));
  g_assert_true (g_queue_is_empty (controller->cancels));
  g_assert_true (g_queue_is_empty (controller->refusals));
}

void
controller_allow (Controller *controller, const struct snet_event *event)
{
  int err = snet_verdict (controller->snet, event->id, SNET_VERDICT_ALLOW, 0);

  g_assert_cmpint (err, ==, 0);
}

void
controller_deny (Controller *controller, const struct snet_event *event, int error)
{
  int err = snet_verdict (controller->snet, event->id, SNET_VERDICT_DENY, error);

  g_assert_cmpint (err, ==, 0);
}

void
controller_allow_next (Controller *controller, enum snet_operation operation)
{
  g_autoptr (Event) event = controller_next_request (controller);

  g_assert_cmpint (event->operation, ==, operation);
  controller_allow (controller, event);
}

void
controller_configure (Controller *controller, guint32 delay, enum snet_verdict policy)
{
  struct snet_config config = { .fields = SNET_CONFIG_DELAY | SNET_CONFIG_POLICY,
                                .delay = delay,
                                .policy = policy };

  g_assert_cmpint (snet_config_set (controller->snet, &config), ==, 0);
}

struct snet_stats
controller_stats (Controller *controller)
{
  struct snet_stats stats;

  g_assert_cmpint (snet_stats_get (controller->snet, &stats), ==, 0);
  return stats;
}
