// SPDX-License-Identifier: GPL-2.0-only
/*
 * snet selftests: each malformed message, with the errno and the text that
 * refuses it
 */
#include "common.h"

/* The kernel's own words. */
#define BAD_LENGTH "invalid attribute length"
#define BAD_RANGE "integer out of range"
#define BAD_BITS "reserved bit set"
#define UNKNOWN "Unknown attribute type"
#define UNSUPPORTED "Unsupported attribute"
#define REJECTED "Attribute failed policy validation"
#define NESTED "NLA_F_NESTED not expected"
#define LEFTOVER "bytes leftover after parsing attributes"

#define ATTRS_MAX 3

struct attr {
	__u16 type;
	__u16 len;
	__u64 value;
};

#define A32(_type, _value)                                                     \
	{                                                                      \
		.type = (_type), .len = 4, .value = (_value)                   \
	}
#define A64(_type, _value)                                                     \
	{                                                                      \
		.type = (_type), .len = 8, .value = (_value)                   \
	}
#define LONG(_type, _len)                                                      \
	{                                                                      \
		.type = (_type), .len = (_len), .value = 1                     \
	}

struct refusal {
	int error;
	const char *text;
	/* The attribute that is complained about, 0 if none is named. */
	int attr;
	struct attr attrs[ATTRS_MAX];
};

FIXTURE(netlink)
{
	struct controller ctl;
	struct child child;
	struct nl_event *request;
};

/* There is a request that waits, which no refused message may decide. */
FIXTURE_SETUP(netlink)
{
	struct call call = { .family = AF_INET, .type = SOCK_STREAM };

	controller_open(_metadata, &self->ctl);
	mediate(_metadata, &self->ctl, SNET_OP_CREATE, AF_INET, ANY, ANY);
	child_start(_metadata, &self->child, call_socket, &call);
	self->request = expect_request(_metadata, &self->ctl, SNET_OP_CREATE,
				       AF_INET, SOCK_STREAM, 0);
}

FIXTURE_TEARDOWN(netlink)
{
	nl_free(self->request);
	child_end(&self->child);
	controller_close(_metadata, &self->ctl);
}

static void put_attrs(struct nl_message *message, const struct attr *attrs)
{
	unsigned int i;

	for (i = 0; i < ATTRS_MAX && attrs[i].type; i++) {
		char data[64] = {};

		/* Little or big endian: a number fills its own size. */
		if (attrs[i].len == sizeof(__u32)) {
			nl_put_u32(message, attrs[i].type, attrs[i].value);
			continue;
		}
		memcpy(data, &attrs[i].value, sizeof(attrs[i].value));
		nl_put(message, attrs[i].type, data, attrs[i].len);
	}
}

static void check_refused(struct __test_metadata *_metadata,
			  struct nl_socket *nl, struct nl_message *message,
			  const struct refusal *refusal, unsigned int index)
{
	EXPECT_EQ(-refusal->error, nl_call(nl, message, NULL))
	TH_LOG("refusal %u: %s", index, nl->extack);
	EXPECT_STREQ(refusal->text, nl->extack)
	TH_LOG("refusal %u", index);
	EXPECT_EQ(refusal->attr, nl->extack_attr)
	TH_LOG("refusal %u", index);
}

/* Settings, the set, what waits: all that a message could have changed. */
static void check_unchanged(struct __test_metadata *_metadata,
			    FIXTURE_DATA(netlink) * self)
{
	struct nl_event *list;

	EXPECT_EQ(LONG_DELAY,
		  get_config(_metadata, &self->ctl.nl, SNET_A_DELAY));
	EXPECT_EQ(SNET_VERDICT_DENY,
		  get_config(_metadata, &self->ctl.nl, SNET_A_POLICY));
	list = dump(_metadata, &self->ctl.nl, SNET_CMD_MEDIATE_GET);
	EXPECT_EQ(1, count_events(list));
	nl_free(list);
	EXPECT_EQ(1, get_stat(_metadata, &self->ctl.nl, SNET_A_STAT_PENDING));
	expect_held(_metadata, &self->child);
	expect_quiet(_metadata, &self->ctl);
}

static void check_refusals(struct __test_metadata *_metadata,
			   FIXTURE_DATA(netlink) * self, __u8 cmd,
			   const struct refusal *refusals, unsigned int count)
{
	struct nl_message message;
	unsigned int i;

	for (i = 0; i < count; i++) {
		nl_begin(&message, &self->ctl.nl, cmd, 0);
		put_attrs(&message, refusals[i].attrs);
		check_refused(_metadata, &self->ctl.nl, &message, &refusals[i],
			      i);
	}
	check_unchanged(_metadata, self);
}

