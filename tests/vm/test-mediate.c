/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which calls are asked about, as the controller chooses; and each kind of
 * call: what is told of it, and what becomes of the program when it is denied.
 * Runs as root under an snet kernel, as the only controller.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/netlink.h>
#include <linux/vm_sockets.h>
#include <net/if.h>
#include <poll.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

#include "answer.h"
#include "hold.h"

/* What a child fails with if a call was denied by this test, and by nobody else. */
#define DENIED EXDEV

/* What is asked about without a word of the controller, the narrowest first. */
static void
test_default_set (void)
{
  static const struct
  {
    enum snet_operation operation;
    int family, type;
  } expected[] = {
    { SNET_OP_CREATE, AF_INET, SOCK_RAW },      { SNET_OP_CREATE, AF_INET6, SOCK_RAW },
    { SNET_OP_BIND, AF_INET, SNET_ANY },        { SNET_OP_BIND, AF_INET6, SNET_ANY },
    { SNET_OP_BIND, AF_SMC, SNET_ANY },         { SNET_OP_CONNECT, AF_INET, SNET_ANY },
    { SNET_OP_CONNECT, AF_INET6, SNET_ANY },    { SNET_OP_CONNECT, AF_SMC, SNET_ANY },
    { SNET_OP_LISTEN, AF_INET, SNET_ANY },      { SNET_OP_LISTEN, AF_INET6, SNET_ANY },
    { SNET_OP_LISTEN, AF_SMC, SNET_ANY },       { SNET_OP_ACCEPT, AF_INET, SNET_ANY },
    { SNET_OP_ACCEPT, AF_INET6, SNET_ANY },     { SNET_OP_ACCEPT, AF_SMC, SNET_ANY },
    { SNET_OP_SEND, AF_INET, SNET_ANY },        { SNET_OP_SEND, AF_INET6, SNET_ANY },
    { SNET_OP_CREATE, AF_PACKET, SNET_ANY },    { SNET_OP_CREATE, AF_XDP, SNET_ANY },
    { SNET_OP_CREATE, AF_UNSPEC, SNET_ANY },    { SNET_OP_CREATE, AF_RXRPC, SNET_ANY },
    { SNET_OP_CREATE, AF_RDS, SNET_ANY },       { SNET_OP_CREATE, AF_TIPC, SNET_ANY },
    { SNET_OP_CREATE, AF_PPPOX, SNET_ANY },     { SNET_OP_CREATE, AF_LLC, SNET_ANY },
    { SNET_OP_CREATE, AF_APPLETALK, SNET_ANY }, { SNET_OP_CREATE, AF_X25, SNET_ANY },
    { SNET_OP_CREATE, AF_AX25, SNET_ANY },      { SNET_OP_CREATE, AF_NETROM, SNET_ANY },
    { SNET_OP_CREATE, AF_ROSE, SNET_ANY },      { SNET_OP_CREATE, AF_VSOCK, SNET_ANY },
    { SNET_OP_CLOSE, AF_INET, SNET_ANY },       { SNET_OP_CLOSE, AF_INET6, SNET_ANY },
  };
  g_autoptr (Controller) controller = hold_begin ();
  g_autoptr (GArray) set = mediation_list (controller->snet);

  g_assert_cmpuint (set->len, ==, G_N_ELEMENTS (expected));
  for (guint i = 0; i < set->len; i++)
    {
      const struct snet_mediated *entry = &g_array_index (set, struct snet_mediated, i);

      g_assert_cmpint (entry->operation, ==, expected[i].operation);
      g_assert_cmpint (entry->family, ==, expected[i].family);
      g_assert_cmpint (entry->type, ==, expected[i].type);
      g_assert_cmpint (entry->protocol, ==, SNET_ANY);
      g_assert_cmpint (entry->hold, ==, SNET_HOLD_AUTO);
    }
}

