// SPDX-License-Identifier: GPL-2.0-only
/*
 * snet selftests: who is asked for: whoever makes the call, whosever the socket
 */
#include <pthread.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "bypass.h"

#define STORM 32

/* What a child does, on a socket that the test has opened. */
struct plan {
	int family;
	int type;
	/* The test's, and what leads to the child. */
	int fd;
	int channel[2];
	struct address to;
	/* It sends instead of connecting. */
	bool sends;
};

FIXTURE(descriptor)
{
	struct controller ctl;
	struct plan plan;
	struct way way;
};

FIXTURE_VARIANT(descriptor)
{
	int type;
};

FIXTURE_VARIANT_ADD(descriptor, connect){
	.type = SOCK_STREAM,
};

FIXTURE_VARIANT_ADD(descriptor, send){
	.type = SOCK_DGRAM,
};

FIXTURE_SETUP(descriptor)
{
	const bool sends = variant->type == SOCK_DGRAM;

	bypass_open(_metadata, &self->ctl);
	self->plan = (struct plan){
		.family = AF_INET,
		.type = variant->type,
		.sends = sends,
		.fd = socket(AF_INET, variant->type, 0),
	};
	ASSERT_LE(0, self->plan.fd);
	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_DGRAM, 0, self->plan.channel));
	self->way = (struct way){
		.arg = &self->plan,
		.operation = sends ? SNET_OP_SEND : SNET_OP_CONNECT,
		.family = AF_INET,
		.type = variant->type,
		.protocol = sends ? IPPROTO_UDP : IPPROTO_TCP,
		.remote = &self->plan.to,
		.server =
			open_server(AF_INET, variant->type, 0, &self->plan.to),
		.as = { .uid = 65534, .gid = 65534 },
	};
}

FIXTURE_TEARDOWN(descriptor)
{
	controller_close(_metadata, &self->ctl);
}

static long use(const struct plan *plan, int fd)
{
	long ret;

	if (plan->sends)
		ret = sendto(fd, "x", 1, 0, &plan->to.any, plan->to.len);
	else
		ret = connect(fd, &plan->to.any, plan->to.len);
	return ret < 0 ? -errno : 0;
}

static long use_inherited(const void *arg)
{
	const struct plan *plan = arg;

	return use(plan, plan->fd);
}

TEST_F(descriptor, inherited)
{
	self->way.func = use_inherited;
	check_way(_metadata, &self->ctl, &self->way);
}

static int send_descriptor(int channel, int fd)
{
	char control[CMSG_SPACE(sizeof(fd))] = {};
	struct iovec iov = { .iov_base = "", .iov_len = 1 };
	struct msghdr msg = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	struct cmsghdr *cmsg = CMSG_FIRSTHDR(&msg);

	cmsg->cmsg_level = SOL_SOCKET;
	cmsg->cmsg_type = SCM_RIGHTS;
	cmsg->cmsg_len = CMSG_LEN(sizeof(fd));
	memcpy(CMSG_DATA(cmsg), &fd, sizeof(fd));
	return sendmsg(channel, &msg, 0);
}

static int receive_descriptor(int channel)
{
	char control[CMSG_SPACE(sizeof(int))] = {};
	char byte;
	struct iovec iov = { .iov_base = &byte, .iov_len = 1 };
	struct msghdr msg = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	int fd;

	if (recvmsg(channel, &msg, 0) != 1 || !CMSG_FIRSTHDR(&msg))
		return -1;
	memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&msg)), sizeof(fd));
	return fd;
}

static long use_received(const void *arg)
{
	const struct plan *plan = arg;

	return use(plan, receive_descriptor(plan->channel[1]));
}

TEST_F(descriptor, passed)
{
	self->way.func = use_received;
	ASSERT_EQ(1, send_descriptor(self->plan.channel[0], self->plan.fd));
	ASSERT_EQ(1, send_descriptor(self->plan.channel[0], self->plan.fd));
	check_way(_metadata, &self->ctl, &self->way);
}

static long use_taken(const void *arg)
{
	const struct plan *plan = arg;
	int pidfd = syscall(SYS_pidfd_open, getppid(), 0);
	int fd = syscall(SYS_pidfd_getfd, pidfd, plan->fd, 0);

	return fd < 0 ? -errno : use(plan, fd);
}

TEST_F(descriptor, taken)
{
	/* Only who may trace the test can do that. */
	memset(&self->way.as, 0, sizeof(self->way.as));
	self->way.func = use_taken;
	check_way(_metadata, &self->ctl, &self->way);
}

/* A listening socket is used by who accepts, too. */
static long accept_inherited(const void *arg)
{
	const int *server = arg;
	int fd = accept(*server, NULL, NULL);

	return fd < 0 ? -errno : fd;
}

