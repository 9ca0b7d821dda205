/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libsnet: talk to the snet security module of the Linux kernel.
 *
 * A program opens a handle, registers as the controller and gets an event for
 * each network system call that the kernel holds; it answers each with a
 * verdict. Or it only watches: snet_monitor(). The caller owns the main loop:
 * wait until snet_fd() is readable, then call snet_dispatch(). docs/libsnet.md
 * (the manual page libsnet(3)) is an introduction, with a complete program.
 *
 * Errors: functions that return int return 0, or a negative errno value;
 * snet_strerror() then says more. Outputs (ret_...) are untouched on failure.
 *
 * Threads: a handle may be used from any thread; calls on one handle exclude
 * each other. Callbacks run in the thread that calls snet_dispatch(), without
 * a lock held, and may call any function of this library on the handle but
 * snet_close(), snet_dispatch() and snet_wait(). No exception of C++ may leave
 * a callback, nor a longjmp(). After fork() only one of the two processes may
 * use the handle; the descriptors are closed by execve().
 *
 * Ownership: what a callback is given is the library's, and valid until the
 * callback returns. What a function is given is the caller's, and not looked
 * at any more when it returns.
 *
 * What stays. A program goes on with each later libsnet.so.1, unchanged. For
 * that there are two kinds of structs:
 * - Those that only the library makes (struct snet_event, snet_cancel,
 *   snet_ticket) can become longer. So programs do not make them, copy them
 *   (but with snet_event_copy()), put them into arrays or into structs of
 *   their own, or ask for their size. A later member has a bit in
 *   "fields", where there are such, so that its absence can be seen.
 * - Those that programs make (all others) keep their size. They have room,
 *   called reserved, which has to be zero, and is: begin with = {0}, or = {}
 *   in C++. Functions answer -EINVAL if it is not.
 * Members that are enumerations are uint32_t, because the kernel may know more
 * values than this header. A program passes over what it does not know.
 *
 * All functions exist since version 1.0, unless they say otherwise.
 *
 * The manual pages are made of the comments in this file, by docs/make-man3.
 */
#ifndef SNET_H
#define SNET_H

#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include <linux/snet.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The version of this header; that of the library is snet_version()'s. */
#define LIBSNET_VERSION_MAJOR 1
#define LIBSNET_VERSION_MINOR 0
#define LIBSNET_VERSION_PATCH 0

/* A connection to the kernel. Opaque. */
struct snet;

/* What a struct snet_event has of programs that led to the caller. */
#define SNET_EVENT_ANCESTORS_MAX 8

/**
 * enum snet_event_field - what of the optional parts of an event is known
 * @SNET_EVENT_LOCAL: local, local_len
 * @SNET_EVENT_REMOTE: remote, remote_len
 * @SNET_EVENT_NETNS: netns
 * @SNET_EVENT_START_TIME: start_time_ns
 * @SNET_EVENT_PROGRAM_DEV: program_dev
 * @SNET_EVENT_PROGRAM_INODE: program_inode
 * @SNET_EVENT_VERDICT: verdict, error
 * @SNET_EVENT_CAUSE: cause
 * @SNET_EVENT_WAITED: waited_ns
 * @SNET_EVENT_DURATION: duration_ns
 * @SNET_EVENT_BYTES_SENT: bytes_sent
 * @SNET_EVENT_BYTES_RECEIVED: bytes_received
 */
enum snet_event_field {
	SNET_EVENT_LOCAL = 1 << 0,
	SNET_EVENT_REMOTE = 1 << 1,
	SNET_EVENT_NETNS = 1 << 2,
	SNET_EVENT_START_TIME = 1 << 3,
	SNET_EVENT_PROGRAM_DEV = 1 << 4,
	SNET_EVENT_PROGRAM_INODE = 1 << 5,
	SNET_EVENT_VERDICT = 1 << 6,
	SNET_EVENT_CAUSE = 1 << 7,
	SNET_EVENT_WAITED = 1 << 8,
	SNET_EVENT_DURATION = 1 << 9,
	SNET_EVENT_BYTES_SENT = 1 << 10,
	SNET_EVENT_BYTES_RECEIVED = 1 << 11,
};

/**
 * struct snet_event - a network system call: one that is held, or was decided
 *
 * Made by the library, and valid with its strings until the callback that
 * received it returns. snet_event_copy() makes one that stays. Strings come
 * from the programs and the file systems of anybody: any bytes but zero. Who
 * shows them on a terminal has to replace control characters.
 *
 * Ids of users and processes are those of the initial namespaces. Times are in
 * nanoseconds.
 */
