/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the kernel says to messages that are wrong: the exact errno, words that
 * name the problem, and nothing changed. Runs as root under an snet kernel.
 */
#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <linux/capability.h>
#include <linux/genetlink.h>
#include <sched.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "call.h"
#include "child.h"
#include "snet.h"
#include "wire.h"

static guint16 family;

typedef struct
{
  guint16 type;
  guint16 len;
  guint64 value;
} Attr;

typedef struct
{
  const char *name;
  guint8 command;
  guint16 flags;
  Attr attrs[4];
  int error;
  const char *words; /* part of the extended ack, or NULL: generic netlink has none */
} Case;

#define U32(type, value)                                                                           \
  {                                                                                                \
    type, 4, value                                                                                 \
  }
#define U64(type, value)                                                                           \
  {                                                                                                \
    type, 8, value                                                                                 \
  }
#define ID    U64 (SNET_A_ID, 1)
#define ALLOW U32 (SNET_A_VERDICT, SNET_VERDICT_ALLOW)
#define DENY  U32 (SNET_A_VERDICT, SNET_VERDICT_DENY)

/* Sent by the controller, while request 1 of these tests waits. */
static const Case cases[] = {
  { "register/attribute", SNET_CMD_REGISTER, 0, { ID }, EINVAL, "attribute" },
  { "register/again", SNET_CMD_REGISTER, 0, { { 0 } }, EBUSY, "controller" },

  { "verdict/nothing", SNET_CMD_VERDICT, 0, { { 0 } }, EINVAL, "SNET_A_ID" },
  { "verdict/no-id", SNET_CMD_VERDICT, 0, { ALLOW }, EINVAL, "SNET_A_ID" },
  { "verdict/no-verdict", SNET_CMD_VERDICT, 0, { ID }, EINVAL, "SNET_A_VERDICT" },
  { "verdict/range", SNET_CMD_VERDICT, 0, { ID, U32 (SNET_A_VERDICT, 2) }, ERANGE, "range" },
  { "verdict/wide", SNET_CMD_VERDICT, 0, { ID, U64 (SNET_A_VERDICT, 1) }, EINVAL, "length" },
  { "verdict/errno-0", SNET_CMD_VERDICT, 0, { ID, DENY, U32 (SNET_A_ERRNO, 0) }, ERANGE, "range" },
  { "verdict/errno-134",
    SNET_CMD_VERDICT,
    0,
    { ID, DENY, U32 (SNET_A_ERRNO, 134) },
    ERANGE,
    "range" },
  { "verdict/errno-negative",
    SNET_CMD_VERDICT,
    0,
    { ID, DENY, U32 (SNET_A_ERRNO, (guint32)-EACCES) },
    ERANGE,
    "range" },
  { "verdict/errno-with-allow",
    SNET_CMD_VERDICT,
    0,
    { ID, ALLOW, U32 (SNET_A_ERRNO, EPERM) },
    EINVAL,
    "SNET_A_ERRNO" },
  { "verdict/id-empty", SNET_CMD_VERDICT, 0, { { SNET_A_ID, 0, 0 }, ALLOW }, EINVAL, "length" },
  { "verdict/id-short", SNET_CMD_VERDICT, 0, { { SNET_A_ID, 4, 1 }, ALLOW }, EINVAL, "length" },
  { "verdict/id-odd", SNET_CMD_VERDICT, 0, { { SNET_A_ID, 7, 1 }, ALLOW }, EINVAL, "length" },
  { "verdict/id-unknown",
    SNET_CMD_VERDICT,
    0,
    { U64 (SNET_A_ID, G_MAXUINT64), ALLOW },
    ENOENT,
    "id" },
  { "verdict/id-zero", SNET_CMD_VERDICT, 0, { U64 (SNET_A_ID, 0), ALLOW }, ENOENT, "id" },
  { "verdict/nested",
    SNET_CMD_VERDICT,
    0,
    { ID, U32 (SNET_A_VERDICT | NLA_F_NESTED, 0) },
    EINVAL,
    "NLA_F_NESTED" },
  { "verdict/another's-attribute",
    SNET_CMD_VERDICT,
    0,
    { ID, ALLOW, U32 (SNET_A_UID, 0) },
    EINVAL,
    "attribute" },
  { "verdict/unknown-attribute",
    SNET_CMD_VERDICT,
    0,
    { ID, ALLOW, U32 (SNET_A_MAX + 1, 0) },
    EINVAL,
    "attribute" },
  { "verdict/dump", SNET_CMD_VERDICT, NLM_F_DUMP, { ID, ALLOW }, EOPNOTSUPP, NULL },

  { "config-set/nothing", SNET_CMD_CONFIG_SET, 0, { { 0 } }, EINVAL, "no setting" },
  { "config-set/delay-0", SNET_CMD_CONFIG_SET, 0, { U32 (SNET_A_DELAY, 0) }, ERANGE, "range" },
  { "config-set/delay-long",
    SNET_CMD_CONFIG_SET,
    0,
    { U32 (SNET_A_DELAY, SNET_DELAY_MAX + 1) },
    ERANGE,
    "range" },
  { "config-set/delay-wide", SNET_CMD_CONFIG_SET, 0, { U64 (SNET_A_DELAY, 10) }, EINVAL, "length" },
  { "config-set/policy-2", SNET_CMD_CONFIG_SET, 0, { U32 (SNET_A_POLICY, 2) }, ERANGE, "range" },
  { "config-set/half-right",
    SNET_CMD_CONFIG_SET,
    0,
    { U32 (SNET_A_DELAY, 10), U32 (SNET_A_POLICY, 2) },
    ERANGE,
    "range" },
  { "config-set/another's-attribute", SNET_CMD_CONFIG_SET, 0, { ID }, EINVAL, "attribute" },

  { "config-get/attribute", SNET_CMD_CONFIG_GET, 0, { U32 (1, 0) }, EINVAL, "ttribute" },
  { "stats-get/attribute", SNET_CMD_STATS_GET, 0, { ID }, EINVAL, "attribute" },
  { "pending-get/attribute", SNET_CMD_PENDING_GET, NLM_F_DUMP, { ID }, EINVAL, "attribute" },
  { "pending-get/no-dump", SNET_CMD_PENDING_GET, 0, { { 0 } }, EOPNOTSUPP, NULL },
  { "config-get/dump", SNET_CMD_CONFIG_GET, NLM_F_DUMP, { { 0 } }, EOPNOTSUPP, NULL },

  { "command/0", SNET_CMD_UNSPEC, 0, { { 0 } }, EOPNOTSUPP, NULL },
  { "command/request", SNET_CMD_REQUEST, 0, { ID }, EOPNOTSUPP, NULL },
  { "command/cancel", SNET_CMD_CANCEL, 0, { ID }, EOPNOTSUPP, NULL },
  { "command/next", __SNET_CMD_MAX, 0, { { 0 } }, EOPNOTSUPP, NULL },
  { "command/255", 255, 0, { { 0 } }, EOPNOTSUPP, NULL },
};

