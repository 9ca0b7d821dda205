/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * snet: what tickets compare
 */
#ifndef _SECURITY_SNET_TICKET_KEY_H
#define _SECURITY_SNET_TICKET_KEY_H

#include <linux/types.h>

#include "ticket.h"

struct snet_request;

/* A key as words. */
#define SNET_TICKET_WORDS (sizeof(struct snet_ticket_key) / sizeof(u64))

/**
 * struct snet_ticket_mask - which words of a key count, and which bits of them
 * @fields: bits of &enum snet_field that it was made of
 * @count: how many words count
 * @index: which ones these are
 * @bits: what counts of each
 *
 * Only these words are masked, hashed and compared: it is most of the time of
 * a look-up.
 */
struct snet_ticket_mask {
	u64 fields;
	unsigned int count;
	u8 index[SNET_TICKET_WORDS];
	u64 bits[SNET_TICKET_WORDS];
};

void snet_ticket_key_make_secrets(void);
void snet_ticket_key_init(struct snet_ticket_key *key,
			  const struct snet_request *request);
bool snet_ticket_fields_known(u64 fields, const struct snet_request *request);
void snet_ticket_mask_init(struct snet_ticket_mask *mask, u64 fields);
u32 snet_ticket_mask_apply(const struct snet_ticket_mask *mask,
			   const struct snet_ticket_key *key, u64 *words);
void snet_ticket_mask_expand(const struct snet_ticket_mask *mask,
			     const u64 *words, struct snet_ticket_key *key);

#endif /* _SECURITY_SNET_TICKET_KEY_H */
