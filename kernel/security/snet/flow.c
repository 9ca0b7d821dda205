// SPDX-License-Identifier: GPL-2.0-only
/*
 * snet: holding packets instead of a task
 *
 * The call that asks goes on as if it were allowed; what it makes the socket
 * send waits in the flow until there is a decision. Then it is sent, or it is
 * lost and the socket learns the error.
 *
 * A verdict can be faster than the call that it is about, which may not have
 * sent anything yet. So a flow that is not allowed refuses packets until all
 * calls have returned that had been let through because of it.
 *
 * This is what calls and packets have to do with flows; held-flow.c is the life
 * of one.
 */
#include <linux/netfilter.h>
#include <linux/rculist.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/task_work.h>
#include <net/inet_sock.h>
#include <net/ipv6.h>
#include <net/sock.h>

#include "blob.h"
#include "decision.h"
#include "flow-net.h"
#include "flow-sock.h"
#include "flow.h"
#include "held-flow.h"
#include "hold.h"
#include "report.h"
#include "request.h"

/**
 * struct flow_call - a call in progress
 * @work: run when the task is about to return to its program
 * @flow: a reference
 */
struct flow_call {
	struct callback_head work;
	struct snet_held *flow;
};

static struct hlist_head *flows_of(const struct sock *sk)
{
	return &snet_socket_blob(sk)->flows;
}

/* A call that was let through because of the flow returns to its program. */
static void end_call(struct callback_head *work)
{
	struct flow_call *call = container_of(work, struct flow_call, work);
	struct snet_held *flow = call->flow;
	bool is_last, has_sent;

	kfree(call);
	spin_lock_bh(&flow->lock);
	is_last = !--flow->calls;
	has_sent = flow->has_sent;
	if (is_last && flow->state == SNET_HELD_DENIED)
		snet_held_settle(flow);
	spin_unlock_bh(&flow->lock);

	/* It has failed for another reason: there is nothing left to ask. */
	if (is_last && !has_sent &&
	    !snet_flow_sock_will_send(flow->sk, &flow->to,
				      flow->request.operation ==
					      SNET_OP_CONNECT))
		snet_held_conclude(flow, SNET_CANCEL_CLOSED);
	snet_held_put(flow);
}

/* Has the flow last until the current call has returned, unless it ends now. */
static bool join_flow(struct snet_held *flow)
{
	struct flow_call *call;
	bool is_waiting;

	/* A thread of the kernel never returns to a program. */
	if (current->flags & PF_KTHREAD)
		return false;
	call = kmalloc(sizeof(*call), GFP_ATOMIC);
	if (!call)
		return false;
	init_task_work(&call->work, end_call);
	call->flow = flow;

	spin_lock_bh(&flow->lock);
	is_waiting = flow->state == SNET_HELD_WAITING &&
		     !task_work_add(current, &call->work, TWA_RESUME);
	if (is_waiting) {
		refcount_inc(&flow->refs);
		flow->calls++;
	}
	spin_unlock_bh(&flow->lock);
	if (!is_waiting)
		kfree(call);
	return is_waiting;
}

static bool is_like(const struct snet_held *flow, enum snet_operation operation,
		    const struct snet_endpoint *to)
{
	if (READ_ONCE(flow->state) != SNET_HELD_WAITING ||
	    flow->request.operation != operation)
		return false;
	return !to || (flow->to.port == to->port &&
		       ipv6_addr_equal(&flow->to.address, &to->address));
}

/* Whether it ends with its socket, or with the connection of it. */
static bool has_to_end(struct snet_held *flow, bool is_closing)
{
	if (READ_ONCE(flow->is_concluded))
		return false;
	if (is_closing)
		return READ_ONCE(flow->state) == SNET_HELD_WAITING &&
		       !snet_held_outlive(flow);
	return is_like(flow, SNET_OP_CONNECT, NULL);
}

static void cancel_flows(struct sock *sk, bool is_closing)
{
	struct snet_held *flow;
	bool is_found;

	do {
		is_found = false;
		rcu_read_lock();
		hlist_for_each_entry_rcu(flow, flows_of(sk), node) {
			is_found = has_to_end(flow, is_closing) &&
				   refcount_inc_not_zero(&flow->refs);
			if (is_found)
				break;
		}
		rcu_read_unlock();
		if (is_found) {
			snet_held_conclude(flow, SNET_CANCEL_CLOSED);
			snet_held_put(flow);
		}
	} while (is_found);
}

static bool join_flows(struct sock *sk, enum snet_operation operation,
		       const struct snet_endpoint *to)
{
	struct snet_held *flow;
	bool is_joined = false;

	rcu_read_lock();
	hlist_for_each_entry_rcu(flow, flows_of(sk), node) {
		if (is_like(flow, operation, to) && join_flow(flow))
			is_joined = true;
	}
	rcu_read_unlock();
	return is_joined;
}

/**
 * snet_flow_is_possible - Whether the packets of a call can wait in its place
 * @request: the call
 * @sk: its socket
 *
 * Context: process context.
 * Return: whether snet_flow_hold() may be called.
 */
bool snet_flow_is_possible(const struct snet_request *request,
			   const struct sock *sk)
{
	return snet_held_is_ready() && snet_flow_sock_is_possible(request, sk);
}

/**
 * snet_flow_is_open - Whether something of a socket is not allowed, or not yet
 * @sk: the socket
 *
 * What is allowed can be on its way still: its SYN wakes its program sooner
 * than it is over itself.
 *
 * Context: any. If not, then what is read after it is from after the end of
 *	all flows that there were and that are not allowed.
 */
