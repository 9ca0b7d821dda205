/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the kernel lists: whole, in pieces, malformed, or not of one moment.
 */
#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include "controller.h"

typedef struct
{
  guint n_requests;
  guint n_interrupted; /* dumps that are still to be interrupted */
  guint n_dumps;
  gboolean malformed;
  int error;
} Dump;

static void
dump_kernel (FakeKernel *kernel, const struct nlmsghdr *command, gpointer data)
{
  Dump *dump = data;
  guint16 flags = dump->n_interrupted ? NLM_F_DUMP_INTR : 0;

  g_assert_cmpint (command_number (command), ==, SNET_CMD_PENDING_GET);
  g_assert_cmphex (command->nlmsg_flags, ==, NLM_F_REQUEST | NLM_F_DUMP);
  dump->n_dumps++;
  if (flags)
    dump->n_interrupted--;

  /* Two to a datagram, and an event after each. */
  for (guint i = 1; i <= dump->n_requests; i += 2)
    {
      g_autoptr (GByteArray) bytes = g_byte_array_new ();

      for (guint id = i; id < i + 2 && id <= dump->n_requests; id++)
        {
          TestMessage message;

          message_begin_genl (&message, SNET_CMD_REQUEST, NLM_F_MULTI, command->nlmsg_seq,
                              TEST_PORT);
          message_put_request (&message, id);
          if (dump->malformed && id == 2)
            message_remove (&message, SNET_A_UID);
          if (dump->malformed && id == 3)
            message_remove (&message, SNET_A_ID);
          g_byte_array_append (bytes, message.bytes, NLMSG_ALIGN (message.hdr.nlmsg_len));
        }
      fake_kernel_send_bytes (kernel, bytes->data, bytes->len);
      fake_kernel_send_request (kernel, 100 + i);
    }
  fake_kernel_done (kernel, command, flags, dump->error, dump->error ? "no dump today" : NULL);
}

static void
on_pending (struct snet *snet, const struct snet_event *event, void *data)
{
  Controller *controller = data;

  controller_on_request (snet, event, data);
  /* The lock is not held, so this may be called. */
  if (controller->kernel->handler == ack_only)
    g_assert_cmpint (snet_verdict (snet, event->id, SNET_VERDICT_ALLOW, 0), ==, 0);
}

static void
test_pending (void)
{
  Dump dump = { .n_requests = 5 };
  g_auto (Controller) controller;
  struct snet *snet;

  controller_set_up (&controller, dump_kernel, &dump);
  snet = controller.kernel->snet;
  g_assert_cmpint (snet_pending (snet, on_pending, &controller), ==, 5);
  controller_assert_told (&controller, "1 2 3 4 5 ");
  g_assert_true (snet_is_readable (snet));
  g_assert_cmpint (snet_dispatch (snet), ==, 3);
  controller_assert_told (&controller, "101 103 105 ");

  dump.n_requests = 0;
  g_assert_cmpint (snet_pending (snet, on_pending, &controller), ==, 0);
  controller_assert_told (&controller, "");
  g_assert_false (snet_is_readable (snet));

  dump.n_requests = 1000;
  g_assert_cmpint (snet_pending (snet, on_pending, &controller), ==, 1000);
  g_assert_true (g_str_has_suffix (controller.told->str, "999 1000 "));
}

static void
test_pending_interrupted (void)
{
  Dump dump = { .n_requests = 3, .n_interrupted = 2 };
  g_auto (Controller) controller;
  struct snet *snet;

  controller_set_up (&controller, dump_kernel, &dump);
  snet = controller.kernel->snet;
  g_assert_cmpint (snet_pending (snet, on_pending, &controller), ==, 3);
  controller_assert_told (&controller, "1 2 3 ");
  g_assert_cmpuint (dump.n_dumps, ==, 3);

  dump.n_interrupted = G_MAXUINT;
  dump.n_dumps = 0;
  g_assert_cmpint (snet_pending (snet, on_pending, &controller), ==, -EAGAIN);
  g_assert_cmpuint (dump.n_dumps, >, 1);
  g_assert_cmpuint (dump.n_dumps, <, 100);
  controller_assert_told (&controller, "");
}