TEST_F(netlink, verdict)
{
	const __u64 id = nl_u64(self->request, SNET_A_ID);
	const struct refusal refusals[] = {
		{ EINVAL, "SNET_A_ID is missing" },
		{ EINVAL,
		  "SNET_A_ID is missing",
		  0,
		  { A32(SNET_A_VERDICT, SNET_VERDICT_ALLOW) } },
		{ EINVAL,
		  "SNET_A_VERDICT is missing",
		  0,
		  { A64(SNET_A_ID, id) } },
		{ EINVAL,
		  BAD_LENGTH,
		  SNET_A_ID,
		  { A32(SNET_A_ID, id), A32(SNET_A_VERDICT, 0) } },
		{ EINVAL,
		  BAD_LENGTH,
		  SNET_A_ID,
		  { LONG(SNET_A_ID, 9), A32(SNET_A_VERDICT, 0) } },
		{ EINVAL,
		  BAD_LENGTH,
		  SNET_A_ID,
		  { LONG(SNET_A_ID, 0), A32(SNET_A_VERDICT, 0) } },
		{ EINVAL,
		  BAD_LENGTH,
		  SNET_A_VERDICT,
		  { A64(SNET_A_ID, id), LONG(SNET_A_VERDICT, 3) } },
		{ EINVAL,
		  BAD_LENGTH,
		  SNET_A_VERDICT,
		  { A64(SNET_A_ID, id), A64(SNET_A_VERDICT, 0) } },
		{ ERANGE,
		  BAD_RANGE,
		  SNET_A_VERDICT,
		  { A64(SNET_A_ID, id), A32(SNET_A_VERDICT, 2) } },
		{ ERANGE,
		  BAD_RANGE,
		  SNET_A_VERDICT,
		  { A64(SNET_A_ID, id), A32(SNET_A_VERDICT, -1) } },
		{ EINVAL,
		  NESTED,
		  SNET_A_VERDICT,
		  { A64(SNET_A_ID, id),
		    A32(SNET_A_VERDICT | NLA_F_NESTED, 0) } },
		{ EINVAL,
		  "SNET_A_ERRNO goes with a denial only",
		  SNET_A_ERRNO,
		  { A64(SNET_A_ID, id), A32(SNET_A_VERDICT, 0),
		    A32(SNET_A_ERRNO, EPERM) } },
		{ ERANGE,
		  BAD_RANGE,
		  SNET_A_ERRNO,
		  { A64(SNET_A_ID, id), A32(SNET_A_VERDICT, 1),
		    A32(SNET_A_ERRNO, 0) } },
		{ ERANGE,
		  BAD_RANGE,
		  SNET_A_ERRNO,
		  { A64(SNET_A_ID, id), A32(SNET_A_VERDICT, 1),
		    A32(SNET_A_ERRNO, SNET_ERRNO_MAX + 1) } },
		{ ERANGE,
		  BAD_RANGE,
		  SNET_A_ERRNO,
		  { A64(SNET_A_ID, id), A32(SNET_A_VERDICT, 1),
		    A32(SNET_A_ERRNO, -EPERM) } },
		{ EINVAL,
		  "a ticket needs SNET_A_TICKET_FIELDS",
		  SNET_A_TICKET_MODE,
		  { A64(SNET_A_ID, id), A32(SNET_A_VERDICT, 0),
		    A32(SNET_A_TICKET_MODE, SNET_TICKET_FIXED) } },
		{ EINVAL,
		  "a ticket needs SNET_A_TICKET_FIELDS",
		  SNET_A_TICKET_LIFETIME,
		  { A64(SNET_A_ID, id), A32(SNET_A_VERDICT, 0),
		    A32(SNET_A_TICKET_LIFETIME, 1) } },
		{ EINVAL,
		  BAD_BITS,
		  SNET_A_TICKET_FIELDS,
		  { A64(SNET_A_ID, id), A32(SNET_A_VERDICT, 0),
		    A64(SNET_A_TICKET_FIELDS, SNET_FIELD_ALL + 1) } },
		{ EINVAL,
		  BAD_BITS,
		  SNET_A_TICKET_FIELDS,
		  { A64(SNET_A_ID, id), A32(SNET_A_VERDICT, 0),
		    A64(SNET_A_TICKET_FIELDS, 1ULL << 63) } },
		{ EINVAL,
		  BAD_LENGTH,
		  SNET_A_TICKET_FIELDS,
		  { A64(SNET_A_ID, id), A32(SNET_A_VERDICT, 0),
		    A32(SNET_A_TICKET_FIELDS, SNET_FIELD_UID) } },
		{ ERANGE,
		  BAD_RANGE,
		  SNET_A_TICKET_MODE,
		  { A64(SNET_A_ID, id), A32(SNET_A_VERDICT, 0),
		    A32(SNET_A_TICKET_MODE, SNET_TICKET_MODE_MAX + 1) } },
		{ ERANGE,
		  BAD_RANGE,
		  SNET_A_TICKET_LIFETIME,
		  { A64(SNET_A_ID, id), A32(SNET_A_VERDICT, 0),
		    A32(SNET_A_TICKET_LIFETIME,
			SNET_TICKET_LIFETIME_MAX + 1) } },
		/* Another command's, one from the kernel only, none's. */
		{ EINVAL,
		  UNSUPPORTED,
		  SNET_A_DELAY,
		  { A64(SNET_A_ID, id), A32(SNET_A_VERDICT, 0),
		    A32(SNET_A_DELAY, 1) } },
		{ EINVAL,
		  UNSUPPORTED,
		  SNET_A_PID,
		  { A64(SNET_A_ID, id), A32(SNET_A_VERDICT, 0),
		    A32(SNET_A_PID, 1) } },
		{ EINVAL,
		  UNKNOWN,
		  SNET_A_FEATURES,
		  { A64(SNET_A_ID, id), A32(SNET_A_VERDICT, 0),
		    A64(SNET_A_FEATURES, 1) } },
		{ EINVAL,
		  UNKNOWN,
		  SNET_A_MAX + 1,
		  { A64(SNET_A_ID, id), A32(SNET_A_VERDICT, 0),
		    A32(SNET_A_MAX + 1, 0) } },
		{ EINVAL,
		  UNKNOWN,
		  0x3fff,
		  { A64(SNET_A_ID, id), A32(SNET_A_VERDICT, 0),
		    A32(0x3fff, 0) } },
		{ ENOENT,
		  "no request with this id waits",
		  SNET_A_ID,
		  { A64(SNET_A_ID, 0), A32(SNET_A_VERDICT, 0) } },
		{ ENOENT,
		  "no request with this id waits",
		  SNET_A_ID,
		  { A64(SNET_A_ID, id + 1), A32(SNET_A_VERDICT, 0) } },
		{ ENOENT,
		  "no request with this id waits",
		  SNET_A_ID,
		  { A64(SNET_A_ID, -1ULL), A32(SNET_A_VERDICT, 0) } },
	};

	check_refusals(_metadata, self, SNET_CMD_VERDICT, refusals,
		       ARRAY_SIZE(refusals));
}

