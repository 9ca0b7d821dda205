// SPDX-License-Identifier: GPL-2.0-only
/*
 * snet: the security module's registration
 *
 * Only wires: what the hooks do is in hooks.c.
 */
#define pr_fmt(fmt) "snet: " fmt

#include <linux/lsm_hooks.h>
#include <linux/printk.h>

#include "blob.h"
#include "compat.h"
#include "config.h"
#include "device.h"
#include "identity.h"
#include "lsm.h"
#include "mediated.h"
#include "socket.h"

bool snet_enabled __ro_after_init;

struct lsm_blob_sizes snet_blob_sizes __ro_after_init = {
	.lbs_task = sizeof(struct snet_task),
	.lbs_sock = sizeof(struct snet_socket),
};

static int hook_task_alloc(struct task_struct *task, unsigned long clone_flags)
{
	return snet_identity_fork(task);
}

static void hook_bprm_committed_creds(SNET_BPRM_CONST struct linux_binprm *bprm)
{
	snet_identity_commit_exec();
}

static struct security_hook_list hooks[] __lsm_ro_after_init = {
	LSM_HOOK_INIT(task_alloc, hook_task_alloc),
	LSM_HOOK_INIT(task_free, snet_identity_exit),
	LSM_HOOK_INIT(bprm_check_security, snet_identity_check_exec),
	LSM_HOOK_INIT(bprm_committed_creds, hook_bprm_committed_creds),
	LSM_HOOK_INIT(socket_create, snet_socket_create),
	LSM_HOOK_INIT(socket_post_create, snet_socket_post_create),
	LSM_HOOK_INIT(socket_bind, snet_socket_bind),
	LSM_HOOK_INIT(socket_connect, snet_socket_connect),
	LSM_HOOK_INIT(socket_listen, snet_socket_listen),
	LSM_HOOK_INIT(socket_post_accept, snet_socket_post_accept),
	LSM_HOOK_INIT(socket_sendmsg, snet_socket_sendmsg),
	LSM_HOOK_INIT(socket_recvmsg, snet_socket_recvmsg),
	LSM_HOOK_INIT(socket_setsockopt, snet_socket_option),
	LSM_HOOK_INIT(socket_getsockopt, snet_socket_option),
	LSM_HOOK_INIT(file_open, snet_device_open),
	LSM_HOOK_INIT(file_release, snet_socket_release),
};

static int __init snet_init(void)
{
	int err;

	err = snet_mediated_init();
	if (err)
		return err;
	snet_security_add_hooks(hooks, ARRAY_SIZE(hooks));
	snet_enabled = true;
	pr_info("ready: delay %u s, policy %s\n",
		snet_config_get(SNET_SETTING_DELAY),
		snet_config_get(SNET_SETTING_POLICY) == SNET_VERDICT_ALLOW ?
			"allow" :
			"deny");
	return 0;
}

DEFINE_LSM(snet) = {
	.name = SNET_NAME,
	.blobs = &snet_blob_sizes,
	.init = snet_init,
};
