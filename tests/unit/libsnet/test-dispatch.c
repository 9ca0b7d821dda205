/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Events, and what happens when they meet commands in the one queue.
 */
#include <errno.h>
#include <poll.h>
#include <string.h>

#include "controller.h"

static void
events_then_ack (FakeKernel *kernel, const struct nlmsghdr *command, gpointer data)
{
  TestMessage message;

  fake_kernel_send_request (kernel, 10);
  fake_kernel_send_request (kernel, 11);
  message_cancel (&message, 10, SNET_CANCEL_KILLED, 0);
  fake_kernel_send (kernel, &message);
  fake_kernel_ack (kernel, command, 0, NULL);
  fake_kernel_send_request (kernel, 12);
}

static void
test_events_before_ack (void)
{
  g_auto (Controller) controller;
  struct snet *snet;

  controller_set_up (&controller, events_then_ack, NULL);
  snet = controller.kernel->snet;
  g_assert_cmpint (snet_verdict (snet, 1, SNET_VERDICT_ALLOW, 0), ==, 0);
  controller_assert_told (&controller, "");
  g_assert_true (snet_is_readable (snet));
  g_assert_cmpint (snet_dispatch (snet), ==, 4);
  controller_assert_told (&controller, "10 11 -10 12 ");
  g_assert_false (snet_is_readable (snet));
  g_assert_cmpint (snet_dispatch (snet), ==, 0);
}

static void
test_readable_by_queue (void)
{
  g_auto (Controller) controller;
  struct snet *snet;

  controller_set_up (&controller, event_then_ack, NULL);
  snet = controller.kernel->snet;
  for (int i = 0; i < 3; i++)
    {
      g_assert_cmpint (snet_verdict (snet, 1, SNET_VERDICT_ALLOW, 0), ==, 0);
      g_assert_true (snet_is_readable (snet));
    }
  g_assert_cmpint (snet_dispatch (snet), ==, 3);
  controller_assert_told (&controller, "20 20 20 ");
  g_assert_false (snet_is_readable (snet));
}

/* Several messages in one datagram. */
static void
one_datagram (FakeKernel *kernel, const struct nlmsghdr *command, gpointer data)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  struct nlmsgerr ack = { .error = -EPERM, .msg = *command };
  TestMessage message;

  message_request (&message, 30);
  g_byte_array_append (bytes, message.bytes, NLMSG_ALIGN (message.hdr.nlmsg_len));
  message_begin (&message, NLMSG_ERROR, NLM_F_CAPPED, command->nlmsg_seq, TEST_PORT);
  message_append (&message, &ack, sizeof ack);
  g_byte_array_append (bytes, message.bytes, NLMSG_ALIGN (message.hdr.nlmsg_len));
  message_request (&message, 31);
  g_byte_array_append (bytes, message.bytes, NLMSG_ALIGN (message.hdr.nlmsg_len));
  fake_kernel_send_bytes (kernel, bytes->data, bytes->len);
}

static void
test_one_datagram (void)
{
  g_auto (Controller) controller;

  controller_set_up (&controller, one_datagram, NULL);
  g_assert_cmpint (snet_verdict (controller.kernel->snet, 1, SNET_VERDICT_ALLOW, 0), ==, -EPERM);
  g_assert_cmpint (snet_dispatch (controller.kernel->snet), ==, 2);
  controller_assert_told (&controller, "30 31 ");
}

static void
answer_in_callback (struct snet *snet, const struct snet_event *event, void *data)
{
  Controller *controller = data;
  struct snet_event before = *event;

  controller_on_request (snet, event, data);
  if (event->id == 1)
    g_assert_cmpint (snet_verdict (snet, 1, SNET_VERDICT_ALLOW, 0), ==, 0);
  g_assert_cmpmem (event, sizeof *event, &before, sizeof before);
  g_assert_false (controller->kernel->snet->wake_set);
}

