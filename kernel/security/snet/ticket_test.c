// SPDX-License-Identifier: GPL-2.0-only
/*
 * snet: KUnit tests of the life of tickets
 *
 * Tickets are told apart by the errno that they deny with.
 */
#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/timekeeping.h>

#include "config.h"
#include "limits.h"
#include "test_support.h"

static void test_replaces_the_same(struct kunit *test)
{
	struct snet_request request;

	snet_test_request(&request, NULL);
	KUNIT_ASSERT_TRUE(test,
			  snet_test_add_denial(SNET_FIELD_UID, 1, &request));
	KUNIT_EXPECT_EQ(test, snet_test_lookup(&request), 1);
	KUNIT_ASSERT_TRUE(test,
			  snet_test_add_denial(SNET_FIELD_UID, 2, &request));
	KUNIT_EXPECT_EQ(test, snet_test_lookup(&request), 2);
}

static void test_allows(struct kunit *test)
{
	const struct snet_ticket_terms terms = {
		.fields = SNET_FIELD_UID,
		.verdict = SNET_VERDICT_ALLOW,
		.mode = SNET_TICKET_FIXED,
		.lifetime = 60,
	};
	struct snet_decision decision = { .verdict = SNET_VERDICT_DENY };
	struct snet_request request;

	snet_test_request(&request, NULL);
	KUNIT_ASSERT_TRUE(test, snet_test_add(&terms, &request));
	KUNIT_ASSERT_TRUE(test, snet_ticket_lookup(&request, &decision));
	KUNIT_EXPECT_EQ(test, (int)decision.verdict, (int)SNET_VERDICT_ALLOW);
	KUNIT_EXPECT_EQ(test, (int)decision.cause, (int)SNET_CAUSE_TICKET);
}

/* A denial without an errno has the one that the operation has. */
static void test_denies_as_the_operation_does(struct kunit *test)
{
	struct snet_request request;

	snet_test_request(&request, NULL);
	KUNIT_ASSERT_TRUE(test, snet_test_add_denial(0, 0, &request));
	KUNIT_EXPECT_EQ(test, snet_test_lookup(&request), EACCES);
	request.operation = SNET_OP_ACCEPT;
	KUNIT_ASSERT_TRUE(test, snet_test_add_denial(0, 0, &request));
	KUNIT_EXPECT_EQ(test, snet_test_lookup(&request), ECONNABORTED);
}

static void test_refuses_wrong_terms(struct kunit *test)
{
	const struct snet_ticket_terms good = {
		.fields = SNET_FIELD_UID,
		.verdict = SNET_VERDICT_DENY,
		.error = EACCES,
		.mode = SNET_TICKET_FIXED,
	};
	struct snet_ticket_terms wrong[] = {
		good, good, good, good, good, good
	};
	const u64 refused = snet_test_counts().refused;
	struct snet_ticket *ticket;
	unsigned int i;

	wrong[0].fields |= SNET_FIELD_ALL + 1;
	wrong[1].lifetime = SNET_TICKET_LIFETIME_MAX + 1;
	wrong[2].error = -1;
	wrong[3].error = SNET_ERRNO_MAX + 1;
	wrong[4].mode = SNET_TICKET_MODE_MAX + 1;
	wrong[5].verdict = SNET_VERDICT_MAX + 1;
	for (i = 0; i < ARRAY_SIZE(wrong); i++)
		KUNIT_EXPECT_NULL(test, snet_ticket_alloc(&wrong[i]));
	KUNIT_EXPECT_EQ(test, snet_test_counts().refused,
			refused + ARRAY_SIZE(wrong));

	ticket = snet_ticket_alloc(&good);
	KUNIT_ASSERT_NOT_NULL(test, ticket);
	snet_ticket_discard(ticket);
	KUNIT_EXPECT_EQ(test, snet_test_counts().tickets, 0ULL);
}

