// SPDX-License-Identifier: GPL-2.0-only
/*
 * snet: what tickets compare
 *
 * A request becomes a key, a struct without holes, and a set of fields becomes
 * a mask over its words. What is left of a key under a mask is packed, so that
 * a ticket that compares little is small, and quick to hash and compare.
 */
#include <linux/random.h>
#include <linux/siphash.h>
#include <linux/string.h>
#include <linux/uidgid.h>

#include "identity.h"
#include "request.h"
#include "ticket-key.h"

/* The script of a process of which nothing is known: no address is this one. */
#define SCRIPT_UNKNOWN U64_MAX

#define FIELDS_OF_IDENTITY                                                     \
	(SNET_FIELD_PROGRAM | SNET_FIELD_SCRIPT | SNET_FIELD_PROCESS)

/*
 * Programs choose most of a key, so they must not be able to choose its hash.
 * Written once, before the first mask is published.
 */
static hsiphash_key_t table_secret __read_mostly;
static siphash_key_t raw_secrets[2] __read_mostly;

static_assert(sizeof(struct snet_ticket_key) % sizeof(u64) == 0);
static_assert(offsetof(struct snet_ticket_key, script) + sizeof(u64) ==
	      sizeof(struct snet_ticket_key));

/**
 * snet_ticket_key_make_secrets - Choose what hashes depend on
 *
 * Context: once, before any other function here.
 */
void snet_ticket_key_make_secrets(void)
{
	get_random_bytes(&table_secret, sizeof(table_secret));
	get_random_bytes(raw_secrets, sizeof(raw_secrets));
}

/*
 * An address of another family can be longer than its place in a key. 128 bits
 * that nobody can foresee stand for it.
 */
static void hash_raw(const struct snet_address *address, u8 *to)
{
	u64 hash[] = {
		siphash(&address->raw, address->len, &raw_secrets[0]),
		siphash(&address->raw, address->len, &raw_secrets[1]),
	};

	memcpy(to, hash, sizeof(hash));
}

static void set_address(const struct snet_address *address, u16 *family,
			__be16 *port, u32 *scope, u8 *bytes)
{
	*family = address->len ? address->family : AF_UNSPEC;
	*port = 0;
	*scope = 0;
	memset(bytes, 0, SNET_TICKET_ADDRESS);
	if (!address->len)
		return;

	if (!snet_address_is_inet(address)) {
		hash_raw(address, bytes);
	} else if (address->family == AF_INET) {
		*port = address->in.sin_port;
		memcpy(bytes, &address->in.sin_addr,
		       sizeof(address->in.sin_addr));
	} else {
		*port = address->in6.sin6_port;
		*scope = address->in6.sin6_scope_id;
		memcpy(bytes, &address->in6.sin6_addr,
		       sizeof(address->in6.sin6_addr));
	}
}

/**
 * snet_ticket_key_init - Make the key of a request
 * @key: to be filled
 * @request: the request
 *
 * An IPv4 address that is mapped to IPv6 is not the IPv4 address: a ticket for
 * one that does not cover the other costs one more question.
 */
void snet_ticket_key_init(struct snet_ticket_key *key,
			  const struct snet_request *request)
{
	const struct snet_identity *identity = request->identity;

	/*
	 * Every member is set once: with the whole of it cleared first, this
	 * takes twice as long. Ids of the initial namespace are the kernel's.
	 */
	key->protocol = request->protocol;
	key->type = request->type;
	key->family = request->family;
	key->operation = request->operation;
	key->uid = __kuid_val(request->uid);
	key->euid = __kuid_val(request->euid);
	key->gid = __kgid_val(request->gid);
	key->pid = request->pid;
	key->start_time = request->start_time;
	key->netns = request->netns;
	key->cgroup = request->cgroup;
	key->process = identity ? identity->id : 0;
	key->program = identity ? (uintptr_t)identity->program : 0;
	key->script = identity ? (uintptr_t)identity->script : SCRIPT_UNKNOWN;
	set_address(&request->local, &key->local_family, &key->local_port,
		    &key->local_scope, key->local);
	set_address(&request->remote, &key->remote_family, &key->remote_port,
		    &key->remote_scope, key->remote);
}

/**
 * snet_ticket_fields_known - Whether a request has values for these fields
 * @fields: bits of &enum snet_field
 * @request: the request
 *
 * That there is no address, or no script, is a value, too.
 *
 * Return: false if fields of the process are among them, and what the process
 *	runs is not known.
 */
