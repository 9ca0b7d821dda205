/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Verdicts that nobody waits for: what they cost, and how it is told that one has failed.
 */
#include <errno.h>

#include "controller.h"

static const struct snet_ticket_terms terms = {
  .fields = SNET_FIELD_UID,
  .mode = SNET_TICKET_FIXED,
  .lifetime = SNET_TICKET_DEFAULT,
};

/* As the kernel does: nothing is said of what went well, unless it was asked for. */
static void
refuse_odd (FakeKernel *kernel, const struct nlmsghdr *command, gpointer data)
{
  g_assert_cmpint (command_number (command), ==, SNET_CMD_VERDICT);
  if (command_u64 (command, SNET_A_ID) % 2)
    fake_kernel_refuse (kernel, command, -ENOENT, data);
  else if (command->nlmsg_flags & NLM_F_ACK)
    fake_kernel_ack (kernel, command, 0, NULL);
}

static int
deny (Controller *controller, guint64 id)
{
  return snet_verdict_nowait (controller->kernel->snet, id, SNET_VERDICT_DENY, EPERM, NULL);
}

static void
check_command (FakeKernel *kernel, const struct nlmsghdr *command, gpointer data)
{
  g_assert_cmpint (command_number (command), ==, SNET_CMD_VERDICT);
  g_assert_cmphex (command->nlmsg_flags, ==, NLM_F_REQUEST);
  g_assert_cmpuint (command_u64 (command, SNET_A_ID), ==, 7);
  g_assert_cmpint (command_u32 (command, SNET_A_VERDICT), ==, SNET_VERDICT_DENY);
  g_assert_cmpint (command_u32 (command, SNET_A_ERRNO), ==, EPERM);
  g_assert_cmphex (command_u64 (command, SNET_A_TICKET_FIELDS), ==, SNET_FIELD_UID);
  g_assert_cmpint (command_u32 (command, SNET_A_TICKET_MODE), ==, SNET_TICKET_FIXED);
  g_assert_false (command_has (command, SNET_A_TICKET_LIFETIME));
}

static void
test_command (void)
{
  g_auto (Controller) controller;
  FakeKernel *kernel;

  controller_set_up (&controller, check_command, NULL);
  kernel = controller.kernel;
  kernel->n_sent = 0;
  g_assert_cmpint (snet_verdict_nowait (kernel->snet, 7, SNET_VERDICT_DENY, EPERM, &terms), ==, 0);
  g_assert_cmpuint (kernel->n_sent, ==, 1);
  g_assert_false (snet_is_readable (kernel->snet));
}

/* One sendmsg() for a verdict, and nothing more. */
static void
test_cost (void)
{
  g_auto (Controller) controller;
  FakeKernel *kernel;

  controller_set_up (&controller, refuse_odd, NULL);
  kernel = controller.kernel;
  fake_kernel_send_request (kernel, 2);
  g_assert_cmpint (snet_dispatch (kernel->snet), ==, 1);

  kernel->n_sent = kernel->n_received = kernel->n_allocations = 0;
  for (guint i = 0; i < 100; i++)
    {
      fake_kernel_send_request (kernel, 2 * i + 2);
      g_assert_cmpint (snet_dispatch (kernel->snet), ==, 1);
      g_assert_cmpint (deny (&controller, 2 * i + 2), ==, 0);
    }
  g_assert_cmpuint (kernel->n_sent, ==, 100);
  g_assert_cmpuint (kernel->n_received, ==, 100);
  g_assert_cmpuint (kernel->n_allocations, ==, 0);
}

static void
test_refused (void)
{
  g_auto (Controller) controller;
  struct snet *snet;

  controller_set_up (&controller, refuse_odd, "no such id waits");
  snet = controller.kernel->snet;
  g_assert_cmpint (deny (&controller, 1), ==, 0);
  g_assert_cmpint (deny (&controller, 2), ==, 0);
  g_assert_cmpint (deny (&controller, G_MAXUINT64), ==, 0);
  g_assert_true (snet_is_readable (snet));
  g_assert_cmpint (snet_dispatch (snet), ==, 2);
  controller_assert_told (&controller,
                          "x1: no such id waits x18446744073709551615: no such id waits ");
  g_assert_false (snet_is_readable (snet));

  /* Without words, and not those of the last time. */
  controller.kernel->data = NULL;
  deny (&controller, 3);
  g_assert_cmpint (snet_dispatch (snet), ==, 1);
  controller_assert_told (&controller, "x3: No such file or directory ");
}

/* Other commands read it first, and must neither take it for theirs nor lose it. */
static void
test_between (void)
{
  g_auto (Controller) controller;
  struct snet *snet;

  controller_set_up (&controller, refuse_odd, NULL);
  snet = controller.kernel->snet;
  fake_kernel_send_request (controller.kernel, 10);
  deny (&controller, 1);
  g_assert_cmpint (snet_verdict (snet, 2, SNET_VERDICT_ALLOW, 0), ==, 0);
  g_assert_cmpint (snet_verdict (snet, 3, SNET_VERDICT_ALLOW, 0), ==, -ENOENT);
  g_assert_true (snet_is_readable (snet));
  g_assert_cmpint (snet_dispatch (snet), ==, 2);
  controller_assert_told (&controller, "10 x1: No such file or directory ");
}

