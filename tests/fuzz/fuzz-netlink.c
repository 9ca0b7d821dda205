/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Throws messages at the kernel module that are nearly right: real commands and attributes, with
 * something wrong about the value, the width, the length, the order, the flags or the sender. At
 * the same time programs make calls that are held, so that there is something to be hit.
 *
 *   fuzz-netlink [--seed=N] [--messages=N]
 *
 * The same seed makes the same messages, but for the ids of what happens to wait. What must not
 * happen, the kernel's own checks tell (KASAN, lockdep: scripts/vm --debug); what must still be
 * true, the tests at the end. Runs as root under an snet kernel, whose settings it leaves in
 * disorder.
 */
#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <linux/genetlink.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "child.h"
#include "snet.h"
#include "wire.h"

#define CALLERS 4

/* How many ids of requests are remembered, to be answered, late or twice. */
#define IDS 64

/* Messages between two looks whether the kernel still answers as it should. */
#define BETWEEN_CHECKS 250

static gint messages = 20000;
static gint64 seed = -1;

typedef struct
{
  GRand *random;
  guint16 family;
  Wire *controller;
  Wire *stranger;
  guint64 ids[IDS];
  guint n_ids;
  guint refused, taken;
} Fuzz;

static guint
below (Fuzz *fuzz, guint n)
{
  return g_rand_int_range (fuzz->random, 0, (gint32)n);
}

static gboolean
one_in (Fuzz *fuzz, guint n)
{
  return below (fuzz, n) == 0;
}

/* Numbers that are limits of something. */
static guint64
any_number (Fuzz *fuzz)
{
  static const guint64 numbers[] = {
    0,   1,          2,          3,           7,           8,           9,     15,
    16,  45,         46,         63,          64,          65,          132,   133,
    134, 255,        256,        65535,       65536,       86400,       86401, 31536000,
    ~0u, 0x7fffffff, 0x80000000, 0xffffffffu, 0x100000000, G_MAXUINT64,
  };

  if (one_in (fuzz, 4))
    return g_rand_int (fuzz->random);
  return numbers[below (fuzz, G_N_ELEMENTS (numbers))];
}

/* How wide the attribute ought to be. */
static guint
right_width (guint16 type)
{
  switch (type)
    {
    case SNET_A_ID:
    case SNET_A_NETNS:
    case SNET_A_TICKET_FIELDS:
    case SNET_A_FEATURES:
      return 8;
    default:
      return 4;
    }
}

static guint64
right_value (Fuzz *fuzz, guint16 type)
{
  switch (type)
    {
    case SNET_A_ID:
      return fuzz->n_ids ? fuzz->ids[below (fuzz, MIN (fuzz->n_ids, IDS))] : 1;
    case SNET_A_OPERATION:
      return 1 + below (fuzz, SNET_OP_MAX);
    case SNET_A_FAMILY:
      return below (fuzz, 46);
    case SNET_A_ERRNO:
      return 1 + below (fuzz, SNET_ERRNO_MAX);
    case SNET_A_DELAY:
      return 1;
    case SNET_A_TICKET_FIELDS:
      return below (fuzz, SNET_FIELD_ALL + 1);
    case SNET_A_TICKET_LIFETIME:
      return below (fuzz, 3);
    default:
      return below (fuzz, 3);
    }
}

