/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * snet: the generic netlink family
 */
#ifndef _SECURITY_SNET_NETLINK_H
#define _SECURITY_SNET_NETLINK_H

#include <net/genetlink.h>

/**
 * enum snet_mcgrp - the multicast groups
 * @SNET_MCGRP_MONITOR: for those who watch
 */
enum snet_mcgrp {
	SNET_MCGRP_MONITOR,
};

extern struct genl_family snet_genl_family;

/* The parts of controller.c that are commands, or hear of their sockets. */
int snet_controller_register(struct sk_buff *skb, struct genl_info *info);
int snet_controller_verdict(struct sk_buff *skb, struct genl_info *info);
int snet_controller_dump(struct sk_buff *skb, struct netlink_callback *cb);
int snet_controller_dump_start(struct netlink_callback *cb);
int __init snet_controller_init(void);
void snet_report_init(void);

#endif /* _SECURITY_SNET_NETLINK_H */
