/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Datagrams of non-blocking sockets.
 */
#include <errno.h>
#include <netinet/udp.h>
#include <poll.h>
#include <unistd.h>

#include "flow.h"

#define DATAGRAMS 5
/* SNET_FLOW_PACKETS_MAX */
#define DATAGRAMS_MAX 64

static void
assert_arrive (int server, int count)
{
  for (int i = 1; i <= count; i++)
    flow_assert_arrives (server, i);
  flow_assert_nothing (server);
}

static void
test_allow (gconstpointer family)
{
  g_autoptr (Flow) flow = flow_new (GPOINTER_TO_INT (family), SOCK_DGRAM);
  g_autofree struct snet_event *event = NULL;
  int fd = flow_socket (flow);

  event = flow_send (flow, fd, 1);
  for (int i = 2; i <= DATAGRAMS; i++)
    g_assert_cmpint (puppet_send (flow->puppet, fd, &flow->to, i, 0), ==, 0);
  controller_assert_quiet (flow->controller);
  flow_assert_nothing (flow->server);
  controller_allow (flow->controller, event);
  assert_arrive (flow->server, DATAGRAMS);
}

static void
test_deny (gconstpointer family)
{
  g_autoptr (Flow) flow = flow_new (GPOINTER_TO_INT (family), SOCK_DGRAM);
  struct snet_stats before = controller_stats (flow->controller);
  g_autofree struct snet_event *event = NULL;
  g_autofree struct snet_event *next = NULL;
  int fd = flow_socket (flow);

  event = flow_send (flow, fd, 1);
  g_assert_cmpint (puppet_send (flow->puppet, fd, &flow->to, 2, 0), ==, 0);
  controller_deny (flow->controller, event, EPERM);
  /* The socket learns it once, with the next call. */
  while (puppet_error (flow->puppet, fd) != EPERM)
    g_usleep (1000);
  flow_assert_nothing (flow->server);
  next = flow_send (flow, fd, 1);
  controller_allow (flow->controller, next);
  assert_arrive (flow->server, 1);
  /* That was no lack of room. */
  g_assert_cmpuint (controller_stats (flow->controller).flow_dropped, ==, before.flow_dropped);
}

static void
test_connected_allow (gconstpointer family)
{
  g_autoptr (Flow) flow = flow_new (GPOINTER_TO_INT (family), SOCK_DGRAM);
  g_autofree struct snet_event *event = NULL;
  int fd = flow_socket (flow);

  event = flow_connect (flow, fd);
  for (int i = 1; i <= DATAGRAMS; i++)
    g_assert_cmpint (puppet_send (flow->puppet, fd, NULL, i, 0), ==, 0);
  controller_assert_quiet (flow->controller);
  flow_assert_nothing (flow->server);
  controller_allow (flow->controller, event);
  assert_arrive (flow->server, DATAGRAMS);
  g_assert_cmpint (puppet_send (flow->puppet, fd, NULL, 1, 0), ==, 0);
  assert_arrive (flow->server, 1);
}

static void
test_connected_deny (gconstpointer family)
{
  g_autoptr (Flow) flow = flow_new (GPOINTER_TO_INT (family), SOCK_DGRAM);
  g_autofree struct snet_event *event = NULL;
  int fd = flow_socket (flow), error;

  event = flow_connect (flow, fd);
  g_assert_cmpint (puppet_send (flow->puppet, fd, NULL, 1, 0), ==, 0);
  controller_deny (flow->controller, event, EPERM);
  do
    error = puppet_send (flow->puppet, fd, NULL, 2, 0);
  while (error == 0);
  /* The error, unless the call was so late that it finds no destination. */
  if (error == EDESTADDRREQ)
    error = puppet_error (flow->puppet, fd);
  g_assert_cmpint (error, ==, EPERM);
  /* It is not connected any more. */
  g_assert_cmpint (puppet_send (flow->puppet, fd, NULL, 3, 0), ==, EDESTADDRREQ);
  flow_assert_nothing (flow->server);
  controller_assert_quiet (flow->controller);
}