TEST_F(descriptor, accept)
{
	int fd = self->plan.fd;

	if (variant->type != SOCK_STREAM)
		SKIP(return, "of connections");
	ASSERT_EQ(0, connect(fd, &self->plan.to.any, self->plan.to.len));
	self->way.func = accept_inherited;
	self->way.arg = &self->way.server;
	self->way.operation = SNET_OP_ACCEPT;
	self->way.remote = NULL;
	go_way(_metadata, &self->ctl, &self->way, SNET_VERDICT_DENY,
	       ECONNABORTED);
}

static long write_inherited(const void *arg)
{
	const struct plan *plan = arg;

	return send(plan->fd, "x", 1, 0) < 0 ? -errno : 0;
}

/* Not held, and documented: a connection that was asked about elsewhere. */
TEST_F(descriptor, connected)
{
	ASSERT_EQ(0, connect(self->plan.fd, &self->plan.to.any,
			     self->plan.to.len));
	EXPECT_EQ(0, child_call(_metadata, write_inherited, &self->plan));
	expect_quiet(_metadata, &self->ctl);
	EXPECT_TRUE(has_come(self->way.server, NL_PATIENCE));
}

/* Processes that are more than one. */

FIXTURE(process)
{
	struct controller ctl;
	struct child child;
	struct plan plan;
	int server;
};

FIXTURE_SETUP(process)
{
	bypass_open(_metadata, &self->ctl);
	memset(&self->child, 0, sizeof(self->child));
	memset(&self->plan, 0, sizeof(self->plan));
	self->plan.family = AF_INET;
	self->plan.type = SOCK_STREAM;
	self->server = open_server(AF_INET, SOCK_STREAM, 0, &self->plan.to);
	ASSERT_LT(0, self->server);
}

FIXTURE_TEARDOWN(process)
{
	child_end(&self->child);
	controller_close(_metadata, &self->ctl);
}

static long connect_once(const void *arg)
{
	const struct plan *plan = arg;
	int fd = socket(plan->family, plan->type, 0);

	return bypass_end(fd, connect(fd, &plan->to.any, plan->to.len));
}

static void *connect_in_thread(void *plan)
{
	return (void *)connect_once(plan);
}

static struct nl_event *expect_connect(struct __test_metadata *_metadata,
				       struct controller *ctl,
				       const struct plan *plan)
{
	struct nl_event *request = expect_request(_metadata, ctl,
						  SNET_OP_CONNECT, AF_INET,
						  SOCK_STREAM, IPPROTO_TCP);

	expect_address(_metadata, request, SNET_A_REMOTE_ADDR, &plan->to);
	return request;
}

/* Two threads at once. Tells of the second, returns of the first. */
static long connect_twice(const void *arg)
{
	pthread_t first, second;
	void *result;

	if (pthread_create(&first, NULL, connect_in_thread, (void *)arg) ||
	    pthread_create(&second, NULL, connect_in_thread, (void *)arg))
		return -EAGAIN;
	pthread_join(second, &result);
	child_tell((long)result);
	pthread_join(first, &result);
	return (long)result;
}

/* That one is held lets no other pass. */
TEST_F(process, threads)
{
	struct nl_event *requests[2];

	child_start(_metadata, &self->child, connect_twice, &self->plan);
	requests[0] = expect_connect(_metadata, &self->ctl, &self->plan);
	requests[1] = expect_connect(_metadata, &self->ctl, &self->plan);
	EXPECT_EQ(self->child.pid, nl_u32(requests[0], SNET_A_PID));
	EXPECT_EQ(self->child.pid, nl_u32(requests[1], SNET_A_PID));
	EXPECT_NE(nl_u32(requests[0], SNET_A_TID),
		  nl_u32(requests[1], SNET_A_TID));
	EXPECT_NE(self->child.pid, nl_u32(requests[1], SNET_A_TID));
	expect_held(_metadata, &self->child);
	EXPECT_EQ(0, answer(&self->ctl, requests[0], SNET_VERDICT_DENY, EPERM));
	EXPECT_EQ(0, answer(&self->ctl, requests[1], SNET_VERDICT_DENY, EPERM));
	EXPECT_EQ(-EPERM, child_result(_metadata, &self->child));
	EXPECT_EQ(-EPERM, child_result(_metadata, &self->child));
	EXPECT_FALSE(has_come(self->server, 0));
	nl_free(requests[0]);
	nl_free(requests[1]);
}

