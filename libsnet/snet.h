/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libsnet: talk to the snet security module of the Linux kernel.
 *
 * A program opens a handle, registers as the controller and gets an event for
 * each network system call that the kernel holds; it answers each with a
 * verdict. The caller owns the main loop: wait until snet_fd() is readable,
 * then call snet_dispatch().
 *
 * Errors: functions that return int return 0, or a negative errno value;
 * snet_strerror() then says more. Outputs (ret_...) are untouched on failure.
 *
 * Threads: a handle may be used from any thread; calls on one handle exclude
 * each other. Callbacks run in the thread that calls snet_dispatch(), without
 * a lock held, and may call any function of this library on the handle but
 * snet_close() and snet_dispatch().
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
};

/**
 * A held system call. Owned by the library; valid until the callback that
 * received it returns. It has no pointers, so a plain copy is a full copy.
 */
struct snet_event {
	uint64_t id;		       /**< names it to snet_verdict() */
	enum snet_operation operation; /**< SNET_OP_UNSPEC: see snet_dispatch() */
	uint32_t fields;	       /**< set of enum snet_event_field */
	int family;		       /**< AF_INET, AF_INET6 */
	int type;		       /**< SOCK_STREAM, ... */
	int protocol;		       /**< IPPROTO_TCP, ... */
	uint32_t pid;		       /**< thread group, initial namespace */
	uint32_t tid;
	uint32_t uid; /**< real; initial user namespace */
	uint32_t euid;
	uint32_t gid;
	uint64_t netns;	      /**< inode of the network namespace */
	uint64_t time_ns;     /**< since the epoch */
	uint64_t deadline_ns; /**< since the epoch: the policy decides */
	char comm[16];	      /**< always terminated */
	struct sockaddr_storage local;
	socklen_t local_len;
	struct sockaddr_storage remote;
	socklen_t remote_len;
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
};

/** The settings of the kernel module. */
struct snet_config {
	uint32_t delay;		  /**< seconds, 1 to SNET_DELAY_MAX */
	enum snet_verdict policy; /**< for what nobody decides */
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
	uint64_t pending;
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
 * the id of a process 0. The default policy should answer it.
 */
int snet_dispatch(struct snet *snet);

/**
 * snet_verdict() - decide a request
 * @id: of the event
 * @verdict: allow or deny
 * @error: the positive errno that a denied call fails with, or 0 for EACCES
 *
 * The held call has been woken when this returns 0.
 *
 * Errors: -ENOENT: this id does not wait (any more), nothing was done;
 * -EPERM: not the controller; -EINVAL or -ERANGE: bad verdict or errno;
 * -ENOBUFS: the socket's queue was full and the kernel's answer is lost,
 * the request does not wait any more unless the verdict was a bad one.
 */
int snet_verdict(struct snet *snet, uint64_t id, enum snet_verdict verdict, int error);

/** snet_config_get() - read the settings */
int snet_config_get(struct snet *snet, struct snet_config *ret_config);

/** snet_config_set() - change both settings; -EPERM, -ERANGE */
int snet_config_set(struct snet *snet, const struct snet_config *config);

/** snet_stats_get() - read the counters */
int snet_stats_get(struct snet *snet, struct snet_stats *ret_stats);

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
