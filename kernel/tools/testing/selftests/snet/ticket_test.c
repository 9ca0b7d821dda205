// SPDX-License-Identifier: GPL-2.0-only
/*
 * snet selftests: tickets
 */
#include <arpa/inet.h>
#include <sched.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <time.h>

#include "common.h"

/* Nobody listens there, which a datagram socket does not mind. */
#define PORT 4711
#define OTHER 1001

#define FOLDER "/tmp/snet-ticket-test"

FIXTURE(ticket)
{
	struct controller ctl;
};

FIXTURE_SETUP(ticket)
{
	controller_open(_metadata, &self->ctl);
	ASSERT_EQ(0, set_config(&self->ctl.nl, SNET_A_TICKET_MODE,
				SNET_TICKET_FIXED));
	ASSERT_EQ(0, set_config(&self->ctl.nl, SNET_A_TICKET_LIFETIME, 0));
	ASSERT_EQ(0, set_config(&self->ctl.nl, SNET_A_TICKETS_PERSIST, 1));
	mediate(_metadata, &self->ctl, SNET_OP_CONNECT, ANY, ANY, ANY);
	mediate(_metadata, &self->ctl, SNET_OP_SEND, AF_INET, ANY, ANY);
}

FIXTURE_TEARDOWN(ticket)
{
	controller_close(_metadata, &self->ctl);
}

/* A datagram socket, as in caller.c. */
static struct call plain_call(void)
{
	struct call call = { .family = AF_INET, .type = SOCK_DGRAM };

	call.address = loopback(AF_INET, PORT);
	return call;
}

/* A ticket that compares @fields, as configured in all else. */
static struct ticket fields_ticket(__u64 fields)
{
	struct ticket ticket = { .fields = fields, .mode = -1, .lifetime = -1 };

	return ticket;
}

/* A call: what is called, how, and by whom. */
struct caller {
	child_func func;
	const void *arg;
	struct child_as as;
};

static struct caller connecting(const struct call *call)
{
	struct caller caller = { .func = call_connect, .arg = call };

	return caller;
}

/* Has the call asked about, and answers it with a ticket, or denies it. */
static void ask_for_ticket(struct __test_metadata *_metadata,
			   struct controller *ctl, const struct caller *caller,
			   enum snet_verdict verdict, int error,
			   const struct ticket *ticket)
{
	struct nl_event *request;
	struct child child;

	child_start_as(_metadata, &child, caller->func, caller->arg,
		       &caller->as);
	request = expect_event(_metadata, ctl, SNET_CMD_REQUEST);
	EXPECT_EQ(0, answer_with_ticket(ctl, request, verdict, error, ticket))
	TH_LOG("%s", ctl->nl.extack);
	child_result(_metadata, &child);
	child_end(&child);
	nl_free(request);
}

/*
 * Makes the call. If it is asked about, then its result is EXDEV, which no
 * ticket here has.
 */
static long make_call(struct __test_metadata *_metadata, struct controller *ctl,
		      const struct caller *caller)
{
	struct child child;
	long result;

	child_start_as(_metadata, &child, caller->func, caller->arg,
		       &caller->as);
	result = child_answered(_metadata, ctl, &child, SNET_VERDICT_DENY,
				EXDEV, NULL, NULL);
	child_end(&child);
	return result;
}

static bool is_asked(struct __test_metadata *_metadata, struct controller *ctl,
		     const struct caller *caller)
{
	long result = make_call(_metadata, ctl, caller);

	EXPECT_TRUE(!result || result == -EXDEV)
	TH_LOG("%s", strerror(-result));
	return result == -EXDEV;
}

/*
 * A ticket of @base decides @other only if it does not compare @field, and
 * always @base itself.
 */
