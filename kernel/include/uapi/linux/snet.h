/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * snet: holding network system calls until userspace has decided.
 *
 * The generic netlink ABI between the snet security module and its
 * controller. See Documentation/admin-guide/LSM/snet.rst.
 *
 * Everything is an attribute, so that the ABI grows by adding attributes.
 * A receiver ignores attributes of a message from the kernel that it does not
 * know; the kernel refuses attributes that it does not know.
 */
#ifndef _UAPI_LINUX_SNET_H
#define _UAPI_LINUX_SNET_H

#define SNET_GENL_NAME "snet"
#define SNET_GENL_VERSION 1

/**
 * enum snet_command - messages of the generic netlink family "snet"
 *
 * All commands to the kernel need CAP_NET_ADMIN in the initial user
 * namespace. Each refusal carries an extack message.
 *
 * @SNET_CMD_UNSPEC: never valid
 * @SNET_CMD_REGISTER: become the controller, the one receiver of requests.
 *	No attributes. EBUSY while there is another one. The registration
 *	belongs to the sending socket and ends when it is closed; it exempts
 *	the sender's thread group from being held.
 * @SNET_CMD_REQUEST: kernel to controller: a task is held and asks.
 *	Carries %SNET_A_ID to %SNET_A_DEADLINE of &enum snet_attr, as far as
 *	they are known. Also the reply to %SNET_CMD_PENDING_GET.
 * @SNET_CMD_CANCEL: kernel to controller: a request no longer waits, and it
 *	was not this controller's verdict that ended it. %SNET_A_ID and
 *	%SNET_A_REASON; with %SNET_CANCEL_TIMEOUT also %SNET_A_VERDICT, what
 *	the policy made of it.
 * @SNET_CMD_VERDICT: controller to kernel: decide a request. %SNET_A_ID and
 *	%SNET_A_VERDICT, and optionally with %SNET_VERDICT_DENY
 *	%SNET_A_ERRNO. EPERM unless sent by the controller's own socket,
 *	ENOENT if the id does not wait (any more).
 * @SNET_CMD_CONFIG_GET: reply has %SNET_A_DELAY and %SNET_A_POLICY
 * @SNET_CMD_CONFIG_SET: one or both of %SNET_A_DELAY and %SNET_A_POLICY;
 *	requests that already wait keep their deadline
 * @SNET_CMD_PENDING_GET: dump of what waits, oldest first, each as a
 *	%SNET_CMD_REQUEST
 * @SNET_CMD_STATS_GET: reply has the counters, %SNET_A_STAT_REQUESTS to
 *	%SNET_A_STAT_PENDING
 * @__SNET_CMD_MAX: internal
 */
enum snet_command {
	SNET_CMD_UNSPEC,
	SNET_CMD_REGISTER,
	SNET_CMD_REQUEST,
	SNET_CMD_CANCEL,
	SNET_CMD_VERDICT,
	SNET_CMD_CONFIG_GET,
	SNET_CMD_CONFIG_SET,
	SNET_CMD_PENDING_GET,
	SNET_CMD_STATS_GET,

	/* private: */
	__SNET_CMD_MAX,
};

#define SNET_CMD_MAX (__SNET_CMD_MAX - 1)

/**
 * enum snet_attr - attributes
 *
 * Numbers are in host byte order, ids of users and processes are those of the
 * initial namespaces.
 *
 * @SNET_A_UNSPEC: never valid
 * @SNET_A_PAD: padding for 64-bit alignment
 * @SNET_A_ID: u64, names a request; starts at 1 with each boot, never reused
 * @SNET_A_OPERATION: u32, &enum snet_operation
 * @SNET_A_FAMILY: u32, address family of the socket (AF_INET, ...)
 * @SNET_A_TYPE: u32, type of the socket (SOCK_STREAM, ...)
 * @SNET_A_PROTOCOL: u32, protocol of the socket (IPPROTO_TCP, ...)
 * @SNET_A_LOCAL_ADDR: binary, struct sockaddr_in or sockaddr_in6: the address
 *	asked for (bind), or the socket's own; absent while it has none
 * @SNET_A_REMOTE_ADDR: binary, likewise: the address asked for (connect)
 * @SNET_A_PID: u32, thread group id of the held task (getpid() in it)
 * @SNET_A_TID: u32, thread id of the held task
 * @SNET_A_UID: u32, its real user id
 * @SNET_A_EUID: u32, its effective user id
 * @SNET_A_GID: u32, its real group id
 * @SNET_A_COMM: zero-terminated string, name of the thread
 * @SNET_A_NETNS: u64, inode number of the socket's network namespace
 * @SNET_A_TIME: u64, nanoseconds since the epoch (CLOCK_REALTIME) when the
 *	call was held
 * @SNET_A_DEADLINE: u64, nanoseconds since the epoch when the policy will
 *	decide, if the clock is not set and the machine not suspended meanwhile
 * @SNET_A_VERDICT: u32, &enum snet_verdict
 * @SNET_A_ERRNO: u32, positive errno that a denied call fails with, 1 to
 *	%SNET_ERRNO_MAX; EACCES when absent
 * @SNET_A_REASON: u32, &enum snet_cancel_reason
 * @SNET_A_DELAY: u32, seconds that a request waits before the policy decides,
 *	1 to %SNET_DELAY_MAX (boot parameter and sysfs: snet_verdict_delay)
 * @SNET_A_POLICY: u32, &enum snet_verdict for what nobody decides (boot
 *	parameter and sysfs: snet_verdict_policy)
 * @SNET_A_STAT_REQUESTS: u64, requests made; the sum of the following five
 *	groups and of what waits
 * @SNET_A_STAT_ALLOWED: u64, allowed by a controller
 * @SNET_A_STAT_DENIED: u64, denied by a controller
 * @SNET_A_STAT_CANCELLED: u64, the held task was killed
 * @SNET_A_STAT_TIMEOUT: u64, decided by the policy: the delay had passed
 * @SNET_A_STAT_NO_CONTROLLER: u64, by the policy: there was no controller
 * @SNET_A_STAT_CONTROLLER_GONE: u64, by the policy: the controller's socket
 *	was closed while the request waited
 * @SNET_A_STAT_QUEUE_FULL: u64, by the policy: too many were waiting
 * @SNET_A_STAT_UNDELIVERABLE: u64, by the policy: no memory for the message,
 *	or the controller's socket would not take it
 * @SNET_A_STAT_PENDING: u64, requests that wait now
 * @__SNET_A_MAX: internal
 */
