// SPDX-License-Identifier: GPL-2.0-only
/*
 * snet selftests: one place under several addresses, several places in one call
 */
#include <arpa/inet.h>
#include <netinet/ip.h>
#include <netinet/udp.h>
#include <string.h>

#include "bypass.h"

/* What a child does, on one new socket. */
struct plan {
	int family;
	int type;
	int protocol;
	struct address to;
	/* Where it connects to before; its length is 0 if it does not. */
	struct address first;
};

static long plan_connect(const void *arg)
{
	const struct plan *plan = arg;
	int fd = socket(plan->family, plan->type, plan->protocol);

	return bypass_end(fd, connect(fd, &plan->to.any, plan->to.len));
}

static long plan_bind(const void *arg)
{
	const struct plan *plan = arg;
	int fd = socket(plan->family, plan->type, plan->protocol);

	return bypass_end(fd, bind(fd, &plan->to.any, plan->to.len));
}

static long plan_sendto(const void *arg)
{
	const struct plan *plan = arg;
	int fd = socket(plan->family, plan->type, plan->protocol);

	return bypass_end(fd,
			  sendto(fd, "x", 1, 0, &plan->to.any, plan->to.len));
}

/* The same place, by each of its names. */

FIXTURE(name)
{
	struct controller ctl;
	struct plan plan;
	struct way way;
};

FIXTURE_VARIANT(name)
{
	/* Of the socket, of the address, of the server. */
	int family;
	int written;
	int reached;
	int type;
	int protocol;
};

/* For an IPv4 address as an IPv6 one. */
#define MAPPED (-1)

FIXTURE_VARIANT_ADD(name, tcp_ipv4){
	.family = AF_INET,
	.written = AF_INET,
	.reached = AF_INET,
	.type = SOCK_STREAM,
	.protocol = IPPROTO_TCP,
};

FIXTURE_VARIANT_ADD(name, udp_ipv4){
	.family = AF_INET,
	.written = AF_INET,
	.reached = AF_INET,
	.type = SOCK_DGRAM,
	.protocol = IPPROTO_UDP,
};

FIXTURE_VARIANT_ADD(name, tcp_ipv6){
	.family = AF_INET6,
	.written = AF_INET6,
	.reached = AF_INET6,
	.type = SOCK_STREAM,
	.protocol = IPPROTO_TCP,
};

FIXTURE_VARIANT_ADD(name, udp_ipv6){
	.family = AF_INET6,
	.written = AF_INET6,
	.reached = AF_INET6,
	.type = SOCK_DGRAM,
	.protocol = IPPROTO_UDP,
};

FIXTURE_VARIANT_ADD(name, tcp_mapped){
	.family = AF_INET6,
	.written = MAPPED,
	.reached = AF_INET,
	.type = SOCK_STREAM,
	.protocol = IPPROTO_TCP,
};

FIXTURE_VARIANT_ADD(name, udp_mapped){
	.family = AF_INET6,
	.written = MAPPED,
	.reached = AF_INET,
	.type = SOCK_DGRAM,
	.protocol = IPPROTO_UDP,
};

FIXTURE_VARIANT_ADD(name, tcp_ipv4_on_ipv6){
	.family = AF_INET6,
	.written = AF_INET,
	.reached = AF_INET,
	.type = SOCK_STREAM,
	.protocol = IPPROTO_TCP,
};

FIXTURE_VARIANT_ADD(name, udp_ipv4_on_ipv6){
	.family = AF_INET6,
	.written = AF_INET,
	.reached = AF_INET,
	.type = SOCK_DGRAM,
	.protocol = IPPROTO_UDP,
};

static struct address write_address(int family, unsigned short port)
{
	return family == MAPPED ? loopback_mapped(port) :
				  loopback(family, port);
}

FIXTURE_SETUP(name)
{
	struct address server;

	bypass_open(_metadata, &self->ctl);
	self->plan = (struct plan){
		.family = variant->family,
		.type = variant->type,
	};
	self->way = (struct way){
		.arg = &self->plan,
		.family = variant->family,
		.type = variant->type,
		.protocol = variant->protocol,
		.remote = &self->plan.to,
		.server = open_server(variant->reached, variant->type, 0,
				      &server),
	};
	ASSERT_LT(0, self->way.server);
	self->plan.to = write_address(variant->written, port_of(&server));
}

