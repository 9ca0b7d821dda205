/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Datagrams that wait for their verdict longer than their sender does.
 */
#include <string.h>
#include <unistd.h>

#include "flow.h"

#define DATAGRAMS 3
/* SNET_PENDING_ORPHANS_MAX */
#define ORPHANS_MAX 256
/* Of a datagram that is sent later. */
#define LATER 99

static void
end_by_close (Flow *flow, int fd)
{
  g_assert_cmpint (puppet_close (flow->puppet, fd), ==, 0);
}

/* Until the puppet sleeps in its new program. */
static void
end_by_exec (Flow *flow, int fd)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/stat", flow->puppet->pid);
  gint64 end = g_get_monotonic_time () + TEST_PATIENCE_MS * 1000;
  gboolean is_asleep;

  puppet_begin (flow->puppet, &(PuppetCall){ .operation = PUPPET_EXEC });
  do
    {
      g_autofree char *stat = NULL;

      g_assert_cmpint (g_get_monotonic_time (), <, end);
      g_assert_true (g_file_get_contents (path, &stat, NULL, NULL));
      is_asleep = strstr (stat, "(sleep) S") != NULL;
    }
  while (!is_asleep);
}

static void
end_by_exit (Flow *flow, int fd)
{
  puppet_free (flow->puppet);
  flow->puppet = puppet_new ();
}

typedef struct
{
  const char *name;
  void (*end) (Flow *flow, int fd);
  int family;
} Case;

static const Case cases[] = {
  { "close/ipv4", end_by_close, AF_INET }, { "close/ipv6", end_by_close, AF_INET6 },
  { "exec/ipv4", end_by_exec, AF_INET },   { "exec/ipv6", end_by_exec, AF_INET6 },
  { "exit/ipv4", end_by_exit, AF_INET },   { "exit/ipv6", end_by_exit, AF_INET6 },
};

/* Datagrams wait, and have no socket any more. */
static struct snet_event *
leave_behind (Flow *flow, const Case *test)
{
  int fd = flow_socket (flow);
  struct snet_event *event = flow_send (flow, fd, 1);

  for (int i = 2; i <= DATAGRAMS; i++)
    g_assert_cmpint (puppet_send (flow->puppet, fd, &flow->to, i, 0), ==, 0);
  test->end (flow, fd);
  controller_assert_quiet (flow->controller);
  flow_assert_nothing (flow->server);
  return event;
}

static void
assert_arrive (Flow *flow)
{
  for (int i = 1; i <= DATAGRAMS; i++)
    flow_assert_arrives (flow->server, i);
  flow_assert_nothing (flow->server);
}

/* Nothing comes before what is sent now. */
static void
assert_lost (Flow *flow)
{
  g_autoptr (Puppet) former = g_steal_pointer (&flow->puppet);
  g_autofree struct snet_event *event = NULL;

  flow->puppet = puppet_new ();
  event = flow_send (flow, flow_socket (flow), LATER);
  controller_allow (flow->controller, event);
  flow_assert_arrives (flow->server, LATER);
  flow_assert_nothing (flow->server);
}

static void
assert_over (Flow *flow, const struct snet_stats *before)
{
  struct snet_stats after = controller_stats (flow->controller);

  g_assert_cmpuint (after.cancelled, ==, before->cancelled);
  g_assert_cmpuint (after.pending, ==, 0);
  controller_assert_quiet (flow->controller);
}

static void
test_allow (gconstpointer data)
{
  const Case *test = data;
  g_autoptr (Flow) flow = flow_new (test->family, SOCK_DGRAM);
  struct snet_stats before = controller_stats (flow->controller);
  g_autofree struct snet_event *event = leave_behind (flow, test);

  controller_allow (flow->controller, event);
  assert_arrive (flow);
  assert_over (flow, &before);
}

