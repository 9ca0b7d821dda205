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
	u64 value[SNET_STAT_MAX];
};

static DEFINE_PER_CPU(struct counters, counters);

/**
 * snet_stats_count - Count one more
 * @stat: of what
 */
void snet_stats_count(enum snet_stat stat)
{
	this_cpu_inc(counters.value[stat]);
}

/**
 * snet_stats_read - Read a counter
 * @stat: which one
 *
 * Return: its value since boot.
 */
u64 snet_stats_read(enum snet_stat stat)
{
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += READ_ONCE(per_cpu(counters, cpu).value[stat]);
	return sum;
}