struct snet_event {
	uint64_t id;	    /**< names it to snet_verdict(); 0: it has not waited */
	uint32_t operation; /**< enum snet_operation; SNET_OP_UNSPEC: see snet_dispatch() */
	uint32_t fields;    /**< set of enum snet_event_field: what of the rest is known */
	int32_t family;	    /**< AF_INET, ... */
	int32_t type;	    /**< SOCK_STREAM, ... */
	int32_t protocol;   /**< IPPROTO_TCP, ... */
	uint32_t hold;	    /**< enum snet_hold: how it waits; SNET_HOLD_AUTO: unknown */
	uint32_t pid;	    /**< of the process, which is its thread group */
	uint32_t tid;	    /**< of the thread */
	uint32_t uid;	    /**< real user id */
	uint32_t euid;	    /**< effective user id */
	uint32_t gid;	    /**< real group id */
	uint32_t loginuid;  /**< user that has logged in; (uint32_t)-1: there was no login */
	uint32_t session;   /**< number of the audit system; (uint32_t)-1: there was no login */
	int32_t error;	    /**< positive errno of a denial, otherwise 0 */
	uint64_t netns;	    /**< inode of the network namespace */
	uint64_t cgroup;    /**< id in the default hierarchy; 0: unknown */
	/**
	 * Names what the process has run since its last execve(). Children
	 * share it until they call execve() themselves; never used again
	 * before the next boot. 0: unknown.
	 */
	uint64_t process;
	uint64_t start_time_ns; /**< of the process, since boot */
	uint64_t time_ns;	/**< of the call, since the epoch */
	uint64_t deadline_ns;	/**< since the epoch: when the policy decides */
	uint64_t program_dev;	/**< device of the program's file, as stat() tells */
	uint64_t program_inode; /**< inode of the program's file */
	const char *program;	/**< path, as of its start; NULL: unknown */
	const char *script;	/**< that the program runs; NULL: none */
	/** Programs that led to this one, the latest first; NULL behind the last. */
	const char *ancestors[SNET_EVENT_ANCESTORS_MAX + 1];
	char comm[16]; /**< name of the thread, as it calls itself; always terminated */
	/** An address of the family in it, as the program gave it if not IP's. */
	struct sockaddr_storage local;
	/** Likewise: where it wants to go, or who has connected. */
	struct sockaddr_storage remote;
	socklen_t local_len;	 /**< size of the address in local */
	socklen_t remote_len;	 /**< size of the address in remote */
	uint32_t verdict;	 /**< enum snet_verdict; for a monitor */
	uint32_t cause;		 /**< enum snet_cause: who or what decided; for a monitor */
	uint64_t waited_ns;	 /**< from the call to the decision; for a monitor */
	uint64_t duration_ns;	 /**< of SNET_OP_CLOSE: since the connection or creation */
	uint64_t bytes_sent;	 /**< of SNET_OP_CLOSE: payload that the peer has acknowledged */
	uint64_t bytes_received; /**< of SNET_OP_CLOSE: payload */
};

/** struct snet_cancel - a request that has ended without this controller's verdict */
struct snet_cancel {
	uint64_t id;	  /**< of the event */
	uint32_t reason;  /**< enum snet_cancel_reason; SNET_CANCEL_UNSPEC: unknown */
	uint32_t verdict; /**< enum snet_verdict: of SNET_CANCEL_TIMEOUT, what the policy said */
};

/**
 * struct snet_callbacks - what snet_dispatch() calls for a controller
 *
 * Members may be NULL.
 */
struct snet_callbacks {
	/** A call is held, and waits for snet_verdict(). */
	void (*request)(struct snet *snet, const struct snet_event *event, void *data);
	/** A request that was announced does not wait any more. */
	void (*cancel)(struct snet *snet, const struct snet_cancel *cancel, void *data);
	/**
	 * The socket's queue was too small and messages are lost; the kernel
	 * has decided those requests by its policy. snet_pending() tells what
	 * really waits, which may include requests that are still to be
	 * announced.
	 */
	void (*overrun)(struct snet *snet, void *data);
	/**
	 * A verdict of snet_verdict_nowait() failed, with the negative errno
	 * that snet_verdict_ticket() would have returned. snet_strerror() has
	 * the kernel's words.
	 */
	void (*refused)(struct snet *snet, uint64_t id, int error, void *data);
	void (*reserved[4])(void); /**< has to be zero */
};

