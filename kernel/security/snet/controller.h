/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * snet: who is asked
 *
 * What hold.c needs of a controller. There is one implementation, netlink.c.
 */
#ifndef _SECURITY_SNET_CONTROLLER_H
#define _SECURITY_SNET_CONTROLLER_H

#include <linux/snet.h>
#include <linux/types.h>

struct snet_pending;

bool snet_controller_exists(void);
bool snet_controller_is_current(void);
int snet_controller_ask(const struct snet_pending *pending);
void snet_controller_cancel(u64 id, enum snet_cancel_reason reason,
			    enum snet_verdict verdict);

#endif /* _SECURITY_SNET_CONTROLLER_H */
