/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * snet: decisions that are kept
 */
#ifndef _SECURITY_SNET_TICKET_H
#define _SECURITY_SNET_TICKET_H

#include <linux/snet.h>
#include <linux/types.h>

struct snet_decision;
struct snet_request;
struct snet_ticket;

/**
 * struct snet_ticket_terms - what a ticket is to be
 * @fields: bits of &enum snet_field, what it compares
 * @verdict: what it decides
 * @error: positive errno of a denial, 0 for the operation's own
 * @mode: fixed or extended
 * @lifetime: seconds on the boot-time clock, 0 for ever
 */
struct snet_ticket_terms {
	u64 fields;
	enum snet_verdict verdict;
	int error;
	enum snet_ticket_mode mode;
	u32 lifetime;
};

/**
 * struct snet_ticket_counts - what there is of tickets
 * @tickets: in memory now, stale ones among them
 * @evicted: valid ones thrown away for newer ones
 * @refused: those that could not be kept
 */
struct snet_ticket_counts {
	u64 tickets;
	u64 evicted;
	u64 refused;
};

/* Bytes of a key that an address has. */
#define SNET_TICKET_ADDRESS 16

/**
 * struct snet_ticket_key - what is compared, of a request
 * @protocol: of the socket
 * @type: of the socket
 * @family: of the socket
 * @operation: the call
 * @local_port: in network byte order, 0 if there is none
 * @remote_port: likewise
 * @local_family: of the local address, AF_UNSPEC if there is none; compared
 *	with the address, and with the port
 * @remote_family: of the remote address, likewise
 * @local_scope: of an IPv6 address, 0 for others
 * @remote_scope: likewise
 * @local: IPv4 address in the first four bytes, IPv6 address, or a keyed hash
 *	over an address of another family
 * @remote: likewise
 * @uid: real user
 * @euid: effective user
 * @gid: real group
 * @pid: thread group id, for %SNET_FIELD_PROCESS
 * @start_time: of the process, likewise
 * @process: id of its identity, likewise
 * @netns: network namespace
 * @cgroup: cgroup
 * @program: address of the program's file; a ticket owns a reference to it
 * @script: address of the script's file, likewise, 0 if there is none
 *
 * Has no holes, so that it can be masked, hashed and compared as words. A mask
 * is another one of these, of which each member is all ones or zero.
 */
struct snet_ticket_key {
	u32 protocol;
	u16 type;
	u8 family;
	u8 operation;
	__be16 local_port;
	__be16 remote_port;
	u16 local_family;
	u16 remote_family;
	u32 local_scope;
	u32 remote_scope;
	u8 local[SNET_TICKET_ADDRESS];
	u8 remote[SNET_TICKET_ADDRESS];
	u32 uid;
	u32 euid;
	u32 gid;
	u32 pid;
	u64 start_time;
	u64 process;
	u64 netns;
	u64 cgroup;
	u64 program;
	u64 script;
} __aligned(8);

/**
 * struct snet_ticket_view - a ticket, for who looks at all of them
 * @terms: what it is
 * @hits: how often it has decided
 * @key: the values of the fields in @terms, zero elsewhere
 */
struct snet_ticket_view {
	struct snet_ticket_terms terms;
	u64 hits;
	const struct snet_ticket_key *key;
};

struct snet_ticket_walk;

bool snet_ticket_lookup(const struct snet_request *request,
			struct snet_decision *decision);
struct snet_ticket *snet_ticket_alloc(const struct snet_ticket_terms *terms);
void snet_ticket_add(struct snet_ticket *ticket,
		     const struct snet_request *request);
void snet_ticket_discard(struct snet_ticket *ticket);
void snet_tickets_flush(void);
void snet_tickets_count(struct snet_ticket_counts *counts);

struct snet_ticket_walk *snet_ticket_walk_begin(void);
int snet_ticket_walk_on(struct snet_ticket_walk *walk,
			int (*visit)(const struct snet_ticket_view *view,
				     void *data),
			void *data);
void snet_ticket_walk_end(struct snet_ticket_walk *walk);

#endif /* _SECURITY_SNET_TICKET_H */
