/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Inside libsnet.
 *
 * Who calls whom: command.c, config.c, stats.c, list.c and dispatch.c are the
 * public functions, they take the lock; below them reserved.c looks at what the
 * caller has left zero, transport.c sends and
 * receives, queue.c keeps the messages until snet_dispatch() delivers them,
 * event.c, ack.c and number.c read them.
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
struct nlattr;

/* Holds the largest part of a dump that the kernel makes. */
#define SNET_RECEIVE_SIZE 32768

/*
 * Datagrams that one system call takes. With room for one more than there
 * usually is, the same call tells that there is no more.
 */
#define SNET_RECEIVE_COUNT 2

/* Holds any command; they have a handful of numbers. */
#define SNET_COMMAND_SIZE 256

/* More bytes of events than this do not wait in the library but count as an overrun. */
#define SNET_QUEUE_MAX (16 * 1024 * 1024)

/* What one snet_dispatch() delivers at most. */
#define SNET_DISPATCH_MAX 256

enum snet_item_kind {
	SNET_ITEM_NONE,
	SNET_ITEM_REQUEST,
	SNET_ITEM_CANCEL,
	SNET_ITEM_EVENT,
	SNET_ITEM_OVERRUN,
	SNET_ITEM_REFUSED,
};

/**
 * struct snet_ack - what the kernel says about a command
 * @error: negative errno, or 0
 * @words: about the error, not necessarily terminated, or NULL
 * @words_len: size of @words
 * @command: the header of the command; NULL: the end of a dump
 * @is_whole: the rest of the command follows its header
 */
struct snet_ack {
	int error;
	const char *words;
	size_t words_len;
	const struct nlmsghdr *command;
	bool is_whole;
};

/* A verdict that nobody waited for, and that failed. */
struct snet_refusal {
	uint64_t id;
	struct snet_ack ack;
};

/* Something that a callback is to be told. Its strings are in the message. */
struct snet_item {
	enum snet_item_kind kind;
	union {
		struct snet_event event; /* also of a request */
		struct snet_cancel cancel;
		struct snet_refusal refusal;
	};
};

/* Messages, one behind the other. Grows up to a bound, and keeps some memory. */
struct snet_queue {
	unsigned char *bytes;
	size_t head; /* the first message */
	size_t tail; /* the end of the last one */
	size_t size;
};

struct snet {
	/* Set by snet_new(), constant until snet_close(). */
	struct nl_sock *sock; /* owns fd, or NULL */
	int fd;		      /* netlink */
	int wake_fd;	      /* eventfd, set while wake_set */
	int epoll_fd;	      /* fd and wake_fd, what the caller waits on */
	uint32_t port;
	uint16_t family;
	uint32_t group; /* of monitors, 0: there is none */

