/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "answer.h"

#include <poll.h>

static void
answer_waiting (Controller *controller, GPtrArray *events, int error)
{
  g_assert_cmpint (snet_dispatch (controller->snet), >=, 0);
  while (!g_queue_is_empty (controller->requests))
    {
      Event *event = controller_next_request (controller);

      g_ptr_array_add (events, event);
      if (error)
        controller_deny (controller, event, error);
      else
        controller_allow (controller, event);
    }
}

GPtrArray *
answer_all (Controller *controller, Child *child, int error, int *ret_result)
{
  GPtrArray *events = g_ptr_array_new_with_free_func ((GDestroyNotify)snet_event_free);
  struct pollfd fds[] = {
    { .fd = child->result, .events = POLLIN },
    { .fd = snet_fd (controller->snet), .events = POLLIN },
  };

  while (!child_has_returned (child))
    {
      g_assert_cmpint (poll (fds, G_N_ELEMENTS (fds), TEST_PATIENCE_MS), >, 0);
      answer_waiting (controller, events, error);
    }
  *ret_result = child_finish (child);
  return events;
}

static void
on_entry (struct snet *snet, const struct snet_mediated *entry, void *data)
{
  g_array_append_vals (data, entry, 1);
}

GArray *
mediation_list (struct snet *snet)
{
  GArray *entries = g_array_new (FALSE, FALSE, sizeof (struct snet_mediated));

  g_assert_cmpint (snet_mediated_list (snet, on_entry, entries), ==, entries->len);
  return entries;
}

Mediation *
mediation_begin (struct snet *snet)
{
  Mediation *mediation = g_new0 (Mediation, 1);

  mediation->snet = snet;
  mediation->before = mediation_list (snet);
  g_assert_cmpint (snet_mediated_clear (snet), ==, 0);
  return mediation;
}

void
mediation_end (Mediation *mediation)
{
  g_assert_cmpint (snet_mediated_clear (mediation->snet), ==, 0);
  for (guint i = 0; i < mediation->before->len; i++)
    g_assert_cmpint (snet_mediated_add (mediation->snet, &g_array_index (mediation->before,
                                                                         struct snet_mediated, i)),
                     ==, 0);
  g_array_unref (mediation->before);
  g_free (mediation);
}

void
mediate (Mediation *mediation, enum snet_operation operation, int family)
{
  struct snet_mediated entry = { .operation = operation,
                                 .family = family,
                                 .type = SNET_ANY,
                                 .protocol = SNET_ANY,
                                 .hold = SNET_HOLD_AUTO };

  g_assert_cmpint (snet_mediated_add (mediation->snet, &entry), ==, 0);
}
