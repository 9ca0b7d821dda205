// SPDX-License-Identifier: GPL-2.0-only
/*
 * snet: what holding a flow means to the protocols
 *
 * Knows TCP and UDP, their packets and their sockets, but nothing of requests
 * and decisions. The sockets are locked as their timers do it: without waiting
 * for a task that has a socket for itself. A program can make that last.
 */
#include <linux/bpf-cgroup.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/skbuff.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <net/inet_sock.h>
#include <net/ipv6.h>
#include <net/sock.h>
#include <net/tcp.h>
#include <net/udp.h>

#include "compat.h"
#include "flow-sock.h"
#include "request.h"

static bool is_tcp(const struct sock *sk)
{
	return sk->sk_type == SOCK_STREAM && sk->sk_protocol == IPPROTO_TCP;
}

static bool is_udp(const struct sock *sk)
{
	return sk->sk_type == SOCK_DGRAM &&
	       (sk->sk_protocol == IPPROTO_UDP ||
		sk->sk_protocol == IPPROTO_UDPLITE);
}

static bool endpoint_equal(const struct snet_endpoint *a,
			   const struct snet_endpoint *b)
{
	return a->port == b->port && ipv6_addr_equal(&a->address, &b->address);
}

/* To nowhere is to this machine, in one of several ways. */
static bool is_nowhere(const struct in6_addr *address)
{
	return ipv6_addr_any(address) ||
	       (ipv6_addr_v4mapped(address) && !address->s6_addr32[3]);
}

/* Whether programs of the administrator send datagrams elsewhere. */
static bool is_redirected(void)
{
	return cgroup_bpf_enabled(CGROUP_INET4_CONNECT) ||
	       cgroup_bpf_enabled(CGROUP_INET6_CONNECT) ||
	       cgroup_bpf_enabled(CGROUP_UDP4_SENDMSG) ||
	       cgroup_bpf_enabled(CGROUP_UDP6_SENDMSG);
}

/**
 * snet_flow_sock_is_possible - Whether packets can wait in place of a call
 * @request: the call
 * @sk: its socket
 *
 * Datagrams are known by their destination. So it must be the one that the
 * call names.
 *
 * Return: whether they can.
 */
bool snet_flow_sock_is_possible(const struct snet_request *request,
				const struct sock *sk)
{
	struct snet_endpoint to;

	/* As a module, IPv6 cannot be called from here. */
	if (sk->sk_family != AF_INET &&
	    !(sk->sk_family == AF_INET6 && IS_BUILTIN(CONFIG_IPV6)))
		return false;
	if (!snet_address_is_inet(&request->remote))
		return false;
	/* In repair mode there is a connection without any packet. */
	if (is_tcp(sk))
		return request->operation == SNET_OP_CONNECT &&
		       !tcp_sk(sk)->repair;
	if (!is_udp(sk) || (request->operation != SNET_OP_CONNECT &&
			    request->operation != SNET_OP_SEND))
		return false;

	snet_endpoint_set(&to, &request->remote);
	return !is_nowhere(&to.address) && !is_redirected();
}

/**
 * snet_endpoint_set - Take an endpoint from an address
 * @endpoint: where to
 * @address: an internet address
 */
void snet_endpoint_set(struct snet_endpoint *endpoint,
		       const struct snet_address *address)
{
	if (address->family == AF_INET) {
		ipv6_addr_set_v4mapped(address->in.sin_addr.s_addr,
				       &endpoint->address);
		endpoint->port = address->in.sin_port;
	} else {
		endpoint->address = address->in6.sin6_addr;
		endpoint->port = address->in6.sin6_port;
	}
}

static bool is_peer(const struct sock *sk, const struct snet_endpoint *to)
{
	struct snet_endpoint peer = { .port = inet_sk(sk)->inet_dport };

#if IS_ENABLED(CONFIG_IPV6)
	if (sk->sk_family == AF_INET6)
		peer.address = sk->sk_v6_daddr;
	else
#endif
		ipv6_addr_set_v4mapped(inet_sk(sk)->inet_daddr, &peer.address);
	return endpoint_equal(&peer, to);
}