static void check_field(struct __test_metadata *_metadata,
			struct controller *ctl, __u64 field,
			const struct caller *base, const struct caller *other)
{
	const struct ticket with = fields_ticket(field);
	const struct ticket without = fields_ticket(SNET_FIELD_OPERATION);

	ask_for_ticket(_metadata, ctl, base, SNET_VERDICT_ALLOW, 0, &with);
	EXPECT_FALSE(is_asked(_metadata, ctl, base));
	EXPECT_TRUE(is_asked(_metadata, ctl, other));
	EXPECT_FALSE(is_asked(_metadata, ctl, base));

	ASSERT_EQ(0, flush_tickets(&ctl->nl));
	ask_for_ticket(_metadata, ctl, base, SNET_VERDICT_ALLOW, 0, &without);
	EXPECT_FALSE(is_asked(_metadata, ctl, base));
	EXPECT_FALSE(is_asked(_metadata, ctl, other));
	ASSERT_EQ(0, flush_tickets(&ctl->nl));
}

/* Likewise of two sockets. */
static void check_socket_field(struct __test_metadata *_metadata,
			       struct controller *ctl, __u64 field,
			       const struct call *base,
			       const struct call *other)
{
	const struct caller first = connecting(base);
	const struct caller second = connecting(other);

	check_field(_metadata, ctl, field, &first, &second);
}

/* Compared even if it is not in the fields. */
TEST_F(ticket, operation)
{
	const struct ticket ticket = fields_ticket(0);
	const struct call call = plain_call();
	const struct caller connects = { .func = call_connect, .arg = &call };
	const struct caller sends = { .func = call_send, .arg = &call };

	ask_for_ticket(_metadata, &self->ctl, &connects, SNET_VERDICT_ALLOW, 0,
		       &ticket);
	EXPECT_FALSE(is_asked(_metadata, &self->ctl, &connects));
	EXPECT_TRUE(is_asked(_metadata, &self->ctl, &sends));
}

TEST_F(ticket, family)
{
	const struct call base = plain_call();
	struct call other = base;

	other.family = AF_INET6;
	other.address = loopback(AF_INET6, PORT);
	check_socket_field(_metadata, &self->ctl, SNET_FIELD_FAMILY, &base,
			   &other);
}

TEST_F(ticket, type)
{
	const struct call base = plain_call();
	struct call other = base;

	other.type = SOCK_RAW;
	other.protocol = IPPROTO_UDP;
	check_socket_field(_metadata, &self->ctl, SNET_FIELD_TYPE, &base,
			   &other);
}

TEST_F(ticket, protocol)
{
	const struct call base = plain_call();
	struct call other = base;

	other.type = SOCK_RAW;
	other.protocol = 253;
	check_socket_field(_metadata, &self->ctl, SNET_FIELD_PROTOCOL, &base,
			   &other);
}

TEST_F(ticket, remote)
{
	const struct call base = plain_call();
	struct call address = base, port = base;

	address.address.in.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1);
	port.address.in.sin_port = htons(PORT + 1);
	check_socket_field(_metadata, &self->ctl, SNET_FIELD_REMOTE_ADDR, &base,
			   &address);
	check_socket_field(_metadata, &self->ctl, SNET_FIELD_REMOTE_PORT, &base,
			   &port);
}

TEST_F(ticket, local)
{
	struct call base = plain_call(), address, port;

	base.local = loopback(AF_INET, PORT + 10);
	address = base;
	address.local.in.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1);
	port = base;
	port.local.in.sin_port = htons(PORT + 11);
	check_socket_field(_metadata, &self->ctl, SNET_FIELD_LOCAL_ADDR, &base,
			   &address);
	check_socket_field(_metadata, &self->ctl, SNET_FIELD_LOCAL_PORT, &base,
			   &port);
}

static long call_with_euid(const void *call)
{
	return seteuid(OTHER) ? -errno : call_connect(call);
}

TEST_F(ticket, user)
{
	const struct call call = plain_call();
	const struct caller base = connecting(&call);
	struct caller other = base;

	other.as.uid = OTHER;
	check_field(_metadata, &self->ctl, SNET_FIELD_UID, &base, &other);
	other = base;
	other.func = call_with_euid;
	check_field(_metadata, &self->ctl, SNET_FIELD_EUID, &base, &other);
	other = base;
	other.as.gid = OTHER;
	check_field(_metadata, &self->ctl, SNET_FIELD_GID, &base, &other);
}

TEST_F(ticket, network_namespace)
{
	const struct call call = plain_call();
	const struct caller base = connecting(&call);
	struct caller other = base;

	other.as.namespaces = CLONE_NEWNET;
	check_field(_metadata, &self->ctl, SNET_FIELD_NETNS, &base, &other);
}

