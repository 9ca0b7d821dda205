// SPDX-License-Identifier: GPL-2.0-only
/*
 * snet selftests: the system calls of 32-bit x86 programs, socketcall() above
 * all
 *
 * They can be made by a 64-bit program as well, if what they point to is where
 * 32 bits reach.
 */
#include <linux/net.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "bypass.h"

#ifdef __x86_64__

#define I386_NR_SOCKETCALL 102
#define I386_NR_CONNECT 362

/* All that a call needs, where it can be reached. */
struct low {
	__u32 args[6];
	struct address address;
	char byte;
	/* As a 32-bit program has them. */
	struct {
		__u32 base;
		__u32 len;
	} iov;
	struct {
		__u32 name;
		__s32 namelen;
		__u32 iov;
		__u32 iovlen;
		__u32 control;
		__u32 controllen;
		__u32 flags;
		__u32 len;
	} msg;
};

static __u32 low_address(const void *address)
{
	return (unsigned long)address;
}

static struct low *low_memory(const struct address *address)
{
	struct low *low = mmap(NULL, sizeof(*low), PROT_READ | PROT_WRITE,
			       MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);

	if (low == MAP_FAILED)
		_exit(1);
	if (address)
		low->address = *address;
	low->byte = 'x';
	low->iov.base = low_address(&low->byte);
	low->iov.len = 1;
	low->msg.name = low_address(&low->address.any);
	low->msg.namelen = low->address.len;
	low->msg.iov = low_address(&low->iov);
	low->msg.iovlen = 1;
	return low;
}

static long call_32(long nr, long a, long b, long c, long d, long e)
{
	long ret;

	asm volatile("int $0x80"
		     : "=a"(ret)
		     : "a"(nr), "b"(a), "c"(b), "d"(c), "S"(d), "D"(e)
		     : "memory", "r8", "r9", "r10", "r11");
	return (int)ret;
}

static long socketcall(int what, const struct low *low)
{
	return call_32(I386_NR_SOCKETCALL, what, low_address(low->args), 0, 0,
		       0);
}

static long old_socket(struct low *low, int family, int type, int protocol)
{
	low->args[0] = family;
	low->args[1] = type;
	low->args[2] = protocol;
	return socketcall(SYS_SOCKET, low);
}

static long old_connect(const void *arg)
{
	const struct call *call = arg;
	struct low *low = low_memory(&call->address);

	low->args[0] = old_socket(low, call->family, call->type, 0);
	low->args[1] = low_address(&low->address.any);
	low->args[2] = low->address.len;
	return socketcall(SYS_CONNECT, low);
}

static long new_connect(const void *arg)
{
	const struct call *call = arg;
	struct low *low = low_memory(&call->address);
	int fd = old_socket(low, call->family, call->type, 0);

	return call_32(I386_NR_CONNECT, fd, low_address(&low->address.any),
		       low->address.len, 0, 0);
}

static long old_sendto(const void *arg)
{
	const struct call *call = arg;
	struct low *low = low_memory(&call->address);

	low->args[0] = old_socket(low, call->family, call->type, 0);
	low->args[1] = low_address(&low->byte);
	low->args[2] = 1;
	low->args[3] = call->type == SOCK_STREAM ? MSG_FASTOPEN : 0;
	low->args[4] = low_address(&low->address.any);
	low->args[5] = low->address.len;
	return socketcall(SYS_SENDTO, low);
}

static long old_sendmsg(const void *arg)
{
	const struct call *call = arg;
	struct low *low = low_memory(&call->address);

	low->args[0] = old_socket(low, call->family, call->type, 0);
	low->args[1] = low_address(&low->msg);
	low->args[2] = call->type == SOCK_STREAM ? MSG_FASTOPEN : 0;
	return socketcall(SYS_SENDMSG, low);
}

static long old_sendmmsg(const void *arg)
{
	const struct call *call = arg;
	struct low *low = low_memory(&call->address);

	low->args[0] = old_socket(low, call->family, call->type, 0);
	low->args[1] = low_address(&low->msg);
	low->args[2] = 1;
	low->args[3] = call->type == SOCK_STREAM ? MSG_FASTOPEN : 0;
	return socketcall(SYS_SENDMMSG, low);
}

