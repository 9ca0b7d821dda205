// SPDX-License-Identifier: GPL-2.0-only
/*
 * snet: decisions that are kept
 *
 * A ticket decides every request that is like the one it was made for in the
 * fields that it compares. Each came from a run of the controller's rules that
 * looked at no other fields, so that two tickets of one generation which match
 * the same request say the same: a look-up takes the first.
 *
 * A look-up runs under RCU, takes no lock and allocates nothing. What changes
 * the table takes the lock. A ticket that has left the table is freed by a work
 * item, a grace period later: until then its programs stay, so that an address
 * never stands for another program while somebody may compare it.
 *
 * No timer runs. A ticket whose time is over is found by a look-up, by the
 * next ones that are added, or when there is need of the room.
 */
#include <linux/atomic.h>
#include <linux/err.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/rhashtable.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/timekeeping.h>
#include <linux/timerqueue.h>
#include <linux/workqueue.h>

#include "config.h"
#include "decision.h"
#include "identity.h"
#include "limits.h"
#include "request.h"
#include "ticket-key.h"
#include "ticket-mask.h"
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
 * A look-up begins at @node, the end of the first cache line but one, and most
 * have no more than 8 words, the one that follows. The alignment is that of
 * kmalloc(), which gives multiples of 64 bytes.
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

struct snet_ticket_walk {
	struct rhashtable_iter iter;
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

static u32 probe_hash(const void *data, u32 len, u32 seed)
{
	return ((const struct probe *)data)->hash;
}

static u32 ticket_hash(const void *data, u32 len, u32 seed)
{
	return ((const struct snet_ticket *)data)->hash;
}

static int ticket_differs(struct rhashtable_compare_arg *arg, const void *obj)
{
	const struct probe *probe = arg->key;
	const struct snet_ticket *ticket = obj;

	return ticket->hash != probe->hash || ticket->mask != probe->mask ||
	       memcmp(ticket->words, probe->words,
		      probe->mask->count * sizeof(probe->words[0]));
}

static const struct rhashtable_params table_params = {
	.head_offset = offsetof(struct snet_ticket, node),
	.min_size = BUCKETS_MIN,
	.automatic_shrinking = true,
	.hashfn = probe_hash,
	.obj_hashfn = ticket_hash,
	.obj_cmpfn = ticket_differs,
};

/*
 * The table is made when the first ticket is: who does not use tickets has
 * none, and by then there is good randomness.
 */
static int make_table(void)
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

static void set_expiry(struct snet_ticket *ticket)
{
	s64 expires = NEVER;

	if (ticket->lifetime)
		expires = time_now() + (s64)ticket->lifetime * NSEC_PER_SEC;
	atomic64_set(&ticket->expires, expires);
}

/*
 * Others may do the same at the same time, with about the same result. It is
 * not written with each use, since all who use the ticket share the cache line.
 */
static void extend(struct snet_ticket *ticket)
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

static struct snet_ticket *find(const struct snet_ticket_mask *mask,
				const struct snet_ticket_key *key,
				struct probe *probe)
{
	probe->mask = mask;
	probe->hash = snet_ticket_mask_apply(mask, key, probe->words);
	return rhashtable_lookup(&table, probe, table_params);
}

static bool is_valid(struct snet_ticket *ticket)
{
	/* What is stale goes by the work item that the flush has started. */
	if (ticket->generation != current_generation())
		return false;
	if (has_expired(ticket)) {
		remove_expired(ticket);
		return false;
	}
	return true;
}

static void use(struct snet_ticket *ticket, struct snet_decision *decision)
{
	atomic64_inc(&ticket->hits);
	if (ticket->mode == SNET_TICKET_EXTENDED && ticket->lifetime)
		extend(ticket);
	decision->verdict = ticket->verdict;
	decision->error = ticket->error;
	decision->cause = SNET_CAUSE_TICKET;
}

/**
 * snet_ticket_lookup - Look whether a request has been decided already
 * @request: the request
 * @decision: set if there is a ticket for it
 *
 * Once snet_tickets_flush() has returned, nothing from before decides a
 * request whose look-up begins.
 *
 * Context: any but hard interrupts; does not sleep.
 * Return: whether there is one. It has been counted as used.
 */
bool snet_ticket_lookup(const struct snet_request *request,
			struct snet_decision *decision)
{
	const struct snet_ticket_mask *mask;
	const unsigned int end = snet_ticket_masks_end();
	struct snet_ticket *ticket;
	struct snet_ticket_key key;
	struct probe probe;
	bool found = false;
	unsigned int i;

