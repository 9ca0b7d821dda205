/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Connections of non-blocking sockets.
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sched.h>
#include <unistd.h>

#include "child.h"
#include "flow.h"

#ifndef TCP_FASTOPEN_NO_COOKIE
#define TCP_FASTOPEN_NO_COOKIE 34
#endif

/* How soon an answer has to be seen. The best of these counts: the machine may be busy. */
#define SOON_MS 20
#define ROUNDS  5
/* How much slower a kernel may be that checks itself. */
#define CHECKED 5

static int
retransmits (Flow *flow, int fd)
{
  PuppetCall call = { .operation = PUPPET_RETRANSMITS, .fd = fd };

  return puppet_call (flow->puppet, &call).value;
}

/* Asks, and answers late. Return: after how long that was seen. */
static gint64
answer_late (Flow *flow, int error)
{
  g_autofree struct snet_event *event = NULL;
  gint64 answered, seen;
  int fd = flow_socket (flow);

  event = flow_connect (flow, fd);
  flow_wait_writable (flow, fd);
  g_usleep (LATE_MS * 1000);
  g_assert_false (puppet_has_returned (flow->puppet));
  flow_assert_nothing (flow->server);

  answered = g_get_monotonic_time ();
  if (error == 0)
    controller_allow (flow->controller, event);
  else
    controller_deny (flow->controller, event, error);
  seen = flow_writable (flow, error);
  if (error == 0)
    {
      g_assert_cmpint (retransmits (flow, fd), ==, 0);
      close (accept (flow->server, NULL, NULL));
    }
  g_assert_cmpint (puppet_close (flow->puppet, fd), ==, 0);
  flow_assert_nothing (flow->server);
  return seen - answered;
}

static gint64
soon_us (void)
{
  gboolean checked = access ("/sys/kernel/debug/kmemleak", F_OK) == 0;

  return SOON_MS * 1000 * (checked ? CHECKED : 1);
}

static void
assert_soon (Flow *flow, int error)
{
  gint64 best = G_MAXINT64;

  for (int i = 0; i < ROUNDS; i++)
    best = MIN (best, answer_late (flow, error));
  g_test_message ("seen after %" G_GINT64_FORMAT " us", best);
  g_assert_cmpint (best, <, soon_us ());
  controller_assert_quiet (flow->controller);
}

static void
test_allow (gconstpointer family)
{
  g_autoptr (Flow) flow = flow_new (GPOINTER_TO_INT (family), SOCK_STREAM);

  assert_soon (flow, 0);
}

static void
test_deny (gconstpointer family)
{
  g_autoptr (Flow) flow = flow_new (GPOINTER_TO_INT (family), SOCK_STREAM);

  assert_soon (flow, EPERM);
}

/* Longer than TCP waits before it tries again: as if no time had passed. */
static void
test_long (void)
{
  g_autoptr (Flow) flow = flow_new (AF_INET, SOCK_STREAM);
  g_autofree struct snet_event *event = NULL;
  gint64 answered;
  int fd = flow_socket (flow);

  event = flow_connect (flow, fd);
  flow_wait_writable (flow, fd);
  g_usleep (3500 * 1000);
  g_assert_false (puppet_has_returned (flow->puppet));
  answered = g_get_monotonic_time ();
  controller_allow (flow->controller, event);
  g_assert_cmpint (flow_writable (flow, 0) - answered, <, 2 * G_USEC_PER_SEC);
  g_assert_cmpint (retransmits (flow, fd), ==, 0);
}

