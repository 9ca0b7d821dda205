// SPDX-License-Identifier: GPL-2.0-only
/*
 * snet: the life of a held flow
 *
 * What ends its wait are: the verdict, its time, the end of its socket unless
 * datagrams wait, and the end of its last call when this has failed. Each of
 * them concludes it, the first one wins; what follows from that is done by its
 * work alone.
 */
#include <linux/init.h>
#include <linux/jiffies.h>
#include <linux/netfilter.h>
#include <linux/printk.h>
#include <linux/rculist.h>
#include <linux/slab.h>
#include <net/dst.h>
#include <net/ip.h>
#include <net/ipv6.h>
#include <net/sock.h>

#include "blob.h"
#include "decision.h"
#include "flow-net.h"
#include "held-flow.h"
#include "hold.h"
#include "limits.h"
#include "report.h"
#include "stats.h"

/* When TCP's clock is stopped: before its first timer, of a second, is over. */
#define FLOW_PAUSE (HZ / 2)

/*
 * Until a busy socket is tried again, unless the call that is busy with it is
 * one of the flow's: then at its end.
 */
#define FLOW_RETRY max(HZ / 50, 1)

static struct workqueue_struct *flow_queue __ro_after_init;

/* Protects the lists of all sockets. Taken in process context only. */
static DEFINE_SPINLOCK(flows_lock);

/**
 * snet_held_put - Let go of a flow
 * @flow: one with a reference of the caller
 *
 * Context: process context; sleeps with the last reference.
 */
void snet_held_put(struct snet_held *flow)
{
	if (!refcount_dec_and_test(&flow->refs))
		return;
	snet_flow_net_put(flow->net);
	snet_request_release(&flow->request);
	sock_put(flow->sk);
	kfree_rcu(flow, rcu);
}

/**
 * snet_held_settle - Have done what follows from the flow's state
 * @flow: the flow
 *
 * Context: any.
 */
void snet_held_settle(struct snet_held *flow)
{
	refcount_inc(&flow->refs);
	if (!queue_work(flow_queue, &flow->work))
		refcount_dec(&flow->refs);
}

/* Whenever it was set to before. */
static void set_timer(struct snet_held *flow, unsigned long delay)
{
	lockdep_assert_held(&flow->lock);
	refcount_inc(&flow->refs);
	if (mod_delayed_work(flow_queue, &flow->timer, delay))
		refcount_dec(&flow->refs);
}

static void unlink_flow(struct snet_held *flow)
{
	spin_lock(&flows_lock);
	hlist_del_init_rcu(&flow->node);
	spin_unlock(&flows_lock);
	snet_held_put(flow);
}

/**
 * snet_held_link - Let packets find a flow
 * @flow: the flow; the list takes over the caller's reference
 * @list: of its socket
 *
 * Context: process context.
 */
void snet_held_link(struct snet_held *flow, struct hlist_head *list)
{
	spin_lock(&flows_lock);
	hlist_add_head_rcu(&flow->node, list);
	spin_unlock(&flows_lock);
}

/* Called with the lock of the table of what waits. */
static void wake_flow(struct snet_pending *pending)
{
	snet_held_settle(container_of(pending, struct snet_held, pending));
}

/**
 * snet_held_decide - Make the decision what becomes of packets
 * @flow: a flow that is concluded, or has never begun
 * @decision: the decision
 *
 * Context: process context.
 */
void snet_held_decide(struct snet_held *flow,
		      const struct snet_decision *decision)
{
	spin_lock_bh(&flow->lock);
	if (decision->verdict == SNET_VERDICT_ALLOW) {
		flow->state = SNET_HELD_ALLOWED;
	} else {
		flow->state = SNET_HELD_DENIED;
		if (decision->cause != SNET_CAUSE_CANCELLED)
			flow->error = decision->error;
	}
	spin_unlock_bh(&flow->lock);
	snet_held_settle(flow);
}

/* Whether the caller is the one who concludes it. */
static bool begin_to_conclude(struct snet_held *flow)
{
	bool is_first;

	spin_lock_bh(&flow->lock);
	is_first = !flow->is_concluded;
	flow->is_concluded = true;
	spin_unlock_bh(&flow->lock);
	return is_first;
}