/* What a command takes. */
static guint16
right_type (Fuzz *fuzz, guint8 command)
{
  static const guint16 verdict[] = { SNET_A_ID,          SNET_A_VERDICT,
                                     SNET_A_ERRNO,       SNET_A_TICKET_FIELDS,
                                     SNET_A_TICKET_MODE, SNET_A_TICKET_LIFETIME };
  static const guint16 config[] = {
    SNET_A_DELAY,           SNET_A_POLICY,           SNET_A_POLICY_NO_CONTROLLER,
    SNET_A_POLICY_TIMEOUT,  SNET_A_TICKET_MODE,      SNET_A_TICKET_LIFETIME,
    SNET_A_TICKETS_PERSIST, SNET_A_POLICY_QUEUE_FULL
  };
  static const guint16 mediate[] = { SNET_A_OPERATION, SNET_A_FAMILY, SNET_A_TYPE, SNET_A_PROTOCOL,
                                     SNET_A_HOLD };

  switch (command)
    {
    case SNET_CMD_VERDICT:
      return verdict[below (fuzz, G_N_ELEMENTS (verdict))];
    case SNET_CMD_CONFIG_SET:
      return config[below (fuzz, G_N_ELEMENTS (config))];
    case SNET_CMD_MEDIATE_ADD:
    case SNET_CMD_MEDIATE_DEL:
      return mediate[below (fuzz, G_N_ELEMENTS (mediate))];
    default:
      return below (fuzz, SNET_A_MAX + 3);
    }
}

static void
put_attr (Fuzz *fuzz, TestMessage *message, guint8 command)
{
  guint16 type = one_in (fuzz, 8) ? below (fuzz, SNET_A_MAX + 3) : right_type (fuzz, command);
  guint width = right_width (type);
  guint64 value = one_in (fuzz, 6) ? any_number (fuzz) : right_value (fuzz, type);
  guint8 bytes[64] = { 0 };

  memcpy (bytes, &value, sizeof value);
  if (one_in (fuzz, 12))
    width = below (fuzz, sizeof bytes);
  if (one_in (fuzz, 20))
    type |= one_in (fuzz, 2) ? NLA_F_NESTED : NLA_F_NET_BYTEORDER;
  message_put (message, type, bytes, width);
}

/* A verdict is only worth something with these two. */
static void
put_needed (Fuzz *fuzz, TestMessage *message, guint8 command)
{
  if (command == SNET_CMD_VERDICT && !one_in (fuzz, 10))
    {
      message_put_u64 (message, SNET_A_ID, right_value (fuzz, SNET_A_ID));
      message_put_u32 (message, SNET_A_VERDICT, below (fuzz, 2));
    }
  if ((command == SNET_CMD_MEDIATE_ADD || command == SNET_CMD_MEDIATE_DEL) && !one_in (fuzz, 10))
    message_put_u32 (message, SNET_A_OPERATION, 1 + below (fuzz, SNET_OP_MAX));
}

/* Lies about a length somewhere. The netlink layer must see it, or the module. */
static void
damage (Fuzz *fuzz, TestMessage *message)
{
  const guint32 payload = NLMSG_HDRLEN + GENL_HDRLEN;

  switch (below (fuzz, 4))
    {
    case 0:
      message->hdr.nlmsg_len -= MIN (message->hdr.nlmsg_len - NLMSG_HDRLEN, 1 + below (fuzz, 8));
      break;
    case 1:
      if (message->hdr.nlmsg_len > payload)
        ((struct nlattr *)(message->bytes + payload))->nla_len = any_number (fuzz);
      break;
    case 2:
      message->bytes[payload + below (fuzz, 64)] = any_number (fuzz);
      break;
    default:
      ((struct genlmsghdr *)(message->bytes + NLMSG_HDRLEN))->version = any_number (fuzz);
    }
}

static guint8
any_command (Fuzz *fuzz)
{
  static const guint8 likely[] = {
    SNET_CMD_VERDICT,      SNET_CMD_VERDICT,     SNET_CMD_VERDICT,     SNET_CMD_CONFIG_SET,
    SNET_CMD_MEDIATE_ADD,  SNET_CMD_MEDIATE_DEL, SNET_CMD_PENDING_GET, SNET_CMD_TICKET_GET,
    SNET_CMD_TICKET_FLUSH, SNET_CMD_STATS_GET,   SNET_CMD_MEDIATE_GET
  };

  if (one_in (fuzz, 8))
    return below (fuzz, __SNET_CMD_MAX + 3);
  return likely[below (fuzz, G_N_ELEMENTS (likely))];
}

