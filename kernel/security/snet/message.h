/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * snet: what is written into netlink messages
 */
#ifndef _SECURITY_SNET_MESSAGE_H
#define _SECURITY_SNET_MESSAGE_H

#include <linux/skbuff.h>
#include <linux/snet.h>
#include <linux/types.h>
#include <net/netlink.h>

struct snet_decision;
struct snet_pending;
struct snet_request;
struct snet_ticket_view;
struct snet_traffic;

/*
 * The ancestors of a program that fit into a message: the nearest ones, so
 * many that a message stays small enough for one part of a dump.
 */
#define SNET_MESSAGE_ANCESTORS_SIZE 4096

size_t snet_message_size(const struct snet_request *request);
int snet_message_put_u64(struct sk_buff *skb, int attr, u64 value);
int snet_message_put_request(struct sk_buff *skb,
			     const struct snet_request *request);
int snet_message_put_pending(struct sk_buff *skb,
			     const struct snet_pending *pending);
int snet_message_put_decision(struct sk_buff *skb,
			      const struct snet_decision *decision);
int snet_message_put_traffic(struct sk_buff *skb,
			     const struct snet_traffic *traffic);
int snet_message_put_ticket(struct sk_buff *skb,
			    const struct snet_ticket_view *view);

#endif /* _SECURITY_SNET_MESSAGE_H */