/* A repeated call is no new request, and the state is TCP's own. */
static void
test_again (void)
{
  g_autoptr (Flow) flow = flow_new (AF_INET, SOCK_STREAM);
  g_autofree struct snet_event *event = NULL;
  int fd = flow_socket (flow);

  event = flow_connect (flow, fd);
  g_assert_cmpint (puppet_connect (flow->puppet, fd, &flow->to), ==, EALREADY);
  g_assert_cmpint (puppet_error (flow->puppet, fd), ==, 0);
  controller_assert_quiet (flow->controller);
  controller_allow (flow->controller, event);
  flow_wait_writable (flow, fd);
  flow_writable (flow, 0);
  g_assert_cmpint (puppet_connect (flow->puppet, fd, &flow->to), ==, 0);
  g_assert_cmpint (puppet_connect (flow->puppet, fd, &flow->to), ==, EISCONN);
  controller_assert_quiet (flow->controller);
}

/* Looks by connect() whether it is through, as some do, and sends; the whole as soon as it can. */
static int
connect_twice (gconstpointer data)
{
  const struct sched_param first = { .sched_priority = 1 };
  const Call *to = data;
  struct pollfd pollfd = { .events = POLLOUT };

  pollfd.fd = socket (to->family, to->type | SOCK_NONBLOCK, 0);
  if (pollfd.fd < 0 || sched_setscheduler (0, SCHED_FIFO, &first) < 0)
    return errno;
  if (connect (pollfd.fd, &to->address.any, to->len) == 0 || errno != EINPROGRESS)
    return EPROTO;
  if (poll (&pollfd, 1, TEST_PATIENCE_MS) != 1)
    return ETIMEDOUT;
  if (connect (pollfd.fd, &to->address.any, to->len) < 0)
    return errno;
  return errno_of (MIN (send (pollfd.fd, "", 1, MSG_NOSIGNAL), 0));
}

/*
 * The SYN of what is allowed wakes the program before all is done that follows
 * from the verdict. Nothing is to be asked then, either.
 */
static void
test_again_at_once (void)
{
  g_autoptr (Flow) flow = flow_new (AF_INET, SOCK_STREAM);

  for (int i = 0; i < 20; i++)
    {
      g_autoptr (Child) child = child_start (connect_twice, &flow->to);

      controller_allow_next (flow->controller, SNET_OP_CONNECT);
      g_assert_cmpint (child_finish (child), ==, 0);
      controller_assert_quiet (flow->controller);
      close (accept (flow->server, NULL, NULL));
    }
}

#define ELSEWHERE 20

/* What is connected cannot connect elsewhere, and goes on. */
static int
send_and_connect (gconstpointer data)
{
  const struct sched_param first = { .sched_priority = 1 };
  const Call *to = data;
  Call elsewhere = call_loopback (AF_INET, SOCK_STREAM, 9);
  struct pollfd pollfd = { .events = POLLIN };
  int fd = socket (to->family, to->type, 0);
  char reply;

  if (fd < 0 || connect (fd, &to->address.any, to->len) < 0)
    return errno;
  if (fcntl (fd, F_SETFL, O_NONBLOCK) < 0 || sched_setscheduler (0, SCHED_FIFO, &first) < 0)
    return errno;
  for (int i = 0; i < ELSEWHERE; i++)
    {
      if (connect (fd, &elsewhere.address.any, elsewhere.len) == 0 || errno != EISCONN)
        return EPROTO;
      if (send (fd, "", 1, MSG_NOSIGNAL) != 1)
        return errno;
    }
  /* What has become of it all by then, the reply tells. */
  pollfd.fd = fd;
  if (poll (&pollfd, 1, TEST_PATIENCE_MS) != 1)
    return ETIMEDOUT;
  return errno_of (MIN (recv (fd, &reply, 1, 0), 0));
}