/* The set as a list: bounded, without doubles, and what is taken out is out. */
static void
test_list (void)
{
  g_autoptr (Controller) controller = hold_begin ();
  struct snet *snet = controller->snet;
  g_autoptr (Mediation) mediation = mediation_begin (snet);
  g_autoptr (GArray) full = NULL;
  g_autoptr (GArray) changed = NULL;
  struct snet_mediated entry = { .operation = SNET_OP_BIND,
                                 .family = AF_INET,
                                 .type = SOCK_STREAM,
                                 .protocol = 0,
                                 .hold = SNET_HOLD_THREAD };

  for (entry.protocol = 0; entry.protocol < SNET_MEDIATED_MAX; entry.protocol++)
    g_assert_cmpint (snet_mediated_add (snet, &entry), ==, 0);
  g_assert_cmpint (snet_mediated_add (snet, &entry), ==, -ENOSPC);
  g_assert_cmpstr (snet_strerror (snet, -ENOSPC), ==, "the mediated set is full");
  full = mediation_list (snet);
  g_assert_cmpuint (full->len, ==, SNET_MEDIATED_MAX);
  entry = g_array_index (full, struct snet_mediated, 7);
  g_assert_cmpint (entry.protocol, ==, 7);
  g_assert_cmpint (entry.hold, ==, SNET_HOLD_THREAD);

  /* Once more: it gets its new way to wait, even though the set is full. */
  entry.hold = SNET_HOLD_FLOW;
  g_assert_cmpint (snet_mediated_add (snet, &entry), ==, 0);
  changed = mediation_list (snet);
  g_assert_cmpuint (changed->len, ==, SNET_MEDIATED_MAX);
  g_assert_cmpint (g_array_index (changed, struct snet_mediated, 7).hold, ==, SNET_HOLD_FLOW);

  g_assert_cmpint (snet_mediated_remove (snet, &entry), ==, 0);
  g_assert_cmpint (snet_mediated_remove (snet, &entry), ==, -ENOENT);
  entry.protocol = SNET_ANY;
  g_assert_cmpint (snet_mediated_remove (snet, &entry), ==, -ENOENT);
  g_assert_cmpint (snet_mediated_add (snet, &entry), ==, 0);
  entry.operation = SNET_OP_MAX + 1;
  g_assert_cmpint (snet_mediated_add (snet, &entry), ==, -ERANGE);
}

/* Sockets that connect to a port where nobody is. */
static const struct
{
  int family, type, protocol;
} clients[] = {
  { AF_INET, SOCK_STREAM, 0 },
  { AF_INET, SOCK_DGRAM, 0 },
  { AF_INET, SOCK_DGRAM, IPPROTO_UDPLITE },
  { AF_INET6, SOCK_STREAM, 0 },
  { AF_INET6, SOCK_DGRAM, 0 },
};

/* Returns a bit for each that was denied. */
static int
call_clients (gconstpointer unused)
{
  int denied = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (clients); i++)
    {
      Call call = call_loopback (clients[i].family, clients[i].type, 9);
      int fd = socket (clients[i].family, clients[i].type, clients[i].protocol);

      if (fd >= 0 && connect (fd, &call.address.any, call.len) < 0 && errno == DENIED)
        denied |= 1 << i;
      close (fd);
    }
  return denied;
}

#define KIND(operation_, family_, type_, protocol_)                                                \
  {                                                                                                \
    .operation = operation_, .family = family_, .type = type_, .protocol = protocol_,              \
  }

/* Each part of an entry counts, and each may be any. */
static void
test_kinds (void)
{
  static const struct
  {
    struct snet_mediated entry;
    int denied;
  } cases[] = {
    { KIND (SNET_OP_CONNECT, SNET_ANY, SNET_ANY, SNET_ANY), 0x1f },
    { KIND (SNET_OP_CONNECT, AF_INET, SNET_ANY, SNET_ANY), 0x07 },
    { KIND (SNET_OP_CONNECT, AF_INET6, SNET_ANY, SNET_ANY), 0x18 },
    { KIND (SNET_OP_CONNECT, SNET_ANY, SOCK_DGRAM, SNET_ANY), 0x16 },
    { KIND (SNET_OP_CONNECT, SNET_ANY, SNET_ANY, IPPROTO_UDP), 0x12 },
    { KIND (SNET_OP_CONNECT, AF_INET, SOCK_DGRAM, IPPROTO_UDPLITE), 0x04 },
    { KIND (SNET_OP_CONNECT, AF_INET, SOCK_STREAM, IPPROTO_UDP), 0 },
    { KIND (SNET_OP_BIND, SNET_ANY, SNET_ANY, SNET_ANY), 0 },
  };
  g_autoptr (Controller) controller = hold_begin ();
  g_autoptr (Mediation) mediation = mediation_begin (controller->snet);

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (Child) child = NULL;
      g_autoptr (GPtrArray) events = NULL;
      int denied;

      g_assert_cmpint (snet_mediated_add (controller->snet, &cases[i].entry), ==, 0);
      child = child_start (call_clients, NULL);
      events = answer_all (controller, child, DENIED, &denied);
      g_assert_cmphex (denied, ==, cases[i].denied);
      g_assert_cmpuint (events->len, ==, __builtin_popcount (denied));
      g_assert_cmpint (snet_mediated_remove (controller->snet, &cases[i].entry), ==, 0);
    }
}

