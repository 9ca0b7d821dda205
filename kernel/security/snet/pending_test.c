// SPDX-License-Identifier: GPL-2.0-only
/*
 * snet: KUnit tests of the table of what waits
 */
#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/kthread.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "config.h"
#include "limits.h"
#include "pending.h"
#include "stats.h"
#include "test_support.h"

/* More than can wait. */
#define WAITERS (SNET_PENDING_MAX + 10)

/**
 * struct waiter - somebody who waits, and counts how often he is woken
 * @pending: his entry
 * @request: what he wants
 * @woken: how often he was woken, under the table's lock
 * @added: whether he is in the table
 */
struct waiter {
	struct snet_pending pending;
	struct snet_request request;
	unsigned int woken;
	bool added;
};

static void wake(struct snet_pending *pending)
{
	container_of(pending, struct waiter, pending)->woken++;
}

static int init_waiters(struct kunit *test)
{
	struct waiter *waiters;
	unsigned int i;

	/* The table is empty at boot: nobody can have called yet. */
	if (snet_pending_count())
		return -EBUSY;
	waiters = kvcalloc(WAITERS, sizeof(*waiters), GFP_KERNEL);
	if (!waiters)
		return -ENOMEM;
	for (i = 0; i < WAITERS; i++) {
		snet_test_request(&waiters[i].request, NULL);
		waiters[i].pending.request = &waiters[i].request;
		waiters[i].pending.wake = wake;
	}
	test->priv = waiters;
	return 0;
}

/* Nobody may stay in the table after his memory has gone. */
static void exit_waiters(struct kunit *test)
{
	struct waiter *waiters = test->priv;
	unsigned int i;

	for (i = 0; waiters && i < WAITERS; i++) {
		if (waiters[i].added)
			snet_pending_remove(&waiters[i].pending);
	}
	kvfree(waiters);
}

static int add_waiter(struct waiter *waiter)
{
	const int err = snet_pending_add(&waiter->pending);

	waiter->added = !err;
	return err;
}

static bool remove_waiter(struct waiter *waiter)
{
	waiter->added = false;
	return snet_pending_remove(&waiter->pending);
}

static void test_decide(struct kunit *test)
{
	struct waiter *waiter = test->priv;
	const u64 before = snet_stats_total(SNET_STAT_DENIED);

	KUNIT_ASSERT_EQ(test, add_waiter(waiter), 0);
	KUNIT_EXPECT_EQ(test, snet_pending_count(), 1ULL);
	KUNIT_EXPECT_FALSE(test, snet_pending_is_decided(&waiter->pending));
	KUNIT_EXPECT_FALSE(test,
			   snet_pending_decide(waiter->pending.id + 1,
					       SNET_VERDICT_ALLOW, 0, NULL));
	KUNIT_EXPECT_TRUE(test,
			  snet_pending_decide(waiter->pending.id,
					      SNET_VERDICT_DENY, EPERM, NULL));
	KUNIT_EXPECT_TRUE(test, snet_pending_is_decided(&waiter->pending));
	KUNIT_EXPECT_EQ(test, snet_decision_errno(&waiter->pending.decision),
			-EPERM);
	KUNIT_EXPECT_EQ(test, (int)waiter->pending.decision.cause,
			(int)SNET_CAUSE_CONTROLLER);
	/* Once decided it is decided. */
	KUNIT_EXPECT_FALSE(test,
			   snet_pending_decide(waiter->pending.id,
					       SNET_VERDICT_ALLOW, 0, NULL));
	KUNIT_EXPECT_EQ(test, waiter->woken, 1U);
	KUNIT_EXPECT_EQ(test, snet_pending_count(), 0ULL);
	KUNIT_EXPECT_FALSE(test, remove_waiter(waiter));
	KUNIT_EXPECT_EQ(test, snet_decision_errno(&waiter->pending.decision),
			-EPERM);
	KUNIT_EXPECT_EQ(test, snet_stats_total(SNET_STAT_DENIED), before + 1);
}

static bool deny(const struct waiter *waiter, int error)
{
	return snet_pending_decide(waiter->pending.id, SNET_VERDICT_DENY, error,
				   NULL);
}

static void test_denial_suits_the_operation(struct kunit *test)
{
	struct waiter *waiters = test->priv;
	unsigned int i;

	waiters[1].request.operation = SNET_OP_ACCEPT;
	for (i = 0; i < 2; i++) {
		KUNIT_ASSERT_EQ(test, add_waiter(&waiters[i]), 0);
		KUNIT_EXPECT_TRUE(test, deny(&waiters[i], 0));
	}
	KUNIT_EXPECT_EQ(test, waiters[0].pending.decision.error, EACCES);
	KUNIT_EXPECT_EQ(test, waiters[1].pending.decision.error, ECONNABORTED);
}

