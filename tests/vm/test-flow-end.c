/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How a flow ends, besides by a verdict, and which calls become one.
 */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "chains.h"
#include "flow.h"

/* The request ends as a closed socket's, and leaves nothing. */
static void
assert_cancelled (Flow *flow, const struct snet_event *event, const struct snet_stats *before)
{
  g_autofree struct snet_cancel *cancel = controller_next_cancel (flow->controller);
  struct snet_stats after = controller_stats (flow->controller);

  g_assert_cmpuint (cancel->id, ==, event->id);
  g_assert_cmpint (cancel->reason, ==, SNET_CANCEL_CLOSED);
  g_assert_cmpuint (after.cancelled - before->cancelled, ==, 1);
  g_assert_cmpuint (after.pending, ==, 0);
  g_assert_cmpint (snet_verdict (flow->controller->snet, event->id, SNET_VERDICT_ALLOW, 0), ==,
                   -ENOENT);
  flow_assert_nothing (flow->server);
}

/* Nothing was sent, so that nothing is left to wait for. */
static void
test_close (gconstpointer type)
{
  g_autoptr (Flow) flow = flow_new (AF_INET, GPOINTER_TO_INT (type));
  struct snet_stats before = controller_stats (flow->controller);
  g_autofree struct snet_event *event = NULL;
  int fd = flow_socket (flow);

  event = flow_connect (flow, fd);
  g_assert_cmpint (puppet_close (flow->puppet, fd), ==, 0);
  assert_cancelled (flow, event, &before);
}

static void
test_exec (gconstpointer type)
{
  g_autoptr (Flow) flow = flow_new (AF_INET6, GPOINTER_TO_INT (type));
  struct snet_stats before = controller_stats (flow->controller);
  g_autofree struct snet_event *event = NULL;
  int fd = flow_socket (flow);

  event = flow_connect (flow, fd);
  puppet_begin (flow->puppet, &(PuppetCall){ .operation = PUPPET_EXEC });
  assert_cancelled (flow, event, &before);
}

static void
test_exit (gconstpointer type)
{
  g_autoptr (Flow) flow = flow_new (AF_INET, GPOINTER_TO_INT (type));
  struct snet_stats before = controller_stats (flow->controller);
  g_autofree struct snet_event *event = NULL;
  int fd = flow_socket (flow);

  event = flow_connect (flow, fd);
  puppet_free (flow->puppet);
  flow->puppet = puppet_new ();
  assert_cancelled (flow, event, &before);
}

/* It is the socket that counts, not one of its descriptors. */
static void
test_dup (gconstpointer type)
{
  g_autoptr (Flow) flow = flow_new (AF_INET, GPOINTER_TO_INT (type));
  g_autofree struct snet_event *event = NULL;
  PuppetCall call = { .operation = PUPPET_DUP };
  int copy;

  call.fd = flow_socket (flow);
  event = flow_connect (flow, call.fd);
  copy = puppet_call (flow->puppet, &call).value;
  g_assert_cmpint (puppet_close (flow->puppet, call.fd), ==, 0);
  controller_assert_quiet (flow->controller);
  controller_allow (flow->controller, event);
  flow_wait_writable (flow, copy);
  flow_writable (flow, 0);
}

static void
test_shutdown (void)
{
  g_autoptr (Flow) flow = flow_new (AF_INET, SOCK_STREAM);
  g_autofree struct snet_event *event = NULL;
  PuppetCall call = { .operation = PUPPET_SHUTDOWN };

  call.fd = flow_socket (flow);
  event = flow_connect (flow, call.fd);
  puppet_call (flow->puppet, &call);
  controller_allow (flow->controller, event);
  g_assert_cmpint (puppet_close (flow->puppet, call.fd), ==, 0);
  flow_assert_nothing (flow->server);
}

static void
assert_end (Flow *flow, enum snet_verdict policy)
{
  flow_writable (flow, policy == SNET_VERDICT_ALLOW ? 0 : EACCES);
  if (policy == SNET_VERDICT_ALLOW)
    close (accept (flow->server, NULL, NULL));
  flow_assert_nothing (flow->server);
}

