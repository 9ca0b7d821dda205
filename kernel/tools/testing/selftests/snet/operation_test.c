// SPDX-License-Identifier: GPL-2.0-only
/*
 * snet selftests: each operation, on each kind of socket, with each verdict
 */
#include <linux/if_ether.h>
#include <net/if.h>
#include <poll.h>
#include <sys/stat.h>
#include <time.h>

#include "common.h"

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif

/* Of IEEE and IANA for local experiments: nobody listens to these. */
#define TEST_ETHERTYPE 0x88b5
#define TEST_IPPROTO 253

/* Each decision that a controller can make; error 0 for the default one. */
static const struct {
	enum snet_verdict verdict;
	int error;
} decisions[] = {
	{ SNET_VERDICT_ALLOW, 0 },
	{ SNET_VERDICT_DENY, 0 },
	{ SNET_VERDICT_DENY, EHOSTUNREACH },
	{ SNET_VERDICT_DENY, 1 },
	{ SNET_VERDICT_DENY, SNET_ERRNO_MAX },
};

FIXTURE(kind)
{
	struct controller ctl;
	struct child child;
	/* What an attempt needs; closed after it, -1 if there is none. */
	int server;
	int client;
	struct address server_address;
	struct address client_address;
};

FIXTURE_VARIANT(kind)
{
	int family;
	int type;
	int protocol;
	/* What the socket says that its protocol is. */
	int sk_protocol;
	/* IPv4 addresses on an IPv6 socket. */
	bool mapped;
};

/* clang-format off */
FIXTURE_VARIANT_ADD(kind, tcp4) {
	AF_INET, SOCK_STREAM, 0, IPPROTO_TCP
};

FIXTURE_VARIANT_ADD(kind, tcp6) {
	AF_INET6, SOCK_STREAM, 0, IPPROTO_TCP
};

FIXTURE_VARIANT_ADD(kind, udp4) {
	AF_INET, SOCK_DGRAM, 0, IPPROTO_UDP
};

FIXTURE_VARIANT_ADD(kind, udp6) {
	AF_INET6, SOCK_DGRAM, 0, IPPROTO_UDP
};

FIXTURE_VARIANT_ADD(kind, udplite4) {
	AF_INET, SOCK_DGRAM, IPPROTO_UDPLITE, IPPROTO_UDPLITE
};

FIXTURE_VARIANT_ADD(kind, raw4) {
	AF_INET, SOCK_RAW, TEST_IPPROTO, TEST_IPPROTO
};

FIXTURE_VARIANT_ADD(kind, raw6) {
	AF_INET6, SOCK_RAW, TEST_IPPROTO, TEST_IPPROTO
};

FIXTURE_VARIANT_ADD(kind, mptcp4) {
	AF_INET, SOCK_STREAM, IPPROTO_MPTCP, IPPROTO_MPTCP
};

FIXTURE_VARIANT_ADD(kind, mptcp6) {
	AF_INET6, SOCK_STREAM, IPPROTO_MPTCP, IPPROTO_MPTCP
};

FIXTURE_VARIANT_ADD(kind, sctp4) {
	AF_INET, SOCK_STREAM, IPPROTO_SCTP, IPPROTO_SCTP
};

FIXTURE_VARIANT_ADD(kind, sctp4_many) {
	AF_INET, SOCK_SEQPACKET, IPPROTO_SCTP, IPPROTO_SCTP
};

FIXTURE_VARIANT_ADD(kind, sctp6) {
	AF_INET6, SOCK_STREAM, IPPROTO_SCTP, IPPROTO_SCTP
};

FIXTURE_VARIANT_ADD(kind, smc4) {
	AF_SMC, SOCK_STREAM, 0, 0
};

FIXTURE_VARIANT_ADD(kind, unix_stream) {
	AF_UNIX, SOCK_STREAM, 0, 0
};

FIXTURE_VARIANT_ADD(kind, unix_dgram) {
	AF_UNIX, SOCK_DGRAM, 0, 0
};

FIXTURE_VARIANT_ADD(kind, unix_seqpacket) {
	AF_UNIX, SOCK_SEQPACKET, 0, 0
};

