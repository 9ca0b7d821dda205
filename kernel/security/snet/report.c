// SPDX-License-Identifier: GPL-2.0-only
/*
 * snet: telling those who watch
 *
 * Messages to the multicast group "monitor". They cost nothing to speak of
 * while nobody is in it.
 */
#include <linux/compiler.h>
#include <linux/ktime.h>
#include <net/genetlink.h>
#include <net/net_namespace.h>

#include "decision.h"
#include "message.h"
#include "netlink.h"
#include "report.h"
#include "request.h"

/* The group has its number only when the family is registered. */
static bool is_ready __read_mostly;

/**
 * snet_report_init - Begin to tell
 *
 * Called once, when the family is registered.
 */
void snet_report_init(void)
{
	WRITE_ONCE(is_ready, true);
}

/**
 * snet_report_is_wanted - Whether anybody watches
 *
 * Return: true if so.
 */
bool snet_report_is_wanted(void)
{
	return READ_ONCE(is_ready) &&
	       genl_has_listeners(&snet_genl_family, &init_net,
				  SNET_MCGRP_MONITOR);
}

static struct sk_buff *new_event(const struct snet_request *request, void **hdr)
{
	struct sk_buff *skb;

	skb = genlmsg_new(snet_message_size(request), GFP_KERNEL);
	if (!skb)
		return NULL;
	*hdr = genlmsg_put(skb, 0, 0, &snet_genl_family, 0, SNET_CMD_EVENT);
	return skb;
}

static void send_event(struct sk_buff *skb, void *hdr)
{
	genlmsg_end(skb, hdr);
	/* Those who read too slowly are told so by their own socket. */
	genlmsg_multicast(&snet_genl_family, skb, 0, SNET_MCGRP_MONITOR,
			  GFP_KERNEL);
}

/* The clock may have been set back meanwhile. */
static u64 time_since(u64 start_ns)
{
	u64 now = ktime_get_real_ns();

	return now > start_ns ? now - start_ns : 0;
}

static int put_decided(struct sk_buff *skb, const struct snet_request *request,
		       u64 id, const struct snet_decision *decision)
{
	if (snet_message_put_request(skb, request) ||
	    snet_message_put_decision(skb, decision))
		return -EMSGSIZE;
	if (!id)
		return 0;
	if (snet_message_put_u64(skb, SNET_A_ID, id) ||
	    snet_message_put_u64(skb, SNET_A_WAITED,
				 time_since(request->time_ns)))
		return -EMSGSIZE;
	return 0;
}

/**
 * snet_report_decision - Tell that a call was decided
 * @request: the call
 * @id: of the request that has waited; 0 if it did not wait
 * @decision: its end
 *
 * Context: process context, may sleep for memory.
 */
void snet_report_decision(const struct snet_request *request, u64 id,
			  const struct snet_decision *decision)
{
	struct sk_buff *skb;
	void *hdr;

	if (!snet_report_is_wanted())
		return;
	skb = new_event(request, &hdr);
	if (!skb)
		return;
	if (WARN_ON_ONCE(!hdr || put_decided(skb, request, id, decision))) {
		nlmsg_free(skb);
		return;
	}
	send_event(skb, hdr);
}

/**
 * snet_report_close - Tell that a socket was closed
 * @request: whose, and which
 * @traffic: what has gone over it
 *
 * Context: process context, may sleep for memory.
 */
void snet_report_close(const struct snet_request *request,
		       const struct snet_traffic *traffic)
{
	struct sk_buff *skb;
	void *hdr;

	skb = new_event(request, &hdr);
	if (!skb)
		return;
	if (WARN_ON_ONCE(!hdr || snet_message_put_request(skb, request) ||
			 snet_message_put_traffic(skb, traffic))) {
		nlmsg_free(skb);
		return;
	}
	send_event(skb, hdr);
}
