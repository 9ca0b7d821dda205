// SPDX-License-Identifier: GPL-2.0-only
/*
 * snet: KUnit tests of tickets
 *
 * Tickets are told apart by the errno that they deny with.
 */
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/net.h>
#include <linux/prandom.h>
#include <linux/timekeeping.h>
#include <linux/un.h>
#include <net/ipv6.h>

#include "config.h"
#include "limits.h"
#include "test_support.h"

#define FIELD_COUNT 16
static_assert(SNET_FIELD_ALL == (1 << FIELD_COUNT) - 1);

#define FIELDS_OF_IDENTITY \
	(SNET_FIELD_PROGRAM | SNET_FIELD_SCRIPT | SNET_FIELD_PROCESS)

static void set_inet(struct snet_address *address, u32 ip, u16 port)
{
	memset(address, 0, sizeof(*address));
	address->len = sizeof(address->in);
	address->in.sin_family = AF_INET;
	address->in.sin_port = htons(port);
	address->in.sin_addr.s_addr = htonl(ip);
}

static void set_inet6(struct snet_address *address, const u32 ip[4], u16 port,
		      u32 scope)
{
	unsigned int i;

	memset(address, 0, sizeof(*address));
	address->len = sizeof(address->in6);
	address->in6.sin6_family = AF_INET6;
	address->in6.sin6_port = htons(port);
	address->in6.sin6_scope_id = scope;
	for (i = 0; i < 4; i++)
		address->in6.sin6_addr.s6_addr32[i] = htonl(ip[i]);
}

static void set_unix(struct snet_address *address, const char *path)
{
	memset(address, 0, sizeof(*address));
	address->len = offsetof(struct sockaddr_un, sun_path) + strlen(path);
	address->raw.ss_family = AF_UNIX;
	memcpy((char *)&address->raw + offsetof(struct sockaddr_un, sun_path),
	       path, strlen(path));
}

/* One of few addresses, so that two are often the same, or nearly. */
static void set_any_address(struct snet_address *address, unsigned int which)
{
	static const u32 link_local[] = { 0xfe800000, 0, 0, 1 };
	static const u32 mapped[] = { 0, 0, 0xffff, 0xc0000201 };

	switch (which % 10) {
	case 0:
		address->len = 0;
		break;
	case 1:
		set_inet(address, 0xc0000201, 80);
		break;
	case 2:
		set_inet(address, 0xc0000201, 0);
		break;
	case 3:
		set_inet(address, 0xc0000202, 80);
		break;
	case 4:
		set_inet6(address, link_local, 80, 1);
		break;
	case 5:
		set_inet6(address, link_local, 80, 2);
		break;
	case 6:
		set_inet6(address, mapped, 80, 0);
		break;
	case 7:
		set_inet6(address, mapped, 0, 0);
		break;
	case 8:
		set_unix(address, "/run/a-path-that-is-longer-than-an-address");
		break;
	default:
		set_unix(address, "/run/a-path-that-is-longer-than-an-addresS");
	}
}

/* What equal fields are, said in another way than in the code under test. */
static bool same_address(const struct snet_address *a,
			 const struct snet_address *b)
{
	if (!a->len || !b->len)
		return a->len == b->len;
	if (a->family != b->family)
		return false;
	switch (a->family) {
	case AF_INET:
		return a->in.sin_addr.s_addr == b->in.sin_addr.s_addr;
	case AF_INET6:
		return ipv6_addr_equal(&a->in6.sin6_addr, &b->in6.sin6_addr) &&
		       a->in6.sin6_scope_id == b->in6.sin6_scope_id;
	default:
		return snet_address_equal(a, b);
	}
}

static bool same_port(const struct snet_address *a, const struct snet_address *b)
{
	if (!a->len || !b->len)
		return a->len == b->len;
	if (a->family != b->family)
		return false;
	if (a->family == AF_INET)
		return a->in.sin_port == b->in.sin_port;
	return a->family != AF_INET6 || a->in6.sin6_port == b->in6.sin6_port;
}

