// SPDX-License-Identifier: GPL-2.0-only
/*
 * snet selftests: calls by io_uring
 *
 * Whichever thread makes the call, it is asked about as one of the process that
 * wanted it: the one that submits, the kernel's thread that polls the ring
 * (SQPOLL), or one of its workers (io-wq).
 */
#include <linux/io_uring.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include "bypass.h"

#define TEST_UID 65534

/* A ring for one request at a time. */
struct ring {
	int fd;
	bool is_polled;
	struct io_uring_sqe *sqes;
	char *rings;
	struct io_uring_params params;
};

static int ring_open(struct ring *ring, bool is_polled)
{
	const off_t where = IORING_OFF_SQ_RING;
	const size_t len = 65536;

	memset(ring, 0, sizeof(*ring));
	ring->is_polled = is_polled;
	if (is_polled)
		ring->params.flags = IORING_SETUP_SQPOLL;
	ring->fd = syscall(SYS_io_uring_setup, 4, &ring->params);
	if (ring->fd < 0)
		return -errno;
	/* One mapping has both; of more than there is only that can be read. */
	ring->rings = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED,
			   ring->fd, where);
	ring->sqes = mmap(NULL, ring->params.sq_entries * sizeof(*ring->sqes),
			  PROT_READ | PROT_WRITE, MAP_SHARED, ring->fd,
			  IORING_OFF_SQES);
	if (ring->rings == MAP_FAILED || ring->sqes == MAP_FAILED)
		return -errno;
	return 0;
}

static __u32 *ring_word(const struct ring *ring, __u32 offset)
{
	return (__u32 *)(ring->rings + offset);
}

static void ring_submit(struct ring *ring, const struct io_uring_sqe *sqe)
{
	const __u32 slot = *ring_word(ring, ring->params.sq_off.tail) &
			   *ring_word(ring, ring->params.sq_off.ring_mask);

	ring->sqes[slot] = *sqe;
	ring_word(ring, ring->params.sq_off.array)[slot] = slot;
	__atomic_add_fetch(ring_word(ring, ring->params.sq_off.tail), 1,
			   __ATOMIC_RELEASE);
}

/* The result of one request. */
static long ring_run(struct ring *ring, const struct io_uring_sqe *sqe)
{
	const struct io_uring_cqe *cqes;
	unsigned int flags = IORING_ENTER_GETEVENTS;
	__u32 head = *ring_word(ring, ring->params.cq_off.head);

	if (ring->is_polled)
		flags |= IORING_ENTER_SQ_WAKEUP;
	ring_submit(ring, sqe);
	if (syscall(SYS_io_uring_enter, ring->fd, 1, 1, flags, NULL, 0) < 0)
		return -errno;
	if (head == __atomic_load_n(ring_word(ring, ring->params.cq_off.tail),
				    __ATOMIC_ACQUIRE))
		return -EAGAIN;
	cqes = (void *)(ring->rings + ring->params.cq_off.cqes);
	head &= *ring_word(ring, ring->params.cq_off.ring_mask);
	return cqes[head].res;
}

/* What a child does. */
struct plan {
	bool is_polled;
	/* IOSQE_ASYNC for a worker. */
	__u8 flags;
	__u8 opcode;
	struct call call;
};

/* Sends one byte to the address, or connects to it, or accepts, ... */
static long do_plan(const void *arg)
{
	const struct plan *plan = arg;
	const struct call *call = &plan->call;
	struct iovec iov = { .iov_base = "x", .iov_len = 1 };
	struct msghdr msg = {
		.msg_name = (void *)&call->address.any,
		.msg_namelen = call->address.len,
		.msg_iov = &iov,
		.msg_iovlen = 1,
	};
	struct io_uring_sqe sqe = {
		.opcode = plan->opcode,
		.flags = plan->flags,
	};
	struct ring ring;
	long err;

	err = ring_open(&ring, plan->is_polled);
	if (err)
		return err;
	sqe.fd = call->fd;
	if (plan->opcode != IORING_OP_SOCKET && !call->fd)
		sqe.fd = socket(call->family, call->type, call->protocol);
	switch (plan->opcode) {
	case IORING_OP_CONNECT:
		sqe.addr = (unsigned long)&call->address.any;
		sqe.off = call->address.len;
		break;
	case IORING_OP_SENDMSG:
		sqe.addr = (unsigned long)&msg;
		sqe.len = 1;
		break;
	case IORING_OP_SEND_ZC:
		sqe.addr = (unsigned long)iov.iov_base;
		sqe.len = 1;
		sqe.addr2 = (unsigned long)&call->address.any;
		sqe.addr_len = call->address.len;
		break;
	case IORING_OP_SOCKET:
		sqe.fd = call->family;
		sqe.off = call->type;
		sqe.len = call->protocol;
		break;
	}
	return ring_run(&ring, &sqe);
}