/**
 * struct snet_monitor_callbacks - what snet_dispatch() calls for a monitor
 *
 * Members may be NULL.
 */
struct snet_monitor_callbacks {
	/**
	 * A call was decided, whoever did, or, with SNET_OP_CLOSE and without
	 * a verdict, a socket was closed.
	 */
	void (*event)(struct snet *snet, const struct snet_event *event, void *data);
	/** The socket's queue was too small, and events are lost. */
	void (*overrun)(struct snet *snet, void *data);
	void (*reserved[6])(void); /**< has to be zero */
};

/**
 * enum snet_config_field - members of a struct snet_config
 * @SNET_CONFIG_DELAY: delay
 * @SNET_CONFIG_POLICY: policy
 * @SNET_CONFIG_POLICY_NO_CONTROLLER: policy_no_controller
 * @SNET_CONFIG_POLICY_CONTROLLER_GONE: policy_controller_gone
 * @SNET_CONFIG_POLICY_QUEUE_FULL: policy_queue_full
 * @SNET_CONFIG_POLICY_UNDELIVERABLE: policy_undeliverable
 * @SNET_CONFIG_POLICY_TIMEOUT: policy_timeout
 * @SNET_CONFIG_TICKET_MODE: ticket_mode
 * @SNET_CONFIG_TICKET_LIFETIME: ticket_lifetime
 * @SNET_CONFIG_TICKETS_PERSIST: tickets_persist
 * @SNET_CONFIG_FEATURES: features; told, cannot be set
 */
enum snet_config_field {
	SNET_CONFIG_DELAY = 1 << 0,
	SNET_CONFIG_POLICY = 1 << 1,
	SNET_CONFIG_POLICY_NO_CONTROLLER = 1 << 2,
	SNET_CONFIG_POLICY_CONTROLLER_GONE = 1 << 3,
	SNET_CONFIG_POLICY_QUEUE_FULL = 1 << 4,
	SNET_CONFIG_POLICY_UNDELIVERABLE = 1 << 5,
	SNET_CONFIG_POLICY_TIMEOUT = 1 << 6,
	SNET_CONFIG_TICKET_MODE = 1 << 7,
	SNET_CONFIG_TICKET_LIFETIME = 1 << 8,
	SNET_CONFIG_TICKETS_PERSIST = 1 << 9,
	SNET_CONFIG_FEATURES = 1 << 10,
};

/**
 * struct snet_config - the settings of the kernel module
 *
 * The policies are for what no controller decides, each for one kind of it.
 */
struct snet_config {
	uint32_t fields;   /**< set of enum snet_config_field: what is known, or to be set */
	uint32_t delay;	   /**< seconds that a request waits, 1 to SNET_DELAY_MAX */
	uint64_t features; /**< set of enum snet_feature: what this snet can do */
	uint32_t policy;   /**< enum snet_verdict: where the others say SNET_POLICY_GENERAL */
	uint32_t policy_no_controller;	 /**< enum snet_policy: there is no controller */
	uint32_t policy_controller_gone; /**< enum snet_policy: it has gone meanwhile */
	uint32_t policy_queue_full;	 /**< enum snet_policy: too many wait */
	uint32_t policy_undeliverable;	 /**< enum snet_policy: it cannot be told */
	uint32_t policy_timeout;	 /**< enum snet_policy: it has not answered in time */
	uint32_t ticket_mode;		 /**< enum snet_ticket_mode: of tickets that do not say */
	uint32_t ticket_lifetime;	 /**< seconds, 0: no end; of tickets that do not say */
	uint32_t tickets_persist;	 /**< 1: tickets outlive the controller; 0: not */
	uint32_t reserved[19];		 /**< has to be zero */
};

/**
 * struct snet_stats - the counters of the kernel module since boot
 *
 * A counter that the kernel does not have is 0.
 */
