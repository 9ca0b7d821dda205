// SPDX-License-Identifier: GPL-2.0-only
/*
 * snet: the table of what waits
 *
 * Knows nothing of hooks, of netlink, or of who waits. An entry leaves the
 * table in one of two ways: it is decided, or its waiter removes it. Whichever
 * takes the lock first wins, so that a request ends exactly once.
 */
#include <linux/hashtable.h>
#include <linux/lockdep.h>
#include <linux/spinlock.h>

#include "limits.h"
#include "pending.h"

/*
 * Protects all below, and the links of each entry in the table. Taken in
 * process context only, and never held over anything that sleeps.
 */
static DEFINE_SPINLOCK(lock);
static DEFINE_HASHTABLE(table, SNET_PENDING_HASH_BITS);
/* The same entries by age, which is also by id. */
static LIST_HEAD(by_age);
static unsigned int count;
static u64 last_id;

static void unlink_entry(struct snet_pending *pending)
{
	lockdep_assert_held(&lock);
	hash_del(&pending->node);
	list_del(&pending->order);
	count--;
}

static void decide(struct snet_pending *pending,
		   const struct snet_decision *decision)
{
	unlink_entry(pending);
	pending->decision = *decision;
	/* Pairs with the acquire in snet_pending_is_decided(). */
	smp_store_release(&pending->decided, true);
	pending->wake(pending);
	snet_stats_count(decision->cause);
}

/**
 * snet_pending_add - Publish an entry, so that it can be decided
 * @pending: filled but for its id
 *
 * Return: 0, or -ENOBUFS when too many wait already.
 */
int snet_pending_add(struct snet_pending *pending)
{
	int err = 0;

	pending->decided = false;
	spin_lock(&lock);
	if (count >= SNET_PENDING_MAX) {
		err = -ENOBUFS;
	} else {
		pending->id = ++last_id;
		hash_add(table, &pending->node, pending->id);
		list_add_tail(&pending->order, &by_age);
		count++;
	}
	spin_unlock(&lock);
	return err;
}

/**
 * snet_pending_remove - End an entry's time in the table
 * @pending: an entry that was added
 *
 * The waiter calls this exactly once, decided or not, before the memory of the
 * entry goes away.
 *
 * Return: whether the entry was still waiting; false when it has been decided.
 */
bool snet_pending_remove(struct snet_pending *pending)
{
	bool waited;

	spin_lock(&lock);
	waited = !pending->decided;
	if (waited)
		unlink_entry(pending);
	spin_unlock(&lock);
	return waited;
}

/**
 * snet_pending_decide - Decide one entry
 * @id: names it
 * @decision: copied
 *
 * Return: whether it was waiting.
 */
bool snet_pending_decide(u64 id, const struct snet_decision *decision)
{
	struct snet_pending *pending;
	bool found = false;

	spin_lock(&lock);
	hash_for_each_possible(table, pending, node, id) {
		if (pending->id != id)
			continue;
		decide(pending, decision);
		found = true;
		break;
	}
	spin_unlock(&lock);
	return found;
}

/**
 * snet_pending_decide_all - Decide whatever waits
 * @decision: copied
 */
void snet_pending_decide_all(const struct snet_decision *decision)
{
	struct snet_pending *pending, *next;

	spin_lock(&lock);
	list_for_each_entry_safe(pending, next, &by_age, order)
		decide(pending, decision);
	spin_unlock(&lock);
}

/**
 * snet_pending_walk - Look at what waits, the oldest first
 * @after: begin behind this id; 0 for the beginning
 * @visit: called with the lock held, so it must not sleep; stops the walk by
 *	returning something other than 0
 * @data: for @visit
 *
 * Return: what the last @visit returned, 0 when there was none.
 */
int snet_pending_walk(u64 after,
		      int (*visit)(const struct snet_pending *pending,
				   void *data),
		      void *data)
{
	const struct snet_pending *pending;
	int ret = 0;

	spin_lock(&lock);
	list_for_each_entry(pending, &by_age, order) {
		if (pending->id <= after)
			continue;
		ret = visit(pending, data);
		if (ret)
			break;
	}
	spin_unlock(&lock);
	return ret;
}

/**
 * snet_pending_count - How many wait
 *
 * Return: the number at the time of the call.
 */
u64 snet_pending_count(void)
{
	return READ_ONCE(count);
}
