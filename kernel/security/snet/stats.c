// SPDX-License-Identifier: GPL-2.0-only
/*
 * snet: counters
 *
 * One set for each CPU, so that counting costs nothing to speak of.
 */
#include <linux/cpumask.h>
#include <linux/irqflags.h>
#include <linux/percpu.h>

#include "stats.h"

struct counters {
	u64 value[SNET_OP_MAX + 1][SNET_STAT_MAX];
	u64 dropped;
};

static DEFINE_PER_CPU(struct counters, counters);

/**
 * snet_stats_count_request - Count a call that is to be asked about
 * @operation: the call
 */
void snet_stats_count_request(enum snet_operation operation)
{
	this_cpu_inc(counters.value[operation][SNET_STAT_REQUESTS]);
}

static enum snet_stat stat_of(const struct snet_decision *decision)
{
	bool allowed = decision->verdict == SNET_VERDICT_ALLOW;

	switch (decision->cause) {
	case SNET_CAUSE_CONTROLLER:
		return allowed ? SNET_STAT_ALLOWED : SNET_STAT_DENIED;
	case SNET_CAUSE_TICKET:
		return allowed ? SNET_STAT_TICKET_ALLOWED :
				 SNET_STAT_TICKET_DENIED;
	case SNET_CAUSE_NO_CONTROLLER:
		return SNET_STAT_NO_CONTROLLER;
	case SNET_CAUSE_CONTROLLER_GONE:
		return SNET_STAT_CONTROLLER_GONE;
	case SNET_CAUSE_QUEUE_FULL:
		return SNET_STAT_QUEUE_FULL;
	case SNET_CAUSE_UNDELIVERABLE:
		return SNET_STAT_UNDELIVERABLE;
	case SNET_CAUSE_TIMEOUT:
		return SNET_STAT_TIMEOUT;
	default:
		return SNET_STAT_CANCELLED;
	}
}

/**
 * snet_stats_count_decision - Count how a call ended
 * @operation: the call
 * @decision: its end
 */
void snet_stats_count_decision(enum snet_operation operation,
			       const struct snet_decision *decision)
{
	this_cpu_inc(counters.value[operation][stat_of(decision)]);
}

/**
 * snet_stats_count_dropped - Count a packet that a full flow has no place for
 *
 * Context: any.
 */
void snet_stats_count_dropped(void)
{
	this_cpu_inc(counters.dropped);
}

/**
 * snet_stats_read - Read a counter
 * @operation: of this operation
 * @stat: which one
 *
 * Return: its value since boot.
 */
u64 snet_stats_read(enum snet_operation operation, enum snet_stat stat)
{
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += READ_ONCE(per_cpu(counters, cpu).value[operation][stat]);
	return sum;
}

/**
 * snet_stats_total - Read a counter over all operations
 * @stat: which one
 *
 * Return: its value since boot.
 */
u64 snet_stats_total(enum snet_stat stat)
{
	u64 sum = 0;
	int operation;

	for (operation = 0; operation <= SNET_OP_MAX; operation++)
		sum += snet_stats_read(operation, stat);
	return sum;
}

/**
 * snet_stats_dropped - Read how many packets full flows had no place for
 *
 * Return: the number since boot.
 */
u64 snet_stats_dropped(void)
{
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += READ_ONCE(per_cpu(counters, cpu).dropped);
	return sum;
}