struct snet_stats {
	uint64_t requests;	  /**< calls that were to be asked about */
	uint64_t allowed;	  /**< by a controller */
	uint64_t denied;	  /**< by a controller */
	uint64_t cancelled;	  /**< killed or closed meanwhile */
	uint64_t timeout;	  /**< decided by the policy: the delay had passed */
	uint64_t no_controller;	  /**< by the policy: there was no controller */
	uint64_t controller_gone; /**< by the policy: the controller has gone */
	uint64_t queue_full;	  /**< by the policy: too many were waiting */
	uint64_t undeliverable;	  /**< by the policy: the controller could not be told */
	uint64_t ticket_allowed;  /**< by a ticket */
	uint64_t ticket_denied;	  /**< by a ticket */
	uint64_t pending;	  /**< what waits now; not counted by operation */
	uint64_t tickets;	  /**< tickets in memory now; not counted by operation */
	/** Valid tickets thrown away for newer ones; not counted by operation. */
	uint64_t tickets_evicted;
	uint64_t tickets_refused; /**< that could not be kept; not counted by operation */
	/** Packets lost as too many of their flow were waiting; not counted by operation. */
	uint64_t flow_dropped;
	uint64_t reserved[16]; /**< is zero */
};

/* Any value, in a struct snet_mediated. */
#define SNET_ANY (-1)

/** struct snet_mediated - a kind of call that is asked about */
struct snet_mediated {
	uint32_t operation;   /**< enum snet_operation */
	int32_t family;	      /**< AF_INET, ..., or SNET_ANY; 0 is AF_UNSPEC */
	int32_t type;	      /**< SOCK_STREAM, ..., or SNET_ANY */
	int32_t protocol;     /**< IPPROTO_TCP, ..., or SNET_ANY; 0 is a protocol */
	uint32_t hold;	      /**< enum snet_hold; of no meaning to snet_mediated_remove() */
	uint32_t reserved[3]; /**< has to be zero */
};

/* As the kernel is configured, in a struct snet_ticket_terms. */
#define SNET_TICKET_DEFAULT UINT32_MAX

/** struct snet_ticket_terms - what a ticket is to be good for */
struct snet_ticket_terms {
	uint64_t fields;      /**< set of enum snet_field: in what a call has to be alike */
	uint32_t mode;	      /**< enum snet_ticket_mode, or SNET_TICKET_DEFAULT */
	uint32_t lifetime;    /**< seconds, 0: no end, or SNET_TICKET_DEFAULT */
	uint64_t reserved[2]; /**< has to be zero */
};

/**
 * struct snet_ticket - a decision that the kernel keeps
 *
 * Made by the library, and valid until the callback that received it returns.
 */
struct snet_ticket {
	struct snet_ticket_terms terms; /**< what it is good for */
	uint64_t hits;			/**< calls that it has decided */
	/**
	 * What a call is compared with: those members that terms.fields names,
	 * as far as the kernel tells them; and the verdict and its errno.
	 */
	const struct snet_event *call;
};

/**
 * snet_version() - the version of the library
 *
 * That of the header that a program was compiled with is
 * LIBSNET_VERSION_MAJOR, LIBSNET_VERSION_MINOR and LIBSNET_VERSION_PATCH.
 *
 * Return: a text like "1.0.0"
 */
const char *snet_version(void);

/**
 * snet_open() - connect to the kernel module
 * @ret_snet: the new handle, to be freed with snet_close()
 *
 * Needs no privilege, but nearly all that can be done with the handle does.
 *
 * Return: 0, or a negative errno
 *
 * Errors:
 * -ENOENT: this kernel has no snet module, or it is not enabled
 * -ENOMEM: there is no memory
 * -EIO: others of libnl; and those of socket(2), bind(2) and epoll_create1(2)
 */
int snet_open(struct snet **ret_snet);

/**
 * snet_close() - end a connection
 * @snet: a handle, or NULL
 *
 * A controller's registration ends with it: what waits is decided by the
 * kernel's policy at once.
 *
 * Return: NULL, always
 */
struct snet *snet_close(struct snet *snet);

/**
 * snet_fd() - the descriptor to wait on
 * @snet: the handle
 *
 * Readable when snet_dispatch() has something to do. It is the handle's, and
 * stays the same: only wait on it, with poll(2), epoll(7) or a main loop. It is
 * closed by execve(2).
 *
 * Return: the descriptor
 */
int snet_fd(const struct snet *snet);