/**
 * snet_held_conclude - End the wait, if nobody else has
 * @flow: the flow
 * @reason: why, if nobody has decided
 *
 * Context: process context, sleeps.
 */
void snet_held_conclude(struct snet_held *flow, enum snet_cancel_reason reason)
{
	struct snet_decision decision;

	if (!begin_to_conclude(flow))
		return;
	if (cancel_delayed_work(&flow->timer))
		snet_held_put(flow);
	if (snet_pending_remove(&flow->pending))
		snet_hold_give_up(&flow->pending, reason, &decision);
	else
		decision = flow->pending.decision;
	snet_report_decision(&flow->request, flow->pending.id, &decision);
	snet_held_decide(flow, &decision);
}

/**
 * snet_held_outlive - Let what waits outlive its socket, which is being closed
 * @flow: a flow that may have been concluded
 *
 * As it would in the queue of a device: each packet keeps the socket's memory.
 * A connection ends with its socket.
 *
 * Context: process context.
 * Return: false when nothing waits, or too much does without a socket already:
 *	the flow has to be concluded.
 */
bool snet_held_outlive(struct snet_held *flow)
{
	bool has_packets;

	if (flow->sk->sk_type == SOCK_STREAM)
		return false;
	spin_lock_bh(&flow->lock);
	has_packets = !skb_queue_empty(&flow->packets);
	spin_unlock_bh(&flow->lock);
	return has_packets && snet_pending_orphan(&flow->pending);
}

static void send_packet(struct snet_held *flow, struct sk_buff *skb)
{
	struct net *net = sock_net(flow->sk);

	if (snet_flow_packet_is_stale(flow->sk, skb)) {
		kfree_skb(skb);
		return;
	}
#if IS_ENABLED(CONFIG_IPV6)
	if (skb->protocol == htons(ETH_P_IPV6)) {
		ip6_local_out(net, flow->sk, skb);
		return;
	}
#endif
	ip_local_out(net, flow->sk, skb);
}

/*
 * Sends what waits, the oldest first. What comes meanwhile queues up behind it,
 * until there is nothing left and the flow is over.
 */
static void send_packets(struct snet_held *flow)
{
	struct sk_buff *skb;

	for (;;) {
		spin_lock_bh(&flow->lock);
		skb = __skb_dequeue(&flow->packets);
		flow->passing = skb;
		if (!skb)
			flow->state = SNET_HELD_OVER;
		spin_unlock_bh(&flow->lock);
		if (!skb)
			break;
		send_packet(flow, skb);
		cond_resched();
	}
}

static void settle_allowed(struct snet_held *flow)
{
	/* A socket that is busy, and was not paused, has hardly waited. */
	if (flow->has_waited && !snet_flow_sock_resume(flow->sk, flow->seq) &&
	    flow->is_paused) {
		spin_lock_bh(&flow->lock);
		set_timer(flow, FLOW_RETRY);
		spin_unlock_bh(&flow->lock);
		return;
	}
	send_packets(flow);
	unlink_flow(flow);
}

/* Another call to there is to be asked about again, once the flow is over. */
static void forget_connection(const struct snet_held *flow)
{
	if (flow->request.operation == SNET_OP_CONNECT)
		WRITE_ONCE(snet_socket_blob(flow->sk)->connected, 0);
	/* Pairs with the barrier in snet_flow_is_open(). */
	smp_wmb();
}

/*
 * The socket is told once it has shown that it has begun to send, or when no
 * call can make it begin any more. With that, the flow is over.
 */