TEST_F(netlink, config)
{
	const struct refusal refusals[] = {
		{ EINVAL, "there is no setting to change" },
		{ ERANGE, BAD_RANGE, SNET_A_DELAY, { A32(SNET_A_DELAY, 0) } },
		{ ERANGE,
		  BAD_RANGE,
		  SNET_A_DELAY,
		  { A32(SNET_A_DELAY, SNET_DELAY_MAX + 1) } },
		{ ERANGE, BAD_RANGE, SNET_A_DELAY, { A32(SNET_A_DELAY, -1) } },
		{ EINVAL, BAD_LENGTH, SNET_A_DELAY, { LONG(SNET_A_DELAY, 2) } },
		{ EINVAL, BAD_LENGTH, SNET_A_DELAY, { LONG(SNET_A_DELAY, 8) } },
		{ ERANGE,
		  BAD_RANGE,
		  SNET_A_POLICY,
		  { A32(SNET_A_DELAY, 5), A32(SNET_A_POLICY, 2) } },
		{ EINVAL,
		  UNSUPPORTED,
		  SNET_A_VERDICT,
		  { A32(SNET_A_DELAY, 5), A32(SNET_A_VERDICT, 0) } },
		{ EINVAL,
		  UNSUPPORTED,
		  SNET_A_PAD,
		  { A32(SNET_A_DELAY, 5), A32(SNET_A_PAD, 0) } },
		{ EINVAL,
		  UNKNOWN,
		  SNET_A_FEATURES,
		  { A32(SNET_A_DELAY, 5), A64(SNET_A_FEATURES, 0) } },
		{ EINVAL,
		  NESTED,
		  SNET_A_DELAY,
		  { A32(SNET_A_DELAY | NLA_F_NESTED, 5) } },
	};

	check_refusals(_metadata, self, SNET_CMD_CONFIG_SET, refusals,
		       ARRAY_SIZE(refusals));
}