static bool same_identity(u64 field, const struct snet_request *a,
			  const struct snet_request *b)
{
	if (!a->identity || !b->identity)
		return false;
	switch (field) {
	case SNET_FIELD_PROGRAM:
		return a->identity->program == b->identity->program;
	case SNET_FIELD_SCRIPT:
		return a->identity->script == b->identity->script;
	default:
		return a->identity->id == b->identity->id &&
		       a->pid == b->pid && a->start_time == b->start_time;
	}
}

static bool same_field(u64 field, const struct snet_request *a,
		       const struct snet_request *b)
{
	switch (field) {
	case SNET_FIELD_OPERATION:
		return a->operation == b->operation;
	case SNET_FIELD_FAMILY:
		return a->family == b->family;
	case SNET_FIELD_TYPE:
		return a->type == b->type;
	case SNET_FIELD_PROTOCOL:
		return a->protocol == b->protocol;
	case SNET_FIELD_LOCAL_ADDR:
		return same_address(&a->local, &b->local);
	case SNET_FIELD_LOCAL_PORT:
		return same_port(&a->local, &b->local);
	case SNET_FIELD_REMOTE_ADDR:
		return same_address(&a->remote, &b->remote);
	case SNET_FIELD_REMOTE_PORT:
		return same_port(&a->remote, &b->remote);
	case SNET_FIELD_UID:
		return uid_eq(a->uid, b->uid);
	case SNET_FIELD_EUID:
		return uid_eq(a->euid, b->euid);
	case SNET_FIELD_GID:
		return gid_eq(a->gid, b->gid);
	case SNET_FIELD_NETNS:
		return a->netns == b->netns;
	case SNET_FIELD_CGROUP:
		return a->cgroup == b->cgroup;
	default:
		return same_identity(field, a, b);
	}
}

static bool same_fields(u64 fields, const struct snet_request *a,
			const struct snet_request *b)
{
	unsigned int i;

	for (i = 0; i < FIELD_COUNT; i++) {
		if ((fields & BIT_ULL(i)) && !same_field(BIT_ULL(i), a, b))
			return false;
	}
	return true;
}

static bool can_have_ticket(u64 fields, const struct snet_request *request)
{
	return request->identity || !(fields & FIELDS_OF_IDENTITY);
}

static unsigned int below(struct rnd_state *rnd, unsigned int limit)
{
	return prandom_u32_state(rnd) % limit;
}

/* Changes one thing of a request, or possibly nothing. */
static void change(struct snet_request *request, struct rnd_state *rnd,
		   struct snet_test_programs *programs)
{
	const unsigned int to = below(rnd, 2);
	unsigned int which;

	switch (below(rnd, 16)) {
	case 0:
		request->operation = to ? SNET_OP_SEND : SNET_OP_CONNECT;
		break;
	case 1:
		request->family = to ? AF_INET : AF_INET6;
		break;
	case 2:
		request->type = to ? SOCK_STREAM : SOCK_DGRAM;
		break;
	case 3:
		request->protocol = to ? IPPROTO_TCP : IPPROTO_MPTCP;
		break;
	case 4:
	case 5:
		set_any_address(&request->local, below(rnd, 10));
		break;
	case 6:
	case 7:
		set_any_address(&request->remote, below(rnd, 10));
		break;
	case 8:
		request->uid = KUIDT_INIT(1000 + to);
		break;
	case 9:
		request->euid = KUIDT_INIT(1000 + to);
		break;
	case 10:
		request->gid = KGIDT_INIT(1000 + to);
		break;
	case 11:
		request->netns = 4026531840 + to;
		break;
	case 12:
		request->cgroup = 42 + to;
		break;
	case 13:
		which = below(rnd, SNET_TEST_PROGRAMS + 1);
		request->identity = which < SNET_TEST_PROGRAMS ?
					    &programs->identity[which] : NULL;
		break;
	case 14:
		request->pid = 1000 + to;
		break;
	default:
		request->start_time = 1000000 + to;
	}
}