/* A controller with one request that waits, which has to outlive it all. */
typedef struct
{
  Wire *wire;
  Child *child;
  struct snet *observer;
  guint64 id;
} Fixture;

static void
take_id (struct snet *snet, const struct snet_event *event, void *data)
{
  *(guint64 *)data = event->id;
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  struct snet_config config = { .fields = SNET_CONFIG_DELAY | SNET_CONFIG_POLICY,
                                .delay = 600,
                                .policy = SNET_VERDICT_DENY };
  Call call = call_loopback (AF_INET, SOCK_DGRAM, 8200);
  TestMessage message;

  fixture->wire = wire_open (family);
  g_assert_cmpint (wire_command (fixture->wire, SNET_CMD_REGISTER, 0), ==, 0);
  g_assert_cmpint (snet_open (&fixture->observer), ==, 0);
  g_assert_cmpint (snet_config_set (fixture->observer, &config), ==, 0);
  fixture->child = child_start (call_connect, &call);
  wire_receive (fixture->wire, &message);
  g_assert_cmpint (snet_pending (fixture->observer, take_id, &fixture->id), ==, 1);
}

/* Nothing has changed: the request waits, the settings are what they were. */
static void
tear_down (Fixture *fixture, gconstpointer data)
{
  struct snet_config config;
  TestMessage message;
  guint64 id = 0;

  g_assert_cmpint (snet_pending (fixture->observer, take_id, &id), ==, 1);
  g_assert_cmpuint (id, ==, fixture->id);
  g_assert_false (child_has_returned (fixture->child));
  g_assert_cmpint (snet_config_get (fixture->observer, &config), ==, 0);
  g_assert_cmpuint (config.delay, ==, 600);
  g_assert_cmpint (config.policy, ==, SNET_VERDICT_DENY);

  /* And a right one is still taken. */
  wire_begin (fixture->wire, &message, SNET_CMD_VERDICT, 0);
  message_put_u64 (&message, SNET_A_ID, fixture->id);
  message_put_u32 (&message, SNET_A_VERDICT, SNET_VERDICT_ALLOW);
  g_assert_cmpint (wire_call (fixture->wire, &message), ==, 0);
  g_assert_cmpstr (fixture->wire->words, ==, "");
  g_assert_cmpint (child_finish (fixture->child), ==, 0);

  child_free (fixture->child);
  snet_close (fixture->observer);
  wire_close (fixture->wire);
}

