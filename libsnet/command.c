// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Commands to the kernel that only want to know whether it has done them.
 *
 * Whether a value is allowed is for the kernel to say, which does it with
 * words; so it is not checked here a second time.
 */
#include <errno.h>
#include <sys/socket.h>

#include <netlink/attr.h>

#include "snet-private.h"

/* A command without attributes. */
static int command(struct snet *snet, uint8_t number)
{
	struct snet_call call = {0};

	return snet_transact(snet, snet_command(snet, number, NLM_F_ACK), &call);
}

int snet_register(struct snet *snet, const struct snet_callbacks *callbacks, void *data)
{
	int err;

	snet_lock(snet);
	err = SNET_CHECK_RESERVED(snet, callbacks->reserved);
	if (!err)
		err = command(snet, SNET_CMD_REGISTER);
	if (!err) {
		snet->callbacks = *callbacks;
		snet->data = data;
	}
	return snet_unlock(snet, err);
}

static int join(struct snet *snet)
{
	if (!snet->group)
		return SNET_FAIL(snet, -EOPNOTSUPP, "this kernel's snet has no monitors");
	if (setsockopt(snet->fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &snet->group,
		       sizeof(snet->group)) < 0)
		return snet_fail(snet, -errno, NULL, 0);
	return 0;
}

int snet_monitor(struct snet *snet, const struct snet_monitor_callbacks *callbacks, void *data)
{
	int err;

	snet_lock(snet);
	err = SNET_CHECK_RESERVED(snet, callbacks->reserved);
	if (!err)
		err = join(snet);
	if (!err) {
		snet->monitor = *callbacks;
		snet->monitor_data = data;
	}
	return snet_unlock(snet, err);
}

static bool put_verdict(struct nl_msg *msg, uint64_t id, uint32_t verdict, int error)
{
	return msg && !nla_put_u64(msg, SNET_A_ID, id) &&
	       !nla_put_u32(msg, SNET_A_VERDICT, verdict) &&
	       (!error || !nla_put_u32(msg, SNET_A_ERRNO, error));
}

static bool put_terms(struct nl_msg *msg, const struct snet_ticket_terms *terms)
{
	return !terms || (!nla_put_u64(msg, SNET_A_TICKET_FIELDS, terms->fields) &&
			  (terms->mode == SNET_TICKET_DEFAULT ||
			   !nla_put_u32(msg, SNET_A_TICKET_MODE, terms->mode)) &&
			  (terms->lifetime == SNET_TICKET_DEFAULT ||
			   !nla_put_u32(msg, SNET_A_TICKET_LIFETIME, terms->lifetime)));
}

static int check_terms(struct snet *snet, const struct snet_ticket_terms *terms)
{
	return terms ? SNET_CHECK_RESERVED(snet, terms->reserved) : 0;
}

/* Return: whether all of it could be written */
static bool begin_verdict(struct snet *snet, uint16_t flags, uint64_t id, uint32_t verdict,
			  int error, const struct snet_ticket_terms *terms)
{
	struct nl_msg *msg = snet_command(snet, SNET_CMD_VERDICT, flags);

	return put_verdict(msg, id, verdict, error) && put_terms(msg, terms);
}

int snet_verdict_ticket(struct snet *snet, uint64_t id, uint32_t verdict, int error,
			const struct snet_ticket_terms *terms)
{
	struct snet_call call = {0};
	bool complete;
	int err;

	snet_lock(snet);
	err = check_terms(snet, terms);
	if (err)
		return snet_unlock(snet, err);
	complete = begin_verdict(snet, NLM_F_ACK, id, verdict, error, terms);
	return snet_unlock(snet, snet_transact(snet, complete, &call));
}

int snet_verdict_nowait(struct snet *snet, uint64_t id, uint32_t verdict, int error,
			const struct snet_ticket_terms *terms)
{
	bool complete;
	int err;

	snet_lock(snet);
	err = check_terms(snet, terms);
	if (err)
		return snet_unlock(snet, err);
	complete = begin_verdict(snet, 0, id, verdict, error, terms);
	return snet_unlock(snet, snet_post(snet, complete));
}

int snet_verdict(struct snet *snet, uint64_t id, uint32_t verdict, int error)
{
	return snet_verdict_ticket(snet, id, verdict, error, NULL);
}

int snet_ticket_flush(struct snet *snet)
{
	snet_lock(snet);
	return snet_unlock(snet, command(snet, SNET_CMD_TICKET_FLUSH));
}

/* SNET_ANY is said by saying nothing. */
static bool put_or_any(struct nl_msg *msg, int attr, int value)
{
	return value == SNET_ANY || !nla_put_u32(msg, attr, value);
}

static bool put_mediated(struct nl_msg *msg, const struct snet_mediated *entry)
{
	return msg && !nla_put_u32(msg, SNET_A_OPERATION, entry->operation) &&
	       put_or_any(msg, SNET_A_FAMILY, entry->family) &&
	       put_or_any(msg, SNET_A_TYPE, entry->type) &&
	       put_or_any(msg, SNET_A_PROTOCOL, entry->protocol);
}

int snet_mediated_add(struct snet *snet, const struct snet_mediated *entry)
{
	struct snet_call call = {0};
	struct nl_msg *msg;
	bool complete;
	int err;

	snet_lock(snet);
	err = SNET_CHECK_RESERVED(snet, entry->reserved);
	if (err)
		return snet_unlock(snet, err);
	msg = snet_command(snet, SNET_CMD_MEDIATE_ADD, NLM_F_ACK);
	complete = put_mediated(msg, entry) && !nla_put_u32(msg, SNET_A_HOLD, entry->hold);
	return snet_unlock(snet, snet_transact(snet, complete, &call));
}

int snet_mediated_remove(struct snet *snet, const struct snet_mediated *entry)
{
	struct snet_call call = {0};
	struct nl_msg *msg;
	int err;

	snet_lock(snet);
	err = SNET_CHECK_RESERVED(snet, entry->reserved);
	if (err)
		return snet_unlock(snet, err);
	msg = snet_command(snet, SNET_CMD_MEDIATE_DEL, NLM_F_ACK);
	return snet_unlock(snet, snet_transact(snet, put_mediated(msg, entry), &call));
}

int snet_mediated_clear(struct snet *snet)
{
	snet_lock(snet);
	return snet_unlock(snet, command(snet, SNET_CMD_MEDIATE_DEL));
}
