// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * From the kernel's messages to events, and tickets, which are much like them;
 * and to refusals, which quote what they refuse.
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
#define BIT_OF(attr)  (UINT64_C(1) << (attr))

/* What a call has that is held, and one that was decided, but for the id. */
static const uint64_t call_required = BIT_OF(SNET_A_OPERATION) | BIT_OF(SNET_A_FAMILY) |
				      BIT_OF(SNET_A_TYPE) | BIT_OF(SNET_A_PROTOCOL) |
				      BIT_OF(SNET_A_PID) | BIT_OF(SNET_A_TID) | BIT_OF(SNET_A_UID) |
				      BIT_OF(SNET_A_EUID) | BIT_OF(SNET_A_GID);

static const uint64_t ticket_required = BIT_OF(SNET_A_TICKET_FIELDS) | BIT_OF(SNET_A_VERDICT) |
					BIT_OF(SNET_A_TICKET_MODE) | BIT_OF(SNET_A_TICKET_LIFETIME);

#define NUMBER(kind_, member_, ...) SNET_NUMBER(kind_, struct snet_event, member_, ##__VA_ARGS__)

_Static_assert(SNET_ANCESTORS_MAX <= SNET_EVENT_ANCESTORS_MAX, "all ancestors find a place");

static const struct snet_number event_numbers[] = {
	[SNET_A_ID] = NUMBER(U64, id, .nonzero = true),
	[SNET_A_OPERATION] = NUMBER(U32, operation, .nonzero = true),
	[SNET_A_FAMILY] = NUMBER(INT, family),
	[SNET_A_TYPE] = NUMBER(INT, type),
	/* socket() can be called with any int, and is asked about before it fails. */
	[SNET_A_PROTOCOL] = NUMBER(U32, protocol),
	[SNET_A_HOLD] = NUMBER(U32, hold),
	[SNET_A_PID] = NUMBER(U32, pid),
	[SNET_A_TID] = NUMBER(U32, tid),
	[SNET_A_UID] = NUMBER(U32, uid),
	[SNET_A_EUID] = NUMBER(U32, euid),
	[SNET_A_GID] = NUMBER(U32, gid),
	[SNET_A_LOGINUID] = NUMBER(U32, loginuid),
	[SNET_A_SESSION] = NUMBER(U32, session),
	[SNET_A_NETNS] = NUMBER(U64, netns, .field = SNET_EVENT_NETNS),
	[SNET_A_CGROUP] = NUMBER(U64, cgroup),
	[SNET_A_PROCESS] = NUMBER(U64, process),
	[SNET_A_START_TIME] = NUMBER(U64, start_time_ns, .field = SNET_EVENT_START_TIME),
	[SNET_A_TIME] = NUMBER(U64, time_ns),
	[SNET_A_DEADLINE] = NUMBER(U64, deadline_ns),
	[SNET_A_PROGRAM_DEV] = NUMBER(U64, program_dev, .field = SNET_EVENT_PROGRAM_DEV),
	[SNET_A_PROGRAM_INODE] = NUMBER(U64, program_inode, .field = SNET_EVENT_PROGRAM_INODE),
	[SNET_A_VERDICT] = NUMBER(U32, verdict, .field = SNET_EVENT_VERDICT),
	[SNET_A_ERRNO] = NUMBER(INT, error),
	[SNET_A_CAUSE] = NUMBER(U32, cause, .field = SNET_EVENT_CAUSE),
	[SNET_A_WAITED] = NUMBER(U64, waited_ns, .field = SNET_EVENT_WAITED),
	[SNET_A_DURATION] = NUMBER(U64, duration_ns, .field = SNET_EVENT_DURATION),
	[SNET_A_BYTES_SENT] = NUMBER(U64, bytes_sent, .field = SNET_EVENT_BYTES_SENT),
	[SNET_A_BYTES_RECEIVED] = NUMBER(U64, bytes_received, .field = SNET_EVENT_BYTES_RECEIVED),
};

static const struct snet_number cancel_numbers[] = {
	[SNET_A_ID] = SNET_NUMBER(U64, struct snet_cancel, id, .nonzero = true),
	[SNET_A_REASON] = SNET_NUMBER(U32, struct snet_cancel, reason),
	[SNET_A_VERDICT] = SNET_NUMBER(U32, struct snet_cancel, verdict),
};

static const struct snet_number refusal_numbers[] = {
	[SNET_A_ID] = SNET_NUMBER(U64, struct snet_refusal, id, .nonzero = true),
};

static const struct snet_number ticket_numbers[] = {
	[SNET_A_TICKET_FIELDS] = SNET_NUMBER(U64, struct snet_ticket, terms.fields),
	[SNET_A_TICKET_MODE] = SNET_NUMBER(U32, struct snet_ticket, terms.mode),
	[SNET_A_TICKET_LIFETIME] = SNET_NUMBER(U32, struct snet_ticket, terms.lifetime),
	[SNET_A_TICKET_HITS] = SNET_NUMBER(U64, struct snet_ticket, hits),
};

