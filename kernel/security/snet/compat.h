/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * snet: what differs between the kernels that it is built for
 *
 * The rest of the module is written for the newest of them; here is what an
 * older one lacks, each with the version that has it. What can be probed is
 * probed, as stable kernels get changes of newer ones.
 *
 * A struct netlink_range_validation needs nothing from here: one that is not
 * const suits all versions.
 */
#ifndef _SECURITY_SNET_COMPAT_H
#define _SECURITY_SNET_COMPAT_H

#include <linux/cache.h>
#include <linux/init.h>
#include <linux/lsm_hooks.h>
#include <net/inet_sock.h>

#include "lsm.h"

/* Before 6.4 hooks stay writable where SELinux can be disabled at run time. */
#ifndef __lsm_ro_after_init
#define __lsm_ro_after_init __ro_after_init
#endif

/* From 6.7 on what is executed is const in some hooks; ids came with 6.8. */
#ifdef LSM_ID_UNDEF
#define SNET_BPRM_CONST const
#else
#define SNET_BPRM_CONST
#endif

/**
 * snet_security_add_hooks - security_add_hooks(), under snet's name
 * @hooks: the hooks
 * @count: how many
 *
 * Since 6.8 a module has an id, which lsm_list_modules() tells, and of which
 * security_add_hooks() keeps the address.
 *
 * Context: the initialization of security modules, once.
 */
static inline void __init
snet_security_add_hooks(struct security_hook_list *hooks, int count)
{
#ifdef LSM_ID_UNDEF
	static const struct lsm_id id = { .name = SNET_NAME,
					  .id = LSM_ID_SNET };

	security_add_hooks(hooks, count, &id);
#else
	security_add_hooks(hooks, count, SNET_NAME);
#endif
}

/*
 * Whether the SYN of a TCP socket waits for the first data. A field of its own
 * before 6.6, and one of the socket's flags since.
 */
#ifdef inet_test_bit
#define snet_tcp_is_deferred(sk) inet_test_bit(DEFER_CONNECT, sk)
#define snet_tcp_clear_deferred(sk) inet_clear_bit(DEFER_CONNECT, sk)
#else
#define snet_tcp_is_deferred(sk) (inet_sk(sk)->defer_connect)
#define snet_tcp_clear_deferred(sk) ((void)(inet_sk(sk)->defer_connect = 0))
#endif

#endif /* _SECURITY_SNET_COMPAT_H */