/* Who runs is not known: nothing may be made of that. */
static void test_refuses_unknown_process(struct kunit *test)
{
	static const u64 fields[] = { SNET_FIELD_PROGRAM, SNET_FIELD_SCRIPT,
				      SNET_FIELD_PROCESS };
	struct snet_test_programs *programs = snet_test_programs(test);
	const u64 refused = snet_test_counts().refused;
	struct snet_request unknown, known;
	unsigned int i;

	snet_test_request(&unknown, NULL);
	snet_test_request(&known, &programs->identity[0]);
	for (i = 0; i < ARRAY_SIZE(fields); i++) {
		KUNIT_EXPECT_TRUE(test,
				  snet_test_add_denial(fields[i], 1, &unknown));
		KUNIT_EXPECT_EQ(test, snet_test_lookup(&unknown), 0);
		KUNIT_EXPECT_EQ(test, snet_test_lookup(&known), 0);
	}
	KUNIT_EXPECT_EQ(test, snet_test_counts().refused,
			refused + ARRAY_SIZE(fields));
	KUNIT_EXPECT_EQ(test, snet_test_counts().tickets, 0ULL);
}

static void test_switched_off(struct kunit *test)
{
	const u64 refused = snet_test_counts().refused;
	struct snet_request request;

	snet_test_request(&request, NULL);
	KUNIT_ASSERT_TRUE(test, snet_test_add_denial(0, 1, &request));
	snet_config_set(SNET_SETTING_TICKET_MODE, SNET_TICKET_OFF);
	KUNIT_EXPECT_EQ(test, snet_test_lookup(&request), 0);
	KUNIT_EXPECT_FALSE(test, snet_test_add_denial(0, 2, &request));
	snet_config_set(SNET_SETTING_TICKET_MODE, SNET_TICKET_EXTENDED);
	KUNIT_EXPECT_EQ(test, snet_test_lookup(&request), 1);
	KUNIT_EXPECT_EQ(test, snet_test_counts().refused, refused);
}

static void test_flush(struct kunit *test)
{
	struct snet_request request;

	snet_test_request(&request, NULL);
	KUNIT_ASSERT_TRUE(test, snet_test_add_denial(0, 1, &request));
	KUNIT_EXPECT_EQ(test, snet_test_lookup(&request), 1);
	snet_tickets_flush();
	KUNIT_EXPECT_EQ(test, snet_test_lookup(&request), 0);
	KUNIT_ASSERT_TRUE(test, snet_test_add_denial(0, 2, &request));
	KUNIT_EXPECT_EQ(test, snet_test_lookup(&request), 2);
	KUNIT_EXPECT_TRUE(test, snet_test_tickets_settle());
	KUNIT_EXPECT_EQ(test, snet_test_lookup(&request), 0);
}

static void test_programs_are_returned(struct kunit *test)
{
	struct snet_test_programs *programs = snet_test_programs(test);
	const u64 fields = SNET_FIELD_PROGRAM | SNET_FIELD_SCRIPT;
	struct snet_request request;
	unsigned int i;

	for (i = 0; i < 30; i++) {
		snet_test_request(&request, &programs->identity[i % 3]);
		request.uid = KUIDT_INIT(i / 6);
		KUNIT_ASSERT_TRUE(test,
				  snet_test_add_denial(fields | SNET_FIELD_UID,
						       1, &request));
	}
	/* 15 are left, the others were replaced. */
	snet_test_request(&request, &programs->identity[1]);
	KUNIT_ASSERT_TRUE(test,
			  snet_test_add_denial(SNET_FIELD_SCRIPT, 1, &request));
	KUNIT_EXPECT_GE(test, refcount_read(&programs->program[0]->refs),
			SNET_TEST_REFS + 10);
	KUNIT_EXPECT_GE(test, refcount_read(&programs->program[1]->refs),
			SNET_TEST_REFS + 6);
	KUNIT_EXPECT_GE(test, refcount_read(&programs->program[2]->refs),
			SNET_TEST_REFS + 5);
	KUNIT_ASSERT_TRUE(test, snet_test_tickets_settle());
	KUNIT_EXPECT_TRUE(test, snet_test_programs_returned(programs));
}

/* The clock that tickets run by, in milliseconds. */
static s64 now_ms(void)
{
	return ktime_to_ms(ktime_get_boottime());
}