static void
make_message (Fuzz *fuzz, Wire *wire, TestMessage *message)
{
  guint8 command = any_command (fuzz);
  gboolean dump = command == SNET_CMD_PENDING_GET || command == SNET_CMD_TICKET_GET ||
                  command == SNET_CMD_MEDIATE_GET || one_in (fuzz, 12);

  /* What is behind the end may be taken for a part of it. */
  memset (message, 0xa5, sizeof *message);
  wire_begin (wire, message, command, dump ? NLM_F_DUMP : 0);
  if (one_in (fuzz, 16))
    message->hdr.nlmsg_flags = any_number (fuzz) | NLM_F_REQUEST;
  put_needed (fuzz, message, command);
  for (guint n = below (fuzz, one_in (fuzz, 16) ? 30 : 4); n; n--)
    put_attr (fuzz, message, command);
  if (one_in (fuzz, 10))
    damage (fuzz, message);
}

static void
remember_id (Fuzz *fuzz, const struct nlmsghdr *hdr)
{
  const guint8 *data = (const guint8 *)hdr;
  gsize at = NLMSG_HDRLEN + GENL_HDRLEN;

  while (at + NLA_HDRLEN < hdr->nlmsg_len)
    {
      const struct nlattr *nla = (const struct nlattr *)(data + at);

      if (nla->nla_type == SNET_A_ID && nla->nla_len == NLA_HDRLEN + sizeof (guint64))
        memcpy (&fuzz->ids[fuzz->n_ids++ % IDS], nla + 1, sizeof (guint64));
      at += MAX (NLA_ALIGN (nla->nla_len), NLA_HDRLEN);
    }
}

/* Takes whatever has come. The kernel's messages have to be whole. */
static void
drain (Fuzz *fuzz, Wire *wire)
{
  union
  {
    struct nlmsghdr hdr;
    guint8 bytes[65536];
  } buffer;
  gssize len;

  while ((len = recv (wire->fd, &buffer, sizeof buffer, MSG_DONTWAIT)) > 0 ||
         (len < 0 && errno == ENOBUFS))
    {
      struct nlmsghdr *hdr = &buffer.hdr;

      if (len < 0)
        continue;
      for (; NLMSG_OK (hdr, len); hdr = NLMSG_NEXT (hdr, len))
        {
          if (hdr->nlmsg_type == NLMSG_ERROR)
            ((const struct nlmsgerr *)NLMSG_DATA (hdr))->error ? fuzz->refused++ : fuzz->taken++;
          else if (hdr->nlmsg_type == fuzz->family)
            remember_id (fuzz, hdr);
        }
      g_assert_cmpint (len, ==, 0);
    }
  g_assert_cmpint (errno, ==, EAGAIN);
}

