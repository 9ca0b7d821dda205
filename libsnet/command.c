// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Commands to the kernel.
 *
 * Whether a value is allowed is for the kernel to say, which does it with
 * words; so it is not checked here a second time.
 */
#include <errno.h>
#include <string.h>

#include <linux/genetlink.h>
#include <netlink/attr.h>
#include <netlink/genl/genl.h>

#include "snet-private.h"

/* How often a dump is repeated that was not of one moment. */
#define DUMP_TRIES 8

/* Fails a call with words of the library's own. */
#define FAIL(snet, error, words) snet_fail(snet, error, words, sizeof(words))

/* Commands have a handful of numbers, so there is always room; but who knows. */
static int transact(struct snet *snet, bool complete, struct snet_call *call)
{
	if (!complete)
		return FAIL(snet, -EMSGSIZE, "the command is too long");
	return snet_transact(snet, call);
}

int snet_register(struct snet *snet, const struct snet_callbacks *callbacks, void *data)
{
	struct snet_call call = {0};
	int err;

	snet_lock(snet);
	err = transact(snet, snet_command(snet, SNET_CMD_REGISTER, NLM_F_ACK), &call);
	if (!err) {
		snet->callbacks = *callbacks;
		snet->data = data;
	}
	return snet_unlock(snet, err);
}

static bool put_verdict(struct nl_msg *msg, uint64_t id, enum snet_verdict verdict, int error)
{
	return msg && !nla_put_u64(msg, SNET_A_ID, id) &&
	       !nla_put_u32(msg, SNET_A_VERDICT, verdict) &&
	       (!error || !nla_put_u32(msg, SNET_A_ERRNO, error));
}

int snet_verdict(struct snet *snet, uint64_t id, enum snet_verdict verdict, int error)
{
	struct snet_call call = {0};
	struct nl_msg *msg;

	snet_lock(snet);
	msg = snet_command(snet, SNET_CMD_VERDICT, NLM_F_ACK);
	return snet_unlock(snet, transact(snet, put_verdict(msg, id, verdict, error), &call));
}

static bool put_config(struct nl_msg *msg, const struct snet_config *config)
{
	return msg && !nla_put_u32(msg, SNET_A_DELAY, config->delay) &&
	       !nla_put_u32(msg, SNET_A_POLICY, config->policy);
}

int snet_config_set(struct snet *snet, const struct snet_config *config)
{
	struct snet_call call = {0};
	struct nl_msg *msg;

	snet_lock(snet);
	msg = snet_command(snet, SNET_CMD_CONFIG_SET, NLM_F_ACK);
	return snet_unlock(snet, transact(snet, put_config(msg, config), &call));
}

/*
 * Numbers of a reply: where they go. An answer without one of them is no
 * answer. The attributes of one reply follow each other.
 */
struct snet_numbers {
	unsigned int first;
	unsigned int count;
	size_t size; /* of each: 4 or 8 */
	unsigned char *values;
	uint64_t seen; /* bit n: attribute first + n */
};

static int read_numbers(const struct nlmsghdr *hdr, void *data)
{
	struct snet_numbers *numbers = data;
	struct genlmsghdr *genl;
	struct nlattr *nla;
	unsigned int n;
	int rest;

	if (!genlmsg_valid_hdr((struct nlmsghdr *)hdr, 0))
		return -EBADMSG;
	genl = nlmsg_data(hdr);
	nla_for_each_attr(nla, genlmsg_attrdata(genl, 0), genlmsg_attrlen(genl, 0), rest)
	{
		n = (unsigned int)nla_type(nla) - numbers->first;
		if (n >= numbers->count)
			continue;
		if (nla_len(nla) != (int)numbers->size)
			return -EBADMSG;
		memcpy(numbers->values + n * numbers->size, nla_data(nla), numbers->size);
		numbers->seen |= UINT64_C(1) << n;
	}
	return 0;
}

static int get_numbers(struct snet *snet, uint8_t command, struct snet_numbers *numbers)
{
	struct snet_call call = {.reply = read_numbers, .data = numbers};
	int err;

	snet_lock(snet);
	err = transact(snet, snet_command(snet, command, NLM_F_ACK), &call);
	if (!err && numbers->seen != (UINT64_C(1) << numbers->count) - 1)
		err = FAIL(snet, -EBADMSG, "the kernel's answer lacks a number");
	return snet_unlock(snet, err);
}

