/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * snet: settings
 */
#ifndef _SECURITY_SNET_CONFIG_H
#define _SECURITY_SNET_CONFIG_H

#include <linux/snet.h>
#include <linux/types.h>

#include "decision.h"

/**
 * enum snet_setting - the settings, each a number with bounds
 * @SNET_SETTING_DELAY: seconds that a request waits
 * @SNET_SETTING_POLICY: the general policy, &enum snet_verdict
 * @SNET_SETTING_POLICY_NO_CONTROLLER: &enum snet_policy for one failure
 * @SNET_SETTING_POLICY_CONTROLLER_GONE: likewise
 * @SNET_SETTING_POLICY_QUEUE_FULL: likewise
 * @SNET_SETTING_POLICY_UNDELIVERABLE: likewise
 * @SNET_SETTING_POLICY_TIMEOUT: likewise
 * @SNET_SETTING_TICKET_MODE: &enum snet_ticket_mode
 * @SNET_SETTING_TICKET_LIFETIME: seconds, of tickets that do not say
 * @SNET_SETTING_TICKETS_PERSIST: whether tickets outlive the controller
 * @SNET_SETTING_COUNT: how many there are
 */
enum snet_setting {
	SNET_SETTING_DELAY,
	SNET_SETTING_POLICY,
	SNET_SETTING_POLICY_NO_CONTROLLER,
	SNET_SETTING_POLICY_CONTROLLER_GONE,
	SNET_SETTING_POLICY_QUEUE_FULL,
	SNET_SETTING_POLICY_UNDELIVERABLE,
	SNET_SETTING_POLICY_TIMEOUT,
	SNET_SETTING_TICKET_MODE,
	SNET_SETTING_TICKET_LIFETIME,
	SNET_SETTING_TICKETS_PERSIST,
	SNET_SETTING_COUNT,
};

u32 snet_config_get(enum snet_setting setting);
void snet_config_set(enum snet_setting setting, u32 value);
struct snet_decision snet_config_decide(enum snet_cause cause,
					enum snet_operation operation);

#endif /* _SECURITY_SNET_CONFIG_H */
