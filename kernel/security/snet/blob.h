/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * snet: where the security framework keeps what belongs to an object
 */
#ifndef _SECURITY_SNET_BLOB_H
#define _SECURITY_SNET_BLOB_H

#include <linux/lsm_hooks.h>
#include <linux/list.h>
#include <linux/sched.h>
#include <net/sock.h>

#include "identity.h"

/**
 * struct snet_socket - what snet keeps for each socket
 * @since_ns: CLOCK_BOOTTIME when it was made, or accepted
 * @connected: a keyed hash over where its last connect() was allowed to go; 0
 *	for nowhere. A word, so that it needs no lock.
 * @is_accepted: whether it is an accepted connection, rather than made
 * @flows: what is held of it, see flow.c, which owns this list
 */
struct snet_socket {
	u64 since_ns;
	u64 connected;
	bool is_accepted;
	struct hlist_head flows;
};

extern struct lsm_blob_sizes snet_blob_sizes;

/**
 * snet_task_blob - What snet keeps for a task
 * @task: the task
 *
 * Return: never NULL; zeroed when the task is made.
 */
static inline struct snet_task *snet_task_blob(const struct task_struct *task)
{
	return task->security + snet_blob_sizes.lbs_task;
}

/**
 * snet_socket_blob - What snet keeps for a socket
 * @sk: the socket
 *
 * Return: never NULL; zeroed when the socket is made.
 */
static inline struct snet_socket *snet_socket_blob(const struct sock *sk)
{
	return sk->sk_security + snet_blob_sizes.lbs_sock;
}

#endif /* _SECURITY_SNET_BLOB_H */