/* It is asked about, as it could be through at that moment; the connection is not its concern. */
static void
test_connected (void)
{
  g_autoptr (Flow) flow = flow_new (AF_INET, SOCK_STREAM);
  g_autoptr (Child) child = child_start (send_and_connect, &flow->to);
  const struct timeval patience = { TEST_PATIENCE_MS / 1000, 0 };
  char bytes[ELSEWHERE];
  int fd;

  controller_allow_next (flow->controller, SNET_OP_CONNECT);
  for (int i = 0; i < ELSEWHERE; i++)
    {
      g_autofree struct snet_event *event = controller_next_request (flow->controller);
      g_autofree struct snet_cancel *cancel = controller_next_cancel (flow->controller);

      g_assert_cmpuint (cancel->id, ==, event->id);
    }
  fd = accept (flow->server, NULL, NULL);
  g_assert_no_errno (setsockopt (fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience));
  g_assert_cmpint (recv (fd, bytes, ELSEWHERE, MSG_WAITALL), ==, ELSEWHERE);
  g_assert_cmpint (send (fd, "", 1, MSG_NOSIGNAL), ==, 1);
  g_assert_cmpint (child_finish (child), ==, 0);
  close (fd);
}

/*
 * Once denied, it is asked again. The next call only ends the first attempt, so
 * that its question goes as it comes.
 */
static void
test_again_denied (void)
{
  g_autoptr (Flow) flow = flow_new (AF_INET6, SOCK_STREAM);
  g_autofree struct snet_event *first = NULL;
  g_autofree struct snet_event *second = NULL;
  g_autofree struct snet_event *third = NULL;
  g_autofree struct snet_cancel *cancel = NULL;
  int fd = flow_socket (flow);

  first = flow_connect (flow, fd);
  controller_deny (flow->controller, first, 0);
  flow_wait_writable (flow, fd);
  flow_writable (flow, EACCES);
  g_assert_cmpint (puppet_connect (flow->puppet, fd, &flow->to), ==, ECONNABORTED);
  second = controller_next_request (flow->controller);
  cancel = controller_next_cancel (flow->controller);
  g_assert_cmpuint (cancel->id, ==, second->id);

  third = flow_connect (flow, fd);
  controller_allow (flow->controller, third);
  flow_wait_writable (flow, fd);
  flow_writable (flow, 0);
}

/* It gives up, then goes elsewhere: the verdict on the one is not for the other. */
static void
test_elsewhere (void)
{
  g_autoptr (Flow) flow = flow_new (AF_INET, SOCK_STREAM);
  g_autofree struct snet_event *first = NULL;
  g_autofree struct snet_event *second = NULL;
  g_autofree struct snet_cancel *cancel = NULL;
  Call nowhere = { .len = 0 };
  Call former = flow->to;
  int fd = flow_socket (flow), server;
  guint16 port;

  first = flow_connect (flow, fd);
  server = open_server (AF_INET, SOCK_STREAM, &port);
  flow->to = call_loopback (AF_INET, SOCK_STREAM, port);
  g_assert_cmpint (puppet_connect (flow->puppet, fd, &nowhere), ==, 0);
  cancel = controller_next_cancel (flow->controller);
  g_assert_cmpuint (cancel->id, ==, first->id);
  g_assert_cmpint (cancel->reason, ==, SNET_CANCEL_CLOSED);

  second = flow_connect (flow, fd);
  controller_allow (flow->controller, second);
  flow_wait_writable (flow, fd);
  flow_writable (flow, 0);
  flow_assert_nothing (flow->server);
  close (accept (server, NULL, NULL));
  close (server);
  flow->to = former;
  controller_assert_quiet (flow->controller);
}

/* connect() elsewhere fails while one is held, and its question goes with it. */
static void
test_busy (void)
{
  g_autoptr (Flow) flow = flow_new (AF_INET, SOCK_STREAM);
  g_autofree struct snet_event *first = NULL;
  g_autofree struct snet_event *second = NULL;
  g_autofree struct snet_cancel *cancel = NULL;
  Call other = call_loopback (AF_INET, SOCK_STREAM, 9);
  int fd = flow_socket (flow);

  first = flow_connect (flow, fd);
  g_assert_cmpint (puppet_connect (flow->puppet, fd, &other), ==, EALREADY);
  second = controller_next_request (flow->controller);
  cancel = controller_next_cancel (flow->controller);
  g_assert_cmpuint (cancel->id, ==, second->id);
  controller_allow (flow->controller, first);
  flow_wait_writable (flow, fd);
  flow_writable (flow, 0);
}

