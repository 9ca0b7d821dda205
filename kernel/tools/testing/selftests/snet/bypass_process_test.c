// SPDX-License-Identifier: GPL-2.0-only
/*
 * snet selftests: who could be taken for another
 */
#include <linux/sched.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "bypass.h"

#define TEST_UID 65534

/* Of limits.h: how many calls of one user wait at a time. */
#define PENDING_USER_MAX 1024
#define FLOOD (PENDING_USER_MAX + 64)
#define FLOOD_UID 60001
#define OTHER_UID 60002

FIXTURE(process)
{
	struct controller ctl;
	struct child child;
	struct call call;
	int server;
};

FIXTURE_SETUP(process)
{
	bypass_open(_metadata, &self->ctl);
	memset(&self->child, 0, sizeof(self->child));
	self->call = (struct call){ .family = AF_INET, .type = SOCK_STREAM };
	self->server =
		open_server(AF_INET, SOCK_STREAM, 0, &self->call.address);
	ASSERT_LT(0, self->server);
}

FIXTURE_TEARDOWN(process)
{
	child_end(&self->child);
	controller_close(_metadata, &self->ctl);
}

static struct nl_event *expect_connect(struct __test_metadata *_metadata,
				       struct controller *ctl,
				       const struct call *call)
{
	struct nl_event *request = expect_request(_metadata, ctl,
						  SNET_OP_CONNECT, AF_INET,
						  SOCK_STREAM, IPPROTO_TCP);

	expect_address(_metadata, request, SNET_A_REMOTE_ADDR, &call->address);
	return request;
}

/* Of these fields, for as long as the test lasts. */
static int allow_with_ticket(struct controller *ctl,
			     const struct nl_event *request, __u64 fields)
{
	const struct ticket ticket = {
		.fields = fields | SNET_FIELD_OPERATION,
		.mode = SNET_TICKET_FIXED,
		.lifetime = 0,
	};

	return answer_with_ticket(ctl, request, SNET_VERDICT_ALLOW, 0, &ticket);
}

/* Process ids. */

/* As fork(), but the child's id is chosen; -errno. */
static pid_t fork_as(pid_t pid)
{
	struct clone_args args = {
		.exit_signal = SIGCHLD,
		.set_tid = (unsigned long)&pid,
		.set_tid_size = 1,
	};
	long ret = syscall(SYS_clone3, &args, sizeof(args));

	return ret < 0 ? -errno : ret;
}

static pid_t connect_as(pid_t pid, const struct call *call)
{
	pid = fork_as(pid);
	if (pid)
		return pid;
	nl_close_inherited();
	_exit(-call_connect(call));
}

/* What its connect() has returned. */
static long result_of(pid_t pid)
{
	int status;

	if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return -ECHILD;
	return -WEXITSTATUS(status);
}

static long connect_twice(const void *call)
{
	child_tell(call_connect(call));
	child_await();
	return call_connect(call);
}

/* A ticket of a process is not for whoever has its id afterwards. */
TEST_F(process, pid_reuse)
{
	struct nl_event *request;
	pid_t pid;

	child_start(_metadata, &self->child, connect_twice, &self->call);
	pid = self->child.pid;
	request = expect_connect(_metadata, &self->ctl, &self->call);
	EXPECT_EQ(0,
		  allow_with_ticket(&self->ctl, request, SNET_FIELD_PROCESS));
	nl_free(request);
	EXPECT_EQ(0, child_result(_metadata, &self->child));
	child_go(&self->child);
	EXPECT_EQ(0, child_result(_metadata, &self->child));
	expect_quiet(_metadata, &self->ctl);
	child_end(&self->child);
	EXPECT_TRUE(has_come(self->server, 0));
	EXPECT_TRUE(has_come(self->server, 0));

	ASSERT_EQ(pid, connect_as(pid, &self->call));
	request = expect_connect(_metadata, &self->ctl, &self->call);
	EXPECT_EQ(pid, nl_u32(request, SNET_A_PID));
	EXPECT_EQ(0, answer(&self->ctl, request, SNET_VERDICT_DENY, EPERM));
	EXPECT_EQ(-EPERM, result_of(pid));
	EXPECT_FALSE(has_come(self->server, 0));
	nl_free(request);
}