/* Events met by a verdict within a callback come in the same dispatch, in order. */
static void
test_verdict_in_callback (void)
{
  static const struct snet_callbacks answering = { .request = answer_in_callback };
  g_auto (Controller) controller;
  FakeKernel *kernel;

  controller_set_up (&controller, ack_only, NULL);
  kernel = controller.kernel;
  g_assert_cmpint (snet_register (kernel->snet, &answering, &controller), ==, 0);
  kernel->handler = event_then_ack;
  fake_kernel_send_request (kernel, 1);
  fake_kernel_send_request (kernel, 2);
  g_assert_cmpint (snet_dispatch (kernel->snet), ==, 3);
  controller_assert_told (&controller, "1 2 20 ");
  g_assert_false (snet_is_readable (kernel->snet));
}

static void
test_no_callbacks (void)
{
  static const struct snet_callbacks none = { .request = NULL };
  g_auto (Controller) controller;
  FakeKernel *kernel;

  controller_set_up (&controller, ack_only, NULL);
  kernel = controller.kernel;
  g_assert_cmpint (snet_register (kernel->snet, &none, NULL), ==, 0);
  fake_kernel_send_request (kernel, 1);
  kernel->receive_errno = ENOBUFS;
  g_assert_cmpint (snet_dispatch (kernel->snet), ==, 0);
  g_assert_false (snet_is_readable (kernel->snet));
}

/* A flood leaves the caller's main loop its turn. */
static void
test_flood (void)
{
  g_auto (Controller) controller;
  FakeKernel *kernel;

  controller_set_up (&controller, ack_only, NULL);
  kernel = controller.kernel;
  for (guint i = 1; i <= SNET_DISPATCH_MAX + 5; i++)
    fake_kernel_send_request (kernel, i);
  g_assert_cmpint (snet_dispatch (kernel->snet), ==, SNET_DISPATCH_MAX);
  g_assert_true (snet_is_readable (kernel->snet));
  g_assert_cmpint (snet_dispatch (kernel->snet), ==, 5);
  g_assert_false (snet_is_readable (kernel->snet));

  /* The same out of the library's own queue: then only its own wake-up is left. */
  for (guint i = 1; i <= SNET_DISPATCH_MAX + 5; i++)
    fake_kernel_send_request (kernel, i);
  g_assert_cmpint (snet_verdict (kernel->snet, 1, SNET_VERDICT_ALLOW, 0), ==, 0);
  g_assert_cmpint (snet_dispatch (kernel->snet), ==, SNET_DISPATCH_MAX);
  g_assert_true (snet_is_readable (kernel->snet));
  g_assert_cmpint (snet_dispatch (kernel->snet), ==, 5);
  g_assert_false (snet_is_readable (kernel->snet));
}

static void
test_overrun (void)
{
  g_auto (Controller) controller;
  FakeKernel *kernel;

  controller_set_up (&controller, ack_only, NULL);
  kernel = controller.kernel;

  /* The socket tells first that something is lost, then gives what is not. */
  kernel->receive_errno = ENOBUFS;
  fake_kernel_send_request (kernel, 1);
  g_assert_cmpint (snet_dispatch (kernel->snet), ==, 2);
  controller_assert_told (&controller, "! 1 ");

  /* Met by a command, which goes on. */
  kernel->receive_errno = ENOBUFS;
  fake_kernel_send_request (kernel, 2);
  g_assert_cmpint (snet_verdict (kernel->snet, 1, SNET_VERDICT_ALLOW, 0), ==, 0);
  g_assert_true (snet_is_readable (kernel->snet));
  g_assert_cmpint (snet_dispatch (kernel->snet), ==, 2);
  controller_assert_told (&controller, "2 ! ");
  g_assert_false (snet_is_readable (kernel->snet));
}

