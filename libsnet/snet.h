/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libsnet: talk to the snet security module of the Linux kernel.
 *
 * A program opens a handle, registers as the controller and gets an event for
 * each network system call that the kernel holds; it answers each with a
 * verdict. Or it only watches: snet_monitor(). The caller owns the main loop:
 * wait until snet_fd() is readable, then call snet_dispatch().
 *
 * Errors: functions that return int return 0, or a negative errno value;
 * snet_strerror() then says more. Outputs (ret_...) are untouched on failure.
 *
 * Threads: a handle may be used from any thread; calls on one handle exclude
 * each other. Callbacks run in the thread that calls snet_dispatch(), without
 * a lock held, and may call any function of this library on the handle but
 * snet_close(), snet_dispatch() and snet_wait().
 *
 * All functions exist since version 0.1, unless they say otherwise.
 */
#ifndef SNET_H
#define SNET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include <linux/snet.h>

#ifdef __cplusplus
extern "C" {
#endif

/** A connection to the kernel. Opaque. */
struct snet;

/** What of the optional parts of a struct snet_event is known. */
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
 * A network system call: one that is held, or, for a monitor, one that has
 * been decided.
 *
 * Owned by the library, and valid with its strings until the callback that
 * received it returns. snet_event_copy() makes one that stays. Strings come
 * from the programs and the file systems of anybody: any bytes but zero.
 */
struct snet_event {
	uint64_t id;		       /**< names it to snet_verdict(); 0: it has not waited */
	enum snet_operation operation; /**< SNET_OP_UNSPEC: see snet_dispatch() */
	uint32_t fields;	       /**< set of enum snet_event_field */
	int family;		       /**< AF_INET, ... */
	int type;		       /**< SOCK_STREAM, ... */
	int protocol;		       /**< IPPROTO_TCP, ... */
	enum snet_hold hold;	       /**< SNET_HOLD_AUTO: unknown */
	uint32_t pid;		       /**< thread group, initial namespace */
	uint32_t tid;
	uint32_t uid; /**< real; initial user namespace */
	uint32_t euid;
	uint32_t gid;
	uint32_t loginuid;	/**< (uint32_t)-1: there was no login */
	uint32_t session;	/**< of the audit system; likewise */
	uint64_t netns;		/**< inode of the network namespace */
	uint64_t cgroup;	/**< id in the default hierarchy; 0: unknown */
	uint64_t process;	/**< see SNET_A_PROCESS; 0: unknown */
	uint64_t start_time_ns; /**< of the process, since boot */
	uint64_t time_ns;	/**< since the epoch */
	uint64_t deadline_ns;	/**< since the epoch: the policy decides */
	uint64_t program_dev;	/**< as stat() tells */
	uint64_t program_inode;
	const char *program; /**< path, as of its start; NULL: unknown */
	const char *script;  /**< that the program runs; NULL: none */
	/** Programs that led to this one, the latest first; NULL behind the last. */
	const char *ancestors[SNET_ANCESTORS_MAX + 1];
	char comm[16]; /**< always terminated */
	/** An address of the family in it, as the program gave it if not IP's. */
	struct sockaddr_storage local;
	socklen_t local_len;
	struct sockaddr_storage remote;
	socklen_t remote_len;

	/* For a monitor. A close is not decided, but has the last three. */
	enum snet_verdict verdict;
	int error; /**< positive errno of a denial, otherwise 0 */
	enum snet_cause cause;
	uint64_t waited_ns;
	uint64_t duration_ns;	 /**< since the connection or creation */
	uint64_t bytes_sent;	 /**< payload that the peer has acknowledged */
	uint64_t bytes_received; /**< payload */
};

/** Why a request ended without this controller's verdict. */
struct snet_cancel {
	uint64_t id;
	enum snet_cancel_reason reason;
	enum snet_verdict verdict; /**< SNET_CANCEL_TIMEOUT: what the policy made of it */
};

/** What snet_dispatch() calls; members may be NULL. */
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
};

/** What snet_dispatch() calls for a monitor; members may be NULL. */
struct snet_monitor_callbacks {
	/**
	 * A call was decided, whoever did, or, with SNET_OP_CLOSE and without
	 * a verdict, a socket was closed.
	 */
	void (*event)(struct snet *snet, const struct snet_event *event, void *data);
	/** The socket's queue was too small, and events are lost. */
	void (*overrun)(struct snet *snet, void *data);
};