/* Programs. A shell connects, so a copy of it is the program. */

FIXTURE(program)
{
	struct controller ctl;
	struct child child;
	struct call call;
	int server;
	char dir[32];
	/* The program, and what it becomes replaced by. */
	char path[48];
	char other[48];
};

static int copy_file(const char *from, const char *to)
{
	char command[256];

	snprintf(command, sizeof(command), "cp %s %s", from, to);
	return system(command);
}

FIXTURE_SETUP(program)
{
	bypass_open(_metadata, &self->ctl);
	memset(&self->child, 0, sizeof(self->child));
	self->call = (struct call){ .family = AF_INET, .type = SOCK_STREAM };
	self->server =
		open_server(AF_INET, SOCK_STREAM, 0, &self->call.address);
	ASSERT_LT(0, self->server);
	strcpy(self->dir, "/tmp/snet-selftest.XXXXXX");
	ASSERT_NE(NULL, mkdtemp(self->dir));
	snprintf(self->path, sizeof(self->path), "%s/program", self->dir);
	snprintf(self->other, sizeof(self->other), "%s/other", self->dir);
	ASSERT_EQ(0, copy_file("/bin/bash", self->path));
	ASSERT_EQ(0, copy_file("/bin/bash", self->other));
}

FIXTURE_TEARDOWN(program)
{
	child_end(&self->child);
	unlink(self->path);
	unlink(self->other);
	rmdir(self->dir);
	controller_close(_metadata, &self->ctl);
}

struct run {
	const char *path;
	unsigned short port;
	/* It tells when it runs, and connects when it is told to. */
	bool waits;
};

/* 0 when it has connected, 1 when not. */
static long run_shell(const void *arg)
{
	const struct run *run = arg;
	int runs[2], go[2];
	char script[128];
	int status;
	pid_t pid;
	char byte;

	snprintf(script, sizeof(script), "%s exec 3<>/dev/tcp/127.0.0.1/%u",
		 run->waits ? "echo; read;" : "", run->port);
	if (pipe(runs) || pipe(go))
		return -errno;
	pid = fork();
	if (pid < 0)
		return -errno;
	if (!pid) {
		dup2(go[0], 0);
		dup2(runs[1], 1);
		execl(run->path, run->path, "-c", script, NULL);
		_exit(127);
	}
	if (run->waits) {
		child_tell(read(runs[0], &byte, 1));
		child_await();
		dprintf(go[1], "\n");
	}
	if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return -ECHILD;
	return WEXITSTATUS(status);
}

/* The same path, but another file. */
TEST_F(program, replaced)
{
	const struct run run = {
		.path = self->path,
		.port = port_of(&self->call.address),
	};
	struct nl_event *request;
	__u64 inode;

	child_start(_metadata, &self->child, run_shell, &run);
	request = expect_connect(_metadata, &self->ctl, &self->call);
	EXPECT_STREQ(self->path, nl_string(request, SNET_A_PROGRAM));
	inode = nl_u64(request, SNET_A_PROGRAM_INODE);
	EXPECT_EQ(0, allow_with_ticket(&self->ctl, request,
				       SNET_FIELD_PROGRAM | SNET_FIELD_UID));
	nl_free(request);
	EXPECT_EQ(0, child_result(_metadata, &self->child));
	child_end(&self->child);
	EXPECT_EQ(0, child_call(_metadata, run_shell, &run));
	expect_quiet(_metadata, &self->ctl);
	EXPECT_TRUE(has_come(self->server, 0));
	EXPECT_TRUE(has_come(self->server, 0));

	ASSERT_EQ(0, rename(self->other, self->path));
	child_start(_metadata, &self->child, run_shell, &run);
	request = expect_connect(_metadata, &self->ctl, &self->call);
	EXPECT_STREQ(self->path, nl_string(request, SNET_A_PROGRAM));
	EXPECT_NE(inode, nl_u64(request, SNET_A_PROGRAM_INODE));
	EXPECT_EQ(0, answer(&self->ctl, request, SNET_VERDICT_DENY, 0));
	EXPECT_EQ(1, child_result(_metadata, &self->child));
	EXPECT_FALSE(has_come(self->server, 0));
	nl_free(request);
}

