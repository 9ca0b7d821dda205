// SPDX-License-Identifier: GPL-2.0-only
/*
 * snet: what is written into netlink messages
 *
 * Attributes only; who they go to is not known here. Each function writes all
 * that it has to, or fails with -EMSGSIZE.
 */
#include <linux/audit.h>
#include <linux/cred.h>
#include <linux/kdev_t.h>

#include "decision.h"
#include "identity.h"
#include "message.h"
#include "pending.h"
#include "report.h"
#include "request.h"
#include "ticket.h"

/**
 * snet_message_put_u64 - Write a 64-bit number
 * @skb: the message
 * @attr: its attribute
 * @value: the number
 *
 * Return: 0 or -EMSGSIZE.
 */
int snet_message_put_u64(struct sk_buff *skb, int attr, u64 value)
{
	return nla_put_u64_64bit(skb, attr, value, SNET_A_PAD);
}

static int put_address(struct sk_buff *skb, int attr,
		       const struct snet_address *address)
{
	if (!address->len)
		return 0;
	return nla_put(skb, attr, address->len, &address->raw);
}

static int put_socket(struct sk_buff *skb, const struct snet_request *request)
{
	if (nla_put_u32(skb, SNET_A_OPERATION, request->operation) ||
	    nla_put_u32(skb, SNET_A_FAMILY, request->family) ||
	    nla_put_u32(skb, SNET_A_TYPE, request->type) ||
	    nla_put_u32(skb, SNET_A_PROTOCOL, request->protocol) ||
	    nla_put_u32(skb, SNET_A_HOLD, request->hold) ||
	    snet_message_put_u64(skb, SNET_A_NETNS, request->netns) ||
	    put_address(skb, SNET_A_LOCAL_ADDR, &request->local) ||
	    put_address(skb, SNET_A_REMOTE_ADDR, &request->remote))
		return -EMSGSIZE;
	return 0;
}

static int put_credentials(struct sk_buff *skb,
			   const struct snet_request *request)
{
	if (nla_put_u32(skb, SNET_A_UID,
			from_kuid(&init_user_ns, request->uid)) ||
	    nla_put_u32(skb, SNET_A_EUID,
			from_kuid(&init_user_ns, request->euid)) ||
	    nla_put_u32(skb, SNET_A_GID,
			from_kgid(&init_user_ns, request->gid)))
		return -EMSGSIZE;
	if (uid_valid(request->loginuid) &&
	    nla_put_u32(skb, SNET_A_LOGINUID,
			from_kuid(&init_user_ns, request->loginuid)))
		return -EMSGSIZE;
	if (request->session != AUDIT_SID_UNSET &&
	    nla_put_u32(skb, SNET_A_SESSION, request->session))
		return -EMSGSIZE;
	return 0;
}

static int put_process(struct sk_buff *skb, const struct snet_request *request)
{
	if (nla_put_u32(skb, SNET_A_PID, request->pid) ||
	    nla_put_u32(skb, SNET_A_TID, request->tid) ||
	    nla_put_string(skb, SNET_A_COMM, request->comm) ||
	    snet_message_put_u64(skb, SNET_A_START_TIME, request->start_time))
		return -EMSGSIZE;
	if (request->cgroup &&
	    snet_message_put_u64(skb, SNET_A_CGROUP, request->cgroup))
		return -EMSGSIZE;
	return 0;
}

static int put_program(struct sk_buff *skb, int attr,
		       const struct snet_program *program)
{
	return nla_put(skb, attr, program->len + 1, program->path);
}

/* How many of the ancestors there is room for. */
static unsigned int ancestors_that_fit(const struct snet_identity *identity)
{
	size_t size = 0;
	unsigned int i;

	for (i = 0; i < identity->ancestor_count; i++) {
		size += nla_total_size(identity->ancestors[i]->len + 1);
		if (size > SNET_MESSAGE_ANCESTORS_SIZE)
			break;
	}
	return i;
}

static int put_identity(struct sk_buff *skb,
			const struct snet_identity *identity)
{
	unsigned int i, fit = ancestors_that_fit(identity);

	if (snet_message_put_u64(skb, SNET_A_PROCESS, identity->id) ||
	    put_program(skb, SNET_A_PROGRAM, identity->program) ||
	    snet_message_put_u64(skb, SNET_A_PROGRAM_DEV,
				 new_encode_dev(identity->program->dev)) ||
	    snet_message_put_u64(skb, SNET_A_PROGRAM_INODE,
				 identity->program->inode))
		return -EMSGSIZE;
	if (identity->script &&
	    put_program(skb, SNET_A_SCRIPT, identity->script))
		return -EMSGSIZE;
	for (i = 0; i < fit; i++)
		if (put_program(skb, SNET_A_ANCESTOR, identity->ancestors[i]))
			return -EMSGSIZE;
	return 0;
}