/* An IPv6 socket can send by IPv4, too. */
static void
test_mapped (void)
{
  g_autoptr (Flow) flow = flow_new (AF_INET, SOCK_DGRAM);
  g_autofree struct snet_event *event = NULL;
  Call mapped = call_loopback (AF_INET6, SOCK_DGRAM, ntohs (flow->to.address.in.sin_port));
  int fd;

  mapped.address.in6.sin6_addr =
    (struct in6_addr){ .s6_addr = { [10] = 0xff, 0xff, 127, 0, 0, 1 } };
  flow->to = mapped;
  fd = flow_socket (flow);
  event = flow_send (flow, fd, 1);
  flow_assert_nothing (flow->server);
  controller_allow (flow->controller, event);
  assert_arrive (flow->server, 1);
}

/* Each destination is a question of its own, and has its own answer. */
static void
test_destinations (void)
{
  g_autoptr (Flow) flow = flow_new (AF_INET, SOCK_DGRAM);
  g_autofree struct snet_event *first = NULL;
  g_autofree struct snet_event *second = NULL;
  int former = flow->server, fd = flow_socket (flow), other;
  guint16 port;

  other = open_server (AF_INET, SOCK_DGRAM, &port);
  first = flow_send (flow, fd, 1);
  flow->to = call_loopback (AF_INET, SOCK_DGRAM, port);
  second = flow_send (flow, fd, 1);
  controller_allow (flow->controller, second);
  assert_arrive (other, 1);
  flow_assert_nothing (former);
  controller_deny (flow->controller, first, 0);
  while (puppet_error (flow->puppet, fd) != EACCES)
    g_usleep (1000);
  flow_assert_nothing (former);
  close (other);
}

/* A datagram socket may connect elsewhere: what it leaves is cancelled. */
static void
test_reconnect (void)
{
  g_autoptr (Flow) flow = flow_new (AF_INET, SOCK_DGRAM);
  g_autofree struct snet_event *first = NULL;
  g_autofree struct snet_event *second = NULL;
  g_autofree struct snet_cancel *cancel = NULL;
  int former = flow->server, fd = flow_socket (flow), other;
  guint16 port;

  other = open_server (AF_INET, SOCK_DGRAM, &port);
  first = flow_connect (flow, fd);
  g_assert_cmpint (puppet_send (flow->puppet, fd, NULL, 1, 0), ==, 0);
  flow->to = call_loopback (AF_INET, SOCK_DGRAM, port);
  second = flow_connect (flow, fd);
  cancel = controller_next_cancel (flow->controller);
  g_assert_cmpuint (cancel->id, ==, first->id);
  g_assert_cmpint (puppet_send (flow->puppet, fd, NULL, 1, 0), ==, 0);
  flow_assert_nothing (other);
  controller_allow (flow->controller, second);
  assert_arrive (other, 1);
  flow_assert_nothing (former);
  g_assert_cmpint (puppet_error (flow->puppet, fd), ==, 0);
  close (other);
}

/* A reconnect that fails does not leave what was never allowed. */
static void
test_reconnect_failed (void)
{
  g_autoptr (Flow) flow = flow_new (AF_INET, SOCK_DGRAM);
  g_autofree struct snet_event *first = NULL;
  g_autofree struct snet_event *second = NULL;
  Call elsewhere = flow->to;
  int fd = flow_socket (flow);

  first = flow_connect (flow, fd);
  elsewhere.address.in.sin_addr.s_addr = htonl (0xc0000201);
  g_assert_cmpint (puppet_connect (flow->puppet, fd, &elsewhere), ==, ENETUNREACH);
  second = controller_next_request (flow->controller);
  for (int i = 0; i < 2; i++)
    g_free (controller_next_cancel (flow->controller));
  /* Refused until it is disconnected. */
  while (puppet_send (flow->puppet, fd, NULL, 1, 0) != EDESTADDRREQ)
    flow_assert_nothing (flow->server);
  flow_assert_nothing (flow->server);
  controller_assert_quiet (flow->controller);
}

/* What is too much is lost, as elsewhere in the network, and counted. */
static void
test_many (void)
{
  g_autoptr (Flow) flow = flow_new (AF_INET, SOCK_DGRAM);
  struct snet_stats before = controller_stats (flow->controller), after;
  g_autofree struct snet_event *event = NULL;
  int fd = flow_socket (flow);

  event = flow_send (flow, fd, 1);
  for (int i = 2; i <= DATAGRAMS_MAX + 10; i++)
    g_assert_cmpint (puppet_send (flow->puppet, fd, &flow->to, i, 0), ==, 0);
  after = controller_stats (flow->controller);
  g_assert_cmpuint (after.flow_dropped - before.flow_dropped, ==, 10);
  controller_allow (flow->controller, event);
  assert_arrive (flow->server, DATAGRAMS_MAX);
}

