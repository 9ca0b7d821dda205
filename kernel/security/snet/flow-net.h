/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * snet: the network namespaces in which packets are looked at
 */
#ifndef _SECURITY_SNET_FLOW_NET_H
#define _SECURITY_SNET_FLOW_NET_H

struct net;
struct nf_hook_state;
struct sk_buff;
struct snet_flow_net;

struct snet_flow_net *snet_flow_net_get(struct net *net);
void snet_flow_net_put(struct snet_flow_net *flow_net);

/* The hook, in flow.c. */
unsigned int snet_flow_local_out(void *unused, struct sk_buff *skb,
				 const struct nf_hook_state *state);

#endif /* _SECURITY_SNET_FLOW_NET_H */
