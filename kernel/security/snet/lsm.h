/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * snet: the security module's registration
 */
#ifndef _SECURITY_SNET_LSM_H
#define _SECURITY_SNET_LSM_H

#include <linux/cache.h>
#include <linux/init.h>
#include <linux/types.h>

#define SNET_NAME "snet"

/* Whether the module is in the list of enabled ones. */
extern bool snet_enabled __ro_after_init;

#endif /* _SECURITY_SNET_LSM_H */
