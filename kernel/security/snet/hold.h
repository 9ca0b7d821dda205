/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * snet: one request's way to its decision
 */
#ifndef _SECURITY_SNET_HOLD_H
#define _SECURITY_SNET_HOLD_H

#include <linux/snet.h>
#include <linux/types.h>

struct snet_decision;
struct snet_pending;
struct snet_request;
struct sock;

int snet_hold(struct snet_request *request, struct sock *sk);

/* For what waits in place of a task. */
bool snet_hold_begin(struct snet_pending *pending,
		     struct snet_decision *decision);
void snet_hold_refuse(const struct snet_request *request,
		      struct snet_decision *decision);
void snet_hold_give_up(const struct snet_pending *pending,
		       enum snet_cancel_reason reason,
		       struct snet_decision *decision);

#endif /* _SECURITY_SNET_HOLD_H */