static void
test_deny (gconstpointer data)
{
  const Case *test = data;
  g_autoptr (Flow) flow = flow_new (test->family, SOCK_DGRAM);
  struct snet_stats before = controller_stats (flow->controller);
  g_autofree struct snet_event *event = leave_behind (flow, test);

  controller_deny (flow->controller, event, EPERM);
  assert_lost (flow);
  assert_over (flow, &before);
}

/* The same of datagrams to where connect() was. */
static void
test_connected (gconstpointer family)
{
  g_autoptr (Flow) flow = flow_new (GPOINTER_TO_INT (family), SOCK_DGRAM);
  struct snet_stats before = controller_stats (flow->controller);
  g_autofree struct snet_event *event = NULL;
  int fd = flow_socket (flow);

  event = flow_connect (flow, fd);
  for (int i = 1; i <= DATAGRAMS; i++)
    g_assert_cmpint (puppet_send (flow->puppet, fd, NULL, i, 0), ==, 0);
  end_by_close (flow, fd);
  controller_assert_quiet (flow->controller);
  controller_allow (flow->controller, event);
  assert_arrive (flow);
  assert_over (flow, &before);
}

/* Each destination goes on waiting for its own verdict. */
static void
test_destinations (void)
{
  g_autoptr (Flow) flow = flow_new (AF_INET, SOCK_DGRAM);
  g_autofree struct snet_event *first = NULL;
  g_autofree struct snet_event *second = NULL;
  Call former = flow->to;
  int fd = flow_socket (flow), other;
  guint16 port;

  other = open_server (AF_INET, SOCK_DGRAM, &port);
  first = flow_send (flow, fd, 1);
  flow->to = call_loopback (AF_INET, SOCK_DGRAM, port);
  second = flow_send (flow, fd, 2);
  end_by_close (flow, fd);
  controller_deny (flow->controller, first, 0);
  controller_allow (flow->controller, second);
  flow_assert_arrives (other, 2);
  flow_assert_nothing (other);
  flow->to = former;
  assert_lost (flow);
  close (other);
}

static void
assert_policy (Flow *flow, enum snet_verdict policy)
{
  if (policy == SNET_VERDICT_ALLOW)
    assert_arrive (flow);
  else
    assert_lost (flow);
}

static void
test_timeout (gconstpointer data)
{
  enum snet_verdict policy = GPOINTER_TO_INT (data);
  g_autoptr (Flow) flow = flow_new (AF_INET, SOCK_DGRAM);
  struct snet_stats before = controller_stats (flow->controller);
  g_autofree struct snet_event *event = NULL;
  g_autofree struct snet_cancel *cancel = NULL;

  controller_configure (flow->controller, 1, policy);
  event = leave_behind (flow, &cases[0]);
  cancel = controller_next_cancel (flow->controller);
  g_assert_cmpuint (cancel->id, ==, event->id);
  g_assert_cmpint (cancel->reason, ==, SNET_CANCEL_TIMEOUT);
  controller_configure (flow->controller, LONG_DELAY, SNET_VERDICT_DENY);
  assert_policy (flow, policy);
  g_assert_cmpuint (controller_stats (flow->controller).timeout - before.timeout, ==, 1);
  assert_over (flow, &before);
}

static void
test_controller_gone (gconstpointer data)
{
  enum snet_verdict policy = GPOINTER_TO_INT (data);
  g_autoptr (Flow) flow = flow_new (AF_INET, SOCK_DGRAM);

  controller_configure (flow->controller, LONG_DELAY, policy);
  g_free (leave_behind (flow, &cases[0]));
  g_clear_pointer (&flow->controller, controller_free);
  flow->controller = hold_begin ();
  assert_policy (flow, policy);
}

/* Nobody is left in their network namespace. */
static void
test_namespace (gconstpointer data)
{
  enum snet_verdict verdict = GPOINTER_TO_INT (data);
  Flow *flow = flow_new_in_namespace (AF_INET, SOCK_DGRAM, NULL);
  struct snet_stats before = controller_stats (flow->controller);
  g_autofree struct snet_event *event = leave_behind (flow, &cases[0]);

  puppet_free (flow->puppet);
  flow->puppet = puppet_new ();
  close (flow->server);
  flow->server = -1;
  if (verdict == SNET_VERDICT_ALLOW)
    controller_allow (flow->controller, event);
  else
    controller_deny (flow->controller, event, 0);
  assert_over (flow, &before);
  flow_free (flow);
}