static void settle_denied(struct snet_held *flow)
{
	struct snet_flow_end end = {
		.to = flow->to,
		.is_connection = flow->request.operation == SNET_OP_CONNECT,
	};
	struct sk_buff_head packets;
	bool is_last, is_told;

	__skb_queue_head_init(&packets);
	spin_lock_bh(&flow->lock);
	skb_queue_splice_init(&flow->packets, &packets);
	end.error = flow->error;
	end.has_sent = flow->has_sent;
	end.has_waited = flow->has_waited;
	end.seq = flow->seq;
	is_last = !flow->calls;
	is_told = is_last || flow->is_refused || (end.error && end.has_sent);
	flow->is_refused = false;
	spin_unlock_bh(&flow->lock);
	__skb_queue_purge(&packets);

	if (is_last)
		forget_connection(flow);
	if (is_told && !snet_flow_sock_end(flow->sk, &end)) {
		spin_lock_bh(&flow->lock);
		flow->is_refused = true;
		set_timer(flow, FLOW_RETRY);
		spin_unlock_bh(&flow->lock);
		return;
	}

	spin_lock_bh(&flow->lock);
	if (is_told)
		flow->has_waited = false;
	is_last = is_last && !flow->is_refused;
	if (is_last)
		flow->state = SNET_HELD_OVER;
	spin_unlock_bh(&flow->lock);
	if (is_last)
		unlink_flow(flow);
}

static enum snet_held_state read_state(struct snet_held *flow)
{
	enum snet_held_state state;

	spin_lock_bh(&flow->lock);
	state = flow->state;
	spin_unlock_bh(&flow->lock);
	return state;
}

static void work_on_flow(struct work_struct *work)
{
	struct snet_held *flow = container_of(work, struct snet_held, work);

	/* Who else concludes it queues this work again. */
	snet_held_conclude(flow, SNET_CANCEL_UNSPEC);
	switch (read_state(flow)) {
	case SNET_HELD_ALLOWED:
		settle_allowed(flow);
		break;
	case SNET_HELD_DENIED:
		settle_denied(flow);
		break;
	default:
		break;
	}
	snet_held_put(flow);
}

/* Stops TCP's clock; false when that has to be tried again. */
static bool pause_flow(struct snet_held *flow)
{
	bool is_due;
	u32 seq;

	spin_lock_bh(&flow->lock);
	is_due = flow->has_waited && !flow->is_paused;
	flow->is_paused |= is_due;
	seq = flow->seq;
	spin_unlock_bh(&flow->lock);
	if (!is_due || snet_flow_sock_pause(flow->sk, seq))
		return true;

	spin_lock_bh(&flow->lock);
	flow->is_paused = false;
	spin_unlock_bh(&flow->lock);
	return false;
}

static void watch_flow(struct snet_held *flow)
{
	unsigned long next;
	bool is_paused;

	if (time_after_eq(jiffies, flow->expires)) {
		snet_held_conclude(flow, SNET_CANCEL_TIMEOUT);
		return;
	}
	is_paused = pause_flow(flow);

	spin_lock_bh(&flow->lock);
	next = flow->expires - jiffies;
	if (!is_paused)
		next = min_t(unsigned long, next, FLOW_RETRY);
	/* A packet that came meanwhile has set it itself. */
	if (!flow->is_concluded && !delayed_work_pending(&flow->timer))
		set_timer(flow, next);
	spin_unlock_bh(&flow->lock);
}

static void time_flow(struct work_struct *work)
{
	struct snet_held *flow =
		container_of(work, struct snet_held, timer.work);
	bool is_concluded;

	spin_lock_bh(&flow->lock);
	is_concluded = flow->is_concluded;
	spin_unlock_bh(&flow->lock);
	if (is_concluded)
		snet_held_settle(flow);
	else
		watch_flow(flow);
	snet_held_put(flow);
}

/**
 * snet_held_new - Make a flow
 * @request: what it waits for; copied
 * @sk: its socket
 *
 * Context: process context, sleeps.
 * Return: the flow, with one reference; or NULL without memory.
 */
struct snet_held *snet_held_new(const struct snet_request *request,
				struct sock *sk)
{
	struct snet_held *flow = kzalloc(sizeof(*flow), GFP_KERNEL_ACCOUNT);

