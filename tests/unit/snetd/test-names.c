/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Words and addresses. */
#include <arpa/inet.h>
#include <errno.h>
#include <locale.h>
#include <netinet/in.h>
#include <string.h>

#include "snetd-address.h"
#include "snetd-names.h"

static void
check_word (const SnetdVocabulary *vocabulary, int value, const char *word)
{
  g_autofree char *got = snetd_vocabulary_word (vocabulary, value);
  int back = -1;

  g_assert_cmpstr (got, ==, word);
  if (word == NULL)
    return;
  g_assert_true (snetd_vocabulary_value (vocabulary, word, &back));
  g_assert_cmpint (back, ==, value);
}

static const char *const snet_operation_names[] = { NULL,      "bind",   "connect",
                                                    "listen",  "accept", "send",
                                                    "receive", "create", "close" };

static void
test_protocol_word (void)
{
  g_autofree char *tcp = snetd_protocol_word (AF_INET6, IPPROTO_TCP);
  g_autofree char *xfrm = snetd_protocol_word (AF_NETLINK, 6);

  g_assert_cmpstr (tcp, ==, "tcp");
  g_assert_cmpstr (xfrm, ==, "6");
}

static void
test_words (void)
{
  G_STATIC_ASSERT (G_N_ELEMENTS (snet_operation_names) == SNET_OP_MAX + 1);

  check_word (&snetd_operations, SNET_OP_BIND, "bind");
  check_word (&snetd_operations, SNET_OP_CONNECT, "connect");
  check_word (&snetd_operations, SNET_OP_LISTEN, "listen");
  for (int operation = 1; operation <= SNET_OP_MAX; operation++)
    check_word (&snetd_operations, operation, snet_operation_names[operation]);
  check_word (&snetd_operations, SNET_OP_MAX + 1, NULL);
  check_word (&snetd_families, AF_INET, "inet");
  check_word (&snetd_families, AF_INET6, "inet6");
  check_word (&snetd_families, AF_UNIX, "unix");
  check_word (&snetd_families, AF_XDP, "xdp");
  check_word (&snetd_families, 63, "63");
  check_word (&snetd_holds, SNET_HOLD_FLOW, "flow");
  check_word (&snetd_holds, SNET_HOLD_AUTO, NULL);
  check_word (&snetd_types, SOCK_STREAM, "stream");
  check_word (&snetd_types, SOCK_DGRAM, "dgram");
  check_word (&snetd_types, SOCK_RAW, "raw");
  check_word (&snetd_types, SOCK_SEQPACKET, "seqpacket");
  check_word (&snetd_types, SOCK_DCCP, "dccp");
  check_word (&snetd_types, 200, "200");
  check_word (&snetd_types, -1, NULL);
  check_word (&snetd_protocols, IPPROTO_TCP, "tcp");
  check_word (&snetd_protocols, IPPROTO_UDP, "udp");
  check_word (&snetd_protocols, IPPROTO_ICMPV6, "ipv6-icmp");
  check_word (&snetd_protocols, 262, "mptcp");
  check_word (&snetd_protocols, 47, "47");
  check_word (&snetd_verdicts, SNET_VERDICT_ALLOW, "allow");
  check_word (&snetd_verdicts, SNET_VERDICT_DENY, "deny");
  check_word (&snetd_actions, SNETD_ACTION_ASK, "ask");
  check_word (&snetd_errnos, EACCES, "EACCES");
  check_word (&snetd_errnos, EHWPOISON, "EHWPOISON");
}

static void
test_words_strange (void)
{
  static const char *const bad[] = { "", "TCP", "tcp ", "-1", "65536", "6x", "0x6" };
  int value = 42;

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_false (snetd_vocabulary_value (&snetd_protocols, bad[i], &value));
  g_assert_false (snetd_vocabulary_value (&snetd_verdicts, "0", &value));
  g_assert_cmpint (value, ==, 42);

  /* A number that has a word is the same as the word. */
  g_assert_true (snetd_vocabulary_value (&snetd_protocols, "6", &value));
  g_assert_cmpint (value, ==, IPPROTO_TCP);
}

/* The kernel takes errno values up to SNET_ERRNO_MAX; each has one name. */
static void
test_errnos (void)
{
  guint named = 0;

  for (int i = 1; i <= SNET_ERRNO_MAX; i++)
    {
      g_autofree char *word = snetd_vocabulary_word (&snetd_errnos, i);

      if (word == NULL)
        continue;
      check_word (&snetd_errnos, i, word);
      g_assert_cmpstr (word, ==, strerrorname_np (i));
      named++;
    }
  /* 41 and 58 are not used. */
  g_assert_cmpuint (named, ==, SNET_ERRNO_MAX - 2);
}

static void
test_choices (void)
{
  g_autofree char *verdicts = snetd_vocabulary_choices (&snetd_verdicts);
  g_autofree char *actions = snetd_vocabulary_choices (&snetd_actions);
  g_autofree char *types = snetd_vocabulary_choices (&snetd_types);

  g_assert_cmpstr (verdicts, ==, "allow or deny");
  g_assert_cmpstr (actions, ==, "allow, deny or ask");
  g_assert_cmpstr (types, ==, "stream, dgram, raw, seqpacket, dccp, rdm, packet or a number");
}

