// SPDX-License-Identifier: GPL-2.0-only
/*
 * snet: the hooks
 *
 * A hook finds out whether the call is one to ask about, writes down what it
 * wants, and hands that to snet_hold(). It knows nothing of who decides.
 */
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/lsm_hooks.h>
#include <linux/net.h>
#include <linux/sched.h>
#include <net/ipv6.h>
#include <net/sock.h>

#include "compat.h"
#include "hold.h"
#include "hooks.h"
#include "request.h"

/*
 * Whether a call on @sock is one to ask about. The kernel's own sockets and
 * threads are never held: nobody could answer for them.
 */
static bool is_mediated(const struct socket *sock)
{
	const struct sock *sk = sock->sk;

	if (!sk || sk->sk_kern_sock || (current->flags & PF_KTHREAD))
		return false;
	return sk->sk_family == AF_INET || sk->sk_family == AF_INET6;
}

/**
 * check_address - Take an address that userspace gave apart
 * @address: in kernel memory, from move_addr_to_kernel()
 * @addrlen: its length
 * @family: the family that it is to be read as
 *
 * Nothing of @address is read before its length is known to reach that far.
 * What is too short for the protocol is refused here, so that it cannot be
 * allowed as one thing and then taken for another.
 *
 * Return: 0, -EINVAL when it is too short, -EAFNOSUPPORT when it is of a
 * family that an internet socket has no use for.
 */
static int check_address(const struct sockaddr *address, int addrlen,
			 sa_family_t family)
{
	switch (family) {
	case AF_INET:
		return addrlen < (int)sizeof(struct sockaddr_in) ? -EINVAL : 0;
	case AF_INET6:
		return addrlen < SIN6_LEN_RFC2133 ? -EINVAL : 0;
	default:
		return -EAFNOSUPPORT;
	}
}

static int read_family(const struct sockaddr *address, int addrlen,
		       sa_family_t *family)
{
	if (addrlen < (int)offsetofend(struct sockaddr, sa_family))
		return -EINVAL;
	*family = address->sa_family;
	return 0;
}

static int hook_socket_bind(struct socket *sock, struct sockaddr *address,
			    int addrlen)
{
	struct snet_request request;
	sa_family_t family;
	int err;

	if (!is_mediated(sock))
		return 0;

	err = read_family(address, addrlen, &family);
	if (err)
		return err;
	/* An IPv4 socket takes AF_UNSPEC for AF_INET, as old programs do. */
	if (family == AF_UNSPEC && sock->sk->sk_family == AF_INET)
		family = AF_INET;
	err = check_address(address, addrlen, family);
	if (err)
		return err;

	snet_request_init(&request, SNET_OP_BIND, sock->sk);
	snet_address_set(&request.local, address, addrlen, family);
	return snet_hold(&request);
}

static int hook_socket_connect(struct socket *sock, struct sockaddr *address,
			       int addrlen)
{
	struct snet_request request;
	sa_family_t family;
	int err;

	if (!is_mediated(sock))
		return 0;

	err = read_family(address, addrlen, &family);
	if (err)
		return err;
	/* This is a disconnect. */
	if (family == AF_UNSPEC)
		return 0;
	err = check_address(address, addrlen, family);
	if (err)
		return err;

	/*
	 * A stream socket that is connected already gets EISCONN or EALREADY
	 * from its protocol. It is asked about all the same: another thread
	 * could disconnect it between this look and the protocol's.
	 */
	snet_request_init(&request, SNET_OP_CONNECT, sock->sk);
	snet_address_set(&request.remote, address, addrlen, family);
	return snet_hold(&request);
}

static int hook_socket_listen(struct socket *sock, int backlog)
{
	struct snet_request request;

	if (!is_mediated(sock))
		return 0;

	snet_request_init(&request, SNET_OP_LISTEN, sock->sk);
	return snet_hold(&request);
}

static struct security_hook_list snet_hooks[] __lsm_ro_after_init = {
	LSM_HOOK_INIT(socket_bind, hook_socket_bind),
	LSM_HOOK_INIT(socket_connect, hook_socket_connect),
	LSM_HOOK_INIT(socket_listen, hook_socket_listen),
};

void __init snet_add_hooks(void)
{
	snet_security_add_hooks(snet_hooks, ARRAY_SIZE(snet_hooks));
}
