// SPDX-License-Identifier: GPL-2.0-only
/*
 * snet selftests: commands: who may send them, what they do, what they tell
 */
#include <sched.h>
#include <sys/stat.h>

#include "common.h"

#define NOBODY 65534

FIXTURE(command)
{
	struct controller ctl;
	struct child children[3];
	struct nl_event *requests[3];
};

FIXTURE_SETUP(command)
{
	controller_open(_metadata, &self->ctl);
}

FIXTURE_TEARDOWN(command)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(self->children); i++) {
		nl_free(self->requests[i]);
		child_end(&self->children[i]);
	}
	controller_close(_metadata, &self->ctl);
}

/* Some calls that are held. */
static void hold_calls(struct __test_metadata *_metadata,
		       FIXTURE_DATA(command) * self, unsigned int count)
{
	static const struct call call = {
		.family = AF_INET,
		.type = SOCK_STREAM,
	};
	unsigned int i;

	mediate(_metadata, &self->ctl, SNET_OP_CREATE, AF_INET, ANY, ANY);
	for (i = 0; i < count; i++) {
		child_start(_metadata, &self->children[i], call_socket, &call);
		self->requests[i] = expect_request(_metadata, &self->ctl,
						   SNET_OP_CREATE, AF_INET,
						   SOCK_STREAM, 0);
	}
}

static const struct {
	__u8 cmd;
	__u16 flags;
} all_commands[] = {
	{ SNET_CMD_REGISTER, 0 },
	{ SNET_CMD_VERDICT, 0 },
	{ SNET_CMD_CONFIG_GET, 0 },
	{ SNET_CMD_CONFIG_SET, 0 },
	{ SNET_CMD_PENDING_GET, NLM_F_DUMP },
	{ SNET_CMD_STATS_GET, 0 },
	{ SNET_CMD_STATS_GET, NLM_F_DUMP },
	{ SNET_CMD_MEDIATE_ADD, 0 },
	{ SNET_CMD_MEDIATE_DEL, 0 },
	{ SNET_CMD_MEDIATE_GET, NLM_F_DUMP },
	{ SNET_CMD_TICKET_FLUSH, 0 },
	{ SNET_CMD_TICKET_GET, NLM_F_DUMP },
};

/* Returns 0 if each command is refused with EPERM, else one more than it. */
static long send_all_commands(const void *arg)
{
	struct nl_message message;
	struct nl_socket nl;
	unsigned int i;
	int err;

	err = nl_open(&nl);
	if (err)
		return err;
	for (i = 0; i < ARRAY_SIZE(all_commands); i++) {
		nl_begin(&message, &nl, all_commands[i].cmd,
			 all_commands[i].flags);
		if (nl_call(&nl, &message, NULL) != -EPERM)
			return all_commands[i].cmd + 1;
	}
	return nl_join_monitor(&nl) == -EPERM ? 0 : 1000;
}

static long call_as(struct __test_metadata *_metadata, child_func func,
		    const struct child_as *as)
{
	struct child child;
	long result;

	child_start_as(_metadata, &child, func, NULL, as);
	result = child_result(_metadata, &child);
	child_end(&child);
	return result;
}

TEST_F(command, needs_net_admin)
{
	const struct child_as user = { .uid = NOBODY, .gid = NOBODY };

	EXPECT_EQ(0, call_as(_metadata, send_all_commands, &user));
}

/* All capabilities, but not in the initial user namespace. */
TEST_F(command, needs_the_initial_user_namespace)
{
	const struct child_as root = { .namespaces = CLONE_NEWUSER };

	EXPECT_EQ(0, call_as(_metadata, send_all_commands, &root));
}

TEST_F(command, is_not_in_other_network_namespaces)
{
	const struct child_as inside = { .namespaces = CLONE_NEWUSER |
						       CLONE_NEWNET };
	const struct child_as outside = { .namespaces = CLONE_NEWNET };

	EXPECT_EQ(-ENOENT, call_as(_metadata, send_all_commands, &inside));
	EXPECT_EQ(-ENOENT, call_as(_metadata, send_all_commands, &outside));
}

