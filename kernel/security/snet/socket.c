// SPDX-License-Identifier: GPL-2.0-only
/*
 * snet: the hooks of sockets
 *
 * A hook finds out whether the call is one to ask about, writes down what it
 * wants, and hands that to snet_hold(). It knows nothing of who decides.
 */
#include <linux/file.h>
#include <linux/in.h>
#include <linux/net.h>
#include <linux/nsproxy.h>
#include <linux/once.h>
#include <linux/sched.h>
#include <linux/sctp.h>
#include <linux/siphash.h>
#include <linux/tcp.h>
#include <linux/ktime.h>
#include <net/net_namespace.h>

#include "address.h"
#include "blob.h"
#include "flow.h"
#include "hold.h"
#include "mediated.h"
#include "report.h"
#include "request.h"
#include "socket.h"

/*
 * Whether a socket is the kernel's own. Such a one comes to the hooks of
 * sending, receiving and closing only. One that comes to others has got into
 * the hands of a program: an AF_SMC socket becomes one when it falls back to
 * TCP, which a program can have by an option, before anything is connected.
 */
static bool is_kernels(enum snet_operation operation, const struct sock *sk)
{
	switch (operation) {
	case SNET_OP_SEND:
	case SNET_OP_RECEIVE:
	case SNET_OP_CLOSE:
		return sk->sk_kern_sock;
	default:
		return false;
	}
}

/*
 * Whether a call on @sock is one to ask about. The kernel's own sockets and
 * threads are never held: nobody could answer for them.
 */
static bool is_mediated(enum snet_operation operation,
			const struct socket *sock, enum snet_hold *hold)
{
	const struct sock *sk = sock->sk;

	if (!sk || is_kernels(operation, sk) || (current->flags & PF_KTHREAD))
		return false;
	return snet_mediated_lookup(operation, sk->sk_family, sk->sk_type,
				    sk->sk_protocol, hold);
}

static bool is_non_blocking(const struct socket *sock)
{
	return sock->file && (sock->file->f_flags & O_NONBLOCK);
}

/* Holds a request whose packets could wait in place of its thread. */
static int hold_sending(struct snet_request *request, struct sock *sk,
			enum snet_hold hold, bool non_blocking)
{
	if (snet_flow_join(request, sk))
		return 0;
	if (hold == SNET_HOLD_AUTO)
		hold = non_blocking ? SNET_HOLD_FLOW : SNET_HOLD_THREAD;
	if (hold == SNET_HOLD_FLOW && snet_flow_is_possible(request, sk))
		request->hold = SNET_HOLD_FLOW;
	return snet_hold(request, sk);
}

/**
 * snet_socket_create - The hook of socket() and socketpair()
 * @family: asked for
 * @type: asked for
 * @protocol: asked for, 0 for the default one
 * @kern: whether the kernel wants it for itself
 *
 * Return: 0 or a negative errno.
 */
int snet_socket_create(int family, int type, int protocol, int kern)
{
	struct snet_request request;
	enum snet_hold hold;

	if (kern || (current->flags & PF_KTHREAD) ||
	    !snet_mediated_lookup(SNET_OP_CREATE, family, type, protocol,
				  &hold))
		return 0;

	snet_request_init(&request, SNET_OP_CREATE);
	request.family = family;
	request.type = type;
	request.protocol = protocol;
	request.netns = current->nsproxy->net_ns->ns.inum;
	return snet_hold(&request, NULL);
}

/**
 * snet_socket_post_create - The hook after socket()
 * @sock: the new socket
 * @family: of it
 * @type: of it
 * @protocol: of it
 * @kern: whether the kernel made it for itself
 *
 * Return: 0.
 */
int snet_socket_post_create(struct socket *sock, int family, int type,
			    int protocol, int kern)
{
	if (sock->sk)
		snet_socket_blob(sock->sk)->since_ns = ktime_get_boottime_ns();
	return 0;
}