static void
put_attrs (TestMessage *message, const Fixture *fixture, const Attr *attrs)
{
  for (gsize i = 0; i < 4 && attrs[i].type; i++)
    {
      guint64 value = attrs[i].value;
      guint32 value32 = value;

      /* The request that waits, whatever its number. */
      if (attrs[i].type == SNET_A_ID && value == 1)
        value = fixture->id;
      if (attrs[i].len == 4)
        message_put (message, attrs[i].type, &value32, 4);
      else
        message_put (message, attrs[i].type, &value, attrs[i].len);
    }
}

static void
assert_words (const Wire *wire, const char *words)
{
  if (words == NULL)
    return;
  g_assert_cmpstr (wire->words, !=, "");
  if (!strstr (wire->words, words))
    g_error ("the kernel says '%s', not a word of '%s'", wire->words, words);
}

static void
test_case (Fixture *fixture, gconstpointer data)
{
  const Case *test = data;
  TestMessage message;

  wire_begin (fixture->wire, &message, test->command, test->flags);
  put_attrs (&message, fixture, test->attrs);
  g_assert_cmpint (wire_call (fixture->wire, &message), ==, test->error);
  assert_words (fixture->wire, test->words);
}

static void
put_right_verdict (TestMessage *message, Fixture *fixture)
{
  wire_begin (fixture->wire, message, SNET_CMD_VERDICT, 0);
  message_put_u64 (message, SNET_A_ID, fixture->id);
  message_put_u32 (message, SNET_A_VERDICT, SNET_VERDICT_ALLOW);
}

/* Messages that end too early, or too late. */
static void
test_truncated (Fixture *fixture, gconstpointer data)
{
  TestMessage message;

  /* Without the header of generic netlink. */
  put_right_verdict (&message, fixture);
  message.hdr.nlmsg_len = NLMSG_HDRLEN;
  g_assert_cmpint (wire_call (fixture->wire, &message), ==, EINVAL);
  put_right_verdict (&message, fixture);
  message.hdr.nlmsg_len = NLMSG_HDRLEN + 2;
  g_assert_cmpint (wire_call (fixture->wire, &message), ==, EINVAL);

  /* In the middle of each attribute. */
  put_right_verdict (&message, fixture);
  message.hdr.nlmsg_len -= 2;
  g_assert_cmpint (wire_call (fixture->wire, &message), ==, EINVAL);
  assert_words (fixture->wire, "leftover");
  put_right_verdict (&message, fixture);
  message.hdr.nlmsg_len = NLMSG_HDRLEN + GENL_HDRLEN + 6;
  g_assert_cmpint (wire_call (fixture->wire, &message), ==, EINVAL);
  assert_words (fixture->wire, "leftover");

  /* An attribute that says that it is longer than the message, and an empty one. */
  put_right_verdict (&message, fixture);
  message_find (&message, SNET_A_VERDICT)->nla_len = 200;
  g_assert_cmpint (wire_call (fixture->wire, &message), ==, EINVAL);
  assert_words (fixture->wire, "leftover");
  put_right_verdict (&message, fixture);
  message_find (&message, SNET_A_ID)->nla_len = 0;
  g_assert_cmpint (wire_call (fixture->wire, &message), ==, EINVAL);
  assert_words (fixture->wire, "leftover");

  put_right_verdict (&message, fixture);
  message_append (&message, "\0\0", 2);
  g_assert_cmpint (wire_call (fixture->wire, &message), ==, EINVAL);
  assert_words (fixture->wire, "leftover");

  /* Reserved bits are for later. */
  put_right_verdict (&message, fixture);
  ((struct genlmsghdr *)(message.bytes + NLMSG_HDRLEN))->reserved = 1;
  g_assert_cmpint (wire_call (fixture->wire, &message), ==, EINVAL);
  assert_words (fixture->wire, "reserved");
}

