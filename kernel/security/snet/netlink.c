// SPDX-License-Identifier: GPL-2.0-only
/*
 * snet: the controller, by generic netlink
 *
 * The ABI is described in include/uapi/linux/snet.h. The family lives in the
 * initial network namespace and reports calls of all of them.
 */
#define pr_fmt(fmt) "snet: " fmt

#include <linux/cred.h>
#include <linux/lockdep.h>
#include <linux/mutex.h>
#include <linux/netlink.h>
#include <linux/notifier.h>
#include <linux/pid.h>
#include <linux/sched.h>
#include <net/genetlink.h>
#include <net/net_namespace.h>

#include "config.h"
#include "controller.h"
#include "limits.h"
#include "lsm.h"
#include "pending.h"
#include "request.h"
#include "stats.h"

static struct genl_family family;

/*
 * The one controller. Written under the mutex; read without, as each reader
 * needs but one of the two. @tgid is compared, never followed: the reference
 * is there to keep its address from being used again.
 */
static DEFINE_MUTEX(controller_mutex);
static struct {
	u32 portid; /* 0: there is none */
	struct pid *tgid;
} controller;

/**
 * snet_controller_exists - Whether there is anyone to ask
 *
 * Return: true if a controller is registered.
 */
bool snet_controller_exists(void)
{
	return READ_ONCE(controller.portid);
}

/**
 * snet_controller_is_current - Whether the caller is who would be asked
 *
 * Return: true if current is of the controller's thread group.
 */
bool snet_controller_is_current(void)
{
	return READ_ONCE(controller.tgid) == task_tgid(current);
}

/* Messages to the controller. */

static int put_address(struct sk_buff *skb, int attr,
		       const struct snet_address *address)
{
	int len = snet_address_len(address);

	return len ? nla_put(skb, attr, len, address) : 0;
}

static int put_u64(struct sk_buff *skb, int attr, u64 value)
{
	return nla_put_u64_64bit(skb, attr, value, SNET_A_PAD);
}

static int put_identity(struct sk_buff *skb, const struct snet_request *request)
{
	if (nla_put_u32(skb, SNET_A_PID, request->pid) ||
	    nla_put_u32(skb, SNET_A_TID, request->tid) ||
	    nla_put_u32(skb, SNET_A_UID,
			from_kuid(&init_user_ns, request->uid)) ||
	    nla_put_u32(skb, SNET_A_EUID,
			from_kuid(&init_user_ns, request->euid)) ||
	    nla_put_u32(skb, SNET_A_GID,
			from_kgid(&init_user_ns, request->gid)) ||
	    nla_put_string(skb, SNET_A_COMM, request->comm))
		return -EMSGSIZE;
	return 0;
}

static int put_socket(struct sk_buff *skb, const struct snet_request *request)
{
	if (nla_put_u32(skb, SNET_A_OPERATION, request->operation) ||
	    nla_put_u32(skb, SNET_A_FAMILY, request->family) ||
	    nla_put_u32(skb, SNET_A_TYPE, request->type) ||
	    nla_put_u32(skb, SNET_A_PROTOCOL, request->protocol) ||
	    put_u64(skb, SNET_A_NETNS, request->netns) ||
	    put_address(skb, SNET_A_LOCAL_ADDR, &request->local) ||
	    put_address(skb, SNET_A_REMOTE_ADDR, &request->remote))
		return -EMSGSIZE;
	return 0;
}

/* Writes one REQUEST, all of it or nothing. */
static int put_request(struct sk_buff *skb, u32 portid, u32 seq, int flags,
		       const struct snet_pending *pending)
{
	void *hdr;

	hdr = genlmsg_put(skb, portid, seq, &family, flags, SNET_CMD_REQUEST);
	if (!hdr)
		return -EMSGSIZE;

	if (put_u64(skb, SNET_A_ID, pending->id) ||
	    put_socket(skb, pending->request) ||
	    put_identity(skb, pending->request) ||
	    put_u64(skb, SNET_A_TIME, pending->time_ns) ||
	    put_u64(skb, SNET_A_DEADLINE, pending->deadline_ns)) {
		genlmsg_cancel(skb, hdr);
		return -EMSGSIZE;
	}

	genlmsg_end(skb, hdr);
	return 0;
}

/* Room for the largest REQUEST. */
static size_t request_size(void)
{
	return nla_total_size_64bit(sizeof(u64)) * 4 + /* id, netns, times */
	       nla_total_size(sizeof(u32)) * 9 + nla_total_size(TASK_COMM_LEN) +
	       nla_total_size(sizeof(struct snet_address)) * 2;
}

