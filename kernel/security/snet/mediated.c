// SPDX-License-Identifier: GPL-2.0-only
/*
 * snet: which calls are asked about
 *
 * A small set that is read for each call and hardly ever written: readers go
 * by RCU over an array, a writer puts a changed copy in its place.
 */
#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/mutex.h>
#include <linux/net.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/socket.h>

#include "mediated.h"

/**
 * struct mediated_set - the set, immutable once it is published
 * @rcu: for the end of the former set
 * @families: for each operation the families that have an entry, as bits: most
 *	calls that are not mediated need no more than a look at this
 * @count: how many @entries there are
 * @entries: those that say more first, then in the order of their coming
 */
struct mediated_set {
	struct rcu_head rcu;
	u64 families[SNET_OP_MAX + 1];
	unsigned int count;
	struct snet_mediated entries[SNET_MEDIATED_MAX];
};

static_assert(AF_MAX <= 64);

#define ENTRY(_operation, _family, _type)                                      \
	{                                                                      \
		.operation = SNET_OP_##_operation, .family = _family,          \
		.type = _type, .protocol = SNET_ANY, .hold = SNET_HOLD_AUTO,   \
	}

/*
 * The internet, by whatever protocol; and what reaches it, or the machines
 * nearby, past the calls on it:
 *
 * - AF_SMC, which turns into TCP;
 * - raw sockets, and TUN and TAP devices (AF_UNSPEC, see device.c);
 * - what has the kernel send by UDP or TCP: AF_RXRPC, AF_RDS, AF_TIPC, AF_PPPOX;
 * - what puts frames of its own on an Ethernet: AF_LLC, AF_APPLETALK, AF_X25,
 *   AF_AX25, AF_NETROM, AF_ROSE, and AF_PPPOX, too;
 * - AF_VSOCK, since a virtual machine's host may pass on what it gets.
 *
 * All but the first are asked about once, when they are made.
 */
static const struct snet_mediated defaults[] = {
	ENTRY(BIND, AF_INET, SNET_ANY),
	ENTRY(BIND, AF_INET6, SNET_ANY),
	ENTRY(BIND, AF_SMC, SNET_ANY),
	ENTRY(CONNECT, AF_INET, SNET_ANY),
	ENTRY(CONNECT, AF_INET6, SNET_ANY),
	ENTRY(CONNECT, AF_SMC, SNET_ANY),
	ENTRY(LISTEN, AF_INET, SNET_ANY),
	ENTRY(LISTEN, AF_INET6, SNET_ANY),
	ENTRY(LISTEN, AF_SMC, SNET_ANY),
	ENTRY(ACCEPT, AF_INET, SNET_ANY),
	ENTRY(ACCEPT, AF_INET6, SNET_ANY),
	ENTRY(ACCEPT, AF_SMC, SNET_ANY),
	ENTRY(SEND, AF_INET, SNET_ANY),
	ENTRY(SEND, AF_INET6, SNET_ANY),
	ENTRY(CREATE, AF_INET, SOCK_RAW),
	ENTRY(CREATE, AF_INET6, SOCK_RAW),
	ENTRY(CREATE, AF_PACKET, SNET_ANY),
	ENTRY(CREATE, AF_XDP, SNET_ANY),
	ENTRY(CREATE, AF_UNSPEC, SNET_ANY),
	ENTRY(CREATE, AF_RXRPC, SNET_ANY),
	ENTRY(CREATE, AF_RDS, SNET_ANY),
	ENTRY(CREATE, AF_TIPC, SNET_ANY),
	ENTRY(CREATE, AF_PPPOX, SNET_ANY),
	ENTRY(CREATE, AF_LLC, SNET_ANY),
	ENTRY(CREATE, AF_APPLETALK, SNET_ANY),
	ENTRY(CREATE, AF_X25, SNET_ANY),
	ENTRY(CREATE, AF_AX25, SNET_ANY),
	ENTRY(CREATE, AF_NETROM, SNET_ANY),
	ENTRY(CREATE, AF_ROSE, SNET_ANY),
	ENTRY(CREATE, AF_VSOCK, SNET_ANY),
	ENTRY(CLOSE, AF_INET, SNET_ANY),
	ENTRY(CLOSE, AF_INET6, SNET_ANY),
};

static struct mediated_set __rcu *set;

/* Among writers. */
static DEFINE_MUTEX(set_mutex);

static bool matches(int wanted, int value)
{
	return wanted == SNET_ANY || wanted == value;
}

/**
 * snet_mediated_lookup - Whether a call is one to ask about
 * @operation: the call
 * @family: of the socket
 * @type: of the socket
 * @protocol: of the socket
 * @hold: where to put how it is to wait, as the narrowest entry that matches
 *	says; untouched otherwise
 *
 * Context: any.
 * Return: whether there is an entry for it.
 */
bool snet_mediated_lookup(enum snet_operation operation, int family, int type,
			  int protocol, enum snet_hold *hold)
{
	const struct mediated_set *now;
	bool found = false;
	unsigned int i;

	if ((unsigned int)family >= AF_MAX)
		return false;

	rcu_read_lock();
	now = rcu_dereference(set);
	if (!now || !(now->families[operation] & BIT_ULL(family)))
		goto out;
	for (i = 0; i < now->count; i++) {
		const struct snet_mediated *entry = &now->entries[i];

		if (entry->operation == operation &&
		    matches(entry->family, family) &&
		    matches(entry->type, type) &&
		    matches(entry->protocol, protocol)) {
			*hold = entry->hold;
			found = true;
			break;
		}
	}
out:
	rcu_read_unlock();
	return found;
}