FIXTURE_VARIANT_ADD(kind, packet) {
	AF_PACKET, SOCK_DGRAM, 0, 0
};

FIXTURE_VARIANT_ADD(kind, netlink) {
	AF_NETLINK, SOCK_RAW, NETLINK_ROUTE, NETLINK_ROUTE
};

FIXTURE_VARIANT_ADD(kind, vsock) {
	AF_VSOCK, SOCK_STREAM, 0, 0
};

FIXTURE_VARIANT_ADD(kind, tcp_mapped) {
	AF_INET6, SOCK_STREAM, 0, IPPROTO_TCP, true
};

FIXTURE_VARIANT_ADD(kind, udp_mapped) {
	AF_INET6, SOCK_DGRAM, 0, IPPROTO_UDP, true
};

/* clang-format on */

FIXTURE_SETUP(kind)
{
	self->server = -1;
	self->client = -1;
	controller_open(_metadata, &self->ctl);
}

/*
 * When a socket of SMC is closed that listens and has a connection which nobody
 * has accepted, the kernel takes its locks in an order that lockdep complains
 * about. That is not what is tested here.
 */
static void accept_all_of_smc(int server)
{
	struct pollfd pollfd = { .fd = server, .events = POLLIN };
	socklen_t len = sizeof(int);
	int family = 0, listens = 0;
	int fd;

	getsockopt(server, SOL_SOCKET, SO_DOMAIN, &family, &len);
	getsockopt(server, SOL_SOCKET, SO_ACCEPTCONN, &listens, &len);
	if (family != AF_SMC || !listens)
		return;
	while (poll(&pollfd, 1, 300) > 0) {
		fd = accept(server, NULL, NULL);
		if (fd < 0)
			return;
		close(fd);
	}
}

static void close_attempt(FIXTURE_DATA(kind) * self)
{
	child_end(&self->child);
	if (self->server >= 0) {
		accept_all_of_smc(self->server);
		close(self->server);
	}
	if (self->client >= 0)
		close(self->client);
	self->server = -1;
	self->client = -1;
}

FIXTURE_TEARDOWN(kind)
{
	close_attempt(self);
	controller_close(_metadata, &self->ctl);
}

static bool is_inet(int family)
{
	return family == AF_INET || family == AF_INET6;
}

/* Connections are made to it, and accepted. */
static bool is_connected(const FIXTURE_VARIANT(kind) * kind)
{
	return kind->type == SOCK_STREAM ||
	       (kind->type == SOCK_SEQPACKET && kind->family == AF_UNIX);
}

/* An address that a socket of this kind can be bound to. */
static struct address free_address(const FIXTURE_VARIANT(kind) * kind)
{
	static unsigned int count;
	struct address address = { .any.sa_family = kind->family };

	switch (kind->family) {
	case AF_UNIX:
		address.len = offsetof(struct sockaddr_un, sun_path) + 1 +
			      snprintf(address.un.sun_path + 1, 64,
				       "snet-test-%d-%u", getpid(), count++);
		return address;
	case AF_PACKET:
		address.len = sizeof(address.ll);
		address.ll.sll_protocol = htons(TEST_ETHERTYPE);
		address.ll.sll_ifindex = if_nametoindex("lo");
		return address;
	case AF_NETLINK:
		address.len = sizeof(address.nl);
		return address;
	case AF_VSOCK:
		address.len = sizeof(address.vm);
		address.vm.svm_cid = VMADDR_CID_LOCAL;
		address.vm.svm_port = VMADDR_PORT_ANY;
		return address;
	case AF_INET6:
		return kind->mapped ? loopback_mapped(0) :
				      loopback(AF_INET6, 0);
	default:
		return loopback(AF_INET, 0);
	}
}

static void get_name(int fd, struct address *address)
{
	address->len = sizeof(address->un);
	getsockname(fd, &address->any, &address->len);
}

/* A socket of the test's own; -1 when there are none of this kind. */
static int open_bound(const FIXTURE_VARIANT(kind) * kind,
		      struct address *address)
{
	int fd =
		socket(kind->family, kind->type | SOCK_CLOEXEC, kind->protocol);