/* Consumes @skb. Never waits for the controller to read. */
static int send_to_controller(struct sk_buff *skb)
{
	u32 portid = READ_ONCE(controller.portid);
	int err;

	if (!portid) {
		nlmsg_free(skb);
		return -ESRCH;
	}

	err = genlmsg_unicast(&init_net, skb, portid);
	return err == -ECONNREFUSED ? -ESRCH : err;
}

/**
 * snet_controller_ask - Send a request to the controller
 * @pending: published already, so that the answer finds it
 *
 * Context: process context, may sleep for memory.
 * Return: 0; -ESRCH when there is no controller (any more); another negative
 *	errno when the message could not be made or its queue is full.
 */
int snet_controller_ask(const struct snet_pending *pending)
{
	struct sk_buff *skb;
	int err;

	skb = genlmsg_new(request_size(), GFP_KERNEL);
	if (!skb)
		return -ENOMEM;

	err = put_request(skb, 0, 0, 0, pending);
	if (WARN_ON_ONCE(err)) {
		nlmsg_free(skb);
		return err;
	}
	return send_to_controller(skb);
}

/**
 * snet_controller_cancel - Tell the controller that a request has ended
 * @id: names the request
 * @reason: why
 * @verdict: what the policy made of it, for %SNET_CANCEL_TIMEOUT
 *
 * If it cannot be told, its socket reports ENOBUFS and it has to look at what
 * still waits.
 *
 * Context: process context, may sleep for memory.
 */
void snet_controller_cancel(u64 id, enum snet_cancel_reason reason,
			    enum snet_verdict verdict)
{
	struct sk_buff *skb;
	void *hdr;

	skb = genlmsg_new(nla_total_size_64bit(sizeof(u64)) +
				  nla_total_size(sizeof(u32)) * 2,
			  GFP_KERNEL);
	if (!skb)
		return;

	hdr = genlmsg_put(skb, 0, 0, &family, 0, SNET_CMD_CANCEL);
	if (!hdr || put_u64(skb, SNET_A_ID, id) ||
	    nla_put_u32(skb, SNET_A_REASON, reason) ||
	    (reason == SNET_CANCEL_TIMEOUT &&
	     nla_put_u32(skb, SNET_A_VERDICT, verdict))) {
		WARN_ON_ONCE(1);
		nlmsg_free(skb);
		return;
	}
	genlmsg_end(skb, hdr);
	send_to_controller(skb);
}

/* Commands. */

static int cmd_register(struct sk_buff *skb, struct genl_info *info)
{
	bool registered = false;

	mutex_lock(&controller_mutex);
	if (!controller.portid) {
		WRITE_ONCE(controller.tgid, get_pid(task_tgid(current)));
		WRITE_ONCE(controller.portid, info->snd_portid);
		registered = true;
	}
	mutex_unlock(&controller_mutex);

	if (!registered) {
		NL_SET_ERR_MSG(info->extack, "there is a controller already");
		return -EBUSY;
	}
	pr_info("controller is pid %d\n", task_tgid_nr(current));
	return 0;
}

/* What waits is decided at once: there is nobody left who could. */
static void unregister_controller(void)
{
	const struct snet_decision decision = {
		.verdict = snet_config_policy(),
		.error = EACCES,
		.cause = SNET_STAT_CONTROLLER_GONE,
	};

	lockdep_assert_held(&controller_mutex);
	WRITE_ONCE(controller.portid, 0);
	put_pid(controller.tgid);
	WRITE_ONCE(controller.tgid, NULL);
	/*
	 * What is published from here on finds no controller, or the next one:
	 * the lock of the table orders the two.
	 */
	snet_pending_decide_all(&decision);
	pr_info("controller is gone, policy: %s\n",
		decision.verdict == SNET_VERDICT_ALLOW ? "allow" : "deny");
}

/* Runs when a netlink socket is closed, whatever ends its process. */
static int on_netlink_release(struct notifier_block *nb, unsigned long event,
			      void *data)
{
	const struct netlink_notify *notify = data;

	if (event != NETLINK_URELEASE || notify->protocol != NETLINK_GENERIC ||
	    !net_eq(notify->net, &init_net))
		return NOTIFY_DONE;

	/* Most sockets that are closed are not the controller's. */
	if (READ_ONCE(controller.portid) != notify->portid || !notify->portid)
		return NOTIFY_DONE;

	mutex_lock(&controller_mutex);
	if (controller.portid == notify->portid)
		unregister_controller();
	mutex_unlock(&controller_mutex);
	return NOTIFY_DONE;
}

