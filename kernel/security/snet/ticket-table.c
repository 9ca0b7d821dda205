// SPDX-License-Identifier: GPL-2.0-only
/*
 * snet: the table of the tickets
 *
 * A look-up runs under RCU, takes no lock and allocates nothing. What changes
 * the table takes the lock. A ticket that has left the table is freed by a work
 * item, a grace period later: until then its programs stay, so that an address
 * never stands for another program while somebody may compare it.
 *
 * No timer runs. A ticket whose time is over is found by a look-up, by the
 * next ones that are added, or when there is need of the room.
 */
#include <linux/err.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/rhashtable.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/timekeeping.h>
#include <linux/workqueue.h>

#include "identity.h"
#include "limits.h"
#include "request.h"
#include "ticket-key.h"
#include "ticket-mask.h"
#include "ticket-table.h"
#include "ticket.h"

/* Buckets that the table has at least: enough for a burst of verdicts. */
#define BUCKETS_MIN 1024

/* How many are taken out of the table without letting others in between. */
#define SLICE 64

/* What an added ticket clears away of what is over, so that it goes by itself. */
#define CLEARED_BY_ADD 2

/* How many tickets can get away from eviction by one added ticket. */
#define CHANCES_MAX 32

/* A ticket that lasts for ever. */
#define NEVER KTIME_MAX

/**
 * struct probe - what is looked for
 * @mask: a ticket has to have this mask,
 * @hash: this hash,
 * @words: and these words
 */
struct probe {
	const struct snet_ticket_mask *mask;
	u32 hash;
	u64 words[SNET_TICKET_WORDS];
};

/*
 * Protects the table against other changes, and all below. Taken with the lock
 * of the pending table held; the one of the masks is taken with it held.
 */
static DEFINE_SPINLOCK(lock);
static struct rhashtable table;
/* Those in the table, the oldest first; older generations are before newer. */
static LIST_HEAD(by_age);
/* Those that can expire. */
static struct timerqueue_head by_expiry = { .rb_root = RB_ROOT_CACHED };
/* Those that have left the table and wait to be freed. */
static LIST_HEAD(dead);
static unsigned int linked;
static struct snet_ticket_counts counts;

static atomic64_t generation = ATOMIC64_INIT(0);

static void give_back(struct work_struct *work);
static DECLARE_WORK(give_back_work, give_back);

static inline u32 probe_hash(const void *data, u32 len, u32 seed)
{
	return ((const struct probe *)data)->hash;
}

static inline u32 ticket_hash(const void *data, u32 len, u32 seed)
{
	return ((const struct snet_ticket *)data)->hash;
}

static inline int ticket_differs(struct rhashtable_compare_arg *arg,
				 const void *obj)
{
	const struct probe *probe = arg->key;
	const struct snet_ticket *ticket = obj;
	u64 differing = 0;
	unsigned int i;

	if (ticket->hash != probe->hash || ticket->mask != probe->mask)
		return 1;
	/* It is the one, but for an accident: no use in stopping early. */
	for (i = 0; i < probe->mask->count; i++)
		differing |= ticket->words[i] ^ probe->words[i];
	return !!differing;
}

static const struct rhashtable_params table_params = {
	.head_offset = offsetof(struct snet_ticket, node),
	.min_size = BUCKETS_MIN,
	.automatic_shrinking = true,
	.hashfn = probe_hash,
	.obj_hashfn = ticket_hash,
	.obj_cmpfn = ticket_differs,
};

/**
 * snet_ticket_table_make - Make the table if it is not there yet
 *
 * That is when it is needed first: who does not use tickets has none, and by
 * then there is good randomness.
 *
 * Context: process context; sleeps. Before any other function here, and before
 *	the first mask is made.
 * Return: 0 or a negative errno.
 */