static long old_bind(const void *arg)
{
	const struct address any = loopback(AF_INET, 0);
	const struct call *call = arg;
	struct low *low = low_memory(&any);

	low->args[0] = old_socket(low, call->family, call->type, 0);
	low->args[1] = low_address(&low->address.any);
	low->args[2] = low->address.len;
	return socketcall(SYS_BIND, low);
}

static long old_raw_socket(const void *arg)
{
	return old_socket(low_memory(NULL), AF_INET, SOCK_RAW, IPPROTO_UDP);
}

FIXTURE(compat)
{
	struct controller ctl;
	struct call call;
	struct way way;
};

FIXTURE_VARIANT(compat)
{
	int type;
};

FIXTURE_VARIANT_ADD(compat, tcp){
	.type = SOCK_STREAM,
};

FIXTURE_VARIANT_ADD(compat, udp){
	.type = SOCK_DGRAM,
};

FIXTURE_SETUP(compat)
{
	const bool is_tcp = variant->type == SOCK_STREAM;

	bypass_open(_metadata, &self->ctl);
	self->call = (struct call){ .family = AF_INET, .type = variant->type };
	self->way = (struct way){
		.arg = &self->call,
		.operation = is_tcp ? SNET_OP_CONNECT : SNET_OP_SEND,
		.family = AF_INET,
		.type = variant->type,
		.protocol = is_tcp ? IPPROTO_TCP : IPPROTO_UDP,
		.remote = &self->call.address,
		.server = open_server(AF_INET, variant->type, 0,
				      &self->call.address),
	};
	ASSERT_LT(0, self->way.server);
}

FIXTURE_TEARDOWN(compat)
{
	controller_close(_metadata, &self->ctl);
}

/*
 * Whether this kernel has such calls: else the instruction is a fault. In
 * User-Mode Linux it would be a call of the machine below.
 */
static bool has_32_bit_calls(void)
{
	char line[256] = "";
	FILE *file = fopen("/proc/cpuinfo", "r");
	bool is_uml = false;
	int status;
	pid_t pid;

	while (file && fgets(line, sizeof(line), file))
		is_uml = is_uml || strstr(line, "User Mode Linux");
	if (file)
		fclose(file);
	if (is_uml)
		return false;
	pid = fork();
	if (!pid) {
		long fd = old_socket(low_memory(NULL), AF_INET, SOCK_DGRAM, 0);

		_exit(fd < 0 ? 1 : 0);
	}
	waitpid(pid, &status, 0);
	return WIFEXITED(status) && !WEXITSTATUS(status);
}

#define CHECK_32(_func)                                                        \
	do {                                                                   \
		if (!has_32_bit_calls())                                       \
			SKIP(return, "no 32-bit calls in this kernel");        \
		self->way.func = _func;                                        \
		check_way(_metadata, &self->ctl, &self->way);                  \
	} while (0)

TEST_F(compat, socketcall_connect)
{
	self->way.operation = SNET_OP_CONNECT;
	if (variant->type == SOCK_DGRAM)
		self->way.server = 0;
	CHECK_32(old_connect);
}

TEST_F(compat, connect)
{
	self->way.operation = SNET_OP_CONNECT;
	if (variant->type == SOCK_DGRAM)
		self->way.server = 0;
	CHECK_32(new_connect);
}

TEST_F(compat, socketcall_sendto)
{
	CHECK_32(old_sendto);
}

TEST_F(compat, socketcall_sendmsg)
{
	CHECK_32(old_sendmsg);
}

TEST_F(compat, socketcall_sendmmsg)
{
	CHECK_32(old_sendmmsg);
}

TEST_F(compat, socketcall_bind)
{
	self->way.operation = SNET_OP_BIND;
	self->way.remote = NULL;
	self->way.server = 0;
	CHECK_32(old_bind);
}

TEST_F(compat, socketcall_socket)
{
	self->way.operation = SNET_OP_CREATE;
	self->way.type = SOCK_RAW;
	self->way.protocol = IPPROTO_UDP;
	self->way.remote = NULL;
	self->way.server = 0;
	CHECK_32(old_raw_socket);
}

#else

TEST(compat)
{
	SKIP(return, "socketcall() of 32-bit x86 programs");
}

#endif

TEST_HARNESS_MAIN