static size_t identity_size(const struct snet_identity *identity)
{
	unsigned int i, fit = ancestors_that_fit(identity);
	size_t size;

	size = nla_total_size_64bit(sizeof(u64)) * 3 +
	       nla_total_size(identity->program->len + 1);
	if (identity->script)
		size += nla_total_size(identity->script->len + 1);
	for (i = 0; i < fit; i++)
		size += nla_total_size(identity->ancestors[i]->len + 1);
	return size;
}

/**
 * snet_message_size - Room for a request, its decision and its traffic
 * @request: the request
 *
 * Return: bytes of attributes, at least as many as are written.
 */
size_t snet_message_size(const struct snet_request *request)
{
	size_t size;

	/* id, netns, start, cgroup, time, deadline; waited or traffic */
	size = nla_total_size_64bit(sizeof(u64)) * 9 +
	       /* socket 5, user 5, process 2, decision 3 */
	       nla_total_size(sizeof(u32)) * 15 +
	       nla_total_size(TASK_COMM_LEN) +
	       nla_total_size(request->local.len) +
	       nla_total_size(request->remote.len);
	if (request->identity)
		size += identity_size(request->identity);
	return size;
}

/**
 * snet_message_put_request - Write who wants what
 * @skb: the message
 * @request: the request
 *
 * Return: 0 or -EMSGSIZE.
 */
int snet_message_put_request(struct sk_buff *skb,
			     const struct snet_request *request)
{
	if (put_socket(skb, request) || put_credentials(skb, request) ||
	    put_process(skb, request) ||
	    snet_message_put_u64(skb, SNET_A_TIME, request->time_ns))
		return -EMSGSIZE;
	if (request->identity && put_identity(skb, request->identity))
		return -EMSGSIZE;
	return 0;
}

/**
 * snet_message_put_pending - Write a request that waits
 * @skb: the message
 * @pending: the request, its id and deadline
 *
 * Return: 0 or -EMSGSIZE.
 */
int snet_message_put_pending(struct sk_buff *skb,
			     const struct snet_pending *pending)
{
	if (snet_message_put_u64(skb, SNET_A_ID, pending->id) ||
	    snet_message_put_request(skb, pending->request) ||
	    snet_message_put_u64(skb, SNET_A_DEADLINE, pending->deadline_ns))
		return -EMSGSIZE;
	return 0;
}

/**
 * snet_message_put_decision - Write how a request ended
 * @skb: the message
 * @decision: the decision
 *
 * Return: 0 or -EMSGSIZE.
 */
int snet_message_put_decision(struct sk_buff *skb,
			      const struct snet_decision *decision)
{
	if (nla_put_u32(skb, SNET_A_VERDICT, decision->verdict) ||
	    nla_put_u32(skb, SNET_A_CAUSE, decision->cause))
		return -EMSGSIZE;
	if (decision->verdict == SNET_VERDICT_DENY &&
	    nla_put_u32(skb, SNET_A_ERRNO, decision->error))
		return -EMSGSIZE;
	return 0;
}

/**
 * snet_message_put_traffic - Write what has gone over a socket
 * @skb: the message
 * @traffic: how much
 *
 * Return: 0 or -EMSGSIZE.
 */
int snet_message_put_traffic(struct sk_buff *skb,
			     const struct snet_traffic *traffic)
{
	if (snet_message_put_u64(skb, SNET_A_DURATION, traffic->duration_ns))
		return -EMSGSIZE;
	if (!traffic->is_counted)
		return 0;
	if (snet_message_put_u64(skb, SNET_A_BYTES_SENT, traffic->sent) ||
	    snet_message_put_u64(skb, SNET_A_BYTES_RECEIVED, traffic->received))
		return -EMSGSIZE;
	return 0;
}

/* Only what is an internet address can be written: of others there is a hash. */
static int put_ticket_address(struct sk_buff *skb, int attr, u16 family,
			      const u8 *bytes, __be16 port, u32 scope)
{
	struct snet_address address = { .len = 0 };

	if (family == AF_INET) {
		address.len = sizeof(address.in);
		address.in.sin_port = port;
		memcpy(&address.in.sin_addr, bytes,
		       sizeof(address.in.sin_addr));
	} else if (family == AF_INET6) {
		address.len = sizeof(address.in6);
		address.in6.sin6_port = port;
		address.in6.sin6_scope_id = scope;
		memcpy(&address.in6.sin6_addr, bytes,
		       sizeof(address.in6.sin6_addr));
	}
	address.family = family;
	return put_address(skb, attr, &address);
}

