// SPDX-License-Identifier: GPL-2.0-only
/*
 * snet: the security module's registration
 *
 * Only wires: what the hooks do is in hooks.c.
 */
#define pr_fmt(fmt) "snet: " fmt

#include <linux/lsm_hooks.h>
#include <linux/printk.h>

#include "config.h"
#include "hooks.h"
#include "lsm.h"

bool snet_enabled __ro_after_init;

static int __init snet_init(void)
{
	snet_add_hooks();
	snet_enabled = true;
	pr_info("ready: delay %u s, policy %s\n", snet_config_delay(),
		snet_config_policy() == SNET_VERDICT_ALLOW ? "allow" : "deny");
	return 0;
}

DEFINE_LSM(snet) = {
	.name = SNET_NAME,
	.init = snet_init,
};