/* A call with an address of a family that the kernel module does not take apart. */
typedef struct
{
  const char *name;
  int family, type, protocol;
  enum snet_operation operation;
  socklen_t len;
  union
  {
    struct sockaddr any;
    struct sockaddr_un un;
    struct sockaddr_nl nl;
    struct sockaddr_ll ll;
    struct sockaddr_vm vm;
  };
} Raw;

#define UN_LEN(length) (offsetof (struct sockaddr_un, sun_path) + (length))

static const Raw raws[] = {
  { "unix-connect", AF_UNIX, SOCK_STREAM, 0, SNET_OP_CONNECT, UN_LEN (10),
    .un = { AF_UNIX, "/nowhere" } },
  { "unix-abstract", AF_UNIX, SOCK_DGRAM, 0, SNET_OP_BIND, UN_LEN (5),
    .un = { AF_UNIX, "\0a\0b" } },
  { "unix-autobind", AF_UNIX, SOCK_DGRAM, 0, SNET_OP_BIND, UN_LEN (0), .un = { AF_UNIX, "" } },
  { "unix-send", AF_UNIX, SOCK_DGRAM, 0, SNET_OP_SEND, UN_LEN (4), .un = { AF_UNIX, "\0xyz" } },
  { "netlink-bind", AF_NETLINK, SOCK_RAW, NETLINK_ROUTE, SNET_OP_BIND, sizeof (struct sockaddr_nl),
    .nl = { AF_NETLINK, .nl_groups = 5 } },
  { "netlink-send", AF_NETLINK, SOCK_RAW, NETLINK_ROUTE, SNET_OP_SEND, sizeof (struct sockaddr_nl),
    .nl = { AF_NETLINK } },
  { "packet-bind", AF_PACKET, SOCK_DGRAM, 0, SNET_OP_BIND, sizeof (struct sockaddr_ll),
    .ll = { AF_PACKET, .sll_ifindex = 1 } },
  { "packet-send", AF_PACKET, SOCK_DGRAM, 0, SNET_OP_SEND, sizeof (struct sockaddr_ll),
    .ll = { AF_PACKET, .sll_ifindex = 1, .sll_halen = 6, .sll_addr = { 1, 2, 3, 4, 5, 6 } } },
  { "vsock-connect", AF_VSOCK, SOCK_STREAM, 0, SNET_OP_CONNECT, sizeof (struct sockaddr_vm),
    .vm = { AF_VSOCK, .svm_port = 77, .svm_cid = VMADDR_CID_HOST } },
};

static int
call_raw (gconstpointer data)
{
  const Raw *raw = data;
  int fd = socket (raw->family, raw->type, raw->protocol);

  if (fd < 0)
    return errno;
  switch (raw->operation)
    {
    case SNET_OP_BIND:
      return errno_of (bind (fd, &raw->any, raw->len));
    case SNET_OP_CONNECT:
      return errno_of (connect (fd, &raw->any, raw->len));
    default:
      return errno_of (sendto (fd, "x", 1, 0, &raw->any, raw->len));
    }
}

static void
test_raw_address (gconstpointer data)
{
  const Raw *raw = data;
  g_autoptr (Controller) controller = hold_begin ();
  g_autoptr (Mediation) mediation = mediation_begin (controller->snet);
  g_autoptr (GPtrArray) events = NULL;
  g_autoptr (Child) child = NULL;
  const Event *event;
  int error;

  mediate (mediation, raw->operation, raw->family);
  child = child_start (call_raw, raw);
  events = answer_all (controller, child, DENIED, &error);
  if (error == EAFNOSUPPORT)
    {
      g_test_skip ("this kernel does not have the family");
      return;
    }
  g_assert_cmpint (error, ==, DENIED);
  g_assert_cmpuint (events->len, ==, 1);
  event = g_ptr_array_index (events, 0);
  g_assert_cmpint (event->operation, ==, raw->operation);
  g_assert_cmpint (event->family, ==, raw->family);
  g_assert_cmpint (event->type, ==, raw->type);
  g_assert_cmpint (event->protocol, ==, raw->protocol);
  if (raw->operation == SNET_OP_BIND)
    g_assert_cmpmem (&event->local, event->local_len, &raw->any, raw->len);
  else
    g_assert_cmpmem (&event->remote, event->remote_len, &raw->any, raw->len);
}