/**
 * snet_socket_bind - The hook of bind()
 * @sock: the socket
 * @address: in kernel memory
 * @len: its length
 *
 * Return: 0 or a negative errno.
 */
int snet_socket_bind(struct socket *sock, struct sockaddr *address, int len)
{
	struct snet_request request;
	enum snet_hold hold;
	int err;

	if (!is_mediated(SNET_OP_BIND, sock, &hold))
		return 0;

	snet_request_init(&request, SNET_OP_BIND);
	snet_request_set_socket(&request, sock->sk);
	err = snet_address_take(&request.local, sock->sk, address, len);
	if (err)
		return err;
	return snet_hold(&request, sock->sk);
}

/* Never 0. The key is secret: nobody can find two addresses of one hash. */
static u64 hash_address(const struct snet_address *address)
{
	static siphash_key_t key;

	get_random_once(&key, sizeof(key));
	return siphash(&address->raw, address->len, &key) | 1;
}

static int ask_connect(struct socket *sock, const void *address, int len,
		       enum snet_hold hold, bool non_blocking)
{
	struct snet_socket *blob = snet_socket_blob(sock->sk);
	struct snet_request request;
	u64 where;
	int err;

	snet_request_init(&request, SNET_OP_CONNECT);
	snet_request_set_socket(&request, sock->sk);
	err = snet_address_take(&request.remote, sock->sk, address, len);
	if (err)
		return err;

	/*
	 * A stream that is connecting, or connected, to just there gets
	 * EALREADY or EISCONN from its protocol, or learns that it is through.
	 * There is nothing new to ask. Should another thread disconnect it
	 * between this look and the protocol's, then it goes where it may go;
	 * unless this is only held, so then it joins what is held.
	 */
	where = hash_address(&request.remote);
	if (!snet_flow_is_open(sock->sk) && sock->state != SS_UNCONNECTED &&
	    READ_ONCE(blob->connected) == where)
		return 0;

	err = hold_sending(&request, sock->sk, hold, non_blocking);
	if (!err)
		WRITE_ONCE(blob->connected, where);
	return err;
}

/* Families that do not know it as such may take it for an address. */
static bool is_disconnect(const struct sock *sk, const struct sockaddr *address)
{
	if (address->sa_family != AF_UNSPEC)
		return false;
	switch (sk->sk_family) {
	case AF_UNIX:
	case AF_INET:
	case AF_INET6:
	case AF_NETLINK:
		return true;
	default:
		return false;
	}
}

/**
 * snet_socket_connect - The hook of connect()
 * @sock: the socket
 * @address: in kernel memory
 * @len: its length
 *
 * Return: 0 or a negative errno.
 */
int snet_socket_connect(struct socket *sock, struct sockaddr *address, int len)
{
	enum snet_hold hold;

	if (!is_mediated(SNET_OP_CONNECT, sock, &hold))
		return 0;
	if (len < (int)offsetofend(struct sockaddr, sa_family))
		return -EINVAL;
	if (is_disconnect(sock->sk, address)) {
		snet_flow_leave(sock->sk);
		return 0;
	}
	return ask_connect(sock, address, len, hold, is_non_blocking(sock));
}

/* Asks about a call of which no more is known than its socket says. */
static int ask_about_socket(struct socket *sock, enum snet_operation operation)
{
	struct snet_request request;
	enum snet_hold hold;

	if (!is_mediated(operation, sock, &hold))
		return 0;

	snet_request_init(&request, operation);
	snet_request_set_socket(&request, sock->sk);
	/* Its address is still to come, and not at hand. */
	if (operation == SNET_OP_BIND)
		request.local.len = 0;
	return snet_hold(&request, sock->sk);
}

/**
 * snet_socket_listen - The hook of listen()
 * @sock: the socket
 * @backlog: of no interest
 *
 * Return: 0 or a negative errno.
 */
