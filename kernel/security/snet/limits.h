/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * snet: bounds
 */
#ifndef _SECURITY_SNET_LIMITS_H
#define _SECURITY_SNET_LIMITS_H

#include <linux/errno.h>
#include <linux/snet.h>
#include <linux/time64.h>

/* Requests that can wait at a time. More are decided by the policy. */
#define SNET_PENDING_MAX 4096

/* Those of one user, so that one cannot use up what all need. */
#define SNET_PENDING_USER_MAX 1024

/*
 * Those of one user whose sockets are closed already. What nobody has to stay
 * for is easily made, and is not to keep out the rest.
 */
#define SNET_PENDING_ORPHANS_MAX 256

/* Buckets of the table of what waits, as a power of two. */
#define SNET_PENDING_HASH_BITS 8

/* Buckets of the table of programs that are, or were, running. */
#define SNET_PROGRAM_HASH_BITS 10

/* Tickets that are kept. The oldest ones go first. */
#define SNET_TICKETS_MAX (128 * 1024)

/* Combinations of fields that tickets compare: each is a probe for a look-up. */
#define SNET_TICKET_MASKS_MAX 16

/* Seconds that a ticket lasts if nobody says. */
#define SNET_TICKET_LIFETIME_DEFAULT 3600

/*
 * Packets that can wait for one decision, besides the bound that the socket's
 * own send buffer is.
 */
#define SNET_FLOW_PACKETS_MAX 64

static_assert(SNET_ERRNO_MAX == EHWPOISON);

/* The delay has to fit into the jiffies that schedule_timeout() takes. */
static_assert(LONG_MAX / HZ >= SNET_DELAY_MAX);

#endif /* _SECURITY_SNET_LIMITS_H */
