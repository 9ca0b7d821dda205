// SPDX-License-Identifier: GPL-2.0-only
/*
 * snet selftests: connections that are not made by connect() on TCP
 */
#include <arpa/inet.h>
#include <linux/sctp.h>
#include <string.h>

#include "bypass.h"

#ifndef AF_SMC
#define AF_SMC 43
#endif

#ifndef IPPROTO_SMC
#define IPPROTO_SMC 256
#endif

/* What a child does, all on one new socket. */
struct plan {
	int family;
	int type;
	int protocol;
	struct address to;
	int flags;
};

static int plan_socket(const struct plan *plan)
{
	return socket(plan->family, plan->type, plan->protocol);
}

static long plan_connect(const void *arg)
{
	const struct plan *plan = arg;
	int fd = plan_socket(plan);

	return bypass_end(fd, connect(fd, &plan->to.any, plan->to.len));
}

static long plan_sendto(const void *arg)
{
	const struct plan *plan = arg;
	int fd = plan_socket(plan);

	return bypass_end(fd, sendto(fd, "x", 1, plan->flags, &plan->to.any,
				     plan->to.len));
}

static struct msghdr message_to(const struct plan *plan, struct iovec *iov)
{
	iov->iov_base = "x";
	iov->iov_len = 1;
	return (struct msghdr){
		.msg_name = (void *)&plan->to.any,
		.msg_namelen = plan->to.len,
		.msg_iov = iov,
		.msg_iovlen = 1,
	};
}

static long plan_sendmsg(const void *arg)
{
	const struct plan *plan = arg;
	struct iovec iov;
	struct msghdr msg = message_to(plan, &iov);
	int fd = plan_socket(plan);

	return bypass_end(fd, sendmsg(fd, &msg, plan->flags));
}

static long plan_sendmmsg(const void *arg)
{
	const struct plan *plan = arg;
	struct iovec iov;
	struct mmsghdr msg = { .msg_hdr = message_to(plan, &iov) };
	int fd = plan_socket(plan);

	return bypass_end(fd, sendmmsg(fd, &msg, 1, plan->flags));
}

/* connect() sends nothing, the first data do; which are nothing new. */
static long plan_fastopen_connect(const void *arg)
{
	const struct plan *plan = arg;
	int fd = plan_socket(plan);
	const int on = 1;

	if (setsockopt(fd, SOL_TCP, TCP_FASTOPEN_CONNECT, &on, sizeof(on)) ||
	    connect(fd, &plan->to.any, plan->to.len))
		return bypass_end(fd, -1);
	return bypass_end(fd, send(fd, "x", 1, 0));
}

FIXTURE(stream)
{
	struct controller ctl;
	struct plan plan;
	struct way way;
};

FIXTURE_VARIANT(stream)
{
	int family;
	int protocol;
};

FIXTURE_VARIANT_ADD(stream, tcp_ipv4){
	.family = AF_INET,
	.protocol = IPPROTO_TCP,
};

FIXTURE_VARIANT_ADD(stream, tcp_ipv6){
	.family = AF_INET6,
	.protocol = IPPROTO_TCP,
};

FIXTURE_VARIANT_ADD(stream, mptcp_ipv4){
	.family = AF_INET,
	.protocol = IPPROTO_MPTCP,
};

FIXTURE_VARIANT_ADD(stream, mptcp_ipv6){
	.family = AF_INET6,
	.protocol = IPPROTO_MPTCP,
};

FIXTURE_SETUP(stream)
{
	bypass_open(_metadata, &self->ctl);
	self->plan = (struct plan){
		.family = variant->family,
		.type = SOCK_STREAM,
		.protocol = variant->protocol,
		.flags = MSG_FASTOPEN,
	};
	self->way = (struct way){
		.arg = &self->plan,
		.operation = SNET_OP_CONNECT,
		.family = variant->family,
		.type = SOCK_STREAM,
		.protocol = variant->protocol,
		.remote = &self->plan.to,
		.server = open_server(variant->family, SOCK_STREAM,
				      variant->protocol, &self->plan.to),
	};
}

FIXTURE_TEARDOWN(stream)
{
	controller_close(_metadata, &self->ctl);
}