/** Members of a struct snet_config. */
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
	SNET_CONFIG_FEATURES = 1 << 10, /**< told, cannot be set */
};

/** The settings of the kernel module. */
struct snet_config {
	uint32_t fields;	  /**< set of enum snet_config_field: what is known, or to be set */
	uint32_t delay;		  /**< seconds, 1 to SNET_DELAY_MAX */
	enum snet_verdict policy; /**< for what nobody decides */
	enum snet_policy policy_no_controller;
	enum snet_policy policy_controller_gone;
	enum snet_policy policy_queue_full;
	enum snet_policy policy_undeliverable;
	enum snet_policy policy_timeout;
	enum snet_ticket_mode ticket_mode; /**< for tickets that do not say */
	uint32_t ticket_lifetime;	   /**< seconds, 0: no end; likewise */
	uint32_t tickets_persist;	   /**< 1: tickets outlive the controller; 0: not */
	uint64_t features;		   /**< set of enum snet_feature */
};

/** The counters of the kernel module since boot; see enum snet_attr. */
struct snet_stats {
	uint64_t requests;
	uint64_t allowed;
	uint64_t denied;
	uint64_t cancelled;
	uint64_t timeout;
	uint64_t no_controller;
	uint64_t controller_gone;
	uint64_t queue_full;
	uint64_t undeliverable;
	uint64_t ticket_allowed;
	uint64_t ticket_denied;
	/* These are not counted by operation. */
	uint64_t pending;
	uint64_t tickets;
	uint64_t tickets_evicted;
	uint64_t tickets_refused;
	uint64_t flow_dropped;
};

/** Any value, in a struct snet_mediated. */
#define SNET_ANY (-1)

/** A kind of call that is asked about. */
struct snet_mediated {
	enum snet_operation operation;
	int family;	     /**< AF_INET, ..., or SNET_ANY; 0 is AF_UNSPEC */
	int type;	     /**< SOCK_STREAM, ..., or SNET_ANY */
	int protocol;	     /**< IPPROTO_TCP, ..., or SNET_ANY; 0 is a protocol */
	enum snet_hold hold; /**< how it waits; of no meaning to snet_mediated_remove() */
};

/** As the kernel is configured, in a struct snet_ticket_terms. */
#define SNET_TICKET_DEFAULT UINT32_MAX

/** What a ticket is to be good for. */
struct snet_ticket_terms {
	uint64_t fields;   /**< set of enum snet_field: in what a call has to be alike */
	uint32_t mode;	   /**< enum snet_ticket_mode, or SNET_TICKET_DEFAULT */
	uint32_t lifetime; /**< seconds, 0: no end, or SNET_TICKET_DEFAULT */
};

/** A ticket. Valid until the callback that received it returns. */
struct snet_ticket {
	struct snet_ticket_terms terms;
	uint64_t hits; /**< calls that it has decided */
	/**
	 * What a call is compared with: those members that terms.fields names,
	 * as far as the kernel tells them; and the verdict and its errno.
	 */
	struct snet_event call;
};

/**
 * snet_open() - connect to the kernel module
 * @ret_snet: the new handle, to be freed with snet_close()
 *
 * Errors: -ENOENT: this kernel has no snet module, or it is not enabled;
 * -ENOMEM; others from socket().
 */
int snet_open(struct snet **ret_snet);

/**
 * snet_close() - end a connection
 * @snet: a handle, or NULL
 *
 * A controller's registration ends with it: what waits is decided by the
 * kernel's policy at once.
 *
 * Return: NULL, always.
 */
struct snet *snet_close(struct snet *snet);

/**
 * snet_fd() - the descriptor to wait on
 *
 * Readable when snet_dispatch() has something to do. Owned by the handle; only
 * wait on it. Non-blocking.
 */
int snet_fd(struct snet *snet);

/**
 * snet_register() - become the controller
 * @callbacks: copied
 * @data: passed to the callbacks
 *
 * Errors: -EPERM: CAP_NET_ADMIN is missing; -EBUSY: there is a controller.
 */