int snet_ticket_table_make(void)
{
	static DEFINE_MUTEX(making);
	static bool made;
	int err = 0;

	mutex_lock(&making);
	if (!made) {
		snet_ticket_key_make_secrets();
		err = rhashtable_init(&table, &table_params);
		made = !err;
	}
	mutex_unlock(&making);
	return err;
}

/*
 * The coarse clock is a tick behind at most, which is little for lifetimes of
 * seconds, and reading it is a few loads.
 */
static s64 time_now(void)
{
	return ktime_get_coarse_boottime_ns();
}

static u64 current_generation(void)
{
	return atomic64_read(&generation);
}

static bool has_expired(const struct snet_ticket *ticket)
{
	const s64 expires = atomic64_read(&ticket->expires);

	return expires != NEVER && expires <= time_now();
}

/**
 * snet_ticket_is_valid - Whether a ticket may decide
 * @ticket: in an RCU read-side critical section
 *
 * Return: false when it is stale, or its time is over.
 */
bool snet_ticket_is_valid(const struct snet_ticket *ticket)
{
	return ticket->generation == current_generation() &&
	       !has_expired(ticket);
}

static void set_expiry(struct snet_ticket *ticket)
{
	s64 expires = NEVER;

	if (ticket->lifetime)
		expires = time_now() + (s64)ticket->lifetime * NSEC_PER_SEC;
	atomic64_set(&ticket->expires, expires);
}

/**
 * snet_ticket_extend - Let a ticket's lifetime begin again
 * @ticket: in an RCU read-side critical section; has a lifetime
 *
 * Others may do the same at the same time, with about the same result. It is
 * not written with each use, since all who use the ticket share the cache line.
 *
 * Context: any.
 */
void snet_ticket_extend(struct snet_ticket *ticket)
{
	const s64 lifetime = (s64)ticket->lifetime * NSEC_PER_SEC;
	const s64 expires = time_now() + lifetime;

	if (expires - atomic64_read(&ticket->expires) >= lifetime / 16)
		atomic64_set(&ticket->expires, expires);
}

/* It is in the table no more. It still has to be given back. */
static void retire(struct snet_ticket *ticket)
{
	lockdep_assert_held(&lock);
	if (timerqueue_node_queued(&ticket->expiry))
		timerqueue_del(&by_expiry, &ticket->expiry);
	list_move(&ticket->age, &dead);
	ticket->linked = false;
	snet_ticket_mask_put(ticket->mask);
	linked--;
}

static void unlink_ticket(struct snet_ticket *ticket)
{
	rhashtable_remove_fast(&table, &ticket->node, table_params);
	retire(ticket);
}

static void link_ticket(struct snet_ticket *ticket)
{
	lockdep_assert_held(&lock);
	ticket->linked = true;
	list_add_tail(&ticket->age, &by_age);
	if (ticket->lifetime) {
		ticket->expiry.expires = atomic64_read(&ticket->expires);
		timerqueue_add(&by_expiry, &ticket->expiry);
	}
	linked++;
	counts.tickets++;
}

static struct snet_ticket *first_stale(void)
{
	struct snet_ticket *ticket;

	ticket = list_first_entry_or_null(&by_age, struct snet_ticket, age);
	if (ticket && ticket->generation != current_generation())
		return ticket;
	return NULL;
}

static struct snet_ticket *first_expired(void)
{
	struct timerqueue_node *node;
	struct snet_ticket *ticket;
	const s64 now = time_now();

	while ((node = timerqueue_getnext(&by_expiry)) &&
	       node->expires <= now) {
		ticket = container_of(node, struct snet_ticket, expiry);
		if (has_expired(ticket))
			return ticket;
		/* It was extended meanwhile, by at least a part of its life. */
		timerqueue_del(&by_expiry, node);
		node->expires = atomic64_read(&ticket->expires);
		timerqueue_add(&by_expiry, node);
	}
	return NULL;
}

