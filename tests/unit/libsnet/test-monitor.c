/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Handles that watch, alone or besides controlling.
 */
#include <errno.h>
#include <string.h>

#include "controller.h"

static void
on_event (struct snet *snet, const struct snet_event *event, void *data)
{
  g_string_append_printf (data, "%d:%d ", event->operation, event->verdict);
}

static void
on_overrun (struct snet *snet, void *data)
{
  g_string_append (data, "! ");
}

static const struct snet_monitor_callbacks callbacks = { .event = on_event, .overrun = on_overrun };

static void
assert_seen (GString *seen, const char *expected)
{
  g_assert_cmpstr (seen->str, ==, expected);
  g_string_truncate (seen, 0);
}

static void
send_event (FakeKernel *kernel, enum snet_operation operation)
{
  TestMessage message;

  message_event (&message);
  message_put_u32 (&message, SNET_A_OPERATION, operation);
  fake_kernel_send (kernel, &message);
}

/* Needs no registration, and so no command. */
static void
test_alone (void)
{
  g_autoptr (FakeKernel) kernel = fake_kernel_new (NULL, NULL);
  g_autoptr (GString) seen = g_string_new (NULL);

  g_assert_cmpint (snet_monitor (kernel->snet, &callbacks, seen), ==, 0);
  g_assert_cmpuint (kernel->n_joined, ==, 1);
  g_assert_cmpuint (kernel->n_sent, ==, 0);
  g_assert_false (snet_is_readable (kernel->snet));

  send_event (kernel, SNET_OP_BIND);
  send_event (kernel, 99);
  g_assert_true (snet_is_readable (kernel->snet));
  g_assert_cmpint (snet_dispatch (kernel->snet), ==, 2);
  assert_seen (seen, "1:1 99:1 ");

  kernel->receive_errno = ENOBUFS;
  send_event (kernel, SNET_OP_BIND);
  g_assert_cmpint (snet_dispatch (kernel->snet), ==, 2);
  assert_seen (seen, "! 1:1 ");
}

static void
test_errors (void)
{
  g_autoptr (FakeKernel) kernel = fake_kernel_new (NULL, NULL);
  g_autoptr (GString) seen = g_string_new (NULL);

  kernel->join_errno = EPERM;
  g_assert_cmpint (snet_monitor (kernel->snet, &callbacks, seen), ==, -EPERM);
  send_event (kernel, SNET_OP_BIND);
  g_assert_cmpint (snet_dispatch (kernel->snet), ==, 0);
  assert_seen (seen, "");

  kernel->join_errno = 0;
  kernel->snet->group = 0;
  g_assert_cmpint (snet_monitor (kernel->snet, &callbacks, seen), ==, -EOPNOTSUPP);
  g_assert_cmpuint (kernel->n_joined, ==, 1);
}

/* Holds nobody, so what makes no sense is passed over. */
static void
test_malformed (void)
{
  g_autoptr (FakeKernel) kernel = fake_kernel_new (NULL, NULL);
  g_autoptr (GString) seen = g_string_new (NULL);
  TestMessage message;

  g_assert_cmpint (snet_monitor (kernel->snet, &callbacks, seen), ==, 0);
  message_event (&message);
  message_remove (&message, SNET_A_UID);
  fake_kernel_send (kernel, &message);
  send_event (kernel, SNET_OP_SEND);
  g_assert_cmpint (snet_dispatch (kernel->snet), ==, -EBADMSG);
  assert_seen (seen, "5:1 ");
  g_assert_cmpint (snet_dispatch (kernel->snet), ==, 0);
}

/* Both on one handle: each gets its own, and both are told of what is lost. */
static void
test_controller (void)
{
  g_autoptr (GString) seen = g_string_new (NULL);
  g_auto (Controller) controller;
  FakeKernel *kernel;

  controller_set_up (&controller, event_then_ack, NULL);
  kernel = controller.kernel;
  g_assert_cmpint (snet_monitor (kernel->snet, &callbacks, seen), ==, 0);

  fake_kernel_send_request (kernel, 1);
  send_event (kernel, SNET_OP_ACCEPT);
  g_assert_cmpint (snet_verdict (kernel->snet, 1, SNET_VERDICT_ALLOW, 0), ==, 0);
  g_assert_true (snet_is_readable (kernel->snet));
  send_event (kernel, SNET_OP_CONNECT);
  g_assert_cmpint (snet_dispatch (kernel->snet), ==, 4);
  controller_assert_told (&controller, "1 20 ");
  assert_seen (seen, "4:1 2:1 ");

  kernel->receive_errno = ENOBUFS;
  g_assert_cmpint (snet_dispatch (kernel->snet), ==, 2);
  controller_assert_told (&controller, "! ");
  assert_seen (seen, "! ");
}

/* Nobody listens to these: they are no errors. */
static void
test_no_callbacks (void)
{
  static const struct snet_monitor_callbacks none = { .event = NULL };
  g_autoptr (FakeKernel) kernel = fake_kernel_new (NULL, NULL);

  g_assert_cmpint (snet_monitor (kernel->snet, &none, NULL), ==, 0);
  send_event (kernel, SNET_OP_ACCEPT);
  kernel->receive_errno = ENOBUFS;
  g_assert_cmpint (snet_dispatch (kernel->snet), ==, 0);
  g_assert_false (snet_is_readable (kernel->snet));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/libsnet/monitor/alone", test_alone);
  g_test_add_func ("/libsnet/monitor/errors", test_errors);
  g_test_add_func ("/libsnet/monitor/malformed", test_malformed);
  g_test_add_func ("/libsnet/monitor/controller", test_controller);
  g_test_add_func ("/libsnet/monitor/no-callbacks", test_no_callbacks);
  return g_test_run ();
}
