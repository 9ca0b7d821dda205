/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From messages to events: what is right, everything that may be wrong, and
 * noise.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <glib.h>
#include <netinet/in.h>
#include <string.h>

#include "message.h"
#include "snet-private.h"

/*
 * Decodes from a block of exactly the message's size, so that a sanitizer sees
 * each byte read beyond it.
 */
static int
decode (const TestMessage *message, struct snet_item *item)
{
  g_autofree struct nlmsghdr *copy = g_memdup2 (message, message->hdr.nlmsg_len);

  /* What is not written must not be looked at. */
  memset (item, 0xa5, sizeof *item);
  return snet_decode (copy, item);
}

static void
test_request (void)
{
  struct sockaddr_in6 local = { .sin6_family = AF_INET6, .sin6_port = htons (8080) };
  const struct sockaddr_in *remote;
  TestMessage message;
  struct snet_item item;
  const struct snet_event *event = &item.event;

  message_request (&message, 0x123456789abcdef0);
  message_put (&message, SNET_A_LOCAL_ADDR, &local, sizeof local);
  g_assert_cmpint (decode (&message, &item), ==, 0);

  g_assert_cmpint (item.kind, ==, SNET_ITEM_REQUEST);
  g_assert_cmphex (event->id, ==, 0x123456789abcdef0);
  g_assert_cmpint (event->operation, ==, SNET_OP_CONNECT);
  g_assert_cmphex (event->fields, ==, SNET_EVENT_LOCAL | SNET_EVENT_REMOTE | SNET_EVENT_NETNS);
  g_assert_cmpint (event->family, ==, AF_INET);
  g_assert_cmpint (event->type, ==, SOCK_STREAM);
  g_assert_cmpint (event->protocol, ==, IPPROTO_TCP);
  g_assert_cmpuint (event->pid, ==, 23886);
  g_assert_cmpuint (event->tid, ==, 23887);
  g_assert_cmpuint (event->uid, ==, 1000);
  g_assert_cmpuint (event->euid, ==, 1001);
  g_assert_cmpuint (event->gid, ==, 1002);
  g_assert_cmpstr (event->comm, ==, "curl");
  g_assert_cmpuint (event->netns, ==, 4026531840);
  g_assert_cmpuint (event->time_ns, ==, 1700000000000000000);
  g_assert_cmpuint (event->deadline_ns, ==, 1700000030000000000);

  remote = (const struct sockaddr_in *)&event->remote;
  g_assert_cmpuint (event->remote_len, ==, sizeof *remote);
  g_assert_cmpint (remote->sin_family, ==, AF_INET);
  g_assert_cmpint (ntohs (remote->sin_port), ==, 443);
  g_assert_cmphex (ntohl (remote->sin_addr.s_addr), ==, 0xc0000201);
  g_assert_cmpmem (&event->local, event->local_len, &local, sizeof local);
}

/* What is optional may be missing, and then is said to be. */
static void
test_request_optional (void)
{
  TestMessage message;
  struct snet_item item;

  message_request (&message, 1);
  message_remove (&message, SNET_A_REMOTE_ADDR);
  message_remove (&message, SNET_A_NETNS);
  message_remove (&message, SNET_A_COMM);
  message_remove (&message, SNET_A_TIME);
  message_remove (&message, SNET_A_DEADLINE);
  g_assert_cmpint (decode (&message, &item), ==, 0);
  g_assert_cmpint (item.kind, ==, SNET_ITEM_REQUEST);
  g_assert_cmpint (item.event.operation, ==, SNET_OP_CONNECT);
  g_assert_cmphex (item.event.fields, ==, 0);
  g_assert_cmpuint (item.event.local_len, ==, 0);
  g_assert_cmpuint (item.event.remote_len, ==, 0);
  g_assert_cmpuint (item.event.netns, ==, 0);
  g_assert_cmpuint (item.event.time_ns, ==, 0);
  g_assert_cmpuint (item.event.deadline_ns, ==, 0);
  g_assert_cmpstr (item.event.comm, ==, "");
}

