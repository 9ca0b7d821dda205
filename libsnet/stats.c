// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The counters of the kernel module.
 */
#include <errno.h>

#include <linux/netlink.h>

#include "snet-private.h"

/* What a message says. Each number has a bit, so that none can be missing. */
struct counted {
	uint32_t fields;
	uint32_t operation;
	struct snet_stats stats;
};

#define OPERATION_FIELD	    (1U << 0)
#define FIELDS_BY_OPERATION (((1U << 11) - 1) << 1)
#define FIELDS_TOTAL	    (((1U << 16) - 1) << 1)

#define COUNTER(bit_, member_)                                                                     \
	SNET_NUMBER(U64, struct counted, stats.member_, .field = 1U << (bit_))

static const struct snet_number counted_numbers[] = {
	[SNET_A_OPERATION] = SNET_NUMBER(U32, struct counted, operation, .nonzero = true,
					 .field = OPERATION_FIELD),
	[SNET_A_STAT_REQUESTS] = COUNTER(1, requests),
	[SNET_A_STAT_ALLOWED] = COUNTER(2, allowed),
	[SNET_A_STAT_DENIED] = COUNTER(3, denied),
	[SNET_A_STAT_CANCELLED] = COUNTER(4, cancelled),
	[SNET_A_STAT_TIMEOUT] = COUNTER(5, timeout),
	[SNET_A_STAT_NO_CONTROLLER] = COUNTER(6, no_controller),
	[SNET_A_STAT_CONTROLLER_GONE] = COUNTER(7, controller_gone),
	[SNET_A_STAT_QUEUE_FULL] = COUNTER(8, queue_full),
	[SNET_A_STAT_UNDELIVERABLE] = COUNTER(9, undeliverable),
	[SNET_A_STAT_TICKET_ALLOWED] = COUNTER(10, ticket_allowed),
	[SNET_A_STAT_TICKET_DENIED] = COUNTER(11, ticket_denied),
	[SNET_A_STAT_PENDING] = COUNTER(12, pending),
	[SNET_A_STAT_TICKETS] = COUNTER(13, tickets),
	[SNET_A_STAT_TICKETS_EVICTED] = COUNTER(14, tickets_evicted),
	[SNET_A_STAT_TICKETS_REFUSED] = COUNTER(15, tickets_refused),
	[SNET_A_STAT_FLOW_DROPPED] = COUNTER(16, flow_dropped),
};

static const struct snet_number_table counted_table = SNET_NUMBER_TABLE(counted_numbers);

static int read_counted(const struct nlmsghdr *hdr, void *data)
{
	struct counted *counted = data;

	return snet_number_read_all(&counted_table, hdr, counted, &counted->fields) ? 0 : -EBADMSG;
}

int snet_stats_get(struct snet *snet, struct snet_stats *ret_stats)
{
	struct counted counted = {0};
	struct snet_call call = {.reply = read_counted, .data = &counted};
	int err;

	snet_lock(snet);
	err = snet_transact(snet, snet_command(snet, SNET_CMD_STATS_GET, NLM_F_ACK), &call);
	if (!err && (counted.fields & FIELDS_TOTAL) != FIELDS_TOTAL)
		err = SNET_FAIL(snet, -EBADMSG, "the kernel's answer lacks a number");
	if (!err)
		*ret_stats = counted.stats;
	return snet_unlock(snet, err);
}

struct stats_listener {
	void (*callback)(struct snet *snet, uint32_t operation, const struct snet_stats *stats,
			 void *data);
	void *data;
};

static int tell_stats(struct snet *snet, const struct nlmsghdr *hdr, void *data)
{
	const uint32_t required = OPERATION_FIELD | FIELDS_BY_OPERATION;
	const struct stats_listener *listener = data;
	struct counted counted = {0};

	if (read_counted(hdr, &counted) || (counted.fields & required) != required)
		return -EBADMSG;
	listener->callback(snet, counted.operation, &counted.stats, listener->data);
	return 1;
}

int snet_stats_list(struct snet *snet,
		    void (*callback)(struct snet *snet, uint32_t operation,
				     const struct snet_stats *stats, void *data),
		    void *data)
{
	struct stats_listener listener = {callback, data};

	return snet_list(snet, SNET_CMD_STATS_GET, tell_stats, &listener);
}