	*address = free_address(kind);
	if (fd < 0 || bind(fd, &address->any, address->len))
		return fd;
	/* It has a port now. */
	if (kind->family == AF_VSOCK || kind->family == AF_SMC ||
	    is_inet(kind->family))
		get_name(fd, address);
	return fd;
}

static void open_server_for(FIXTURE_DATA(kind) * self,
			    const FIXTURE_VARIANT(kind) * kind)
{
	self->server = open_bound(kind, &self->server_address);
	if (is_connected(kind) || kind->protocol == IPPROTO_SCTP)
		listen(self->server, 16);
}

/*
 * What each operation needs before the child can do it, and the addresses that
 * its request has to have, if any.
 */
struct attempt {
	struct call call;
	const struct address *local;
	const struct address *remote;
};

typedef void (*prepare_func)(FIXTURE_DATA(kind) * self,
			     const FIXTURE_VARIANT(kind) * kind,
			     struct attempt *attempt);

static void prepare_nothing(FIXTURE_DATA(kind) * self,
			    const FIXTURE_VARIANT(kind) * kind,
			    struct attempt *attempt)
{
}

static void prepare_bind(FIXTURE_DATA(kind) * self,
			 const FIXTURE_VARIANT(kind) * kind,
			 struct attempt *attempt)
{
	attempt->call.address = free_address(kind);
	attempt->local = &attempt->call.address;
}

static void prepare_server(FIXTURE_DATA(kind) * self,
			   const FIXTURE_VARIANT(kind) * kind,
			   struct attempt *attempt)
{
	open_server_for(self, kind);
	attempt->call.address = self->server_address;
	attempt->remote = &attempt->call.address;
}

static void prepare_listen(FIXTURE_DATA(kind) * self,
			   const FIXTURE_VARIANT(kind) * kind,
			   struct attempt *attempt)
{
	self->server = open_bound(kind, &self->server_address);
	get_name(self->server, &self->server_address);
	attempt->call.fd = self->server;
	attempt->local = &self->server_address;
}

static void prepare_accept(FIXTURE_DATA(kind) * self,
			   const FIXTURE_VARIANT(kind) * kind,
			   struct attempt *attempt)
{
	open_server_for(self, kind);
	self->client = open_bound(kind, &self->client_address);
	connect(self->client, &self->server_address.any,
		self->server_address.len);
	attempt->call.fd = self->server;
	attempt->local = &self->server_address;
	attempt->remote = &self->client_address;
}

static bool is_unsupported(long result)
{
	return result == -EAFNOSUPPORT || result == -EPROTONOSUPPORT ||
	       result == -ESOCKTNOSUPPORT;
}

/* It has pointers to itself, so it is not to be copied. */
static void prepare(FIXTURE_DATA(kind) * self,
		    const FIXTURE_VARIANT(kind) * kind, prepare_func func,
		    struct attempt *attempt)
{
	*attempt = (struct attempt){
		.call.family = kind->family,
		.call.type = kind->type,
		.call.protocol = kind->protocol,
	};
	func(self, kind, attempt);
}

/* Whether the kernel has sockets of this kind at all. */
static bool kind_exists(struct __test_metadata *_metadata,
			const FIXTURE_VARIANT(kind) * kind)
{
	struct call call = {
		.family = kind->family,
		.type = kind->type,
		.protocol = kind->protocol,
	};
	long result = child_call(_metadata, call_socket, &call);

	if (is_unsupported(result))
		return false;
	EXPECT_EQ(0, result);
	return true;
}

static int protocol_in(const FIXTURE_VARIANT(kind) * kind, int operation)
{
	return operation == SNET_OP_CREATE ? kind->protocol : kind->sk_protocol;
}

static long result_of(int operation, unsigned int decision, long unasked)
{
	if (decisions[decision].verdict == SNET_VERDICT_ALLOW)
		return unasked;
	if (decisions[decision].error)
		return -decisions[decision].error;
	return operation == SNET_OP_ACCEPT ? -ECONNABORTED : -EACCES;
}