/* The same file, with other contents. */
TEST_F(program, overwritten)
{
	const struct run run = {
		.path = self->path,
		.port = port_of(&self->call.address),
	};
	struct nl_event *request;

	child_start(_metadata, &self->child, run_shell, &run);
	request = expect_connect(_metadata, &self->ctl, &self->call);
	EXPECT_EQ(0,
		  allow_with_ticket(&self->ctl, request, SNET_FIELD_PROGRAM));
	nl_free(request);
	EXPECT_EQ(0, child_result(_metadata, &self->child));
	child_end(&self->child);

	ASSERT_EQ(0, copy_file(self->other, self->path));
	child_start(_metadata, &self->child, run_shell, &run);
	request = expect_connect(_metadata, &self->ctl, &self->call);
	EXPECT_EQ(0, answer(&self->ctl, request, SNET_VERDICT_DENY, 0));
	EXPECT_EQ(1, child_result(_metadata, &self->child));
	nl_free(request);
}

/* It runs, and is known for what it was when it was started. */
TEST_F(program, deleted)
{
	const struct run run = {
		.path = self->path,
		.port = port_of(&self->call.address),
		.waits = true,
	};
	struct nl_event *request;
	struct stat before;

	ASSERT_EQ(0, stat(self->path, &before));
	child_start(_metadata, &self->child, run_shell, &run);
	EXPECT_EQ(1, child_result(_metadata, &self->child));
	ASSERT_EQ(0, rename(self->other, self->path));
	child_go(&self->child);
	request = expect_connect(_metadata, &self->ctl, &self->call);
	EXPECT_STREQ(self->path, nl_string(request, SNET_A_PROGRAM));
	EXPECT_EQ(before.st_ino, nl_u64(request, SNET_A_PROGRAM_INODE));
	EXPECT_EQ(0, answer(&self->ctl, request, SNET_VERDICT_DENY, 0));
	EXPECT_EQ(1, child_result(_metadata, &self->child));
	nl_free(request);
}

/* Namespaces. */

static __u64 own_netns(void)
{
	struct stat st;

	return stat("/proc/self/ns/net", &st) ? 0 : st.st_ino;
}

/* Connects within its own network, where nobody listens. */
static long connect_there(const void *arg)
{
	child_tell(own_netns());
	return call_connect(arg);
}

TEST_F(process, namespaces)
{
	const struct child_as as = {
		.uid = TEST_UID,
		.gid = TEST_UID,
		.namespaces = CLONE_NEWUSER | CLONE_NEWNET | CLONE_NEWPID,
	};
	struct nl_event *request;
	__u64 netns;

	child_start_as(_metadata, &self->child, connect_there, &self->call,
		       &as);
	netns = child_result(_metadata, &self->child);
	request = expect_connect(_metadata, &self->ctl, &self->call);
	EXPECT_EQ(self->child.pid, nl_u32(request, SNET_A_PID));
	EXPECT_EQ(TEST_UID, nl_u32(request, SNET_A_UID));
	EXPECT_EQ(TEST_UID, nl_u32(request, SNET_A_EUID));
	EXPECT_EQ(TEST_UID, nl_u32(request, SNET_A_GID));
	EXPECT_EQ(netns, nl_u64(request, SNET_A_NETNS));
	EXPECT_NE(own_netns(), nl_u64(request, SNET_A_NETNS));
	EXPECT_EQ(0, answer(&self->ctl, request, SNET_VERDICT_DENY, EPERM));
	EXPECT_EQ(-EPERM, child_result(_metadata, &self->child));
	expect_quiet(_metadata, &self->ctl);
	nl_free(request);
}

/* A forked child of a child in a new process id namespace is the first there. */
static long connect_as_first(const void *call)
{
	int status;
	pid_t pid = fork();

	if (pid < 0)
		return -errno;
	if (!pid)
		_exit(getpid() == 1 ? -call_connect(call) : 99);
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? -WEXITSTATUS(status) : -ECHILD;
}

