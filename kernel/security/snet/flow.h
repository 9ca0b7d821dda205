/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * snet: holding packets instead of a task
 */
#ifndef _SECURITY_SNET_FLOW_H
#define _SECURITY_SNET_FLOW_H

#include <linux/errno.h>
#include <linux/types.h>

struct snet_request;
struct sock;

bool snet_flow_is_possible(const struct snet_request *request,
			   const struct sock *sk);
bool snet_flow_is_held(const struct snet_request *request,
		       const struct sock *sk);
int snet_flow_hold(const struct snet_request *request, struct sock *sk);
void snet_flow_close(struct sock *sk);

#endif /* _SECURITY_SNET_FLOW_H */
