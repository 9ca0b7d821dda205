// SPDX-License-Identifier: GPL-2.0-only
/*
 * snet: the masks of the tickets that there are
 *
 * Each costs a look-up one probe, so there is only one for a set of fields,
 * only few of them, and none that no ticket uses.
 */
#include <linux/err.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include "limits.h"
#include "ticket-key.h"
#include "ticket-mask.h"

/**
 * struct used_mask - a mask and its users
 * @mask: immutable
 * @tickets: how many use it, under the lock
 * @slot: where it is in the array
 * @rcu: it is freed when no look-up can have it any more
 */
struct used_mask {
	struct snet_ticket_mask mask;
	unsigned int tickets;
	unsigned int slot;
	struct rcu_head rcu;
};

/* For changes. A look-up takes no lock. */
static DEFINE_SPINLOCK(lock);
static struct used_mask __rcu *slots[SNET_TICKET_MASKS_MAX];
/* No slot is in use from this one on. */
static unsigned int slots_end;

static struct used_mask *in_slot(unsigned int slot)
{
	return rcu_dereference_protected(slots[slot], lockdep_is_held(&lock));
}

/* Takes a reference to the mask of @fields if there is one. */
static struct used_mask *get_used(u64 fields)
{
	struct used_mask *used;
	unsigned int i;

	lockdep_assert_held(&lock);
	for (i = 0; i < slots_end; i++) {
		used = in_slot(i);
		if (used && used->mask.fields == fields) {
			used->tickets++;
			return used;
		}
	}
	return NULL;
}

/* Puts a new mask into a free slot. */
static bool publish(struct used_mask *used)
{
	unsigned int i;

	lockdep_assert_held(&lock);
	for (i = 0; i < SNET_TICKET_MASKS_MAX; i++) {
		if (in_slot(i))
			continue;
		used->slot = i;
		rcu_assign_pointer(slots[i], used);
		/*
		 * Pairs with the acquire in snet_ticket_masks_end(): who sees
		 * a mask sees the secrets that it was made after.
		 */
		smp_store_release(&slots_end, max(slots_end, i + 1));
		return true;
	}
	return false;
}

static struct used_mask *get_used_locked(u64 fields)
{
	struct used_mask *used;

	spin_lock_bh(&lock);
	used = get_used(fields);
	spin_unlock_bh(&lock);
	return used;
}

/**
 * snet_ticket_mask_get - Get the mask of a set of fields
 * @fields: bits of &enum snet_field
 *
 * Context: process context; allocates memory.
 * Return: the mask with a reference, or an error pointer: -ENOMEM, or -ENOSPC
 *	when there are too many already.
 */
struct snet_ticket_mask *snet_ticket_mask_get(u64 fields)
{
	struct used_mask *used, *fresh;
	bool there;

	used = get_used_locked(fields);
	if (used)
		return &used->mask;

	fresh = kzalloc(sizeof(*fresh), GFP_KERNEL);
	if (!fresh)
		return ERR_PTR(-ENOMEM);
	snet_ticket_mask_init(&fresh->mask, fields);
	fresh->tickets = 1;

	spin_lock_bh(&lock);
	used = get_used(fields);
	there = used || publish(fresh);
	spin_unlock_bh(&lock);

	if (there && !used)
		return &fresh->mask;
	kfree(fresh);
	return there ? &used->mask : ERR_PTR(-ENOSPC);
}

/**
 * snet_ticket_mask_put - Give a reference back
 * @mask: from snet_ticket_mask_get(); not valid any more after the current RCU
 *	grace period
 *
 * Context: any but hard interrupts; does not sleep.
 */
void snet_ticket_mask_put(struct snet_ticket_mask *mask)
{
	struct used_mask *used = container_of(mask, struct used_mask, mask);

	spin_lock_bh(&lock);
	if (--used->tickets) {
		used = NULL;
	} else {
		RCU_INIT_POINTER(slots[used->slot], NULL);
		while (slots_end && !in_slot(slots_end - 1))
			WRITE_ONCE(slots_end, slots_end - 1);
	}
	spin_unlock_bh(&lock);
	if (used)
		kfree_rcu(used, rcu);
}

/**
 * snet_ticket_masks_end - How many slots a look-up has to look into
 *
 * Return: 0 when there are no masks, and so no tickets.
 */
unsigned int snet_ticket_masks_end(void)
{
	/* Pairs with the release in publish(). */
	return smp_load_acquire(&slots_end);
}

/**
 * snet_ticket_mask_at - The mask in a slot
 * @slot: less than snet_ticket_masks_end()
 *
 * Context: in an RCU read-side critical section.
 * Return: the mask, or NULL.
 */
const struct snet_ticket_mask *snet_ticket_mask_at(unsigned int slot)
{
	const struct used_mask *used = rcu_dereference(slots[slot]);

	return used ? &used->mask : NULL;
}
