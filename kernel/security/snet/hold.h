/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * snet: holding a task until its request is decided
 */
#ifndef _SECURITY_SNET_HOLD_H
#define _SECURITY_SNET_HOLD_H

struct snet_request;

int snet_hold(const struct snet_request *request);

#endif /* _SECURITY_SNET_HOLD_H */
