// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * From the kernel's messages to events.
 *
 * The kernel is trusted, but it may be older or newer than the library:
 * unknown attributes are skipped and unknown numbers are handed on. A request
 * that cannot be understood holds a program all the same, so as long as it
 * has an id it is announced, as operation SNET_OP_UNSPEC, which no receiver
 * can mistake for something that it has a rule for.
 */
#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include <linux/genetlink.h>
#include <netlink/attr.h>
#include <netlink/genl/genl.h>

#include "snet-private.h"

/* For sets of attributes; only the early ones are ever looked for. */
#define ATTR_SET_SIZE 64
#define BIT_OF(attr) (UINT64_C(1) << (attr))

static const uint64_t request_required =
	BIT_OF(SNET_A_ID) | BIT_OF(SNET_A_OPERATION) | BIT_OF(SNET_A_FAMILY) | BIT_OF(SNET_A_TYPE) |
	BIT_OF(SNET_A_PROTOCOL) | BIT_OF(SNET_A_PID) | BIT_OF(SNET_A_TID) | BIT_OF(SNET_A_UID) |
	BIT_OF(SNET_A_EUID) | BIT_OF(SNET_A_GID);

static bool get_u32(const struct nlattr *nla, uint32_t *ret_value)
{
	if (nla_len(nla) != sizeof(*ret_value))
		return false;
	memcpy(ret_value, nla_data(nla), sizeof(*ret_value));
	return true;
}

static bool get_u64(const struct nlattr *nla, uint64_t *ret_value)
{
	if (nla_len(nla) != sizeof(*ret_value))
		return false;
	memcpy(ret_value, nla_data(nla), sizeof(*ret_value));
	return true;
}

static bool get_int(const struct nlattr *nla, int *ret_value)
{
	uint32_t value;

	if (!get_u32(nla, &value) || value > INT32_MAX)
		return false;
	*ret_value = (int)value;
	return true;
}

static bool get_id(const struct nlattr *nla, uint64_t *ret_id)
{
	uint64_t id;

	if (!get_u64(nla, &id) || !id)
		return false;
	*ret_id = id;
	return true;
}

static bool get_operation(const struct nlattr *nla, enum snet_operation *ret_operation)
{
	uint32_t value;

	if (!get_u32(nla, &value) || value == SNET_OP_UNSPEC)
		return false;
	*ret_operation = value;
	return true;
}

/* A name that is longer than any of today's is cut. */
static bool get_comm(const struct nlattr *nla, char comm[16])
{
	size_t len = strnlen(nla_data(nla), nla_len(nla));

	if (len > 15)
		len = 15;
	memcpy(comm, nla_data(nla), len);
	memset(comm + len, 0, 16 - len);
	return true;
}

static bool sockaddr_len_ok(sa_family_t family, size_t len)
{
	switch (family) {
	case AF_INET:
		return len == sizeof(struct sockaddr_in);
	case AF_INET6:
		return len == sizeof(struct sockaddr_in6);
	default:
		return len <= sizeof(struct sockaddr_storage);
	}
}

static bool get_sockaddr(const struct nlattr *nla, struct sockaddr_storage *ret_address,
			 socklen_t *ret_len)
{
	size_t len = nla_len(nla);
	sa_family_t family;

	if (len < sizeof(family))
		return false;
	memcpy(&family, nla_data(nla), sizeof(family));
	if (!sockaddr_len_ok(family, len))
		return false;
	memset(ret_address, 0, sizeof(*ret_address));
	memcpy(ret_address, nla_data(nla), len);
	*ret_len = len;
	return true;
}

static bool decode_request_where(const struct nlattr *nla, struct snet_event *event)
{
	switch (nla_type(nla)) {
	case SNET_A_FAMILY:
		return get_int(nla, &event->family);
	case SNET_A_TYPE:
		return get_int(nla, &event->type);
	case SNET_A_PROTOCOL:
		return get_int(nla, &event->protocol);
	case SNET_A_LOCAL_ADDR:
		if (!get_sockaddr(nla, &event->local, &event->local_len))
			return false;
		event->fields |= SNET_EVENT_LOCAL;
		return true;
	case SNET_A_REMOTE_ADDR:
		if (!get_sockaddr(nla, &event->remote, &event->remote_len))
			return false;
		event->fields |= SNET_EVENT_REMOTE;
		return true;
	case SNET_A_NETNS:
		if (!get_u64(nla, &event->netns))
			return false;
		event->fields |= SNET_EVENT_NETNS;
		return true;
	default:
		return true; /* from a newer kernel */
	}
}

