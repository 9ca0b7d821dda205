// SPDX-License-Identifier: GPL-2.0-only
/*
 * snet: how long it takes to look a ticket up
 *
 * Prints a line for each measurement, and judges none of them: how fast this
 * machine is today is not what a test can know.
 *
 *   # snet-bench: ticket-lookup tickets=N masks=M keys=one|spread|none
 *	ns=MEDIAN min=MINIMUM
 */
#include <linux/delay.h>
#include <linux/sort.h>
#include <linux/timekeeping.h>

#include "limits.h"
#include "test_support.h"

#define BENCH KUNIT_SUBTEST_INDENT "# snet-bench: ticket-lookup "
#define TENTHS "%llu.%llu"

#define ROUNDS 15
/* Each access is watched by KCSAN, which takes a thousand times as long. */
#define LOOKUPS_A_ROUND (IS_ENABLED(CONFIG_KCSAN) ? 100 : 20000)

/* What a rule about a program and where it connects to looks at. */
#define FIELDS                                                                 \
	(SNET_FIELD_OPERATION | SNET_FIELD_PROTOCOL | SNET_FIELD_REMOTE_ADDR | \
	 SNET_FIELD_REMOTE_PORT | SNET_FIELD_UID | SNET_FIELD_PROGRAM)

/* Where requests go to that have no ticket. */
#define NOWHERE 0x80000000

/**
 * struct measurement - what is measured
 * @tickets: how many there are under the mask that matches
 * @masks: how many there are to probe; the one that matches is the last
 * @spread: whether each look-up finds another ticket
 * @miss: whether none finds any
 */
struct measurement {
	unsigned int tickets;
	unsigned int masks;
	bool spread;
	bool miss;
};

static void set_destination(struct snet_request *request, u32 which)
{
	request->remote.in.sin_addr.s_addr = (__force __be32)which;
}

/* One ticket for each other mask, of a user who does not call. */
static void add_other_masks(struct kunit *test, unsigned int masks)
{
	struct snet_request request;
	unsigned int i;

	snet_test_request(&request, NULL);
	request.uid = KUIDT_INIT(1);
	for (i = 1; i < masks; i++)
		KUNIT_ASSERT_TRUE(test,
				  snet_test_add_denial(SNET_FIELD_UID | i << 9,
						       1, &request));
}

static void add_tickets(struct kunit *test, struct snet_request *request,
			unsigned int tickets)
{
	unsigned int i;

	for (i = 0; i < tickets; i++) {
		set_destination(request, i);
		KUNIT_ASSERT_TRUE(test,
				  snet_test_add_denial(FIELDS, 1, request));
		/* As those do who add tickets: let the table grow. */
		if (i % 512 == 0)
			usleep_range(1000, 2000);
	}
}

/* Nanoseconds for a round of look-ups. */
static u64 measure(struct kunit *test, const struct measurement *what,
		   struct snet_request *request)
{
	unsigned int i, found = 0;
	u64 began, ended;
	u32 which = 0;

	began = ktime_get_ns();
	for (i = 0; i < LOOKUPS_A_ROUND; i++) {
		if (what->spread)
			which = (which + 7919) % what->tickets;
		set_destination(request, what->miss ? NOWHERE : which);
		found += !!snet_test_lookup(request);
	}
	ended = ktime_get_ns();
	KUNIT_EXPECT_EQ(test, found, what->miss ? 0 : LOOKUPS_A_ROUND);
	cond_resched();
	return ended - began;
}

static int compare(const void *a, const void *b)
{
	const u64 left = *(const u64 *)a, right = *(const u64 *)b;

	return left < right ? -1 : left > right;
}

static void report(struct kunit *test, const struct measurement *what,
		   struct snet_request *request)
{
	const char *keys = what->spread ? "spread" : "one";
	u64 took[ROUNDS], tenths[2];
	unsigned int i;

	if (what->miss)
		keys = "none";
	for (i = 0; i < ROUNDS; i++)
		took[i] = measure(test, what, request);
	sort(took, ROUNDS, sizeof(took[0]), compare, NULL);
	tenths[0] = div_u64(took[ROUNDS / 2] * 10, LOOKUPS_A_ROUND);
	tenths[1] = div_u64(took[0] * 10, LOOKUPS_A_ROUND);
	kunit_log(KERN_INFO, test,
		  BENCH "tickets=%u masks=%u keys=%s ns=" TENTHS " min=" TENTHS,
		  what->tickets, what->masks, keys, tenths[0] / 10,
		  tenths[0] % 10, tenths[1] / 10, tenths[1] % 10);
}

static void run(struct kunit *test, const struct measurement *whats,
		unsigned int count)
{
	struct snet_test_programs *programs = snet_test_programs(test);
	struct snet_request request;

	snet_test_request(&request, &programs->identity[0]);
	KUNIT_ASSERT_TRUE(test, snet_test_tickets_settle());
	add_other_masks(test, whats[0].masks);
	add_tickets(test, &request, whats[0].tickets);
	while (count--)
		report(test, whats++, &request);
}

static void bench_tickets(struct kunit *test)
{
	static const unsigned int tickets[] = { 10, 1000, 100000 };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(tickets); i++) {
		const struct measurement whats[] = {
			{ .tickets = tickets[i], .masks = 1 },
			{ .tickets = tickets[i], .masks = 1, .spread = true },
			{ .tickets = tickets[i], .masks = 1, .miss = true },
		};

		run(test, whats, ARRAY_SIZE(whats));
	}
}

static void bench_masks(struct kunit *test)
{
	static const unsigned int masks[] = { 1, 4, SNET_TICKET_MASKS_MAX };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(masks); i++) {
		const struct measurement whats[] = {
			{ .tickets = 1000, .masks = masks[i] },
			{ .tickets = 1000, .masks = masks[i], .miss = true },
		};

		run(test, whats, ARRAY_SIZE(whats));
	}
}

/* No tickets at all, which is what most machines have at first. */
static void bench_no_tickets(struct kunit *test)
{
	const struct measurement what = { .miss = true };

	run(test, &what, 1);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(bench_tickets),
	KUNIT_CASE(bench_masks),
	KUNIT_CASE(bench_no_tickets),
	{},
};

static struct kunit_suite suite = {
	.name = "snet_ticket_bench",
	.init = snet_test_tickets_init,
	.exit = snet_test_tickets_exit,
	.test_cases = cases,
};

kunit_test_suite(suite);
