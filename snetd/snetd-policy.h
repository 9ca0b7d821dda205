/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <glib.h>

#include <linux/snet.h>

/*
 * Which policy the kernel is to have: the one that was set, and deny in lockdown, so that
 * nobody gets around that by ending snetd. What was set is kept in a file meanwhile, as
 * snetd may end in lockdown; for this boot of the machine, as the next one begins with the
 * kernel's own.
 */
typedef struct SnetdPolicy SnetdPolicy;

SnetdPolicy *snetd_policy_new (const char *path, const char *boot_id);
void snetd_policy_free (SnetdPolicy *policy);

/* @set: what was set just now, or -1. @now: what the kernel has. */
enum snet_verdict
snetd_policy_choose (SnetdPolicy *policy, gboolean lockdown, int set, enum snet_verdict now);

/* The kernel has again what was set. */
void snetd_policy_forget (SnetdPolicy *policy);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SnetdPolicy, snetd_policy_free)