FIXTURE_TEARDOWN(name)
{
	controller_close(_metadata, &self->ctl);
}

TEST_F(name, connect)
{
	/* TCP takes no IPv4 address on an IPv6 socket; but snet asks before. */
	bool is_refused = variant->type == SOCK_STREAM &&
			  variant->family != AF_INET &&
			  variant->written == AF_INET;

	self->way.operation = SNET_OP_CONNECT;
	self->way.func = plan_connect;
	if (variant->type == SOCK_DGRAM)
		self->way.server = 0;
	if (is_refused)
		go_way(_metadata, &self->ctl, &self->way, SNET_VERDICT_DENY,
		       EPERM);
	else
		check_way(_metadata, &self->ctl, &self->way);
}

TEST_F(name, sendto)
{
	if (variant->type != SOCK_DGRAM)
		SKIP(return, "of datagrams");
	self->way.operation = SNET_OP_SEND;
	self->way.func = plan_sendto;
	check_way(_metadata, &self->ctl, &self->way);
}

TEST_F(name, bind)
{
	if (variant->family == AF_INET6 && variant->written == AF_INET)
		SKIP(return, "bind() knows no such address");
	self->plan.to = write_address(variant->written, 0);
	self->way.operation = SNET_OP_BIND;
	self->way.func = plan_bind;
	self->way.remote = NULL;
	self->way.local = &self->plan.to;
	self->way.server = 0;
	check_way(_metadata, &self->ctl, &self->way);
}

/* Several places. */

FIXTURE(places)
{
	struct controller ctl;
	struct child child;
	struct plan plan;
	/* Servers, and where they are. */
	int a, b;
	struct address to_a, to_b;
};

FIXTURE_VARIANT(places)
{
	int family;
};

FIXTURE_VARIANT_ADD(places, ipv4){
	.family = AF_INET,
};

FIXTURE_VARIANT_ADD(places, ipv6){
	.family = AF_INET6,
};

FIXTURE_SETUP(places)
{
	bypass_open(_metadata, &self->ctl);
	memset(&self->child, 0, sizeof(self->child));
	self->a = open_server(variant->family, SOCK_DGRAM, 0, &self->to_a);
	self->b = open_server(variant->family, SOCK_DGRAM, 0, &self->to_b);
	ASSERT_LT(0, self->a);
	ASSERT_LT(0, self->b);
	self->plan = (struct plan){
		.family = variant->family,
		.type = SOCK_DGRAM,
		.first = self->to_a,
		.to = self->to_b,
	};
}

FIXTURE_TEARDOWN(places)
{
	child_end(&self->child);
	controller_close(_metadata, &self->ctl);
}

/* The next request is of this, and gets this answer. */
static void answer_next(struct __test_metadata *_metadata,
			struct controller *ctl, int operation, int family,
			const struct address *remote, int error)
{
	struct nl_event *request = expect_request(
		_metadata, ctl, operation, family, SOCK_DGRAM, IPPROTO_UDP);

	expect_address(_metadata, request, SNET_A_REMOTE_ADDR, remote);
	EXPECT_EQ(0, answer(ctl, request,
			    error ? SNET_VERDICT_DENY : SNET_VERDICT_ALLOW,
			    error));
	nl_free(request);
}

#define ANSWER_NEXT(_operation, _remote, _error)                               \
	answer_next(_metadata, &self->ctl, _operation, variant->family,        \
		    _remote, _error)

