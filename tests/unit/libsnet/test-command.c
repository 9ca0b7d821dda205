/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Commands, and the answers to them: good, bad, somebody else's, or lost.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "controller.h"

static void
check_register (FakeKernel *kernel, const struct nlmsghdr *command, gpointer data)
{
  g_assert_cmpint (command_number (command), ==, SNET_CMD_REGISTER);
  g_assert_cmpuint (command->nlmsg_len, ==, 20);
  g_assert_cmphex (command->nlmsg_flags, ==, NLM_F_REQUEST | NLM_F_ACK);
  g_assert_cmpuint (command->nlmsg_seq, !=, 0);
  g_assert_cmpuint (command->nlmsg_pid, ==, TEST_PORT);
  fake_kernel_ack (kernel, command, GPOINTER_TO_INT (data), data ? "taken" : NULL);
}

static void
test_register (void)
{
  g_autoptr (FakeKernel) kernel = fake_kernel_new (check_register, GINT_TO_POINTER (-EBUSY));

  g_assert_cmpint (snet_register (kernel->snet, &controller_callbacks, NULL), ==, -EBUSY);
  g_assert_cmpstr (snet_strerror (kernel->snet, -EBUSY), ==, "taken");
  kernel->data = NULL;
  g_assert_cmpint (snet_register (kernel->snet, &controller_callbacks, NULL), ==, 0);
  g_assert_false (snet_is_readable (kernel->snet));
  g_assert_cmpint (snet_dispatch (kernel->snet), ==, 0);
}

static void
test_descriptors (void)
{
  g_autoptr (FakeKernel) kernel = fake_kernel_new (NULL, NULL);
  int fds[] = { snet_fd (kernel->snet), kernel->snet->wake_fd };

  for (gsize i = 0; i < G_N_ELEMENTS (fds); i++)
    g_assert_cmphex (fcntl (fds[i], F_GETFD), ==, FD_CLOEXEC);
  g_assert_null (snet_close (NULL));
}

/* On the real thing: there is a family snet, or there is not. */
static void
test_open (void)
{
  struct snet *snet = GINT_TO_POINTER (1);
  int err = snet_open (&snet);

  if (err == 0)
    {
      g_assert_cmphex (fcntl (snet->fd, F_GETFD), ==, FD_CLOEXEC);
      g_assert_false (snet_is_readable (snet));
      snet_close (snet);
      return;
    }
  g_assert_true (snet == GINT_TO_POINTER (1));
  g_assert_cmpint (err, ==, -ENOENT);
}

static void
check_verdict (FakeKernel *kernel, const struct nlmsghdr *command, gpointer data)
{
  const char *what = data;

  g_assert_cmpint (command_number (command), ==, SNET_CMD_VERDICT);
  if (g_str_equal (what, "allow"))
    {
      g_assert_cmphex (command_u64 (command, SNET_A_ID), ==, 0x123456789abcdef0);
      g_assert_cmpint (command_u32 (command, SNET_A_VERDICT), ==, SNET_VERDICT_ALLOW);
      g_assert_false (command_has (command, SNET_A_ERRNO));
      fake_kernel_ack (kernel, command, 0, NULL);
    }
  else
    {
      g_assert_cmpint (command_u32 (command, SNET_A_VERDICT), ==, SNET_VERDICT_DENY);
      g_assert_cmpint (command_u32 (command, SNET_A_ERRNO), ==, ECONNREFUSED);
      fake_kernel_ack (kernel, command, -ENOENT, "no such id waits");
    }
}

static void
test_verdict (void)
{
  g_auto (Controller) controller;
  struct snet *snet;

  controller_set_up (&controller, check_verdict, "allow");
  snet = controller.kernel->snet;
  g_assert_cmpint (snet_verdict (snet, 0x123456789abcdef0, SNET_VERDICT_ALLOW, 0), ==, 0);
  controller.kernel->data = "deny";
  g_assert_cmpint (snet_verdict (snet, 1, SNET_VERDICT_DENY, ECONNREFUSED), ==, -ENOENT);
  g_assert_cmpstr (snet_strerror (snet, -ENOENT), ==, "no such id waits");
}