static int
call_create (gconstpointer data)
{
  const int *wanted = data;

  return errno_of (socket (wanted[0], wanted[1] | SOCK_CLOEXEC | SOCK_NONBLOCK, wanted[2]));
}

static int
call_socketpair (gconstpointer data)
{
  int fds[2];

  return errno_of (socketpair (AF_UNIX, SOCK_DGRAM, 0, fds));
}

static void
test_create (void)
{
  static const int sockets[][3] = { { AF_INET, SOCK_STREAM, 0 },
                                    { AF_INET6, SOCK_DGRAM, IPPROTO_UDP },
                                    { AF_INET, SOCK_RAW, IPPROTO_ICMP },
                                    { AF_PACKET, SOCK_RAW, 0 } };
  g_autoptr (Controller) controller = hold_begin ();
  g_autoptr (Mediation) mediation = mediation_begin (controller->snet);
  g_autoptr (Child) pair = NULL;

  mediate (mediation, SNET_OP_CREATE, SNET_ANY);
  for (gsize i = 0; i < G_N_ELEMENTS (sockets); i++)
    for (int error = 0; error <= EMFILE; error += EMFILE)
      {
        g_autoptr (Child) child = child_start (call_create, sockets[i]);
        g_autoptr (Event) event = controller_next_request (controller);

        g_assert_cmpint (event->operation, ==, SNET_OP_CREATE);
        g_assert_cmpint (event->family, ==, sockets[i][0]);
        g_assert_cmpint (event->type, ==, sockets[i][1]);
        g_assert_cmpint (event->protocol, ==, sockets[i][2]);
        g_assert_false (event->fields & (SNET_EVENT_LOCAL | SNET_EVENT_REMOTE));
        controller_deny (controller, event, error);
        g_assert_cmpint (child_finish (child), ==, error ? error : EACCES);
      }
  pair = child_start (call_socketpair, NULL);
  controller_allow_next (controller, SNET_OP_CREATE);
  /* It makes two. */
  controller_allow_next (controller, SNET_OP_CREATE);
  g_assert_cmpint (child_finish (pair), ==, 0);
}

/* What a child tells before it has a result. */
static int
tell_port (int fd)
{
  Address address;
  socklen_t len = sizeof address;

  if (getsockname (fd, &address.any, &len) < 0)
    return errno;
  /* The pipe of its result, see child.c. */
  return write (3, &address.in.sin_port, 2) == 2 ? 0 : EIO;
}

static guint16
read_port (Child *child)
{
  guint16 port;

  g_assert_cmpint (read (child->result, &port, sizeof port), ==, sizeof port);
  return ntohs (port);
}

/* A server whose first two accept() fail with these, and which then greets its client. */
static int
call_accept (gconstpointer data)
{
  const int *errors = data;
  Call call = call_loopback (AF_INET, SOCK_STREAM, 0);
  int fd = socket (AF_INET, SOCK_STREAM, 0);
  int error;

  if (bind (fd, &call.address.any, call.len) < 0 || listen (fd, 8) < 0)
    return errno;
  error = tell_port (fd);
  for (gsize i = 0; i < 2 && !error; i++)
    error = errno_of (accept (fd, NULL, NULL)) == errors[i] ? 0 : ENOTRECOVERABLE;
  fd = accept (fd, NULL, NULL);
  if (fd < 0)
    return errno;
  return error ? error : write (fd, "!", 1) == 1 ? 0 : errno;
}

static int
connect_here (guint16 port)
{
  Call call = call_loopback (AF_INET, SOCK_STREAM, port);
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

  g_assert_no_errno (connect (fd, &call.address.any, call.len));
  return fd;
}

static void
assert_accept (const Event *event, int fd, guint16 port)
{
  const struct sockaddr_in *local = (const struct sockaddr_in *)&event->local;
  Address own;
  socklen_t len = sizeof own;

  g_assert_no_errno (getsockname (fd, &own.any, &len));
  g_assert_cmpint (event->operation, ==, SNET_OP_ACCEPT);
  g_assert_cmpint (event->protocol, ==, IPPROTO_TCP);
  g_assert_cmpmem (&event->remote, event->remote_len, &own, len);
  g_assert_cmpint (event->local_len, ==, sizeof *local);
  g_assert_cmpint (ntohs (local->sin_port), ==, port);
}

