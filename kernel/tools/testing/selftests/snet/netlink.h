/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * snet selftests: the generic netlink family "snet", spoken by hand
 *
 * Nothing here knows of the test harness. Errors are negative errnos.
 */
#ifndef _SNET_SELFTEST_NETLINK_H
#define _SNET_SELFTEST_NETLINK_H

#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <linux/snet.h>
#include <stdbool.h>
#include <stddef.h>

#define NL_SEND_MAX 4096
#define NL_RECEIVE_MAX 65536

/* How long anything that has to come may take, in milliseconds. */
#define NL_PATIENCE 10000

/*
 * A message to the kernel. nl_begin() and nl_put() write correct ones; a test
 * of incorrect ones changes @nlh or @len behind them.
 */
struct nl_message {
	union {
		struct nlmsghdr nlh;
		char data[NL_SEND_MAX];
	};
	size_t len;
};

/* A message from the kernel, or part of a dump; its memory is from malloc(). */
struct nl_event {
	struct nl_event *next;
	__u8 cmd;
	/* Where each attribute's header is in @data; 0 if it is not there. */
	size_t at[SNET_A_MAX + 1];
	/* Likewise of those that come several times. */
	size_t ancestors[SNET_ANCESTORS_MAX];
	unsigned int ancestor_count;
	size_t len;
	char data[];
};

struct nl_socket {
	struct nl_socket *next_open;
	int fd;
	__u32 portid;
	__u16 family;
	__u32 monitor_group;
	__u32 seq;
	/* What the kernel said about its last refusal; "" if nothing. */
	char extack[128];
	/* The attribute that it complained about, 0 if none. */
	int extack_attr;
	/* The one that it missed (NLMSGERR_ATTR_MISS_TYPE), 0 if none. */
	int extack_missing;
	/* What came while something else was waited for, the oldest first. */
	struct nl_event *first, **last;
};

/* Opens the socket and finds the family; ENOENT when the kernel has no snet. */
int nl_open(struct nl_socket *nl);
void nl_close(struct nl_socket *nl);
/*
 * For a child that was forked: closes its copies of all that are open, as they
 * would keep the parent's from being released.
 */
void nl_close_inherited(void);
int nl_join_monitor(struct nl_socket *nl);

void nl_begin(struct nl_message *message, const struct nl_socket *nl, __u8 cmd,
	      __u16 flags);
void nl_put(struct nl_message *message, __u16 type, const void *data,
	    size_t len);
void nl_put_u32(struct nl_message *message, __u16 type, __u32 value);
void nl_put_u64(struct nl_message *message, __u16 type, __u64 value);

/* Sends the message as it is, without waiting for an answer. */
int nl_send(struct nl_socket *nl, struct nl_message *message);

/*
 * Sends the message and waits for its end. What it returns goes to @reply,
 * which the caller frees, if that is not NULL; several parts form a list.
 */
int nl_call(struct nl_socket *nl, struct nl_message *message,
	    struct nl_event **reply);

/*
 * Takes the next message that was not asked for; the caller frees it.
 * ETIMEDOUT when there is none for @timeout milliseconds.
 */
int nl_next(struct nl_socket *nl, int timeout, struct nl_event **event);

void nl_free(struct nl_event *list);

/* Of an attribute that is not there: 0, or NULL. */
bool nl_has(const struct nl_event *event, enum snet_attr attr);
size_t nl_len(const struct nl_event *event, enum snet_attr attr);
const void *nl_data(const struct nl_event *event, enum snet_attr attr);
__u32 nl_u32(const struct nl_event *event, enum snet_attr attr);
__u64 nl_u64(const struct nl_event *event, enum snet_attr attr);
const char *nl_string(const struct nl_event *event, enum snet_attr attr);
const char *nl_ancestor(const struct nl_event *event, unsigned int index);

#endif /* _SNET_SELFTEST_NETLINK_H */