int snet_register(struct snet *snet, const struct snet_callbacks *callbacks, void *data);

/**
 * snet_monitor() - be told of what is decided, and of what is closed
 * @callbacks: copied; called again, it replaces them
 * @data: passed to these callbacks
 *
 * Any number of handles can do so. Nobody waits for a monitor: what it does
 * not read in time it loses. A controller can be a monitor with the same
 * handle, but both share one queue then: a flood of events loses requests, and
 * an overrun is told to both. So it should use a second handle for this.
 *
 * Errors: -EPERM: CAP_NET_ADMIN is missing; -EOPNOTSUPP: this kernel cannot.
 */
int snet_monitor(struct snet *snet, const struct snet_monitor_callbacks *callbacks, void *data);

/**
 * snet_dispatch() - receive what the kernel has sent, and call the callbacks
 *
 * Never blocks. Returns when nothing is left to receive, or after some hundred
 * callbacks, so that a flood does not starve the caller's main loop: then
 * snet_fd() is still readable.
 *
 * Return: how many callbacks were called, or a negative errno;
 * -EBADMSG: the kernel sent something malformed; it was skipped. A request
 * holds a program even so: if it had an id, it was announced with what could
 * be read of it, as SNET_OP_UNSPEC. Unknown ids of users are (uint32_t)-1 then,
 * the id of a process 0. The default policy should answer it. A malformed event
 * for a monitor is not announced.
 */
int snet_dispatch(struct snet *snet);

/**
 * snet_wait() - wait until the kernel says something, then do as snet_dispatch()
 *
 * For a program that does nothing else: it takes one system call where waiting
 * for snet_fd() and snet_dispatch() take two, which the program that is held
 * can feel. Calls of other threads on the handle wait until this returns; who
 * has some, or a main loop, waits for snet_fd().
 *
 * Return: as snet_dispatch(); 0 also when a signal handler has run meanwhile.
 */
int snet_wait(struct snet *snet);

/**
 * snet_verdict() - decide a request
 * @id: of the event
 * @verdict: allow or deny
 * @error: the positive errno that a denied call fails with, or 0 for EACCES
 *	(ECONNABORTED for SNET_OP_ACCEPT)
 *
 * The held call has been woken when this returns 0.
 *
 * Errors: -ENOENT: this id does not wait (any more), nothing was done;
 * -EPERM: not the controller; -EINVAL or -ERANGE: bad verdict or errno;
 * -ENOBUFS: the socket's queue was full and the kernel's answer is lost,
 * the request does not wait any more unless the verdict was a bad one.
 */
int snet_verdict(struct snet *snet, uint64_t id, enum snet_verdict verdict, int error);

/**
 * snet_verdict_ticket() - decide a request, and others that are alike
 * @id: of the event
 * @verdict: allow or deny
 * @error: as for snet_verdict()
 * @terms: of the ticket; NULL: make none
 *
 * A ticket that cannot be kept is counted by the kernel
 * (snet_stats.tickets_refused); the verdict holds all the same.
 *
 * Errors: as snet_verdict(); also -EINVAL or -ERANGE: bad terms.
 */
int snet_verdict_ticket(struct snet *snet, uint64_t id, enum snet_verdict verdict, int error,
			const struct snet_ticket_terms *terms);

/**
 * snet_verdict_nowait() - decide a request, and do not ask whether it went well
 * @id: of the event
 * @verdict: allow or deny
 * @error: as for snet_verdict()
 * @terms: of the ticket; NULL: make none
 *
 * One system call instead of two; for controllers that decide many. The held
 * call has been woken when this returns 0, unless the kernel refused the
 * verdict: then snet_dispatch() calls the callback "refused" later, or
 * "overrun" if the kernel's answer was lost in a full queue.
 *
 * Errors: those of sending: -ENOBUFS, -ENOMEM; nothing was decided.
 */
int snet_verdict_nowait(struct snet *snet, uint64_t id, enum snet_verdict verdict, int error,
			const struct snet_ticket_terms *terms);

/**
 * snet_ticket_flush() - make all tickets invalid
 *
 * When it returns, no call is decided by one of them any more. -EPERM.
 */
int snet_ticket_flush(struct snet *snet);