int snet_config_get(struct snet *snet, struct snet_config *ret_config)
{
	uint32_t values[SNET_A_POLICY - SNET_A_DELAY + 1];
	struct snet_numbers numbers = {
		.first = SNET_A_DELAY,
		.count = SNET_A_POLICY - SNET_A_DELAY + 1,
		.size = sizeof(values[0]),
		.values = (unsigned char *)values,
	};
	int err = get_numbers(snet, SNET_CMD_CONFIG_GET, &numbers);

	if (err)
		return err;
	ret_config->delay = values[0];
	ret_config->policy = values[1];
	return 0;
}

int snet_stats_get(struct snet *snet, struct snet_stats *ret_stats)
{
	uint64_t values[SNET_A_STAT_PENDING - SNET_A_STAT_REQUESTS + 1];
	struct snet_numbers numbers = {
		.first = SNET_A_STAT_REQUESTS,
		.count = SNET_A_STAT_PENDING - SNET_A_STAT_REQUESTS + 1,
		.size = sizeof(values[0]),
		.values = (unsigned char *)values,
	};
	int err = get_numbers(snet, SNET_CMD_STATS_GET, &numbers);

	if (err)
		return err;
#define VALUE(attr) (values[(attr)-SNET_A_STAT_REQUESTS])
	ret_stats->requests = VALUE(SNET_A_STAT_REQUESTS);
	ret_stats->allowed = VALUE(SNET_A_STAT_ALLOWED);
	ret_stats->denied = VALUE(SNET_A_STAT_DENIED);
	ret_stats->cancelled = VALUE(SNET_A_STAT_CANCELLED);
	ret_stats->timeout = VALUE(SNET_A_STAT_TIMEOUT);
	ret_stats->no_controller = VALUE(SNET_A_STAT_NO_CONTROLLER);
	ret_stats->controller_gone = VALUE(SNET_A_STAT_CONTROLLER_GONE);
	ret_stats->queue_full = VALUE(SNET_A_STAT_QUEUE_FULL);
	ret_stats->undeliverable = VALUE(SNET_A_STAT_UNDELIVERABLE);
	ret_stats->pending = VALUE(SNET_A_STAT_PENDING);
#undef VALUE
	return 0;
}

/* What a dump has collected. */
struct snet_dump {
	struct snet_queue queue;
	bool malformed;
};

static int read_pending(const struct nlmsghdr *hdr, void *data)
{
	struct snet_dump *dump = data;
	struct snet_item *item = snet_queue_reserve(&dump->queue, SIZE_MAX);

	if (!item)
		return -ENOMEM;
	if (snet_decode(hdr, item))
		dump->malformed = true;
	if (item->kind == SNET_ITEM_REQUEST)
		snet_queue_commit(&dump->queue);
	return 0;
}

static int dump_pending(struct snet *snet, struct snet_dump *dump)
{
	struct snet_call call;
	int tries = DUMP_TRIES;
	int err;

	do {
		dump->queue.count = 0;
		dump->malformed = false;
		call = (struct snet_call){.reply = read_pending, .data = dump};
		err = transact(snet, snet_command(snet, SNET_CMD_PENDING_GET, NLM_F_DUMP), &call);
	} while (!err && call.interrupted && --tries);
	if (!err && call.interrupted)
		err = FAIL(snet, -EAGAIN, "what waits changed faster than it could be read");
	return err;
}

int snet_pending(struct snet *snet,
		 void (*callback)(struct snet *snet, const struct snet_event *event, void *data),
		 void *data)
{
	struct snet_dump dump = {0};
	struct snet_item item;
	int count = 0;
	int err;

	snet_lock(snet);
	err = dump_pending(snet, &dump);
	if (!err && dump.malformed)
		FAIL(snet, -EBADMSG, "the kernel described a request in a malformed message");
	snet_unlock(snet, 0);

	while (!err && snet_queue_pop(&dump.queue, &item)) {
		callback(snet, &item.request, data);
		count++;
	}
	snet_queue_clear(&dump.queue);
	if (!err && dump.malformed)
		err = -EBADMSG;
	return err ? err : count;
}
