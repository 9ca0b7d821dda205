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

/* The multicast group of those who only watch; needs CAP_NET_ADMIN. */
#define SNET_GENL_MCGRP_MONITOR "monitor"

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
 * @SNET_CMD_REQUEST: kernel to controller: a call is held and asks.
 *	Carries %SNET_A_ID to %SNET_A_DEADLINE and %SNET_A_HOLD to
 *	%SNET_A_ANCESTOR of &enum snet_attr, as far as they are known. Also the
 *	reply to %SNET_CMD_PENDING_GET.
 * @SNET_CMD_CANCEL: kernel to controller: a request no longer waits, and it
 *	was not this controller's verdict that ended it. %SNET_A_ID and
 *	%SNET_A_REASON; with %SNET_CANCEL_TIMEOUT also %SNET_A_VERDICT, what
 *	the policy made of it.
 * @SNET_CMD_VERDICT: controller to kernel: decide a request. %SNET_A_ID and
 *	%SNET_A_VERDICT, and optionally with %SNET_VERDICT_DENY
 *	%SNET_A_ERRNO. With %SNET_A_TICKET_FIELDS the verdict is kept as a
 *	ticket, with %SNET_A_TICKET_MODE and %SNET_A_TICKET_LIFETIME if they are
 *	given, else as configured. EPERM unless sent by the controller's own
 *	socket, ENOENT if the id does not wait (any more). A ticket that cannot
 *	be kept is counted (%SNET_A_STAT_TICKETS_REFUSED); the verdict holds all
 *	the same.
 * @SNET_CMD_CONFIG_GET: reply has %SNET_A_DELAY, %SNET_A_POLICY, the policies
 *	%SNET_A_POLICY_NO_CONTROLLER to %SNET_A_POLICY_TIMEOUT,
 *	%SNET_A_TICKET_MODE, %SNET_A_TICKET_LIFETIME, %SNET_A_TICKETS_PERSIST
 *	and %SNET_A_FEATURES
 * @SNET_CMD_CONFIG_SET: one or more of those, but %SNET_A_FEATURES; requests
 *	that already wait keep their deadline
 * @SNET_CMD_PENDING_GET: dump of what waits, oldest first, each as a
 *	%SNET_CMD_REQUEST
 * @SNET_CMD_STATS_GET: reply has the counters, %SNET_A_STAT_REQUESTS to
 *	%SNET_A_STAT_FLOW_DROPPED, over all operations. As a dump: a message
 *	for each operation with %SNET_A_OPERATION and the counters that are
 *	kept by operation, %SNET_A_STAT_REQUESTS to %SNET_A_STAT_UNDELIVERABLE,
 *	%SNET_A_STAT_TICKET_ALLOWED and %SNET_A_STAT_TICKET_DENIED.
 * @SNET_CMD_EVENT: kernel to the multicast group "monitor": something was
 *	decided, whoever did, or a socket was closed. What a %SNET_CMD_REQUEST
 *	has (%SNET_A_ID and %SNET_A_DEADLINE only if it has waited), and
 *	%SNET_A_VERDICT, %SNET_A_ERRNO for a denial, %SNET_A_CAUSE, and
 *	%SNET_A_WAITED if it has waited. For %SNET_OP_CLOSE there is no verdict
 *	but %SNET_A_DURATION, %SNET_A_BYTES_SENT and %SNET_A_BYTES_RECEIVED, as
 *	far as the protocol knows them.
 * @SNET_CMD_MEDIATE_ADD: have calls asked about: %SNET_A_OPERATION, and
 *	%SNET_A_FAMILY, %SNET_A_TYPE and %SNET_A_PROTOCOL, each of which means
 *	'any' when absent; %SNET_A_HOLD, %SNET_HOLD_AUTO when absent. An entry
 *	that is there already gets the new %SNET_A_HOLD. ENOSPC when there are
 *	%SNET_MEDIATED_MAX entries.
 * @SNET_CMD_MEDIATE_DEL: the contrary; without any attribute it empties the
 *	set. ENOENT when there is no such entry.
 * @SNET_CMD_MEDIATE_GET: dump of the set, each entry as a
 *	%SNET_CMD_MEDIATE_GET with the attributes of %SNET_CMD_MEDIATE_ADD. In
 *	the order in which they count: the narrowest first, which is one with a
 *	protocol before one with a type only, before one with a family only.
 * @SNET_CMD_TICKET_FLUSH: make all tickets invalid, at once; no attributes
 * @SNET_CMD_TICKET_GET: dump of the valid tickets, each as a
 *	%SNET_CMD_TICKET_GET with %SNET_A_TICKET_FIELDS, the values of these
 *	fields, %SNET_A_VERDICT, %SNET_A_ERRNO, %SNET_A_TICKET_MODE,
 *	%SNET_A_TICKET_LIFETIME and %SNET_A_TICKET_HITS
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
	SNET_CMD_EVENT,
	SNET_CMD_MEDIATE_ADD,
	SNET_CMD_MEDIATE_DEL,
	SNET_CMD_MEDIATE_GET,
	SNET_CMD_TICKET_FLUSH,
	SNET_CMD_TICKET_GET,

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
 * @SNET_A_PROTOCOL: u32, protocol of the socket (IPPROTO_TCP, ...); for
 *	%SNET_OP_CREATE the one asked for, 0 for the default of the family
 * @SNET_A_LOCAL_ADDR: binary, a struct sockaddr of the family in its first two
 *	bytes: the address asked for (bind), or the socket's own; absent while
 *	it has none. A family that snet does not take apart comes as the
 *	program gave it, with the program's length.
 * @SNET_A_REMOTE_ADDR: binary, likewise: the address asked for (connect,
 *	send), or the peer's (accept, close)
 * @SNET_A_PID: u32, thread group id of the calling task (getpid() in it)
 * @SNET_A_TID: u32, thread id of the calling task
 * @SNET_A_UID: u32, its real user id
 * @SNET_A_EUID: u32, its effective user id
 * @SNET_A_GID: u32, its real group id
 * @SNET_A_COMM: zero-terminated string, name of the thread
 * @SNET_A_NETNS: u64, inode number of the socket's network namespace
 * @SNET_A_TIME: u64, nanoseconds since the epoch (CLOCK_REALTIME) when the
 *	call was made
 * @SNET_A_DEADLINE: u64, nanoseconds since the epoch when the policy will
 *	decide, if the clock is not set and the machine not suspended meanwhile
 * @SNET_A_VERDICT: u32, &enum snet_verdict
 * @SNET_A_ERRNO: u32, positive errno that a denied call fails with, 1 to
 *	%SNET_ERRNO_MAX; EACCES when absent (ECONNABORTED for %SNET_OP_ACCEPT,
 *	which servers know to survive)
 * @SNET_A_REASON: u32, &enum snet_cancel_reason
 * @SNET_A_DELAY: u32, seconds that a request waits before the policy decides,
 *	1 to %SNET_DELAY_MAX (boot parameter and sysfs: snet_verdict_delay)
 * @SNET_A_POLICY: u32, &enum snet_verdict for what nobody decides (boot
 *	parameter and sysfs: snet_verdict_policy)
 * @SNET_A_STAT_REQUESTS: u64, calls that were to be asked about, those that a
 *	ticket decided not among them; the sum of the following five groups and
 *	of what waits
 * @SNET_A_STAT_ALLOWED: u64, allowed by a controller
 * @SNET_A_STAT_DENIED: u64, denied by a controller
 * @SNET_A_STAT_CANCELLED: u64, the held task was killed, or the held socket
 *	closed
 * @SNET_A_STAT_TIMEOUT: u64, decided by the policy: the delay had passed
 * @SNET_A_STAT_NO_CONTROLLER: u64, by the policy: there was no controller
 * @SNET_A_STAT_CONTROLLER_GONE: u64, by the policy: the controller's socket
 *	was closed while the request waited
 * @SNET_A_STAT_QUEUE_FULL: u64, by the policy: too many were waiting
 * @SNET_A_STAT_UNDELIVERABLE: u64, by the policy: no memory to wait or for the
 *	message, or the controller's socket would not take it
 * @SNET_A_STAT_PENDING: u64, requests that wait now
 * @SNET_A_HOLD: u32, &enum snet_hold: how the call waits; never
 *	%SNET_HOLD_AUTO in a request
 * @SNET_A_PROCESS: u64, names what the process has run since its last
 *	execve(); children share it until they call execve() themselves. Never
 *	reused within a boot.
 * @SNET_A_START_TIME: u64, nanoseconds since boot (CLOCK_BOOTTIME) when the
 *	process was started
 * @SNET_A_PROGRAM: zero-terminated string, absolute path of the program's
 *	file as it was when the program was started, seen from the root of its
 *	mount namespace; "(unreachable)" or "(too long)" is in front, and no
 *	slash, where there is no such path; " (deleted)" is behind the path of
 *	a file that had no name any more
 * @SNET_A_PROGRAM_DEV: u64, device of this file, as stat() tells
 *	(new_encode_dev())
 * @SNET_A_PROGRAM_INODE: u64, its inode number
 * @SNET_A_SCRIPT: zero-terminated string, path of the script that the program
 *	was started for as its interpreter (#! or binfmt_misc)
 * @SNET_A_ANCESTOR: zero-terminated string, up to %SNET_ANCESTORS_MAX times:
 *	the program that started this program, the one that started that, ...;
 *	a script's own path where there is one
 * @SNET_A_CGROUP: u64, id of the cgroup in the default hierarchy
 * @SNET_A_LOGINUID: u32, login user id, absent when there was no login
 * @SNET_A_SESSION: u32, audit session id, absent when there was no login
 * @SNET_A_CAUSE: u32, &enum snet_cause: who or what decided
 * @SNET_A_WAITED: u64, nanoseconds from the call to the decision
 * @SNET_A_DURATION: u64, nanoseconds from the socket's connection (its
 *	creation, if it had none) to its close
 * @SNET_A_BYTES_SENT: u64, payload that the peer has acknowledged
 * @SNET_A_BYTES_RECEIVED: u64, payload received
 * @SNET_A_POLICY_NO_CONTROLLER: u32, &enum snet_policy for requests while
 *	there is no controller
 * @SNET_A_POLICY_CONTROLLER_GONE: u32, likewise, for those that wait while the
 *	controller goes away
 * @SNET_A_POLICY_QUEUE_FULL: u32, likewise, for those too many
 * @SNET_A_POLICY_UNDELIVERABLE: u32, likewise, for those that cannot be sent
 * @SNET_A_POLICY_TIMEOUT: u32, likewise, for those that nobody answers
 * @SNET_A_TICKET_FIELDS: u64, bits of &enum snet_field: a call that is like
 *	the decided one in all of these is decided alike
 * @SNET_A_TICKET_MODE: u32, &enum snet_ticket_mode
 * @SNET_A_TICKET_LIFETIME: u32, seconds that a ticket lasts, counted while
 *	the machine is suspended too; 0 for as long as nothing ends it
 * @SNET_A_TICKET_HITS: u64, calls that the ticket has decided
 * @SNET_A_TICKETS_PERSIST: u32, 1 if tickets stay valid when the controller
 *	goes away, 0 if that flushes them
 * @SNET_A_FEATURES: u64, bits of &enum snet_feature
 * @SNET_A_STAT_TICKET_ALLOWED: u64, calls that a ticket allowed
 * @SNET_A_STAT_TICKET_DENIED: u64, calls that a ticket denied
 * @SNET_A_STAT_TICKETS: u64, tickets in memory now
 * @SNET_A_STAT_TICKETS_EVICTED: u64, valid tickets thrown away for newer ones
 * @SNET_A_STAT_TICKETS_REFUSED: u64, tickets that could not be kept: no
 *	memory, or too many combinations of fields
 * @SNET_A_STAT_FLOW_DROPPED: u64, packets that were lost, as too many of their
 *	flow were waiting
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
	SNET_A_HOLD,
	SNET_A_PROCESS,
	SNET_A_START_TIME,
	SNET_A_PROGRAM,
	SNET_A_PROGRAM_DEV,
	SNET_A_PROGRAM_INODE,
	SNET_A_SCRIPT,
	SNET_A_CGROUP,
	SNET_A_LOGINUID,
	SNET_A_SESSION,
	SNET_A_ANCESTOR,
	SNET_A_CAUSE,
	SNET_A_WAITED,
	SNET_A_DURATION,
	SNET_A_BYTES_SENT,
	SNET_A_BYTES_RECEIVED,
	SNET_A_POLICY_NO_CONTROLLER,
	SNET_A_POLICY_CONTROLLER_GONE,
	SNET_A_POLICY_QUEUE_FULL,
	SNET_A_POLICY_UNDELIVERABLE,
	SNET_A_POLICY_TIMEOUT,
	SNET_A_TICKET_FIELDS,
	SNET_A_TICKET_MODE,
	SNET_A_TICKET_LIFETIME,
	SNET_A_TICKET_HITS,
	SNET_A_TICKETS_PERSIST,
	SNET_A_FEATURES,
	SNET_A_STAT_TICKET_ALLOWED,
	SNET_A_STAT_TICKET_DENIED,
	SNET_A_STAT_TICKETS,
	SNET_A_STAT_TICKETS_EVICTED,
	SNET_A_STAT_TICKETS_REFUSED,
	SNET_A_STAT_FLOW_DROPPED,

	/* private: */
	__SNET_A_MAX,
};