/* Who is denied is cut off; the server goes on with the next. */
static void
test_accept (void)
{
  static const int errors[] = { ECONNABORTED, EPERM };
  g_autoptr (Controller) controller = hold_begin ();
  g_autoptr (Mediation) mediation = mediation_begin (controller->snet);
  g_autoptr (Child) child = NULL;
  guint16 port;
  char byte;

  mediate (mediation, SNET_OP_ACCEPT, AF_INET);
  child = child_start (call_accept, errors);
  port = read_port (child);
  for (int i = 0; i < 3; i++)
    {
      int fd = connect_here (port);
      struct pollfd pollfd = { .fd = fd, .events = POLLIN };
      g_autoptr (Event) event = controller_next_request (controller);

      assert_accept (event, fd, port);
      if (i < 2)
        controller_deny (controller, event, i ? errors[i] : 0);
      else
        controller_allow (controller, event);
      g_assert_cmpint (poll (&pollfd, 1, TEST_PATIENCE_MS), ==, 1);
      g_assert_cmpint (read (fd, &byte, 1), ==, i == 2);
      close (fd);
    }
  g_assert_cmpint (child_finish (child), ==, 0);
}

#define DESTINATIONS 4

/* One sendmmsg(): how many of the datagrams have gone, or the errno, negative. */
static int
call_sendmmsg (gconstpointer unused)
{
  struct mmsghdr messages[DESTINATIONS];
  Call calls[DESTINATIONS];
  struct iovec iov = { .iov_base = (void *)"x", .iov_len = 1 };
  int fd = socket (AF_INET, SOCK_DGRAM, 0);
  int sent;

  memset (messages, 0, sizeof messages);
  for (int i = 0; i < DESTINATIONS; i++)
    {
      calls[i] = call_loopback (AF_INET, SOCK_DGRAM, 9000 + i);
      messages[i].msg_hdr.msg_name = &calls[i].address;
      messages[i].msg_hdr.msg_namelen = calls[i].len;
      messages[i].msg_hdr.msg_iov = &iov;
      messages[i].msg_hdr.msg_iovlen = 1;
    }
  sent = sendmmsg (fd, messages, DESTINATIONS, 0);
  return sent < 0 ? -errno : sent;
}

static guint16
remote_port (const Event *event)
{
  return ntohs (((const struct sockaddr_in *)&event->remote)->sin_port);
}

/* Each destination is a question of its own. */
static void
test_sendmmsg (void)
{
  g_autoptr (Controller) controller = hold_begin ();
  g_autoptr (Mediation) mediation = mediation_begin (controller->snet);

  mediate (mediation, SNET_OP_SEND, AF_INET);
  for (int denied = 0; denied <= DESTINATIONS; denied++)
    {
      g_autoptr (Child) child = child_start (call_sendmmsg, NULL);

      for (int i = 0; i < DESTINATIONS && i <= denied; i++)
        {
          g_autoptr (Event) event = controller_next_request (controller);

          g_assert_cmpint (event->operation, ==, SNET_OP_SEND);
          g_assert_cmpint (remote_port (event), ==, 9000 + i);
          if (i == denied)
            controller_deny (controller, event, DENIED);
          else
            controller_allow (controller, event);
        }
      g_assert_cmpint (child_finish (child), ==, denied ? denied : -DENIED);
      controller_assert_quiet (controller);
    }
}

static int
call_send (gconstpointer data)
{
  const Call *call = data;
  int fd = socket (call->family, call->type, 0);

  return errno_of (sendto (fd, "x", 1, 0, &call->address.any, call->len));
}