static long register_controller(const void *arg)
{
	struct nl_socket nl;
	int err;

	err = nl_open(&nl);
	return err ?: send_register(&nl);
}

TEST_F(command, second_controller)
{
	struct nl_socket second;

	EXPECT_EQ(-EBUSY, call_as(_metadata, register_controller, NULL));
	EXPECT_EQ(-EBUSY, send_register(&self->ctl.nl));
	EXPECT_STREQ("there is a controller already", self->ctl.nl.extack);
	ASSERT_EQ(0, nl_open(&second));
	EXPECT_EQ(-EBUSY, send_register(&second));

	/* The first one's end makes room, the end of others does not. */
	nl_close(&second);
	EXPECT_EQ(-EBUSY, call_as(_metadata, register_controller, NULL));
	controller_die(&self->ctl);
	EXPECT_EQ(0, call_as(_metadata, register_controller, NULL));
	/* Its socket was closed when it ended. */
	ASSERT_EQ(0, nl_open(&self->ctl.nl));
	EXPECT_EQ(0, send_register(&self->ctl.nl));
}

TEST_F(command, verdict_from_another_port)
{
	struct controller other = {};

	hold_calls(_metadata, self, 1);
	ASSERT_EQ(0, nl_open(&other.nl));
	EXPECT_EQ(-EPERM, allow(&other, self->requests[0]));
	EXPECT_STREQ("only the controller's socket gives verdicts",
		     other.nl.extack);
	EXPECT_EQ(1, get_stat(_metadata, &other.nl, SNET_A_STAT_PENDING));
	expect_held(_metadata, &self->children[0]);
	nl_close(&other.nl);

	EXPECT_EQ(0, answer(&self->ctl, self->requests[0], SNET_VERDICT_DENY,
			    ENOMEM));
	EXPECT_EQ(-ENOMEM, child_result(_metadata, &self->children[0]));
}

TEST_F(command, verdict_without_a_controller)
{
	controller_die(&self->ctl);
	ASSERT_EQ(0, nl_open(&self->ctl.nl));
	EXPECT_EQ(-EPERM, send_command(&self->ctl.nl, SNET_CMD_VERDICT));
}

/* Repeated, late, of one that was killed: no harm done to what waits. */
TEST_F(command, verdict_too_late)
{
	struct nl_event *cancel;

	hold_calls(_metadata, self, 3);
	EXPECT_EQ(0, allow(&self->ctl, self->requests[0]));
	EXPECT_EQ(-ENOENT, allow(&self->ctl, self->requests[0]));
	EXPECT_STREQ("no request with this id waits", self->ctl.nl.extack);
	EXPECT_EQ(SNET_A_ID, self->ctl.nl.extack_attr);
	EXPECT_EQ(0, child_result(_metadata, &self->children[0]));
	EXPECT_EQ(-ENOENT,
		  answer(&self->ctl, self->requests[0], SNET_VERDICT_DENY, 0));

	child_end(&self->children[1]);
	cancel = expect_event(_metadata, &self->ctl, SNET_CMD_CANCEL);
	EXPECT_EQ(nl_u64(self->requests[1], SNET_A_ID),
		  nl_u64(cancel, SNET_A_ID));
	EXPECT_EQ(SNET_CANCEL_KILLED, nl_u32(cancel, SNET_A_REASON));
	EXPECT_FALSE(nl_has(cancel, SNET_A_VERDICT));
	nl_free(cancel);
	EXPECT_EQ(-ENOENT, allow(&self->ctl, self->requests[1]));

	EXPECT_EQ(1, get_stat(_metadata, &self->ctl.nl, SNET_A_STAT_PENDING));
	EXPECT_EQ(0,
		  answer(&self->ctl, self->requests[2], SNET_VERDICT_DENY, 0));
	EXPECT_EQ(-EACCES, child_result(_metadata, &self->children[2]));
	expect_quiet(_metadata, &self->ctl);
}