/* Takes up to @max tickets that are over out of the table; tells how many. */
static unsigned int clear_some(unsigned int max)
{
	struct snet_ticket *ticket;
	unsigned int n;

	lockdep_assert_held(&lock);
	for (n = 0; n < max; n++) {
		ticket = first_stale() ?: first_expired();
		if (!ticket)
			break;
		unlink_ticket(ticket);
	}
	return n;
}

/* Sleeps, and lets others in between. */
static void clear_all(void)
{
	unsigned int n;

	do {
		spin_lock_bh(&lock);
		n = clear_some(SLICE);
		spin_unlock_bh(&lock);
		cond_resched();
	} while (n == SLICE);
}

static void free_ticket(struct snet_ticket *ticket)
{
	if (ticket->program)
		snet_program_put(ticket->program);
	if (ticket->script)
		snet_program_put(ticket->script);
	kfree(ticket);
}

static void give_back(struct work_struct *work)
{
	struct snet_ticket *ticket, *next;
	unsigned int freed = 0;
	LIST_HEAD(unused);

	clear_all();
	spin_lock_bh(&lock);
	list_splice_init(&dead, &unused);
	spin_unlock_bh(&lock);
	if (list_empty(&unused))
		return;

	synchronize_rcu();
	list_for_each_entry_safe(ticket, next, &unused, age) {
		free_ticket(ticket);
		freed++;
		cond_resched();
	}

	spin_lock_bh(&lock);
	counts.tickets -= freed;
	spin_unlock_bh(&lock);
}

static void give_back_soon(void)
{
	queue_work(system_unbound_wq, &give_back_work);
}

/**
 * snet_ticket_table_clear - Take all tickets that are over out of the table
 *
 * Their masks are free when it returns, their memory some time later.
 *
 * Context: process context; sleeps.
 */
void snet_ticket_table_clear(void)
{
	clear_all();
	give_back_soon();
}

/* A look-up has found it; it may be gone already. */
static void remove_expired(struct snet_ticket *ticket)
{
	spin_lock_bh(&lock);
	if (ticket->linked) {
		unlink_ticket(ticket);
		give_back_soon();
	}
	spin_unlock_bh(&lock);
}

/**
 * snet_ticket_table_find - Find the ticket for a key under one mask
 * @mask: the mask
 * @key: of a request
 *
 * Context: in an RCU read-side critical section; not in hard interrupts.
 * Return: a valid ticket, or NULL.
 */
struct snet_ticket *snet_ticket_table_find(const struct snet_ticket_mask *mask,
					   const struct snet_ticket_key *key)
{
	/* Not cleared by a kernel that clears what is on its stack: too slow. */
	struct probe probe __uninitialized;
	struct snet_ticket *ticket;

	probe.mask = mask;
	probe.hash = snet_ticket_mask_apply(mask, key, probe.words);
	ticket = rhashtable_lookup(&table, &probe, table_params);
	if (!ticket || snet_ticket_is_valid(ticket))
		return ticket;
	/* What is stale goes by the work item that the flush has started. */
	if (has_expired(ticket))
		remove_expired(ticket);
	return NULL;
}

/* Finds the ticket that is to go, and spares those used since it last did. */
static struct snet_ticket *oldest(void)
{
	struct snet_ticket *ticket;
	unsigned int chances;
	u64 hits;

	for (chances = CHANCES_MAX;; chances--) {
		ticket = list_first_entry(&by_age, struct snet_ticket, age);
		hits = atomic64_read(&ticket->hits);
		if (!chances || hits == ticket->hits_seen)
			return ticket;
		ticket->hits_seen = hits;
		list_move_tail(&ticket->age, &by_age);
	}
}

static void make_room(void)
{
	unsigned int n = clear_some(CLEARED_BY_ADD);

	if (linked >= SNET_TICKETS_MAX) {
		unlink_ticket(oldest());
		counts.evicted++;
		n++;
	}
	if (n)
		give_back_soon();
}

