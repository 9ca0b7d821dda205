// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Lists that the kernel dumps.
 *
 * A dump is read to its end before the first callback, which then may do with
 * the handle what it likes.
 */
#include <errno.h>

#include <linux/netlink.h>

#include "snet-private.h"

/* How often a dump is repeated that was not of one moment. */
#define DUMP_TRIES 8

static int collect(const struct nlmsghdr *hdr, void *data)
{
	return snet_queue_push(data, hdr, SIZE_MAX) ? 0 : -ENOMEM;
}

static int dump(struct snet *snet, uint8_t command, struct snet_queue *queue)
{
	struct snet_call call;
	int tries = DUMP_TRIES;
	int err;

	do {
		snet_queue_clear(queue);
		call = (struct snet_call){.reply = collect, .data = queue};
		err = snet_transact(snet, snet_command(snet, command, NLM_F_DUMP), &call);
	} while (!err && call.interrupted && --tries);
	if (!err && call.interrupted)
		err = SNET_FAIL(snet, -EAGAIN, "the list changed faster than it could be read");
	return err;
}

static int fail_malformed(struct snet *snet)
{
	snet_lock(snet);
	return snet_unlock(
		snet, SNET_FAIL(snet, -EBADMSG, "the kernel sent a malformed message in a list"));
}

/**
 * snet_list() - have the kernel list something
 * @command: that dumps it
 * @tell: called for each message, without the lock: reads it and calls the
 *	caller's callback. Return: 1, or 0 if it is not part of the list, or
 *	-EBADMSG, which becomes the result at the end
 * @data: for @tell
 *
 * Return: how many, or a negative errno
 */
int snet_list(struct snet *snet, uint8_t command,
	      int (*tell)(struct snet *snet, const struct nlmsghdr *hdr, void *data), void *data)
{
	struct snet_queue queue = {0};
	bool malformed = false;
	struct nlmsghdr *hdr;
	int count = 0;
	int err, told;

	snet_lock(snet);
	err = dump(snet, command, &queue);
	snet_unlock(snet, 0);

	while (!err && (hdr = snet_queue_peek(&queue))) {
		told = tell(snet, hdr, data);
		if (told < 0)
			malformed = true;
		else
			count += told;
		snet_queue_pop(&queue);
	}
	snet_queue_clear(&queue);
	if (malformed)
		err = fail_malformed(snet);
	return err ? err : count;
}

struct pending_listener {
	void (*callback)(struct snet *snet, const struct snet_event *event, void *data);
	void *data;
};

static int tell_pending(struct snet *snet, const struct nlmsghdr *hdr, void *data)
{
	const struct pending_listener *listener = data;
	struct snet_item item;
	int err = snet_decode(hdr, &item);

	if (item.kind != SNET_ITEM_REQUEST)
		return err;
	/* What cannot be understood holds a program all the same. */
	listener->callback(snet, &item.event, listener->data);
	return err ? err : 1;
}

int snet_pending(struct snet *snet,
		 void (*callback)(struct snet *snet, const struct snet_event *event, void *data),
		 void *data)
{
	struct pending_listener listener = {callback, data};

	return snet_list(snet, SNET_CMD_PENDING_GET, tell_pending, &listener);
}

struct ticket_listener {
	void (*callback)(struct snet *snet, const struct snet_ticket *ticket, void *data);
	void *data;
};

static int tell_ticket(struct snet *snet, const struct nlmsghdr *hdr, void *data)
{
	const struct ticket_listener *listener = data;
	struct snet_ticket ticket;
	struct snet_event call;

	if (!snet_decode_ticket(hdr, &ticket, &call))
		return -EBADMSG;
	listener->callback(snet, &ticket, listener->data);
	return 1;
}

int snet_ticket_list(struct snet *snet,
		     void (*callback)(struct snet *snet, const struct snet_ticket *ticket,
				      void *data),
		     void *data)
{
	struct ticket_listener listener = {callback, data};

	return snet_list(snet, SNET_CMD_TICKET_GET, tell_ticket, &listener);
}

struct mediated_listener {
	void (*callback)(struct snet *snet, const struct snet_mediated *entry, void *data);
	void *data;
};

static const struct snet_number mediated_numbers[] = {
	[SNET_A_OPERATION] =
		SNET_NUMBER(U32, struct snet_mediated, operation, .nonzero = true, .field = 1),
	[SNET_A_FAMILY] = SNET_NUMBER(INT, struct snet_mediated, family),
	[SNET_A_TYPE] = SNET_NUMBER(INT, struct snet_mediated, type),
	[SNET_A_PROTOCOL] = SNET_NUMBER(INT, struct snet_mediated, protocol),
	[SNET_A_HOLD] = SNET_NUMBER(U32, struct snet_mediated, hold),
};

static const struct snet_number_table mediated_table = SNET_NUMBER_TABLE(mediated_numbers);

static int tell_mediated(struct snet *snet, const struct nlmsghdr *hdr, void *data)
{
	struct snet_mediated entry = {.family = SNET_ANY, .type = SNET_ANY, .protocol = SNET_ANY};
	const struct mediated_listener *listener = data;
	uint32_t fields = 0;

	if (!snet_number_read_all(&mediated_table, hdr, &entry, &fields) || !fields)
		return -EBADMSG;
	listener->callback(snet, &entry, listener->data);
	return 1;
}

int snet_mediated_list(struct snet *snet,
		       void (*callback)(struct snet *snet, const struct snet_mediated *entry,
					void *data),
		       void *data)
{
	struct mediated_listener listener = {callback, data};

	return snet_list(snet, SNET_CMD_MEDIATE_GET, tell_mediated, &listener);
}