static void test_remove(struct kunit *test)
{
	struct waiter *waiter = test->priv;
	u64 id;

	KUNIT_ASSERT_EQ(test, add_waiter(waiter), 0);
	id = waiter->pending.id;
	KUNIT_EXPECT_TRUE(test, remove_waiter(waiter));
	KUNIT_EXPECT_EQ(test, snet_pending_count(), 0ULL);
	KUNIT_EXPECT_FALSE(test, snet_pending_decide(id, SNET_VERDICT_ALLOW, 0,
						     NULL));
	KUNIT_EXPECT_EQ(test, waiter->woken, 0U);
	/* A number is never given twice. */
	KUNIT_ASSERT_EQ(test, add_waiter(waiter), 0);
	KUNIT_EXPECT_GT(test, waiter->pending.id, id);
}

static void test_decide_all(struct kunit *test)
{
	const u32 policy = snet_config_get(SNET_SETTING_POLICY_CONTROLLER_GONE);
	struct waiter *waiters = test->priv;
	unsigned int i;

	snet_config_set(SNET_SETTING_POLICY_CONTROLLER_GONE, SNET_POLICY_DENY);
	for (i = 0; i < 100; i++)
		KUNIT_EXPECT_EQ(test, add_waiter(&waiters[i]), 0);
	snet_pending_decide_all(SNET_CAUSE_CONTROLLER_GONE);
	snet_config_set(SNET_SETTING_POLICY_CONTROLLER_GONE, policy);

	KUNIT_EXPECT_EQ(test, snet_pending_count(), 0ULL);
	for (i = 0; i < 100; i++) {
		KUNIT_EXPECT_EQ(test, waiters[i].woken, 1U);
		KUNIT_EXPECT_EQ(test, (int)waiters[i].pending.decision.cause,
				(int)SNET_CAUSE_CONTROLLER_GONE);
		KUNIT_EXPECT_EQ(test, waiters[i].pending.decision.error,
				EACCES);
	}
}

/* Nobody takes what others need, and each place is given back. */
static void test_is_bounded(struct kunit *test)
{
	struct waiter *waiters = test->priv;
	unsigned int i, user;

	for (i = 0; i < SNET_PENDING_MAX; i++) {
		user = i / SNET_PENDING_USER_MAX;
		waiters[i].request.uid = KUIDT_INIT(user);
		KUNIT_ASSERT_EQ(test, add_waiter(&waiters[i]), 0);
		if (i + 1 != SNET_PENDING_USER_MAX)
			continue;
		/* The first user has all that one can have. */
		waiters[WAITERS - 1].request.uid = KUIDT_INIT(user);
		KUNIT_EXPECT_EQ(test, add_waiter(&waiters[WAITERS - 1]),
				-ENOBUFS);
	}
	KUNIT_EXPECT_EQ(test, snet_pending_count(), (u64)SNET_PENDING_MAX);
	waiters[i].request.uid = KUIDT_INIT(99);
	KUNIT_EXPECT_EQ(test, add_waiter(&waiters[i]), -ENOBUFS);

	KUNIT_EXPECT_TRUE(test, remove_waiter(&waiters[0]));
	KUNIT_EXPECT_EQ(test, add_waiter(&waiters[i]), 0);
	KUNIT_EXPECT_EQ(test, add_waiter(&waiters[0]), -ENOBUFS);
	KUNIT_EXPECT_TRUE(test, remove_waiter(&waiters[i]));
	KUNIT_EXPECT_EQ(test, add_waiter(&waiters[0]), 0);
}

/* What has lost its socket takes a part of its user's room only. */
static void test_orphans_are_bounded(struct kunit *test)
{
	struct waiter *waiters = test->priv;
	struct waiter *others = &waiters[SNET_PENDING_ORPHANS_MAX + 1];
	unsigned int i;

	for (i = 0; i <= SNET_PENDING_ORPHANS_MAX + 1; i++) {
		if (&waiters[i] == others)
			others->request.uid = KUIDT_INIT(99);
		KUNIT_ASSERT_EQ(test, add_waiter(&waiters[i]), 0);
		KUNIT_EXPECT_EQ(test, snet_pending_orphan(&waiters[i].pending),
				i != SNET_PENDING_ORPHANS_MAX);
	}
	/* Once is enough, and nothing is counted twice. */
	KUNIT_EXPECT_TRUE(test, snet_pending_orphan(&waiters[0].pending));

	/* Each way to end gives the place back, to one. */
	KUNIT_EXPECT_TRUE(test, remove_waiter(&waiters[0]));
	i = SNET_PENDING_ORPHANS_MAX;
	KUNIT_EXPECT_TRUE(test, snet_pending_orphan(&waiters[i].pending));
	KUNIT_EXPECT_TRUE(test, deny(&waiters[1], 0));
	KUNIT_EXPECT_TRUE(test, snet_pending_orphan(&waiters[1].pending));
	KUNIT_ASSERT_EQ(test, add_waiter(&waiters[0]), 0);
	KUNIT_EXPECT_TRUE(test, snet_pending_orphan(&waiters[0].pending));
	KUNIT_ASSERT_EQ(test, add_waiter(&others[1]), 0);
	KUNIT_EXPECT_FALSE(test, snet_pending_orphan(&others[1].pending));
}