/* The oldest first, and each just as it was asked. */
TEST_F(command, pending_dump)
{
	struct nl_event *list, *entry;
	unsigned int i;

	list = dump(_metadata, &self->ctl.nl, SNET_CMD_PENDING_GET);
	EXPECT_EQ(NULL, list);

	hold_calls(_metadata, self, 3);
	list = dump(_metadata, &self->ctl.nl, SNET_CMD_PENDING_GET);
	ASSERT_EQ(3, count_events(list));
	for (i = 0, entry = list; entry; entry = entry->next, i++) {
		EXPECT_EQ(SNET_CMD_REQUEST, entry->cmd);
		ASSERT_EQ(self->requests[i]->len, entry->len);
		EXPECT_EQ(0, memcmp(self->requests[i]->data +
					    NLMSG_LENGTH(GENL_HDRLEN),
				    entry->data + NLMSG_LENGTH(GENL_HDRLEN),
				    entry->len - NLMSG_LENGTH(GENL_HDRLEN)));
	}
	nl_free(list);
}

static const struct {
	enum snet_attr attr;
	__u32 min;
	__u32 max;
} bounds[] = {
	{ SNET_A_DELAY, 1, SNET_DELAY_MAX },
	{ SNET_A_POLICY, 0, SNET_VERDICT_MAX },
	{ SNET_A_POLICY_NO_CONTROLLER, 0, SNET_POLICY_MAX },
	{ SNET_A_POLICY_CONTROLLER_GONE, 0, SNET_POLICY_MAX },
	{ SNET_A_POLICY_QUEUE_FULL, 0, SNET_POLICY_MAX },
	{ SNET_A_POLICY_UNDELIVERABLE, 0, SNET_POLICY_MAX },
	{ SNET_A_POLICY_TIMEOUT, 0, SNET_POLICY_MAX },
	{ SNET_A_TICKET_MODE, 0, SNET_TICKET_MODE_MAX },
	{ SNET_A_TICKET_LIFETIME, 0, SNET_TICKET_LIFETIME_MAX },
	{ SNET_A_TICKETS_PERSIST, 0, 1 },
};

TEST_F(command, config_bounds)
{
	struct nl_socket *nl = &self->ctl.nl;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bounds); i++) {
		const __u32 values[] = { bounds[i].min, bounds[i].max };
		const __u32 beyond[] = { bounds[i].min - 1, bounds[i].max + 1,
					 -1 };
		unsigned int j;

		for (j = 0; j < ARRAY_SIZE(values); j++) {
			EXPECT_EQ(0, set_config(nl, bounds[i].attr, values[j]));
			EXPECT_EQ(values[j],
				  get_config(_metadata, nl, bounds[i].attr));
		}
		for (j = 0; j < ARRAY_SIZE(beyond); j++) {
			EXPECT_EQ(-ERANGE,
				  set_config(nl, bounds[i].attr, beyond[j]));
			EXPECT_EQ(bounds[i].attr, nl->extack_attr);
			EXPECT_EQ(bounds[i].max,
				  get_config(_metadata, nl, bounds[i].attr));
		}
	}
}

/* One message sets several; what it does not have stays. */
TEST_F(command, config_several)
{
	struct nl_message message;
	struct nl_event *config;

	nl_begin(&message, &self->ctl.nl, SNET_CMD_CONFIG_SET, 0);
	nl_put_u32(&message, SNET_A_DELAY, 7);
	nl_put_u32(&message, SNET_A_TICKET_MODE, SNET_TICKET_EXTENDED);
	nl_put_u32(&message, SNET_A_POLICY_TIMEOUT, SNET_POLICY_ALLOW);
	ASSERT_EQ(0, nl_call(&self->ctl.nl, &message, NULL));

	config = ask(_metadata, &self->ctl.nl, SNET_CMD_CONFIG_GET, 0);
	EXPECT_EQ(7, nl_u32(config, SNET_A_DELAY));
	EXPECT_EQ(SNET_TICKET_EXTENDED, nl_u32(config, SNET_A_TICKET_MODE));
	EXPECT_EQ(SNET_POLICY_ALLOW, nl_u32(config, SNET_A_POLICY_TIMEOUT));
	EXPECT_EQ(SNET_VERDICT_DENY, nl_u32(config, SNET_A_POLICY));
	EXPECT_TRUE(nl_has(config, SNET_A_FEATURES));
	nl_free(config);
}

