/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hold.h"

Controller *
hold_begin (void)
{
  Controller *controller = controller_new ();

  controller_configure (controller, LONG_DELAY, SNET_VERDICT_DENY);
  return controller;
}

void
hold_many (Controller *controller, Child **children, Event **events, const Call *call)
{
  for (gsize i = 0; i < HELD; i++)
    {
      children[i] = child_start (call_connect, call);
      events[i] = controller_next_request (controller);
      g_assert_cmpuint (events[i]->pid, ==, children[i]->pid);
    }
}

void
free_many (Child **children, Event **events)
{
  for (gsize i = 0; i < HELD; i++)
    {
      child_free (children[i]);
      snet_event_free (events[i]);
    }
}

void
hold_count_pending (struct snet *snet, const struct snet_event *event, void *data)
{
  guint64 *last = data;

  g_assert_cmpuint (event->id, >, *last);
  *last = event->id;
}

void
hold_add_policies (const char *path, GTestDataFunc func)
{
  g_autofree char *allow = g_strdup_printf ("%s/allow", path);
  g_autofree char *deny = g_strdup_printf ("%s/deny", path);

  g_test_add_data_func (allow, GINT_TO_POINTER (SNET_VERDICT_ALLOW), func);
  g_test_add_data_func (deny, GINT_TO_POINTER (SNET_VERDICT_DENY), func);
}