static void change_some(struct snet_request *request, struct rnd_state *rnd,
			struct snet_test_programs *programs,
			unsigned int changes)
{
	while (changes--)
		change(request, rnd, programs);
}

#define MADE_MAX 60

struct made_ticket {
	u64 fields;
	struct snet_request request;
	bool replaced;
};

struct made_tickets {
	unsigned int count;
	struct made_ticket made[MADE_MAX];
};

static void make_ticket(struct kunit *test, struct made_tickets *tickets,
			u64 fields, const struct snet_request *request)
{
	struct made_ticket *made = &tickets->made[tickets->count];
	const u64 refused = snet_test_counts().refused;
	unsigned int i;

	KUNIT_ASSERT_TRUE(test, snet_test_add_denial(fields,
						     tickets->count + 1,
						     request));
	if (!can_have_ticket(fields, request)) {
		KUNIT_EXPECT_EQ(test, snet_test_counts().refused, refused + 1);
		return;
	}
	for (i = 0; i < tickets->count; i++) {
		if (tickets->made[i].fields == fields &&
		    same_fields(fields, &tickets->made[i].request, request))
			tickets->made[i].replaced = true;
	}
	made->fields = fields;
	made->request = *request;
	made->replaced = false;
	tickets->count++;
}

/* One of those that match has to have decided, if there is one. */
static void check_lookup(struct kunit *test, const struct made_tickets *tickets,
			 const struct snet_request *request)
{
	const int error = snet_test_lookup(request);
	const struct made_ticket *made;
	unsigned int i, matches = 0;
	bool right = false;

	for (i = 0; i < tickets->count; i++) {
		made = &tickets->made[i];
		if (made->replaced ||
		    !same_fields(made->fields, &made->request, request))
			continue;
		matches++;
		right = right || error == i + 1;
	}
	KUNIT_EXPECT_EQ(test, !!error, !!matches);
	KUNIT_EXPECT_EQ(test, right, !!matches);
}

static void try_random_tickets(struct kunit *test, struct rnd_state *rnd,
			       struct snet_test_programs *programs,
			       struct made_tickets *tickets)
{
	u64 fields[SNET_TICKET_MASKS_MAX];
	struct snet_request request;
	unsigned int i;

	tickets->count = 0;
	for (i = 0; i < ARRAY_SIZE(fields); i++) {
		/* Few and many fields, each as often. */
		fields[i] = prandom_u32_state(rnd) & SNET_FIELD_ALL;
		if (i % 2)
			fields[i] &= prandom_u32_state(rnd);
		fields[i] |= SNET_FIELD_OPERATION;
	}
	for (i = 0; i < MADE_MAX; i++) {
		snet_test_request(&request, &programs->identity[0]);
		change_some(&request, rnd, programs, below(rnd, 8));
		make_ticket(test, tickets, fields[below(rnd, 16)], &request);
	}
	for (i = 0; i < 400; i++) {
		snet_test_request(&request, &programs->identity[0]);
		change_some(&request, rnd, programs, below(rnd, 8));
		check_lookup(test, tickets, &request);
	}
	for (i = 0; i < tickets->count; i++) {
		/* The ticket's own request, and one that differs a little. */
		request = tickets->made[i].request;
		check_lookup(test, tickets, &request);
		change(&request, rnd, programs);
		check_lookup(test, tickets, &request);
	}
}

/* A ticket decides the requests that are like its own, and no others. */
static void test_decides_what_is_alike(struct kunit *test)
{
	struct snet_test_programs *programs = snet_test_programs(test);
	struct made_tickets *tickets;
	struct rnd_state rnd;
	unsigned int round;

	tickets = kunit_kzalloc(test, sizeof(*tickets), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, tickets);
	prandom_seed_state(&rnd, 20140131);
	for (round = 0; round < 60; round++) {
		KUNIT_ASSERT_TRUE(test, snet_test_tickets_settle());
		try_random_tickets(test, &rnd, programs, tickets);
	}
}

