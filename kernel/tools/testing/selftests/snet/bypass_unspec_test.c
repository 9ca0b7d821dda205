// SPDX-License-Identifier: GPL-2.0-only
/*
 * snet selftests: addresses of AF_UNSPEC: what they mean is for each protocol
 * to say
 */
#include <arpa/inet.h>
#include <string.h>

#include "bypass.h"

#ifndef IPV6_ADDRFORM
#define IPV6_ADDRFORM 1
#endif

FIXTURE(unspec)
{
	struct controller ctl;
	struct call call;
	struct way way;
	/* What the address stands for. */
	struct address meant;
};

FIXTURE_SETUP(unspec)
{
	bypass_open(_metadata, &self->ctl);
	memset(&self->call, 0, sizeof(self->call));
	self->way = (struct way){
		.arg = &self->call,
		.remote = &self->meant,
	};
}

FIXTURE_TEARDOWN(unspec)
{
	controller_close(_metadata, &self->ctl);
}

/* The address, but for its family. */
static struct address without_family(struct address address)
{
	address.any.sa_family = AF_UNSPEC;
	return address;
}

static void plan(struct call *call, struct way *way, int operation, int family,
		 int type, int protocol)
{
	call->family = family;
	call->type = type;
	call->protocol = protocol;
	way->operation = operation;
	way->family = family;
	way->type = type;
	way->protocol = protocol;
	way->func = operation == SNET_OP_SEND	 ? call_send :
		    operation == SNET_OP_CONNECT ? call_connect :
						   call_bind;
}

#define PLAN(_operation, _family, _type, _protocol)                            \
	plan(&self->call, &self->way, _operation, _family, _type, _protocol)

/* IPv4 takes it for AF_INET. */
TEST_F(unspec, sendto_ipv4)
{
	PLAN(SNET_OP_SEND, AF_INET, SOCK_DGRAM, IPPROTO_UDP);
	self->way.server = open_server(AF_INET, SOCK_DGRAM, 0, &self->meant);
	self->call.address = without_family(self->meant);
	check_way(_metadata, &self->ctl, &self->way);
}

TEST_F(unspec, bind_ipv4)
{
	PLAN(SNET_OP_BIND, AF_INET, SOCK_STREAM, IPPROTO_TCP);
	self->meant = loopback(AF_INET, 0);
	self->meant.in.sin_addr.s_addr = htonl(INADDR_ANY);
	self->call.address = without_family(self->meant);
	self->way.remote = NULL;
	self->way.local = &self->meant;
	check_way(_metadata, &self->ctl, &self->way);
}

/* Raw IPv6 takes it for AF_INET6. */
TEST_F(unspec, sendto_raw_ipv6)
{
	const int for_experiments = 253;

	/* A socket is needed first, which is asked about on its own. */
	ASSERT_EQ(0, try_mediate(&self->ctl.nl, SNET_CMD_MEDIATE_DEL,
				 SNET_OP_CREATE, AF_INET6, SOCK_RAW, ANY));
	PLAN(SNET_OP_SEND, AF_INET6, SOCK_RAW, for_experiments);
	self->meant = loopback(AF_INET6, 0);
	self->call.address = without_family(self->meant);
	check_way(_metadata, &self->ctl, &self->way);
}

/*
 * IPv6's UDP passes the address over. But it can have become an IPv4 socket
 * before it does, by IPV6_ADDRFORM in another thread; so the address is asked
 * about, unless an IPv4 socket could not send to it either.
 */
TEST_F(unspec, sendto_udp_ipv6)
{
	PLAN(SNET_OP_SEND, AF_INET6, SOCK_DGRAM, IPPROTO_UDP);
	self->meant = loopback(AF_INET, 9);
	self->call.address = without_family(self->meant);
	go_way(_metadata, &self->ctl, &self->way, SNET_VERDICT_DENY, EPERM);
}