	/* The rest belongs to the lock. */
	pthread_mutex_t lock;
	struct snet_callbacks callbacks;
	void *data;
	struct snet_monitor_callbacks monitor;
	void *monitor_data;
	struct snet_queue queue; /* received, not yet delivered */
	bool overrun;		 /* to be told after the queue */
	bool malformed;		 /* to be returned by snet_dispatch() */
	bool wake_set;
	unsigned int dispatching; /* calls of snet_dispatch() on their way */
	uint32_t seq;		  /* of the last command, never 0 */
	int last_error;		  /* negative errno */
	char last_words[256];	  /* about last_error, or empty */
	struct nl_msg *command;	  /* to be sent, reused */
	bool drained;		  /* the last receiving has left nothing behind */
	unsigned char *buffer;	  /* SNET_RECEIVE_COUNT times SNET_RECEIVE_SIZE */
	unsigned char *delivery;  /* SNET_RECEIVE_SIZE, for snet_dispatch(), or NULL: in use */
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

enum snet_number_kind {
	SNET_NUMBER_NONE,
	SNET_NUMBER_U32,
	SNET_NUMBER_U64,
	SNET_NUMBER_INT, /* sent as u32 */
};

/**
 * struct snet_number - a number that is an attribute, and a member of a struct
 * @kind: SNET_NUMBER_NONE: there is no such number
 * @nonzero: it is never 0
 * @offset: of the member
 * @field: bits to be set in the fields of the struct when it is known
 *
 * Comes in tables, in which its place is the number of the attribute.
 */
struct snet_number {
	enum snet_number_kind kind;
	bool nonzero;
	size_t offset;
	uint32_t field;
};

struct snet_number_table {
	const struct snet_number *numbers;
	size_t count;
};

#define SNET_NUMBER_TABLE(numbers_)                                                                \
	{                                                                                          \
		.numbers = (numbers_), .count = sizeof(numbers_) / sizeof((numbers_)[0])           \
	}

/* An entry of a table; does not compile if the member has another size. */
#define SNET_NUMBER(kind_, type_, member_, ...)                                                    \
	{                                                                                          \
		.kind = SNET_NUMBER_##kind_,                                                       \
		.offset = offsetof(type_, member_) +                                               \
			  0 * sizeof(char[sizeof(((type_ *)0)->member_) ==                         \
							  (SNET_NUMBER_##kind_ == SNET_NUMBER_U64  \
								   ? 8                             \
								   : 4)                            \
						  ? 1                                              \
						  : -1]),                                          \
		__VA_ARGS__                                                                        \
	}

/* handle.c */
int snet_new(struct nl_sock *sock, int fd, uint32_t port, uint16_t family, uint32_t group,
	     struct snet **ret_snet);
void snet_lock(struct snet *snet);
int snet_unlock(struct snet *snet, int result);
int snet_fail(struct snet *snet, int error, const char *words, size_t len);

/* Fails a call with words of the library's own. */
#define SNET_FAIL(snet, error, words) snet_fail(snet, error, words, sizeof(words))

/* reserved.c */
int snet_check_reserved(struct snet *snet, const void *reserved, size_t size);

/* For an array of the caller's; 0 or what the call is to return. */
#define SNET_CHECK_RESERVED(snet, array) snet_check_reserved(snet, array, sizeof(array))

/* transport.c */
struct nl_msg *snet_command(struct snet *snet, uint8_t command, uint16_t flags);
int snet_post(struct snet *snet, bool complete);
int snet_transact(struct snet *snet, bool complete, struct snet_call *call);
int snet_receive(struct snet *snet, struct snet_call *call);
int snet_receive_wait(struct snet *snet);

/* ack.c */
bool snet_ack_read(const struct nlmsghdr *hdr, struct snet_ack *ret_ack);
void snet_ack_read_done(const struct nlmsghdr *hdr, struct snet_ack *ret_ack);

/* event.c */
int snet_decode(const struct nlmsghdr *hdr, struct snet_item *ret_item);
bool snet_decode_ticket(const struct nlmsghdr *hdr, struct snet_ticket *ret_ticket,
			struct snet_event *ret_call);

/* list.c */
int snet_list(struct snet *snet, uint8_t command,
	      int (*tell)(struct snet *snet, const struct nlmsghdr *hdr, void *data), void *data);

/* number.c */
bool snet_number_read(const struct snet_number_table *table, const struct nlattr *nla,
		      void *ret_values, uint32_t *fields);
bool snet_number_read_all(const struct snet_number_table *table, const struct nlmsghdr *hdr,
			  void *ret_values, uint32_t *fields);
bool snet_number_put(const struct snet_number_table *table, struct nl_msg *msg, const void *values,
		     uint32_t fields);

/* queue.c */
bool snet_queue_push(struct snet_queue *queue, const struct nlmsghdr *hdr, size_t max);
struct nlmsghdr *snet_queue_peek(struct snet_queue *queue);
void snet_queue_pop(struct snet_queue *queue);
void snet_queue_clear(struct snet_queue *queue);

#endif /* SNET_PRIVATE_H */
