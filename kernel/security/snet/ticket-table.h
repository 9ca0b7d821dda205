/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * snet: the table of the tickets
 */
#ifndef _SECURITY_SNET_TICKET_TABLE_H
#define _SECURITY_SNET_TICKET_TABLE_H

#include <linux/atomic.h>
#include <linux/list.h>
#include <linux/rhashtable-types.h>
#include <linux/timerqueue.h>
#include <linux/types.h>

struct snet_program;
struct snet_request;
struct snet_ticket_key;
struct snet_ticket_mask;

/**
 * struct snet_ticket - a decision that is kept
 * @age: in the list by age, or of those to be freed; under the lock
 * @expiry: in the queue by expiry, if it has one, under the lock; its time may
 *	be earlier than @expires, never later
 * @hits_seen: @hits when it was last spared from eviction
 * @program: reference, if it is compared
 * @script: reference, if it is compared and there is one
 * @node: in the table
 * @mask: what is compared; reference
 * @hash: over @words
 * @lifetime: seconds, 0 for ever
 * @error: positive errno of a denial
 * @verdict: &enum snet_verdict
 * @mode: &enum snet_ticket_mode
 * @linked: whether it is in the table, under the lock
 * @generation: it is valid as long as this is the current one
 * @expires: nanoseconds on the boot-time clock, or %NEVER
 * @hits: how often it has decided
 * @words: what it compares with
 *
 * What a look-up reads begins at @node: the second cache line, and the third,
 * which has room for as many @words as most masks count. kmalloc() gives
 * multiples of a cache line.
 */
struct snet_ticket {
	struct list_head age;
	struct timerqueue_node expiry;
	u64 hits_seen;
	struct snet_program *program;
	struct snet_program *script;

	struct rhash_head node;
	struct snet_ticket_mask *mask;
	u32 hash;
	u32 lifetime;
	u16 error;
	u8 verdict;
	u8 mode;
	bool linked;
	u64 generation;
	atomic64_t expires;
	atomic64_t hits;
	u64 words[];
};

int snet_ticket_table_make(void);
struct snet_ticket *snet_ticket_table_find(const struct snet_ticket_mask *mask,
					   const struct snet_ticket_key *key);
int snet_ticket_table_add(struct snet_ticket *ticket,
			  const struct snet_request *request);
void snet_ticket_table_clear(void);
void snet_ticket_table_refuse(void);
void snet_ticket_table_walk(struct rhashtable_iter *iter);

bool snet_ticket_is_valid(const struct snet_ticket *ticket);
void snet_ticket_extend(struct snet_ticket *ticket);

#endif /* _SECURITY_SNET_TICKET_TABLE_H */