int snet_socket_listen(struct socket *sock, int backlog)
{
	return ask_about_socket(sock, SNET_OP_LISTEN);
}

/**
 * snet_socket_post_accept - The hook of accept(), once there is a connection
 * @sock: the socket that listens
 * @newsock: the connection, which nobody has a descriptor of yet
 *
 * Return: 0, or a negative errno: the connection is closed then.
 */
int snet_socket_post_accept(struct socket *sock, struct socket *newsock)
{
	struct snet_request request;
	enum snet_hold hold;

	if (!newsock->sk)
		return 0;
	snet_socket_blob(newsock->sk)->since_ns = ktime_get_boottime_ns();
	snet_socket_blob(newsock->sk)->is_accepted = true;
	if (!is_mediated(SNET_OP_ACCEPT, newsock, &hold))
		return 0;

	snet_request_init(&request, SNET_OP_ACCEPT);
	snet_request_set_socket(&request, newsock->sk);
	snet_address_of_peer(&request.remote, newsock);
	return snet_hold(&request, newsock->sk);
}

/* Whether the first data on a stream, sent to an address, connect it. */
static bool connects_by_sending(const struct sock *sk, const struct msghdr *msg)
{
	if (sk->sk_type != SOCK_STREAM)
		return false;
	/* These ignore an address, but for this flag. Others may not. */
	if (sk->sk_protocol == IPPROTO_TCP || sk->sk_protocol == IPPROTO_MPTCP)
		return msg->msg_flags & MSG_FASTOPEN;
	return true;
}

/* Whether a message carries more destinations than the one it is sent to. */
static bool has_more_addresses(const struct sock *sk, struct msghdr *msg)
{
	struct cmsghdr *cmsg;

	if (sk->sk_protocol != IPPROTO_SCTP)
		return false;
	for_each_cmsghdr(cmsg, msg) {
		/* The protocol refuses it, then. */
		if (!CMSG_OK(msg, cmsg))
			return false;
		if (cmsg->cmsg_level == IPPROTO_SCTP &&
		    (cmsg->cmsg_type == SCTP_DSTADDRV4 ||
		     cmsg->cmsg_type == SCTP_DSTADDRV6))
			return true;
	}
	return false;
}

/**
 * snet_socket_sendmsg - The hook of sendto() and the like
 * @sock: the socket
 * @msg: with the address, if there is one, in kernel memory
 * @size: of no interest
 *
 * Return: 0 or a negative errno.
 */
int snet_socket_sendmsg(struct socket *sock, struct msghdr *msg, int size)
{
	bool non_blocking = msg->msg_flags & MSG_DONTWAIT;
	struct snet_request request;
	enum snet_hold hold;
	bool connects;
	int err;

	if (!sock->sk)
		return 0;
	/* Without an address it goes where connect() has been asked about. */
	if (!msg->msg_name || msg->msg_namelen <= 0) {
		snet_flow_join_connected(sock->sk);
		return 0;
	}

	connects = connects_by_sending(sock->sk, msg);
	if (has_more_addresses(sock->sk, msg))
		return ask_about_socket(sock, connects ? SNET_OP_CONNECT :
							 SNET_OP_SEND);
	if (connects) {
		if (!is_mediated(SNET_OP_CONNECT, sock, &hold))
			return 0;
		return ask_connect(sock, msg->msg_name, msg->msg_namelen, hold,
				   non_blocking);
	}
	if (sock->sk->sk_type == SOCK_STREAM ||
	    !is_mediated(SNET_OP_SEND, sock, &hold))
		return 0;

	snet_request_init(&request, SNET_OP_SEND);
	snet_request_set_socket(&request, sock->sk);
	err = snet_address_take_destination(&request.remote, sock->sk,
					    msg->msg_name, msg->msg_namelen);
	if (err || !request.remote.len)
		return err;
	return hold_sending(&request, sock->sk, hold, non_blocking);
}