static long send_to_nothing(const void *arg)
{
	const struct address nothing = { .len = sizeof(nothing.in6) };
	const struct call *call = arg;
	int fd = socket(AF_INET6, SOCK_DGRAM, 0);

	if (connect(fd, &call->address.any, call->address.len))
		return bypass_end(fd, -1);
	return bypass_end(fd, sendto(fd, "x", 1, 0, &nothing.any, nothing.len));
}

/* A cleared address is none: it goes where connect() has been asked about. */
TEST_F(unspec, sendto_udp_ipv6_cleared)
{
	PLAN(SNET_OP_CONNECT, AF_INET6, SOCK_DGRAM, IPPROTO_UDP);
	self->way.server = open_server(AF_INET6, SOCK_DGRAM, 0, &self->meant);
	self->call.address = self->meant;
	self->way.func = send_to_nothing;
	check_way(_metadata, &self->ctl, &self->way);
}

/* An IPv6 socket that has become one of IPv4, and is sent to elsewhere. */
struct changing {
	struct address first;
	struct address then;
};

static long change_form_and_send(const void *arg)
{
	const struct changing *changing = arg;
	const int ipv4 = AF_INET;
	int fd = socket(AF_INET6, SOCK_DGRAM, 0);

	if (connect(fd, &changing->first.any, changing->first.len) ||
	    setsockopt(fd, IPPROTO_IPV6, IPV6_ADDRFORM, &ipv4, sizeof(ipv4)))
		return bypass_end(fd, -1);
	child_tell(0);
	return bypass_end(fd, sendto(fd, "x", 1, 0, &changing->then.any,
				     changing->then.len));
}

TEST_F(unspec, changed_form)
{
	struct changing changing;
	struct nl_event *request;
	struct child child;
	int a, b;

	a = open_server(AF_INET, SOCK_DGRAM, 0, &changing.first);
	changing.first = loopback_mapped(port_of(&changing.first));
	b = open_server(AF_INET, SOCK_DGRAM, 0, &self->meant);
	changing.then = without_family(self->meant);
	child_start(_metadata, &child, change_form_and_send, &changing);
	request = expect_request(_metadata, &self->ctl, SNET_OP_CONNECT,
				 AF_INET6, SOCK_DGRAM, IPPROTO_UDP);
	expect_address(_metadata, request, SNET_A_REMOTE_ADDR, &changing.first);
	EXPECT_EQ(0, allow(&self->ctl, request));
	nl_free(request);
	EXPECT_EQ(0, child_result(_metadata, &child));
	request = expect_request(_metadata, &self->ctl, SNET_OP_SEND, AF_INET,
				 SOCK_DGRAM, IPPROTO_UDP);
	expect_address(_metadata, request, SNET_A_REMOTE_ADDR, &self->meant);
	EXPECT_EQ(0, answer(&self->ctl, request, SNET_VERDICT_DENY, EPERM));
	EXPECT_EQ(-EPERM, child_result(_metadata, &child));
	EXPECT_FALSE(has_come(a, 0));
	EXPECT_FALSE(has_come(b, 0));
	nl_free(request);
	child_end(&child);
}

/* Where it is no disconnect, it is asked about as any other address is. */
TEST_F(unspec, connect_vsock)
{
	PLAN(SNET_OP_CONNECT, AF_VSOCK, SOCK_STREAM, 0);
	if (call_socket(&self->call))
		SKIP(return, "no AF_VSOCK in this kernel");
	ASSERT_EQ(0, mediate_nothing(&self->ctl.nl));
	mediate(_metadata, &self->ctl, SNET_OP_CONNECT, AF_VSOCK, ANY, ANY);
	self->call.address.len = sizeof(self->call.address.vm);
	self->meant = self->call.address;
	go_way(_metadata, &self->ctl, &self->way, SNET_VERDICT_DENY, EPERM);
}

TEST_HARNESS_MAIN
