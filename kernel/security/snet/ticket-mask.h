/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * snet: the masks of the tickets that there are
 */
#ifndef _SECURITY_SNET_TICKET_MASK_H
#define _SECURITY_SNET_TICKET_MASK_H

#include <linux/types.h>

struct snet_ticket_mask;

struct snet_ticket_mask *snet_ticket_mask_get(u64 fields);
void snet_ticket_mask_put(struct snet_ticket_mask *mask);
unsigned int snet_ticket_masks_end(void);
const struct snet_ticket_mask *snet_ticket_mask_at(unsigned int slot);

#endif /* _SECURITY_SNET_TICKET_MASK_H */
