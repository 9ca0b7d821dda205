// SPDX-License-Identifier: GPL-2.0-only
/*
 * snet: the generic netlink family
 *
 * The ABI is described in include/uapi/linux/snet.h. The family lives in the
 * initial network namespace and reports calls of all of them. Commands about
 * requests are in controller.c; those about settings, the mediated set,
 * tickets and counters are here, as they are hardly more than attributes.
 */
#define pr_fmt(fmt) "snet: " fmt

#include <linux/net.h>
#include <linux/netlink.h>
#include <linux/socket.h>
#include <net/genetlink.h>

#include "config.h"
#include "limits.h"
#include "lsm.h"
#include "mediated.h"
#include "message.h"
#include "netlink.h"
#include "pending.h"
#include "stats.h"
#include "ticket.h"

/* Replies to a command with what @fill writes. */
static int reply(struct genl_info *info, u8 cmd,
		 int (*fill)(struct sk_buff *skb))
{
	struct sk_buff *skb;
	void *hdr;

	skb = genlmsg_new(NLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!skb)
		return -ENOMEM;

	hdr = genlmsg_put_reply(skb, info, &snet_genl_family, 0, cmd);
	if (!hdr || fill(skb)) {
		nlmsg_free(skb);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, hdr);
	return genlmsg_reply(skb, info);
}

/* One message of a dump: begins it, NULL when the part is full. */
static void *begin_part(struct sk_buff *skb, struct netlink_callback *cb,
			u8 cmd)
{
	return genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
			   &snet_genl_family, NLM_F_MULTI, cmd);
}

/* Ends it, or takes it back if there was no room for all of it. */
static int end_part(struct sk_buff *skb, void *hdr, int err)
{
	if (err)
		genlmsg_cancel(skb, hdr);
	else
		genlmsg_end(skb, hdr);
	return err;
}

/* Settings. */

static const int setting_attrs[SNET_SETTING_COUNT] = {
	[SNET_SETTING_DELAY] = SNET_A_DELAY,
	[SNET_SETTING_POLICY] = SNET_A_POLICY,
	[SNET_SETTING_POLICY_NO_CONTROLLER] = SNET_A_POLICY_NO_CONTROLLER,
	[SNET_SETTING_POLICY_CONTROLLER_GONE] = SNET_A_POLICY_CONTROLLER_GONE,
	[SNET_SETTING_POLICY_QUEUE_FULL] = SNET_A_POLICY_QUEUE_FULL,
	[SNET_SETTING_POLICY_UNDELIVERABLE] = SNET_A_POLICY_UNDELIVERABLE,
	[SNET_SETTING_POLICY_TIMEOUT] = SNET_A_POLICY_TIMEOUT,
	[SNET_SETTING_TICKET_MODE] = SNET_A_TICKET_MODE,
	[SNET_SETTING_TICKET_LIFETIME] = SNET_A_TICKET_LIFETIME,
	[SNET_SETTING_TICKETS_PERSIST] = SNET_A_TICKETS_PERSIST,
};

static int cmd_config_set(struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *attr;
	bool any = false;
	int i;

	for (i = 0; i < SNET_SETTING_COUNT; i++) {
		attr = info->attrs[setting_attrs[i]];
		if (!attr)
			continue;
		snet_config_set(i, nla_get_u32(attr));
		any = true;
	}
	if (!any) {
		NL_SET_ERR_MSG(info->extack, "there is no setting to change");
		return -EINVAL;
	}
	return 0;
}

static int fill_config(struct sk_buff *skb)
{
	const u64 features =
		SNET_FEATURE_ACCEPT | SNET_FEATURE_IDENTITY |
		SNET_FEATURE_CLOSE |
		(IS_ENABLED(CONFIG_NETFILTER) ? SNET_FEATURE_FLOW : 0);
	int i;

	for (i = 0; i < SNET_SETTING_COUNT; i++)
		if (nla_put_u32(skb, setting_attrs[i], snet_config_get(i)))
			return -EMSGSIZE;
	return snet_message_put_u64(skb, SNET_A_FEATURES, features);
}

static int cmd_config_get(struct sk_buff *skb, struct genl_info *info)
{
	return reply(info, SNET_CMD_CONFIG_GET, fill_config);
}

/* Counters. */