static bool is_missing(const struct way *way)
{
	return way->server == -EPROTONOSUPPORT ||
	       way->server == -EAFNOSUPPORT || way->server == -ESOCKTNOSUPPORT;
}

#define CHECK_STREAM(_func)                                                    \
	do {                                                                   \
		if (is_missing(&self->way))                                    \
			SKIP(return, "no such protocol in this kernel");       \
		ASSERT_LT(0, self->way.server);                                \
		self->way.func = _func;                                        \
		check_way(_metadata, &self->ctl, &self->way);                  \
	} while (0)

/* MPTCP has learned it in 6.2; before, it refuses what snet has asked about. */
static bool knows_fastopen(struct plan plan)
{
	/* Nobody listens there. */
	plan.to = loopback(plan.family, 1);
	return plan_sendto(&plan) != -EOPNOTSUPP;
}

#define CHECK_FASTOPEN(_func)                                                  \
	do {                                                                   \
		self->way.func = _func;                                        \
		if (knows_fastopen(self->plan))                                \
			CHECK_STREAM(_func);                                   \
		else                                                           \
			go_way(_metadata, &self->ctl, &self->way,              \
			       SNET_VERDICT_DENY, EPERM);                      \
	} while (0)

TEST_F(stream, connect)
{
	CHECK_STREAM(plan_connect);
}

TEST_F(stream, fastopen_sendto)
{
	CHECK_FASTOPEN(plan_sendto);
}

TEST_F(stream, fastopen_sendmsg)
{
	CHECK_FASTOPEN(plan_sendmsg);
}

TEST_F(stream, fastopen_sendmmsg)
{
	CHECK_FASTOPEN(plan_sendmmsg);
}

TEST_F(stream, fastopen_connect)
{
	if (variant->protocol == IPPROTO_MPTCP)
		SKIP(return, "an option of TCP");
	CHECK_STREAM(plan_fastopen_connect);
}

static long accept_from(const void *fd)
{
	int newfd = accept(*(const int *)fd, NULL, NULL);

	return newfd < 0 ? -errno : newfd;
}

/* The peer of an MPTCP listener may speak TCP: then the connection is TCP. */
TEST_F(stream, accept_from_tcp)
{
	struct nl_event *request;
	struct child child;
	int fd;

	if (is_missing(&self->way))
		SKIP(return, "no such protocol in this kernel");
	ASSERT_LT(0, self->way.server);
	fd = socket(variant->family, SOCK_STREAM, IPPROTO_TCP);
	ASSERT_EQ(0, connect(fd, &self->plan.to.any, self->plan.to.len));
	child_start(_metadata, &child, accept_from, &self->way.server);
	request = expect_request(_metadata, &self->ctl, SNET_OP_ACCEPT,
				 variant->family, SOCK_STREAM, IPPROTO_TCP);
	EXPECT_EQ(0, answer(&self->ctl, request, SNET_VERDICT_DENY, 0));
	EXPECT_EQ(-ECONNABORTED, child_result(_metadata, &child));
	nl_free(request);
	child_end(&child);
	close(fd);
}

/*
 * SCTP. Its servers are of one kind or the other, clients likewise; what is
 * asked about depends on the client's.
 */
FIXTURE(sctp)
{
	struct controller ctl;
	struct plan plan;
	struct way way;
	struct address none;
};

FIXTURE_VARIANT(sctp)
{
	int family;
	int type;
};

FIXTURE_VARIANT_ADD(sctp, one_to_one_ipv4){
	.family = AF_INET,
	.type = SOCK_STREAM,
};

FIXTURE_VARIANT_ADD(sctp, one_to_one_ipv6){
	.family = AF_INET6,
	.type = SOCK_STREAM,
};

FIXTURE_VARIANT_ADD(sctp, one_to_many_ipv4){
	.family = AF_INET,
	.type = SOCK_SEQPACKET,
};

FIXTURE_VARIANT_ADD(sctp, one_to_many_ipv6){
	.family = AF_INET6,
	.type = SOCK_SEQPACKET,
};

