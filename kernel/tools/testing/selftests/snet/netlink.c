// SPDX-License-Identifier: GPL-2.0-only
/*
 * snet selftests: the generic netlink family "snet", spoken by hand
 */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "netlink.h"

/* Those of this process. */
static struct nl_socket *open_sockets;

static const struct nlattr *first_attr(const struct nlmsghdr *nlh, size_t skip)
{
	return (const void *)((const char *)nlh + NLMSG_LENGTH(0) +
			      NLMSG_ALIGN(skip));
}

static bool attr_fits(const struct nlattr *attr, const void *end)
{
	const char *start = (const char *)attr;

	return start + NLA_HDRLEN <= (const char *)end &&
	       attr->nla_len >= NLA_HDRLEN &&
	       start + attr->nla_len <= (const char *)end;
}

static const struct nlattr *next_attr(const struct nlattr *attr)
{
	return (const void *)((const char *)attr + NLA_ALIGN(attr->nla_len));
}

static const void *attr_data(const struct nlattr *attr)
{
	return (const char *)attr + NLA_HDRLEN;
}

static __u32 attr_u32(const struct nlattr *attr)
{
	__u32 value;

	memcpy(&value, attr_data(attr), sizeof(value));
	return value;
}

static int attr_type(const struct nlattr *attr)
{
	return attr->nla_type & NLA_TYPE_MASK;
}

/* What is sent. */

void nl_begin(struct nl_message *message, const struct nl_socket *nl, __u8 cmd,
	      __u16 flags)
{
	struct genlmsghdr *genl = NLMSG_DATA(&message->nlh);

	memset(message, 0, sizeof(*message));
	message->len = NLMSG_LENGTH(sizeof(*genl));
	message->nlh.nlmsg_len = message->len;
	message->nlh.nlmsg_type = nl->family;
	message->nlh.nlmsg_flags = NLM_F_REQUEST | flags;
	genl->cmd = cmd;
	genl->version = SNET_GENL_VERSION;
}

void nl_put(struct nl_message *message, __u16 type, const void *data,
	    size_t len)
{
	struct nlattr *attr = (void *)(message->data + message->len);

	if (message->len + NLA_HDRLEN + NLA_ALIGN(len) > NL_SEND_MAX)
		abort();
	attr->nla_type = type;
	attr->nla_len = NLA_HDRLEN + len;
	if (len)
		memcpy((char *)attr + NLA_HDRLEN, data, len);
	message->len += NLA_HDRLEN + NLA_ALIGN(len);
	message->nlh.nlmsg_len = message->len;
}

void nl_put_u32(struct nl_message *message, __u16 type, __u32 value)
{
	nl_put(message, type, &value, sizeof(value));
}

void nl_put_u64(struct nl_message *message, __u16 type, __u64 value)
{
	nl_put(message, type, &value, sizeof(value));
}

int nl_send(struct nl_socket *nl, struct nl_message *message)
{
	const struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };

	message->nlh.nlmsg_seq = ++nl->seq;
	if (sendto(nl->fd, message->data, message->len, 0, (void *)&kernel,
		   sizeof(kernel)) < 0)
		return -errno;
	return 0;
}

/* What is received. */

static struct nl_event *new_event(const struct nlmsghdr *nlh)
{
	const struct genlmsghdr *genl = NLMSG_DATA(nlh);
	const void *end = (const char *)nlh + nlh->nlmsg_len;
	const struct nlattr *attr = first_attr(nlh, sizeof(*genl));
	struct nl_event *event;

	event = calloc(1, sizeof(*event) + nlh->nlmsg_len);
	if (!event)
		abort();
	event->cmd = genl->cmd;
	event->len = nlh->nlmsg_len;
	memcpy(event->data, nlh, nlh->nlmsg_len);
	for (; attr_fits(attr, end); attr = next_attr(attr)) {
		size_t at = (const char *)attr - (const char *)nlh;
		int type = attr_type(attr);

		if (type == SNET_A_ANCESTOR &&
		    event->ancestor_count < SNET_ANCESTORS_MAX)
			event->ancestors[event->ancestor_count++] = at;
		if (type <= SNET_A_MAX)
			event->at[type] = at;
	}
	return event;
}

void nl_free(struct nl_event *list)
{
	struct nl_event *next;

	for (; list; list = next) {
		next = list->next;
		free(list);
	}
}

/* The attribute of our own message that is at this offset in it. */
static int type_at(const struct nl_message *message, __u32 offset)
{
	struct nlattr attr;

	if (offset + sizeof(attr) > message->len)
		return 0;
	memcpy(&attr, message->data + offset, sizeof(attr));
	return attr_type(&attr);
}