static const int stat_attrs[SNET_STAT_MAX] = {
	[SNET_STAT_REQUESTS] = SNET_A_STAT_REQUESTS,
	[SNET_STAT_ALLOWED] = SNET_A_STAT_ALLOWED,
	[SNET_STAT_DENIED] = SNET_A_STAT_DENIED,
	[SNET_STAT_CANCELLED] = SNET_A_STAT_CANCELLED,
	[SNET_STAT_TIMEOUT] = SNET_A_STAT_TIMEOUT,
	[SNET_STAT_NO_CONTROLLER] = SNET_A_STAT_NO_CONTROLLER,
	[SNET_STAT_CONTROLLER_GONE] = SNET_A_STAT_CONTROLLER_GONE,
	[SNET_STAT_QUEUE_FULL] = SNET_A_STAT_QUEUE_FULL,
	[SNET_STAT_UNDELIVERABLE] = SNET_A_STAT_UNDELIVERABLE,
	[SNET_STAT_TICKET_ALLOWED] = SNET_A_STAT_TICKET_ALLOWED,
	[SNET_STAT_TICKET_DENIED] = SNET_A_STAT_TICKET_DENIED,
};

static int fill_stats(struct sk_buff *skb)
{
	struct snet_ticket_counts counts;
	int i;

	for (i = 0; i < SNET_STAT_MAX; i++)
		if (snet_message_put_u64(skb, stat_attrs[i],
					 snet_stats_total(i)))
			return -EMSGSIZE;

	snet_tickets_count(&counts);
	if (snet_message_put_u64(skb, SNET_A_STAT_PENDING,
				 snet_pending_count()) ||
	    snet_message_put_u64(skb, SNET_A_STAT_TICKETS, counts.tickets) ||
	    snet_message_put_u64(skb, SNET_A_STAT_TICKETS_EVICTED,
				 counts.evicted) ||
	    snet_message_put_u64(skb, SNET_A_STAT_TICKETS_REFUSED,
				 counts.refused) ||
	    snet_message_put_u64(skb, SNET_A_STAT_FLOW_DROPPED,
				 snet_stats_dropped()))
		return -EMSGSIZE;
	return 0;
}

static int cmd_stats_get(struct sk_buff *skb, struct genl_info *info)
{
	return reply(info, SNET_CMD_STATS_GET, fill_stats);
}

static int put_operation_stats(struct sk_buff *skb,
			       enum snet_operation operation)
{
	int i;

	if (nla_put_u32(skb, SNET_A_OPERATION, operation))
		return -EMSGSIZE;
	for (i = 0; i < SNET_STAT_MAX; i++)
		if (snet_message_put_u64(skb, stat_attrs[i],
					 snet_stats_read(operation, i)))
			return -EMSGSIZE;
	return 0;
}

static int cmd_stats_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	unsigned long *last = (unsigned long *)cb->ctx;
	void *hdr;

	for (; *last < SNET_OP_MAX; ++*last) {
		hdr = begin_part(skb, cb, SNET_CMD_STATS_GET);
		if (!hdr ||
		    end_part(skb, hdr, put_operation_stats(skb, *last + 1)))
			break;
	}
	return skb->len;
}

/* The mediated set. */

static int attr_or_any(const struct nlattr *attr)
{
	return attr ? nla_get_u32(attr) : SNET_ANY;
}

static int read_mediated(struct genl_info *info, struct snet_mediated *entry)
{
	const struct nlattr *hold = info->attrs[SNET_A_HOLD];

	if (!info->attrs[SNET_A_OPERATION]) {
		NL_SET_ERR_MSG(info->extack, "SNET_A_OPERATION is missing");
		return -EINVAL;
	}
	entry->operation = nla_get_u32(info->attrs[SNET_A_OPERATION]);
	entry->family = attr_or_any(info->attrs[SNET_A_FAMILY]);
	entry->type = attr_or_any(info->attrs[SNET_A_TYPE]);
	entry->protocol = attr_or_any(info->attrs[SNET_A_PROTOCOL]);
	entry->hold = hold ? nla_get_u32(hold) : SNET_HOLD_AUTO;
	return 0;
}

static int cmd_mediate_add(struct sk_buff *skb, struct genl_info *info)
{
	struct snet_mediated entry;
	int err;

	err = read_mediated(info, &entry);
	if (err)
		return err;
	err = snet_mediated_add(&entry);
	if (err == -ENOSPC)
		NL_SET_ERR_MSG(info->extack, "the mediated set is full");
	return err;
}

static int cmd_mediate_del(struct sk_buff *skb, struct genl_info *info)
{
	struct snet_mediated entry;
	int err;

	if (!info->attrs[SNET_A_OPERATION] && !info->attrs[SNET_A_FAMILY] &&
	    !info->attrs[SNET_A_TYPE] && !info->attrs[SNET_A_PROTOCOL]) {
		snet_mediated_clear();
		return 0;
	}
	err = read_mediated(info, &entry);
	if (err)
		return err;
	err = snet_mediated_remove(&entry);
	if (err == -ENOENT)
		NL_SET_ERR_MSG(info->extack,
			       "there is no such entry in the mediated set");
	return err;
}