static struct notifier_block netlink_notifier = {
	.notifier_call = on_netlink_release,
};

static int read_decision(struct genl_info *info, struct snet_decision *decision)
{
	struct nlattr *verdict = info->attrs[SNET_A_VERDICT];
	struct nlattr *error = info->attrs[SNET_A_ERRNO];

	if (!verdict) {
		NL_SET_ERR_MSG(info->extack, "SNET_A_VERDICT is missing");
		return -EINVAL;
	}
	decision->verdict = nla_get_u32(verdict);
	decision->error = error ? nla_get_u32(error) : EACCES;

	if (decision->verdict == SNET_VERDICT_DENY) {
		decision->cause = SNET_STAT_DENIED;
		return 0;
	}
	if (error) {
		NL_SET_ERR_MSG_ATTR(info->extack, error,
				    "SNET_A_ERRNO goes with a denial only");
		return -EINVAL;
	}
	decision->cause = SNET_STAT_ALLOWED;
	return 0;
}

static int cmd_verdict(struct sk_buff *skb, struct genl_info *info)
{
	struct snet_decision decision;
	int err;

	if (READ_ONCE(controller.portid) != info->snd_portid) {
		NL_SET_ERR_MSG(info->extack,
			       "only the controller's socket gives verdicts");
		return -EPERM;
	}
	if (!info->attrs[SNET_A_ID]) {
		NL_SET_ERR_MSG(info->extack, "SNET_A_ID is missing");
		return -EINVAL;
	}
	err = read_decision(info, &decision);
	if (err)
		return err;

	if (!snet_pending_decide(nla_get_u64(info->attrs[SNET_A_ID]),
				 &decision)) {
		NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[SNET_A_ID],
				    "no request with this id waits");
		return -ENOENT;
	}
	return 0;
}

static int cmd_config_set(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *delay = info->attrs[SNET_A_DELAY];
	struct nlattr *policy = info->attrs[SNET_A_POLICY];

	if (!delay && !policy) {
		NL_SET_ERR_MSG(info->extack,
			       "SNET_A_DELAY or SNET_A_POLICY is needed");
		return -EINVAL;
	}
	if (delay)
		snet_config_set_delay(nla_get_u32(delay));
	if (policy)
		snet_config_set_policy(nla_get_u32(policy));
	return 0;
}

/* Replies to a command with what @fill writes. */
static int reply(struct genl_info *info, u8 cmd,
		 int (*fill)(struct sk_buff *skb))
{
	struct sk_buff *skb;
	void *hdr;

	skb = genlmsg_new(NLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!skb)
		return -ENOMEM;

	hdr = genlmsg_put_reply(skb, info, &family, 0, cmd);
	if (!hdr || fill(skb)) {
		nlmsg_free(skb);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, hdr);
	return genlmsg_reply(skb, info);
}

static int fill_config(struct sk_buff *skb)
{
	if (nla_put_u32(skb, SNET_A_DELAY, snet_config_delay()) ||
	    nla_put_u32(skb, SNET_A_POLICY, snet_config_policy()))
		return -EMSGSIZE;
	return 0;
}

static int cmd_config_get(struct sk_buff *skb, struct genl_info *info)
{
	return reply(info, SNET_CMD_CONFIG_GET, fill_config);
}

static int fill_stats(struct sk_buff *skb)
{
	static const int attrs[SNET_STAT_MAX] = {
		[SNET_STAT_REQUESTS] = SNET_A_STAT_REQUESTS,
		[SNET_STAT_ALLOWED] = SNET_A_STAT_ALLOWED,
		[SNET_STAT_DENIED] = SNET_A_STAT_DENIED,
		[SNET_STAT_CANCELLED] = SNET_A_STAT_CANCELLED,
		[SNET_STAT_TIMEOUT] = SNET_A_STAT_TIMEOUT,
		[SNET_STAT_NO_CONTROLLER] = SNET_A_STAT_NO_CONTROLLER,
		[SNET_STAT_CONTROLLER_GONE] = SNET_A_STAT_CONTROLLER_GONE,
		[SNET_STAT_QUEUE_FULL] = SNET_A_STAT_QUEUE_FULL,
		[SNET_STAT_UNDELIVERABLE] = SNET_A_STAT_UNDELIVERABLE,
	};
	int i;

	for (i = 0; i < SNET_STAT_MAX; i++)
		if (put_u64(skb, attrs[i], snet_stats_read(i)))
			return -EMSGSIZE;
	return put_u64(skb, SNET_A_STAT_PENDING, snet_pending_count());
}

