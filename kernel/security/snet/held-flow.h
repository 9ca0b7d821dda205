/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * snet: one flow that is held
 */
#ifndef _SECURITY_SNET_HELD_FLOW_H
#define _SECURITY_SNET_HELD_FLOW_H

#include <linux/list.h>
#include <linux/rcupdate.h>
#include <linux/refcount.h>
#include <linux/skbuff.h>
#include <linux/snet.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/workqueue.h>

#include "flow-sock.h"
#include "pending.h"
#include "request.h"

struct snet_decision;
struct snet_flow_net;
struct sock;

/**
 * enum snet_held_state - what becomes of a packet
 * @SNET_HELD_WAITING: it waits
 * @SNET_HELD_ALLOWED: it waits until those before it have been sent
 * @SNET_HELD_DENIED: it is refused
 * @SNET_HELD_OVER: the flow is nothing to it
 */
enum snet_held_state {
	SNET_HELD_WAITING,
	SNET_HELD_ALLOWED,
	SNET_HELD_DENIED,
	SNET_HELD_OVER,
};

/**
 * struct snet_held - a held flow
 * @pending: its entry in the table of what waits
 * @request: what that refers to, a copy
 * @to: where the packets go
 * @sk: the socket; a reference
 * @net: keeps the hook in the socket's namespace
 * @refs: that of the socket's list, and one for each work, timer and call
 * @node: in the socket's list, under flows_lock or RCU
 * @work: settles it once it is concluded
 * @timer: pauses TCP, and decides when the time is over; later, tries again
 * @expires: jiffies when its time is over
 * @lock: protects what follows; taken where packets leave, so without softirqs
 * @state: what becomes of packets
 * @is_concluded: the end has begun
 * @has_sent: packets have been seen
 * @has_waited: packets have waited
 * @is_refused: packets have been refused since the socket was last told
 * @is_paused: TCP's clock has been stopped
 * @error: of a denied one, or 0 when the program need not know
 * @seq: of the last packet, with TCP
 * @calls: those in progress that were let through because of this flow
 * @packets: those that wait
 * @passing: the one that is being sent
 * @rcu: frees it
 */
struct snet_held {
	struct snet_pending pending;
	struct snet_request request;
	struct snet_endpoint to;
	struct sock *sk;
	struct snet_flow_net *net;
	refcount_t refs;
	struct hlist_node node;
	struct work_struct work;
	struct delayed_work timer;
	unsigned long expires;

	spinlock_t lock; /* what follows */
	enum snet_held_state state;
	bool is_concluded;
	bool has_sent;
	bool has_waited;
	bool is_refused;
	bool is_paused;
	int error;
	u32 seq;
	unsigned int calls;
	struct sk_buff_head packets;
	const struct sk_buff *passing;

	struct rcu_head rcu;
};

struct snet_held *snet_held_new(const struct snet_request *request,
				struct sock *sk);
void snet_held_put(struct snet_held *flow);
void snet_held_link(struct snet_held *flow, struct hlist_head *list);
void snet_held_begin(struct snet_held *flow);
void snet_held_settle(struct snet_held *flow);
void snet_held_decide(struct snet_held *flow,
		      const struct snet_decision *decision);
void snet_held_conclude(struct snet_held *flow, enum snet_cancel_reason reason);
bool snet_held_outlive(struct snet_held *flow);
bool snet_held_take(struct snet_held *flow, struct sk_buff *skb,
		    const struct snet_flow_packet *packet,
		    unsigned int *verdict);
bool snet_held_is_ready(void);

#endif /* _SECURITY_SNET_HELD_FLOW_H */