/**
 * snet_register() - become the controller
 * @snet: the handle
 * @callbacks: what snet_dispatch() calls; copied
 * @data: passed to the callbacks
 *
 * There is one controller at a time, until snet_close(). Calls of its own
 * process are never held. What already waits is not announced: see
 * snet_pending(). Tickets of an earlier controller may go on deciding: see
 * snet_ticket_flush().
 *
 * Return: 0, or a negative errno
 *
 * Errors:
 * -EPERM: CAP_NET_ADMIN in the initial user namespace is missing
 * -EBUSY: there is a controller, such as snetd(8)
 * -EINVAL: something reserved in callbacks is not zero
 */
int snet_register(struct snet *snet, const struct snet_callbacks *callbacks, void *data);

/**
 * snet_monitor() - be told of what is decided, and of what is closed
 * @snet: the handle
 * @callbacks: what snet_dispatch() calls; copied; called again, it replaces them
 * @data: passed to these callbacks
 *
 * Any number of handles can do so. Nobody waits for a monitor: what it does
 * not read in time it loses. A controller can be a monitor with the same
 * handle, but both share one queue then: a flood of events loses requests, and
 * an overrun is told to both. So it should use a second handle for this.
 *
 * Return: 0, or a negative errno
 *
 * Errors:
 * -EPERM: CAP_NET_ADMIN is missing
 * -EOPNOTSUPP: this kernel cannot
 * -EINVAL: something reserved in callbacks is not zero
 */
int snet_monitor(struct snet *snet, const struct snet_monitor_callbacks *callbacks, void *data);

/**
 * snet_dispatch() - receive what the kernel has sent, and call the callbacks
 * @snet: the handle
 *
 * Never blocks. Returns when nothing is left to receive, or after some hundred
 * callbacks, so that a flood does not starve the caller's main loop: then
 * snet_fd() is still readable. Allocates no memory, but for a backlog that is
 * longer than any before.
 *
 * A malformed request holds a program even so: if it had an id, it is announced
 * with what could be read of it, as SNET_OP_UNSPEC. Unknown ids of users are
 * (uint32_t)-1 then, the id of a process 0. The default policy should answer
 * it. A malformed event for a monitor is not announced.
 *
 * Return: how many callbacks were called, or a negative errno
 *
 * Errors:
 * -EBADMSG: the kernel sent something malformed, which was skipped but for
 *	what is said above; all else was delivered, and the handle works on
 * -ENOMEM: there is no memory; nothing was lost
 */
int snet_dispatch(struct snet *snet);

/**
 * snet_wait() - wait until the kernel says something, then do as snet_dispatch()
 * @snet: the handle
 *
 * For a program that does nothing else: it takes one system call where waiting
 * for snet_fd() and snet_dispatch() take two, which the program that is held
 * can feel. Calls of other threads on the handle wait until this returns; who
 * has some, or a main loop, waits for snet_fd(). A signal that comes just
 * before the call does not end it: who ends by a signal and must not miss it
 * uses ppoll(2) with snet_fd(), or signalfd(2).
 *
 * Return: as snet_dispatch(); 0 also when a signal handler has run meanwhile
 */
int snet_wait(struct snet *snet);

/**
 * snet_verdict() - decide a request
 * @snet: the handle of the controller
 * @id: of the event
 * @verdict: enum snet_verdict: SNET_VERDICT_ALLOW or SNET_VERDICT_DENY
 * @error: the positive errno that a denied call fails with, or 0 for EACCES
 *	(ECONNABORTED for SNET_OP_ACCEPT)
 *
 * The held call has been woken when this returns 0. It need not be called
 * within the callback: the request waits until its deadline.
 *
 * Return: 0, or a negative errno
 *
 * Errors:
 * -ENOENT: this id does not wait (any more), nothing was done
 * -EPERM: this handle is not the controller's
 * -EINVAL: bad verdict or errno; likewise -ERANGE
 * -ENOBUFS: the socket's queue was full and the kernel's answer is lost; the
 *	request does not wait any more unless the verdict was a bad one
 */
int snet_verdict(struct snet *snet, uint64_t id, uint32_t verdict, int error);

/**
 * snet_verdict_ticket() - decide a request, and others that are alike
 * @snet: the handle of the controller
 * @id: of the event
 * @verdict: enum snet_verdict: SNET_VERDICT_ALLOW or SNET_VERDICT_DENY
 * @error: as for snet_verdict()
 * @terms: of the ticket; NULL: make none
 *
 * The kernel keeps the verdict as a ticket: it decides calls that are alike by
 * itself, in nanoseconds, and nobody is asked about them. A ticket that cannot
 * be kept is counted by the kernel (tickets_refused in struct snet_stats); the
 * verdict holds all the same.
 *
 * Return: 0, or a negative errno
 *
 * Errors:
 * -ENOENT: this id does not wait (any more), nothing was done
 * -EPERM: this handle is not the controller's
 * -EINVAL: bad verdict, errno or terms; likewise -ERANGE; or something reserved
 *	in terms is not zero
 * -ENOBUFS: as for snet_verdict()
 */