static const struct refusal mediate_refusals[] = {
	{ EINVAL,
	  "SNET_A_OPERATION is missing",
	  0,
	  { A32(SNET_A_FAMILY, AF_INET) } },
	{ EINVAL,
	  "SNET_A_OPERATION is missing",
	  0,
	  { A32(SNET_A_TYPE, SOCK_STREAM) } },
	{ EINVAL,
	  "SNET_A_OPERATION is missing",
	  0,
	  { A32(SNET_A_PROTOCOL, 0) } },
	{ ERANGE, BAD_RANGE, SNET_A_OPERATION, { A32(SNET_A_OPERATION, 0) } },
	{ ERANGE,
	  BAD_RANGE,
	  SNET_A_OPERATION,
	  { A32(SNET_A_OPERATION, SNET_OP_MAX + 1) } },
	{ ERANGE,
	  BAD_RANGE,
	  SNET_A_FAMILY,
	  { A32(SNET_A_OPERATION, 1), A32(SNET_A_FAMILY, 64) } },
	{ ERANGE,
	  BAD_RANGE,
	  SNET_A_FAMILY,
	  { A32(SNET_A_OPERATION, 1), A32(SNET_A_FAMILY, -1) } },
	{ ERANGE,
	  BAD_RANGE,
	  SNET_A_TYPE,
	  { A32(SNET_A_OPERATION, 1), A32(SNET_A_TYPE, SOCK_PACKET + 1) } },
	{ ERANGE,
	  BAD_RANGE,
	  SNET_A_PROTOCOL,
	  { A32(SNET_A_OPERATION, 1), A32(SNET_A_PROTOCOL, 0x10000) } },
	{ ERANGE,
	  BAD_RANGE,
	  SNET_A_HOLD,
	  { A32(SNET_A_OPERATION, 1), A32(SNET_A_HOLD, SNET_HOLD_MAX + 1) } },
	{ EINVAL, BAD_LENGTH, SNET_A_OPERATION, { LONG(SNET_A_OPERATION, 1) } },
	{ EINVAL, BAD_LENGTH, SNET_A_OPERATION, { A64(SNET_A_OPERATION, 1) } },
	{ EINVAL,
	  UNSUPPORTED,
	  SNET_A_ID,
	  { A32(SNET_A_OPERATION, 1), A64(SNET_A_ID, 1) } },
	{ EINVAL,
	  UNKNOWN,
	  SNET_A_HOLD + 1,
	  { A32(SNET_A_OPERATION, 1), A32(SNET_A_HOLD + 1, 0) } },
};

TEST_F(netlink, mediate_add)
{
	const struct refusal nothing = { EINVAL,
					 "SNET_A_OPERATION is missing" };

	check_refusals(_metadata, self, SNET_CMD_MEDIATE_ADD, &nothing, 1);
	check_refusals(_metadata, self, SNET_CMD_MEDIATE_ADD, mediate_refusals,
		       ARRAY_SIZE(mediate_refusals));
}

TEST_F(netlink, mediate_del)
{
	const struct refusal none = {
		ENOENT,
		"there is no such entry in the mediated set",
		0,
		/* It is there with its family only. */
		{ A32(SNET_A_OPERATION, SNET_OP_CREATE) },
	};

	check_refusals(_metadata, self, SNET_CMD_MEDIATE_DEL, &none, 1);
	check_refusals(_metadata, self, SNET_CMD_MEDIATE_DEL, mediate_refusals,
		       ARRAY_SIZE(mediate_refusals));
}

/* Commands that take no attributes refuse all of them. */
TEST_F(netlink, no_attributes)
{
	const struct {
		__u8 cmd;
		__u16 flags;
	} commands[] = {
		{ SNET_CMD_REGISTER, 0 },
		{ SNET_CMD_CONFIG_GET, 0 },
		{ SNET_CMD_STATS_GET, 0 },
		{ SNET_CMD_STATS_GET, NLM_F_DUMP },
		{ SNET_CMD_PENDING_GET, NLM_F_DUMP },
		{ SNET_CMD_MEDIATE_GET, NLM_F_DUMP },
		{ SNET_CMD_TICKET_GET, NLM_F_DUMP },
		{ SNET_CMD_TICKET_FLUSH, 0 },
	};
	const struct refusal refusals[] = {
		{ EINVAL, REJECTED, SNET_A_PAD, { A32(SNET_A_PAD, 0) } },
		{ EINVAL, UNKNOWN, SNET_A_ID, { A64(SNET_A_ID, 1) } },
		{ EINVAL, UNKNOWN, SNET_A_MAX, { A64(SNET_A_MAX, 1) } },
		{ EINVAL, UNKNOWN, SNET_A_MAX + 1, { A32(SNET_A_MAX + 1, 1) } },
	};
	struct nl_message message;
	unsigned int i, j;

	for (i = 0; i < ARRAY_SIZE(commands); i++) {
		for (j = 0; j < ARRAY_SIZE(refusals); j++) {
			nl_begin(&message, &self->ctl.nl, commands[i].cmd,
				 commands[i].flags);
			put_attrs(&message, refusals[j].attrs);
			check_refused(_metadata, &self->ctl.nl, &message,
				      &refusals[j], i);
		}
	}
	check_unchanged(_metadata, self);
}