/* A call that fails for another reason leaves no question behind. */
static void
test_failed (void)
{
  g_autoptr (Flow) flow = flow_new (AF_INET, SOCK_STREAM);
  g_autofree struct snet_event *event = NULL;
  g_autofree struct snet_cancel *cancel = NULL;
  int fd = flow_socket (flow);

  /* There is but the loopback interface. */
  flow->to.address.in.sin_addr.s_addr = htonl (0xc0000201);
  g_assert_cmpint (puppet_connect (flow->puppet, fd, &flow->to), ==, ENETUNREACH);
  event = controller_next_request (flow->controller);
  cancel = controller_next_cancel (flow->controller);
  g_assert_cmpuint (cancel->id, ==, event->id);
  g_assert_cmpint (cancel->reason, ==, SNET_CANCEL_CLOSED);
}

/* With TCP_FASTOPEN_CONNECT the SYN comes with the first data. */
static int
fastopen_socket (Flow *flow)
{
  PuppetCall call = { .operation = PUPPET_OPTION, .flags = IPPROTO_TCP };

  call.fd = flow_socket (flow);
  call.arg = TCP_FASTOPEN_CONNECT;
  g_assert_cmpint (puppet_call (flow->puppet, &call).error, ==, 0);
  call.arg = TCP_FASTOPEN_NO_COOKIE;
  g_assert_cmpint (puppet_call (flow->puppet, &call).error, ==, 0);
  return call.fd;
}

static struct snet_event *
fastopen_connect (Flow *flow, int fd)
{
  struct snet_event *event;

  g_assert_cmpint (puppet_connect (flow->puppet, fd, &flow->to), ==, 0);
  event = controller_next_request (flow->controller);
  g_assert_cmpint (event->operation, ==, SNET_OP_CONNECT);
  return event;
}

static void
test_fastopen_allow (void)
{
  g_autoptr (Flow) flow = flow_new (AF_INET, SOCK_STREAM);
  g_autofree struct snet_event *event = NULL;
  int fd = fastopen_socket (flow), connection;

  event = fastopen_connect (flow, fd);
  g_assert_cmpint (puppet_send (flow->puppet, fd, NULL, 7, 0), ==, 0);
  g_usleep (LATE_MS * 1000);
  flow_assert_nothing (flow->server);
  controller_allow (flow->controller, event);
  connection = accept (flow->server, NULL, NULL);
  flow_assert_arrives (connection, 7);
  close (connection);
  controller_assert_quiet (flow->controller);
}

static void
test_fastopen_deny (void)
{
  g_autoptr (Flow) flow = flow_new (AF_INET, SOCK_STREAM);
  g_autofree struct snet_event *event = NULL;
  int fd = fastopen_socket (flow);

  event = fastopen_connect (flow, fd);
  g_assert_cmpint (puppet_send (flow->puppet, fd, NULL, 7, 0), ==, 0);
  controller_deny (flow->controller, event, EPERM);
  flow_wait_writable (flow, fd);
  flow_writable (flow, EPERM);
  flow_assert_nothing (flow->server);
}

/* The verdict is there before the data. */
static void
test_fastopen_deny_early (void)
{
  g_autoptr (Flow) flow = flow_new (AF_INET, SOCK_STREAM);
  g_autofree struct snet_event *event = NULL;
  int fd = fastopen_socket (flow);
  int error;

  event = fastopen_connect (flow, fd);
  controller_deny (flow->controller, event, EPERM);
  /* It is writable from the beginning, which says nothing. */
  while (puppet_error (flow->puppet, fd) != EPERM)
    g_usleep (1000);
  error = puppet_send (flow->puppet, fd, NULL, 7, 0);
  g_assert_cmpint (error, !=, 0);
  g_assert_cmpint (error, !=, EINPROGRESS);
  flow_assert_nothing (flow->server);
}

