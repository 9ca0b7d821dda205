/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "chains.h"

/* Before the kernel's headers, which then leave out what is in it. */
#include <netinet/in.h>

#include <errno.h>
#include <glib.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <sys/socket.h>
#include <unistd.h>

#define TABLE     "snet-test"
#define NFT(type) (NFNL_SUBSYS_NFTABLES << 8 | (type))

/* Puts a message behind the others of a batch. */
static void
append (GByteArray *batch, struct nl_msg *message)
{
  const struct nlmsghdr *hdr = nlmsg_hdr (message);

  g_byte_array_append (batch, (const guint8 *)hdr, NLMSG_ALIGN (hdr->nlmsg_len));
  nlmsg_free (message);
}

static struct nl_msg *
new_message (int type, int flags, guint8 family, guint16 subsystem)
{
  const struct nfgenmsg header = { .nfgen_family = family, .res_id = htons (subsystem) };
  struct nl_msg *message = nlmsg_alloc ();

  g_assert_nonnull (nlmsg_put (message, 0, 0, type, 0, NLM_F_REQUEST | flags));
  g_assert_cmpint (nlmsg_append (message, (void *)&header, sizeof header, NLMSG_ALIGNTO), ==, 0);
  return message;
}

/* Has the kernel do what @message says. Return: 0 or errno. */
static int
call (int fd, struct nl_msg *message)
{
  g_autoptr (GByteArray) batch = g_byte_array_new ();
  struct
  {
    struct nlmsghdr hdr;
    struct nlmsgerr error;
    char rest[1024];
  } answer;

  append (batch, new_message (NFNL_MSG_BATCH_BEGIN, 0, AF_UNSPEC, NFNL_SUBSYS_NFTABLES));
  append (batch, message);
  append (batch, new_message (NFNL_MSG_BATCH_END, 0, AF_UNSPEC, NFNL_SUBSYS_NFTABLES));
  g_assert_cmpint (send (fd, batch->data, batch->len, 0), ==, batch->len);
  g_assert_cmpint (recv (fd, &answer, sizeof answer, 0), >=, NLMSG_LENGTH (sizeof answer.error));
  g_assert_cmpint (answer.hdr.nlmsg_type, ==, NLMSG_ERROR);
  return -answer.error.error;
}

static struct nl_msg *
new_table (void)
{
  struct nl_msg *message =
    new_message (NFT (NFT_MSG_NEWTABLE), NLM_F_CREATE | NLM_F_ACK, NFPROTO_IPV4, 0);

  nla_put_string (message, NFTA_TABLE_NAME, TABLE);
  return message;
}

static struct nl_msg *
new_chain (unsigned int number)
{
  g_autofree char *name = g_strdup_printf ("%u", number);
  struct nl_msg *message =
    new_message (NFT (NFT_MSG_NEWCHAIN), NLM_F_CREATE | NLM_F_ACK, NFPROTO_IPV4, 0);
  struct nlattr *hook;

  nla_put_string (message, NFTA_CHAIN_TABLE, TABLE);
  nla_put_string (message, NFTA_CHAIN_NAME, name);
  nla_put_string (message, NFTA_CHAIN_TYPE, "filter");
  hook = nla_nest_start (message, NFTA_CHAIN_HOOK);
  nla_put_u32 (message, NFTA_HOOK_HOOKNUM, htonl (NF_INET_LOCAL_OUT));
  nla_put_u32 (message, NFTA_HOOK_PRIORITY, 0);
  nla_nest_end (message, hook);
  return message;
}

unsigned int
chains_take_all (void)
{
  int fd = socket (AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER);
  unsigned int count = 0;
  int error;

  g_assert_no_errno (fd);
  g_assert_cmpint (call (fd, new_table ()), ==, 0);
  do
    error = call (fd, new_chain (count++));
  while (error == 0);
  g_assert_cmpint (error, ==, E2BIG);
  close (fd);
  return count - 1;
}
