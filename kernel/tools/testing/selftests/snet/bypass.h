/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * snet selftests: ways that might go round it
 *
 * All with the set of what is mediated that the kernel begins with: a way that
 * is held only after somebody has thought of it is not held.
 */
#ifndef _SNET_SELFTEST_BYPASS_H
#define _SNET_SELFTEST_BYPASS_H

#include <linux/if_ether.h>
#include <netinet/tcp.h>

#include "common.h"

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif

/* A call that is to be held, and what has to be known of it meanwhile. */
struct way {
	child_func func;
	const void *arg;
	/* Who goes it; all zero for a child of the test like itself. */
	struct child_as as;
	int operation;
	int family;
	int type;
	int protocol;
	/* What is asked for; NULL if nothing is to be said of it. */
	const struct address *remote;
	const struct address *local;
	/* Of the test, where it leads to; 0 if it leads nowhere. */
	int server;
	/* The result when it is allowed; anything not negative when it is 0. */
	long result;
};

/* Takes one connection or datagram from a server, if one comes in time. */
static inline bool has_come(int server, int timeout)
{
	struct pollfd pfd = { .fd = server, .events = POLLIN };
	int listens = 0;
	socklen_t len = sizeof(listens);
	char byte;
	int fd;

	if (poll(&pfd, 1, timeout) <= 0)
		return false;
	getsockopt(server, SOL_SOCKET, SO_ACCEPTCONN, &listens, &len);
	if (!listens)
		return recv(server, &byte, 1, MSG_DONTWAIT) >= 0;
	fd = accept(server, NULL, NULL);
	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

/* The call is made, and asks. Only that it asks is known then. */
static inline struct nl_event *expect_way(struct __test_metadata *_metadata,
					  struct controller *ctl,
					  struct child *child,
					  const struct way *way)
{
	struct nl_event *request;

	request = expect_request(_metadata, ctl, way->operation, way->family,
				 way->type, way->protocol);
	EXPECT_EQ(child->pid, nl_u32(request, SNET_A_PID));
	EXPECT_EQ(way->as.uid, nl_u32(request, SNET_A_UID));
	if (way->remote)
		expect_address(_metadata, request, SNET_A_REMOTE_ADDR,
			       way->remote);
	if (way->local)
		expect_address(_metadata, request, SNET_A_LOCAL_ADDR,
			       way->local);
	expect_held(_metadata, child);
	return request;
}

static inline void go_way(struct __test_metadata *_metadata,
			  struct controller *ctl, const struct way *way,
			  enum snet_verdict verdict, int error)
{
	struct nl_event *request;
	struct child child;
	long result;

	child_start_as(_metadata, &child, way->func, way->arg, &way->as);
	request = expect_way(_metadata, ctl, &child, way);
	EXPECT_EQ(0, answer(ctl, request, verdict, error));
	result = child_result(_metadata, &child);
	/* Of what may be anything, only whether it is an error counts. */
	if (!error && !way->result && result > 0)
		result = 0;
	EXPECT_EQ(error ? -error : way->result, result);
	expect_quiet(_metadata, ctl);
	nl_free(request);
	child_end(&child);
}

/* Held; denied it reaches nobody, allowed it gets there: once, in all. */
static inline void check_way(struct __test_metadata *_metadata,
			     struct controller *ctl, const struct way *way)
{
	go_way(_metadata, ctl, way, SNET_VERDICT_DENY, EPERM);
	EXPECT_FALSE(way->server && has_come(way->server, 0));
	go_way(_metadata, ctl, way, SNET_VERDICT_ALLOW, 0);
	EXPECT_TRUE(!way->server || has_come(way->server, NL_PATIENCE));
	EXPECT_FALSE(way->server && has_come(way->server, 0));
}

/* Becomes the controller of what is mediated by default. */
static inline void bypass_open(struct __test_metadata *_metadata,
			       struct controller *ctl)
{
	controller_open(_metadata, ctl);
	controller_restore_mediated(ctl);
}

/* In a child: closes @fd; what a call has returned becomes a result. */
static inline long bypass_end(int fd, long ret)
{
	if (ret < 0)
		ret = -errno;
	close(fd);
	return ret;
}

#endif /* _SNET_SELFTEST_BYPASS_H */
