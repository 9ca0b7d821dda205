/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A whole handle of libsnet, and a kernel that says anything: how datagrams are taken apart, which
 * command a message answers, what is kept for later, lists, numbers. The linker lets the library's
 * sendmsg() and recvmmsg() end up here.
 *
 * The first byte is the function to be called before what is left is dispatched; then come
 * datagrams, each behind two bytes that say its length.
 */
#include <errno.h>
#include <linux/netlink.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include "fuzz.h"
#include "snet-private.h"

#define FAMILY 0x1f
#define PORT   4711

/* What the kernel has still to say. */
static struct
{
  struct snet *snet;
  const uint8_t *data;
  size_t size;
} input;

ssize_t __wrap_sendmsg (int fd, const struct msghdr *msg, int flags);
int
__wrap_recvmmsg (int fd, struct mmsghdr *msgs, unsigned int n, int flags, struct timespec *limit);

ssize_t
__wrap_sendmsg (int fd, const struct msghdr *msg, int flags)
{
  return (ssize_t)msg->msg_iov->iov_len;
}

/* What looks like an answer becomes one: no fuzzer would guess the number of the command. */
static void
address (struct nlmsghdr *hdr, size_t size)
{
  if (size < sizeof *hdr || hdr->nlmsg_seq == 0)
    return;
  hdr->nlmsg_seq = input.snet->seq;
  hdr->nlmsg_pid = PORT;
}

static gboolean
next_datagram (struct mmsghdr *msg)
{
  const struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
  struct iovec *iov = msg->msg_hdr.msg_iov;
  size_t size;

  if (input.size < 2)
    return FALSE;
  size = MIN (input.data[0] | (size_t)input.data[1] << 8, input.size - 2);
  memcpy (iov->iov_base, input.data + 2, MIN (size, iov->iov_len));
  msg->msg_hdr.msg_flags = size > iov->iov_len ? MSG_TRUNC : 0;
  msg->msg_len = (unsigned int)MIN (size, iov->iov_len);
  address (iov->iov_base, msg->msg_len);
  g_assert_cmpuint (msg->msg_hdr.msg_namelen, >=, sizeof kernel);
  memcpy (msg->msg_hdr.msg_name, &kernel, sizeof kernel);
  msg->msg_hdr.msg_namelen = sizeof kernel;
  input.data += 2 + size;
  input.size -= 2 + size;
  return TRUE;
}

int
__wrap_recvmmsg (int fd, struct mmsghdr *msgs, unsigned int n, int flags, struct timespec *limit)
{
  unsigned int i;

  for (i = 0; i < n && next_datagram (&msgs[i]); i++)
    ;
  if (i > 0)
    return (int)i;
  errno = EAGAIN;
  return -1;
}

/* Each byte of what is handed out can be read, and the strings end. */
static void
on_event (struct snet *snet, const struct snet_event *event, void *data)
{
  struct snet_event *copy = snet_event_copy (event);
  char line[160];

  g_assert_cmpint (snet_event_format (copy, line, sizeof line), <, sizeof line);
  /* As a controller would. */
  if (data != NULL)
    snet_verdict_nowait (snet, event->id, SNET_VERDICT_DENY, 0, NULL);
  snet_event_free (copy);
}

static void
on_cancel (struct snet *snet, const struct snet_cancel *cancel, void *data)
{
  g_assert_cmpuint (cancel->id, !=, 0);
}

static void
on_refused (struct snet *snet, uint64_t id, int error, void *data)
{
  g_assert_cmpint (error, <, 0);
  g_assert_cmpuint (strlen (snet_strerror (snet, error)), >, 0);
}

static void
on_ticket (struct snet *snet, const struct snet_ticket *ticket, void *data)
{
  on_event (snet, ticket->call, NULL);
}

static void
on_mediated (struct snet *snet, const struct snet_mediated *entry, void *data)
{
  g_assert_cmpuint (entry->operation, !=, SNET_OP_UNSPEC);
}

static void
on_stats (struct snet *snet, uint32_t operation, const struct snet_stats *stats, void *data)
{
  g_assert_cmpuint (operation, !=, SNET_OP_UNSPEC);
  g_assert_nonnull (stats);
}

static int
call (struct snet *snet, unsigned int function)
{
  const struct snet_callbacks callbacks = { .request = on_event,
                                            .cancel = on_cancel,
                                            .refused = on_refused };
  struct snet_config config;
  struct snet_stats stats;

  switch (function % 8)
    {
    case 0:
      return snet_register (snet, &callbacks, snet);
    case 1:
      return snet_config_get (snet, &config);
    case 2:
      return snet_stats_get (snet, &stats);
    case 3:
      return snet_stats_list (snet, on_stats, NULL);
    case 4:
      return snet_pending (snet, on_event, NULL);
    case 5:
      return snet_ticket_list (snet, on_ticket, NULL);
    case 6:
      return snet_mediated_list (snet, on_mediated, NULL);
    default:
      return snet_verdict (snet, 7, SNET_VERDICT_ALLOW, 0);
    }
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  const struct snet_monitor_callbacks monitor = { .event = on_event };
  struct snet *snet;
  int result;

  if (size == 0)
    return 0;
  g_assert_cmpint (snet_new (NULL, eventfd (0, EFD_CLOEXEC), PORT, FAMILY, 0, &snet), ==, 0);
  input.snet = snet;
  input.data = data + 1;
  input.size = size - 1;
  /* There is no group to join, and it is told as if there were. */
  g_assert_cmpint (snet_monitor (snet, &monitor, NULL), <, 0);
  snet->monitor = monitor;
  result = call (snet, data[0]);
  g_assert_nonnull (snet_strerror (snet, result));
  while (input.size >= 2 || result > 0)
    result = snet_dispatch (snet);
  snet_close (snet);
  return 0;
}