/* Right messages from a socket that may not send them. */
static void
test_other_socket (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Wire) other = wire_open (family);
  TestMessage message;

  wire_begin (other, &message, SNET_CMD_VERDICT, 0);
  message_put_u64 (&message, SNET_A_ID, fixture->id);
  message_put_u32 (&message, SNET_A_VERDICT, SNET_VERDICT_ALLOW);
  g_assert_cmpint (wire_call (other, &message), ==, EPERM);
  assert_words (other, "controller");

  /* Nor under the controller's port in the message. */
  wire_begin (other, &message, SNET_CMD_VERDICT, 0);
  message_put_u64 (&message, SNET_A_ID, fixture->id);
  message_put_u32 (&message, SNET_A_VERDICT, SNET_VERDICT_ALLOW);
  message.hdr.nlmsg_pid = fixture->wire->port;
  g_assert_cmpint (wire_call (other, &message), ==, EPERM);

  g_assert_cmpint (wire_command (other, SNET_CMD_REGISTER, 0), ==, EBUSY);
  assert_words (other, "controller");
}

typedef struct
{
  const char *name;
  int (*drop) (void);
  gboolean own_socket; /* opened with the capability, by who then has none */
  int error;
} Powerless;

static int
drop_capability (void)
{
  struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
  struct __user_cap_data_struct data[2];

  if (syscall (SYS_capget, &header, data) < 0)
    return errno;
  data[0].effective &= ~(1U << CAP_NET_ADMIN);
  data[0].permitted &= ~(1U << CAP_NET_ADMIN);
  return errno_of (syscall (SYS_capset, &header, data));
}

static int
become_user (void)
{
  return errno_of (setresuid (12345, 12345, 12345));
}

static int
enter_user_namespace (void)
{
  return errno_of (unshare (CLONE_NEWUSER));
}

static int
enter_network_namespace (void)
{
  return errno_of (unshare (CLONE_NEWNET));
}

static const Powerless powerless[] = {
  { "capability", drop_capability, FALSE, EPERM },
  { "capability-later", drop_capability, TRUE, EPERM },
  { "user", become_user, FALSE, EPERM },
  { "user-later", become_user, TRUE, EPERM },
  { "user-namespace", enter_user_namespace, FALSE, EPERM },
  { "network-namespace", enter_network_namespace, FALSE, ENOENT },
};

static int
call_powerless (gconstpointer data)
{
  static const struct
  {
    guint8 command;
    guint16 flags;
  } commands[] = {
    { SNET_CMD_REGISTER, 0 },   { SNET_CMD_VERDICT, 0 },   { SNET_CMD_CONFIG_GET, 0 },
    { SNET_CMD_CONFIG_SET, 0 }, { SNET_CMD_STATS_GET, 0 }, { SNET_CMD_PENDING_GET, NLM_F_DUMP },
  };
  const Powerless *test = data;
  Wire *wire = test->own_socket ? wire_open (family) : NULL;
  int error = test->drop ();

  if (error)
    return error;
  if (!wire)
    wire = wire_open (family);
  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++)
    {
      int got = wire_command (wire, commands[i].command, commands[i].flags);

      if (got != test->error)
        {
          g_printerr ("command %u: %s\n", commands[i].command, g_strerror (got));
          return got ? got : ENOTRECOVERABLE;
        }
    }
  return 0;
}

/* While there is no controller, so that nothing but the capability is in the way. */
static void
test_powerless (gconstpointer data)
{
  const Powerless *test = data;
  g_autoptr (Child) child = child_start (call_powerless, test);

  g_assert_cmpint (child_finish (child), ==, 0);
}

static void
test_empty_dump (void)
{
  g_autoptr (Wire) wire = wire_open (family);

  g_assert_cmpint (wire_command (wire, SNET_CMD_PENDING_GET, NLM_F_DUMP), ==, 0);
}

