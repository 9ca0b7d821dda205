/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * snet: counters
 */
#ifndef _SECURITY_SNET_STATS_H
#define _SECURITY_SNET_STATS_H

#include <linux/snet.h>
#include <linux/types.h>

#include "decision.h"

/**
 * enum snet_stat - what is counted, for each operation; see SNET_A_STAT_*
 * @SNET_STAT_REQUESTS: calls that no ticket decided
 * @SNET_STAT_ALLOWED: allowed by the controller
 * @SNET_STAT_DENIED: denied by the controller
 * @SNET_STAT_CANCELLED: the task was killed, or the socket closed
 * @SNET_STAT_TIMEOUT: policy, as nobody answered in time
 * @SNET_STAT_NO_CONTROLLER: policy, as there is nobody to ask
 * @SNET_STAT_CONTROLLER_GONE: policy, as nobody is left to answer
 * @SNET_STAT_QUEUE_FULL: policy, as too many wait
 * @SNET_STAT_UNDELIVERABLE: policy, as the question could not be sent
 * @SNET_STAT_TICKET_ALLOWED: allowed by a ticket
 * @SNET_STAT_TICKET_DENIED: denied by a ticket
 * @SNET_STAT_MAX: how many there are
 */
enum snet_stat {
	SNET_STAT_REQUESTS,
	SNET_STAT_ALLOWED,
	SNET_STAT_DENIED,
	SNET_STAT_CANCELLED,
	SNET_STAT_TIMEOUT,
	SNET_STAT_NO_CONTROLLER,
	SNET_STAT_CONTROLLER_GONE,
	SNET_STAT_QUEUE_FULL,
	SNET_STAT_UNDELIVERABLE,
	SNET_STAT_TICKET_ALLOWED,
	SNET_STAT_TICKET_DENIED,
	SNET_STAT_MAX,
};

void snet_stats_count_request(enum snet_operation operation);
void snet_stats_count_decision(enum snet_operation operation,
			       const struct snet_decision *decision);
void snet_stats_count_dropped(void);
u64 snet_stats_read(enum snet_operation operation, enum snet_stat stat);
u64 snet_stats_total(enum snet_stat stat);
u64 snet_stats_dropped(void);

#endif /* _SECURITY_SNET_STATS_H */
