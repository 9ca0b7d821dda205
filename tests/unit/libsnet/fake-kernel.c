/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fake-kernel.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/genetlink.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* One at a time, as the wrapped functions have nowhere to carry it. */
static FakeKernel *current;

ssize_t __real_sendmsg (int fd, const struct msghdr *msg, int flags);
ssize_t __wrap_sendmsg (int fd, const struct msghdr *msg, int flags);
int
__real_recvmmsg (int fd, struct mmsghdr *msgs, unsigned int n, int flags, struct timespec *limit);
int
__wrap_recvmmsg (int fd, struct mmsghdr *msgs, unsigned int n, int flags, struct timespec *limit);
int __real_setsockopt (int fd, int level, int name, const void *value, socklen_t len);
int __wrap_setsockopt (int fd, int level, int name, const void *value, socklen_t len);
void *__real_malloc (size_t size);
void *__wrap_malloc (size_t size);
void *__real_calloc (size_t count, size_t size);
void *__wrap_calloc (size_t count, size_t size);

void *
__wrap_malloc (size_t size)
{
  if (current)
    current->n_allocations++;
  return __real_malloc (size);
}

void *
__wrap_calloc (size_t count, size_t size)
{
  if (current)
    current->n_allocations++;
  return __real_calloc (count, size);
}

ssize_t
__wrap_sendmsg (int fd, const struct msghdr *msg, int flags)
{
  const struct sockaddr_nl *to = msg->msg_name;
  g_autofree struct nlmsghdr *command = NULL;

  if (!current || fd != current->snet_fd)
    return __real_sendmsg (fd, msg, flags);

  if (current->send_errno)
    {
      errno = current->send_errno;
      current->send_errno = 0;
      return -1;
    }
  current->n_sent++;
  g_assert_cmpuint (msg->msg_namelen, ==, sizeof *to);
  g_assert_cmpint (to->nl_family, ==, AF_NETLINK);
  g_assert_cmpuint (to->nl_pid, ==, 0);
  g_assert_cmpuint (msg->msg_iovlen, ==, 1);
  g_assert_cmpuint (msg->msg_iov->iov_len, >=, NLMSG_HDRLEN);

  command = g_memdup2 (msg->msg_iov->iov_base, msg->msg_iov->iov_len);
  g_assert_cmpuint (command->nlmsg_len, ==, msg->msg_iov->iov_len);
  if (current->handler)
    current->handler (current, command, current->data);
  return msg->msg_iov->iov_len;
}

int
__wrap_setsockopt (int fd, int level, int name, const void *value, socklen_t len)
{
  guint32 group;

  if (!current || fd != current->snet_fd)
    return __real_setsockopt (fd, level, name, value, len);

  g_assert_cmpint (level, ==, SOL_NETLINK);
  g_assert_cmpint (name, ==, NETLINK_ADD_MEMBERSHIP);
  g_assert_cmpuint (len, ==, sizeof group);
  memcpy (&group, value, sizeof group);
  g_assert_cmpuint (group, ==, TEST_GROUP);
  current->n_joined++;
  errno = current->join_errno;
  return errno ? -1 : 0;
}

/* Each datagram has a header of ours: the sender's port. */
static ssize_t
receive (int fd, struct msghdr *msg, int flags)
{
  struct sockaddr_nl from = { .nl_family = AF_NETLINK };
  struct iovec iov[2] = { { &from.nl_pid, sizeof from.nl_pid } };
  struct msghdr wrapped = { .msg_iov = iov, .msg_iovlen = 2 };
  ssize_t len;

  g_assert_cmpuint (msg->msg_iovlen, ==, 1);
  iov[1] = msg->msg_iov[0];
  len = recvmsg (fd, &wrapped, flags);
  if (len < 0)
    return len;
  g_assert_cmpint (len, >=, sizeof from.nl_pid);
  g_assert_cmpuint (msg->msg_namelen, >=, sizeof from);
  memcpy (msg->msg_name, &from, sizeof from);
  msg->msg_namelen = sizeof from;
  msg->msg_flags = wrapped.msg_flags;
  return len - sizeof from.nl_pid;
}

int
__wrap_recvmmsg (int fd, struct mmsghdr *msgs, unsigned int n, int flags, struct timespec *limit)
{
  unsigned int i;

  if (!current || fd != current->snet_fd)
    return __real_recvmmsg (fd, msgs, n, flags, limit);

  current->n_received++;
  if (current->receive_errno)
    {
      errno = current->receive_errno;
      current->receive_errno = 0;
      return -1;
    }
  g_assert_true (flags == MSG_DONTWAIT || flags == MSG_WAITFORONE);
  for (i = 0; i < n; i++)
    {
      gboolean waits = flags == MSG_WAITFORONE && i == 0;
      ssize_t len = receive (fd, &msgs[i].msg_hdr, waits ? 0 : MSG_DONTWAIT);

      if (len < 0)
        break;
      msgs[i].msg_len = len;
    }
  return i ? (int)i : -1;
}

