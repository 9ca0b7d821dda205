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
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/uidgid.h>

#include "config.h"
#include "limits.h"
#include "pending.h"
#include "stats.h"
#include "ticket.h"

/**
 * struct pending_user - a user of whom something waits
 * @node: in the table of users
 * @uid: the real user id of the held tasks
 * @count: how many wait; never 0
 * @orphans: how many of these have lost their socket
 */
struct pending_user {
	struct hlist_node node;
	kuid_t uid;
	unsigned int count;
	unsigned int orphans;
};

/*
 * Protects all below, and the links of each entry in the table. Taken in
 * process context only, and never held over anything that sleeps.
 */
static DEFINE_SPINLOCK(lock);
static DEFINE_HASHTABLE(table, SNET_PENDING_HASH_BITS);
/* The same entries by age, which is also by id. */
static LIST_HEAD(by_age);
static DEFINE_HASHTABLE(users, SNET_PENDING_HASH_BITS);
static unsigned int count;
static u64 last_id;

static struct pending_user *find_user(kuid_t uid)
{
	struct pending_user *user;

	lockdep_assert_held(&lock);
	hash_for_each_possible(users, user, node, __kuid_val(uid))
		if (uid_eq(user->uid, uid))
			return user;
	return NULL;
}

static void leave_user(struct pending_user *user)
{
	lockdep_assert_held(&lock);
	if (--user->count)
		return;
	hash_del(&user->node);
	kfree(user);
}

static void unlink_entry(struct snet_pending *pending)
{
	lockdep_assert_held(&lock);
	hash_del(&pending->node);
	list_del(&pending->order);
	if (pending->is_orphan)
		pending->user->orphans--;
	leave_user(pending->user);
	count--;
}

static void decide(struct snet_pending *pending,
		   const struct snet_decision *decision)
{
	enum snet_operation operation = pending->request->operation;

	unlink_entry(pending);
	pending->decision = *decision;
	/*
	 * Pairs with the acquire in snet_pending_is_decided(). The waiter still
	 * has to take the lock before it may let go of the entry.
	 */
	smp_store_release(&pending->decided, true);
	pending->wake(pending);
	snet_stats_count_decision(operation, decision);
}

/* Puts the entry into the table, unless there are too many. */
static int link_entry(struct snet_pending *pending, struct pending_user *user)
{
	lockdep_assert_held(&lock);
	if (count >= SNET_PENDING_MAX || user->count >= SNET_PENDING_USER_MAX)
		return -ENOBUFS;

	user->count++;
	pending->user = user;
	pending->id = ++last_id;
	hash_add(table, &pending->node, pending->id);
	list_add_tail(&pending->order, &by_age);
	count++;
	return 0;
}

/**
 * snet_pending_add - Publish an entry, so that it can be decided
 * @pending: filled but for its id
 *
 * Context: process context, may sleep for memory.
 * Return: 0, -ENOBUFS when too many wait already, in total or of this user,
 *	-ENOMEM.
 */
int snet_pending_add(struct snet_pending *pending)
{
	kuid_t uid = pending->request->uid;
	struct pending_user *user, *new = NULL;
	int err;

	pending->decided = false;
	pending->is_orphan = false;
	spin_lock(&lock);
	user = find_user(uid);
	if (!user) {
		spin_unlock(&lock);
		new = kzalloc(sizeof(*new), GFP_KERNEL);
		if (!new)
			return -ENOMEM;
		new->uid = uid;

		spin_lock(&lock);
		user = find_user(uid);
		if (!user) {
			user = new;
			new = NULL;
			hash_add(users, &user->node, __kuid_val(uid));
		}
	}
	err = link_entry(pending, user);
	if (!user->count) {
		/* It was new, and the table is full. */
		hash_del(&user->node);
		new = user;
	}
	spin_unlock(&lock);
	kfree(new);
	return err;
}

/**
 * snet_pending_orphan - Let an entry wait on whose socket is being closed
 * @pending: an entry that is, or was, in the table
 *
 * Return: whether it may: false when too many of its user do so already. What
 *	has ended may, too.
 */
bool snet_pending_orphan(struct snet_pending *pending)
{
	bool may_wait = true;

	spin_lock(&lock);
	if (hash_hashed(&pending->node) && !pending->is_orphan) {
		may_wait = pending->user->orphans < SNET_PENDING_ORPHANS_MAX;
		pending->user->orphans += may_wait;
		pending->is_orphan = may_wait;
	}
	spin_unlock(&lock);
	return may_wait;
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
 * snet_pending_decide - Decide one entry by the controller's verdict
 * @id: names it
 * @verdict: allow or deny
 * @error: positive errno of a denial, 0 for the operation's own
 * @ticket: to be kept for calls like it, or NULL; taken over if the entry was
 *	waiting
 *
 * Return: whether it was waiting.
 */
bool snet_pending_decide(u64 id, enum snet_verdict verdict, int error,
			 struct snet_ticket *ticket)
{
	struct snet_decision decision = {
		.verdict = verdict,
		.cause = SNET_CAUSE_CONTROLLER,
	};
	struct snet_pending *pending;
	bool found = false;

	spin_lock(&lock);
	hash_for_each_possible(table, pending, node, id) {
		if (pending->id != id)
			continue;
		decision.error =
			error ?:
				snet_default_error(pending->request->operation);
		/* First the ticket: what is woken may call again at once. */
		if (ticket)
			snet_ticket_add(ticket, pending->request);
		decide(pending, &decision);
		found = true;
		break;
	}
	spin_unlock(&lock);
	return found;
}

/**
 * snet_pending_decide_all - Decide whatever waits by the policy
 * @cause: why
 */
void snet_pending_decide_all(enum snet_cause cause)
{
	struct snet_pending *pending, *next;
	struct snet_decision decision;

	spin_lock(&lock);
	list_for_each_entry_safe(pending, next, &by_age, order) {
		decision =
			snet_config_decide(cause, pending->request->operation);
		decide(pending, &decision);
	}
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
