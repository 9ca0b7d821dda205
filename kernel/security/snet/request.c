// SPDX-License-Identifier: GPL-2.0-only
/*
 * snet: what a held call wants
 */
#include <linux/cred.h>
#include <linux/string.h>
#include <net/inet_sock.h>
#include <net/ipv6.h>
#include <net/net_namespace.h>
#include <net/sock.h>

#include "request.h"

/**
 * snet_address_set - Copy an address that is known to be long enough
 * @address: where to
 * @from: at least a sockaddr_in, or %SIN6_LEN_RFC2133 bytes of a sockaddr_in6
 * @len: length of @from
 * @family: AF_INET or AF_INET6, what @from is to be read as
 */
void snet_address_set(struct snet_address *address, const struct sockaddr *from,
		      int len, sa_family_t family)
{
	memset(address, 0, sizeof(*address));
	if (family == AF_INET)
		memcpy(&address->in, from,
		       offsetof(struct sockaddr_in, sin_zero));
	else /* Old programs leave out the scope at its end. */
		memcpy(&address->in6, from,
		       min_t(size_t, len, sizeof(address->in6)));
	address->family = family;
}

/**
 * snet_address_len - How long an address is as a sockaddr
 * @address: the address
 *
 * Return: bytes, 0 when there is none.
 */
int snet_address_len(const struct snet_address *address)
{
	switch (address->family) {
	case AF_INET:
		return sizeof(address->in);
	case AF_INET6:
		return sizeof(address->in6);
	default:
		return 0;
	}
}

/*
 * The address that @sk is bound to, if any. It is read without the lock of the
 * socket: what is decided by it, listen(), cannot change it meanwhile without
 * a bind() that is asked about as well.
 */
static void set_local(struct snet_address *local, const struct sock *sk)
{
	const struct inet_sock *inet = inet_sk(sk);

	memset(local, 0, sizeof(*local));
	if (!inet->inet_sport)
		return;

	local->family = sk->sk_family;
	if (sk->sk_family == AF_INET) {
		local->in.sin_port = inet->inet_sport;
		local->in.sin_addr.s_addr = inet->inet_rcv_saddr;
		return;
	}
#if IS_ENABLED(CONFIG_IPV6)
	local->in6.sin6_port = inet->inet_sport;
	local->in6.sin6_addr = sk->sk_v6_rcv_saddr;
#endif
}

/**
 * snet_request_init - Write down who calls, and on what socket
 * @request: to be filled
 * @operation: the call
 * @sk: an internet socket; the caller has a reference
 */
void snet_request_init(struct snet_request *request,
		       enum snet_operation operation, const struct sock *sk)
{
	const struct cred *cred = current_cred();

	request->operation = operation;
	request->family = sk->sk_family;
	request->type = sk->sk_type;
	request->protocol = sk->sk_protocol;
	request->pid = task_tgid_nr(current);
	request->tid = task_pid_nr(current);
	request->uid = cred->uid;
	request->euid = cred->euid;
	request->gid = cred->gid;
	get_task_comm(request->comm, current);
	request->netns = sock_net(sk)->ns.inum;
	set_local(&request->local, sk);
	memset(&request->remote, 0, sizeof(request->remote));
}