FIXTURE(uring)
{
	struct controller ctl;
	struct plan plan;
	struct way way;
	char program[256];
};

FIXTURE_VARIANT(uring)
{
	bool is_polled;
	__u8 flags;
};

FIXTURE_VARIANT_ADD(uring, submitter){
	.flags = 0,
};

FIXTURE_VARIANT_ADD(uring, worker){
	.flags = IOSQE_ASYNC,
};

FIXTURE_VARIANT_ADD(uring, poller){
	.is_polled = true,
};

FIXTURE_VARIANT_ADD(uring, poller_worker){
	.is_polled = true,
	.flags = IOSQE_ASYNC,
};

FIXTURE_SETUP(uring)
{
	ssize_t len;

	bypass_open(_metadata, &self->ctl);
	memset(&self->plan, 0, sizeof(self->plan));
	self->plan.is_polled = variant->is_polled;
	self->plan.flags = variant->flags;
	self->way = (struct way){
		.func = do_plan,
		.arg = &self->plan,
		.as = { .uid = TEST_UID, .gid = TEST_UID },
	};
	len = readlink("/proc/self/exe", self->program,
		       sizeof(self->program) - 1);
	ASSERT_LT(0, len);
	self->program[len] = '\0';
}

FIXTURE_TEARDOWN(uring)
{
	controller_close(_metadata, &self->ctl);
}

/* Held, and known for what it is; then as check_way(). */
static void check_ring(struct __test_metadata *_metadata,
		       struct controller *ctl, const struct way *way)
{
	const struct plan *plan = way->arg;
	struct nl_event *request;
	struct child child;

	child_start_as(_metadata, &child, way->func, way->arg, &way->as);
	request = expect_way(_metadata, ctl, &child, way);
	EXPECT_EQ(TEST_UID, nl_u32(request, SNET_A_EUID));
	EXPECT_EQ(TEST_UID, nl_u32(request, SNET_A_GID));
	EXPECT_EQ(!plan->is_polled && !plan->flags,
		  child.pid == nl_u32(request, SNET_A_TID));
	EXPECT_NE(NULL, strstr(nl_string(request, SNET_A_PROGRAM),
			       "bypass_uring_test"));
	/* The end of the process is the end of the question. */
	child_end(&child);
	nl_free(request);
	request = expect_event(_metadata, ctl, SNET_CMD_CANCEL);
	EXPECT_EQ(SNET_CANCEL_KILLED, nl_u32(request, SNET_A_REASON));
	nl_free(request);
	EXPECT_FALSE(way->server && has_come(way->server, 0));

	check_way(_metadata, ctl, way);
}

#define SKIP_WITHOUT_RING()                                                    \
	do {                                                                   \
		struct ring ring;                                              \
                                                                               \
		if (ring_open(&ring, false) == -ENOSYS)                        \
			SKIP(return, "no io_uring in this kernel");            \
		close(ring.fd);                                                \
	} while (0)

TEST_F(uring, connect)
{
	SKIP_WITHOUT_RING();
	self->plan.opcode = IORING_OP_CONNECT;
	self->plan.call.family = AF_INET;
	self->plan.call.type = SOCK_STREAM;
	self->way.operation = SNET_OP_CONNECT;
	self->way.family = AF_INET;
	self->way.type = SOCK_STREAM;
	self->way.protocol = IPPROTO_TCP;
	self->way.remote = &self->plan.call.address;
	self->way.server =
		open_server(AF_INET, SOCK_STREAM, 0, &self->plan.call.address);
	check_ring(_metadata, &self->ctl, &self->way);
}

static void plan_send(struct plan *plan, struct way *way, __u8 opcode)
{
	plan->opcode = opcode;
	plan->call.family = AF_INET6;
	plan->call.type = SOCK_DGRAM;
	way->operation = SNET_OP_SEND;
	way->family = AF_INET6;
	way->type = SOCK_DGRAM;
	way->protocol = IPPROTO_UDP;
	way->remote = &plan->call.address;
	way->server = open_server(AF_INET6, SOCK_DGRAM, 0, &plan->call.address);
	way->result = 1;
}