static void
test_pending_errors (void)
{
  Dump dump = { .n_requests = 4, .malformed = TRUE };
  g_auto (Controller) controller;
  struct snet *snet;

  controller_set_up (&controller, dump_kernel, &dump);
  snet = controller.kernel->snet;
  g_assert_cmpint (snet_pending (snet, on_pending, &controller), ==, -EBADMSG);
  controller_assert_told (&controller, "1 2? 4 ");

  dump.malformed = FALSE;
  dump.error = -EPERM;
  g_assert_cmpint (snet_pending (snet, on_pending, &controller), ==, -EPERM);
  g_assert_cmpstr (snet_strerror (snet, -EPERM), ==, "no dump today");
  controller_assert_told (&controller, "");

  /* Refused before it has begun. */
  controller.kernel->handler = uncapped_ack;
  controller.kernel->data = "no";
  g_assert_cmpint (snet_pending (snet, on_pending, &controller), ==, -ERANGE);
}

static void
test_pending_answers (void)
{
  Dump dump = { .n_requests = 3 };
  g_auto (Controller) controller;
  struct snet *snet;

  controller_set_up (&controller, dump_kernel, &dump);
  snet = controller.kernel->snet;
  /* Once the dump is there, acks are all that this kernel sends. */
  controller.kernel->handler = ack_only;
  for (guint id = 1; id <= 3; id++)
    {
      TestMessage message;

      message_begin_genl (&message, SNET_CMD_REQUEST, NLM_F_MULTI, snet->seq + 1, TEST_PORT);
      message_put_request (&message, id);
      fake_kernel_send (controller.kernel, &message);
    }
  g_assert_cmpint (snet_pending (snet, on_pending, &controller), ==, 3);
  controller_assert_told (&controller, "1 2 3 ");
  g_assert_cmpuint (controller.kernel->n_sent, ==, 1 + 1 + 3);
}

/* Two entries; data: the attribute that the second one lacks. */
static void
mediated_kernel (FakeKernel *kernel, const struct nlmsghdr *command, gpointer data)
{
  TestMessage message;

  g_assert_cmpint (command_number (command), ==, SNET_CMD_MEDIATE_GET);
  g_assert_cmphex (command->nlmsg_flags, ==, NLM_F_REQUEST | NLM_F_DUMP);
  message_begin_genl (&message, SNET_CMD_MEDIATE_GET, NLM_F_MULTI, command->nlmsg_seq, TEST_PORT);
  message_put_u32 (&message, SNET_A_OPERATION, SNET_OP_BIND);
  message_put_u32 (&message, SNET_A_HOLD, SNET_HOLD_AUTO);
  message_put (&message, SNET_A_MAX + 1, "newer", 5);
  fake_kernel_send (kernel, &message);
  message_begin_genl (&message, SNET_CMD_MEDIATE_GET, NLM_F_MULTI, command->nlmsg_seq, TEST_PORT);
  message_put_u32 (&message, SNET_A_OPERATION, SNET_OP_CREATE);
  message_put_u32 (&message, SNET_A_FAMILY, AF_PACKET);
  message_put_u32 (&message, SNET_A_TYPE, SOCK_RAW);
  message_put_u32 (&message, SNET_A_PROTOCOL, 0);
  message_put_u32 (&message, SNET_A_HOLD, SNET_HOLD_THREAD);
  if (data)
    message_remove (&message, GPOINTER_TO_UINT (data));
  fake_kernel_send (kernel, &message);
  fake_kernel_done (kernel, command, 0, 0, NULL);
}

static void
on_mediated (struct snet *snet, const struct snet_mediated *entry, void *data)
{
  g_string_append_printf (data, "%d/%d/%d/%d/%d ", entry->operation, entry->family, entry->type,
                          entry->protocol, entry->hold);
}

