/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * snet: holding packets instead of a task
 */
#ifndef _SECURITY_SNET_FLOW_H
#define _SECURITY_SNET_FLOW_H

#include <linux/types.h>

struct snet_request;
struct sock;

#ifdef CONFIG_NETFILTER

bool snet_flow_is_possible(const struct snet_request *request,
			   const struct sock *sk);
bool snet_flow_is_open(const struct sock *sk);
bool snet_flow_join(const struct snet_request *request, struct sock *sk);
void snet_flow_join_connected(struct sock *sk);
int snet_flow_hold(const struct snet_request *request, struct sock *sk);
void snet_flow_leave(struct sock *sk);
void snet_flow_close(struct sock *sk);

#else

static inline bool snet_flow_is_possible(const struct snet_request *request,
					 const struct sock *sk)
{
	return false;
}

static inline bool snet_flow_is_open(const struct sock *sk)
{
	return false;
}

static inline bool snet_flow_join(const struct snet_request *request,
				  struct sock *sk)
{
	return false;
}

static inline void snet_flow_join_connected(struct sock *sk)
{
}

/* Never called: nothing is possible. */
static inline int snet_flow_hold(const struct snet_request *request,
				 struct sock *sk)
{
	return 0;
}

static inline void snet_flow_leave(struct sock *sk)
{
}

static inline void snet_flow_close(struct sock *sk)
{
}

#endif /* CONFIG_NETFILTER */

#endif /* _SECURITY_SNET_FLOW_H */