static struct snet_ticket_terms one_second(enum snet_ticket_mode mode)
{
	return (struct snet_ticket_terms){
		.fields = SNET_FIELD_UID,
		.verdict = SNET_VERDICT_DENY,
		.error = 1,
		.mode = mode,
		.lifetime = 1,
	};
}

/* Waits for @request's ticket to end without ever using it; tells when. */
static s64 end_of_ticket(const struct snet_request *request)
{
	const s64 limit = now_ms() + 10 * MSEC_PER_SEC;

	/* Each look-up collects it if its time is over; a fixed one only. */
	while (snet_test_lookup(request) && now_ms() < limit)
		usleep_range(10000, 20000);
	return now_ms();
}

static void test_fixed_lifetime(struct kunit *test)
{
	const struct snet_ticket_terms terms = one_second(SNET_TICKET_FIXED);
	const s64 tick = jiffies_to_msecs(1);
	struct snet_request request;
	s64 began, ended;

	snet_test_request(&request, NULL);
	began = now_ms();
	KUNIT_ASSERT_TRUE(test, snet_test_add(&terms, &request));
	ended = end_of_ticket(&request);
	/* The clock may have been a tick late at its beginning. */
	KUNIT_EXPECT_GE(test, ended - began, MSEC_PER_SEC - tick - 1);
	KUNIT_EXPECT_LT(test, ended - began, 5 * MSEC_PER_SEC);
	/* Whoever finds it takes it out of the table. */
	KUNIT_EXPECT_EQ(test, snet_test_counts().evicted, 0ULL);
}

static void test_extended_lifetime(struct kunit *test)
{
	const struct snet_ticket_terms terms = one_second(SNET_TICKET_EXTENDED);
	struct snet_request request;
	const s64 began = now_ms();
	s64 used = began, idle;

	snet_test_request(&request, NULL);
	KUNIT_ASSERT_TRUE(test, snet_test_add(&terms, &request));
	/* Used more often than once a second it lasts. */
	while (used < began + 2500) {
		msleep(100);
		idle = now_ms() - used;
		if (idle > 900)
			kunit_skip(test, "%lld ms for 100 ms of sleep", idle);
		KUNIT_ASSERT_EQ(test, snet_test_lookup(&request), 1);
		used = now_ms();
	}
	/* Unused it ends. */
	msleep(1100);
	KUNIT_EXPECT_EQ(test, snet_test_lookup(&request), 0);
}

static bool wait_for_tickets(u64 count)
{
	const unsigned long end = jiffies + 10 * HZ;

	while (snet_test_counts().tickets != count) {
		if (time_after(jiffies, end))
			return false;
		usleep_range(1000, 2000);
	}
	return true;
}

/* What is over goes by itself when others come. */
static void test_collects_expired(struct kunit *test)
{
	const struct snet_ticket_terms terms = one_second(SNET_TICKET_FIXED);
	struct snet_request request;
	unsigned int i;

	snet_test_request(&request, NULL);
	for (i = 0; i < 10; i++) {
		request.uid = KUIDT_INIT(i);
		KUNIT_ASSERT_TRUE(test, snet_test_add(&terms, &request));
	}
	KUNIT_EXPECT_EQ(test, snet_test_counts().tickets, 10ULL);
	msleep(1100);
	KUNIT_EXPECT_EQ(test, snet_test_lookup(&request), 0);
	KUNIT_EXPECT_TRUE(test, wait_for_tickets(0));
}

/* Adds tickets for the uids from @first on until the table is full. */
static void fill(struct kunit *test, unsigned int first)
{
	struct snet_request request;
	unsigned int i;

	snet_test_request(&request, NULL);
	for (i = first; i < SNET_TICKETS_MAX; i++) {
		request.uid = KUIDT_INIT(i);
		KUNIT_ASSERT_TRUE(test, snet_test_add_denial(SNET_FIELD_UID, 1,
							     &request));
		/* As those do who add tickets: let the table grow. */
		if (i % 512 == 0)
			usleep_range(1000, 2000);
	}
}

static int lookup_uid(unsigned int uid)
{
	struct snet_request request;

	snet_test_request(&request, NULL);
	request.uid = KUIDT_INIT(uid);
	return snet_test_lookup(&request);
}

