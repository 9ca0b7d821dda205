/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Inside libsnet.
 *
 * Who calls whom: command.c and dispatch.c are the public functions, they
 * take the lock; below them transport.c sends and receives, event.c decodes
 * and queue.c keeps what was decoded until snet_dispatch() delivers it.
 */
#ifndef SNET_PRIVATE_H
#define SNET_PRIVATE_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/netlink.h>

#include "snet.h"

struct nl_msg;
struct nl_sock;

/* Holds the largest part of a dump that the kernel makes. */
#define SNET_RECEIVE_SIZE 32768

/* Holds any command; they have a handful of numbers. */
#define SNET_COMMAND_SIZE 256

/* More events than this do not wait in the library but count as an overrun. */
#define SNET_QUEUE_MAX 65536

/* What one snet_dispatch() delivers at most. */
#define SNET_DISPATCH_MAX 256

enum snet_item_kind {
	SNET_ITEM_NONE,
	SNET_ITEM_REQUEST,
	SNET_ITEM_CANCEL,
	SNET_ITEM_OVERRUN,
};

/* Something that a callback is to be told. */
struct snet_item {
	enum snet_item_kind kind;
	union {
		struct snet_event request;
		struct snet_cancel cancel;
	};
};

/* A ring that grows, and keeps its memory. */
struct snet_queue {
	struct snet_item *items;
	size_t head;
	size_t count;
	size_t size; /* power of two, or 0 */
};

struct snet {
	/* Set by snet_new(), constant until snet_close(). */
	struct nl_sock *sock; /* owns fd, or NULL */
	int fd;		      /* netlink */
	int wake_fd;	      /* eventfd, set while wake_set */
	int epoll_fd;	      /* fd and wake_fd, what the caller waits on */
	uint32_t port;
	uint16_t family;

	/* The rest belongs to the lock. */
	pthread_mutex_t lock;
	struct snet_callbacks callbacks;
	void *data;
	struct snet_queue queue; /* received, not yet delivered */
	bool overrun;		 /* to be told after the queue */
	bool malformed;		 /* to be returned by snet_dispatch() */
	bool wake_set;
	unsigned int dispatching; /* calls of snet_dispatch() on their way */
	uint32_t seq;		  /* of the last command, never 0 */
	int last_error;		  /* negative errno */
	char last_words[256];	  /* about last_error, or empty */
	struct nl_msg *command;	  /* to be sent, reused */
	unsigned char *buffer;	  /* SNET_RECEIVE_SIZE */
};

/**
 * struct snet_call - a command on its way
 * @reply: gets each message of the answer, or NULL if there is none but the
 *	ack; a negative errno fails the call, whose rest is read all the same
 * @data: for @reply
 * @interrupted: out: a dump is not of one moment
 */
struct snet_call {
	int (*reply)(const struct nlmsghdr *hdr, void *data);
	void *data;
	bool interrupted;

	/* private: */
	bool done;
	int error;
};

/* handle.c */
int snet_new(struct nl_sock *sock, int fd, uint32_t port, uint16_t family, struct snet **ret_snet);
void snet_lock(struct snet *snet);
int snet_unlock(struct snet *snet, int result);
int snet_fail(struct snet *snet, int error, const char *words, size_t len);

/* transport.c */
struct nl_msg *snet_command(struct snet *snet, uint8_t command, uint16_t flags);
int snet_transact(struct snet *snet, struct snet_call *call);
int snet_receive(struct snet *snet, struct snet_call *call);

/* event.c */
int snet_decode(const struct nlmsghdr *hdr, struct snet_item *ret_item);

/* queue.c */
struct snet_item *snet_queue_reserve(struct snet_queue *queue, size_t max);
void snet_queue_commit(struct snet_queue *queue);
bool snet_queue_pop(struct snet_queue *queue, struct snet_item *ret_item);
void snet_queue_clear(struct snet_queue *queue);

#endif /* SNET_PRIVATE_H */
