// SPDX-License-Identifier: GPL-2.0-only
/*
 * snet selftests: what becomes of calls that no controller decides
 */
#include <pthread.h>
#include <stdio.h>
#include <time.h>

#include "common.h"

#define PARAMETERS "/sys/module/kernel/parameters/"

/* As many as may wait of one user; the module's own bound. */
#define USER_MAX 1024

FIXTURE(failure)
{
	struct controller ctl;
	struct child child;
};

/* Which failure, and the policy for it. */
FIXTURE_VARIANT(failure)
{
	enum snet_attr setting;
	enum snet_attr stat;
	enum snet_cause cause;
	enum snet_policy policy;
	/* What the general policy is: the contrary, or what counts. */
	enum snet_verdict general;
	/* What the call gets. */
	long result;
};

/* clang-format off */
#define FAILURE(_name)						\
	.setting = SNET_A_POLICY_##_name,			\
	.stat = SNET_A_STAT_##_name,				\
	.cause = SNET_CAUSE_##_name

FIXTURE_VARIANT_ADD(failure, no_controller_allow) {
	FAILURE(NO_CONTROLLER),
	.policy = SNET_POLICY_ALLOW,
	.general = SNET_VERDICT_DENY,
};

FIXTURE_VARIANT_ADD(failure, no_controller_deny) {
	FAILURE(NO_CONTROLLER),
	.policy = SNET_POLICY_DENY,
	.general = SNET_VERDICT_ALLOW,
	.result = -EACCES,
};

FIXTURE_VARIANT_ADD(failure, no_controller_general_allow) {
	FAILURE(NO_CONTROLLER),
	.policy = SNET_POLICY_GENERAL,
	.general = SNET_VERDICT_ALLOW,
};

FIXTURE_VARIANT_ADD(failure, no_controller_general_deny) {
	FAILURE(NO_CONTROLLER),
	.policy = SNET_POLICY_GENERAL,
	.general = SNET_VERDICT_DENY,
	.result = -EACCES,
};

FIXTURE_VARIANT_ADD(failure, controller_gone_allow) {
	FAILURE(CONTROLLER_GONE),
	.policy = SNET_POLICY_ALLOW,
	.general = SNET_VERDICT_DENY,
};

FIXTURE_VARIANT_ADD(failure, controller_gone_deny) {
	FAILURE(CONTROLLER_GONE),
	.policy = SNET_POLICY_DENY,
	.general = SNET_VERDICT_ALLOW,
	.result = -EACCES,
};

FIXTURE_VARIANT_ADD(failure, controller_gone_general_allow) {
	FAILURE(CONTROLLER_GONE),
	.policy = SNET_POLICY_GENERAL,
	.general = SNET_VERDICT_ALLOW,
};

FIXTURE_VARIANT_ADD(failure, controller_gone_general_deny) {
	FAILURE(CONTROLLER_GONE),
	.policy = SNET_POLICY_GENERAL,
	.general = SNET_VERDICT_DENY,
	.result = -EACCES,
};

FIXTURE_VARIANT_ADD(failure, queue_full_allow) {
	FAILURE(QUEUE_FULL),
	.policy = SNET_POLICY_ALLOW,
	.general = SNET_VERDICT_DENY,
};

FIXTURE_VARIANT_ADD(failure, queue_full_deny) {
	FAILURE(QUEUE_FULL),
	.policy = SNET_POLICY_DENY,
	.general = SNET_VERDICT_ALLOW,
	.result = -EACCES,
};

FIXTURE_VARIANT_ADD(failure, queue_full_general_deny) {
	FAILURE(QUEUE_FULL),
	.policy = SNET_POLICY_GENERAL,
	.general = SNET_VERDICT_DENY,
	.result = -EACCES,
};

FIXTURE_VARIANT_ADD(failure, undeliverable_allow) {
	FAILURE(UNDELIVERABLE),
	.policy = SNET_POLICY_ALLOW,
	.general = SNET_VERDICT_DENY,
};