FakeKernel *
fake_kernel_new (FakeHandler handler, gpointer data)
{
  FakeKernel *kernel = g_new0 (FakeKernel, 1);
  int fds[2], size = 4 * 1024 * 1024;

  g_assert_null (current);
  g_assert_no_errno (socketpair (AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds));
  g_assert_no_errno (setsockopt (fds[0], SOL_SOCKET, SO_SNDBUF, &size, sizeof size));
  /* As the real one is. */
  g_assert_no_errno (fcntl (fds[1], F_SETFL, 0));
  kernel->fd = fds[0];
  kernel->snet_fd = fds[1];
  kernel->handler = handler;
  kernel->data = data;
  g_assert_cmpint (snet_new (NULL, fds[1], TEST_PORT, TEST_FAMILY, TEST_GROUP, &kernel->snet), ==,
                   0);
  current = kernel;
  return kernel;
}

void
fake_kernel_free (FakeKernel *kernel)
{
  current = NULL;
  g_assert_null (snet_close (kernel->snet));
  close (kernel->fd);
  g_free (kernel);
}

void
fake_kernel_send_bytes (FakeKernel *kernel, const void *data, gsize len)
{
  struct iovec iov[2] = { { &kernel->sender, sizeof kernel->sender }, { (void *)data, len } };
  struct msghdr msg = { .msg_iov = iov, .msg_iovlen = 2 };

  g_assert_cmpint (__real_sendmsg (kernel->fd, &msg, 0), ==, len + sizeof kernel->sender);
}

void
fake_kernel_send (FakeKernel *kernel, const TestMessage *message)
{
  fake_kernel_send_bytes (kernel, message, message->hdr.nlmsg_len);
}

void
fake_kernel_send_request (FakeKernel *kernel, guint64 id)
{
  TestMessage message;

  message_request (&message, id);
  fake_kernel_send (kernel, &message);
}

void
fake_kernel_ack (FakeKernel *kernel, const struct nlmsghdr *command, int error, const char *words)
{
  struct nlmsgerr ack = { .error = error, .msg = *command };
  TestMessage message;

  message_begin (&message, NLMSG_ERROR, NLM_F_CAPPED | (words ? NLM_F_ACK_TLVS : 0),
                 command->nlmsg_seq, TEST_PORT);
  message_append (&message, &ack, sizeof ack);
  if (words)
    {
      message_put_u32 (&message, NLMSGERR_ATTR_OFFS, 20);
      message_put (&message, NLMSGERR_ATTR_MSG, words, strlen (words) + 1);
    }
  fake_kernel_send (kernel, &message);
}

void
fake_kernel_refuse (FakeKernel *kernel,
                    const struct nlmsghdr *command,
                    int error,
                    const char *words)
{
  TestMessage message;

  message_begin (&message, NLMSG_ERROR, words ? NLM_F_ACK_TLVS : 0, command->nlmsg_seq, TEST_PORT);
  message_append (&message, &error, sizeof error);
  message_append (&message, command, command->nlmsg_len);
  if (words)
    message_put (&message, NLMSGERR_ATTR_MSG, words, strlen (words));
  fake_kernel_send (kernel, &message);
}

void
fake_kernel_done (FakeKernel *kernel,
                  const struct nlmsghdr *command,
                  guint16 flags,
                  int error,
                  const char *words)
{
  TestMessage message;

  message_begin (&message, NLMSG_DONE, NLM_F_MULTI | flags | (words ? NLM_F_ACK_TLVS : 0),
                 command->nlmsg_seq, TEST_PORT);
  message_append (&message, &error, sizeof error);
  if (words)
    message_put (&message, NLMSGERR_ATTR_MSG, words, strlen (words) + 1);
  fake_kernel_send (kernel, &message);
}

guint8
command_number (const struct nlmsghdr *command)
{
  const struct genlmsghdr *genl = NLMSG_DATA (command);

  g_assert_cmpint (command->nlmsg_type, ==, TEST_FAMILY);
  g_assert_cmpuint (command->nlmsg_len, >=, NLMSG_HDRLEN + GENL_HDRLEN);
  g_assert_cmpint (genl->version, ==, SNET_GENL_VERSION);
  return genl->cmd;
}

static const struct nlattr *
command_attr (const struct nlmsghdr *command, guint16 type)
{
  gsize at = NLMSG_HDRLEN + GENL_HDRLEN;

  while (at < command->nlmsg_len)
    {
      const struct nlattr *nla = (const struct nlattr *)((const guint8 *)command + at);

      g_assert_cmpuint (nla->nla_len, >=, NLA_HDRLEN);
      if (nla->nla_type == type)
        return nla;
      at += NLA_ALIGN (nla->nla_len);
    }
  return NULL;
}

gboolean
command_has (const struct nlmsghdr *command, guint16 type)
{
  return command_attr (command, type) != NULL;
}

guint32
command_u32 (const struct nlmsghdr *command, guint16 type)
{
  const struct nlattr *nla = command_attr (command, type);
  guint32 value;

  g_assert_nonnull (nla);
  g_assert_cmpuint (nla->nla_len, ==, NLA_HDRLEN + sizeof value);
  memcpy (&value, nla + 1, sizeof value);
  return value;
}

guint64
command_u64 (const struct nlmsghdr *command, guint16 type)
{
  const struct nlattr *nla = command_attr (command, type);
  guint64 value;

  g_assert_nonnull (nla);
  g_assert_cmpuint (nla->nla_len, ==, NLA_HDRLEN + sizeof value);
  memcpy (&value, nla + 1, sizeof value);
  return value;
}

gboolean
snet_is_readable (struct snet *snet)
{
  struct pollfd pollfd = { .fd = snet_fd (snet), .events = POLLIN };

  return poll (&pollfd, 1, 0) == 1;
}