/* Many at once, each forked by the one before; returns how many got through. */
static long fork_storm(const void *arg)
{
	long through = 0;
	int status;
	pid_t pid;
	int i;

	for (i = 0; i < STORM; i++) {
		pid = fork();
		if (pid < 0)
			return -errno;
		if (!pid)
			_exit(connect_once(arg) ? 1 : 0);
	}
	while (wait(&status) > 0)
		if (!WIFEXITED(status) || !WEXITSTATUS(status))
			through++;
	return through;
}

TEST_F(process, fork_storm)
{
	struct nl_event *requests[STORM];
	int i, j;

	child_start(_metadata, &self->child, fork_storm, &self->plan);
	for (i = 0; i < STORM; i++) {
		requests[i] =
			expect_connect(_metadata, &self->ctl, &self->plan);
		for (j = 0; j < i; j++) {
			EXPECT_NE(nl_u32(requests[j], SNET_A_PID),
				  nl_u32(requests[i], SNET_A_PID));
			EXPECT_NE(nl_u64(requests[j], SNET_A_ID),
				  nl_u64(requests[i], SNET_A_ID));
		}
	}
	/* Not in the order in which they came. */
	for (i = STORM; i--;) {
		EXPECT_EQ(0, answer(&self->ctl, requests[i], SNET_VERDICT_DENY,
				    EPERM));
		nl_free(requests[i]);
	}
	EXPECT_EQ(0, child_result(_metadata, &self->child));
	EXPECT_FALSE(has_come(self->server, 0));
}

/* The parent sleeps meanwhile, and has the memory; but it does not call. */
static long connect_in_vfork(const void *arg)
{
	const struct plan *plan = arg;
	int fd = socket(plan->family, plan->type, 0);
	volatile long result = 0;
	pid_t pid = vfork();

	if (pid < 0)
		return -errno;
	if (!pid) {
		if (connect(fd, &plan->to.any, plan->to.len))
			result = -errno;
		_exit(0);
	}
	waitpid(pid, NULL, 0);
	return result;
}

TEST_F(process, vfork)
{
	struct nl_event *request;

	child_start(_metadata, &self->child, connect_in_vfork, &self->plan);
	request = expect_connect(_metadata, &self->ctl, &self->plan);
	EXPECT_NE(self->child.pid, nl_u32(request, SNET_A_PID));
	expect_held(_metadata, &self->child);
	EXPECT_EQ(0, answer(&self->ctl, request, SNET_VERDICT_DENY, EPERM));
	EXPECT_EQ(-EPERM, child_result(_metadata, &self->child));
	EXPECT_FALSE(has_come(self->server, 0));
	nl_free(request);
}

/* One thread is held, another executes: the first is not there any more. */
static long connect_and_execute(const void *arg)
{
	char port[64];
	const struct plan *plan = arg;
	pthread_t thread;

	if (pthread_create(&thread, NULL, connect_in_thread, (void *)arg))
		return -EAGAIN;
	child_await();
	snprintf(port, sizeof(port), "exec 3<>/dev/tcp/127.0.0.1/%u",
		 port_of(&plan->to));
	execl("/bin/bash", "bash", "-c", port, NULL);
	return -errno;
}

TEST_F(process, execute_while_held)
{
	struct nl_event *request, *event, *after;
	int status;

	child_start(_metadata, &self->child, connect_and_execute, &self->plan);
	request = expect_connect(_metadata, &self->ctl, &self->plan);
	child_go(&self->child);
	event = expect_event(_metadata, &self->ctl, SNET_CMD_CANCEL);
	EXPECT_EQ(nl_u64(request, SNET_A_ID), nl_u64(event, SNET_A_ID));
	EXPECT_EQ(SNET_CANCEL_KILLED, nl_u32(event, SNET_A_REASON));
	/* An answer to the old program is none to the new one. */
	EXPECT_EQ(-ENOENT, allow(&self->ctl, request));
	after = expect_connect(_metadata, &self->ctl, &self->plan);
	EXPECT_EQ(self->child.pid, nl_u32(after, SNET_A_PID));
	EXPECT_NE(nl_u64(request, SNET_A_PROCESS),
		  nl_u64(after, SNET_A_PROCESS));
	EXPECT_NE(NULL, strstr(nl_string(after, SNET_A_PROGRAM), "/bash"));
	EXPECT_EQ(0, answer(&self->ctl, after, SNET_VERDICT_DENY, EPERM));
	ASSERT_EQ(self->child.pid, waitpid(self->child.pid, &status, 0));
	EXPECT_TRUE(WIFEXITED(status));
	EXPECT_NE(0, WEXITSTATUS(status));
	EXPECT_FALSE(has_come(self->server, 0));
	self->child.pid = 0;
	nl_free(request);
	nl_free(event);
	nl_free(after);
}

TEST_HARNESS_MAIN