FIXTURE_VARIANT_ADD(failure, undeliverable_deny) {
	FAILURE(UNDELIVERABLE),
	.policy = SNET_POLICY_DENY,
	.general = SNET_VERDICT_ALLOW,
	.result = -EACCES,
};

FIXTURE_VARIANT_ADD(failure, undeliverable_general_allow) {
	FAILURE(UNDELIVERABLE),
	.policy = SNET_POLICY_GENERAL,
	.general = SNET_VERDICT_ALLOW,
};

FIXTURE_VARIANT_ADD(failure, undeliverable_general_deny) {
	FAILURE(UNDELIVERABLE),
	.policy = SNET_POLICY_GENERAL,
	.general = SNET_VERDICT_DENY,
	.result = -EACCES,
};

FIXTURE_VARIANT_ADD(failure, timeout_allow) {
	FAILURE(TIMEOUT),
	.policy = SNET_POLICY_ALLOW,
	.general = SNET_VERDICT_DENY,
};

FIXTURE_VARIANT_ADD(failure, timeout_deny) {
	FAILURE(TIMEOUT),
	.policy = SNET_POLICY_DENY,
	.general = SNET_VERDICT_ALLOW,
	.result = -EACCES,
};

FIXTURE_VARIANT_ADD(failure, timeout_general_allow) {
	FAILURE(TIMEOUT),
	.policy = SNET_POLICY_GENERAL,
	.general = SNET_VERDICT_ALLOW,
};

FIXTURE_VARIANT_ADD(failure, timeout_general_deny) {
	FAILURE(TIMEOUT),
	.policy = SNET_POLICY_GENERAL,
	.general = SNET_VERDICT_DENY,
	.result = -EACCES,
};

/* clang-format on */

static const enum snet_attr failure_settings[] = {
	SNET_A_POLICY_NO_CONTROLLER, SNET_A_POLICY_CONTROLLER_GONE,
	SNET_A_POLICY_QUEUE_FULL,    SNET_A_POLICY_UNDELIVERABLE,
	SNET_A_POLICY_TIMEOUT,
};

/* All other failures have the contrary policy, so that no other one can pass. */
FIXTURE_SETUP(failure)
{
	struct nl_socket *nl = &self->ctl.nl;
	unsigned int i;

	controller_open(_metadata, &self->ctl);
	for (i = 0; i < ARRAY_SIZE(failure_settings); i++)
		ASSERT_EQ(0, set_config(nl, failure_settings[i],
					variant->result ? SNET_POLICY_ALLOW :
							  SNET_POLICY_DENY));
	ASSERT_EQ(0, set_config(nl, variant->setting, variant->policy));
	ASSERT_EQ(0, set_config(nl, SNET_A_POLICY, variant->general));
	mediate(_metadata, &self->ctl, SNET_OP_CREATE, AF_INET, ANY, ANY);
}

FIXTURE_TEARDOWN(failure)
{
	child_end(&self->child);
	controller_close(_metadata, &self->ctl);
}

static const struct call create = { .family = AF_INET, .type = SOCK_STREAM };

static long fail_no_controller(struct __test_metadata *_metadata,
			       struct controller *ctl, struct child *child)
{
	controller_die(ctl);
	child_start(_metadata, child, call_socket, &create);
	return child_result(_metadata, child);
}

static struct nl_event *hold_one(struct __test_metadata *_metadata,
				 struct controller *ctl, struct child *child)
{
	child_start(_metadata, child, call_socket, &create);
	return expect_request(_metadata, ctl, SNET_OP_CREATE, AF_INET,
			      SOCK_STREAM, 0);
}

static long fail_controller_gone(struct __test_metadata *_metadata,
				 struct controller *ctl, struct child *child)
{
	nl_free(hold_one(_metadata, ctl, child));
	expect_held(_metadata, child);
	controller_die(ctl);
	return child_result(_metadata, child);
}

static long fail_timeout(struct __test_metadata *_metadata,
			 struct controller *ctl, struct child *child)
{
	struct nl_event *request, *cancel;
	struct timespec before, after;
	long result;

