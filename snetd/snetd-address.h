/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <gio/gio.h>
#include <sys/socket.h>

/*
 * An IP address, or a prefix of addresses. An IPv4 address that is written as
 * an IPv6 one (::ffff:192.0.2.1) is always kept as the IPv4 address that it
 * is, so that no rule can be slipped by the other spelling.
 */
typedef struct
{
  guint8 family; /* AF_UNSPEC: unknown; else AF_INET or AF_INET6 */
  guint8 prefix; /* length in bits; 32 or 128 for one address */
  guint8 bytes[16];
} SnetdAddress;

#define SNETD_ADDRESS_KNOWN(address) ((address)->family != AF_UNSPEC)

/* "192.0.2.1", "2001:db8::/32"; the error says what is wrong with it. */
gboolean snetd_address_parse (const char *text, SnetdAddress *ret_address, GError **error);

/* FALSE for a family that is not IP's, or an address that is too short. */
gboolean snetd_address_from_sockaddr (const struct sockaddr_storage *sockaddr,
                                      socklen_t length,
                                      SnetdAddress *ret_address,
                                      guint16 *ret_port);

char *snetd_address_to_string (const SnetdAddress *address);

gboolean snetd_address_is_single (const SnetdAddress *address);

gboolean snetd_address_contains (const SnetdAddress *prefix, const SnetdAddress *address);

/* The prefix of that length that an address is in, or of the same if it is shorter. */
SnetdAddress snetd_address_shorten (const SnetdAddress *address, guint prefix);

/* For hash tables of single addresses. */
guint snetd_address_hash (gconstpointer address);
gboolean snetd_address_equal (gconstpointer a, gconstpointer b);
