/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * snet: what a held call wants
 */
#ifndef _SECURITY_SNET_REQUEST_H
#define _SECURITY_SNET_REQUEST_H

#include <linux/in.h>
#include <linux/in6.h>
#include <linux/sched.h>
#include <linux/snet.h>
#include <linux/socket.h>
#include <linux/types.h>
#include <linux/uidgid.h>

struct sock;

/**
 * struct snet_address - an internet address
 * @family: AF_UNSPEC when there is none
 * @in: for AF_INET
 * @in6: for AF_INET6
 */
struct snet_address {
	union {
		sa_family_t family;
		struct sockaddr_in in;
		struct sockaddr_in6 in6;
	};
};

/**
 * struct snet_request - who wants what, and where
 * @operation: the call
 * @family: of the socket
 * @type: of the socket
 * @protocol: of the socket
 * @pid: thread group id in the initial namespace
 * @tid: thread id in the initial namespace
 * @uid: real user
 * @euid: effective user
 * @gid: real group
 * @comm: name of the thread
 * @netns: inode number of the socket's network namespace
 * @local: the address asked for (bind), or the socket's own
 * @remote: the address asked for (connect)
 *
 * Has no pointers and no references: it is valid for as long as its memory.
 * Written once, by the calling task, before it is seen by anyone else.
 */
struct snet_request {
	enum snet_operation operation;
	int family;
	int type;
	int protocol;
	pid_t pid;
	pid_t tid;
	kuid_t uid;
	kuid_t euid;
	kgid_t gid;
	char comm[TASK_COMM_LEN];
	u64 netns;
	struct snet_address local;
	struct snet_address remote;
};

void snet_request_init(struct snet_request *request,
		       enum snet_operation operation, const struct sock *sk);
void snet_address_set(struct snet_address *address, const struct sockaddr *from,
		      int len, sa_family_t family);
int snet_address_len(const struct snet_address *address);

#endif /* _SECURITY_SNET_REQUEST_H */
