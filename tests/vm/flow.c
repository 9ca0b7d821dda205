/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "flow.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <unistd.h>

static void
begin (Flow *flow, int family, int type)
{
  guint16 port;

  flow->server = open_server (family, type, &port);
  flow->to = call_loopback (family, type, port);
  flow->puppet = puppet_new ();
}

Flow *
flow_new (int family, int type)
{
  Flow *flow = g_new0 (Flow, 1);

  flow->controller = hold_begin ();
  begin (flow, family, type);
  return flow;
}

static void
loopback_up (void)
{
  struct ifreq request = { .ifr_name = "lo", .ifr_flags = IFF_UP };
  int fd = socket (AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

  g_assert_no_errno (ioctl (fd, SIOCSIFFLAGS, &request));
  close (fd);
}

Flow *
flow_new_in_namespace (int family, int type, void (*prepare) (void))
{
  Flow *flow = g_new0 (Flow, 1);
  int home = open ("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);

  flow->controller = hold_begin ();
  g_assert_no_errno (unshare (CLONE_NEWNET));
  loopback_up ();
  if (prepare)
    prepare ();
  begin (flow, family, type);
  g_assert_no_errno (setns (home, CLONE_NEWNET));
  close (home);
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