static void
test_mediated (void)
{
  g_autoptr (FakeKernel) kernel = fake_kernel_new (mediated_kernel, NULL);
  g_autoptr (GString) seen = g_string_new (NULL);

  g_assert_cmpint (snet_mediated_list (kernel->snet, on_mediated, seen), ==, 2);
  g_assert_cmpstr (seen->str, ==, "1/-1/-1/-1/0 7/17/3/0/1 ");

  g_string_truncate (seen, 0);
  kernel->data = GUINT_TO_POINTER (SNET_A_OPERATION);
  g_assert_cmpint (snet_mediated_list (kernel->snet, on_mediated, seen), ==, -EBADMSG);
  g_assert_cmpstr (seen->str, ==, "1/-1/-1/-1/0 ");
}

/* data: an attribute that the second message lacks. */
static void
operations_kernel (FakeKernel *kernel, const struct nlmsghdr *command, gpointer data)
{
  g_assert_cmpint (command_number (command), ==, SNET_CMD_STATS_GET);
  g_assert_cmphex (command->nlmsg_flags, ==, NLM_F_REQUEST | NLM_F_DUMP);
  for (guint32 operation = 1; operation <= SNET_OP_MAX; operation++)
    {
      TestMessage message;

      message_begin_genl (&message, SNET_CMD_STATS_GET, NLM_F_MULTI, command->nlmsg_seq, TEST_PORT);
      message_put_u32 (&message, SNET_A_OPERATION, operation);
      for (guint16 i = SNET_A_STAT_REQUESTS; i <= SNET_A_STAT_UNDELIVERABLE; i++)
        message_put_u64 (&message, i, operation * 1000 + i);
      message_put_u64 (&message, SNET_A_STAT_TICKET_ALLOWED, operation * 1000);
      message_put_u64 (&message, SNET_A_STAT_TICKET_DENIED, operation * 1000 + 1);
      if (data && operation == 2)
        message_remove (&message, GPOINTER_TO_UINT (data));
      fake_kernel_send (kernel, &message);
    }
  fake_kernel_done (kernel, command, 0, 0, NULL);
}

static void
on_stats (struct snet *snet, guint32 operation, const struct snet_stats *stats, void *data)
{
  guint *sum = data;

  g_assert_cmpuint (stats->requests, ==, operation * 1000 + SNET_A_STAT_REQUESTS);
  g_assert_cmpuint (stats->undeliverable, ==, operation * 1000 + SNET_A_STAT_UNDELIVERABLE);
  g_assert_cmpuint (stats->ticket_allowed, ==, operation * 1000);
  g_assert_cmpuint (stats->ticket_denied, ==, operation * 1000 + 1);
  g_assert_cmpuint (stats->pending, ==, 0);
  g_assert_cmpuint (stats->tickets_refused, ==, 0);
  g_assert_cmpuint (stats->flow_dropped, ==, 0);
  *sum += operation;
}

static void
test_stats (void)
{
  g_autoptr (FakeKernel) kernel = fake_kernel_new (operations_kernel, NULL);
  guint sum = 0;

  g_assert_cmpint (snet_stats_list (kernel->snet, on_stats, &sum), ==, SNET_OP_MAX);
  g_assert_cmpuint (sum, ==, SNET_OP_MAX * (SNET_OP_MAX + 1) / 2);

  for (guint16 i = SNET_A_STAT_REQUESTS; i <= SNET_A_STAT_UNDELIVERABLE; i++)
    {
      sum = 0;
      kernel->data = GUINT_TO_POINTER (i);
      g_assert_cmpint (snet_stats_list (kernel->snet, on_stats, &sum), ==, -EBADMSG);
      g_assert_cmpuint (sum, ==, SNET_OP_MAX * (SNET_OP_MAX + 1) / 2 - 2);
    }
  kernel->data = GUINT_TO_POINTER (SNET_A_OPERATION);
  g_assert_cmpint (snet_stats_list (kernel->snet, on_stats, &sum), ==, -EBADMSG);
}