/* Reads the network header; returns where the next one begins, or -1. */
static int read_header(struct snet_flow_packet *packet, const struct sock *sk,
		       const struct sk_buff *skb)
{
	int offset = skb_network_offset(skb);
	int protocol, len;

	if (skb->protocol == htons(ETH_P_IP)) {
		const struct iphdr *header = ip_hdr(skb);

		protocol = header->protocol;
		len = header->ihl * 4;
		packet->is_routed = len > (int)sizeof(*header);
		ipv6_addr_set_v4mapped(header->daddr, &packet->to.address);
	} else {
		const struct ipv6hdr *header = ipv6_hdr(skb);
		u8 next = header->nexthdr;
		__be16 fragment;

		len = ipv6_skip_exthdr(skb, offset + sizeof(*header), &next,
				       &fragment);
		if (len < 0)
			return -1;
		len -= offset;
		protocol = next;
		packet->is_routed = len > (int)sizeof(*header);
		packet->to.address = header->daddr;
	}
	/* Around a packet of this socket that has been looked at already. */
	if (protocol != sk->sk_protocol)
		return -1;
	return offset + len;
}

/**
 * snet_flow_packet_read - Read what is of interest in a packet
 * @packet: where to
 * @sk: the socket that it is from
 * @skb: as it leaves the host: not in fragments yet
 *
 * Context: any.
 * Return: false when it is not of the socket's protocol.
 */
bool snet_flow_packet_read(struct snet_flow_packet *packet,
			   const struct sock *sk, const struct sk_buff *skb)
{
	int offset = read_header(packet, sk, skb);
	union {
		struct tcphdr tcp;
		struct udphdr udp;
	} buffer;
	const struct tcphdr *tcp;
	const struct udphdr *udp;

	if (offset < 0)
		return false;
	packet->seq = 0;
	packet->is_connected = false;
	if (is_tcp(sk)) {
		tcp = skb_header_pointer(skb, offset, sizeof(*tcp), &buffer);
		if (!tcp)
			return false;
		packet->to.port = tcp->dest;
		packet->seq = ntohl(tcp->seq);
		packet->is_connected = !((1 << inet_sk_state_load(sk)) &
					 (TCPF_SYN_SENT | TCPF_SYN_RECV));
	} else {
		udp = skb_header_pointer(skb, offset, sizeof(*udp), &buffer);
		if (!udp)
			return false;
		packet->to.port = udp->dest;
	}
	return true;
}

/**
 * snet_flow_packet_goes_to - Whether a packet goes to some place
 * @packet: the packet
 * @to: the place
 *
 * Return: whether it does, or could.
 */
bool snet_flow_packet_goes_to(const struct snet_flow_packet *packet,
			      const struct snet_endpoint *to)
{
	if (packet->is_routed)
		return packet->to.port == to->port;
	return endpoint_equal(&packet->to, to);
}

/**
 * snet_flow_packet_is_stale - Whether a packet is not wanted any more
 * @sk: the socket that it is from
 * @skb: the packet
 *
 * Context: any, and no lock needed: when in doubt, the packet gets lost or the
 *	peer ignores it, which both may happen to any.
 * Return: true if it is of a connection that is no more.
 */
bool snet_flow_packet_is_stale(const struct sock *sk, const struct sk_buff *skb)
{
	if (!is_tcp(sk))
		return false;
	return inet_sk_state_load(sk) == TCP_CLOSE ||
	       before(ntohl(tcp_hdr(skb)->seq), READ_ONCE(tcp_sk(sk)->snd_una));
}

/* Calls @func with the socket locked, unless a task has it for itself. */
static bool run_locked(struct sock *sk,
		       void (*func)(struct sock *sk, const void *data),
		       const void *data)
{
	bool is_free;

	local_bh_disable();
	bh_lock_sock(sk);
	is_free = !sock_owned_by_user(sk);
	if (is_free)
		func(sk, data);
	bh_unlock_sock(sk);
	local_bh_enable();
	return is_free;
}

/* Whether the socket still tries to connect with the SYN of this number. */
static bool is_connecting(const struct sock *sk, u32 seq)
{
	return ((1 << sk->sk_state) & (TCPF_SYN_SENT | TCPF_SYN_RECV)) &&
	       tcp_sk(sk)->snd_una == seq;
}

static void pause_tcp(struct sock *sk, const void *seq)
{
	if (is_connecting(sk, *(const u32 *)seq))
		inet_csk_clear_xmit_timer(sk, ICSK_TIME_RETRANS);
}

/**
 * snet_flow_sock_pause - Stop the time of a connection whose SYN waits
 * @sk: the socket
 * @seq: the number of the SYN
 *
 * Otherwise TCP takes the wait for loss: it makes its window small and, after
 * some time, gives up.
 *
 * Context: process context.
 * Return: false when the socket is busy: try again.
 */
bool snet_flow_sock_pause(struct sock *sk, u32 seq)
{
	return !is_tcp(sk) || run_locked(sk, pause_tcp, &seq);
}