static void add_uid(struct kunit *test, unsigned int uid)
{
	struct snet_request request;

	snet_test_request(&request, NULL);
	request.uid = KUIDT_INIT(uid);
	KUNIT_ASSERT_TRUE(test,
			  snet_test_add_denial(SNET_FIELD_UID, 1, &request));
}

static void test_evicts_the_oldest(struct kunit *test)
{
	const struct snet_ticket_counts before = snet_test_counts();
	struct snet_ticket_counts after;

	fill(test, 0);
	after = snet_test_counts();
	KUNIT_EXPECT_EQ(test, after.refused, before.refused);
	KUNIT_EXPECT_EQ(test, after.evicted, before.evicted);
	KUNIT_EXPECT_EQ(test, after.tickets, (u64)SNET_TICKETS_MAX);

	/* 0 and 2 have been used, 1 and 3 not. */
	KUNIT_EXPECT_EQ(test, lookup_uid(0), 1);
	KUNIT_EXPECT_EQ(test, lookup_uid(2), 1);
	add_uid(test, SNET_TICKETS_MAX);
	add_uid(test, SNET_TICKETS_MAX + 1);
	KUNIT_EXPECT_EQ(test, snet_test_counts().evicted, before.evicted + 2);
	KUNIT_EXPECT_EQ(test, lookup_uid(0), 1);
	KUNIT_EXPECT_EQ(test, lookup_uid(1), 0);
	KUNIT_EXPECT_EQ(test, lookup_uid(2), 1);
	KUNIT_EXPECT_EQ(test, lookup_uid(3), 0);
	KUNIT_EXPECT_EQ(test, lookup_uid(4), 1);
	KUNIT_EXPECT_EQ(test, lookup_uid(SNET_TICKETS_MAX + 1), 1);
	KUNIT_EXPECT_TRUE(test, wait_for_tickets(SNET_TICKETS_MAX));
}

/* Nothing valid goes while there is something that is over. */
static void test_evicts_expired_first(struct kunit *test)
{
	const struct snet_ticket_terms terms = one_second(SNET_TICKET_FIXED);
	const u64 evicted = snet_test_counts().evicted;
	struct snet_request request;

	fill(test, 1);
	snet_test_request(&request, NULL);
	request.uid = KUIDT_INIT(0);
	KUNIT_ASSERT_TRUE(test, snet_test_add(&terms, &request));
	msleep(1100);
	add_uid(test, SNET_TICKETS_MAX);
	KUNIT_EXPECT_EQ(test, snet_test_counts().evicted, evicted);
	KUNIT_EXPECT_EQ(test, lookup_uid(1), 1);
	KUNIT_EXPECT_EQ(test, lookup_uid(SNET_TICKETS_MAX), 1);

	/* Stale ones, too: there is room at once. */
	snet_tickets_flush();
	add_uid(test, 0);
	KUNIT_EXPECT_EQ(test, snet_test_counts().evicted, evicted);
	KUNIT_EXPECT_EQ(test, lookup_uid(0), 1);
}

static void test_masks_are_bounded(struct kunit *test)
{
	const u64 refused = snet_test_counts().refused;
	struct snet_request request;
	unsigned int i;

	snet_test_request(&request, NULL);
	for (i = 0; i < SNET_TICKET_MASKS_MAX; i++)
		KUNIT_ASSERT_TRUE(test, snet_test_add_denial(i << 1, i + 1,
							     &request));
	KUNIT_EXPECT_FALSE(test, snet_test_add_denial(i << 1, 99, &request));
	KUNIT_EXPECT_EQ(test, snet_test_counts().refused, refused + 1);
	/* One that is there can be used by others. */
	request.operation = SNET_OP_BIND;
	KUNIT_EXPECT_TRUE(test, snet_test_add_denial(0, 50, &request));
	KUNIT_EXPECT_EQ(test, snet_test_lookup(&request), 50);

	/* Stale tickets do not keep new combinations out. */
	snet_tickets_flush();
	KUNIT_EXPECT_TRUE(test, snet_test_add_denial(i << 1, 99, &request));
	KUNIT_EXPECT_EQ(test, snet_test_lookup(&request), 99);
}