static void take_extack(struct nl_socket *nl, const struct nl_message *message,
			const struct nlmsghdr *nlh)
{
	const struct nlmsgerr *error = NLMSG_DATA(nlh);
	const void *end = (const char *)nlh + nlh->nlmsg_len;
	size_t skip = sizeof(*error);
	const struct nlattr *attr;

	if (!(nlh->nlmsg_flags & NLM_F_ACK_TLVS))
		return;
	if (!(nlh->nlmsg_flags & NLM_F_CAPPED))
		skip += NLMSG_ALIGN(error->msg.nlmsg_len) - sizeof(error->msg);
	for (attr = first_attr(nlh, skip); attr_fits(attr, end);
	     attr = next_attr(attr)) {
		switch (attr_type(attr)) {
		case NLMSGERR_ATTR_MSG:
			strncpy(nl->extack, attr_data(attr),
				sizeof(nl->extack) - 1);
			break;
		case NLMSGERR_ATTR_OFFS:
			nl->extack_attr = type_at(message, attr_u32(attr));
			break;
		case NLMSGERR_ATTR_MISS_TYPE:
			nl->extack_missing = attr_u32(attr);
			break;
		}
	}
}

static int wait_readable(int fd, int timeout)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	int ret;

	do {
		ret = poll(&pfd, 1, timeout);
	} while (ret < 0 && errno == EINTR);
	if (ret < 0)
		return -errno;
	return ret ? 0 : -ETIMEDOUT;
}

/* One datagram into a static buffer; returns its length. */
static ssize_t receive(struct nl_socket *nl, int timeout, char **data)
{
	static __u64 buffer[NL_RECEIVE_MAX / sizeof(__u64)];
	ssize_t len;
	int err;

	err = wait_readable(nl->fd, timeout);
	if (err)
		return err;
	len = recv(nl->fd, buffer, sizeof(buffer), MSG_TRUNC);
	if (len < 0)
		return -errno;
	if (len > (ssize_t)sizeof(buffer))
		return -EMSGSIZE;
	*data = (char *)buffer;
	return len;
}

static void keep(struct nl_socket *nl, struct nl_event *event)
{
	*nl->last = event;
	nl->last = &event->next;
}

/*
 * Sorts one message: into the queue, or into @replies. True when it ends the
 * call @message; @err is its result then.
 */
static bool take(struct nl_socket *nl, const struct nl_message *message,
		 const struct nlmsghdr *nlh, struct nl_event ***replies,
		 int *err)
{
	bool is_answer = message && nlh->nlmsg_pid == nl->portid &&
			 nlh->nlmsg_seq == message->nlh.nlmsg_seq;

	switch (nlh->nlmsg_type) {
	case NLMSG_ERROR:
	case NLMSG_DONE:
		if (!is_answer)
			return false;
		memcpy(err, NLMSG_DATA(nlh), sizeof(*err));
		if (nlh->nlmsg_type == NLMSG_ERROR)
			take_extack(nl, message, nlh);
		return true;
	case NLMSG_NOOP:
		return false;
	}
	if (!is_answer) {
		keep(nl, new_event(nlh));
	} else {
		**replies = new_event(nlh);
		*replies = &(**replies)->next;
	}
	return false;
}

int nl_call(struct nl_socket *nl, struct nl_message *message,
	    struct nl_event **reply)
{
	struct nl_event *list = NULL, **end = &list;
	const struct nlmsghdr *nlh;
	bool done = false;
	ssize_t len;
	char *data;
	int err;

	if (reply)
		*reply = NULL;
	memset(nl->extack, 0, sizeof(nl->extack));
	nl->extack_attr = 0;
	nl->extack_missing = 0;
	if (!(message->nlh.nlmsg_flags & NLM_F_DUMP))
		message->nlh.nlmsg_flags |= NLM_F_ACK;
	err = nl_send(nl, message);
	if (err)
		return err;

	while (!done) {
		len = receive(nl, NL_PATIENCE, &data);
		if (len < 0) {
			err = len;
			break;
		}
		for (nlh = (void *)data; NLMSG_OK(nlh, len);
		     nlh = NLMSG_NEXT(nlh, len))
			done = take(nl, message, nlh, &end, &err) || done;
	}
	if (reply)
		*reply = list;
	else
		nl_free(list);
	return err;
}

int nl_next(struct nl_socket *nl, int timeout, struct nl_event **event)
{
	const struct nlmsghdr *nlh;
	ssize_t len;
	char *data;

	while (!nl->first) {
		len = receive(nl, timeout, &data);
		if (len < 0)
			return len;
		for (nlh = (void *)data; NLMSG_OK(nlh, len);
		     nlh = NLMSG_NEXT(nlh, len))
			take(nl, NULL, nlh, NULL, NULL);
	}
	*event = nl->first;
	nl->first = (*event)->next;
	if (!nl->first)
		nl->last = &nl->first;
	(*event)->next = NULL;
	return 0;
}

bool nl_has(const struct nl_event *event, enum snet_attr attr)
{
	return event->at[attr];
}

static const struct nlattr *attr_of(const struct nl_event *event,
				    enum snet_attr attr)
{
	return (const void *)(event->data + event->at[attr]);
}

size_t nl_len(const struct nl_event *event, enum snet_attr attr)
{
	if (!nl_has(event, attr))
		return 0;
	return attr_of(event, attr)->nla_len - NLA_HDRLEN;
}