static void
set_hold (Flow *flow, enum snet_hold hold)
{
  const struct snet_mediated mediated = { .operation = SNET_OP_SEND,
                                          .family = AF_INET,
                                          .type = SNET_ANY,
                                          .protocol = SNET_ANY,
                                          .hold = hold };

  g_assert_cmpint (snet_mediated_add (flow->controller->snet, &mediated), ==, 0);
}

/*
 * The verdict is there while the call has not sent yet: it waits for room in the
 * send buffer, which is full of what waits for another verdict.
 */
static void
test_stalled (void)
{
  g_autoptr (Flow) flow = flow_new (AF_INET, SOCK_DGRAM);
  g_autofree struct snet_event *first = NULL;
  g_autofree struct snet_event *second = NULL;
  PuppetCall call = { .operation = PUPPET_OPTION, .flags = SOL_SOCKET, .arg = SO_SNDBUF };
  int former = flow->server, count = 1, other, error;
  guint16 port;

  set_hold (flow, SNET_HOLD_FLOW);
  call.fd = puppet_socket (flow->puppet, &flow->to, 0);
  g_assert_cmpint (puppet_call (flow->puppet, &call).error, ==, 0);
  first = flow_send (flow, call.fd, count);
  do
    error = puppet_send (flow->puppet, call.fd, &flow->to, ++count, MSG_DONTWAIT);
  while (error == 0);
  g_assert_cmpint (error, ==, EAGAIN);

  other = open_server (AF_INET, SOCK_DGRAM, &port);
  call.operation = PUPPET_SEND;
  call.flags = 0;
  call.call = call_loopback (AF_INET, SOCK_DGRAM, port);
  puppet_begin (flow->puppet, &call);
  second = controller_next_request (flow->controller);
  set_hold (flow, SNET_HOLD_AUTO);
  controller_deny (flow->controller, second, EPERM);
  g_usleep (LATE_MS * 1000);
  g_assert_false (puppet_has_returned (flow->puppet));

  controller_allow (flow->controller, first);
  g_assert_cmpint (puppet_finish (flow->puppet).error, ==, EPERM);
  assert_arrive (former, count - 1);
  flow_assert_nothing (other);
  close (other);
}

/* Data that wait for more, to be sent together, do not get away either. */
static void
test_corked (gconstpointer family)
{
  g_autoptr (Flow) flow = flow_new (GPOINTER_TO_INT (family), SOCK_DGRAM);
  g_autofree struct snet_event *event = NULL;
  int fd = flow_socket (flow), error;

  g_assert_cmpint (puppet_send (flow->puppet, fd, &flow->to, 1, MSG_MORE), ==, 0);
  event = controller_next_request (flow->controller);
  controller_deny (flow->controller, event, EPERM);
  while (puppet_error (flow->puppet, fd) != EPERM)
    g_usleep (1000);
  error = puppet_send (flow->puppet, fd, NULL, 2, 0);
  g_assert_cmpint (error, ==, EDESTADDRREQ);
  flow_assert_nothing (flow->server);
}

static void
add (const char *path, GTestDataFunc func)
{
  g_autofree char *ipv4 = g_strdup_printf ("/flow/udp/%s/ipv4", path);
  g_autofree char *ipv6 = g_strdup_printf ("/flow/udp/%s/ipv6", path);

  g_test_add_data_func (ipv4, GINT_TO_POINTER (AF_INET), func);
  g_test_add_data_func (ipv6, GINT_TO_POINTER (AF_INET6), func);
}

void
add_udp_flow_tests (void)
{
  add ("allow", test_allow);
  add ("deny", test_deny);
  add ("connected/allow", test_connected_allow);
  add ("connected/deny", test_connected_deny);
  g_test_add_func ("/flow/udp/mapped", test_mapped);
  g_test_add_func ("/flow/udp/destinations", test_destinations);
  g_test_add_func ("/flow/udp/reconnect", test_reconnect);
  g_test_add_func ("/flow/udp/reconnect-failed", test_reconnect_failed);
  g_test_add_func ("/flow/udp/many", test_many);
  g_test_add_func ("/flow/udp/stalled", test_stalled);
  add ("corked", test_corked);
}