/* Malformed events are reported after all the others were handled. */
static void
test_malformed_events (void)
{
  g_auto (Controller) controller;
  TestMessage message;
  FakeKernel *kernel;

  controller_set_up (&controller, ack_only, NULL);
  kernel = controller.kernel;
  message_request (&message, 1);
  message_remove (&message, SNET_A_ID);
  fake_kernel_send (kernel, &message);
  message_request (&message, 2);
  message_remove (&message, SNET_A_UID);
  fake_kernel_send (kernel, &message);
  fake_kernel_send_request (kernel, 3);

  g_assert_cmpint (snet_dispatch (kernel->snet), ==, -EBADMSG);
  controller_assert_told (&controller, "2? 3 ");
  g_assert_cmpint (snet_dispatch (kernel->snet), ==, 0);

  /* Met by a command: it succeeds, the next dispatch tells, and is called at all. */
  message_request (&message, 4);
  message_remove (&message, SNET_A_ID);
  fake_kernel_send (kernel, &message);
  g_assert_cmpint (snet_verdict (kernel->snet, 1, SNET_VERDICT_ALLOW, 0), ==, 0);
  g_assert_true (snet_is_readable (kernel->snet));
  g_assert_cmpint (snet_dispatch (kernel->snet), ==, -EBADMSG);
  g_assert_false (snet_is_readable (kernel->snet));
}

/* Datagrams that end too early. */
static void
test_cut_datagrams (void)
{
  g_autofree guint8 *large = g_malloc0 (SNET_RECEIVE_SIZE + 1000);
  g_auto (Controller) controller;
  TestMessage message;
  FakeKernel *kernel;

  controller_set_up (&controller, ack_only, NULL);
  kernel = controller.kernel;

  message_request (&message, 1);
  fake_kernel_send_bytes (kernel, &message, message.hdr.nlmsg_len - 40);
  fake_kernel_send_request (kernel, 2);
  g_assert_cmpint (snet_dispatch (kernel->snet), ==, -EBADMSG);
  controller_assert_told (&controller, "1? 2 ");

  for (gsize len = 0; len < NLMSG_HDRLEN; len++)
    fake_kernel_send_bytes (kernel, &message, len);
  message.hdr.nlmsg_len = 3;
  fake_kernel_send_bytes (kernel, &message, 100);
  g_assert_cmpint (snet_dispatch (kernel->snet), ==, -EBADMSG);
  controller_assert_told (&controller, "");

  /* Larger than the library's buffer. */
  message_request (&message, 3);
  message.hdr.nlmsg_len = SNET_RECEIVE_SIZE + 1000;
  memcpy (large, &message, sizeof message);
  fake_kernel_send_bytes (kernel, large, SNET_RECEIVE_SIZE + 1000);
  g_assert_cmpint (snet_dispatch (kernel->snet), ==, -EBADMSG);
  controller_assert_told (&controller, "3? ");

  /* The same, but cut exactly between two messages. */
  memset (large, 0, SNET_RECEIVE_SIZE);
  message_request (&message, 4);
  message_put (&message, SNET_A_MAX + 1, NULL, 0);
  message_find (&message, SNET_A_MAX + 1)->nla_len += SNET_RECEIVE_SIZE - message.hdr.nlmsg_len;
  message.hdr.nlmsg_len = SNET_RECEIVE_SIZE;
  memcpy (large, &message, sizeof message);
  message_request (&message, 5);
  memcpy (large + SNET_RECEIVE_SIZE, &message, message.hdr.nlmsg_len);
  fake_kernel_send_bytes (kernel, large, SNET_RECEIVE_SIZE + message.hdr.nlmsg_len);
  g_assert_cmpint (snet_dispatch (kernel->snet), ==, -EBADMSG);
  controller_assert_told (&controller, "4 ");
}