#define SNET_A_MAX (__SNET_A_MAX - 1)

/**
 * enum snet_operation - what a call wants to do
 * @SNET_OP_UNSPEC: never sent
 * @SNET_OP_BIND: bind()
 * @SNET_OP_CONNECT: connect(), and what does the same by other means, as
 *	sendto() with MSG_FASTOPEN
 * @SNET_OP_LISTEN: listen()
 * @SNET_OP_ACCEPT: accept(), once the peer is known
 * @SNET_OP_SEND: sendto() and the like, of a datagram with its own destination
 * @SNET_OP_RECEIVE: recvfrom() and the like, on other sockets than streams
 * @SNET_OP_CREATE: socket(); with AF_UNSPEC for a family open() of the device
 *	that TUN and TAP devices are made by
 * @SNET_OP_CLOSE: the last close() of a socket; never held
 * @__SNET_OP_MAX: internal
 */
enum snet_operation {
	SNET_OP_UNSPEC,
	SNET_OP_BIND,
	SNET_OP_CONNECT,
	SNET_OP_LISTEN,
	SNET_OP_ACCEPT,
	SNET_OP_SEND,
	SNET_OP_RECEIVE,
	SNET_OP_CREATE,
	SNET_OP_CLOSE,

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
 * enum snet_policy - the policy for one kind of failure
 * @SNET_POLICY_ALLOW: allow
 * @SNET_POLICY_DENY: deny
 * @SNET_POLICY_GENERAL: what %SNET_A_POLICY says
 * @__SNET_POLICY_MAX: internal
 */
enum snet_policy {
	SNET_POLICY_ALLOW = SNET_VERDICT_ALLOW,
	SNET_POLICY_DENY = SNET_VERDICT_DENY,
	SNET_POLICY_GENERAL,