/* Mounts the hierarchy where only the child sees it, and moves to a group. */
static long call_in_cgroup(const void *call)
{
	int fd, err = 0;

	if (unshare(CLONE_NEWNS) ||
	    mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("none", "/mnt", "cgroup2", 0, NULL) ||
	    (mkdir("/mnt/snet-test", 0700) && errno != EEXIST))
		return -errno;
	fd = open("/mnt/snet-test/cgroup.procs", O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, "0", 1) != 1)
		err = -errno;
	close(fd);
	return err ?: call_connect(call);
}

TEST_F(ticket, cgroup)
{
	const struct call call = plain_call();
	const struct caller base = connecting(&call);
	const struct caller other = { .func = call_in_cgroup, .arg = &call };

	check_field(_metadata, &self->ctl, SNET_FIELD_CGROUP, &base, &other);
}

/* Runs the program at this path; its exit status is the errno. */
static long call_by_program(const void *path)
{
	int status;
	pid_t pid;

	pid = fork();
	if (!pid) {
		char port[32];

		snprintf(port, sizeof(port), "%d", PORT);
		setenv("SNET_TEST_PORT", port, 1);
		execl(path, path, NULL);
		_exit(errno);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return -errno;
	return WIFEXITED(status) ? -WEXITSTATUS(status) : -EINTR;
}

/* A copy of the program caller, or a script for it. */
static void make_program(struct __test_metadata *_metadata, const char *path,
			 const char *interpreter)
{
	char command[512], self[256] = "";

	ASSERT_LT(0, readlink("/proc/self/exe", self, sizeof(self) - 1));
	*strrchr(self, '/') = 0;
	mkdir(FOLDER, 0755);
	if (interpreter)
		snprintf(command, sizeof(command),
			 "echo '#!%s' > %s.new && chmod 755 %s.new",
			 interpreter, path, path);
	else
		snprintf(command, sizeof(command), "cp %s/caller %s.new", self,
			 path);
	ASSERT_EQ(0, system(command));
	snprintf(command, sizeof(command), "mv %s.new %s", path, path);
	ASSERT_EQ(0, system(command));
}

TEST_F(ticket, program)
{
	const struct caller base = { .func = call_by_program,
				     .arg = FOLDER "/one" };
	const struct caller other = { .func = call_by_program,
				      .arg = FOLDER "/two" };
	const struct ticket ticket = fields_ticket(SNET_FIELD_PROGRAM);

	make_program(_metadata, base.arg, NULL);
	make_program(_metadata, other.arg, NULL);
	check_field(_metadata, &self->ctl, SNET_FIELD_PROGRAM, &base, &other);

	/* Another file in its place is another program. */
	ask_for_ticket(_metadata, &self->ctl, &base, SNET_VERDICT_ALLOW, 0,
		       &ticket);
	EXPECT_FALSE(is_asked(_metadata, &self->ctl, &base));
	make_program(_metadata, base.arg, NULL);
	EXPECT_TRUE(is_asked(_metadata, &self->ctl, &base));
}

TEST_F(ticket, script)
{
	const struct caller base = { .func = call_by_program,
				     .arg = FOLDER "/script" };
	const struct caller other = { .func = call_by_program,
				      .arg = FOLDER "/script2" };
	const struct caller none = { .func = call_by_program,
				     .arg = FOLDER "/one" };

	make_program(_metadata, none.arg, NULL);
	make_program(_metadata, base.arg, none.arg);
	make_program(_metadata, other.arg, none.arg);
	check_field(_metadata, &self->ctl, SNET_FIELD_SCRIPT, &base, &other);
	check_field(_metadata, &self->ctl, SNET_FIELD_SCRIPT, &base, &none);
	check_field(_metadata, &self->ctl, SNET_FIELD_SCRIPT, &none, &base);
}

/* Calls twice, and a third time as the program that it executes then. */
static long call_three_times(const void *call)
{
	child_tell(call_connect(call));
	child_tell(call_connect(call));
	return call_by_program(FOLDER "/one");
}

TEST_F(ticket, process)
{
	const struct ticket ticket = fields_ticket(SNET_FIELD_PROCESS);
	const struct call call = plain_call();
	const struct caller again = connecting(&call);
	struct nl_event *request;
	struct child child;

	make_program(_metadata, FOLDER "/one", NULL);
	child_start(_metadata, &child, call_three_times, &call);
	request = expect_event(_metadata, &self->ctl, SNET_CMD_REQUEST);
	EXPECT_EQ(0, answer_with_ticket(&self->ctl, request, SNET_VERDICT_ALLOW,
					0, &ticket));
	EXPECT_EQ(0, child_result(_metadata, &child));
	EXPECT_EQ(0, child_result(_metadata, &child));
	EXPECT_EQ(-EXDEV, child_answered(_metadata, &self->ctl, &child,
					 SNET_VERDICT_DENY, EXDEV, NULL, NULL));
	child_end(&child);
	nl_free(request);
	EXPECT_TRUE(is_asked(_metadata, &self->ctl, &again));
}

/* All fields at once: only what is the same in each is decided. */
TEST_F(ticket, all_but_process)
{
	const struct ticket ticket =
		fields_ticket(SNET_FIELD_ALL & ~SNET_FIELD_PROCESS);
	const struct call call = plain_call();
	struct call moved = call;
	const struct caller base = connecting(&call);
	const struct caller other = connecting(&moved);

	moved.address.in.sin_port = htons(PORT + 1);
	ask_for_ticket(_metadata, &self->ctl, &base, SNET_VERDICT_ALLOW, 0,
		       &ticket);
	EXPECT_FALSE(is_asked(_metadata, &self->ctl, &base));
	EXPECT_TRUE(is_asked(_metadata, &self->ctl, &other));
}

TEST_F(ticket, denies)
{
	const struct ticket ticket = fields_ticket(SNET_FIELD_REMOTE_PORT);
	struct nl_socket *nl = &self->ctl.nl;
	struct call call = plain_call();
	const struct caller caller = connecting(&call);
	__u64 denied = get_stat_of(_metadata, nl, SNET_OP_CONNECT,
				   SNET_A_STAT_TICKET_DENIED);

	ask_for_ticket(_metadata, &self->ctl, &caller, SNET_VERDICT_DENY,
		       ENETDOWN, &ticket);
	EXPECT_EQ(-ENETDOWN, make_call(_metadata, &self->ctl, &caller));
	call.address.in.sin_port = htons(PORT + 1);
	ask_for_ticket(_metadata, &self->ctl, &caller, SNET_VERDICT_DENY, 0,
		       &ticket);
	EXPECT_EQ(-EACCES, make_call(_metadata, &self->ctl, &caller));
	EXPECT_EQ(denied + 2, get_stat_of(_metadata, nl, SNET_OP_CONNECT,
					  SNET_A_STAT_TICKET_DENIED));
}

/* None is made, and none is looked at; as configured, or by the verdict. */
TEST_F(ticket, mode_off)
{
	struct ticket ticket = fields_ticket(SNET_FIELD_REMOTE_PORT);
	const struct call call = plain_call();
	const struct caller caller = connecting(&call);
	struct controller *ctl = &self->ctl;

	ticket.mode = SNET_TICKET_OFF;
	ask_for_ticket(_metadata, ctl, &caller, SNET_VERDICT_ALLOW, 0, &ticket);
	EXPECT_TRUE(is_asked(_metadata, ctl, &caller));

	ticket.mode = -1;
	ask_for_ticket(_metadata, ctl, &caller, SNET_VERDICT_ALLOW, 0, &ticket);
	EXPECT_FALSE(is_asked(_metadata, ctl, &caller));
	EXPECT_EQ(0, set_config(&ctl->nl, SNET_A_TICKET_MODE, SNET_TICKET_OFF));
	EXPECT_TRUE(is_asked(_metadata, ctl, &caller));
}

static struct timespec boottime(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return now;
}

/* The clock that counts; it moves on in ticks of up to 10 ms in the kernel. */
static void sleep_until(struct timespec when, int seconds)
{
	when.tv_sec += seconds;
	when.tv_nsec += 50 * 1000 * 1000;
	if (when.tv_nsec >= 1000 * 1000 * 1000) {
		when.tv_sec++;
		when.tv_nsec -= 1000 * 1000 * 1000;
	}
	while (clock_nanosleep(CLOCK_BOOTTIME, TIMER_ABSTIME, &when, NULL))
		continue;
}

TEST_F(ticket, mode_fixed)
{
	struct ticket ticket = fields_ticket(SNET_FIELD_REMOTE_PORT);
	const struct call call = plain_call();
	const struct caller caller = connecting(&call);
	struct timespec decided;

	ticket.lifetime = 3;
	ask_for_ticket(_metadata, &self->ctl, &caller, SNET_VERDICT_ALLOW, 0,
		       &ticket);
	decided = boottime();
	sleep_until(decided, 1);
	/* Its use does not prolong it. */
	EXPECT_FALSE(is_asked(_metadata, &self->ctl, &caller));
	sleep_until(decided, 3);
	EXPECT_TRUE(is_asked(_metadata, &self->ctl, &caller));
	EXPECT_EQ(NULL, dump(_metadata, &self->ctl.nl, SNET_CMD_TICKET_GET));
}

TEST_F(ticket, mode_extended)
{
	struct ticket ticket = fields_ticket(SNET_FIELD_REMOTE_PORT);
	const struct call call = plain_call();
	const struct caller caller = connecting(&call);
	struct timespec decided, used;

	ticket.mode = SNET_TICKET_EXTENDED;
	ticket.lifetime = 4;
	ask_for_ticket(_metadata, &self->ctl, &caller, SNET_VERDICT_ALLOW, 0,
		       &ticket);
	decided = boottime();
	sleep_until(decided, 2);
	EXPECT_FALSE(is_asked(_metadata, &self->ctl, &caller));
	/* Without that use it would have ended a moment ago. */
	sleep_until(decided, 4);
	EXPECT_FALSE(is_asked(_metadata, &self->ctl, &caller));
	used = boottime();
	sleep_until(used, 4);
	EXPECT_TRUE(is_asked(_metadata, &self->ctl, &caller));
}

TEST_F(ticket, flush)
{
	const struct ticket ticket = fields_ticket(SNET_FIELD_REMOTE_PORT);
	const struct call call = plain_call();
	const struct caller caller = connecting(&call);

	ask_for_ticket(_metadata, &self->ctl, &caller, SNET_VERDICT_ALLOW, 0,
		       &ticket);
	EXPECT_FALSE(is_asked(_metadata, &self->ctl, &caller));
	EXPECT_EQ(0, flush_tickets(&self->ctl.nl));
	EXPECT_TRUE(is_asked(_metadata, &self->ctl, &caller));
	EXPECT_EQ(NULL, dump(_metadata, &self->ctl.nl, SNET_CMD_TICKET_GET));
}

/* What the call gets without a controller: the ticket's word, or the policy's. */
static long call_after_the_end(struct __test_metadata *_metadata,
			       struct controller *ctl, __u32 persist)
{
	const struct ticket ticket = fields_ticket(SNET_FIELD_REMOTE_PORT);
	const struct call call = plain_call();
	const struct caller caller = connecting(&call);

	ASSERT_EQ(0, set_config(&ctl->nl, SNET_A_TICKETS_PERSIST, persist));
	ASSERT_EQ(0, set_config(&ctl->nl, SNET_A_POLICY_NO_CONTROLLER,
				SNET_POLICY_DENY));
	ask_for_ticket(_metadata, ctl, &caller, SNET_VERDICT_ALLOW, 0, &ticket);
	controller_die(ctl);
	return child_call(_metadata, caller.func, caller.arg);
}

TEST_F(ticket, persist)
{
	EXPECT_EQ(0, call_after_the_end(_metadata, &self->ctl, 1));
}

TEST_F(ticket, do_not_persist)
{
	EXPECT_EQ(-EACCES, call_after_the_end(_metadata, &self->ctl, 0));
}

TEST_F(ticket, dump)
{
	const __u64 fields = SNET_FIELD_OPERATION | SNET_FIELD_REMOTE_ADDR |
			     SNET_FIELD_REMOTE_PORT | SNET_FIELD_UID;
	struct ticket ticket = fields_ticket(fields);
	const struct call call = plain_call();
	const struct caller caller = connecting(&call);
	struct nl_event *list;

	ticket.mode = SNET_TICKET_EXTENDED;
	ticket.lifetime = 1234;
	ask_for_ticket(_metadata, &self->ctl, &caller, SNET_VERDICT_DENY,
		       ENETDOWN, &ticket);
	make_call(_metadata, &self->ctl, &caller);
	make_call(_metadata, &self->ctl, &caller);

	list = dump(_metadata, &self->ctl.nl, SNET_CMD_TICKET_GET);
	ASSERT_EQ(1, count_events(list));
	EXPECT_EQ(SNET_CMD_TICKET_GET, list->cmd);
	EXPECT_EQ(fields, nl_u64(list, SNET_A_TICKET_FIELDS));
	EXPECT_EQ(SNET_OP_CONNECT, nl_u32(list, SNET_A_OPERATION));
	EXPECT_TRUE(nl_has(list, SNET_A_UID));
	EXPECT_EQ(0, nl_u32(list, SNET_A_UID));
	expect_address(_metadata, list, SNET_A_REMOTE_ADDR, &call.address);
	EXPECT_FALSE(nl_has(list, SNET_A_FAMILY));
	EXPECT_FALSE(nl_has(list, SNET_A_PROGRAM));
	EXPECT_EQ(SNET_VERDICT_DENY, nl_u32(list, SNET_A_VERDICT));
	EXPECT_EQ(ENETDOWN, nl_u32(list, SNET_A_ERRNO));
	EXPECT_EQ(SNET_TICKET_EXTENDED, nl_u32(list, SNET_A_TICKET_MODE));
	EXPECT_EQ(1234, nl_u32(list, SNET_A_TICKET_LIFETIME));
	EXPECT_EQ(2, nl_u64(list, SNET_A_TICKET_HITS));
	nl_free(list);
}

/* Those who watch hear of each call that a ticket decides. */
TEST_F(ticket, is_told)
{
	const struct ticket ticket = fields_ticket(SNET_FIELD_REMOTE_PORT);
	const struct call call = plain_call();
	const struct caller caller = connecting(&call);
	struct nl_event *event;

	ask_for_ticket(_metadata, &self->ctl, &caller, SNET_VERDICT_ALLOW, 0,
		       &ticket);
	ASSERT_EQ(0, nl_join_monitor(&self->ctl.nl));
	EXPECT_EQ(0, child_call(_metadata, caller.func, caller.arg));
	event = expect_event(_metadata, &self->ctl, SNET_CMD_EVENT);
	EXPECT_EQ(SNET_OP_CONNECT, nl_u32(event, SNET_A_OPERATION));
	EXPECT_EQ(SNET_CAUSE_TICKET, nl_u32(event, SNET_A_CAUSE));
	EXPECT_EQ(SNET_VERDICT_ALLOW, nl_u32(event, SNET_A_VERDICT));
	EXPECT_FALSE(nl_has(event, SNET_A_ID));
	EXPECT_FALSE(nl_has(event, SNET_A_WAITED));
	nl_free(event);
}

/* There are bounds: then the verdict holds, and it is counted. */
TEST_F_TIMEOUT(ticket, refused, 120)
{
	struct nl_socket *nl = &self->ctl.nl;
	const struct call call = plain_call();
	const struct caller caller = connecting(&call);
	__u64 refused = get_stat(_metadata, nl, SNET_A_STAT_TICKETS_REFUSED);
	__u64 fields;

	/* Each is of a process that ends. */
	for (fields = 0; fields < 64; fields++) {
		const struct ticket ticket =
			fields_ticket(SNET_FIELD_PROCESS | fields << 1);

		ask_for_ticket(_metadata, &self->ctl, &caller,
			       SNET_VERDICT_ALLOW, 0, &ticket);
	}
	EXPECT_LT(refused,
		  get_stat(_metadata, nl, SNET_A_STAT_TICKETS_REFUSED));
	EXPECT_EQ(64,
		  get_stat(_metadata, nl, SNET_A_STAT_TICKETS) +
			  get_stat(_metadata, nl, SNET_A_STAT_TICKETS_REFUSED) -
			  refused);
}

TEST_HARNESS_MAIN