FIXTURE_SETUP(sctp)
{
	bypass_open(_metadata, &self->ctl);
	self->plan = (struct plan){
		.family = variant->family,
		.type = variant->type,
		.protocol = IPPROTO_SCTP,
	};
	self->way = (struct way){
		.arg = &self->plan,
		.operation = SNET_OP_CONNECT,
		.family = variant->family,
		.type = variant->type,
		.protocol = IPPROTO_SCTP,
		.remote = &self->plan.to,
		.server = open_server(variant->family, SOCK_STREAM,
				      IPPROTO_SCTP, &self->plan.to),
	};
}

FIXTURE_TEARDOWN(sctp)
{
	controller_close(_metadata, &self->ctl);
}

static long do_connectx(const void *arg)
{
	const struct plan *plan = arg;
	int fd = plan_socket(plan);

	return bypass_end(fd,
			  setsockopt(fd, IPPROTO_SCTP, SCTP_SOCKOPT_CONNECTX,
				     &plan->to.any, plan->to.len));
}

static long do_connectx_old(const void *arg)
{
	const struct plan *plan = arg;
	int fd = plan_socket(plan);

	return bypass_end(fd, setsockopt(fd, IPPROTO_SCTP,
					 SCTP_SOCKOPT_CONNECTX_OLD,
					 &plan->to.any, plan->to.len));
}

/* An option that is read, and connects. */
static long do_connectx3(const void *arg)
{
	const struct plan *plan = arg;
	struct sctp_getaddrs_old param = {
		.addr_num = plan->to.len,
		.addrs = (void *)&plan->to.any,
	};
	socklen_t len = sizeof(param);
	int fd = plan_socket(plan);

	return bypass_end(fd, getsockopt(fd, IPPROTO_SCTP,
					 SCTP_SOCKOPT_CONNECTX3, &param, &len));
}

static long do_bindx(const void *arg)
{
	const struct plan *plan = arg;
	struct address address = loopback(plan->family, 0);
	int fd = plan_socket(plan);

	return bypass_end(fd,
			  setsockopt(fd, IPPROTO_SCTP, SCTP_SOCKOPT_BINDX_ADD,
				     &address.any, address.len));
}

/* Sends to one address, and has the association know of another. */
static long do_send_to_more(const void *arg)
{
	const struct plan *plan = arg;
	struct in_addr more = { .s_addr = htonl(0x7f000002) };
	char control[CMSG_SPACE(sizeof(more))] = {};
	struct cmsghdr *cmsg = (void *)control;
	struct iovec iov;
	struct msghdr msg = message_to(plan, &iov);
	int fd = plan_socket(plan);

	msg.msg_control = control;
	msg.msg_controllen = sizeof(control);
	cmsg->cmsg_level = IPPROTO_SCTP;
	cmsg->cmsg_type = SCTP_DSTADDRV4;
	cmsg->cmsg_len = CMSG_LEN(sizeof(more));
	memcpy(CMSG_DATA(cmsg), &more, sizeof(more));
	return bypass_end(fd, sendmsg(fd, &msg, 0));
}

TEST_F(sctp, connect)
{
	CHECK_STREAM(plan_connect);
}

TEST_F(sctp, sendto)
{
	if (variant->type == SOCK_SEQPACKET)
		self->way.operation = SNET_OP_SEND;
	CHECK_STREAM(plan_sendto);
}

TEST_F(sctp, sendmsg)
{
	if (variant->type == SOCK_SEQPACKET)
		self->way.operation = SNET_OP_SEND;
	CHECK_STREAM(plan_sendmsg);
}

/* Several addresses at once: asked about, without any of them. */
TEST_F(sctp, connectx)
{
	self->way.remote = &self->none;
	CHECK_STREAM(do_connectx);
}

TEST_F(sctp, connectx_old)
{
	self->way.remote = &self->none;
	CHECK_STREAM(do_connectx_old);
}

TEST_F(sctp, connectx3)
{
	self->way.remote = &self->none;
	CHECK_STREAM(do_connectx3);
}

TEST_F(sctp, send_to_more)
{
	if (variant->family != AF_INET)
		SKIP(return, "the additional address is of IPv4");
	self->way.remote = &self->none;
	if (variant->type == SOCK_SEQPACKET)
		self->way.operation = SNET_OP_SEND;
	CHECK_STREAM(do_send_to_more);
}