/* A mask goes with its last ticket. */
static void test_masks_are_returned(struct kunit *test)
{
	struct snet_request request;
	unsigned int i;

	snet_test_request(&request, NULL);
	for (i = 0; i < 10 * SNET_TICKET_MASKS_MAX; i++) {
		KUNIT_ASSERT_TRUE(test,
				  snet_test_add_denial(i << 1, 1, &request));
		if (i % SNET_TICKET_MASKS_MAX == SNET_TICKET_MASKS_MAX - 1)
			KUNIT_ASSERT_TRUE(test, snet_test_tickets_settle());
	}
}

#define WALK_TICKETS 300
#define WALK_STEP 7

struct seen_tickets {
	unsigned int calls;
	unsigned int seen[WALK_TICKETS];
	bool wrong;
};

/* Takes some and then no more, as a message does that is full. */
static int see_ticket(const struct snet_ticket_view *view, void *data)
{
	struct seen_tickets *tickets = data;
	const u32 uid = view->key->uid;

	if (++tickets->calls % WALK_STEP == 0)
		return -EMSGSIZE;
	if (uid >= WALK_TICKETS || view->key->gid || view->hits != 1 ||
	    view->terms.fields != (SNET_FIELD_UID | SNET_FIELD_OPERATION) ||
	    view->terms.error != 1 + uid % 100)
		tickets->wrong = true;
	else
		tickets->seen[uid]++;
	return 0;
}

static void test_walk(struct kunit *test)
{
	struct snet_ticket_walk *walk;
	struct seen_tickets *tickets;
	struct snet_request request;
	unsigned int i, stops = 0;

	tickets = kunit_kzalloc(test, sizeof(*tickets), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, tickets);
	snet_test_request(&request, NULL);
	KUNIT_ASSERT_TRUE(test,
			  snet_test_add_denial(SNET_FIELD_GID, 1, &request));
	snet_tickets_flush();
	for (i = 0; i < WALK_TICKETS; i++) {
		request.uid = KUIDT_INIT(i);
		KUNIT_ASSERT_TRUE(test,
				  snet_test_add_denial(SNET_FIELD_UID,
						       1 + i % 100, &request));
		KUNIT_EXPECT_EQ(test, snet_test_lookup(&request), 1 + i % 100);
	}

	walk = snet_ticket_walk_begin();
	KUNIT_ASSERT_NOT_NULL(test, walk);
	while (snet_ticket_walk_on(walk, see_ticket, tickets) == -EMSGSIZE)
		stops++;
	KUNIT_EXPECT_EQ(test, snet_ticket_walk_on(walk, see_ticket, tickets),
			0);
	snet_ticket_walk_end(walk);

	KUNIT_EXPECT_EQ(test, stops, (WALK_TICKETS - 1) / (WALK_STEP - 1));
	KUNIT_EXPECT_FALSE(test, tickets->wrong);
	for (i = 0; i < WALK_TICKETS; i++)
		KUNIT_EXPECT_EQ(test, tickets->seen[i], 1U);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(test_replaces_the_same),
	KUNIT_CASE(test_allows),
	KUNIT_CASE(test_denies_as_the_operation_does),
	KUNIT_CASE(test_refuses_wrong_terms),
	KUNIT_CASE(test_refuses_unknown_process),
	KUNIT_CASE(test_switched_off),
	KUNIT_CASE(test_flush),
	KUNIT_CASE(test_programs_are_returned),
	KUNIT_CASE(test_fixed_lifetime),
	KUNIT_CASE(test_extended_lifetime),
	KUNIT_CASE(test_collects_expired),
	KUNIT_CASE(test_evicts_the_oldest),
	KUNIT_CASE(test_evicts_expired_first),
	KUNIT_CASE(test_masks_are_bounded),
	KUNIT_CASE(test_masks_are_returned),
	KUNIT_CASE(test_walk),
	{},
};

static struct kunit_suite suite = {
	.name = "snet_ticket",
	.init = snet_test_tickets_init,
	.exit = snet_test_tickets_exit,
	.test_cases = cases,
};

kunit_test_suite(suite);
