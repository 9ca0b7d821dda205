// SPDX-License-Identifier: GPL-2.0-only
/*
 * snet: what the KUnit tests of tickets share
 *
 * The tests use the one table that there is. They run before there is anybody
 * in userspace who could want it, and leave it empty.
 */
#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/net.h>

#include "config.h"
#include "test_support.h"

/*
 * What a test waits for comes at once, or not at all; but giving 100,000 tickets
 * back takes its time where each free is looked at, on an emulated processor.
 */
#define PATIENCE (120 * HZ)

struct snet_ticket_counts snet_test_counts(void)
{
	struct snet_ticket_counts counts;

	snet_tickets_count(&counts);
	return counts;
}

/* Empties the table, and waits until that is done; tells whether it is. */
bool snet_test_tickets_settle(void)
{
	const unsigned long end = jiffies + PATIENCE;

	snet_tickets_flush();
	while (snet_test_counts().tickets) {
		if (time_after(jiffies, end))
			return false;
		usleep_range(1000, 2000);
	}
	return true;
}

/* For a suite's init. */
int snet_test_tickets_init(struct kunit *test)
{
	test->priv =
		(void *)(uintptr_t)snet_config_get(SNET_SETTING_TICKET_MODE);
	snet_config_set(SNET_SETTING_TICKET_MODE, SNET_TICKET_FIXED);
	return snet_test_tickets_settle() ? 0 : -EBUSY;
}

/* For a suite's exit. */
void snet_test_tickets_exit(struct kunit *test)
{
	/* Tickets that are left point to memory that goes with the test. */
	WARN_ON(!snet_test_tickets_settle());
	snet_config_set(SNET_SETTING_TICKET_MODE, (uintptr_t)test->priv);
}

/**
 * snet_test_programs - Make programs that nobody runs
 * @test: owns them
 *
 * Return: the programs; never NULL.
 */
struct snet_test_programs *snet_test_programs(struct kunit *test)
{
	struct snet_test_programs *programs;
	struct snet_program *program;
	unsigned int i;

	programs = kunit_kzalloc(test, sizeof(*programs), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, programs);
	for (i = 0; i < SNET_TEST_PROGRAMS; i++) {
		program = kunit_kzalloc(test, sizeof(*program) + 1, GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, program);
		refcount_set(&program->refs, SNET_TEST_REFS);
		programs->program[i] = program;
		programs->identity[i].id = i + 1;
		refcount_set(&programs->identity[i].refs, SNET_TEST_REFS);
	}
	programs->identity[0].program = programs->program[0];
	programs->identity[1].program = programs->program[0];
	programs->identity[1].script = programs->program[1];
	programs->identity[2].program = programs->program[2];
	return programs;
}

/* Whether nobody but the test has a reference. */
bool snet_test_programs_returned(const struct snet_test_programs *programs)
{
	unsigned int i;

	for (i = 0; i < SNET_TEST_PROGRAMS; i++) {
		if (refcount_read(&programs->program[i]->refs) !=
		    SNET_TEST_REFS)
			return false;
		if (refcount_read(&programs->identity[i].refs) !=
		    SNET_TEST_REFS)
			return false;
	}
	return true;
}

/**
 * snet_test_request - Make a request as a browser would
 * @request: to be filled
 * @identity: of the process, or NULL
 */
void snet_test_request(struct snet_request *request,
		       struct snet_identity *identity)
{
	memset(request, 0, sizeof(*request));
	request->operation = SNET_OP_CONNECT;
	request->hold = SNET_HOLD_THREAD;
	request->family = AF_INET;
	request->type = SOCK_STREAM;
	request->protocol = IPPROTO_TCP;
	request->pid = 1000;
	request->tid = 1000;
	request->start_time = 1000000;
	request->uid = KUIDT_INIT(1000);
	request->euid = KUIDT_INIT(1000);
	request->gid = KGIDT_INIT(1000);
	request->netns = 4026531840;
	request->cgroup = 42;
	request->identity = identity;
	request->remote.len = sizeof(request->remote.in);
	request->remote.in.sin_family = AF_INET;
	request->remote.in.sin_port = htons(443);
	request->remote.in.sin_addr.s_addr = htonl(0xc0000201);
}

/**
 * snet_test_add - Make a ticket and add it
 * @terms: what it is to be
 * @request: what it is for
 *
 * Return: whether there was memory for it.
 */
bool snet_test_add(const struct snet_ticket_terms *terms,
		   const struct snet_request *request)
{
	struct snet_ticket *ticket = snet_ticket_alloc(terms);

	if (ticket)
		snet_ticket_add(ticket, request);
	return ticket;
}

/* The same, for one that lasts for ever and can be told by its errno. */
bool snet_test_add_denial(u64 fields, int error,
			  const struct snet_request *request)
{
	const struct snet_ticket_terms terms = {
		.fields = fields,
		.verdict = SNET_VERDICT_DENY,
		.error = error,
		.mode = SNET_TICKET_FIXED,
	};

	return snet_test_add(&terms, request);
}

/* Looks a request up; the errno of the denial that it finds, 0 for nothing. */
int snet_test_lookup(const struct snet_request *request)
{
	struct snet_decision decision = {};

	if (!snet_ticket_lookup(request, &decision))
		return 0;
	if (decision.cause != SNET_CAUSE_TICKET ||
	    decision.verdict != SNET_VERDICT_DENY)
		return -EINVAL;
	return decision.error;
}