	/* private: */
	__SNET_POLICY_MAX,
};

#define SNET_POLICY_MAX (__SNET_POLICY_MAX - 1)

/**
 * enum snet_cancel_reason - why a request ended without the controller
 * @SNET_CANCEL_UNSPEC: never sent
 * @SNET_CANCEL_KILLED: the held task got a fatal signal
 * @SNET_CANCEL_TIMEOUT: the delay has passed, the policy has decided
 * @SNET_CANCEL_CLOSED: the held socket was closed, or used for something else;
 *	datagrams that wait outlive a close()
 * @__SNET_CANCEL_MAX: internal
 */
enum snet_cancel_reason {
	SNET_CANCEL_UNSPEC,
	SNET_CANCEL_KILLED,
	SNET_CANCEL_TIMEOUT,
	SNET_CANCEL_CLOSED,

	/* private: */
	__SNET_CANCEL_MAX,
};

#define SNET_CANCEL_MAX (__SNET_CANCEL_MAX - 1)

/**
 * enum snet_cause - who or what decided
 * @SNET_CAUSE_CONTROLLER: the controller's verdict
 * @SNET_CAUSE_TICKET: a ticket
 * @SNET_CAUSE_NO_CONTROLLER: the policy, as there was no controller
 * @SNET_CAUSE_CONTROLLER_GONE: the policy, as the controller went away
 * @SNET_CAUSE_QUEUE_FULL: the policy, as too many were waiting
 * @SNET_CAUSE_UNDELIVERABLE: the policy, as the request could not be sent
 * @SNET_CAUSE_TIMEOUT: the policy, as nobody answered in time
 * @SNET_CAUSE_CANCELLED: the task was killed or the socket closed
 * @__SNET_CAUSE_MAX: internal
 */
enum snet_cause {
	SNET_CAUSE_CONTROLLER,
	SNET_CAUSE_TICKET,
	SNET_CAUSE_NO_CONTROLLER,
	SNET_CAUSE_CONTROLLER_GONE,
	SNET_CAUSE_QUEUE_FULL,
	SNET_CAUSE_UNDELIVERABLE,
	SNET_CAUSE_TIMEOUT,
	SNET_CAUSE_CANCELLED,

