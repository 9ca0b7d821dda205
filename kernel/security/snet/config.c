// SPDX-License-Identifier: GPL-2.0-only
/*
 * snet: settings
 *
 * Each is a boot parameter, a file of the same name in
 * /sys/module/kernel/parameters, and a netlink attribute. They are independent
 * words, read once for each request, so no lock is needed.
 */
#include <linux/compiler.h>
#include <linux/kernel.h>
#include <linux/moduleparam.h>

#include "config.h"
#include "limits.h"

static u32 verdict_delay = CONFIG_SECURITY_SNET_VERDICT_DELAY;
static u32 verdict_policy = CONFIG_SECURITY_SNET_VERDICT_POLICY;

/**
 * snet_config_delay - How long a request waits
 *
 * Return: seconds, 1 to %SNET_DELAY_MAX.
 */
u32 snet_config_delay(void)
{
	return READ_ONCE(verdict_delay);
}

/**
 * snet_config_set_delay - Change how long requests wait from now on
 * @seconds: 1 to %SNET_DELAY_MAX
 */
void snet_config_set_delay(u32 seconds)
{
	WRITE_ONCE(verdict_delay, seconds);
}

/**
 * snet_config_policy - What happens to a request that nobody decides
 *
 * Return: allow or deny.
 */
enum snet_verdict snet_config_policy(void)
{
	return READ_ONCE(verdict_policy);
}

/**
 * snet_config_set_policy - Change what happens when nobody decides
 * @policy: allow or deny
 */
void snet_config_set_policy(enum snet_verdict policy)
{
	WRITE_ONCE(verdict_policy, policy);
}

/*
 * core_param() makes its names from those of a type; these types are numbers
 * with bounds.
 */
static int set_delay(const char *val, const struct kernel_param *kp)
{
	return param_set_uint_minmax(val, kp, 1, SNET_DELAY_MAX);
}

static const struct kernel_param_ops param_ops_snet_delay = {
	.set = set_delay,
	.get = param_get_uint,
};

static int set_policy(const char *val, const struct kernel_param *kp)
{
	return param_set_uint_minmax(val, kp, SNET_VERDICT_ALLOW,
				     SNET_VERDICT_MAX);
}

static const struct kernel_param_ops param_ops_snet_policy = {
	.set = set_policy,
	.get = param_get_uint,
};

#define param_check_snet_delay param_check_uint
#define param_check_snet_policy param_check_uint

core_param(snet_verdict_delay, verdict_delay, snet_delay, 0644);
core_param(snet_verdict_policy, verdict_policy, snet_policy, 0644);
