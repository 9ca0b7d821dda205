/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * snet selftests: the test as the controller, and its children that make calls
 *
 * The controller's own process is never asked. So a test opens servers and the
 * like itself, and has the call that it is about made by a child:
 *
 *	mediate(_metadata, ctl, SNET_OP_CONNECT, AF_INET, ANY, ANY);
 *	child_start(_metadata, &child, call_connect, &address);
 *	request = expect_request(_metadata, ctl, SNET_OP_CONNECT, AF_INET,
 *				 SOCK_STREAM, IPPROTO_TCP);
 *	EXPECT_EQ(0, answer(ctl, request, SNET_VERDICT_DENY, EPERM));
 *	EXPECT_EQ(-EPERM, child_result(_metadata, &child));
 *	nl_free(request);
 *
 * Nothing sleeps for luck: what has to come is waited for, NL_PATIENCE at most.
 */
#ifndef _SNET_SELFTEST_COMMON_H
#define _SNET_SELFTEST_COMMON_H

#include <errno.h>
#include <fcntl.h>
#include <linux/snet.h>
#include <poll.h>
#include <signal.h>
#include <sys/types.h>
#include <unistd.h>

#include "../kselftest_harness.h"
#include "call.h"
#include "child.h"
#include "netlink.h"

/* For mediate(): any family, type, protocol. */
#define ANY (-1)

/* Seconds; long enough that no test meets it by chance. */
#define LONG_DELAY 600

/* The controller. What it finds changed is as before when it is closed. */
struct controller {
	struct nl_socket nl;
	/* As they were. */
	struct nl_event *config;
	struct nl_event *mediated;
};

/* The settings, all of which CONFIG_GET tells and CONFIG_SET takes. */
static const enum snet_attr settings[] = {
	SNET_A_DELAY,
	SNET_A_POLICY,
	SNET_A_POLICY_NO_CONTROLLER,
	SNET_A_POLICY_CONTROLLER_GONE,
	SNET_A_POLICY_QUEUE_FULL,
	SNET_A_POLICY_UNDELIVERABLE,
	SNET_A_POLICY_TIMEOUT,
	SNET_A_TICKET_MODE,
	SNET_A_TICKET_LIFETIME,
	SNET_A_TICKETS_PERSIST,
};

/* Commands; those that return int return 0 or a negative errno. */

static inline int send_command(struct nl_socket *nl, __u8 cmd)
{
	struct nl_message message;

	nl_begin(&message, nl, cmd, 0);
	return nl_call(nl, &message, NULL);
}

static inline int send_register(struct nl_socket *nl)
{
	return send_command(nl, SNET_CMD_REGISTER);
}

static inline int flush_tickets(struct nl_socket *nl)
{
	return send_command(nl, SNET_CMD_TICKET_FLUSH);
}

/* The reply to a command without attributes; the caller frees it. */
static inline struct nl_event *ask(struct __test_metadata *_metadata,
				   struct nl_socket *nl, __u8 cmd, __u16 flags)
{
	struct nl_message message;
	struct nl_event *reply;

	nl_begin(&message, nl, cmd, flags);
	ASSERT_EQ(0, nl_call(nl, &message, &reply))
	TH_LOG("command %u: %s", cmd, nl->extack);
	return reply;
}

static inline struct nl_event *dump(struct __test_metadata *_metadata,
				    struct nl_socket *nl, __u8 cmd)
{
	return ask(_metadata, nl, cmd, NLM_F_DUMP);
}

static inline unsigned int count_events(const struct nl_event *list)
{
	unsigned int count = 0;

	for (; list; list = list->next)
		count++;
	return count;
}

static inline int set_config(struct nl_socket *nl, enum snet_attr setting,
			     __u32 value)
{
	struct nl_message message;

	nl_begin(&message, nl, SNET_CMD_CONFIG_SET, 0);
	nl_put_u32(&message, setting, value);
	return nl_call(nl, &message, NULL);
}

static inline __u32 get_config(struct __test_metadata *_metadata,
			       struct nl_socket *nl, enum snet_attr setting)
{
	struct nl_event *config = ask(_metadata, nl, SNET_CMD_CONFIG_GET, 0);
	__u32 value = nl_u32(config, setting);

	nl_free(config);
	return value;
}