/* Calls until it is killed, of all kinds that can be held. */
static int
call_for_ever (gconstpointer data)
{
  struct sockaddr_in address = { .sin_family = AF_INET,
                                 .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  guint number = GPOINTER_TO_UINT (data);

  prctl (PR_SET_PDEATHSIG, SIGKILL);
  for (guint16 port = 2000 + number;; port += CALLERS)
    {
      int type = (port & 8 ? SOCK_STREAM : SOCK_DGRAM) | (port & 16 ? SOCK_NONBLOCK : 0);
      int fd = socket (AF_INET, type | SOCK_CLOEXEC, 0);

      address.sin_port = htons (port);
      if (port & 32)
        bind (fd, (struct sockaddr *)&address, sizeof address);
      else if (port & 64 && !(type & SOCK_STREAM))
        sendto (fd, "", 1, 0, (struct sockaddr *)&address, sizeof address);
      else
        connect (fd, (struct sockaddr *)&address, sizeof address);
      close (fd);
    }
  return 0;
}

static struct snet_config
check_config (struct snet *snet)
{
  struct snet_config config;

  g_assert_cmpint (snet_config_get (snet, &config), ==, 0);
  g_assert_cmpuint (config.delay, >=, 1);
  g_assert_cmpuint (config.delay, <=, SNET_DELAY_MAX);
  g_assert_cmpuint (config.policy, <=, SNET_VERDICT_MAX);
  return config;
}

/* The new socket comes first: who is no controller may be denied to make one by now. */
static void
change_controller (Fuzz *fuzz)
{
  Wire *old = fuzz->controller;

  fuzz->controller = wire_open (fuzz->family);
  g_clear_pointer (&old, wire_close);
  g_assert_cmpint (wire_command (fuzz->controller, SNET_CMD_REGISTER, 0), ==, 0);
}

static void
throw_messages (Fuzz *fuzz, struct snet *snet)
{
  TestMessage message;

  for (gint i = 0; i < messages; i++)
    {
      Wire *wire = one_in (fuzz, 4) ? fuzz->stranger : fuzz->controller;

      make_message (fuzz, wire, &message);
      g_assert_no_errno (send (wire->fd, &message, message.hdr.nlmsg_len, 0));
      drain (fuzz, fuzz->controller);
      drain (fuzz, fuzz->stranger);
      if (i % BETWEEN_CHECKS)
        continue;
      check_config (snet);
      if (one_in (fuzz, 4))
        change_controller (fuzz);
    }
}

/* Nothing was lost or counted twice, nothing waits, and nothing is kept. */
static void
check_end (struct snet *snet)
{
  gint64 end = g_get_monotonic_time () + TEST_PATIENCE_MS * 1000;
  struct snet_stats stats;

  do
    g_assert_cmpint (snet_stats_get (snet, &stats), ==, 0);
  while (stats.pending && g_get_monotonic_time () < end);
  g_assert_cmpuint (stats.pending, ==, 0);
  g_assert_cmpuint (stats.requests, >, 0);
  g_assert_cmpuint (stats.requests, ==,
                    stats.allowed + stats.denied + stats.cancelled + stats.timeout +
                      stats.no_controller + stats.controller_gone + stats.queue_full +
                      stats.undeliverable);
}

static void
run (Fuzz *fuzz)
{
  Child *callers[CALLERS];
  struct snet *snet;

  g_assert_cmpint (snet_open (&snet), ==, 0);
  fuzz->family = wire_family ();
  fuzz->stranger = wire_open (fuzz->family);
  /* First, or they would share the controller's socket, and it would not end without them. */
  for (guint i = 0; i < CALLERS; i++)
    callers[i] = child_start (call_for_ever, GUINT_TO_POINTER (i));
  change_controller (fuzz);

  throw_messages (fuzz, snet);

  for (guint i = 0; i < CALLERS; i++)
    {
      child_kill (callers[i]);
      child_free (callers[i]);
    }
  /* The end of the former one decides what waits. The next one is not asked about itself. */
  change_controller (fuzz);
  check_end (snet);
  wire_close (fuzz->controller);
  wire_close (fuzz->stranger);
  snet_close (snet);
}

int
main (int argc, char **argv)
{
  static const GOptionEntry entries[] = {
    { "seed", 0, 0, G_OPTION_ARG_INT64, &seed, "Make the messages of this seed", "N" },
    { "messages", 0, 0, G_OPTION_ARG_INT, &messages, "How many (20000)", "N" },
    { 0 },
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GError) error = NULL;
  Fuzz fuzz = { 0 };

  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error))
    {
      g_printerr ("%s\n", error->message);
      return 2;
    }
  if (seed < 0)
    seed = g_random_int ();
  g_print ("# seed %" G_GINT64_FORMAT ", %d messages\n", seed, messages);
  fuzz.random = g_rand_new_with_seed ((guint32)seed);
  run (&fuzz);
  g_rand_free (fuzz.random);
  g_print ("# the kernel took %u of them and refused %u\n", fuzz.taken, fuzz.refused);
  g_assert_cmpuint (fuzz.taken, >, (guint)messages / 20);
  g_assert_cmpuint (fuzz.refused, >, (guint)messages / 20);
  g_print ("ok 1 - /fuzz/netlink\n1..1\n");
  return 0;
}