/* A library that is not dispatched must not eat all memory. */
static void
test_queue_bounded (void)
{
  g_auto (Controller) controller;
  TestMessage message;
  FakeKernel *kernel;
  int room, calls, n;

  controller_set_up (&controller, event_then_ack, NULL);
  kernel = controller.kernel;
  message_request (&message, 20);
  room = SNET_QUEUE_MAX / NLMSG_ALIGN (message.hdr.nlmsg_len);
  for (int i = 0; i < room + 10; i++)
    g_assert_cmpint (snet_verdict (kernel->snet, 1, SNET_VERDICT_ALLOW, 0), ==, 0);
  g_assert_cmpuint (kernel->snet->queue.tail, <=, SNET_QUEUE_MAX);
  for (calls = 0; snet_is_readable (kernel->snet); calls += n)
    {
      n = snet_dispatch (kernel->snet);
      g_assert_cmpint (n, >, 0);
    }
  g_assert_cmpint (calls, ==, room + 1);
  g_assert_true (g_str_has_suffix (controller.told->str, "20 ! "));
}

/* What comes meanwhile is dispatched, for one system call. */
static gpointer
send_request_thread (gpointer kernel)
{
  fake_kernel_send_request (kernel, 40);
  return NULL;
}

static void
test_wait (void)
{
  g_auto (Controller) controller;
  FakeKernel *kernel;
  GThread *thread;

  controller_set_up (&controller, ack_only, NULL);
  kernel = controller.kernel;
  kernel->n_received = 0;
  thread = g_thread_new ("kernel", send_request_thread, kernel);
  g_assert_cmpint (snet_wait (kernel->snet), ==, 1);
  g_thread_join (thread);
  controller_assert_told (&controller, "40 ");
  g_assert_cmpuint (kernel->n_received, ==, 1);

  for (guint64 id = 50; id < 50 + 3 * SNET_RECEIVE_COUNT; id++)
    fake_kernel_send_request (kernel, id);
  g_assert_cmpint (snet_wait (kernel->snet), ==, 3 * SNET_RECEIVE_COUNT);
  g_assert_false (snet_is_readable (kernel->snet));
}

/* What was received with an answer is not waited for. */
static void
test_wait_queued (void)
{
  g_auto (Controller) controller;
  struct snet *snet;

  controller_set_up (&controller, event_then_ack, NULL);
  snet = controller.kernel->snet;
  g_assert_cmpint (snet_verdict (snet, 1, SNET_VERDICT_ALLOW, 0), ==, 0);
  g_assert_cmpint (snet_wait (snet), ==, 1);
  controller_assert_told (&controller, "20 ");
  g_assert_false (snet_is_readable (snet));
}

static void
test_wait_fails (void)
{
  g_auto (Controller) controller;
  FakeKernel *kernel;

  controller_set_up (&controller, ack_only, NULL);
  kernel = controller.kernel;
  kernel->receive_errno = EINTR;
  g_assert_cmpint (snet_wait (kernel->snet), ==, 0);
  kernel->receive_errno = ENOMEM;
  g_assert_cmpint (snet_wait (kernel->snet), ==, -ENOMEM);
  kernel->receive_errno = ENOBUFS;
  g_assert_cmpint (snet_wait (kernel->snet), ==, 1);
  controller_assert_told (&controller, "! ");
}

#define THREAD_COMMANDS 2000

typedef struct
{
  guint64 last;
  guint64 announced;
} Race;

static void
racing_kernel (FakeKernel *kernel, const struct nlmsghdr *command, gpointer data)
{
  Race *race = data;

  fake_kernel_send_request (kernel, ++race->announced);
  if (command_number (command) == SNET_CMD_VERDICT)
    g_assert_cmpuint (command_u64 (command, SNET_A_ID), ==, command_u32 (command, SNET_A_ERRNO));
  fake_kernel_ack (kernel, command, -(int)command_u32 (command, SNET_A_ERRNO), NULL);
}

static gpointer
racing_thread (gpointer data)
{
  struct snet *snet = data;

  for (guint i = 0; i < THREAD_COMMANDS; i++)
    {
      int error = 1 + i % 100;

      /* Each gets its own answer. */
      g_assert_cmpint (snet_verdict (snet, error, SNET_VERDICT_DENY, error), ==, -error);
    }
  return NULL;
}

static void
racing_request (struct snet *snet, const struct snet_event *event, void *data)
{
  Race *race = data;

  g_assert_cmpuint (event->id, ==, race->last + 1);
  race->last = event->id;
}