static bool decode_request_attr(const struct nlattr *nla, struct snet_event *event)
{
	switch (nla_type(nla)) {
	case SNET_A_ID:
		return get_id(nla, &event->id);
	case SNET_A_OPERATION:
		return get_operation(nla, &event->operation);
	case SNET_A_PID:
		return get_u32(nla, &event->pid);
	case SNET_A_TID:
		return get_u32(nla, &event->tid);
	case SNET_A_UID:
		return get_u32(nla, &event->uid);
	case SNET_A_EUID:
		return get_u32(nla, &event->euid);
	case SNET_A_GID:
		return get_u32(nla, &event->gid);
	case SNET_A_COMM:
		return get_comm(nla, event->comm);
	case SNET_A_TIME:
		return get_u64(nla, &event->time_ns);
	case SNET_A_DEADLINE:
		return get_u64(nla, &event->deadline_ns);
	default:
		return decode_request_where(nla, event);
	}
}

static int decode_request(struct nlattr *head, int len, struct snet_item *item)
{
	struct snet_event *event = &item->request;
	struct nlattr *nla;
	uint64_t seen = 0;
	bool bad = false;
	int rest;

	memset(event, 0, sizeof(*event));
	/* Unknown must not read as root. */
	event->uid = event->euid = event->gid = UINT32_MAX;

	nla_for_each_attr(nla, head, len, rest)
	{
		if (!decode_request_attr(nla, event))
			bad = true;
		else if (nla_type(nla) < ATTR_SET_SIZE)
			seen |= BIT_OF(nla_type(nla));
	}

	if (seen & BIT_OF(SNET_A_ID))
		item->kind = SNET_ITEM_REQUEST;
	if (bad || rest > 0 || (seen & request_required) != request_required) {
		event->operation = SNET_OP_UNSPEC;
		return -EBADMSG;
	}
	return 0;
}

static bool decode_cancel_attr(const struct nlattr *nla, struct snet_cancel *cancel)
{
	uint32_t value;

	switch (nla_type(nla)) {
	case SNET_A_ID:
		return get_id(nla, &cancel->id);
	case SNET_A_REASON:
		if (!get_u32(nla, &value))
			return false;
		cancel->reason = value;
		return true;
	case SNET_A_VERDICT:
		if (!get_u32(nla, &value))
			return false;
		cancel->verdict = value;
		return true;
	default:
		return true;
	}
}

/* A cancel with an id but without a reason still says that nothing waits. */
static int decode_cancel(struct nlattr *head, int len, struct snet_item *item)
{
	struct snet_cancel *cancel = &item->cancel;
	struct nlattr *nla;
	uint64_t seen = 0;
	bool bad = false;
	int rest;

	cancel->id = 0;
	cancel->reason = SNET_CANCEL_UNSPEC;
	cancel->verdict = SNET_VERDICT_DENY;

	nla_for_each_attr(nla, head, len, rest)
	{
		if (!decode_cancel_attr(nla, cancel))
			bad = true;
		else if (nla_type(nla) < ATTR_SET_SIZE)
			seen |= BIT_OF(nla_type(nla));
	}

	if (seen & BIT_OF(SNET_A_ID))
		item->kind = SNET_ITEM_CANCEL;
	if (cancel->reason == SNET_CANCEL_TIMEOUT && !(seen & BIT_OF(SNET_A_VERDICT)))
		bad = true;
	if (bad || rest > 0 || !(seen & BIT_OF(SNET_A_ID)) ||
	    cancel->reason == SNET_CANCEL_UNSPEC) {
		cancel->reason = SNET_CANCEL_UNSPEC;
		return -EBADMSG;
	}
	return 0;
}

/**
 * snet_decode() - read a message of the family snet
 * @hdr: complete as far as nlmsg_len goes
 * @ret_item: what it says; SNET_ITEM_NONE: nothing for us
 *
 * Return: 0, or -EBADMSG; then @ret_item is what could be made of it.
 */
int snet_decode(const struct nlmsghdr *hdr, struct snet_item *ret_item)
{
	const struct genlmsghdr *genl;

	ret_item->kind = SNET_ITEM_NONE;
	if (!genlmsg_valid_hdr((struct nlmsghdr *)hdr, 0))
		return -EBADMSG;
	genl = nlmsg_data(hdr);

	switch (genl->cmd) {
	case SNET_CMD_REQUEST:
		return decode_request(genlmsg_attrdata(genl, 0), genlmsg_attrlen(genl, 0),
				      ret_item);
	case SNET_CMD_CANCEL:
		return decode_cancel(genlmsg_attrdata(genl, 0), genlmsg_attrlen(genl, 0), ret_item);
	default:
		return 0;
	}
}