bool snet_ticket_fields_known(u64 fields, const struct snet_request *request)
{
	return request->identity || !(fields & FIELDS_OF_IDENTITY);
}

/*
 * A port means something only together with the family of its address: without
 * that, "port 0" and "no address" would be one.
 */
static void mask_addresses(struct snet_ticket_key *mask, u64 fields)
{
	if (fields & SNET_FIELD_LOCAL_ADDR) {
		memset(mask->local, 0xff, sizeof(mask->local));
		mask->local_scope = ~0;
		mask->local_family = ~0;
	}
	if (fields & SNET_FIELD_LOCAL_PORT) {
		mask->local_port = (__force __be16)~0;
		mask->local_family = ~0;
	}
	if (fields & SNET_FIELD_REMOTE_ADDR) {
		memset(mask->remote, 0xff, sizeof(mask->remote));
		mask->remote_scope = ~0;
		mask->remote_family = ~0;
	}
	if (fields & SNET_FIELD_REMOTE_PORT) {
		mask->remote_port = (__force __be16)~0;
		mask->remote_family = ~0;
	}
}

static void mask_process(struct snet_ticket_key *mask, u64 fields)
{
	if (fields & SNET_FIELD_UID)
		mask->uid = ~0;
	if (fields & SNET_FIELD_EUID)
		mask->euid = ~0;
	if (fields & SNET_FIELD_GID)
		mask->gid = ~0;
	if (fields & SNET_FIELD_CGROUP)
		mask->cgroup = ~0ULL;
	if (fields & SNET_FIELD_PROGRAM)
		mask->program = ~0ULL;
	if (fields & SNET_FIELD_SCRIPT)
		mask->script = ~0ULL;
	if (fields & SNET_FIELD_PROCESS) {
		mask->pid = ~0;
		mask->start_time = ~0ULL;
		mask->process = ~0ULL;
	}
}

static void mask_socket(struct snet_ticket_key *mask, u64 fields)
{
	if (fields & SNET_FIELD_OPERATION)
		mask->operation = ~0;
	if (fields & SNET_FIELD_FAMILY)
		mask->family = ~0;
	if (fields & SNET_FIELD_TYPE)
		mask->type = ~0;
	if (fields & SNET_FIELD_PROTOCOL)
		mask->protocol = ~0;
	if (fields & SNET_FIELD_NETNS)
		mask->netns = ~0ULL;
}

/**
 * snet_ticket_mask_init - Make the mask of a set of fields
 * @mask: to be filled
 * @fields: bits of &enum snet_field
 */
void snet_ticket_mask_init(struct snet_ticket_mask *mask, u64 fields)
{
	struct snet_ticket_key key = {};
	const u64 *bits = (const u64 *)&key;
	unsigned int i;

	mask_socket(&key, fields);
	mask_addresses(&key, fields);
	mask_process(&key, fields);

	mask->fields = fields;
	mask->count = 0;
	for (i = 0; i < SNET_TICKET_WORDS; i++) {
		if (!bits[i])
			continue;
		mask->index[mask->count] = i;
		mask->bits[mask->count] = bits[i];
		mask->count++;
	}
}

/**
 * snet_ticket_mask_apply - What of a key counts
 * @mask: the mask
 * @key: the key
 * @words: room for as many words as @mask counts
 *
 * Return: a hash over @words that cannot be foreseen.
 */
u32 snet_ticket_mask_apply(const struct snet_ticket_mask *mask,
			   const struct snet_ticket_key *key, u64 *words)
{
	const u64 *from = (const u64 *)key;
	unsigned int i;

	for (i = 0; i < mask->count; i++)
		words[i] = from[mask->index[i]] & mask->bits[i];
	return hsiphash(words, mask->count * sizeof(*words), &table_secret);
}

/**
 * snet_ticket_mask_expand - Make a key of what was left of it
 * @mask: the mask
 * @words: from snet_ticket_mask_apply()
 * @key: to be filled; zero where @mask is
 */
void snet_ticket_mask_expand(const struct snet_ticket_mask *mask,
			     const u64 *words, struct snet_ticket_key *key)
{
	u64 *to = (u64 *)key;
	unsigned int i;

	memset(key, 0, sizeof(*key));
	for (i = 0; i < mask->count; i++)
		to[mask->index[i]] = words[i];
}
