// SPDX-License-Identifier: GPL-2.0-only
/*
 * snet: KUnit tests of the set of calls that are asked about
 */
#include <kunit/test.h>
#include <linux/in.h>
#include <linux/net.h>
#include <linux/prandom.h>
#include <linux/socket.h>

#include "mediated.h"

/* The set that there was, or what it should be by now. */
struct entries {
	unsigned int count;
	struct snet_mediated entry[SNET_MEDIATED_MAX];
};

/* The set is the module's own: it is emptied here, and put back at the end. */
static int save_set(struct kunit *test)
{
	struct entries *saved = kunit_kzalloc(test, sizeof(*saved), GFP_KERNEL);

	if (!saved)
		return -ENOMEM;
	while (saved->count < SNET_MEDIATED_MAX &&
	       snet_mediated_get(saved->count, &saved->entry[saved->count]))
		saved->count++;
	test->priv = saved;
	snet_mediated_clear();
	return 0;
}

static void restore_set(struct kunit *test)
{
	const struct entries *saved = test->priv;
	unsigned int i;

	snet_mediated_clear();
	for (i = 0; saved && i < saved->count; i++)
		snet_mediated_add(&saved->entry[i]);
}

static unsigned int below(struct rnd_state *rnd, unsigned int limit)
{
	return prandom_u32_state(rnd) % limit;
}

/* One of few, so that they are often the same. */
static int some(struct rnd_state *rnd, const int *values, unsigned int count)
{
	const unsigned int which = below(rnd, count + 1);

	return which < count ? values[which] : SNET_ANY;
}

static const int families[] = { AF_UNIX, AF_INET, AF_INET6, AF_MAX - 1 };
static const int types[] = { SOCK_STREAM, SOCK_DGRAM };
static const int protocols[] = { 0, IPPROTO_TCP };

static struct snet_mediated some_entry(struct rnd_state *rnd)
{
	return (struct snet_mediated){
		.operation = below(rnd, 3) ? SNET_OP_CONNECT : SNET_OP_MAX,
		.family = some(rnd, families, ARRAY_SIZE(families)),
		.type = some(rnd, types, ARRAY_SIZE(types)),
		.protocol = some(rnd, protocols, ARRAY_SIZE(protocols)),
		.hold = below(rnd, SNET_HOLD_MAX + 1),
	};
}

static bool same_kind(const struct snet_mediated *a,
		      const struct snet_mediated *b)
{
	return a->operation == b->operation && a->family == b->family &&
	       a->type == b->type && a->protocol == b->protocol;
}

static int add_to_model(struct entries *model,
			const struct snet_mediated *entry)
{
	unsigned int i;

	for (i = 0; i < model->count; i++) {
		if (same_kind(&model->entry[i], entry)) {
			model->entry[i] = *entry;
			return 0;
		}
	}
	if (model->count == SNET_MEDIATED_MAX)
		return -ENOSPC;
	model->entry[model->count++] = *entry;
	return 0;
}

static int remove_from_model(struct entries *model,
			     const struct snet_mediated *entry)
{
	unsigned int i;

	for (i = 0; i < model->count; i++) {
		if (!same_kind(&model->entry[i], entry))
			continue;
		for (model->count--; i < model->count; i++)
			model->entry[i] = model->entry[i + 1];
		return 0;
	}
	return -ENOENT;
}

static bool covers(int wanted, int value)
{
	return wanted == SNET_ANY || wanted == value;
}

/* A protocol says more than a type, and a type more than a family. */
static int says(const struct snet_mediated *entry)
{
	return (entry->protocol == SNET_ANY ? 0 : 4) |
	       (entry->type == SNET_ANY ? 0 : 2) |
	       (entry->family == SNET_ANY ? 0 : 1);
}

/* Of those that cover the call, the one that says most. */
static bool model_lookup(const struct entries *model,
			 const struct snet_mediated *call, enum snet_hold *hold)
{
	const struct snet_mediated *entry;
	unsigned int i;
	int best = -1;

	for (i = 0; i < model->count; i++) {
		entry = &model->entry[i];
		if (entry->operation != call->operation ||
		    !covers(entry->family, call->family) ||
		    !covers(entry->type, call->type) ||
		    !covers(entry->protocol, call->protocol) ||
		    says(entry) <= best)
			continue;
		best = says(entry);
		*hold = entry->hold;
	}
	return best >= 0;
}

/* Every call there can be, out of those few. */
static void expect_lookups(struct kunit *test, const struct entries *model,
			   enum snet_operation operation)
{
	const unsigned int kinds = ARRAY_SIZE(families) * ARRAY_SIZE(types) *
				   ARRAY_SIZE(protocols);
	unsigned int i;

