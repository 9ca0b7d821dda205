/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "message.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/genetlink.h>
#include <netinet/in.h>
#include <string.h>

void
message_append (TestMessage *message, const void *data, gsize len)
{
  gsize at = NLMSG_ALIGN (message->hdr.nlmsg_len);

  g_assert_cmpuint (at + len, <=, sizeof message->bytes);
  if (len)
    memcpy (message->bytes + at, data, len);
  message->hdr.nlmsg_len = at + len;
}

void
message_begin (TestMessage *message, guint16 type, guint16 flags, guint32 seq, guint32 port)
{
  memset (message, 0, sizeof *message);
  message->hdr.nlmsg_len = NLMSG_HDRLEN;
  message->hdr.nlmsg_type = type;
  message->hdr.nlmsg_flags = flags;
  message->hdr.nlmsg_seq = seq;
  message->hdr.nlmsg_pid = port;
}

void
message_begin_genl (TestMessage *message, guint8 command, guint16 flags, guint32 seq, guint32 port)
{
  struct genlmsghdr genl = { .cmd = command, .version = SNET_GENL_VERSION };

  message_begin (message, TEST_FAMILY, flags, seq, port);
  message_append (message, &genl, sizeof genl);
}

void
message_put (TestMessage *message, guint16 type, const void *data, gsize len)
{
  struct nlattr nla = { .nla_len = NLA_HDRLEN + len, .nla_type = type };

  message_append (message, &nla, sizeof nla);
  message_append (message, data, len);
  message->hdr.nlmsg_len = NLMSG_ALIGN (message->hdr.nlmsg_len);
}

void
message_put_u32 (TestMessage *message, guint16 type, guint32 value)
{
  message_put (message, type, &value, sizeof value);
}

void
message_put_u64 (TestMessage *message, guint16 type, guint64 value)
{
  message_put (message, type, &value, sizeof value);
}

void
message_put_request (TestMessage *message, guint64 id)
{
  struct sockaddr_in remote = { .sin_family = AF_INET, .sin_port = htons (443) };

  inet_pton (AF_INET, "192.0.2.1", &remote.sin_addr);
  message_put_u64 (message, SNET_A_ID, id);
  message_put_u32 (message, SNET_A_OPERATION, SNET_OP_CONNECT);
  message_put_u32 (message, SNET_A_FAMILY, AF_INET);
  message_put_u32 (message, SNET_A_TYPE, SOCK_STREAM);
  message_put_u32 (message, SNET_A_PROTOCOL, IPPROTO_TCP);
  message_put (message, SNET_A_REMOTE_ADDR, &remote, sizeof remote);
  message_put_u32 (message, SNET_A_PID, 23886);
  message_put_u32 (message, SNET_A_TID, 23887);
  message_put_u32 (message, SNET_A_UID, 1000);
  message_put_u32 (message, SNET_A_EUID, 1001);
  message_put_u32 (message, SNET_A_GID, 1002);
  message_put (message, SNET_A_COMM, "curl", sizeof "curl");
  message_put_u64 (message, SNET_A_NETNS, 4026531840);
  message_put_u64 (message, SNET_A_TIME, 1700000000000000000);
  message_put_u64 (message, SNET_A_DEADLINE, 1700000030000000000);
}

void
message_request (TestMessage *message, guint64 id)
{
  message_begin_genl (message, SNET_CMD_REQUEST, 0, 0, 0);
  message_put_request (message, id);
}

void
message_event (TestMessage *message)
{
  message_request (message, 1);
  ((struct genlmsghdr *)NLMSG_DATA (&message->hdr))->cmd = SNET_CMD_EVENT;
  message_remove (message, SNET_A_ID);
  message_remove (message, SNET_A_DEADLINE);
  message_put_u32 (message, SNET_A_VERDICT, SNET_VERDICT_DENY);
  message_put_u32 (message, SNET_A_CAUSE, SNET_CAUSE_TICKET);
  message_put_u32 (message, SNET_A_ERRNO, EACCES);
}

void
message_cancel (TestMessage *message,
                guint64 id,
                enum snet_cancel_reason reason,
                enum snet_verdict verdict)
{
  message_begin_genl (message, SNET_CMD_CANCEL, 0, 0, 0);
  message_put_u64 (message, SNET_A_ID, id);
  message_put_u32 (message, SNET_A_REASON, reason);
  if (reason == SNET_CANCEL_TIMEOUT)
    message_put_u32 (message, SNET_A_VERDICT, verdict);
}

struct nlattr *
message_find (TestMessage *message, guint16 type)
{
  gsize at = NLMSG_HDRLEN + GENL_HDRLEN;

  while (at < message->hdr.nlmsg_len)
    {
      struct nlattr *nla = (struct nlattr *)(message->bytes + at);

      if (nla->nla_type == type)
        return nla;
      at += NLA_ALIGN (nla->nla_len);
    }
  g_assert_not_reached ();
}

void
message_remove (TestMessage *message, guint16 type)
{
  struct nlattr *nla = message_find (message, type);
  gsize at = (guint8 *)nla - message->bytes;
  gsize len = NLA_ALIGN (nla->nla_len);

  memmove (nla, message->bytes + at + len, message->hdr.nlmsg_len - at - len);
  message->hdr.nlmsg_len -= len;
}
