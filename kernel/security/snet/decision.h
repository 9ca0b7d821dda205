/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * snet: how a request ended
 */
#ifndef _SECURITY_SNET_DECISION_H
#define _SECURITY_SNET_DECISION_H

#include <linux/errno.h>
#include <linux/snet.h>

/**
 * struct snet_decision - how a request ended
 * @verdict: allow or deny
 * @error: positive errno for a denied call; not read for an allowed one
 * @cause: who or what decided
 */
struct snet_decision {
	enum snet_verdict verdict;
	int error;
	enum snet_cause cause;
};

/**
 * snet_decision_errno - What the call returns
 * @decision: the decision
 *
 * Return: 0, or a negative errno.
 */
static inline int snet_decision_errno(const struct snet_decision *decision)
{
	return decision->verdict == SNET_VERDICT_ALLOW ? 0 : -decision->error;
}

/**
 * snet_default_error - What a denied call fails with if nobody says
 * @operation: the call
 *
 * Return: positive errno. A server that accepts takes most others than
 * ECONNABORTED for the end of its socket.
 */
static inline int snet_default_error(enum snet_operation operation)
{
	return operation == SNET_OP_ACCEPT ? ECONNABORTED : EACCES;
}

#endif /* _SECURITY_SNET_DECISION_H */