/* What only the kernel sends, what is not a dump, what is only a dump. */
TEST_F(netlink, unknown_commands)
{
	const struct {
		__u8 cmd;
		__u16 flags;
	} commands[] = {
		{ SNET_CMD_UNSPEC, 0 },
		{ SNET_CMD_REQUEST, 0 },
		{ SNET_CMD_CANCEL, 0 },
		{ SNET_CMD_EVENT, 0 },
		{ SNET_CMD_MAX + 1, 0 },
		{ 255, 0 },
		{ SNET_CMD_PENDING_GET, 0 },
		{ SNET_CMD_MEDIATE_GET, 0 },
		{ SNET_CMD_TICKET_GET, 0 },
		{ SNET_CMD_REGISTER, NLM_F_DUMP },
		{ SNET_CMD_VERDICT, NLM_F_DUMP },
		{ SNET_CMD_CONFIG_GET, NLM_F_DUMP },
		{ SNET_CMD_CONFIG_SET, NLM_F_DUMP },
		{ SNET_CMD_MEDIATE_ADD, NLM_F_DUMP },
		{ SNET_CMD_MEDIATE_DEL, NLM_F_DUMP },
		{ SNET_CMD_TICKET_FLUSH, NLM_F_DUMP },
		{ SNET_CMD_EVENT, NLM_F_DUMP },
	};
	struct nl_message message;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(commands); i++) {
		nl_begin(&message, &self->ctl.nl, commands[i].cmd,
			 commands[i].flags);
		EXPECT_EQ(-EOPNOTSUPP, nl_call(&self->ctl.nl, &message, NULL))
		TH_LOG("command %u", commands[i].cmd);
	}
	check_unchanged(_metadata, self);
}

static void set_len(struct nl_message *message, size_t len)
{
	message->len = len;
	message->nlh.nlmsg_len = len;
}

/* A correct verdict in a message that is not. */
TEST_F(netlink, broken_headers)
{
	const __u64 id = nl_u64(self->request, SNET_A_ID);
	struct nl_message correct, message;
	struct genlmsghdr *genl = NLMSG_DATA(&message.nlh);
	struct nl_socket *nl = &self->ctl.nl;
	struct nlattr *attr;

	nl_begin(&correct, nl, SNET_CMD_VERDICT, 0);
	nl_put_u64(&correct, SNET_A_ID, id);
	nl_put_u32(&correct, SNET_A_VERDICT, SNET_VERDICT_ALLOW);

	/* No generic netlink header, or half of it. */
	message = correct;
	set_len(&message, NLMSG_HDRLEN);
	EXPECT_EQ(-EINVAL, nl_call(nl, &message, NULL));
	set_len(&message, NLMSG_HDRLEN + 2);
	EXPECT_EQ(-EINVAL, nl_call(nl, &message, NULL));

	/* Half an attribute's header behind the last one. */
	message = correct;
	set_len(&message, correct.len + 2);
	EXPECT_EQ(-EINVAL, nl_call(nl, &message, NULL));
	EXPECT_STREQ(LEFTOVER, nl->extack);

	/* An attribute that ends behind the message, or before itself. */
	message = correct;
	attr = (void *)(message.data + correct.len - NLA_HDRLEN - 4);
	attr->nla_len = 200;
	EXPECT_EQ(-EINVAL, nl_call(nl, &message, NULL));
	EXPECT_STREQ(LEFTOVER, nl->extack);
	attr->nla_len = 2;
	EXPECT_EQ(-EINVAL, nl_call(nl, &message, NULL));
	EXPECT_STREQ(LEFTOVER, nl->extack);

	/* What is not defined yet has to be zero. */
	message = correct;
	genl->reserved = 1;
	EXPECT_EQ(-EINVAL, nl_call(nl, &message, NULL));
	message = correct;
	message.nlh.nlmsg_flags |= 0x1000;
	EXPECT_EQ(-EINVAL, nl_call(nl, &message, NULL));

	check_unchanged(_metadata, self);
	EXPECT_EQ(0, nl_call(nl, &correct, NULL));
	EXPECT_EQ(0, child_result(_metadata, &self->child));
}

TEST_HARNESS_MAIN