	if (!end || snet_config_get(SNET_SETTING_TICKET_MODE) ==
		    SNET_TICKET_OFF)
		return false;

	snet_ticket_key_init(&key, request);
	rcu_read_lock();
	for (i = 0; i < end && !found; i++) {
		mask = snet_ticket_mask_at(i);
		ticket = mask ? find(mask, &key, &probe) : NULL;
		found = ticket && is_valid(ticket);
	}
	if (found)
		use(ticket, decision);
	rcu_read_unlock();
	return found;
}

static void count_refused(void)
{
	spin_lock_bh(&lock);
	counts.refused++;
	spin_unlock_bh(&lock);
}

static bool terms_are_valid(const struct snet_ticket_terms *terms)
{
	if (terms->fields & ~(u64)SNET_FIELD_ALL)
		return false;
	if (terms->lifetime > SNET_TICKET_LIFETIME_MAX)
		return false;
	if (terms->mode != SNET_TICKET_FIXED &&
	    terms->mode != SNET_TICKET_EXTENDED)
		return false;
	if (terms->verdict == SNET_VERDICT_DENY)
		return terms->error >= 1 && terms->error <= SNET_ERRNO_MAX;
	return terms->verdict == SNET_VERDICT_ALLOW;
}

static struct snet_ticket_mask *get_mask(u64 fields)
{
	struct snet_ticket_mask *mask = snet_ticket_mask_get(fields);

	if (PTR_ERR_OR_ZERO(mask) != -ENOSPC)
		return mask;

	/* Tickets that are over must not keep others out. */
	clear_all();
	give_back_soon();
	return snet_ticket_mask_get(fields);
}

static struct snet_ticket *make_ticket(const struct snet_ticket_terms *terms)
{
	struct snet_ticket_mask *mask;
	struct snet_ticket *ticket;

	if (!terms_are_valid(terms) || make_table())
		return NULL;
	mask = get_mask(terms->fields | SNET_FIELD_OPERATION);
	if (IS_ERR(mask))
		return NULL;
	ticket = kzalloc(struct_size(ticket, words, mask->count), GFP_KERNEL);
	if (!ticket) {
		snet_ticket_mask_put(mask);
		return NULL;
	}
	ticket->mask = mask;
	ticket->verdict = terms->verdict;
	ticket->error = terms->error;
	ticket->mode = terms->mode;
	ticket->lifetime = terms->lifetime;
	INIT_LIST_HEAD(&ticket->age);
	timerqueue_init(&ticket->expiry);
	return ticket;
}

/**
 * snet_ticket_alloc - Get the memory for a ticket
 * @terms: what it is to be
 *
 * Context: process context; sleeps.
 * Return: a ticket for snet_ticket_add() or snet_ticket_discard(), or NULL.
 *	That is counted, unless tickets are switched off: invalid terms, no
 *	memory, or too many combinations of fields.
 */
struct snet_ticket *snet_ticket_alloc(const struct snet_ticket_terms *terms)
{
	struct snet_ticket *ticket;

	if (terms->mode == SNET_TICKET_OFF ||
	    snet_config_get(SNET_SETTING_TICKET_MODE) == SNET_TICKET_OFF)
		return NULL;