/* MSG_FASTOPEN is a connect(). */
static void
test_fastopen_send (void)
{
  g_autoptr (Flow) flow = flow_new (AF_INET6, SOCK_STREAM);
  g_autofree struct snet_event *event = NULL;
  int fd = flow_socket (flow);

  puppet_send (flow->puppet, fd, &flow->to, 7, MSG_FASTOPEN);
  event = controller_next_request (flow->controller);
  g_assert_cmpint (event->operation, ==, SNET_OP_CONNECT);
  flow_assert_nothing (flow->server);
  controller_deny (flow->controller, event, EPERM);
  flow_wait_writable (flow, fd);
  flow_writable (flow, EPERM);
  flow_assert_nothing (flow->server);
}

/* In a network namespace of its own, that does not outlive its sockets. */
static void
test_namespace (void)
{
  g_autoptr (Flow) flow = flow_new_in_namespace (AF_INET, SOCK_STREAM, NULL);

  assert_soon (flow, 0);
  assert_soon (flow, EACCES);
  g_free (flow_connect (flow, flow_socket (flow)));
}

/* Denied at once, many times: no SYN gets away, whoever is faster. */
static void
test_race (void)
{
  g_autoptr (Flow) flow = flow_new (AF_INET, SOCK_STREAM);

  for (int i = 0; i < 300; i++)
    {
      g_autofree struct snet_event *event = NULL;
      PuppetCall call = { .operation = PUPPET_CONNECT, .call = flow->to };

      call.fd = flow_socket (flow);
      puppet_begin (flow->puppet, &call);
      event = controller_next_request (flow->controller);
      controller_deny (flow->controller, event, EPERM);
      g_assert_cmpint (puppet_finish (flow->puppet).error, ==, EINPROGRESS);
      flow_wait_writable (flow, call.fd);
      flow_writable (flow, EPERM);
      puppet_close (flow->puppet, call.fd);
    }
  flow_assert_nothing (flow->server);
}

void
add_tcp_flow_tests (void)
{
  g_test_add_data_func ("/flow/tcp/allow/ipv4", GINT_TO_POINTER (AF_INET), test_allow);
  g_test_add_data_func ("/flow/tcp/allow/ipv6", GINT_TO_POINTER (AF_INET6), test_allow);
  g_test_add_data_func ("/flow/tcp/deny/ipv4", GINT_TO_POINTER (AF_INET), test_deny);
  g_test_add_data_func ("/flow/tcp/deny/ipv6", GINT_TO_POINTER (AF_INET6), test_deny);
  g_test_add_func ("/flow/tcp/long", test_long);
  g_test_add_func ("/flow/tcp/again", test_again);
  g_test_add_func ("/flow/tcp/again-at-once", test_again_at_once);
  g_test_add_func ("/flow/tcp/connected", test_connected);
  g_test_add_func ("/flow/tcp/again-denied", test_again_denied);
  g_test_add_func ("/flow/tcp/elsewhere", test_elsewhere);
  g_test_add_func ("/flow/tcp/busy", test_busy);
  g_test_add_func ("/flow/tcp/failed", test_failed);
  g_test_add_func ("/flow/tcp/fastopen/allow", test_fastopen_allow);
  g_test_add_func ("/flow/tcp/fastopen/deny", test_fastopen_deny);
  g_test_add_func ("/flow/tcp/fastopen/deny-early", test_fastopen_deny_early);
  g_test_add_func ("/flow/tcp/fastopen/send", test_fastopen_send);
  g_test_add_func ("/flow/tcp/namespace", test_namespace);
  g_test_add_func ("/flow/tcp/race", test_race);
}
