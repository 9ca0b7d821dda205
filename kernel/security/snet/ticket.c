// SPDX-License-Identifier: GPL-2.0-only
/*
 * snet: decisions that are kept
 *
 * A ticket decides every request that is like the one it was made for in the
 * fields that it compares. Each came from a run of the controller's rules that
 * looked at no other fields, so that two tickets of one generation which match
 * the same request say the same: a look-up takes the first.
 */
#include <linux/err.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>

#include "config.h"
#include "decision.h"
#include "request.h"
#include "ticket-key.h"
#include "ticket-mask.h"
#include "ticket-table.h"
#include "ticket.h"

static void use(struct snet_ticket *ticket, struct snet_decision *decision)
{
	atomic64_inc(&ticket->hits);
	if (ticket->mode == SNET_TICKET_EXTENDED && ticket->lifetime)
		snet_ticket_extend(ticket);
	decision->verdict = ticket->verdict;
	decision->error = ticket->error;
	decision->cause = SNET_CAUSE_TICKET;
}

/*
 * Apart, and with a variable that nobody clears for it: a kernel that clears
 * what is on its stack would take long for that.
 */
static noinline bool look_up(const struct snet_request *request,
			     unsigned int end, struct snet_decision *decision)
{
	struct snet_ticket_key key __uninitialized;
	const struct snet_ticket_mask *mask;
	struct snet_ticket *ticket = NULL;
	unsigned int i;

	snet_ticket_key_init(&key, request);
	rcu_read_lock();
	for (i = 0; i < end && !ticket; i++) {
		mask = snet_ticket_mask_at(i);
		if (mask)
			ticket = snet_ticket_table_find(mask, &key);
	}
	if (ticket)
		use(ticket, decision);
	rcu_read_unlock();
	return ticket;
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
	const unsigned int end = snet_ticket_masks_end();

	return end &&
	       snet_config_get(SNET_SETTING_TICKET_MODE) != SNET_TICKET_OFF &&
	       look_up(request, end, decision);
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
	if (terms->error < 0 || terms->error > SNET_ERRNO_MAX)
		return false;
	return terms->verdict == SNET_VERDICT_ALLOW ||
	       terms->verdict == SNET_VERDICT_DENY;
}

static struct snet_ticket_mask *get_mask(u64 fields)
{
	struct snet_ticket_mask *mask = snet_ticket_mask_get(fields);

	if (PTR_ERR_OR_ZERO(mask) != -ENOSPC)
		return mask;

	/* Tickets that are over must not keep others out. */
	snet_ticket_table_clear();
	return snet_ticket_mask_get(fields);
}

static struct snet_ticket *make_ticket(const struct snet_ticket_terms *terms)
{
	struct snet_ticket_mask *mask;
	struct snet_ticket *ticket;

	if (!terms_are_valid(terms) || snet_ticket_table_make())
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
		snet_ticket_table_refuse();
	return ticket;
}

/**
 * snet_ticket_add - Keep a decision
 * @ticket: from snet_ticket_alloc(), which is taken over. It replaces one that
 *	compares with the same.
 * @request: what was decided; the ticket takes its own references to what it
 *	compares
 *
 * Context: any but hard interrupts; does not sleep, and locks may be held that
 *	a look-up does not need.
 */
void snet_ticket_add(struct snet_ticket *ticket,
		     const struct snet_request *request)
{
	if (!ticket->error)
		ticket->error = snet_default_error(request->operation);
	if (snet_ticket_table_add(ticket, request))
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
