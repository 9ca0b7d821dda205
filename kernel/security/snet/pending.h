/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * snet: the table of what waits
 */
#ifndef _SECURITY_SNET_PENDING_H
#define _SECURITY_SNET_PENDING_H

#include <linux/list.h>
#include <linux/snet.h>
#include <linux/types.h>

#include "decision.h"
#include "request.h"

struct snet_ticket;
struct pending_user;

/**
 * struct snet_pending - a request that waits
 * @id: set by snet_pending_add()
 * @delay: seconds that it may wait
 * @deadline_ns: CLOCK_REALTIME when the policy will decide
 * @request: not owned; as long-lived as the entry
 * @decision: valid once @decided
 * @decided: set with release semantics, once
 * @is_orphan: its socket is closed; under the table's lock
 * @wake: called when it has been decided, with the table's lock held; wakes
 *	what waits, be it a task or something else
 * @node: in the table, under its lock
 * @order: in the list by age, under the table's lock
 * @user: whose it is, under the table's lock
 *
 * The memory belongs to the waiter. It must not go away before
 * snet_pending_remove() has returned.
 */
struct snet_pending {
	u64 id;
	u32 delay;
	u64 deadline_ns;
	const struct snet_request *request;
	struct snet_decision decision;
	bool decided;
	bool is_orphan;
	void (*wake)(struct snet_pending *pending);

	/* private: */
	struct hlist_node node;
	struct list_head order;
	struct pending_user *user;
};

int snet_pending_add(struct snet_pending *pending);
bool snet_pending_orphan(struct snet_pending *pending);
bool snet_pending_remove(struct snet_pending *pending);
bool snet_pending_decide(u64 id, enum snet_verdict verdict, int error,
			 struct snet_ticket *ticket);
void snet_pending_decide_all(enum snet_cause cause);
int snet_pending_walk(u64 after,
		      int (*visit)(const struct snet_pending *pending,
				   void *data),
		      void *data);
u64 snet_pending_count(void);

static inline bool snet_pending_is_decided(const struct snet_pending *pending)
{
	/* Pairs with the release in decide(). */
	return smp_load_acquire(&pending->decided);
}

#endif /* _SECURITY_SNET_PENDING_H */
