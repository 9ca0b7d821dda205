// SPDX-License-Identifier: GPL-2.0-only
/*
 * snet: KUnit tests of which requests a ticket decides
 *
 * Tickets are told apart by the errno that they deny with.
 */
#include <linux/net.h>
#include <linux/prandom.h>
#include <linux/un.h>
#include <net/ipv6.h>

#include "limits.h"
#include "test_support.h"

#define FIELD_COUNT 16
static_assert(SNET_FIELD_ALL == (1 << FIELD_COUNT) - 1);

#define FIELDS_OF_IDENTITY                                                     \
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

static bool same_port(const struct snet_address *a,
		      const struct snet_address *b)
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
		return a->identity->id == b->identity->id && a->pid == b->pid &&
		       a->start_time == b->start_time;
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
					    &programs->identity[which] :
					    NULL;
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

	KUNIT_ASSERT_TRUE(test, snet_test_add_denial(fields, tickets->count + 1,
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

static struct kunit_case cases[] = {
	KUNIT_CASE(test_decides_what_is_alike),
	KUNIT_CASE(test_each_field_alone),
	{},
};

static struct kunit_suite suite = {
	.name = "snet_ticket_match",
	.init = snet_test_tickets_init,
	.exit = snet_test_tickets_exit,
	.test_cases = cases,
};

kunit_test_suite(suite);