	if (!flow)
		return NULL;
	flow->net = snet_flow_net_get(sock_net(sk));
	if (!flow->net) {
		kfree(flow);
		return NULL;
	}
	flow->pending.request = &flow->request;
	flow->pending.wake = wake_flow;
	snet_request_copy(&flow->request, request);
	snet_endpoint_set(&flow->to, &request->remote);
	sock_hold(sk);
	flow->sk = sk;
	refcount_set(&flow->refs, 1);
	INIT_WORK(&flow->work, work_on_flow);
	INIT_DELAYED_WORK(&flow->timer, time_flow);
	flow->expires = jiffies + (unsigned long)SNET_DELAY_MAX * HZ;
	spin_lock_init(&flow->lock);
	flow->state = SNET_HELD_WAITING;
	/* Nobody can conclude what has not begun. */
	flow->is_concluded = true;
	__skb_queue_head_init(&flow->packets);
	return flow;
}

/**
 * snet_held_begin - Begin to wait for a decision
 * @flow: linked, and in the table of what waits
 *
 * Context: process context.
 */
void snet_held_begin(struct snet_held *flow)
{
	unsigned long delay = (unsigned long)flow->pending.delay * HZ;

	spin_lock_bh(&flow->lock);
	flow->expires = jiffies + delay;
	flow->is_concluded = false;
	if (!delayed_work_pending(&flow->timer))
		set_timer(flow, delay);
	spin_unlock_bh(&flow->lock);
	/* Decided already, and nobody was there to hear. */
	if (snet_pending_is_decided(&flow->pending))
		snet_held_settle(flow);
}

static unsigned int park_packet(struct snet_held *flow, struct sk_buff *skb)
{
	if (skb_queue_len(&flow->packets) >= SNET_FLOW_PACKETS_MAX) {
		snet_stats_count_dropped();
		return NF_DROP_ERR(-ENOBUFS);
	}
	if (!skb_dst_force(skb))
		return NF_DROP_ERR(-ENETDOWN);
	__skb_queue_tail(&flow->packets, skb);
	flow->has_waited = true;
	return NF_STOLEN;
}

/*
 * A connection begins with its SYN, which a flow takes if it is about that. One
 * that there is already has nothing to do with a flow that has taken nothing:
 * the call wants to go elsewhere, which will fail.
 */
static bool is_of_another(const struct snet_held *flow,
			  const struct snet_flow_packet *packet)
{
	return packet->is_connected && !flow->has_sent;
}

/**
 * snet_held_take - Offer a packet to a flow
 * @flow: a flow of the packet's socket
 * @skb: the packet
 * @packet: what is of interest in it
 * @verdict: where to put Netfilter's verdict
 *
 * Context: process context or softirq, under RCU.
 * Return: whether the flow has a say in it. If not, @verdict is untouched.
 */
bool snet_held_take(struct snet_held *flow, struct sk_buff *skb,
		    const struct snet_flow_packet *packet,
		    unsigned int *verdict)
{
	bool is_taken = true;

	spin_lock_bh(&flow->lock);
	if (flow->state == SNET_HELD_OVER || skb == flow->passing ||
	    is_of_another(flow, packet)) {
		is_taken = false;
	} else {
		flow->has_sent = true;
		flow->seq = packet->seq;
		flow->is_paused = false;
		if (flow->state == SNET_HELD_DENIED) {
			flow->is_refused = true;
			snet_held_settle(flow);
			*verdict = NF_DROP_ERR((-(flow->error ?: ECONNRESET)));
		} else {
			*verdict = park_packet(flow, skb);
			if (flow->state == SNET_HELD_WAITING &&
			    flow->sk->sk_type == SOCK_STREAM)
				set_timer(flow, FLOW_PAUSE);
		}
	}
	spin_unlock_bh(&flow->lock);
	return is_taken;
}

/**
 * snet_held_is_ready - Whether flows can be held
 *
 * Return: false if there was no memory for it at boot.
 */
bool snet_held_is_ready(void)
{
	return flow_queue;
}

static int __init held_flow_init(void)
{
	flow_queue = alloc_workqueue("snet_flow", WQ_UNBOUND | WQ_HIGHPRI, 0);
	if (!flow_queue)
		pr_warn("snet: no memory to hold flows\n");
	return 0;
}
core_initcall(held_flow_init);