static int cmd_stats_get(struct sk_buff *skb, struct genl_info *info)
{
	return reply(info, SNET_CMD_STATS_GET, fill_stats);
}

/* One part of a dump; @cb remembers the last id that fitted into the former. */
struct pending_dump {
	struct sk_buff *skb;
	struct netlink_callback *cb;
	u64 last_id;
};

static int dump_one(const struct snet_pending *pending, void *data)
{
	struct pending_dump *dump = data;
	int err;

	err = put_request(dump->skb, NETLINK_CB(dump->cb->skb).portid,
			  dump->cb->nlh->nlmsg_seq, NLM_F_MULTI, pending);
	if (!err)
		dump->last_id = pending->id;
	return err;
}

static int cmd_pending_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct pending_dump dump = { .skb = skb, .cb = cb };
	u64 *position = (u64 *)cb->ctx;
	int err;

	BUILD_BUG_ON(sizeof(*position) > sizeof(cb->ctx));
	dump.last_id = *position;
	err = snet_pending_walk(*position, dump_one, &dump);
	*position = dump.last_id;

	/* A full message is sent, and the dump goes on; an empty one ends it. */
	if (err && err != -EMSGSIZE)
		return err;
	return skb->len;
}

/*
 * Strict: what an operation does not know, it refuses. Generic netlink itself
 * refuses each attribute of an operation that has no policy.
 */

static struct netlink_range_validation delay_range = {
	.min = 1,
	.max = SNET_DELAY_MAX,
};

static const struct nla_policy verdict_attributes[SNET_A_ERRNO + 1] = {
	[SNET_A_ID] = { .type = NLA_U64 },
	[SNET_A_VERDICT] = NLA_POLICY_MAX(NLA_U32, SNET_VERDICT_MAX),
	[SNET_A_ERRNO] = NLA_POLICY_RANGE(NLA_U32, 1, SNET_ERRNO_MAX),
};

static const struct nla_policy config_attributes[SNET_A_POLICY + 1] = {
	[SNET_A_DELAY] = NLA_POLICY_FULL_RANGE(NLA_U32, &delay_range),
	[SNET_A_POLICY] = NLA_POLICY_MAX(NLA_U32, SNET_VERDICT_MAX),
};

static const struct genl_ops ops[] = {
	{
		.cmd = SNET_CMD_REGISTER,
		.flags = GENL_ADMIN_PERM,
		.doit = cmd_register,
	},
	{
		.cmd = SNET_CMD_VERDICT,
		.flags = GENL_ADMIN_PERM,
		.doit = cmd_verdict,
		.policy = verdict_attributes,
		.maxattr = ARRAY_SIZE(verdict_attributes) - 1,
	},
	{
		.cmd = SNET_CMD_CONFIG_GET,
		.flags = GENL_ADMIN_PERM,
		.doit = cmd_config_get,
	},
	{
		.cmd = SNET_CMD_CONFIG_SET,
		.flags = GENL_ADMIN_PERM,
		.doit = cmd_config_set,
		.policy = config_attributes,
		.maxattr = ARRAY_SIZE(config_attributes) - 1,
	},
	{
		.cmd = SNET_CMD_PENDING_GET,
		.flags = GENL_ADMIN_PERM,
		.dumpit = cmd_pending_dump,
	},
	{
		.cmd = SNET_CMD_STATS_GET,
		.flags = GENL_ADMIN_PERM,
		.doit = cmd_stats_get,
	},
};

static struct genl_family family __ro_after_init = {
	.name = SNET_GENL_NAME,
	.version = SNET_GENL_VERSION,
	.module = THIS_MODULE,
	/* A verdict does not wait for another family's command. */
	.parallel_ops = true,
	.ops = ops,
	.n_ops = ARRAY_SIZE(ops),
};

/* After generic netlink itself, which is there since subsys_initcall(). */
static int __init snet_netlink_init(void)
{
	int err;

	if (!snet_enabled)
		return 0;

	err = netlink_register_notifier(&netlink_notifier);
	if (err)
		goto fail;
	err = genl_register_family(&family);
	if (err)
		goto fail_notifier;
	return 0;

fail_notifier:
	netlink_unregister_notifier(&netlink_notifier);
fail:
	pr_err("no netlink, so no controller: %d\n", err);
	return err;
}
device_initcall(snet_netlink_init);
