/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "flow.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

Flow *
flow_new (int family, int type)
{
  Flow *flow = g_new0 (Flow, 1);
  guint16 port;

  flow->controller = hold_begin ();
  flow->server = open_server (family, type, &port);
  flow->to = call_loopback (family, type, port);
  flow->puppet = puppet_new ();
  return flow;
}

void
flow_free (Flow *flow)
{
  puppet_free (flow->puppet);
  close (flow->server);
  g_clear_pointer (&flow->controller, controller_free);
  g_free (flow);
}

int
flow_socket (Flow *flow)
{
  return puppet_socket (flow->puppet, &flow->to, SOCK_NONBLOCK);
}

struct snet_event *
flow_connect (Flow *flow, int fd)
{
  int expected = flow->to.type == SOCK_STREAM ? EINPROGRESS : 0;
  struct snet_event *event;

  g_assert_cmpint (puppet_connect (flow->puppet, fd, &flow->to), ==, expected);
  event = controller_next_request (flow->controller);
  g_assert_cmpint (event->operation, ==, SNET_OP_CONNECT);
  g_assert_cmpint (event->hold, ==, SNET_HOLD_FLOW);
  g_assert_cmpuint (event->pid, ==, flow->puppet->pid);
  return event;
}

struct snet_event *
flow_send (Flow *flow, int fd, int payload)
{
  struct snet_event *event;

  g_assert_cmpint (puppet_send (flow->puppet, fd, &flow->to, payload, 0), ==, 0);
  event = controller_next_request (flow->controller);
  g_assert_cmpint (event->operation, ==, SNET_OP_SEND);
  return event;
}

void
flow_wait_writable (Flow *flow, int fd)
{
  PuppetCall call = { .operation = PUPPET_WAIT_WRITABLE, .fd = fd };

  puppet_begin (flow->puppet, &call);
}

gint64
flow_writable (Flow *flow, int error)
{
  PuppetResult result = puppet_finish (flow->puppet);

  g_assert_cmpint (result.error, ==, error);
  return result.when;
}

void
flow_assert_arrives (int server, int payload)
{
  struct pollfd pollfd = { .fd = server, .events = POLLIN };
  int value = 0;

  g_assert_cmpint (poll (&pollfd, 1, TEST_PATIENCE_MS), ==, 1);
  g_assert_cmpint (recv (server, &value, sizeof value, 0), ==, sizeof value);
  g_assert_cmpint (value, ==, payload);
}

void
flow_assert_nothing (int server)
{
  struct pollfd pollfd = { .fd = server, .events = POLLIN };

  g_assert_cmpint (poll (&pollfd, 1, 0), ==, 0);
}
