// SPDX-License-Identifier: GPL-2.0-only
/*
 * snet: looking at all tickets
 */
#include <linux/err.h>
#include <linux/rhashtable.h>
#include <linux/slab.h>

#include "ticket-key.h"
#include "ticket-table.h"
#include "ticket.h"

struct snet_ticket_walk {
	struct rhashtable_iter iter;
};

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

	if (snet_ticket_table_make())
		return NULL;
	walk = kzalloc(sizeof(*walk), GFP_KERNEL);
	if (walk)
		snet_ticket_table_walk(&walk->iter);
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

	if (!snet_ticket_is_valid(ticket))
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