	EXPECT_EQ(0, set_config(&ctl->nl, SNET_A_DELAY, 1));
	clock_gettime(CLOCK_MONOTONIC, &before);
	request = hold_one(_metadata, ctl, child);
	result = child_result(_metadata, child);
	clock_gettime(CLOCK_MONOTONIC, &after);
	/* Jiffies may be a tick short of the other clock. */
	EXPECT_LT(900, (after.tv_sec - before.tv_sec) * 1000 +
			       (after.tv_nsec - before.tv_nsec) / 1000000);

	cancel = expect_event(_metadata, ctl, SNET_CMD_CANCEL);
	EXPECT_EQ(nl_u64(request, SNET_A_ID), nl_u64(cancel, SNET_A_ID));
	EXPECT_EQ(SNET_CANCEL_TIMEOUT, nl_u32(cancel, SNET_A_REASON));
	EXPECT_EQ(result ? SNET_VERDICT_DENY : SNET_VERDICT_ALLOW,
		  nl_u32(cancel, SNET_A_VERDICT));
	EXPECT_EQ(-ENOENT, allow(ctl, request));
	nl_free(request);
	nl_free(cancel);
	return result;
}

static void *call_in_thread(void *unused)
{
	call_socket(&create);
	return NULL;
}

/* Calls from @arg threads at the same time; says so when all are started. */
static long call_in_crowd(const void *arg)
{
	static pthread_t threads[USER_MAX];
	const int *count = arg;
	pthread_attr_t attr;
	int i, err;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 64 * 1024);
	for (i = 0; i < *count; i++) {
		err = pthread_create(&threads[i], &attr, call_in_thread, NULL);
		if (err)
			return -err;
	}
	child_tell(0);
	for (i = 0; i < *count; i++)
		pthread_join(threads[i], NULL);
	return 0;
}

static void wait_for_pending(struct __test_metadata *_metadata,
			     struct controller *ctl, unsigned int count)
{
	unsigned int i;

	for (i = 0; i < count; i++)
		nl_free(expect_event(_metadata, ctl, SNET_CMD_REQUEST));
}

/* One user's calls fill the room that one user has. */
static long fail_queue_full(struct __test_metadata *_metadata,
			    struct controller *ctl, struct child *child)
{
	const int size = 16 << 20, count = USER_MAX;
	struct child crowd;
	long result;

	/* Room for all these messages. */
	ASSERT_EQ(0, setsockopt(ctl->nl.fd, SOL_SOCKET, SO_RCVBUFFORCE, &size,
				sizeof(size)));
	child_start(_metadata, &crowd, call_in_crowd, &count);
	wait_for_pending(_metadata, ctl, USER_MAX);
	EXPECT_EQ(USER_MAX, get_stat(_metadata, &ctl->nl, SNET_A_STAT_PENDING));
	EXPECT_EQ(0, child_result(_metadata, &crowd));

	child_start(_metadata, child, call_socket, &create);
	result = child_result(_metadata, child);
	expect_quiet(_metadata, ctl);

	/* The controller's end lets go of them, by whatever policy. */
	controller_die(ctl);
	EXPECT_EQ(0, child_result(_metadata, &crowd));
	child_end(&crowd);
	return result;
}

/* Waits for an event of this cause. */
static struct nl_event *expect_cause(struct __test_metadata *_metadata,
				     struct controller *watcher,
				     enum snet_cause cause)
{
	struct nl_event *event;

	for (;;) {
		event = expect_event(_metadata, watcher, SNET_CMD_EVENT);
		if (nl_u32(event, SNET_A_CAUSE) == cause)
			return event;
		nl_free(event);
	}
}

/* The controller does not read, and its socket takes no more. */
static long fail_undeliverable(struct __test_metadata *_metadata,
			       struct controller *ctl, struct child *child,
			       struct controller *watcher)
{
	/* The kernel makes it the smallest that it allows: some 2 KiB. */
	const int size = 1, count = 16;
	struct child crowd;
	long result;

	ASSERT_EQ(0, setsockopt(ctl->nl.fd, SOL_SOCKET, SO_RCVBUF, &size,
				sizeof(size)));
	child_start(_metadata, &crowd, call_in_crowd, &count);
	EXPECT_EQ(0, child_result(_metadata, &crowd));
	/* One that has found no room shows that it is full. */
	nl_free(expect_cause(_metadata, watcher, SNET_CAUSE_UNDELIVERABLE));
	child_start(_metadata, child, call_socket, &create);
	result = child_result(_metadata, child);