static int put_mediated(struct sk_buff *skb, const struct snet_mediated *entry)
{
	if (nla_put_u32(skb, SNET_A_OPERATION, entry->operation) ||
	    (entry->family != SNET_ANY &&
	     nla_put_u32(skb, SNET_A_FAMILY, entry->family)) ||
	    (entry->type != SNET_ANY &&
	     nla_put_u32(skb, SNET_A_TYPE, entry->type)) ||
	    (entry->protocol != SNET_ANY &&
	     nla_put_u32(skb, SNET_A_PROTOCOL, entry->protocol)) ||
	    nla_put_u32(skb, SNET_A_HOLD, entry->hold))
		return -EMSGSIZE;
	return 0;
}

static int cmd_mediate_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	unsigned long *index = (unsigned long *)cb->ctx;
	struct snet_mediated entry;
	void *hdr;

	for (; snet_mediated_get(*index, &entry); ++*index) {
		hdr = begin_part(skb, cb, SNET_CMD_MEDIATE_GET);
		if (!hdr || end_part(skb, hdr, put_mediated(skb, &entry)))
			break;
	}
	return skb->len;
}

/* Tickets. */

static int cmd_ticket_flush(struct sk_buff *skb, struct genl_info *info)
{
	snet_tickets_flush();
	return 0;
}

/**
 * struct ticket_dump - a dump of tickets, in the callback's context
 * @walk: how far it is
 * @skb: the part that is being filled
 * @cb: the dump
 */
struct ticket_dump {
	struct snet_ticket_walk *walk;
	struct sk_buff *skb;
	struct netlink_callback *cb;
};

static struct ticket_dump *ticket_dump(struct netlink_callback *cb)
{
	BUILD_BUG_ON(sizeof(struct ticket_dump) > sizeof(cb->ctx));
	return (struct ticket_dump *)cb->ctx;
}

static int cmd_ticket_dump_start(struct netlink_callback *cb)
{
	struct ticket_dump *dump = ticket_dump(cb);

	/* At least the largest ticket has to fit into one part. */
	cb->min_dump_alloc = 3 * PATH_MAX;
	dump->cb = cb;
	dump->walk = snet_ticket_walk_begin();
	return dump->walk ? 0 : -ENOMEM;
}

static int dump_ticket(const struct snet_ticket_view *view, void *data)
{
	struct ticket_dump *dump = data;
	void *hdr = begin_part(dump->skb, dump->cb, SNET_CMD_TICKET_GET);

	if (!hdr)
		return -EMSGSIZE;
	return end_part(dump->skb, hdr,
			snet_message_put_ticket(dump->skb, view));
}

static int cmd_ticket_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct ticket_dump *dump = ticket_dump(cb);
	int err;

	dump->skb = skb;
	err = snet_ticket_walk_on(dump->walk, dump_ticket, dump);
	if (err && (err != -EMSGSIZE || !skb->len))
		return err;
	return skb->len;
}

static int cmd_ticket_dump_done(struct netlink_callback *cb)
{
	snet_ticket_walk_end(ticket_dump(cb)->walk);
	return 0;
}

/*
 * Strict: what an operation does not know, it refuses. Generic netlink itself
 * refuses each attribute of an operation that has no policy.
 */

static struct netlink_range_validation delay_range = {
	.min = 1,
	.max = SNET_DELAY_MAX,
};

static struct netlink_range_validation lifetime_range = {
	.max = SNET_TICKET_LIFETIME_MAX,
};

static struct netlink_range_validation protocol_range = {
	.max = U16_MAX,
};

#define VERDICT_POLICY NLA_POLICY_MAX(NLA_U32, SNET_VERDICT_MAX)
#define FAILURE_POLICY NLA_POLICY_MAX(NLA_U32, SNET_POLICY_MAX)
#define MODE_POLICY NLA_POLICY_MAX(NLA_U32, SNET_TICKET_MODE_MAX)
#define LIFETIME_POLICY NLA_POLICY_FULL_RANGE(NLA_U32, &lifetime_range)

static const struct nla_policy verdict_attributes[SNET_A_TICKET_LIFETIME + 1] = {
	[SNET_A_ID] = { .type = NLA_U64 },
	[SNET_A_VERDICT] = VERDICT_POLICY,
	[SNET_A_ERRNO] = NLA_POLICY_RANGE(NLA_U32, 1, SNET_ERRNO_MAX),
	[SNET_A_TICKET_FIELDS] = NLA_POLICY_MASK(NLA_U64, SNET_FIELD_ALL),
	[SNET_A_TICKET_MODE] = MODE_POLICY,
	[SNET_A_TICKET_LIFETIME] = LIFETIME_POLICY,
};