static void
test_send_fails (void)
{
  g_auto (Controller) controller;
  FakeKernel *kernel;

  controller_set_up (&controller, refuse_odd, NULL);
  kernel = controller.kernel;
  kernel->send_errno = ENOBUFS;
  g_assert_cmpint (deny (&controller, 1), ==, -ENOBUFS);
  g_assert_cmpint (snet_dispatch (kernel->snet), ==, 0);
  controller_assert_told (&controller, "");
}

static void
test_not_asked_for (void)
{
  g_auto (Controller) controller;
  FakeKernel *kernel;

  controller_set_up (&controller, ack_only, NULL);
  kernel = controller.kernel;
  g_assert_cmpint (snet_register (kernel->snet, &(struct snet_callbacks){ 0 }, NULL), ==, 0);
  kernel->handler = refuse_odd;
  deny (&controller, 1);
  g_assert_cmpint (snet_dispatch (kernel->snet), ==, 0);
  g_assert_false (snet_is_readable (kernel->snet));
}

/* What quotes a verdict of ours that has no end, or no id; and what is not about one of ours. */
static void
send_malformed (FakeKernel *kernel, guint which)
{
  struct nlmsghdr command = { NLMSG_HDRLEN, TEST_FAMILY, NLM_F_REQUEST, 77, TEST_PORT };
  int error = -ENOENT;
  TestMessage message, quoted;

  message_begin (&quoted, TEST_FAMILY, NLM_F_REQUEST, 77, TEST_PORT);
  switch (which)
    {
    case 0: /* left out */
      fake_kernel_ack (kernel, &command, error, NULL);
      return;
    case 1: /* no id */
      message_begin_genl (&quoted, SNET_CMD_VERDICT, NLM_F_REQUEST, 77, TEST_PORT);
      fake_kernel_refuse (kernel, &quoted.hdr, error, NULL);
      return;
    case 2: /* not even generic netlink */
      fake_kernel_refuse (kernel, &quoted.hdr, error, NULL);
      return;
    case 3: /* an id that is too short */
      message_begin_genl (&quoted, SNET_CMD_VERDICT, NLM_F_REQUEST, 77, TEST_PORT);
      message_put_u32 (&quoted, SNET_A_ID, 1);
      fake_kernel_refuse (kernel, &quoted.hdr, error, NULL);
      return;
    default: /* longer than what is there, up to a length that wraps round */
      message_begin_genl (&quoted, SNET_CMD_VERDICT, NLM_F_REQUEST, 77, TEST_PORT);
      message_put_u64 (&quoted, SNET_A_ID, 1);
      message_begin (&message, NLMSG_ERROR, 0, 77, TEST_PORT);
      message_append (&message, &error, sizeof error);
      command.nlmsg_len = which == 4 ? quoted.hdr.nlmsg_len + 4 : G_MAXUINT32 - 3 + which % 4;
      message_append (&message, &command, sizeof command);
      message_append (&message, &quoted.hdr + 1, quoted.hdr.nlmsg_len - NLMSG_HDRLEN);
      fake_kernel_send (kernel, &message);
      return;
    }
}

static void
test_malformed (void)
{
  g_auto (Controller) controller;
  FakeKernel *kernel;

  controller_set_up (&controller, refuse_odd, NULL);
  kernel = controller.kernel;
  for (guint i = 0; i < 9; i++)
    {
      send_malformed (kernel, i);
      g_assert_cmpint (snet_dispatch (kernel->snet), ==, -EBADMSG);
      controller_assert_told (&controller, "");
    }
}

/* Bad answers that are no refusals. */
static void
test_others (void)
{
  struct nlmsghdr waited = { NLMSG_HDRLEN, TEST_FAMILY, NLM_F_REQUEST | NLM_F_ACK, 7, TEST_PORT };
  struct nlmsghdr foreign = { NLMSG_HDRLEN, TEST_FAMILY + 1, NLM_F_REQUEST, 7, TEST_PORT };
  struct nlmsghdr good = { NLMSG_HDRLEN, TEST_FAMILY, NLM_F_REQUEST, 7, TEST_PORT };
  g_auto (Controller) controller;
  FakeKernel *kernel;

  controller_set_up (&controller, refuse_odd, NULL);
  kernel = controller.kernel;
  fake_kernel_ack (kernel, &waited, -EPERM, "given up");
  fake_kernel_ack (kernel, &foreign, -EPERM, "another family's");
  fake_kernel_ack (kernel, &good, 0, NULL);
  g_assert_cmpint (snet_dispatch (kernel->snet), ==, 0);
  controller_assert_told (&controller, "");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/libsnet/nowait/command", test_command);
  g_test_add_func ("/libsnet/nowait/cost", test_cost);
  g_test_add_func ("/libsnet/nowait/refused", test_refused);
  g_test_add_func ("/libsnet/nowait/between", test_between);
  g_test_add_func ("/libsnet/nowait/send-fails", test_send_fails);
  g_test_add_func ("/libsnet/nowait/not-asked-for", test_not_asked_for);
  g_test_add_func ("/libsnet/nowait/malformed", test_malformed);
  g_test_add_func ("/libsnet/nowait/others", test_others);
  return g_test_run ();
}