static void
test_timeout (gconstpointer data)
{
  enum snet_verdict policy = GPOINTER_TO_INT (data);
  g_autoptr (Flow) flow = flow_new (AF_INET, SOCK_STREAM);
  struct snet_stats before = controller_stats (flow->controller), after;
  g_autofree struct snet_event *event = NULL;
  g_autofree struct snet_cancel *cancel = NULL;
  int fd = flow_socket (flow);
  gint64 began;

  controller_configure (flow->controller, 1, policy);
  began = g_get_monotonic_time ();
  event = flow_connect (flow, fd);
  flow_wait_writable (flow, fd);
  cancel = controller_next_cancel (flow->controller);
  /* The kernel counts in ticks. */
  g_assert_cmpint (g_get_monotonic_time () - began, >, G_USEC_PER_SEC - 20000);
  g_assert_cmpuint (cancel->id, ==, event->id);
  g_assert_cmpint (cancel->reason, ==, SNET_CANCEL_TIMEOUT);
  g_assert_cmpint (cancel->verdict, ==, policy);
  assert_end (flow, policy);
  after = controller_stats (flow->controller);
  g_assert_cmpuint (after.timeout - before.timeout, ==, 1);
  g_assert_cmpuint (after.pending, ==, 0);
}

static void
test_controller_gone (gconstpointer data)
{
  enum snet_verdict policy = GPOINTER_TO_INT (data);
  g_autoptr (Flow) flow = flow_new (AF_INET, SOCK_STREAM);
  int fd = flow_socket (flow);

  controller_configure (flow->controller, LONG_DELAY, policy);
  g_free (flow_connect (flow, fd));
  flow_wait_writable (flow, fd);
  g_clear_pointer (&flow->controller, controller_free);
  assert_end (flow, policy);
  flow->controller = hold_begin ();
  g_assert_cmpuint (controller_stats (flow->controller).pending, ==, 0);
}

/* How connect() on IPv4 is to wait. */
static void
set_hold (Flow *flow, enum snet_hold hold)
{
  const struct snet_mediated mediated = { .operation = SNET_OP_CONNECT,
                                          .family = AF_INET,
                                          .type = SNET_ANY,
                                          .protocol = SNET_ANY,
                                          .hold = hold };

  g_assert_cmpint (snet_mediated_add (flow->controller->snet, &mediated), ==, 0);
}

/* Whether a connection to there has begun, as TCP sees it. */
static gboolean
is_connecting (const Call *to)
{
  g_autofree char *line = g_strdup_printf (" 0100007F:%04X 02 ", ntohs (to->address.in.sin_port));
  g_autofree char *table = NULL;

  g_assert_true (g_file_get_contents ("/proc/net/tcp", &table, NULL, NULL));
  return strstr (table, line) != NULL;
}

/* A non-blocking socket can be made to wait as a thread. */
static void
test_hold_thread (void)
{
  g_autoptr (Flow) flow = flow_new (AF_INET, SOCK_STREAM);
  g_autofree struct snet_event *event = NULL;
  PuppetCall call = { .operation = PUPPET_CONNECT, .call = flow->to };

  set_hold (flow, SNET_HOLD_THREAD);
  call.fd = flow_socket (flow);
  puppet_begin (flow->puppet, &call);
  event = controller_next_request (flow->controller);
  g_assert_cmpint (event->hold, ==, SNET_HOLD_THREAD);
  set_hold (flow, SNET_HOLD_AUTO);
  g_usleep (LATE_MS * 1000);
  g_assert_false (puppet_has_returned (flow->puppet));
  g_assert_false (is_connecting (&flow->to));
  controller_allow (flow->controller, event);
  g_assert_cmpint (puppet_finish (flow->puppet).error, ==, EINPROGRESS);
}