/*
 * Puts it into the table, in the place of the one that compares with the same,
 * if any: a look-up finds one or the other at any time.
 */
static int insert(struct snet_ticket *ticket, const struct probe *probe)
{
	struct snet_ticket *old;

	rcu_read_lock();
	old = rhashtable_lookup_get_insert_key(&table, probe, &ticket->node,
					       table_params);
	if (!IS_ERR_OR_NULL(old)) {
		rhashtable_replace_fast(&table, &old->node, &ticket->node,
					table_params);
		retire(old);
		give_back_soon();
	}
	rcu_read_unlock();
	return PTR_ERR_OR_ZERO(old);
}

static void own_programs(struct snet_ticket *ticket,
			 const struct snet_identity *identity)
{
	const u64 fields = ticket->mask->fields;

	if (fields & SNET_FIELD_PROGRAM)
		ticket->program = snet_program_get(identity->program);
	if ((fields & SNET_FIELD_SCRIPT) && identity->script)
		ticket->script = snet_program_get(identity->script);
}

static int add(struct snet_ticket *ticket, const struct snet_request *request)
{
	struct snet_ticket_key key;
	struct probe probe;
	int err;

	lockdep_assert_held(&lock);
	make_room();

	snet_ticket_key_init(&key, request);
	probe.mask = ticket->mask;
	probe.hash = snet_ticket_mask_apply(ticket->mask, &key, probe.words);
	memcpy(ticket->words, probe.words,
	       ticket->mask->count * sizeof(probe.words[0]));
	ticket->hash = probe.hash;
	/* A flush that comes between here and the table makes it stale. */
	ticket->generation = current_generation();
	set_expiry(ticket);

	err = insert(ticket, &probe);
	if (err)
		return err;
	own_programs(ticket, request->identity);
	link_ticket(ticket);
	return 0;
}

/**
 * snet_ticket_table_add - Put a ticket into the table
 * @ticket: filled but for what it compares with. It replaces one that compares
 *	with the same.
 * @request: what it compares with; the ticket takes its own references
 *
 * When there is no more room, tickets that are over go first, then the oldest
 * one that was not used since the last time it was about to go.
 *
 * Context: any but hard interrupts; does not sleep.
 * Return: 0; -EINVAL when @request lacks what the ticket is to compare, or the
 *	table's own error. The ticket remains the caller's then, and is counted
 *	as refused.
 */
int snet_ticket_table_add(struct snet_ticket *ticket,
			  const struct snet_request *request)
{
	int err = -EINVAL;

	spin_lock_bh(&lock);
	if (snet_ticket_fields_known(ticket->mask->fields, request))
		err = add(ticket, request);
	if (err)
		counts.refused++;
	spin_unlock_bh(&lock);
	return err;
}

/**
 * snet_ticket_table_refuse - Count a ticket that cannot be made
 *
 * Context: any but hard interrupts; does not sleep.
 */
void snet_ticket_table_refuse(void)
{
	spin_lock_bh(&lock);
	counts.refused++;
	spin_unlock_bh(&lock);
}

/**
 * snet_tickets_flush - Make all tickets invalid, at once
 *
 * Their memory is given back some time later.
 *
 * Context: any but hard interrupts; does not sleep.
 */
void snet_tickets_flush(void)
{
	atomic64_inc(&generation);
	give_back_soon();
}

/**
 * snet_tickets_count - Count the tickets
 * @to: to be filled
 */
void snet_tickets_count(struct snet_ticket_counts *to)
{
	spin_lock_bh(&lock);
	*to = counts;
	spin_unlock_bh(&lock);
}

/**
 * snet_ticket_table_walk - Begin to walk over the table
 * @iter: for the walk; what is found is a &struct snet_ticket, valid or not
 */
void snet_ticket_table_walk(struct rhashtable_iter *iter)
{
	rhashtable_walk_enter(&table, iter);
}