/* Return: the request of a datagram whose socket is closed. */
static struct snet_event *
send_and_close (Flow *flow, int payload)
{
  int fd = flow_socket (flow);
  struct snet_event *event = flow_send (flow, fd, payload);

  end_by_close (flow, fd);
  return event;
}

/* Not for more than some: their user needs the room. */
static void
test_many (void)
{
  g_autoptr (Flow) flow = flow_new (AF_INET, SOCK_DGRAM);
  struct snet_event *events[ORPHANS_MAX];

  for (int i = 0; i < ORPHANS_MAX; i++)
    events[i] = send_and_close (flow, i);
  controller_assert_quiet (flow->controller);

  for (int round = 0; round < 2; round++)
    {
      g_autofree struct snet_event *event = send_and_close (flow, LATER);
      g_autofree struct snet_cancel *cancel = controller_next_cancel (flow->controller);

      g_assert_cmpuint (cancel->id, ==, event->id);
      g_assert_cmpint (cancel->reason, ==, SNET_CANCEL_CLOSED);
    }
  flow_assert_nothing (flow->server);

  /* A place that is given back can be taken. */
  controller_allow (flow->controller, events[0]);
  flow_assert_arrives (flow->server, 0);
  g_free (events[0]);
  events[0] = send_and_close (flow, 0);
  controller_assert_quiet (flow->controller);

  for (int i = 0; i < ORPHANS_MAX; i++)
    {
      controller_allow (flow->controller, events[i]);
      flow_assert_arrives (flow->server, i);
      g_free (events[i]);
    }
  g_assert_cmpuint (controller_stats (flow->controller).pending, ==, 0);
}

/* Whatever comes first, the verdict or the close(): the verdict is what counts. */
static void
test_race (gconstpointer data)
{
  enum snet_verdict verdict = GPOINTER_TO_INT (data);
  g_autoptr (Flow) flow = flow_new (AF_INET, SOCK_DGRAM);

  for (int i = 0; i < 300; i++)
    {
      PuppetCall call = { .operation = PUPPET_CLOSE, .fd = flow_socket (flow) };
      g_autofree struct snet_event *event = flow_send (flow, call.fd, i);

      puppet_begin (flow->puppet, &call);
      if (verdict == SNET_VERDICT_ALLOW)
        {
          controller_allow (flow->controller, event);
          flow_assert_arrives (flow->server, i);
        }
      else
        {
          controller_deny (flow->controller, event, 0);
        }
      g_assert_cmpint (puppet_finish (flow->puppet).error, ==, 0);
    }
  assert_lost (flow);
}

void
add_flow_outlive_tests (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *allow = g_strdup_printf ("/flow/outlive/allow/%s", cases[i].name);
      g_autofree char *deny = g_strdup_printf ("/flow/outlive/deny/%s", cases[i].name);

      g_test_add_data_func (allow, &cases[i], test_allow);
      g_test_add_data_func (deny, &cases[i], test_deny);
    }
  g_test_add_data_func ("/flow/outlive/connected/ipv4", GINT_TO_POINTER (AF_INET), test_connected);
  g_test_add_data_func ("/flow/outlive/connected/ipv6", GINT_TO_POINTER (AF_INET6), test_connected);
  g_test_add_func ("/flow/outlive/destinations", test_destinations);
  hold_add_policies ("/flow/outlive/timeout", test_timeout);
  hold_add_policies ("/flow/outlive/controller-gone", test_controller_gone);
  hold_add_policies ("/flow/outlive/namespace", test_namespace);
  g_test_add_func ("/flow/outlive/many", test_many);
  hold_add_policies ("/flow/outlive/race", test_race);
}