/* An address is checked if the attempt has one; a bind has but one. */
static void check_request(struct __test_metadata *_metadata,
			  const struct nl_event *request, int operation,
			  const struct attempt *attempt,
			  const struct child *child)
{
	EXPECT_EQ(child->pid, nl_u32(request, SNET_A_PID));
	EXPECT_EQ(child->pid, nl_u32(request, SNET_A_TID));
	EXPECT_EQ(SNET_HOLD_THREAD, nl_u32(request, SNET_A_HOLD));
	if (attempt->local)
		expect_address(_metadata, request, SNET_A_LOCAL_ADDR,
			       attempt->local);
	if (attempt->remote || operation == SNET_OP_BIND ||
	    operation == SNET_OP_LISTEN || operation == SNET_OP_CREATE)
		expect_address(_metadata, request, SNET_A_REMOTE_ADDR,
			       attempt->remote);
}

/* The peer of a connection sees what was decided about it. */
static void check_client(struct __test_metadata *_metadata,
			 FIXTURE_DATA(kind) * self, unsigned int decision)
{
	char byte;

	EXPECT_EQ(decisions[decision].verdict == SNET_VERDICT_ALLOW,
		  recv(self->client, &byte, 1, 0) == 1);
}

static void try_decision(struct __test_metadata *_metadata,
			 FIXTURE_DATA(kind) * self,
			 const FIXTURE_VARIANT(kind) * kind, int operation,
			 child_func func, prepare_func prepare_func,
			 unsigned int decision, long unasked)
{
	struct nl_event *request;
	struct attempt attempt;

	prepare(self, kind, prepare_func, &attempt);
	child_start(_metadata, &self->child, func, &attempt.call);
	request = expect_request(_metadata, &self->ctl, operation, kind->family,
				 kind->type, protocol_in(kind, operation));
	check_request(_metadata, request, operation, &attempt, &self->child);
	expect_held(_metadata, &self->child);
	EXPECT_EQ(0, answer(&self->ctl, request, decisions[decision].verdict,
			    decisions[decision].error));
	EXPECT_EQ(result_of(operation, decision, unasked),
		  child_result(_metadata, &self->child))
	TH_LOG("decision %u", decision);
	if (operation == SNET_OP_ACCEPT && !unasked)
		check_client(_metadata, self, decision);
	expect_quiet(_metadata, &self->ctl);
	nl_free(request);
	close_attempt(self);
}

static long call_unasked(struct __test_metadata *_metadata,
			 FIXTURE_DATA(kind) * self,
			 const FIXTURE_VARIANT(kind) * kind, child_func func,
			 prepare_func prepare_func)
{
	struct attempt attempt;
	long result;

	prepare(self, kind, prepare_func, &attempt);
	result = child_call(_metadata, func, &attempt.call);
	close_attempt(self);
	expect_quiet(_metadata, &self->ctl);
	return result;
}

/*
 * An allowed call ends as it does when nobody is asked, which need not be a
 * success: a datagram socket that listens is asked about, too.
 */
static void check_operation(struct __test_metadata *_metadata,
			    FIXTURE_DATA(kind) * self,
			    const FIXTURE_VARIANT(kind) * kind, int operation,
			    child_func func, prepare_func prepare_func)
{
	unsigned int i;
	long unasked;

	unasked = call_unasked(_metadata, self, kind, func, prepare_func);
	mediate(_metadata, &self->ctl, operation, kind->family, kind->type,
		protocol_in(kind, operation));
	for (i = 0; i < ARRAY_SIZE(decisions); i++)
		try_decision(_metadata, self, kind, operation, func,
			     prepare_func, i, unasked);
	ASSERT_EQ(0, mediate_nothing(&self->ctl.nl));
	EXPECT_EQ(unasked,
		  call_unasked(_metadata, self, kind, func, prepare_func));
}

/* What is not asked about although it is mediated. */
static void check_never_asked(struct __test_metadata *_metadata,
			      FIXTURE_DATA(kind) * self,
			      const FIXTURE_VARIANT(kind) * kind, int operation,
			      child_func func, prepare_func prepare_func)
{
	long unasked;

	unasked = call_unasked(_metadata, self, kind, func, prepare_func);
	mediate(_metadata, &self->ctl, operation, ANY, ANY, ANY);
	EXPECT_EQ(unasked,
		  call_unasked(_metadata, self, kind, func, prepare_func));
}