/* data: an attribute that the ticket lacks. */
static void
ticket_kernel (FakeKernel *kernel, const struct nlmsghdr *command, gpointer data)
{
  struct sockaddr_in remote = { .sin_family = AF_INET, .sin_port = htons (443) };
  TestMessage message;

  g_assert_cmpint (command_number (command), ==, SNET_CMD_TICKET_GET);
  message_begin_genl (&message, SNET_CMD_TICKET_GET, NLM_F_MULTI, command->nlmsg_seq, TEST_PORT);
  message_put_u64 (&message, SNET_A_TICKET_FIELDS, SNET_FIELD_OPERATION | SNET_FIELD_PROGRAM);
  message_put_u32 (&message, SNET_A_VERDICT, SNET_VERDICT_DENY);
  message_put_u32 (&message, SNET_A_TICKET_MODE, SNET_TICKET_EXTENDED);
  message_put_u32 (&message, SNET_A_TICKET_LIFETIME, 3600);
  message_put_u64 (&message, SNET_A_TICKET_HITS, G_GUINT64_CONSTANT (1) << 40);
  message_put_u32 (&message, SNET_A_ERRNO, EPERM);
  message_put_u32 (&message, SNET_A_OPERATION, SNET_OP_CONNECT);
  message_put (&message, SNET_A_PROGRAM, "/usr/bin/curl", sizeof "/usr/bin/curl");
  message_put (&message, SNET_A_REMOTE_ADDR, &remote, sizeof remote);
  if (data)
    message_remove (&message, GPOINTER_TO_UINT (data));
  fake_kernel_send (kernel, &message);
  fake_kernel_done (kernel, command, 0, 0, NULL);
}

static void
on_ticket (struct snet *snet, const struct snet_ticket *ticket, void *data)
{
  guint *n = data;

  g_assert_cmphex (ticket->terms.fields, ==, SNET_FIELD_OPERATION | SNET_FIELD_PROGRAM);
  g_assert_cmpuint (ticket->terms.mode, ==, SNET_TICKET_EXTENDED);
  g_assert_cmpuint (ticket->terms.lifetime, ==, 3600);
  g_assert_cmpuint (ticket->hits, ==, G_GUINT64_CONSTANT (1) << 40);
  g_assert_cmpint (ticket->call->verdict, ==, SNET_VERDICT_DENY);
  g_assert_cmpint (ticket->call->error, ==, EPERM);
  g_assert_cmpint (ticket->call->operation, ==, SNET_OP_CONNECT);
  g_assert_cmpstr (ticket->call->program, ==, "/usr/bin/curl");
  g_assert_cmpuint (ticket->call->uid, ==, G_MAXUINT32);
  g_assert_cmphex (ticket->call->fields, ==, SNET_EVENT_REMOTE | SNET_EVENT_VERDICT);
  (*n)++;
}

static void
test_tickets (void)
{
  static const guint16 required[] = { SNET_A_TICKET_FIELDS, SNET_A_VERDICT, SNET_A_TICKET_MODE,
                                      SNET_A_TICKET_LIFETIME };
  g_autoptr (FakeKernel) kernel = fake_kernel_new (ticket_kernel, NULL);
  guint n = 0;

  g_assert_cmpint (snet_ticket_list (kernel->snet, on_ticket, &n), ==, 1);
  g_assert_cmpuint (n, ==, 1);
  for (gsize i = 0; i < G_N_ELEMENTS (required); i++)
    {
      kernel->data = GUINT_TO_POINTER (required[i]);
      g_assert_cmpint (snet_ticket_list (kernel->snet, on_ticket, &n), ==, -EBADMSG);
    }
  g_assert_cmpuint (n, ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/libsnet/pending", test_pending);
  g_test_add_func ("/libsnet/pending/interrupted", test_pending_interrupted);
  g_test_add_func ("/libsnet/pending/errors", test_pending_errors);
  g_test_add_func ("/libsnet/pending/answers", test_pending_answers);
  g_test_add_func ("/libsnet/mediated-list", test_mediated);
  g_test_add_func ("/libsnet/stats-list", test_stats);
  g_test_add_func ("/libsnet/ticket-list", test_tickets);
  return g_test_run ();
}