static void
test_address_good (void)
{
  static const struct
  {
    const char *text, *canonical;
  } cases[] = {
    { "192.0.2.1", "192.0.2.1" },
    { "192.0.2.1/32", "192.0.2.1" },
    { "192.0.2.0/24", "192.0.2.0/24" },
    { "0.0.0.0/0", "0.0.0.0/0" },
    { "0.0.0.0", "0.0.0.0" },
    { "2001:DB8:0::1", "2001:db8::1" },
    { "2001:db8::/32", "2001:db8::/32" },
    { "::/0", "::/0" },
    { "::", "::" },
    { "::ffff:192.0.2.1", "192.0.2.1" },
    { "::ffff:192.0.2.0/120", "192.0.2.0/24" },
    { "::ffff:0:0/96", "0.0.0.0/0" },
    { "::ffff:0:0/95", NULL }, /* has a bit after the prefix */
    { "::fffe:0:0/95", "::fffe:0:0/95" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = NULL;
      SnetdAddress address;

      if (cases[i].canonical == NULL)
        {
          g_assert_false (snetd_address_parse (cases[i].text, &address, NULL));
          continue;
        }
      g_assert_true (snetd_address_parse (cases[i].text, &address, NULL));
      text = snetd_address_to_string (&address);
      g_assert_cmpstr (text, ==, cases[i].canonical);
    }
}

static void
test_address_bad (void)
{
  static const struct
  {
    const char *text, *says;
  } cases[] = {
    { "", "is not an IPv4 or IPv6 address" },
    { "example.org", "is not an IPv4 or IPv6 address" },
    { "192.0.2", "is not an IPv4 or IPv6 address" },
    { "fe80::1%eth0", "is not an IPv4 or IPv6 address" },
    { "192.0.2.0/", "length of the prefix must be 0 to 32" },
    { "192.0.2.0/33", "length of the prefix must be 0 to 32" },
    { "192.0.2.0/-1", "length of the prefix must be 0 to 32" },
    { "2001:db8::/129", "length of the prefix must be 0 to 128" },
    { "192.0.2.1/24", "say 192.0.2.0/24" },
    { "2001:db8::1/64", "say 2001:db8::/64" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      SnetdAddress address;

      g_assert_false (snetd_address_parse (cases[i].text, &address, &error));
      g_assert_nonnull (strstr (error->message, cases[i].says));
    }
}

static void
test_address_contains (void)
{
  static const struct
  {
    const char *prefix, *address;
    gboolean contains;
  } cases[] = {
    { "192.0.2.0/24", "192.0.2.255", TRUE },
    { "192.0.2.0/24", "192.0.3.0", FALSE },
    { "192.0.2.128/25", "192.0.2.127", FALSE },
    { "192.0.2.128/25", "192.0.2.129", TRUE },
    { "192.0.2.1", "192.0.2.1", TRUE },
    { "192.0.2.1", "192.0.2.2", FALSE },
    { "0.0.0.0/0", "203.0.113.9", TRUE },
    { "0.0.0.0/0", "2001:db8::1", FALSE },
    { "::/0", "2001:db8::1", TRUE },
    { "::/0", "192.0.2.1", FALSE },
    { "192.0.2.0/24", "::ffff:192.0.2.7", TRUE },
    { "2001:db8::/33", "2001:db8:8000::", FALSE },
    { "192.0.2.0/24", "192.0.0.0/16", FALSE },
  };
  const SnetdAddress unknown = { 0 };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      SnetdAddress prefix, address;

      g_assert_true (snetd_address_parse (cases[i].prefix, &prefix, NULL));
      g_assert_true (snetd_address_parse (cases[i].address, &address, NULL));
      g_assert_cmpint (snetd_address_contains (&prefix, &address), ==, cases[i].contains);
      g_assert_false (snetd_address_contains (&prefix, &unknown));
    }
}

static void
test_address_sockaddr (void)
{
  struct sockaddr_storage storage = { 0 };
  struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&storage;
  g_autofree char *text = NULL;
  SnetdAddress address;
  guint16 port = 0;

  in6->sin6_family = AF_INET6;
  in6->sin6_port = htons (53);
  g_assert_cmpint (inet_pton (AF_INET6, "::ffff:198.51.100.7", &in6->sin6_addr), ==, 1);
  g_assert_true (snetd_address_from_sockaddr (&storage, sizeof *in6, &address, &port));
  text = snetd_address_to_string (&address);
  g_assert_cmpstr (text, ==, "198.51.100.7");
  g_assert_cmpuint (port, ==, 53);

  /* Shorter than its family says. */
  g_assert_false (
    snetd_address_from_sockaddr (&storage, sizeof (struct sockaddr_in), &address, &port));
  storage.ss_family = AF_UNIX;
  g_assert_false (snetd_address_from_sockaddr (&storage, sizeof storage, &address, &port));
}

int
main (int argc, char **argv)
{
  setlocale (LC_ALL, "C.UTF-8");
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/names/words", test_words);
  g_test_add_func ("/names/words-strange", test_words_strange);
  g_test_add_func ("/names/errnos", test_errnos);
  g_test_add_func ("/names/choices", test_choices);
  g_test_add_func ("/address/good", test_address_good);
  g_test_add_func ("/address/bad", test_address_bad);
  g_test_add_func ("/address/contains", test_address_contains);
  g_test_add_func ("/address/sockaddr", test_address_sockaddr);
  g_test_add_func ("/names/protocol-word", test_protocol_word);

  return g_test_run ();
}