/**
 * snet_socket_recvmsg - The hook of recvfrom() and the like
 * @sock: the socket
 * @msg: of no interest: who sent what is not known yet
 * @size: of no interest
 * @flags: of the call
 *
 * Return: 0 or a negative errno.
 */
int snet_socket_recvmsg(struct socket *sock, struct msghdr *msg, int size,
			int flags)
{
	struct snet_request request;
	enum snet_hold hold;

	if (!sock->sk || sock->sk->sk_type == SOCK_STREAM ||
	    (flags & MSG_ERRQUEUE) ||
	    !is_mediated(SNET_OP_RECEIVE, sock, &hold))
		return 0;

	snet_request_init(&request, SNET_OP_RECEIVE);
	snet_request_set_socket(&request, sock->sk);
	snet_address_of_peer(&request.remote, sock);
	return snet_hold(&request, sock->sk);
}

/**
 * snet_socket_option - The hook of setsockopt() and getsockopt()
 * @sock: the socket
 * @level: of the option
 * @optname: the option
 *
 * SCTP binds and connects by options, too. Their addresses are still in the
 * program's memory, so these requests have none.
 *
 * Return: 0 or a negative errno.
 */
int snet_socket_option(struct socket *sock, int level, int optname)
{
	if (level != SOL_SCTP || !sock->sk ||
	    sock->sk->sk_protocol != IPPROTO_SCTP)
		return 0;

	switch (optname) {
	case SCTP_SOCKOPT_BINDX_ADD:
		return ask_about_socket(sock, SNET_OP_BIND);
	case SCTP_SOCKOPT_CONNECTX:
	case SCTP_SOCKOPT_CONNECTX_OLD:
	case SCTP_SOCKOPT_CONNECTX3:
		return ask_about_socket(sock, SNET_OP_CONNECT);
	default:
		return 0;
	}
}

/*
 * TCP counts what has a sequence number: also the SYN of who connects, and
 * each FIN. No more payload was acknowledged than was sent, and the FIN comes
 * last: so the smaller of the two numbers does not have it.
 */
static void count_tcp(const struct sock *sk, struct snet_traffic *traffic)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	u64 acked = READ_ONCE(tp->bytes_acked);
	u64 sent = READ_ONCE(tp->bytes_sent) - READ_ONCE(tp->bytes_retrans);
	u64 received = READ_ONCE(tp->bytes_received);

	if (acked && !snet_socket_blob(sk)->is_accepted)
		acked--;
	if (received && sock_flag(sk, SOCK_DONE))
		received--;
	traffic->sent = min(acked, sent);
	traffic->received = received;
}

static void count_traffic(const struct sock *sk, struct snet_traffic *traffic)
{
	traffic->duration_ns =
		ktime_get_boottime_ns() - snet_socket_blob(sk)->since_ns;
	traffic->is_counted =
		(sk->sk_family == AF_INET || sk->sk_family == AF_INET6) &&
		sk->sk_type == SOCK_STREAM && sk->sk_protocol == IPPROTO_TCP;
	if (traffic->is_counted)
		count_tcp(sk, traffic);
}

static void report_close(struct socket *sock)
{
	struct snet_traffic traffic;
	struct snet_request request;

	snet_request_init(&request, SNET_OP_CLOSE);
	snet_request_set_time(&request);
	snet_request_set_socket(&request, sock->sk);
	snet_address_of_peer(&request.remote, sock);
	count_traffic(sock->sk, &traffic);
	snet_report_close(&request, &traffic);
}

/**
 * snet_socket_release - The hook of a file's end
 * @file: any file
 */
void snet_socket_release(struct file *file)
{
	struct socket *sock = sock_from_file(file);
	enum snet_hold hold;

	if (!sock || !sock->sk)
		return;

	snet_flow_close(sock->sk);
	if (snet_report_is_wanted() && is_mediated(SNET_OP_CLOSE, sock, &hold))
		report_close(sock);
}
