// SPDX-License-Identifier: GPL-2.0-only
/*
 * snet: settings
 *
 * Each is a boot parameter, a file of the same name in
 * /sys/module/kernel/parameters, and a netlink attribute. They are independent
 * words, read once for each request, so no lock is needed.
 */
#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/moduleparam.h>

#include "config.h"
#include "limits.h"

static u32 settings[SNET_SETTING_COUNT] = {
	[SNET_SETTING_DELAY] = CONFIG_SECURITY_SNET_VERDICT_DELAY,
	[SNET_SETTING_POLICY] = CONFIG_SECURITY_SNET_VERDICT_POLICY,
	[SNET_SETTING_POLICY_NO_CONTROLLER] = SNET_POLICY_GENERAL,
	[SNET_SETTING_POLICY_CONTROLLER_GONE] = SNET_POLICY_GENERAL,
	[SNET_SETTING_POLICY_QUEUE_FULL] = SNET_POLICY_GENERAL,
	[SNET_SETTING_POLICY_UNDELIVERABLE] = SNET_POLICY_GENERAL,
	[SNET_SETTING_POLICY_TIMEOUT] = SNET_POLICY_GENERAL,
	[SNET_SETTING_TICKET_MODE] = SNET_TICKET_FIXED,
	[SNET_SETTING_TICKET_LIFETIME] = SNET_TICKET_LIFETIME_DEFAULT,
	[SNET_SETTING_TICKETS_PERSIST] = 1,
};

/**
 * snet_config_get - Read a setting
 * @setting: which one
 *
 * Return: its value, within its bounds.
 */
u32 snet_config_get(enum snet_setting setting)
{
	return READ_ONCE(settings[setting]);
}

/**
 * snet_config_set - Change a setting from now on
 * @setting: which one
 * @value: within its bounds
 */
void snet_config_set(enum snet_setting setting, u32 value)
{
	WRITE_ONCE(settings[setting], value);
}

static enum snet_setting setting_of(enum snet_cause cause)
{
	switch (cause) {
	case SNET_CAUSE_NO_CONTROLLER:
		return SNET_SETTING_POLICY_NO_CONTROLLER;
	case SNET_CAUSE_CONTROLLER_GONE:
		return SNET_SETTING_POLICY_CONTROLLER_GONE;
	case SNET_CAUSE_QUEUE_FULL:
		return SNET_SETTING_POLICY_QUEUE_FULL;
	case SNET_CAUSE_UNDELIVERABLE:
		return SNET_SETTING_POLICY_UNDELIVERABLE;
	default:
		return SNET_SETTING_POLICY_TIMEOUT;
	}
}

/**
 * snet_config_decide - What the policy makes of a request
 * @cause: the failure, &SNET_CAUSE_NO_CONTROLLER to %SNET_CAUSE_TIMEOUT
 * @operation: of the request
 *
 * Return: the decision.
 */
struct snet_decision snet_config_decide(enum snet_cause cause,
					enum snet_operation operation)
{
	u32 policy = snet_config_get(setting_of(cause));

	if (policy == SNET_POLICY_GENERAL)
		policy = snet_config_get(SNET_SETTING_POLICY);
	return (struct snet_decision){
		.verdict = policy,
		.error = snet_default_error(operation),
		.cause = cause,
	};
}

/*
 * core_param() makes its names from those of a type; these types are numbers
 * with bounds.
 */
#define SNET_PARAM_TYPE(_type, _min, _max)                                     \
	static int set_##_type(const char *val, const struct kernel_param *kp) \
	{                                                                      \
		return param_set_uint_minmax(val, kp, _min, _max);             \
	}                                                                      \
	static const struct kernel_param_ops param_ops_snet_##_type = {        \
		.set = set_##_type,                                            \
		.get = param_get_uint,                                         \
	}

#define SNET_PARAM(_name, _setting, _type)                                     \
	core_param(_name, settings[_setting], _type, 0644)

SNET_PARAM_TYPE(delay, 1, SNET_DELAY_MAX);
SNET_PARAM_TYPE(verdict, 0, SNET_VERDICT_MAX);
SNET_PARAM_TYPE(policy, 0, SNET_POLICY_MAX);
SNET_PARAM_TYPE(ticket_mode, 0, SNET_TICKET_MODE_MAX);
SNET_PARAM_TYPE(lifetime, 0, SNET_TICKET_LIFETIME_MAX);
SNET_PARAM_TYPE(switch, 0, 1);

#define param_check_snet_delay param_check_uint
#define param_check_snet_verdict param_check_uint
#define param_check_snet_policy param_check_uint
#define param_check_snet_ticket_mode param_check_uint
#define param_check_snet_lifetime param_check_uint
#define param_check_snet_switch param_check_uint

SNET_PARAM(snet_verdict_delay, SNET_SETTING_DELAY, snet_delay);
SNET_PARAM(snet_verdict_policy, SNET_SETTING_POLICY, snet_verdict);
SNET_PARAM(snet_policy_no_controller, SNET_SETTING_POLICY_NO_CONTROLLER,
	   snet_policy);
SNET_PARAM(snet_policy_controller_gone, SNET_SETTING_POLICY_CONTROLLER_GONE,
	   snet_policy);
SNET_PARAM(snet_policy_queue_full, SNET_SETTING_POLICY_QUEUE_FULL, snet_policy);
SNET_PARAM(snet_policy_undeliverable, SNET_SETTING_POLICY_UNDELIVERABLE,
	   snet_policy);
SNET_PARAM(snet_policy_timeout, SNET_SETTING_POLICY_TIMEOUT, snet_policy);
SNET_PARAM(snet_ticket_mode, SNET_SETTING_TICKET_MODE, snet_ticket_mode);
SNET_PARAM(snet_ticket_lifetime, SNET_SETTING_TICKET_LIFETIME, snet_lifetime);
SNET_PARAM(snet_tickets_persist, SNET_SETTING_TICKETS_PERSIST, snet_switch);