bool snet_flow_is_open(const struct sock *sk)
{
	const struct snet_held *flow;
	bool is_open = false;

	rcu_read_lock();
	hlist_for_each_entry_rcu(flow, flows_of(sk), node) {
		enum snet_held_state state = READ_ONCE(flow->state);

		if (state != SNET_HELD_ALLOWED && state != SNET_HELD_OVER)
			is_open = true;
	}
	rcu_read_unlock();

	/* Pairs with the barrier in forget_connection(). */
	smp_rmb();
	return is_open;
}

/**
 * snet_flow_join - Let a call wait with one like it
 * @request: connect(), or a datagram's
 * @sk: its socket
 *
 * A datagram socket that connects to elsewhere leaves where it is.
 *
 * Context: process context of the caller, no lock held; sleeps.
 * Return: true when the same is held already: the call may go on, and its
 *	packets wait for the same decision.
 */
bool snet_flow_join(const struct snet_request *request, struct sock *sk)
{
	struct snet_endpoint to;

	if (!snet_flow_is_open(sk))
		return false;
	if (snet_flow_is_possible(request, sk)) {
		snet_endpoint_set(&to, &request->remote);
		if (join_flows(sk, request->operation, &to))
			return true;
	}
	if (request->operation == SNET_OP_CONNECT && sk->sk_type == SOCK_DGRAM)
		snet_flow_leave(sk);
	return false;
}

/**
 * snet_flow_join_connected - Let a call wait that sends where connect() was to
 * @sk: its socket
 *
 * Context: process context of the caller.
 */
void snet_flow_join_connected(struct sock *sk)
{
	if (!hlist_empty(flows_of(sk)))
		join_flows(sk, SNET_OP_CONNECT, NULL);
}

/* A flow that lasts at least as long as the current call; or NULL. */
static struct snet_held *new_flow(const struct snet_request *request,
				  struct sock *sk)
{
	struct snet_held *flow = snet_held_new(request, sk);

	if (flow && !join_flow(flow)) {
		snet_held_put(flow);
		return NULL;
	}
	/* From here on end_call() comes, with a reference of its own. */
	return flow;
}

/**
 * snet_flow_hold - Ask, and hold what the call sends until there is a decision
 * @request: what it wants; snet_flow_is_possible()
 * @sk: its socket
 *
 * Context: process context of the caller, no lock held; sleeps for memory only.
 * Return: 0 when the call may go on; a negative errno when it was denied at
 *	once.
 */
int snet_flow_hold(const struct snet_request *request, struct sock *sk)
{
	struct snet_held *flow = new_flow(request, sk);
	struct snet_decision decision;

	if (!flow) {
		snet_hold_refuse(request, &decision);
		snet_report_decision(request, 0, &decision);
		return snet_decision_errno(&decision);
	}
	snet_held_link(flow, flows_of(sk));

	if (snet_hold_begin(&flow->pending, &decision)) {
		snet_held_begin(flow);
		return 0;
	}
	snet_report_decision(&flow->request, 0, &decision);
	snet_held_decide(flow, &decision);
	return snet_decision_errno(&decision);
}

/**
 * snet_flow_leave - A socket is about to be disconnected
 * @sk: the socket
 *
 * What is held of its connection is cancelled; when the current call returns
 * and has not changed anything, then the socket is disconnected all the same.
 *
 * Context: process context of the caller, no lock held; sleeps.
 */
void snet_flow_leave(struct sock *sk)
{
	if (hlist_empty(flows_of(sk)))
		return;
	join_flows(sk, SNET_OP_CONNECT, NULL);
	cancel_flows(sk, false);
}

/**
 * snet_flow_close - A socket is about to be closed
 * @sk: the socket
 *
 * What is held of it is cancelled, but for datagrams that are only waiting for
 * their verdict: to their program they are sent.
 *
 * Context: process context, no lock held; sleeps.
 */
void snet_flow_close(struct sock *sk)
{
	cancel_flows(sk, true);
}

/**
 * snet_flow_local_out - The hook for packets that leave the host
 * @unused: nothing
 * @skb: the packet
 * @state: of no interest
 *
 * Context: process context or softirq, under RCU.
 * Return: Netfilter's verdict.
 */
unsigned int snet_flow_local_out(void *unused, struct sk_buff *skb,
				 const struct nf_hook_state *state)
{
	struct snet_flow_packet packet;
	struct sock *sk = skb_to_full_sk(skb);
	unsigned int verdict;
	struct snet_held *flow;
	bool is_known = false;

	if (!sk || !sk_fullsock(sk) || hlist_empty(flows_of(sk)) ||
	    !snet_flow_packet_read(&packet, sk, skb))
		return NF_ACCEPT;

	hlist_for_each_entry_rcu(flow, flows_of(sk), node) {
		if (!snet_flow_packet_goes_to(&packet, &flow->to))
			continue;
		is_known = true;
		if (snet_held_take(flow, skb, &packet, &verdict))
			return verdict;
	}
	if (is_known || sk->sk_type != SOCK_STREAM)
		return NF_ACCEPT;

	/*
	 * A program of the administrator may have sent the connection
	 * elsewhere. There is no other one on this socket.
	 */
	hlist_for_each_entry_rcu(flow, flows_of(sk), node) {
		if (snet_held_take(flow, skb, &packet, &verdict))
			return verdict;
	}
	return NF_ACCEPT;
}