/* A newer kernel: more attributes, more operations, families without a known address. */
static void
test_request_newer (void)
{
  guint8 address[sizeof (struct sockaddr_storage)] = { 0 };
  sa_family_t family = AF_VSOCK;
  TestMessage message;
  struct snet_item item;

  memcpy (address, &family, sizeof family);
  message_request (&message, 1);
  message_remove (&message, SNET_A_OPERATION);
  message_put_u32 (&message, SNET_A_OPERATION, 77);
  message_put (&message, SNET_A_LOCAL_ADDR, address, sizeof address);
  message_put (&message, SNET_A_MAX + 1, "what", 4);
  message_put (&message, 0x3fff, NULL, 0);
  message_put (&message, 64 + SNET_A_ID, "not the id", 10);
  g_assert_cmpint (decode (&message, &item), ==, 0);
  g_assert_cmpint (item.kind, ==, SNET_ITEM_REQUEST);
  g_assert_cmpuint (item.event.id, ==, 1);
  g_assert_cmpuint (item.event.operation, ==, 77);
  g_assert_cmpuint (item.event.local_len, ==, sizeof address);

  message_begin_genl (&message, __SNET_CMD_MAX + 3, 0, 0, 0);
  message_put_u64 (&message, SNET_A_ID, 1);
  g_assert_cmpint (decode (&message, &item), ==, 0);
  g_assert_cmpint (item.kind, ==, SNET_ITEM_NONE);
}