int snet_verdict_ticket(struct snet *snet, uint64_t id, uint32_t verdict, int error,
			const struct snet_ticket_terms *terms);

/**
 * snet_verdict_nowait() - decide a request, and do not ask whether it went well
 * @snet: the handle of the controller
 * @id: of the event
 * @verdict: enum snet_verdict: SNET_VERDICT_ALLOW or SNET_VERDICT_DENY
 * @error: as for snet_verdict()
 * @terms: of the ticket; NULL: make none
 *
 * One system call instead of two; for controllers that decide many. The held
 * call has been woken when this returns 0, unless the kernel refused the
 * verdict: then snet_dispatch() calls the callback "refused" later, or
 * "overrun" if the kernel's answer was lost in a full queue.
 *
 * Return: 0, or a negative errno, with which nothing was decided
 *
 * Errors:
 * -ENOBUFS: sending failed; likewise -ENOMEM
 * -EINVAL: something reserved in terms is not zero
 */
int snet_verdict_nowait(struct snet *snet, uint64_t id, uint32_t verdict, int error,
			const struct snet_ticket_terms *terms);

/**
 * snet_ticket_flush() - make all tickets invalid
 * @snet: the handle
 *
 * When it returns, no call is decided by one of them any more.
 *
 * Return: 0, or a negative errno
 *
 * Errors:
 * -EPERM: CAP_NET_ADMIN is missing
 */
int snet_ticket_flush(struct snet *snet);

/**
 * snet_ticket_list() - what tickets there are
 * @snet: the handle
 * @callback: called for each before snet_ticket_list() returns
 * @data: passed to it
 *
 * Return: how many, or a negative errno
 *
 * Errors:
 * -EPERM: CAP_NET_ADMIN is missing
 * -EAGAIN: they changed faster than they could be read
 * -EBADMSG: something malformed was skipped
 * -ENOMEM: there is no memory
 */
int snet_ticket_list(struct snet *snet,
		     void (*callback)(struct snet *snet, const struct snet_ticket *ticket,
				      void *data),
		     void *data);

/**
 * snet_config_get() - read the settings
 * @snet: the handle
 * @ret_config: all of it is written; its fields say what is known
 *
 * Return: 0, or a negative errno
 *
 * Errors:
 * -EPERM: CAP_NET_ADMIN is missing
 * -EBADMSG: the kernel's answer is malformed
 */
int snet_config_get(struct snet *snet, struct snet_config *ret_config);

/**
 * snet_config_set() - change settings
 * @snet: the handle
 * @config: those that its fields name; SNET_CONFIG_FEATURES is passed over
 *
 * Requests that already wait keep their deadline.
 *
 * Return: 0, or a negative errno, with which nothing was changed
 *
 * Errors:
 * -EPERM: CAP_NET_ADMIN is missing
 * -EINVAL: a value that cannot be; likewise -ERANGE; or there is nothing to
 *	change, or something reserved is not zero
 */
int snet_config_set(struct snet *snet, const struct snet_config *config);

/**
 * snet_mediated_add() - have a kind of call asked about
 * @snet: the handle
 * @entry: the kind; one that is there already gets its way to wait
 *
 * The set is the kernel's, and outlives the handle. At boot it has what internet
 * sockets do but SNET_OP_RECEIVE, and the making of some kinds of sockets that
 * are rare: see snet_mediated_list().
 *
 * Return: 0, or a negative errno
 *
 * Errors:
 * -EPERM: CAP_NET_ADMIN is missing
 * -ERANGE: bad numbers
 * -EINVAL: something reserved is not zero
 * -ENOSPC: there are SNET_MEDIATED_MAX entries
 */
int snet_mediated_add(struct snet *snet, const struct snet_mediated *entry);

/**
 * snet_mediated_remove() - no longer have a kind of call asked about
 * @snet: the handle
 * @entry: the kind, exactly as it was added
 *
 * Return: 0, or a negative errno
 *
 * Errors:
 * -EPERM: CAP_NET_ADMIN is missing
 * -ERANGE: bad numbers
 * -EINVAL: something reserved is not zero
 * -ENOENT: there is no such entry
 */