TEST_F(process, pid_namespace)
{
	const struct child_as as = {
		.uid = TEST_UID,
		.gid = TEST_UID,
		.namespaces = CLONE_NEWUSER | CLONE_NEWPID,
	};
	struct nl_event *request;
	char path[64];

	child_start_as(_metadata, &self->child, connect_as_first, &self->call,
		       &as);
	request = expect_connect(_metadata, &self->ctl, &self->call);
	EXPECT_NE(1, nl_u32(request, SNET_A_PID));
	snprintf(path, sizeof(path), "/proc/%u", nl_u32(request, SNET_A_PID));
	EXPECT_EQ(0, access(path, F_OK));
	EXPECT_EQ(TEST_UID, nl_u32(request, SNET_A_UID));
	EXPECT_EQ(0, answer(&self->ctl, request, SNET_VERDICT_DENY, EPERM));
	EXPECT_EQ(-EPERM, child_result(_metadata, &self->child));
	EXPECT_FALSE(has_come(self->server, 0));
	nl_free(request);
}

/* The capability of another user namespace is none; 0 when all is refused. */
static long be_controller(const void *arg)
{
	const __u8 commands[] = {
		SNET_CMD_REGISTER,
		SNET_CMD_TICKET_FLUSH,
		SNET_CMD_MEDIATE_DEL,
	};
	struct nl_socket nl;
	unsigned int i;
	long err;

	err = nl_open(&nl);
	if (err)
		return err;
	for (i = 0; i < ARRAY_SIZE(commands); i++) {
		err = send_command(&nl, commands[i]);
		if (err != -EPERM)
			return err ?: -EUCLEAN;
	}
	err = nl_join_monitor(&nl);
	return err == -EPERM ? 0 : err ?: -EUCLEAN;
}

TEST_F(process, controller_of_user_namespace)
{
	const struct child_as as = {
		.uid = TEST_UID,
		.gid = TEST_UID,
		.namespaces = CLONE_NEWUSER,
	};

	child_start_as(_metadata, &self->child, be_controller, NULL, &as);
	EXPECT_EQ(0, child_result(_metadata, &self->child));
}

/* Even root's. */
TEST_F(process, controller_of_root_in_user_namespace)
{
	const struct child_as as = { .namespaces = CLONE_NEWUSER };

	child_start_as(_metadata, &self->child, be_controller, NULL, &as);
	EXPECT_EQ(0, child_result(_metadata, &self->child));
}

/* There is no such family elsewhere than in the initial network namespace. */
TEST_F(process, controller_of_network_namespace)
{
	const struct child_as as = {
		.namespaces = CLONE_NEWUSER | CLONE_NEWNET,
	};

	child_start_as(_metadata, &self->child, be_controller, NULL, &as);
	EXPECT_EQ(-ENOENT, child_result(_metadata, &self->child));
}

/* Controllers. */

TEST_F(process, second_controller)
{
	struct nl_event *request;
	struct nl_socket second;

	ASSERT_EQ(0, nl_open(&second));
	EXPECT_EQ(-EBUSY, send_register(&second));
	child_start(_metadata, &self->child, call_connect, &self->call);
	request = expect_connect(_metadata, &self->ctl, &self->call);
	/* While it is needed, and after the refusal, too. */
	EXPECT_EQ(-EBUSY, send_register(&second));
	nl_close(&second);
	expect_held(_metadata, &self->child);
	EXPECT_EQ(0, answer(&self->ctl, request, SNET_VERDICT_DENY, EPERM));
	EXPECT_EQ(-EPERM, child_result(_metadata, &self->child));
	nl_free(request);
}

