/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * snet: what a call wants
 */
#ifndef _SECURITY_SNET_REQUEST_H
#define _SECURITY_SNET_REQUEST_H

#include <linux/sched.h>
#include <linux/snet.h>
#include <linux/types.h>
#include <linux/uidgid.h>

#include "address.h"

struct snet_identity;
struct sock;

/**
 * struct snet_request - who wants what, and where
 * @operation: the call
 * @hold: how it is to wait; not %SNET_HOLD_AUTO
 * @family: of the socket
 * @type: of the socket
 * @protocol: of the socket
 * @pid: thread group id in the initial namespace
 * @tid: thread id in the initial namespace
 * @start_time: of the process, in nanoseconds of CLOCK_BOOTTIME
 * @uid: real user
 * @euid: effective user
 * @gid: real group
 * @loginuid: login user; invalid when there was no login
 * @session: audit session; AUDIT_SID_UNSET when there was no login
 * @comm: name of the thread
 * @identity: what the process runs, or NULL
 * @netns: inode number of the socket's network namespace
 * @cgroup: id of the task's cgroup in the default hierarchy, 0 without one
 * @time_ns: CLOCK_REALTIME of the call; 0 as long as nobody asks for it
 * @local: the address asked for (bind), or the socket's own
 * @remote: the address asked for (connect, send) or the peer's
 *
 * Written once, by the calling task, before it is seen by anyone else. On that
 * task's stack it borrows @identity, which cannot go away while the task is in
 * the call; a copy that lives longer owns a reference.
 */
struct snet_request {
	enum snet_operation operation;
	enum snet_hold hold;
	int family;
	int type;
	int protocol;
	pid_t pid;
	pid_t tid;
	u64 start_time;
	kuid_t uid;
	kuid_t euid;
	kgid_t gid;
	kuid_t loginuid;
	u32 session;
	char comm[TASK_COMM_LEN];
	struct snet_identity *identity;
	u64 netns;
	u64 cgroup;
	u64 time_ns;
	struct snet_address local;
	struct snet_address remote;
};

void snet_request_init(struct snet_request *request,
		       enum snet_operation operation);
void snet_request_set_time(struct snet_request *request);
void snet_request_set_socket(struct snet_request *request,
			     const struct sock *sk);
void snet_request_copy(struct snet_request *to,
		       const struct snet_request *from);
void snet_request_release(struct snet_request *copy);

#endif /* _SECURITY_SNET_REQUEST_H */