/* One part for each operation; the counters of all are the sums. */
TEST_F(command, stats_dump)
{
	struct nl_event *list, *entry;
	__u64 requests = 0, total;
	int operation = 1;

	hold_calls(_metadata, self, 2);
	total = get_stat(_metadata, &self->ctl.nl, SNET_A_STAT_REQUESTS);
	list = dump(_metadata, &self->ctl.nl, SNET_CMD_STATS_GET);
	ASSERT_EQ(SNET_OP_MAX, count_events(list));
	for (entry = list; entry; entry = entry->next) {
		EXPECT_EQ(operation++, nl_u32(entry, SNET_A_OPERATION));
		EXPECT_TRUE(nl_has(entry, SNET_A_STAT_TICKET_DENIED));
		EXPECT_FALSE(nl_has(entry, SNET_A_STAT_PENDING));
		requests += nl_u64(entry, SNET_A_STAT_REQUESTS);
	}
	EXPECT_EQ(total, requests);
	nl_free(list);
}

/* How the counters of CREATE and of all change with each verdict. */
TEST_F(command, stats_count_verdicts)
{
	static const enum snet_attr stats[] = { SNET_A_STAT_REQUESTS,
						SNET_A_STAT_ALLOWED,
						SNET_A_STAT_DENIED,
						SNET_A_STAT_CANCELLED };
	static const __u64 more[] = { 3, 1, 1, 1 };
	__u64 before[ARRAY_SIZE(stats)], before_of[ARRAY_SIZE(stats)];
	struct nl_socket *nl = &self->ctl.nl;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(stats); i++) {
		before[i] = get_stat(_metadata, nl, stats[i]);
		before_of[i] =
			get_stat_of(_metadata, nl, SNET_OP_CREATE, stats[i]);
	}
	hold_calls(_metadata, self, 3);
	EXPECT_EQ(3, get_stat(_metadata, nl, SNET_A_STAT_PENDING));
	allow(&self->ctl, self->requests[0]);
	answer(&self->ctl, self->requests[1], SNET_VERDICT_DENY, 0);
	child_end(&self->children[2]);
	EXPECT_EQ(0, get_stat(_metadata, nl, SNET_A_STAT_PENDING));
	for (i = 0; i < ARRAY_SIZE(stats); i++) {
		EXPECT_EQ(before[i] + more[i],
			  get_stat(_metadata, nl, stats[i]));
		EXPECT_EQ(before_of[i] + more[i],
			  get_stat_of(_metadata, nl, SNET_OP_CREATE, stats[i]));
	}
}

