/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * snet: settings
 */
#ifndef _SECURITY_SNET_CONFIG_H
#define _SECURITY_SNET_CONFIG_H

#include <linux/snet.h>
#include <linux/types.h>

u32 snet_config_delay(void);
void snet_config_set_delay(u32 seconds);
enum snet_verdict snet_config_policy(void);
void snet_config_set_policy(enum snet_verdict policy);

#endif /* _SECURITY_SNET_CONFIG_H */