static void
test_comm (void)
{
  static const struct
  {
    const char *sent;
    gsize len;
    const char *read;
  } cases[] = {
    { "", 1, "" },
    { "x", 2, "x" },
    { "fifteen letters", 16, "fifteen letters" },
    /* Without the end that belongs there. */
    { "", 0, "" },
    { "x", 1, "x" },
    { "fifteen letters", 15, "fifteen letters" },
    { "sixteen letters.", 16, "sixteen letters" },
    { "a name of some later kernel", 27, "a name of some " },
    { "ended\0", 6, "ended" },
    { "in\0side", 7, "in" },
    { "\0", 1, "" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      TestMessage message;
      struct snet_item item;

      message_request (&message, 1);
      message_remove (&message, SNET_A_COMM);
      message_put (&message, SNET_A_COMM, cases[i].sent, cases[i].len);
      g_assert_cmpint (decode (&message, &item), ==, 0);
      g_assert_cmpstr (item.event.comm, ==, cases[i].read);
    }
}

/* Who it is, since its execve(). */
static void
test_request_program (void)
{
  g_autofree char *long_path = g_strnfill (4095, 'x');
  TestMessage message;
  struct snet_item item;
  const struct snet_event *event = &item.event;
  g_autofree struct nlmsghdr *copy = NULL;

  long_path[0] = '/';
  message_request (&message, 1);
  message_put_u64 (&message, SNET_A_PROCESS, 77);
  message_put_u64 (&message, SNET_A_START_TIME, 0);
  message_put_u64 (&message, SNET_A_CGROUP, 5);
  message_put_u64 (&message, SNET_A_PROGRAM_DEV, 0x801);
  message_put_u64 (&message, SNET_A_PROGRAM_INODE, 4242);
  message_put_u32 (&message, SNET_A_LOGINUID, 1000);
  message_put_u32 (&message, SNET_A_SESSION, 3);
  message_put_u32 (&message, SNET_A_HOLD, SNET_HOLD_FLOW);
  message_put (&message, SNET_A_PROGRAM, long_path, 4096);
  message_put (&message, SNET_A_SCRIPT, "/s", 3);
  /* More of them than this library knows. */
  for (char name = 'a'; name < 'a' + SNET_ANCESTORS_MAX + 2; name++)
    message_put (&message, SNET_A_ANCESTOR, (char[3]){ '/', name }, 3);

  copy = g_memdup2 (&message, message.hdr.nlmsg_len);
  g_assert_cmpint (snet_decode (copy, &item), ==, 0);
  g_assert_cmpuint (event->process, ==, 77);
  g_assert_cmpuint (event->start_time_ns, ==, 0);
  g_assert_cmpuint (event->cgroup, ==, 5);
  g_assert_cmphex (event->program_dev, ==, 0x801);
  g_assert_cmpuint (event->program_inode, ==, 4242);
  g_assert_cmpuint (event->loginuid, ==, 1000);
  g_assert_cmpuint (event->session, ==, 3);
  g_assert_cmpint (event->hold, ==, SNET_HOLD_FLOW);
  g_assert_cmphex (event->fields, ==,
                   SNET_EVENT_REMOTE | SNET_EVENT_NETNS | SNET_EVENT_START_TIME |
                     SNET_EVENT_PROGRAM_DEV | SNET_EVENT_PROGRAM_INODE);
  g_assert_cmpstr (event->program, ==, long_path);
  g_assert_cmpstr (event->script, ==, "/s");
  for (gsize i = 0; i < SNET_ANCESTORS_MAX; i++)
    g_assert_cmpint (event->ancestors[i][1], ==, 'a' + i);
  g_assert_null (event->ancestors[SNET_ANCESTORS_MAX]);
}

/* A copy has strings of its own, and each of them. */
static void
test_copy (void)
{
  struct snet_event event = { .id = 5, .program = "/p", .ancestors = { "/a", "/long/b", "/c" } };
  struct snet_event *copy, *again;

  copy = snet_event_copy (&event);
  g_assert_cmpuint (copy->id, ==, 5);
  g_assert_true (copy->program != event.program);
  g_assert_cmpstr (copy->program, ==, "/p");
  g_assert_null (copy->script);
  again = snet_event_copy (copy);
  memset (copy, 0xa5, sizeof *copy);
  snet_event_free (copy);
  for (gsize i = 0; i < 4; i++)
    g_assert_cmpstr (again->ancestors[i], ==, event.ancestors[i]);
  snet_event_free (again);

  event = (struct snet_event){ .script = "/s" };
  copy = snet_event_copy (&event);
  g_assert_cmpstr (copy->script, ==, "/s");
  g_assert_null (copy->program);
  snet_event_free (copy);
  snet_event_free (NULL);
}

static void
assert_unreadable (const TestMessage *message, const char *what)
{
  struct snet_item item;

  g_test_message ("%s", what);
  g_assert_cmpint (decode (message, &item), ==, -EBADMSG);
  g_assert_cmpint (item.kind, ==, SNET_ITEM_REQUEST);
  g_assert_cmpuint (item.event.id, ==, 1);
  g_assert_cmpint (item.event.operation, ==, SNET_OP_UNSPEC);
  g_assert_cmpuint (strnlen (item.event.comm, 16), <, 16);
}

/* Each of these holds a program, so it is announced, but as no known operation. */
static void
test_request_missing (void)
{
  static const guint16 required[] = { SNET_A_OPERATION, SNET_A_FAMILY, SNET_A_TYPE,
                                      SNET_A_PROTOCOL,  SNET_A_PID,    SNET_A_TID,
                                      SNET_A_UID,       SNET_A_EUID,   SNET_A_GID };
  TestMessage message;
  struct snet_item item;

  for (gsize i = 0; i < G_N_ELEMENTS (required); i++)
    {
      message_request (&message, 1);
      message_remove (&message, required[i]);
      assert_unreadable (&message, "missing");
    }

  /* What is unknown must not pass for root. */
  message_begin_genl (&message, SNET_CMD_REQUEST, 0, 0, 0);
  message_put_u64 (&message, SNET_A_ID, 1);
  assert_unreadable (&message, "nothing but an id");
  g_assert_cmpint (decode (&message, &item), ==, -EBADMSG);
  g_assert_cmpuint (item.event.uid, ==, G_MAXUINT32);
  g_assert_cmpuint (item.event.euid, ==, G_MAXUINT32);
  g_assert_cmpuint (item.event.gid, ==, G_MAXUINT32);
  g_assert_cmpuint (item.event.pid, ==, 0);
}

/* Each attribute with each length but its own, empty and longer ones included. */
static void
test_request_length (void)
{
  static const struct
  {
    guint16 type;
    gsize right;
  } attrs[] = {
    { SNET_A_OPERATION, 4 }, { SNET_A_FAMILY, 4 }, { SNET_A_TYPE, 4 }, { SNET_A_PROTOCOL, 4 },
    { SNET_A_PID, 4 },       { SNET_A_TID, 4 },    { SNET_A_UID, 4 },  { SNET_A_EUID, 4 },
    { SNET_A_GID, 4 },       { SNET_A_NETNS, 8 },  { SNET_A_TIME, 8 }, { SNET_A_DEADLINE, 8 },
  };
  static const struct
  {
    guint16 type;
    gsize right;
  } optional[] = {
    { SNET_A_HOLD, 4 },     { SNET_A_LOGINUID, 4 },    { SNET_A_SESSION, 4 },
    { SNET_A_CGROUP, 8 },   { SNET_A_PROCESS, 8 },     { SNET_A_START_TIME, 8 },
    { SNET_A_VERDICT, 4 },  { SNET_A_PROGRAM_DEV, 8 }, { SNET_A_PROGRAM_INODE, 8 },
    { SNET_A_CAUSE, 4 },    { SNET_A_ERRNO, 4 },       { SNET_A_WAITED, 8 },
    { SNET_A_DURATION, 8 }, { SNET_A_BYTES_SENT, 8 },  { SNET_A_BYTES_RECEIVED, 8 },
  };
  static const guint8 ones[16] = { 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1 };

  for (gsize i = 0; i < G_N_ELEMENTS (attrs); i++)
    for (gsize len = 0; len <= sizeof ones; len++)
      {
        g_autofree char *what = g_strdup_printf ("%u of length %zu", attrs[i].type, len);
        TestMessage message;

        if (len == attrs[i].right)
          continue;
        message_request (&message, 1);
        message_remove (&message, attrs[i].type);
        message_put (&message, attrs[i].type, ones, len);
        assert_unreadable (&message, what);
        /* It does not help if the right one comes as well. */
        message_request (&message, 1);
        message_put (&message, attrs[i].type, ones, len);
        assert_unreadable (&message, what);
      }

  for (gsize i = 0; i < G_N_ELEMENTS (optional); i++)
    for (gsize len = 0; len <= sizeof ones; len++)
      {
        TestMessage message;

        if (len == optional[i].right)
          continue;
        message_request (&message, 1);
        message_put (&message, optional[i].type, ones, len);
        assert_unreadable (&message, "optional");
      }
}

/* Part of a path would pass for another program. */
static void
test_request_path (void)
{
  static const guint16 attrs[] = { SNET_A_PROGRAM, SNET_A_SCRIPT, SNET_A_ANCESTOR };
  static const struct
  {
    const char *bytes;
    gsize len;
  } bad[] = { { "", 0 }, { "", 1 }, { "/a", 2 }, { "/a\0b", 5 }, { "/a\0", 4 }, { "\0/a", 4 } };

  for (gsize i = 0; i < G_N_ELEMENTS (attrs); i++)
    for (gsize k = 0; k < G_N_ELEMENTS (bad); k++)
      {
        TestMessage message;

        message_request (&message, 1);
        message_put (&message, attrs[i], bad[k].bytes, bad[k].len);
        assert_unreadable (&message, "path");
      }
}

/* What a monitor gets. */
static void
test_event (void)
{
  TestMessage message;
  struct snet_item item;

  message_event (&message);
  g_assert_cmpint (decode (&message, &item), ==, 0);
  g_assert_cmpint (item.kind, ==, SNET_ITEM_EVENT);
  g_assert_cmpuint (item.event.id, ==, 0);
  g_assert_cmpint (item.event.verdict, ==, SNET_VERDICT_DENY);
  g_assert_cmpint (item.event.cause, ==, SNET_CAUSE_TICKET);
  g_assert_cmpint (item.event.error, ==, EACCES);
  g_assert_cmphex (item.event.fields, ==,
                   SNET_EVENT_REMOTE | SNET_EVENT_NETNS | SNET_EVENT_VERDICT | SNET_EVENT_CAUSE);

  message_put_u64 (&message, SNET_A_ID, 9);
  message_put_u64 (&message, SNET_A_WAITED, 1);
  message_put_u64 (&message, SNET_A_DURATION, 2);
  message_put_u64 (&message, SNET_A_BYTES_SENT, 3);
  message_put_u64 (&message, SNET_A_BYTES_RECEIVED, G_MAXUINT64);
  g_assert_cmpint (decode (&message, &item), ==, 0);
  g_assert_cmpuint (item.event.id, ==, 9);
  g_assert_cmpuint (item.event.waited_ns, ==, 1);
  g_assert_cmpuint (item.event.duration_ns, ==, 2);
  g_assert_cmpuint (item.event.bytes_sent, ==, 3);
  g_assert_cmpuint (item.event.bytes_received, ==, G_MAXUINT64);
  g_assert_cmphex (item.event.fields & ~0xff, ==,
                   SNET_EVENT_WAITED | SNET_EVENT_DURATION | SNET_EVENT_BYTES_SENT |
                     SNET_EVENT_BYTES_RECEIVED);

  /* Nobody waits, so nobody needs to know of what is malformed. */
  message_remove (&message, SNET_A_UID);
  g_assert_cmpint (decode (&message, &item), ==, -EBADMSG);
  g_assert_cmpint (item.kind, ==, SNET_ITEM_NONE);
}

static void
test_request_address (void)
{
  static const struct
  {
    sa_family_t family;
    gsize right; /* 0: any */
  } cases[] = {
    { AF_INET, sizeof (struct sockaddr_in) },
    { AF_INET6, sizeof (struct sockaddr_in6) },
    { AF_VSOCK, 0 },
  };
  static const guint16 attrs[] = { SNET_A_LOCAL_ADDR, SNET_A_REMOTE_ADDR };
  guint8 address[sizeof (struct sockaddr_storage) + 4];

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    for (gsize k = 0; k < G_N_ELEMENTS (attrs); k++)
      for (gsize len = 0; len <= sizeof address; len++)
        {
          gboolean good = cases[i].right ? len == cases[i].right
                                         : len >= sizeof (sa_family_t) && len < sizeof address - 3;
          TestMessage message;
          struct snet_item item;

          memset (address, 7, sizeof address);
          memcpy (address, &cases[i].family, sizeof cases[i].family);
          message_request (&message, 1);
          message_remove (&message, SNET_A_REMOTE_ADDR);
          message_put (&message, attrs[k], address, len);
          if (!good)
            {
              assert_unreadable (&message, "address");
              continue;
            }
          g_assert_cmpint (decode (&message, &item), ==, 0);
          if (attrs[k] == SNET_A_LOCAL_ADDR)
            g_assert_cmpmem (&item.event.local, item.event.local_len, address, len);
          else
            g_assert_cmpmem (&item.event.remote, item.event.remote_len, address, len);
        }
}

/* Of a socket of another family it can be anything, and be of any length. */
static void
test_request_address_of_program (void)
{
  static const guint8 address[5] = { AF_INET, 0, 1, 2, 3 };
  TestMessage message;
  struct snet_item item;

  message_request (&message, 1);
  message_remove (&message, SNET_A_FAMILY);
  message_put_u32 (&message, SNET_A_FAMILY, AF_PACKET);
  message_remove (&message, SNET_A_REMOTE_ADDR);
  message_put (&message, SNET_A_REMOTE_ADDR, address, sizeof address);
  g_assert_cmpint (decode (&message, &item), ==, 0);
  g_assert_cmpmem (&item.event.remote, item.event.remote_len, address, sizeof address);
}

static void
test_request_values (void)
{
  TestMessage message;

  message_request (&message, 1);
  message_put_u32 (&message, SNET_A_OPERATION, SNET_OP_UNSPEC);
  assert_unreadable (&message, "operation 0");

  message_request (&message, 1);
  message_put_u32 (&message, SNET_A_FAMILY, G_MAXUINT32);
  assert_unreadable (&message, "a family that no int can hold");
}

/* A program may call socket() with any. */
static void
test_request_protocol (void)
{
  TestMessage message;
  struct snet_item item;

  message_request (&message, 1);
  message_put_u32 (&message, SNET_A_PROTOCOL, G_MAXUINT32);
  g_assert_cmpint (decode (&message, &item), ==, 0);
  g_assert_cmpint (item.event.protocol, ==, -1);
}

/* Attributes that do not end where the message does. */
static void
test_request_structure (void)
{
  TestMessage message;

  message_request (&message, 1);
  message_find (&message, SNET_A_DEADLINE)->nla_len += 1;
  assert_unreadable (&message, "the last attribute is longer than the message");

  message_request (&message, 1);
  message_find (&message, SNET_A_DEADLINE)->nla_len = G_MAXUINT16;
  assert_unreadable (&message, "the last attribute is much longer than the message");

  message_request (&message, 1);
  message_find (&message, SNET_A_UID)->nla_len = 0;
  assert_unreadable (&message, "an attribute of length 0");

  message_request (&message, 1);
  message_find (&message, SNET_A_UID)->nla_len = NLA_HDRLEN - 1;
  assert_unreadable (&message, "an attribute shorter than its header");

  message_request (&message, 1);
  message_append (&message, "\1\2", 2);
  assert_unreadable (&message, "half a header at the end");
}

/* Nobody can answer these. */
static void
test_request_no_id (void)
{
  TestMessage message;
  struct snet_item item;

  message_request (&message, 1);
  message_remove (&message, SNET_A_ID);
  g_assert_cmpint (decode (&message, &item), ==, -EBADMSG);
  g_assert_cmpint (item.kind, ==, SNET_ITEM_NONE);

  message_put_u32 (&message, SNET_A_ID, 1);
  g_assert_cmpint (decode (&message, &item), ==, -EBADMSG);
  g_assert_cmpint (item.kind, ==, SNET_ITEM_NONE);

  message_request (&message, 0);
  g_assert_cmpint (decode (&message, &item), ==, -EBADMSG);
  g_assert_cmpint (item.kind, ==, SNET_ITEM_NONE);

  message_begin_genl (&message, SNET_CMD_REQUEST, 0, 0, 0);
  g_assert_cmpint (decode (&message, &item), ==, -EBADMSG);
  g_assert_cmpint (item.kind, ==, SNET_ITEM_NONE);

  /* Not even a generic netlink header. */
  message_begin (&message, TEST_FAMILY, 0, 0, 0);
  g_assert_cmpint (decode (&message, &item), ==, -EBADMSG);
  g_assert_cmpint (item.kind, ==, SNET_ITEM_NONE);
}

/* Cut at each byte: an id that was read is never lost, and nothing is read beyond. */
static void
test_request_cut (void)
{
  TestMessage whole;
  gsize id_end;

  message_request (&whole, 1);
  id_end = (guint8 *)message_find (&whole, SNET_A_ID) - whole.bytes + NLA_HDRLEN + 8;
  for (guint32 len = NLMSG_HDRLEN; len < whole.hdr.nlmsg_len; len++)
    {
      TestMessage message = whole;
      struct snet_item item;

      message.hdr.nlmsg_len = len;
      if (len >= id_end && decode (&message, &item) == 0)
        /* Only what is optional, at the end, may be missing. */
        g_assert_cmpuint (item.event.deadline_ns, ==, 0);
      else if (len >= id_end)
        assert_unreadable (&message, "cut");
      else
        {
          g_assert_cmpint (decode (&message, &item), ==, -EBADMSG);
          g_assert_cmpint (item.kind, ==, SNET_ITEM_NONE);
        }
    }
}

static void
test_cancel (void)
{
  TestMessage message;
  struct snet_item item;

  message_cancel (&message, 5, SNET_CANCEL_KILLED, 0);
  g_assert_cmpint (decode (&message, &item), ==, 0);
  g_assert_cmpint (item.kind, ==, SNET_ITEM_CANCEL);
  g_assert_cmpuint (item.cancel.id, ==, 5);
  g_assert_cmpint (item.cancel.reason, ==, SNET_CANCEL_KILLED);

  message_cancel (&message, 6, SNET_CANCEL_TIMEOUT, SNET_VERDICT_ALLOW);
  g_assert_cmpint (decode (&message, &item), ==, 0);
  g_assert_cmpuint (item.cancel.id, ==, 6);
  g_assert_cmpint (item.cancel.reason, ==, SNET_CANCEL_TIMEOUT);
  g_assert_cmpint (item.cancel.verdict, ==, SNET_VERDICT_ALLOW);

  message_cancel (&message, 7, SNET_CANCEL_TIMEOUT, SNET_VERDICT_DENY);
  message_put (&message, SNET_A_MAX + 1, "new", 3);
  g_assert_cmpint (decode (&message, &item), ==, 0);
  g_assert_cmpint (item.cancel.verdict, ==, SNET_VERDICT_DENY);

  message_cancel (&message, 8, 99, 0);
  g_assert_cmpint (decode (&message, &item), ==, 0);
  g_assert_cmpint (item.cancel.reason, ==, 99);
}

/* With an id it says at least that nothing waits any more. */
static void
test_cancel_malformed (void)
{
  static const struct
  {
    const char *what;
    guint16 type;
    gsize len; /* G_MAXSIZE: missing */
    gboolean known;
  } cases[] = {
    { "no id", SNET_A_ID, G_MAXSIZE, FALSE },
    { "short id", SNET_A_ID, 4, FALSE },
    { "long id", SNET_A_ID, 12, FALSE },
    { "no reason", SNET_A_REASON, G_MAXSIZE, TRUE },
    { "empty reason", SNET_A_REASON, 0, TRUE },
    { "long reason", SNET_A_REASON, 8, TRUE },
    { "timeout, but no verdict", SNET_A_VERDICT, G_MAXSIZE, TRUE },
    { "timeout, short verdict", SNET_A_VERDICT, 2, TRUE },
  };
  static const guint8 zeroes[16];

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      TestMessage message;
      struct snet_item item;

      g_test_message ("%s", cases[i].what);
      message_cancel (&message, 9, SNET_CANCEL_TIMEOUT, SNET_VERDICT_ALLOW);
      message_remove (&message, cases[i].type);
      if (cases[i].len != G_MAXSIZE)
        message_put (&message, cases[i].type, zeroes, cases[i].len);
      g_assert_cmpint (decode (&message, &item), ==, -EBADMSG);
      g_assert_cmpint (item.kind, ==, cases[i].known ? SNET_ITEM_CANCEL : SNET_ITEM_NONE);
      if (!cases[i].known)
        continue;
      g_assert_cmpuint (item.cancel.id, ==, 9);
      g_assert_cmpint (item.cancel.reason, ==, SNET_CANCEL_UNSPEC);
    }
}