/* A counter over all operations. */
static inline __u64 get_stat(struct __test_metadata *_metadata,
			     struct nl_socket *nl, enum snet_attr stat)
{
	struct nl_event *stats = ask(_metadata, nl, SNET_CMD_STATS_GET, 0);
	__u64 value = nl_u64(stats, stat);

	nl_free(stats);
	return value;
}

/* A counter of one operation. */
static inline __u64 get_stat_of(struct __test_metadata *_metadata,
				struct nl_socket *nl,
				enum snet_operation operation,
				enum snet_attr stat)
{
	struct nl_event *list = dump(_metadata, nl, SNET_CMD_STATS_GET);
	const struct nl_event *event;
	__u64 value = 0;

	for (event = list; event; event = event->next)
		if (nl_u32(event, SNET_A_OPERATION) == operation)
			value = nl_u64(event, stat);
	nl_free(list);
	return value;
}

static inline void put_mediated(struct nl_message *message, int operation,
				int family, int type, int protocol)
{
	nl_put_u32(message, SNET_A_OPERATION, operation);
	if (family != ANY)
		nl_put_u32(message, SNET_A_FAMILY, family);
	if (type != ANY)
		nl_put_u32(message, SNET_A_TYPE, type);
	if (protocol != ANY)
		nl_put_u32(message, SNET_A_PROTOCOL, protocol);
}

static inline int try_mediate(struct nl_socket *nl, __u8 cmd, int operation,
			      int family, int type, int protocol)
{
	struct nl_message message;

	nl_begin(&message, nl, cmd, 0);
	put_mediated(&message, operation, family, type, protocol);
	return nl_call(nl, &message, NULL);
}

/* Has calls asked about that wait as @hold says. */
static inline void mediate_hold(struct __test_metadata *_metadata,
				struct controller *ctl, int operation,
				int family, int type, int protocol,
				enum snet_hold hold)
{
	struct nl_message message;

	nl_begin(&message, &ctl->nl, SNET_CMD_MEDIATE_ADD, 0);
	put_mediated(&message, operation, family, type, protocol);
	nl_put_u32(&message, SNET_A_HOLD, hold);
	ASSERT_EQ(0, nl_call(&ctl->nl, &message, NULL))
	TH_LOG("%s", ctl->nl.extack);
}

/* Has calls asked about; they wait as threads, as all kinds of them can. */
static inline void mediate(struct __test_metadata *_metadata,
			   struct controller *ctl, int operation, int family,
			   int type, int protocol)
{
	mediate_hold(_metadata, ctl, operation, family, type, protocol,
		     SNET_HOLD_THREAD);
}

static inline int mediate_nothing(struct nl_socket *nl)
{
	return send_command(nl, SNET_CMD_MEDIATE_DEL);
}

/* The controller. */

static inline void controller_restore_mediated(struct controller *ctl)
{
	const enum snet_attr attrs[] = {
		SNET_A_OPERATION, SNET_A_FAMILY, SNET_A_TYPE,
		SNET_A_PROTOCOL,  SNET_A_HOLD,
	};
	const struct nl_event *entry;
	struct nl_message message;
	unsigned int i;

	mediate_nothing(&ctl->nl);
	for (entry = ctl->mediated; entry; entry = entry->next) {
		nl_begin(&message, &ctl->nl, SNET_CMD_MEDIATE_ADD, 0);
		for (i = 0; i < ARRAY_SIZE(attrs); i++)
			if (nl_has(entry, attrs[i]))
				nl_put_u32(&message, attrs[i],
					   nl_u32(entry, attrs[i]));
		nl_call(&ctl->nl, &message, NULL);
	}
}

static inline void controller_restore_config(struct controller *ctl)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(settings); i++)
		set_config(&ctl->nl, settings[i],
			   nl_u32(ctl->config, settings[i]));
}

/*
 * Becomes the controller. Nothing is mediated, there are no tickets; what
 * nobody decides would be denied, after a long delay.
 */
static inline void controller_open(struct __test_metadata *_metadata,
				   struct controller *ctl)
{
	memset(ctl, 0, sizeof(*ctl));
	ASSERT_EQ(0, nl_open(&ctl->nl))
	TH_LOG("is snet built in, and in lsm=?");
	ASSERT_EQ(0, send_register(&ctl->nl)) TH_LOG("%s", ctl->nl.extack);
	ctl->config = ask(_metadata, &ctl->nl, SNET_CMD_CONFIG_GET, 0);
	ctl->mediated = dump(_metadata, &ctl->nl, SNET_CMD_MEDIATE_GET);
	ASSERT_EQ(0, mediate_nothing(&ctl->nl));
	ASSERT_EQ(0, flush_tickets(&ctl->nl));
	ASSERT_EQ(0, set_config(&ctl->nl, SNET_A_DELAY, LONG_DELAY));
	ASSERT_EQ(0, set_config(&ctl->nl, SNET_A_POLICY, SNET_VERDICT_DENY));
}

