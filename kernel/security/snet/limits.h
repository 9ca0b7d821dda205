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

/* Buckets of the table of what waits, as a power of two. */
#define SNET_PENDING_HASH_BITS 8

static_assert(SNET_ERRNO_MAX == EHWPOISON);

/* The delay has to fit into the jiffies that schedule_timeout() takes. */
static_assert(LONG_MAX / HZ >= SNET_DELAY_MAX);

#endif /* _SECURITY_SNET_LIMITS_H */