/**
 * snet_ticket_list() - what tickets there are
 * @callback: called for each before snet_ticket_list() returns
 *
 * Return: how many, or a negative errno; -EPERM; -EBADMSG: something
 * malformed was skipped.
 */
int snet_ticket_list(struct snet *snet,
		     void (*callback)(struct snet *snet, const struct snet_ticket *ticket,
				      void *data),
		     void *data);

/** snet_config_get() - read the settings; @ret_config->fields says which are known */
int snet_config_get(struct snet *snet, struct snet_config *ret_config);

/**
 * snet_config_set() - change settings
 * @config: those that its fields name; SNET_CONFIG_FEATURES is passed over
 *
 * Errors: -EPERM; -ERANGE or -EINVAL: a value that cannot be, and nothing was
 * changed; -EINVAL: there is nothing to change.
 */
int snet_config_set(struct snet *snet, const struct snet_config *config);

/**
 * snet_mediated_add() - have a kind of call asked about
 * @entry: the kind; one that is there already gets its way to wait
 *
 * Errors: -EPERM; -ERANGE: bad numbers; -ENOSPC: there are SNET_MEDIATED_MAX.
 */
int snet_mediated_add(struct snet *snet, const struct snet_mediated *entry);

/**
 * snet_mediated_remove() - no longer have a kind of call asked about
 * @entry: the kind, exactly as it was added
 *
 * Errors: -EPERM; -ERANGE: bad numbers; -ENOENT: there is no such entry.
 */
int snet_mediated_remove(struct snet *snet, const struct snet_mediated *entry);

/** snet_mediated_clear() - have nothing asked about; -EPERM */
int snet_mediated_clear(struct snet *snet);

/**
 * snet_mediated_list() - what is asked about
 * @callback: called for each entry before snet_mediated_list() returns
 *
 * Return: how many, or a negative errno; -EPERM; -EBADMSG: something
 * malformed was skipped.
 */
int snet_mediated_list(struct snet *snet,
		       void (*callback)(struct snet *snet, const struct snet_mediated *entry,
					void *data),
		       void *data);

/** snet_stats_get() - read the counters, over all operations */
int snet_stats_get(struct snet *snet, struct snet_stats *ret_stats);

/**
 * snet_stats_list() - read the counters of each operation
 * @callback: called for each operation before snet_stats_list() returns; what
 *	is not counted by operation is 0
 *
 * Return: how many, or a negative errno; -EPERM; -EBADMSG: something
 * malformed was skipped.
 */
int snet_stats_list(struct snet *snet,
		    void (*callback)(struct snet *snet, enum snet_operation operation,
				     const struct snet_stats *stats, void *data),
		    void *data);

/**
 * snet_pending() - what waits now, oldest first
 * @callback: called for each before snet_pending() returns
 *
 * Return: how many, or a negative errno; -EAGAIN: it changed faster than it
 * could be read; -EBADMSG: as for snet_dispatch().
 */
int snet_pending(struct snet *snet,
		 void (*callback)(struct snet *snet, const struct snet_event *event, void *data),
		 void *data);

/**
 * snet_strerror() - say what went wrong
 * @error: what a function returned
 *
 * The kernel's own words for the last failure on this handle, if it was this
 * error and the kernel gave any, otherwise strerror()'s. @snet may be NULL.
 * Return: never NULL; valid until the next call on the handle.
 */
const char *snet_strerror(struct snet *snet, int error);

/** snet_operation_name() - "connect"; NULL if unknown */
const char *snet_operation_name(enum snet_operation operation);

/**
 * snet_event_copy() - make a copy that stays
 *
 * Return: one piece of memory, to be freed with snet_event_free(); NULL: there
 * is none.
 */
struct snet_event *snet_event_copy(const struct snet_event *event);

/** snet_event_free() - free a copy; @event may be NULL */
void snet_event_free(struct snet_event *event);

/**
 * snet_event_format() - write an event as one line
 *
 * verdict_id=0xd syscall=CONNECT protocol=6 [tcp] family=2 uid=256 pid=23886 [tcpconnect]
 *
 * Control characters of the program's name come out as '?'.
 *
 * Return: like snprintf().
 */
int snet_event_format(const struct snet_event *event, char *buffer, size_t size);

#ifdef __cplusplus
}
#endif

#endif /* SNET_H */