/* To A, B, B, A, in one call: returns how many went. */
static long send_many(const void *arg)
{
	const struct plan *plan = arg;
	struct iovec iov = { .iov_base = "x", .iov_len = 1 };
	struct mmsghdr msgs[4] = {};
	int fd = socket(plan->family, SOCK_DGRAM, 0);
	int i;

	for (i = 0; i < 4; i++) {
		const struct address *to = i == 1 || i == 2 ? &plan->to :
							      &plan->first;

		msgs[i].msg_hdr.msg_name = (void *)&to->any;
		msgs[i].msg_hdr.msg_namelen = to->len;
		msgs[i].msg_hdr.msg_iov = &iov;
		msgs[i].msg_hdr.msg_iovlen = 1;
	}
	return bypass_end(fd, sendmmsg(fd, msgs, 4, 0));
}

/* The kernel asks once for what goes to one place in a row, and no further. */
TEST_F(places, sendmmsg)
{
	child_start(_metadata, &self->child, send_many, &self->plan);
	ANSWER_NEXT(SNET_OP_SEND, &self->to_a, 0);
	ANSWER_NEXT(SNET_OP_SEND, &self->to_b, 0);
	ANSWER_NEXT(SNET_OP_SEND, &self->to_a, 0);
	EXPECT_EQ(4, child_result(_metadata, &self->child));
	expect_quiet(_metadata, &self->ctl);
	EXPECT_TRUE(has_come(self->a, NL_PATIENCE));
	EXPECT_TRUE(has_come(self->a, NL_PATIENCE));
	EXPECT_FALSE(has_come(self->a, 0));
	EXPECT_TRUE(has_come(self->b, NL_PATIENCE));
	EXPECT_TRUE(has_come(self->b, NL_PATIENCE));
}

TEST_F(places, sendmmsg_denied_within)
{
	child_start(_metadata, &self->child, send_many, &self->plan);
	ANSWER_NEXT(SNET_OP_SEND, &self->to_a, 0);
	ANSWER_NEXT(SNET_OP_SEND, &self->to_b, EPERM);
	EXPECT_EQ(1, child_result(_metadata, &self->child));
	expect_quiet(_metadata, &self->ctl);
	EXPECT_TRUE(has_come(self->a, NL_PATIENCE));
	EXPECT_FALSE(has_come(self->a, 0));
	EXPECT_FALSE(has_come(self->b, 0));
}

/* Connects to one place, then to another; tells of the latter, then sends. */
static long reconnect_and_send(const void *arg)
{
	const struct plan *plan = arg;
	int fd = socket(plan->family, SOCK_DGRAM, 0);

	if (connect(fd, &plan->first.any, plan->first.len))
		return -errno;
	child_tell(connect(fd, &plan->to.any, plan->to.len) ? -errno : 0);
	return bypass_end(fd, send(fd, "x", 1, 0));
}

TEST_F(places, reconnect)
{
	child_start(_metadata, &self->child, reconnect_and_send, &self->plan);
	ANSWER_NEXT(SNET_OP_CONNECT, &self->to_a, 0);
	ANSWER_NEXT(SNET_OP_CONNECT, &self->to_b, EPERM);
	EXPECT_EQ(-EPERM, child_result(_metadata, &self->child));
	/* What it sends now goes where it may. */
	EXPECT_EQ(1, child_result(_metadata, &self->child));
	expect_quiet(_metadata, &self->ctl);
	EXPECT_TRUE(has_come(self->a, NL_PATIENCE));
	EXPECT_FALSE(has_come(self->b, 0));
}

/* A disconnect is free; what comes after it is not. */
static long disconnect_and_send(const void *arg)
{
	const struct sockaddr none = { .sa_family = AF_UNSPEC };
	const struct plan *plan = arg;
	int fd = socket(plan->family, SOCK_DGRAM, 0);

	if (connect(fd, &plan->first.any, plan->first.len))
		return -errno;
	child_tell(connect(fd, &none, sizeof(none)) ? -errno : 0);
	return bypass_end(fd,
			  sendto(fd, "x", 1, 0, &plan->to.any, plan->to.len));
}

TEST_F(places, disconnect)
{
	child_start(_metadata, &self->child, disconnect_and_send, &self->plan);
	ANSWER_NEXT(SNET_OP_CONNECT, &self->to_a, 0);
	EXPECT_EQ(0, child_result(_metadata, &self->child));
	ANSWER_NEXT(SNET_OP_SEND, &self->to_b, EPERM);
	EXPECT_EQ(-EPERM, child_result(_metadata, &self->child));
	EXPECT_FALSE(has_come(self->b, 0));
}