const void *nl_data(const struct nl_event *event, enum snet_attr attr)
{
	return nl_has(event, attr) ? attr_data(attr_of(event, attr)) : NULL;
}

static __u64 number_of(const struct nl_event *event, enum snet_attr attr,
		       size_t size)
{
	__u32 half;
	__u64 value = 0;

	if (!nl_has(event, attr))
		return 0;
	/* An attribute of another size than it should have is a test failed. */
	if (nl_len(event, attr) != size)
		abort();
	if (size == sizeof(half)) {
		memcpy(&half, nl_data(event, attr), size);
		return half;
	}
	memcpy(&value, nl_data(event, attr), size);
	return value;
}

__u32 nl_u32(const struct nl_event *event, enum snet_attr attr)
{
	return number_of(event, attr, sizeof(__u32));
}

__u64 nl_u64(const struct nl_event *event, enum snet_attr attr)
{
	return number_of(event, attr, sizeof(__u64));
}

const char *nl_string(const struct nl_event *event, enum snet_attr attr)
{
	const char *string = nl_data(event, attr);

	if (string && string[nl_len(event, attr) - 1])
		abort();
	return string;
}

const char *nl_ancestor(const struct nl_event *event, unsigned int index)
{
	if (index >= event->ancestor_count)
		return NULL;
	return attr_data((const void *)(event->data + event->ancestors[index]));
}

/* The controller family of generic netlink knows the numbers of the others. */

static void take_group(struct nl_socket *nl, const struct nlattr *group)
{
	const void *end = (const char *)group + group->nla_len;
	const struct nlattr *attr = attr_data(group);
	const char *name = NULL;
	__u32 id = 0;

	for (; attr_fits(attr, end); attr = next_attr(attr)) {
		if (attr_type(attr) == CTRL_ATTR_MCAST_GRP_NAME)
			name = attr_data(attr);
		else if (attr_type(attr) == CTRL_ATTR_MCAST_GRP_ID)
			id = attr_u32(attr);
	}
	if (name && !strcmp(name, SNET_GENL_MCGRP_MONITOR))
		nl->monitor_group = id;
}

static void take_family(struct nl_socket *nl, const struct nlmsghdr *nlh)
{
	const void *end = (const char *)nlh + nlh->nlmsg_len;
	const struct nlattr *attr = first_attr(nlh, sizeof(struct genlmsghdr));
	const struct nlattr *group;
	__u16 family;

	for (; attr_fits(attr, end); attr = next_attr(attr)) {
		if (attr_type(attr) == CTRL_ATTR_FAMILY_ID) {
			memcpy(&family, attr_data(attr), sizeof(family));
			nl->family = family;
		} else if (attr_type(attr) == CTRL_ATTR_MCAST_GROUPS) {
			const void *stop = (const char *)attr + attr->nla_len;

			for (group = attr_data(attr); attr_fits(group, stop);
			     group = next_attr(group))
				take_group(nl, group);
		}
	}
}

static int find_family(struct nl_socket *nl)
{
	struct nl_message message;
	struct nl_event *reply;
	int err;

	nl->family = GENL_ID_CTRL;
	nl_begin(&message, nl, CTRL_CMD_GETFAMILY, 0);
	nl_put(&message, CTRL_ATTR_FAMILY_NAME, SNET_GENL_NAME,
	       sizeof(SNET_GENL_NAME));
	err = nl_call(nl, &message, &reply);
	if (!err && reply)
		take_family(nl, (const void *)reply->data);
	nl_free(reply);
	return err;
}

int nl_open(struct nl_socket *nl)
{
	struct sockaddr_nl address = { .nl_family = AF_NETLINK };
	socklen_t len = sizeof(address);
	const int on = 1;
	int err;

	memset(nl, 0, sizeof(*nl));
	nl->last = &nl->first;
	nl->next_open = open_sockets;
	open_sockets = nl;
	nl->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);
	if (nl->fd < 0 || bind(nl->fd, (void *)&address, len) ||
	    getsockname(nl->fd, (void *)&address, &len) ||
	    setsockopt(nl->fd, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on)) ||
	    setsockopt(nl->fd, SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof(on)))
		err = -errno;
	else
		err = 0;
	nl->portid = address.nl_pid;
	if (!err)
		err = find_family(nl);
	if (err)
		nl_close(nl);
	return err;
}

void nl_close(struct nl_socket *nl)
{
	struct nl_socket **at;

	for (at = &open_sockets; *at; at = &(*at)->next_open) {
		if (*at != nl)
			continue;
		*at = nl->next_open;
		break;
	}
	if (nl->fd >= 0)
		close(nl->fd);
	nl->fd = -1;
	nl_free(nl->first);
	nl->first = NULL;
	nl->last = &nl->first;
}

void nl_close_inherited(void)
{
	while (open_sockets)
		nl_close(open_sockets);
}

int nl_join_monitor(struct nl_socket *nl)
{
	if (setsockopt(nl->fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP,
		       &nl->monitor_group, sizeof(nl->monitor_group)))
		return -errno;
	return 0;
}