/* The bytes of a request: no sequence, no port, a name with its end. */
static void
test_request_bytes (void)
{
  g_autoptr (Wire) wire = wire_open (family);
  g_autoptr (Child) child = NULL;
  Call call = call_loopback (AF_INET6, SOCK_STREAM, 8201);
  const struct genlmsghdr *genl;
  const struct nlattr *nla;
  TestMessage message;

  g_assert_cmpint (wire_command (wire, SNET_CMD_REGISTER, 0), ==, 0);
  child = child_start (call_connect, &call);
  wire_receive (wire, &message);
  g_assert_cmpuint (message.hdr.nlmsg_type, ==, family);
  g_assert_cmpuint (message.hdr.nlmsg_seq, ==, 0);
  g_assert_cmpuint (message.hdr.nlmsg_pid, ==, 0);
  genl = NLMSG_DATA (&message);
  g_assert_cmpint (genl->cmd, ==, SNET_CMD_REQUEST);
  g_assert_cmpint (genl->version, ==, SNET_GENL_VERSION);

  nla = message_find (&message, SNET_A_COMM);
  g_assert_cmpmem (nla + 1, nla->nla_len - NLA_HDRLEN, "test-netlink", sizeof "test-netlink");
  nla = message_find (&message, SNET_A_REMOTE_ADDR);
  g_assert_cmpmem (nla + 1, nla->nla_len - NLA_HDRLEN, &call.address, sizeof call.address.in6);
}

/* Waits until the kernel has counted that many more requests. */
static struct snet_stats
wait_stats (struct snet *observer, guint64 requests)
{
  gint64 end = g_get_monotonic_time () + TEST_PATIENCE_MS * 1000;
  struct snet_stats stats;

  do
    {
      g_assert_cmpint (g_get_monotonic_time (), <, end);
      sched_yield ();
      g_assert_cmpint (snet_stats_get (observer, &stats), ==, 0);
    }
  while (stats.requests < requests ||
         stats.requests != stats.allowed + stats.denied + stats.cancelled + stats.timeout +
                             stats.no_controller + stats.controller_gone + stats.queue_full +
                             stats.undeliverable + stats.pending);
  return stats;
}

#define SENDERS 30

/* A controller that does not read: what its queue cannot hold is decided by the policy. */
static void
test_undeliverable (void)
{
  struct snet_config config = { .fields = SNET_CONFIG_DELAY | SNET_CONFIG_POLICY,
                                .delay = 600,
                                .policy = SNET_VERDICT_DENY };
  Wire *wire = wire_open (family);
  Call call = call_loopback (AF_INET, SOCK_DGRAM, 8202);
  Child *children[SENDERS];
  struct snet_stats before, after;
  struct snet *observer = NULL;
  char byte;
  int size = 1;

  g_assert_no_errno (setsockopt (wire->fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size));
  g_assert_cmpint (wire_command (wire, SNET_CMD_REGISTER, 0), ==, 0);
  g_assert_cmpint (snet_open (&observer), ==, 0);
  g_assert_cmpint (snet_config_set (observer, &config), ==, 0);
  g_assert_cmpint (snet_stats_get (observer, &before), ==, 0);
  for (gsize i = 0; i < SENDERS; i++)
    children[i] = child_start (call_connect, &call);
  after = wait_stats (observer, before.requests + SENDERS);
  g_assert_cmpuint (after.pending, >, 0);
  g_assert_cmpuint (after.undeliverable - before.undeliverable, >, 0);
  g_assert_cmpuint (after.undeliverable - before.undeliverable + after.pending, ==, SENDERS);

  /* It is told. */
  g_assert_cmpint (recv (wire->fd, &byte, 1, MSG_DONTWAIT), ==, -1);
  g_assert_cmpint (errno, ==, ENOBUFS);

  wire_close (wire);
  for (gsize i = 0; i < SENDERS; i++)
    {
      g_assert_cmpint (child_finish (children[i]), ==, EACCES);
      child_free (children[i]);
    }
  snet_close (observer);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  family = wire_family ();
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strdup_printf ("/netlink/%s", cases[i].name);

      g_test_add (path, Fixture, &cases[i], set_up, test_case, tear_down);
    }
  g_test_add ("/netlink/truncated", Fixture, NULL, set_up, test_truncated, tear_down);
  g_test_add ("/netlink/other-socket", Fixture, NULL, set_up, test_other_socket, tear_down);
  for (gsize i = 0; i < G_N_ELEMENTS (powerless); i++)
    {
      g_autofree char *path = g_strdup_printf ("/netlink/powerless/%s", powerless[i].name);

      g_test_add_data_func (path, &powerless[i], test_powerless);
    }
  g_test_add_func ("/netlink/empty-dump", test_empty_dump);
  g_test_add_func ("/netlink/request-bytes", test_request_bytes);
  g_test_add_func ("/netlink/undeliverable", test_undeliverable);
  return g_test_run ();
}