struct walk {
	unsigned int seen;
	unsigned int stop;
	u64 last;
	bool in_order;
};

static int see_waiter(const struct snet_pending *pending, void *data)
{
	struct walk *walk = data;

	walk->in_order = walk->in_order && pending->id > walk->last;
	if (walk->seen == walk->stop)
		return -EMSGSIZE;
	walk->last = pending->id;
	walk->seen++;
	return 0;
}

static void test_walk(struct kunit *test)
{
	struct walk walk = { .stop = 10, .in_order = true };
	struct waiter *waiters = test->priv;
	unsigned int i;

	for (i = 0; i < 25; i++)
		KUNIT_ASSERT_EQ(test, add_waiter(&waiters[i]), 0);
	while (snet_pending_walk(walk.last, see_waiter, &walk) == -EMSGSIZE)
		walk.stop += 10;
	KUNIT_EXPECT_TRUE(test, walk.in_order);
	KUNIT_EXPECT_EQ(test, walk.seen, 25U);
	KUNIT_EXPECT_EQ(test, walk.stop, 30U);
}

/* The ticket that comes with a verdict is there before the waiter wakes. */
static void test_ticket(struct kunit *test)
{
	const struct snet_ticket_terms terms = {
		.fields = SNET_FIELD_UID,
		.verdict = SNET_VERDICT_DENY,
		.error = EPERM,
		.mode = SNET_TICKET_FIXED,
	};
	const u32 mode = snet_config_get(SNET_SETTING_TICKET_MODE);
	struct waiter *waiter = test->priv;
	struct snet_ticket *ticket;

	snet_config_set(SNET_SETTING_TICKET_MODE, SNET_TICKET_FIXED);
	ticket = snet_ticket_alloc(&terms);
	KUNIT_EXPECT_NOT_NULL(test, ticket);
	KUNIT_EXPECT_EQ(test, add_waiter(waiter), 0);
	KUNIT_EXPECT_TRUE(test, snet_pending_decide(waiter->pending.id,
						    SNET_VERDICT_DENY, EPERM,
						    ticket));
	KUNIT_EXPECT_EQ(test, snet_test_lookup(&waiter->request), EPERM);
	KUNIT_EXPECT_TRUE(test, snet_test_tickets_settle());
	snet_config_set(SNET_SETTING_TICKET_MODE, mode);
}

struct race {
	struct waiter *waiters;
	unsigned int decided;
	struct completion done;
};

#define RACERS SNET_PENDING_USER_MAX

static int race_decide(void *data)
{
	struct race *race = data;
	unsigned int i;

	for (i = 0; i < RACERS; i++) {
		if (snet_pending_decide(race->waiters[i].pending.id,
					SNET_VERDICT_ALLOW, 0, NULL))
			race->decided++;
		if (i % 4 == 0)
			schedule();
	}
	complete(&race->done);
	return 0;
}

/* Whoever comes first ends a request, and it ends once. */
static void test_ends_once(struct kunit *test)
{
	struct race race = { .waiters = test->priv };
	unsigned int i, woken = 0, gave_up = 0;
	struct task_struct *task;

	init_completion(&race.done);
	for (i = 0; i < RACERS; i++)
		KUNIT_ASSERT_EQ(test, add_waiter(&race.waiters[i]), 0);
	task = kthread_run(race_decide, &race, "snet-test");
	KUNIT_ASSERT_FALSE(test, IS_ERR(task));
	for (i = RACERS; i--;) {
		gave_up += remove_waiter(&race.waiters[i]);
		if (i % 4 == 0)
			schedule();
	}
	wait_for_completion(&race.done);

	for (i = 0; i < RACERS; i++)
		woken += race.waiters[i].woken;
	KUNIT_EXPECT_EQ(test, woken, race.decided);
	KUNIT_EXPECT_EQ(test, race.decided + gave_up, (u32)RACERS);
	KUNIT_EXPECT_EQ(test, snet_pending_count(), 0ULL);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(test_decide),
	KUNIT_CASE(test_denial_suits_the_operation),
	KUNIT_CASE(test_remove),
	KUNIT_CASE(test_decide_all),
	KUNIT_CASE(test_is_bounded),
	KUNIT_CASE(test_orphans_are_bounded),
	KUNIT_CASE(test_walk),
	KUNIT_CASE(test_ticket),
	KUNIT_CASE(test_ends_once),
	{},
};

static struct kunit_suite suite = {
	.name = "snet_pending",
	.init = init_waiters,
	.exit = exit_waiters,
	.test_cases = cases,
};

kunit_test_suite(suite);