	controller_die(ctl);
	EXPECT_EQ(0, child_result(_metadata, &crowd));
	child_end(&crowd);
	return result;
}

static long fail(struct __test_metadata *_metadata,
		 const FIXTURE_VARIANT(failure) * variant,
		 struct controller *ctl, struct child *child,
		 struct controller *watcher)
{
	switch (variant->cause) {
	case SNET_CAUSE_NO_CONTROLLER:
		return fail_no_controller(_metadata, ctl, child);
	case SNET_CAUSE_CONTROLLER_GONE:
		return fail_controller_gone(_metadata, ctl, child);
	case SNET_CAUSE_QUEUE_FULL:
		return fail_queue_full(_metadata, ctl, child);
	case SNET_CAUSE_UNDELIVERABLE:
		return fail_undeliverable(_metadata, ctl, child, watcher);
	default:
		return fail_timeout(_metadata, ctl, child);
	}
}

/* The event of the call of this process. */
static void check_event(struct __test_metadata *_metadata,
			struct controller *watcher, pid_t pid,
			enum snet_cause cause, long result)
{
	bool waited = cause == SNET_CAUSE_CONTROLLER_GONE ||
		      cause == SNET_CAUSE_TIMEOUT;
	struct nl_event *event = expect_cause(_metadata, watcher, cause);

	while (nl_u32(event, SNET_A_PID) != pid) {
		nl_free(event);
		event = expect_cause(_metadata, watcher, cause);
	}
	EXPECT_EQ(result ? SNET_VERDICT_DENY : SNET_VERDICT_ALLOW,
		  nl_u32(event, SNET_A_VERDICT));
	EXPECT_EQ(-result, nl_u32(event, SNET_A_ERRNO));
	/* Only what has waited has a name. */
	EXPECT_EQ(waited, nl_has(event, SNET_A_ID));
	EXPECT_EQ(waited, nl_has(event, SNET_A_WAITED));
	nl_free(event);
}

TEST_F_TIMEOUT(failure, policy, 120)
{
	const int size = 16 << 20;
	struct controller watcher = {};
	struct nl_socket *nl = &watcher.nl;
	__u64 before, before_other;
	long result;

	ASSERT_EQ(0, nl_open(nl));
	ASSERT_EQ(0, setsockopt(nl->fd, SOL_SOCKET, SO_RCVBUFFORCE, &size,
				sizeof(size)));
	ASSERT_EQ(0, nl_join_monitor(nl));
	before = get_stat_of(_metadata, nl, SNET_OP_CREATE, variant->stat);
	before_other =
		get_stat_of(_metadata, nl, SNET_OP_CONNECT, variant->stat);

	result = fail(_metadata, variant, &self->ctl, &self->child, &watcher);
	EXPECT_EQ(variant->result, result);
	EXPECT_LT(before,
		  get_stat_of(_metadata, nl, SNET_OP_CREATE, variant->stat));
	EXPECT_EQ(before_other,
		  get_stat_of(_metadata, nl, SNET_OP_CONNECT, variant->stat));
	EXPECT_EQ(0, get_stat(_metadata, nl, SNET_A_STAT_PENDING));
	check_event(_metadata, &watcher, self->child.pid, variant->cause,
		    result);
	nl_close(nl);
}

FIXTURE(parameter)
{
	struct controller ctl;
};

FIXTURE_SETUP(parameter)
{
	controller_open(_metadata, &self->ctl);
}

FIXTURE_TEARDOWN(parameter)
{
	controller_close(_metadata, &self->ctl);
}

/* A setting as a boot parameter, which can be written when it runs, too. */
FIXTURE_VARIANT(parameter)
{
	const char *path;
	enum snet_attr attr;
	long min;
	long max;
};

/* clang-format off */
FIXTURE_VARIANT_ADD(parameter, delay) {
	PARAMETERS "snet_verdict_delay", SNET_A_DELAY, 1, SNET_DELAY_MAX,
};