	ticket = make_ticket(terms);
	if (!ticket)
		count_refused();
	return ticket;
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
 * snet_ticket_add - Keep a decision
 * @ticket: from snet_ticket_alloc(), which is taken over. It replaces one that
 *	compares with the same.
 * @request: what was decided; the ticket takes its own references to what it
 *	compares
 *
 * When there is no more room, tickets that are over go first, then the oldest
 * one that was not used since the last time it was about to go.
 *
 * Context: any but hard interrupts; does not sleep, and locks may be held that
 *	a look-up does not need.
 */
void snet_ticket_add(struct snet_ticket *ticket,
		     const struct snet_request *request)
{
	int err = -EINVAL;

	spin_lock_bh(&lock);
	if (snet_ticket_fields_known(ticket->mask->fields, request))
		err = add(ticket, request);
	if (err)
		counts.refused++;
	spin_unlock_bh(&lock);
	if (err)
		snet_ticket_discard(ticket);
}

/**
 * snet_ticket_discard - Give back a ticket that has not been added
 * @ticket: from snet_ticket_alloc()
 *
 * Context: any but hard interrupts; does not sleep.
 */
void snet_ticket_discard(struct snet_ticket *ticket)
{
	snet_ticket_mask_put(ticket->mask);
	kfree(ticket);
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
 * snet_ticket_walk_begin - Begin to look at all tickets
 *
 * Context: process context; allocates memory.
 * Return: for snet_ticket_walk_on() and snet_ticket_walk_end(); NULL when there
 *	is no memory.
 */
struct snet_ticket_walk *snet_ticket_walk_begin(void)
{
	struct snet_ticket_walk *walk;

	if (make_table())
		return NULL;
	walk = kzalloc(sizeof(*walk), GFP_KERNEL);
	if (walk)
		rhashtable_walk_enter(&table, &walk->iter);
	return walk;
}

static int visit_ticket(const struct snet_ticket *ticket,
			int (*visit)(const struct snet_ticket_view *view,
				     void *data),
			void *data)
{
	struct snet_ticket_key key;
	const struct snet_ticket_view view = {
		.terms.fields = ticket->mask->fields,
		.terms.verdict = ticket->verdict,
		.terms.error = ticket->error,
		.terms.mode = ticket->mode,
		.terms.lifetime = ticket->lifetime,
		.hits = atomic64_read(&ticket->hits),
		.key = &key,
	};

	if (ticket->generation != current_generation() || has_expired(ticket))
		return 0;
	snet_ticket_mask_expand(ticket->mask, ticket->words, &key);
	return visit(&view, data);
}

/**
 * snet_ticket_walk_on - Look at the valid tickets that have not been seen yet
 * @walk: from snet_ticket_walk_begin()
 * @visit: called in an RCU read-side critical section, so it must not sleep;
 *	programs and scripts in the key can be read in there. Returning
 *	something other than 0 stops the walk, and the next call goes on with
 *	the same ticket.
 * @data: for @visit
 *
 * In no order. A ticket that is there all the time is seen, one that comes or
 * goes meanwhile may be; when the table is resized meanwhile, some are seen
 * twice.
 *
 * Return: what the last @visit returned; 0 when all have been seen.
 */
int snet_ticket_walk_on(struct snet_ticket_walk *walk,
			int (*visit)(const struct snet_ticket_view *view,
				     void *data),
			void *data)
{
	const struct snet_ticket *ticket;
	int ret = 0;

	rhashtable_walk_start(&walk->iter);
	ticket = rhashtable_walk_peek(&walk->iter);
	while (ticket) {
		/* An error says that the table was resized: begin again. */
		if (!IS_ERR(ticket))
			ret = visit_ticket(ticket, visit, data);
		if (ret)
			break;
		ticket = rhashtable_walk_next(&walk->iter);
	}
	rhashtable_walk_stop(&walk->iter);
	return ret;
}

/**
 * snet_ticket_walk_end - Stop looking
 * @walk: from snet_ticket_walk_begin(); not valid any more
 */
void snet_ticket_walk_end(struct snet_ticket_walk *walk)
{
	rhashtable_walk_exit(&walk->iter);
	kfree(walk);
}
