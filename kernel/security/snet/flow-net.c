// SPDX-License-Identifier: GPL-2.0-only
/*
 * snet: the network namespaces in which packets are looked at
 *
 * Netfilter calls snet for what leaves a namespace while something of this
 * namespace is held, and shortly after. At other times it costs nothing.
 */
#include <linux/limits.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/netfilter.h>
#include <linux/slab.h>
#include <linux/workqueue.h>
#include <net/net_namespace.h>

#include "flow-net.h"

/*
 * To come and to go costs Netfilter a lot more than to be there for a while:
 * flows that a rule decides follow each other closely.
 */
#define FLOW_NET_LINGER HZ

/**
 * struct snet_flow_net - a namespace with the hooks in it
 * @node: in the list of them
 * @net: the namespace; a reference
 * @flows: how many want the hooks
 * @idle: takes them away, some time after the last flow
 *
 * All under the mutex.
 */
struct snet_flow_net {
	struct list_head node;
	struct net *net;
	unsigned int flows;
	struct delayed_work idle;
};

static DEFINE_MUTEX(mutex);
static LIST_HEAD(flow_nets);

/*
 * Before anything else that is there at this point, so that the addresses are
 * still those of the socket.
 */
static const struct nf_hook_ops hooks[] = {
	{
		.hook = snet_flow_local_out,
		.pf = NFPROTO_IPV4,
		.hooknum = NF_INET_LOCAL_OUT,
		.priority = INT_MIN,
	},
#if IS_ENABLED(CONFIG_IPV6)
	{
		.hook = snet_flow_local_out,
		.pf = NFPROTO_IPV6,
		.hooknum = NF_INET_LOCAL_OUT,
		.priority = INT_MIN,
	},
#endif
};

static void leave(struct work_struct *work)
{
	struct snet_flow_net *flow_net =
		container_of(work, struct snet_flow_net, idle.work);

	mutex_lock(&mutex);
	/* It may have been wanted meanwhile, and may be again idle since. */
	if (flow_net->flows || delayed_work_pending(&flow_net->idle)) {
		mutex_unlock(&mutex);
		return;
	}
	list_del(&flow_net->node);
	nf_unregister_net_hooks(flow_net->net, hooks, ARRAY_SIZE(hooks));
	mutex_unlock(&mutex);

	put_net(flow_net->net);
	kfree(flow_net);
}

static struct snet_flow_net *find(const struct net *net)
{
	struct snet_flow_net *flow_net;

	list_for_each_entry(flow_net, &flow_nets, node) {
		if (net_eq(flow_net->net, net))
			return flow_net;
	}
	return NULL;
}

static struct snet_flow_net *enter(struct net *net)
{
	struct snet_flow_net *flow_net;

	flow_net = kzalloc(sizeof(*flow_net), GFP_KERNEL);
	if (!flow_net)
		return NULL;
	if (nf_register_net_hooks(net, hooks, ARRAY_SIZE(hooks))) {
		kfree(flow_net);
		return NULL;
	}
	INIT_DELAYED_WORK(&flow_net->idle, leave);
	flow_net->net = get_net(net);
	list_add(&flow_net->node, &flow_nets);
	return flow_net;
}

/**
 * snet_flow_net_get - Have the packets that leave a namespace looked at
 * @net: the namespace; the caller has a reference
 *
 * Context: process context, sleeps.
 * Return: what to give to snet_flow_net_put(), or NULL without memory.
 */
struct snet_flow_net *snet_flow_net_get(struct net *net)
{
	struct snet_flow_net *flow_net;

	mutex_lock(&mutex);
	flow_net = find(net);
	if (!flow_net)
		flow_net = enter(net);
	if (flow_net)
		flow_net->flows++;
	mutex_unlock(&mutex);
	return flow_net;
}

/**
 * snet_flow_net_put - The contrary
 * @flow_net: from snet_flow_net_get()
 *
 * Context: process context, sleeps.
 */
void snet_flow_net_put(struct snet_flow_net *flow_net)
{
	mutex_lock(&mutex);
	if (!--flow_net->flows)
		queue_delayed_work(system_unbound_wq, &flow_net->idle,
				   FLOW_NET_LINGER);
	mutex_unlock(&mutex);
}