int snet_mediated_remove(struct snet *snet, const struct snet_mediated *entry);

/**
 * snet_mediated_clear() - have nothing asked about
 * @snet: the handle
 *
 * Return: 0, or a negative errno
 *
 * Errors:
 * -EPERM: CAP_NET_ADMIN is missing
 */
int snet_mediated_clear(struct snet *snet);

/**
 * snet_mediated_list() - what is asked about
 * @snet: the handle
 * @callback: called for each entry before snet_mediated_list() returns
 * @data: passed to it
 *
 * Return: how many, or a negative errno
 *
 * Errors:
 * -EPERM: CAP_NET_ADMIN is missing
 * -EAGAIN: it changed faster than it could be read
 * -EBADMSG: something malformed was skipped
 * -ENOMEM: there is no memory
 */
int snet_mediated_list(struct snet *snet,
		       void (*callback)(struct snet *snet, const struct snet_mediated *entry,
					void *data),
		       void *data);

/**
 * snet_stats_get() - read the counters, over all operations
 * @snet: the handle
 * @ret_stats: all of it is written
 *
 * Return: 0, or a negative errno
 *
 * Errors:
 * -EPERM: CAP_NET_ADMIN is missing
 * -EBADMSG: the kernel's answer is malformed
 */
int snet_stats_get(struct snet *snet, struct snet_stats *ret_stats);

/**
 * snet_stats_list() - read the counters of each operation
 * @snet: the handle
 * @callback: called for each operation (enum snet_operation) before
 *	snet_stats_list() returns; what is not counted by operation is 0
 * @data: passed to it
 *
 * Return: how many, or a negative errno
 *
 * Errors:
 * -EPERM: CAP_NET_ADMIN is missing
 * -EBADMSG: something malformed was skipped
 * -ENOMEM: there is no memory
 */
int snet_stats_list(struct snet *snet,
		    void (*callback)(struct snet *snet, uint32_t operation,
				     const struct snet_stats *stats, void *data),
		    void *data);

/**
 * snet_pending() - what waits now, oldest first
 * @snet: the handle
 * @callback: called for each before snet_pending() returns
 * @data: passed to it
 *
 * Return: how many, or a negative errno
 *
 * Errors:
 * -EPERM: CAP_NET_ADMIN is missing
 * -EAGAIN: it changed faster than it could be read
 * -EBADMSG: something malformed, as for snet_dispatch()
 * -ENOMEM: there is no memory
 */
int snet_pending(struct snet *snet,
		 void (*callback)(struct snet *snet, const struct snet_event *event, void *data),
		 void *data);

/**
 * snet_strerror() - say what went wrong
 * @snet: the handle, or NULL
 * @error: what a function returned
 *
 * The kernel's own words for the last failure on this handle, if it was this
 * error and the kernel gave any, otherwise those of strerror(3), in English.
 *
 * Return: never NULL; valid until the next call on the handle, of any thread
 */
const char *snet_strerror(struct snet *snet, int error);

/**
 * snet_operation_name() - the name of an operation
 * @operation: enum snet_operation
 *
 * Return: such as "connect"; NULL if unknown
 */
const char *snet_operation_name(uint32_t operation);

/**
 * snet_event_copy() - make a copy that stays
 * @event: of a callback, or another copy
 *
 * Return: one piece of memory, to be freed with snet_event_free(); NULL: there
 * is none
 */
struct snet_event *snet_event_copy(const struct snet_event *event);

/**
 * snet_event_free() - free a copy
 * @event: from snet_event_copy(), or NULL
 */
void snet_event_free(struct snet_event *event);

/**
 * snet_event_format() - write an event as one line
 * @event: the event
 * @buffer: where to; what is written there is always terminated
 * @size: of the buffer
 *
 *	verdict_id=0xd syscall=CONNECT protocol=6 [tcp]
 *	family=2 uid=256 pid=23886 [tcpconnect]
 *
 * is such a line, here in two. Control characters of the program's name come out
 * as '?'. 160 bytes are enough. There is no line feed.
 *
 * Return: like snprintf(3): the length of the whole line, which was cut if that
 * is not less than size
 */
int snet_event_format(const struct snet_event *event, char *buffer, size_t size);

#ifdef __cplusplus
}
#endif

#endif /* SNET_H */
