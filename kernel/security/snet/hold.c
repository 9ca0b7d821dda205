// SPDX-License-Identifier: GPL-2.0-only
/*
 * snet: holding a task until its request is decided
 *
 * One request's way: publish it in the table, ask the controller, sleep, and
 * take the decision, whoever made it. The order matters: an answer can come
 * before the question's send has returned.
 */
#include <linux/jiffies.h>
#include <linux/sched/signal.h>
#include <linux/timekeeping.h>
#include <linux/wait.h>

#include "config.h"
#include "controller.h"
#include "hold.h"
#include "pending.h"
#include "request.h"
#include "stats.h"

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

static bool is_decided(const struct held_task *held)
{
	return snet_pending_is_decided(&held->pending);
}

static int decision_errno(const struct snet_decision *decision)
{
	return decision->verdict == SNET_VERDICT_ALLOW ? 0 : -decision->error;
}

static struct snet_decision policy_decision(enum snet_stat cause)
{
	return (struct snet_decision){
		.verdict = snet_config_policy(),
		.error = EACCES,
		.cause = cause,
	};
}

/* What the policy makes of a request that is not in the table. */
static int apply_policy(enum snet_stat cause)
{
	const struct snet_decision decision = policy_decision(cause);

	snet_stats_count(cause);
	return decision_errno(&decision);
}

/* Sleeps; tells why it ended when it was not by a decision. */
static enum snet_cancel_reason sleep_until_decided(struct held_task *held,
						   u32 delay)
{
	long ret;

	/* Like wait_event_killable_timeout(), but also freezable. */
	ret = ___wait_event(held->wait, ___wait_cond_timeout(is_decided(held)),
			    SNET_HOLD_STATE, 0, (long)delay * HZ,
			    __ret = schedule_timeout(__ret));
	if (ret > 0)
		return SNET_CANCEL_UNSPEC;
	return ret ? SNET_CANCEL_KILLED : SNET_CANCEL_TIMEOUT;
}

/* The sleep has ended and nobody had decided. */
static int give_up(u64 id, enum snet_cancel_reason reason)
{
	const struct snet_decision decision =
		policy_decision(SNET_STAT_TIMEOUT);

	if (reason == SNET_CANCEL_KILLED) {
		snet_stats_count(SNET_STAT_CANCELLED);
		snet_controller_cancel(id, reason, SNET_VERDICT_DENY);
		/* Never seen by the program: the signal is fatal. */
		return -EINTR;
	}

	snet_stats_count(SNET_STAT_TIMEOUT);
	snet_controller_cancel(id, reason, decision.verdict);
	return decision_errno(&decision);
}

/**
 * snet_hold - Ask, and let the calling task sleep until there is a decision
 * @request: what it wants
 *
 * Context: process context; sleeps for up to the delay. No lock may be held
 *	that the controller, or whoever it asks, could need.
 * Return: 0 when the call may go on, or a negative errno.
 */
int snet_hold(const struct snet_request *request)
{
	enum snet_cancel_reason reason;
	struct held_task held = {
		.pending.request = request,
		.pending.wake = wake_held_task,
	};
	u32 delay;
	int err;

	if (snet_controller_is_current())
		return 0;

	snet_stats_count(SNET_STAT_REQUESTS);
	if (!snet_controller_exists())
		return apply_policy(SNET_STAT_NO_CONTROLLER);

	delay = snet_config_delay();
	held.pending.time_ns = ktime_get_real_ns();
	held.pending.deadline_ns =
		held.pending.time_ns + (u64)delay * NSEC_PER_SEC;
	init_waitqueue_head(&held.wait);

	err = snet_pending_add(&held.pending);
	if (err)
		return apply_policy(SNET_STAT_QUEUE_FULL);

	err = snet_controller_ask(&held.pending);
	if (err) {
		if (snet_pending_remove(&held.pending))
			return apply_policy(err == -ESRCH ?
						    SNET_STAT_CONTROLLER_GONE :
						    SNET_STAT_UNDELIVERABLE);
		return decision_errno(&held.pending.decision);
	}

	reason = sleep_until_decided(&held, delay);
	if (snet_pending_remove(&held.pending))
		return give_up(held.pending.id, reason);
	return decision_errno(&held.pending.decision);
}