/* Each field by itself: a ticket that compares only it, and all but it. */
static void test_each_field_alone(struct kunit *test)
{
	struct snet_test_programs *programs = snet_test_programs(test);
	struct snet_request base, other;
	struct rnd_state rnd;
	unsigned int i, n;
	bool alike;
	u64 fields;

	prandom_seed_state(&rnd, 1);
	snet_test_request(&base, &programs->identity[0]);
	set_any_address(&base.local, 4);
	for (i = 0; i < 2 * FIELD_COUNT; i++) {
		fields = BIT_ULL(i % FIELD_COUNT);
		if (i >= FIELD_COUNT)
			fields ^= SNET_FIELD_ALL;
		fields |= SNET_FIELD_OPERATION;
		KUNIT_ASSERT_TRUE(test, snet_test_tickets_settle());
		KUNIT_ASSERT_TRUE(test, snet_test_add_denial(fields, 1, &base));
		KUNIT_EXPECT_EQ(test, snet_test_lookup(&base), 1);
		for (n = 0; n < 500; n++) {
			other = base;
			change(&other, &rnd, programs);
			alike = same_fields(fields, &base, &other);
			KUNIT_EXPECT_EQ_MSG(test, snet_test_lookup(&other),
					    alike, "fields %llx", fields);
		}
	}
}