static const struct nla_policy config_attributes[SNET_A_TICKETS_PERSIST + 1] = {
	[SNET_A_DELAY] = NLA_POLICY_FULL_RANGE(NLA_U32, &delay_range),
	[SNET_A_POLICY] = VERDICT_POLICY,
	[SNET_A_POLICY_NO_CONTROLLER] = FAILURE_POLICY,
	[SNET_A_POLICY_CONTROLLER_GONE] = FAILURE_POLICY,
	[SNET_A_POLICY_QUEUE_FULL] = FAILURE_POLICY,
	[SNET_A_POLICY_UNDELIVERABLE] = FAILURE_POLICY,
	[SNET_A_POLICY_TIMEOUT] = FAILURE_POLICY,
	[SNET_A_TICKET_MODE] = MODE_POLICY,
	[SNET_A_TICKET_LIFETIME] = LIFETIME_POLICY,
	[SNET_A_TICKETS_PERSIST] = NLA_POLICY_MAX(NLA_U32, 1),
};

static const struct nla_policy mediate_attributes[SNET_A_HOLD + 1] = {
	[SNET_A_OPERATION] = NLA_POLICY_RANGE(NLA_U32, 1, SNET_OP_MAX),
	[SNET_A_FAMILY] = NLA_POLICY_MAX(NLA_U32, AF_MAX - 1),
	[SNET_A_TYPE] = NLA_POLICY_MAX(NLA_U32, SOCK_MAX - 1),
	[SNET_A_PROTOCOL] = NLA_POLICY_FULL_RANGE(NLA_U32, &protocol_range),
	[SNET_A_HOLD] = NLA_POLICY_MAX(NLA_U32, SNET_HOLD_MAX),
};

static const struct genl_ops ops[] = {
	{
		.cmd = SNET_CMD_REGISTER,
		.flags = GENL_ADMIN_PERM,
		.doit = snet_controller_register,
	},
	{
		.cmd = SNET_CMD_VERDICT,
		.flags = GENL_ADMIN_PERM,
		.doit = snet_controller_verdict,
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
		.start = snet_controller_dump_start,
		.dumpit = snet_controller_dump,
	},
	{
		.cmd = SNET_CMD_STATS_GET,
		.flags = GENL_ADMIN_PERM,
		.doit = cmd_stats_get,
		.dumpit = cmd_stats_dump,
	},
	{
		.cmd = SNET_CMD_MEDIATE_ADD,
		.flags = GENL_ADMIN_PERM,
		.doit = cmd_mediate_add,
		.policy = mediate_attributes,
		.maxattr = ARRAY_SIZE(mediate_attributes) - 1,
	},
	{
		.cmd = SNET_CMD_MEDIATE_DEL,
		.flags = GENL_ADMIN_PERM,
		.doit = cmd_mediate_del,
		.policy = mediate_attributes,
		.maxattr = ARRAY_SIZE(mediate_attributes) - 1,
	},
	{
		.cmd = SNET_CMD_MEDIATE_GET,
		.flags = GENL_ADMIN_PERM,
		.dumpit = cmd_mediate_dump,
	},
	{
		.cmd = SNET_CMD_TICKET_FLUSH,
		.flags = GENL_ADMIN_PERM,
		.doit = cmd_ticket_flush,
	},
	{
		.cmd = SNET_CMD_TICKET_GET,
		.flags = GENL_ADMIN_PERM,
		.start = cmd_ticket_dump_start,
		.dumpit = cmd_ticket_dump,
		.done = cmd_ticket_dump_done,
	},
};

static const struct genl_multicast_group mcgrps[] = {
	[SNET_MCGRP_MONITOR] = {
		.name = SNET_GENL_MCGRP_MONITOR,
		.flags = GENL_MCAST_CAP_NET_ADMIN,
	},
};

struct genl_family snet_genl_family __ro_after_init = {
	.name = SNET_GENL_NAME,
	.version = SNET_GENL_VERSION,
	.module = THIS_MODULE,
	/* A verdict does not wait for another family's command. */
	.parallel_ops = true,
	.ops = ops,
	.n_ops = ARRAY_SIZE(ops),
	.mcgrps = mcgrps,
	.n_mcgrps = ARRAY_SIZE(mcgrps),
};

/* After generic netlink itself, which is there since subsys_initcall(). */
static int __init snet_netlink_init(void)
{
	int err;

	if (!snet_enabled)
		return 0;

	err = snet_controller_init();
	if (!err)
		err = genl_register_family(&snet_genl_family);
	if (err) {
		pr_err("no netlink, so no controller: %d\n", err);
		return err;
	}
	snet_report_init();
	return 0;
}
device_initcall(snet_netlink_init);