enum snet_attr {
	SNET_A_UNSPEC,
	SNET_A_PAD,
	SNET_A_ID,
	SNET_A_OPERATION,
	SNET_A_FAMILY,
	SNET_A_TYPE,
	SNET_A_PROTOCOL,
	SNET_A_LOCAL_ADDR,
	SNET_A_REMOTE_ADDR,
	SNET_A_PID,
	SNET_A_TID,
	SNET_A_UID,
	SNET_A_EUID,
	SNET_A_GID,
	SNET_A_COMM,
	SNET_A_NETNS,
	SNET_A_TIME,
	SNET_A_DEADLINE,
	SNET_A_VERDICT,
	SNET_A_ERRNO,
	SNET_A_REASON,
	SNET_A_DELAY,
	SNET_A_POLICY,
	SNET_A_STAT_REQUESTS,
	SNET_A_STAT_ALLOWED,
	SNET_A_STAT_DENIED,
	SNET_A_STAT_CANCELLED,
	SNET_A_STAT_TIMEOUT,
	SNET_A_STAT_NO_CONTROLLER,
	SNET_A_STAT_CONTROLLER_GONE,
	SNET_A_STAT_QUEUE_FULL,
	SNET_A_STAT_UNDELIVERABLE,
	SNET_A_STAT_PENDING,

	/* private: */
	__SNET_A_MAX,
};

#define SNET_A_MAX (__SNET_A_MAX - 1)

/**
 * enum snet_operation - what the held call wants to do
 * @SNET_OP_UNSPEC: never sent
 * @SNET_OP_BIND: bind()
 * @SNET_OP_CONNECT: connect()
 * @SNET_OP_LISTEN: listen()
 * @__SNET_OP_MAX: internal
 */
enum snet_operation {
	SNET_OP_UNSPEC,
	SNET_OP_BIND,
	SNET_OP_CONNECT,
	SNET_OP_LISTEN,

	/* private: */
	__SNET_OP_MAX,
};

#define SNET_OP_MAX (__SNET_OP_MAX - 1)

/**
 * enum snet_verdict - how a request ends
 * @SNET_VERDICT_ALLOW: the call goes on
 * @SNET_VERDICT_DENY: the call fails
 * @__SNET_VERDICT_MAX: internal
 */
enum snet_verdict {
	SNET_VERDICT_ALLOW,
	SNET_VERDICT_DENY,

	/* private: */
	__SNET_VERDICT_MAX,
};

#define SNET_VERDICT_MAX (__SNET_VERDICT_MAX - 1)

/**
 * enum snet_cancel_reason - why a request ended without the controller
 * @SNET_CANCEL_UNSPEC: never sent
 * @SNET_CANCEL_KILLED: the held task got a fatal signal
 * @SNET_CANCEL_TIMEOUT: the delay has passed, the policy has decided
 * @__SNET_CANCEL_MAX: internal
 */
enum snet_cancel_reason {
	SNET_CANCEL_UNSPEC,
	SNET_CANCEL_KILLED,
	SNET_CANCEL_TIMEOUT,

	/* private: */
	__SNET_CANCEL_MAX,
};

#define SNET_CANCEL_MAX (__SNET_CANCEL_MAX - 1)

/* Bounds. */
#define SNET_DELAY_MAX 86400 /* seconds */
#define SNET_ERRNO_MAX 133   /* the highest errno that programs know */

#endif /* _UAPI_LINUX_SNET_H */