FIXTURE_VARIANT_ADD(parameter, general) {
	PARAMETERS "snet_verdict_policy", SNET_A_POLICY, 0, SNET_VERDICT_MAX,
};

FIXTURE_VARIANT_ADD(parameter, no_controller) {
	PARAMETERS "snet_policy_no_controller", SNET_A_POLICY_NO_CONTROLLER,
	0, SNET_POLICY_MAX,
};

FIXTURE_VARIANT_ADD(parameter, controller_gone) {
	PARAMETERS "snet_policy_controller_gone",
	SNET_A_POLICY_CONTROLLER_GONE, 0, SNET_POLICY_MAX,
};

FIXTURE_VARIANT_ADD(parameter, queue_full) {
	PARAMETERS "snet_policy_queue_full", SNET_A_POLICY_QUEUE_FULL,
	0, SNET_POLICY_MAX,
};

FIXTURE_VARIANT_ADD(parameter, undeliverable) {
	PARAMETERS "snet_policy_undeliverable", SNET_A_POLICY_UNDELIVERABLE,
	0, SNET_POLICY_MAX,
};

FIXTURE_VARIANT_ADD(parameter, timeout) {
	PARAMETERS "snet_policy_timeout", SNET_A_POLICY_TIMEOUT,
	0, SNET_POLICY_MAX,
};

FIXTURE_VARIANT_ADD(parameter, ticket_mode) {
	PARAMETERS "snet_ticket_mode", SNET_A_TICKET_MODE,
	0, SNET_TICKET_MODE_MAX,
};

FIXTURE_VARIANT_ADD(parameter, ticket_lifetime) {
	PARAMETERS "snet_ticket_lifetime", SNET_A_TICKET_LIFETIME,
	0, SNET_TICKET_LIFETIME_MAX,
};

FIXTURE_VARIANT_ADD(parameter, tickets_persist) {
	PARAMETERS "snet_tickets_persist", SNET_A_TICKETS_PERSIST, 0, 1,
};

/* clang-format on */

static int write_parameter(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	int err = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		err = -errno;
	close(fd);
	return err;
}

static int write_number(const char *path, long value)
{
	char text[32];

	snprintf(text, sizeof(text), "%ld\n", value);
	return write_parameter(path, text);
}

static long read_number(const char *path)
{
	FILE *file = fopen(path, "re");
	long value = -1;

	if (!file)
		return -errno;
	if (fscanf(file, "%ld", &value) != 1)
		value = -EINVAL;
	fclose(file);
	return value;
}

/* The file and the attribute are the same thing, with the same bounds. */
TEST_F(parameter, file)
{
	const long values[] = { variant->min, variant->max };
	const long beyond[] = { -1, variant->min - 1, variant->max + 1 };
	struct nl_socket *nl = &self->ctl.nl;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(values); i++) {
		EXPECT_EQ(0, write_number(variant->path, values[i]));
		EXPECT_EQ(values[i], get_config(_metadata, nl, variant->attr));
		EXPECT_EQ(values[i], read_number(variant->path));
	}
	for (i = 0; i < ARRAY_SIZE(beyond); i++) {
		EXPECT_GT(0, write_number(variant->path, beyond[i]));
		EXPECT_EQ(variant->max, read_number(variant->path));
	}
	EXPECT_GT(0, write_parameter(variant->path, "x\n"));
	EXPECT_GT(0, write_parameter(variant->path, "\n"));
	EXPECT_EQ(0, set_config(nl, variant->attr, variant->min));
	EXPECT_EQ(variant->min, read_number(variant->path));
}

static long open_for_writing(const void *path)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	return fd < 0 ? -errno : 0;
}

TEST_F(parameter, is_roots)
{
	const struct child_as user = { .uid = 65534, .gid = 65534 };
	struct child child;

	child_start_as(_metadata, &child, open_for_writing, variant->path,
		       &user);
	EXPECT_EQ(-EACCES, child_result(_metadata, &child));
	child_end(&child);
}

TEST_HARNESS_MAIN