static struct mediated_set *current_set(void)
{
	return rcu_dereference_protected(set, lockdep_is_held(&set_mutex));
}

static struct mediated_set *copy_set(void)
{
	struct mediated_set *old = current_set();

	if (!old)
		return kzalloc(sizeof(*old), GFP_KERNEL);
	return kmemdup(old, sizeof(*old), GFP_KERNEL);
}

static void publish(struct mediated_set *new)
{
	struct mediated_set *old = current_set();
	unsigned int i;

	memset(new->families, 0, sizeof(new->families));
	for (i = 0; i < new->count; i++) {
		const struct snet_mediated *entry = &new->entries[i];

		new->families[entry->operation] |=
			entry->family == SNET_ANY ? U64_MAX :
						    BIT_ULL(entry->family);
	}
	rcu_assign_pointer(set, new);
	if (old)
		kfree_rcu(old, rcu);
}

static struct snet_mediated *find(struct mediated_set *in,
				  const struct snet_mediated *wanted)
{
	unsigned int i;

	for (i = 0; i < in->count; i++) {
		struct snet_mediated *entry = &in->entries[i];

		if (entry->operation == wanted->operation &&
		    entry->family == wanted->family &&
		    entry->type == wanted->type &&
		    entry->protocol == wanted->protocol)
			return entry;
	}
	return NULL;
}

/* How much an entry says. A protocol is one of a family, so it counts most. */
static int narrowness(const struct snet_mediated *entry)
{
	return (entry->protocol != SNET_ANY) * 4 +
	       (entry->type != SNET_ANY) * 2 + (entry->family != SNET_ANY);
}

/* Before all that say less: the first one that matches is the narrowest. */
static void insert(struct mediated_set *to, const struct snet_mediated *entry)
{
	unsigned int i = to->count++;

	for (; i && narrowness(&to->entries[i - 1]) < narrowness(entry); i--)
		to->entries[i] = to->entries[i - 1];
	to->entries[i] = *entry;
}

static int add_to(struct mediated_set *to, const struct snet_mediated *entry)
{
	struct snet_mediated *same = find(to, entry);

	if (same) {
		same->hold = entry->hold;
		return 0;
	}
	if (to->count == SNET_MEDIATED_MAX)
		return -ENOSPC;
	insert(to, entry);
	return 0;
}

static int remove_from(struct mediated_set *from,
		       const struct snet_mediated *entry)
{
	struct snet_mediated *same = find(from, entry);

	if (!same)
		return -ENOENT;
	from->count--;
	memmove(same, same + 1,
		(&from->entries[from->count] - same) * sizeof(*same));
	return 0;
}

/* Changes a copy of the set by @change, and puts it in place if that went. */
static int change_set(int (*change)(struct mediated_set *of,
				    const struct snet_mediated *entry),
		      const struct snet_mediated *entry)
{
	struct mediated_set *new;
	int err;

	mutex_lock(&set_mutex);
	new = copy_set();
	err = new ? change(new, entry) : -ENOMEM;
	if (err)
		kfree(new);
	else
		publish(new);
	mutex_unlock(&set_mutex);
	return err;
}

/**
 * snet_mediated_add - Have a kind of call asked about
 * @entry: the kind; one that is there already gets its new way to wait
 *
 * Context: process context, may sleep.
 * Return: 0, -ENOSPC when the set is full, -ENOMEM.
 */
int snet_mediated_add(const struct snet_mediated *entry)
{
	return change_set(add_to, entry);
}

/**
 * snet_mediated_remove - No longer have a kind of call asked about
 * @entry: the kind, exactly as it was added but for its way to wait
 *
 * Context: process context, may sleep.
 * Return: 0, -ENOENT when it is not in the set, -ENOMEM.
 */
int snet_mediated_remove(const struct snet_mediated *entry)
{
	return change_set(remove_from, entry);
}

/**
 * snet_mediated_clear - Have nothing asked about
 *
 * Context: process context, may sleep.
 */
void snet_mediated_clear(void)
{
	struct mediated_set *old;

	mutex_lock(&set_mutex);
	old = current_set();
	RCU_INIT_POINTER(set, NULL);
	if (old)
		kfree_rcu(old, rcu);
	mutex_unlock(&set_mutex);
}

/**
 * snet_mediated_get - Read one entry of the set
 * @index: 0 for the first
 * @entry: where to put it
 *
 * Return: false when there are not so many.
 */
bool snet_mediated_get(unsigned int index, struct snet_mediated *entry)
{
	const struct mediated_set *now;
	bool found;

	rcu_read_lock();
	now = rcu_dereference(set);
	found = now && index < now->count;
	if (found)
		*entry = now->entries[index];
	rcu_read_unlock();
	return found;
}

/**
 * snet_mediated_init - Begin with the default set
 *
 * Return: 0 or -ENOMEM.
 */
int __init snet_mediated_init(void)
{
	unsigned int i;
	int err;

	for (i = 0; i < ARRAY_SIZE(defaults); i++) {
		err = snet_mediated_add(&defaults[i]);
		if (err)
			return err;
	}
	return 0;
}