static void
test_send (void)
{
  static const int families[] = { AF_INET, AF_INET6 };
  g_autoptr (Controller) controller = hold_begin ();
  g_autoptr (Mediation) mediation = mediation_begin (controller->snet);

  for (gsize i = 0; i < G_N_ELEMENTS (families); i++)
    {
      guint16 port;
      int server = open_server (families[i], SOCK_DGRAM, &port);
      struct pollfd pollfd = { .fd = server, .events = POLLIN };
      Call call = call_loopback (families[i], SOCK_DGRAM, port);
      g_autoptr (Child) denied = NULL;
      g_autoptr (Child) allowed = NULL;
      g_autoptr (Event) event = NULL;

      mediate (mediation, SNET_OP_SEND, families[i]);
      denied = child_start (call_send, &call);
      event = controller_next_request (controller);
      g_assert_cmpmem (&event->remote, event->remote_len, &call.address, call.len);
      controller_deny (controller, event, 0);
      g_assert_cmpint (child_finish (denied), ==, EACCES);
      g_assert_cmpint (poll (&pollfd, 1, 0), ==, 0);

      allowed = child_start (call_send, &call);
      controller_allow_next (controller, SNET_OP_SEND);
      g_assert_cmpint (child_finish (allowed), ==, 0);
      g_assert_cmpint (poll (&pollfd, 1, TEST_PATIENCE_MS), ==, 1);
      close (server);
    }
}

/* Receives a datagram that it has sent to itself. */
static int
call_receive (gconstpointer unused)
{
  Call call = call_loopback (AF_INET, SOCK_DGRAM, 0);
  int fd = socket (AF_INET, SOCK_DGRAM, 0);
  char byte;

  if (bind (fd, &call.address.any, call.len) < 0 ||
      getsockname (fd, &call.address.any, &call.len) < 0 ||
      sendto (fd, "x", 1, 0, &call.address.any, call.len) != 1)
    return errno;
  return errno_of (recv (fd, &byte, 1, 0));
}

static void
test_receive (void)
{
  g_autoptr (Controller) controller = hold_begin ();
  g_autoptr (Mediation) mediation = mediation_begin (controller->snet);

  mediate (mediation, SNET_OP_RECEIVE, AF_INET);
  for (int error = 0; error <= DENIED; error += DENIED)
    {
      g_autoptr (Child) child = child_start (call_receive, NULL);
      g_autoptr (Event) event = controller_next_request (controller);

      g_assert_cmpint (event->operation, ==, SNET_OP_RECEIVE);
      g_assert_true (event->fields & SNET_EVENT_LOCAL);
      if (error)
        controller_deny (controller, event, error);
      else
        controller_allow (controller, event);
      g_assert_cmpint (child_finish (child), ==, error);
    }
}

static void
add_stats (struct snet *snet, guint32 operation, const struct snet_stats *stats, void *data)
{
  struct snet_stats *sum = data;

  g_assert_cmpuint (stats->requests, ==,
                    stats->allowed + stats->denied + stats->cancelled + stats->timeout +
                      stats->no_controller + stats->controller_gone + stats->queue_full +
                      stats->undeliverable);
#define ADD(member) sum->member += stats->member
  ADD (requests);
  ADD (allowed);
  ADD (denied);
  ADD (cancelled);
  ADD (timeout);
  ADD (no_controller);
  ADD (controller_gone);
  ADD (queue_full);
  ADD (undeliverable);
  ADD (ticket_allowed);
  ADD (ticket_denied);
#undef ADD
}

/* Last, so that all of the others are counted. */
static void
test_stats (void)
{
  g_autoptr (Controller) controller = hold_begin ();
  struct snet_stats total = controller_stats (controller), sum = { 0 };

  g_assert_cmpint (snet_stats_list (controller->snet, add_stats, &sum), ==, SNET_OP_MAX);
  g_assert_cmpuint (sum.requests, >, 0);
  /* Those that are not kept by operation. */
  sum.pending = total.pending;
  sum.tickets = total.tickets;
  sum.tickets_evicted = total.tickets_evicted;
  sum.tickets_refused = total.tickets_refused;
  sum.flow_dropped = total.flow_dropped;
  g_assert_cmpmem (&sum, sizeof sum, &total, sizeof total);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/mediate/default-set", test_default_set);
  g_test_add_func ("/mediate/list", test_list);
  g_test_add_func ("/mediate/kinds", test_kinds);
  for (gsize i = 0; i < G_N_ELEMENTS (raws); i++)
    {
      g_autofree char *path = g_strdup_printf ("/mediate/raw-address/%s", raws[i].name);

      g_test_add_data_func (path, &raws[i], test_raw_address);
    }
  g_test_add_func ("/mediate/create", test_create);
  g_test_add_func ("/mediate/accept", test_accept);
  g_test_add_func ("/mediate/send", test_send);
  g_test_add_func ("/mediate/sendmmsg", test_sendmmsg);
  g_test_add_func ("/mediate/receive", test_receive);
  g_test_add_func ("/mediate/stats", test_stats);
  return g_test_run ();
}
