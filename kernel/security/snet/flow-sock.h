/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * snet: what holding a flow means to the protocols
 */
#ifndef _SECURITY_SNET_FLOW_SOCK_H
#define _SECURITY_SNET_FLOW_SOCK_H

#include <linux/in6.h>
#include <linux/types.h>

struct sk_buff;
struct snet_address;
struct snet_request;
struct sock;

/**
 * struct snet_endpoint - an address and a port of the internet
 * @address: IPv4 addresses are mapped
 * @port: in network byte order
 */
struct snet_endpoint {
	struct in6_addr address;
	__be16 port;
};

/**
 * struct snet_flow_packet - what is of interest in a packet
 * @to: where it goes
 * @is_routed: it may name its way instead of its destination
 * @is_connected: it is of a connection that both sides have agreed on
 * @seq: with TCP, its sequence number
 */
struct snet_flow_packet {
	struct snet_endpoint to;
	bool is_routed;
	bool is_connected;
	u32 seq;
};

/**
 * struct snet_flow_end - how a flow that was not allowed is to end
 * @to: where it went
 * @is_connection: it is by connect(), as opposed to single datagrams
 * @has_sent: packets have been seen
 * @has_waited: some of them have waited, and are lost now
 * @seq: with TCP, the sequence number of the last one
 * @error: positive errno for the program; 0 if it has nothing to hear
 */
struct snet_flow_end {
	struct snet_endpoint to;
	bool is_connection;
	bool has_sent;
	bool has_waited;
	u32 seq;
	int error;
};

bool snet_flow_sock_is_possible(const struct snet_request *request,
				const struct sock *sk);
void snet_endpoint_set(struct snet_endpoint *endpoint,
		       const struct snet_address *address);
bool snet_flow_packet_read(struct snet_flow_packet *packet,
			   const struct sock *sk, const struct sk_buff *skb);
bool snet_flow_packet_goes_to(const struct snet_flow_packet *packet,
			      const struct snet_endpoint *to);
bool snet_flow_packet_is_stale(const struct sock *sk,
			       const struct sk_buff *skb);
bool snet_flow_sock_will_send(struct sock *sk, const struct snet_endpoint *to,
			      bool is_connection);
bool snet_flow_sock_pause(struct sock *sk, u32 seq);
bool snet_flow_sock_resume(struct sock *sk, u32 seq);
bool snet_flow_sock_end(struct sock *sk, const struct snet_flow_end *end);

#endif /* _SECURITY_SNET_FLOW_SOCK_H */