/* And a blocking one as a flow: it waits in its protocol. */
static void
test_hold_flow (gconstpointer data)
{
  enum snet_verdict verdict = GPOINTER_TO_INT (data);
  g_autoptr (Flow) flow = flow_new (AF_INET, SOCK_STREAM);
  g_autofree struct snet_event *event = NULL;
  PuppetCall call = { .operation = PUPPET_CONNECT, .call = flow->to };
  int expected = verdict == SNET_VERDICT_ALLOW ? 0 : EPERM;

  set_hold (flow, SNET_HOLD_FLOW);
  call.fd = puppet_socket (flow->puppet, &flow->to, 0);
  puppet_begin (flow->puppet, &call);
  event = controller_next_request (flow->controller);
  g_assert_cmpint (event->hold, ==, SNET_HOLD_FLOW);
  set_hold (flow, SNET_HOLD_AUTO);
  g_usleep (LATE_MS * 1000);
  g_assert_false (puppet_has_returned (flow->puppet));
  g_assert_true (is_connecting (&flow->to));
  if (verdict == SNET_VERDICT_ALLOW)
    controller_allow (flow->controller, event);
  else
    controller_deny (flow->controller, event, EPERM);
  g_assert_cmpint (puppet_finish (flow->puppet).error, ==, expected);
}

static void
take_all_chains (void)
{
  g_assert_cmpuint (chains_take_all (), >, 0);
}

static void
set_policy (Flow *flow, enum snet_policy undeliverable)
{
  const struct snet_config config = { .fields = SNET_CONFIG_POLICY_UNDELIVERABLE,
                                      .policy_undeliverable = undeliverable };

  g_assert_cmpint (snet_config_set (flow->controller->snet, &config), ==, 0);
}

/* What cannot be held is not asked about. The general policy is to deny. */
static void
test_impossible (gconstpointer data)
{
  enum snet_verdict policy = GPOINTER_TO_INT (data);
  int expected = policy == SNET_VERDICT_ALLOW ? EINPROGRESS : EACCES;
  g_autoptr (Flow) flow = flow_new_in_namespace (AF_INET, SOCK_STREAM, take_all_chains);
  struct snet_stats before = controller_stats (flow->controller), after;
  int fd = flow_socket (flow);

  set_policy (flow, policy == SNET_VERDICT_ALLOW ? SNET_POLICY_ALLOW : SNET_POLICY_GENERAL);
  g_assert_cmpint (puppet_connect (flow->puppet, fd, &flow->to), ==, expected);
  set_policy (flow, SNET_POLICY_GENERAL);
  controller_assert_quiet (flow->controller);
  if (policy == SNET_VERDICT_ALLOW)
    {
      flow_wait_writable (flow, fd);
      assert_end (flow, policy);
    }
  after = controller_stats (flow->controller);
  g_assert_cmpuint (after.requests - before.requests, ==, 1);
  g_assert_cmpuint (after.undeliverable - before.undeliverable, ==, 1);
  g_assert_cmpuint (after.pending, ==, 0);
}

static void
add (const char *path, GTestDataFunc func)
{
  g_autofree char *tcp = g_strdup_printf ("/flow/end/%s/tcp", path);
  g_autofree char *udp = g_strdup_printf ("/flow/end/%s/udp", path);

  g_test_add_data_func (tcp, GINT_TO_POINTER (SOCK_STREAM), func);
  g_test_add_data_func (udp, GINT_TO_POINTER (SOCK_DGRAM), func);
}

void
add_flow_end_tests (void)
{
  add ("close", test_close);
  add ("exec", test_exec);
  add ("exit", test_exit);
  add ("dup", test_dup);
  g_test_add_func ("/flow/end/shutdown", test_shutdown);
  hold_add_policies ("/flow/end/timeout", test_timeout);
  hold_add_policies ("/flow/end/controller-gone", test_controller_gone);
  hold_add_policies ("/flow/end/impossible", test_impossible);
  g_test_add_func ("/flow/hold/thread", test_hold_thread);
  hold_add_policies ("/flow/hold/flow", test_hold_flow);
}