static void
damage (TestMessage *message)
{
  int changes = g_test_rand_int_range (1, 12);

  while (changes--)
    {
      gsize at = g_test_rand_int_range (NLMSG_HDRLEN, message->hdr.nlmsg_len);

      message->bytes[at] = g_test_rand_int_range (0, 256);
    }
  if (g_test_rand_bit ())
    message->hdr.nlmsg_len = g_test_rand_int_range (NLMSG_HDRLEN, message->hdr.nlmsg_len);
}

/* The test framework seeds this, and says the seed (--seed). */
static void
test_noise (void)
{
  for (int i = 0; i < 20000; i++)
    {
      g_autofree struct nlmsghdr *copy = NULL;
      char text[256];
      TestMessage message;
      struct snet_item item;
      int err;

      if (i % 4 == 1)
        message_event (&message);
      else if (i % 4)
        message_request (&message, i);
      else
        message_cancel (&message, i, SNET_CANCEL_TIMEOUT, SNET_VERDICT_DENY);
      message_put (&message, SNET_A_PROGRAM, "/usr/bin/curl", sizeof "/usr/bin/curl");
      message_put (&message, SNET_A_ANCESTOR, "/bin/sh", sizeof "/bin/sh");
      damage (&message);
      copy = g_memdup2 (&message, message.hdr.nlmsg_len);
      err = snet_decode (copy, &item);
      g_assert_true (err == 0 || err == -EBADMSG);
      g_assert_cmpint (item.kind, <=, SNET_ITEM_EVENT);
      if (item.kind == SNET_ITEM_REQUEST || item.kind == SNET_ITEM_EVENT)
        snet_event_free (snet_event_copy (&item.event));
      if (item.kind != SNET_ITEM_REQUEST)
        continue;
      g_assert_cmpuint (item.event.id, !=, 0);
      g_assert_cmpuint (strnlen (item.event.comm, 16), <, 16);
      g_assert_cmpuint (item.event.local_len, <=, sizeof item.event.local);
      g_assert_cmpuint (item.event.remote_len, <=, sizeof item.event.remote);
      if (err)
        g_assert_cmpint (item.event.operation, ==, SNET_OP_UNSPEC);
      else
        g_assert_cmpint (item.event.operation, !=, SNET_OP_UNSPEC);
      g_assert_cmpint (snet_event_format (&item.event, text, sizeof text), <, sizeof text);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/libsnet/event/request", test_request);
  g_test_add_func ("/libsnet/event/request/optional", test_request_optional);
  g_test_add_func ("/libsnet/event/request/newer", test_request_newer);
  g_test_add_func ("/libsnet/event/request/comm", test_comm);
  g_test_add_func ("/libsnet/event/request/missing", test_request_missing);
  g_test_add_func ("/libsnet/event/request/length", test_request_length);
  g_test_add_func ("/libsnet/event/request/address", test_request_address);
  g_test_add_func ("/libsnet/event/request/address-of-program", test_request_address_of_program);
  g_test_add_func ("/libsnet/event/request/program", test_request_program);
  g_test_add_func ("/libsnet/event/request/path", test_request_path);
  g_test_add_func ("/libsnet/event/copy", test_copy);
  g_test_add_func ("/libsnet/event/decided", test_event);
  g_test_add_func ("/libsnet/event/request/values", test_request_values);
  g_test_add_func ("/libsnet/event/request/protocol", test_request_protocol);
  g_test_add_func ("/libsnet/event/request/structure", test_request_structure);
  g_test_add_func ("/libsnet/event/request/no-id", test_request_no_id);
  g_test_add_func ("/libsnet/event/request/cut", test_request_cut);
  g_test_add_func ("/libsnet/event/cancel", test_cancel);
  g_test_add_func ("/libsnet/event/cancel/malformed", test_cancel_malformed);
  g_test_add_func ("/libsnet/event/noise", test_noise);
  return g_test_run ();
}
