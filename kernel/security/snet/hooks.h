/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * snet: the hooks
 */
#ifndef _SECURITY_SNET_HOOKS_H
#define _SECURITY_SNET_HOOKS_H

#include <linux/init.h>

void __init snet_add_hooks(void);

#endif /* _SECURITY_SNET_HOOKS_H */