	/* private: */
	__SNET_CAUSE_MAX,
};

#define SNET_CAUSE_MAX (__SNET_CAUSE_MAX - 1)

/**
 * enum snet_hold - how a call waits
 * @SNET_HOLD_AUTO: as %SNET_HOLD_FLOW on a non-blocking socket whose packets
 *	can wait, else as %SNET_HOLD_THREAD
 * @SNET_HOLD_THREAD: the calling thread sleeps
 * @SNET_HOLD_FLOW: the call returns at once, and the packets wait; for sockets
 *	whose packets cannot wait it is %SNET_HOLD_THREAD
 * @__SNET_HOLD_MAX: internal
 */
enum snet_hold {
	SNET_HOLD_AUTO,
	SNET_HOLD_THREAD,
	SNET_HOLD_FLOW,

	/* private: */
	__SNET_HOLD_MAX,
};

#define SNET_HOLD_MAX (__SNET_HOLD_MAX - 1)

/**
 * enum snet_field - what a ticket compares, as bits
 *
 * What is not here (ancestors, login, the name of the thread) does not change
 * while %SNET_FIELD_PROCESS stays the same, or is the program's own word.
 *
 * @SNET_FIELD_OPERATION: the operation; always compared
 * @SNET_FIELD_FAMILY: the socket's family
 * @SNET_FIELD_TYPE: its type
 * @SNET_FIELD_PROTOCOL: its protocol
 * @SNET_FIELD_LOCAL_ADDR: the local address without its port; with an address
 *	that is not an internet address all of it
 * @SNET_FIELD_LOCAL_PORT: the local port
 * @SNET_FIELD_REMOTE_ADDR: the remote address, likewise
 * @SNET_FIELD_REMOTE_PORT: the remote port
 * @SNET_FIELD_UID: the real user id
 * @SNET_FIELD_EUID: the effective user id
 * @SNET_FIELD_GID: the real group id
 * @SNET_FIELD_NETNS: the network namespace
 * @SNET_FIELD_CGROUP: the cgroup
 * @SNET_FIELD_PROGRAM: the program's file: path, device, inode and time of its
 *	last change
 * @SNET_FIELD_SCRIPT: the script's file, likewise, or that there is none
 * @SNET_FIELD_PROCESS: this one process, and nothing that it executes later
 * @SNET_FIELD_ALL: all of these
 */
enum snet_field {
	SNET_FIELD_OPERATION = 1 << 0,
	SNET_FIELD_FAMILY = 1 << 1,
	SNET_FIELD_TYPE = 1 << 2,
	SNET_FIELD_PROTOCOL = 1 << 3,
	SNET_FIELD_LOCAL_ADDR = 1 << 4,
	SNET_FIELD_LOCAL_PORT = 1 << 5,
	SNET_FIELD_REMOTE_ADDR = 1 << 6,
	SNET_FIELD_REMOTE_PORT = 1 << 7,
	SNET_FIELD_UID = 1 << 8,
	SNET_FIELD_EUID = 1 << 9,
	SNET_FIELD_GID = 1 << 10,
	SNET_FIELD_NETNS = 1 << 11,
	SNET_FIELD_CGROUP = 1 << 12,
	SNET_FIELD_PROGRAM = 1 << 13,
	SNET_FIELD_SCRIPT = 1 << 14,
	SNET_FIELD_PROCESS = 1 << 15,
	SNET_FIELD_ALL = (1 << 16) - 1,
};

/**
 * enum snet_ticket_mode - how long a ticket lasts
 * @SNET_TICKET_OFF: none is made, and none is looked at
 * @SNET_TICKET_FIXED: its lifetime counts from the verdict
 * @SNET_TICKET_EXTENDED: its lifetime counts from its last use
 * @__SNET_TICKET_MODE_MAX: internal
 */
enum snet_ticket_mode {
	SNET_TICKET_OFF,
	SNET_TICKET_FIXED,
	SNET_TICKET_EXTENDED,

