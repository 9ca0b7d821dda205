// SPDX-License-Identifier: GPL-2.0-only
/*
 * snet: the controller: who it is, what it is asked, what it says
 *
 * The ABI is described in include/uapi/linux/snet.h.
 */
#define pr_fmt(fmt) "snet: " fmt

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
#include "message.h"
#include "netlink.h"
#include "pending.h"
#include "ticket.h"

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

/* Writes one REQUEST, all of it or nothing. */
static int put_request(struct sk_buff *skb, u32 portid, u32 seq, int flags,
		       const struct snet_pending *pending)
{
	void *hdr;

	hdr = genlmsg_put(skb, portid, seq, &snet_genl_family, flags,
			  SNET_CMD_REQUEST);
	if (!hdr)
		return -EMSGSIZE;
	if (snet_message_put_pending(skb, pending)) {
		genlmsg_cancel(skb, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, hdr);
	return 0;
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

	skb = genlmsg_new(snet_message_size(pending->request), GFP_KERNEL);
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

	hdr = genlmsg_put(skb, 0, 0, &snet_genl_family, 0, SNET_CMD_CANCEL);
	if (!hdr || snet_message_put_u64(skb, SNET_A_ID, id) ||
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

/**
 * snet_controller_register - The command REGISTER
 * @skb: the command
 * @info: its attributes
 *
 * Return: 0 or -EBUSY.
 */
int snet_controller_register(struct sk_buff *skb, struct genl_info *info)
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
	lockdep_assert_held(&controller_mutex);
	WRITE_ONCE(controller.portid, 0);
	put_pid(controller.tgid);
	WRITE_ONCE(controller.tgid, NULL);
	if (!snet_config_get(SNET_SETTING_TICKETS_PERSIST))
		snet_tickets_flush();
	/*
	 * What is published from here on finds no controller, or the next one:
	 * the lock of the table orders the two.
	 */
	snet_pending_decide_all(SNET_CAUSE_CONTROLLER_GONE);
	pr_info("controller is gone\n");
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

/**
 * snet_controller_init - Begin to hear of closed sockets
 *
 * Return: 0 or a negative errno.
 */
int __init snet_controller_init(void)
{
	return netlink_register_notifier(&netlink_notifier);
}

static u32 attr_or(const struct nlattr *attr, enum snet_setting setting)
{
	return attr ? nla_get_u32(attr) : snet_config_get(setting);
}

static int read_verdict(struct genl_info *info, enum snet_verdict *verdict,
			int *error)
{
	struct nlattr *errno_attr = info->attrs[SNET_A_ERRNO];

	if (!info->attrs[SNET_A_VERDICT]) {
		NL_SET_ERR_MSG(info->extack, "SNET_A_VERDICT is missing");
		return -EINVAL;
	}
	*verdict = nla_get_u32(info->attrs[SNET_A_VERDICT]);
	*error = errno_attr ? nla_get_u32(errno_attr) : 0;

	if (*verdict == SNET_VERDICT_ALLOW && errno_attr) {
		NL_SET_ERR_MSG_ATTR(info->extack, errno_attr,
				    "SNET_A_ERRNO goes with a denial only");
		return -EINVAL;
	}
	return 0;
}

/* Makes the ticket that a verdict comes with, if any. */
static int read_ticket(struct genl_info *info, enum snet_verdict verdict,
		       int error, struct snet_ticket **ticket)
{
	struct nlattr *fields = info->attrs[SNET_A_TICKET_FIELDS];
	struct nlattr *mode = info->attrs[SNET_A_TICKET_MODE];
	struct nlattr *lifetime = info->attrs[SNET_A_TICKET_LIFETIME];
	struct snet_ticket_terms terms;

	*ticket = NULL;
	if (!fields) {
		if (!mode && !lifetime)
			return 0;
		NL_SET_ERR_MSG_ATTR(info->extack, mode ?: lifetime,
				    "a ticket needs SNET_A_TICKET_FIELDS");
		return -EINVAL;
	}
	terms = (struct snet_ticket_terms){
		.fields = nla_get_u64(fields),
		.verdict = verdict,
		.error = error,
		.mode = attr_or(mode, SNET_SETTING_TICKET_MODE),
		.lifetime = attr_or(lifetime, SNET_SETTING_TICKET_LIFETIME),
	};
	if (terms.mode != SNET_TICKET_OFF)
		*ticket = snet_ticket_alloc(&terms);
	return 0;
}

/**
 * snet_controller_verdict - The command VERDICT
 * @skb: the command
 * @info: its attributes
 *
 * Return: 0 or a negative errno.
 */
int snet_controller_verdict(struct sk_buff *skb, struct genl_info *info)
{
	struct snet_ticket *ticket;
	enum snet_verdict verdict;
	int error;
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
	err = read_verdict(info, &verdict, &error);
	if (!err)
		err = read_ticket(info, verdict, error, &ticket);
	if (err)
		return err;

	if (!snet_pending_decide(nla_get_u64(info->attrs[SNET_A_ID]), verdict,
				 error, ticket)) {
		if (ticket)
			snet_ticket_discard(ticket);
		NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[SNET_A_ID],
				    "no request with this id waits");
		return -ENOENT;
	}
	return 0;
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

/**
 * snet_controller_dump_start - The beginning of a dump of PENDING_GET
 * @cb: the dump
 *
 * Return: 0.
 */
int snet_controller_dump_start(struct netlink_callback *cb)
{
	/* At least the largest request has to fit into one part. */
	cb->min_dump_alloc = SNET_MESSAGE_ANCESTORS_SIZE + 3 * PATH_MAX;
	return 0;
}

/**
 * snet_controller_dump - The command PENDING_GET
 * @skb: the part to be filled
 * @cb: the dump
 *
 * Return: length of the part, 0 at the end, or a negative errno.
 */
int snet_controller_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct pending_dump dump = { .skb = skb, .cb = cb };
	u64 *position = (u64 *)cb->ctx;
	int err;

	BUILD_BUG_ON(sizeof(*position) > sizeof(cb->ctx));
	dump.last_id = *position;
	err = snet_pending_walk(*position, dump_one, &dump);
	*position = dump.last_id;

	/* A full part is sent, and the dump goes on; an empty one ends it. */
	if (err && (err != -EMSGSIZE || !skb->len))
		return err;
	return skb->len;
}
