// SPDX-License-Identifier: GPL-2.0-only
/*
 * snet: addresses
 *
 * Nothing of an address is read before its length is known to reach that far.
 */
#include <linux/errno.h>
#include <linux/net.h>
#include <linux/stddef.h>
#include <linux/string.h>
#include <net/inet_sock.h>
#include <net/ipv6.h>
#include <net/sock.h>

#include "address.h"

static bool is_inet_socket(const struct sock *sk)
{
	return sk->sk_family == AF_INET || sk->sk_family == AF_INET6;
}

/* How much of an internet address there has to be, 0 for other families. */
static int least_len(sa_family_t family)
{
	switch (family) {
	case AF_INET:
		return sizeof(struct sockaddr_in);
	case AF_INET6:
		return SIN6_LEN_RFC2133;
	default:
		return 0;
	}
}

/* @from is long enough for @family. */
static void set_inet(struct snet_address *to, const void *from, int len,
		     sa_family_t family)
{
	if (family == AF_INET) {
		to->len = sizeof(to->in);
		memset(&to->in, 0, sizeof(to->in));
		memcpy(&to->in, from, offsetof(struct sockaddr_in, sin_zero));
	} else {
		/* Old programs leave out the scope at its end. */
		to->len = sizeof(to->in6);
		memset(&to->in6, 0, sizeof(to->in6));
		memcpy(&to->in6, from, min_t(size_t, len, sizeof(to->in6)));
	}
	to->family = family;
}

static void set_raw(struct snet_address *to, const void *from, int len)
{
	to->len = min_t(int, len, sizeof(to->raw));
	memcpy(&to->raw, from, to->len);
}

/* Takes an address as if its family were @family. */
static int take_as(struct snet_address *to, const struct sock *sk,
		   const void *address, int len, sa_family_t family)
{
	int least = least_len(family);

	if (least && len >= least) {
		set_inet(to, address, len, family);
		return 0;
	}
	if (is_inet_socket(sk))
		return least ? -EINVAL : -EAFNOSUPPORT;
	set_raw(to, address, len);
	return 0;
}

/**
 * snet_address_take - Take an address that a program gave
 * @to: where to
 * @sk: the socket that it was given for
 * @address: in kernel memory
 * @len: its length
 *
 * What is too short for an internet protocol, or of no use to it, is refused
 * here, so that it cannot be allowed as one thing and then taken for another.
 *
 * Return: 0, -EINVAL when it is too short, -EAFNOSUPPORT.
 */
int snet_address_take(struct snet_address *to, const struct sock *sk,
		      const void *address, int len)
{
	sa_family_t family;

	if (len < (int)sizeof(family))
		return -EINVAL;
	memcpy(&family, address, sizeof(family));
	/* An IPv4 socket takes AF_UNSPEC for AF_INET, as old programs do. */
	if (family == AF_UNSPEC && sk->sk_family == AF_INET)
		family = AF_INET;
	return take_as(to, sk, address, len, family);
}

/*
 * Takes what an IPv6 socket passes over, but an IPv4 one sends to: another
 * thread can turn the one into the other at any time (IPV6_ADDRFORM), also
 * between two messages of a sendmmsg(). An IPv4 socket refuses port 0, so what
 * programs clear in order to have it passed over is nothing to ask about.
 */
static void take_ignored(struct snet_address *to, const void *address, int len)
{
	to->len = 0;
	if (len < least_len(AF_INET))
		return;
	set_inet(to, address, len, AF_INET);
	if (!to->in.sin_port)
		to->len = 0;
}

/**
 * snet_address_take_destination - Take the address that a datagram is sent to
 * @to: where to; has no length afterwards if the protocol passes the address
 *	over, and sends to where the socket is connected
 * @sk: the socket
 * @address: in kernel memory
 * @len: its length
 *
 * Return: 0, -EINVAL when it is too short, -EAFNOSUPPORT.
 */