	for (i = 0; i < kinds; i++) {
		const struct snet_mediated call = {
			.operation = operation,
			.family = families[i % ARRAY_SIZE(families)],
			.type = types[i / ARRAY_SIZE(families) % 2],
			.protocol = protocols[i / ARRAY_SIZE(families) / 2],
		};
		enum snet_hold hold = __SNET_HOLD_MAX, wanted = hold;
		bool found;

		found = snet_mediated_lookup(call.operation, call.family,
					     call.type, call.protocol, &hold);
		KUNIT_EXPECT_EQ(test, found,
				model_lookup(model, &call, &wanted));
		KUNIT_EXPECT_EQ(test, (int)hold, (int)wanted);
	}
}

/* Those that say more first, and of those that say as much the older ones. */
static void expect_entries(struct kunit *test, const struct entries *model)
{
	const struct snet_mediated *wanted;
	struct snet_mediated entry;
	unsigned int i, index = 0;
	int much;

	for (much = 7; much >= 0; much--) {
		for (i = 0; i < model->count; i++) {
			wanted = &model->entry[i];
			if (says(wanted) != much)
				continue;
			KUNIT_ASSERT_TRUE(test,
					  snet_mediated_get(index++, &entry));
			KUNIT_ASSERT_TRUE(test, same_kind(&entry, wanted));
			KUNIT_ASSERT_EQ(test, (int)entry.hold,
					(int)wanted->hold);
		}
	}
	KUNIT_ASSERT_FALSE(test, snet_mediated_get(index, &entry));
}

/* Random changes, against a model. */
static void test_changes(struct kunit *test)
{
	struct entries *model = kunit_kzalloc(test, sizeof(*model), GFP_KERNEL);
	struct snet_mediated entry;
	struct rnd_state rnd;
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, model);
	prandom_seed_state(&rnd, 7);
	for (i = 0; i < 1000; i++) {
		entry = some_entry(&rnd);
		/* Now more come than go, now more go. */
		if (below(&rnd, 10) < (i / 100 % 2 ? 3 : 7))
			KUNIT_EXPECT_EQ(test, snet_mediated_add(&entry),
					add_to_model(model, &entry));
		else
			KUNIT_EXPECT_EQ(test, snet_mediated_remove(&entry),
					remove_from_model(model, &entry));
		expect_entries(test, model);
		expect_lookups(test, model, SNET_OP_CONNECT);
		expect_lookups(test, model, SNET_OP_MAX);
		expect_lookups(test, model, SNET_OP_BIND);
	}
}

static void test_is_bounded(struct kunit *test)
{
	struct snet_mediated entry = { .operation = SNET_OP_CONNECT };
	struct snet_mediated got;

	for (entry.protocol = 0; entry.protocol < SNET_MEDIATED_MAX;
	     entry.protocol++)
		KUNIT_ASSERT_EQ(test, snet_mediated_add(&entry), 0);
	KUNIT_EXPECT_EQ(test, snet_mediated_add(&entry), -ENOSPC);
	KUNIT_EXPECT_EQ(test, snet_mediated_remove(&entry), -ENOENT);

	/* One that is there can be changed, though. */
	entry.protocol = 0;
	entry.hold = SNET_HOLD_FLOW;
	KUNIT_EXPECT_EQ(test, snet_mediated_add(&entry), 0);
	KUNIT_ASSERT_TRUE(test, snet_mediated_get(0, &got));
	KUNIT_EXPECT_EQ(test, (int)got.hold, (int)SNET_HOLD_FLOW);

	snet_mediated_clear();
	KUNIT_EXPECT_FALSE(test, snet_mediated_get(0, &got));
	KUNIT_EXPECT_EQ(test, snet_mediated_remove(&entry), -ENOENT);
}

/* No family that a socket can have is out of bounds, and no other is found. */
static void test_families(struct kunit *test)
{
	const struct snet_mediated entry = {
		.operation = SNET_OP_CONNECT,
		.family = SNET_ANY,
		.type = SNET_ANY,
		.protocol = SNET_ANY,
	};
	enum snet_hold hold;
	int family;

	KUNIT_ASSERT_EQ(test, snet_mediated_add(&entry), 0);
	for (family = -1; family <= AF_MAX; family++)
		KUNIT_EXPECT_EQ(test,
				snet_mediated_lookup(SNET_OP_CONNECT, family,
						     SOCK_STREAM, 0, &hold),
				family >= 0 && family < AF_MAX);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(test_changes),
	KUNIT_CASE(test_is_bounded),
	KUNIT_CASE(test_families),
	{},
};

static struct kunit_suite suite = {
	.name = "snet_mediated",
	.init = save_set,
	.exit = restore_set,
	.test_cases = cases,
};

kunit_test_suite(suite);
