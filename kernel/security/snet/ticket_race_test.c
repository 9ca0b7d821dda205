// SPDX-License-Identifier: GPL-2.0-only
/*
 * snet: KUnit tests of tickets: all at the same time
 */
#include <linux/completion.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "test_support.h"

#define RACE_LOOKERS 3
#define RACE_ADDERS 2
#define RACE_ROUNDS 20000
#define RACE_UIDS 50
/* So many look-ups have to have found something, within this time. */
#define RACE_FOUND 1000
#define RACE_PATIENCE (60 * HZ)

struct race {
	struct snet_test_programs *programs;
	atomic_t running;
	atomic_t adding;
	atomic_t found;
	atomic_t wrong;
	unsigned long until;
	struct completion done;
};

static void race_request(const struct race *race, struct snet_request *request,
			 unsigned int i)
{
	const unsigned int which = i % SNET_TEST_PROGRAMS;

	snet_test_request(request, &race->programs->identity[which]);
	request->uid = KUIDT_INIT(i % RACE_UIDS);
}

static int race_error(unsigned int i)
{
	return 1 + i % SNET_TEST_PROGRAMS + 3 * (i % RACE_UIDS % 40);
}

static void race_end(struct race *race)
{
	if (atomic_dec_and_test(&race->running))
		complete(&race->done);
}

/* There may be one processor only, and nobody who takes it away. */
static void race_let_others(unsigned int i)
{
	if (i % 8 == 0)
		schedule();
}

static int race_look(void *data)
{
	struct snet_request request;
	struct race *race = data;
	unsigned int i;
	int error;

	for (i = 0; atomic_read(&race->adding); i++) {
		race_request(race, &request, i);
		error = snet_test_lookup(&request);
		if (error)
			atomic_inc(&race->found);
		if (error && error != race_error(i))
			atomic_inc(&race->wrong);
		race_let_others(i);
	}
	race_end(race);
	return 0;
}

/*
 * A scheduler may let those who add run to their end before anybody looks: they
 * go on until it was a race.
 */
static bool race_goes_on(struct race *race, unsigned int i)
{
	if (i < RACE_ROUNDS)
		return true;
	return atomic_read(&race->found) < RACE_FOUND &&
	       time_before(jiffies, race->until);
}

static int race_add(void *data)
{
	static const u64 more[] = { 0, SNET_FIELD_TYPE, SNET_FIELD_NETNS };
	struct snet_request request;
	struct race *race = data;
	unsigned int i;

	for (i = 0; race_goes_on(race, i); i++) {
		race_request(race, &request, i);
		snet_test_add_denial(SNET_FIELD_UID | SNET_FIELD_PROGRAM |
					     SNET_FIELD_SCRIPT |
					     more[i / 7 % 3],
				     race_error(i), &request);
		if (i % 997 == 0)
			snet_tickets_flush();
		race_let_others(i);
	}
	atomic_dec(&race->adding);
	race_end(race);
	return 0;
}

/* Stops now and then, as a message does that is full. */
static int race_see(const struct snet_ticket_view *view, void *data)
{
	unsigned int *seen = data;

	return ++*seen % 20 ? 0 : -EMSGSIZE;
}

static int race_walk(void *data)
{
	struct snet_ticket_walk *walk;
	struct race *race = data;
	unsigned int seen = 0;

	while (atomic_read(&race->adding)) {
		walk = snet_ticket_walk_begin();
		if (!walk)
			break;
		while (snet_ticket_walk_on(walk, race_see, &seen))
			schedule();
		snet_ticket_walk_end(walk);
		schedule();
	}
	race_end(race);
	return 0;
}

static void race_start(struct kunit *test, struct race *race,
		       int (*runner)(void *data))
{
	struct task_struct *task;

	atomic_inc(&race->running);
	task = kthread_run(runner, race, "snet-test");
	if (IS_ERR(task)) {
		if (runner == race_add)
			atomic_dec(&race->adding);
		race_end(race);
	}
	KUNIT_EXPECT_FALSE(test, IS_ERR(task));
}

/* Look-ups, changes, flushes and a walk at the same time. */
static void test_race(struct kunit *test)
{
	struct race *race = kunit_kzalloc(test, sizeof(*race), GFP_KERNEL);
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, race);
	race->programs = snet_test_programs(test);
	init_completion(&race->done);
	race->until = jiffies + RACE_PATIENCE;
	atomic_set(&race->running, 1);
	atomic_set(&race->adding, RACE_ADDERS);
	for (i = 0; i < RACE_LOOKERS; i++)
		race_start(test, race, race_look);
	for (i = 0; i < RACE_ADDERS; i++)
		race_start(test, race, race_add);
	race_start(test, race, race_walk);
	race_end(race);
	/* The others have the memory: there is no going away before them. */
	wait_for_completion(&race->done);

	KUNIT_EXPECT_GE(test, atomic_read(&race->found), RACE_FOUND);
	KUNIT_EXPECT_EQ(test, atomic_read(&race->wrong), 0);
	KUNIT_ASSERT_TRUE(test, snet_test_tickets_settle());
	KUNIT_EXPECT_TRUE(test, snet_test_programs_returned(race->programs));
}

static struct kunit_case cases[] = {
	KUNIT_CASE(test_race),
	{},
};

static struct kunit_suite suite = {
	.name = "snet_ticket_race",
	.init = snet_test_tickets_init,
	.exit = snet_test_tickets_exit,
	.test_cases = cases,
};

kunit_test_suite(suite);
