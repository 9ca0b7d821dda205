/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "wire.h"

#include <errno.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "child.h"

guint16
wire_family (void)
{
  struct nl_sock *sock = nl_socket_alloc ();
  int family;

  g_assert_cmpint (genl_connect (sock), ==, 0);
  family = genl_ctrl_resolve (sock, SNET_GENL_NAME);
  g_assert_cmpint (family, >, 0);
  nl_socket_free (sock);
  return family;
}

Wire *
wire_open (guint16 family)
{
  Wire *wire = g_new0 (Wire, 1);
  struct sockaddr_nl address = { .nl_family = AF_NETLINK };
  socklen_t len = sizeof address;
  int one = 1;

  wire->family = family;
  wire->fd = socket (AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);
  g_assert_no_errno (wire->fd);
  g_assert_no_errno (bind (wire->fd, (struct sockaddr *)&address, sizeof address));
  g_assert_no_errno (getsockname (wire->fd, (struct sockaddr *)&address, &len));
  wire->port = address.nl_pid;
  g_assert_no_errno (setsockopt (wire->fd, SOL_NETLINK, NETLINK_EXT_ACK, &one, sizeof one));
  g_assert_no_errno (setsockopt (wire->fd, SOL_NETLINK, NETLINK_CAP_ACK, &one, sizeof one));
  return wire;
}

void
wire_close (Wire *wire)
{
  close (wire->fd);
  g_free (wire);
}

void
wire_begin (Wire *wire, TestMessage *message, guint8 command, guint16 flags)
{
  message_begin_genl (message, command, NLM_F_REQUEST | NLM_F_ACK | flags, ++wire->seq, wire->port);
  message->hdr.nlmsg_type = wire->family;
}

static void
remember_words (Wire *wire, const struct nlmsghdr *hdr, gsize offset)
{
  const guint8 *data = (const guint8 *)hdr;
  gsize at = NLMSG_HDRLEN + offset;

  wire->words[0] = '\0';
  if (!(hdr->nlmsg_flags & NLM_F_ACK_TLVS))
    return;
  while (at < hdr->nlmsg_len)
    {
      const struct nlattr *nla = (const struct nlattr *)(data + at);

      g_assert_cmpuint (nla->nla_len, >=, NLA_HDRLEN);
      if (nla->nla_type == NLMSGERR_ATTR_MSG)
        g_strlcpy (wire->words, (const char *)(nla + 1),
                   MIN (sizeof wire->words, (gsize)nla->nla_len - NLA_HDRLEN));
      at += NLA_ALIGN (nla->nla_len);
    }
}

/* Whether @hdr ends the command; @ret_error is its result then. */
static gboolean
is_end (Wire *wire, const struct nlmsghdr *hdr, int *ret_error)
{
  if (hdr->nlmsg_seq != wire->seq || hdr->nlmsg_pid != wire->port)
    return FALSE;
  if (hdr->nlmsg_type == NLMSG_ERROR)
    {
      const struct nlmsgerr *ack = NLMSG_DATA (hdr);

      *ret_error = -ack->error;
      remember_words (wire, hdr, sizeof *ack);
      return TRUE;
    }
  if (hdr->nlmsg_type == NLMSG_DONE)
    {
      *ret_error = -*(const int *)NLMSG_DATA (hdr);
      remember_words (wire, hdr, sizeof (int));
      return TRUE;
    }
  return FALSE;
}

static gssize
receive (Wire *wire, void *buffer, gsize size)
{
  struct pollfd pollfd = { .fd = wire->fd, .events = POLLIN };
  gssize len;

  g_assert_cmpint (poll (&pollfd, 1, TEST_PATIENCE_MS), ==, 1);
  len = recv (wire->fd, buffer, size, 0);
  g_assert_no_errno (len);
  return len;
}

int
wire_call (Wire *wire, const TestMessage *message)
{
  union
  {
    struct nlmsghdr hdr;
    guint8 bytes[32768];
  } answer;

  g_assert_cmpint (send (wire->fd, message, message->hdr.nlmsg_len, 0), ==, message->hdr.nlmsg_len);
  for (;;)
    {
      struct nlmsghdr *hdr = &answer.hdr;
      int error;

      for (gssize len = receive (wire, &answer, sizeof answer); NLMSG_OK (hdr, len);
           hdr = NLMSG_NEXT (hdr, len))
        if (is_end (wire, hdr, &error))
          return error;
    }
}

int
wire_command (Wire *wire, guint8 command, guint16 flags)
{
  TestMessage message;

  wire_begin (wire, &message, command, flags);
  return wire_call (wire, &message);
}

void
wire_receive (Wire *wire, TestMessage *message)
{
  gssize len = receive (wire, message, sizeof *message);

  g_assert_cmpint (len, ==, message->hdr.nlmsg_len);
}