int snet_address_take_destination(struct snet_address *to,
				  const struct sock *sk, const void *address,
				  int len)
{
	sa_family_t family;

	if (len < (int)sizeof(family))
		return -EINVAL;
	memcpy(&family, address, sizeof(family));
	if (family != AF_UNSPEC || sk->sk_family != AF_INET6)
		return snet_address_take(to, sk, address, len);

	if (sk->sk_protocol == IPPROTO_UDP ||
	    sk->sk_protocol == IPPROTO_UDPLITE) {
		take_ignored(to, address, len);
		return 0;
	}
	/* Raw sockets take it for an address all the same. */
	return take_as(to, sk, address, len, AF_INET6);
}

static void set_ipv4(struct snet_address *to, __be32 address, __be16 port)
{
	memset(&to->in, 0, sizeof(to->in));
	to->len = sizeof(to->in);
	to->in.sin_family = AF_INET;
	to->in.sin_port = port;
	to->in.sin_addr.s_addr = address;
}

static void set_ipv6(struct snet_address *to, const struct in6_addr *address,
		     __be16 port, int device)
{
	memset(&to->in6, 0, sizeof(to->in6));
	to->len = sizeof(to->in6);
	to->in6.sin6_family = AF_INET6;
	to->in6.sin6_port = port;
	to->in6.sin6_addr = *address;
	to->in6.sin6_scope_id = ipv6_iface_scope_id(address, device);
}

/* The name of another kind of socket, or of its peer. A family alone is none. */
static void take_name(struct snet_address *address, struct socket *sock,
		      int peer)
{
	int len;

	len = sock->ops->getname(sock, (void *)&address->raw, peer);
	if (len > (int)sizeof(sa_family_t))
		address->len = len;
}

/**
 * snet_address_of_socket - The address that a socket is bound to
 * @address: where to put it; has no length afterwards if there is none
 * @sk: the socket
 *
 * That of an internet socket is read without its lock: what is decided by it,
 * listen(), cannot change it meanwhile without a bind() that is asked about as
 * well.
 *
 * Context: process context, may sleep for other sockets.
 */
void snet_address_of_socket(struct snet_address *address, const struct sock *sk)
{
	address->len = 0;
	if (!is_inet_socket(sk)) {
		if (sk->sk_socket)
			take_name(address, sk->sk_socket, 0);
		return;
	}
	if (!inet_sk(sk)->inet_sport)
		return;

	if (sk->sk_family == AF_INET)
		set_ipv4(address, inet_sk(sk)->inet_rcv_saddr,
			 inet_sk(sk)->inet_sport);
#if IS_ENABLED(CONFIG_IPV6)
	else
		set_ipv6(address, &sk->sk_v6_rcv_saddr, inet_sk(sk)->inet_sport,
			 sk->sk_bound_dev_if);
#endif
}

/**
 * snet_address_of_peer - The address that a socket is connected to
 * @address: where to put it; has no length afterwards if there is none
 * @sock: the socket
 *
 * Context: process context, may sleep.
 */
void snet_address_of_peer(struct snet_address *address, struct socket *sock)
{
	const struct sock *sk = sock->sk;

	address->len = 0;
	if (!is_inet_socket(sk)) {
		take_name(address, sock, 1);
		return;
	}
	if (!inet_sk(sk)->inet_dport)
		return;

	if (sk->sk_family == AF_INET)
		set_ipv4(address, sk->sk_daddr, sk->sk_dport);
#if IS_ENABLED(CONFIG_IPV6)
	else
		set_ipv6(address, &sk->sk_v6_daddr, sk->sk_dport,
			 sk->sk_bound_dev_if);
#endif
}

/**
 * snet_address_is_inet - Whether an address is taken apart
 * @address: the address
 *
 * Return: true for an IPv4 or IPv6 address.
 */
bool snet_address_is_inet(const struct snet_address *address)
{
	switch (address->len) {
	case sizeof(address->in):
		return address->family == AF_INET;
	case sizeof(address->in6):
		return address->family == AF_INET6;
	default:
		return false;
	}
}

/**
 * snet_address_equal - Whether two addresses are the same
 * @a: one
 * @b: the other
 *
 * Return: true if they are, byte for byte.
 */
bool snet_address_equal(const struct snet_address *a,
			const struct snet_address *b)
{
	return a->len == b->len && !memcmp(&a->raw, &b->raw, a->len);
}