TEST_F(command, mediated_set)
{
	const __u8 add = SNET_CMD_MEDIATE_ADD, del = SNET_CMD_MEDIATE_DEL;
	struct nl_socket *nl = &self->ctl.nl;
	struct nl_event *list, *entry;

	EXPECT_EQ(0, try_mediate(nl, add, SNET_OP_BIND, ANY, ANY, ANY));
	mediate_hold(_metadata, &self->ctl, SNET_OP_MAX, AF_UNIX, SOCK_PACKET,
		     0xffff, SNET_HOLD_FLOW);
	list = dump(_metadata, nl, SNET_CMD_MEDIATE_GET);
	ASSERT_EQ(2, count_events(list));
	/* The narrower one comes first. */
	entry = list;
	EXPECT_EQ(SNET_OP_MAX, nl_u32(entry, SNET_A_OPERATION));
	EXPECT_EQ(AF_UNIX, nl_u32(entry, SNET_A_FAMILY));
	EXPECT_EQ(SOCK_PACKET, nl_u32(entry, SNET_A_TYPE));
	EXPECT_EQ(0xffff, nl_u32(entry, SNET_A_PROTOCOL));
	EXPECT_EQ(SNET_HOLD_FLOW, nl_u32(entry, SNET_A_HOLD));
	entry = entry->next;
	EXPECT_EQ(SNET_OP_BIND, nl_u32(entry, SNET_A_OPERATION));
	EXPECT_FALSE(nl_has(entry, SNET_A_FAMILY));
	EXPECT_FALSE(nl_has(entry, SNET_A_TYPE));
	EXPECT_FALSE(nl_has(entry, SNET_A_PROTOCOL));
	EXPECT_EQ(SNET_HOLD_AUTO, nl_u32(entry, SNET_A_HOLD));
	nl_free(list);

	/* A second time it is the same entry, with another way to wait. */
	mediate_hold(_metadata, &self->ctl, SNET_OP_BIND, ANY, ANY, ANY,
		     SNET_HOLD_THREAD);
	list = dump(_metadata, nl, SNET_CMD_MEDIATE_GET);
	EXPECT_EQ(2, count_events(list));
	EXPECT_EQ(SNET_HOLD_THREAD, nl_u32(list->next, SNET_A_HOLD));
	nl_free(list);

	/* Only the very same entry is taken out. */
	EXPECT_EQ(-ENOENT,
		  try_mediate(nl, del, SNET_OP_BIND, AF_INET, ANY, ANY));
	EXPECT_EQ(-ENOENT, try_mediate(nl, del, SNET_OP_MAX, ANY, ANY, ANY));
	EXPECT_EQ(0, try_mediate(nl, del, SNET_OP_BIND, ANY, ANY, ANY));
	EXPECT_EQ(-ENOENT, try_mediate(nl, del, SNET_OP_BIND, ANY, ANY, ANY));
	EXPECT_STREQ("there is no such entry in the mediated set", nl->extack);
	EXPECT_EQ(0, mediate_nothing(nl));
	EXPECT_EQ(NULL, dump(_metadata, nl, SNET_CMD_MEDIATE_GET));
	EXPECT_EQ(0, mediate_nothing(nl));
}

TEST_F(command, mediated_set_full)
{
	const __u8 add = SNET_CMD_MEDIATE_ADD;
	struct nl_socket *nl = &self->ctl.nl;
	struct nl_event *list;
	int i;

	for (i = 0; i < SNET_MEDIATED_MAX; i++)
		ASSERT_EQ(0, try_mediate(nl, add, SNET_OP_BIND, AF_INET,
					 SOCK_RAW, i));
	EXPECT_EQ(-ENOSPC,
		  try_mediate(nl, add, SNET_OP_BIND, AF_INET, SOCK_RAW, i));
	EXPECT_STREQ("the mediated set is full", nl->extack);
	/* One that is there can be changed all the same. */
	EXPECT_EQ(0, try_mediate(nl, add, SNET_OP_BIND, AF_INET, SOCK_RAW, 7));
	list = dump(_metadata, nl, SNET_CMD_MEDIATE_GET);
	EXPECT_EQ(SNET_MEDIATED_MAX, count_events(list));
	nl_free(list);
	EXPECT_EQ(0, try_mediate(nl, SNET_CMD_MEDIATE_DEL, SNET_OP_BIND,
				 AF_INET, SOCK_RAW, 0));
	EXPECT_EQ(0, try_mediate(nl, add, SNET_OP_BIND, AF_INET, SOCK_RAW, i));
}

TEST_F(command, ticket_dump_empty)
{
	EXPECT_EQ(NULL, dump(_metadata, &self->ctl.nl, SNET_CMD_TICKET_GET));
	EXPECT_EQ(0, flush_tickets(&self->ctl.nl));
}

TEST_HARNESS_MAIN