	/* private: */
	__SNET_TICKET_MODE_MAX,
};

#define SNET_TICKET_MODE_MAX (__SNET_TICKET_MODE_MAX - 1)

/**
 * enum snet_feature - what this snet can do, as bits
 * @SNET_FEATURE_ACCEPT: calls of accept() are asked about with their peer
 * @SNET_FEATURE_IDENTITY: programs are known from execve() on
 * @SNET_FEATURE_FLOW: %SNET_HOLD_FLOW
 * @SNET_FEATURE_CLOSE: %SNET_OP_CLOSE is reported
 */
enum snet_feature {
	SNET_FEATURE_ACCEPT = 1 << 0,
	SNET_FEATURE_IDENTITY = 1 << 1,
	SNET_FEATURE_FLOW = 1 << 2,
	SNET_FEATURE_CLOSE = 1 << 3,
};

/* Bounds. */
#define SNET_DELAY_MAX 86400 /* seconds */
#define SNET_ERRNO_MAX 133   /* the highest errno that programs know */
#define SNET_MEDIATED_MAX 64 /* entries of the mediated set */
#define SNET_ANCESTORS_MAX 8
#define SNET_TICKET_LIFETIME_MAX 31536000 /* seconds: a year */

#endif /* _UAPI_LINUX_SNET_H */