/* Once all is warm: one sendmsg() and one recvmmsg() for a verdict, and no memory. */
static void
test_verdict_cost (void)
{
  g_auto (Controller) controller;
  FakeKernel *kernel;

  controller_set_up (&controller, ack_only, NULL);
  kernel = controller.kernel;
  fake_kernel_send_request (kernel, 1);
  g_assert_cmpint (snet_dispatch (kernel->snet), ==, 1);

  kernel->n_sent = kernel->n_received = kernel->n_allocations = 0;
  for (guint i = 1; i <= 100; i++)
    {
      fake_kernel_send_request (kernel, i);
      g_assert_cmpint (snet_dispatch (kernel->snet), ==, 1);
      g_assert_cmpint (snet_verdict (kernel->snet, i, SNET_VERDICT_ALLOW, 0), ==, 0);
    }
  g_assert_cmpuint (kernel->n_sent, ==, 100);
  /* The event with the end of the queue, the ack. */
  g_assert_cmpuint (kernel->n_received, ==, 200);
  g_assert_cmpuint (kernel->n_allocations, ==, 0);
}

static void
no_answer (FakeKernel *kernel, const struct nlmsghdr *command, gpointer data)
{
  kernel->receive_errno = ENOBUFS;
  fake_kernel_send_request (kernel, 3);
}

/* A full queue takes no ack either. It must not be waited for. */
static void
test_lost_ack (void)
{
  g_auto (Controller) controller;
  struct snet *snet;

  controller_set_up (&controller, no_answer, NULL);
  snet = controller.kernel->snet;
  g_assert_cmpint (snet_verdict (snet, 3, SNET_VERDICT_ALLOW, 0), ==, -ENOBUFS);
  g_assert_nonnull (strstr (snet_strerror (snet, -ENOBUFS), "lost"));
  g_assert_cmpint (snet_dispatch (snet), ==, 2);
  controller_assert_told (&controller, "3 ! ");
}

static void
test_errors (void)
{
  g_auto (Controller) controller;
  FakeKernel *kernel;

  controller_set_up (&controller, ack_only, NULL);
  kernel = controller.kernel;

  kernel->send_errno = EINTR;
  g_assert_cmpint (snet_verdict (kernel->snet, 1, SNET_VERDICT_ALLOW, 0), ==, 0);
  kernel->send_errno = ECONNREFUSED;
  g_assert_cmpint (snet_verdict (kernel->snet, 1, SNET_VERDICT_ALLOW, 0), ==, -ECONNREFUSED);
  g_assert_cmpstr (snet_strerror (kernel->snet, -ECONNREFUSED), ==, g_strerror (ECONNREFUSED));

  kernel->receive_errno = EINTR;
  fake_kernel_send_request (kernel, 1);
  g_assert_cmpint (snet_dispatch (kernel->snet), ==, 1);
  kernel->receive_errno = EIO;
  fake_kernel_send_request (kernel, 2);
  g_assert_cmpint (snet_dispatch (kernel->snet), ==, -EIO);
  g_assert_cmpint (snet_dispatch (kernel->snet), ==, 1);
}

static void
test_words (void)
{
  g_autofree char *longer = g_strnfill (600, 'x');
  g_auto (Controller) controller;
  FakeKernel *kernel;
  const char *words;

  controller_set_up (&controller, uncapped_ack, "not terminated, behind our own message");
  kernel = controller.kernel;
  g_assert_cmpint (snet_verdict (kernel->snet, 1, 7, 0), ==, -ERANGE);
  g_assert_cmpstr (snet_strerror (kernel->snet, -ERANGE), ==,
                   "not terminated, behind our own message");

  /* They are about this error only, and outlive a success. */
  g_assert_cmpstr (snet_strerror (kernel->snet, -EPERM), ==, g_strerror (EPERM));
  kernel->handler = ack_only;
  g_assert_cmpint (snet_verdict (kernel->snet, 1, SNET_VERDICT_ALLOW, 0), ==, 0);
  g_assert_cmpstr (snet_strerror (kernel->snet, -ERANGE), ==,
                   "not terminated, behind our own message");
  g_assert_cmpstr (snet_strerror (kernel->snet, 0), ==, g_strerror (0));

  /* The same error without words does not repeat the old ones. */
  kernel->handler = uncapped_ack;
  kernel->data = NULL;
  g_assert_cmpint (snet_verdict (kernel->snet, 1, 7, 0), ==, -ERANGE);
  g_assert_cmpstr (snet_strerror (kernel->snet, -ERANGE), ==, g_strerror (ERANGE));

  kernel->data = longer;
  g_assert_cmpint (snet_verdict (kernel->snet, 1, 7, 0), ==, -ERANGE);
  words = snet_strerror (kernel->snet, -ERANGE);
  g_assert_cmpuint (strlen (words), >, 100);
  g_assert_true (g_str_has_prefix (longer, words));
}