static void resume_tcp(struct sock *sk, const void *seq)
{
	u64 now = tcp_clock_ns();
	struct sk_buff *skb;

	if (!is_connecting(sk, *(const u32 *)seq))
		return;
	for (skb = tcp_rtx_queue_head(sk); skb; skb = skb_rb_next(skb))
		skb->skb_mstamp_ns = now;
	inet_csk_reset_xmit_timer(sk, ICSK_TIME_RETRANS, inet_csk(sk)->icsk_rto,
				  TCP_RTO_MAX);
}

/**
 * snet_flow_sock_resume - Let the connection begin now
 * @sk: the socket
 * @seq: the number of the SYN, which is about to be sent
 *
 * As if the SYN were sent for the first time: its wait is no round trip time,
 * and the timer begins anew. What stays is the time within the SYN: the peer
 * only sends it back, and TCP checks that it is not from before the SYN.
 *
 * Context: process context.
 * Return: false when the socket is busy: try again if it was paused.
 */
bool snet_flow_sock_resume(struct sock *sk, u32 seq)
{
	return !is_tcp(sk) || run_locked(sk, resume_tcp, &seq);
}

/* Datagrams in the making, by MSG_MORE or UDP_CORK, to that port. */
static bool is_corked(const struct sock *sk, __be16 port)
{
	switch (READ_ONCE(udp_sk(sk)->pending)) {
	case AF_INET:
		return inet_sk(sk)->cork.fl.u.ip4.fl4_dport == port;
	case AF_INET6:
		return inet_sk(sk)->cork.fl.u.ip6.fl6_dport == port;
	default:
		return false;
	}
}

static void flush_corked(struct sock *sk)
{
	struct udp_sock *up = udp_sk(sk);

	if (up->pending == AF_INET) {
		udp_flush_pending_frames(sk);
		return;
	}
#if IS_BUILTIN(CONFIG_IPV6)
	up->len = 0;
	WRITE_ONCE(up->pending, 0);
	ip6_flush_pending_frames(sk);
#endif
}

/**
 * snet_flow_sock_will_send - Whether packets may come, though none is there
 * @sk: the socket
 * @to: where the flow goes
 * @is_connection: it is by connect(), as opposed to single datagrams
 *
 * Asked when all calls have returned that could bring packets directly.
 *
 * Context: any.
 * Return: false when the calls have failed, or have brought nothing.
 */
bool snet_flow_sock_will_send(struct sock *sk, const struct snet_endpoint *to,
			      bool is_connection)
{
	if (is_tcp(sk))
		return snet_tcp_is_deferred(sk) && is_peer(sk, to);
	if (is_corked(sk, to->port))
		return true;
	return is_connection && sk->sk_state == TCP_ESTABLISHED &&
	       is_peer(sk, to);
}

static void end_tcp(struct sock *sk, const struct snet_flow_end *end)
{
	if (sk->sk_state == TCP_CLOSE || sk->sk_state == TCP_LISTEN)
		return;
	/* It may be connecting elsewhere since. */
	if (end->has_sent ? tcp_sk(sk)->snd_una != end->seq :
			    !snet_tcp_is_deferred(sk) || !is_peer(sk, &end->to))
		return;
	snet_tcp_clear_deferred(sk);
	tcp_done_with_error(sk, end->error ?: ECONNRESET);
}

static void end_udp(struct sock *sk, const struct snet_flow_end *end)
{
	bool is_lost = end->has_waited;

	if (is_corked(sk, end->to.port)) {
		flush_corked(sk);
		is_lost = true;
	}
	if (end->is_connection) {
		if (sk->sk_state != TCP_ESTABLISHED || !is_peer(sk, &end->to))
			return;
		is_lost = true;
	}
	if (is_lost && end->error) {
		WRITE_ONCE(sk->sk_err, end->error);
		sk_error_report(sk);
	}
	if (end->is_connection)
		__udp_disconnect(sk, 0);
}

static void end_flow(struct sock *sk, const void *end)
{
	if (sock_flag(sk, SOCK_DEAD))
		return;
	if (is_tcp(sk))
		end_tcp(sk, end);
	else
		end_udp(sk, end);
}

/**
 * snet_flow_sock_end - End what was not allowed
 * @sk: the socket
 * @end: what, and how
 *
 * A connection is aborted, or the datagram socket disconnected, if it is still
 * that one; datagrams in the making are thrown away; the program is told.
 *
 * Context: process context.
 * Return: false when the socket is busy: try again.
 */
bool snet_flow_sock_end(struct sock *sk, const struct snet_flow_end *end)
{
	return run_locked(sk, end_flow, end);
}