TEST_F(kind, create)
{
	if (!kind_exists(_metadata, variant))
		SKIP(return, "no such sockets in this kernel");
	check_operation(_metadata, self, variant, SNET_OP_CREATE, call_socket,
			prepare_nothing);
}

TEST_F(kind, bind)
{
	if (!kind_exists(_metadata, variant))
		SKIP(return, "no such sockets in this kernel");
	check_operation(_metadata, self, variant, SNET_OP_BIND, call_bind,
			prepare_bind);
}

TEST_F(kind, connect)
{
	if (!kind_exists(_metadata, variant))
		SKIP(return, "no such sockets in this kernel");
	check_operation(_metadata, self, variant, SNET_OP_CONNECT, call_connect,
			prepare_server);
}

TEST_F(kind, listen)
{
	if (!kind_exists(_metadata, variant))
		SKIP(return, "no such sockets in this kernel");
	check_operation(_metadata, self, variant, SNET_OP_LISTEN, call_listen,
			prepare_listen);
}

TEST_F(kind, accept)
{
	if (!kind_exists(_metadata, variant))
		SKIP(return, "no such sockets in this kernel");
	if (!is_connected(variant))
		SKIP(return, "nothing to accept");
	check_operation(_metadata, self, variant, SNET_OP_ACCEPT, call_accept,
			prepare_accept);
}

TEST_F(kind, send)
{
	if (!kind_exists(_metadata, variant))
		SKIP(return, "no such sockets in this kernel");
	if (variant->type == SOCK_STREAM)
		check_never_asked(_metadata, self, variant, SNET_OP_SEND,
				  call_send, prepare_server);
	else
		check_operation(_metadata, self, variant, SNET_OP_SEND,
				call_send, prepare_server);
}

TEST_F(kind, receive)
{
	if (!kind_exists(_metadata, variant))
		SKIP(return, "no such sockets in this kernel");
	if (variant->type == SOCK_STREAM)
		check_never_asked(_metadata, self, variant, SNET_OP_RECEIVE,
				  call_receive, prepare_nothing);
	else
		check_operation(_metadata, self, variant, SNET_OP_RECEIVE,
				call_receive, prepare_nothing);
}

/* Never held, only told to those who watch. */
TEST_F(kind, close)
{
	struct call call = {
		.family = variant->family,
		.type = variant->type,
		.protocol = variant->protocol,
	};
	struct nl_event *event;

	if (!kind_exists(_metadata, variant))
		SKIP(return, "no such sockets in this kernel");
	mediate(_metadata, &self->ctl, SNET_OP_CLOSE, variant->family,
		variant->type, variant->sk_protocol);
	ASSERT_EQ(0, child_call(_metadata, call_socket, &call));
	expect_quiet(_metadata, &self->ctl);

	ASSERT_EQ(0, nl_join_monitor(&self->ctl.nl));
	ASSERT_EQ(0, child_call(_metadata, call_socket, &call));
	event = expect_event(_metadata, &self->ctl, SNET_CMD_EVENT);
	EXPECT_EQ(SNET_OP_CLOSE, nl_u32(event, SNET_A_OPERATION));
	EXPECT_EQ(variant->family, nl_u32(event, SNET_A_FAMILY));
	EXPECT_EQ(variant->type, nl_u32(event, SNET_A_TYPE));
	EXPECT_EQ(variant->sk_protocol, nl_u32(event, SNET_A_PROTOCOL));
	EXPECT_LT(0, nl_u64(event, SNET_A_DURATION));
	EXPECT_FALSE(nl_has(event, SNET_A_VERDICT));
	EXPECT_FALSE(nl_has(event, SNET_A_CAUSE));
	EXPECT_FALSE(nl_has(event, SNET_A_ID));
	nl_free(event);
	expect_quiet(_metadata, &self->ctl);
}

TEST_HARNESS_MAIN