static const struct snet_number_table event_table = SNET_NUMBER_TABLE(event_numbers);
static const struct snet_number_table cancel_table = SNET_NUMBER_TABLE(cancel_numbers);
static const struct snet_number_table refusal_table = SNET_NUMBER_TABLE(refusal_numbers);
static const struct snet_number_table ticket_table = SNET_NUMBER_TABLE(ticket_numbers);

/* A name that is longer than any of today's is cut. */
static void get_comm(const struct nlattr *nla, char comm[16])
{
	size_t len = strnlen(nla_data(nla), nla_len(nla));

	if (len > 15)
		len = 15;
	memcpy(comm, nla_data(nla), len);
	memset(comm + len, 0, 16 - len);
}

/*
 * A path, in place. One that is cut, or ends early, would pass for another
 * program.
 */
static bool get_path(const struct nlattr *nla, const char **ret_path)
{
	const char *path = nla_data(nla);
	size_t len = nla_len(nla);

	if (len < 2 || strnlen(path, len) != len - 1)
		return false;
	*ret_path = path;
	return true;
}

/* The kernel may know more of them some day. */
static bool add_ancestor(const struct nlattr *nla, struct snet_event *event)
{
	const char *path;
	size_t i = 0;

	if (!get_path(nla, &path))
		return false;
	while (event->ancestors[i])
		i++;
	if (i < SNET_EVENT_ANCESTORS_MAX)
		event->ancestors[i] = path;
	return true;
}

static bool is_whole(const struct sockaddr_storage *address, socklen_t len)
{
	switch (address->ss_family) {
	case AF_INET:
		return len == sizeof(struct sockaddr_in);
	case AF_INET6:
		return len == sizeof(struct sockaddr_in6);
	default:
		return true;
	}
}

/*
 * Addresses of internet sockets are whole. Other sockets take what a program
 * gives them, which the kernel hands on as it is: whatever the family in it
 * says, it can have any length, and the rest reads as zero.
 */
static bool addresses_are_whole(const struct snet_event *event)
{
	if (event->family != AF_INET && event->family != AF_INET6)
		return true;
	return (!event->local_len || is_whole(&event->local, event->local_len)) &&
	       (!event->remote_len || is_whole(&event->remote, event->remote_len));
}

static bool get_sockaddr(const struct nlattr *nla, struct sockaddr_storage *ret_address,
			 socklen_t *ret_len)
{
	size_t len = nla_len(nla);

	if (len < sizeof(sa_family_t) || len > sizeof(*ret_address))
		return false;
	memset(ret_address, 0, sizeof(*ret_address));
	memcpy(ret_address, nla_data(nla), len);
	*ret_len = len;
	return true;
}

static bool decode_address(const struct nlattr *nla, struct snet_event *event)
{
	bool local = nla_type(nla) == SNET_A_LOCAL_ADDR;

	if (!get_sockaddr(nla, local ? &event->local : &event->remote,
			  local ? &event->local_len : &event->remote_len))
		return false;
	event->fields |= local ? SNET_EVENT_LOCAL : SNET_EVENT_REMOTE;
	return true;
}

/* What is not known is of a newer kernel, and is passed over. */
static bool decode_event_attr(const struct nlattr *nla, struct snet_event *event)
{
	switch (nla_type(nla)) {
	case SNET_A_COMM:
		get_comm(nla, event->comm);
		return true;
	case SNET_A_LOCAL_ADDR:
	case SNET_A_REMOTE_ADDR:
		return decode_address(nla, event);
	case SNET_A_PROGRAM:
		return get_path(nla, &event->program);
	case SNET_A_SCRIPT:
		return get_path(nla, &event->script);
	case SNET_A_ANCESTOR:
		return add_ancestor(nla, event);
	default:
		return snet_number_read(&event_table, nla, event, &event->fields);
	}
}

static void init_event(struct snet_event *event)
{
	memset(event, 0, sizeof(*event));
	/* Unknown must not read as root. */
	event->uid = event->euid = event->gid = UINT32_MAX;
	event->loginuid = event->session = UINT32_MAX;
}

/* The attributes of a message: each is seen, or bad, or passed over. */
struct reading {
	uint64_t seen;
	bool bad;
};

static void note(struct reading *reading, const struct nlattr *nla, bool good)
{
	if (!good)
		reading->bad = true;
	else if (nla_type(nla) < ATTR_SET_SIZE)
		reading->seen |= BIT_OF(nla_type(nla));
}

static struct reading decode_event(const struct genlmsghdr *genl, struct snet_event *event)
{
	struct reading reading = {0};
	struct nlattr *nla;
	int rest;

	init_event(event);
	nla_for_each_attr(nla, genlmsg_attrdata(genl, 0), genlmsg_attrlen(genl, 0), rest)
	{
		note(&reading, nla, decode_event_attr(nla, event));
	}
	reading.bad |= rest > 0 || !addresses_are_whole(event);
	return reading;
}

