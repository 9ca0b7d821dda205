// SPDX-License-Identifier: GPL-2.0-only
/*
 * snet: holding packets instead of a task
 *
 * Not there yet: every call waits as a thread.
 */
#include "flow.h"
#include "request.h"

bool snet_flow_is_possible(const struct snet_request *request,
			   const struct sock *sk)
{
	return false;
}

bool snet_flow_is_held(const struct snet_request *request,
		       const struct sock *sk)
{
	return false;
}

int snet_flow_hold(const struct snet_request *request, struct sock *sk)
{
	return -EOPNOTSUPP;
}

void snet_flow_close(struct sock *sk)
{
}