/* Two threads command, this one dispatches: nothing lost, in order, no wake-up missed. */
static void
test_threads (void)
{
  static const struct snet_callbacks racing = { .request = racing_request };
  g_autoptr (FakeKernel) kernel = fake_kernel_new (ack_only, NULL);
  GThread *threads[2];
  Race race = { 0 };

  g_assert_cmpint (snet_register (kernel->snet, &racing, &race), ==, 0);
  kernel->handler = racing_kernel;
  kernel->data = &race;
  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("command", racing_thread, kernel->snet);
  while (race.last < THREAD_COMMANDS * G_N_ELEMENTS (threads))
    {
      struct pollfd pollfd = { .fd = snet_fd (kernel->snet), .events = POLLIN };

      /* Long, and never used up: a missed wake-up has to fail, not to pass slowly. */
      g_assert_cmpint (poll (&pollfd, 1, 30 * 1000), ==, 1);
      g_assert_cmpint (snet_dispatch (kernel->snet), >=, 0);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  g_assert_false (snet_is_readable (kernel->snet));
}

/* Whatever comes: no crash, no hang, no answer that was not given. */
static void
noisy_kernel (FakeKernel *kernel, const struct nlmsghdr *command, gpointer data)
{
  TestMessage message;
  gsize len;

  message_request (&message, 1);
  if (g_test_rand_bit ())
    uncapped_ack (kernel, command, "words");
  if (g_test_rand_bit ())
    {
      message_begin (&message, NLMSG_ERROR, g_test_rand_int (), command->nlmsg_seq, TEST_PORT);
      message_append (&message, &(struct nlmsgerr){ -EIO, *command }, sizeof (struct nlmsgerr));
      message_put (&message, NLMSGERR_ATTR_MSG, "words", 5);
    }
  len = message.hdr.nlmsg_len;
  for (int n = g_test_rand_int_range (0, 10); n > 0; n--)
    message.bytes[g_test_rand_int_range (0, len)] = g_test_rand_int_range (0, 256);
  fake_kernel_send_bytes (kernel, &message, g_test_rand_int_range (0, len + 1));
}

static void
test_noise (void)
{
  g_auto (Controller) controller;
  struct snet *snet;

  controller_set_up (&controller, noisy_kernel, NULL);
  snet = controller.kernel->snet;
  for (int i = 0; i < 3000; i++)
    {
      struct snet_config config;
      int err = i % 2 ? snet_config_get (snet, &config)
                      : snet_pending (snet, controller_on_request, &controller);

      g_assert_cmpint (err, <, i % 2 ? 0 : 1000);
      g_assert_nonnull (snet_strerror (snet, err));
      while (snet_is_readable (snet))
        snet_dispatch (snet);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/libsnet/verdict/in-callback", test_verdict_in_callback);
  g_test_add_func ("/libsnet/events/before-ack", test_events_before_ack);
  g_test_add_func ("/libsnet/events/readable", test_readable_by_queue);
  g_test_add_func ("/libsnet/events/one-datagram", test_one_datagram);
  g_test_add_func ("/libsnet/events/no-callbacks", test_no_callbacks);
  g_test_add_func ("/libsnet/events/flood", test_flood);
  g_test_add_func ("/libsnet/events/overrun", test_overrun);
  g_test_add_func ("/libsnet/events/malformed", test_malformed_events);
  g_test_add_func ("/libsnet/events/cut", test_cut_datagrams);
  g_test_add_func ("/libsnet/events/bounded", test_queue_bounded);
  g_test_add_func ("/libsnet/wait/meanwhile", test_wait);
  g_test_add_func ("/libsnet/wait/queued", test_wait_queued);
  g_test_add_func ("/libsnet/wait/fails", test_wait_fails);
  g_test_add_func ("/libsnet/threads", test_threads);
  g_test_add_func ("/libsnet/noise", test_noise);
  return g_test_run ();
}