/* Corked data go where the first of them were sent, which has been asked. */
static long cork_and_send(const void *arg)
{
	const struct plan *plan = arg;
	int fd = socket(plan->family, SOCK_DGRAM, 0);

	if (sendto(fd, "x", 1, MSG_MORE, &plan->first.any, plan->first.len) < 0)
		return -errno;
	child_tell(sendto(fd, "y", 1, 0, &plan->to.any, plan->to.len) < 0 ?
			   -errno :
			   0);
	return bypass_end(fd, send(fd, "z", 1, 0));
}

TEST_F(places, cork)
{
	child_start(_metadata, &self->child, cork_and_send, &self->plan);
	ANSWER_NEXT(SNET_OP_SEND, &self->to_a, 0);
	ANSWER_NEXT(SNET_OP_SEND, &self->to_b, EPERM);
	EXPECT_EQ(-EPERM, child_result(_metadata, &self->child));
	EXPECT_EQ(1, child_result(_metadata, &self->child));
	expect_quiet(_metadata, &self->ctl);
	EXPECT_TRUE(has_come(self->a, NL_PATIENCE));
	EXPECT_FALSE(has_come(self->b, 0));
}

/*
 * Not held, and documented: a route by way of another machine. What is asked
 * about is the end of it.
 */
static long send_with_source_route(const void *arg)
{
	const __u8 via_127_0_0_2[] = {
		IPOPT_NOP, IPOPT_LSRR, 7, 4, 127, 0, 0, 2
	};
	const struct plan *plan = arg;
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	if (setsockopt(fd, IPPROTO_IP, IP_OPTIONS, via_127_0_0_2,
		       sizeof(via_127_0_0_2)))
		return bypass_end(fd, -1);
	return bypass_end(fd,
			  sendto(fd, "x", 1, 0, &plan->to.any, plan->to.len));
}

TEST_F(places, source_route)
{
	if (variant->family != AF_INET)
		SKIP(return, "an option of IPv4");
	child_start(_metadata, &self->child, send_with_source_route,
		    &self->plan);
	ANSWER_NEXT(SNET_OP_SEND, &self->to_b, EPERM);
	EXPECT_EQ(-EPERM, child_result(_metadata, &self->child));
	expect_quiet(_metadata, &self->ctl);
}

/* Datagrams through a pipe know no address, whatever they were made for. */
static long splice_to_connected(const void *arg)
{
	const struct plan *plan = arg;
	int fd = socket(plan->family, SOCK_DGRAM, 0);
	int pipe_fds[2];

	if (connect(fd, &plan->to.any, plan->to.len) || pipe(pipe_fds) ||
	    write(pipe_fds[1], "x", 1) != 1)
		return bypass_end(fd, -1);
	return bypass_end(fd, splice(pipe_fds[0], NULL, fd, NULL, 1, 0));
}

TEST_F(places, splice)
{
	struct way way = {
		.func = splice_to_connected,
		.arg = &self->plan,
		.operation = SNET_OP_CONNECT,
		.family = variant->family,
		.type = SOCK_DGRAM,
		.protocol = IPPROTO_UDP,
		.remote = &self->to_b,
		.server = self->b,
		.result = 1,
	};

	check_way(_metadata, &self->ctl, &way);
}

static long splice_unconnected(const void *arg)
{
	const struct plan *plan = arg;
	int fd = socket(plan->family, SOCK_DGRAM, 0);
	int pipe_fds[2];

	if (pipe(pipe_fds) || write(pipe_fds[1], "x", 1) != 1)
		return bypass_end(fd, -1);
	return bypass_end(fd, splice(pipe_fds[0], NULL, fd, NULL, 1, 0));
}

TEST_F(places, splice_unconnected)
{
	EXPECT_GT(0, child_call(_metadata, splice_unconnected, &self->plan));
	expect_quiet(_metadata, &self->ctl);
}

TEST_HARNESS_MAIN
