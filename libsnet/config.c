// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The settings of the kernel module.
 */
#include <errno.h>

#include <linux/netlink.h>

#include "snet-private.h"

#define U32(member_, field_) SNET_NUMBER(U32, struct snet_config, member_, .field = (field_))
#define U64(member_, field_) SNET_NUMBER(U64, struct snet_config, member_, .field = (field_))

static const struct snet_number config_numbers[] = {
	[SNET_A_DELAY] = U32(delay, SNET_CONFIG_DELAY),
	[SNET_A_POLICY] = U32(policy, SNET_CONFIG_POLICY),
	[SNET_A_POLICY_NO_CONTROLLER] = U32(policy_no_controller, SNET_CONFIG_POLICY_NO_CONTROLLER),
	[SNET_A_POLICY_CONTROLLER_GONE] =
		U32(policy_controller_gone, SNET_CONFIG_POLICY_CONTROLLER_GONE),
	[SNET_A_POLICY_QUEUE_FULL] = U32(policy_queue_full, SNET_CONFIG_POLICY_QUEUE_FULL),
	[SNET_A_POLICY_UNDELIVERABLE] = U32(policy_undeliverable, SNET_CONFIG_POLICY_UNDELIVERABLE),
	[SNET_A_POLICY_TIMEOUT] = U32(policy_timeout, SNET_CONFIG_POLICY_TIMEOUT),
	[SNET_A_TICKET_MODE] = U32(ticket_mode, SNET_CONFIG_TICKET_MODE),
	[SNET_A_TICKET_LIFETIME] = U32(ticket_lifetime, SNET_CONFIG_TICKET_LIFETIME),
	[SNET_A_TICKETS_PERSIST] = U32(tickets_persist, SNET_CONFIG_TICKETS_PERSIST),
	[SNET_A_FEATURES] = U64(features, SNET_CONFIG_FEATURES),
};

static const struct snet_number_table config_table = SNET_NUMBER_TABLE(config_numbers);

int snet_config_set(struct snet *snet, const struct snet_config *config)
{
	uint32_t fields = config->fields & ~(uint32_t)SNET_CONFIG_FEATURES;
	struct snet_call call = {0};
	struct nl_msg *msg;
	bool complete;
	int err;

	snet_lock(snet);
	err = SNET_CHECK_RESERVED(snet, config->reserved);
	if (err)
		return snet_unlock(snet, err);
	msg = snet_command(snet, SNET_CMD_CONFIG_SET, NLM_F_ACK);
	complete = snet_number_put(&config_table, msg, config, fields);
	return snet_unlock(snet, snet_transact(snet, complete, &call));
}

static int read_config(const struct nlmsghdr *hdr, void *data)
{
	struct snet_config *config = data;

	return snet_number_read_all(&config_table, hdr, config, &config->fields) ? 0 : -EBADMSG;
}

int snet_config_get(struct snet *snet, struct snet_config *ret_config)
{
	const uint32_t required = SNET_CONFIG_DELAY | SNET_CONFIG_POLICY;
	struct snet_config config = {0};
	struct snet_call call = {.reply = read_config, .data = &config};
	int err;

	snet_lock(snet);
	err = snet_transact(snet, snet_command(snet, SNET_CMD_CONFIG_GET, NLM_F_ACK), &call);
	if (!err && (config.fields & required) != required)
		err = SNET_FAIL(snet, -EBADMSG, "the kernel's answer lacks a number");
	if (!err)
		*ret_config = config;
	return snet_unlock(snet, err);
}