/* Also after the test has closed the socket: then it is opened again. */
static inline void controller_close(struct __test_metadata *_metadata,
				    struct controller *ctl)
{
	int err = ctl->nl.fd < 0 ? nl_open(&ctl->nl) : 0;

	EXPECT_EQ(0, err);
	if (!err && ctl->config) {
		controller_restore_mediated(ctl);
		controller_restore_config(ctl);
		flush_tickets(&ctl->nl);
	}
	nl_close(&ctl->nl);
	nl_free(ctl->config);
	nl_free(ctl->mediated);
}

/* The controller's end, as if it had crashed. */
static inline void controller_die(struct controller *ctl)
{
	nl_close(&ctl->nl);
}

/* Verdicts. */

struct ticket {
	__u64 fields;
	/* As configured when negative. */
	int mode;
	int lifetime;
};

static inline int answer_with_ticket(struct controller *ctl,
				     const struct nl_event *request,
				     enum snet_verdict verdict, int error,
				     const struct ticket *ticket)
{
	struct nl_message message;

	nl_begin(&message, &ctl->nl, SNET_CMD_VERDICT, 0);
	nl_put_u64(&message, SNET_A_ID, nl_u64(request, SNET_A_ID));
	nl_put_u32(&message, SNET_A_VERDICT, verdict);
	if (error)
		nl_put_u32(&message, SNET_A_ERRNO, error);
	if (ticket) {
		nl_put_u64(&message, SNET_A_TICKET_FIELDS, ticket->fields);
		if (ticket->mode >= 0)
			nl_put_u32(&message, SNET_A_TICKET_MODE, ticket->mode);
		if (ticket->lifetime >= 0)
			nl_put_u32(&message, SNET_A_TICKET_LIFETIME,
				   ticket->lifetime);
	}
	return nl_call(&ctl->nl, &message, NULL);
}

/* With @error 0 a denial has its default errno. */
static inline int answer(struct controller *ctl, const struct nl_event *request,
			 enum snet_verdict verdict, int error)
{
	return answer_with_ticket(ctl, request, verdict, error, NULL);
}

static inline int allow(struct controller *ctl, const struct nl_event *request)
{
	return answer(ctl, request, SNET_VERDICT_ALLOW, 0);
}

/* Requests. */

/* Whether a message is about a process that is not of this test. */
static inline bool is_strangers(const struct nl_event *event)
{
	pid_t group = getpgid(nl_u32(event, SNET_A_PID));

	return group >= 0 && group != getpgrp();
}

/*
 * The next message to the controller that is about this test: a request, a
 * cancel, an event. The calls of others on this machine are allowed.
 */
static inline int try_next(struct controller *ctl, int timeout,
			   struct nl_event **event)
{
	int err;

	for (;;) {
		err = nl_next(&ctl->nl, timeout, event);
		if (err)
			return err;
		if ((*event)->cmd == SNET_CMD_CANCEL || !is_strangers(*event))
			return 0;
		if ((*event)->cmd == SNET_CMD_REQUEST)
			allow(ctl, *event);
		nl_free(*event);
	}
}

/* Waits for the next message; the caller frees it. */
static inline struct nl_event *expect_event(struct __test_metadata *_metadata,
					    struct controller *ctl, __u8 cmd)
{
	struct nl_event *event = NULL;

	ASSERT_EQ(0, try_next(ctl, NL_PATIENCE, &event))
	TH_LOG("no message, when command %u had to come", cmd);
	ASSERT_EQ(cmd, event->cmd);
	return event;
}