/* Acks that claim to have more than they have. */
static void
malformed_ack (FakeKernel *kernel, const struct nlmsghdr *command, gpointer data)
{
  struct nlmsgerr ack = { .error = -ERANGE, .msg = *command };
  TestMessage message;

  message_begin (&message, NLMSG_ERROR, NLM_F_ACK_TLVS, command->nlmsg_seq, TEST_PORT);
  switch (GPOINTER_TO_INT (data))
    {
    case 0: /* shorter than an ack */
      message_append (&message, &ack, sizeof ack.error);
      break;
    case 1: /* says that our message follows, and it does not */
      message_append (&message, &ack, sizeof ack);
      break;
    case 2: /* a length that wraps round */
      ack.msg.nlmsg_len = G_MAXUINT32;
      message_append (&message, &ack, sizeof ack);
      break;
    default: /* words that go beyond the end */
      message.hdr.nlmsg_flags |= NLM_F_CAPPED;
      message_append (&message, &ack, sizeof ack);
      message_put (&message, NLMSGERR_ATTR_MSG, "words", 5);
      message.hdr.nlmsg_len -= 4;
      break;
    }
  fake_kernel_send (kernel, &message);
}

static void
test_malformed_ack (void)
{
  g_auto (Controller) controller;
  FakeKernel *kernel;

  controller_set_up (&controller, malformed_ack, NULL);
  kernel = controller.kernel;
  g_assert_cmpint (snet_verdict (kernel->snet, 1, SNET_VERDICT_ALLOW, 0), ==, -EBADMSG);
  for (int i = 1; i <= 3; i++)
    {
      kernel->data = GINT_TO_POINTER (i);
      g_assert_cmpint (snet_verdict (kernel->snet, 1, SNET_VERDICT_ALLOW, 0), ==, -ERANGE);
      g_assert_cmpstr (snet_strerror (kernel->snet, -ERANGE), ==, g_strerror (ERANGE));
    }
}

/* Answers to somebody else, to an earlier command, and from somebody else. */
static void
confusing_acks (FakeKernel *kernel, const struct nlmsghdr *command, gpointer data)
{
  struct nlmsghdr other = *command;
  TestMessage message;

  other.nlmsg_seq--;
  fake_kernel_ack (kernel, &other, -EIO, "earlier");

  message_begin (&message, NLMSG_ERROR, 0, command->nlmsg_seq, TEST_PORT + 1);
  message_append (&message, &(struct nlmsgerr){ .error = -EIO }, sizeof (struct nlmsgerr));
  fake_kernel_send (kernel, &message);

  kernel->sender = 1234;
  fake_kernel_ack (kernel, command, -EIO, "forged");
  fake_kernel_send_request (kernel, 666);
  kernel->sender = 0;

  /* The end of an older dump is not an event. */
  message_begin_genl (&message, SNET_CMD_REQUEST, NLM_F_MULTI, command->nlmsg_seq - 1, TEST_PORT);
  message_put_request (&message, 667);
  fake_kernel_send (kernel, &message);

  /* Another family's. */
  message_begin (&message, TEST_FAMILY + 1, 0, 0, 0);
  message_append (&message, "????", 4);
  fake_kernel_send (kernel, &message);
  message_begin (&message, NLMSG_NOOP, 0, 0, 0);
  fake_kernel_send (kernel, &message);

  fake_kernel_ack (kernel, command, 0, NULL);
}

static void
test_confusing (void)
{
  g_auto (Controller) controller;

  controller_set_up (&controller, confusing_acks, NULL);
  g_assert_cmpint (snet_verdict (controller.kernel->snet, 1, SNET_VERDICT_ALLOW, 0), ==, 0);
  g_assert_false (snet_is_readable (controller.kernel->snet));
  g_assert_cmpint (snet_dispatch (controller.kernel->snet), ==, 0);
  controller_assert_told (&controller, "");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/libsnet/open", test_open);
  g_test_add_func ("/libsnet/descriptors", test_descriptors);
  g_test_add_func ("/libsnet/register", test_register);
  g_test_add_func ("/libsnet/verdict", test_verdict);
  g_test_add_func ("/libsnet/verdict/cost", test_verdict_cost);
  g_test_add_func ("/libsnet/verdict/lost-ack", test_lost_ack);
  g_test_add_func ("/libsnet/answers/errors", test_errors);
  g_test_add_func ("/libsnet/answers/words", test_words);
  g_test_add_func ("/libsnet/answers/malformed", test_malformed_ack);
  g_test_add_func ("/libsnet/answers/confusing", test_confusing);
  return g_test_run ();
}