TEST_F(process, verdict_from_another_port)
{
	struct controller other;
	struct nl_event *request;

	memset(&other, 0, sizeof(other));
	ASSERT_EQ(0, nl_open(&other.nl));
	child_start(_metadata, &self->child, call_connect, &self->call);
	request = expect_connect(_metadata, &self->ctl, &self->call);
	EXPECT_EQ(-EPERM, allow(&other, request));
	expect_held(_metadata, &self->child);
	EXPECT_EQ(0, answer(&self->ctl, request, SNET_VERDICT_DENY, EPERM));
	EXPECT_EQ(-EPERM, child_result(_metadata, &self->child));
	/* Once decided, it cannot be decided again. */
	EXPECT_EQ(-ENOENT, allow(&self->ctl, request));
	EXPECT_FALSE(has_come(self->server, 0));
	nl_close(&other.nl);
	nl_free(request);
}

/* A flood. */

static atomic_int refused;
static sem_t all_refused;

/* The policy denies what cannot wait. */
static void *connect_in_thread(void *call)
{
	if (call_connect(call) == -EACCES &&
	    ++refused == FLOOD - PENDING_USER_MAX)
		sem_post(&all_refused);
	return NULL;
}

/* Tells how many were refused, once all others wait; which is for ever. */
static long flood(const void *call)
{
	pthread_t thread;
	pthread_attr_t attr;
	int i;

	sem_init(&all_refused, 0, 0);
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 65536);
	for (i = 0; i < FLOOD; i++)
		if (pthread_create(&thread, &attr, connect_in_thread,
				   (void *)call))
			return -EAGAIN;
	sem_wait(&all_refused);
	child_tell(refused);
	child_await();
	return 0;
}

/* One user fills what is theirs; it is not what another one needs. */
TEST_F_TIMEOUT(process, flood, 120)
{
	const struct child_as flooding = { .uid = FLOOD_UID, .gid = FLOOD_UID };
	const struct child_as working = { .uid = OTHER_UID, .gid = OTHER_UID };
	/* Each call has a socket of its own. */
	const struct rlimit files = { .rlim_cur = 4096, .rlim_max = 4096 };
	const int buffer = 32 * 1024 * 1024;
	struct nl_event *request;
	struct child worker;
	__u64 full;
	int i;

	ASSERT_EQ(0, setsockopt(self->ctl.nl.fd, SOL_SOCKET, SO_RCVBUFFORCE,
				&buffer, sizeof(buffer)));
	ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &files));
	full = get_stat(_metadata, &self->ctl.nl, SNET_A_STAT_QUEUE_FULL);
	child_start_as(_metadata, &self->child, flood, &self->call, &flooding);
	for (i = 0; i < PENDING_USER_MAX; i++) {
		request = expect_connect(_metadata, &self->ctl, &self->call);
		EXPECT_EQ(FLOOD_UID, nl_u32(request, SNET_A_UID));
		nl_free(request);
	}

	/* Those beyond are decided by the policy, at once. */
	EXPECT_EQ(FLOOD - PENDING_USER_MAX,
		  child_result(_metadata, &self->child));
	EXPECT_EQ(FLOOD - PENDING_USER_MAX,
		  get_stat(_metadata, &self->ctl.nl, SNET_A_STAT_QUEUE_FULL) -
			  full);
	EXPECT_EQ(PENDING_USER_MAX,
		  get_stat(_metadata, &self->ctl.nl, SNET_A_STAT_PENDING));
	expect_quiet(_metadata, &self->ctl);

	child_start_as(_metadata, &worker, call_connect, &self->call, &working);
	request = expect_connect(_metadata, &self->ctl, &self->call);
	EXPECT_EQ(OTHER_UID, nl_u32(request, SNET_A_UID));
	EXPECT_EQ(0, allow(&self->ctl, request));
	EXPECT_EQ(0, child_result(_metadata, &worker));
	nl_free(request);
	child_end(&worker);
	EXPECT_TRUE(has_come(self->server, 0));
	EXPECT_FALSE(has_come(self->server, 0));

	/* Their end gives all of it back. */
	child_end(&self->child);
	for (i = 0; i < PENDING_USER_MAX; i++)
		nl_free(expect_event(_metadata, &self->ctl, SNET_CMD_CANCEL));
	EXPECT_EQ(0, get_stat(_metadata, &self->ctl.nl, SNET_A_STAT_PENDING));
}

TEST_HARNESS_MAIN