/*
 * io_uring sends without waiting, if it can. So that the thread waits, and not
 * the datagram, it has to be said.
 */
static void hold_thread(struct __test_metadata *_metadata,
			struct controller *ctl)
{
	mediate(_metadata, ctl, SNET_OP_SEND, AF_INET6, ANY, ANY);
}

TEST_F(uring, sendmsg)
{
	SKIP_WITHOUT_RING();
	hold_thread(_metadata, &self->ctl);
	plan_send(&self->plan, &self->way, IORING_OP_SENDMSG);
	check_ring(_metadata, &self->ctl, &self->way);
}

TEST_F(uring, send_zc)
{
	SKIP_WITHOUT_RING();
	hold_thread(_metadata, &self->ctl);
	plan_send(&self->plan, &self->way, IORING_OP_SEND_ZC);
	check_ring(_metadata, &self->ctl, &self->way);
}

/* Keeps the socket afterwards. */
static long do_plan_and_stay(const void *plan)
{
	child_tell(do_plan(plan));
	child_await();
	return 0;
}

/* The datagram waits, and its sender does not. */
static void check_flow(struct __test_metadata *_metadata,
		       struct controller *ctl, const struct way *way,
		       enum snet_verdict verdict)
{
	struct nl_event *request;
	struct child child;

	child_start_as(_metadata, &child, do_plan_and_stay, way->arg, &way->as);
	request = expect_request(_metadata, ctl, way->operation, way->family,
				 way->type, way->protocol);
	EXPECT_EQ(SNET_HOLD_FLOW, nl_u32(request, SNET_A_HOLD));
	EXPECT_EQ(child.pid, nl_u32(request, SNET_A_PID));
	EXPECT_EQ(TEST_UID, nl_u32(request, SNET_A_UID));
	EXPECT_EQ(1, child_result(_metadata, &child));
	EXPECT_FALSE(has_come(way->server, 0));
	EXPECT_EQ(0, answer(ctl, request, verdict, 0));
	if (verdict == SNET_VERDICT_ALLOW)
		EXPECT_TRUE(has_come(way->server, NL_PATIENCE));
	child_go(&child);
	EXPECT_EQ(0, child_result(_metadata, &child));
	EXPECT_FALSE(has_come(way->server, 0));
	nl_free(request);
	child_end(&child);
}

TEST_F(uring, sendmsg_flow)
{
	SKIP_WITHOUT_RING();
	plan_send(&self->plan, &self->way, IORING_OP_SENDMSG);
	check_flow(_metadata, &self->ctl, &self->way, SNET_VERDICT_DENY);
	check_flow(_metadata, &self->ctl, &self->way, SNET_VERDICT_ALLOW);
}

TEST_F(uring, socket)
{
	SKIP_WITHOUT_RING();
	self->plan.opcode = IORING_OP_SOCKET;
	self->plan.call.family = AF_VSOCK;
	self->plan.call.type = SOCK_STREAM;
	self->way.operation = SNET_OP_CREATE;
	self->way.family = AF_VSOCK;
	self->way.type = SOCK_STREAM;
	go_way(_metadata, &self->ctl, &self->way, SNET_VERDICT_DENY, EPERM);
}

TEST_F(uring, accept)
{
	struct address address;
	struct nl_event *request;
	struct child child;
	int fd;

	SKIP_WITHOUT_RING();
	self->plan.opcode = IORING_OP_ACCEPT;
	self->plan.call.fd = open_server(AF_INET, SOCK_STREAM, 0, &address);
	fd = socket(AF_INET, SOCK_STREAM, 0);
	ASSERT_EQ(0, connect(fd, &address.any, address.len));
	self->way.operation = SNET_OP_ACCEPT;
	self->way.family = AF_INET;
	self->way.type = SOCK_STREAM;
	self->way.protocol = IPPROTO_TCP;
	child_start_as(_metadata, &child, do_plan, &self->plan, &self->way.as);
	request = expect_way(_metadata, &self->ctl, &child, &self->way);
	EXPECT_TRUE(nl_has(request, SNET_A_REMOTE_ADDR));
	EXPECT_EQ(0, answer(&self->ctl, request, SNET_VERDICT_DENY, 0));
	EXPECT_EQ(-ECONNABORTED, child_result(_metadata, &child));
	expect_quiet(_metadata, &self->ctl);
	nl_free(request);
	child_end(&child);
	close(fd);
}

TEST_HARNESS_MAIN
