// SPDX-License-Identifier: GPL-2.0-only
/*
 * snet: what a call wants
 */
#include <linux/audit.h>
#include <linux/cgroup.h>
#include <linux/cred.h>
#include <linux/sched/signal.h>
#include <linux/ktime.h>
#include <net/net_namespace.h>
#include <net/sock.h>

#include "identity.h"
#include "request.h"

static u64 current_cgroup(void)
{
	u64 id = 0;

#ifdef CONFIG_CGROUPS
	rcu_read_lock();
	id = cgroup_id(task_dfl_cgroup(current));
	rcu_read_unlock();
#endif
	return id;
}

/**
 * snet_request_init - Write down who calls
 * @request: to be filled; has no socket, no addresses and no time yet
 * @operation: the call
 *
 * Context: process context; borrows the identity of the task.
 */
void snet_request_init(struct snet_request *request,
		       enum snet_operation operation)
{
	const struct cred *cred = current_cred();

	request->operation = operation;
	request->hold = SNET_HOLD_THREAD;
	request->pid = task_tgid_nr(current);
	request->tid = task_pid_nr(current);
	request->start_time = current->group_leader->start_boottime;
	request->uid = cred->uid;
	request->euid = cred->euid;
	request->gid = cred->gid;
	request->loginuid = audit_get_loginuid(current);
	request->session = audit_get_sessionid(current);
	get_task_comm(request->comm, current);
	request->identity = snet_identity_current();
	request->cgroup = current_cgroup();
	request->time_ns = 0;
	request->local.len = 0;
	request->remote.len = 0;
}

/**
 * snet_request_set_time - Write down that it is now
 * @request: initialised
 *
 * Apart, as a clock can take longer than all the rest, and nobody asks when a
 * call was that a ticket decides.
 */
void snet_request_set_time(struct snet_request *request)
{
	request->time_ns = ktime_get_real_ns();
}

/**
 * snet_request_set_socket - Write down on what socket
 * @request: initialised
 * @sk: the socket; the caller has a reference. The address that it is bound
 *	to is taken, too.
 *
 * Context: process context, may sleep but for internet sockets.
 */
void snet_request_set_socket(struct snet_request *request,
			     const struct sock *sk)
{
	request->family = sk->sk_family;
	request->type = sk->sk_type;
	request->protocol = sk->sk_protocol;
	request->netns = sock_net(sk)->ns.inum;
	snet_address_of_socket(&request->local, sk);
}

/**
 * snet_request_copy - Make a copy that can outlive the call
 * @to: the copy; has to be released
 * @from: a request
 */
void snet_request_copy(struct snet_request *to, const struct snet_request *from)
{
	*to = *from;
	if (to->identity)
		snet_identity_get(to->identity);
}

/**
 * snet_request_release - Let go of what a copy refers to
 * @copy: from snet_request_copy(); not valid any more
 */
void snet_request_release(struct snet_request *copy)
{
	if (copy->identity)
		snet_identity_put(copy->identity);
	copy->identity = NULL;
}