TEST_F(sctp, bindx)
{
	if (is_missing(&self->way))
		SKIP(return, "no such protocol in this kernel");
	self->way.operation = SNET_OP_BIND;
	self->way.remote = &self->none;
	close(self->way.server);
	self->way.server = 0;
	self->way.func = do_bindx;
	check_way(_metadata, &self->ctl, &self->way);
}

/* SMC begins as TCP, and remains that with a peer that does not know it. */
FIXTURE(smc)
{
	struct controller ctl;
	struct plan plan;
	struct way way;
};

FIXTURE_VARIANT(smc)
{
	int family;
	int protocol;
};

FIXTURE_VARIANT_ADD(smc, by_family){
	.family = AF_SMC,
	.protocol = 0,
};

FIXTURE_VARIANT_ADD(smc, by_protocol){
	.family = AF_INET,
	.protocol = IPPROTO_SMC,
};

FIXTURE_SETUP(smc)
{
	int fd;

	bypass_open(_metadata, &self->ctl);
	self->plan = (struct plan){
		.family = variant->family,
		.type = SOCK_STREAM,
		.protocol = variant->protocol,
		.flags = MSG_FASTOPEN,
	};
	self->way = (struct way){
		.arg = &self->plan,
		.operation = SNET_OP_CONNECT,
		.family = variant->family,
		.type = SOCK_STREAM,
		.protocol = variant->protocol,
		.remote = &self->plan.to,
		.server = open_server(AF_INET, SOCK_STREAM, IPPROTO_TCP,
				      &self->plan.to),
	};
	ASSERT_LT(0, self->way.server);
	fd = plan_socket(&self->plan);
	if (fd < 0) {
		close(self->way.server);
		self->way.server = -errno;
	} else {
		close(fd);
	}
}

FIXTURE_TEARDOWN(smc)
{
	controller_close(_metadata, &self->ctl);
}

/*
 * An option that SMC does not have turns the descriptor into one of the
 * kernel's own TCP socket beneath, which is not connected yet.
 */
static int fall_back(const struct plan *plan)
{
	int fd = plan_socket(plan);
	const int on = 1;

	if (setsockopt(fd, SOL_TCP, TCP_FASTOPEN_NO_COOKIE, &on, sizeof(on))) {
		close(fd);
		return -1;
	}
	return fd;
}

static long do_fall_back_and_connect(const void *arg)
{
	const struct plan *plan = arg;
	int fd = fall_back(plan);

	return bypass_end(fd, connect(fd, &plan->to.any, plan->to.len));
}

static long do_fall_back_and_send(const void *arg)
{
	const struct plan *plan = arg;
	int fd = fall_back(plan);

	return bypass_end(fd, sendto(fd, "x", 1, MSG_FASTOPEN, &plan->to.any,
				     plan->to.len));
}

static long do_fall_back_and_bind(const void *arg)
{
	const struct address any = loopback(AF_INET, 0);
	const struct plan *plan = arg;
	int fd = fall_back(plan);

	return bypass_end(fd, bind(fd, &any.any, any.len));
}

TEST_F(smc, connect)
{
	CHECK_STREAM(plan_connect);
}

TEST_F(smc, fastopen)
{
	CHECK_STREAM(plan_sendto);
}

TEST_F(smc, connect_after_fallback)
{
	self->way.family = AF_INET;
	self->way.protocol = IPPROTO_TCP;
	CHECK_STREAM(do_fall_back_and_connect);
}

TEST_F(smc, fastopen_after_fallback)
{
	self->way.family = AF_INET;
	self->way.protocol = IPPROTO_TCP;
	CHECK_STREAM(do_fall_back_and_send);
}

TEST_F(smc, bind_after_fallback)
{
	if (is_missing(&self->way))
		SKIP(return, "no such protocol in this kernel");
	self->way.operation = SNET_OP_BIND;
	self->way.family = AF_INET;
	self->way.protocol = IPPROTO_TCP;
	self->way.remote = NULL;
	close(self->way.server);
	self->way.server = 0;
	self->way.func = do_fall_back_and_bind;
	check_way(_metadata, &self->ctl, &self->way);
}

TEST_HARNESS_MAIN