static int decode_request(const struct genlmsghdr *genl, struct snet_item *item)
{
	const uint64_t required = call_required | BIT_OF(SNET_A_ID);
	struct reading reading = decode_event(genl, &item->event);

	if (reading.seen & BIT_OF(SNET_A_ID))
		item->kind = SNET_ITEM_REQUEST;
	if (reading.bad || (reading.seen & required) != required) {
		item->event.operation = SNET_OP_UNSPEC;
		return -EBADMSG;
	}
	return 0;
}

/* Holds nobody, so it is not told if it cannot be understood. */
static int decode_decided(const struct genlmsghdr *genl, struct snet_item *item)
{
	struct reading reading = decode_event(genl, &item->event);

	if (reading.bad || (reading.seen & call_required) != call_required)
		return -EBADMSG;
	item->kind = SNET_ITEM_EVENT;
	return 0;
}

/* A cancel with an id but without a reason still says that nothing waits. */
static int decode_cancel(const struct genlmsghdr *genl, struct snet_item *item)
{
	struct snet_cancel *cancel = &item->cancel;
	struct reading reading = {0};
	uint32_t fields = 0;
	struct nlattr *nla;
	int rest;

	*cancel = (struct snet_cancel){.verdict = SNET_VERDICT_DENY};
	nla_for_each_attr(nla, genlmsg_attrdata(genl, 0), genlmsg_attrlen(genl, 0), rest)
	{
		note(&reading, nla, snet_number_read(&cancel_table, nla, cancel, &fields));
	}

	if (reading.seen & BIT_OF(SNET_A_ID))
		item->kind = SNET_ITEM_CANCEL;
	if (cancel->reason == SNET_CANCEL_TIMEOUT && !(reading.seen & BIT_OF(SNET_A_VERDICT)))
		reading.bad = true;
	if (reading.bad || rest > 0 || !(reading.seen & BIT_OF(SNET_A_ID)) ||
	    cancel->reason == SNET_CANCEL_UNSPEC) {
		cancel->reason = SNET_CANCEL_UNSPEC;
		return -EBADMSG;
	}
	return 0;
}

/*
 * The id is in the command that is quoted. Without it nobody could be told what
 * has failed.
 */
static int decode_refusal(const struct nlmsghdr *hdr, struct snet_item *item)
{
	struct snet_refusal *refusal = &item->refusal;
	uint32_t fields = 0;

	refusal->id = 0;
	if (!snet_ack_read(hdr, &refusal->ack) || !refusal->ack.is_whole ||
	    !snet_number_read_all(&refusal_table, refusal->ack.command, refusal, &fields) ||
	    !refusal->id)
		return -EBADMSG;
	item->kind = SNET_ITEM_REFUSED;
	return 0;
}

/**
 * snet_decode() - read a message that is an event
 * @hdr: complete as far as nlmsg_len goes
 * @ret_item: what it says, with strings that are in @hdr; SNET_ITEM_NONE:
 *	nothing for us
 *
 * Return: 0, or -EBADMSG; then @ret_item is what could be made of it.
 */
int snet_decode(const struct nlmsghdr *hdr, struct snet_item *ret_item)
{
	const struct genlmsghdr *genl;

	ret_item->kind = SNET_ITEM_NONE;
	if (hdr->nlmsg_type == NLMSG_ERROR)
		return decode_refusal(hdr, ret_item);
	if (!genlmsg_valid_hdr((struct nlmsghdr *)hdr, 0))
		return -EBADMSG;
	genl = nlmsg_data(hdr);

	switch (genl->cmd) {
	case SNET_CMD_REQUEST:
		return decode_request(genl, ret_item);
	case SNET_CMD_CANCEL:
		return decode_cancel(genl, ret_item);
	case SNET_CMD_EVENT:
		return decode_decided(genl, ret_item);
	default:
		return 0;
	}
}

/**
 * snet_decode_ticket() - read one message of a list of tickets
 * @hdr: complete as far as nlmsg_len goes
 * @ret_ticket: what it says
 * @ret_call: of the ticket, with strings that are in @hdr
 *
 * Return: false if it is malformed
 */
bool snet_decode_ticket(const struct nlmsghdr *hdr, struct snet_ticket *ret_ticket,
			struct snet_event *ret_call)
{
	const struct genlmsghdr *genl;
	struct reading reading;
	uint32_t fields = 0;

	if (!genlmsg_valid_hdr((struct nlmsghdr *)hdr, 0))
		return false;
	genl = nlmsg_data(hdr);
	if (genl->cmd != SNET_CMD_TICKET_GET)
		return false;
	*ret_ticket = (struct snet_ticket){.call = ret_call};
	reading = decode_event(genl, ret_call);
	return !reading.bad && (reading.seen & ticket_required) == ticket_required &&
	       snet_number_read_all(&ticket_table, hdr, ret_ticket, &fields);
}