/* Waits for the next message, which has to be this request. */
static inline struct nl_event *expect_request(struct __test_metadata *_metadata,
					      struct controller *ctl,
					      int operation, int family,
					      int type, int protocol)
{
	struct nl_event *event = expect_event(_metadata, ctl, SNET_CMD_REQUEST);

	EXPECT_EQ(operation, nl_u32(event, SNET_A_OPERATION));
	EXPECT_EQ(family, nl_u32(event, SNET_A_FAMILY));
	if (type == ANY)
		type = nl_u32(event, SNET_A_TYPE);
	if (protocol == ANY)
		protocol = nl_u32(event, SNET_A_PROTOCOL);
	EXPECT_EQ(type, nl_u32(event, SNET_A_TYPE));
	EXPECT_EQ(protocol, nl_u32(event, SNET_A_PROTOCOL));
	EXPECT_LT(0, nl_u64(event, SNET_A_ID));
	return event;
}

/* That an address attribute is exactly this; there is none if that is NULL. */
static inline void expect_address(struct __test_metadata *_metadata,
				  const struct nl_event *event,
				  enum snet_attr attr,
				  const struct address *address)
{
	if (!address) {
		EXPECT_FALSE(nl_has(event, attr));
		return;
	}
	ASSERT_EQ(address->len, nl_len(event, attr));
	EXPECT_EQ(0, memcmp(&address->any, nl_data(event, attr), address->len));
}

/*
 * That nothing has come besides what was taken. A request is sent before its
 * call returns, so after the call this is final.
 */
static inline void expect_quiet(struct __test_metadata *_metadata,
				struct controller *ctl)
{
	struct nl_event *event = NULL;

	EXPECT_EQ(-ETIMEDOUT, try_next(ctl, 0, &event))
	TH_LOG("command %u, operation %u", event ? event->cmd : 0,
	       event ? nl_u32(event, SNET_A_OPERATION) : 0);
	nl_free(event);
}

/* The result of a call that is held all the while; it must not be there yet. */
static inline void expect_held(struct __test_metadata *_metadata,
			       struct child *child)
{
	EXPECT_FALSE(child_has_told(child, 0));
}

/* What a child tells next, or its function returns. */
static inline long child_result(struct __test_metadata *_metadata,
				struct child *child)
{
	long result = 0;

	ASSERT_EQ(0, child_hear(child, &result))
	TH_LOG("the child is silent");
	return result;
}

static inline void child_start_as(struct __test_metadata *_metadata,
				  struct child *child, child_func func,
				  const void *arg, const struct child_as *as)
{
	ASSERT_EQ(0, child_fork(child, func, arg, as));
}

static inline void child_start(struct __test_metadata *_metadata,
			       struct child *child, child_func func,
			       const void *arg)
{
	child_start_as(_metadata, child, func, arg, NULL);
}

/* Makes a call that nobody has to answer. */
static inline long child_call(struct __test_metadata *_metadata,
			      child_func func, const void *arg)
{
	struct child child;
	long result;

	child_start(_metadata, &child, func, arg);
	result = child_result(_metadata, &child);
	child_end(&child);
	return result;
}

/* Takes all that has come, and answers each request alike. */
static inline unsigned int answer_queued(struct controller *ctl,
					 enum snet_verdict verdict, int error,
					 struct nl_event **last)
{
	unsigned int count = 0;
	struct nl_event *event;

	while (!try_next(ctl, 0, &event)) {
		if (event->cmd != SNET_CMD_REQUEST) {
			nl_free(event);
			continue;
		}
		answer(ctl, event, verdict, error);
		count++;
		nl_free(*last);
		*last = event;
	}
	return count;
}

/*
 * Answers everything alike until the child has a result, which is returned.
 * The number of requests goes to @count, the last one to @last (to be freed),
 * if these are not NULL.
 */
static inline long child_answered(struct __test_metadata *_metadata,
				  struct controller *ctl, struct child *child,
				  enum snet_verdict verdict, int error,
				  unsigned int *count, struct nl_event **last)
{
	struct pollfd pfds[] = {
		{ .fd = ctl->nl.fd, .events = POLLIN },
		{ .fd = child->result_fd, .events = POLLIN },
	};
	struct nl_event *request = NULL;
	unsigned int requests = 0;
	bool told;

	do {
		ASSERT_LT(0, ctl->nl.first ? 1 : poll(pfds, 2, NL_PATIENCE));
		/* What it has asked before it has told is there by now. */
		told = child_has_told(child, 0);
		requests += answer_queued(ctl, verdict, error, &request);
	} while (!told);
	if (count)
		*count = requests;
	if (last)
		*last = request;
	else
		nl_free(request);
	return child_result(_metadata, child);
}

#endif /* _SNET_SELFTEST_COMMON_H */