static int put_ticket_addresses(struct sk_buff *skb, u64 fields,
				const struct snet_ticket_key *key)
{
	const u64 local = SNET_FIELD_LOCAL_ADDR | SNET_FIELD_LOCAL_PORT;
	const u64 remote = SNET_FIELD_REMOTE_ADDR | SNET_FIELD_REMOTE_PORT;

	if ((fields & local) &&
	    put_ticket_address(skb, SNET_A_LOCAL_ADDR, key->local_family,
			       key->local, key->local_port, key->local_scope))
		return -EMSGSIZE;
	if ((fields & remote) &&
	    put_ticket_address(skb, SNET_A_REMOTE_ADDR, key->remote_family,
			       key->remote, key->remote_port,
			       key->remote_scope))
		return -EMSGSIZE;
	return 0;
}

static int put_ticket_numbers(struct sk_buff *skb, u64 fields,
			      const struct snet_ticket_key *key)
{
	const struct {
		u64 field;
		int attr;
		u32 value;
	} numbers[] = {
		{ SNET_FIELD_OPERATION, SNET_A_OPERATION, key->operation },
		{ SNET_FIELD_FAMILY, SNET_A_FAMILY, key->family },
		{ SNET_FIELD_TYPE, SNET_A_TYPE, key->type },
		{ SNET_FIELD_PROTOCOL, SNET_A_PROTOCOL, key->protocol },
		{ SNET_FIELD_UID, SNET_A_UID, key->uid },
		{ SNET_FIELD_EUID, SNET_A_EUID, key->euid },
		{ SNET_FIELD_GID, SNET_A_GID, key->gid },
		{ SNET_FIELD_PROCESS, SNET_A_PID, key->pid },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(numbers); i++)
		if ((fields & numbers[i].field) &&
		    nla_put_u32(skb, numbers[i].attr, numbers[i].value))
			return -EMSGSIZE;
	return 0;
}

static int put_ticket_objects(struct sk_buff *skb, u64 fields,
			      const struct snet_ticket_key *key)
{
	const struct snet_program *program =
		(void *)(unsigned long)key->program;
	const struct snet_program *script = (void *)(unsigned long)key->script;

	if (((fields & SNET_FIELD_NETNS) &&
	     snet_message_put_u64(skb, SNET_A_NETNS, key->netns)) ||
	    ((fields & SNET_FIELD_CGROUP) &&
	     snet_message_put_u64(skb, SNET_A_CGROUP, key->cgroup)))
		return -EMSGSIZE;
	if ((fields & SNET_FIELD_PROCESS) &&
	    (snet_message_put_u64(skb, SNET_A_PROCESS, key->process) ||
	     snet_message_put_u64(skb, SNET_A_START_TIME, key->start_time)))
		return -EMSGSIZE;
	if ((fields & SNET_FIELD_PROGRAM) && program &&
	    put_program(skb, SNET_A_PROGRAM, program))
		return -EMSGSIZE;
	if ((fields & SNET_FIELD_SCRIPT) && script &&
	    put_program(skb, SNET_A_SCRIPT, script))
		return -EMSGSIZE;
	return 0;
}

/**
 * snet_message_put_ticket - Write a ticket
 * @skb: the message
 * @view: the ticket
 *
 * Return: 0 or -EMSGSIZE.
 */
int snet_message_put_ticket(struct sk_buff *skb,
			    const struct snet_ticket_view *view)
{
	const struct snet_ticket_terms *terms = &view->terms;

	if (snet_message_put_u64(skb, SNET_A_TICKET_FIELDS, terms->fields) ||
	    nla_put_u32(skb, SNET_A_VERDICT, terms->verdict) ||
	    nla_put_u32(skb, SNET_A_TICKET_MODE, terms->mode) ||
	    nla_put_u32(skb, SNET_A_TICKET_LIFETIME, terms->lifetime) ||
	    snet_message_put_u64(skb, SNET_A_TICKET_HITS, view->hits))
		return -EMSGSIZE;
	if (terms->verdict == SNET_VERDICT_DENY &&
	    nla_put_u32(skb, SNET_A_ERRNO, terms->error))
		return -EMSGSIZE;
	if (put_ticket_numbers(skb, terms->fields, view->key) ||
	    put_ticket_addresses(skb, terms->fields, view->key) ||
	    put_ticket_objects(skb, terms->fields, view->key))
		return -EMSGSIZE;
	return 0;
}