static void test_replaces_the_same(struct kunit *test)
{
	struct snet_request request;

	snet_test_request(&request, NULL);
	KUNIT_ASSERT_TRUE(test, snet_test_add_denial(SNET_FIELD_UID, 1,
						     &request));
	KUNIT_EXPECT_EQ(test, snet_test_lookup(&request), 1);
	KUNIT_ASSERT_TRUE(test, snet_test_add_denial(SNET_FIELD_UID, 2,
						     &request));
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

static void test_refuses_wrong_terms(struct kunit *test)
{
	const struct snet_ticket_terms good = {
		.fields = SNET_FIELD_UID,
		.verdict = SNET_VERDICT_DENY,
		.error = EACCES,
		.mode = SNET_TICKET_FIXED,
	};
	struct snet_ticket_terms wrong[] = { good, good, good, good,
					     good, good };
	const u64 refused = snet_test_counts().refused;
	struct snet_ticket *ticket;
	unsigned int i;

	wrong[0].fields |= SNET_FIELD_ALL + 1;
	wrong[1].lifetime = SNET_TICKET_LIFETIME_MAX + 1;
	wrong[2].error = 0;
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
		KUNIT_EXPECT_TRUE(test, snet_test_add_denial(fields[i], 1,
							     &unknown));
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

static bool all_programs_returned(const struct snet_test_programs *programs)
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

static void test_programs_are_returned(struct kunit *test)
{
	struct snet_test_programs *programs = snet_test_programs(test);
	const u64 fields = SNET_FIELD_PROGRAM | SNET_FIELD_SCRIPT;
	struct snet_request request;
	unsigned int i;

	for (i = 0; i < 30; i++) {
		snet_test_request(&request, &programs->identity[i % 3]);
		request.uid = KUIDT_INIT(i / 6);
		KUNIT_ASSERT_TRUE(test, snet_test_add_denial(fields |
							     SNET_FIELD_UID, 1,
							     &request));
	}
	/* 15 are left, the others were replaced. */
	snet_test_request(&request, &programs->identity[1]);
	KUNIT_ASSERT_TRUE(test, snet_test_add_denial(SNET_FIELD_SCRIPT, 1,
						     &request));
	KUNIT_EXPECT_GE(test, refcount_read(&programs->program[0]->refs),
			SNET_TEST_REFS + 10);
	KUNIT_EXPECT_GE(test, refcount_read(&programs->program[1]->refs),
			SNET_TEST_REFS + 6);
	KUNIT_EXPECT_GE(test, refcount_read(&programs->program[2]->refs),
			SNET_TEST_REFS + 5);
	KUNIT_ASSERT_TRUE(test, snet_test_tickets_settle());
	KUNIT_EXPECT_TRUE(test, all_programs_returned(programs));
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
		msleep(10);
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
		msleep(1);
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
			msleep(1);
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
	KUNIT_ASSERT_TRUE(test, snet_test_add_denial(SNET_FIELD_UID, 1,
						     &request));
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
		KUNIT_ASSERT_TRUE(test, snet_test_add_denial(i << 1, 1,
							     &request));
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
	KUNIT_ASSERT_TRUE(test, snet_test_add_denial(SNET_FIELD_GID, 1,
						     &request));
	snet_tickets_flush();
	for (i = 0; i < WALK_TICKETS; i++) {
		request.uid = KUIDT_INIT(i);
		KUNIT_ASSERT_TRUE(test, snet_test_add_denial(SNET_FIELD_UID,
							     1 + i % 100,
							     &request));
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

#define RACE_LOOKERS 3
#define RACE_ROUNDS 20000
#define RACE_UIDS 50

struct race {
	struct snet_test_programs *programs;
	atomic_t running;
	atomic_t found;
	atomic_t wrong;
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

	for (i = 0; i < RACE_ROUNDS; i++) {
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

static int race_add(void *data)
{
	static const u64 more[] = { 0, SNET_FIELD_TYPE, SNET_FIELD_NETNS };
	struct snet_request request;
	struct race *race = data;
	unsigned int i;

	for (i = 0; i < RACE_ROUNDS; i++) {
		race_request(race, &request, i);
		snet_test_add_denial(SNET_FIELD_UID | SNET_FIELD_PROGRAM |
				     SNET_FIELD_SCRIPT | more[i / 7 % 3],
				     race_error(i), &request);
		if (i % 997 == 0)
			snet_tickets_flush();
		race_let_others(i);
	}
	race_end(race);
	return 0;
}

static int race_walk(void *data)
{
	struct seen_tickets *tickets;
	struct snet_ticket_walk *walk;
	struct race *race = data;
	unsigned int i;

	tickets = kzalloc(sizeof(*tickets), GFP_KERNEL);
	for (i = 0; tickets && i < RACE_ROUNDS / 100; i++) {
		walk = snet_ticket_walk_begin();
		if (!walk)
			continue;
		while (snet_ticket_walk_on(walk, see_ticket, tickets))
			schedule();
		snet_ticket_walk_end(walk);
	}
	kfree(tickets);
	race_end(race);
	return 0;
}

static void race_start(struct kunit *test, struct race *race,
		       int (*runner)(void *data))
{
	struct task_struct *task;

	atomic_inc(&race->running);
	task = kthread_run(runner, race, "snet-test");
	if (IS_ERR(task))
		race_end(race);
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
	atomic_set(&race->running, 1);
	for (i = 0; i < RACE_LOOKERS; i++)
		race_start(test, race, race_look);
	race_start(test, race, race_add);
	race_start(test, race, race_add);
	race_start(test, race, race_walk);
	race_end(race);
	/* The others have the memory: there is no going away before them. */
	wait_for_completion(&race->done);

	KUNIT_EXPECT_GT(test, atomic_read(&race->found), 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&race->wrong), 0);
	KUNIT_ASSERT_TRUE(test, snet_test_tickets_settle());
	KUNIT_EXPECT_TRUE(test, all_programs_returned(race->programs));
}

static struct kunit_case cases[] = {
	KUNIT_CASE(test_decides_what_is_alike),
	KUNIT_CASE(test_each_field_alone),
	KUNIT_CASE(test_replaces_the_same),
	KUNIT_CASE(test_allows),
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
	KUNIT_CASE(test_race),
	{}
};

static struct kunit_suite suite = {
	.name = "snet_ticket",
	.init = snet_test_tickets_init,
	.exit = snet_test_tickets_exit,
	.test_cases = cases,
};

kunit_test_suite(suite);
