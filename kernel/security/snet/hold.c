// SPDX-License-Identifier: GPL-2.0-only
/*
 * snet: one request's way to its decision
 *
 * By a ticket, at once. Otherwise: publish it in the table, ask the controller,
 * wait, and take the decision, whoever made it. The order matters: an answer
 * can come before the question's send has returned.
 *
 * What waits is a task, here, or a flow, in flow.c.
 */
#include <linux/jiffies.h>
#include <linux/sched/signal.h>
#include <linux/wait.h>

#include "config.h"
#include "controller.h"
#include "decision.h"
#include "flow.h"
#include "hold.h"
#include "pending.h"
#include "report.h"
#include "request.h"
#include "stats.h"
#include "ticket.h"

/*
 * A held task: only a fatal signal ends its sleep, it can be frozen for
 * suspend, and it is no load.
 */
#define SNET_HOLD_STATE (TASK_KILLABLE | TASK_FREEZABLE | TASK_NOLOAD)

/**
 * struct held_task - a task that sleeps
 * @pending: its entry in the table
 * @wait: where it sleeps
 *
 * Lives on the stack of the task.
 */
struct held_task {
	struct snet_pending pending;
	wait_queue_head_t wait;
};

static void wake_held_task(struct snet_pending *pending)
{
	wake_up(&container_of(pending, struct held_task, pending)->wait);
}

/* What the policy makes of a request that does not get to wait. */
static void apply_policy(const struct snet_request *request,
			 enum snet_cause cause, struct snet_decision *decision)
{
	*decision = snet_config_decide(cause, request->operation);
	snet_stats_count_decision(request->operation, decision);
}

/**
 * snet_hold_begin - Publish a request and ask the controller
 * @pending: with its request and its wake function
 * @decision: what became of it, when it does not wait
 *
 * Context: process context, may sleep for memory.
 * Return: true when it waits, or is decided already: snet_pending_remove() has
 *	to be called once. False when it has ended: it is not in the table.
 */
bool snet_hold_begin(struct snet_pending *pending,
		     struct snet_decision *decision)
{
	const struct snet_request *request = pending->request;
	int err;

	snet_stats_count_request(request->operation);
	if (!snet_controller_exists()) {
		apply_policy(request, SNET_CAUSE_NO_CONTROLLER, decision);
		return false;
	}

	pending->delay = snet_config_get(SNET_SETTING_DELAY);
	pending->deadline_ns =
		request->time_ns + (u64)pending->delay * NSEC_PER_SEC;
	err = snet_pending_add(pending);
	if (err) {
		apply_policy(request,
			     err == -ENOBUFS ? SNET_CAUSE_QUEUE_FULL :
					       SNET_CAUSE_UNDELIVERABLE,
			     decision);
		return false;
	}

	err = snet_controller_ask(pending);
	if (err && snet_pending_remove(pending)) {
		apply_policy(request,
			     err == -ESRCH ? SNET_CAUSE_CONTROLLER_GONE :
					     SNET_CAUSE_UNDELIVERABLE,
			     decision);
		return false;
	}
	return true;
}

/**
 * snet_hold_refuse - Decide a request that cannot be put
 * @request: the request
 * @decision: what becomes of it
 *
 * There is nothing that could wait: no memory, or no place for the hook.
 *
 * Context: process context.
 */
void snet_hold_refuse(const struct snet_request *request,
		      struct snet_decision *decision)
{
	snet_stats_count_request(request->operation);
	apply_policy(request,
		     snet_controller_exists() ? SNET_CAUSE_UNDELIVERABLE :
						SNET_CAUSE_NO_CONTROLLER,
		     decision);
}

/**
 * snet_hold_give_up - End a request that nobody has decided
 * @pending: taken out of the table by its waiter
 * @reason: why it does not wait any longer
 * @decision: what becomes of it: with %SNET_CANCEL_TIMEOUT the policy's
 *	decision, otherwise a denial that nobody will see
 *
 * The controller is told.
 *
 * Context: process context, may sleep for memory.
 */
void snet_hold_give_up(const struct snet_pending *pending,
		       enum snet_cancel_reason reason,
		       struct snet_decision *decision)
{
	enum snet_operation operation = pending->request->operation;

	if (reason == SNET_CANCEL_TIMEOUT)
		*decision = snet_config_decide(SNET_CAUSE_TIMEOUT, operation);
	else
		*decision = (struct snet_decision){
			.verdict = SNET_VERDICT_DENY,
			.error = EINTR,
			.cause = SNET_CAUSE_CANCELLED,
		};
	snet_stats_count_decision(operation, decision);
	snet_controller_cancel(pending->id, reason, decision->verdict);
}

static bool is_decided(const struct held_task *held)
{
	return snet_pending_is_decided(&held->pending);
}

/* Sleeps; tells why it ended when it was not by a decision. */
static enum snet_cancel_reason sleep_until_decided(struct held_task *held)
{
	long ret = (long)held->pending.delay * HZ;

	/* Like wait_event_killable_timeout(), but also freezable. */
	ret = ___wait_event(held->wait, ___wait_cond_timeout(is_decided(held)),
			    SNET_HOLD_STATE, 0, ret,
			    __ret = schedule_timeout(__ret));
	if (ret > 0)
		return SNET_CANCEL_UNSPEC;
	return ret ? SNET_CANCEL_KILLED : SNET_CANCEL_TIMEOUT;
}

static int hold_task(const struct snet_request *request)
{
	struct held_task held = {
		.pending.request = request,
		.pending.wake = wake_held_task,
	};
	enum snet_cancel_reason reason;
	struct snet_decision decision;

	init_waitqueue_head(&held.wait);
	if (!snet_hold_begin(&held.pending, &decision)) {
		snet_report_decision(request, 0, &decision);
		return snet_decision_errno(&decision);
	}

	reason = sleep_until_decided(&held);
	if (snet_pending_remove(&held.pending))
		snet_hold_give_up(&held.pending, reason, &decision);
	else
		decision = held.pending.decision;
	snet_report_decision(request, held.pending.id, &decision);
	return snet_decision_errno(&decision);
}

static void report_by_ticket(struct snet_request *request,
			     const struct snet_decision *decision)
{
	if (!snet_report_is_wanted())
		return;
	snet_request_set_time(request);
	snet_report_decision(request, 0, decision);
}

/**
 * snet_hold - Get a decision about a call
 * @request: what it wants, and how it is to wait; its time is set
 * @sk: the socket, for a request that is to wait as a flow
 *
 * Context: process context of the caller, no lock held; sleeps.
 * Return: 0 when the call may go on, or a negative errno for it to fail with.
 *	With %SNET_HOLD_FLOW the call goes on while the decision is still open.
 */
int snet_hold(struct snet_request *request, struct sock *sk)
{
	struct snet_decision decision;

	if (snet_controller_is_current())
		return 0;

	if (snet_ticket_lookup(request, &decision)) {
		snet_stats_count_decision(request->operation, &decision);
		report_by_ticket(request, &decision);
		return snet_decision_errno(&decision);
	}

	snet_request_set_time(request);
	if (request->hold == SNET_HOLD_FLOW)
		return snet_flow_hold(request, sk);
	return hold_task(request);
}
